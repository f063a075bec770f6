//! The state of a stream, its timers, and its reads and sends.

use std::collections::{BTreeMap, VecDeque};

use super::io::{Input, LeaderContext, Output, StreamCommand, StreamReport};
use super::sent::{is_remembered, InFlight, SentRpc, RECENT_RPCS};
use super::transfer::SnapshotTransfer;
use crate::raft::config::Config;
use crate::raft::event::{Event, StreamState, StreamWhy};
use crate::raft::log::{LogTerms, SharedEntry};
use crate::raft::rpc::AppendEntries;
use crate::raft::storage::{LogView, StorageError};
use crate::raft::{Index, NodeId, Term};
use crate::runtime::Micros;

/// One replication stream. See [the module documentation](super).
#[derive(Clone, Debug)]
pub struct Stream {
    /// The leader that the stream belongs to.
    pub(super) leader: NodeId,
    /// The follower or learner that the stream replicates to.
    pub(super) target: NodeId,
    /// The leader's term. A stream exists in one term only.
    pub(super) term: Term,
    pub(super) config: Config,
    pub(super) state: StreamState,
    /// The terms of the leader's log when the stream started. All later entries have the term `term`, since a leader
    /// only appends entries of its own term (Leader Append-Only).
    pub(super) terms: LogTerms,
    /// The last index of the leader's log.
    pub(super) last_log_index: Index,
    /// The leader's commit index.
    commit_index: Index,
    /// The index of the next entry to send. A guess, which refusals lower.
    /// `match_index < next_index ≤ last_log_index + 1`.
    pub(super) next_index: Index,
    /// The highest index up to which the target's log is known to agree with the leader's; 0 if nothing is known.
    pub(super) match_index: Index,
    /// The entries that were appended by the leader and are not in the outbound buffer yet. Filled at line rate only.
    /// Indexes are consecutive and ≥ `next_index`.
    pub(super) replication_buffer: VecDeque<SharedEntry>,
    /// The entries of the append in flight, or of the one to be sent next. Starts at `next_index` when it is sent.
    pub(super) outbound_buffer: Vec<SharedEntry>,
    /// The append in flight, if any. At most one at a time.
    pub(super) in_flight: Option<InFlight>,
    /// The RPCs whose responses are still accepted, by id, including those in flight: see [`is_remembered`].
    pub(super) sent_rpcs: BTreeMap<u64, SentRpc>,
    /// The id of the last RPC that was sent; ids start at 1.
    last_rpc: u64,
    /// When the heartbeat timer ticks next. It ticks every `heartbeat_interval`.
    pub(super) next_tick: Micros,
    /// Whether appends must wait for the next tick, since the last one was not answered in time or failed.
    pub(super) waits_for_tick: bool,
    /// Whether an [`Output::Read`] is in progress. The stream reads before every send, except for the first
    /// heartbeat and those while snapshotting.
    is_reading: bool,
    /// The latest heartbeat round that the node has started; 0 before the first.
    pub(super) heartbeat_round: u64,
    /// Whether an append must be sent even if there are no entries: after a tick, or for a heartbeat round.
    pub(super) heartbeat_due: bool,
    /// The snapshot transfer; set exactly while snapshotting.
    pub(super) transfer: Option<SnapshotTransfer>,
    /// Whether the target has installed a snapshot and the stream has not reached line rate since. Then no new snapshot
    /// is sent merely because the target is far behind.
    pub(super) snapshot_installed: bool,
    /// Whether the target has answered an append, so that `next_index` is more than the initial guess.
    pub(super) has_answered: bool,
    /// The last reported buffer sizes: (replication buffer, its first index, outbound buffer).
    reported_buffers: (usize, Index, usize),
    /// The outputs since the last call of [`Stream::take_outputs`].
    pub(super) outputs: Vec<Output>,
}

