// The page, driven as a person would: by mouse, by keyboard, by touch; what is drawn against what the lab knows.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { eventually, findings, frames, lab, report, until, upToDate } from "./helper.mjs";

/** The node that leads the highest term, as the lab knows it; undefined without one. */
const leaderOf = ({ nodes }) =>
  nodes.filter((node) => node.alive && node.role === "leader").sort((a, b) => b.term - a.term)[0];

const node = (page, id) => page.locator(`[data-node="${id}"]`);
const row = (page, id) => page.locator(`[data-log="${id}"]`);

/** The log of a node as it is drawn: "1 x=5 committed", "2 y=1 open conflicts", … by index. */
const drawn = (page, id) =>
  row(page, id).locator("[data-index]").evaluateAll((cells) => Object.fromEntries(cells.map((cell) => {
    const marks = ["committed", "open", "conflicts"].filter((mark) => cell.classList.contains(mark));
    return [cell.dataset.index, [...[...cell.children].map((child) => child.textContent), ...marks].join(" ")];
  })));

/** Drags the mouse around a node, on the side of its links. */
async function strokeAround(page, id, { alt = false } = {}) {
  const box = await node(page, id).locator(".body").boundingBox();
  const stage = await page.locator(".stage").boundingBox();
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  // The ring's middle is not quite that of the picture, but near enough for the direction.
  const inward = Math.atan2(stage.y + stage.height / 2 - at.y, stage.x + stage.width / 2 - at.x);
  const point = (turn) => [
    at.x + box.width * 0.95 * Math.cos(inward + turn), at.y + box.width * 0.95 * Math.sin(inward + turn),
  ];
  if (alt) await page.keyboard.down("Alt");
  await page.mouse.move(...point(-1.7));
  await page.mouse.down();
  for (let turn = -1.7; turn <= 1.7; turn += 0.17) await page.mouse.move(...point(turn));
  await page.mouse.up();
  if (alt) await page.keyboard.up("Alt");
}

/** Goes down a menu with the arrows, to a choice. */
async function choose(page, name) {
  const at = () => page.evaluate(() => document.activeElement.innerText.split("\n")[0]);
  for (let i = 0; (await at()) !== name; i++) {
    assert.ok(i < 20, `${name} is a choice`);
    await page.keyboard.press("ArrowDown");
  }
}

/** Writes through the form. */
async function write(page, key, value, to = "") {
  await page.getByLabel("Key", { exact: true }).fill(key);
  await page.getByLabel("Value", { exact: true }).fill(value);
  await page.getByLabel("Node to ask").selectOption(to);
  await page.getByRole("button", { name: "Write", exact: true }).click();
}

