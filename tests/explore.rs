//! `raft-lab explore` finds a short scenario that demonstrates the failure.
#![cfg(not(target_family = "wasm"))]

use std::process::{Command, Output};

use raft_lab::lab::{Lab, Scenario};

fn explore(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_raft-lab")).arg("explore").args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs the scenario that was found: its expectations hold, and with all rules on no invariant is violated.
fn shows_it(output: &Output) -> Scenario {
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let scenario = Scenario::from_json(&text(&output.stdout)).unwrap();
    let run = |scenario: Scenario| {
        let mut lab = Lab::new(scenario).unwrap();
        lab.run_to_stop(None);
        lab.report()
    };
    let report = run(scenario.clone());
    assert!(!report.expect.is_empty() && report.expect.iter().all(|it| it.held), "{}", scenario.to_json());
    let mut obeying = scenario.clone();
    obeying.rules_off.clear();
    assert!(run(obeying).invariants.iter().all(|it| it.held), "{}", scenario.to_json());
    scenario
}

#[test]
fn a_rule_that_is_off_is_found_out() {
    let output = explore(&["--off", "one-vote-per-term", "--seeds", "0..10", "--jobs", "2"]);
    let scenario = shows_it(&output);
    assert!(scenario.actions.len() <= 12, "{}", scenario.to_json());
    assert!(text(&output.stderr).contains(" seeds, "), "{}", text(&output.stderr));
    let again = explore(&["--off", "one-vote-per-term", "--seeds", "0..10", "--jobs", "1"]);
    assert_eq!(again.stdout, output.stdout, "whichever way the work is shared, the first seed is found");
}

#[test]
fn the_weather_comes_over_a_scenario_too() {
    let folder = std::env::temp_dir().join(format!("raft-lab-explore-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let base = folder.join("base.json");
    let scenario = r#"{ "format": "raft-lab/1", "title": "Two of one", "nodes": [3, 5, 7], "rules_off": ["election-restriction"],
        "actions": [{ "at": 100, "do": "members", "voters": [3, 5, 7, 8] }] }"#;
    std::fs::write(&base, scenario).unwrap();
    let found = shows_it(&explore(&["--base", base.to_str().unwrap(), "--seeds", "0..40"]));
    assert!(found.nodes.iter().all(|node| [3, 5, 7].contains(node)), "{}", found.to_json());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn with_all_rules_nothing_is_found() {
    let output = explore(&["--seeds", "7..10", "--nodes", "3"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0), "{}", text(&output.stderr));
    assert!(text(&output.stderr).starts_with("3 seeds, "), "{}", text(&output.stderr));
}

#[test]
fn time_that_is_up_ends_it() {
    let output = explore(&["--budget", "0"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn mistakes_are_named() {
    for (arguments, named) in [
        (["--off", "gravity"], "gravity"),
        (["--seeds", "9..3"], "A is below B"),
        (["--nodes", "10"], "10"),
        (["--base", "nowhere.json"], "nowhere.json"),
    ] {
        let output = explore(&arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains(named), "{}", text(&output.stderr));
    }
}
