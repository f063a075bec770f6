//! The stream's state, and what answers, time and the core do to it.

use std::collections::{BTreeMap, VecDeque};

use crate::raft::config::Config;
use crate::raft::conflict::Search;
use crate::raft::event::{Event, StreamState, StreamWhy};
use crate::raft::log::{LogTerms, SharedEntry};
use crate::raft::network::Unreachable;
use crate::raft::rpc::{AppendEntries, AppendResponse, AppendResult, Hint, InstallResponse, InstallSnapshot};
use crate::raft::storage::{LogView, StorageError};
use crate::raft::{Index, NodeId, SharedSnapshot, Term};

use super::snapshotting::Transfer;
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
    /// The snapshot that the stream asked for.
    Snapshot(SharedSnapshot),
    /// These settings from now on.
    SetConfig(Config),
    /// Send something soon, and say with [`ToCore::Heard`] when it is answered. Numbers rise.
    Probe(u64),
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
    /// The target lost what it had: its log agrees only up to here.
    MatchLost(Index),
    /// The target answered, in this term, an RPC that left after this probe was asked for.
    Heard {
        /// The number of the probe.
        probe: u64,
    },
    /// The target needs a snapshot; the stream waits for [`FromCore::Snapshot`].
    NeedsSnapshot,
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
    /// A chunk was answered, in time or late, or it failed at once.
    ChunkAnswer {
        /// Which.
        rpc: u64,
        /// The answer.
        response: Result<InstallResponse, Unreachable>,
    },
    /// Time has come to [`Stream::next_deadline`].
    Time,
    /// The log was read, as [`Output::Read`] asked.
    Read(Result<LogView, StorageError>),
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
    /// Send a chunk of a snapshot to the target.
    SendChunk {
        /// The name under which its answer is to come back.
        rpc: u64,
        /// What to send.
        request: InstallSnapshot,
    },
    /// An answer to this RPC is no longer of interest.
    Forget {
        /// Which.
        rpc: u64,
    },
    /// Read the log: these entries (none, if `last` is before `first`), and how things stand with it. One
    /// read at a time.
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
pub(super) enum Sent {
    /// An append, or a heartbeat.
    Append {
        /// The index before its entries.
        prev_index: Index,
        /// The last index that it speaks of.
        last_index: Index,
        /// prev was proven when it was sent: a refusal then says that the target lost it.
        proven: bool,
        /// The latest probe that had been asked for.
        probe: u64,
    },
    /// A chunk of a snapshot.
    Chunk {
        /// The latest probe that had been asked for.
        probe: u64,
    },
}

/// An RPC that is in flight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct InFlight {
    pub(super) rpc: u64,
    /// When its slot is freed.
    pub(super) deadline: Micros,
}

/// What all streams of one leader begin with.
#[derive(Clone, Debug)]
pub struct Office {
    /// Who leads.
    pub leader: NodeId,
    /// In which term.
    pub term: Term,
    /// The leader's log *before* the first entry of its term.
    pub terms: LogTerms,
    /// How far it is committed.
    pub commit_index: Index,
    /// The leader's settings.
    pub config: Config,
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
    pub(super) sent: BTreeMap<u64, Sent>,
    last_rpc: u64,
    /// When the heartbeat timer ticks next.
    next_tick: Micros,
    /// An RPC was not answered: nothing is sent before the next tick, whatever happens.
    pub(super) waits_for_tick: bool,
    /// The log is being read: the stream looks at it before every send.
    reading: bool,
    /// The latest probe that was asked for.
    pub(super) probe: u64,
    /// The heartbeat timer ticked, or a probe is asked for: something is sent, even if there is nothing to send.
    pub(super) heartbeat_due: bool,
    /// The snapshot that is being sent; only while snapshotting.
    pub(super) transfer: Option<Transfer>,
    /// A snapshot was installed and line rate not reached since: how far behind the target is does not count.
    pub(super) installed: bool,
    /// The target has answered in this term, so that `next_index` is more than the leader's first guess.
    pub(super) answered: bool,
    /// The buffers as the observer knows them: their sizes, and where the replication buffer begins.
    reported_buffers: (usize, Index, usize),
    pub(super) outputs: Vec<Output>,
}

