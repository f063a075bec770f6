//! What can be selected, and what is highlighted with it in every panel.

use super::feed::About;
use crate::lab::vocab::id::{Link, MessageId};
use crate::lab::world::World;
use crate::raft::{Index, NodeId};

/// Something that can be selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A node.
    Node(NodeId),
    /// A link, in both directions.
    Link(Link),
    /// A message on its way.
    Message(MessageId),
    /// The entry at an index of a node's log.
    Entry(NodeId, Index),
    /// The replication stream from a leader to a target.
    Stream(NodeId, NodeId),
}

impl Subject {
    /// The node that is meant, where one is.
    pub fn node(self) -> Option<NodeId> {
        match self {
            Subject::Node(node) | Subject::Entry(node, _) => Some(node),
            _ => None,
        }
    }

    /// The message that is meant.
    pub fn message(self) -> Option<MessageId> {
        match self {
            Subject::Message(message) => Some(message),
            _ => None,
        }
    }

    /// What is highlighted with it: an entry in every log that holds the very same, a message with its ends.
    pub fn about(self, world: &World) -> About {
        match self {
            Subject::Node(node) => About { nodes: vec![node], ..About::default() },
            Subject::Link((a, b)) | Subject::Stream(a, b) => About { nodes: vec![a, b], ..About::default() },
            Subject::Message(id) => match find(world, id) {
                Some(message) => about_message(message),
                None => About { message: Some(id), ..About::default() },
            },
            Subject::Entry(node, index) => {
                let term = world.nodes.get(&node).and_then(|node| node.term_at(index));
                let same = |other: NodeId| {
                    other == node || world.nodes.get(&other).and_then(|node| Some(node.entry(index)?.term)) == term
                };
                let mut nodes: Vec<NodeId> = world.nodes.keys().copied().filter(|&other| same(other)).collect();
                // The one in whose log it was selected comes first.
                nodes.sort_by_key(|&other| other != node);
                About { nodes, message: None, entries: Some((index, index)) }
            }
        }
    }
}

/// What is highlighted when a promise was broken: between whom, and at which entries; of several, the first.
pub fn about_broken(world: &World) -> About {
    let first = world.violations.values().min_by_key(|(event, _)| *event);
    first.map(|(_, broken)| About::broken(&broken.nodes, &broken.entries)).unwrap_or_default()
}

/// A message on its way, or one that was lost of late.
pub fn find(world: &World, id: MessageId) -> Option<&crate::lab::world::InFlight> {
    let lost = || world.lost.iter().map(|lost| &*lost.message).find(|message| message.id == id);
    world.messages.get(&id).map(|message| &**message).or_else(lost)
}

/// What is highlighted with a message.
pub fn about_message(message: &crate::lab::world::InFlight) -> About {
    About { nodes: vec![message.from, message.to], message: Some(message.id), entries: None }
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
            let entry =
                |(i, &term): (usize, &u64)| Arc::new(Entry { index: i as Index + 1, term, payload: Payload::Blank });
            NodeState::new(id, Membership::new(1..=4, []), terms.iter().enumerate().map(entry))
        };
        let world = World::new([node(1, &[1, 2]), node(2, &[1, 1]), node(3, &[1, 2]), node(4, &[1])]);
        let about = Subject::Entry(3, 2).about(&world);
        assert_eq!((about.nodes, about.entries), (vec![3, 1], Some((2, 2))));
        assert_eq!(Subject::Entry(4, 2).about(&world).nodes, [4], "what is not there is nowhere the same");
        assert_eq!(Subject::Stream(1, 4).about(&world).nodes, [1, 4]);
        assert_eq!(Subject::Message(9).about(&world).message, Some(9));
    }

    #[test]
    fn the_promise_that_was_broken_first_is_highlighted() {
        use crate::lab::vocab::invariant::{Invariant, Violation};
        let mut world = World::default();
        assert_eq!(about_broken(&world), About::default());
        let mut add = |invariant, event, nodes: &[NodeId], entries: &[Index]| {
            let violation = Violation { invariant, nodes: nodes.into(), entries: entries.into(), text: String::new() };
            world.violations.insert(invariant, (event, violation.into()));
        };
        add(Invariant::ElectionSafety, 9, &[1, 2], &[]);
        add(Invariant::StateMachineSafety, 7, &[2, 3], &[4, 6]);
        assert_eq!(about_broken(&world), About { nodes: vec![2, 3], message: None, entries: Some((4, 6)) });
    }
}
