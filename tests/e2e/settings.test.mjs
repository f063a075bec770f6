// The settings of the cluster: what is changed is an action of the run, what cannot be is refused beside its field.

import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, findings, lab, report, upToDate } from "./helper.mjs";

const STILL = { reducedMotion: "reduce" };
const scenario = (page) => page.evaluate(() => window.raftLab.scenario());
const recorded = async (page) => (await scenario(page)).actions.filter(({ after }) => after !== undefined);

async function opened(t, context = {}) {
  const { page, shot } = await lab(t, { context: { ...STILL, ...context } });
  await page.evaluate(() => window.raftLab.runUntil({ leader: true }, 60_000));
  await upToDate(page);
  await page.getByRole("button", { name: "Settings" }).click();
  const dialog = page.getByRole("dialog", { name: "Settings" });
  await dialog.waitFor();
  return { page, shot, dialog };
}

test("a change of the settings is an action of the run, and can be undone", async (t) => {
  const { page, shot, dialog } = await opened(t);
  assert.equal(await dialog.getByLabel("Shortest election timeout, ms").inputValue(), "150");
  assert.equal(await dialog.getByLabel("Bytes in a chunk, at most").inputValue(), "10");
  await dialog.getByLabel("Entries in an append, at most").fill("1");
  await dialog.getByLabel("Lost messages, %").fill("20");
  await dialog.getByLabel("Pre-vote: ask first whether an election could be won").check();
  await shot("settings");
  await dialog.getByRole("button", { name: "Apply" }).click();
  await dialog.waitFor({ state: "detached" });
  const [config, link] = await recorded(page);
  assert.deepEqual([config.do, config.max_payload_entries, config.pre_vote], ["config", 1, true]);
  assert.deepEqual([link.do, link.loss], ["link", 0.2]);
  await page.getByRole("button", { name: "Undo the last action" }).click();
  await eventually(async () => assert.equal((await recorded(page)).length, 1));
});

test("what cannot be is refused beside its field, and what is unwise is said with its numbers", async (t) => {
  const { page, dialog } = await opened(t);
  const heartbeat = dialog.getByLabel("Heartbeat every, ms");
  await heartbeat.fill("150");
  await dialog.getByRole("button", { name: "Apply" }).click();
  const timeout = dialog.getByLabel("Shortest election timeout, ms");
  await eventually(async () => assert.equal(await timeout.getAttribute("aria-invalid"), "true"));
  await dialog.getByRole("alert").getByText("must be more than 150").waitFor();
  assert.deepEqual(await recorded(page), []);
  await heartbeat.fill("145");
  await dialog.getByRole("status").getByText("155").waitFor();
  assert.equal(await timeout.getAttribute("aria-invalid"), null);
  await dialog.getByRole("button", { name: "The Raft paper’s" }).click();
  assert.equal(await heartbeat.inputValue(), "75");
  assert.equal((await dialog.locator(".unwise").innerText()).trim(), "");
});

test("another number of nodes starts a new run, and the one before is kept", async (t) => {
  const { page, dialog } = await opened(t);
  await dialog.getByLabel("Nodes").selectOption("3");
  await dialog.getByRole("button", { name: "Classroom" }).click();
  await dialog.getByRole("button", { name: "Start a new run" }).click();
  await eventually(async () => assert.equal((await report(page)).nodes.length, 3));
  await page.getByRole("button", { name: "Run 2 of 2" }).waitFor();
  assert.equal((await scenario(page)).nodes.length, 3);
});

test("with the keyboard alone", async (t) => {
  const { page } = await lab(t, { context: STILL });
  await page.keyboard.press("Z");
  const dialog = page.getByRole("dialog", { name: "Settings" });
  await dialog.waitFor();
  const timeout = dialog.getByLabel("Longest election timeout, ms");
  await timeout.focus();
  await timeout.fill("400");
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  await eventually(async () => assert.equal((await recorded(page))[0].election_timeout_max, 400));
  await page.keyboard.press("Z");
  await dialog.waitFor();
  assert.equal(await timeout.inputValue(), "400");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
});

for (const [name, context] of [
  ["light", { colorScheme: "light" }], ["dark", { colorScheme: "dark" }],
  ["phone", { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }],
]) {
  test(`axe finds nothing in the settings: ${name}`, async (t) => {
    const { page, shot } = await opened(t, context);
    assert.deepEqual(await findings(page), []);
    await shot(`settings-${name}`);
  });
}
