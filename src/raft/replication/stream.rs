//! The stream's state, and what answers, time and the core do to it.

use std::collections::{BTreeMap, VecDeque};

use crate::raft::config::Config;
use crate::raft::event::{Event, StreamState, StreamWhy};
use crate::raft::log::{LogTerms, SharedEntry};
use crate::raft::network::Unreachable;
use crate::raft::rpc::{AppendEntries, AppendResponse, AppendResult, Hint};
use crate::raft::storage::StorageError;
use crate::raft::{Index, NodeId, Term};
use crate::runtime::Micros;

/// So many RPCs are remembered after their time limit, in case their answers still come. The oldest is
/// forgotten first; its answer would tell nothing that the later ones do not.
pub const LATE_ANSWERS_MAX: usize = 64;

/// What the core of the leader tells a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FromCore {
    /// The leader appended an entry.
    Replicate {
        /// It.
        entry: SharedEntry,
        /// How far the log is committed.
        commit_index: Index,
    },
    /// The commit index rose.
    UpdateCommitIndex(Index),
}

/// What a stream tells the core of the leader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToCore {
    /// The stream came to line rate, or left it.
    RateUpdate {
        /// Whether it is at line rate now.
        is_line_rate: bool,
    },
    /// The target's log is proven to agree up to here.
    UpdateMatchIndex(Index),
    /// The target answered something in this term.
    Heard,
    /// A higher term was seen: the leader's office is over.
    RevertToFollower {
        /// That term.
        term: Term,
    },
    /// The leader's storage failed: the node must stop.
    StorageFailed(StorageError),
}

/// What can arrive at a stream.
#[derive(Clone, Debug)]
pub enum Input {
    /// The leader no longer wants this stream. Final.
    Terminate,
    /// An RPC was answered, in time or late, or it failed at once.
    Answer {
        /// Which.
        rpc: u64,
        /// The answer.
        response: Result<AppendResponse, Unreachable>,
    },
    /// Time has come to [`Stream::next_deadline`].
    Time,
    /// Entries were read from storage, as [`Output::Read`] asked.
    Read(Result<Vec<SharedEntry>, StorageError>),
    /// Events from the core, in order.
    Core(Vec<FromCore>),
}

/// What a stream wants done.
#[derive(Clone, Debug)]
pub enum Output {
    /// Send an append to the target.
    Send {
        /// The name under which its answer is to come back.
        rpc: u64,
        /// What to send.
        request: AppendEntries,
    },
    /// An answer to this RPC is no longer of interest.
    Forget {
        /// Which.
        rpc: u64,
    },
    /// Read entries from storage. One read at a time.
    Read {
        /// The first index.
        first: Index,
        /// The last index, included.
        last: Index,
    },
    /// Tell the core.
    ToCore(ToCore),
    /// Tell the observer.
    Emit(Event),
}

/// What the stream remembers of an RPC until it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    /// The index before its entries.
    prev_index: Index,
    /// The last index that it speaks of.
    last_index: Index,
}

/// The one append that is in flight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct InFlight {
    rpc: u64,
    /// When its slot is freed.
    deadline: Micros,
}

/// One replication stream. See the head of [this module](super).
#[derive(Clone, Debug)]
pub struct Stream {
    pub(super) leader: NodeId,
    pub(super) target: NodeId,
    /// The leader's term; a stream lives in one.
    pub(super) term: Term,
    pub(super) config: Config,
    pub(super) state: StreamState,
    /// The terms of the leader's log as it stood when the stream began. All later entries have `term`,
    /// since a leader only appends its own (Leader Append-Only).
    terms: LogTerms,
    /// The leader's last index.
    pub(super) last_log_index: Index,
    /// The leader's commit index.
    commit_index: Index,
    /// Where the next append begins: a guess. `match_index < next_index ≤ last_log_index + 1`.
    pub(super) next_index: Index,
    /// How far the target's log is proven to agree.
    pub(super) match_index: Index,
    /// Entries handed over by the core and not yet chosen for sending; only at line rate. Indices are
    /// consecutive and ≥ `next_index`.
    pub(super) replication_buffer: VecDeque<SharedEntry>,
    /// The entries of the RPC in flight, or to be sent again. Begins at `next_index` whenever it is sent.
    pub(super) outbound_buffer: Vec<SharedEntry>,
    pub(super) in_flight: Option<InFlight>,
    /// RPCs whose answers still count, the one in flight included. At most [`LATE_ANSWERS_MAX`].
    sent: BTreeMap<u64, Sent>,
    last_rpc: u64,
    /// When the heartbeat timer ticks next.
    next_tick: Micros,
    /// An RPC was not answered: nothing is sent before the next tick, whatever happens.
    pub(super) waits_for_tick: bool,
    /// Storage is being read.
    pub(super) reading: bool,
    /// The target has answered in this term, so that `next_index` is more than the leader's first guess.
    pub(super) answered: bool,
    /// The sizes of the buffers that the observer knows.
    reported_buffers: (usize, usize),
    outputs: Vec<Output>,
}

