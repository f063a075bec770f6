// Where things are on the screen: in windows of many sizes, with larger letters, by touch. What is measured are the
// boxes of what is drawn: nothing runs off sideways, nothing is cut off, nothing lies over something else.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { eventually, frames, lab } from "./helper.mjs";

/** The page with a run that is about to begin; the clock stands. */
const still = (t, scenario, context = {}) => lab(t, {
  context: { reducedMotion: "reduce", ...context },
  prepare: (page) => page.addInitScript((scenario) => {
    localStorage.setItem("raft-lab/run", JSON.stringify({ now: 0, events: 0, playing: false, scenario }));
  }, scenario),
});

const run = (count, actions = []) => {
  const nodes = Array.from({ length: count }, (_, i) => i + 1);
  return { format: "raft-lab/1", preset: "classroom", nodes, actions: [{ at: 0, do: "campaign", node: 1 }, ...actions] };
};
const runUntil = (page, condition) => page.evaluate((condition) => window.raftLab.runUntil(condition, 60_000), condition);

/** A window of this size. */
async function resize(page, [width, height]) {
  await page.setViewportSize({ width, height });
  await frames(page);
}

/** The reader's own size of letters: what the browser's settings say, from which `rem` and media queries follow. */
async function setLetters(page, size) {
  const browser = await page.context().newCDPSession(page);
  await browser.send("Page.setFontSizes", { fontSizes: { standard: size, fixed: Math.round(size * 13 / 16) } });
  await frames(page);
}

