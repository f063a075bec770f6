// The native program, for comparison with the page.

import { execFileSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
const SCENARIOS = path.join(ROOT, "tests", "scenarios");

/** The path of the native program. Cargo builds it, unless it is there, and says where. */
export function program() {
  const cargo = process.env.CARGO ?? "cargo";
  const said = execFileSync(cargo, ["build", "--locked", "--quiet", "--bin", "raft-lab", "--message-format=json"], {
    cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "inherit"],
  });
  const built = said.trim().split("\n").map((line) => JSON.parse(line)).filter((message) => message.executable);
  return built.at(-1).executable;
}

/** The report that a run of these files prints, whichever way it ends. */
export function native(program, ...files) {
  try {
    return execFileSync(program, ["run", ...files], { encoding: "utf8", maxBuffer: 1 << 28 });
  } catch (error) {
    if (error.status === 1) return error.stdout;
    throw error;
  }
}

/** The scenario files, by their paths. */
export async function scenarioFiles() {
  const names = await readdir(SCENARIOS, { recursive: true });
  const files = names.filter((name) => name.endsWith(".json")).sort().map((name) => path.join(SCENARIOS, name));
  if (files.length < 100) throw new Error(`only ${files.length} scenarios`);
  return files;
}
