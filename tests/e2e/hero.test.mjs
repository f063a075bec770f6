// The cluster is what one sees first, on every screen; logs and streams beside it say one thing once.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { eventually, frames, lab, upToDate } from "./helper.mjs";

const still = (t, scenario, context = {}) => lab(t, {
  context: { reducedMotion: "reduce", ...context },
  prepare: (page) => page.addInitScript((scenario) => {
    localStorage.setItem("raft-lab/run", JSON.stringify({ now: 0, events: 0, playing: false, scenario }));
  }, scenario),
});

const run = (count, actions = [], more = {}) => {
  const nodes = Array.from({ length: count }, (_, i) => i + 1);
  return { format: "raft-lab/1", preset: "classroom", nodes, actions: [{ at: 0, do: "campaign", node: 1 }, ...actions], ...more };
};
const runUntil = async (page, condition) => {
  assert.ok(await page.evaluate((condition) => window.raftLab.runUntil(condition, 60_000), condition), JSON.stringify(condition));
  await upToDate(page);
};

const box = (page, selector) => page.locator(selector).boundingBox();

/** The screens, with the part of the window that the picture of the cluster has at least. */
const SCREENS = [
  [360, 740, 0.4], [390, 844, 0.4], [820, 1180, 0.28], [1180, 820, 0.19], [1440, 900, 0.26], [1920, 1080, 0.27], [3840, 2160, 0.3],
];

test("the cluster is the largest thing on every screen, and no column is empty", async (t) => {
  const { page, shot } = await still(t, run(5, [{ at: 200, do: "write_many", count: 5 }]));
  await runUntil(page, { node: 1, commit: { min: 6 } });
  for (const [width, height, part] of SCREENS) {
    await page.setViewportSize({ width, height });
    await frames(page);
    await shot(`hero-${width}`);
    const stage = await box(page, ".stage");
    const seen = Math.min(stage.y + stage.height, height) - stage.y;
    assert.ok((stage.width * seen) / (width * height) >= part, `${width} × ${height}: ${(stage.width * seen) / (width * height)}`);
    if (width < 760) continue;
    // Where there are columns, each ends where the window does, or goes on below it.
    const columns = await page.evaluate(() => {
      const cards = [...document.querySelectorAll(".panels .card")].map((card) => card.getBoundingClientRect());
      const low = document.querySelector(".transport").getBoundingClientRect().top;
      return [0.1, 0.3, 0.5, 0.7, 0.9].map((part) => {
        const below = cards.filter(({ left, right }) => left <= part * innerWidth && right >= part * innerWidth).map(({ bottom }) => bottom);
        return low - Math.max(...below);
      });
    });
    assert.ok(columns.every((gap) => gap < 24), `${width} × ${height}: ${columns}`);
  }
});

