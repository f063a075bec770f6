//! Runs with all rules on violate no invariant, whatever the faults.
#![cfg(not(target_family = "wasm"))]

mod files;

use raft_lab::lab::explore::random::{scenario, FaultPlan};
use raft_lab::lab::scenario::ScheduledAction;
use raft_lab::lab::vocab::action::Action;
use raft_lab::lab::vocab::invariant::Invariant;
use raft_lab::lab::{Lab, Scenario};
use raft_lab::runtime::Micros;

/// The violations of a run, as sentences.
fn alarms(lab: &Lab) -> Vec<String> {
    let world = lab.world();
    world
        .violations
        .values()
        .map(|(n, broken)| format!("{} at event {n}: {}", broken.invariant, broken.detail))
        .collect()
}

/// Whether some rule is switched off, from the start or later, or a disk loses what Raft rests on.
fn breaks_raft(scenario: &Scenario) -> bool {
    let off = |action: &ScheduledAction| {
        matches!(action.what, Action::Rule { on: false, .. } | Action::Wipe { .. } | Action::RollBack { .. })
    };
    !scenario.rules_off.is_empty() || scenario.actions.iter().any(off)
}

#[test]
fn no_scenario_violates_an_invariant() {
    let mut wrong = Vec::new();
    for file in files::scenarios() {
        let scenario = Scenario::from_json(&std::fs::read_to_string(&file).unwrap()).unwrap();
        if breaks_raft(&scenario) {
            continue;
        }
        let mut lab = Lab::new(scenario).unwrap();
        lab.run_to_stop(None);
        wrong.extend(alarms(&lab).into_iter().map(|alarm| format!("{}: {alarm}", file.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn run(seeds: std::ops::Range<u64>) -> Vec<String> {
    let mut wrong = Vec::new();
    for seed in seeds {
        let mut lab = Lab::new(scenario(seed, FaultPlan::default())).unwrap();
        lab.run_to_stop(None);
        wrong.extend(alarms(&lab).into_iter().map(|alarm| format!("seed {seed}: {alarm}")));
    }
    wrong
}

#[test]
fn no_random_run_violates_an_invariant() {
    let halves = [0..150, 150..300].map(|seeds| std::thread::Builder::new().spawn(move || run(seeds)).unwrap());
    let wrong: Vec<String> = halves.into_iter().flat_map(|half| half.join().unwrap()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Node 1 leads term 3 from the start, as votes that are not kept allow; then node 2 is elected in term 3.
fn two_leaders(stop: serde_json::Value, expect: serde_json::Value) -> Lab {
    let scenario = serde_json::json!({
        "format": "raft-lab/1", "nodes": [1, 2, 3], "preset": "classroom", "rules_off": ["one-vote-per-term"],
        "start": { "1": { "role": "leader", "log": [1, 3] }, "2": { "log": [1, 2] }, "3": { "log": [1, 2] } },
        "actions": [{ "at": 0, "do": "partition", "groups": [[1], [2, 3]] }, { "at": 0, "do": "campaign", "node": 2 }],
        "stop": stop, "expect": expect
    });
    let mut lab = Lab::new(Scenario::from_value(scenario).unwrap()).unwrap();
    lab.run_to_stop(None);
    lab
}

#[test]
fn a_run_stops_at_the_first_violation() {
    let lab = two_leaders(serde_json::json!({ "at": 1000 }), serde_json::json!([]));
    let text = "S2 leads term 3, but S1 was elected in that term already.";
    assert_eq!(lab.halted().map(|halt| halt.to_string()), Some(format!("election-safety is broken: {text}")));
    assert!(lab.now() < Micros::from_ms(100), "{}", lab.now());
    assert_eq!(alarms(&lab).len(), 1);
    assert!(!lab.report().held());
}

#[test]
fn a_violation_that_is_expected_is_a_success() {
    for name in [serde_json::json!("election-safety"), serde_json::json!(true)] {
        let lab = two_leaders(serde_json::json!({ "at": 1000 }), serde_json::json!([{ "violated": name }]));
        assert!(lab.report().held());
    }
    for name in [serde_json::json!("log-matching"), serde_json::json!(false)] {
        let lab = two_leaders(serde_json::json!({ "at": 1000 }), serde_json::json!([{ "violated": name }]));
        assert!(!lab.report().held());
    }
    let without = serde_json::json!([{ "not": { "violated": "log-matching" } }, { "leader": true }]);
    assert!(!two_leaders(serde_json::json!({ "at": 1000 }), without).report().held(), "nobody expects it");
}

#[test]
fn a_run_goes_on_behind_violations_if_it_is_told_to() {
    for (stop, end) in [
        (serde_json::json!({ "at": 1000, "on_violation": false }), 1000),
        (serde_json::json!({ "at": 1000, "on_violation": "leader-append-only" }), 1000),
        (serde_json::json!({ "on_violation": false }), 5000),
    ] {
        let lab = two_leaders(stop, serde_json::json!([]));
        assert_eq!((lab.now(), lab.halted()), (Micros::from_ms(end), None));
        assert!(lab.world().violations.contains_key(&Invariant::ElectionSafety));
        assert!(!lab.report().held());
    }
}
