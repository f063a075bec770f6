//! The rules of the house that a machine can hold.
#![cfg(not(target_family = "wasm"))]

mod arrows;
mod files;

use std::path::{Path, PathBuf};
use std::process::Command;

use arrows::{arrows, circles, Arrows, Sources};
use raft_lab::raft::Rule;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(extension) if extension == "rs" => found.push(path),
                _ => {}
            }
        }
    }
    found
}

/// Engine, laboratory and command line build without anything of the browser.
#[test]
fn no_browser_crate_leaks_into_native_builds() {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--locked",
            "-p",
            "raft-lab",
            "-e",
            "normal",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    assert!(tree.contains("serde_json"), "the list of dependencies is there");
    for browser in ["yew", "wasm-bindgen", "web-sys", "js-sys", "gloo-timers"] {
        let leaked = tree.lines().find(|line| line.split(' ').next() == Some(browser));
        assert_eq!(leaked, None);
    }
}

/// Each rule that can be switched off is asked at one place, where a reader finds all that there is about it.
#[test]
fn each_rule_is_asked_at_one_place() {
    let files = rust_files("src/raft").into_iter().filter(|file| !file.ends_with("rules.rs"));
    let text: String = files.map(|file| std::fs::read_to_string(file).unwrap()).collect();
    for rule in Rule::ALL {
        let field = format!("rules.{}", rule.text().replace('-', "_"));
        let asked =
            text.split(&field).skip(1).filter(|rest| !rest.starts_with(|c: char| c == '_' || c.is_alphanumeric()));
        assert_eq!(asked.count(), 1, "{field}");
    }
}

/// A room of the house: some files and folders, and the rooms that they may use beside their own.
struct Room {
    name: &'static str,
    /// Paths below `src`. A file belongs to the room that has the longest path that it begins with.
    paths: &'static [&'static str],
    uses: &'static [&'static str],
}

