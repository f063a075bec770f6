// "What just happened": that the list stays at its end until a reader scrolls it; and what is said aloud of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, frames, lab, until } from "./helper.mjs";

/** How far the list is from its end, in pixels. */
const left = (page) => page.locator(".lines").evaluate((list) => list.scrollHeight - list.clientHeight - list.scrollTop);

/** Waits until the list is at its end. */
const atEnd = (page, when) => eventually(async () => {
  const far = await left(page);
  assert.ok(far < 24, `${when}: ${far} px from the end`);
});

/** Waits until so many more events have happened. */
const more = async (page, events) => {
  const { events: before } = await page.evaluate(() => window.raftLab.report());
  await until(page, `${events} more events`, (seen) => seen.events >= before + events);
};

const press = async (page, ...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};

const leader = (page) => until(page, "leader", ({ nodes }) => nodes.some((node) => node.role === "leader"));

const STILL = { context: { reducedMotion: "reduce" } };
const advance = (page, ms) => page.evaluate((ms) => window.raftLab.advance(ms), ms);

/** While the clock stands: lets so much happen that the list is longer than its room. */
async function filled(page) {
  await advance(page, 1_000);
  await page.evaluate(() => window.raftLab.act({ do: "write_many", count: 30 }));
  await advance(page, 300);
  await page.getByLabel("Show").selectOption({ label: "everything" });
  await atEnd(page, "filled");
}

test("the list stays at its end, whatever happens to it", async (t) => {
  const { page } = await lab(t);
  await leader(page);
  await page.locator("[data-node='1']").click();
  await more(page, 20);
  await atEnd(page, "after S1 was selected");
  await press(page, "Escape");
  for (const key of ["c", "W", "W", "c", "W"]) {
    await press(page, key);
    await more(page, 40);
    await atEnd(page, `after ${key}`);
    assert.equal(await page.locator(".logs .follow").count(), 0, `the logs follow their end after ${key}`);
  }
  await press(page, "Control+z");
  await frames(page);
  await atEnd(page, "after undo");
  await press(page, "Shift+ArrowLeft", "Shift+ArrowLeft", "W");
  await frames(page);
  await atEnd(page, "after acting in the past");
  await press(page, " ");
  await more(page, 60);
  await atEnd(page, "going on in another run");
  await page.getByRole("button", { name: "New run" }).click();
  await more(page, 40);
  await atEnd(page, "in a new run");
  assert.equal(await page.locator(".logs .follow").count(), 0, "the logs follow their end too");
});

test("neither a smaller window nor another filter is a reader who scrolls", async (t) => {
  const { page } = await lab(t, STILL);
  await filled(page);
  await page.setViewportSize({ width: 1440, height: 700 });
  await atEnd(page, "in a window that is less high");
  await page.setViewportSize({ width: 1440, height: 900 });
  await atEnd(page, "in a window that is higher");
  for (const label of ["logs", "highlights", "elections", "everything"]) {
    await page.getByLabel("Show").selectOption({ label });
    await frames(page);
    await atEnd(page, `showing ${label}`);
  }
  // The browser tells of scrolling in the next frame, when the list may have less room already.
  await page.locator(".lines").evaluate((list) => {
    list.style.flex = "0 0 6rem";
    list.dispatchEvent(new Event("scroll"));
  });
  await advance(page, 100);
  await frames(page);
  await atEnd(page, "with less room than when it was scrolled");
});

test("a reader who scrolls is left where they are, until they go to the end", async (t) => {
  const { page } = await lab(t, STILL);
  await filled(page);
  await page.locator(".lines").hover();
  await page.mouse.wheel(0, -300);
  const toEnd = page.getByRole("button", { name: "To the latest" });
  await toEnd.waitFor();
  await advance(page, 100);
  await frames(page);
  assert.ok(await left(page) > 200, "it stays there");
  await toEnd.click();
  await atEnd(page, "after the button");
  await toEnd.waitFor({ state: "detached" });
  await advance(page, 100);
  await frames(page);
  await atEnd(page, "it follows again");
  await page.locator(".lines").focus();
  await press(page, "PageUp");
  await toEnd.waitFor();
  await press(page, "End");
  await toEnd.waitFor({ state: "detached" });
});