impl Stream {
    /// A stream that begins now. `terms` is the leader's log *before* the first entry of its term: sending
    /// begins behind it. The target is asked at once whether it agrees that far.
    pub fn new(
        now: Micros,
        leader: NodeId,
        target: NodeId,
        term: Term,
        terms: LogTerms,
        commit_index: Index,
        config: Config,
    ) -> Stream {
        let last_log_index = terms.last_index();
        let mut stream = Stream {
            leader,
            target,
            term,
            state: StreamState::Lagging,
            terms,
            last_log_index,
            commit_index,
            next_index: last_log_index + 1,
            match_index: 0,
            replication_buffer: VecDeque::new(),
            outbound_buffer: Vec::new(),
            in_flight: None,
            sent: BTreeMap::new(),
            last_rpc: 0,
            next_tick: now + config.heartbeat_interval,
            waits_for_tick: false,
            reading: false,
            answered: false,
            reported_buffers: (0, 0),
            outputs: Vec::new(),
            config,
        };
        stream.emit_state(None, StreamState::Lagging, StreamWhy::NewLeader);
        stream.emit(Event::Next { node: leader, target, from: 0, to: last_log_index + 1 });
        stream.send(now);
        stream
    }

    /// The follower that it serves.
    pub fn target(&self) -> NodeId {
        self.target
    }

    /// What it is doing.
    pub fn state(&self) -> StreamState {
        self.state
    }

    /// Where the next append begins.
    pub fn next_index(&self) -> Index {
        self.next_index
    }

    /// How far the target's log is proven to agree.
    pub fn match_index(&self) -> Index {
        self.match_index
    }

    /// When [`Input::Time`] is due.
    pub fn next_deadline(&self) -> Micros {
        self.in_flight.as_ref().map_or(self.next_tick, |in_flight| in_flight.deadline.min(self.next_tick))
    }

