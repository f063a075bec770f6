// The picture of the cluster: what messages say, the names of links, the clients, and what is acted out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, frames, lab, report, upToDate } from "./helper.mjs";

/** The page with a run that is about to begin; the clock stands. */
const still = (t, count, { context = {}, ...scenario } = {}) => lab(t, {
  context,
  prepare: (page) => page.addInitScript((scenario) => {
    localStorage.setItem("raft-lab/run", JSON.stringify({ now: 0, events: 0, playing: false, scenario }));
  }, {
    format: "raft-lab/1", preset: "classroom", nodes: Array.from({ length: count }, (_, i) => i + 1),
    actions: [{ at: 0, do: "campaign", node: 1 }], ...scenario,
  }),
});

const runUntil = async (page, condition) => {
  await page.evaluate((condition) => window.raftLab.runUntil(condition, 60_000), condition);
  await upToDate(page);
};
const advance = async (page, ms) => {
  await page.evaluate((ms) => window.raftLab.advance(ms), ms);
  await upToDate(page);
};
const act = (page, what) => page.evaluate((what) => window.raftLab.act(what), what);

/** Advances by as little as can be seen until something is so. */
async function advanceUntil(page, isSo) {
  for (let i = 0; i < 300; i++) {
    await advance(page, 0.5);
    await frames(page, 2);
    if (await isSo()) return;
  }
  assert.fail("it never was so");
}

/** The capsules in the picture, as the class of their form and what they say. */
const said = (page) => page.locator(".capsule").evaluateAll((all) =>
  all.map((it) => `${it.classList.value.replace("capsule ", "")}: ${it.textContent}`).sort());

test("messages say what they are and what they carry, and answers differ", async (t) => {
  const { page, shot } = await still(t, 5);
  await runUntil(page, { event: "sent", kind: "vote" });
  await eventually(async () => assert.deepEqual(await said(page), Array(4).fill("vote: vote?")));
  await shot("picture-votes");
  await runUntil(page, { event: "sent", kind: "vote-answer" });
  await eventually(async () => assert.ok((await said(page)).includes("sign vote-granted: ✓")));
  await runUntil(page, { leader: true });
  await advance(page, 100);
  await act(page, { do: "write", key: "x", value: "1" });
  await advanceUntil(page, async () => (await said(page)).includes("append term-1: x=1"));
  await shot("picture-appends");
  await advanceUntil(page, async () => (await said(page)).some((it) => it.startsWith("success")));
  await eventually(async () => assert.ok((await said(page)).some((it) => /^success: ✓\d+$/.test(it))));
  // Heartbeats and the answers to them are small, and differ from each other.
  await advance(page, 200);
  for (const kind of ["heartbeat", "echo"]) {
    await advanceUntil(page, async () => (await page.locator(`.swarm .${kind} path`).count()) > 0);
    await eventually(async () => assert.deepEqual(await said(page), []));
  }
});

test("chunks of a snapshot are counted", async (t) => {
  const { page, shot } = await still(t, 3, {
    config: { snapshot_policy: { logs_since_last: 10 }, snapshot_max_chunk_size: 8 },
    actions: [
      { at: 0, do: "campaign", node: 1 }, { at: 50, do: "crash", node: 3 }, { at: 100, do: "write_many", count: 40 },
      { at: 600, do: "restart", node: 3 },
    ],
  });
  await runUntil(page, { event: "sent", kind: "chunk" });
  await eventually(async () => assert.match((await said(page)).join(), /chunk: 1\/\d+/));
  await shot("picture-chunk");
});

test("where there is little room, messages are small shapes", async (t) => {
  for (const [count, context] of [[9, {}], [5, { viewport: { width: 360, height: 740 } }]]) {
    const { page } = await still(t, count, { context });
    await runUntil(page, { event: "sent", kind: "vote" });
    await page.locator(".swarm .vote path").first().waitFor({ state: "attached" });
    assert.deepEqual(await said(page), [], `${count} nodes`);
    await page.context().close();
  }
});

test("only what is not usual is labelled, and every node has a name", async (t) => {
  const { page } = await still(t, 5);
  await runUntil(page, { leader: true });
  await eventually(async () => assert.deepEqual(await page.locator(".node text.standing").allTextContents(), ["Leader"]));
  assert.match(await page.locator("[data-node='3']").getAttribute("aria-label"), /^S3, follower, term\s1/);
});

test("a candidate shows who voted, on the side on which the voter stands", async (t) => {
  const { page, shot } = await still(t, 9);
  await runUntil(page, { event: "vote-counted", node: 1 });
  const dots = await page.locator(".node.candidate .vote-dot").evaluateAll((all) =>
    all.map((it) => it.getBoundingClientRect()).map(({ x, y, width, height }) => [x + width / 2, y + height / 2, width]));
  await shot("picture-nine");
  assert.equal(dots.length, 9);
  for (const [i, [x, y, width]] of dots.entries()) {
    for (const [otherX, otherY] of dots.slice(0, i)) assert.ok(Math.hypot(x - otherX, y - otherY) >= width - 1, "they are apart");
  }
  assert.ok((await page.locator(".vote-dot.given").count()) >= 2);
});

