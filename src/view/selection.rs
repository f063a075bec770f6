//! What can be selected, and what every panel highlights with it.

use crate::lab::vocab::id::{Link, MessageId};
use crate::lab::world::World;
use crate::raft::{Index, NodeId};

/// A part of the cluster that can be selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// A node.
    Node(NodeId),
    /// A link, with both directions.
    Link(Link),
    /// A message in flight.
    Message(MessageId),
    /// The entry at an index of the node's log.
    Entry(NodeId, Index),
    /// The replication stream from a leader to a target.
    Stream(NodeId, NodeId),
}

impl Selection {
    /// The node, if a node or an entry of its log is selected.
    pub fn node(self) -> Option<NodeId> {
        match self {
            Selection::Node(node) | Selection::Entry(node, _) => Some(node),
            _ => None,
        }
    }

    /// The message, if one is selected.
    pub fn message(self) -> Option<MessageId> {
        match self {
            Selection::Message(message) => Some(message),
            _ => None,
        }
    }

    /// What is highlighted with the selection: for an entry, every log that has an entry of the same term at that
    /// index; for a message, its sender and receiver as well.
    pub fn highlight(self, world: &World) -> Highlight {
        match self {
            Selection::Node(node) => Highlight { nodes: vec![node], ..Highlight::default() },
            Selection::Link((a, b)) | Selection::Stream(a, b) => {
                Highlight { nodes: vec![a, b], ..Highlight::default() }
            }
            Selection::Message(id) => match find(world, id) {
                Some(message) => message_highlight(message),
                None => Highlight { message: Some(id), ..Highlight::default() },
            },
            Selection::Entry(node, index) => {
                let term = world.nodes.get(&node).and_then(|node| node.term_at(index));
                let same = |other: NodeId| {
                    let its_term = world.nodes.get(&other).and_then(|node| Some(node.entry(index)?.term));
                    other == node || (its_term.is_some() && its_term == term)
                };
                let mut nodes: Vec<NodeId> = world.nodes.keys().copied().filter(|&other| same(other)).collect();
                // The node whose entry was selected comes first.
                nodes.sort_by_key(|&other| other != node);
                Highlight { nodes, message: None, entries: Some((index, index)) }
            }
        }
    }
}

/// What every panel highlights: nodes, a message, a range of entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Highlight {
    /// The highlighted nodes, the most important first.
    pub nodes: Vec<NodeId>,
    /// The highlighted message. It may have left the network since.
    pub message: Option<MessageId>,
    /// The first and last index, both inclusive, of the highlighted entries in the logs of `nodes`.
    pub entries: Option<(Index, Index)>,
}

impl Highlight {
    /// The highlight of a violated invariant: the nodes that it names, and the entries from the first to the last that
    /// it names.
    pub fn violation(nodes: &[NodeId], entries: &[Index]) -> Highlight {
        let entries = entries.first().map(|&first| (first, entries.last().copied().unwrap_or(first)));
        Highlight { nodes: nodes.to_vec(), message: None, entries }
    }
}

/// The highlight of the first violated invariant; empty if there is none.
pub fn violation_highlight(world: &World) -> Highlight {
    let first = world.violations.values().min_by_key(|(event, _)| *event);
    first.map(|(_, broken)| Highlight::violation(&broken.nodes, &broken.entries)).unwrap_or_default()
}

/// A message that is in flight or was lost recently.
pub fn find(world: &World, id: MessageId) -> Option<&crate::lab::world::InFlight> {
    let lost = || world.lost.iter().map(|lost| &*lost.message).find(|message| message.id == id);
    world.messages.get(&id).map(|message| &**message).or_else(lost)
}

/// The highlight of a message.
pub fn message_highlight(message: &crate::lab::world::InFlight) -> Highlight {
    Highlight { nodes: vec![message.from, message.to], message: Some(message.id), entries: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::world::NodeState;
    use crate::raft::log::{Entry, Payload};
    use crate::raft::Membership;
    use std::sync::Arc;

    #[test]
    fn an_entry_is_highlighted_wherever_it_is_the_same() {
        let node = |id, terms: &[u64]| {
            let entry = |(i, &term): (usize, &u64)| Arc::new(Entry::new(i as Index + 1, term, Payload::Blank));
            NodeState::new(id, Membership::new(1..=4, []), terms.iter().enumerate().map(entry))
        };
        let world = World::new([node(1, &[1, 2]), node(2, &[1, 1]), node(3, &[1, 2]), node(4, &[1])]);
        let about = Selection::Entry(3, 2).highlight(&world);
        assert_eq!((about.nodes, about.entries), (vec![3, 1], Some((2, 2))));
        assert_eq!(Selection::Entry(4, 2).highlight(&world).nodes, [4], "what is not there is nowhere the same");
        assert_eq!(Selection::Entry(3, 9).highlight(&world).nodes, [3], "nor where no log has anything");
        assert_eq!(Selection::Stream(1, 4).highlight(&world).nodes, [1, 4]);
        assert_eq!(Selection::Message(9).highlight(&world).message, Some(9));
    }

    #[test]
    fn the_invariant_that_was_broken_first_is_highlighted() {
        use crate::lab::vocab::invariant::{Invariant, Violation};
        use crate::lab::vocab::violation::ViolationDetail;
        let mut world = World::default();
        assert_eq!(violation_highlight(&world), Highlight::default());
        let mut add = |invariant, event, nodes: &[NodeId], entries: &[Index]| {
            let detail = ViolationDetail::SecondLeader { node: 1, first: 2, term: 1 };
            let violation = Violation { invariant, nodes: nodes.into(), entries: entries.into(), detail };
            world.violations.insert(invariant, (event, violation.into()));
        };
        add(Invariant::ElectionSafety, 9, &[1, 2], &[]);
        add(Invariant::StateMachineSafety, 7, &[2, 3], &[4, 6]);
        assert_eq!(violation_highlight(&world), Highlight { nodes: vec![2, 3], message: None, entries: Some((4, 6)) });
    }
}
