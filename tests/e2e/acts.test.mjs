// What can be done to nodes, members, messages, links and time: each by mouse and by keyboard, what is drawn against
// what the lab knows. The clock stands from the beginning (less motion is wanted), and moves only when it is told to.

import assert from "node:assert/strict";
import { test } from "node:test";
import { findings, lab, report } from "./helper.mjs";

const STILL = { context: { reducedMotion: "reduce" } };

const advance = (page, ms) => page.evaluate((ms) => window.raftLab.advance(ms), ms);
const runUntil = (page, condition) => page.evaluate((condition) => window.raftLab.runUntil(condition, 10_000), condition);

/** The last action that was recorded. */
const lastAct = (page) => page.evaluate(() => {
  const { at, after, polls, ...what } = window.raftLab.scenario().actions.filter((it) => it.after !== undefined).at(-1);
  return what;
});

const node = (page, id) => page.locator(`[data-node="${id}"]`);
const standing = (page, id, is) => page.locator(`[data-node="${id}"][data-standing="${is}"]`).waitFor();
const words = (page, id) => page.locator(".node", { has: node(page, id) }).locator("text.standing");
const sheet = (page) => page.locator(".inspector");
const field = (page, name) => sheet(page).locator("dl > div", { has: page.locator("dt", { hasText: new RegExp(`^${name}$`) }) }).locator("dd");

/** The page with a leader and logs that agree; gives the leader's id, too. */
async function led(t, options = STILL) {
  const opened = await lab(t, options);
  await runUntil(opened.page, { leader: true });
  await runUntil(opened.page, { converged: true });
  const { nodes } = await report(opened.page);
  const leader = nodes.find((node) => node.role === "leader").id;
  await standing(opened.page, leader, "leader");
  return { ...opened, leader, others: [1, 2, 3, 4, 5].filter((id) => id !== leader) };
}

/** Opens a node's menu with the mouse and picks a choice. */
async function pick(page, id, name) {
  await node(page, id).click();
  await page.getByRole("menuitem", { name, exact: true }).click();
}

test("a node is paused and resumed, its disk is slow, fails and works again", async (t) => {
  const { page, shot, others: [first, second, third] } = await led(t);

  await pick(page, first, "Pause");
  assert.deepEqual(await lastAct(page), { do: "pause", node: first });
  await words(page, first).getByText("paused").waitFor();
  await page.locator(".node.paused .bars").waitFor();
  await page.keyboard.press("z");
  assert.deepEqual(await lastAct(page), { do: "resume", node: first });
  await page.locator(".node.paused").waitFor({ state: "detached" });

  await pick(page, second, "Slow down its disk");
  assert.deepEqual(await lastAct(page), { do: "disk", node: second, write_delay: [80, 120] });
  await words(page, second).getByText("slow disk").waitFor();
  await field(page, "disk").getByText("80–120 ms a write").waitFor();
  await page.keyboard.press("y");
  assert.deepEqual((await lastAct(page)).write_delay, [0, 0]);

  await page.keyboard.press(String(third));
  await page.keyboard.press("f");
  assert.deepEqual(await lastAct(page), { do: "disk", node: third, fail: true });
  await words(page, third).getByText("failing disk").waitFor();
  await page.getByRole("button", { name: "Write 10" }).click();
  await advance(page, 200);
  await standing(page, third, "stopped");
  await shot("disk-failed");
  await pick(page, third, "Repair its disk");
  await page.keyboard.press("c");
  assert.deepEqual(await lastAct(page), { do: "restart", node: third });
  await advance(page, 10);
  await standing(page, third, "follower");
});

