// The replication streams: what a row tells, what an open stream shows, and what is lit with it elsewhere; what is
// drawn against what the events say. The clock stands from the beginning and moves only when it is told to.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { findings, lab, report, stopClock, upToDate } from "./helper.mjs";

const scenario = async (name) =>
  JSON.parse(await readFile(new URL(`../scenarios/streams/${name}.json`, import.meta.url), "utf8"));

/** The page with a run that is about to begin; the clock stands. */
const still = (t, scenario, context = {}) => lab(t, {
  context: { reducedMotion: "reduce", ...context },
  prepare: (page) => page.addInitScript((scenario) => {
    localStorage.setItem("raft-lab/run", JSON.stringify({ now: 0, events: 0, playing: false, scenario }));
  }, scenario),
});

const run = (nodes, actions) => ({ format: "raft-lab/1", preset: "classroom", nodes, actions });
const runUntil = (page, condition) => page.evaluate((condition) => window.raftLab.runUntil(condition, 60_000), condition);
const streamOf = async (page, [leader, target]) =>
  (await report(page)).streams.find((one) => one.leader === leader && one.target === target);

const row = (page, [leader, target]) => page.locator(`[data-stream="${leader}-${target}"]`);
const opener = (page, link) => row(page, link).locator("button[aria-expanded]");
const slots = (page, link, part) => row(page, link).locator(`[data-part="${part}"] [data-slot]`)
  .evaluateAll((found) => found.map((slot) => Number(slot.dataset.slot)));

/** The events of one stream since it began last. */
const life = (page, link) => page.evaluate(([leader, target]) => {
  const own = window.raftLab.trace().filter((it) => it.node === leader && it.target === target);
  return own.slice(own.findLastIndex((it) => it.event === "stream-state" && it.from === null));
}, link);

/** What the events say is in the buffers, as indices. */
async function buffers(page, link) {
  const told = { next: 0, replication: [], outbound: [] };
  const from = (first, count) => Array.from({ length: count }, (_, i) => first + i);
  for (const event of await life(page, link)) {
    if (event.event === "next") told.next = event.to;
    if (event.event === "buffer") {
      told.replication = from(event.replication_first, event.replication);
      told.outbound = from(told.next, event.outbound);
    }
  }
  return told;
}

/** Every way that the events say was taken, and how often: "lagging line-rate caught up" → 2. */
async function waysTaken(page, link) {
  const taken = {};
  let state = null;
  const goes = (way) => { taken[way] = (taken[way] ?? 0) + 1; };
  for (const it of await life(page, link)) {
    if (it.event === "stream-state") {
      goes(`${it.from ?? "begin"} ${it.to} ${it.why}`);
      state = it.to;
    } else if (it.event === "answered" && it.counted && !it.success && state === "lagging") {
      goes("lagging lagging append refused");
    }
  }
  return taken;
}

/** The same as the diagram that can be seen shows it. */
const waysDrawn = (page, link) => row(page, link).locator(".diagram:visible [data-way]").evaluateAll((edges) =>
  Object.fromEntries(edges.flatMap((edge) => [...edge.querySelectorAll("[data-why]")]
    .filter((cause) => cause.dataset.times !== "0")
    .map((cause) => [`${edge.dataset.way} ${cause.dataset.why}`, Number(cause.dataset.times)]))));

const lit = (page, selector) => page.locator(selector).evaluateAll((found) => found.map((it) =>
  `${it.closest("[data-log]").dataset.log}:${it.dataset.index}`));

