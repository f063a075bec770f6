// The timeline: the whole run under the cluster, and the ways through it, by mouse, keys and finger.

import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, findings, frames, lab, report, upToDate } from "./helper.mjs";

const ACTIONS = [
  { at: 0, do: "campaign", node: 1 }, { at: 200, do: "write_many", count: 5 }, { at: 420, do: "crash", node: 3 },
  { at: 600, do: "campaign", node: 2 }, { at: 900, do: "restart", node: 3 },
];

/** A run of so many ms, with an election, writes, a crash and another leader; the clock stands. */
async function still(t, { ms = 1_300, context = {}, scenario = {} } = {}) {
  const opened = await lab(t, {
    context: { reducedMotion: "reduce", ...context },
    prepare: (page) => page.addInitScript((scenario) => {
      localStorage.setItem("raft-lab/run", JSON.stringify({ now: 0, events: 0, playing: false, scenario }));
    }, { format: "raft-lab/1", seed: 7, preset: "classroom", nodes: [1, 2, 3, 4, 5], actions: ACTIONS, ...scenario }),
  });
  const { page } = opened;
  const axis = page.locator(".axis");
  await axis.waitFor();
  await page.evaluate((ms) => window.raftLab.advance(ms), ms);
  await upToDate(page);
  await eventually(async () => assert.equal(Number(await axis.getAttribute("aria-valuemax")), (await report(page)).events));
  return { ...opened, axis };
}

/** The number of the event that is shown, and the clock in ms. */
const shown = (page) => page.evaluate(() => ({
  event: Number(/event ([\d\u00a0]+)/.exec(document.querySelector("[data-events]").textContent)[1].replace(/\D/g, "")),
  ms: Number(document.querySelector("[data-clock]").textContent.replace(/[^\d.]/g, "")),
}));

/** Where the head is, from the left of the lanes. */
const head = (page) => page.evaluate(() => document.querySelector(".head").transform.baseVal[0].matrix.e);

test("a click goes to a moment, which every panel shows, and so does dragging the head", async (t) => {
  const { page, axis, shot } = await still(t);
  const { events } = await report(page);
  await shot("timeline-low");
  const { x, y, width, height } = await axis.boundingBox();
  // 1,300 ms are seen as a part of 1,500 ms.
  await page.mouse.click(x + (width * 700) / 1_500, y + height / 2);
  await page.locator("[data-past]").waitFor();
  const then = await shown(page);
  assert.ok(then.ms > 600 && then.ms <= 701, JSON.stringify(then));
  assert.match(await axis.getAttribute("aria-valuetext"), new RegExp(`^event ${then.event} of ${events}, \\d+\\.\\d\u00a0ms, .+`));
  await page.locator("[data-node='3'][data-standing='crashed']").waitFor();
  assert.ok(Math.abs((await head(page)) - (width * then.ms) / 1_500) < 3);
  await shot("timeline-past");

  // By the head, to before the crash.
  const from = x + (await head(page));
  await page.mouse.move(from, y + height / 2);
  await page.mouse.down();
  for (let i = 1; i <= 10; i++) await page.mouse.move(from - ((width * 350) / 1_500) * (i / 10), y + height / 2);
  await page.mouse.up();
  await page.locator("[data-node='3']:not([data-standing='crashed'])").waitFor();
  const before = await shown(page);
  assert.ok(before.ms < 360 && before.ms > 240, JSON.stringify(before));
  // To the right end is the present.
  await page.mouse.click(x + width - 3, y + height / 2);
  await page.locator("[data-past]").waitFor({ state: "detached" });
  assert.deepEqual(await findings(page), []);
});

test("the head is moved with keys, also from event to event of a node, and along a message", async (t) => {
  const { page, axis } = await still(t);
  const { events } = await report(page);
  await axis.focus();
  const now = async () => Number(await axis.getAttribute("aria-valuenow"));
  const goes = async (key, wanted) => {
    const before = await now();
    await page.keyboard.press(key);
    return eventually(async () => {
      const after = await now();
      assert.ok(wanted(after, before), `${key}: ${before} → ${after}`);
      return after;
    });
  };
  await goes("ArrowLeft", (after) => after === events - 1);
  await goes("ArrowRight", (after) => after === events);
  await goes("Home", (after) => after === 0);
  await goes("End", (after) => after === events);
  const last = await goes(",", (after, before) => after < before);
  await goes(",", (after, before) => after < before);
  await goes(".", (after) => after === last);
  await goes("Home", (after) => after === 0);
  // To the first message that is sent, to where it arrives, and back.
  await page.keyboard.press("4");
  await axis.focus();
  let sent;
  for (;;) {
    sent = await goes(".", (after, before) => after > before);
    if (/S4 → S\d: (?!.*arrives)/.test(await axis.getAttribute("aria-valuetext"))) break;
  }
  const arrives = await goes("]", (after, before) => after > before);
  assert.ok(arrives > sent);
  await goes("[", (after) => after === sent);
});

test("the timeline is low until it is wanted tall, by a button or a key, and that is remembered", async (t) => {
  const { page, axis, shot } = await still(t);
  const low = (await axis.boundingBox()).height;
  assert.ok(low < 60, `${low}`);
  await page.keyboard.press("T");
  await page.locator(".timeline.tall").waitFor();
  await page.locator(".axis .name").getByText("S5").waitFor();
  await shot("timeline-tall");
  assert.ok((await axis.boundingBox()).height > 2.5 * low);
  const terms = await page.locator("[data-lane='2'] text.term").allTextContents();
  assert.deepEqual(terms, ["1", "2", "3", "4"], "each term is written where there is room");
  const stage = await page.locator(".stage").boundingBox();
  assert.ok(stage.height > 300, "the cluster is still the largest");
  await page.evaluate(() => window.dispatchEvent(new Event("pagehide")));
  await page.reload();
  await page.locator(".timeline.tall").waitFor();
  await page.getByRole("button", { name: "Make the timeline lower" }).click();
  await page.locator(".timeline:not(.tall)").waitFor();
  await page.getByRole("button", { name: "Timeline", exact: true }).click();
  await page.locator(".timeline.folded").waitFor();
  await page.keyboard.press("T");
  await page.locator(".timeline.tall").waitFor();
});
