//! What a checker is shown, and what it says.

use super::log_hashes::Log;
use crate::lab::judge::invariants::commits::Commits;
use crate::lab::judge::invariants::log_hashes::Logs;
use crate::lab::vocab::clip::clipped;
use crate::lab::vocab::event::Record;
use crate::lab::vocab::violation::ViolationDetail;
use crate::lab::world::World;
use crate::raft::{Index, NodeId};

/// So many letters of a value a sentence has room for.
const VALUE_LETTERS: usize = 40;

/// What a checker is shown: an event, and how everything stands right behind it.
pub(super) struct CheckContext<'a> {
    pub(super) record: &'a Record,
    pub(super) world: &'a World,
    pub(super) logs: &'a Logs,
    /// If the event took something from a node's log, or changed something in it: that log before it.
    pub(super) before: Option<&'a Log>,
    pub(super) commits: &'a Commits,
}

/// What a checker found.
pub(super) struct Finding {
    pub(super) nodes: Vec<NodeId>,
    pub(super) entries: Vec<Index>,
    pub(super) detail: ViolationDetail,
}

impl Finding {
    pub(super) fn new(nodes: &[NodeId], entries: &[Index], detail: ViolationDetail) -> Option<Finding> {
        Some(Finding { nodes: nodes.to_vec(), entries: entries.to_vec(), detail })
    }
}

/// Looks after one promise.
pub(super) trait Check {
    /// Takes the next event; says if it breaks the promise.
    fn check(&mut self, seen: &CheckContext<'_>) -> Option<Finding>;
}

/// A value as a sentence has room for it.
pub(super) fn value_told(value: &str) -> String {
    clipped(value, VALUE_LETTERS).into_owned()
}
