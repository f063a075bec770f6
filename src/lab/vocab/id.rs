//! Identifiers of messages and links.

use crate::raft::NodeId;

/// Identifies a message of a run; counted from 1.
pub type MessageId = u64;

/// One direction of a link: (from, to).
pub type Link = (NodeId, NodeId);
