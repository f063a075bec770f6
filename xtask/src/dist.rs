//! Builds the optimised page and prints its sizes.

use crate::budget;
use crate::project;
use crate::run;
use crate::setup::{self, Talk};
use crate::wasm::{Profile, Wasm};
use crate::Result;

/// The script that prints the size of each file of a folder, also compressed. Node.js is installed anyway.
const SIZES: &str = r#"
const fs = require("node:fs"), path = require("node:path"), zlib = require("node:zlib");
const folder = process.argv[1];
const columns = (name, ...sizes) => console.log(name.padEnd(44), ...sizes.map((size) => String(size).padStart(10)));
const total = [0, 0, 0], loaded = [0, 0, 0];
columns("bytes", "raw", "gzip", "brotli");
for (const entry of fs.readdirSync(folder, { recursive: true }).sort()) {
  const file = path.join(folder, entry);
  if (!fs.statSync(file).isFile()) continue;
  const raw = fs.readFileSync(file);
  const sizes = [raw.length, zlib.gzipSync(raw, { level: 9 }).length, zlib.brotliCompressSync(raw).length];
  sizes.forEach((size, i) => { total[i] += size; });
  if (/\.(html|css|js|wasm)$/.test(entry)) sizes.forEach((size, i) => { loaded[i] += size; });
  columns(entry, ...sizes);
}
columns("total", ...total);
columns("what the page loads", ...loaded);
"#;

/// Builds the optimised page into `dist/` and prints its sizes.
pub fn dist() -> Result<()> {
    let wasm = Wasm::new(setup::page(Talk::WhenWorking)?);
    let folder = project::dist();
    if !wasm.build_page(Profile::Release, &folder)? {
        return Err("the page could not be built".to_string());
    }
    if !run::loudly(run::program("node").args(["-e", SIZES]).arg(&folder))? {
        return Err("the sizes could not be read".to_string());
    }
    if let Err(excess) = budget::check(&folder) {
        println!("{excess}");
    }
    println!("The page is in dist/: any web server can serve that folder, under any path.");
    Ok(())
}
