// What the page loads, and when: the program comes in two parts, and some texts when they are opened. None of it may be
// missed by whoever uses the page, and what does not come is said.

import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, findings, frames, lab, report, until } from "./helper.mjs";

const REST = "**/raft-lab-rest-*.wasm";
const NOT_LOADED = [/not loaded/, /Failed to load resource/];

/** Notes each request for the rest of the program: "fetch" while the page goes on, "xhr" while it stands still. */
function requests(page) {
  const seen = [];
  page.on("request", (request) => {
    if (request.url().includes("raft-lab-rest-")) seen.push(request.resourceType());
  });
  return seen;
}

/** A page of which the rest is held back, unless it stands still for it: with the requests so far, and those that wait. */
async function opened(t) {
  const held = [];
  let seen;
  const { page } = await lab(t, {
    prepare: async (page) => {
      seen = requests(page);
      await page.route(REST, (route) => (route.request().resourceType() === "fetch" ? held.push(route) : route.continue()));
    },
  });
  return { page, seen, held };
}

const leads = (page) => until(page, "leader", ({ nodes }) => nodes.find(({ role }) => role === "leader"));
const complete = (page) => page.waitForFunction(() => !document.querySelector("main [aria-busy]"));
const boxes = (page) => page.evaluate(() => [...document.querySelectorAll("main > .card, main > .side, .side > .card")]
  .map((panel) => [panel.classList[1] ?? panel.className, ...["x", "y", "width"].map((side) => Math.round(panel.getBoundingClientRect()[side]))]));

test("the page moves and elects a leader before its rest is there, and nothing jumps when it comes", async (t) => {
  const { page, seen, held } = await opened(t);
  const before = await boxes(page);
  assert.deepEqual(await page.locator("[aria-busy] .title").allInnerTexts(), ["Timeline", "Replication streams", "What just happened"]);
  await page.waitForFunction(() => document.querySelector('[data-standing="leader"]'));
  assert.deepEqual(seen, ["fetch"], "nothing had to wait for the rest");
  await held[0].continue();
  await complete(page);
  assert.deepEqual(await boxes(page), before, "every panel stands where its place was kept");
  await page.locator(".happened [data-event]").first().waitFor();
});

test("what is asked for before the rest is there is carried out at once", async (t) => {
  const { page, seen } = await opened(t);
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Raft Lab in one page" }).waitFor();
  assert.equal(seen.filter((kind) => kind === "xhr").length, 1);
  await page.keyboard.press("Escape");
  await leads(page);
  await page.evaluate(() => window.raftLab.act({ do: "crash", node: 1 }));
  await until(page, "crash", ({ nodes }) => nodes.find(({ id, alive }) => id === 1 && !alive));
});

test("a page that goes away before its rest is there does not wait for it", async (t) => {
  const { page, seen, held } = await opened(t);
  await page.waitForFunction(() => document.querySelector('[data-standing="leader"]'));
  await page.evaluate(() => {
    document.dispatchEvent(new Event("visibilitychange"));
    dispatchEvent(new Event("pagehide"));
  });
  assert.deepEqual(seen, ["fetch"]);
  await held[0].continue();
  await complete(page);
  // What it missed, it is told now: the run is stored.
  await page.waitForFunction(() => localStorage.getItem("raft-lab/run"));
});

test("a rest that does not come is said, and asked for again", async (t) => {
  const asked = [];
  const { page, shot } = await lab(t, {
    expected: NOT_LOADED,
    prepare: async (page) => {
      // The network is back when the page has asked twice.
      await page.route(REST, (route) => (asked.length < 2 ? route.abort() : route.continue()));
      page.on("dialog", (dialog) => {
        asked.push(dialog.message());
        dialog.accept();
      });
    },
  });
  await page.getByText("This part could not be loaded.").first().waitFor();
  await shot("loading-missing");
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Raft Lab in one page" }).waitFor();
  assert.equal(asked.length, 2);
  assert.match(asked[0], /could not be loaded.*Try again\?/);
  // The panels come by themselves.
  await complete(page);
});

test("who does not want to try again gets the page that keeps the run", async (t) => {
  const { page } = await lab(t, {
    expected: [...NOT_LOADED, /NetworkError|Failed to execute 'send'/, /RuntimeError|borrow/],
    prepare: (page) => page.route(REST, (route) => route.abort()),
  });
  page.on("dialog", (dialog) => dialog.dismiss());
  await page.keyboard.press("?");
  const screen = page.getByRole("alertdialog", { name: "Raft Lab has failed" });
  await screen.waitFor();
  assert.match(await screen.innerText(), /could not be loaded.*when the network is back/, "no fault of the program is told");
  assert.match(await screen.locator("pre").innerText(), /raft-lab-rest-/);
  await page.unroute(REST);
  await screen.getByRole("button", { name: "Reload" }).click();
  await page.waitForFunction(() => window.raftLab && !document.querySelector("[role=alertdialog]"));
  await report(page);
});

test("a stored run is restored with the whole program there", async (t) => {
  const { page } = await lab(t);
  await complete(page);
  await page.evaluate(() => window.raftLab.act({ do: "note", text: "kept" }));
  await eventually(async () => {
    assert.match(await page.evaluate(() => localStorage.getItem("raft-lab/run") ?? ""), /kept/);
  });
  const seen = requests(page);
  await page.reload();
  await page.waitForFunction(() => window.raftLab);
  await complete(page);
  assert.ok((await page.evaluate(() => window.raftLab.scenario().actions)).some(({ text }) => text === "kept"));
  assert.deepEqual(seen, ["fetch"]);
});

const PROMISES = "**/promises.json?*";
const open = async (page) => {
  await complete(page);
  await page.getByRole("button", { name: /guarantees hold/ }).click();
  return page.getByRole("dialog", { name: "What Raft guarantees" });
};

test("what few people open is loaded when it is opened", async (t) => {
  const held = [];
  const { page } = await lab(t, { prepare: (page) => page.route(PROMISES, (route) => { held.push(route); }) });
  await leads(page);
  assert.equal(held.length, 0);
  const dialog = await open(page);
  await dialog.getByText("Loading…").waitFor();
  await dialog.getByText("Election Safety").waitFor();
  await held[0].continue();
  await dialog.getByText("At most one leader is elected in a term.").waitFor();
  assert.equal(await dialog.getByText("Loading…").count(), 0);
  assert.deepEqual(await findings(page), []);
});

test("what cannot be loaded when it is opened is said, and can be tried again", async (t) => {
  const { page } = await lab(t, { expected: NOT_LOADED, prepare: (page) => page.route(PROMISES, (route) => route.abort()) });
  const dialog = await open(page);
  await dialog.getByRole("alert").getByText("This could not be loaded.").waitFor();
  await dialog.getByRole("button", { name: "Try again" }).click();
  await frames(page);
  await dialog.getByRole("alert").waitFor();
  await page.unroute(PROMISES);
  await dialog.getByRole("button", { name: "Try again" }).click();
  await dialog.getByText("At most one leader is elected in a term.").waitFor();
  assert.equal(await dialog.getByRole("alert").count(), 0);
});
