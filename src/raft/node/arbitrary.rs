//! Property tests: whatever the inputs, a node never panics, and term, commit index and applied index never decrease.
//!
//! For more than the usual 256 cases: `PROPTEST_CASES=1000000 cargo test --lib arbitrary`. Failures are saved under
//! `proptest-regressions/` and repeated first from then on.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::raft::log::{Entry, Payload};
use crate::raft::replication::StreamReport;
use crate::raft::rpc::{AppendEntries, InstallSnapshot, TimeoutNow, VoteRequest, VoteResponse};
use crate::raft::{Rule, Rules, Snapshot, SnapshotMeta};
use crate::runtime::Rng;

/// Small numbers, which often coincide, and now and then a huge one.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![20 => 0..12u64, 1 => Just(u64::MAX), 1 => Just(u64::MAX - 1), 1 => Just(TERM_AND_INDEX_MAX)]
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
        (number(), number(), payload()).prop_map(|(index, term, payload)| Arc::new(Entry::new(index, term, payload)));
    let tame = (0..10u64, prop::collection::vec((0..9u64, payload()), 0..5)).prop_map(|(first, entries)| {
        let entry = |(index, (term, payload))| Arc::new(Entry::new(index, term, payload));
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

/// One step of a random run.
#[derive(Clone, Debug)]
enum Step {
    /// The node handles this input.
    Input(Input),
    /// The disk and the state machine complete all operations in progress.
    Finish,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![8 => input().prop_map(Step::Input), 8 => stream().prop_map(Step::Input), 2 => Just(Step::Finish)]
}

/// A report of a stream, of the current or another term.
fn stream() -> impl Strategy<Value = Input> {
    let report = prop_oneof![
        4 => number().prop_map(StreamReport::UpdateMatchIndex),
        1 => number().prop_map(StreamReport::MatchLost),
        1 => any::<bool>().prop_map(|is_line_rate| StreamReport::RateUpdate { is_line_rate }),
        4 => number().prop_map(|heartbeat_round| StreamReport::Heard { heartbeat_round }),
        1 => Just(StreamReport::NeedsSnapshot),
        1 => number().prop_map(|term| StreamReport::RevertToFollower { term }),
    ];
    (node_id(), number(), report).prop_map(|(target, term, report)| Input::StreamReport { target, term, report })
}

fn config() -> impl Strategy<Value = Config> {
    (any::<bool>(), any::<bool>(), any::<bool>(), 0..6u64, 1..5u64).prop_map(
        |(pre_vote, check, hint, lag, threshold)| Config {
            pre_vote,
            check_quorum: check,
            conflict_hint: hint,
            replication_lag_threshold: lag,
            snapshot_threshold: threshold,
            ..Config::classroom()
        },
    )
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
                Input::VoteResponse { voter, term: asked, response: VoteResponse { term, granted, pre_vote } }
            }
        ),
        (token(), payload()).prop_map(|(token, payload)| Input::Write(token, payload, None)),
        token().prop_map(|token| Input::Read(token, "a".into())),
        (token(), node_id()).prop_map(|(token, node)| Input::AddLearner(token, node)),
        (
            token(),
            prop::collection::btree_set(node_id(), 0..4),
            prop::option::of(prop::collection::btree_set(node_id(), 0..3))
        )
            .prop_map(|(token, voters, learners)| Input::ChangeMembers(token, voters, learners)),
        node_id().prop_map(Input::Transfer),
        (number(), node_id()).prop_map(|(term, leader)| Input::TimeoutNow(TimeoutNow { term, leader })),
        (number(), node_id(), number()).prop_map(|(index, leader, term)| {
            // A heartbeat that passes the consistency check, so that the node follows a leader.
            let entries = Vec::new();
            let (prev_log_index, prev_log_term) = (0, 0);
            Input::Append(
                0,
                AppendEntries { term, leader, prev_log_index, prev_log_term, leader_commit: index, entries },
            )
        }),
        // Late and duplicate confirmations.
        number().prop_map(|number| Input::Written(number.min(2))),
        config().prop_map(Input::SetConfig),
        prop::option::of(0..500u64).prop_map(|ms| Input::SetTimer(ms.map(Micros::from_ms))),
        Just(Input::DeadlineReached),
        Just(Input::Campaign),
        prop::option::of(number()).prop_map(Input::Compact),
    ]
}