test("the narrator says aloud what happens, after undo and in another run too", async (t) => {
  const { page } = await lab(t, STILL);
  const narrator = page.getByRole("status").and(page.locator(".story"));
  await advance(page, 1_000);
  for (const [key, what] of [["c", /^S2 crashes/], ["z", /^S2 is paused/]]) {
    await press(page, "2", key);
    await narrator.getByText(what).waitFor();
    await press(page, "Control+z");
    await narrator.getByText(what).waitFor({ state: "detached" });
  }
  await page.getByRole("button", { name: "New run" }).click();
  await advance(page, 50);
  await press(page, "3", "c");
  await narrator.getByText(/^S3 crashes/).waitFor();
});

test("a line goes to its moment by mouse and by keyboard, and what comes next stays in the list", async (t) => {
  const { page, shot } = await lab(t, STILL);
  await advance(page, 1_000);
  const here = page.locator(".lines .here");
  const moment = (hasText) => page.locator(".lines li", { hasText }).first().getByRole("button", { name: /^Go to this moment/ });
  const eventShown = () => page.locator("[data-events]").innerText();
  await moment(/is elected leader/).click();
  await here.waitFor();
  await page.locator("[data-past]").waitFor();
  await page.locator("main.looks-back").waitFor();
  const before = page.locator(".lines li:has(+ .here)");
  assert.match(await before.innerText(), /is elected leader/);
  assert.match(await eventShown(), new RegExp(`^event ${await before.getAttribute("data-n")} of `));
  assert.ok(await page.locator(".lines .later").count() > 2, "what comes next is there");
  await shot("feed-past");
  // On, by keyboard.
  const next = page.locator(".lines .later").nth(1);
  const n = await next.getAttribute("data-n");
  await next.getByRole("button", { name: /^Go to this moment/ }).press("Enter");
  await page.locator(`.lines li[data-n="${n}"]:has(+ .here)`).waitFor();
  await press(page, "End");
  await here.waitFor({ state: "detached" });
  await page.locator("main.looks-back").waitFor({ state: "detached" });
});

test("many of a kind are one line, which opens; a node and an entry have their own lines", async (t) => {
  const { page, shot } = await lab(t, STILL);
  await advance(page, 1_000);
  await press(page, "W");
  await advance(page, 400);
  const folded = page.locator(".lines .folded", { hasText: "10 writes are acknowledged" });
  await folded.locator(".told").click();
  assert.equal(await folded.locator(".told").getAttribute("aria-expanded"), "true");
  assert.equal(await page.locator(".lines .within").count(), 10);
  await shot("feed-folded");
  await folded.locator(".told").press("Enter");
  await page.locator(".lines .within").first().waitFor({ state: "detached" });

  const show = page.getByLabel("Show");
  await show.selectOption({ label: "S2" });
  await frames(page);
  const told = await page.locator(".lines li").allInnerTexts();
  assert.ok(told.length > 3 && told.every((line) => line.includes("S2")), `${told}`);
  const cell = page.locator("[data-log='1'] [data-index]").last();
  const index = await cell.getAttribute("data-index");
  await cell.click();
  await show.selectOption({ label: `entry ${index}` });
  await page.locator(".lines li", { hasText: `applies entry ${index}` }).first().waitFor();
  assert.equal(await page.locator(".lines [data-event='role']").count(), 0);
});

test("a message that was dropped, and the one that takes its place, are highlights", async (t) => {
  const { page } = await lab(t, STILL);
  await advance(page, 1_000);
  await press(page, "W");
  await page.evaluate(() => window.raftLab.act({ do: "drop", kind: "append", count: 1 }));
  await advance(page, 400);
  await page.locator(".lines [data-event='lost']", { hasText: "dropped by hand" }).first().waitFor();
  await page.locator(".lines [data-event='timed-out']", { hasText: "no answer in time" }).first().waitFor();
  await page.locator(".lines [data-event='sent']", { hasText: "sent again" }).first().waitFor();
});