test("a link is named under the pointer, and near a crossing the nearest one is meant", async (t) => {
  const { page, shot } = await still(t, 5);
  await runUntil(page, { leader: true });
  // A place on one link, a little before another one crosses it.
  const at = await page.evaluate(() => {
    const line = (name) => {
      const line = document.querySelector(`[data-link='${name}'] .reach`);
      const matrix = line.getScreenCTM();
      const point = (x, y) => new DOMPoint(x.baseVal.value, y.baseVal.value).matrixTransform(matrix);
      return [point(line.x1, line.y1), point(line.x2, line.y2)];
    };
    const [[a, b], [c, d]] = [line("1-3"), line("2-5")];
    const cross = (p, q) => p.x * q.y - p.y * q.x;
    const along = { x: b.x - a.x, y: b.y - a.y };
    const other = { x: d.x - c.x, y: d.y - c.y };
    const way = cross({ x: c.x - a.x, y: c.y - a.y }, other) / cross(along, other);
    const place = (way) => [a.x + along.x * way, a.y + along.y * way];
    const back = 6 / Math.hypot(along.x, along.y);
    const off = 6 / Math.hypot(other.x, other.y);
    const [x, y] = place(way);
    return { "S1–S3": place(way - back), "S2–S5": [x + other.x * off, y + other.y * off] };
  });
  for (const [name, [x, y]] of Object.entries(at)) {
    await page.mouse.move(x, y);
    await page.locator(".link-name").getByText(name, { exact: true }).waitFor();
    assert.equal(await page.locator(".link-name").count(), 1);
    await page.mouse.click(x, y);
    await page.getByRole("menu").getByText(name.replace("–", " – ")).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
  }
  await shot("picture-link");
  await page.mouse.move(5, 5);
  await page.locator(".link-name").waitFor({ state: "detached" });
  // The same with the keyboard.
  await page.keyboard.press(",");
  await page.locator(".link-name").waitFor();
});

test("a client is seen beside the node that it asked, and why it waits", async (t) => {
  const { page, shot } = await still(t, 5);
  await runUntil(page, { leader: true });
  await advance(page, 100);
  await act(page, { do: "write", key: "x", value: "1" });
  await advance(page, 1);
  const client = page.locator("[data-client='1']");
  await client.locator(".request.waits").getByText("x=1").waitFor();
  await advanceUntil(page, async () => (await client.locator(".request.done").count()) > 0);
  await client.locator(".request.done").getByText("x=1").waitFor();
  await advance(page, 500);
  await client.waitFor({ state: "detached" });
  const links = [2, 3, 4, 5].flatMap((id) => [[1, id], [id, 1]]);
  await act(page, { do: "cut", links, name: "alone" });
  await act(page, { do: "read", key: "x", node: 1 });
  await advance(page, 5);
  assert.match(await client.getAttribute("aria-label"), /^Requests to S1: x\?: waits; waits: it cannot prove that it still leads$/);
  await client.locator(".why").first().waitFor();
  await act(page, { do: "write", key: "y", value: "2", node: 1 });
  await advance(page, 1);
  await client.locator(".request.waits").nth(1).waitFor();
  await shot("picture-clients");
  await act(page, { do: "crash", node: 1 });
  await advance(page, 1);
  await client.locator(".request.unknown").getByText("y=2").waitFor();
  await client.getByText("cannot tell").first().waitFor();
});

/** Steps to the event with which a leader is elected. */
async function toElection(page) {
  await runUntil(page, { event: "vote-counted", node: 1 });
  for (let i = 0; i < 60 && !(await report(page)).nodes.some(({ role }) => role === "leader"); i++) {
    await page.keyboard.press("ArrowRight");
    await upToDate(page);
  }
}

const animation = (page, selector) =>
  page.locator(selector).first().evaluate((it) => getComputedStyle(it).animationName);

test("an election is acted out when a step passes it, and not by looking back", async (t) => {
  const { page, shot } = await still(t, 5);
  await toElection(page);
  await page.locator(".effect.elected.term-1").waitFor({ state: "attached" });
  assert.equal(await animation(page, ".effect .wave"), "ripple");
  await shot("picture-elected");
  for (let i = 0; i < 30 && (await page.locator(".effect").count()); i++) {
    await page.keyboard.press("ArrowLeft");
    await frames(page);
  }
  assert.equal(await page.locator(".effect").count(), 0, "before the election");
  // Far ahead and back: what is over is not acted out again.
  await page.keyboard.press("End");
  await advance(page, 300);
  for (let i = 0; i < 5; i++) {
    await page.keyboard.press("ArrowLeft");
    await frames(page);
    assert.equal(await page.locator(".effect").count(), 0);
  }
});

