//! Every rule can be switched off, with consequences: each has a scenario that demonstrates them.
//!
//! `tests/scenarios/rules/NAME.json` expects what happens with the rule off (and with it, sometimes, another one). The
//! same run with all rules on violates no invariant, and does not meet the expectations.
#![cfg(not(target_family = "wasm"))]

use std::path::{Path, PathBuf};

use raft_lab::lab::explore::random::{scenario, FaultPlan};
use raft_lab::lab::explore::{Failure, Trial};
use raft_lab::lab::scenario::{ScheduledAction, Timing};
use raft_lab::lab::vocab::action::Action;
use raft_lab::lab::vocab::event::{Event, LabEvent};
use raft_lab::lab::{Lab, Report, Scenario};
use raft_lab::raft::Rule;
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

/// The same scenario with all rules on.
fn obeying(mut scenario: Scenario) -> Scenario {
    scenario.rules_off.clear();
    scenario
}

fn as_expected(report: &Report) -> bool {
    report.expect.iter().all(|expectation| expectation.held)
}

/// The invariants that a run violated.
fn broken(report: &Report) -> Vec<String> {
    report.invariants.iter().filter(|it| !it.held).map(|it| it.name.to_string()).collect()
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
        assert_eq!(broken(&report), Vec::<String>::new(), "{rule}");
        assert!(!as_expected(&report), "{rule}: the same happens with all rules on");
    }
}

/// Where a second rule is off too, it has no such effect alone.
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
    let later = |action: &ScheduledAction| action.timing.at().is_some_and(|time| time >= at);
    let place = scenario.actions.iter().position(later).unwrap_or(scenario.actions.len());
    scenario.actions.insert(
        place,
        ScheduledAction { timing: Timing::At(at), repeat: None, what: Action::Rule { name: rule, on: false } },
    );
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
    lab.act(Action::Rule { name: Rule::ConfirmReads, on: false }).unwrap();
    lab.act(Action::Rule { name: Rule::Majority, on: true }).unwrap();
    assert_eq!(off(&lab), [Rule::ConfirmReads]);
    let recorded = Scenario::from_json(&lab.scenario().to_json()).unwrap();
    assert_eq!((recorded.actions.len(), &recorded.rules_off), (2, &vec![Rule::Majority]));
    let records = lab.records();
    let told = records.iter().filter(|record| matches!(record.event, Event::Lab(LabEvent::Rule { .. })));
    assert_eq!(told.count(), 2);
}

#[test]
fn the_page_has_every_rule_and_every_scenario() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md")).unwrap();
    for &rule in Rule::ALL {
        let (head, off) = (format!("## `{rule}`\n\n{}\n", rule.statement()), format!("a node {}.", rule.when_off()));
        let link = format!("(../tests/scenarios/rules/{rule}.json)");
        for part in [head, off, link] {
            assert!(page.contains(&part), "docs/rules.md lacks {part}");
        }
    }
    let named = page.matches("(../tests/scenarios/rules/").count();
    assert_eq!(named, Rule::ALL.len(), "a scenario is named that is of no rule");
    for (rule, seed, text) in EXPLORED {
        let found = page.split(&format!("## `{rule}`")).nth(1).and_then(|part| part.split("\n## ").next());
        let line = format!("- **By chance**: seed {seed}: {text}.");
        assert!(found.is_some_and(|part| part.contains(&line)), "{rule}: {line}");
    }
    assert_eq!(page.matches("- **By chance**").count(), EXPLORED.len());
}

/// How random runs fail without a rule: the first seed, from 0 on, and the failure (`docs/rules.md`). Measured by
/// `measure_what_random_runs_find`.
const EXPLORED: [(Rule, u64, &str); 30] = [
    (Rule::Majority, 0, "leader-completeness is broken"),
    (Rule::OneVotePerTerm, 0, "votes-kept is broken"),
    (Rule::PersistVote, 0, "votes-kept is broken"),
    (Rule::ElectionRestriction, 0, "leader-completeness is broken"),
    (Rule::LexicographicUpToDate, 848, "a majority is up and connected, and elects no leader"),
    (Rule::CommitOwnTermOnly, 2159, "leader-completeness is broken"),
    (Rule::RejectStaleTerm, 4, "votes-kept is broken"),
    (Rule::LogMatchingCheck, 16, "state-machine-safety is broken"),
    (Rule::CheckHeartbeatsToo, 0, "match-is-true is broken"),
    (Rule::CommitOnlyWhatIsProven, 0, "state-machine-safety is broken"),
    (Rule::TruncateOnlyOnConflict, 0, "match-is-true is broken"),
    (Rule::TruncateOnConflict, 0, "log-matching is broken"),
    (Rule::MatchNeedsProof, 0, "match-is-true is broken"),
    (Rule::MatchStartsAtZero, 0, "match-is-true is broken"),
    (Rule::ConflictSearchWholeLog, 16, "all is well, and the nodes do not come to agree"),
    (Rule::RefillAtLineRate, 0, "all is well, and the nodes do not come to agree"),
    (Rule::ApplyFromStorage, 0, "applied-once is broken"),
    (Rule::OneSnapshotPerStream, 34, "state-machine-safety is broken"),
    (Rule::IgnoreOldSnapshots, 62, "monotonic is broken"),
    (Rule::KeepSuffixAfterSnapshot, 1085, "match-is-true is broken"),
    (Rule::BlankEntryOnElection, 7, "all is well, and the nodes do not come to agree"),
    (Rule::ConfirmReads, 16, "linearizable is broken"),
    (Rule::JointConsensus, 34, "leader-completeness is broken"),
    (Rule::CountMembersOnly, 4, "leader-completeness is broken"),
    (Rule::CountNewMembers, 11, "all is well, and the nodes do not come to agree"),
    (Rule::SyncBeforeAnswer, 0, "match-is-true is broken"),
    (Rule::AdoptHigherTerm, 4, "all is well, and the nodes do not come to agree"),
    (Rule::RandomizedTimeouts, 6, "a majority is up and connected, and elects no leader"),
    (Rule::LeaderStickiness, 301, "all is well, and the nodes do not come to agree"),
    (Rule::ClientSessions, 140, "linearizable is broken"),
];

/// How the random run of a seed fails without a rule, if it fails.
fn failure(rule: Rule, seed: u64) -> Option<Failure> {
    let mut scenario = scenario(seed, FaultPlan::default());
    scenario.rules_off = vec![rule];
    let mut trial = Trial::new(scenario).unwrap();
    while !trial.advance(u64::MAX) {}
    trial.failure().map(|(failure, _)| failure)
}

#[test]
fn random_runs_find_what_breaks() {
    for (rule, seed, text) in EXPLORED {
        assert_eq!(failure(rule, seed).map(Failure::text).as_deref(), Some(text), "{rule}, seed {seed}");
    }
}

/// Prints for each rule how random runs fail without it, within `RAFT_LAB_SEEDS` seeds.
#[test]
#[ignore = "a measurement: it takes minutes"]
fn measure_what_random_runs_find() {
    let seeds = std::env::var("RAFT_LAB_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(200);
    // Without a pause between two RPCs, a run never ends.
    for &rule in Rule::ALL.iter().filter(|&&rule| rule != Rule::BackOffWhenUnreachable) {
        match (0..seeds).find_map(|seed| failure(rule, seed).map(|failure| (seed, failure.text()))) {
            Some((seed, text)) => println!("(Rule::{rule:?}, {seed}, {text:?}),"),
            None => println!("// {rule}: none of {seeds} seeds"),
        }
    }
}
