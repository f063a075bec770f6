// What the page says: that it is short, that there is room for it, and that it is said where nothing is to be seen. The
// clock stands from the beginning and moves only when it is told to.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { findings, lab, report, stopClock } from "./helper.mjs";

const STILL = { context: { reducedMotion: "reduce" } };
const runUntil = (page, condition) => page.evaluate((condition) => window.raftLab.runUntil(condition, 10_000), condition);

test("a value of thousands of letters swamps nothing, and its entry has it in full", async (t) => {
  const { page, shot } = await lab(t, { ...STILL, prepare: stopClock });
  await runUntil(page, { leader: true });
  const value = "a".repeat(2000);
  await page.evaluate((value) => window.raftLab.act({ do: "write", key: "x", value }), value);
  await page.evaluate(() => window.raftLab.act({ do: "write", key: "e", value: "" }));
  await runUntil(page, { converged: true });
  await page.clock.runFor(4_000);

  const short = /x=a{22}… \(2000\sB\)/;
  const lines = await page.locator("[data-event='append']").allInnerTexts();
  assert.ok(lines.some((line) => short.test(line)), `${lines}`);
  assert.ok(lines.some((line) => line.includes('e=""')), `${lines}`);
  const said = await page.getByRole("status").and(page.locator(".story")).textContent();
  assert.ok(said.length > 0 && said.length < 400, said);
  await page.locator("[data-log='1'] [data-index='3']").getByText('e=""').waitFor();
  const cell = page.locator("[data-log='1'] [data-index='2']");
  assert.match(await cell.getAttribute("aria-label"), short);

  // The whole of it, in a box that can be scrolled and does not push the fields away.
  await cell.click();
  await page.clock.runFor(50);
  const lead = page.locator(".inspector .lead");
  assert.equal(await lead.textContent(), `x=${value}`);
  const { inside, all, wide } = await lead.evaluate((it) =>
    ({ inside: it.clientHeight, all: it.scrollHeight, wide: it.scrollWidth - it.clientWidth }));
  assert.ok(all > inside && inside < 250 && wide <= 1, `${inside} of ${all}, ${wide}`);
  await lead.focus();
  await page.keyboard.press("End");
  await page.clock.runFor(500);
  await page.waitForFunction(() => document.querySelector(".inspector .lead").scrollTop > 0);
  await page.keyboard.press("Escape");
  await page.keyboard.press("1");
  await page.clock.runFor(50);
  await page.locator(".inspector dd").getByText(short).waitFor();
  await shot("long-value");
  await page.clock.resume(); // axe waits now and then
  assert.deepEqual(await findings(page), []);
});

test("a message that is held is not said to arrive", async (t) => {
  const { page } = await lab(t, STILL);
  await runUntil(page, { event: "sent" });
  await page.locator("[data-message]").first().waitFor();
  await page.keyboard.press("m");
  const message = page.locator("[data-message]:focus");
  assert.match(await message.getAttribute("aria-label"), /, arrives at /);
  await page.keyboard.press("h");
  await page.locator(".message.held").waitFor();
  assert.match(await message.getAttribute("aria-label"), /; it is held$/);
  assert.match(await page.locator(".caption").innerText(), /; it is held$/);
});

test("where nothing has happened, and nothing is replicated, a line says so", async (t) => {
  const { page } = await lab(t, STILL);
  await page.locator(".happened").getByText("Events will appear here.").waitFor();
  await page.locator(".streams").getByText("No node leads, so nothing is replicated.").waitFor();
  await runUntil(page, { leader: true });
  await page.locator(".happened .empty").waitFor({ state: "detached" });
  await page.locator(".streams .empty").getByText("The streams are about to begin.").waitFor();
  assert.equal(await page.locator(".stream-table").count(), 0, "no head without rows");
  await runUntil(page, { converged: true });
  await page.locator("[data-stream]").nth(3).waitFor();
  assert.equal(await page.locator(".streams .empty").count(), 0);
});

test("the filter of what happened has room for its words", async (t) => {
  const { page } = await lab(t, STILL);
  for (const width of [760, 1180, 1280, 1366, 1440, 1920]) {
    await page.setViewportSize({ width, height: 800 });
    const [drawn, wanted] = await page.getByLabel("Show").evaluate((field) => {
      const drawn = field.offsetWidth;
      field.style.flex = "none";
      const wanted = field.offsetWidth;
      field.style.flex = "";
      return [drawn, wanted];
    });
    assert.equal(drawn, wanted, `at ${width}`);
  }
});

