//! A node: follower, candidate, leader.
//!
//! [`Node`] is a plain value. Something arrives ([`Input`]) at a time, the node changes, and says what is
//! to be done ([`Output`]). The files: [`election`] (terms, votes, and the only functions that change the
//! role), [`append`] (the follower's side of the log), [`leader`] (the leader's side),
//! [`reads`], [`members`] (who belongs to the cluster), [`snapshots`], [`task`] (the task that waits for a node).
//!
//! **Nothing is said that is not durable.** A step collects what has to be written; the messages and
//! answers of the same step are held back until storage has confirmed that write and all before it
//! ([`Node::after_durable`]). Entries alone may go to followers earlier: the leader counts itself only
//! up to what is durable (thesis §10.2.1).

mod append;
#[cfg(test)]
mod arbitrary;
mod election;
mod leader;
mod members;
mod reads;
mod snapshots;
mod task;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use litemap::LiteMap;

use super::config::Config;
use super::event::{Event, Role, RoleWhy};
use super::log::{LogTerms, Payload};
use super::membership::{Count, Memberships};
use super::replication::{FromCore, Stream, ToCore};
use super::rpc::{
    AppendEntries, AppendResponse, InstallResponse, InstallSnapshot, TimeoutNow, VoteRequest, VoteResponse,
};
use super::storage::{HardState, Persisted, StorageError, Write};
use super::{Index, Membership, NodeId, SharedSnapshot, SnapshotMeta, Term};
use crate::runtime::{Micros, Rng};

use election::PreVote;
use leader::Office;
pub use members::MembersResult;
use snapshots::Receiving;
pub use snapshots::SNAPSHOT_BYTES_MAX;
pub use task::{run, Request, Responder, TaskContext};

/// Names a request that waits for its answer. Given by the task, kept by the node.
pub type Token = u64;

/// What can arrive at a node.
#[derive(Clone, Debug)]
pub enum Input {
    /// A leader's append or heartbeat.
    Append(Token, AppendEntries),
    /// A chunk of a leader's snapshot.
    Install(Token, InstallSnapshot),
    /// A candidate asks for a vote.
    Vote(Token, VoteRequest),
    /// A voter answered the request that this node made in `term`.
    VoteAnswered {
        /// Who.
        voter: NodeId,
        /// The term of the request.
        term: Term,
        /// The answer.
        response: VoteResponse,
    },
    /// A client writes.
    Write(Token, Payload),
    /// A client reads a key.
    Read(Token, String),
    /// Add a learner.
    AddLearner(Token, NodeId),
    /// Make these the voters.
    Members(Token, BTreeSet<NodeId>),
    /// Hand the office over to this voter.
    Transfer(NodeId),
    /// The leader hands over to this node.
    TimeoutNow(TimeoutNow),
    /// A stream of this node reports, in the term in which it was started.
    Stream {
        /// Whose.
        target: NodeId,
        /// The stream's term.
        term: Term,
        /// What.
        event: ToCore,
    },
    /// The write with this number, and all before it, is durable.
    Written(u64),
    /// The state machine has applied everything up to here.
    Applied(Index),
    /// The snapshot that [`Output::BuildSnapshot`] asked for is made.
    SnapshotBuilt(Result<SharedSnapshot, StorageError>),
    /// Make a snapshot now: of the state at this index, or of all that is applied.
    Compact(Option<Index>),
    /// Storage failed.
    StorageFailed(StorageError),
    /// Time has come to [`Node::next_deadline`].
    Time,
    /// These settings from now on, in its streams too.
    SetConfig(Config),
    /// Campaign now, as if the election timeout had passed.
    Campaign,
    /// Let the election timeout pass at this time.
    SetTimer(Micros),
}

/// No cluster gets to a term or an index above this: a message that speaks of one is not of this protocol, and
/// is not answered. (A node that adopted the greatest number could never campaign again.)
pub const NUMBER_MAX: u64 = 1 << 53;

