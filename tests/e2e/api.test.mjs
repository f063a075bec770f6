// window.raftLab takes anything that a script can hand over: what it cannot use gives an Error that names the place.

import assert from "node:assert/strict";
import { test } from "node:test";
import { lab } from "./helper.mjs";

/** Hands wrong arguments to a lab, in the page: what came of each, and whether the lab is as it was. */
const refusals = (page) => page.evaluate(() => {
  const lab = new window.raftLab.constructor({ format: "raft-lab/1", nodes: [1, 2, 3] });
  lab.advance(1000);
  const state = () => [lab.now, lab.reportJson(), JSON.stringify(lab.scenario()), JSON.stringify(window.raftLab.scenario())];
  const before = state();
  const refused = {};
  const refuse = (name, call) => {
    try {
      refused[name] = `it gave ${call()}`;
    } catch (error) {
      refused[name] = error instanceof Error ? error.message : `no Error: ${error}`;
    }
  };
  const build = (change) => new lab.constructor({ format: "raft-lab/1", nodes: [1], ...change });
  const cycle = { do: "note" };
  cycle.text = cycle;
  let deep = { leader: true };
  for (let i = 0; i < 100_000; i += 1) deep = { not: deep };
  const endless = new Proxy({}, { ownKeys: () => ["not"], get: () => endless, getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true }) });
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const revokedList = Proxy.revocable([], {});
  revokedList.revoke();
  const thrower = (what) => ({ do: "crash", get node() { throw what; } });
  const anything = {
    nothing: undefined, null: null, truth: true, number: 0, nan: NaN, infinite: Infinity, negative: -1, huge: 2 ** 53, text: "x",
    "empty text": "", bigint: 3n, symbol: Symbol("s"), function: () => 1, list: [], holes: [, 1], object: {}, map: new Map(),
    date: new Date(0), boxed: new Number(3), bytes: new Uint8Array(3), revoked: revoked.proxy, "revoked list": revokedList.proxy,
    endless, cycle, deep, thrower: thrower(new TypeError("no node today")), sparse: new Array(2 ** 32 - 1), document, window, class: class {},
  };
  const methods = {
    advance: (it) => lab.advance(it), step: (it) => lab.step(it), act: (it) => lab.act(it), "runUntil 1": (it) => lab.runUntil(it, 10),
    "runUntil 2": (it) => lab.runUntil({ leader: true }, it), trace: (it) => lab.trace(it), build: (it) => new lab.constructor(it),
  };
  const fine = ["advance number", "runUntil 2 number", "trace nothing", "trace number"];
  for (const [method, call] of Object.entries(methods)) {
    for (const [name, it] of Object.entries(anything)) {
      if (!fine.includes(`${method} ${name}`)) refuse(`${method} ${name}`, () => call(it));
    }
  }
  refuse("integer", () => build({ seed: 2 ** 53 }));
  refuse("integer in text", () => new lab.constructor('{"format":"raft-lab/1","nodes":[1],"seed":9007199254740993}'));
  refuse("twice", () => new lab.constructor('{"format":"raft-lab/1","nodes":[1],"nodes":[1,2,3]}'));
  refuse("zero in front", () => build({ start: { "01": {} } }));
  refuse("proto", () => build(JSON.parse('{"__proto__":{"seed":1}}')));
  refuse("function in it", () => build({ network: { loss: () => 0 } }));
  refuse("symbol as a key", () => build({ network: { [Symbol("loss")]: 1 } }));
  refuse("list in it", () => build({ nodes: [1, , 3] }));
  refuse("surrogate", () => lab.act({ do: "note", text: "\ud800" }));
  refuse("text", () => lab.act({ do: "note", text: "x".repeat(20_000_000) }));
  refuse("text of a document", () => new lab.constructor(" ".repeat(20_000_000)));
  refuse("long value", () => lab.act({ do: "crash", node: "n".repeat(1_000_000) }));
  refuse("thrown text", () => lab.act(thrower("just text")));
  refuse("thrown nothing", () => lab.act(thrower(undefined)));
  refuse("freeing getter", () => lab.act({ do: "crash", get node() { const other = build({}); other.free(); return other.now; } }));
  refuse("deep text", () => lab.runUntil(`${'{"not":'.repeat(100_000)}{}`, 10));
  const after = state();
  const freed = build({});
  freed.free();
  for (const [name, call] of Object.entries({
    now: () => freed.now, advance: () => freed.advance(1), step: () => freed.step("event"), act: () => freed.act({ do: "heal" }),
    report: () => freed.report(), trace: () => freed.trace(), scenario: () => freed.scenario(), free: () => freed.free(),
  })) refuse(`freed ${name}`, call);
  lab.free();
  return { before, after, refused };
});

