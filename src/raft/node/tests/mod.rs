//! Unit tests of [`Node`] as a value: inputs go in, and its outputs are checked. One file per section of the paper.

mod commitment;
mod elections;
mod leadership;
mod membership;
mod reads;
mod replication;
mod snapshots;

use std::sync::Arc;

use super::*;
use crate::raft::event::VoteWhy;
use crate::raft::log::{Entry, Payload, SharedEntry};
use crate::raft::replication::StreamReport;
use crate::raft::rpc::{
    AppendEntries, AppendResponse, AppendResult, ConflictHint, InstallResponse, InstallResult, InstallSnapshot,
    TimeoutNow, VoteRequest, VoteResponse,
};
use crate::raft::storage::StorageError;
use crate::raft::{Snapshot, SnapshotMeta};

/// A node, a disk that confirms writes when the test says so, and all outputs of the node so far.
struct Rig {
    node: Node,
    now: Micros,
    last_token: Token,
    /// The writes that the disk has not confirmed.
    writes: Vec<(u64, Write)>,
    /// Whether the disk confirms every write at once.
    prompt: bool,
    /// The answers to AppendEntries, each with its request; the following fields likewise.
    appended: Vec<(Token, AppendResponse)>,
    voted: Vec<(Token, VoteResponse)>,
    installed: Vec<(Token, InstallResponse)>,
    answered: Vec<(Token, WriteResult)>,
    /// What the state machine says of the next entries that it applies.
    not_done: Vec<NotDone>,
    /// The RequestVote RPCs that were sent, each with its receiver.
    requests: Vec<(NodeId, VoteRequest)>,
    to_streams: Vec<(NodeId, StreamCommand)>,
    /// The targets of the streams that run.
    streams: Vec<NodeId>,
    /// The snapshots that were to be built.
    builds: Vec<SnapshotMeta>,
    reads: Vec<(Token, ReadResult)>,
    gets: Vec<(Token, String)>,
    changes: Vec<(Token, MembersResult)>,
    /// The receivers of TimeoutNow.
    timeout_now: Vec<NodeId>,
    applies: Vec<(Index, Index)>,
    events: Vec<Event>,
}

fn entry(index: Index, term: Term) -> SharedEntry {
    Arc::new(Entry::new(index, term, Payload::Set { key: "x".into(), value: index.to_string() }))
}

fn config() -> Config {
    Config { snapshot_threshold: 10, ..Config::classroom() }
}

impl Rig {
    /// Node 1 of nodes 1 to 3, restarted with this term and these entries.
    fn new(term: Term, terms: &[Term]) -> Rig {
        Rig::with_voters(term, terms, 3)
    }

    fn with_voters(term: Term, terms: &[Term], voters: NodeId) -> Rig {
        let persisted = Persisted {
            hard_state: HardState { term, voted_for: None },
            terms: terms.iter().copied().collect(),
            memberships: Memberships::new(0, Membership::new(1..=voters, [])),
            snapshot: None,
            applied: 0,
        };
        let setup = Setup { config: config(), rng: Rng::new(1, "timeout", 1), start_as_leader: None };
        let mut rig = Rig {
            node: Node::new(Micros::ZERO, 1, setup, persisted),
            now: Micros::ZERO,
            last_token: 0,
            writes: Vec::new(),
            prompt: true,
            appended: Vec::new(),
            voted: Vec::new(),
            installed: Vec::new(),
            answered: Vec::new(),
            not_done: Vec::new(),
            requests: Vec::new(),
            to_streams: Vec::new(),
            streams: Vec::new(),
            builds: Vec::new(),
            reads: Vec::new(),
            gets: Vec::new(),
            changes: Vec::new(),
            timeout_now: Vec::new(),
            applies: Vec::new(),
            events: Vec::new(),
        };
        rig.carry_out();
        rig
    }

