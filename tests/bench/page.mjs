// Measures the built page in Chromium and prints a table, with the goals beside the figures. Nothing fails because of
// a time: `cargo xtask bench page`, and docs/performance.md for how to read it.
//
//   node tests/bench/page.mjs [--only NAME]… [--repeat N] [--json]

import { readFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { launch, serve } from "../e2e/server.mjs";
import { frames, quantile, recordTrace } from "./trace.mjs";

/** A display shows 60 frames a second. */
const FRAME_MS = 1000 / 60;

/** Places on the page's scale of speeds (src/view/speed.rs), by the virtual milliseconds that a second shows. */
const SPEEDS = [1, 2, 4, 5, 8, 10, 20, 25, 40, 50, 100, 125, 200, 250, 500, 1000, 2000];

/** Five nodes and nothing written. */
const QUIET = { format: "raft-lab/1", seed: 7, preset: "classroom", nodes: [1, 2, 3, 4, 5] };

/** A cluster that is led by S1, with the same entries everywhere, none of which becomes a snapshot. */
function cluster(count, entries, more = {}) {
  const nodes = Array.from({ length: count }, (_, i) => i + 1);
  const log = Array(entries).fill(1);
  const start = Object.fromEntries(nodes.map((id) => [id, { log, term: 1, voted_for: 1, commit: entries }]));
  Object.assign(start[1], { role: "leader", match: Object.fromEntries(nodes.slice(1).map((id) => [id, entries])) });
  const config = { snapshot_policy: { logs_since_last: 1_000_000 }, ...more.config };
  return { format: "raft-lab/1", seed: 7, preset: "classroom", nodes, start, ...more, config };
}

/** Nine nodes with 1,000 entries, messages that take long, and a write every 20 ms. */
const HEAVY = cluster(9, 1000, {
  network: { latency: [630, 730] },
  config: { election_timeout_min: 5000, election_timeout_max: 10_000 },
  actions: [{ at: 0, do: "write_many", count: 100_000, every: 20 }],
});

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// ── The page at a place of a run ──

/** How many events a scenario has had at a time, in virtual ms: a saved run names both. */
async function eventsAt({ browser, url }, scenario, at) {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction(() => window.raftLab);
  const events = await page.evaluate(([scenario, at]) => {
    const lab = new window.raftLab.constructor(scenario);
    lab.advance(at);
    return lab.report().events;
  }, [scenario, at]);
  await page.close();
  return events;
}

/** Opens the page where a run has got to `at`, and waits until it is there. The pace is steady: what is measured is the same each time. */
async function openAt(bench, { scenario, at, playing = true, perSecond = 50 }) {
  const events = await eventsAt(bench, scenario, at);
  const context = await bench.browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addInitScript(([run, settings]) => {
    localStorage.setItem("raft-lab/run", run);
    localStorage.setItem("raft-lab/settings", settings);
  }, [
    JSON.stringify({ now: at, events, playing, scenario }),
    JSON.stringify({ speed: SPEEDS.indexOf(perSecond), pace: "steady" }),
  ]);
  const page = await context.newPage();
  await page.goto(bench.url);
  await page.waitForFunction((at) => window.raftLab?.now >= at, at);
  const cdp = await context.newCDPSession(page);
  await sleep(500);
  return { page, cdp, close: () => context.close() };
}

/** What the lab knows: messages in flight, and the shortest log. */
function state(page) {
  return page.evaluate(() => {
    const { messages, nodes, events, virtual_ms: now } = window.raftLab.report();
    const lengths = nodes.map(({ log }) => log.last - log.first + 1);
    return {
      now, events, nodes: nodes.length, entries: Math.min(...lengths),
      inFlight: messages.sent - messages.delivered - messages.dropped,
      drawn: document.querySelectorAll("[data-message]").length,
      elements: document.querySelectorAll("*").length,
    };
  });
}

/** The browser's own counters. Times are in seconds, of the main thread of the page. */
async function counters(cdp) {
  const { metrics } = await cdp.send("Performance.getMetrics");
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

// ── Measures: each gives rows of figures, once ──

/** Frames while much is going on. */
async function framesWhilePlaying(bench, throttling, perSecond) {
  const { page, cdp, close } = await openAt(bench, { scenario: HEAVY, at: 3000, perSecond });
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: throttling });
  await sleep(1000);
  const before = await state(page);
  const events = await recordTrace(bench.browser, page, 5000);
  const after = await state(page);
  await close();
  const seen = frames(events);
  const [budget, goalMs] = throttling === 1 ? [FRAME_MS, 16.7] : [2 * FRAME_MS, 33];
  // A frame is late when the display has shown the one before once more than the budget allows.
  const onTime = seen.intervals.filter((ms) => ms < budget + FRAME_MS / 2).length / seen.intervals.length;
  const within = seen.work.filter((ms) => ms <= goalMs).length / seen.work.length;
  const what = `${before.nodes} nodes, ${before.inFlight}–${after.inFlight} messages in flight (${before.drawn} drawn), ` +
    `${before.entries} entries or more, 1 s shows ${perSecond} ms` + (throttling > 1 ? `, CPU ${throttling}× slower` : "");
  const enough = before.inFlight >= 200 && after.inFlight >= 200 && before.entries >= 1000 && before.nodes === 9;
  if (!enough) throw new Error(`the page is not as busy as it should be: ${what}`);
  return [
    { what, name: "frames that come in time", value: 100 * onTime, unit: "%", goal: 95, more: true },
    { what, name: `frames with work ≤ ${goalMs} ms`, value: 100 * within, unit: "%", goal: 95, more: true },
    { what, name: "work of a frame, 95th percentile", value: quantile(seen.work, 0.95), unit: "ms", goal: goalMs },
    { what, name: "work of a frame, median", value: quantile(seen.work, 0.5), unit: "ms" },
    { what, name: "interval between frames, 95th percentile", value: quantile(seen.intervals, 0.95), unit: "ms" },
  ];
}

