//! Whether all nodes agree, followed from event to event.

use std::cell::Cell;

use crate::lab::vocab::event::{Event, LabEvent, Record};
use crate::lab::world::World;
use crate::raft::{self, Index, Payload};

/// Follows [`World::converged`]: the part of the logs that was equal once is not compared again until something else than
/// a new entry changes it, and nothing is compared until somebody asks.
#[derive(Clone, Debug, Default)]
pub(super) struct Convergence {
    /// The logs of all live members were equal up to here when somebody asked, and nothing has changed it since.
    equal_to: Cell<Index>,
    /// Whether it holds; none where nobody has asked since something changed it.
    holds: Cell<Option<bool>>,
    /// Whether it was given an event. Until then, it may be asked about any world.
    follows: bool,
}

impl Convergence {
    /// Takes the next event.
    pub(super) fn observe(&mut self, record: &Record) {
        self.follows = true;
        use raft::Event as Node;
        let only_longer = match &record.event {
            Event::Node(Node::Append { entry, .. }) => {
                entry.index > self.equal_to.get() && !matches!(entry.payload, Payload::Members(_))
            }
            Event::Node(Node::Commit { .. } | Node::Apply { .. } | Node::Term { .. }) => true,
            Event::Node(
                Node::Started { .. }
                | Node::Role { .. }
                | Node::Truncate { .. }
                | Node::Installed { .. }
                | Node::CompactionDone { .. },
            )
            | Event::Lab(LabEvent::Crash { .. } | LabEvent::NewNode { .. }) => false,
            // The others change nothing that is compared.
            _ => return,
        };
        if !only_longer {
            self.equal_to.set(0);
        }
        self.holds.set(None);
    }

    /// Whether all nodes agree, in this world, which is that after the last event.
    pub(super) fn holds(&self, world: &World) -> bool {
        if !self.follows {
            return world.converged();
        }
        if let Some(holds) = self.holds.get() {
            return holds;
        }
        let holds = world.converged_beyond(self.equal_to.get());
        self.holds.set(Some(holds));
        if holds {
            self.equal_to.set(world.leader().map_or(0, |leader| leader.last_index()));
        }
        holds
    }
}
