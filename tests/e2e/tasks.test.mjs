// The tasks of a class, each as a teacher or a student does it: by mouse, by keyboard and, where there are fingers, by
// touch. Each way states how many presses, clicks or taps it takes at most, and ends with what is seen.

import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, lab, report, upToDate } from "./helper.mjs";

const LAPTOP = { reducedMotion: "reduce" };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, reducedMotion: "reduce" };

/** A person at the page, whose presses, clicks and taps are counted. */
class Person {
  constructor(page, touches) {
    Object.assign(this, { page, touches, actions: 0 });
  }

  async press(...keys) {
    for (const key of keys) {
      this.actions += 1;
      await this.page.keyboard.press(key);
    }
  }

  async point(target) {
    this.actions += 1;
    await target.scrollIntoViewIfNeeded();
    await (this.touches ? target.tap() : target.click());
  }

  node(id) {
    return this.point(this.page.locator(`[data-node='${id}']`));
  }

  choose(name) {
    return this.point(this.page.getByRole("menuitem", { name, exact: true }));
  }

  button(name) {
    return this.point(this.page.getByRole("button", { name, exact: true }));
  }

  /** Where a link is, a fifth of the way from its first node: no other is near. */
  async link(a, b) {
    this.actions += 1;
    const [from, to] = await Promise.all([a, b].map((id) => this.page.locator(`[data-node='${id}'] .body`).boundingBox()));
    const at = (name, size) => from[name] + from[size] / 2 + 0.5 * (to[name] + to[size] / 2 - from[name] - from[size] / 2);
    const [x, y] = [at("x", "width"), at("y", "height")];
    await (this.touches ? this.page.touchscreen.tap(x, y) : this.page.mouse.click(x, y));
  }
}

const advance = async (page, ms) => {
  await page.evaluate((ms) => window.raftLab.advance(ms), ms);
  await upToDate(page);
};
const runUntil = async (page, condition) => {
  assert.ok(await page.evaluate((condition) => window.raftLab.runUntil(condition, 60_000), condition), JSON.stringify(condition));
  await upToDate(page);
};
const headline = (page, wanted) => eventually(async () => assert.match(await page.locator(".headline").textContent(), wanted));
const happened = (page, wanted) => eventually(async () =>
  assert.match((await page.locator(".happened li").allTextContents()).join("\n").replaceAll("\u00a0", " "), wanted));

/** A task, in each of its ways: by whom, how many actions it takes at most, and how it goes. */
function task(name, { scenario, ways, seen }) {
  for (const [by, [most, go]] of Object.entries(ways)) {
    test(`${name}, by ${by}: at most ${most} actions`, async (t) => {
      const { page, shot } = await lab(t, {
        context: by === "touch" ? PHONE : LAPTOP,
        prepare: scenario && ((page) => page.addInitScript((scenario) => {
          localStorage.setItem("raft-lab/run", JSON.stringify({ now: 0, events: 0, playing: false, scenario }));
        }, scenario)),
      });
      await runUntil(page, { leader: true });
      await runUntil(page, { converged: true });
      const leader = (await report(page)).nodes.find(({ role }) => role === "leader").id;
      const cluster = { page, leader, other: (leader % 5) + 1, third: ((leader + 1) % 5) + 1 };
      await page.locator(`[data-node='${leader}'][data-standing='leader']`).waitFor();
      const person = new Person(page, by === "touch");
      await go(person, cluster);
      await upToDate(page);
      await seen(cluster);
      await shot(`task-${name.replaceAll(" ", "-")}-${by}`);
      assert.ok(person.actions <= most, `${person.actions} actions`);
    });
  }
}

const splitByPointer = async (person, { leader }) => {
  await person.node(leader);
  await person.choose("Crash");
  await person.button("Cluster…");
  await person.choose("Align election timers (split vote)");
};
task("a split vote", {
  ways: {
    mouse: [4, splitByPointer],
    touch: [4, splitByPointer],
    keyboard: [3, (person, { leader }) => person.press(String(leader), "c", "a")],
  },
  async seen({ page }) {
    await advance(page, 101);
    await headline(page, /S\d are asking for votes/);
    await advance(page, 20);
    await happened(page, /denies S\d its vote in term 2/);
    assert.equal(await page.locator("[data-standing='leader']").count(), 0);
  },
});

