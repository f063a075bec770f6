// What moves with the clock: it moves by itself, and while nothing happens nothing else of the page is touched.

import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, frames, lab, report, until, upToDate } from "./helper.mjs";

/**
 * Looks at frames behind which nothing happened in the lab, until so many of them changed the document and everything
 * that is wanted was seen to change, and tells what was changed: "swarm d", "clock characterData", … A message moves
 * only when the clock has gone on, so that the frames are few or many does not matter. Where frames come late panels are
 * drawn in turn: a frame counts when the three before it had no event either.
 */
function changedBetweenEvents(page, frames, wanted) {
  return page.evaluate(([frames, wanted]) => new Promise((resolve, reject) => {
    const end = performance.now() + 60_000; // a test that hangs says what it has seen
    const [found, layers] = [new Set(), ["swarm", "messages", "timers", "clock"]];
    let [left, quiet, before, changes] = [frames, 0, undefined, []];
    const observer = new MutationObserver((more) => changes.push(...more));
    observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    const look = () => {
      const { events } = window.raftLab.report();
      quiet = events === before ? quiet + 1 : 0;
      const elements = changes.map((change) => [change, change.target.closest ? change.target : change.target.parentElement]);
      // What is said aloud has a pace of its own, and so has the timeline, whose head is the clock on its axis.
      const relevant = elements.filter(([, element]) => !element.closest("[role=status], .timeline"));
      if (quiet > 3 && relevant.length > 0) {
        for (const [{ type, attributeName }, element] of relevant) {
          const layer = layers.find((name) => element.closest(`.${name}`)) ?? element.outerHTML.slice(0, 80);
          found.add(`${layer} ${attributeName ?? type}`);
        }
        left -= 1;
      }
      [before, changes] = [events, []];
      if (performance.now() > end) {
        const [now, button] = [window.raftLab.now, document.querySelector("footer .primary, [data-play]")?.title];
        return reject(new Error(`${left} frames are left, seen: ${[...found]}; at ${now} ms, event ${events}, ${button}`));
      }
      if (left > 0 || wanted.some((what) => !found.has(what))) return requestAnimationFrame(look);
      observer.disconnect();
      resolve([...found].sort());
    };
    requestAnimationFrame(look);
  }), [frames, wanted]);
}

/**
 * The clock stands, messages are on their way, and then it runs, so slowly that there are many frames between two
 * events: even where only ten are drawn in a second, each shows half a millisecond.
 */
async function playSlowly(page) {
  await page.evaluate(() => {
    const onTheWay = ({ messages: { sent, delivered, dropped } }) => sent > delivered + dropped;
    while (!onTheWay(window.raftLab.report()) && window.raftLab.step("event"));
  });
  await upToDate(page);
  await page.locator("[data-message]").first().waitFor();
  for (let i = 0; i < 20; i++) await page.keyboard.press("[");
  for (let i = 0; i < 3; i++) await page.keyboard.press("]");
  await page.locator("[aria-valuetext^='Slow motion 1:200']").waitFor();
  await page.keyboard.press("=");
  await page.locator("[data-pace][aria-pressed=false]").waitFor();
  await page.keyboard.press("Space");
}

/** The clock as it is shown, against the lab's. */
async function clockIsRight(page) {
  const [shown, now] = await page.evaluate(() => [document.querySelector("[data-clock]").innerText, window.raftLab.now]);
  assert.equal(shown.replace(/[^\d.]/g, ""), (Math.floor(now * 100) / 100).toFixed(2));
}

test("between two events only messages, election timeouts and the clock move", async (t) => {
  const { page } = await lab(t);
  await page.keyboard.press("Space");
  await playSlowly(page);
  // What changes without an event is all of what moves.
  const moves = ["clock characterData", "swarm d", "timers d"];
  const changed = await changedBetweenEvents(page, 60, moves);
  // The room for the clock's digits grows with a digit; messages with content are moved by their own element.
  const may = ["timers class", "clock data-room", "messages transform"];
  assert.deepEqual(changed.filter((what) => !may.includes(what)), moves);
  await page.keyboard.press("Space");
  await clockIsRight(page);
  for (let i = 0; i < 3; i++) {
    await page.keyboard.press("ArrowRight");
    await clockIsRight(page);
  }
});