test("timeouts are put off, spread and aligned, and leadership is transferred", async (t) => {
  const { page, others: [first, second] } = await led(t);
  const handedTo = (id) => runUntil(page, { leader: id });

  await pick(page, first, "Reset its election timer to 1 s of cluster time");
  assert.deepEqual(await lastAct(page), { do: "timer", node: first, in: 1000 });
  await pick(page, first, "Transfer leadership to it");
  assert.deepEqual(await lastAct(page), { do: "transfer", to: first });
  assert.ok(await handedTo(first));
  await standing(page, first, "leader");
  await page.keyboard.press(String(second));
  await page.keyboard.press("o");
  assert.ok(await handedTo(second));
  await standing(page, second, "leader");
  assert.equal(await page.locator("[data-standing='leader']").count(), 1);

  await page.keyboard.press("l");
  const whyNot = page.getByText(`S${second} leads, so it has no election timer running.`);
  await whyNot.waitFor();
  await page.keyboard.press("c");
  await whyNot.waitFor({ state: "detached" });
  await page.keyboard.press("a");
  // The last four that were set: the scenario ends with what is still to come.
  const timers = () => page.evaluate(() =>
    window.raftLab.scenario().actions.filter((act) => act.do === "timer").slice(-4).map((act) => act.in));
  assert.deepEqual(await timers(), [100, 100, 100, 100]);
  await advance(page, 105);
  await page.locator("[data-standing='candidate']").nth(1).waitFor(); // the votes are split
  await page.keyboard.press("t");
  assert.deepEqual(await timers(), [100, 220, 340, 460]);
  assert.ok(await runUntil(page, { leader: true }));
});

test("a snapshot is made at once, and a key is read", async (t) => {
  const { page, leader, others: [first] } = await led(t);
  await page.getByRole("button", { name: "Write", exact: true }).click();
  await runUntil(page, { converged: true });
  await pick(page, first, "Take a snapshot now");
  assert.deepEqual(await lastAct(page), { do: "snapshot", node: first });
  await advance(page, 100);
  await field(page, "snapshot").getByText(/^up to entry\s\d+ \(term\s1\), \d+\sB$/).waitFor();

  await page.getByRole("button", { name: "Read", exact: true }).click();
  assert.deepEqual(await lastAct(page), { do: "read", key: "x" });
  await advance(page, 100);
  await page.getByText("The read of x gives 1").waitFor();
  await page.keyboard.press(String(leader));
  await page.keyboard.press("v");
  assert.equal(await page.evaluate(() => document.activeElement.innerText), "Read");
  await page.keyboard.press("Enter");
  assert.deepEqual(await lastAct(page), { do: "read", key: "x", node: leader });
});

test("a node comes in as a learner, becomes a voter, and leaves again", async (t) => {
  const { page, shot, leader } = await led(t);
  await page.getByRole("button", { name: "Add node" }).click();
  assert.deepEqual(await lastAct(page), { do: "add_learner", node: 6 });
  await runUntil(page, { node: 6, role: "learner", commit: { min: 2 } });
  await standing(page, 6, "learner");
  assert.equal(await page.locator("[data-node]").count(), 6);
  assert.equal(await page.locator("[data-link]").count(), 15, "the ring has room for it");
  await page.locator(`[data-stream="${leader}-6"]`).waitFor();
  assert.equal(await page.locator("[data-log]").count(), 6);
  await shot("learner");

  await page.keyboard.press("6");
  await page.keyboard.press("i");
  assert.deepEqual(await lastAct(page), { do: "members", voters: [1, 2, 3, 4, 5, 6] });
  // It has to catch up first.
  await runUntil(page, { node: leader, members: { voters: [[1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6]] } });
  await words(page, 6).getByText("joining").waitFor();
  assert.match(await page.locator(".headline").innerText(), /the voters change from S1…S5 to S1…S6: until then, decisions need a majority of the old and of the new ones/);
  await shot("joint");
  await runUntil(page, { converged: true });
  await standing(page, 6, "follower");
  assert.deepEqual((await report(page)).nodes[leader - 1].members.voters, [[1, 2, 3, 4, 5, 6]]);

  await pick(page, 6, "Remove from the configuration");
  await words(page, 6).getByText("leaving").waitFor();
  await advance(page, 400);
  await standing(page, 6, "outside");
  await words(page, 6).getByText("Not a member").waitFor();
  await shot("removed");
  await page.keyboard.press("+");
  assert.deepEqual(await lastAct(page), { do: "add_learner", node: 7 });
  await node(page, 7).waitFor();
});

