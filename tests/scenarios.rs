//! Every scenario under `tests/scenarios` runs, and all that it expects holds.
#![cfg(not(target_family = "wasm"))]

use std::path::{Path, PathBuf};

use raft_lab::lab::{Lab, Scenario};

fn scenario_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => scenario_files(&path, found),
            false => found.push(path),
        }
    }
}

#[test]
fn every_scenario_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut files = Vec::new();
    scenario_files(&folder, &mut files);
    files.sort();
    let mut failures = Vec::new();
    for file in &files {
        let name = file.strip_prefix(&folder).unwrap().display();
        let scenario =
            Scenario::from_json(&std::fs::read_to_string(file).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(!scenario.expect.is_empty(), "{name} expects nothing");
        let mut lab = Lab::new(scenario).unwrap();
        lab.run_to_stop(None);
        let report = lab.report();
        if let Some(why) = &report.halted {
            failures.push(format!("{name}: halted: {why}"));
        }
        for expectation in report.expect.iter().filter(|expectation| !expectation.held) {
            failures.push(format!("{name}: not so: {}", serde_json::to_string(&expectation.expected).unwrap()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(files.len() >= 50, "only {} scenarios were found", files.len());
}

#[test]
fn a_scenario_survives_being_written_and_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut files = Vec::new();
    scenario_files(&folder, &mut files);
    for file in files {
        let scenario = Scenario::from_json(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let again = Scenario::from_json(&scenario.to_json()).unwrap();
        assert_eq!(scenario, again, "{}", file.display());
    }
}
