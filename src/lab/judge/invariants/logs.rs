//! Leader Append-Only and Log Matching (paper §5.3, Figure 3).

use super::check::Finding;
use crate::lab::judge::invariants::check::{Check, CheckContext};
use crate::lab::vocab::event::{Event, LabEvent};
use crate::lab::vocab::violation::{LogChange, ViolationDetail};
use crate::raft::event::Role;
use crate::raft::{self, Index, NodeId};

/// A leader never overwrites or removes entries of its own log.
#[derive(Clone, Debug)]
pub(super) struct LeaderAppendOnly;

impl Check for LeaderAppendOnly {
    fn check(&mut self, seen: &CheckContext<'_>) -> Option<Finding> {
        // Without a previous log, the event removed nothing.
        let (before, Event::Node(event)) = (seen.before?, &seen.record.event) else { return None };
        let id = event.node();
        let node = seen.world.nodes.get(&id).filter(|node| node.role == Role::Leader)?;
        let (kept, last) = (before.kept, before.log.last());
        if kept >= last {
            return None;
        }
        let change = match event {
            raft::Event::Append { .. } => LogChange::Overwritten,
            raft::Event::Installed { .. } => LogChange::Replaced,
            _ => LogChange::Removed,
        };
        let (term, first) = (node.term, kept + 1);
        let detail = ViolationDetail::LeaderChangedLog { leader: id, term, change, first, last };
        Finding::new(&[id], &[first, last], detail)
    }
}

/// If two logs have an entry of the same index and term, they agree up to it.
///
/// Only logs that exist at the same time are compared, including those on the disks of crashed nodes.
#[derive(Clone, Debug)]
pub(super) struct LogMatching;

impl Check for LogMatching {
    fn check(&mut self, seen: &CheckContext<'_>) -> Option<Finding> {
        match &seen.record.event {
            Event::Node(raft::Event::Append { node, entry }) => match seen.before {
                None => compare(seen, *node, entry.index, entry.index),
                // It overwrote another entry: the entries after it now have another past.
                Some(before) => compare(seen, *node, entry.index, before.log.last()),
            },
            // Entries whose truncation was not durable are back.
            Event::Lab(LabEvent::Crash { node, .. } | LabEvent::DiskLost { node, .. }) => {
                let now = &seen.logs.of(*node)?.history;
                compare(seen, *node, seen.before?.kept + 1, now.last())
            }
            _ => None,
        }
    }
}

/// Compares a range of a node's log with all other logs.
fn compare(seen: &CheckContext<'_>, node: NodeId, first: Index, last: Index) -> Option<Finding> {
    let log = &seen.logs.of(node)?.history;
    for index in first.max(log.first_known())..=last.min(log.last()) {
        for (other, other_log) in seen.logs.all().filter(|&(other, _)| other != node) {
            let other_log = &other_log.history;
            if !log.contradicts(other_log, index) {
                continue;
            }
            let (term, differ) = (log.term(index)?, log.shared_with(other_log) + 1);
            let nodes = [node.min(other), node.max(other)];
            return match differ < index {
                true => {
                    let detail = ViolationDetail::LogsDifferBefore { nodes, index, term, differ };
                    Finding::new(&nodes, &[differ, index], detail)
                }
                false => Finding::new(&nodes, &[index], ViolationDetail::DifferentEntries { nodes, index, term }),
            };
        }
    }
    None
}
