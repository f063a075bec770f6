//! Anything at all may come in: a node never panics, never goes back, and answers what it is asked.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::raft::log::Entry;
use crate::raft::membership::Memberships;
use crate::raft::replication::ToCore;
use crate::raft::{Rule, Rules, Snapshot};
use crate::runtime::Rng;

/// Small numbers, which meet each other often, and now and then a huge one.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![20 => 0..12u64, 1 => Just(u64::MAX), 1 => Just(u64::MAX - 1), 1 => Just(NUMBER_MAX)]
}

fn node_id() -> impl Strategy<Value = NodeId> {
    prop_oneof![20 => 0..6u32, 1 => Just(u32::MAX)]
}

fn membership() -> impl Strategy<Value = Membership> {
    let set = || prop::collection::btree_set(node_id(), 0..4);
    (prop::collection::vec(set(), 0..3), set()).prop_map(|(voters, learners)| Membership { voters, learners })
}

fn payload() -> impl Strategy<Value = Payload> {
    prop_oneof![
        Just(Payload::Blank),
        "[a-c]{0,2}".prop_map(|key| Payload::Set { key, value: "1".into() }),
        membership().prop_map(Payload::Members),
    ]
}

fn entries() -> impl Strategy<Value = Vec<Arc<Entry>>> {
    let wild =
        (number(), number(), payload()).prop_map(|(index, term, payload)| Arc::new(Entry { index, term, payload }));
    let tame = (0..10u64, prop::collection::vec((0..9u64, payload()), 0..5)).prop_map(|(first, entries)| {
        let entry = |(index, (term, payload))| Arc::new(Entry { index, term, payload });
        (first..).zip(entries).map(entry).collect::<Vec<_>>()
    });
    prop_oneof![1 => prop::collection::vec(wild, 0..4), 3 => tame]
}

fn meta() -> impl Strategy<Value = SnapshotMeta> {
    (0..3u64, number(), number(), number(), membership()).prop_map(|(id, index, term, at, membership)| SnapshotMeta {
        id,
        index,
        term,
        membership: (at, membership),
    })
}

fn input() -> impl Strategy<Value = Input> {
    let token = || 0..1000u64;
    let data = || prop::collection::vec(any::<u8>(), 0..5);
    prop_oneof![
        (token(), number(), node_id(), number(), number(), number(), entries()).prop_map(
            |(token, term, leader, prev_log_index, prev_log_term, leader_commit, entries)| {
                let request = AppendEntries { term, leader, prev_log_index, prev_log_term, leader_commit, entries };
                Input::Append(token, request)
            }
        ),
        (token(), number(), node_id(), meta(), number(), data(), any::<bool>()).prop_map(
            |(token, term, leader, meta, offset, data, done)| {
                Input::Install(token, InstallSnapshot { term, leader, meta, offset, data, done })
            }
        ),
        (token(), number(), node_id(), number(), number(), any::<bool>(), any::<bool>()).prop_map(
            |(token, term, candidate, last_log_index, last_log_term, pre_vote, transfer)| {
                let request = VoteRequest { term, candidate, last_log_index, last_log_term, pre_vote, transfer };
                Input::Vote(token, request)
            }
        ),
        (node_id(), number(), number(), any::<bool>(), any::<bool>()).prop_map(
            |(voter, asked, term, granted, pre_vote)| {
                Input::VoteAnswered { voter, term: asked, response: VoteResponse { term, granted, pre_vote } }
            }
        ),
        (token(), payload()).prop_map(|(token, payload)| Input::Write(token, payload)),
        token().prop_map(|token| Input::Read(token, "a".into())),
        (token(), node_id()).prop_map(|(token, node)| Input::AddLearner(token, node)),
        (token(), prop::collection::btree_set(node_id(), 0..4))
            .prop_map(|(token, voters)| Input::Members(token, voters)),
        node_id().prop_map(Input::Transfer),
        (number(), node_id()).prop_map(|(term, leader)| Input::TimeoutNow(TimeoutNow { term, leader })),
        (node_id(), number(), number()).prop_map(|(target, term, index)| {
            Input::Stream { target, term, event: ToCore::UpdateMatchIndex(index) }
        }),
        (node_id(), number()).prop_map(|(target, term)| Input::Stream { target, term, event: ToCore::NeedsSnapshot }),
        (node_id(), number(), number())
            .prop_map(|(target, term, index)| { Input::Stream { target, term, event: ToCore::MatchLost(index) } }),
        Just(Input::Time),
        Just(Input::Campaign),
        prop::option::of(number()).prop_map(Input::Compact),
    ]
}

/// A node that obeys these rules.
fn node(rules: Rules) -> Node {
    let persisted = Persisted {
        hard_state: HardState { term: 2, voted_for: None },
        terms: [1, 1, 2].into_iter().collect(),
        memberships: Memberships::new(0, Membership::new(1..=3, [])),
        snapshot: None,
        applied: 0,
    };
    let config = Config { snapshot_threshold: 3, rules, ..Config::classroom() };
    let setup = Setup { config, rng: Rng::new(7, "timeout", 1), in_office: None };
    Node::new(Micros::ZERO, 1, setup, persisted)
}

/// The disk and the state machine do what they are told, at once.
fn handle(node: &mut Node, now: Micros, input: Input) {
    node.handle(now, input);
    loop {
        let outputs = node.take_outputs();
        if outputs.is_empty() {
            return;
        }
        for output in outputs {
            match output {
                Output::Write(number, _) => node.handle(now, Input::Written(number)),
                Output::Apply { last, .. } => node.handle(now, Input::Applied(last)),
                Output::BuildSnapshot(meta) => {
                    let snapshot = Arc::new(Snapshot { meta, data: Vec::new() });
                    node.handle(now, Input::SnapshotBuilt(Ok(snapshot)));
                }
                _ => {}
            }
        }
    }
}

proptest! {
    #[test]
    fn nothing_makes_a_node_panic_whatever_rules_are_off(
        off in prop::sample::subsequence(Rule::ALL, 1..6),
        inputs in prop::collection::vec((0..200u64, input()), 0..60),
    ) {
        let mut node = node(Rules::without(off));
        let mut now = Micros::ZERO;
        for (ms, input) in inputs {
            now += Micros::from_ms(ms);
            handle(&mut node, now, input);
        }
    }

    #[test]
    fn nothing_makes_a_node_panic_or_go_back(inputs in prop::collection::vec((0..200u64, input()), 0..60)) {
        let mut node = node(Rules::ALL_ON);
        let mut now = Micros::ZERO;
        let (mut term, mut commit, mut applied) = (0, 0, 0);
        for (ms, input) in inputs {
            now += Micros::from_ms(ms);
            handle(&mut node, now, input);
            prop_assert!(node.term() >= term && node.commit_index >= commit && node.last_applied >= applied);
            prop_assert!(node.last_applied <= node.commit_index);
            prop_assert!(node.commit_index <= node.terms.last_index());
            prop_assert!(node.durable_index <= node.terms.last_index());
            (term, commit, applied) = (node.term(), node.commit_index, node.last_applied);
        }
    }
}
