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
import { mkdir, readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const DIST = process.env.RAFT_LAB_DIST ?? path.join(HERE, "..", "..", "dist");
const SHOTS = path.join(HERE, "shots");

// Chromium in a box without a network, a screen or, often, a user other than root.
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

const TYPES = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8", ".webmanifest": "application/manifest+json", ".md": "text/plain; charset=utf-8",
  ".wasm": "application/wasm", ".svg": "image/svg+xml", ".png": "image/png",
};

// The page is served under a path, not at the root: an address in it that is not relative would not be found.
const BASE = "/some/where/";

/** Serves a folder on a free loopback port; returns its address and a way to stop. */
export async function serve(folder = DIST) {
  await stat(path.join(folder, "index.html")).catch(() => {
    throw new Error(`there is no page in ${folder}: build it with \`cargo xtask dist\``);
  });
  const server = createServer(async (request, response) => {
    try {
      const { pathname } = new URL(request.url, "http://localhost");
      if (!pathname.startsWith(BASE)) throw new Error("outside");
      const file = path.join(folder, path.normalize(`/${decodeURIComponent(pathname.slice(BASE.length))}`));
      const body = await readFile(file.endsWith(path.sep) ? path.join(file, "index.html") : file);
      const type = TYPES[path.extname(file) || ".html"] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": type, "cache-control": "no-store" }).end(body);
    } catch {
      response.writeHead(404, { "content-type": "text/plain" }).end("not found");
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${server.address().port}${BASE}`, stop };
}

// One server and one browser serve all tests of a file; each test gets a context of its own, with empty storage.
let shared;

/** The server and the browser of this file, started at the first call and stopped after the last test. */
function start() {
  shared ??= (async () => {
    const server = await serve();
    const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
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
