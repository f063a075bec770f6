//! Whether all nodes agree, followed from event to event.

use crate::lab::vocab::event::{Event, LabEvent, Record};
use crate::lab::world::World;
use crate::raft::{self, Index, Payload};

/// Follows [`World::converged`]: the part of the logs that was equal once is not compared again until something else than
/// a new entry changes it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Convergence {
    /// The logs of all live members are equal up to here.
    equal_to: Index,
    /// Whether it holds after the last event; none before the first.
    holds: Option<bool>,
}

impl Convergence {
    /// Takes the next event, with the world after it.
    pub(super) fn observe(&mut self, record: &Record, world: &World) {
        use raft::Event as Node;
        let only_longer = match &record.event {
            Event::Node(Node::Append { entry, .. }) => {
                entry.index > self.equal_to && !matches!(entry.payload, Payload::Members(_))
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
            _ if self.holds.is_some() => return,
            _ => true,
        };
        if !only_longer {
            self.equal_to = 0;
        }
        let holds = world.converged_beyond(self.equal_to);
        self.holds = Some(holds);
        if holds {
            self.equal_to = world.leader().map_or(0, |leader| leader.last_index());
        }
    }

    /// Whether all nodes agree, in this world, which is that after the last event.
    pub(super) fn holds(self, world: &World) -> bool {
        self.holds.unwrap_or_else(|| world.converged())
    }
}