/** Long logs, moved along under the eye by some columns in every frame. */
async function scrolling(bench) {
  const { page, close } = await openAt(bench, { scenario: cluster(9, 5000), at: 100, playing: false });
  await page.evaluate(() => {
    const scroller = document.querySelector(".logs .scroller");
    const move = () => {
      scroller.scrollLeft -= 120;
      requestAnimationFrame(move);
    };
    move();
  });
  const events = await recordTrace(bench.browser, page, 4000);
  const { cells, left } = await page.evaluate(() => ({
    cells: document.querySelectorAll(".cell").length, left: document.querySelector(".logs .scroller").scrollLeft,
  }));
  await close();
  if (!left) throw new Error("the logs were scrolled to their beginning: the frames behind that are no measure");
  const { work } = frames(events);
  const what = `9 nodes, 5,000 entries each, of which ${cells} are in the document, 120 pixels a frame`;
  return [
    { what, name: "work of a frame, 95th percentile", value: quantile(work, 0.95), unit: "ms", goal: FRAME_MS },
    { what, name: "work of a frame, median", value: quantile(work, 0.5), unit: "ms" },
  ];
}

/** How much of the time the main thread is busy, at the speed that the page opens with. */
async function shareOfMainThread(bench, { scenario, at, goal, words }) {
  const { page, cdp, close } = await openAt(bench, { scenario, at });
  // Two ways to count: time on a core, and time on the wall, in which a task may also wait for a core.
  const onWall = await page.context().newCDPSession(page);
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  await onWall.send("Performance.enable", { timeDomain: "timeTicks" });
  const look = async () => [await counters(cdp), await counters(onWall), await state(page)];
  const [before, beforeOnWall, first] = await look();
  await sleep(5000);
  const [after, afterOnWall, last] = await look();
  await close();
  const wall = afterOnWall.Timestamp - beforeOnWall.Timestamp;
  const share = (name) => (100 * (after[name] - before[name])) / wall;
  const busyOnWall = (100 * (afterOnWall.TaskDuration - beforeOnWall.TaskDuration)) / wall;
  const what = `5 nodes, ${words}, 1 s shows 50 ms (${((last.events - first.events) / wall).toFixed(0)} events a second)`;
  return [
    { what, name: "main thread busy", value: share("TaskDuration"), unit: "%", goal },
    { what, name: "or waiting for a core or the compositor", value: busyOnWall, unit: "%" },
    { what, name: "of it: scripts and wasm", value: share("ScriptDuration"), unit: "%" },
    { what, name: "of it: styles and layout", value: share("RecalcStyleDuration") + share("LayoutDuration"), unit: "%" },
  ];
}