impl Stream {
    /// Starts a stream. It sends a heartbeat at once, which asks whether the target's log agrees with the leader's up
    /// to the end of `context.terms`; the first entry to send is the one after it.
    ///
    /// `known_match` is the match index if the target's log is known already: none after an election, and some only in
    /// a scenario that begins with a leader.
    pub fn new(now: Micros, context: LeaderContext, target: NodeId, known_match: Option<Index>) -> Stream {
        let LeaderContext { leader, term, terms, commit_index, config, why } = context;
        let last_log_index = terms.last_index();
        // A new leader knows nothing about the logs of others (paper, Figure 2).
        let initial_match = if config.rules.match_starts_at_zero { 0 } else { last_log_index };
        let match_index = known_match.map_or(initial_match, |index| index.min(last_log_index));
        let next_index = known_match.map_or(last_log_index, |_| match_index) + 1;
        let mut stream = Stream {
            leader,
            target,
            term,
            state: StreamState::Lagging,
            terms,
            last_log_index,
            commit_index,
            next_index,
            match_index,
            replication_buffer: VecDeque::new(),
            outbound_buffer: Vec::new(),
            in_flight: None,
            sent_rpcs: BTreeMap::new(),
            last_rpc: 0,
            next_tick: now + config.heartbeat_interval,
            waits_for_tick: false,
            is_reading: false,
            heartbeat_due: false,
            heartbeat_round: 0,
            transfer: None,
            snapshot_installed: false,
            has_answered: known_match.is_some(),
            reported_buffers: (0, 0, 0),
            outputs: Vec::new(),
            config,
        };
        stream.emit_state(None, StreamState::Lagging, why);
        stream.emit(Event::Next { node: leader, target, from: 0, to: next_index });
        if match_index > 0 {
            stream.emit(Event::Match { node: leader, target, from: 0, to: match_index });
            stream.outputs.push(Output::Report(StreamReport::UpdateMatchIndex(match_index)));
        }
        stream.send(now, next_index - 1);
        stream
    }

    /// The node that the stream replicates to.
    pub fn target(&self) -> NodeId {
        self.target
    }

    /// The current state.
    pub fn state(&self) -> StreamState {
        self.state
    }

    /// The index of the next entry to send. `match_index < next_index`.
    pub fn next_index(&self) -> Index {
        self.next_index
    }

    /// The highest index up to which the target's log is known to agree with the leader's.
    pub fn match_index(&self) -> Index {
        self.match_index
    }

    /// When [`Input::DeadlineReached`] is due.
    pub fn next_deadline(&self) -> Micros {
        let chunk = self.transfer.as_ref().and_then(|transfer| transfer.in_flight.as_ref());
        let in_flight = self.in_flight.iter().chain(chunk).map(|in_flight| in_flight.deadline);
        in_flight.fold(self.next_tick, Micros::min)
    }

