// What every end-to-end test needs: the built page on a free port of this machine, a Chromium to open it in,
// and the promise that the page never complains on the console.
//
//   import { lab } from "./helper.mjs";
//   test("…", async (t) => {
//     const { page, shot } = await lab(t);        // opened, and closed when the test ends
//     await shot("opening");                      // a picture in tests/e2e/shots/
//   });
//
// A console error, a warning, an exception or a file that did not load fails the test, when it ends. A test that
// provokes one on purpose names it: `await lab(t, { expected: [/out of memory/] })`.
//
// No test waits for time to pass: how much happens in it depends on the machine. Tests wait for what is drawn or for
// what the lab knows (`until`, `eventually`, `upToDate`, `frames`), and every limit is only there to end a test that hangs.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { launch, serve } from "./server.mjs";

export { serve };

const SHOTS = path.join(path.dirname(fileURLToPath(import.meta.url)), "shots");

// How long anything may take on a machine that is busy with other things, in milliseconds.
const LIMIT_MS = 60_000;

// One server and one browser serve all tests of a file; each test gets a context of its own, with empty storage.
let shared;

/** The server and the browser of this file, started at the first call and stopped after the last test. */
function start() {
  shared ??= (async () => {
    const server = await serve();
    const browser = await launch();
    return { server, browser };
  })();
  return shared;
}

after(async () => {
  if (!shared) return;
  const { server, browser } = await shared;
  await browser.close();
  await server.stop();
});

/** Saves a picture of the page as tests/e2e/shots/NAME.png. */
export async function shot(page, name, options = {}) {
  await mkdir(SHOTS, { recursive: true });
  await page.screenshot({ path: path.join(SHOTS, `${name}.png`), ...options });
}

/** Notes everything that the page complains about, as text. */
export function complaints(page, expected = []) {
  const found = [];
  const note = (text) => {
    if (!expected.some((pattern) => pattern.test(text))) found.push(text);
  };
  page.on("console", (message) => {
    if (["error", "warning", "assert"].includes(message.type())) note(`console ${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => note(`exception: ${error.message}`));
  page.on("requestfailed", (request) => note(`not loaded: ${request.url()}: ${request.failure()?.errorText}`));
  page.on("response", (response) => {
    if (response.status() >= 400) note(`answer ${response.status()}: ${response.url()}`);
  });
  page.on("crash", () => note("the page crashed"));
  return found;
}

/**
 * Opens the page for one test, and closes it when the test ends.
 *
 * `path` is added to the address (a fragment, a query); `context` goes to Playwright's `newContext` (viewport, colour
 * scheme, reduced motion, …); `expected` are patterns of complaints that the test provokes; `prepare` is called with
 * the new page before it goes to the address; `opened: false` does not wait for the program to run.
 */
export async function lab(t, { path: where = "", context: settings = {}, expected = [], prepare, opened = true } = {}) {
  const { server, browser } = await start();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...settings });
  context.setDefaultTimeout(LIMIT_MS);
  const page = await context.newPage();
  const found = complaints(page, expected);
  // The browser tells most of these on the console itself, but not all.
  await page.addInitScript(() => addEventListener("securitypolicyviolation", (event) => {
    console.error(`${event.violatedDirective} forbids ${event.blockedURI}: ${event.sourceFile}:${event.lineNumber}`);
  }));
  t.after(async () => {
    await context.close();
    assert.deepEqual(found, [], "the page complained");
  });
  await prepare?.(page);
  await page.goto(server.url + where);
  if (opened) await page.waitForFunction(() => !document.querySelector(".boot"));
  return { page, context, url: server.url, complaints: found, shot: (name, options) => shot(page, name, options) };
}

/** Before the page is opened: its clock stands, and goes on only by `page.clock.runFor`. */
export async function stopClock(page) {
  await page.clock.install({ time: 0 });
  await page.clock.pauseAt(1_000);
}

/** What the lab knows of its present, from its own report. */
export const report = (page) => page.evaluate(() => window.raftLab.report());

/** Makes a check again and again until none of its assertions fails, and gives what it gives. */
export async function eventually(check) {
  const end = Date.now() + LIMIT_MS;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (!(error instanceof assert.AssertionError) || Date.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

/** Waits until what `look` sees in the report is as wanted, and gives it. */
export const until = (page, what, look) => eventually(async () => {
  const seen = await report(page);
  const found = look(seen);
  assert.ok(found, `there was no ${what}: ${JSON.stringify(seen.nodes)}`);
  return found;
});

/** Waits for so many frames: whatever was to be drawn is drawn then. */
export const frames = (page, count = 4) => page.evaluate((count) => new Promise((resolve) => {
  const frame = () => ((count -= 1) > 0 ? requestAnimationFrame(frame) : resolve());
  requestAnimationFrame(frame);
}), count);

/** While the clock stands: waits until the last event is drawn. A lab that a script moved is drawn a little later. */
export const upToDate = (page) => page.waitForFunction(() => {
  const shown = document.querySelector("[data-events]").textContent.replace(/\D/g, "");
  return Number(shown) === window.raftLab.report().events;
});

const AXE = createRequire(import.meta.url)("axe-core").source;

/** What axe finds, as text. */
export async function findings(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 160)}`));
}
