//! The state of one replication stream, as far as its events show it.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::raft::event::{StreamState, StreamWhy};
use crate::raft::{self, Index, SharedSnapshot, Term};
use crate::runtime::Micros;

/// The state of one replication stream.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamInfo {
    /// The leader's term in which the stream was started.
    pub term: Term,
    /// Its present state.
    pub state: StreamState,
    /// The state before; none when the stream starts.
    pub from: Option<StreamState>,
    /// Why it entered its present state.
    pub why: StreamWhy,
    /// The virtual time at which it entered its present state.
    pub since: Micros,
    /// How often it made each transition so far.
    pub ways: Rc<BTreeMap<Transition, u32>>,
    /// Its latest transition.
    pub last_way: Transition,
    /// The index of the next entry to send.
    pub next_index: Index,
    /// The highest index known to be replicated on the target; `matched < next`.
    pub match_index: Index,
    /// Entries passed to the stream, not yet selected for sending.
    pub replication_buffer: Buffered,
    /// Entries in flight, or to be sent again.
    pub outbound_buffer: Buffered,
    /// The virtual time of the target's last response.
    pub answered: Option<Micros>,
    /// Why the latest RPC with a known outcome failed; none if it succeeded.
    pub trouble: Option<Trouble>,
    /// The progress of a snapshot, while one is being sent.
    pub snapshot: Option<SnapshotProgress>,
    /// The history of the lag (the leader's last index − match), with a point at each change; the latest last.
    pub lag: imbl::Vector<(Micros, u64)>,
}

/// A transition of a stream between two states, or back to the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transition {
    /// The state before; none when the stream starts.
    pub from: Option<StreamState>,
    /// The state after.
    pub to: StreamState,
    /// The cause.
    pub why: StreamWhy,
}

/// The entries of a buffer, with consecutive indices. Their contents are in the leader's log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Buffered {
    /// The index of the first entry.
    pub first: Index,
    /// The number of entries.
    pub count: u32,
}

impl Buffered {
    /// The index of the last entry; `first - 1` if the buffer is empty.
    pub fn last(self) -> Index {
        (self.first + Index::from(self.count)).saturating_sub(1)
    }

    /// Whether the entry at `index` is in the buffer.
    pub fn contains(self, index: Index) -> bool {
        self.count > 0 && (self.first..=self.last()).contains(&index)
    }
}

/// Why an RPC of a stream failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It timed out; for a chunk, the target may also be down.
    Unanswered,
    /// It failed at once: the target is down.
    Unreachable,
}

/// The progress of sending a snapshot.
#[derive(Clone, Debug, PartialEq)]
pub struct SnapshotProgress {
    /// The snapshot.
    pub snapshot: SharedSnapshot,
    /// The offset of the next chunk: the number of bytes that the target has.
    pub offset: u64,
    /// The number of chunks sent so far, including retransmissions.
    pub chunks_sent: u32,
    /// The offset and size, in bytes, of the chunk in flight.
    pub in_flight: Option<(u64, u64)>,
    /// The size of a whole chunk in bytes, as far as one was seen; 0 before.
    pub chunk_size: u64,
}

impl SnapshotProgress {
    /// A transfer of which nothing is sent yet.
    pub fn new(snapshot: SharedSnapshot) -> SnapshotProgress {
        SnapshotProgress { snapshot, offset: 0, chunks_sent: 0, in_flight: None, chunk_size: 0 }
    }

    /// The snapshot's last included index.
    pub fn index(&self) -> Index {
        self.snapshot.meta.index
    }

    /// The size of the snapshot, in bytes.
    pub fn bytes(&self) -> u64 {
        self.snapshot.data.len() as u64
    }
}

impl StreamInfo {
    /// A stream that starts now.
    pub fn new(term: Term, at: Micros, state: StreamState, why: StreamWhy) -> StreamInfo {
        let way = Transition { from: None, to: state, why };
        StreamInfo {
            term,
            state,
            from: None,
            why,
            since: at,
            ways: Rc::new([(way, 1)].into()),
            last_way: way,
            next_index: 0,
            match_index: 0,
            replication_buffer: Buffered::default(),
            outbound_buffer: Buffered::default(),
            answered: None,
            trouble: None,
            snapshot: None,
            lag: imbl::Vector::new(),
        }
    }

    pub(super) fn goes(&mut self, way: Transition) {
        *Rc::make_mut(&mut self.ways).entry(way).or_default() += 1;
        self.last_way = way;
    }

    pub(super) fn change_state(&mut self, at: Micros, way: Transition) {
        self.goes(way);
        (self.state, self.from, self.why, self.since) = (way.to, way.from, way.why, at);
        self.snapshot = None;
    }

    pub(super) fn hears(&mut self, at: Micros) {
        (self.answered, self.trouble) = (Some(at), None);
    }

    /// Applies an event of this stream that is not a change of state.
    pub(super) fn apply(&mut self, at: Micros, event: &raft::Event) {
        use raft::Event::*;
        match event {
            Next { to, .. } => self.next_index = *to,
            Match { to, .. } | MatchLost { to, .. } => self.match_index = *to,
            Buffer { replication, replication_first, outbound, .. } => {
                self.replication_buffer = Buffered { first: *replication_first, count: *replication };
                // The buffer begins at the next index, also after that has changed.
                self.outbound_buffer = Buffered { first: self.next_index, count: *outbound };
            }
            Answered { success, counted, .. } => {
                self.hears(at);
                // A refusal at line rate also changes the state, which has an event of its own.
                if *counted && !success && self.state == self::StreamState::Lagging {
                    self.goes(Transition { from: Some(self.state), to: self.state, why: StreamWhy::Refused });
                }
            }
            TimedOut { .. } => self.trouble = Some(Trouble::Unanswered),
            Unreachable { .. } => self.trouble = Some(Trouble::Unreachable),
            SnapshotOffered { snapshot, .. } => self.snapshot = Some(SnapshotProgress::new(snapshot.clone())),
            ChunkAnswered { late, counted, offset, .. } => {
                self.hears(at);
                if let Some(progress) = &mut self.snapshot {
                    if *counted {
                        progress.offset = *offset;
                    }
                    if *counted || !late {
                        progress.in_flight = None;
                    }
                }
            }
            ChunkSent { offset, bytes, chunks_sent, .. } => {
                if let Some(progress) = &mut self.snapshot {
                    progress.chunks_sent = *chunks_sent;
                    progress.in_flight = Some((*offset, *bytes));
                    progress.chunk_size = progress.chunk_size.max(*bytes);
                }
            }
            ChunkFailed { .. } => {
                self.trouble = Some(Trouble::Unanswered);
                if let Some(progress) = &mut self.snapshot {
                    progress.in_flight = None;
                }
            }
            _ => {}
        }
    }
}
