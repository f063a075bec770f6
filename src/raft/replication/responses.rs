//! Responses to AppendEntries: what they prove, and where the next append begins (paper §5.3).

use super::io::{Output, StreamReport};
use super::sent::SentRpc;
use crate::raft::conflict::ConflictSearch;
use crate::raft::event::{Event, StreamState, StreamWhy};
use crate::raft::network::Unreachable;
use crate::raft::replication::Stream;
use crate::raft::rpc::{AppendResponse, AppendResult, ConflictHint};
use crate::raft::{Index, Term};

impl Stream {
    /// Handles the response to an append, in time or late.
    pub(super) fn on_append_response(&mut self, rpc: u64, response: Result<AppendResponse, Unreachable>) {
        let Some(SentRpc::Append { prev_index, last_index, prev_was_proven, heartbeat_round }) =
            self.sent_rpcs.remove(&rpc)
        else {
            return;
        };
        let late = self.in_flight.take_if(|in_flight| in_flight.rpc == rpc).is_none();
        let (node, target) = (self.leader, self.target);
        let Ok(response) = response else {
            self.waits_for_tick |= !late && self.backs_off();
            return self.emit(Event::Unreachable { node, target, rpc });
        };
        if self.stop_if_superseded(response.term, heartbeat_round) {
            return;
        }
        match response.result {
            AppendResult::Success(index) => {
                let index = index.min(last_index); // a response cannot prove more than was sent
                self.emit(Event::Answered { node, target, rpc, success: true, late, counted: true });
                self.on_success(index);
            }
            AppendResult::Conflict(hint) => {
                let refused = self.next_index;
                let counted = prev_index + 1 == refused
                    && refused > self.match_index + 1
                    && self.state != StreamState::Snapshotting;
                self.emit(Event::Answered { node, target, rpc, success: false, late, counted });
                if counted {
                    self.on_conflict(hint);
                } else if prev_was_proven && prev_index == self.match_index && self.state != StreamState::Snapshotting {
                    self.on_match_lost(hint);
                }
            }
            AppendResult::StaleTerm => {
                self.emit(Event::Answered { node, target, rpc, success: false, late, counted: false });
            }
        }
    }

    /// Whether an RPC that failed at once is retried at the next tick only, like one that was not answered in time. The
    /// leader retries indefinitely (paper §5.3), and a crashed target costs one RPC per tick.
    pub(super) fn backs_off(&self) -> bool {
        self.config.rules.back_off_when_unreachable
    }

    /// Shuts the stream down if a response has a higher term, so that the leader steps down (paper §5.1); else reports
    /// that the target was heard. Returns whether the stream was shut down.
    pub(super) fn stop_if_superseded(&mut self, term: Term, heartbeat_round: u64) -> bool {
        let is_higher = term > self.term && self.config.rules.adopt_higher_term;
        if is_higher {
            self.outputs.push(Output::Report(StreamReport::RevertToFollower { term }));
            self.shut_down(StreamWhy::HigherTerm);
        } else {
            self.outputs.push(Output::Report(StreamReport::Heard { heartbeat_round }));
        }
        is_higher
    }

    /// Raises match and next, and drops buffered entries that the target has.
    fn on_success(&mut self, index: Index) {
        self.has_answered = true;
        self.set_match(self.match_index.max(index));
        self.set_next(self.next_index.max(self.match_index + 1));
        let match_index = self.match_index;
        self.outbound_buffer.retain(|entry| entry.index > match_index);
        self.replication_buffer.retain(|entry| entry.index > match_index);
        self.check_lag();
    }

    /// Lowers next after a refusal. A refusal proves nothing, so the match index does not change.
    fn on_conflict(&mut self, hint: Option<ConflictHint>) {
        self.has_answered = true;
        let refused = self.next_index;
        // An append with the same prev that was sent again meanwhile would be refused as well.
        let same_prev =
            |sent: &SentRpc| matches!(sent, SentRpc::Append { prev_index, .. } if prev_index + 1 == refused);
        if self.in_flight.as_ref().is_some_and(|it| self.sent_rpcs.get(&it.rpc).is_some_and(same_prev)) {
            self.in_flight = None;
        }
        if let Some(ConflictHint { index, .. }) = hint.filter(|_| !self.config.rules.match_needs_proof) {
            self.set_match(self.match_index.max(index.min(refused - 2)));
        }
        let search = ConflictSearch::new(&self.config.rules);
        self.set_next(search.next_index(&self.terms, hint, self.match_index, refused));
        self.become_lagging(StreamWhy::Refused);
    }

    /// Lowers the match index: the target refuses what it had acknowledged, so it has lost entries that were not
    /// durable.
    fn on_match_lost(&mut self, hint: Option<ConflictHint>) {
        let to = hint.map_or(0, |hint| hint.index).min(self.match_index.saturating_sub(1));
        self.emit(Event::MatchLost { node: self.leader, target: self.target, from: self.match_index, to });
        self.match_index = to;
        self.has_answered = false; // the hint proves nothing; the next success does
        self.outputs.push(Output::Report(StreamReport::MatchLost(to)));
        self.set_next(to + 1);
        self.become_lagging(StreamWhy::Refused);
    }
}
