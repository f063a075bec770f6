//! A node: follower, candidate, leader.
//!
//! [`Node`] is a plain value, a state machine without I/O: [`Node::handle`] takes one [`Input`] and the current time,
//! changes the state, and produces [`Output`]s, which the task around it ([`run`]) carries out.
//!
//! The files: [`io`] (inputs and outputs), [`state`] (the state of a leader, a pre-vote and a partial snapshot),
//! [`election`] (terms, votes, roles), [`append`] (AppendEntries at the receiver), [`leader`] (commitment, client
//! requests, leadership transfer), [`reads`] (ReadIndex), [`members`] (membership changes), [`snapshots`], [`task`].
//!
//! **Durability.** Each step collects what has to be written in one [`Write`]. The messages and answers of that step
//! are held back until storage has confirmed the write and all before it ([`Node::after_durable`]). Only entries may be
//! sent to followers earlier: the leader counts itself for commitment only up to its last durable entry (thesis
//! §10.2.1).

mod append;
#[cfg(test)]
mod arbitrary;
mod election;
mod io;
mod leader;
mod members;
mod reads;
mod snapshots;
mod state;
mod task;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use litemap::LiteMap;

use super::config::Config;
use super::event::{Event, Role, RoleWhy};
use super::log::LogTerms;
use super::machine::NotDone;
use super::membership::{Memberships, Quorum};
use super::replication::StreamCommand;
use super::storage::{HardState, Persisted, Write};
use super::{Index, Membership, NodeId, SharedSnapshot, Term};
use crate::runtime::{Micros, Rng};

pub use io::{Input, MembersResult, Output, ReadResult, Setup, Token, WriteResult, TERM_AND_INDEX_MAX};
pub use snapshots::SNAPSHOT_BYTES_MAX;
use state::{IncomingSnapshot, LeaderState, PreVote};
pub use task::{run, Request, Responder, TaskContext};

/// A Raft node's state and decisions. See the module documentation.
#[derive(Clone, Debug)]
pub struct Node {
    id: NodeId,
    config: Config,
    rng: Rng,
    role: Role,
    /// Term and vote. Durable before any message that depends on them is sent.
    hard_state: HardState,
    /// The leader of the current term, if known.
    leader: Option<NodeId>,
    /// The terms of the log's entries, including entries that are not durable yet.
    terms: LogTerms,
    /// The configurations in snapshot and log; the newest is in force, committed or not.
    memberships: Memberships,
    /// The highest index known to be committed. Never decreases.
    commit_index: Index,
    /// The highest index applied to the state machine. `last_applied ≤ commit_index`.
    last_applied: Index,
    /// Whether an [`Output::Apply`] is in progress.
    is_applying: bool,
    /// The first index that was appended under the current leader. Used only with the rule `apply-from-storage` off.
    cached_from: Index,
    /// The latest snapshot, built here or received.
    snapshot: Option<SharedSnapshot>,
    /// The id of the next snapshot that this node builds. Larger than the id of every snapshot that it has had.
    next_snapshot_id: u64,
    /// Whether an [`Output::BuildSnapshot`] is in progress.
    is_compacting: bool,
    /// The snapshot that is being received, if any.
    incoming_snapshot: Option<IncomingSnapshot>,
    /// When this node campaigns unless it hears from a leader before. None for leaders and learners.
    election_deadline: Option<Micros>,
    /// Whether the election timer is switched off, which only a person does: nothing sets a deadline then.
    is_timer_off: bool,
    /// When the leader of the current term was last heard from (thesis §4.2.3).
    last_leader_contact: Option<Micros>,
    /// While a candidate: the responses of voters in this term, including its own vote once that is durable.
    votes: LiteMap<NodeId, bool>,
    /// The pre-vote in progress, if any.
    pre_vote: Option<PreVote>,
    /// The state that exists only while the node leads.
    leader_state: Option<LeaderState>,
    /// What the current step has to write. Empty between steps.
    pending_write: Write,
    /// The number of the last write that was output.
    last_write: u64,
    /// The number of the last durable write.
    last_durable_write: u64,
    /// The number of the last write that contains term and vote.
    last_hard_state_write: u64,
    /// The writes in flight, in order: the number, and the last index of the log that is durable with it.
    writes_in_flight: VecDeque<(u64, Index)>,
    /// The last index of the node's own log that is durable. `durable_index ≤` the last index.
    durable_index: Index,
    /// The outputs that are held back until the write with this number is durable, in order.
    deferred: VecDeque<(u64, Output)>,
    /// The outputs since the last call of [`Node::take_outputs`].
    outputs: Vec<Output>,
}