impl Input {
    /// The largest term or index that it would have the node take over.
    fn largest_number(&self) -> u64 {
        match self {
            Input::Append(_, request) => {
                let entries = request.entries.iter().map(|entry| entry.index.max(entry.term)).max();
                request.term.max(request.prev_log_index).max(request.prev_log_term).max(entries.unwrap_or(0))
            }
            Input::Install(_, InstallSnapshot { term, meta, .. }) => {
                (*term).max(meta.index).max(meta.term).max(meta.id).max(meta.membership.0)
            }
            Input::Vote(_, request) => request.term,
            Input::TimeoutNow(request) => request.term,
            Input::VoteAnswered { response, .. } => response.term,
            Input::Stream { event: ToCore::RevertToFollower { term }, .. } => *term,
            _ => 0,
        }
    }
}

/// What became of a client's write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteResult {
    /// It is committed and applied, at this index.
    Done(Index),
    /// This node does not lead; perhaps that one does.
    ForwardToLeader(Option<NodeId>),
    /// The node lost its office before the entry was committed. It may still be.
    Unknown,
}

/// What became of a client's read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadResult {
    /// The key's value, if it has one.
    Value(Option<String>),
    /// This node does not lead, or no longer; perhaps that one does. Nothing was done.
    ForwardToLeader(Option<NodeId>),
}

/// What a node wants done.
#[derive(Clone, Debug)]
pub enum Output {
    /// Answer an append.
    AnswerAppend(Token, AppendResponse),
    /// Answer a chunk.
    AnswerInstall(Token, InstallResponse),
    /// Answer a request for a vote.
    AnswerVote(Token, VoteResponse),
    /// Answer a client.
    AnswerWrite(Token, WriteResult),
    /// Answer a client's read.
    AnswerRead(Token, ReadResult),
    /// Answer a read with what the state machine holds now.
    Get(Token, String),
    /// Answer whoever changes the members.
    AnswerMembers(Token, MembersResult),
    /// Tell a follower to campaign.
    TimeoutNow(NodeId, TimeoutNow),
    /// Ask for a vote.
    RequestVote(NodeId, VoteRequest),
    /// Write; confirm with [`Input::Written`] and this number. Writes are numbered without gaps, from 1.
    Write(u64, Write),
    /// Apply these entries to the state machine; confirm with [`Input::Applied`].
    Apply {
        /// The first index.
        first: Index,
        /// The last index, included.
        last: Index,
    },
    /// Make a snapshot; confirm with [`Input::SnapshotBuilt`]. One at a time.
    BuildSnapshot(SnapshotMeta),
    /// Start a replication stream.
    StartStream(Box<Stream>),
    /// Terminate one replication stream.
    StopStream(NodeId),
    /// Terminate all replication streams.
    StopStreams,
    /// Tell a stream.
    ToStream(NodeId, FromCore),
    /// Tell the observer.
    Emit(Event),
}

/// What a node starts with, beside what it kept.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Its settings.
    pub config: Config,
    /// What its election timeouts are drawn from.
    pub rng: Rng,
    /// It leads its term already, and so far each follower is proven to agree: for a scenario that opens in
    /// the middle of things.
    pub start_as_leader: Option<BTreeMap<NodeId, Index>>,
}

/// A Raft node's state and decisions. See the head of this module.
#[derive(Clone, Debug)]
pub struct Node {
    id: NodeId,
    config: Config,
    rng: Rng,
    role: Role,
    /// Term and vote. Durable before anything that depends on them is said.
    hard_state: HardState,
    /// The leader of this term, once known.
    leader: Option<NodeId>,
    /// The terms of the log's entries, those included that are not durable yet.
    terms: LogTerms,
    /// The configurations in the log; the newest is in force.
    memberships: Memberships,
    /// Entries up to here are known to be committed. Never goes back.
    commit_index: Index,
    /// Entries up to here are applied. `last_applied ≤ commit_index`.
    last_applied: Index,
    /// The state machine is at work.
    applying: bool,
    /// Entries from here on were appended since the leader is the present one.
    cached_from: Index,
    /// The latest complete snapshot.
    snapshot: Option<SharedSnapshot>,
    /// The name of the next snapshot that this node makes. Above that of every one that it has seen.
    next_snapshot_id: u64,
    /// A snapshot is being made.
    compacting: bool,
    /// A snapshot is being received.
    receiving: Option<Receiving>,
    /// Without a word from a leader, this node campaigns then. None while it leads, and for learners.
    election_deadline: Option<Micros>,
    /// When a valid leader was last heard (thesis §4.2.3).
    heard_leader: Option<Micros>,
    /// As a candidate: the votes of this term, its own only once it is durable.
    votes: LiteMap<NodeId, bool>,
    /// It asks whether it could win an election.
    pre_vote: Option<PreVote>,
    /// As a leader: its streams and its clients.
    office: Option<Office>,
    /// What this step has to write.
    pending: Write,
    /// The last write that was handed out.
    writes_begun: u64,
    /// The last write that is durable.
    writes_done: u64,
    /// The last write that holds a term or a vote.
    hard_state_write: u64,
    /// For each write under way: its number and the last index of the log behind it.
    writes: VecDeque<(u64, Index)>,
    /// Own entries up to here are durable.
    durable_index: Index,
    /// Outputs that wait for a write, in order.
    deferred: VecDeque<(u64, Output)>,
    outputs: Vec<Output>,
}

