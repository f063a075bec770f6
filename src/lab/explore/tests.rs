use std::ops::Range;

use super::random::FaultPlan;
use super::*;
use crate::lab::run::lab::Lab;
use crate::lab::scenario::Scenario;
use crate::raft::Rule;

fn search(off: &[Rule], seeds: Range<u64>) -> Option<Finding> {
    let mut search = Search::new(Explore { seeds, plan: FaultPlan::default(), off: off.to_vec(), base: None });
    loop {
        if let Some(found) = search.advance(10_000).unwrap() {
            return found;
        }
    }
}

#[test]
fn what_is_found_is_short_and_is_found_again() {
    for rule in [Rule::OneVotePerTerm, Rule::MatchStartsAtZero, Rule::SyncBeforeAnswer] {
        let found = search(&[rule], 0..20).unwrap_or_else(|| panic!("{rule}"));
        let text = found.scenario.to_json();
        assert!(found.scenario.actions.len() <= 12, "{rule}: {text}");
        let mut lab = Lab::new(Scenario::from_json(&text).unwrap()).unwrap();
        lab.run_to_stop(None);
        assert!(lab.report().expect.iter().all(|it| it.held), "{rule}: {text}");
        assert!(!lab.report().expect.is_empty(), "{rule}");
    }
}

#[test]
fn with_all_rules_nothing_is_found() {
    assert_eq!(search(&[], 0..5), None);
}

#[test]
fn a_search_is_the_same_in_small_slices() {
    let mut small =
        Search::new(Explore { seeds: 0..2, plan: FaultPlan::default(), off: vec![Rule::OneVotePerTerm], base: None });
    let found = loop {
        if let Some(found) = small.advance(100).unwrap() {
            break found;
        }
    };
    assert_eq!(found, search(&[Rule::OneVotePerTerm], 0..2));
}

#[test]
fn a_majority_that_elects_nobody_is_found_and_made_short() {
    let base = r#"{ "format": "raft-lab/1", "nodes": [1, 2, 3], "config": { "check_quorum": true }, "actions": [
        { "at": 0, "do": "write", "key": "x", "value": "1" },
        { "at": 0, "do": "timer", "node": 1, "in": 90000 }, { "at": 0, "do": "timer", "node": 2, "in": 90000 },
        { "at": 0, "do": "timer", "node": 3, "in": 90000 }, { "at": 100, "do": "crash", "node": 2 } ] }"#;
    let mut trial = Trial::new(Scenario::from_json(base).unwrap()).unwrap();
    while !trial.advance(1000) {}
    let (failure, at) = trial.failure().unwrap();
    assert_eq!(failure, Failure::Leaderless);
    let mut shrink = Shrink::new(trial.scenario().clone(), failure, at);
    while !shrink.advance(10_000) {}
    let shrunk = shrink.result(1);
    assert!(shrunk.actions.len() <= 3, "{}", shrunk.to_json());
    let mut lab = Lab::new(shrunk).unwrap();
    lab.run_to_stop(None);
    assert!(lab.report().held(), "it expects what was found");
}

#[test]
fn without_a_majority_or_check_quorum_no_leader_is_no_finding() {
    let later = r#"{ "at": 0, "do": "timer", "node": 1, "in": 9000 }, { "at": 0, "do": "timer", "node": 2, "in": 9000 },
        { "at": 0, "do": "timer", "node": 3, "in": 9000 }"#;
    let crashes = r#", { "at": 1, "do": "crash", "node": 2 }, { "at": 1, "do": "crash", "node": 3 }"#;
    for (check_quorum, crashes) in [(true, crashes), (false, "")] {
        let base = format!(
            r#"{{ "format": "raft-lab/1", "nodes": [1, 2, 3], "config": {{ "check_quorum": {check_quorum} }},
                "actions": [{later}{crashes}], "stop": {{ "at": 8000 }} }}"#
        );
        let mut trial = Trial::new(Scenario::from_json(&base).unwrap()).unwrap();
        while !trial.advance(1000) {}
        assert_eq!(trial.failure(), None, "{base}");
    }
}
