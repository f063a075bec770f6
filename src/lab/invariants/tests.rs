//! Every promise has been seen to be broken: a history that breaks it, and its neighbour that does not.

use std::rc::Rc;
use std::sync::Arc;

use super::*;
use crate::lab::event::{ClientResult, Event, LabEvent};
use crate::lab::storage::Image;
use crate::lab::world::NodeState;
use crate::raft::event::{Role, RoleWhy, StreamState, StreamWhy, VoteWhy};
use crate::raft::log::{Entry, Payload, SharedEntry};
use crate::raft::rpc::{Message, MessageKind, VoteResponse};
use crate::raft::storage::HardState;
use crate::raft::{self, Membership, Snapshot, SnapshotMeta, Term};
use crate::runtime::Micros;

/// A world of three nodes, its checkers, and what they found.
struct Story {
    world: World,
    invariants: Invariants,
    n: u64,
    broken: Vec<Violation>,
}

fn entry(index: Index, term: Term, value: &str) -> SharedEntry {
    Arc::new(Entry { index, term, payload: Payload::Set { key: "x".into(), value: value.into() } })
}

impl Story {
    fn new() -> Story {
        let node = |id| NodeState::new(id, Membership::new(1..=3, []), []);
        let world = World::new((1..=3).map(node));
        let mut story = Story { invariants: Invariants::new(&world), world, n: 0, broken: Vec::new() };
        for node in 1..=3 {
            story.node(raft::Event::Started { node, term: 0, voted_for: None, last_index: 0 });
        }
        story
    }

    fn event(&mut self, event: Event) -> &mut Story {
        self.n += 1;
        let record = Record { at: Micros(self.n), n: self.n, event };
        self.world.apply(&record);
        self.broken.extend(self.invariants.observe(&record, &self.world));
        self
    }

    fn node(&mut self, event: raft::Event) -> &mut Story {
        self.event(Event::Node(event))
    }

    fn lab(&mut self, event: LabEvent) -> &mut Story {
        self.event(Event::Lab(event))
    }

    fn leads(&mut self, node: NodeId, term: Term) -> &mut Story {
        let from = self.world.nodes[&node].term;
        self.node(raft::Event::Term { node, from, to: term });
        let (from, why) = (Some(Role::Candidate), RoleWhy::WonElection);
        self.node(raft::Event::Role { node, from, to: Role::Leader, term, why })
    }

    fn appends(&mut self, node: NodeId, index: Index, term: Term, value: &str) -> &mut Story {
        self.node(raft::Event::Append { node, entry: entry(index, term, value) });
        self.node(raft::Event::Durable { node, index })
    }

    fn everyone_appends(&mut self, index: Index, term: Term, value: &str) -> &mut Story {
        for node in 1..=3 {
            self.appends(node, index, term, value);
        }
        self
    }

    fn commits(&mut self, node: NodeId, to: Index) -> &mut Story {
        let from = self.world.nodes[&node].commit;
        self.node(raft::Event::Commit { node, from, to })
    }

    fn applies(&mut self, node: NodeId, index: Index) -> &mut Story {
        self.node(raft::Event::Apply { node, index })
    }

    fn stream(&mut self, node: NodeId, target: NodeId) -> &mut Story {
        let (to, why) = (StreamState::Lagging, StreamWhy::NewLeader);
        self.node(raft::Event::StreamState { node, target, from: None, to, why })
    }

    fn crashes(&mut self, node: NodeId, term: Term, log: Vec<SharedEntry>) -> &mut Story {
        let hard_state = HardState { term, voted_for: None };
        self.lab(LabEvent::Crash { node, kept: Rc::new(Image { hard_state, log, ..Image::default() }) })
    }

    fn votes(&mut self, from: NodeId, to: NodeId, term: Term) -> &mut Story {
        let message = Rc::new(Message::VoteResponse(VoteResponse { term, granted: true, pre_vote: false }));
        let (id, kind, arrives) = (self.n, MessageKind::VoteAnswer, Micros::MAX);
        self.lab(LabEvent::Sent { id, from, to, kind, re: None, copy_of: None, arrives, message })
    }

