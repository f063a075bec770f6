// Films the first seconds of the built page, as somebody sees it who opens it and touches nothing: a picture at fixed
// times, on a laptop and on a phone, and a sheet with all of them. `cargo xtask film`.
//
//   node tests/film/film.mjs [--seconds N] [--every MS] [--dark] [--folder FOLDER]

import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { launch, serve } from "../e2e/server.mjs";

/** The screens. */
const SCREENS = {
  "1440x900": { viewport: { width: 1440, height: 900 } },
  "390x844": { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
};

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "20" },
    every: { type: "string", default: "300" },
    dark: { type: "boolean", default: false },
    folder: { type: "string", default: "target/film" },
  },
});
const [seconds, every] = [options.seconds, options.every].map(Number);
if (!(seconds > 0 && every >= 20)) throw new Error("--seconds is a number above 0, and --every is at least 20 (ms)");

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What the browser showed, frame by frame: the time in ms after the page was opened, and the picture. */
async function record(browser, url, screen) {
  const context = await browser.newContext({ ...screen, colorScheme: options.dark ? "dark" : "light" });
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  const shown = [];
  cdp.on("Page.screencastFrame", ({ data, metadata, sessionId }) => {
    shown.push({ at: 1000 * metadata.timestamp, data });
    cdp.send("Page.screencastFrameAck", { sessionId }).catch(() => {}); // the page may have been closed
  });
  await cdp.send("Page.startScreencast", { format: "jpeg", quality: 85, everyNthFrame: 2 });
  const opened = Date.now();
  await page.goto(url);
  // What is told at each picture, for the sheet.
  const told = [];
  for (let at = 0; at <= 1000 * seconds; at += every) {
    await sleep(Math.max(0, opened + at - Date.now()));
    told.push(await page.evaluate(() => document.querySelector(".story")?.textContent ?? ""));
  }
  await cdp.send("Page.stopScreencast");
  await context.close();
  const frames = shown.map(({ at, data }) => ({ at: at - opened, data }));
  return told.map((words, i) => {
    // The frame that was on the screen then: the last one before.
    const at = i * every;
    const before = frames.filter((frame) => frame.at <= at).at(-1) ?? frames[0];
    return { at, words, data: before.data };
  });
}

/** Writes the pictures and their sheet. */
async function write(folder, pictures, columns) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const name = ({ at }) => `${String(at).padStart(5, "0")}.jpg`;
  for (const picture of pictures) await writeFile(path.join(folder, name(picture)), Buffer.from(picture.data, "base64"));
  const escaped = (text) => text.replace(/[&<]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const figures = pictures.map((picture) =>
    `<figure><img src="${name(picture)}" alt=""><figcaption>${(picture.at / 1000).toFixed(1)} s. ${escaped(picture.words)}</figcaption></figure>`);
  await writeFile(path.join(folder, "index.html"), `<!doctype html><meta charset="utf-8"><title>Film</title>
<style>body{display:grid;grid-template-columns:repeat(${columns},1fr);gap:.6rem;margin:.6rem;font:12px/1.3 sans-serif}figure{margin:0}img{width:100%}</style>
${figures.join("\n")}
`);
}

const server = await serve();
const browser = await launch();
for (const [name, screen] of Object.entries(SCREENS)) {
  const folder = path.resolve(options.folder, options.dark ? `${name}-dark` : name);
  await write(folder, await record(browser, server.url, screen), name === "390x844" ? 10 : 5);
  const sheet = await browser.newPage({ viewport: { width: 2400, height: 1000 } });
  await sheet.goto(pathToFileURL(path.join(folder, "index.html")).href);
  await sheet.screenshot({ path: path.join(folder, "sheet.png"), fullPage: true });
  await sheet.close();
  console.log(`${path.relative(process.cwd(), folder)}: a picture every ${every} ms, all of them in sheet.png and index.html`);
}
await browser.close();
await server.stop();