test("messages are dropped, held, delayed, doubled and delivered", async (t) => {
  const { page, shot } = await led(t);
  await page.getByRole("button", { name: "Write", exact: true }).click();
  await page.locator("[data-kind='append']").first().waitFor();
  const onWay = () => page.locator("[data-message]").evaluateAll((all) => all.map((one) => Number(one.dataset.message)));

  // By mouse.
  const dropped = (await onWay())[0];
  await page.locator(`[data-message="${dropped}"]`).click();
  await page.getByRole("menu", { name: "Actions on the message" }).waitFor();
  await sheet(page).getByRole("heading").waitFor();
  await shot("message-menu");
  await page.getByRole("menuitem", { name: "Drop" }).click();
  assert.deepEqual(await lastAct(page), { do: "drop", id: dropped });
  await page.locator(`[data-message="${dropped}"]`).waitFor({ state: "detached" });
  await page.locator(".message.lost").first().waitFor();

  // By keyboard.
  await page.keyboard.press("m");
  const held = await page.evaluate(() => Number(document.activeElement.dataset.message));
  assert.ok((await onWay()).includes(held));
  await page.keyboard.press("h");
  assert.deepEqual(await lastAct(page), { do: "hold", id: held });
  await page.locator(`.message.held[data-message="${held}"] .bars`).waitFor();
  await field(page, "arrives").getByText("it is held").waitFor();
  await advance(page, 30);
  assert.ok((await onWay()).includes(held), "it stands still");
  await page.keyboard.press("b");
  assert.deepEqual(await lastAct(page), { do: "duplicate", id: held });
  await page.keyboard.press("h");
  assert.deepEqual(await lastAct(page), { do: "release", id: held });
  await page.keyboard.press("j");
  assert.deepEqual(await lastAct(page), { do: "delay", id: held, by: 50 });
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Deliver now" }).waitFor();
  await page.keyboard.press("Enter");
  assert.deepEqual(await lastAct(page), { do: "deliver", id: held });
  await sheet(page).getByText("This message is no longer on its way.").waitFor();
  await page.keyboard.press("Delete");
  await page.getByRole("alert").getByText("This message is no longer on its way.").waitFor();
});

test("a message that is clicked stops the clock", async (t) => {
  const { page } = await lab(t);
  await page.evaluate(() => window.raftLab.runUntil({ leader: true }, 10_000));
  await page.keyboard.press("m");
  await page.getByRole("button", { name: "Play" }).waitFor();
});

test("a message of another run is not selected in a new one", async (t) => {
  const { page } = await led(t);
  await page.keyboard.press("m");
  await sheet(page).waitFor();
  await page.keyboard.press("n");
  await sheet(page).waitFor({ state: "detached" });
  await page.keyboard.press("Delete");
  await page.getByText("Select a message first").waitFor();
});

test("links are made slow and lossy, and say so", async (t) => {
  const { page, shot } = await led(t);
  const [a, b] = [1, 2];
  await page.locator(`[data-link="${a}-${b}"] .reach`).dispatchEvent("click", { clientX: 500, clientY: 300 });
  await page.getByRole("menuitem", { name: "Latency and loss…" }).click();
  const dialog = page.getByRole("dialog", { name: "Latency, loss and duplication" });
  assert.equal(await dialog.getByLabel("Shortest latency").inputValue(), "5");
  await dialog.getByLabel("Shortest latency").fill("80");
  await dialog.getByRole("button", { name: "Apply" }).click();
  await dialog.getByText("must not be less than the shortest latency").waitFor();
  await dialog.getByLabel("Longest latency").fill("120");
  await dialog.getByLabel("in both directions").uncheck();
  await shot("links-dialog");
  await dialog.getByRole("button", { name: "Apply" }).click();
  await dialog.waitFor({ state: "detached" });
  assert.deepEqual(await lastAct(page), { do: "link", from: 1, to: 2, latency: [80, 120], loss: 0, duplicate: 0 });
  await page.locator(`[data-quality="1-2"]`, { hasText: "80–120 ms" }).waitFor();
  assert.equal(await page.locator(".quality").count(), 1);
  await sheet(page).getByText("80–120 ms").waitFor();

  // By keyboard, for all.
  await page.keyboard.press("Escape");
  await page.keyboard.press("k");
  await dialog.waitFor();
  await dialog.getByLabel("Lost, %").focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("100");
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
  assert.deepEqual(await lastAct(page), { do: "link", latency: [5, 15], loss: 1, duplicate: 0 });
  assert.equal(await page.locator(".quality").count(), 0, "all links are alike again");
  await page.getByText("The open links connect no majority. Reconnect some of the others.").waitFor();
});

