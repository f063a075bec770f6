// The page as such: it loads, and when it cannot, it says so.

import assert from "node:assert/strict";
import { test } from "node:test";
import { lab, serve } from "./helper.mjs";

test("the page opens without a complaint", async (t) => {
  const { page, shot } = await lab(t);
  assert.equal(await page.title(), "Raft Lab");
  await page.getByText("Raft Lab").first().waitFor();
  await shot("smoke");
});

test("a program that does not load leaves a message, not a blank page", async (t) => {
  const { page } = await lab(t, {
    expected: [/wasm/, /Failed to load resource/, /fetch/, /preload/],
    prepare: (page) => page.route("**/*.wasm", (route) => route.abort()),
    opened: false,
  });
  const alert = page.getByRole("alert");
  await alert.waitFor();
  assert.match(await alert.innerText(), /Raft Lab could not start/);
});

test("a browser without JavaScript is told what is missing", async (t) => {
  const { page } = await lab(t, { context: { javaScriptEnabled: false }, opened: false, expected: [/: csp$/] });
  const message = page.locator("noscript");
  assert.match(await message.textContent(), /please allow JavaScript/);
  assert.ok(await message.isVisible(), "the message can be seen");
  assert.ok(!(await page.locator("#boot-status").isVisible()), "nothing claims to be loading");
});

test("the server of the tests says what is missing", async () => {
  await assert.rejects(serve("/nowhere"), /cargo xtask dist/);
});