test("a commit goes down the column, and where less motion is wanted nothing moves", async (t) => {
  for (const [reducedMotion, name] of [["no-preference", "commit"], ["reduce", "none"]]) {
    const { page } = await still(t, 3, { context: { reducedMotion } });
    await runUntil(page, { leader: true });
    for (let i = 0; i < 200 && !(await page.locator(".cell.wave").count()); i++) {
      await page.keyboard.press("ArrowRight");
      await upToDate(page);
    }
    assert.ok(await page.locator(".cell.wave").count(), "a cell is committed");
    assert.equal(await animation(page, ".cell.wave"), name);
    await page.context().close();
  }
});

test("entries that are replaced are struck out where they were", async (t) => {
  const links = [2, 3, 4, 5].flatMap((id) => [[1, id], [id, 1]]);
  const { page, shot } = await still(t, 5, {
    actions: [
      { at: 0, do: "campaign", node: 1 }, { at: 100, do: "cut", links, name: "alone" },
      { at: 101, do: "write", key: "x", value: "7", node: 1 }, { at: 110, do: "campaign", node: 2 },
      { at: 200, do: "write", key: "x", value: "8", node: 2 }, { at: 300, do: "join", name: "alone" },
    ],
  });
  await advance(page, 299);
  for (let i = 0; i < 400 && !(await page.locator("[data-log='1'] .replaced").count()); i++) {
    await page.keyboard.press("ArrowRight");
    await upToDate(page);
  }
  assert.match((await page.locator("[data-log='1'] .replaced").allTextContents()).join(), /x=7/);
  assert.equal(await animation(page, "[data-log='1'] .replaced"), "drop");
  await shot("picture-replaced");
});

test("a crash closes in on the node, and an installed snapshot fills its block", async (t) => {
  const { page, shot } = await still(t, 3, {
    config: { snapshot_policy: { logs_since_last: 10 }, snapshot_max_chunk_size: 8 },
    actions: [
      { at: 0, do: "campaign", node: 1 }, { at: 50, do: "crash", node: 3 }, { at: 100, do: "write_many", count: 12 },
      { at: 600, do: "restart", node: 3 },
    ],
  });
  const stepUntil = async (selector) => {
    for (let i = 0; i < 600 && !(await page.locator(selector).count()); i++) {
      await page.keyboard.press("ArrowRight");
      await upToDate(page);
    }
  };
  await advance(page, 49);
  await stepUntil(".effect.crash");
  assert.equal(await animation(page, ".effect.crash .wave"), "collapse");
  await shot("picture-crash");
  await runUntil(page, { event: "sent", kind: "chunk" });
  await stepUntil(".effect.installed");
  assert.equal(await animation(page, ".effect.installed .wave"), "ripple");
  assert.equal(await animation(page, "[data-log='3'] .block.installed i"), "fill-up");
  await shot("picture-installed");
});

test("where the clock is fast, nothing is acted out", async (t) => {
  const { page } = await still(t, 5);
  for (let i = 0; i < 20; i++) await page.keyboard.press("]");
  await page.locator("main.fast").waitFor();
  await toElection(page);
  await page.locator(".effect.elected").waitFor({ state: "attached" });
  assert.equal(await animation(page, ".effect .wave"), "none");
});

test("a cell has room for the words of a configuration", async (t) => {
  const { page } = await still(t, 5);
  await runUntil(page, { leader: true });
  await advance(page, 200);
  await page.keyboard.press("+");
  await advanceUntil(page, async () => (await page.locator(".cell span").getByText("+(S6)").count()) > 0);
  const cut = await page.locator(".cell span").evaluateAll((all) => all.filter((it) => it.scrollWidth > it.clientWidth).map((it) => it.textContent));
  assert.deepEqual(cut, []);
});

test("what is written in a cell of nine logs is in it, in a joint configuration, too", async (t) => {
  const { page, shot } = await still(t, 9);
  await runUntil(page, { leader: true });
  await advance(page, 100);
  await act(page, { do: "members", voters: [1, 2, 3, 4, 5, 6, 7, 8] });
  await advance(page, 8);
  await page.locator(".cell.joint").first().waitFor();
  for (const size of [[1440, 900], [1366, 768]]) {
    await page.setViewportSize({ width: size[0], height: size[1] });
    await frames(page);
    const cut = await page.locator(".cell").evaluateAll((cells) => cells.filter((it) => it.scrollHeight > it.clientHeight).length);
    assert.equal(cut, 0, size.join(" × "));
  }
  await shot("picture-joint");
});