impl Node {
    /// A node that starts with what its storage kept: as a follower, or as a learner if it has no vote.
    /// What is applied is what the snapshot holds, as a rule; the commit index begins there (paper, Figure 2).
    /// With `start_as_leader`, which says how far each follower is proven to agree, it leads its term already.
    pub fn new(now: Micros, id: NodeId, setup: Setup, persisted: Persisted) -> Node {
        let Setup { config, rng, start_as_leader } = setup;
        let Persisted { hard_state, terms, memberships, snapshot, applied } = persisted;
        let last_id = snapshot.as_ref().map_or(0, |snapshot| snapshot.meta.id);
        let last_index = terms.last_index();
        let mut node = Node {
            id,
            config,
            rng,
            role: Role::Follower,
            hard_state,
            leader: None,
            terms,
            memberships,
            commit_index: applied,
            last_applied: applied,
            applying: false,
            cached_from: last_index + 1,
            snapshot,
            next_snapshot_id: last_id + 1,
            compacting: false,
            receiving: None,
            election_deadline: None,
            heard_leader: None,
            votes: LiteMap::new(),
            pre_vote: None,
            office: None,
            pending: Write::default(),
            writes_begun: 0,
            writes_done: 0,
            hard_state_write: 0,
            writes: VecDeque::new(),
            durable_index: last_index,
            deferred: VecDeque::new(),
            outputs: Vec::new(),
        };
        node.emit(Event::Started { node: id, term: hard_state.term, voted_for: hard_state.voted_for, last_index });
        node.start(now);
        if let Some(proven) = start_as_leader {
            node.start_in_office(now, &proven);
        }
        node.flush();
        node
    }

    /// When [`Input::Time`] is due, if ever.
    pub fn next_deadline(&self) -> Option<Micros> {
        let office = self.office.as_ref().and_then(|office| office.next_deadline(&self.config));
        self.election_deadline.into_iter().chain(office).min()
    }

    /// What it is.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Its current term.
    pub fn term(&self) -> Term {
        self.hard_state.term
    }

    /// The configuration in force: the newest one in the log, committed or not (paper §6).
    pub fn membership(&self) -> &Membership {
        &self.memberships.newest().1
    }