test("an open stream shows its buffers entry by entry, linked with the logs, by mouse and by keyboard", async (t) => {
  const { page, shot } = await still(t, run([1, 2, 3, 4, 5], [
    { at: 0, do: "campaign", node: 1 },
    { at: 200, do: "write_many", count: 4, every: 0 },
  ]));
  const link = [1, 2];
  await runUntil(page, { event: "buffer", node: 1, target: 2, replication: 2, outbound: 2 });
  await upToDate(page);

  // The row, by mouse: all of it is a target.
  assert.equal(await opener(page, link).getAttribute("aria-expanded"), "false");
  await row(page, link).locator(".chip").click();
  assert.equal(await opener(page, link).getAttribute("aria-expanded"), "true");
  const told = await buffers(page, link);
  assert.deepEqual(told, { next: 2, replication: [4, 5], outbound: [2, 3] });
  assert.deepEqual(await slots(page, link, "replication"), told.replication);
  assert.deepEqual(await slots(page, link, "outbound"), told.outbound);
  const { replication_buffer, outbound_buffer, next, match } = await streamOf(page, link);
  const numbers = await row(page, link).locator(".numbers td:not(.left)").allInnerTexts();
  assert.deepEqual(numbers.map(Number), [next, match, 5 - match, replication_buffer, outbound_buffer]);
  await row(page, link).getByText("Entries 2–3 are sent; S2 has not answered yet.").waitFor();
  const why = row(page, link).locator(".why td");
  assert.equal(await why.textContent(), "", "all is as it should be");
  assert.equal(await why.getAttribute("title"), "caught up, now at line rate");
  await shot("stream-line-rate");

  // An entry in a buffer is lit where it is stored, and the other way round.
  await page.locator(".headline").hover();
  await row(page, link).locator("[data-slot='3']").hover();
  assert.deepEqual(await lit(page, ".cell.lit"), ["1:3"], "only the leader has it");
  await page.locator("[data-log='1'] [data-index='5']").hover();
  assert.deepEqual(await row(page, link).locator(".slot.lit").evaluateAll((it) => it.map((slot) => slot.dataset.slot)), ["5"]);
  await row(page, link).locator("[data-slot='2']").click();
  await page.getByRole("heading", { name: "Entry 2 in the log of S1" }).waitFor();
  await page.locator(".inspector").getByText("in the buffers of").waitFor();
  assert.equal(await opener(page, link).getAttribute("aria-expanded"), "true", "it stays open");

  // What is on the way, and the link.
  const flight = row(page, link).locator("[data-flight]");
  assert.equal(await flight.locator("span").innerText(), "append 2–3");
  await flight.hover();
  await page.locator(`.message.lit[data-message="${await flight.getAttribute("data-flight")}"]`).waitFor();
  assert.equal(await page.locator(".link .line.lit").count(), 1);
  assert.equal(await page.locator("[data-link='1-2'] .line.lit").count(), 1);

  // By keyboard: closed, and opened again; a buffer's entry has the focus and is lit.
  await page.locator(".headline").hover();
  await opener(page, link).focus();
  await page.keyboard.press("Enter");
  assert.equal(await opener(page, link).getAttribute("aria-expanded"), "false");
  assert.equal(await page.locator(".opened-stream").count(), 0);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "S1 → S2" }).waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.dataset.slot), "4");
  assert.deepEqual(await lit(page, ".cell.lit"), ["1:4"]);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Entry 4 in the log of S1" }).waitFor();
  // Another one opens in its place; letting go closes it.
  await opener(page, [1, 3]).focus();
  await page.keyboard.press("Enter");
  assert.equal(await page.locator(".opened-stream").count(), 1);
  assert.equal(await opener(page, [1, 3]).getAttribute("aria-expanded"), "true");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".opened-stream").count(), 0);
});

