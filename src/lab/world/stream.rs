//! One replication stream, as its events tell it.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::raft::event::{StreamState, StreamWhy};
use crate::raft::{self, Index, SharedSnapshot, Term};
use crate::runtime::Micros;

/// What is known about one replication stream.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamInfo {
    /// The leader's term.
    pub term: Term,
    /// What it is doing.
    pub state: StreamState,
    /// The state before.
    pub from: Option<StreamState>,
    /// Why it changed.
    pub why: StreamWhy,
    /// When it changed.
    pub since: Micros,
    /// Every way that it has taken so far through its states, and how often.
    pub ways: Rc<BTreeMap<Transition, u32>>,
    /// The way that it took last.
    pub last_way: Transition,
    /// Where the next append begins.
    pub next: Index,
    /// How far the target is proven to agree.
    pub matched: Index,
    /// Entries handed over, not yet chosen for sending.
    pub replication_buffer: Buffered,
    /// Entries in flight, or to be sent again.
    pub outbound_buffer: Buffered,
    /// When the target last answered.
    pub answered: Option<Micros>,
    /// What went wrong with the latest RPC whose end is known.
    pub trouble: Option<Trouble>,
    /// While it sends a snapshot: how far it is.
    pub snapshot: Option<SnapshotProgress>,
    /// The lag, the leader's last index − match, each time that it changed; the latest last.
    pub lag: imbl::Vector<(Micros, u64)>,
}

/// A way from one state of a stream to another, or back to the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transition {
    /// Whence; none where the stream begins.
    pub from: Option<StreamState>,
    /// Whither.
    pub to: StreamState,
    /// What causes it.
    pub why: StreamWhy,
}

/// Entries in a buffer: their indices follow each other, and the leader's log holds the rest of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Buffered {
    /// The index of the first.
    pub first: Index,
    /// How many.
    pub count: u32,
}

impl Buffered {
    /// The last index; of an empty buffer, the one before the first.
    pub fn last(self) -> Index {
        (self.first + Index::from(self.count)).saturating_sub(1)
    }

    /// Whether an entry is in it.
    pub fn contains(self, index: Index) -> bool {
        self.count > 0 && (self.first..=self.last()).contains(&index)
    }
}

/// Why an RPC of a stream came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// There was no answer in time; of a chunk, perhaps since the target is down.
    Unanswered,
    /// It failed at once: the target is down.
    Unreachable,
}

/// How far a stream is with a snapshot.
#[derive(Clone, Debug, PartialEq)]
pub struct SnapshotProgress {
    /// The snapshot.
    pub snapshot: SharedSnapshot,
    /// Where the next chunk begins: so much the target has.
    pub offset: u64,
    /// Chunks so far, those sent again included.
    pub chunks_sent: u32,
    /// The chunk whose answer is awaited: where it begins, and its size.
    pub in_flight: Option<(u64, u64)>,
    /// The size of a whole chunk, as far as one was seen.
    pub chunk_size: u64,
}

impl SnapshotProgress {
    /// Nothing of it is sent yet.
    pub fn new(snapshot: SharedSnapshot) -> SnapshotProgress {
        SnapshotProgress { snapshot, offset: 0, chunks_sent: 0, in_flight: None, chunk_size: 0 }
    }

    /// The snapshot's last index.
    pub fn index(&self) -> Index {
        self.snapshot.meta.index
    }

    /// The size of the whole.
    pub fn bytes(&self) -> u64 {
        self.snapshot.data.len() as u64
    }
}

impl StreamInfo {
    /// A stream that begins.
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
            next: 0,
            matched: 0,
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

    /// A stream that is told of one of its events, but for a change of state.
    pub(super) fn apply(&mut self, at: Micros, event: &raft::Event) {
        use raft::Event::*;
        match event {
            Next { to, .. } => self.next = *to,
            Match { to, .. } | MatchLost { to, .. } => self.matched = *to,
            Buffer { replication, replication_first, outbound, .. } => {
                self.replication_buffer = Buffered { first: *replication_first, count: *replication };
                // It begins at next, whenever it has changed.
                self.outbound_buffer = Buffered { first: self.next, count: *outbound };
            }
            Answered { success, counted, .. } => {
                self.hears(at);
                // A refusal at line rate changes the state, which is told by itself.
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