const appendOnTheWay = async (page) => {
  await page.evaluate(() => {
    const { raftLab } = window;
    raftLab.act({ do: "write", key: "x", value: "7" });
    const { sent } = raftLab.report().messages;
    while (raftLab.report().messages.sent < sent + 4) raftLab.step("event");
  });
  await upToDate(page);
};
const dropByPointer = async (person, { page, leader, other }) => {
  await appendOnTheWay(page);
  await person.point(page.getByRole("button", { name: new RegExp(`(^|: )S${leader} → S${other}: append`) }));
  await person.choose("Drop");
};
task("drop one append and see it sent again", {
  ways: {
    mouse: [2, dropByPointer],
    touch: [2, dropByPointer],
    keyboard: [3, async (person, { page, other }) => {
      await appendOnTheWay(page);
      await person.press(String(other), "m", "Delete");
    }],
  },
  async seen({ page, leader, other }) {
    await happened(page, new RegExp(`append.*S${leader} → S${other}|S${leader} → S${other}.*append`, "s"));
    assert.equal((await report(page)).messages.dropped, 1);
    await runUntil(page, { node: other, state: { x: "7" } });
    await runUntil(page, { converged: true });
    await headline(page, /identical logs/);
  },
});

const cutByPointer = async (person) => {
  await person.link(3, 4);
  await person.choose("Cut both ways");
};
task("cut the link of S3 and S4", {
  ways: {
    mouse: [2, cutByPointer],
    touch: [2, cutByPointer],
    keyboard: [4, (person) => person.press("L", "3", "4", "x")],
  },
  async seen({ page }) {
    await page.locator("[data-link='3-4'] .line.cut, [data-link='4-3'] .line.cut").first().waitFor({ state: "attached" });
    const { links } = await page.evaluate(() => window.raftLab.scenario().actions.filter(({ after }) => after !== undefined).at(-1));
    assert.deepEqual(links.map((link) => [...link].sort()).flat(), links.length === 2 ? [3, 4, 3, 4] : [3, 4]);
  },
});

const readByPointer = async (person, { leader }) => {
  await person.node(leader);
  await person.choose("Isolate");
  await person.node(leader);
  await person.choose("Read…");
  await person.button("Read");
};
task("read from a leader that was cut off", {
  ways: {
    mouse: [5, readByPointer],
    touch: [5, readByPointer],
    keyboard: [4, (person, { leader }) => person.press(String(leader), "x", "v", "Enter")],
  },
  async seen({ page, leader }) {
    await advance(page, 60);
    await headline(page, /reaches no majority/);
    await happened(page, new RegExp(`asks S${leader} to read x`));
    await eventually(async () =>
      assert.match(await page.locator(`[data-client='${leader}']`).getAttribute("aria-label"), /cannot prove that it still leads/));
  },
});

const NINE = { format: "raft-lab/1", preset: "classroom", nodes: [1, 2, 3, 4, 5, 6, 7, 8, 9], actions: [{ at: 0, do: "campaign", node: 1 }] };
const allByPointer = async (person, { page }) => {
  await person.button("Cluster…");
  await person.choose("Crash all nodes");
  await headline(page, /^All nodes are down/);
  await person.button("Cluster…");
  await person.choose("Restart all nodes");
};
task("crash all nine and restart them", {
  scenario: NINE,
  ways: {
    mouse: [4, allByPointer],
    touch: [4, allByPointer],
    keyboard: [2, async (person, { page }) => {
      await person.press("C");
      await headline(page, /^All nodes are down/);
      await person.press("S");
    }],
  },
  async seen({ page }) {
    await runUntil(page, { leader: true });
    await headline(page, /leads term\s2/);
    assert.equal(await page.locator("[data-standing='crashed']").count(), 0);
  },
});