test("the diagram lights the way that the stream took, and a snapshot goes chunk by chunk", async (t) => {
  const { page, shot } = await still(t, await scenario("line-rate-to-snapshotting-and-back"));
  const link = [1, 3];
  await runUntil(page, { event: "stream-state", target: 3, to: "lagging", from: "line-rate" });
  await upToDate(page);
  await opener(page, link).click();
  const check = async (state, why) => {
    await upToDate(page);
    assert.equal((await streamOf(page, link)).state, state);
    assert.equal(await row(page, link).getAttribute("data-state"), state);
    assert.equal(await row(page, link).locator(".diagram:visible .state-of.on").count(), 1);
    assert.equal(await row(page, link).locator(`.diagram:visible .state-of.${state}.on .inner`).count(), 1);
    assert.deepEqual(await waysDrawn(page, link), await waysTaken(page, link));
    assert.match(await row(page, link).locator(".diagram:visible text.last").textContent(), new RegExp(`● ${why}`));
    const told = await buffers(page, link);
    if (state !== "snapshotting") assert.deepEqual(await slots(page, link, "outbound"), told.outbound);
  };
  await check("lagging", "too many behind");
  await shot("stream-lagging");

  await runUntil(page, { event: "chunk-sent", target: 3, offset: 16 });
  await check("snapshotting", "too far behind");
  assert.match(
    await row(page, link).locator(".why").textContent(),
    /^too far behind for the log, now sending a snapshot/,
  );
  const { snapshot } = await streamOf(page, link);
  assert.deepEqual([snapshot.offset, snapshot.bytes], [16, 36]);
  const chunks = await row(page, link).locator("[data-chunk]").evaluateAll((found) =>
    found.map((it) => `${it.dataset.chunk} ${["stored", "in-flight", "open"].find((is) => it.classList.contains(is))}`));
  assert.deepEqual(chunks, ["0 stored", "16 in-flight", "32 open"]);
  assert.match(await row(page, link).locator(".sending").innerText(), /^16 of 36\sB\n1 of 3 chunks$/);
  await shot("stream-snapshotting");

  await runUntil(page, { event: "stream-state", target: 3, why: "caught up", count: 2 });
  await check("line-rate", "caught up");
  assert.equal((await waysDrawn(page, link))["lagging line-rate caught up"], 2);
});

test("two leaders have their streams, and who is down is said", async (t) => {
  const { page, shot } = await still(t, run([1, 2, 3, 4, 5], [
    { at: 0, do: "campaign", node: 1 },
    { at: 100, do: "partition", groups: [[1, 2], [3, 4, 5]] },
    { at: 255, do: "campaign", node: 3 },
    { at: 340, do: "crash", node: 4 },
    { at: 350, do: "write_many", count: 2, every: 0 },
  ]));
  await page.evaluate(() => window.raftLab.advance(600));
  await upToDate(page);
  const seen = await report(page);
  const links = seen.streams.map((one) => `${one.leader}-${one.target}`);
  assert.equal(links.length, 8);
  const tables = await page.locator("[data-streams]").evaluateAll((found) => found.map((it) => it.dataset.streams));
  assert.deepEqual(tables, ["3", "1"], "the higher term first");
  assert.deepEqual((await page.locator("[data-stream]").evaluateAll((found) => found.map((it) => it.dataset.stream))).sort(), links.sort());
  assert.match(await row(page, [3, 4]).locator(".why").textContent(), /down, no answer for \d+\sms$/);
  assert.match(await row(page, [3, 1]).locator(".why").textContent(), /· no answer for \d+\sms$/);
  // Nothing is cut off: the columns of both stand below each other, and all rows can be seen.
  const columns = (link) => row(page, link).locator(".numbers > td").evaluateAll((found) => found.map((it) => Math.round(it.getBoundingClientRect().left)));
  assert.deepEqual(await columns([3, 1]), await columns([1, 2]));
  const scroller = page.locator(".streams .scroller");
  const { clientWidth, scrollWidth, clientHeight, scrollHeight } = await scroller.evaluate((it) =>
    ({ clientWidth: it.clientWidth, scrollWidth: it.scrollWidth, clientHeight: it.clientHeight, scrollHeight: it.scrollHeight }));
  assert.ok(scrollWidth <= clientWidth && scrollHeight <= clientHeight, `${scrollWidth} × ${scrollHeight}`);
  await shot("stream-two-leaders");
  await opener(page, [3, 4]).click();
  await row(page, [3, 4]).getByText(/^S4 is down: .* will be tried again at each tick\.$/).waitFor();
});

