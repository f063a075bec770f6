// Documents that once hung a program or a page: each ends well in the browser too.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { eventually, lab, until } from "./helper.mjs";
import { program, ROOT } from "./native.mjs";

const FILES = path.join(ROOT, "tests", "files");
const CASES = path.join(FILES, "cases");
const cases = (await readdir(CASES)).sort();

/** What the native program says: a report, or why the file is refused. */
function said(raftLab, file) {
  try {
    return { report: execFileSync(raftLab, ["run", file], { encoding: "utf8", maxBuffer: 1 << 28, stdio: "pipe" }) };
  } catch (error) {
    if (error.status === 1) return { report: error.stdout };
    return { refused: error.stderr.trim().slice(`${file}: `.length) };
  }
}

// The page has less memory, so its limit of all writes is lower than that of the command line.
const ON_THE_PAGE = {
  "five-million-writes.json": { refused: "actions[3]: more than 300000 writes together with those before it" },
};

test("what a document asks for is done or refused as natively, within the memory of a page", async (t) => {
  const { page } = await lab(t);
  const raftLab = program();
  const files = cases.filter((name) => !name.startsWith("saved-")).map((name) => path.join(CASES, name));
  for (const file of [...files, path.join(FILES, "dup-keys.json")]) {
    const found = await page.evaluate((text) => {
      let lab;
      try {
        lab = new window.raftLab.constructor(text);
      } catch (error) {
        return { refused: error.message };
      }
      lab.runToStop();
      const report = lab.reportJson();
      lab.free();
      return { report };
    }, await readFile(file, "utf8"));
    const name = path.basename(file);
    assert.deepEqual(found, ON_THE_PAGE[name] ?? said(raftLab, file), name);
  }
});

for (const name of cases.filter((name) => name.startsWith("saved-"))) {
  test(`the page opens with ${name}, and a new run can be begun`, async (t) => {
    const run = await readFile(path.join(CASES, name), "utf8");
    const { page } = await lab(t, {
      prepare: (page) => page.addInitScript((run) => {
        if (sessionStorage.getItem("stored")) return;
        sessionStorage.setItem("stored", "yes");
        localStorage.setItem("raft-lab/run", run);
      }, run),
    });
    await until(page, "the saved moment", ({ virtual_ms }) => virtual_ms >= 1000);
    if (!name.includes("never-comes")) await page.getByText(/event \d+ never comes/).first().waitFor();
    const seed = () => page.evaluate(() => window.raftLab.scenario().seed ?? 0);
    const before = await seed();
    await page.getByRole("button", { name: "New run" }).click();
    await eventually(async () => assert.notEqual(await seed(), before));
  });
}
