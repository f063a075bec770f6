// Time on the page: back and forward, the past and the present, other runs, undo and redo; and panels that are folded.

import assert from "node:assert/strict";
import { test } from "node:test";
import { lab, report } from "./helper.mjs";

const STILL = { context: { reducedMotion: "reduce" } };

/** The number of the event that is shown. */
const shown = (page) => page.locator("[data-events]").innerText();

/** Everything that is drawn of nodes, logs and streams. */
const drawn = (page) => page.evaluate(() => {
  const all = (selector, of) => [...document.querySelectorAll(selector)].map(of);
  return {
    event: document.querySelector("[data-events]").textContent.replace(/ of .*/, ""),
    clock: document.querySelector("[data-clock]").textContent,
    headline: document.querySelector(".headline").textContent,
    nodes: all("[data-node]", (node) => node.getAttribute("aria-label")),
    messages: all("[data-message]", (message) => {
      const { cx, cy } = message.querySelector(".reach");
      return `${message.getAttribute("aria-label")} ${cx.baseVal.value} ${cy.baseVal.value}`;
    }),
    seen: all(".swarm path", (path) => path.getAttribute("d")),
    logs: all("[data-log]", (row) => row.textContent),
    streams: all("[data-stream]", (row) => row.textContent),
    happened: all(".happened li:not(.later, .here)", (line) => line.textContent),
  };
});

test("back is as forward was, in every panel", async (t) => {
  const { page, shot } = await lab(t, STILL);
  const seen = [];
  for (const kind of ["state change", "delivery", "event"]) {
    await page.getByRole("radio", { name: kind }).check();
    await page.locator(".cluster .hint").click(); // a radio button wants the arrows for itself
    for (let i = 0; i < 15; i++) {
      await page.keyboard.press(i % 2 ? "ArrowRight" : "PageDown");
      seen.push(await drawn(page));
    }
  }
  const { events, trace_hash } = await report(page);
  assert.ok(seen.some(({ headline }) => /leads term\s1/.test(headline)), "it is worth looking at");
  assert.equal(await page.locator("[data-past]").count(), 0);

  // Event by event, all that was seen on the way is seen again.
  const ways = ["ArrowLeft", "PageUp"];
  for (let i = seen.length - 1, presses = 0; i >= 0; presses++) {
    assert.ok(presses < 2 * events, `${JSON.stringify(seen[i])} is not seen again`);
    const now = await drawn(page);
    if (now.event === seen[i].event) {
      assert.deepEqual(now, seen[i]);
      i -= 1;
    } else {
      await page.keyboard.press(ways[presses % 2]);
    }
  }
  await page.locator("[data-past]").waitFor();
  await shot("past");
  const present = await report(page);
  assert.deepEqual([present.events, present.trace_hash], [events, trace_hash], "the present waits");

  await page.getByRole("button", { name: "To the start" }).click();
  assert.match(await shown(page), /^event 0 of /);
  await page.getByRole("button", { name: "Step back" }).click();
  await page.getByText("This is the start.").waitFor();
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Shift+ArrowRight");
  const second = await shown(page);
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Shift+ArrowLeft");
  assert.equal(await shown(page), second);
  await page.keyboard.press("End");
  await page.locator("[data-past]").waitFor({ state: "detached" });
  assert.deepEqual(await drawn(page), seen.at(-1));
});

test("the past plays on into the present, and a reload finds the place", async (t) => {
  const { page } = await lab(t, STILL);
  for (let i = 0; i < 6; i++) await page.keyboard.press("Shift+ArrowRight");
  const { events } = await report(page);
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  const there = await drawn(page);
  assert.equal(there.event, "event 2");
  await page.reload();
  await page.locator("[data-past]").waitFor();
  assert.deepEqual(await drawn(page), there);

  await page.keyboard.press("Space");
  await page.waitForFunction((events) => {
    const [, event] = /^event ([0-9]+)/.exec(document.querySelector("[data-events]").textContent);
    return Number(event) > 2 && Number(event) < events;
  }, events, { polling: "raf" });
  assert.equal((await report(page)).events, events, "the present waits until then");
  await page.waitForFunction((events) => window.raftLab.report().events > events, events);
  assert.equal(await page.locator("[data-past]").count(), 0);
});