test("a line of what just happened shows and selects what it is about", async (t) => {
  const { page, shot } = await lab(t, {
    context: { reducedMotion: "reduce" },
    prepare: async (page) => {
      await stopClock(page);
      await page.addInitScript((scenario) => {
        localStorage.setItem("raft-lab/run", JSON.stringify({ now: 0, events: 0, playing: false, scenario }));
      }, await scenario("line-rate-to-snapshotting-and-back"));
    },
  });
  await runUntil(page, { converged: true });
  await page.evaluate(() => window.raftLab.advance(400));
  await runUntil(page, { event: "stream-state", target: 3, to: "snapshotting" });
  await page.clock.runFor(300);
  const line = (event, hasText) => page.locator(`[data-event="${event}"]`, { hasText }).last().locator(".told");
  // A change of a stream: its ends and its link are lit, and a click opens it.
  const change = line("stream-state", /S1’s stream to S3: .*, now lagging/);
  await change.hover();
  await page.clock.runFor(50);
  assert.equal(await page.locator("[data-link='1-3'] .line.lit").count(), 1);
  assert.equal(await page.locator("[data-stream='1-3'].lit").count(), 1);
  await change.click();
  await page.clock.runFor(50);
  await page.getByRole("heading", { name: "S1 → S3" }).waitFor();
  assert.equal(await opener(page, [1, 3]).getAttribute("aria-expanded"), "true");
  assert.equal(await change.getAttribute("aria-pressed"), "true");
  // An entry, by keyboard.
  await page.locator(".headline").hover();
  await page.getByLabel("Show").selectOption({ label: "logs" });
  await page.clock.runFor(50);
  const appended = line("append", "S1 appends entry 14");
  await appended.focus();
  await page.clock.runFor(50);
  assert.deepEqual(await lit(page, ".cell.lit"), ["1:14"]);
  await page.keyboard.press("Enter");
  await page.clock.runFor(50);
  await page.getByRole("heading", { name: "Entry 14 in the log of S1" }).waitFor();
  assert.equal(await page.locator(".lines .pinned").count(), 1);
  // A message, by the filter.
  await page.getByLabel("Show").selectOption({ label: "messages" });
  await page.clock.runFor(50);
  assert.equal(await page.locator("[data-event='append']").count(), 0);
  const sent = page.locator("[data-event='sent']").last();
  await sent.locator(".told").click();
  await page.clock.runFor(50);
  const { id } = await page.evaluate((n) => window.raftLab.trace().find((it) => it.n === n), Number(await sent.getAttribute("data-n")));
  await page.locator(`.message.lit[data-message="${id}"]`).waitFor();
  await page.locator(".inspector dt", { hasText: /^arrives$/ }).waitFor();
  await shot("feed-message");
});

for (const colorScheme of ["light", "dark"]) {
  for (const [name, screen] of [["laptop", {}], ["phone", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }]]) {
    test(`axe finds nothing in an open stream, in ${colorScheme}, on a ${name}`, async (t) => {
      const { page, shot } = await still(t, run([1, 2, 3, 4, 5], [
        { at: 0, do: "campaign", node: 1 },
        { at: 100, do: "crash", node: 3 },
        { at: 200, do: "write_many", count: 14, value_bytes: 40 },
        { at: 1500, do: "write_many", count: 4, every: 0 },
        { at: 1700, do: "restart", node: 3 },
      ]), { colorScheme, ...screen });
      await runUntil(page, { event: "buffer", node: 1, target: 2, replication: 2, outbound: 2 });
      await upToDate(page);
      await (name === "phone" ? opener(page, [1, 2]).tap() : opener(page, [1, 2]).click());
      assert.ok((await slots(page, [1, 2], "replication")).length > 0);
      assert.deepEqual(await findings(page), [], "buffers");
      await runUntil(page, { event: "chunk-answered", target: 3, counted: true });
      await upToDate(page);
      await (name === "phone" ? opener(page, [1, 3]).tap() : opener(page, [1, 3]).click());
      await row(page, [1, 3]).locator(".chunk.stored").waitFor();
      assert.deepEqual(await findings(page), [], "chunks");
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
      const scroller = page.locator(".streams .scroller");
      assert.equal(await scroller.evaluate((it) => it.scrollWidth - it.clientWidth), 0, "nothing is cut off");
      await row(page, [1, 3]).scrollIntoViewIfNeeded();
      await shot(`stream-open-${name}-${colorScheme}`);
    });
  }
}
