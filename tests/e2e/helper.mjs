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

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { launch, serve } from "./server.mjs";

export { serve };

const SHOTS = path.join(path.dirname(fileURLToPath(import.meta.url)), "shots");

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
  const page = await context.newPage();
  const found = complaints(page, expected);
  t.after(async () => {
    await context.close();
    assert.deepEqual(found, [], "the page complained");
  });
  await prepare?.(page);
  await page.goto(server.url + where);
  if (opened) await page.waitForFunction(() => !document.querySelector(".boot"));
  return { page, context, url: server.url, complaints: found, shot: (name, options) => shot(page, name, options) };
}

/** What the lab knows of its present, from its own report. */
export const report = (page) => page.evaluate(() => window.raftLab.report());

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** What axe finds, as text. */
export async function findings(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.addScriptTag({ path: AXE });
  const { violations } = await page.evaluate(() => window.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 160)}`));
}