    fn installs(&mut self, node: NodeId, index: Index, data: &str) -> &mut Story {
        let meta = SnapshotMeta { id: 1, index, term: 1, membership: (0, Membership::new(1..=3, [])) };
        let snapshot = Arc::new(Snapshot { meta, data: data.into() });
        self.node(raft::Event::Installed { node, snapshot, kept_suffix: false })
    }

    fn acknowledges(&mut self, node: NodeId, value: &str) -> &mut Story {
        self.lab(LabEvent::Client {
            client: 1,
            op: self.n,
            key: "x".into(),
            value: Some(value.into()),
            node: Some(node),
            result: ClientResult::Ok,
            read: None,
        })
    }

    #[track_caller]
    fn breaks(&self, invariant: Invariant, text: &str) {
        assert_eq!(self.broken.first().map(|it| (it.invariant, it.text.as_str())), Some((invariant, text)));
    }

    #[track_caller]
    fn holds(&self) {
        assert_eq!(self.broken, []);
    }
}

#[test]
fn election_safety() {
    Story::new().leads(1, 1).leads(2, 1).breaks(Invariant::ElectionSafety, "node 1 and node 2 both lead term 1");
    Story::new().leads(1, 1).leads(2, 2).holds();
}

#[test]
fn leader_append_only() {
    let cut = raft::Event::Truncate { node: 1, first: 1, last: 1 };
    Story::new()
        .leads(1, 1)
        .appends(1, 1, 1, "a")
        .node(cut.clone())
        .breaks(Invariant::LeaderAppendOnly, "node 1 leads, and removes entries 1 to 1 of its own log");
    Story::new().appends(1, 1, 1, "a").node(cut).holds();
}

#[test]
fn log_matching() {
    Story::new().appends(1, 1, 1, "a").appends(2, 1, 1, "b").breaks(
        Invariant::LogMatching,
        "node 2 and node 1 both have an entry 1 of term 1, but their logs up to it differ",
    );
    Story::new().appends(1, 1, 1, "a").appends(2, 1, 2, "b").appends(1, 2, 3, "c").appends(2, 2, 3, "c").breaks(
        Invariant::LogMatching,
        "node 2 and node 1 both have an entry 2 of term 3, but their logs up to it differ",
    );
    Story::new().appends(1, 1, 1, "a").appends(2, 1, 2, "b").appends(3, 1, 1, "a").holds();
}

#[test]
fn leader_completeness() {
    let mut story = Story::new();
    story.leads(1, 1).appends(1, 1, 1, "a").appends(2, 1, 1, "a").commits(1, 1);
    story
        .leads(3, 2)
        .breaks(Invariant::LeaderCompleteness, "node 3 leads term 2 without entry 1, which node 1 committed in term 1");
    let mut story = Story::new();
    story.leads(1, 1).appends(1, 1, 1, "a").appends(2, 1, 1, "a").commits(1, 1).leads(2, 2).holds();
}

#[test]
fn state_machine_safety() {
    Story::new()
        .appends(1, 1, 1, "a")
        .appends(2, 1, 2, "b")
        .applies(1, 1)
        .applies(2, 1)
        .breaks(Invariant::StateMachineSafety, "node 2 and node 1 apply different entries at index 1");
    Story::new().everyone_appends(1, 1, "a").applies(1, 1).applies(2, 1).holds();
    // A state that was stitched from two snapshots.
    let mut story = Story::new();
    story.everyone_appends(1, 1, "a").commits(1, 1).applies(1, 1);
    let meta = SnapshotMeta { id: 1, index: 1, term: 1, membership: (0, Membership::new(1..=3, [])) };
    let snapshot = Arc::new(Snapshot { meta, data: b"x=a\n".to_vec() });
    story.node(raft::Event::CompactionDone { node: 1, snapshot, first_index: 2 });
    story.installs(2, 1, "x=a\n").holds();
    story
        .installs(3, 1, "x=z\n")
        .breaks(Invariant::StateMachineSafety, "node 3 installs another state at entry 1 than node 1 had there");
}

