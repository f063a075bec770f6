//! Observation does not affect a run: a run without observers is the same.
#![cfg(not(target_family = "wasm"))]

mod files;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use raft_lab::lab::explore::random::{scenario, FaultPlan};
use raft_lab::lab::scenario::ScheduledAction;
use raft_lab::lab::vocab::action::Action;
use raft_lab::lab::{Lab, Scenario, UnobservedReport};

/// Runs a scenario both ways, to the same time. Returns whether it could be run without observers.
fn is_the_same_run(name: &str, scenario: Scenario) -> bool {
    let Ok(mut unobserved) = Lab::unobserved(scenario.clone()) else { return false };
    let mut lab = Lab::new(scenario).unwrap();
    lab.run_to_stop(None);
    unobserved.run_to_stop(None);
    assert_eq!(unobserved.records().len(), 0);
    assert_eq!(lab.now(), unobserved.now(), "{name}");
    for node in lab.scenario().all_nodes() {
        let disk = |lab: &Lab| lab.disk(node).map(|disk| (disk.durable(), disk.machine())).unwrap();
        assert!(disk(&lab) == disk(&unobserved), "{name}: node {node} has something else on its disk");
    }
    true
}

#[test]
fn a_run_without_observers_is_the_same_run() {
    let mut same = 0;
    for file in files::scenarios() {
        let scenario = Scenario::from_json(&std::fs::read_to_string(&file).unwrap()).unwrap();
        // With a rule off, a violation ends the run, which an unobserved run does not detect.
        let off = |action: &ScheduledAction| matches!(action.what, Action::Rule { on: false, .. });
        let obeys = scenario.rules_off.is_empty() && !scenario.actions.iter().any(off);
        same += u32::from(obeys && is_the_same_run(&file.display().to_string(), scenario));
    }
    assert!(same >= 40, "{same}");
    for seed in 0..30 {
        // Random runs end when the cluster has converged, which an unobserved run does not detect: use the time limit.
        let weather = FaultPlan { faults: raft_lab::runtime::Micros::from_ms(8000), ..FaultPlan::default() };
        let mut scenario = scenario(seed, weather);
        scenario.stop.as_mut().unwrap().when = None;
        assert!(is_the_same_run(&format!("seed {seed}"), scenario));
    }
}

#[test]
fn its_report_has_the_fields_of_the_other_one() {
    let fields = |report: Value| report.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let lab = Lab::new(Scenario::classroom(3)).unwrap();
    let (report, unobserved) = (lab.report(), UnobservedReport::new(&lab));
    assert_eq!(fields(serde_json::to_value(report).unwrap()), fields(serde_json::to_value(unobserved).unwrap()));
}

#[test]
fn the_command_line_runs_quietly() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let run = |arguments: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_raft-lab")).current_dir(&folder).args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (status, report, _) = run(&["run", "--quiet", "first-election.json"]);
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!((status, &report["virtual_ms"]), (Some(0), &1500.into()));
    assert_eq!((&report["trace_hash"], &report["expect"]), (&Value::Null, &Value::Null));
    let (status, reports, _) = run(&["run", "--quiet", "first-election.json", "figure-7.json"]);
    let reports: Value = serde_json::from_str(&reports).unwrap();
    assert_eq!((status, reports.as_array().map(Vec::len)), (Some(0), Some(2)));
    let (status, _, complaint) = run(&["run", "--quiet", "faults/as-soon-as-it-holds.json"]);
    assert_eq!(status, Some(2));
    assert!(
        complaint.contains("actions[1].when: without observers, nobody sees when a condition holds"),
        "{complaint}"
    );
}