test("a leader is cut off, its entries are replaced when it comes back", async (t) => {
  const { page, shot } = await lab(t);
  // What the lab knows is drawn a little later, not all of it in the same frame: each is waited for.
  const headline = (wanted) => eventually(async () => assert.match(await page.locator(".headline").innerText(), wanted));
  const label = (id, wanted) =>
    eventually(async () => assert.match(await node(page, id).getAttribute("aria-label"), wanted));
  const lines = (count) => eventually(async () => assert.equal(await page.locator(".link .line.cut").count(), count));
  /** Waits until a cell of a log is as wanted. */
  const cell = (id, wanted) => eventually(async () => {
    const cells = Object.values(await drawn(page, id));
    assert.ok(cells.some((one) => wanted.test(one)), `S${id}, ${wanted}: ${cells}`);
  });

  const first = await until(page, "leader", leaderOf);
  const name = `S${first.id}`;
  await page.locator(`[data-node="${first.id}"][data-standing="leader"]`).waitFor();
  await label(first.id, new RegExp(`^S${first.id}, leader, term\\s1`));
  await headline(new RegExp(`^${name} leads term\\s1`));
  await shot("leader");

  // The speed is no part of the story.
  for (let i = 0; i < 4; i++) await page.keyboard.press("]");

  await write(page, "k", "everywhere");
  const everywhere = await until(page, "write on all nodes", ({ nodes }) => {
    const done = nodes.every((node) => node.state.k === "everywhere");
    return done && Math.max(...nodes.map((node) => node.commit));
  });
  for (const id of [1, 2, 3, 4, 5]) await cell(id, /^1 k=everywhere committed$/);
  assert.ok(everywhere >= 2);

  // What is only there until others have elected a leader is looked at while the clock stands.
  await page.getByRole("button", { name: "Pause" }).click();
  await strokeAround(page, first.id);
  await page.locator("[data-stroke='cut 1']").waitFor();
  await headline(/reaches no majority/);
  await label(first.id, /cut off$/);
  await lines(4);

  await write(page, "lost", "1", String(first.id));
  await write(page, "lost", "2", String(first.id));
  await page.getByRole("button", { name: "Play" }).click();
  await until(page, "two uncommitted entries", ({ nodes }) => {
    const old = nodes.find((node) => node.id === first.id);
    return old.log.last >= old.commit + 2;
  });
  // A leader of the next term may be there already, and the entries in conflict with its own.
  await cell(first.id, /^1 lost=1 open/);
  await cell(first.id, /^1 lost=2 open/);

  const second = await until(page, "new leader", (seen) => {
    const leader = leaderOf(seen);
    return leader?.id !== first.id && leader;
  });
  await page.locator(`[data-node="${second.id}"][data-standing="leader"]`).waitFor();
  await page.locator(`[data-node="${first.id}"][data-standing="old-leader"]`).waitFor();
  await page.getByText("still considers itself the leader of term 1").waitFor();
  await cell(first.id, /^1 lost=1 open conflicts$/);
  await shot("old-leader");

  await page.locator("[data-stroke='cut 1']").click();
  await until(page, "agreement", ({ nodes }) => {
    const log = JSON.stringify(nodes[0].log);
    return nodes.every((node) => JSON.stringify(node.log) === log && node.commit === node.log.last);
  });
  const after = await report(page);
  const old = after.nodes.find((node) => node.id === first.id);
  assert.equal(old.role, "follower");
  assert.equal(old.state.lost, undefined, "what was never committed is gone");
  assert.equal(old.state.k, "everywhere", "what was committed is not");
  await page.locator(`[data-node="${first.id}"][data-standing="follower"]`).waitFor();
  await page.locator("[data-stroke]").waitFor({ state: "detached" });
  await eventually(async () => assert.deepEqual(await drawn(page, first.id), await drawn(page, second.id)));
  await page.locator(".cell.conflicts").first().waitFor({ state: "detached" });
  await page.getByText(new RegExp(`${name} removes entries`)).first().waitFor();
  await page.getByText(`${name} steps down`).first().waitFor();
  await shot("replaced");
});

test("everything can be done with the keyboard", async (t) => {
  const { page, shot } = await lab(t, { context: { reducedMotion: "reduce" } });
  // Where less motion is wanted, the clock stands until somebody lets it run.
  await page.getByRole("button", { name: "Play" }).waitFor();
  const { events } = await report(page);
  await frames(page, 20);
  assert.equal((await report(page)).events, events);

  await page.keyboard.press("ArrowRight");
  assert.ok((await report(page)).events > events, "a step is at least an event");
  await page.getByRole("radio", { name: "state change" }).check();
  for (let i = 0; !leaderOf(await report(page)); i++) {
    assert.ok(i < 60, "a leader within 60 transitions");
    await page.keyboard.press("PageDown");
  }
  const { id } = leaderOf(await report(page));

  // Choosing a node and isolating it.
  await page.keyboard.press(String(id));
  assert.equal(await page.evaluate(() => document.activeElement.dataset.node), String(id));
  await page.keyboard.press("x");
  await page.locator(`[data-stroke="S${id} cut off"]`).waitFor();
  assert.equal(await page.locator(".link .line.cut").count(), 4);
  await page.keyboard.press("x");
  await page.locator("[data-stroke]").waitFor({ state: "detached" });

  // The space bar is play and pause there, too.
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Pause" }).waitFor();
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Play" }).waitFor();

  // The menu, with the arrows.
  await page.keyboard.press("Enter");
  await page.getByRole("menu", { name: `Actions on S${id}` }).waitFor();
  await choose(page, "Crash");
  await shot("menu");
  await page.keyboard.press("Enter");
  await page.locator(`[data-node="${id}"][data-standing="crashed"]`).waitFor();
  assert.equal((await report(page)).nodes[id - 1].alive, false);
  assert.equal(await page.evaluate(() => document.activeElement.dataset.node), String(id), "the focus is back");
  await page.keyboard.press("c");
  await page.locator(`[data-node="${id}"][data-standing="follower"]`).waitFor();

  // A partition, in its dialog.
  await page.keyboard.press("p");
  await page.getByRole("dialog", { name: "Partition into groups" }).waitFor();
  for (const other of [4, 5]) {
    await page.getByRole("group", { name: `Group of S${other}` }).getByRole("radio", { name: "B" }).check();
  }
  await shot("partition");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal(await page.locator(".link .line.cut").count(), 6);
  await page.keyboard.press("r");
  await page.locator(".link .line.cut").first().waitFor({ state: "detached" });

  // A write, from any place of the page.
  await page.keyboard.press("w");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "Value");
  await page.keyboard.type("w x ? 3");
  assert.equal(await page.getByLabel("Value", { exact: true }).inputValue(), "w x ? 3", "letters are letters there");
  await page.keyboard.press("Enter");
  assert.equal((await report(page)).clients.writes, 1);

  // The help, and the switch for keys that are characters, which is remembered.
  await page.locator(".cluster .hint").click();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Raft Lab in one page" }).waitFor();
  await page.getByLabel(/^Letters and signs are shortcuts/).uncheck();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("p");
  assert.equal(await page.getByRole("dialog").count(), 0);
  await page.reload();
  await page.locator(".stage").waitFor();
  await page.keyboard.press("p");
  assert.equal(await page.getByRole("dialog").count(), 0);
});