test("everything that is drawn is explained, as it is drawn", async (t) => {
  const { page, shot } = await lab(t, STILL);
  await runUntil(page, { leader: true });
  await runUntil(page, { converged: true });
  await page.locator("[data-stream]").nth(3).waitFor();
  const heads = await page.locator(".stream-table thead th[title]").evaluateAll((all) =>
    all.map((head) => [head.textContent, head.title]));
  assert.deepEqual(heads.map(([name]) => name), ["state", "next", "match", "lag", "queued", "in flight", "over time"]);
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog");
  for (const [name, means] of heads) {
    await dialog.locator("dl div", { hasText: name }).getByText(means, { exact: true }).waitFor();
  }
  const legend = dialog.locator(".pictures");
  for (const picture of [
    ".node.leader", ".node.old-leader", ".node.candidate", ".node.learner", ".node.outside", ".node.not-started",
    ".node.crashed .out", ".node.stopped", ".node.paused .bars", ".message.held .bars", ".lost-cross", ".vote-dot.given", ".capsule.append", ".person",
    ".cell.applied", ".cell.committed:not(.applied)", ".cell.open", ".cell.conflicts", ".cell.joint",
  ]) {
    assert.ok(await legend.locator(picture).count(), picture);
  }
  assert.equal(await legend.locator("li", { hasText: "without a command" }).locator(".cell span").innerText(), "∅");
  assert.equal(await legend.locator("li", { hasText: "adds learner S6" }).locator(".cell span").innerText(), "+(S6)");
  // They look as they do on the page.
  const look = (locator) => locator.first().evaluate((it) => {
    const { strokeWidth, strokeDasharray, stroke } = getComputedStyle(it);
    return { strokeWidth, strokeDasharray, stroke };
  });
  assert.deepEqual(await look(legend.locator(".node.leader .ring")), await look(page.locator(".stage .node.leader .ring")));
  // Between a node's colour and its ring is a gap: the ring is seen whatever the colour of the term.
  const gap = await page.locator(".stage .node.leader").evaluate((node) => {
    const [ring, body] = ["ring", "body"].map((name) => {
      const circle = node.querySelector(`.${name}`);
      return { radius: circle.r.baseVal.value, half: parseFloat(getComputedStyle(circle).strokeWidth) / 2 };
    });
    return ring.radius - ring.half - (body.radius + body.half);
  });
  assert.ok(gap >= 1.5, `${gap}`);
  await shot("legend");
  assert.deepEqual(await findings(page), []);
});

test("the promises are listed, each with its place in the paper, and close again", async (t) => {
  const { page, shot } = await lab(t, STILL);
  const promises = page.getByRole("button", { name: /guarantees hold/ });
  await promises.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "What Raft guarantees" });
  const { invariants } = await report(page);
  const listed = () => dialog.locator("[data-promise]").evaluateAll((all) =>
    all.map((one) => [one.dataset.promise, one.classList.contains("good"), one.querySelector("small").textContent]));
  await dialog.getByText("At most one leader is elected in a term.").waitFor();
  assert.deepEqual((await listed()).map(([name, holds]) => [name, holds]), invariants.map(({ name }) => [name, true]));
  assert.ok((await listed()).every(([, , section]) => /^(§|Figure )\d/.test(section)));
  await shot("promises");
  assert.deepEqual(await findings(page), []);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.match(await page.evaluate(() => document.activeElement.textContent), /guarantees hold/);
  await page.keyboard.press("P");
  await dialog.waitFor();
});

test("a broken promise is marked in the list, with how it was broken", async (t) => {
  const scenario = JSON.parse(await readFile(new URL("../scenarios/rules/majority.json", import.meta.url)));
  const { page } = await lab(t, {
    ...STILL,
    prepare: (page) => page.addInitScript((scenario) => {
      localStorage.setItem("raft-lab/run", JSON.stringify({ now: 60_000, events: 1, playing: false, scenario }));
    }, scenario),
  });
  await page.locator("[data-broken]").click();
  const broken = (await report(page)).invariants.filter(({ held }) => !held).map(({ name }) => name);
  const marked = page.getByRole("dialog").locator("[data-promise].bad");
  assert.deepEqual(await marked.evaluateAll((all) => all.map((one) => one.dataset.promise)), broken);
  assert.match(await marked.first().locator(".wrong").innerText(), /\bS\d\b/);
  assert.deepEqual(await findings(page), []);
});
