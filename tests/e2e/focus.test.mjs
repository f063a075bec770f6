// The focus of the keyboard: whatever has it may go, and then what it was about has it, never nothing. The clock stands
// from the beginning and moves only when it is told to.

import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, findings, lab, report } from "./helper.mjs";

const STILL = { context: { reducedMotion: "reduce" } };
const runUntil = (page, condition) => page.evaluate((condition) => window.raftLab.runUntil(condition, 10_000), condition);

/** What has the focus: the node, message, link or stream, or else its name, its id or its class. */
const focused = (page) => page.evaluate(() => {
  const { activeElement: it } = document;
  if (it === document.body) return "nothing";
  const { node, message, stroke } = it.dataset;
  const stream = it.closest("[data-stream]")?.dataset.stream;
  return node ?? message ?? stroke ?? stream ?? (it.getAttribute("aria-label") || it.id || it.innerText || it.getAttribute("class"));
});

/** Waits until something has the focus. */
const untilFocused = (page, what) =>
  eventually(async () => assert.equal(await focused(page), what));

/** The page with a leader and logs that agree. */
async function led(t, settings = STILL) {
  const opened = await lab(t, settings);
  await runUntil(opened.page, { leader: true });
  await runUntil(opened.page, { converged: true });
  await opened.page.locator("[data-standing='leader']").waitFor();
  await opened.page.locator("[data-stream]").nth(3).waitFor();
  const { nodes } = await report(opened.page);
  return { ...opened, leader: nodes.find((node) => node.role === "leader").id };
}

test("what is let go leaves the focus to what it was", async (t) => {
  const { page, leader } = await led(t);
  const other = (leader % 5) + 1;
  const letGo = page.getByRole("button", { name: "Deselect" });
  const select = {
    [String(other)]: () => page.keyboard.press(String(other)),
    [`${leader}-${other}`]: () => page.locator(`[data-stream="${leader}-${other}"] button`).press("Enter"),
    Logs: async () => {
      await page.locator(".logs .scroller").focus();
      await page.keyboard.press("Enter");
    },
  };
  for (const key of ["Enter", "Escape"]) {
    for (const [what, selects] of Object.entries(select)) {
      await selects();
      await letGo.focus();
      await page.keyboard.press(key);
      await letGo.waitFor({ state: "detached" });
      if (what === "Logs") {
        assert.ok(await page.evaluate(() => document.activeElement.matches(".logs .scroller")), await focused(page));
      } else {
        await untilFocused(page, what);
      }
    }
  }
  // A link that had the focus would be selected again.
  await page.keyboard.press(",");
  await letGo.focus();
  await page.keyboard.press("Enter");
  await untilFocused(page, "cluster");
  assert.equal(await letGo.count(), 0);
});

test("a message that is delivered or dropped leaves the focus to who was to receive it", async (t) => {
  const { page } = await led(t);
  await page.getByRole("button", { name: "Write", exact: true }).press("Enter");
  await page.locator("[data-kind='append']").first().waitFor();
  const receiver = async () => {
    await page.keyboard.press("m");
    const id = await page.evaluate(() => Number(document.activeElement.dataset.message));
    return page.evaluate((id) => window.raftLab.trace().find((it) => it.event === "sent" && it.id === id).to, id);
  };
  for (const does of [["g"], ["Delete"], ["Enter", "Enter"], ["Enter", "ArrowDown", "Enter"]]) {
    const to = await receiver();
    for (const [i, key] of does.entries()) {
      await page.keyboard.press(key);
      // Its menu, with the focus on the first choice.
      if (i === 0 && key === "Enter") await page.locator("[role=menuitem]:focus").waitFor();
    }
    await untilFocused(page, String(to));
  }
});

test("a button that can do nothing keeps the focus, and says why it does nothing", async (t) => {
  const { page } = await led(t);
  const add = page.getByRole("button", { name: "Add node" });
  await add.focus();
  for (let i = 0; i < 4; i++) await page.keyboard.press("Enter");
  await page.locator("[data-node]").nth(8).waitFor();
  await page.waitForFunction(() => document.activeElement.getAttribute("aria-disabled") === "true");
  assert.equal(await focused(page), "Add node");
  await page.keyboard.press("Enter");
  await page.getByText("There cannot be more nodes than these.").waitFor();
  assert.equal(await page.locator("[data-node]").count(), 9);

  const rejoin = page.getByRole("button", { name: "Reconnect all" });
  assert.equal(await rejoin.getAttribute("aria-disabled"), "true");
  await rejoin.press("Enter");
  await page.getByText("No link is cut.").waitFor();
  await page.keyboard.press("1");
  await page.keyboard.press("x");
  await page.locator("[data-stroke]").waitFor();
  assert.equal(await rejoin.getAttribute("aria-disabled"), null);
  await rejoin.press("Enter");
  await page.locator("[data-stroke]").waitFor({ state: "detached" });
  assert.equal(await focused(page), "Reconnect all");
  assert.deepEqual(await findings(page), []);
});

