//! Steps: how far a person goes at once.

use serde::{Deserialize, Serialize};

use crate::lab::vocab::event::{Event, LabEvent};
use crate::raft;

/// How far one step of a person goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// One event.
    #[default]
    Event,
    /// One message that is delivered.
    Message,
    /// One change of a role, a commit index or a stream's state.
    Transition,
}

impl StepKind {
    /// Whether this event is such a step.
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
