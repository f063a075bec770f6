// The page as such: it loads, and when it cannot, it says so.

import assert from "node:assert/strict";
import { test } from "node:test";
import { frames, lab, serve, until } from "./helper.mjs";

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

test("the page keeps to the policy that its markup is written for", async (t) => {
  // Every test runs under it and complains of a violation; here it is seen to be in force.
  const { page, complaints } = await lab(t, { expected: [/^console error: .*(refused|forbids|violates)/is] });
  await until(page, "leader", ({ nodes }) => nodes.find(({ role }) => role === "leader"));
  const markup = await page.evaluate(async () => (await fetch(location.href)).text());
  assert.doesNotMatch(markup, /<style|<script(?![^>]*src=)|\son\w+=|\sstyle=/);
  const seen = await page.evaluate(() => new Promise((resolve) => {
    const seen = [];
    addEventListener("securitypolicyviolation", (event) => {
      seen.push(event.effectiveDirective);
      if (seen.length === 3) resolve(seen.sort());
    });
    document.body.setAttribute("style", "color: red");
    document.body.append(Object.assign(document.createElement("script"), { textContent: "window.inline = true" }));
    fetch("https://example.org/").catch(() => {});
  }));
  assert.deepEqual(seen, ["connect-src", "script-src-elem", "style-src-attr"]);
  assert.equal(await page.evaluate(() => window.inline), undefined);
  // What is placed by the program is placed all the same.
  const widths = await page.locator(".cell").evaluateAll((cells) => cells.map((cell) => cell.style.left));
  assert.ok(widths.length > 0 && widths.every((left) => left.endsWith("rem")), `${widths}`);
  await frames(page);
  assert.deepEqual(complaints, []);
});