test("one direction of a link can be cut alone", async (t) => {
  const { page } = await lab(t, { context: { reducedMotion: "reduce" } });
  await strokeAround(page, 1, { alt: true });
  await page.locator("[data-stroke='cut 1']").waitFor();
  const lastCut = () =>
    page.evaluate(() => window.raftLab.scenario().actions.filter((action) => action.do === "cut").at(-1).links);
  const cut = await lastCut();
  assert.equal(cut.length, 4);
  assert.equal(new Set(cut.map(([from, to]) => (from === 1 ? "out" : to === 1 ? "in" : "other"))).size, 1);
  assert.equal(await page.locator(".link .way").count(), 4, "an arrow says which way is open");

  await page.locator("[data-link='3-4'] .reach").dispatchEvent("click", { clientX: 400, clientY: 400 });
  await page.getByRole("menuitem", { name: "Cut S4 → S3" }).click();
  assert.deepEqual(await lastCut(), [[4, 3]]);
  assert.equal(await page.locator(".link .way").count(), 5);
});

test("an event shows what it is about, and the filter shows others", async (t) => {
  const { page } = await lab(t);
  const leader = await until(page, "leader", leaderOf);
  await page.keyboard.press("Space");
  const elected = page.locator("[data-event='role']", { hasText: `S${leader.id} is elected` });
  await elected.locator(".told").hover();
  await page.locator(`.node.lit [data-node="${leader.id}"]`).waitFor();
  assert.equal(await page.locator(".node.lit").count(), 1);
  assert.equal(await page.locator("[data-event='delivered']").count(), 0);
  await page.getByLabel("Show").selectOption({ label: "messages" });
  await page.locator("[data-event='delivered']").first().waitFor();
  assert.equal(await page.locator("[data-event='role']").count(), 0);
  // What matters is also said aloud, now and then.
  await page.waitForFunction(() => document.querySelector("[role=status][aria-live]").textContent.length > 0);
});

test("a run survives a reload, to the event", async (t) => {
  const { page } = await lab(t);
  const leader = await until(page, "leader", leaderOf);
  await page.keyboard.press(String(leader.id));
  await page.keyboard.press("x");
  const { events } = await report(page);
  await until(page, "event since", (seen) => seen.events > events + 20);
  await page.getByRole("button", { name: "Pause" }).click();
  const before = await report(page);
  await page.reload();
  await page.waitForFunction((events) => window.raftLab?.report().events >= events, before.events);
  const after = await report(page);
  assert.equal(after.trace_hash, before.trace_hash);
  assert.equal(after.virtual_ms, before.virtual_ms);
  await page.getByRole("button", { name: "Play" }).waitFor();
  await page.locator(`[data-stroke="S${leader.id} cut off"]`).waitFor();

});