test("each link is reached with the keyboard", async (t) => {
  const { page, shot } = await led(t);
  const focused = () => page.evaluate(() => document.activeElement.closest("[data-link]")?.dataset.link);
  await page.keyboard.press("3");
  await page.keyboard.press(",");
  assert.equal(await focused(), "1-3", "the first of the selected node");
  await page.keyboard.press(",");
  await page.keyboard.press(";");
  assert.equal(await focused(), "1-3");
  await page.keyboard.press("ArrowDown");
  assert.equal(await focused(), "1-4");
  await page.locator(`[data-link="1-4"] .line.lit`).waitFor();
  await shot("link-focused");
  const name = await page.locator(`[data-link="1-4"] .reach`).getAttribute("aria-label");
  assert.match(name, /^Link between S1 and S4: 5–15\sms$/);
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Cut S4 → S1" }).click();
  assert.deepEqual(await lastAct(page), { do: "cut", links: [[4, 1]] });
  // They are one stop for Tab.
  assert.equal(await page.locator(`.link .reach[tabindex="0"]`).count(), 1);
});

test("what is selected is told in full, and leads to what it is about", async (t) => {
  const { page, shot, leader, others: [first] } = await led(t);
  await page.getByRole("button", { name: "Write", exact: true }).click();
  await runUntil(page, { converged: true });
  const { nodes } = await report(page);
  const { last } = nodes[leader - 1].log;

  // An entry, by mouse: it is lit in every log.
  await page.locator(`[data-log="${first}"] [data-index="${last}"]`).click();
  await page.getByRole("heading", { name: `Entry ${last} in the log of S${first}` }).waitFor();
  assert.match(await field(page, "stored by").innerText(), /a majority/);
  await page.mouse.move(700, 860);
  assert.equal(await page.locator(".cell.lit").count(), 5);
  await shot("entry");
  // And by keyboard.
  await page.locator(".logs .scroller").focus();
  await page.keyboard.press("ArrowLeft");
  await page.getByRole("heading", { name: `Entry ${last - 1} in the log of S${first}` }).waitFor();
  await page.locator(`.cell.selected[data-index="${last - 1}"]`).waitFor();
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowDown");
  await page.getByRole("heading", { name: new RegExp(`^Entry ${last} in the log of S`) }).waitFor();

  // A node, from there.
  await field(page, "stored by").getByRole("button", { name: `S${leader}`, exact: true }).click();
  await sheet(page).getByRole("heading", { name: `S${leader}`, exact: true }).waitFor();
  assert.equal(await field(page, "committed").innerText(), String(nodes[leader - 1].commit));
  await page.locator(`.node.selected [data-node="${leader}"]`).waitFor();

  // A stream, by keyboard: both ends are lit.
  await page.locator(`[data-stream="${leader}-${first}"]`).getByRole("button").focus();
  await page.keyboard.press("Enter");
  await sheet(page).getByRole("heading", { name: `S${leader} → S${first}` }).waitFor();
  const stream = (await report(page)).streams.find((one) => one.leader === leader && one.target === first);
  assert.equal(await field(page, "match").innerText(), String(stream.match));
  assert.equal(await page.locator(".node.lit").count(), 2);
  await shot("stream");
  await sheet(page).getByRole("button", { name: "Deselect" }).click();
  await sheet(page).waitFor({ state: "detached" });
});

test("a run goes on until something happens", async (t) => {
  const { page, shot } = await lab(t, STILL);
  await page.getByRole("button", { name: "Skip ahead to…" }).click();
  await shot("until");
  await page.getByRole("menuitem", { name: "the next election of a leader" }).click();
  const { nodes } = await report(page);
  const leader = nodes.find((node) => node.role === "leader").id;
  await standing(page, leader, "leader");
  const commit = Math.max(...nodes.map((node) => node.commit));
  await page.keyboard.press("u");
  await page.getByRole("menu", { name: "Skip ahead to…" }).waitFor();
  await page.keyboard.press("Enter");
  assert.equal(Math.max(...(await report(page)).nodes.map((node) => node.commit)), commit + 1);
  await page.getByRole("button", { name: "Play" }).waitFor();
  await page.keyboard.press("u");
  await page.keyboard.press("ArrowUp");
  const before = (await report(page)).virtual_ms;
  await page.keyboard.press("Enter");
  assert.equal((await report(page)).virtual_ms, before + 1000, "a second");
  await page.keyboard.press("u");
  await page.getByRole("menuitem", { name: "the next broken guarantee" }).click();
  await page.getByText("This did not happen within 10 s").waitFor();
  await page.getByText(/✓ All \d+ guarantees hold/).waitFor();
});