/** From the click on a link to a cluster that moves, and that has a leader. */
async function start(bench) {
  const context = await bench.browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addInitScript(() => {
    const seen = (window.seenAt = {});
    let before;
    const look = () => {
      const moving = document.querySelector(".timers")?.outerHTML ?? "";
      const leads = document.querySelector('[data-standing="leader"]');
      if (before?.includes("<path") && moving !== before) seen.moving ??= performance.now();
      if (leads) seen.leader ??= performance.now();
      before = moving;
      if (!seen.leader) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  const page = await context.newPage();
  await page.goto(bench.url);
  await page.waitForFunction(() => window.seenAt.leader, undefined, { polling: 100 });
  const { paint, moving, leader } = await page.evaluate(() => ({
    paint: performance.getEntriesByName("first-contentful-paint")[0].startTime, ...window.seenAt,
  }));
  await context.close();
  const what = "a first visit, nothing in any cache, the files on this machine";
  return [
    { what, name: "first paint", value: paint / 1000, unit: "s", goal: 0.2 },
    { what, name: "a cluster that moves", value: moving / 1000, unit: "s", goal: 0.27 },
    { what, name: "the first leader", value: leader / 1000, unit: "s", goal: 3 },
  ];
}

/** What is sent over the wire until the page is complete. */
async function bytes(bench) {
  const page = await bench.browser.newPage();
  await page.goto(bench.url);
  await page.waitForFunction(() => window.raftLab);
  await page.waitForLoadState("networkidle");
  const loaded = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
  await page.close();
  const names = new Set([bench.url, ...loaded].map((address) => new URL(address).pathname.slice(new URL(bench.url).pathname.length)));
  let sum = 0;
  for (const name of names) {
    sum += gzipSync(await readFile(path.join(bench.folder, name || "index.html")), { level: 9 }).length;
  }
  const what = `${names.size} files, gzip -9`;
  return [{ what, name: "bytes over the wire", value: sum / 1000, unit: "kB", goal: 200 }];
}

/** A single step while the clock stands, and the change of the document that it makes. */
async function step(bench) {
  const { page, close } = await openAt(bench, { scenario: cluster(5, 100), at: 100, playing: false });
  const before = await state(page);
  const { update, layout } = await page.evaluate(async () => {
    const button = document.querySelector('.transport .buttons button:last-child');
    const task = () => new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = resolve;
      port2.postMessage(0);
    });
    const [update, layout] = [[], []];
    for (let i = 0; i < 600; i++) {
      await task();
      const begin = performance.now();
      button.click();
      // Yew patches the document in microtasks: the next task comes behind them.
      await task();
      const patched = performance.now();
      document.body.getBoundingClientRect();
      const done = performance.now();
      if (i >= 100) [update.push(patched - begin), layout.push(done - begin)];
    }
    return { update, layout };
  });
  const after = await state(page);
  await close();
  if (after.events < before.events + 600) throw new Error(`600 steps made ${after.events - before.events} events`);
  const what = "5 nodes, 100 entries each, 500 events";
  return [
    { what, name: "step and patch, median", value: quantile(update, 0.5), unit: "ms" },
    { what, name: "step and patch, 99th percentile", value: quantile(update, 0.99), unit: "ms", goal: FRAME_MS },
    { what, name: "with styles and layout, 99th percentile", value: quantile(layout, 0.99), unit: "ms" },
  ];
}

/** How much memory a run takes that plays fast. The events are kept: one can go back to each. */
async function memory(bench) {
  const context = await bench.browser.newContext();
  await context.addInitScript(() => {
    const instantiate = WebAssembly.instantiateStreaming;
    WebAssembly.instantiateStreaming = async (...args) => {
      const made = await instantiate(...args);
      window.wasmMemory = made.instance.exports.memory;
      return made;
    };
    localStorage.setItem("raft-lab/settings", JSON.stringify({ speed: 15 }));
  });
  const page = await context.newPage();
  await page.goto(bench.url);
  await page.waitForFunction(() => window.raftLab);
  const cdp = await context.newCDPSession(page);
  await cdp.send("Performance.enable");
  const look = async () => {
    await cdp.send("HeapProfiler.collectGarbage");
    const { JSHeapUsedSize, Nodes } = await counters(cdp);
    const wasm = await page.evaluate(() => window.wasmMemory.buffer.byteLength);
    return { heap: JSHeapUsedSize, nodes: Nodes, wasm, ...(await state(page)) };
  };
  await sleep(3000);
  const before = await look();
  await sleep(60_000);
  const after = await look();
  await context.close();
  const events = after.events - before.events;
  const what = `5 nodes, 60 s, 1 s shows 1000 ms, ${events} events`;
  return [
    { what, name: "growth of the JavaScript heap", value: (after.heap - before.heap) / 1000, unit: "kB" },
    { what, name: "growth of the wasm memory, an event", value: (after.wasm - before.wasm) / events, unit: "B" },
    { what, name: "more nodes in the document", value: after.nodes - before.nodes, unit: "" },
  ];
}

/** Opens a page as a first visit, and gives when the first picture in it moved, in ms: when a third frame changed it. */
async function firstMovement(context, url) {
  await context.addInitScript(() => {
    let frames = 0, changed = false;
    const inPicture = ({ target }) => target.closest?.("svg") && target.localName !== "svg";
    const observer = new MutationObserver((changes) => (changed ||= changes.some(inPicture)));
    observer.observe(document, { subtree: true, attributes: true, childList: true });
    const look = () => {
      frames += changed ? 1 : 0;
      changed = false;
      if (frames < 3) return requestAnimationFrame(look);
      observer.disconnect();
      window.movedAt = performance.now();
    };
    requestAnimationFrame(look);
  });
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForFunction(() => window.movedAt, undefined, { polling: 100 });
  return { page, moved: await page.evaluate(() => window.movedAt) };
}

/** When a page moves, and how busy its main thread is in the first twenty seconds after the first three. */
async function asOpened(browser, url) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const { page, moved } = await firstMovement(context, url);
  const cdp = await context.newCDPSession(page);
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  await sleep(3000);
  const [before, from] = [await counters(cdp), performance.now()];
  await sleep(20_000);
  const [after, to] = [await counters(cdp), performance.now()];
  await context.close();
  return { moved, busy: (after.TaskDuration - before.TaskDuration) / ((to - from) / 1000) };
}