#[test]
fn votes_kept() {
    Story::new()
        .votes(1, 2, 1)
        .votes(1, 3, 1)
        .breaks(Invariant::VotesKept, "node 1 votes for node 2 and for node 3 in term 1");
    let restarted = |term, voted_for| raft::Event::Started { node: 1, term, voted_for, last_index: 0 };
    Story::new()
        .votes(1, 2, 3)
        .crashes(1, 3, vec![])
        .node(restarted(3, None))
        .breaks(Invariant::VotesKept, "node 1 has forgotten that it voted for node 2 in term 3");
    Story::new()
        .votes(1, 2, 3)
        .crashes(1, 3, vec![])
        .node(restarted(2, None))
        .breaks(Invariant::VotesKept, "node 1 starts with term 2, though it spoke in term 3 before");
    Story::new().votes(1, 2, 3).votes(1, 2, 3).crashes(1, 3, vec![]).node(restarted(3, Some(2))).votes(1, 3, 4).holds();
    // A vote that was decided on and never told was not given.
    let decided = raft::Event::Vote { node: 1, candidate: 2, term: 3, granted: true, why: VoteWhy::Granted };
    Story::new().node(decided).crashes(1, 0, vec![]).node(restarted(0, None)).holds();
}

#[test]
fn monotonic() {
    let term = |from, to| raft::Event::Term { node: 1, from, to };
    Story::new()
        .node(term(0, 5))
        .node(term(5, 4))
        .breaks(Invariant::Monotonic, "the term of node 1 goes back from 5 to 4");
    let mut story = Story::new();
    story.everyone_appends(1, 1, "a").everyone_appends(2, 1, "b").commits(1, 2);
    story
        .installs(1, 1, "x=a\n")
        .breaks(Invariant::Monotonic, "node 1 installs a snapshot up to entry 1, though it had committed 2");
    // A restart forgets the commit index: that is no step back.
    let mut story = Story::new();
    let log = vec![entry(1, 1, "a"), entry(2, 1, "b")];
    story.everyone_appends(1, 1, "a").everyone_appends(2, 1, "b").commits(1, 2).crashes(1, 1, log);
    story.node(raft::Event::Started { node: 1, term: 1, voted_for: None, last_index: 2 }).commits(1, 1).holds();
}

#[test]
fn applied_once() {
    let mut story = Story::new();
    story.everyone_appends(1, 1, "a").everyone_appends(2, 1, "b");
    story.applies(1, 1).applies(1, 2).holds();
    story.applies(1, 2).breaks(Invariant::AppliedOnce, "node 1 applies entry 2 behind entry 2");
    let mut story = Story::new();
    story.everyone_appends(1, 1, "a").everyone_appends(2, 1, "b");
    story.applies(1, 2).breaks(Invariant::AppliedOnce, "node 1 applies entry 2 behind entry 0");
}

#[test]
fn match_is_true() {
    let matched = raft::Event::Match { node: 1, target: 2, from: 0, to: 1 };
    let text = "node 1 counts entry 1 as matched at node 2, which does not have it durably";
    let mut story = Story::new();
    story.leads(1, 1).stream(1, 2).appends(1, 1, 1, "a");
    story.node(matched.clone()).breaks(Invariant::MatchIsTrue, text);
    let mut story = Story::new();
    story.leads(1, 1).stream(1, 2).appends(1, 1, 1, "a").node(raft::Event::Append { node: 2, entry: entry(1, 1, "a") });
    story.node(matched.clone()).breaks(Invariant::MatchIsTrue, text); // it has it, but not on its disk
    let mut story = Story::new();
    story.leads(1, 1).stream(1, 2).appends(1, 1, 1, "a").appends(2, 1, 1, "a").node(matched).holds();
    story
        .crashes(2, 0, vec![])
        .breaks(Invariant::MatchIsTrue, "node 1 has proven that node 2 has entry 1, but its log ends at 0");
}

