// What one does: fields give the keys back, menus are short and lie beside what they act on, notices push nothing away.

import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, frames, lab, upToDate } from "./helper.mjs";

const STILL = { context: { reducedMotion: "reduce" } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, reducedMotion: "reduce" };

/** The page with a leader; the clock stands. */
async function led(t, settings = STILL) {
  const all = await lab(t, settings);
  const { page } = all;
  await page.evaluate(() => window.raftLab.runUntil({ leader: true }, 60_000));
  await upToDate(page);
  const leader = await page.evaluate(() => window.raftLab.report().nodes.find(({ role }) => role === "leader").id);
  await page.locator(`[data-node='${leader}'][data-standing='leader']`).waitFor();
  return { ...all, leader };
}

/** What was done by hand: not what the scenario does by itself. */
const acts = (page) => page.evaluate(() => window.raftLab.scenario().actions.filter(({ after }) => after !== undefined)
  .map(({ at, after, polls, ...act }) => act));
const lastAct = async (page) => (await acts(page)).at(-1);
const focusIsFree = (page) => page.evaluate(() => !document.activeElement.matches("input, select, textarea"));

test("Escape leaves every field, and Enter the one that a key led to", async (t) => {
  const { page, leader } = await led(t);
  const other = (leader % 5) + 1;
  const value = page.getByLabel("Value", { exact: true });
  const before = (await acts(page)).length;
  await page.keyboard.press("w");
  await eventually(async () => assert.ok(await value.evaluate((field) => field === document.activeElement)));
  await page.keyboard.type("23");
  await eventually(async () => assert.equal(await value.inputValue(), "23"));
  await page.keyboard.press("Escape");
  assert.ok(await focusIsFree(page));
  await page.keyboard.press(String(other));
  await page.locator(".inspector").waitFor();
  assert.equal(await value.inputValue(), "23", "nothing was written, and no key went into the field");
  assert.equal((await acts(page)).length, before);

  await page.keyboard.press("w");
  await eventually(async () => assert.ok(await value.evaluate((field) => field === document.activeElement)));
  await page.keyboard.press("Enter");
  assert.equal((await lastAct(page)).value, "23");
  assert.ok(await focusIsFree(page));
  await page.keyboard.press("x");
  assert.deepEqual((await lastAct(page)).do, "cut");
  await page.keyboard.press("x");

  // Who went there with the mouse may want to write again.
  await value.click();
  await page.keyboard.press("Enter");
  assert.ok(await value.evaluate((field) => field === document.activeElement));
  await page.keyboard.press("Escape");
  for (const field of [page.getByLabel("Key", { exact: true }), page.getByLabel("Node to ask"), page.getByLabel("Show"), page.getByLabel("Speed")]) {
    await field.focus();
    await page.keyboard.press("Escape");
    assert.ok(await focusIsFree(page), await field.evaluate((it) => it.outerHTML));
  }
});

test("in a list to choose from, the page's keys are the page's", async (t) => {
  const { page } = await led(t);
  const to = page.getByLabel("Node to ask");
  await page.keyboard.press("2");
  await to.focus();
  const before = await to.inputValue();
  await page.keyboard.press("c");
  assert.deepEqual(await lastAct(page), { do: "crash", node: 2 });
  await page.keyboard.press("S");
  assert.deepEqual(await lastAct(page), { do: "restart", node: [2] });
  assert.equal(await to.inputValue(), before);
  // Its own keys are its own.
  await page.keyboard.press("ArrowDown");
  assert.notEqual(await to.inputValue(), before);
});

/** The parts of the screen that two elements share. */
const overlap = (page, one, other) => page.evaluate(([one, other]) => {
  const [a, b] = [one, other].map((selector) => document.querySelector(selector).getBoundingClientRect());
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 1 && height > 1;
}, [one, other]);

