//! What a line is about: what it selects and highlights.

use std::collections::BTreeSet;

use super::line::{Filter, Line};
use crate::lab::vocab::event::{Event, LabEvent};
use crate::raft::rpc::Message;
use crate::raft::{self, Index, NodeId};
use crate::view::selection::{Highlight, Selection};

impl Line {
    /// Whether a filter that asks for what a line is about lets it pass.
    pub(super) fn passes(&self, filter: Filter) -> bool {
        match filter {
            Filter::Node(node) => self.highlight().nodes.contains(&node),
            Filter::Entry(index) => {
                let carries = |message: &Message| match message {
                    Message::Append(append) => append.entries.iter().any(|entry| entry.index == index),
                    _ => false,
                };
                let sent = match &self.record.event {
                    Event::Lab(LabEvent::Sent { message, .. }) => Some(message),
                    _ => self.context.message.as_ref(),
                };
                let about = self.highlight().entries.is_some_and(|(first, last)| (first..=last).contains(&index));
                about || sent.is_some_and(|message| carries(message))
            }
            _ => true,
        }
    }

    /// What a click on the line selects: the entry, message, stream, link or node that the event names first.
    pub fn selection(&self) -> Option<Selection> {
        use raft::Event as It;
        match &self.record.event {
            Event::Node(event) => Some(match event {
                It::Append { node, entry } => Selection::Entry(*node, entry.index),
                It::Commit { node, to, .. } => Selection::Entry(*node, *to),
                It::Apply { node, index } | It::Repeated { node, index, .. } | It::Durable { node, index } => {
                    Selection::Entry(*node, *index)
                }
                It::StreamState { node, target, .. }
                | It::Next { node, target, .. }
                | It::Match { node, target, .. }
                | It::MatchLost { node, target, .. }
                | It::Buffer { node, target, .. }
                | It::Answered { node, target, .. }
                | It::TimedOut { node, target, .. }
                | It::Unreachable { node, target, .. }
                | It::SnapshotOffered { node, target, .. }
                | It::ChunkSent { node, target, .. }
                | It::ChunkAnswered { node, target, .. }
                | It::ChunkFailed { node, target, .. } => Selection::Stream(*node, *target),
                other => Selection::Node(other.node()),
            }),
            Event::Lab(event) => match event {
                LabEvent::Sent { id, .. }
                | LabEvent::Held { id, .. }
                | LabEvent::Released { id, .. }
                | LabEvent::Delayed { id, .. } => Some(Selection::Message(*id)),
                // These messages have left the network.
                LabEvent::Delivered { from, to, .. } | LabEvent::Lost { from, to, .. } => {
                    Some(Selection::Link((*from.min(to), *from.max(to))))
                }
                LabEvent::Link { from: Some(from), to: Some(to), .. } => {
                    Some(Selection::Link((*from.min(to), *from.max(to))))
                }
                LabEvent::Client { node: Some(node), index: Some(index), .. } => Some(Selection::Entry(*node, *index)),
                _ => self.highlight().nodes.first().map(|node| Selection::Node(*node)),
            },
        }
    }

    /// What is highlighted with the line.
    pub fn highlight(&self) -> Highlight {
        match &self.record.event {
            Event::Node(event) => node_highlight(event),
            Event::Lab(event) => lab_highlight(event),
        }
    }
}

/// The highlight of these nodes.
fn nodes(nodes: impl IntoIterator<Item = NodeId>) -> Highlight {
    Highlight { nodes: nodes.into_iter().collect(), ..Highlight::default() }
}

fn node_highlight(event: &raft::Event) -> Highlight {
    let entries = |node: NodeId, first: Index, last: Index| Highlight {
        nodes: vec![node],
        message: None,
        entries: Some((first, last)),
    };
    match event {
        raft::Event::Append { node, entry } => entries(*node, entry.index, entry.index),
        raft::Event::Truncate { node, first, last } => entries(*node, *first, *last),
        raft::Event::Commit { node, from, to } => entries(*node, from + 1, *to),
        raft::Event::Apply { node, index } | raft::Event::Durable { node, index } => entries(*node, *index, *index),
        raft::Event::Repeated { node, index, first } => entries(*node, *first, *index),
        raft::Event::Match { node, target, from, to } if from < to => {
            Highlight { nodes: vec![*node, *target], message: None, entries: Some((from + 1, *to)) }
        }
        raft::Event::Vote { node, candidate, .. } => nodes([*node, *candidate]),
        raft::Event::PreVote { node, candidate, .. } => nodes([*node, *candidate]),
        raft::Event::TransferBegun { node, target }
        | raft::Event::TransferGivenUp { node, target }
        | raft::Event::TransferRefused { node, target, .. } => nodes([*node, *target]),
        raft::Event::VoteCounted { node, voter, .. } | raft::Event::PreVoteCounted { node, voter, .. } => {
            nodes([*node, *voter])
        }
        raft::Event::Leader { node, leader: Some(leader) } => nodes([*node, *leader]),
        raft::Event::StreamState { node, target, .. }
        | raft::Event::Next { node, target, .. }
        | raft::Event::Match { node, target, .. }
        | raft::Event::MatchLost { node, target, .. }
        | raft::Event::Buffer { node, target, .. }
        | raft::Event::Answered { node, target, .. }
        | raft::Event::TimedOut { node, target, .. }
        | raft::Event::SnapshotOffered { node, target, .. }
        | raft::Event::ChunkSent { node, target, .. }
        | raft::Event::ChunkAnswered { node, target, .. }
        | raft::Event::ChunkFailed { node, target, .. }
        | raft::Event::Unreachable { node, target, .. } => nodes([*node, *target]),
        other => nodes([other.node()]),
    }
}

fn lab_highlight(event: &LabEvent) -> Highlight {
    match event {
        LabEvent::Sent { id, from, to, .. }
        | LabEvent::Delivered { id, from, to, .. }
        | LabEvent::Held { id, from, to, .. }
        | LabEvent::Released { id, from, to, .. }
        | LabEvent::Delayed { id, from, to, .. }
        | LabEvent::Lost { id, from, to, .. } => {
            Highlight { nodes: vec![*from, *to], message: Some(*id), entries: None }
        }
        LabEvent::Crash { node, .. }
        | LabEvent::Restart { node }
        | LabEvent::NewNode { node }
        | LabEvent::Pause { node }
        | LabEvent::Resume { node }
        | LabEvent::Disk { node, .. }
        | LabEvent::DiskPace { node, .. }
        | LabEvent::DiskLost { node, .. } => nodes([*node]),
        LabEvent::Members { voters, learners, learner, node, .. } => {
            let named = voters.iter().chain(learners).flatten().chain(learner).chain(node).copied();
            nodes(named.collect::<BTreeSet<NodeId>>())
        }
        LabEvent::Link { from, to, .. } => nodes(from.iter().chain(to).copied()),
        LabEvent::Client { node, index, .. } => Highlight {
            nodes: node.iter().copied().collect(),
            message: None,
            entries: index.map(|index| (index, index)),
        },
        LabEvent::Cut { links, .. } | LabEvent::Join { links } => {
            let ends = links.iter().flat_map(|&(from, to)| [from, to]);
            nodes(ends.collect::<BTreeSet<NodeId>>())
        }
        LabEvent::Violation { nodes, entries, .. } => Highlight::violation(nodes, entries),
        LabEvent::Note { .. }
        | LabEvent::TrapSet { .. }
        | LabEvent::TrapGone { .. }
        | LabEvent::Config { .. }
        | LabEvent::Rule { .. } => Highlight::default(),
    }
}
