//! The committed entries: at each index, the entry that a node considered committed first.

use crate::lab::judge::invariants::by_index::ByIndex;
use crate::lab::judge::invariants::log_hashes::{History, Logs};
use crate::lab::vocab::event::{Event, Record};
use crate::lab::world::World;
use crate::raft::log::{Payload, SharedEntry};
use crate::raft::{self, Index, Membership, NodeId, Term};
use crate::runtime::TraceHash;

/// A committed entry, as of the first node that considered it committed.
#[derive(Clone, Debug)]
pub(super) struct Committed {
    /// The entry; none if it was inside a snapshot when the run began.
    pub(super) entry: Option<SharedEntry>,
    /// The hash over it and all entries before it.
    pub(super) past: TraceHash,
    /// The node that considered it committed first.
    pub(super) node: NodeId,
    /// The term of that node at that time.
    pub(super) term: Term,
}

/// All entries that were ever committed.
#[derive(Clone, Debug)]
pub(super) struct Commits {
    entries: ByIndex<Committed>,
    /// The newest committed configuration, with its index.
    members: (Index, Membership),
    /// The lowest index that the last event committed; none if it committed nothing.
    pub(super) new_from: Option<Index>,
}

impl Commits {
    /// Starts with what is committed in the initial world.
    pub(super) fn new(world: &World, logs: &Logs) -> Commits {
        let initial = world.nodes.values().next().map(|node| node.initial_members().clone());
        let members = (0, initial.unwrap_or_else(|| Membership::new([], [])));
        let mut commits = Commits { entries: ByIndex::default(), members, new_from: None };
        for node in world.nodes.values() {
            let Some(log) = logs.of(node.id) else { continue };
            commits.commit(node.id, node.term, node.first_index.saturating_sub(1), node.commit, &log.history);
            if let Some(snapshot) = &node.snapshot {
                let (index, members) = &snapshot.meta.membership;
                if *index > commits.members.0 {
                    commits.members = (*index, members.clone());
                }
            }
        }
        commits
    }

    fn commit(&mut self, node: NodeId, term: Term, first: Index, last: Index, log: &History) {
        for index in first.max(1).max(log.first_known())..=last.min(log.last()) {
            let Some(past) = log.past(index).filter(|_| self.entries.get(index).is_none()) else { continue };
            let entry = log.entry(index).cloned();
            if let Some(Payload::Members(members)) = entry.as_ref().map(|entry| &entry.payload) {
                if index > self.members.0 {
                    self.members = (index, members.clone());
                }
            }
            self.entries.insert(index, Committed { entry, past, node, term });
            self.new_from.get_or_insert(index);
        }
    }

    /// Processes the next event.
    pub(super) fn apply(&mut self, record: &Record, world: &World, logs: &Logs) {
        self.new_from = None;
        if let Event::Node(raft::Event::Commit { node, from, to }) = &record.event {
            let (Some(state), Some(log)) = (world.nodes.get(node), logs.of(*node)) else { return };
            self.commit(*node, state.term, from.saturating_add(1), *to, &log.history);
        }
    }

    /// The committed entry at an index.
    pub(super) fn at(&self, index: Index) -> Option<&Committed> {
        self.entries.get(index)
    }

    /// The newest committed configuration.
    pub(super) fn members(&self) -> &Membership {
        &self.members.1
    }

    /// The first entry committed before `term` that a log does not have.
    pub(super) fn missing(&self, term: Term, log: &History) -> Option<(Index, &Committed)> {
        let before = self.entries.backwards(0..=Index::MAX).filter(|(_, committed)| committed.term < term);
        // A log that has an entry has all before it, so it suffices to search from the end.
        before.take_while(|&(index, committed)| !log.has(index, committed.past)).last()
    }
}