test("a broken promise stops the run, is told, and is seen where it broke", async (t) => {
  const scenario = JSON.parse(await readFile(new URL("../scenarios/rules/majority.json", import.meta.url)));
  const { page, shot } = await lab(t, {
    prepare: (page) => page.addInitScript((scenario) => {
      localStorage.setItem("raft-lab/run", JSON.stringify({ now: 60_000, events: 1, playing: false, scenario }));
    }, scenario),
  });
  const { name: invariant, nodes } =
    await until(page, "violation", ({ invariants }) => invariants.find(({ held }) => !held));
  assert.equal(invariant, "election-safety");
  const told = page.getByRole("alert").getByText("A guarantee is broken: Election Safety.");
  await told.waitFor();
  await page.locator("[data-broken]").waitFor();
  await page.locator(".node.lit").first().waitFor();
  const lit = await page.locator(".node.lit [data-node]").evaluateAll((all) => all.map((one) => Number(one.dataset.node)));
  assert.deepEqual(lit.sort(), [...nodes].sort());
  await shot("broken");
  // One can look at how it came to that.
  await page.getByText("← steps back, to see how it came to this").waitFor();
  await page.keyboard.press("Shift+ArrowLeft");
  await page.locator("[data-broken]").waitFor({ state: "detached" });
  assert.equal(await told.count(), 0);
});

test("a saved run that cannot be opened is replaced by a new one, with a word about it", async (t) => {
  const { page } = await lab(t, {
    prepare: (page) => page.addInitScript(() => {
      const scenario = { format: "raft-lab/1", nodes: [1, 2, 3], actions: [{ at: 1, do: "crash", node: 9 }] };
      localStorage.setItem("raft-lab/run", JSON.stringify({ now: 5, events: 5, playing: true, scenario }));
    }),
  });
  await page.getByText("actions[0].node: 9 is not a node of this cluster").waitFor();
  assert.equal((await report(page)).nodes.length, 5);
  await page.getByRole("button", { name: "Dismiss" }).click();
  await page.getByText("actions[0].node").waitFor({ state: "detached" });
});

test("a saved run that goes another way is followed as far as it goes, with a word about it", async (t) => {
  const { page } = await lab(t, {
    prepare: (page) => page.addInitScript(() => {
      const scenario = { format: "raft-lab/1", nodes: [1], actions: [{ at: 0, do: "crash", node: 1 }] };
      localStorage.setItem("raft-lab/run", JSON.stringify({ version: "0.0.1", now: 1000, events: 50, playing: false, scenario }));
    }),
  });
  await page.getByText("event 50 never comes").waitFor();
  const { virtual_ms, nodes } = await report(page);
  assert.deepEqual([virtual_ms, nodes.length], [1000, 1]);
});

test("thousands of entries stay a few cells, and the end is followed unless one scrolls away", async (t) => {
  // Nothing becomes a snapshot.
  const scenario = {
    format: "raft-lab/1", preset: "classroom", nodes: [1, 2, 3, 4, 5], actions: [{ at: 0, do: "campaign", node: 3 }],
    config: { snapshot_policy: { logs_since_last: 1_000_000 } },
  };
  const { page } = await lab(t, {
    prepare: (page) => page.addInitScript((scenario) => {
      localStorage.setItem("raft-lab/run", JSON.stringify({ now: 0, events: 0, playing: true, scenario }));
    }, scenario),
  });
  await until(page, "leader", leaderOf);
  await page.keyboard.press("Space");
  await page.evaluate(() => {
    window.raftLab.act({ do: "write_many", count: 2000, clients: 100 });
    window.raftLab.runUntil({ node: "all", commit: { min: 2000 } }, 60_000);
    window.raftLab.runUntil({ converged: true }, 60_000);
  });
  const last = await until(page, "long log", ({ nodes }) => nodes[0].log.last >= 2000 && nodes[0].log.last);
  await page.locator(`[data-log="1"] [data-index="${last}"]`).waitFor();
  assert.ok((await page.locator(".cell").count()) < 150);
  const scroller = page.locator(".logs .scroller");
  await scroller.evaluate((element) => { element.scrollLeft = 20_000; });
  await page.getByRole("button", { name: "To the end" }).waitFor();
  await page.locator(`[data-log="1"] [data-index="${last}"]`).waitFor({ state: "detached" });
  assert.ok((await page.locator(".cell").count()) < 150);
  await page.getByRole("button", { name: "To the end" }).click();
  await page.locator(`[data-log="1"] [data-index="${last}"]`).waitFor();
  // The panel gets narrower, and the window does not: the end stays in sight, and fewer cells are drawn.
  const wide = await page.locator(".cell").count();
  await page.evaluate(() => { document.querySelector(".logs").style.width = "24rem"; });
  await page.waitForFunction((wide) => document.querySelectorAll(".cell").length < wide, wide);
  const { x, width } = await page.locator(`[data-log="1"] [data-index="${last}"]`).boundingBox();
  const box = await scroller.boundingBox();
  assert.ok(x >= box.x && x + width <= box.x + box.width, `${x} in ${box.x} … ${box.x + box.width}`);
  await page.evaluate(() => { document.querySelector(".logs").style.width = ""; });
  await page.waitForFunction((wide) => document.querySelectorAll(".cell").length === wide, wide);

  // What the leader knows of a log is told at the edge, too, and leads there; so does how far a log is.
  const { id } = leaderOf(await report(page));
  const other = (id % 5) + 1;
  const { nodes, streams } = await report(page);
  const { commit, log: { first } } = nodes.find((node) => node.id === other);
  const { match, next } = streams.find(({ target }) => target === other);
  await scroller.evaluate((element) => { element.scrollLeft = 0; });
  await row(page, other).getByRole("button", { name: `match ${match}, next ${next}` }).click();
  await page.locator(`[data-log="${other}"] [data-index="${match}"]`).waitFor();
  await scroller.evaluate((element) => { element.scrollLeft = 0; });
  await page.locator(`[data-log="${other}"] [data-index="${match}"]`).waitFor({ state: "detached" });
  await row(page, other).locator(".log-head button").click();
  await page.locator(`[data-log="${other}"] [data-index="${commit}"].selected`).waitFor();
  await scroller.focus();
  await page.keyboard.press("PageUp");
  await page.locator(`[data-log="${other}"] [data-index="${Math.max(commit - 10, first)}"].selected`).waitFor();
});