/** The page as it opens, beside another one, in turns. */
async function beside({ browser, url, other }) {
  const [theirs, ours] = [await asOpened(browser, other.url), await asOpened(browser, url)];
  const what = `as opened, beside ${path.basename(other.folder)}`;
  return [
    { what, name: "movement, as a part of theirs", value: ours.moved / theirs.moved, unit: "", goal: 1 },
    { what, name: "main thread busy, as a part of theirs", value: ours.busy / theirs.busy, unit: "", goal: 0.5 },
    { what, name: "main thread busy", value: 100 * ours.busy, unit: "%" },
  ];
}

const MEASURES = {
  frames: (bench) => framesWhilePlaying(bench, 1, 50),
  "frames-slow-cpu": (bench) => framesWhilePlaying(bench, 4, 50),
  "frames-fast-clock": (bench) => framesWhilePlaying(bench, 1, 500),
  scrolling,
  share: (bench) => shareOfMainThread(bench, { scenario: QUIET, at: 600, goal: 8, words: "no entry but the leader's first" }),
  "share-100": (bench) => shareOfMainThread(bench, { scenario: cluster(5, 100), at: 600, goal: 10, words: "100 entries each" }),
  start,
  bytes,
  step,
  memory,
  beside,
};

/** What is as good the second time. */
const ONCE = ["bytes", "memory"];

