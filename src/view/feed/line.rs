//! A line of the feed, and its topic.

use std::rc::Rc;

use super::known::{Context, Known};
use crate::lab::vocab::event::{Event, LabEvent, Record};
use crate::raft::{self, Index, NodeId};

/// The most lines that are kept for each topic: this many important ones and this many others.
pub const LINES_MAX: usize = 100;

/// The topic of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Roles, terms, votes and timeouts.
    Elections,
    /// Entries: appended, removed, committed or applied.
    Log,
    /// Replication streams.
    Streams,
    /// Messages on the network.
    Messages,
    /// Requests of clients and their results.
    Clients,
    /// Crashes, failures and cuts, and their end; captions.
    Faults,
}

impl Topic {
    /// Every topic, in display order.
    pub const ALL: [Topic; 6] =
        [Topic::Elections, Topic::Log, Topic::Streams, Topic::Messages, Topic::Clients, Topic::Faults];
}

/// The lines that are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// The important lines of every topic.
    #[default]
    Matters,
    /// All lines of one topic.
    Only(Topic),
    /// What a node does and what is done to it, without routine.
    Node(NodeId),
    /// What becomes of the entries at an index.
    Entry(Index),
    /// All lines.
    Everything,
}

/// Lines in order.
pub(super) type Lines = imbl::Vector<Rc<Line>>;

/// The lines that one line stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct Fold {
    /// The first of them.
    pub first: Rc<Line>,
    /// Their number.
    pub count: u64,
    /// The last of them, oldest first.
    pub lines: Lines,
}

/// One event, with the context that is needed to describe it.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The event.
    pub record: Rc<Record>,
    /// The topic of the event.
    pub topic: Topic,
    /// Whether the event is important: shown by the default filter.
    pub matters: bool,
    /// What was so when it happened.
    pub context: Context,
    /// The lines that this one stands for, if it does.
    pub fold: Option<Rc<Fold>>,
}

impl Line {
    pub(super) fn new(record: &Rc<Record>, known: &mut Known) -> Line {
        let context = known.take(record);
        let (topic, matters) = classify(&record.event, context.leads);
        let matters = matters || context.by_hand || context.owed;
        Line { record: record.clone(), topic, matters, context, fold: None }
    }

    /// The number of the first event that it stands for: its place in the list.
    pub fn begins(&self) -> u64 {
        self.fold.as_ref().map_or(self.record.n, |fold| fold.first.record.n)
    }

    /// Whether it is routine: of no interest to who follows a node or an entry.
    pub(super) fn is_routine(&self) -> bool {
        use raft::Event as It;
        match &self.record.event {
            _ if self.matters => false,
            Event::Node(event) => matches!(
                event,
                It::Timer { .. }
                    | It::Next { .. }
                    | It::Match { .. }
                    | It::Buffer { .. }
                    | It::Answered { .. }
                    | It::Durable { .. }
                    | It::ChunkSent { .. }
                    | It::ChunkAnswered { .. }
                    | It::Chunk { .. }
            ),
            Event::Lab(event) => matches!(event, LabEvent::Sent { .. } | LabEvent::Delivered { .. }),
        }
    }
}

/// The topic of an event, and whether it is important.
fn classify(event: &Event, leads: bool) -> (Topic, bool) {
    use raft::Event::*;
    match event {
        Event::Node(event) => match event {
            Started { .. } | Term { .. } | Leader { .. } | Timer { .. } | VoteCounted { .. } => {
                (Topic::Elections, false)
            }
            Role { from, .. } => (Topic::Elections, from.is_some()),
            PreVoteBegun { .. } | TransferBegun { .. } | TransferGivenUp { .. } | TransferRefused { .. } => {
                (Topic::Elections, true)
            }
            PreVote { .. } | PreVoteCounted { .. } => (Topic::Elections, false),
            ReadConfirmed { .. } => (Topic::Clients, false),
            Vote { node, candidate, .. } => (Topic::Elections, node != candidate),
            Append { .. } | Commit { .. } => (Topic::Log, leads),
            Truncate { .. } => (Topic::Log, true),
            Apply { .. } => (Topic::Log, false),
            Repeated { .. } => (Topic::Log, true),
            StreamState { from, to, .. } => {
                (Topic::Streams, from.is_some() && *to != raft::event::StreamState::Shutdown)
            }
            Next { .. } | Match { .. } | Buffer { .. } | Answered { .. } | TimedOut { .. } | Unreachable { .. } => {
                (Topic::Streams, false)
            }
            SnapshotOffered { .. } | Installed { .. } | MatchLost { .. } => (Topic::Streams, true),
            ChunkSent { .. } | ChunkAnswered { .. } | ChunkFailed { .. } | Chunk { .. } => (Topic::Streams, false),
            CompactionDone { .. } => (Topic::Log, true),
            CompactionBegun { .. } | CompactionDiscarded { .. } | Durable { .. } => (Topic::Log, false),
            StorageFailed { .. } => (Topic::Faults, true),
        },
        Event::Lab(event) => match event {
            LabEvent::Sent { .. } | LabEvent::Delivered { .. } | LabEvent::Lost { .. } => (Topic::Messages, false),
            LabEvent::Held { .. } | LabEvent::Released { .. } | LabEvent::Delayed { .. } => (Topic::Messages, true),
            LabEvent::TrapSet { .. } => (Topic::Messages, true),
            LabEvent::TrapGone { .. } => (Topic::Messages, false),
            LabEvent::Violation { .. } => (Topic::Faults, true),
            LabEvent::Client { .. } | LabEvent::Members { .. } => (Topic::Clients, true),
            LabEvent::Crash { .. }
            | LabEvent::Restart { .. }
            | LabEvent::NewNode { .. }
            | LabEvent::Cut { .. }
            | LabEvent::Join { .. }
            | LabEvent::Pause { .. }
            | LabEvent::Resume { .. }
            | LabEvent::Disk { .. }
            | LabEvent::DiskPace { .. }
            | LabEvent::DiskLost { .. }
            | LabEvent::Link { .. }
            | LabEvent::Config { .. }
            | LabEvent::Rule { .. }
            | LabEvent::Note { .. } => (Topic::Faults, true),
        },
    }
}