/** What is wrong with where things are, as text. */
const misplaced = (page) => page.evaluate(() => {
  const found = [];
  const name = (element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""} “${element.textContent.slice(0, 30)}”`;
  const is = (element) => `${name(element)} in ${name(element.closest(".card, .top, .transport, .notices") ?? document.body)}`;
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) found.push(`the page is ${scrollWidth} wide`);
  // What a box shows of another: cut off at every ancestor that hides or scrolls what sticks out.
  const seen = (element, rect) => {
    let { left, top, right, bottom } = rect;
    for (let up = element; up && up !== document.body; up = up.parentElement) {
      if (getComputedStyle(up).overflow === "visible") continue;
      const clip = up.getBoundingClientRect();
      [left, top] = [Math.max(left, clip.left), Math.max(top, clip.top)];
      [right, bottom] = [Math.min(right, clip.right), Math.min(bottom, clip.bottom)];
    }
    return { left, top, right, bottom, width: right - left, height: bottom - top };
  };
  const ROOM = 1;
  for (const panel of document.querySelectorAll(".card, .top, .transport")) {
    const room = panel.getBoundingClientRect();
    for (const element of panel.querySelectorAll("*:not(svg *, .visually-hidden)")) {
      const box = seen(element.parentElement, element.getBoundingClientRect());
      if (box.width <= 1 || box.height <= 1) continue;
      const out = Math.max(room.left - box.left, box.right - room.right, room.top - box.top, box.bottom - room.bottom);
      if (out > ROOM) found.push(`${is(element)} sticks out by ${out}`);
    }
    if (panel.scrollWidth > panel.clientWidth + ROOM) found.push(`${name(panel)} is cut off`);
  }
  // The picture's letters are not too small to read, and stay in it.
  const stage = document.querySelector(".stage");
  const picture = stage.getBoundingClientRect();
  for (const text of stage.querySelectorAll("text")) {
    const letters = text.getCTM().a * parseFloat(getComputedStyle(text).fontSize);
    if (letters < 9.8) found.push(`“${text.textContent}” in the picture has letters of ${letters} px`);
    const box = text.getBoundingClientRect();
    const out = Math.max(picture.left - box.left, box.right - picture.right, picture.top - box.top, box.bottom - picture.bottom);
    if (out > ROOM) found.push(`“${text.textContent}” sticks out of the picture by ${out}`);
  }
  // Words do not lie over each other, and words that are not the reader's own are not cut off.
  const words = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    const element = text.parentElement;
    if (!text.data.trim() || element.closest("svg, script, style, option, .visually-hidden, .skip, .log-table tbody")) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const rect of range.getClientRects()) {
      const box = seen(element, rect);
      if (box.width <= 1 || box.height <= 1) continue;
      if (!element.closest(".scroller, .lines") && box.width < rect.width - ROOM) found.push(`${is(element)} is cut off`);
      words.push({ text, element, box, panel: element.closest(".card, .top, .transport") });
    }
  }
  // The letters of a line are lower than its box.
  const overlap = (a, b, from, to, less) => Math.min(a[to], b[to]) - Math.max(a[from], b[from]) > less;
  for (const [i, a] of words.entries()) {
    for (const b of words.slice(0, i)) {
      if (a.panel === b.panel && a.text !== b.text && overlap(a.box, b.box, "left", "right", 1) && overlap(a.box, b.box, "top", "bottom", 5)) {
        found.push(`${is(a.element)} lies over ${is(b.element)}`);
      }
    }
  }
  return found;
});

/** Whether a click there arrives, when the page has been scrolled to it. */
async function inReach(page, locator) {
  await locator.evaluate((element) => element.scrollIntoView({ block: "center" }));
  return locator.evaluate((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return element.contains(document.elementFromPoint(x + width / 2, y + height / 2));
  });
}

const SIZES = [
  [360, 740], [390, 844], [768, 1024], [1024, 768], [1180, 800], [1280, 720], [1366, 768], [1440, 900], [1920, 1080],
  [3840, 2160], [844, 390], [740, 360], [960, 540], [720, 450],
];

for (const letters of [16, 20, 24]) {
  test(`nothing runs off or lies over something else, with letters of ${letters} px`, async (t) => {
    const { page, shot } = await still(t, run(5, [{ at: 300, do: "crash", node: 3 }, { at: 400, do: "write_many", count: 9 }]));
    await runUntil(page, { node: 1, commit: { min: 9 } });
    await page.keyboard.press("2");
    await page.keyboard.press("Escape");
    if (letters !== 16) await setLetters(page, letters);
    const rem = await page.evaluate(() => parseFloat(getComputedStyle(document.documentElement).fontSize));
    assert.ok(rem >= 0.875 * letters, `${rem}`);
    for (const size of SIZES) {
      await resize(page, size);
      await shot(`size-${size.join("x")}-${letters}`);
      assert.deepEqual(await misplaced(page), [], size.join(" × "));
      assert.ok(await inReach(page, page.getByRole("button", { name: "Write", exact: true })), `write at ${size.join(" × ")}`);
      assert.ok(await inReach(page, page.locator("[data-node='3']")), `a node at ${size.join(" × ")}`);
    }
  });
}

test("the bar keeps its height when the past is shown, and all of it can be seen", async (t) => {
  const { page } = await still(t, run(5, [{ at: 300, do: "write_many", count: 100 }]));
  await page.evaluate(() => window.raftLab.advance(12_345));
  await page.locator("[data-clock]").getByText("12 345").waitFor();
  const heights = async () => {
    const found = [];
    for (const size of SIZES) {
      await resize(page, size);
      const [height, cut] = await page.locator(".transport").evaluate((it) => [it.clientHeight, it.scrollWidth - it.clientWidth]);
      assert.ok(cut <= 3, `${size.join(" × ")}: ${cut} px are cut off`);
      found.push(Math.round(height / 4));
    }
    return found;
  };
  const before = await heights();
  await resize(page, [1440, 900]);
  await page.keyboard.press("ArrowLeft");
  await page.locator("[data-past]").waitFor();
  assert.deepEqual(await heights(), before);
});

test("what highlights a node lies neither on its words nor on its timer", async (t) => {
  const { page, shot } = await still(t, run(5));
  await runUntil(page, { leader: true });
  await page.evaluate(() => window.raftLab.advance(60));
  // A follower has words only where something is not usual.
  await page.evaluate(() => [2, 3, 4, 5].forEach((node) => window.raftLab.act({ do: "pause", node })));
  await page.locator(".node.paused .standing").nth(3).waitFor();
  await page.locator(".timers path").first().waitFor({ state: "attached" });
  for (const id of [1, 2, 3, 4, 5]) {
    await page.locator(`[data-log='${id}'] .log-head b`).hover();
    await page.locator(`.node.lit [data-node='${id}']`).waitFor();

    if (id === 3) await shot("lit");
    const [clear, thickness] = await page.evaluate((id) => {
      const node = document.querySelector(`[data-node='${id}']`);
      const halo = node.querySelector(".halo");
      const unit = halo.getCTM().a;
      const circle = (element) => {
        const { x, y, width } = element.getBoundingClientRect();
        const [radius, stroke] = [width / 2, (unit * parseFloat(getComputedStyle(element).strokeWidth)) / 2];
        return { x: x + radius, y: y + radius, inner: radius - stroke, outer: radius + stroke };
      };
      const { y, inner, outer } = circle(halo);
      const words = node.parentElement.querySelector(".standing").getBoundingClientRect();
      const fromWords = words.bottom < y ? y - outer - words.bottom : words.top - y - outer;
      const body = circle(node.querySelector(".body"));
      // Every timer has the same distance from its node.
      const timer = document.querySelector(".timers path");
      const radius = Number(timer.getAttribute("d").match(/A([\d.]+)/)[1]);
      const stroke = parseFloat(getComputedStyle(timer).strokeWidth) / 2;
      return [{ fromWords, fromTimer: inner - unit * (radius + stroke), fromBody: inner - body.outer }, outer - inner];
    }, id);
    assert.ok(thickness > 2 && Object.values(clear).every((gap) => gap > 0), `S${id}: ${JSON.stringify(clear)}`);
  }
});

test("in a low window, the bar is one line, and what is scrolled has the rest", async (t) => {
  const { page } = await still(t, run(5));
  await runUntil(page, { leader: true });
  for (const [width, height] of [[844, 390], [960, 540], [740, 360], [720, 450]]) {
    await resize(page, [width, height]);
    const bar = await page.locator(".transport").boundingBox();
    assert.ok(bar.height < 60 && Math.abs(bar.y + bar.height - height) < 1, `${width} × ${height}: ${JSON.stringify(bar)}`);
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    assert.ok((await page.locator(".top").boundingBox()).y < 0, "the top goes away");
    const cluster = await page.locator(".cluster").boundingBox();
    assert.ok(cluster.y < 0, "the picture goes away, too");
    await page.evaluate(() => window.scrollTo(0, 0));
  }
});

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** A finger on the screen: put down, moved from point to point (after `held`, if it is to wait for something), lifted. */
async function finger(page, points, held) {
  const browser = await page.context().newCDPSession(page);
  const touch = (type, ...points) =>
    browser.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([x, y]) => ({ x, y })) });
  await touch("touchStart", points[0]);
  await held?.();
  for (const point of points.slice(1)) await touch("touchMove", point);
  await touch("touchEnd");
  await frames(page);
}

/** Scrolls back to the top, when what a finger set going has come to rest. */
async function toTop(page) {
  for (let [at, was] = [await page.evaluate(() => window.scrollY)]; at !== was;) {
    await frames(page, 10);
    [at, was] = [await page.evaluate(() => window.scrollY), at];
  }
  await page.evaluate(() => window.scrollTo(0, 0));
  await frames(page);
}

/** Points on the way from one to another. */
const way = ([x, y], [toX, toY]) => Array.from({ length: 21 }, (_, i) => [x + ((toX - x) * i) / 20, y + ((toY - y) * i) / 20]);

test("a finger scrolls the page over the picture, and cuts links sideways or after it stayed", async (t) => {
  const { page } = await still(t, run(5), PHONE);
  await runUntil(page, { leader: true });
  const cuts = () => page.evaluate(() => window.raftLab.scenario().actions.filter(({ do: what }) => what === "cut"));
  const scrolled = () => page.evaluate(() => window.scrollY);
  const { x, y, width, height } = await page.locator(".stage").boundingBox();
  const [middle, left, right] = [y + height / 2, x + 0.08 * width, x + 0.92 * width];

  // Up, with a little to the side, as thumbs go: over the links of the upper half.
  await finger(page, way([x + 0.55 * width, y + 0.8 * height], [x + 0.65 * width, y + 0.05 * height]));
  await eventually(async () => assert.ok((await scrolled()) > 50, "the page is scrolled"));
  assert.deepEqual(await cuts(), []);
  assert.equal(await page.locator(".stroke, .cutting").count(), 0);
  await toTop(page);

  await finger(page, way([left, middle], [right, middle + 10]));
  await page.locator("[data-stroke='cut 1']").waitFor();
  assert.ok((await cuts()).length === 1 && (await cuts())[0].links.length >= 4, JSON.stringify(await cuts()));
  assert.equal(await scrolled(), 0);
  await page.locator("[data-stroke='cut 1']").tap();
  await page.locator("[data-stroke]").waitFor({ state: "detached" });

  // Down, after it has stayed, between the two nodes at the left.
  await finger(page, way([x + width / 2, y + 0.35 * height], [x + width / 2, y + 0.9 * height]), () => page.locator(".stage.cutting").waitFor());
  await page.locator("[data-stroke='cut 1']").waitFor();
  assert.equal(await scrolled(), 0);
  assert.equal((await cuts()).length, 2);
  await page.locator(".stage.cutting").waitFor({ state: "detached" });
});

test("where there is no mouse, it is said what a finger does", async (t) => {
  const { page } = await still(t, run(5), PHONE);
  await runUntil(page, { leader: true });
  await page.locator(".cluster .hint").getByText(/^swipe/).waitFor();
  const [title, hint] = [await page.locator(".cluster .title").boundingBox(), await page.locator(".cluster .hint").boundingBox()];
  assert.ok(Math.abs(hint.y + hint.height / 2 - title.y - title.height / 2) < 6, "beside the title");
  await page.locator(".caption").getByText("Start it in the bar below").waitFor();
  await page.getByRole("button", { name: "Help" }).tap();
  await page.getByText("Tap a link to cut one direction.").waitFor();
});

test("what a finger can press is large enough for it", async (t) => {
  const { page } = await still(t, run(5, [{ at: 300, do: "write_many", count: 30 }]), PHONE);
  await runUntil(page, { event: "sent", kind: "append" });
  await page.keyboard.press("2");
  await page.keyboard.press("Escape");
  await page.locator("[data-stream='1-3'] button").tap();
  await frames(page);
  const small = () => page.evaluate(() => {
    const targets = [...document.querySelectorAll("button, select, input, [role=button], .segments span, .cell")];
    const measured = targets.filter((it) => it.checkVisibility() && !it.matches(".segments input, .link .reach, .skip")).map((it) => {
      const { width, height } = it.getBoundingClientRect();
      const least = it.closest(".tools, .transport") ? 44 : 24;
      return { it, size: Math.min(width, height), least };
    });
    const picture = document.querySelector(".stage circle").getCTM().a;
    for (const it of document.querySelectorAll(".link .reach")) {
      measured.push({ it, size: picture * parseFloat(getComputedStyle(it).strokeWidth), least: 24 });
    }
    const found = measured.filter(({ size, least }) => size < least - 0.5);
    return found.map(({ it, size, least }) => `${it.outerHTML.slice(0, 100)}: ${size} < ${least}`);
  });
  assert.ok((await page.locator("[data-message]").count()) > 0);
  assert.deepEqual(await small(), []);
  await page.locator("[data-node='2']").tap();
  await page.getByRole("menu").waitFor();
  assert.deepEqual(await small(), [], "a menu");
  await page.getByRole("menuitem", { name: "Isolate" }).tap();
  await page.locator("[data-stroke]").waitFor();
  assert.deepEqual(await small(), [], "a cut");
});

/** A cluster that S1 leads, whose nodes have the same so many entries. */
function long(count, entries) {
  const nodes = Array.from({ length: count }, (_, i) => i + 1);
  const log = Array(entries).fill(1);
  const start = Object.fromEntries(nodes.map((id) => [id, { log, term: 1, voted_for: 1, commit: entries }]));
  Object.assign(start[1], { role: "leader", match: Object.fromEntries(nodes.slice(1).map((id) => [id, entries])) });
  return { format: "raft-lab/1", preset: "classroom", nodes, start, config: { snapshot_policy: { logs_since_last: 1_000_000 } } };
}

test("the rows of nine logs are seen at once", async (t) => {
  const { page, shot } = await still(t, run(9, [{ at: 300, do: "write_many", count: 9 }]));
  await runUntil(page, { node: 1, commit: { min: 9 } });
  await page.locator("[data-log='9'] .cell").first().waitFor();
  for (const size of [[1440, 900], [1366, 768]]) {
    await resize(page, size);
    await shot(`nine-${size.join("x")}`);
    const scroller = await page.locator(".logs .scroller").boundingBox();
    const last = await page.locator("[data-log='9']").boundingBox();
    assert.ok(last.y + last.height <= scroller.y + scroller.height + 1, size.join(" × "));
    assert.ok((await page.locator(".streams").boundingBox()).height > 150, "the streams keep some room");
    // What is written in a cell is in it.
    const cut = await page.locator(".cell").evaluateAll((cells) => cells.filter((it) => it.scrollHeight > it.clientHeight + 1).length);
    assert.equal(cut, 0);
  }
});

test("long numbers touch neither each other nor what is beside them", async (t) => {
  for (const entries of [1234, 9990]) {
    const { page, shot } = await still(t, long(3, entries));
    await page.evaluate(() => window.raftLab.act({ do: "write_many", count: 20 }));
    await runUntil(page, { node: "all", commit: { min: entries + 20 } });
    await page.locator(`[data-log='2'] [data-index='${entries + 20}']`).waitFor();
    for (const size of [[1440, 900], [1280, 720], [1920, 1080], [390, 844]]) {
      await resize(page, size);
      await page.locator(".logs .scroller").evaluate((it) => { it.scrollLeft = 1e9; });
      await frames(page);
      await shot(`long-${entries}-${size.join("x")}`);
      const gaps = await page.evaluate(() => {
        const words = (element) => {
          const range = document.createRange();
          range.selectNodeContents(element);
          return range.getBoundingClientRect();
        };
        const between = (elements) => {
          const boxes = [...elements].filter((it) => it.checkVisibility()).map(words).sort((a, b) => a.left - b.left);
          return boxes.slice(1).map((box, i) => box.left - boxes[i].right);
        };
        const rows = [...document.querySelectorAll(".stream-table .numbers")].flatMap((row) => between(row.querySelectorAll("td:not(.left)")));
        const { right } = document.querySelector(".logs .scroller").getBoundingClientRect();
        const marks = [...document.querySelectorAll(".pointer.next span")].map((it) => right - words(it).right);
        return { heads: Math.min(...between(document.querySelectorAll(".index"))), numbers: Math.min(...rows), marks: Math.min(...marks) };
      });
      assert.ok(gaps.heads >= 3 && gaps.numbers >= 3 && gaps.marks >= 0, `${entries + 20} at ${size.join(" × ")}: ${JSON.stringify(gaps)}`);
      assert.deepEqual(await misplaced(page), [], `${entries + 20} at ${size.join(" × ")}`);
    }
    await page.context().close();
  }
});

test("a row of the streams keeps its height while a snapshot is sent", async (t) => {
  const name = new URL("../scenarios/streams/line-rate-to-snapshotting-and-back.json", import.meta.url);
  const { page, shot } = await still(t, JSON.parse(await readFile(name, "utf8")));
  const row = page.locator("[data-stream='1-3']");
  const sizes = [[1440, 900], [1280, 720], [390, 844], [360, 740]];
  const heights = async () => {
    const found = [];
    for (const size of sizes) {
      await resize(page, size);
      found.push((await row.boundingBox()).height);
    }
    return found;
  };
  await runUntil(page, { event: "stream-state", target: 3, to: "lagging", from: "line-rate" });
  await row.locator(".chip.on.lagging").waitFor();
  const before = await heights();
  await runUntil(page, { event: "chunk-sent", target: 3, offset: 16 });
  await row.locator(".sending").waitFor();
  assert.deepEqual(await heights(), before);
  for (const size of sizes) {
    await resize(page, size);
    await row.scrollIntoViewIfNeeded();
    await shot(`sending-${size.join("x")}`);
    assert.deepEqual(await misplaced(page), []);
    const [inside, outside] = [await row.locator(".sending").boundingBox(), await row.boundingBox()];
    assert.ok(inside.y >= outside.y && inside.y + inside.height <= outside.y + outside.height + 1, size.join(" × "));
  }
});
