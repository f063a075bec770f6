//! The interface of the checkers.

use super::log_hashes::Before;
use crate::lab::judge::invariants::commits::Commits;
use crate::lab::judge::invariants::log_hashes::Logs;
use crate::lab::vocab::clip::clipped;
use crate::lab::vocab::event::Record;
use crate::lab::vocab::violation::ViolationDetail;
use crate::lab::world::World;
use crate::raft::log::KeyWrite;
use crate::raft::{Index, NodeId};

/// The most characters of a value in a sentence.
const VALUE_LETTERS: usize = 40;

/// What a checker is given: an event, and the world and logs after it.
pub(super) struct CheckContext<'a> {
    pub(super) record: &'a Record,
    pub(super) world: &'a World,
    pub(super) logs: &'a Logs,
    /// What the log of the event's node was before the event, if the event removed or changed any of its entries.
    pub(super) before: Option<&'a Before>,
    pub(super) commits: &'a Commits,
}

/// A violation found by a checker.
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

/// The checker of one invariant.
pub(super) trait Check {
    /// Processes the next event. Returns a violation if the event caused one.
    fn check(&mut self, seen: &CheckContext<'_>) -> Option<Finding>;
}

/// A value, clipped for a sentence.
pub(super) fn value_told(value: &str) -> String {
    clipped(value, VALUE_LETTERS).into_owned()
}

/// A write as a sentence shows it: `x = 1`, `x = 1 if 0`, `x = 1 if not set`, `x = nothing`.
pub(super) fn write_told(write: KeyWrite<'_>) -> String {
    let value = |value: Option<&str>, none: &str| value.map_or_else(|| none.to_string(), value_told);
    let only_if = write.only_if.map(|expected| format!(" if {}", value(expected, "not set")));
    format!("{} = {}{}", value_told(write.key), value(write.value, "nothing"), only_if.unwrap_or_default())
}
