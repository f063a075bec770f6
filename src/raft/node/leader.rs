//! The leader: its streams, the commit index, client requests and leadership transfer (paper §5.3, §5.4.2, §8).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::state::{LeaderState, LeadershipTransfer, PendingRead, Progress};
use super::{Node, Output, ReadResult, Token, WriteResult};
use crate::raft::event::{Event, Role, RoleWhy, StreamWhy, TransferRefusedWhy};
use crate::raft::log::{Entry, LogTerms, Payload, Session};
use crate::raft::replication::{self, Stream, StreamCommand, StreamReport};
use crate::raft::rpc::TimeoutNow;
use crate::raft::{Index, Membership, NodeId, Term};
use crate::runtime::Micros;

impl Node {
    /// Creates the leader state and starts a stream to every other member. `known_match` has the match index of each
    /// target about which something is known already: none after an election; see
    /// [`Setup::start_as_leader`](super::Setup).
    pub(super) fn start_leading(&mut self, now: Micros, known_match: &BTreeMap<NodeId, Index>) {
        self.leader_state = Some(LeaderState {
            first_index_of_term: self.terms.first_index_of(self.hard_state.term),
            next_quorum_check: now + self.config.election_timeout_max,
            ..LeaderState::default()
        });
        let terms = self.terms.clone();
        for target in self.membership().members() {
            let known_match = known_match.get(&target).copied();
            self.start_stream(now, target, terms.clone(), StreamWhy::NewLeader, known_match);
        }
    }

    /// Starts the stream to `target`, unless it runs already or the target is this node.
    pub(super) fn start_stream(
        &mut self,
        now: Micros,
        target: NodeId,
        terms: LogTerms,
        why: StreamWhy,
        known_match: Option<Index>,
    ) {
        let Some(state) = self.leader_state.as_mut().filter(|_| target != self.id) else { return };
        state.removed.remove(&target);
        if state.progress.contains_key(&target) {
            return;
        }
        state.progress.insert(target, Progress::default());
        let context = replication::LeaderContext {
            leader: self.id,
            term: self.hard_state.term,
            terms,
            commit_index: self.commit_index,
            config: self.config.clone(),
            why,
        };
        self.outputs.push(Output::StartStream(Box::new(Stream::new(now, context, target, known_match))));
    }

    /// Appends the first entry of a new leader: once it is committed, so is everything before it (paper §8). It is
    /// blank, except that the first entry of a cluster's log holds the initial configuration.
    pub(super) fn append_first_entry(&mut self, now: Micros) {
        if !self.config.rules.blank_entry_on_election {
            return;
        }
        let first = match self.terms.last_index() {
            0 => Payload::Members(self.membership().clone()),
            _ => Payload::Blank,
        };
        self.append_as_leader(now, first);
    }

    /// Appends an entry of this term and passes it to every stream.
    pub(super) fn append_as_leader(&mut self, now: Micros, payload: Payload) {
        self.append_write(now, payload, None);
    }

    /// Appends an entry of this term with the session of its client, and passes it to every stream. Returns its index.
    fn append_write(&mut self, now: Micros, payload: Payload, session: Option<Session>) -> Index {
        let index = self.terms.last_index() + 1;
        let entry = Arc::new(Entry { index, term: self.hard_state.term, payload, session });
        self.append_entry(now, entry.clone());
        self.command_streams(StreamCommand::Replicate { entry, commit_index: self.commit_index });
        index
    }

    /// Sends a command to every stream.
    pub(super) fn command_streams(&mut self, command: StreamCommand) {
        if let Some(state) = &self.leader_state {
            let to_stream = |&target: &NodeId| Output::ToStream(target, command.clone());
            self.outputs.extend(state.progress.keys().map(to_stream));
        }
    }

    /// Stops all streams and answers all pending client requests. The outcome of pending writes is unknown: their
    /// entries may still be committed.
    pub(super) fn stop_leading(&mut self) {
        if let Some(state) = self.leader_state.take() {
            self.outputs.push(Output::StopStreams);
            let unknown = |token| Output::AnswerWrite(token, WriteResult::Unknown);
            self.outputs.extend(state.pending_writes.into_values().map(unknown));
            let forward = |read: PendingRead| Output::AnswerRead(read.token, ReadResult::ForwardToLeader(None));
            self.outputs.extend(state.pending_reads.into_iter().map(forward));
            if let Some(change) = state.change {
                self.abort_membership_change(change);
            }
        }
    }

    /// Appends a client's write, or forwards the client to the leader.
    pub(super) fn on_write(&mut self, now: Micros, token: Token, payload: Payload, session: Option<Session>) {
        if self.role != Role::Leader || self.is_transferring() {
            let leader = self.leader.filter(|&leader| leader != self.id);
            return self.outputs.push(Output::AnswerWrite(token, WriteResult::ForwardToLeader(leader)));
        }
        let index = self.append_write(now, payload, session);
        if let Some(state) = &mut self.leader_state {
            state.pending_writes.insert(index, token);
        }
    }

    /// Answers the client whose entry was applied at `index`, if it is waiting here.
    pub(super) fn answer_write(&mut self, index: Index, result: WriteResult) {
        if let Some(token) = self.leader_state.as_mut().and_then(|state| state.pending_writes.remove(&index)) {
            self.outputs.push(Output::AnswerWrite(token, result));
        }
    }