test("on a phone, what is selected comes up from below, and the picture stays in view", async (t) => {
  const { page, shot } = await still(t, run(5), { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await runUntil(page, { leader: true });
  await page.keyboard.press("1");
  const selected = page.locator(".inspector");
  await selected.waitFor();
  await shot("sheet");
  const [sheet, bar, node] = [await selected.boundingBox(), await box(page, ".transport"), await box(page, "[data-node='2']")];
  assert.ok(Math.abs(sheet.y + sheet.height - 844) < 1 && sheet.width === 390, JSON.stringify(sheet));
  assert.ok(sheet.y < bar.y && sheet.y > 0.45 * 844, JSON.stringify([sheet, bar]));
  assert.ok(node.y + node.height < sheet.y, "the nodes above it are seen");
});

test("the head and the bar leave a phone at least three quarters of its height", async (t) => {
  for (const [width, height] of [[390, 844], [360, 740]]) {
    const { page } = await still(t, run(5), { viewport: { width, height }, hasTouch: true, isMobile: true });
    const [top, bar] = [await box(page, ".top"), await box(page, ".transport")];
    assert.ok(top.height + bar.height < 0.29 * height, `${top.height} + ${bar.height} of ${height}`);
    // What stays when one has scrolled is less.
    await page.evaluate(() => window.scrollTo(0, 600));
    const sticks = await eventually(async () => {
      const { y, height } = await box(page, ".top");
      assert.ok(y < 0);
      return y + height;
    });
    assert.ok(sticks + bar.height < 0.25 * height, `${sticks} + ${bar.height} of ${height}`);
    await page.context().close();
  }
});

test("who is not a member is said beside its name, not over its first entry", async (t) => {
  const { page, shot } = await still(t, run(3, [{ at: 300, do: "members", voters: [1, 3] }], { nodes: [1, 2, 3] }));
  await runUntil(page, { node: 1, members: { voters: [[1, 3]] } });
  for (const [width, height] of [[1440, 900], [390, 844], [1920, 1080]]) {
    await page.setViewportSize({ width, height });
    await frames(page);
    await shot(`no-member-${width}`);
    const gap = await page.evaluate(() => {
      const range = document.createRange();
      range.selectNodeContents(document.querySelector("[data-log='2'] .standing"));
      return document.querySelector("[data-log='2'] .cell").getBoundingClientRect().left - range.getBoundingClientRect().right;
    });
    assert.ok(gap > 2, `${width}: ${gap}`);
  }
});

test("with an open stream, the marks of the last row are still there", async (t) => {
  const { page, shot } = await still(t, run(5, [{ at: 200, do: "write_many", count: 5 }]));
  await runUntil(page, { node: 1, commit: { min: 6 } });
  await page.locator("[data-stream='1-2'] button.leads").click();
  await page.locator(".opened-stream").waitFor();
  for (const [width, height] of [[1440, 900], [1920, 1080]]) {
    await page.setViewportSize({ width, height });
    await frames(page);
    await shot(`open-stream-${width}`);
    const [marks, scroller] = [await box(page, "[data-log='5'] .marks"), await box(page, ".logs .scroller")];
    assert.ok(marks.y + marks.height <= scroller.y + scroller.height + 1, `${width}: ${JSON.stringify([marks, scroller])}`);
  }
});

test("the streams of an old leader have heads of their own, and numbers below the others'", async (t) => {
  const { page, shot } = await still(t, run(5, [
    { at: 100, do: "partition", groups: [[1, 2], [3, 4, 5]] }, { at: 320, do: "write", key: "x", value: "1", node: 1 }, { at: 400, do: "campaign", node: 3 },
  ]));
  await runUntil(page, { node: 3, role: "leader" });
  await page.evaluate(() => window.raftLab.advance(60));
  await upToDate(page);
  await page.locator("[data-streams='1']").waitFor();
  await shot("two-leaders");
  const tables = await page.locator("[data-streams]").evaluateAll((tables) => tables.map((table) => ({
    heads: [...table.querySelectorAll("thead th")].map((head) => head.getBoundingClientRect()).filter(({ height }) => height > 5).length,
    right: [...table.querySelectorAll(".numbers")].map((row) => [...row.querySelectorAll("td")].map((cell) => Math.round(cell.getBoundingClientRect().right))),
  })));
  assert.equal(tables.length, 2);
  assert.ok(tables.every(({ heads }) => heads >= 7), JSON.stringify(tables.map(({ heads }) => heads)));
  const rows = tables.flatMap(({ right }) => right);
  for (const row of rows) assert.deepEqual(row, rows[0]);
});

test("a stream has one chip; a reason is told where it is not as it should be, and all plots have one scale", async (t) => {
  const name = new URL("../scenarios/streams/line-rate-to-snapshotting-and-back.json", import.meta.url);
  const { page } = await still(t, JSON.parse(await readFile(name, "utf8")));
  await runUntil(page, { event: "stream-state", target: 3, to: "lagging", from: "line-rate" });
  const texts = (selector) => page.locator(selector).allTextContents();
  await eventually(async () => assert.deepEqual(await texts("[data-stream='1-3'] .chip"), ["lagging"]));
  assert.deepEqual(await texts("[data-stream='1-2'] .chip"), ["line rate"]);
  assert.match((await texts("[data-stream='1-3'] .why"))[0], /now lagging/);
  assert.equal((await texts("[data-stream='1-2'] .why"))[0], "");
  // The greatest lag of all is at the top of its plot, and of no other.
  const tops = await page.locator(".plot polyline").evaluateAll((lines) =>
    lines.map((line) => Math.min(...line.getAttribute("points").split(" ").map((point) => Number(point.split(",")[1])))));
  assert.ok(Math.min(...tops) === 1 && Math.max(...tops) > 1, `${tops}`);
});

test("a follower that missed ten writes is sent a snapshot of several chunks", async (t) => {
  const { page, shot } = await lab(t, { context: { reducedMotion: "reduce" } });
  await page.keyboard.press("Space");
  await page.evaluate(() => window.raftLab.runUntil({ converged: true }, 60_000));
  await page.evaluate(() => window.raftLab.runUntil({ node: "any", commit: { min: 3 } }, 60_000));
  const leader = await page.evaluate(() => window.raftLab.report().nodes.find(({ role }) => role === "leader").id);
  const other = leader === 1 ? 2 : 1;
  await page.evaluate((node) => window.raftLab.act({ do: "crash", node }), other);
  await page.keyboard.press("W");
  await runUntil(page, { node: leader, commit: { min: 13 } });
  const { keys } = await page.evaluate(() => window.raftLab.scenario().actions.at(-1));
  assert.equal(keys, "a");
  await page.evaluate((node) => window.raftLab.act({ do: "restart", node }), other);
  await runUntil(page, { event: "chunk-sent", target: other, offset: 10 });
  await page.locator(`[data-stream='${leader}-${other}'] .sending`).getByText("of 5 chunks").waitFor();
  await shot("five-chunks");
});
