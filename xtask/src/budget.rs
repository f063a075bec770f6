//! How much of the page may go over the wire: a limit for each part, which the stage `page` of the tests holds it to.
//!
//! **A limit is raised only with a reason, which is written beside it.** It may be lowered without one. The limits leave 1 to
//! 3 % above what was measured when they were set: compilers differ, and on a busy machine more runs before the first leader.

use crate::run;
use crate::Result;
use std::fs;
use std::path::Path;

/// The parts of the page: what each is, how the names of its files begin and end, and its limit in kB (1000 bytes), by
/// `gzip -9`.
const LIMITS: &[Part] = &[
    // What comes before the cluster moves.
    Part { what: "HTML", begins: "index", ends: ".html", limit_kb: 0.8, moves: true },
    // 2.3 more than it was: the layouts of phones and tablets, capsules, clients in the picture, what is acted out; lines of
    // the feed that fold and travel, and the past that is seen to be the past. 0.8 more: the timeline.
    Part { what: "styles", begins: "style-", ends: ".css", limit_kb: 15.4, moves: true },
    Part { what: "boot script", begins: "boot-", ends: ".js", limit_kb: 4.2, moves: true },
    // 0.3 more than it was: with serde-wasm-bindgen, which hands events to scripts, the glue has a few more functions.
    Part { what: "glue script", begins: "raft-lab-", ends: ".js", limit_kb: 11.5, moves: true },
    // What a busy machine records is up to 2 % more; messages that look alike are drawn as one path, which takes 6 kB.
    // 7 more than it was: capsules, votes around a candidate, names of links, what is acted out, and longer sentences.
    // 2 more: the way to the whole run, for the timeline.
    Part { what: "first module", begins: "raft-lab-start-", ends: ".wasm", limit_kb: 364.0, moves: true },
    // What comes behind it.
    // 16 more than it was: clients in the picture, and samples of all that messages say; the feed folds bursts, knows what
    // came of what one did, and says why a vote was denied; menus of two levels and of the whole cluster.
    // 30 more: the timeline. 7 more: the settings of the cluster.
    Part { what: "rest of the program", begins: "raft-lab-rest-", ends: ".wasm", limit_kb: 379.0, moves: false },
    // What comes when it is opened: each kind by itself, since nobody loads all of them.
    Part { what: "statements of the promises", begins: "promises", ends: ".json", limit_kb: 0.8, moves: false },
];

/// The limit in kB of all that is loaded before the cluster moves. The goal is 350.
const BEFORE_IT_MOVES_KB: f64 = 395.5;

/// A part of the page.
struct Part {
    /// What it is.
    what: &'static str,
    /// How the names of its files begin.
    begins: &'static str,
    /// How they end.
    ends: &'static str,
    /// Its limit.
    limit_kb: f64,
    /// Whether it is loaded before the cluster moves.
    moves: bool,
}

/// A file and its compressed size.
#[derive(Debug, PartialEq)]
struct Size {
    name: String,
    bytes: f64,
}

/// The script that prints the compressed size of each file that it is given, as lines of name and size.
const SIZES: &str = r#"
const fs = require("node:fs"), path = require("node:path"), zlib = require("node:zlib");
const folder = process.argv[1];
for (const entry of fs.readdirSync(folder, { recursive: true }).sort()) {
  const file = path.join(folder, entry);
  if (!fs.statSync(file).isFile()) continue;
  console.log(path.basename(entry), zlib.gzipSync(fs.readFileSync(file), { level: 9 }).length);
}
"#;

/// Prints the size of each part beside its limit.
///
/// # Errors
/// Each part above its limit, and by how much.
pub fn check(folder: &Path) -> Result<()> {
    let is_in_two_parts = fs::read_to_string(folder.join("index.html")).is_ok_and(|html| html.contains("data-rest="));
    if !is_in_two_parts {
        println!("The module is in one piece, since there is no Chromium: the limits of its parts are not checked.");
        return Ok(());
    }
    let said =
        run::output(run::program("node").args(["-e", SIZES]).arg(folder)).ok_or("the sizes could not be read")?;
    let (table, excess) = compare(&sizes(&said));
    println!("{table}");
    match excess.as_slice() {
        [] => Ok(()),
        excess => Err(format!("{} (limits: xtask/src/budget.rs)", excess.join("; "))),
    }
}

/// The sizes that the script has printed.
fn sizes(said: &str) -> Vec<Size> {
    let size = |line: &str| {
        let (name, bytes) = line.rsplit_once(' ')?;
        Some(Size { name: name.to_string(), bytes: bytes.parse().ok()? })
    };
    said.lines().filter_map(size).collect()
}

/// A table of all parts, and a sentence for each that is above its limit.
fn compare(sizes: &[Size]) -> (String, Vec<String>) {
    let mut rows = vec![format!("{:<28} {:>8} {:>8}", "part, in kB of gzip", "is", "limit")];
    let mut excess = Vec::new();
    let mut row = |what: &str, kb: f64, limit_kb: f64| {
        rows.push(format!("{what:<28} {kb:>8.1} {limit_kb:>8.1}"));
        if kb > limit_kb {
            excess.push(format!("{what}: {kb:.1} kB are {:.1} kB too much", kb - limit_kb));
        }
    };
    let mut before_it_moves = 0.0;
    for part in LIMITS {
        let of_part = |size: &&Size| part.has(&size.name);
        let kb = sizes.iter().filter(of_part).map(|size| size.bytes).sum::<f64>() / 1000.0;
        row(part.what, kb, part.limit_kb);
        before_it_moves += if part.moves { kb } else { 0.0 };
    }
    row("before the cluster moves", before_it_moves, BEFORE_IT_MOVES_KB);
    (rows.join("\n"), excess)
}

impl Part {
    /// Whether a file belongs to it.
    fn has(&self, name: &str) -> bool {
        name.starts_with(self.begins) && name.ends_with(self.ends)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only what is above its limit is told, with its name and by how much.
    #[test]
    fn a_part_above_its_limit_is_named() {
        let limit = LIMITS.iter().find(|part| part.what == "glue script").map_or(0.0, |part| part.limit_kb);
        let said = format!("boot-12.js 900\nraft-lab-34.js {}\nicon-5.svg 99000\n", 1000.0 * limit + 1_300.0);
        let (table, excess) = compare(&sizes(&said));
        assert_eq!(excess, [format!("glue script: {:.1} kB are 1.3 kB too much", limit + 1.3)]);
        assert!(table.contains("boot script"), "{table}");
    }

    /// Many parts that are within their limits may be too much together.
    #[test]
    fn the_sum_before_the_cluster_moves_has_a_limit_of_its_own() {
        let said = format!("raft-lab-start-1.wasm {}", 1000.0 * BEFORE_IT_MOVES_KB + 100.0);
        let (_, excess) = compare(&sizes(&said));
        assert!(excess.iter().any(|it| it.starts_with("before the cluster moves: ")), "{excess:?}");
    }
}