/** Writes ten times by the button, three times over, and waits until the other nodes have compacted all but a few. */
async function writeThirty(page, cutOff) {
  const button = page.getByRole("button", { name: "Write 10" });
  const done = (await report(page)).clients.writes;
  for (let i = 1; i <= 3; i++) {
    await button.click();
    await page.evaluate((count) => {
      window.raftLab.runUntil({ clients: { acknowledged: { min: count } } }, 10_000);
    }, done + 10 * i);
  }
  await until(page, "compacted logs", ({ nodes }) => nodes.every((node) => node.id === cutOff || node.log.first > 20));
}

/** The block over the entries that are gone, as it is drawn. */
const folded = (page, id) => row(page, id).locator("[data-block='folded']");

/** Waits until a log's entries before `first` are told to be gone. They lie to the left of what is seen if it is long. */
async function isFolded(page, id, first) {
  await upToDate(page);
  await page.locator(".logs .scroller").evaluate((it, first) => {
    const column = parseFloat(getComputedStyle(document.documentElement).fontSize) * 2.75;
    it.scrollLeft = column * (first - 4);
  }, first);
  await folded(page, id).getByText(`◂ 1–${first - 1}`, { exact: true }).waitFor();
}

test("a follower that missed what the others compacted is sent a snapshot", async (t) => {
  const { page, shot } = await lab(t, { context: { reducedMotion: "reduce" } });
  await page.evaluate(() => window.raftLab.runUntil({ leader: true }, 10_000));
  const leader = leaderOf(await report(page));
  const target = (leader.id % 5) + 1;

  // So much that the snapshot takes several chunks.
  for (const key of ["city", "river", "mountain"]) await write(page, key, `the name of a ${key}`);
  await page.evaluate(() => window.raftLab.runUntil({ converged: true }, 10_000));
  await page.keyboard.press(String(target));
  await page.keyboard.press("x");
  await page.locator(`[data-stroke="S${target} cut off"]`).waitFor();
  await writeThirty(page, target);
  const compacted = await report(page);
  const { first } = compacted.nodes[leader.id - 1].log;
  await isFolded(page, leader.id, first);
  assert.match(
    await folded(page, leader.id).getAttribute("aria-label"),
    new RegExp(`^S${leader.id}, entries\\s1–${first - 1} are gone .* up to entry\\s[0-9]+ of term\\s1 replaces them$`),
  );
  assert.ok(compacted.nodes[target - 1].log.last < first - 1, "what it needs next is gone");
  assert.equal(await folded(page, target).count(), 0);
  // All that it has lies to the left of what is seen, and its row says so.
  const { last } = compacted.nodes[target - 1].log;
  await row(page, target).getByText(last ? `◂ ends at ${last}` : "empty", { exact: true }).waitFor();
  assert.equal(await page.locator(".cell.conflicts").count(), 0);

  // Whoever comes back has the higher term, so that the leader may be another one afterwards.
  await page.keyboard.press("x");
  await page.locator("[data-stroke]").waitFor({ state: "detached" });
  await page.getByRole("radio", { name: "delivery" }).check();
  const receiving = row(page, target).locator("[data-block='receiving']");
  const arrives = await page.evaluate((target) => {
    const arrives = () => window.raftLab.report().streams.some((one) => one.target === target && one.snapshot?.offset > 0);
    for (let i = 0; i < 600 && !arrives(); i++) window.raftLab.step("message");
    return arrives();
  }, target);
  assert.ok(arrives, "a part of the snapshot within 600 messages");
  await upToDate(page);
  await receiving.waitFor();
  const during = await report(page);
  const sending = during.streams.find((one) => one.target === target && one.state === "snapshotting");
  assert.ok(sending, "the lab knows that, too");
  const sends = page.locator(`[data-stream="${sending.leader}-${target}"]`);
  assert.equal(await sends.getAttribute("data-state"), "snapshotting");
  assert.equal((await sends.locator(".chip.on").innerText()).toLowerCase(), "snapshotting");
  const [, part, whole] = /^([0-9]+) of ([0-9]+)\sB$/.exec(await sends.locator(".sending b").innerText());
  assert.ok(Number(part) <= Number(whole));
  assert.match(await receiving.innerText(), /^[0-9]+\s%$/);
  assert.match(
    await receiving.getAttribute("aria-label"),
    new RegExp(`^S${target} receives the snapshot up to entry\\s[0-9]+: [0-9]+ of ${whole}\\sB$`),
  );
  await shot("snapshot");

  await page.evaluate(() => window.raftLab.runUntil({ converged: true }, 10_000));
  await receiving.waitFor({ state: "detached" });
  const after = await report(page);
  const { log, state } = after.nodes[target - 1];
  assert.ok(log.first > first - 1, "its log begins behind the snapshot");
  for (const other of after.nodes) {
    assert.deepEqual([other.log.last, other.commit, other.state], [log.last, log.last, state]);
    await isFolded(page, other.id, other.log.first);
  }
  assert.equal(await page.locator(".cell.conflicts").count(), 0);
  await page.locator("[data-event]", { hasText: `S${target} installs the snapshot` }).first().waitFor();
  await shot("snapshot-installed");
});

