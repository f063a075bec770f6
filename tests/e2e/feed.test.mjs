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