test("anything that cannot be used gives an Error with its place and changes nothing", async (t) => {
  const { page } = await lab(t);
  const { before, after, refused } = await refusals(page);
  assert.deepEqual(after, before);
  const wrong = Object.entries(refused).filter(([, message]) => /^it gave|^no Error|unreachable|call stack|^$/.test(message));
  assert.deepEqual(wrong, []);
  const says = (name, expected) => assert.equal(refused[name], expected, name);
  says("step number", "kind: a step is an event, a message or a transition, not a number");
  says("step symbol", "kind: a step is an event, a message or a transition, not a symbol");
  says("advance bigint", "ms: a bigint is not a number");
  says("advance nan", "ms: NaN is not a time in milliseconds");
  says("runUntil 2 infinite", "limitMs: inf is not a time in milliseconds");
  says("trace function", "from: a function is not a number");
  says("trace negative", "from: -1 is not the number of an event");
  says("act nothing", "undefined is not JSON");
  says("act holes", "[0]: undefined is not JSON");
  says("act map", "neither a plain object nor a list");
  says("act thrower", "node: it cannot be read: no node today");
  says("thrown text", "node: it cannot be read: just text");
  says("thrown nothing", "node: it cannot be read: undefined");
  says("integer", "seed: 9007199254740992 is above 9007199254740991");
  says("integer in text", "seed: 9007199254740993 is above 9007199254740991");
  says("twice", "nodes: this field is there twice");
  says("zero in front", 'start.01: invalid type: string "01", expected u32');
  says("function in it", "network.loss: a function is not JSON");
  says("symbol as a key", "network: a symbol names no field");
  says("list in it", "nodes[1]: undefined is not JSON");
  says("surrogate", "text: this text is not valid Unicode: half of a pair of surrogates stands alone");
  says("text", "text: longer than 16777216 bytes");
  says("text of a document", "longer than 16777216 bytes");
  assert.match(refused["act cycle"], /^text\.text\.text\..*: more than 127 objects and lists within each other$/);
  assert.match(refused["runUntil 1 endless"], /^not\.not\..*more than 127 objects and lists within each other$/);
  assert.match(refused["deep text"], /^not JSON: recursion limit exceeded/);
  assert.match(refused.proto, /^__proto__: unknown field/);
  assert.ok(refused["long value"].length < 1500, "a message is cut");
});

test("objects of a script are taken as their JSON is, and every field comes back under its name", async (t) => {
  const { page } = await lab(t);
  const seen = await page.evaluate(() => {
    let deep = { leader: true };
    for (let i = 0; i < 80; i += 1) deep = i % 2 ? { not: deep } : { all: [deep] };
    const Lab = window.raftLab.constructor;
    const lab = new Lab(Object.assign(Object.create(null), { format: "raft-lab/1", nodes: new Proxy([1], {}), title: undefined, seed: 2 ** 53 - 1 }));
    const nested = new Lab({ format: "raft-lab/1", nodes: [1], expect: Array.from({ length: 3 }, () => ({ all: [{ all: [{ leader: true }] }] })) });
    nested.free();
    lab.advance(2_000);
    lab.act({ do: "write", key: "__proto__", value: "kept", node: undefined });
    lab.advance(2_000);
    const held = lab.runUntil({ all: [deep.all ?? deep].flat() }, 10);
    const seen = { report: JSON.stringify(lab.report(), null, 2), text: lab.reportJson(), state: Object.entries(lab.report().nodes[0].state), held };
    lab.free();
    return seen;
  });
  assert.equal(seen.report, seen.text.trimEnd());
  assert.deepEqual(seen.state, [["__proto__", "kept"]]);
});
