// When the program fails, by a panic or by a trap of WebAssembly, the page says so, once, and the run is not lost.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { eventually, findings, frames, lab, report, until } from "./helper.mjs";

// A module whose only function, `f`, runs into `unreachable`.
const UNREACHABLE = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 5, 1, 3, 0, 0, 11];

/** Lets WebAssembly trap where nobody catches it. */
const trap = (page) => page.evaluate((bytes) => {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes)));
  setTimeout(exports.f);
}, UNREACHABLE);

/** Lets the program panic: while it saves the run, a script changes the run. */
const panic = (page) => page.evaluate(() => {
  const { setItem } = Storage.prototype;
  Storage.prototype.setItem = function (key, text) {
    if (key === "raft-lab/run") window.raftLab.advance(1);
    setItem.call(this, key, text);
  };
});

const screen = (page) => page.getByRole("alertdialog", { name: "Raft Lab has failed" });

/** Counts what still calls the program. */
const watchCalls = (page) => page.addInitScript(() => {
  window.calls = 0;
  for (const name of ["requestAnimationFrame", "setInterval"]) {
    const original = window[name];
    window[name] = (call, ...rest) => original((...args) => { window.calls += 1; return call(...args); }, ...rest);
  }
});

/** A page with a leader and a stored run. */
async function running(t, expected, prepare) {
  const opened = await lab(t, { expected, prepare: async (page) => { await watchCalls(page); await prepare?.(page); } });
  await until(opened.page, "leader", ({ nodes }) => nodes.find(({ role }) => role === "leader"));
  await opened.page.evaluate(() => window.raftLab.act({ do: "note", text: "kept" }));
  await eventually(async () => {
    assert.match(await opened.page.evaluate(() => localStorage.getItem("raft-lab/run") ?? ""), /kept/);
  });
  return opened;
}

/** The screen is there alone, has the focus, and nothing calls the program any more. */
async function isTheEnd(page) {
  await screen(page).waitFor();
  assert.equal(await page.getByRole("alertdialog").count(), 1);
  assert.equal(await page.locator("body > *").count(), 1, "nothing else is left");
  assert.ok(await screen(page).evaluate((element) => element === document.activeElement), "it has the focus");
  const calls = await page.evaluate(() => window.calls);
  await page.keyboard.press("Space");
  await frames(page, 60);
  assert.equal(await page.evaluate(() => window.calls), calls + 60, "only the test's own frames come");
}

test("a trap is told, the run can be taken away, and reloading continues it", async (t) => {
  const { page, shot } = await running(t, [/unreachable/]);
  await trap(page);
  await isTheEnd(page);
  assert.match(await screen(page).locator("pre").innerText(), /^RuntimeError: unreachable$/);
  await shot("crash");
  assert.deepEqual(await findings(page), []);
  // A second failure changes nothing.
  await page.evaluate(() => window.raftLabPage.failed("another"));
  await trap(page);
  await frames(page);
  assert.equal(await page.getByRole("alertdialog").count(), 1);
  assert.match(await screen(page).locator("pre").innerText(), /unreachable/);

  const text = await screen(page).getByRole("textbox").inputValue();
  const scenario = JSON.parse(text);
  assert.equal(scenario.format, "raft-lab/1");
  assert.ok(scenario.actions.some(({ text }) => text === "kept"));
  const download = page.waitForEvent("download");
  await screen(page).getByRole("button", { name: "Download" }).click();
  assert.equal(await readFile(await (await download).path(), "utf8"), text);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await screen(page).getByRole("button", { name: "Copy" }).click();
  await screen(page).getByText("Copied.").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), text);

  await screen(page).getByRole("button", { name: "Reload" }).click();
  await page.waitForFunction(() => window.raftLab && !document.querySelector("[role=alertdialog]"));
  await until(page, "the run as it was", ({ events }) => events > 0);
  await page.evaluate(() => window.raftLab.scenario().actions.some(({ text }) => text === "kept")).then(assert.ok);
});

test("a panic is told with its cause, and a new run can be begun", async (t) => {
  const { page } = await running(t, [/borrow|unreachable/]);
  await panic(page);
  await isTheEnd(page);
  assert.match(await screen(page).locator("pre").innerText(), /^panicked at src\/js\.rs:.*\n.*borrow/s);
  await screen(page).getByRole("button", { name: "Start a new run" }).click();
  await page.waitForFunction(() => window.raftLab && !document.querySelector("[role=alertdialog]"));
  assert.equal((await page.evaluate(() => window.raftLab.scenario().actions ?? [])).filter(({ text }) => text).length, 0);
});

test("a trap that a script catches is told too", async (t) => {
  const { page } = await running(t, [/unreachable/], (page) => page.addInitScript(() => {
    const { instantiateStreaming } = WebAssembly;
    WebAssembly.instantiateStreaming = async (...args) => {
      const result = await instantiateStreaming(...args);
      window.memory = result.instance.exports.memory;
      return result;
    };
  }));
  // Memory is exhausted, and whatever needs more of it traps.
  const caught = await page.evaluate(() => {
    try {
      for (let pages = 4096; pages >= 1; pages /= 2) {
        try {
          for (;;) window.memory.grow(pages);
        } catch {
          // It does not grow by so much any more.
        }
      }
      window.raftLab.act({ do: "note", text: "x".repeat(16_000_000) });
    } catch (error) {
      return error instanceof WebAssembly.RuntimeError;
    }
    return "nothing was thrown";
  });
  assert.equal(caught, true);
  await isTheEnd(page);
});

test("a failure without a stored run still offers a way on", async (t) => {
  const { page } = await lab(t, {
    expected: [/unreachable/],
    prepare: (page) => page.addInitScript(() => {
      Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no storage", "SecurityError"); } });
    }),
  });
  await trap(page);
  await screen(page).waitFor();
  assert.ok(!(await screen(page).getByRole("textbox").isVisible()));
  await screen(page).getByRole("button", { name: "Start a new run" }).click();
  await page.waitForFunction(() => window.raftLab && !document.querySelector("[role=alertdialog]"));
  await report(page);
});
