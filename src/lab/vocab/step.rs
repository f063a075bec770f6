//! The step sizes of navigation in a run.

use serde::{Deserialize, Serialize};

use crate::lab::vocab::event::{Event, LabEvent};
use crate::raft;

/// The size of one step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// One event.
    #[default]
    Event,
    /// The delivery of one message.
    Message,
    /// One change of a role, a commit index or the state of a stream.
    Transition,
}

impl StepKind {
    /// Whether this event ends such a step.
    pub fn is_made_by(self, event: &Event) -> bool {
        use raft::Event as Node;
        match self {
            StepKind::Event => true,
            StepKind::Message => matches!(event, Event::Lab(LabEvent::Delivered { .. })),
            StepKind::Transition => {
                matches!(event, Event::Node(Node::Role { .. } | Node::Commit { .. } | Node::StreamState { .. }))
            }
        }
    }
}
