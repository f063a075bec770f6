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
