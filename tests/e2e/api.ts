// Uses every member of the JavaScript API as www/raft-lab.d.ts declares it; types.test.mjs compiles it and checks that
// none is missing. It is never run.

import type { Action, Condition, Do, RaftLab, Report, Scenario, TraceLine } from "../../www/raft-lab.js";

const crash: Do = { do: "crash", node: 3 };
const later: Action = { at: 20, do: "write", key: "x", value: "1" };
const ready: Condition = { all: [{ leader: true }, { node: [1, 2], commit: { min: 2 } }] };
const scenario: Scenario = { format: "raft-lab/1", nodes: [1, 2, 3], actions: [later], expect: [ready] };

const Lab = window.raftLab.constructor as typeof RaftLab;
const labs: RaftLab[] = [window.raftLab, new Lab(scenario), new Lab(JSON.stringify(scenario))];
for (const lab of labs) {
  const now: number = lab.now;
  const reached: boolean = lab.advance(100 - now);
  const made: boolean[] = [lab.step("event"), lab.step("message"), lab.step("transition")];
  const holds: boolean = lab.runUntil(ready, 1_000) && lab.runUntil('{ "leader": true }', 1_000);
  lab.runToStop();
  lab.act(crash);
  lab.act('{ "do": "heal" }');
  const report: Report = lab.report();
  const text: string = lab.reportJson();
  const records: TraceLine[] = [...lab.trace(), ...lab.trace(7)];
  const written: Scenario = lab.scenario();
  lab.free();
  const broken = report.invariants.find((invariant) => !invariant.held);
  // What a broken invariant has, an unbroken one has not.
  if (broken && !broken.held) console.log(broken.event, broken.nodes, broken.entries, broken.text);
  console.log(reached, made, holds, text, records.length, written.actions, report.halted?.length);
}

// @ts-expect-error: a number is not a kind of step
window.raftLab.step(0);
// @ts-expect-error: an action of the API has no time
window.raftLab.act({ do: "crash", node: 3, at: 5 });
// @ts-expect-error: the clock is not set by hand
window.raftLab.now = 3;
