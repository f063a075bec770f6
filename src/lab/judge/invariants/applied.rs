//! State Machine Safety (paper §5.4.3, Figure 3), and that entries are applied in order, each once.

use std::collections::BTreeMap;

use super::by_index::ByIndex;
use super::check::Finding;
use crate::lab::judge::invariants::check::{Check, CheckContext};
use crate::lab::vocab::event::{Event, LabEvent};
use crate::lab::vocab::violation::ViolationDetail;
use crate::lab::world::World;
use crate::raft::log::SharedEntry;
use crate::raft::{self, Index, NodeId, SharedSnapshot, Term};
use crate::runtime::TraceHash;

/// No two nodes apply different entries at one index.
///
/// A snapshot applies many entries at once: its bytes must be those of a snapshot that a node built, and it must hold
/// the state that its builder's log leads to.
#[derive(Clone, Debug)]
pub(super) struct StateMachineSafety {
    /// What was applied at each index, by the first node to do so.
    applied: ByIndex<(SharedEntry, NodeId)>,
    /// The hashes of the snapshots built, by index, term and id. (Two nodes may use the same id.)
    made: BTreeMap<(Index, Term, u64), Vec<TraceHash>>,
    /// The index and the state machine when a node began to build a snapshot.
    begun: BTreeMap<NodeId, (Index, imbl::OrdMap<String, String>)>,
}

impl StateMachineSafety {
    /// Starts with what is applied in the initial world.
    pub(super) fn new(world: &World) -> StateMachineSafety {
        let mut safety =
            StateMachineSafety { applied: ByIndex::default(), made: BTreeMap::new(), begun: BTreeMap::new() };
        for node in world.nodes.values() {
            if let Some(snapshot) = &node.snapshot {
                safety.note(snapshot);
            }
            for entry in node.log.iter().filter(|entry| entry.index <= node.applied) {
                if safety.applied.get(entry.index).is_none() {
                    safety.applied.insert(entry.index, (entry.clone(), node.id));
                }
            }
        }
        safety
    }

    fn note(&mut self, snapshot: &SharedSnapshot) {
        self.made.entry(name(snapshot)).or_default().push(hash(&snapshot.data));
    }

    fn on_applied(&mut self, node: NodeId, index: Index, entry: &SharedEntry) -> Option<Finding> {
        let Some((first, first_node)) = self.applied.get(index) else {
            self.applied.insert(index, (entry.clone(), node));
            return None;
        };
        if first == entry {
            return None;
        }
        let (first, first_node) = (first.term, *first_node);
        let nodes = [first_node, node];
        let detail = match first == entry.term {
            true => ViolationDetail::AppliedDifferent { nodes, index, term: first },
            false => {
                let (term, first_term, first) = (entry.term, first, first_node);
                ViolationDetail::AppliedOtherTerm { node, term, index, first, first_term }
            }
        };
        Finding::new(&nodes, &[index], detail)
    }

    fn on_installed(&mut self, node: NodeId, snapshot: &SharedSnapshot) -> Option<Finding> {
        let (index, term, _) = name(snapshot);
        let known = self.made.get(&name(snapshot));
        if !known.is_some_and(|made| made.contains(&hash(&snapshot.data))) {
            return Finding::new(&[node], &[index], ViolationDetail::InstalledUnknown { node, index });
        }
        match self.applied.get(index) {
            Some((entry, first)) if entry.term != term => {
                let (first, first_term) = (*first, entry.term);
                let detail = ViolationDetail::InstalledOtherTerm { node, term, index, first, first_term };
                Finding::new(&[first, node], &[index], detail)
            }
            _ => None,
        }
    }

    fn on_made(&mut self, node: NodeId, snapshot: &SharedSnapshot) -> Option<Finding> {
        self.note(snapshot);
        let (index, state) = self.begun.remove(&node)?;
        if index != snapshot.meta.index || state.iter().eq(snapshot.state().iter()) {
            return None;
        }
        Finding::new(&[node], &[index], ViolationDetail::SnapshotDiffers { node, index })
    }
}

fn name(snapshot: &SharedSnapshot) -> (Index, Term, u64) {
    (snapshot.meta.index, snapshot.meta.term, snapshot.meta.id)
}

fn hash(data: &[u8]) -> TraceHash {
    let mut hash = TraceHash::default();
    hash.write(data);
    hash
}

impl Check for StateMachineSafety {
    fn check(&mut self, seen: &CheckContext<'_>) -> Option<Finding> {
        match &seen.record.event {
            Event::Node(raft::Event::Apply { node, index }) => {
                self.on_applied(*node, *index, seen.logs.of(*node)?.history.entry(*index)?)
            }
            Event::Node(raft::Event::Installed { node, snapshot, .. }) => self.on_installed(*node, snapshot),
            Event::Node(raft::Event::CompactionBegun { node, index }) => {
                let state = seen.world.nodes.get(node).filter(|state| state.applied == *index);
                match state {
                    Some(state) => self.begun.insert(*node, (*index, state.state.clone())),
                    // The state at an earlier index is not available.
                    None => self.begun.remove(node),
                };
                None
            }
            Event::Node(raft::Event::CompactionDone { node, snapshot, .. }) => self.on_made(*node, snapshot),
            Event::Lab(LabEvent::Crash { node, .. } | LabEvent::DiskLost { node, .. }) => {
                self.begun.remove(node);
                None
            }
            _ => None,
        }
    }
}

/// What one node has applied.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    /// The index it applied last.
    last: Index,
    /// The highest index it applied since its last start.
    highest: Index,
}

/// Between two starts, a node applies entries in order, each once. A restarted node starts at its snapshot and
/// applies the later entries again: its state machine was lost in the crash.
#[derive(Clone, Debug)]
pub(super) struct AppliedOnce {
    nodes: BTreeMap<NodeId, Progress>,
}

impl AppliedOnce {
    /// Starts with what is applied in the initial world.
    pub(super) fn new(world: &World) -> AppliedOnce {
        let progress = |applied| Progress { last: applied, highest: applied };
        AppliedOnce { nodes: world.nodes.values().map(|node| (node.id, progress(node.applied))).collect() }
    }
}

impl Check for AppliedOnce {
    fn check(&mut self, seen: &CheckContext<'_>) -> Option<Finding> {
        match &seen.record.event {
            Event::Node(raft::Event::Apply { node, index }) => {
                let progress = self.nodes.entry(*node).or_default();
                let (node, index, Progress { last, highest }) = (*node, *index, *progress);
                *progress = Progress { last: index, highest: highest.max(index) };
                let detail = if index <= highest {
                    ViolationDetail::AppliedAgain { node, index, highest }
                } else if index != last.saturating_add(1) {
                    ViolationDetail::AppliedWithGap { node, index, last }
                } else {
                    return None;
                };
                Finding::new(&[node], &[index], detail)
            }
            Event::Node(raft::Event::Installed { node, snapshot, .. }) => {
                let progress = self.nodes.entry(*node).or_default();
                let index = snapshot.meta.index;
                *progress = Progress { last: index, highest: progress.highest.max(index) };
                None
            }
            Event::Lab(LabEvent::Crash { node, kept } | LabEvent::DiskLost { node, kept }) => {
                let index = kept.snapshot.as_ref().map_or(0, |snapshot| snapshot.meta.index);
                self.nodes.insert(*node, Progress { last: index, highest: index });
                None
            }
            _ => None,
        }
    }
}