test("undo and redo say whether there is something to be undone", async (t) => {
  const { page } = await led(t);
  const can = () => page.evaluate(() => ["Undo the last action", "Redo"].map((name) =>
    document.querySelector(`[aria-label="${name}"]`).getAttribute("aria-disabled") === null));
  const undo = page.getByRole("button", { name: "Undo" });
  assert.deepEqual(await can(), [false, false]);
  await page.keyboard.press("1");
  await page.keyboard.press("c");
  await page.locator("[data-node='1'][data-standing='crashed']").waitFor();
  assert.deepEqual(await can(), [true, false]);
  await undo.press("Enter");
  await page.locator("[data-node='1'][data-standing='crashed']").waitFor({ state: "detached" });
  assert.deepEqual(await can(), [false, true]);
  assert.equal(await focused(page), "Undo the last action", "it has the focus, and nothing to do");
  await page.keyboard.press("Enter");
  await page.getByText("Nothing has been done to this run.").waitFor();
  await page.getByRole("button", { name: "Redo" }).press("Enter");
  await page.locator("[data-node='1'][data-standing='crashed']").waitFor();
  assert.deepEqual(await can(), [true, false]);
});

test("who goes to the present by its button plays on from there", async (t) => {
  const { page } = await led(t);
  await page.keyboard.press("ArrowLeft");
  await page.getByRole("button", { name: "To the present" }).press("Enter");
  await page.locator("[data-past]").waitFor({ state: "detached" });
  await untilFocused(page, "Play");
});

test("a dialog gives the focus back, or to the cluster, and a partition says what it came to", async (t) => {
  const { page } = await led(t);
  const dialog = page.getByRole("dialog");
  const opens = [["p", "Partition…"], ["k", "Links…"], ["P", null], ["?", "Help"]];
  for (const [key, button] of opens) {
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press(key);
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await untilFocused(page, "cluster");
    await page.keyboard.press("2");
    await page.keyboard.press(key);
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await untilFocused(page, "2");
    if (!button) continue;
    await page.getByRole("button", { name: button }).press("Enter");
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await untilFocused(page, button);
  }
  await page.keyboard.press("p");
  for (const node of [4, 5]) {
    await page.getByRole("group", { name: `Group of S${node}` }).getByRole("radio", { name: "B" }).check();
  }
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("alert").getByText("Partitioned: S1…S3 | S4, S5.").waitFor();
  await untilFocused(page, "Help");
  // What is said goes, too.
  await page.getByRole("button", { name: "Dismiss" }).press("Enter");
  await page.getByText("Partitioned:").waitFor({ state: "detached" });
  await untilFocused(page, "cluster");
  // From a link's menu, back to the link.
  await page.keyboard.press(",");
  const link = await page.evaluate(() => document.activeElement.closest("[data-link]").dataset.link);
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Latency and loss…" }).press("Enter");
  await dialog.waitFor();
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  await page.waitForFunction((link) => document.activeElement.closest("[data-link]")?.dataset.link === link, link);
});

test("what is folded keeps the focus, and so does a tag that rejoins", async (t) => {
  const { page } = await led(t);
  const title = page.getByRole("heading", { name: "Logs" }).getByRole("button");
  await title.press("Enter");
  await page.locator(".logs.folded").waitFor();
  await untilFocused(page, "Logs");
  await page.keyboard.press("Enter");
  await page.locator(".logs.folded").waitFor({ state: "detached" });
  await untilFocused(page, "Logs");
  await page.keyboard.press("1");
  await page.keyboard.press("x");
  await page.locator("[data-stroke]").press("Enter");
  await page.locator("[data-stroke]").waitFor({ state: "detached" });
  await untilFocused(page, "cluster");
});

test("a menu is gone through with arrows, to its ends, and by letters", async (t) => {
  const { page } = await led(t);
  const item = () => page.evaluate(() => document.activeElement.querySelector("span").textContent);
  await page.keyboard.press("1");
  await page.keyboard.press("Enter");
  const items = await page.getByRole("menuitem").evaluateAll((all) => all.map((one) => one.querySelector("span").textContent));
  const pressed = async (key) => {
    await page.keyboard.press(key);
    return item();
  };
  assert.equal(await item(), items[0]);
  assert.equal(await pressed("ArrowUp"), items.at(-1));
  assert.equal(await pressed("ArrowDown"), items[0]);
  assert.equal(await pressed("ArrowDown"), items[1]);
  assert.equal(await pressed("End"), items.at(-1));
  assert.equal(await pressed("ArrowUp"), items.at(-2));
  assert.equal(await pressed("Home"), items[0]);
  // By the first letter, around the end; a letter that nothing begins with leads nowhere.
  assert.equal(await pressed("p"), "Pause");
  const withS = items.filter((name) => name.startsWith("S"));
  assert.deepEqual(withS, ["Start an election now", "Slow down its disk"]);
  assert.equal(await pressed("s"), "Slow down its disk");
  assert.equal(await pressed("S"), "Start an election now");
  assert.equal(await pressed("s"), "Slow down its disk");
  assert.equal(await pressed("q"), "Slow down its disk");
  await page.keyboard.press("Escape");
  await untilFocused(page, "1");
  assert.equal((await report(page)).nodes[0].alive, true);
});