impl Stream {
    /// A stream that begins now. The target is asked at once whether it agrees up to the end of the leader's
    /// log, as it was before the first entry of its term: sending begins behind that.
    ///
    /// `proven` is how far the target is known to agree already: not at all, when a leader takes office. Only
    /// a scenario that opens with a leader in office knows more.
    pub fn new(now: Micros, office: Office, target: NodeId, proven: Option<Index>) -> Stream {
        let Office { leader, term, terms, commit_index, config } = office;
        let last_log_index = terms.last_index();
        // Nothing is proven to a leader that takes office (paper, Figure 2).
        let at_first = if config.rules.match_starts_at_zero { 0 } else { last_log_index };
        let match_index = proven.map_or(at_first, |proven| proven.min(last_log_index));
        let next_index = proven.map_or(last_log_index, |_| match_index) + 1;
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
            sent: BTreeMap::new(),
            last_rpc: 0,
            next_tick: now + config.heartbeat_interval,
            waits_for_tick: false,
            reading: false,
            heartbeat_due: false,
            probe: 0,
            transfer: None,
            installed: false,
            answered: proven.is_some(),
            reported_buffers: (0, 0, 0),
            outputs: Vec::new(),
            config,
        };
        stream.emit_state(None, StreamState::Lagging, StreamWhy::NewLeader);
        stream.emit(Event::Next { node: leader, target, from: 0, to: next_index });
        if match_index > 0 {
            stream.emit(Event::Match { node: leader, target, from: 0, to: match_index });
            stream.outputs.push(Output::ToCore(ToCore::UpdateMatchIndex(match_index)));
        }
        stream.send(now, next_index - 1);
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
        let chunk = self.transfer.as_ref().and_then(|transfer| transfer.in_flight.as_ref());
        let in_flight = self.in_flight.iter().chain(chunk).map(|in_flight| in_flight.deadline);
        in_flight.fold(self.next_tick, Micros::min)
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
            Input::ChunkAnswer { rpc, response } => self.on_chunk_answer(rpc, response),
            Input::Time => self.on_time(now),
            Input::Read(result) => self.on_read(now, result),
            Input::Core(events) => events.into_iter().for_each(|event| self.on_core(now, event)),
        }
        self.proceed(now);
        self.report_buffers();
    }

    /// Does what the state allows to be done now: change it, read, send.
    fn proceed(&mut self, now: Micros) {
        // A change of state is followed by what the new state does. It ends: only an answer, or a look at
        // the log, leads away from line rate.
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

    /// Whether an append may leave now.
    pub(super) fn may_send(&self) -> bool {
        self.in_flight.is_none() && !self.reading && !self.waits_for_tick
    }

    /// Sends what is in the outbound buffer, which follows on `prev_log_index`: a heartbeat, if that is empty.
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
        let rpc = self.remember(Sent::Append {
            prev_index: prev_log_index,
            last_index: request.last_index(),
            proven: prev_log_index > 0 && prev_log_index <= self.match_index,
            probe: self.probe,
        });
        self.in_flight = Some(InFlight { rpc, deadline: now + self.config.heartbeat_interval });
        self.outputs.push(Output::Send { rpc, request });
    }

    /// Names an RPC, and remembers it until it is answered.
    pub(super) fn remember(&mut self, sent: Sent) -> u64 {
        self.last_rpc += 1;
        self.sent.insert(self.last_rpc, sent);
        if self.sent.len() > LATE_ANSWERS_MAX {
            if let Some((rpc, _)) = self.sent.pop_first() {
                self.outputs.push(Output::Forget { rpc });
            }
        }
        self.last_rpc
    }

    /// Looks at the log before a send: for up to a payload of entries from next on, `last` at most, and for
    /// whether a snapshot is needed instead.
    pub(super) fn look_and_send(&mut self, last: Index) {
        let payload = Index::from(self.config.max_payload_entries);
        self.reading = true;
        self.outputs.push(Output::Read { first: self.next_index, last: last.min(self.next_index + payload - 1) });
    }

    /// The term of the leader's entry at `index`.
    fn term_at(&self, index: Index) -> Option<Term> {
        match index {
            0 => Some(0),
            _ if index > self.terms.last_index() => Some(self.term),
            _ => self.terms.term_at(index),
        }
    }

    fn on_core(&mut self, now: Micros, event: FromCore) {
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
            FromCore::Snapshot(snapshot) => self.on_snapshot(snapshot),
            FromCore::SetConfig(config) => {
                self.next_tick = self.next_tick.min(now + config.heartbeat_interval);
                self.config = config;
                self.check_lag();
            }
            FromCore::Probe(probe) => {
                self.probe = probe;
                self.heartbeat_due = true;
            }
        }
    }

    fn on_time(&mut self, now: Micros) {
        // A time-out that is due together with a tick comes first: the tick then sends again.
        if let Some(in_flight) = self.in_flight.take_if(|in_flight| in_flight.deadline <= now) {
            self.waits_for_tick = true;
            self.emit(Event::TimedOut { node: self.leader, target: self.target, rpc: in_flight.rpc });
        }
        self.on_chunk_time(now);
        if self.next_tick <= now {
            while self.next_tick <= now {
                self.next_tick += self.config.heartbeat_interval;
            }
            self.on_tick();
        }
    }

    /// The heartbeat timer ticked: what waited for it may leave, and if no append is in flight, one is sent.
    fn on_tick(&mut self) {
        self.waits_for_tick = false;
        if let Some(transfer) = &mut self.transfer {
            transfer.waits_for_tick = false;
        }
        // One that is in flight will do.
        self.heartbeat_due |= self.in_flight.is_none();
    }

    fn on_read(&mut self, now: Micros, result: Result<LogView, StorageError>) {
        self.reading = false;
        let view = match result {
            Ok(view) => view,
            Err(error) => {
                self.outputs.push(Output::ToCore(ToCore::StorageFailed(error)));
                return self.shut_down(StreamWhy::StorageFailed);
            }
        };
        if !matches!(self.state, StreamState::LineRate | StreamState::Lagging) {
            return;
        }
        if let Some(why) = self.needs_snapshot(&view) {
            return self.become_snapshotting(why);
        }
        // A refusal, or a late success, may have moved next since: then what was read does not follow on it.
        let next = self.next_index;
        let follows = |entries: &[SharedEntry]| entries.first().is_some_and(|entry| entry.index == next);
        if self.outbound_buffer.is_empty() {
            if follows(&view.entries) {
                self.outbound_buffer = view.entries;
            }
            if self.state == StreamState::LineRate {
                self.fill_outbound();
            }
        } else if !follows(&self.outbound_buffer) {
            self.outbound_buffer.clear();
        }
        if self.may_send() && (self.heartbeat_due || !self.outbound_buffer.is_empty()) {
            self.send(now, self.next_index - 1);
        }
    }

    /// Why the target needs a snapshot, if it does. Never merely because nothing is proven yet.
    fn needs_snapshot(&self, view: &LogView) -> Option<StreamWhy> {
        let behind = view.last_applied.saturating_sub(self.next_index - 1);
        if self.next_index < view.first_index {
            Some(StreamWhy::NeededCompacted)
        } else if self.answered && !self.installed && behind >= self.config.snapshot_threshold {
            Some(StreamWhy::TooFarBehind)
        } else {
            None
        }
    }

    fn on_answer(&mut self, rpc: u64, response: Result<AppendResponse, Unreachable>) {
        let Some(Sent::Append { prev_index, last_index, proven, probe }) = self.sent.remove(&rpc) else { return };
        let late = self.in_flight.take_if(|in_flight| in_flight.rpc == rpc).is_none();
        let (node, target) = (self.leader, self.target);
        let Ok(response) = response else {
            self.waits_for_tick |= !late && self.backs_off();
            return self.emit(Event::Unreachable { node, target, rpc });
        };
        if self.reverts(response.term, probe) {
            return;
        }
        match response.result {
            AppendResult::Success(index) => {
                let index = index.min(last_index); // it cannot prove more than it was sent
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
                } else if proven && prev_index == self.match_index && self.state != StreamState::Snapshotting {
                    self.on_match_lost(hint);
                }
            }
            AppendResult::StaleTerm => {
                self.emit(Event::Answered { node, target, rpc, success: false, late, counted: false });
            }
        }
    }

    /// Whether an RPC that failed at once is treated like one that was not answered: so a dead target costs one
    /// RPC a tick, although a leader retries indefinitely (paper §5.3).
    pub(super) fn backs_off(&self) -> bool {
        self.config.rules.back_off_when_unreachable
    }

    /// Whoever answers tells its term; a higher one ends this stream, and the leader's office (paper §5.1).
    pub(super) fn reverts(&mut self, term: Term, probe: u64) -> bool {
        let higher = term > self.term && self.config.rules.adopt_higher_term;
        if higher {
            self.outputs.push(Output::ToCore(ToCore::RevertToFollower { term }));
            self.shut_down(StreamWhy::HigherTerm);
        } else {
            self.outputs.push(Output::ToCore(ToCore::Heard { probe }));
        }
        higher
    }

    fn on_success(&mut self, index: Index) {
        self.answered = true;
        self.set_match(self.match_index.max(index));
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
        let same_prev = |sent: &Sent| matches!(sent, Sent::Append { prev_index, .. } if prev_index + 1 == refused);
        if self.in_flight.as_ref().is_some_and(|it| self.sent.get(&it.rpc).is_some_and(same_prev)) {
            self.in_flight = None;
        }
        if let Some(Hint { index, .. }) = hint.filter(|_| !self.config.rules.match_needs_proof) {
            self.set_match(self.match_index.max(index.min(refused - 2)));
        }
        let search = Search::new(&self.config.rules);
        self.set_next(search.next_index(&self.terms, hint, self.match_index, refused));
        self.become_lagging(StreamWhy::Refused);
    }

    /// The target refuses what it had promised: it has lost entries that were not durable when it answered.
    fn on_match_lost(&mut self, hint: Option<Hint>) {
        let to = hint.map_or(0, |hint| hint.index).min(self.match_index.saturating_sub(1));
        self.emit(Event::MatchLost { node: self.leader, target: self.target, from: self.match_index, to });
        self.match_index = to;
        self.answered = false; // a hint proves nothing: the next success does
        self.outputs.push(Output::ToCore(ToCore::MatchLost(to)));
        self.set_next(to + 1);
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
        self.installed = false;
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

    pub(super) fn change_state(&mut self, to: StreamState, why: StreamWhy) {
        let from = std::mem::replace(&mut self.state, to);
        self.emit_state(Some(from), to, why);
    }

    /// Something more is proven.
    pub(super) fn set_match(&mut self, index: Index) {
        if index != self.match_index {
            self.emit(Event::Match { node: self.leader, target: self.target, from: self.match_index, to: index });
            self.match_index = index;
            self.outputs.push(Output::ToCore(ToCore::UpdateMatchIndex(index)));
        }
    }

    pub(super) fn set_next(&mut self, next: Index) {
        if next != self.next_index {
            self.emit(Event::Next { node: self.leader, target: self.target, from: self.next_index, to: next });
            self.next_index = next;
        }
    }

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