test("where less motion is wanted, messages wait for the next event, and the clock runs", async (t) => {
  const { page } = await lab(t, { context: { reducedMotion: "reduce" } });
  await playSlowly(page);
  const changed = await changedBetweenEvents(page, 20, ["clock characterData"]);
  // Election timeouts are drawn a little after the event.
  const rest = changed.filter((what) => !what.startsWith("timers") && what !== "clock data-room");
  assert.deepEqual(rest, ["clock characterData"]);
});

/** How far, in units of the picture, what one can point at is from the message that is seen: the furthest of all. */
const apart = (page) => page.evaluate(() => {
  const places = [...document.querySelectorAll(".swarm path:first-child")].flatMap((path) =>
    [...(path.getAttribute("d") ?? "").matchAll(/M(-?[0-9.]+) (-?[0-9.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]));
  for (const { parentElement } of document.querySelectorAll(".capsule")) {
    const { e, f } = parentElement.transform.baseVal.getItem(0).matrix;
    places.push([e, f]);
  }
  const reaches = [...document.querySelectorAll("[data-message] .reach")].map(({ cx, cy }) => [cx.baseVal.value, cy.baseVal.value]);
  if (reaches.length === 0 || reaches.length !== places.length) return Infinity;
  return Math.max(...reaches.map(([x, y]) => Math.min(...places.map(([a, b]) => Math.hypot(a - x, b - y)))));
});

test("what one can point at is where the message is seen, as soon as somebody may point at it", async (t) => {
  const { page } = await lab(t);
  await page.keyboard.press("Space");
  await playSlowly(page);
  // While no pointer is over the picture, it need not be, which is what this is for.
  const near = async () => assert.ok((await apart(page)) < 1);
  await page.mouse.move(5, 5);
  await eventually(async () => assert.ok((await apart(page)) > 2));
  const stage = await page.locator(".stage").boundingBox();
  await page.mouse.move(stage.x + 5, stage.y + 5);
  await eventually(near);
  await frames(page, 20);
  await eventually(near);
  // The same for the keyboard, for which the clock stands.
  await page.mouse.move(5, 5);
  await frames(page, 20);
  await page.keyboard.press("Space");
  await eventually(near);
  for (let i = 0; i < 3; i++) {
    await page.keyboard.press("ArrowRight");
    if (await page.locator("[data-message]").count()) await eventually(near);
  }
});

test("panels that are drawn in turn agree as soon as the clock stands", async (t) => {
  const { page } = await lab(t);
  // Frames come late: each takes longer than one of a display.
  await page.evaluate(() => {
    const slow = () => {
      const end = performance.now() + 40;
      while (performance.now() < end);
      requestAnimationFrame(slow);
    };
    slow();
  });
  await page.locator("[data-standing='leader']").waitFor();
  for (let i = 0; i < 5; i++) {
    const { events } = await report(page);
    await until(page, "event since", (seen) => seen.events > events);
    await frames(page, 3 + i); // whoever's turn it is
    await page.keyboard.press("Space");
    const { shown, known } = await page.evaluate(() => new Promise((resolve) => setTimeout(() => {
      const { events, nodes } = window.raftLab.report();
      const text = (selector) => document.querySelector(selector).textContent;
      const commit = (id) => Number(/commit\s(\d+)/.exec(document.querySelector(`[data-log='${id}'] small`).textContent)?.[1] ?? 0);
      const term = (id) => Number(/term\s(\d+)/.exec(document.querySelector(`[data-node='${id}']`).getAttribute("aria-label"))[1]);
      resolve({
        shown: { events: text("[data-events]"), commits: nodes.map(({ id }) => commit(id)), terms: nodes.map(({ id }) => term(id)) },
        known: { events: `event ${events}`, commits: nodes.map(({ commit }) => commit), terms: nodes.map(({ term }) => term) },
      });
    })));
    assert.deepEqual(shown, known);
    await page.keyboard.press("Space");
  }
});