for (const [where, settings] of [["on a laptop", STILL], ["on a phone", { context: PHONE }]]) {
  test(`a menu is short, lies beside what it acts on, and has a second level, ${where}`, async (t) => {
    const { page, shot, leader } = await led(t, settings);
    const touch = settings !== STILL;
    const press = (locator) => (touch ? locator.tap() : locator.click());
    for (const id of [1, 2, 3, 4, 5]) {
      await press(page.locator(`[data-node='${id}']`));
      await page.getByRole("menu").waitFor();
      assert.ok((await page.getByRole("menuitem").count()) <= 7);
      assert.ok(!(await overlap(page, ".menu", `[data-node='${id}'] .body`)), `S${id}`);
      const { x, y, width, height } = await page.getByRole("menu").boundingBox();
      const { width: wide, height: high } = page.viewportSize();
      assert.ok(x >= 0 && y >= 0 && x + width <= wide && y + height <= high, `S${id}: ${JSON.stringify([x, y, width, height])}`);
      if (id === leader) await shot(`menu-${touch ? "phone" : "laptop"}`);
      await press(page.getByRole("menuitem", { name: "More" }));
      await page.getByRole("menuitem", { name: "Back" }).waitFor();
      assert.ok((await page.getByRole("menuitem").count()) <= 7);
      if (id === leader) await shot(`menu-more-${touch ? "phone" : "laptop"}`);
      await press(page.getByRole("menuitem", { name: "Back" }));
      await page.getByRole("menuitem", { name: "Crash" }).waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("menu").waitFor({ state: "detached" });
      await page.evaluate(() => window.scrollTo(0, 0));
    }
    await press(page.locator("[data-node='2']"));
    await press(page.getByRole("menuitem", { name: "More" }));
    await press(page.getByRole("menuitem", { name: "Slow down its disk" }));
    assert.equal((await lastAct(page)).do, "disk");
    await page.getByRole("menu").waitFor({ state: "detached" });
  });
}

test("arrows go into the second level of a menu and out, and a choice's key works in it", async (t) => {
  const { page } = await led(t);
  const focused = () => page.evaluate(() => document.activeElement.textContent);
  await page.locator("[data-node='2']").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menu").waitFor();
  await page.keyboard.press("ArrowUp");
  assert.match(await focused(), /^More/);
  await page.keyboard.press("ArrowRight");
  await page.getByRole("menuitem", { name: "Back" }).waitFor();
  assert.match(await focused(), /^Reset its election timer/);
  await page.keyboard.press("Escape");
  await eventually(async () => assert.match(await focused(), /^Write/));
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Remove from the configuration" }).waitFor();
  // "i" is the key of that choice, and the first letter of another.
  await page.keyboard.press("i");
  assert.equal((await lastAct(page)).do, "members");
  await page.getByRole("menu").waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement.dataset.node), "2");
});

test("a notice pushes nothing away, and goes by Escape", async (t) => {
  for (const context of [{ reducedMotion: "reduce" }, PHONE]) {
    const { page, shot } = await led(t, { context });
    const places = () => page.evaluate(() => [".panels", ".transport", ".stage"].map((selector) => {
      const { x, y, width, height } = document.querySelector(selector).getBoundingClientRect();
      return [x, y, width, height];
    }));
    const before = await places();
    await page.keyboard.press("r");
    const notice = page.getByRole("status").getByText("No link is cut.");
    await notice.waitFor();
    await shot(`notice-${page.viewportSize().width}`);
    assert.deepEqual(await places(), before);
    assert.ok(!(await overlap(page, ".notice", ".transport")));
    assert.ok(!(await overlap(page, ".notice", ".stage")) || page.viewportSize().width < 500);
    await page.keyboard.press("Escape");
    await notice.waitFor({ state: "detached" });
    await page.context().close();
  }
});

test("Home keeps the speed that was chosen", async (t) => {
  const { page } = await lab(t);
  const speed = page.getByLabel("Speed", { exact: true });
  await page.getByRole("button", { name: "Pause" }).waitFor();
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Play" }).waitFor();
  for (let i = 0; i < 2; i++) await page.keyboard.press("[");
  const chosen = await speed.getAttribute("aria-valuetext");
  assert.match(chosen, /^Slow motion 1:200/);
  await page.keyboard.press("Home");
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Pause" }).waitFor();
  await frames(page, 10);
  assert.equal(await speed.getAttribute("aria-valuetext"), chosen);
});