const fn room(name: &'static str, paths: &'static [&'static str], uses: &'static [&'static str]) -> Room {
    Room { name, paths, uses }
}

/// docs/architecture.md has the reason for each arrow.
const ROOMS: &[Room] = &[
    room("runtime", &["runtime"], &[]),
    room("raft", &["raft"], &["runtime"]),
    room("raft/replication", &["raft/replication"], &["raft", "runtime"]),
    room("raft/node", &["raft/node"], &["raft/replication", "raft", "runtime"]),
    room("lab/json", &["lab/json"], &[]),
    room("lab/vocab", &["lab/vocab"], &["lab/json", "raft/node", "raft", "runtime"]),
    room("lab/world", &["lab/world"], &["lab/vocab", "raft", "runtime"]),
    room("lab/scenario", &["lab/scenario"], &["lab/vocab", "lab/json", "raft/node", "raft", "runtime"]),
    room("lab/judge", &["lab/judge"], &["lab/world", "lab/scenario", "lab/vocab", "lab/json", "raft", "runtime"]),
    room("lab/export", &["lab/export"], &["lab/json", "lab/scenario", "lab/vocab", "raft", "runtime"]),
    room(
        "lab/run",
        &["lab/run"],
        &["lab/judge", "lab/world", "lab/scenario", "lab/vocab", "lab/json", "raft/node", "raft", "runtime"],
    ),
    room(
        "lab/play",
        &["lab/play"],
        &["lab/run", "lab/judge", "lab/world", "lab/scenario", "lab/vocab", "lab/json", "raft", "runtime"],
    ),
    room(
        "lab/explore",
        &["lab/explore"],
        &["lab/run", "lab/judge", "lab/world", "lab/scenario", "lab/vocab", "lab/json", "raft", "runtime"],
    ),
    room("view/format", &["view/format.rs"], &["raft", "runtime"]),
    room(
        "view/lang",
        &["view/lang"],
        &["view/format", "lab/world", "lab/vocab", "lab/json", "raft/node", "raft", "runtime"],
    ),
    room("view", &["view"], &["view/lang", "view/format", LAB, "raft/node", "raft", "runtime"]),
    room("js", &["js.rs", "js"], &[LAB, "raft", "runtime"]),
    room("cli", &["cli"], &[LAB, "raft", "runtime"]),
    room("ui", &["ui"], &["view", "view/lang", "view/format", "js", LAB, "raft", "runtime"]),
    room("ui/driver", &["ui/driver"], &["ui", "view", "view/lang", "js", LAB, "raft", "runtime"]),
    room("ui/scene", &["ui/page.rs", "ui/scene.rs"], &["ui/driver", "ui", "view", LAB, "raft", "runtime"]),
    room("ui/parts", UI_PARTS, &["ui/scene", "ui", "view", "view/lang", "view/format", LAB, "raft", "runtime"]),
    room(
        "ui/app",
        &["ui/app.rs", "ui/commands.rs", "ui/dialogs.rs", "ui/notices.rs", "ui/panels.rs"],
        &["ui/parts", "ui/scene", "ui/driver", "ui", "view", "view/lang", LAB, "raft", "runtime"],
    ),
    room("main", &["main.rs"], &["ui/app", "cli"]),
];

/// What is on the page: panels, dialogs, menus, bars.
const UI_PARTS: &[&str] = &[
    "ui/cluster",
    "ui/config.rs",
    "ui/happened.rs",
    "ui/header.rs",
    "ui/help.rs",
    "ui/inspector.rs",
    "ui/keys.rs",
    "ui/links.rs",
    "ui/logs.rs",
    "ui/menu.rs",
    "ui/invariants.rs",
    "ui/streams",
    "ui/timeline",
    "ui/transport.rs",
];

/// Any room of the laboratory.
const LAB: &str = "lab/";

fn room_of(file: &str) -> Option<&'static Room> {
    let rank = |room: &&Room| {
        let is_in = |path: &&&str| file == **path || file.starts_with(&format!("{path}/"));
        room.paths.iter().filter(is_in).map(|path| path.len()).max()
    };
    ROOMS.iter().filter(|room| rank(room).is_some()).max_by_key(rank)
}

/// The arrows between rooms that [`ROOMS`] does not allow.
fn forbidden(arrows: &Arrows) -> Vec<String> {
    let mut found = Vec::new();
    for (from, files) in arrows {
        let Some(own) = room_of(from) else { continue };
        for to in files {
            let may = |name: &str| own.uses.contains(&name) || (name.starts_with(LAB) && own.uses.contains(&LAB));
            if !room_of(to).is_some_and(|to| to.name == own.name || may(to.name)) {
                found.push(format!("{from} uses {to}"));
            }
        }
    }
    found
}

fn own_sources() -> Sources {
    let source = |path: PathBuf| {
        let name = path.strip_prefix(root().join("src")).unwrap().to_str().unwrap().replace('\\', "/");
        (name, std::fs::read_to_string(&path).unwrap())
    };
    rust_files("src").into_iter().map(source).collect()
}

/// Each room uses only those that the table allows it, and every file is in one of them.
#[test]
fn no_room_uses_one_above_it() {
    let sources = own_sources();
    let doors = ["lib.rs", "lab/mod.rs"];
    let homeless: Vec<&String> =
        sources.keys().filter(|file| room_of(file).is_none() && !doors.contains(&file.as_str())).collect();
    assert!(homeless.is_empty(), "in no room: {homeless:?}");
    let forbidden = forbidden(&arrows(&sources));
    assert!(forbidden.is_empty(), "not allowed:\n{}", forbidden.join("\n"));
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let circles = circles(&arrows(&own_sources()));
    assert!(circles.is_empty(), "{circles:#?}");
}

/// The arrow that one file of a made-up crate has.
fn made_up(text: &str) -> Arrows {
    let sources = [
        ("lib.rs", "pub mod lab; mod view;"),
        ("lab/mod.rs", "pub mod world; pub mod run; pub use run::Lab;"),
        ("lab/run/mod.rs", "mod lab; pub use lab::Lab;"),
        ("lab/run/lab.rs", "use crate::{lab::{world::{self, World}}};\npub struct Lab;"),
        ("lab/world/mod.rs", text),
        ("view/mod.rs", "use crate::lab::Lab;"),
    ];
    arrows(&sources.map(|(name, text)| (name.to_string(), text.to_string())).into())
}

#[test]
fn an_arrow_is_seen_however_it_is_written() {
    let sees = |text: &str| made_up(text)["lab/world/mod.rs"].iter().cloned().collect::<Vec<_>>();
    for text in [
        "use crate::lab::run::Lab;",
        "use crate::{lab::{run::{Lab as Running}}};",
        "use crate::lab::Lab;",
        "use super::Lab;",
        "use super::super::lab::run::Lab;",
        "mod inner { use super::super::Lab; }",
        "fn f() { crate::lab::Lab::new(); }",
        "fn f(lab: &crate::lab::run::Lab) {}",
        "made! { Field = crate::lab::Lab { x } }",
    ] {
        assert_eq!(sees(text), ["lab/run/lab.rs"], "{text}");
    }
    assert_eq!(sees("use std::rc::Rc;\nuse serde::lab::run;\nfn f() { Lab::new() }"), [""; 0]);
    assert_eq!(made_up("")["lab/mod.rs"].len(), 0, "what a module re-exports of its own is its door");
}

#[test]
fn an_arrow_upwards_and_a_circle_are_found() {
    let well = made_up("pub struct World;");
    assert_eq!((forbidden(&well), circles(&well)), (Vec::new(), Vec::new()));
    let up = made_up("use crate::{lab::{Lab}};");
    assert_eq!(forbidden(&up), ["lab/world/mod.rs uses lab/run/lab.rs"]);
    assert_eq!(circles(&up), [["lab/run/lab.rs", "lab/world/mod.rs"].map(String::from).into()]);
}

/// What stands in backticks in a cell of a table, each behind the place that was named last (`node:`, for example).
fn quoted(cell: &str) -> Vec<(String, String)> {
    let (mut place, mut found) = (String::new(), Vec::new());
    for (i, part) in cell.split('`').enumerate() {
        match i % 2 {
            0 => {
                if let Some(word) = part.trim().strip_suffix(':').and_then(|part| part.split([' ', ';']).next_back()) {
                    place = word.to_string();
                }
            }
            _ => found.push((place.clone(), part.to_string())),
        }
    }
    found
}

/// Whether some scenario has this path, in which `*` stands for anything.
fn is_scenario(path: &str) -> bool {
    let (before, after) = path.split_once('*').unwrap_or((path, ""));
    files::scenarios().iter().any(|file| {
        let file = file.strip_prefix(root().join("tests/scenarios")).unwrap().to_str().unwrap();
        match path.contains('*') {
            true => file.starts_with(before) && file.ends_with(after),
            false => file == path,
        }
    })
}

/// The page that accounts for the reference names tests, scenarios, files and functions: they are all there.
#[test]
fn what_the_page_of_fidelity_names_is_there() {
    let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
    let engine: String = rust_files("src/raft").iter().map(|path| read(path)).collect();
    let file = |name: &str| [name, &format!("src/raft/{name}"), &format!("src/{name}")].map(|path| root().join(path));
    let is_file = |name: &str| file(name).iter().any(|path| path.exists());
    let test_is_in = |path: &str, name: &str| {
        let name = name.strip_suffix('…').map_or(format!("fn {name}()"), |beginning| format!("fn {beginning}"));
        // A folder stands for all files in it.
        let files = match path.ends_with(".rs") {
            true => vec![root().join(path)],
            false => rust_files(path),
        };
        let code: String = files.iter().map(|path| read(path)).collect();
        let mut lines = code.lines().map(str::trim);
        let mut found = 0;
        while lines.by_ref().any(|line| line == "#[test]") {
            found += usize::from(lines.next().is_some_and(|line| line.starts_with(&name)));
        }
        found == 1
    };
    let page = read(&root().join("docs/fidelity.md"));
    let (mut rows, mut missing) = (0, Vec::new());
    for row in page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| ---")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        // Behaviour, here, where, shown by; the last table has no more than a lesson, and what of it is here.
        let (places, proofs) = match cells[..] {
            [_, _, places, proofs] => (places, proofs),
            [_, here] => ("", here),
            _ => panic!("not a row of two or four cells: {row}"),
        };
        if proofs.trim() == "Shown by" || proofs.trim() == "Here" {
            continue;
        }
        rows += 1;
        let (named, words): (Vec<String>, Vec<String>) =
            quoted(places).into_iter().map(|(_, name)| name).partition(|name| is_file(name));
        let code: String = match named.is_empty() {
            true => engine.clone(),
            false => named.iter().flat_map(|name| file(name)).map(|path| read(&path)).collect(),
        };
        let is_there = |word: &&String| code.contains(word.rsplit("::").next().unwrap());
        missing.extend(words.iter().filter(|word| !is_there(word)).map(|word| format!("{word}, in: {row}")));
        let proofs = quoted(proofs);
        if cells.len() == 4 && proofs.is_empty() {
            missing.push(format!("anything that shows: {row}"));
        }
        for (place, name) in proofs {
            let there = match place.as_str() {
                _ if name.ends_with(".json") => is_scenario(&name),
                _ if name.contains('/') || name.ends_with(".rs") => is_file(&name),
                "stream" => test_is_in("src/raft/replication/tests", &name),
                "node" => test_is_in("src/raft/node/tests", &name),
                "task" => test_is_in("src/raft/replication/task.rs", &name),
                _ => test_is_in("src/raft/config.rs", &name),
            };
            if !there {
                missing.push(format!("{place}: {name}, in: {row}"));
            }
        }
    }
    assert!(rows > 60, "only {rows} rows were found");
    assert!(missing.is_empty(), "not there:\n{}", missing.join("\n"));
}

/// The page of what was tried names files and tests: they are all there.
#[test]
fn what_the_page_of_reliability_names_is_there() {
    let page = std::fs::read_to_string(root().join("docs/reliability.md")).unwrap();
    let (mut rows, mut missing) = (0, Vec::new());
    for row in page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| ---")) {
        let tests = row.trim_end_matches('|').rsplit(" | ").next().unwrap();
        if tests.trim() == "Test" {
            continue;
        }
        rows += 1;
        let mut text = String::new();
        for (i, part) in tests.split(['`', '"']).enumerate() {
            match std::fs::read_to_string(root().join(part)) {
                Ok(file) if i % 2 == 1 => text = file,
                _ if i % 2 == 1 && !text.contains(part) => missing.push(format!("{part}, in: {row}")),
                _ => {}
            }
        }
    }
    assert!(rows > 25, "only {rows} rows were found");
    assert!(missing.is_empty(), "not there:\n{}", missing.join("\n"));
}