test("whatever is done in the past makes another run, and the one that was is kept", async (t) => {
  const { page, shot } = await lab(t, STILL);
  await page.keyboard.press("R");
  await page.getByText("There is only one run.").waitFor();
  for (let i = 0; i < 8; i++) await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("1");
  await page.keyboard.press("c");
  for (let i = 0; i < 30; i++) await page.keyboard.press("ArrowRight");
  const first = await report(page);
  assert.equal(first.nodes[0].alive, false);

  await page.keyboard.press("Home");
  for (let i = 0; i < 4; i++) await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("2");
  await page.keyboard.press("c");
  await page.getByText("You changed the past: this is Run 2. Run 1 is kept").waitFor();
  await page.locator("[data-node='2'][data-standing='crashed']").waitFor();
  const second = await report(page);
  assert.deepEqual(second.nodes.map((node) => node.alive), [true, false, true, true, true], "the other crash came later");
  assert.equal(await page.locator("[data-past]").count(), 0, "this is the present now");

  await page.getByRole("button", { name: "Run 2 of 2" }).click();
  await shot("runs");
  await page.getByRole("menuitem", { name: /^Run 1 \(ends at/ }).click();
  await page.locator("[data-node='1'][data-standing='crashed']").waitFor();
  assert.equal((await report(page)).trace_hash, first.trace_hash);
  await page.keyboard.press("R");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.locator("[data-node='2'][data-standing='crashed']").waitFor();
  assert.equal((await report(page)).trace_hash, second.trace_hash);
  await page.keyboard.press("R");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await page.locator("[data-branches]").waitFor({ state: "detached" });
});

test("a new run is of the same cluster, and the one before is kept", async (t) => {
  const scenario = { format: "raft-lab/1", seed: 7, preset: "classroom", nodes: [1, 2, 3] };
  const { page } = await lab(t, {
    ...STILL,
    prepare: (page) => page.addInitScript((run) => localStorage.setItem("raft-lab/run", run),
      JSON.stringify({ now: 0, events: 0, playing: false, scenario })),
  });
  for (let i = 0; i < 8; i++) await page.keyboard.press("Shift+ArrowRight");
  const first = await report(page);
  await page.keyboard.press("n");
  await page.getByRole("button", { name: "Run 2 of 2" }).waitFor();
  assert.equal(await page.locator("[data-node]").count(), 3);
  assert.equal((await report(page)).events, 0);
  for (let i = 0; i < 8; i++) await page.keyboard.press("Shift+ArrowRight");
  assert.notEqual((await report(page)).trace_hash, first.trace_hash);
  await page.keyboard.press("R");
  await page.getByRole("menuitem", { name: /^Run 1 \(ends at/ }).click();
  await page.getByRole("button", { name: "Run 1 of 2" }).waitFor();
  assert.equal((await report(page)).trace_hash, first.trace_hash);
});

test("what was done is undone and redone", async (t) => {
  const { page } = await lab(t, STILL);
  await page.keyboard.press("Control+z");
  await page.getByText("Nothing has been done to this run.").waitFor();
  for (let i = 0; i < 8; i++) await page.keyboard.press("Shift+ArrowRight");
  const before = await drawn(page);
  await page.keyboard.press("3");
  await page.keyboard.press("x");
  await page.locator(".link .line.cut").first().waitFor();
  for (let i = 0; i < 10; i++) await page.keyboard.press("ArrowRight");
  const after = (await report(page)).trace_hash;

  await page.keyboard.press("Control+z");
  await page.locator(".link .line.cut").first().waitFor({ state: "detached" });
  assert.deepEqual(await drawn(page), before);
  await page.getByRole("button", { name: "Redo" }).click();
  await page.locator(".link .line.cut").first().waitFor();
  assert.equal((await report(page)).trace_hash, after);
  await page.getByRole("button", { name: /^Undo/ }).click();
  await page.locator(".link .line.cut").first().waitFor({ state: "detached" });
  await page.keyboard.press("Control+Shift+z");
  await page.locator(".link .line.cut").first().waitFor();
  await page.keyboard.press("Control+y");
  await page.getByText("Nothing was undone.").waitFor();

  // Where something is written, it takes back what was written.
  await page.keyboard.press("w");
  await page.keyboard.type("abc");
  await page.keyboard.press("Control+z");
  assert.equal((await report(page)).trace_hash, after);
});

test("panels are folded, and stay so", async (t) => {
  const { page, shot } = await lab(t, STILL);
  const title = (name) => page.getByRole("heading", { name }).getByRole("button");
  const width = async (selector) => (await page.locator(selector).boundingBox()).width;
  const before = await width(".logs");
  await title("Cluster").click();
  await page.locator(".stage").waitFor({ state: "detached" });
  assert.equal(await title("Cluster").getAttribute("aria-expanded"), "false");
  await title("What just happened").press("Enter");
  assert.ok(await width(".logs") > 1.4 * before, "the others have its room");
  await shot("folded");
  await page.reload();
  await page.locator(".logs .scroller").waitFor();
  assert.equal(await page.locator(".stage").count(), 0);
  assert.equal(await page.locator(".lines").count(), 0);
  // Whoever wants to write gets the form.
  await page.keyboard.press("w");
  await page.locator(".stage").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "Value");
  await title("Cluster").click();
  await title("Cluster").press("Enter");
  await page.locator(".stage").waitFor();
  assert.notEqual(await page.evaluate(() => document.activeElement.tagName), "INPUT");
  await title("Replication streams").click();
  await title("Logs").click();
  await shot("folded-right");
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 1440, "nothing sticks out");
});