    /// Records the outputs, and completes those that complete at once.
    fn carry_out(&mut self) {
        loop {
            let outputs: Vec<Output> = self.node.take_outputs().collect();
            if outputs.is_empty() {
                return;
            }
            for output in outputs {
                match output {
                    Output::AnswerAppend(token, answer) => self.appended.push((token, answer)),
                    Output::AnswerVote(token, answer) => self.voted.push((token, answer)),
                    Output::AnswerInstall(token, answer) => self.installed.push((token, answer)),
                    Output::AnswerWrite(token, answer) => self.answered.push((token, answer)),
                    Output::RequestVote(voter, request) => self.requests.push((voter, request)),
                    Output::Write(number, write) => self.writes.push((number, write)),
                    Output::Apply { first, last, .. } => {
                        self.applies.push((first, last));
                        self.node.handle(self.now, Input::Applied(last, std::mem::take(&mut self.not_done)));
                    }
                    Output::BuildSnapshot(meta) => self.builds.push(meta),
                    Output::StartStream(stream) => self.streams.push(stream.target()),
                    Output::StopStreams => self.streams.clear(),
                    Output::StopStream(target) => self.streams.retain(|&it| it != target),
                    Output::AnswerRead(token, answer) => self.reads.push((token, answer)),
                    Output::Get(token, key) => self.gets.push((token, key)),
                    Output::AnswerMembers(token, answer) => self.changes.push((token, answer)),
                    Output::TimeoutNow(target, _) => self.timeout_now.push(target),
                    Output::ToStream(target, event) => self.to_streams.push((target, event)),
                    Output::Emit(event) => self.events.push(event),
                }
            }
            if self.prompt {
                self.sync();
            }
        }
    }

    /// Has the disk confirm all writes.
    fn sync(&mut self) {
        let last = self.writes.drain(..).next_back();
        if let Some((number, _)) = last {
            self.input(Input::Written(number));
        }
    }

    fn input(&mut self, input: Input) -> &mut Rig {
        self.node.handle(self.now, input);
        self.carry_out();
        self
    }

    fn token(&mut self) -> Token {
        self.last_token += 1;
        self.last_token
    }

    /// Sends an append from node 2 as the leader of `term`, with entries of these terms after `prev`, and returns the
    /// result.
    fn append(&mut self, term: Term, prev: (Index, Term), terms: &[Term], commit: Index) -> AppendResult {
        let token = self.token();
        let entries = (prev.0 + 1..).zip(terms).map(|(index, &term)| entry(index, term)).collect();
        let request = AppendEntries {
            term,
            leader: 2,
            prev_log_index: prev.0,
            prev_log_term: prev.1,
            leader_commit: commit,
            entries,
        };
        self.input(Input::Append(token, request));
        self.appended.last().filter(|(last, _)| *last == token).expect("answered").1.result
    }

    /// Sends a RequestVote, and returns whether the vote is granted and why.
    fn request_vote(&mut self, candidate: NodeId, term: Term, last: (Index, Term)) -> (bool, VoteWhy) {
        let token = self.token();
        let request = VoteRequest {
            term,
            candidate,
            last_log_index: last.0,
            last_log_term: last.1,
            pre_vote: false,
            transfer: false,
        };
        self.input(Input::Vote(token, request));
        let granted = self.voted.last().filter(|(last, _)| *last == token).expect("answered").1.granted;
        let why = self.events.iter().rev().find_map(|event| match event {
            Event::Vote { why, .. } => Some(*why),
            _ => None,
        });
        (granted, why.unwrap())
    }

    fn vote_from(&mut self, voter: NodeId, granted: bool) -> &mut Rig {
        let term = self.node.term();
        self.input(Input::VoteResponse { voter, term, response: VoteResponse { term, granted, pre_vote: false } })
    }

    /// Makes the node the leader of the next term, with the vote of node 2.
    fn lead(&mut self) -> &mut Rig {
        self.input(Input::Campaign).vote_from(2, true);
        assert_eq!(self.node.role(), Role::Leader);
        self
    }

    /// Reports a match index of a stream.
    fn matched(&mut self, target: NodeId, index: Index) -> &mut Rig {
        let term = self.node.term();
        self.input(Input::StreamReport { target, term, report: StreamReport::UpdateMatchIndex(index) })
    }

    fn write(&mut self, value: &str) -> Token {
        let token = self.token();
        self.input(Input::Write(token, Payload::Set { key: "x".into(), value: value.into() }, None));
        token
    }

    /// The terms of the entries in the log.
    fn log(&self) -> Vec<Term> {
        self.node.terms.iter().collect()
    }

    /// Sends a chunk of a snapshot from node 2, and returns the result.
    fn chunk(&mut self, id: u64, index: Index, offset: u64, data: &str, done: bool) -> InstallResult {
        let token = self.token();
        let meta = SnapshotMeta { id, index, term: 3, membership: (0, Membership::new(1..=3, [])) };
        let term = self.node.term();
        let data = data.as_bytes().to_vec();
        self.input(Input::Install(token, InstallSnapshot { term, leader: 2, meta, offset, data, done }));
        self.installed.last().filter(|(last, _)| *last == token).expect("answered").1.result
    }

    /// Reports that all targets have the whole log.
    fn everyone_matched(&mut self) -> &mut Rig {
        let last = self.node.terms.last_index();
        for target in self.streams.clone() {
            self.matched(target, last);
        }
        self
    }
}