/// A node, and the operations of its disk and its state machine that are in progress.
struct Rig {
    node: Node,
    now: Micros,
    in_progress: VecDeque<Output>,
}

impl Rig {
    /// A node with these rules in a cluster with this many voters.
    fn new(rules: Rules, voters: NodeId) -> Rig {
        let persisted = Persisted {
            hard_state: HardState { term: 2, voted_for: None },
            terms: [1, 1, 2].into_iter().collect(),
            memberships: Memberships::new(0, Membership::new(1..=voters, [])),
            snapshot: None,
            applied: 0,
        };
        let config = Config { snapshot_threshold: 3, rules, ..Config::classroom() };
        let setup = Setup { config, rng: Rng::new(7, "timeout", 1), start_as_leader: None };
        let node = Node::new(Micros::ZERO, 1, setup, persisted);
        Rig { node, now: Micros::ZERO, in_progress: VecDeque::new() }
    }

    fn step(&mut self, ms: u64, step: Step, prompt: bool) {
        self.now += Micros::from_ms(ms);
        match step {
            Step::Input(input) => self.handle(input),
            Step::Finish => self.finish(),
        }
        if prompt {
            self.finish();
        }
    }

    fn handle(&mut self, input: Input) {
        self.node.handle(self.now, input);
        let is_operation =
            |output: &Output| matches!(output, Output::Write(..) | Output::Apply { .. } | Output::BuildSnapshot(_));
        let outputs: Vec<Output> = self.node.take_outputs().collect();
        for output in &outputs {
            if let Output::Apply { first, last, .. } = output {
                assert!(*first == self.node.last_applied + 1);
                assert!(*first <= *last && *last <= self.node.terms.last_index());
            }
        }
        self.in_progress.extend(outputs.into_iter().filter(is_operation));
    }

    fn finish(&mut self) {
        while let Some(output) = self.in_progress.pop_front() {
            match output {
                Output::Write(number, _) => self.handle(Input::Written(number)),
                Output::Apply { last, .. } => self.handle(Input::Applied(last, vec![])),
                Output::BuildSnapshot(meta) => {
                    let snapshot = Arc::new(Snapshot { meta, data: Vec::new() });
                    self.handle(Input::SnapshotBuilt(Ok(snapshot)));
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
        prompt in any::<bool>(),
        steps in prop::collection::vec((0..200u64, step()), 0..60),
    ) {
        let mut rig = Rig::new(Rules::without(off), 3);
        for (ms, step) in steps {
            rig.step(ms, step, prompt);
        }
    }

    #[test]
    fn nothing_makes_a_node_panic_or_go_back(
        prompt in any::<bool>(),
        voters in 1..4u32,
        steps in prop::collection::vec((0..200u64, step()), 0..60),
    ) {
        let mut rig = Rig::new(Rules::ALL_ON, voters);
        let (mut term, mut commit, mut applied) = (0, 0, 0);
        for (ms, step) in steps {
            rig.step(ms, step, prompt);
            let node = &rig.node;
            prop_assert!(node.term() >= term && node.commit_index >= commit && node.last_applied >= applied);
            prop_assert!(node.last_applied <= node.commit_index);
            prop_assert!(node.durable_index <= node.terms.last_index());
            prop_assert_eq!(node.leader_state.is_some(), node.role() == Role::Leader);
            (term, commit, applied) = (node.term(), node.commit_index, node.last_applied);
        }
    }
}