    /// Takes the outputs since the last call, in the order in which they are to be carried out.
    pub fn take_outputs(&mut self) -> std::vec::Drain<'_, Output> {
        self.outputs.drain(..)
    }

    /// Handles one input; [`Stream::take_outputs`] returns the effects.
    pub fn handle(&mut self, now: Micros, input: Input) {
        if self.state == StreamState::Shutdown {
            return;
        }
        match input {
            Input::Terminate => self.shut_down(StreamWhy::Terminated),
            Input::AppendResponse { rpc, response } => self.on_append_response(rpc, response),
            Input::InstallResponse { rpc, response } => self.on_install_response(rpc, response),
            Input::DeadlineReached => self.on_deadline(now),
            Input::Read(result) => self.on_read(now, result),
            Input::Commands(commands) => commands.into_iter().for_each(|command| self.on_command(now, command)),
        }
        self.proceed(now);
        self.report_buffers();
    }

    /// Does what is due in the current state: change the state, read, or send.
    fn proceed(&mut self, now: Micros) {
        // After a change of state, the new state proceeds. The loop ends, since line rate is left only on a response, a
        // command or a read.
        loop {
            let before = self.state;
            match self.state {
                StreamState::LineRate => self.proceed_at_line_rate(),
                StreamState::Lagging => self.proceed_lagging(),
                StreamState::Snapshotting => self.proceed_snapshotting(now),
                StreamState::Shutdown => {}
            }
            if self.state == before {
                return;
            }
        }
    }

    /// Whether an append may be sent now.
    pub(super) fn can_send(&self) -> bool {
        self.in_flight.is_none() && !self.is_reading && !self.waits_for_tick
    }

    /// Sends the entries in the outbound buffer, which starts at `prev_log_index + 1`; a heartbeat if it is empty.
    pub(super) fn send(&mut self, now: Micros, prev_log_index: Index) {
        self.heartbeat_due = false;
        let Some(prev_log_term) = self.term_at(prev_log_index) else { return };
        let request = AppendEntries {
            term: self.term,
            leader: self.leader,
            prev_log_index,
            prev_log_term,
            leader_commit: self.commit_index,
            entries: self.outbound_buffer.clone(),
        };
        let rpc = self.register_rpc(SentRpc::Append {
            prev_index: prev_log_index,
            last_index: request.last_index(),
            prev_was_proven: prev_log_index > 0 && prev_log_index <= self.match_index,
            heartbeat_round: self.heartbeat_round,
        });
        self.in_flight = Some(InFlight { rpc, deadline: now + self.config.heartbeat_interval });
        self.outputs.push(Output::SendAppend { rpc, request });
    }

    /// Assigns an id to an RPC and remembers it until its response arrives.
    pub(super) fn register_rpc(&mut self, sent: SentRpc) -> u64 {
        self.last_rpc += 1;
        let last = self.last_rpc;
        self.sent_rpcs.insert(last, sent);
        if self.sent_rpcs.len() as u64 > RECENT_RPCS {
            let outputs = &mut self.outputs;
            self.sent_rpcs.retain(|&rpc, _| {
                let keeps = is_remembered(rpc, last);
                if !keeps {
                    outputs.push(Output::CancelRpc { rpc });
                }
                keeps
            });
        }
        last
    }

    /// Reads the entries to send: from next to `last`, at most one payload. The read also tells whether a snapshot is
    /// needed instead. [`Stream::on_read`] sends.
    pub(super) fn read_and_send(&mut self, last: Index) {
        let payload = Index::from(self.config.max_payload_entries);
        self.is_reading = true;
        self.outputs.push(Output::Read { first: self.next_index, last: last.min(self.next_index + payload - 1) });
    }

    /// The term of the leader's entry at `index`, if it is not compacted.
    fn term_at(&self, index: Index) -> Option<Term> {
        match index {
            0 => Some(0),
            _ if index > self.terms.last_index() => Some(self.term),
            _ => self.terms.term_at(index),
        }
    }

    /// Handles a command from the node.
    fn on_command(&mut self, now: Micros, command: StreamCommand) {
        match command {
            StreamCommand::Replicate { entry, commit_index } => {
                self.commit_index = commit_index;
                self.last_log_index = self.last_log_index.max(entry.index);
                if self.state == StreamState::LineRate && entry.index >= self.next_index {
                    self.replication_buffer.push_back(entry);
                }
                self.check_lag();
            }
            StreamCommand::UpdateCommitIndex(commit_index) => self.commit_index = commit_index,
            StreamCommand::Snapshot(snapshot) => self.on_snapshot(snapshot),
            StreamCommand::SetConfig(config) => {
                self.next_tick = self.next_tick.min(now + config.heartbeat_interval);
                self.config = config;
                self.check_lag();
            }
            StreamCommand::HeartbeatRound(heartbeat_round) => {
                self.heartbeat_round = heartbeat_round;
                self.heartbeat_due = true;
            }
        }
    }

    /// Handles expired time limits and the heartbeat timer.
    fn on_deadline(&mut self, now: Micros) {
        // A time limit that ends together with a tick comes first, so that the tick sends again.
        if let Some(in_flight) = self.in_flight.take_if(|in_flight| in_flight.deadline <= now) {
            self.waits_for_tick = true;
            self.emit(Event::TimedOut { node: self.leader, target: self.target, rpc: in_flight.rpc });
        }
        self.on_chunk_timeout(now);
        if self.next_tick <= now {
            let interval = self.config.heartbeat_interval.0.max(1);
            let missed = (now.0 - self.next_tick.0) / interval; // a paused process does not make up for them
            self.next_tick = Micros(self.next_tick.0.saturating_add((missed + 1).saturating_mul(interval)));
            self.on_tick();
        }
    }

    /// Handles a tick: what waited for it may be sent, and an append is sent unless one is in flight.
    fn on_tick(&mut self) {
        self.waits_for_tick = false;
        if let Some(transfer) = &mut self.transfer {
            transfer.waits_for_tick = false;
        }
        // An append in flight serves as the heartbeat.
        self.heartbeat_due |= self.in_flight.is_none();
    }

    /// Sends what was read, together with what is buffered; or starts snapshotting if the target needs a snapshot.
    fn on_read(&mut self, now: Micros, result: Result<LogView, StorageError>) {
        self.is_reading = false;
        let view = match result {
            Ok(view) => view,
            Err(error) => {
                self.outputs.push(Output::Report(StreamReport::StorageFailed(error)));
                return self.shut_down(StreamWhy::StorageFailed);
            }
        };
        if !matches!(self.state, StreamState::LineRate | StreamState::Lagging) {
            return;
        }
        if let Some(why) = self.needs_snapshot(&view) {
            return self.become_snapshotting(why);
        }
        // A refusal or a late success may have moved next since the read began; then the entries are not used.
        let next = self.next_index;
        let starts_at_next = |entries: &[SharedEntry]| entries.first().is_some_and(|entry| entry.index == next);
        if self.outbound_buffer.is_empty() {
            if starts_at_next(&view.entries) {
                self.outbound_buffer = view.entries;
            }
            if self.state == StreamState::LineRate {
                self.fill_outbound();
            }
        } else if !starts_at_next(&self.outbound_buffer) {
            self.outbound_buffer.clear();
        }
        if self.can_send() && (self.heartbeat_due || !self.outbound_buffer.is_empty()) {
            self.send(now, self.next_index - 1);
        }
    }

    /// Why the target needs a snapshot, if it does: its next entry is compacted, or it is `snapshot_threshold` or more
    /// entries behind the applied index. The latter only once the target has answered, since next is a guess before.
    fn needs_snapshot(&self, view: &LogView) -> Option<StreamWhy> {
        let behind = view.last_applied.saturating_sub(self.next_index - 1);
        if self.next_index < view.first_index {
            Some(StreamWhy::NeededCompacted)
        } else if self.has_answered && !self.snapshot_installed && behind >= self.config.snapshot_threshold {
            Some(StreamWhy::TooFarBehind)
        } else {
            None
        }
    }

    /// Leaves line rate if the lag is above `replication_lag_threshold`.
    pub(super) fn check_lag(&mut self) {
        if self.state == StreamState::LineRate && self.lag() > self.config.replication_lag_threshold {
            self.become_lagging(StreamWhy::LagAboveThreshold);
        }
    }

    pub(super) fn become_line_rate(&mut self) {
        self.snapshot_installed = false;
        self.change_state(StreamState::LineRate, StreamWhy::CaughtUp);
        self.outputs.push(Output::Report(StreamReport::RateUpdate { is_line_rate: true }));
    }

    /// Becomes lagging and clears the buffers, whose entries may not start at next any more.
    pub(super) fn become_lagging(&mut self, why: StreamWhy) {
        self.replication_buffer.clear();
        self.outbound_buffer.clear();
        if self.state != StreamState::Lagging {
            self.change_state(StreamState::Lagging, why);
            self.outputs.push(Output::Report(StreamReport::RateUpdate { is_line_rate: false }));
        }
    }

    /// Ends the stream for good.
    pub(super) fn shut_down(&mut self, why: StreamWhy) {
        self.change_state(StreamState::Shutdown, why);
    }

    pub(super) fn change_state(&mut self, to: StreamState, why: StreamWhy) {
        let from = std::mem::replace(&mut self.state, to);
        self.emit_state(Some(from), to, why);
    }

    /// Sets the match index and reports it.
    pub(super) fn set_match(&mut self, index: Index) {
        if index != self.match_index {
            self.emit(Event::Match { node: self.leader, target: self.target, from: self.match_index, to: index });
            self.match_index = index;
            self.outputs.push(Output::Report(StreamReport::UpdateMatchIndex(index)));
        }
    }

    /// Sets the next index.
    pub(super) fn set_next(&mut self, next: Index) {
        if next != self.next_index {
            self.emit(Event::Next { node: self.leader, target: self.target, from: self.next_index, to: next });
            self.next_index = next;
        }
    }

    /// Emits an event if the buffers have changed.
    fn report_buffers(&mut self) {
        let first = self.replication_buffer.front().map_or(0, |entry| entry.index);
        let buffers = (self.replication_buffer.len(), first, self.outbound_buffer.len());
        if buffers != self.reported_buffers && self.state != StreamState::Shutdown {
            self.reported_buffers = buffers;
            let (node, target) = (self.leader, self.target);
            let (replication, replication_first, outbound) = (buffers.0 as u32, first, buffers.2 as u32);
            self.emit(Event::Buffer { node, target, replication, replication_first, outbound });
        }
    }

    fn emit_state(&mut self, from: Option<StreamState>, to: StreamState, why: StreamWhy) {
        self.emit(Event::StreamState { node: self.leader, target: self.target, from, to, why });
    }

    pub(super) fn emit(&mut self, event: Event) {
        self.outputs.push(Output::Emit(event));
    }
}
