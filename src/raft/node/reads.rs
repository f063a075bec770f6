//! Linearizable reads without a log entry: ReadIndex (paper §8, thesis §6.4).
//!
//! A leader may have been deposed without knowing it. So it records its commit index when a read arrives, has a
//! majority confirm that it still leads, by responses to RPCs that were sent *after* the read arrived, and answers when
//! the state machine has applied everything up to the recorded index. A new leader first commits an entry of its own
//! term: before that, it does not know the cluster's commit index.

use super::state::PendingRead;
use super::{Node, Output, ReadResult, Token};
use crate::raft::event::{Event, Role};
use crate::raft::membership::Quorum;
use crate::raft::replication::StreamCommand;
use crate::raft::NodeId;
use crate::runtime::Micros;

impl Node {
    /// Registers a client's read, or forwards the client to the leader.
    pub(super) fn on_read(&mut self, now: Micros, token: Token, key: String) {
        let Some(state) = self.leader_state.as_mut().filter(|_| self.role == Role::Leader) else {
            let forward = ReadResult::ForwardToLeader(self.leader);
            return self.outputs.push(Output::AnswerRead(token, forward));
        };
        let heartbeat_round = state.heartbeat_round + 1;
        state.pending_reads.push(PendingRead { token, key, read_index: None, heartbeat_round });
        self.ensure_own_entry(now);
        self.start_heartbeat_round();
        self.answer_ready_reads();
    }

    /// Appends a first entry if the leader has none of its term, which only a leader without an election can lack:
    /// reads would wait for it until a client happens to write.
    fn ensure_own_entry(&mut self, now: Micros) {
        if self.terms.last_term() != self.hard_state.term && !self.is_transferring() {
            self.append_first_entry(now);
        }
    }

    /// Starts a heartbeat round: every stream sends an RPC soon, and reports with [`StreamReport::Heard`] when the
    /// target has answered one that was sent after this call. Rounds are numbered from 1.
    ///
    /// [`StreamReport::Heard`]: crate::raft::replication::StreamReport::Heard
    pub(super) fn start_heartbeat_round(&mut self) {
        let Some(state) = &mut self.leader_state else { return };
        state.heartbeat_round += 1;
        let heartbeat_round = state.heartbeat_round;
        self.command_streams(StreamCommand::HeartbeatRound(heartbeat_round));
    }

    /// Answers the pending reads that are confirmed and whose read index is applied, in order of arrival.
    pub(super) fn answer_ready_reads(&mut self) {
        let Some(state) = &mut self.leader_state else { return };
        let commit = self.commit_index;
        if commit < state.first_index_of_term {
            return; // nothing of this term is committed yet
        }
        state.pending_reads.iter_mut().for_each(|read| {
            read.read_index.get_or_insert(commit);
        });
        let membership = &self.memberships.newest().1;
        let rules = &self.config.rules;
        let quorum = Quorum { node: self.id, membership, rules };
        let (id, applied, progress) = (self.id, self.last_applied, &state.progress);
        let is_ready = |read: &PendingRead| {
            let confirms = |node: NodeId| {
                node == id || progress.get(&node).is_some_and(|it| it.heartbeat_round >= read.heartbeat_round)
            };
            let confirmed = !rules.confirm_reads || quorum.is_reached(confirms);
            read.read_index.is_some_and(|index| index <= applied) && confirmed
        };
        let (ready, waiting) = std::mem::take(&mut state.pending_reads).into_iter().partition(is_ready);
        state.pending_reads = waiting;
        for PendingRead { token, key, read_index, .. } in ready {
            let read_index = read_index.unwrap_or(commit);
            self.emit(Event::ReadConfirmed { node: id, read_index, applied });
            self.outputs.push(Output::Get(token, key));
        }
    }
}
