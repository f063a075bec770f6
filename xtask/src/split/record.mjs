// Opens the page in Chromium and prints the numbers of the functions that are called in its first seconds, as JSON.
//
//   RAFT_LAB_DIST=FOLDER INSTRUMENTED=FILE node record.mjs
//
// Instead of its own module the page gets one that notes each call in a memory (instrument.rs). The page's clock goes on
// only as this script lets it, so that the same program gives the same list; but one visit is as it really is, since some of
// what happens depends on when the browser measures and draws. That one may add a function or two in another build.

import { launch, serve } from "../../../tests/e2e/server.mjs";

/** How much of its time the page is watched for its first leader, which comes at about 3 s, and how much after that. */
const LEADER_MS = 8_000;
const WATCHED_MS = 300;

/** A desk, and a phone. */
const DESK = { viewport: { width: 1440, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/**
 * The visits that are watched: with frames of so many ms, on machines so slow that so many ms pass whenever the page looks
 * at its clock. What is drawn again in a frame depends on both.
 */
const VISITS = [
  { ...DESK, frame: 16, slowness: 0 },
  { ...DESK, frame: 17, slowness: 1 },
  { ...DESK, frame: 33, slowness: 5 },
  { ...DESK, frame: 70, slowness: 20 },
  { ...PHONE, frame: 20, slowness: 2, isMissing: true },
  { ...DESK, slowness: 0 },
];

/** What the real visit waits for: so much virtual time, in ms. The leader comes at 184. */
const WATCHED_VIRTUAL_MS = 186;

/** Runs in the page, before anything else of it. */
function prepare(slowness) {
  // The rest of the program is announced and does not come: nothing is drawn but that it is awaited, or missing.
  addEventListener("DOMContentLoaded", () => {
    document.getElementById("program").dataset.rest = "rest.wasm";
  });
  const { instantiateStreaming } = WebAssembly;
  WebAssembly.instantiateStreaming = async (...given) => {
    const result = await instantiateStreaming(...given);
    window.called = result.instance.exports.called;
    return result;
  };
  let late = 0;
  for (const clock of [performance, Date]) {
    const now = clock.now.bind(clock);
    clock.now = () => now() + (late += slowness);
  }
}

/** The functions that are called in a visit. */
async function visit(browser, url, { frame, slowness, isMissing = false, ...settings }) {
  const context = await browser.newContext(settings);
  const page = await context.newPage();
  if (frame) {
    await page.clock.install({ time: 0 });
    await page.clock.pauseAt(1_000);
  }
  await page.route("**/*.wasm", (route) => route.fulfill({ path: process.env.INSTRUMENTED, contentType: "application/wasm" }));
  await page.route("**/rest.wasm", (route) => (isMissing ? route.abort() : undefined));
  await page.addInitScript(prepare, slowness);
  await page.goto(url);
  await page.waitForFunction(() => window.raftLab, undefined, { polling: 20 });
  const hasLeader = () => page.evaluate(() => Boolean(document.querySelector('[data-standing="leader"]')));
  const watch = async (most, isEnough) => {
    for (let ms = 0; frame && ms < most && !(await isEnough()); ms += frame) await page.clock.runFor(frame);
  };
  await watch(LEADER_MS, hasLeader);
  await watch(WATCHED_MS, () => false);
  if (!frame) await page.waitForFunction((ms) => window.raftLab.now > ms, WATCHED_VIRTUAL_MS);
  if (!await hasLeader()) throw new Error(`the page has no leader within ${LEADER_MS} ms: its first seconds have not been seen`);
  const called = await page.evaluate(() => {
    const bytes = new Uint8Array(window.called.buffer);
    return [...bytes.keys()].filter((number) => bytes[number]);
  });
  await context.close();
  return called;
}

const server = await serve();
const browser = await launch();
const called = new Set();
for (const settings of VISITS) {
  for (const number of await visit(browser, server.url, settings)) called.add(number);
}
console.log(JSON.stringify([...called].sort((a, b) => a - b)));
await browser.close();
await server.stop();
