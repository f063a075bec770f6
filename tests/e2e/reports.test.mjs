// The engine in the page and the engine natively are the same: every scenario gives the same report, byte for byte.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { lab } from "./helper.mjs";
import { native, program, ROOT, scenarioFiles } from "./native.mjs";

test("every scenario has the same report here as natively", async (t) => {
  const { page } = await lab(t);
  const raftLab = program();
  for (const file of await scenarioFiles()) {
    const name = path.relative(ROOT, file);
    const scenario = await readFile(file, "utf8");
    const { text, value } = await page.evaluate((scenario) => {
      const lab = new window.raftLab.constructor(scenario);
      lab.runToStop();
      const seen = { text: lab.reportJson(), value: lab.report() };
      lab.free();
      return seen;
    }, scenario);
    const expected = native(raftLab, file);
    assert.equal(text, expected, name);
    assert.deepEqual(value, JSON.parse(expected), name);
  }
});

test("the types for scripts name what there is", async (t) => {
  const { page } = await lab(t);
  const declared = await page.evaluate(async () => (await fetch("raft-lab.d.ts")).text());
  const [, body] = /export class RaftLab \{(.*?)\n\}/s.exec(declared);
  const names = [...body.matchAll(/^  (?:readonly )?(\w+)[(:]/gm)].map(([, name]) => name);
  const known = await page.evaluate(() => Object.getOwnPropertyNames(window.raftLab.constructor.prototype));
  const own = known.filter((name) => !name.startsWith("__"));
  assert.deepEqual(names.toSorted(), own.toSorted());
});

test("what is refused leaves the running lab as it was", async (t) => {
  const { page } = await lab(t);
  const seen = await page.evaluate(() => {
    const lab = new window.raftLab.constructor({ format: "raft-lab/1", nodes: [1, 2, 3] });
    lab.advance(1000);
    const before = [lab.reportJson(), JSON.stringify(lab.scenario())];
    const refusals = [
      () => lab.act({ do: "crash", node: 9 }),
      () => lab.act("{"),
      () => lab.advance(-1),
      () => lab.step("leap"),
      () => lab.runUntil({ node: 9, term: 1 }, 10),
      () => new window.raftLab.constructor({ format: "raft-lab/1", nodes: [] }),
    ].map((refused) => {
      try {
        refused();
        return null;
      } catch (error) {
        return [error instanceof Error, error.message];
      }
    });
    const after = [lab.reportJson(), JSON.stringify(lab.scenario())];
    lab.free();
    return { before, after, refusals };
  });
  assert.deepEqual(seen.after, seen.before);
  assert.deepEqual(seen.refusals.map((refusal) => refusal?.[0]), seen.refusals.map(() => true));
  const messages = seen.refusals.map(([, message]) => message);
  assert.equal(messages[0], "node: 9 is not a node of this cluster");
  assert.equal(messages[4], "node: 9 is not a node of this cluster");
  assert.equal(messages[5], "nodes: a cluster has at least one node");
});