#[test]
fn acknowledged_kept() {
    let mut story = Story::new();
    story.leads(1, 1).appends(1, 1, 1, "a").applies(1, 1).acknowledges(1, "a").leads(2, 2);
    story.breaks(Invariant::AcknowledgedKept, "node 2 leads term 2, and the acknowledged write at entry 1 is lost");
    let mut story = Story::new();
    story
        .leads(1, 1)
        .appends(1, 1, 1, "a")
        .appends(2, 1, 1, "a")
        .applies(1, 1)
        .acknowledges(1, "a")
        .leads(2, 2)
        .holds();
    // Elected in an earlier term, though later: it need not have it.
    let mut story = Story::new();
    story
        .leads(1, 5)
        .appends(1, 1, 5, "a")
        .appends(2, 1, 5, "a")
        .applies(1, 1)
        .acknowledges(1, "a")
        .leads(3, 4)
        .holds();
}

// Linearizability.

fn write(begun: u64, ended: Option<u64>, value: &str) -> Operation {
    Operation { begun, ended, wrote: Some(value.into()), read: None }
}

fn read(begun: u64, ended: u64, value: Option<&str>) -> Operation {
    Operation { begun, ended: Some(ended), wrote: None, read: value.map(Into::into) }
}

#[test]
fn linearizable() {
    let good: [&[Operation]; 5] = [
        &[write(1, Some(2), "a"), read(3, 4, Some("a"))],
        &[write(1, Some(9), "a"), read(2, 3, None), read(4, 5, Some("a"))], // it happened between the two
        &[write(1, None, "a"), read(50, 51, Some("a"))],                    // nobody knows, but it did
        &[write(1, None, "a"), read(50, 51, None)],                         // or not
        &[write(1, Some(5), "a"), write(2, Some(6), "b"), read(7, 8, Some("a"))], // in either order
    ];
    assert!(good.iter().all(|history| is_linearizable(history)));
    let bad: [&[Operation]; 4] = [
        &[write(1, Some(2), "a"), read(3, 4, None)], // stale
        &[write(1, Some(2), "a"), write(3, Some(4), "b"), read(5, 6, Some("a"))], // overwritten before
        &[write(1, Some(9), "a"), read(2, 3, Some("a")), read(4, 5, None)], // back in time
        &[read(1, 2, Some("ghost"))],
    ];
    assert!(bad.iter().all(|history| !is_linearizable(history)));
}

mod against_brute_force {
    use super::*;
    use proptest::prelude::*;

    /// Tries every order of every set of operations that contains all that were answered.
    fn brute_force(operations: &[Operation], value: Option<&str>) -> bool {
        if operations.iter().all(|it| it.ended.is_none()) {
            return true;
        }
        (0..operations.len()).any(|place| {
            let it = &operations[place];
            let overtakes = operations.iter().any(|other| other.ended.is_some_and(|ended| ended < it.begun));
            let reads_wrong = it.wrote.is_none() && it.ended.is_some() && it.read.as_deref() != value;
            if overtakes || reads_wrong {
                return false;
            }
            let rest: Vec<Operation> =
                (operations.iter().enumerate()).filter(|&(i, _)| i != place).map(|(_, it)| it.clone()).collect();
            brute_force(&rest, it.wrote.as_deref().or(value))
        })
    }

    proptest! {
        #[test]
        fn the_checker_agrees(history in prop::collection::vec((0..12u64, 0..8u64, 0..5u8), 0..6)) {
            let operation = |(i, &(begun, length, what)): (usize, &(u64, u64, u8))| {
                let (begun, ended) = (begun * 10 + i as u64, (begun + length) * 10 + 5 + i as u64);
                match what {
                    0 => write(begun, Some(ended), "a"),
                    1 => write(begun, Some(ended), "b"),
                    2 => write(begun, None, "b"),
                    3 => read(begun, ended, Some("a")),
                    _ => read(begun, ended, None),
                }
            };
            let history: Vec<Operation> = history.iter().enumerate().map(operation).collect();
            prop_assert_eq!(is_linearizable(&history), brute_force(&history, None));
        }
    }
}