test("a long log does not make the page wider than a phone", async (t) => {
  const { page, shot } = await lab(t, { context: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } });
  await until(page, "leader", leaderOf);
  await page.evaluate(() => {
    window.raftLab.act({ do: "write_many", count: 40 });
    window.raftLab.runUntil({ node: "all", commit: { min: 40 } }, 10_000);
  });
  await folded(page, 1).waitFor();
  await row(page, 1).scrollIntoViewIfNeeded();
  await shot("phone-snapshot");
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, "nothing sticks out");
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing, in ${colorScheme}`, async (t) => {
    const { page, shot } = await lab(t, { context: { colorScheme } });
    const leader = await until(page, "leader", leaderOf);
    await page.keyboard.press(String(leader.id));
    await page.keyboard.press("x");
    await until(page, "second leader", (seen) => leaderOf(seen).id !== leader.id);
    await page.keyboard.press("Space");
    const other = [1, 2, 3, 4, 5].find((id) => id !== leader.id);
    await page.evaluate((node) => window.raftLab.act({ do: "crash", node }), other);
    await page.locator(`.log-row.crashed[data-log='${other}'] .cell`).first().waitFor();
    await shot(`page-${colorScheme}`);
    assert.deepEqual(await findings(page), []);
    await page.keyboard.press("Enter");
    assert.deepEqual(await findings(page), []);
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await shot(`help-${colorScheme}`);
    assert.deepEqual(await findings(page), []);
  });
}

test("a phone shows the cluster first and keeps the controls of time in reach", async (t) => {
  const { page, shot } = await lab(t, { context: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } });
  await until(page, "leader", leaderOf);
  await shot("phone");
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, "nothing sticks out");
  const cluster = await page.locator(".cluster").boundingBox();
  const logs = await page.locator(".logs").boundingBox();
  assert.ok(cluster.y < logs.y);
  const play = await page.getByRole("button", { name: "Pause" }).boundingBox();
  assert.ok(play.y + play.height <= 844 && play.height >= 24 && play.width >= 24);
  await node(page, 1).tap();
  await page.getByRole("menuitem", { name: "Isolate" }).tap();
  await page.locator("[data-stroke='S1 cut off']").waitFor();
  await page.locator("[data-stroke='S1 cut off']").tap();
  await page.locator("[data-stroke]").waitFor({ state: "detached" });
  assert.deepEqual(await findings(page), []);
});