test("why nothing happens is said, and what can be done", async (t) => {
  const { page, leader } = await led(t);
  const hint = page.locator(".caption");
  await hint.getByText("The clock is stopped").waitFor();
  await page.keyboard.press(String(leader));
  await page.keyboard.press("z");
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Logs" }).click();
  await page.evaluate(() => document.activeElement.blur());
  await hint.getByText(`S${leader} leads, but is paused`).waitFor();
  for (const id of [1, 2, 3, 4, 5]) {
    if (id === leader) continue;
    await page.keyboard.press(String(id));
    await page.keyboard.press("c");
  }
  await page.keyboard.press("Escape");
  await page.evaluate(() => document.activeElement.blur());
  await hint.getByText("are not running, so no majority can elect a leader or commit anything").waitFor();
});

test("messages that are not to the point are faint, or not drawn", async (t) => {
  const { page, leader, others: [first] } = await led(t);
  await page.evaluate(() => {
    const heartbeats = window.raftLab.trace().filter(({ event, kind }) => event === "sent" && kind === "heartbeat").length;
    window.raftLab.runUntil({ event: "sent", kind: "heartbeat", count: { min: heartbeats + 1 } }, 10_000);
  });
  await advance(page, 1);
  await page.locator("[data-kind='heartbeat']").nth(3).waitFor();
  const all = await page.locator("[data-message]").count();
  await page.getByLabel("Which messages are drawn").selectOption({ label: "hide unrelated" });
  assert.equal(await page.locator("[data-kind='heartbeat']").count(), 0);
  await page.keyboard.press(String(first));
  await page.locator("[data-kind='heartbeat']").first().waitFor();
  assert.ok((await page.locator("[data-message]").count()) < all, `only those of S${first}, not all of S${leader}`);
  await page.keyboard.press("q");
  await page.locator("[data-message]").nth(all - 1).waitFor();
  await page.keyboard.press("q");
  await page.locator(".faint").first().waitFor();
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing in menus, dialogs and the inspector, in ${colorScheme}`, async (t) => {
    const { page, shot, leader } = await led(t, { context: { reducedMotion: "reduce", colorScheme } });
    await page.keyboard.press("+");
    await advance(page, 60);
    await page.keyboard.press(String((leader % 5) + 1));
    await page.keyboard.press("z");
    await page.keyboard.press("Enter");
    await shot(`node-menu-${colorScheme}`);
    assert.deepEqual(await findings(page), [], "a node's menu");
    await page.keyboard.press("Escape");
    await page.keyboard.press("w");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Logs" }).click();
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("m");
    await page.keyboard.press("h");
    assert.deepEqual(await findings(page), [], "a message");
    await page.keyboard.press("Enter");
    await shot(`message-menu-${colorScheme}`);
    assert.deepEqual(await findings(page), [], "a message's menu");
    await page.keyboard.press("Escape");
    await page.keyboard.press("k");
    await page.getByLabel("Lost, %").fill("-1");
    await page.keyboard.press("Enter");
    await shot(`links-${colorScheme}`);
    assert.deepEqual(await findings(page), [], "the dialog of the links");
  });
}

test("a phone shows a node's whole menu, and what is selected", async (t) => {
  const { page, shot } = await led(t, {
    context: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, reducedMotion: "reduce" },
  });
  await node(page, 3).tap();
  const menu = await page.getByRole("menu").boundingBox();
  assert.ok(menu.x >= 0 && menu.y >= 0 && menu.x + menu.width <= 390 && menu.y + menu.height <= 844, JSON.stringify(menu));
  await shot("phone-menu");
  await page.getByRole("menuitem", { name: "Pause" }).tap();
  await words(page, 3).getByText("paused").waitFor();
  await sheet(page).scrollIntoViewIfNeeded();
  await shot("phone-inspector");
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, "nothing sticks out");
  assert.deepEqual(await findings(page), []);
});
