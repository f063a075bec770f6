// Opens the page in Chromium and prints the numbers of the functions that were called in its first seconds, as JSON.
//
//   RAFT_LAB_DIST=FOLDER node record.mjs
//
// The program in the folder notes each call in a memory of its own (instrument.rs). The page's clock goes on only as this
// script lets it, so that the same program always gives the same list.

import { launch, serve } from "../../../tests/e2e/server.mjs";

/** A frame, in milliseconds. */
const FRAME_MS = 20;

/** How much of its time the page is watched: until it moves, and on to its first leader, but not to its first save. */
const WATCHED_MS = 1_500;

const server = await serve();
const browser = await launch();
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
await page.clock.install({ time: 0 });
await page.clock.pauseAt(1_000);
await page.addInitScript(() => {
  const { instantiateStreaming } = WebAssembly;
  WebAssembly.instantiateStreaming = async (...given) => {
    const result = await instantiateStreaming(...given);
    window.called = result.instance.exports.called;
    return result;
  };
});
// The rest of the program never comes, so nothing is drawn that waits for it.
await page.route("**/rest.wasm", () => {});
await page.goto(server.url);
await page.waitForFunction(() => window.raftLab, undefined, { polling: 20 });
for (let ms = 0; ms < WATCHED_MS; ms += FRAME_MS) {
  await page.clock.runFor(FRAME_MS);
}
const numbers = await page.evaluate(() => {
  const bytes = new Uint8Array(window.called.buffer);
  return [...bytes.keys()].filter((number) => bytes[number]);
});
console.log(JSON.stringify(numbers));
await browser.close();
await server.stop();
