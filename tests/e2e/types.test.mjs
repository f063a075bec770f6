// The types for scripts, www/raft-lab.d.ts: they compile, and what the laboratory gives is as they say.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { native, program, ROOT, scenarioFiles } from "./native.mjs";

const TYPES = path.join(ROOT, "www", "raft-lab.d.ts");
const USE = path.join(ROOT, "tests", "e2e", "api.ts");

/** What the compiler finds in a file that imports the types; `text` stands for the file's own. */
function findings(file, text) {
  const options = {
    strict: true, exactOptionalPropertyTypes: true, noEmit: true, target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ES2022, moduleResolution: ts.ModuleResolutionKind.Bundler, types: [], lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
  };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  if (text !== undefined) {
    host.readFile = (name) => (name === file ? text : readFile(name));
    host.fileExists = (name) => name === file || fileExists(name);
    host.getSourceFile = (name, language) => {
      const read = host.readFile(name);
      return read === undefined ? undefined : ts.createSourceFile(name, read, language);
    };
  }
  const found = ts.getPreEmitDiagnostics(ts.createProgram([file, TYPES], options, host));
  return ts.formatDiagnostics(found.slice(0, 5), {
    getCanonicalFileName: (name) => name, getCurrentDirectory: () => ROOT, getNewLine: () => "\n",
  });
}

test("every member can be used as its type says", async () => {
  assert.equal(findings(USE), "");
  const [, body] = /export class RaftLab \{(.*?)\n\}/s.exec(await readFile(TYPES, "utf8"));
  const members = [...body.matchAll(/^  (?:readonly )?(\w+)[(:]/gm)].map(([, name]) => name);
  const use = await readFile(USE, "utf8");
  assert.deepEqual(members.filter((name) => !new RegExp(`\\b(lab|raftLab)\\.${name}\\b`).test(use)), []);
});

test("every report and every scenario has exactly the fields of its type", async () => {
  const files = await scenarioFiles();
  const reports = native(program(), ...files);
  const scenarios = await Promise.all(files.map((file) => readFile(file, "utf8")));
  const seen = JSON.parse(reports);
  assert.ok(seen.some((report) => report.halted), "a run that halted is among them");
  assert.ok(seen.some((report) => report.invariants.some((it) => !it.held)), "and a broken invariant");
  assert.ok(seen.some((report) => report.streams.some((it) => it.snapshot)), "and a snapshot on its way");
  // A literal may have no field that its type does not know.
  const text = `
    import type { Report, Scenario } from "../../www/raft-lab.js";
    const reports: Report[] = ${reports};
    const scenarios: Scenario[] = [${scenarios.join(",\n")}];
    console.log(reports, scenarios);`;
  const file = path.join(ROOT, "tests", "e2e", "reports.ts");
  assert.equal(findings(file, text), "");
  const spoilt = text.replace('"virtual_ms"', '"virtual_s"');
  assert.match(findings(file, spoilt), /virtual_s/, "a field that is not declared is found");
});