    /// What is to be done since the last call, in order.
    pub fn take_outputs(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.outputs)
    }

    /// Takes an input; afterwards the outputs say what is to be done. Never panics, whatever is in it.
    pub fn handle(&mut self, now: Micros, input: Input) {
        if self.role == Role::Shutdown || input.largest_number() > NUMBER_MAX {
            return;
        }
        match input {
            Input::Append(token, request) => self.on_append(now, token, request),
            Input::Install(token, request) => self.on_chunk(now, token, request),
            Input::Vote(token, request) => self.on_vote_request(now, token, request),
            Input::VoteAnswered { voter, term, response } => self.on_vote_answered(now, voter, term, response),
            Input::Write(token, payload) => self.on_write(now, token, payload),
            Input::Read(token, key) => self.on_read(token, key),
            Input::AddLearner(token, node) => self.on_add_learner(now, token, node),
            Input::Members(token, voters) => self.on_members(now, token, voters),
            Input::Transfer(target) => self.on_transfer(now, target),
            Input::TimeoutNow(request) => self.on_timeout_now(now, request),
            Input::Stream { target, term, event } => self.on_stream(now, target, term, event),
            Input::Written(number) => self.on_written(now, number),
            Input::Applied(index) => self.on_applied(index),
            Input::SnapshotBuilt(built) => self.on_snapshot_built(now, built),
            Input::Compact(index) => self.begin_compaction(index.unwrap_or(self.last_applied)),
            Input::StorageFailed(error) => self.become_shutdown(error),
            Input::Time => {
                self.on_election_timeout(now);
                self.on_office_time(now);
            }
            Input::SetConfig(config) => {
                self.tell_streams(FromCore::SetConfig(config.clone()));
                self.config = config;
            }
            Input::Campaign => self.campaign(now, RoleWhy::Campaign),
            Input::SetTimer(deadline) => self.set_election_deadline(Some(deadline)),
        }
        self.flush();
        self.apply_committed();
    }

    /// Holds an output back until everything that was decided so far is durable.
    fn after_durable(&mut self, output: Output) {
        let write = self.writes_begun + u64::from(!self.pending.is_empty());
        self.deferred.push_back((write, output));
    }

    /// Ends a step: hands out its write, and what waited only for writes that are done.
    fn flush(&mut self) {
        if !self.pending.is_empty() {
            self.writes_begun += 1;
            if self.pending.hard_state.is_some() {
                self.hard_state_write = self.writes_begun;
            }
            self.writes.push_back((self.writes_begun, self.terms.last_index()));
            self.outputs.push(Output::Write(self.writes_begun, std::mem::take(&mut self.pending)));
        }
        let ready = self.deferred.partition_point(|&(write, _)| write <= self.writes_done);
        self.outputs.extend(self.deferred.drain(..ready).map(|(_, output)| output));
    }

    fn on_written(&mut self, now: Micros, number: u64) {
        self.writes_done = self.writes_done.max(number);
        let done = self.writes.partition_point(|&(write, _)| write <= number);
        let last_done = self.writes.drain(..done).next_back();
        if let Some((_, last_index)) = last_done {
            if last_index != self.durable_index {
                self.durable_index = last_index;
                self.emit(Event::Durable { node: self.id, index: last_index });
            }
        }
        // Its own vote counts now, and so do its own entries.
        self.count_own_vote(now);
        self.advance_commit(now);
    }

    /// The commit index rises to `index`, and no further than the log.
    fn set_commit(&mut self, now: Micros, index: Index) {
        let index = index.min(self.terms.last_index());
        if index > self.commit_index {
            self.emit(Event::Commit { node: self.id, from: self.commit_index, to: index });
            self.commit_index = index;
            self.tell_streams(FromCore::UpdateCommitIndex(index));
            self.become_what_the_membership_says(now);
            self.answer_reads();
        }
    }

    /// Has the state machine apply what is committed: from storage, in order, one batch at a time.
    fn apply_committed(&mut self) {
        // The log is at least as long, unless a leader took back what was committed: then what is there is applied.
        let last = self.commit_index.min(self.terms.last_index());
        if self.applying || self.last_applied >= last {
            return;
        }
        if !self.config.rules.apply_from_storage {
            self.last_applied = self.last_applied.max(self.cached_from - 1).min(last);
            // the cache has no others
        }
        if self.last_applied < last {
            self.applying = true;
            self.outputs.push(Output::Apply { first: self.last_applied + 1, last });
        }
    }

    /// Counts votes and matches in a configuration.
    fn count<'a>(&'a self, membership: &'a Membership) -> Count<'a> {
        Count { node: self.id, membership, rules: &self.config.rules }
    }

    fn on_applied(&mut self, index: Index) {
        self.applying = false;
        for index in self.last_applied + 1..=index {
            self.last_applied = index;
            self.emit(Event::Apply { node: self.id, index });
            self.answer_applied(index);
        }
        self.compact_if_due();
        self.answer_reads();
    }

    /// The entries from `first` on are no longer those that writes under way will make durable.
    fn forget_writes_from(&mut self, first: Index) {
        self.durable_index = self.durable_index.min(first - 1);
        for (_, last_index) in &mut self.writes {
            *last_index = (*last_index).min(first - 1);
        }
    }

    fn emit(&mut self, event: Event) {
        self.outputs.push(Output::Emit(event));
    }
}