    /// Handles a report of a stream that was started in `term`. Reports of other terms are stale and ignored.
    pub(super) fn on_stream_report(&mut self, now: Micros, target: NodeId, term: Term, report: StreamReport) {
        if term != self.hard_state.term || self.role != Role::Leader {
            return;
        }
        let Some(state) = &mut self.leader_state else { return };
        match (report, state.progress.get_mut(&target)) {
            (StreamReport::NeedsSnapshot, Some(_)) => self.on_needs_snapshot(target),
            (StreamReport::UpdateMatchIndex(index), Some(progress)) => {
                progress.match_index = progress.match_index.max(index);
                self.advance_commit(now);
                self.advance_transfer();
                self.advance_membership_change(now);
            }
            (StreamReport::MatchLost(index), Some(progress)) => progress.match_index = index,
            (StreamReport::Heard { heartbeat_round }, Some(progress)) => {
                progress.last_contact = Some(now);
                progress.heartbeat_round = progress.heartbeat_round.max(heartbeat_round);
                self.answer_ready_reads();
                self.finish_removal(target);
            }
            (StreamReport::RevertToFollower { term }, _) => self.adopt_term(now, term),
            (StreamReport::StorageFailed(error), _) => self.become_shutdown(error),
            (StreamReport::RateUpdate { is_line_rate: true }, Some(progress)) => progress.snapshot_index = None,
            (StreamReport::RateUpdate { .. }, Some(_)) | (_, None) => {}
        }
    }

    /// Commits the highest index that a majority has, if its entry is of this term. An entry of an earlier term on a
    /// majority is not safe yet: the next leader might not have it (paper §5.4.2, Figure 8).
    pub(super) fn advance_commit(&mut self, now: Micros) {
        let Some(state) = &self.leader_state else { return };
        let match_index = |node: NodeId| match node == self.id {
            true => self.durable_index,
            false => state.progress.get(&node).map_or(0, |progress| progress.match_index),
        };
        let index = self.quorum(&self.deciding_membership()).match_index(match_index);
        let is_own_term = self.terms.term_at(index) == Some(self.hard_state.term);
        if is_own_term || !self.config.rules.commit_own_term_only {
            self.raise_commit_index(now, index);
            self.on_membership_committed(now);
        }
    }

    /// The configuration whose majority commits: the newest one in the log, committed or not (paper §6).
    fn deciding_membership(&self) -> Cow<'_, Membership> {
        if self.config.rules.count_new_members {
            return Cow::Borrowed(self.membership());
        }
        let mut old = self.memberships.at(self.commit_index).1.clone();
        old.voters.truncate(1);
        Cow::Owned(old)
    }

    /// Handles the leader's timers that have expired.
    pub(super) fn on_leader_timers(&mut self, now: Micros) {
        self.expire_removals(now);
        self.expire_newcomers(now);
        let Some(state) = &mut self.leader_state else { return };
        if let Some(given_up) = state.transfer.take_if(|transfer| transfer.deadline <= now) {
            self.emit(Event::TransferGivenUp { node: self.id, target: given_up.target });
            self.on_membership_committed(now); // a change may have waited for the end of the transfer
        }
        self.check_quorum(now);
    }

    /// Steps down if no majority has answered within `election_timeout_max` and `check_quorum` is on (thesis §6.2).
    fn check_quorum(&mut self, now: Micros) {
        let period = self.config.election_timeout_max;
        let Some(state) = self.leader_state.as_mut().filter(|state| state.next_quorum_check <= now) else { return };
        state.next_quorum_check = now + period;
        let Some(state) = &self.leader_state else { return };
        let is_responsive = |progress: &Progress| progress.last_contact.is_some_and(|at| now < at + period);
        let answers = |node: NodeId| node == self.id || state.progress.get(&node).is_some_and(is_responsive);
        let has_no_quorum = !self.quorum(self.membership()).is_reached(answers);
        if self.config.check_quorum && has_no_quorum {
            self.become_follower(now, RoleWhy::LostQuorum);
        }
    }

    /// Whether a leadership transfer is in progress. Entries that were appended meanwhile would outdate the target's log,
    /// so that it could not win.
    pub(super) fn is_transferring(&self) -> bool {
        self.leader_state.as_ref().is_some_and(|state| state.transfer.is_some())
    }

    /// Starts a leadership transfer (thesis §3.10): writes are rejected from now on, and TimeoutNow is sent as soon as
    /// the target's log is complete. The transfer is given up after `election_timeout_max`.
    pub(super) fn on_transfer(&mut self, now: Micros, target: NodeId) {
        let deadline = now + self.config.election_timeout_max;
        let is_voter = self.membership().is_voter(target);
        let refused = |why: TransferRefusedWhy| Event::TransferRefused { node: self.id, target, why };
        let Some(state) = &mut self.leader_state else { return self.emit(refused(TransferRefusedWhy::NotLeader)) };
        if target == self.id {
            return self.emit(refused(TransferRefusedWhy::Leads));
        }
        if !is_voter {
            return self.emit(refused(TransferRefusedWhy::NoVoter));
        }
        state.transfer = Some(LeadershipTransfer { target, deadline, timeout_now_sent: false });
        self.emit(Event::TransferBegun { node: self.id, target });
        self.advance_transfer();
    }

    /// Sends TimeoutNow once the target has every entry.
    fn advance_transfer(&mut self) {
        let last = self.terms.last_index();
        let Some(state) = &mut self.leader_state else { return };
        let Some(transfer) = state.transfer.as_mut().filter(|transfer| !transfer.timeout_now_sent) else { return };
        if state.progress.get(&transfer.target).is_some_and(|progress| progress.match_index == last) {
            transfer.timeout_now_sent = true;
            let target = transfer.target;
            let request = TimeoutNow { term: self.hard_state.term, leader: self.id };
            self.after_durable(Output::TimeoutNow(target, request));
        }
    }
}
