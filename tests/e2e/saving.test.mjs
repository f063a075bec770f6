// What is kept between visits: where it cannot be kept, or not be used, the page says so, and nothing is lost.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { eventually, frames, lab, report, until } from "./helper.mjs";

/** Stores these texts before the first visit of a test, but not again when the page is reloaded. */
const stored = (texts) => (page) => page.addInitScript((texts) => {
  if (sessionStorage.getItem("stored")) return;
  sessionStorage.setItem("stored", "yes");
  for (const [key, text] of Object.entries(texts)) localStorage.setItem(`raft-lab/${key}`, text);
}, texts);

const saved = (page, key = "run") => page.evaluate((key) => localStorage.getItem(`raft-lab/${key}`), key);
const unsaved = (page) => page.getByRole("status").filter({ hasText: "This run cannot be saved" });
const run = (change = {}) => JSON.stringify({ now: 1000, events: 60, playing: true, scenario: { format: "raft-lab/1", nodes: [1, 2, 3] }, ...change });

/** Fifty minutes of nine nodes: it takes long to run them again. */
const LONG = run({ now: 3_000_000, scenario: { format: "raft-lab/1", nodes: [1, 2, 3, 4, 5, 6, 7, 8, 9] } });

/** Follows a download and gives its text. */
async function downloaded(page) {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download what was saved" }).click();
  return readFile(await (await download).path(), "utf8");
}

test("a full storage is said in one quiet line, which goes when there is room", async (t) => {
  const { page, shot } = await lab(t, {
    prepare: (page) => page.addInitScript(() => {
      window.full = true;
      const { setItem } = Storage.prototype;
      Storage.prototype.setItem = function (key, text) {
        if (window.full) throw new DOMException("full", "QuotaExceededError");
        setItem.call(this, key, text);
      };
    }),
  });
  await unsaved(page).waitFor();
  assert.equal(await page.getByText("This run cannot be saved").count(), 1);
  await shot("unsaved");
  assert.equal(await saved(page), null);
  await page.evaluate(() => { window.full = false; });
  await page.getByText("This run cannot be saved").waitFor({ state: "detached" });
  assert.ok(await saved(page));
});

test("a storage that throws on access is said, and the page works", async (t) => {
  const { page } = await lab(t, {
    prepare: (page) => page.addInitScript(() => {
      Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no storage", "SecurityError"); } });
    }),
  });
  await unsaved(page).waitFor();
  await until(page, "leader", ({ nodes }) => nodes.find(({ role }) => role === "leader"));
});

test("settings and a run of another version are told, and can be taken away", async (t) => {
  const later = run({ scenario: { format: "raft-lab/2", nodes: [1, 2, 3] } });
  const { page, shot } = await lab(t, { prepare: stored({ run: later, settings: '{"speed":15,"gravity":9.81}' }) });
  await page.getByText("The saved settings could not be read").getByText("gravity").waitFor();
  await page.getByText("The saved run could not be opened").waitFor();
  await shot("aside");
  assert.equal(await saved(page, "settings/aside"), '{"speed":15,"gravity":9.81}');
  const line = page.locator("[data-aside]").filter({ hasText: "saved run" });
  const download = page.waitForEvent("download");
  await line.getByRole("button", { name: "Download" }).click();
  assert.equal(await readFile(await (await download).path(), "utf8"), later);
  // It is still there when the new run is long since saved.
  await eventually(async () => assert.notEqual(await saved(page), later));
  assert.equal(await saved(page, "run/aside"), later);
  await page.reload();
  await page.getByText("A run from an earlier visit was set aside.").waitFor();
  assert.equal(await page.locator("[data-aside]").count(), 1, "the settings are told once");
  await page.getByRole("button", { name: "Dismiss" }).click();
  await page.locator("[data-aside]").waitFor({ state: "detached" });
  assert.equal(await saved(page, "run/aside"), null);
});

test("restoring a run that never comes to its end can be stopped", async (t) => {
  const endless = LONG;
  const { page, shot } = await lab(t, { prepare: stored({ run: endless }) });
  await page.getByText("The saved run is being restored.").waitFor();
  assert.ok(await saved(page, "restoring"));
  await frames(page, 10);
  await shot("restoring");
  await page.getByRole("button", { name: "Stop and start a new run" }).click();
  await page.getByText("The saved run was not restored to its end, so it was set aside.").waitFor();
  assert.equal(await saved(page, "restoring"), null);
  await until(page, "leader of the new run", ({ nodes }) => nodes.length === 5 && nodes.find(({ role }) => role === "leader"));
  assert.equal(await downloaded(page), endless);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("The saved run is being restored.").waitFor();
  assert.equal((await report(page)).nodes.length, 9);
});

test("a run that hung the page is not restored again without being asked for", async (t) => {
  // What a visit leaves behind that was ended by force in the middle of restoring.
  const hung = run();
  const { page } = await lab(t, { prepare: stored({ run: hung, restoring: "yes" }) });
  await page.getByText("Restoring the saved run did not finish last time").waitFor();
  await until(page, "leader of the new run", ({ nodes }) => nodes.length === 5 && nodes.find(({ role }) => role === "leader"));
  assert.equal(await saved(page, "run/aside"), hung);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.waitForFunction(() => window.raftLab && !document.querySelector("[data-aside]"));
  await until(page, "the run restored", ({ nodes, events }) => nodes.length === 3 && events >= 60);
  await eventually(async () => assert.equal(await saved(page, "restoring"), null));
  assert.equal(await page.locator("[data-aside]").count(), 0);
});

test("leaving in the middle of restoring is no failure", async (t) => {
  const { page } = await lab(t, { prepare: stored({ run: LONG }) });
  await page.getByText("The saved run is being restored.").waitFor();
  await page.reload();
  await page.getByText("The saved run is being restored.").waitFor();
  assert.equal(await page.locator("[data-aside]").count(), 0);
});