    /// What is to be done since the last call, in order.
    pub fn take_outputs(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.outputs)
    }

    /// Takes an input; afterwards the outputs say what is to be done.
    pub fn handle(&mut self, now: Micros, input: Input) {
        if self.state == StreamState::Shutdown {
            return;
        }
        match input {
            Input::Terminate => self.shut_down(StreamWhy::Terminated),
            Input::Answer { rpc, response } => self.on_answer(rpc, response),
            Input::Time => self.on_time(now),
            Input::Read(result) => self.on_read(now, result),
            Input::Core(events) => events.into_iter().for_each(|event| self.on_core(event)),
        }
        self.proceed(now);
        self.report_buffers();
    }

    /// Does what the state allows to be done now: change it, read, send.
    fn proceed(&mut self, now: Micros) {
        // A change of state is followed by what the new state does; two changes in one go are the most
        // that can be (they go towards line rate), the third round finds nothing to change.
        loop {
            let before = self.state;
            match self.state {
                StreamState::LineRate => self.proceed_at_line_rate(now),
                StreamState::Lagging => self.proceed_lagging(now),
                // No snapshots are made yet, so no stream gets here.
                StreamState::Snapshotting | StreamState::Shutdown => {}
            }
            if self.state == before {
                return;
            }
        }
    }

    /// Whether an append may leave now.
    pub(super) fn may_send(&self) -> bool {
        self.in_flight.is_none() && !self.reading && !self.waits_for_tick
    }

    /// Sends what is in the outbound buffer: a heartbeat, if that is empty.
    pub(super) fn send(&mut self, now: Micros) {
        if self.outbound_buffer.first().is_some_and(|entry| entry.index != self.next_index) {
            self.outbound_buffer.clear(); // it does not follow on what the target has: read again
        }
        let prev_log_index = self.next_index - 1;
        let Some(prev_log_term) = self.term_at(prev_log_index) else { return };
        let request = AppendEntries {
            term: self.term,
            leader: self.leader,
            prev_log_index,
            prev_log_term,
            leader_commit: self.commit_index,
            entries: self.outbound_buffer.clone(),
        };
        self.last_rpc += 1;
        let rpc = self.last_rpc;
        self.sent.insert(rpc, Sent { prev_index: prev_log_index, last_index: request.last_index() });
        if self.sent.len() > LATE_ANSWERS_MAX {
            if let Some((rpc, _)) = self.sent.pop_first() {
                self.outputs.push(Output::Forget { rpc });
            }
        }
        self.in_flight = Some(InFlight { rpc, deadline: now + self.config.heartbeat_interval });
        self.outputs.push(Output::Send { rpc, request });
    }

    /// Asks for up to a payload of entries from next on, `last` at most.
    pub(super) fn read_up_to(&mut self, last: Index) {
        let payload = Index::from(self.config.max_payload_entries);
        self.reading = true;
        self.outputs.push(Output::Read { first: self.next_index, last: last.min(self.next_index + payload - 1) });
    }

    /// The term of the leader's entry at `index`.
    fn term_at(&self, index: Index) -> Option<Term> {
        match index > self.terms.last_index() {
            true => Some(self.term),
            false => self.terms.term_at(index),
        }
    }

    fn on_core(&mut self, event: FromCore) {
        match event {
            FromCore::Replicate { entry, commit_index } => {
                self.commit_index = commit_index;
                self.last_log_index = self.last_log_index.max(entry.index);
                if self.state == StreamState::LineRate && entry.index >= self.next_index {
                    self.replication_buffer.push_back(entry);
                }
                self.check_lag();
            }
            FromCore::UpdateCommitIndex(commit_index) => self.commit_index = commit_index,
        }
    }

    fn on_time(&mut self, now: Micros) {
        // A time-out that is due together with a tick comes first: the tick then sends again.
        if let Some(in_flight) = self.in_flight.take_if(|in_flight| in_flight.deadline <= now) {
            self.waits_for_tick = true;
            self.emit(Event::TimedOut { node: self.leader, target: self.target, rpc: in_flight.rpc });
        }
        if self.next_tick <= now {
            while self.next_tick <= now {
                self.next_tick += self.config.heartbeat_interval;
            }
            self.waits_for_tick = false;
            if self.in_flight.is_none() && !self.reading {
                self.on_tick(now);
            }
        }
    }

    /// The heartbeat timer ticked and nothing is in flight: something is sent in any case.
    fn on_tick(&mut self, now: Micros) {
        if self.outbound_buffer.is_empty() {
            self.proceed(now);
        }
        if self.may_send() {
            self.send(now);
        }
    }

    fn on_read(&mut self, now: Micros, result: Result<Vec<SharedEntry>, StorageError>) {
        self.reading = false;
        match result {
            // A refusal, or a late success, may have moved next meanwhile: then it is read again.
            Ok(entries) if entries.first().is_some_and(|entry| entry.index == self.next_index) => {
                self.outbound_buffer = entries;
                if self.state == StreamState::LineRate {
                    self.fill_outbound();
                }
                if self.may_send() {
                    self.send(now);
                }
            }
            Ok(_) => {}
            Err(error) => {
                self.outputs.push(Output::ToCore(ToCore::StorageFailed(error)));
                self.shut_down(StreamWhy::StorageFailed);
            }
        }
    }

    fn on_answer(&mut self, rpc: u64, response: Result<AppendResponse, Unreachable>) {
        let Some(sent) = self.sent.remove(&rpc) else { return };
        let late = self.in_flight.take_if(|in_flight| in_flight.rpc == rpc).is_none();
        let (node, target) = (self.leader, self.target);
        let Ok(response) = response else {
            // Treated like one that was not answered, so that a dead target costs one RPC a tick.
            self.waits_for_tick |= !late;
            return self.emit(Event::Unreachable { node, target, rpc });
        };
        if response.term > self.term {
            self.emit(Event::Answered { node, target, rpc, success: false, late, counted: true });
            self.outputs.push(Output::ToCore(ToCore::RevertToFollower { term: response.term }));
            return self.shut_down(StreamWhy::HigherTerm);
        }
        self.outputs.push(Output::ToCore(ToCore::Heard));
        match response.result {
            AppendResult::Success(index) => {
                let index = index.min(sent.last_index); // it cannot prove more than it was sent
                self.emit(Event::Answered { node, target, rpc, success: true, late, counted: true });
                self.on_success(index);
            }
            AppendResult::Conflict(hint) => {
                let refused = self.next_index;
                let counted = sent.prev_index + 1 == refused && refused > self.match_index + 1;
                self.emit(Event::Answered { node, target, rpc, success: false, late, counted });
                if counted {
                    self.on_conflict(hint);
                }
            }
            AppendResult::StaleTerm => {
                self.emit(Event::Answered { node, target, rpc, success: false, late, counted: false });
            }
        }
    }

    fn on_success(&mut self, index: Index) {
        self.answered = true;
        if index > self.match_index {
            self.emit(Event::Match { node: self.leader, target: self.target, from: self.match_index, to: index });
            self.match_index = index;
            self.outputs.push(Output::ToCore(ToCore::UpdateMatchIndex(index)));
        }
        self.set_next(self.next_index.max(self.match_index + 1));
        let matched = self.match_index;
        self.outbound_buffer.retain(|entry| entry.index > matched);
        self.replication_buffer.retain(|entry| entry.index > matched);
        self.check_lag();
    }

    /// A refusal lowers next, and nothing else: it proves nothing (`match_index` stays).
    fn on_conflict(&mut self, hint: Option<Hint>) {
        self.answered = true;
        let refused = self.next_index;
        // An append with the same prev may be in flight again; it would only be refused again.
        let same_prev = |sent: &Sent| sent.prev_index + 1 == refused;
        if self.in_flight.as_ref().is_some_and(|it| self.sent.get(&it.rpc).is_some_and(same_prev)) {
            self.in_flight = None;
        }
        let guess = match hint {
            None => refused - 1,
            Some(Hint { index, .. }) if index < self.terms.prev_index() => index + 1,
            Some(Hint { term, index }) => match self.terms.last_at_most(index, term) {
                Some((agreed, _)) => agreed + 1,
                None => self.terms.prev_index(),
            },
        };
        // At least one step down each time, so that it ends; never into what is proven.
        self.set_next(guess.clamp(self.match_index + 1, refused - 1));
        self.become_lagging(StreamWhy::Refused);
    }

    /// At line rate, a lag above the threshold is the end of it.
    fn check_lag(&mut self) {
        let lag = self.last_log_index.saturating_sub(self.match_index);
        if self.state == StreamState::LineRate && lag > self.config.replication_lag_threshold {
            self.become_lagging(StreamWhy::LagAboveThreshold);
        }
    }

    pub(super) fn become_line_rate(&mut self) {
        self.change_state(StreamState::LineRate, StreamWhy::CaughtUp);
        self.outputs.push(Output::ToCore(ToCore::RateUpdate { is_line_rate: true }));
    }

    pub(super) fn become_lagging(&mut self, why: StreamWhy) {
        self.replication_buffer.clear();
        self.outbound_buffer.clear();
        if self.state != StreamState::Lagging {
            self.change_state(StreamState::Lagging, why);
            self.outputs.push(Output::ToCore(ToCore::RateUpdate { is_line_rate: false }));
        }
    }

    fn shut_down(&mut self, why: StreamWhy) {
        self.change_state(StreamState::Shutdown, why);
    }

    fn change_state(&mut self, to: StreamState, why: StreamWhy) {
        let from = std::mem::replace(&mut self.state, to);
        self.emit_state(Some(from), to, why);
    }

    fn set_next(&mut self, next: Index) {
        if next != self.next_index {
            self.emit(Event::Next { node: self.leader, target: self.target, from: self.next_index, to: next });
            self.next_index = next;
        }
    }

    fn report_buffers(&mut self) {
        let sizes = (self.replication_buffer.len(), self.outbound_buffer.len());
        if sizes != self.reported_buffers && self.state != StreamState::Shutdown {
            self.reported_buffers = sizes;
            let (replication, outbound) = (sizes.0 as u32, sizes.1 as u32);
            self.emit(Event::Buffer { node: self.leader, target: self.target, replication, outbound });
        }
    }

    fn emit_state(&mut self, from: Option<StreamState>, to: StreamState, why: StreamWhy) {
        self.emit(Event::StreamState { node: self.leader, target: self.target, from, to, why });
    }

    fn emit(&mut self, event: Event) {
        self.outputs.push(Output::Emit(event));
    }
}