const changeByPointer = async (person, { page, leader, other }) => {
  await person.button("Cluster…");
  await person.choose("Add node");
  await runUntil(page, { node: 6, role: "learner", commit: { min: 1 } });
  await person.node(6);
  await person.choose("More");
  await person.choose("Make it a voter");
  await runUntil(page, { node: leader, members: { voters: [[1, 2, 3, 4, 5, 6]] } });
  await runUntil(page, { converged: true });
  await person.node(other);
  await person.choose("More");
  await person.choose("Remove from the configuration");
};
task("add S6 and remove a follower", {
  ways: {
    mouse: [8, changeByPointer],
    touch: [8, changeByPointer],
    keyboard: [5, async (person, { page, leader, other }) => {
      await person.press("+");
      await runUntil(page, { node: 6, role: "learner", commit: { min: 1 } });
      await person.press("6", "i");
      await runUntil(page, { node: leader, members: { voters: [[1, 2, 3, 4, 5, 6]] } });
      await runUntil(page, { converged: true });
      await person.press(String(other), "i");
    }],
  },
  async seen({ page, leader, other }) {
    const voters = [1, 2, 3, 4, 5, 6].filter((id) => id !== other);
    await runUntil(page, { node: leader, members: { voters: [voters] } });
    await advance(page, 400);
    await page.locator(`[data-node='${other}'][data-standing='outside']`).waitFor();
    await page.locator("[data-node='6'][data-standing='follower']").waitFor();
  },
});

const snapshotByPointer = async (person, { page, other, leader }) => {
  await person.node(other);
  await person.choose("Crash");
  await person.button("Write 10");
  await runUntil(page, { node: leader, commit: { min: 11 } });
  await person.node(other);
  await person.choose("Restart");
};
task("send a snapshot to a follower that was down", {
  ways: {
    mouse: [5, snapshotByPointer],
    touch: [5, snapshotByPointer],
    keyboard: [4, async (person, { page, other, leader }) => {
      await person.press(String(other), "c", "W");
      await runUntil(page, { node: leader, commit: { min: 11 } });
      await person.press("c");
    }],
  },
  async seen({ page, leader, other }) {
    await runUntil(page, { event: "chunk-sent", target: other, offset: 10 });
    const row = page.locator(`[data-stream='${leader}-${other}']`);
    await row.locator(".chip.snapshotting").waitFor();
    await runUntil(page, { converged: true });
    await happened(page, new RegExp(`S${other} installs the snapshot`));
  },
});

const compareByPointer = async (person, { page, other }) => {
  await person.point(page.locator(".happened li button:has(time)").first());
  await person.node(other);
  await person.choose("Crash");
  await person.button("Run 2 of 2");
  await person.point(page.getByRole("menuitem", { name: /^Run 1 \(ends at/ }));
};
task("compare two runs", {
  ways: {
    mouse: [5, compareByPointer],
    touch: [5, compareByPointer],
    keyboard: [5, (person, { other }) => person.press("Shift+ArrowLeft", String(other), "c", "R", "Enter")],
  },
  async seen({ page, other }) {
    // The run as it was: nobody has crashed, and nothing is told that is later than the clock.
    const toldUntil = async () => {
      const times = await page.locator(".happened li:not(.later) time").allTextContents();
      return Math.max(...times.map((time) => Number(time.replace(/[^\d.]/g, ""))));
    };
    const clock = () => page.evaluate(() => window.raftLab.now);
    await page.getByRole("button", { name: "Run 1 of 2" }).waitFor();
    await page.locator(`[data-node='${other}'][data-standing='follower']`).waitFor();
    await eventually(async () => assert.ok((await toldUntil()) <= await clock()));
    await page.keyboard.press("R");
    await page.getByRole("menuitem", { name: /^Run 2/ }).click();
    await page.locator(`[data-node='${other}'][data-standing='crashed']`).waitFor();
    await happened(page, new RegExp(`S${other} crashes`));
    await eventually(async () => assert.ok((await toldUntil()) <= await clock()));
  },
});
