//! Acknowledged writes are never lost.

use super::by_index::ByIndex;
use super::check::Finding;
use super::log_hashes::Before;
use crate::lab::judge::invariants::check::{write_told, Check, CheckContext};
use crate::lab::vocab::event::{ClientResult, Event, LabEvent};
use crate::lab::vocab::violation::ViolationDetail;
use crate::raft::event::Role;
use crate::raft::log::{KeyWrite, SharedEntry};
use crate::raft::{self, Index, NodeId, Term};
use crate::runtime::TraceHash;

/// A write that was acknowledged to a client.
#[derive(Clone, Debug)]
struct Acknowledged {
    /// Its entry.
    entry: SharedEntry,
    /// The hash over it and all entries before it.
    past: TraceHash,
    /// The term in which it was committed.
    term: Term,
}

impl Acknowledged {
    /// The write, clipped for a sentence.
    fn told(&self) -> String {
        self.entry.payload.as_write().map(write_told).unwrap_or_default()
    }
}

/// An acknowledged write stays committed. It is lost
/// - when it was acknowledged without being committed, or the entry at its index is another one;
/// - when a node without it becomes leader in a later term;
/// - when a node loses it, by truncation, a crash or a snapshot, and the nodes that still have it are no majority of
///   the newest committed configuration: then a leader can be elected without it.
///
/// (A node may lose an entry that was never durable there: it did not count for the majority.)
#[derive(Clone, Debug, Default)]
pub(super) struct AcknowledgedKept {
    writes: ByIndex<Acknowledged>,
}

impl AcknowledgedKept {
    fn on_acknowledged(
        &mut self,
        seen: &CheckContext<'_>,
        node: Option<NodeId>,
        index: Index,
        written: KeyWrite<'_>,
    ) -> Option<Finding> {
        let nodes: Vec<NodeId> = node.into_iter().collect();
        let Some(committed) = seen.commits.at(index) else {
            let write = write_told(written);
            return Finding::new(&nodes, &[index], ViolationDetail::AcknowledgedUncommitted { write, index });
        };
        let Some(entry) = committed.entry.as_ref().filter(|entry| entry.payload.as_write() == Some(written)) else {
            let write = write_told(written);
            return Finding::new(&nodes, &[index], ViolationDetail::AcknowledgedOther { write, index });
        };
        let (entry, past, term) = (entry.clone(), committed.past, committed.term);
        self.writes.insert(index, Acknowledged { entry, past, term });
        None
    }

    fn on_leader(&self, seen: &CheckContext<'_>, leader: NodeId, term: Term) -> Option<Finding> {
        let log = &seen.logs.of(leader)?.history;
        let before = self.writes.backwards(0..=Index::MAX).filter(|(_, write)| write.term < term);
        let lacking = before.take_while(|&(index, write)| !log.has(index, write.past));
        let (index, acknowledged) = lacking.last()?;
        let write = acknowledged.told();
        let detail = ViolationDetail::AcknowledgedMissing { write, index, leader, term };
        Finding::new(&[leader], &[index], detail)
    }

    fn on_loss(&self, seen: &CheckContext<'_>, node: NodeId) -> Option<Finding> {
        let (Before { kept, log: before }, now) = (seen.before?, &seen.logs.of(node)?.history);
        if *kept >= before.last() {
            return None;
        }
        // Later entries are on fewer nodes: it suffices to check the last one that was lost.
        let lost = self.writes.backwards(kept + 1..=before.last());
        let lost = lost.filter(|&(index, write)| before.has(index, write.past) && !now.has(index, write.past));
        let has = |node: NodeId, index: Index, write: &Acknowledged| {
            seen.logs.of(node).is_some_and(|log| log.history.has(index, write.past))
        };
        let members = seen.commits.members();
        let gone = lost.take_while(|&(index, write)| !members.is_quorum(|node| has(node, index, write)));
        let (index, acknowledged) = gone.last()?;
        let voters = members.all_voters();
        let holders: Vec<NodeId> = voters.iter().copied().filter(|&node| has(node, index, acknowledged)).collect();
        let (write, voters) = (acknowledged.told(), voters.len());
        let detail = ViolationDetail::AcknowledgedLost { write, index, node, holders, voters };
        Finding::new(&[node], &[index], detail)
    }
}

impl Check for AcknowledgedKept {
    fn check(&mut self, seen: &CheckContext<'_>) -> Option<Finding> {
        match &seen.record.event {
            Event::Lab(LabEvent::Client { key, value, node, result: ClientResult::Ok, index, form, .. }) => {
                self.on_acknowledged(seen, *node, (*index)?, form.write(key, value.as_deref())?)
            }
            Event::Node(raft::Event::Role { node, to: Role::Leader, term, .. }) => self.on_leader(seen, *node, *term),
            Event::Node(event) if seen.before.is_some() => self.on_loss(seen, event.node()),
            Event::Lab(LabEvent::Crash { node, .. } | LabEvent::DiskLost { node, .. }) => self.on_loss(seen, *node),
            _ => None,
        }
    }
}