// ── Repeating and printing ──

/** A yardstick: so many milliseconds of a core this machine takes for a fixed piece of work, now. */
function yardstick() {
  const begin = process.cpuUsage();
  let sum = 0;
  for (let i = 0; i < 50_000_000; i++) sum = (sum * 31 + i) | 0;
  return process.cpuUsage(begin).user / 1000 + (sum & 0);
}

/** Repeats a measure; gives its rows with the best, the median and the worst figure. */
async function repeat(measure, bench, times) {
  const runs = [];
  for (let i = 0; i < times; i++) runs.push(await measure(bench));
  return runs[0].map((row, place) => {
    const values = runs.map((rows) => rows[place].value).sort((a, b) => (row.more ? b - a : a - b));
    const [best, median, worst] = [values[0], values[Math.floor(values.length / 2)], values.at(-1)];
    const ratio = row.goal && (row.more ? row.goal / median : median / row.goal);
    return { ...row, value: undefined, best, median, worst, ratio };
  });
}

const figure = (value, unit) => `${value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0)} ${unit}`.trim();

function print(name, rows) {
  let what;
  for (const row of rows) {
    if (row.what !== what) console.log(`\n${name}: ${(what = row.what)}`);
    const goal = row.goal ? `${row.more ? "≥" : "≤"} ${figure(row.goal, row.unit)}` : "";
    const ratio = row.ratio ? `${row.ratio <= 1 ? "✓" : "✗"} ${row.ratio.toFixed(2)} of it` : "";
    console.log(
      `  ${row.name.padEnd(42)}`,
      ...[figure(row.median, row.unit), `best ${figure(row.best, row.unit)}`, `worst ${figure(row.worst, row.unit)}`, goal, ratio]
        .map((text, i) => text.padEnd([9, 15, 16, 10, 0][i])),
    );
  }
}

async function main() {
  const { values: options } = parseArgs({
    options: {
      only: { type: "string", multiple: true }, beside: { type: "string" }, repeat: { type: "string", default: "5" }, json: { type: "boolean" },
    },
  });
  const unknown = (options.only ?? []).filter((name) => !MEASURES[name]);
  if (unknown.length) throw new Error(`there is no measure ${unknown}; there are ${Object.keys(MEASURES).join(", ")}`);
  const server = await serve();
  const other = options.beside && (await serve(path.resolve(options.beside), null));
  const browser = await launch();
  const bench = { browser, ...server, other };
  const machine = {
    cores: os.availableParallelism(), load: os.loadavg()[0], yardstick_ms: yardstick(), browser: browser.version(),
  };
  const say = options.json ? () => {} : console.log;
  say(`Chromium ${machine.browser} without a display or GPU; ${machine.cores} cores (the page needs one, the browser a second),`);
  say(`of which others use ${machine.load.toFixed(1)} at the start. 50 million steps of a loop take ${machine.yardstick_ms.toFixed(0)} ms of a core.`);
  say("Median of the repetitions; ✓ where it is within the goal, and how much of the goal it takes.");
  const results = [];
  try {
    for (const [name, measure] of Object.entries(MEASURES)) {
      if (options.only && !options.only.includes(name)) continue;
      if (name === "beside" && !other) continue;
      const rows = await repeat(measure, bench, ONCE.includes(name) ? 1 : Number(options.repeat));
      results.push(...rows.map((row) => ({ measure: name, ...row })));
      if (!options.json) print(name, rows);
    }
  } finally {
    await browser.close();
    await server.stop();
    await other?.stop();
  }
  if (options.json) console.log(JSON.stringify({ machine, results }, null, 2));
}

await main();
