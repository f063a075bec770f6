//! Marks: the events that one looks for.

use crate::lab::vocab::event::{Event, LabEvent, Record};
use crate::raft::event::{Role, StreamState};
use crate::raft::{self, NodeId};
use crate::runtime::Micros;

/// What is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkKind {
    /// A leader committed entries.
    Committed,
    /// A stream of a leader changed its state.
    Stream,
    /// Something else was done to the cluster: settings, members, disks, notes.
    Changed,
    /// A node restarted, or links were rejoined.
    Mended,
    /// Links were cut.
    Cut,
    /// A node was paused or crashed, or its disk failed.
    Failed,
    /// A node was elected.
    Elected,
    /// A guarantee of Raft was broken.
    Broken,
}

impl MarkKind {
    /// Every kind, in the order in which they are drawn: where there is room for one, it is the last.
    pub const ALL: [MarkKind; 8] = [
        MarkKind::Committed,
        MarkKind::Stream,
        MarkKind::Changed,
        MarkKind::Mended,
        MarkKind::Cut,
        MarkKind::Failed,
        MarkKind::Elected,
        MarkKind::Broken,
    ];

    /// Its CSS class.
    pub fn class(self) -> &'static str {
        match self {
            MarkKind::Committed => "committed",
            MarkKind::Stream => "stream-change",
            MarkKind::Changed => "changed",
            MarkKind::Mended => "mended",
            MarkKind::Cut => "cut",
            MarkKind::Failed => "failed",
            MarkKind::Elected => "elected",
            MarkKind::Broken => "broken",
        }
    }
}

/// A mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The time of the event.
    pub at: Micros,
    /// The number of the event.
    pub n: u64,
    /// The node that it is about, if it is about one.
    pub node: Option<NodeId>,
    /// What it is.
    pub kind: MarkKind,
}

/// The mark of an event, if it has one. `leads`: whether it is in a node that leads.
pub(super) fn mark_of(record: &Record, leads: impl Fn(NodeId) -> bool) -> Option<Mark> {
    use raft::Event as It;
    let (node, kind) = match &record.event {
        Event::Node(It::Role { node, to: Role::Leader, .. }) => (Some(*node), MarkKind::Elected),
        Event::Node(It::Commit { node, .. }) if leads(*node) => (Some(*node), MarkKind::Committed),
        Event::Node(It::StreamState { node, from: Some(_), to, .. }) if *to != StreamState::Shutdown => {
            (Some(*node), MarkKind::Stream)
        }
        Event::Node(It::StorageFailed { node, .. }) => (Some(*node), MarkKind::Failed),
        Event::Lab(LabEvent::Crash { node, .. } | LabEvent::Pause { node } | LabEvent::DiskLost { node, .. }) => {
            (Some(*node), MarkKind::Failed)
        }
        Event::Lab(LabEvent::Restart { node } | LabEvent::Resume { node }) => (Some(*node), MarkKind::Mended),
        Event::Lab(LabEvent::Join { .. }) => (None, MarkKind::Mended),
        Event::Lab(LabEvent::Cut { .. }) => (None, MarkKind::Cut),
        Event::Lab(LabEvent::Violation { .. }) => (None, MarkKind::Broken),
        Event::Lab(LabEvent::NewNode { node } | LabEvent::Disk { node, .. } | LabEvent::DiskPace { node, .. }) => {
            (Some(*node), MarkKind::Changed)
        }
        Event::Lab(
            LabEvent::Config { .. }
            | LabEvent::Rule { .. }
            | LabEvent::Link { .. }
            | LabEvent::Note { .. }
            | LabEvent::Members { result: None, .. },
        ) => (None, MarkKind::Changed),
        _ => return None,
    };
    Some(Mark { at: record.at, n: record.n, node, kind })
}
