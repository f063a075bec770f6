//! Every rule can be switched off, and something breaks then: each has a scenario that shows it.
//!
//! `tests/scenarios/rules/NAME.json` expects what happens with the rule off (and with it, sometimes, another one). The
//! same run with all rules on breaks no promise, and does not do what is expected.
#![cfg(not(target_family = "wasm"))]

use std::path::{Path, PathBuf};

use raft_lab::lab::event::{Event, LabEvent};
use raft_lab::lab::random::{scenario, Weather};
use raft_lab::lab::scenario::{Action, Timing};
use raft_lab::lab::{Do, Lab, Report, Scenario};
use raft_lab::raft::{Rule, Rules};
use raft_lab::runtime::Micros;

fn file(rule: Rule) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/scenarios/rules/{rule}.json"))
}

#[track_caller]
fn read(rule: Rule) -> Scenario {
    let text = std::fs::read_to_string(file(rule)).unwrap_or_else(|error| panic!("{rule}: {error}"));
    Scenario::from_json(&text).unwrap_or_else(|error| panic!("{rule}: {error}"))
}

fn run(scenario: Scenario) -> Report {
    let mut lab = Lab::new(scenario).unwrap();
    lab.run_to_stop(None);
    lab.report()
}

/// The same with all rules on.
fn obeying(mut scenario: Scenario) -> Scenario {
    scenario.rules_off.clear();
    scenario
}

fn as_expected(report: &Report) -> bool {
    report.expect.iter().all(|expectation| expectation.held)
}

#[test]
fn without_a_rule_something_breaks() {
    for &rule in Rule::ALL {
        let scenario = read(rule);
        assert!(scenario.rules_off.contains(&rule), "{rule} is not off in its scenario");
        let report = run(scenario);
        let found = serde_json::to_string(&report.expect).unwrap();
        assert!(as_expected(&report), "{rule}: {found}");
        // Time stands still only for one who never waits.
        assert_eq!(report.halted.is_some(), rule == Rule::BackOffWhenUnreachable, "{rule}: {:?}", report.halted);
    }
}

#[test]
fn with_all_rules_nothing_does() {
    for &rule in Rule::ALL {
        let report = run(obeying(read(rule)));
        assert_eq!(report.halted, None, "{rule}");
        let broken: Vec<String> =
            report.invariants.iter().filter(|it| !it.held).map(|it| it.name.to_string()).collect();
        assert!(broken.is_empty(), "{rule}: {broken:?}");
        assert!(!as_expected(&report), "{rule}: the same happens with all rules on");
    }
}

/// Where a second rule is off too, it does not do it alone.
#[test]
fn each_rule_is_needed_in_its_scenario() {
    for &rule in Rule::ALL {
        let mut scenario = read(rule);
        scenario.rules_off.retain(|&off| off != rule);
        assert!(!as_expected(&run(scenario)), "{rule}: the same happens with that rule on");
    }
}

/// A scenario that begins with all rules on, and switches its rule off while it runs.
fn switched_off_at(rule: Rule, at: u64) -> Scenario {
    let mut scenario = obeying(read(rule));
    let at = Micros::from_ms(at);
    let later = |action: &Action| action.timing.at().is_some_and(|time| time >= at);
    let place = scenario.actions.iter().position(later).unwrap_or(scenario.actions.len());
    scenario.actions.insert(place, Action { timing: Timing::At(at), what: Do::Rule { name: rule, on: false } });
    scenario
}

#[test]
fn a_rule_can_be_switched_off_while_nodes_and_streams_run() {
    // The first is asked in a node, the second in a stream.
    for (rule, at) in [(Rule::ElectionRestriction, 50), (Rule::AdoptHigherTerm, 100)] {
        assert!(as_expected(&run(switched_off_at(rule, at))), "{rule}");
    }
}

#[test]
fn what_is_switched_is_known_and_recorded() {
    let mut scenario = Scenario::classroom(3);
    scenario.rules_off = vec![Rule::Majority];
    let mut lab = Lab::new(scenario).unwrap();
    let off = |lab: &Lab| lab.world().rules_off.iter().copied().collect::<Vec<_>>();
    assert_eq!(off(&lab), [Rule::Majority]);
    lab.act(Do::Rule { name: Rule::ConfirmReads, on: false }).unwrap();
    lab.act(Do::Rule { name: Rule::Majority, on: true }).unwrap();
    assert_eq!(off(&lab), [Rule::ConfirmReads]);
    let recorded = Scenario::from_json(&lab.scenario().to_json()).unwrap();
    assert_eq!((recorded.actions.len(), &recorded.rules_off), (2, &vec![Rule::Majority]));
    let records = lab.records();
    let told = records.iter().filter(|record| matches!(record.event, Event::Lab(LabEvent::Rule { .. })));
    assert_eq!(told.count(), 2);
}

#[test]
#[ignore = "a measurement"]
fn measure() {
    let most: u64 = std::env::var("RAFT_LAB_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(100);
    for &rule in Rule::ALL {
        if matches!(rule, Rule::BackOffWhenUnreachable) {
            continue;
        }
        let mut found = Vec::new();
        let mut liveness = Vec::new();
        for seed in 0..most {
            let mut it = scenario(seed, Weather::default());
            it.rules_off = vec![rule];
            let report = run(it);
            let broken: Vec<String> =
                report.invariants.iter().filter(|it| !it.held).map(|it| it.name.to_string()).collect();
            if !broken.is_empty() {
                found.push((seed, broken));
                if found.len() == 2 {
                    break;
                }
            } else if !as_expected(&report) || report.halted.is_some() {
                liveness.push(seed);
                if liveness.len() > 20 {
                    break;
                }
            }
        }
        println!("MEASURED {rule}: {found:?} liveness {:?}", liveness.first());
    }
    let _ = Rules::ALL_ON;
}
