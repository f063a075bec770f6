// Opens the page in Chromium and prints the numbers of the functions that were called in its first seconds, as JSON.
//
//   RAFT_LAB_DIST=FOLDER node record.mjs
//
// The program in the folder notes each call in a memory of its own (instrument.rs).

import { launch, serve } from "../../../tests/e2e/server.mjs";

const server = await serve();
const browser = await launch();

/** Opens the page until it has drawn a leader's first seconds. */
async function visit(viewport) {
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  await page.addInitScript(() => {
    const { instantiateStreaming } = WebAssembly;
    WebAssembly.instantiateStreaming = async (...given) => {
      const result = await instantiateStreaming(...given);
      window.called = result.instance.exports.called;
      return result;
    };
  });
  await page.goto(server.url);
  await page.waitForFunction(() => document.querySelector('[data-standing="leader"]'));
  const called = await page.evaluate(() => {
    const bytes = new Uint8Array(window.called.buffer);
    const numbers = [];
    bytes.forEach((byte, number) => { if (byte) numbers.push(number); });
    return numbers;
  });
  await context.close();
  return called;
}

const numbers = new Set([...await visit({ width: 1440, height: 900 })]);
console.log(JSON.stringify([...numbers].sort((a, b) => a - b)));
await browser.close();
await server.stop();