impl Node {
    /// A node that starts from its persistent state, as a follower or, without a vote, as a learner. Commit index and
    /// last applied index start at the applied index that storage has restored: as a rule, that of the snapshot. See
    /// [`Setup::start_as_leader`] for a node that starts as the leader.
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
            is_applying: false,
            cached_from: last_index + 1,
            snapshot,
            next_snapshot_id: last_id + 1,
            is_compacting: false,
            incoming_snapshot: None,
            election_deadline: None,
            is_timer_off: false,
            last_leader_contact: None,
            votes: LiteMap::new(),
            pre_vote: None,
            leader_state: None,
            pending_write: Write::default(),
            last_write: 0,
            last_durable_write: 0,
            last_hard_state_write: 0,
            writes_in_flight: VecDeque::new(),
            durable_index: last_index,
            deferred: VecDeque::new(),
            outputs: Vec::new(),
        };
        node.emit(Event::Started { node: id, term: hard_state.term, voted_for: hard_state.voted_for, last_index });
        node.set_initial_role(now);
        if let Some(known_match) = start_as_leader {
            node.start_as_leader(now, &known_match);
        }
        node.flush();
        node
    }

    /// When [`Input::DeadlineReached`] is due, if ever.
    pub fn next_deadline(&self) -> Option<Micros> {
        let leader = self.leader_state.as_ref().and_then(|state| state.next_deadline(&self.config));
        self.election_deadline.into_iter().chain(leader).min()
    }

    /// The current role.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The current term.
    pub fn term(&self) -> Term {
        self.hard_state.term
    }

    /// The configuration in force: the newest one in the log, committed or not (paper §6).
    pub fn membership(&self) -> &Membership {
        &self.memberships.newest().1
    }

    /// Takes the outputs since the last call, in the order in which they are to be carried out.
    pub fn take_outputs(&mut self) -> std::vec::Drain<'_, Output> {
        self.outputs.drain(..)
    }

    /// Handles one input; [`Node::take_outputs`] returns the effects. Never panics, whatever the input contains.
    pub fn handle(&mut self, now: Micros, input: Input) {
        if self.role == Role::Shutdown || input.largest_term_or_index() > TERM_AND_INDEX_MAX {
            return;
        }
        match input {
            Input::Append(token, request) => self.on_append(now, token, request),
            Input::Install(token, request) => self.on_install_snapshot(now, token, request),
            Input::Vote(token, request) => self.on_vote_request(now, token, request),
            Input::VoteResponse { voter, term, response } => self.on_vote_response(now, voter, term, response),
            Input::Write(token, payload, session) => self.on_write(now, token, payload, session),
            Input::Read(token, key) => self.on_read(now, token, key),
            Input::AddLearner(token, node) => self.on_add_learner(now, token, node),
            Input::ChangeMembers(token, voters, learners) => self.on_change_members(now, token, voters, learners),
            Input::Transfer(target) => self.on_transfer(now, target),
            Input::TimeoutNow(request) => self.on_timeout_now(now, request),
            Input::StreamReport { target, term, report } => self.on_stream_report(now, target, term, report),
            Input::Written(number) => self.on_written(now, number),
            Input::Applied(index, not_done) => self.on_applied(index, &not_done),
            Input::SnapshotBuilt(built) => self.on_snapshot_built(now, built),
            Input::Compact(index) => self.begin_compaction(index.unwrap_or(self.last_applied)),
            Input::StorageFailed(error) => self.become_shutdown(error),
            Input::DeadlineReached => {
                self.on_election_timeout(now);
                self.on_leader_timers(now);
            }
            Input::SetConfig(config) => {
                self.command_streams(StreamCommand::SetConfig(config.clone()));
                self.config = config;
            }
            Input::Campaign => self.campaign(now, RoleWhy::Campaign),
            Input::SetTimer(deadline) => {
                self.is_timer_off = deadline.is_none();
                self.set_election_deadline(deadline);
            }
        }
        self.flush();
        self.apply_committed();
    }

    /// Holds an output back until all state changes so far are durable.
    fn after_durable(&mut self, output: Output) {
        let write = self.last_write + u64::from(!self.pending_write.is_empty());
        self.deferred.push_back((write, output));
    }

    /// Ends a step: outputs the pending write, and the deferred outputs whose write is durable.
    fn flush(&mut self) {
        if !self.pending_write.is_empty() {
            self.last_write += 1;
            if self.pending_write.hard_state.is_some() {
                self.last_hard_state_write = self.last_write;
            }
            self.writes_in_flight.push_back((self.last_write, self.terms.last_index()));
            self.outputs.push(Output::Write(self.last_write, std::mem::take(&mut self.pending_write)));
        }
        let ready = self.deferred.partition_point(|&(write, _)| write <= self.last_durable_write);
        self.outputs.extend(self.deferred.drain(..ready).map(|(_, output)| output));
    }

    /// Handles the confirmation of a write and all before it.
    fn on_written(&mut self, now: Micros, number: u64) {
        self.last_durable_write = self.last_durable_write.max(number);
        let durable = self.writes_in_flight.partition_point(|&(write, _)| write <= number);
        let last_done = self.writes_in_flight.drain(..durable).next_back();
        if let Some((_, last_index)) = last_done {
            if last_index != self.durable_index {
                self.durable_index = last_index;
                self.emit(Event::Durable { node: self.id, index: last_index });
            }
        }
        // The own vote and the own entries count only now.
        self.count_own_vote(now);
        self.advance_commit(now);
    }

    /// Raises the commit index to `index`, or to the last index of the log if that is lower. Never lowers it.
    fn raise_commit_index(&mut self, now: Micros, index: Index) {
        let index = index.min(self.terms.last_index());
        if index > self.commit_index {
            self.emit(Event::Commit { node: self.id, from: self.commit_index, to: index });
            self.commit_index = index;
            self.command_streams(StreamCommand::UpdateCommitIndex(index));
            self.sync_role_with_membership(now);
            self.answer_ready_reads();
        }
    }

    /// Applies committed entries to the state machine: from storage, in order, one batch at a time.
    fn apply_committed(&mut self) {
        // The log is at least that long unless a leader that breaks the rules has truncated committed entries.
        let last = self.commit_index.min(self.terms.last_index());
        if self.is_applying || self.last_applied >= last {
            return;
        }
        if !self.config.rules.apply_from_storage {
            self.last_applied = self.last_applied.max(self.cached_from - 1).min(last);
            // the cache has no entries before these
        }
        if self.last_applied < last {
            self.is_applying = true;
            let once = self.config.rules.client_sessions;
            self.outputs.push(Output::Apply { first: self.last_applied + 1, last, once });
        }
    }

    /// The quorum of a configuration, as this node counts it.
    fn quorum<'a>(&'a self, membership: &'a Membership) -> Quorum<'a> {
        Quorum { node: self.id, membership, rules: &self.config.rules }
    }

    /// Handles the completion of an [`Output::Apply`]. A client whose write was a repetition is answered as it was, or
    /// would have been, the first time.
    fn on_applied(&mut self, index: Index, not_done: &[NotDone]) {
        self.is_applying = false;
        for index in self.last_applied + 1..=index {
            self.last_applied = index;
            let done = NotDone { index, first: index, matched: true };
            let NotDone { first, matched, .. } = *not_done.iter().find(|it| it.index == index).unwrap_or(&done);
            if first != index {
                self.emit(Event::Repeated { node: self.id, index, first });
            }
            self.emit(Event::Apply { node: self.id, index });
            self.answer_write(index, if matched { WriteResult::Done(first) } else { WriteResult::NotMatched(first) });
        }
        self.compact_if_due();
        self.answer_ready_reads();
    }

    /// Forgets that entries from `first` on are durable, or will be with a write in flight: they were replaced.
    fn invalidate_writes_from(&mut self, first: Index) {
        self.durable_index = self.durable_index.min(first - 1);
        for (_, last_index) in &mut self.writes_in_flight {
            *last_index = (*last_index).min(first - 1);
        }
    }

    fn emit(&mut self, event: Event) {
        self.outputs.push(Output::Emit(event));
    }
}
