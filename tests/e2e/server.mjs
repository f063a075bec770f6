// The built page on a free port of this machine, and a Chromium to open it in.

import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const DIST = process.env.RAFT_LAB_DIST ?? path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "..", "dist");

// Chromium in a box without a network, a screen or, often, a user other than root.
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

const TYPES = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8", ".webmanifest": "application/manifest+json", ".md": "text/plain; charset=utf-8",
  ".wasm": "application/wasm", ".svg": "image/svg+xml", ".png": "image/png",
};

// The page is served under a path, not at the root: an address in it that is not relative would not be found.
const BASE = "/some/where/";

// What the page may do, and nothing else: docs/decisions/0015-the-page-runs-under-a-strict-policy.md.
export const POLICY = [
  "default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'",
].join("; ");

/** Serves a folder on a free loopback port, under this policy; returns the folder, its address and a way to stop. */
export async function serve(folder = DIST, policy = POLICY) {
  await stat(path.join(folder, "index.html")).catch(() => {
    throw new Error(`there is no page in ${folder}: build it with \`cargo xtask dist\``);
  });
  const server = createServer(async (request, response) => {
    try {
      const { pathname } = new URL(request.url, "http://localhost");
      if (!pathname.startsWith(BASE)) throw new Error("outside");
      const file = path.join(folder, path.normalize(`/${decodeURIComponent(pathname.slice(BASE.length))}`));
      const body = await readFile(file.endsWith(path.sep) ? path.join(file, "index.html") : file);
      const type = TYPES[path.extname(file) || ".html"] ?? "application/octet-stream";
      response.writeHead(200, {
        "content-type": type, "cache-control": "no-store", ...(policy && { "content-security-policy": policy }),
      }).end(body);
    } catch {
      response.writeHead(404, { "content-type": "text/plain" }).end("not found");
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  return { folder, url: `http://127.0.0.1:${server.address().port}${BASE}`, stop };
}

/** Starts a Chromium. */
export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
}
