//! The rules of the house that a machine can hold.
#![cfg(not(target_family = "wasm"))]

use std::path::{Path, PathBuf};
use std::process::Command;

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
    for browser in ["yew", "wasm-bindgen", "web-sys", "js-sys", "gloo-timers", "serde-wasm-bindgen"] {
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

/// Each floor uses only those below it.
#[test]
fn no_room_uses_one_above_it() {
    let floors = ["runtime", "raft", "lab", "view", "ui"];
    for (floor, name) in floors.iter().enumerate() {
        let files = rust_files(&format!("src/{name}"));
        assert!(!files.is_empty() || *name == "view", "src/{name} is there");
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            for above in
                floors[floor + 1..].iter().chain(&["cli", "js"]).filter(|above| **above != "js" || *name != "ui")
            {
                assert!(!text.contains(&format!("crate::{above}")), "{} uses {above}", file.display());
            }
        }
    }
}
