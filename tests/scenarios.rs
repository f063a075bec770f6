//! Every scenario under `tests/scenarios` runs, and its expectations hold.
#![cfg(not(target_family = "wasm"))]

mod files;

use raft_lab::lab::{Lab, Scenario};

#[test]
fn every_scenario_holds() {
    let mut failures = Vec::new();
    for file in files::scenarios() {
        let name = file.display();
        let scenario =
            Scenario::from_json(&std::fs::read_to_string(&file).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(!scenario.expect.is_empty(), "{name} expects nothing");
        if !scenario.rules_off.is_empty() {
            continue; // tests/rules.rs knows more about those
        }
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
}

#[test]
fn a_scenario_survives_being_written_and_read() {
    for file in files::scenarios() {
        let scenario = Scenario::from_json(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let again = Scenario::from_json(&scenario.to_json()).unwrap();
        assert_eq!(scenario, again, "{}", file.display());
    }
}
