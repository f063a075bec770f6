//! The prefix hashes of all logs, and Log Matching (paper §5.3).

use std::collections::{BTreeMap, BTreeSet};

use super::{Invariant, Violation};
use crate::lab::event::{Event, LabEvent, Record};
use crate::lab::world::{NodeState, World};
use crate::raft::log::Entry;
use crate::raft::{self, Index, NodeId, Term};
use crate::runtime::{Feed, TraceHash};

/// A hash over a log up to an entry.
pub(super) type Prefix = TraceHash;

/// The prefix hashes of every node's log.
#[derive(Clone, Debug, Default)]
pub(super) struct Prefixes {
    nodes: BTreeMap<NodeId, Chain>,
    /// The prefix of the first log in which an entry of this index and term was seen, and whose that was.
    seen: BTreeMap<(Index, Term), (Prefix, NodeId)>,
    /// Where the logs that a scenario starts with disagree: that is its doing.
    given: BTreeSet<(Index, Term)>,
}

/// The prefixes of one log: at `base`, and at each entry behind it. None where it is not known.
#[derive(Clone, Debug, Default)]
struct Chain {
    base: Index,
    prefixes: Vec<Option<Prefix>>,
}

impl Chain {
    fn at(&self, index: Index) -> Option<Prefix> {
        self.prefixes.get(usize::try_from(index.checked_sub(self.base)?).ok()?).copied().flatten()
    }

    fn truncate_from(&mut self, index: Index) {
        self.prefixes.truncate(usize::try_from(index.saturating_sub(self.base)).unwrap_or(usize::MAX).max(1));
    }
}

fn extend(before: Option<Prefix>, entry: &Entry) -> Option<Prefix> {
    let mut hash = before?;
    entry.feed(&mut hash);
    Some(hash)
}

impl Prefixes {
    pub(super) fn new(world: &World) -> Prefixes {
        let mut prefixes = Prefixes::default();
        for node in world.nodes.values() {
            prefixes.rebuild(node);
            let chain = &prefixes.nodes[&node.id];
            for entry in &node.log {
                let (key, prefix) = ((entry.index, entry.term), chain.at(entry.index));
                match (prefix, prefixes.seen.get(&key)) {
                    (Some(prefix), Some((other, _))) if *other != prefix => drop(prefixes.given.insert(key)),
                    (Some(prefix), None) => drop(prefixes.seen.insert(key, (prefix, node.id))),
                    _ => {}
                }
            }
        }
        prefixes
    }

    /// The prefix of a node's log at an index, if it is known.
    pub(super) fn at(&self, node: NodeId, index: Index) -> Option<Prefix> {
        self.nodes.get(&node)?.at(index)
    }

    /// Computes a node's prefixes anew: at the start, after a crash, behind a snapshot.
    fn rebuild(&mut self, node: &NodeState) {
        let base = node.first_index - 1;
        let known = |term| self.seen.get(&(base, term)).map(|&(prefix, _)| prefix);
        let first = match base {
            0 => Some(Prefix::default()),
            // Behind a snapshot, the log is no longer what it was.
            _ => node.term_at(base).and_then(known).or_else(|| self.at(node.id, base)),
        };
        let mut chain = Chain { base, prefixes: vec![first] };
        for entry in &node.log {
            let before = chain.prefixes.last().copied().flatten();
            chain.prefixes.push(extend(before, entry));
        }
        self.nodes.insert(node.id, chain);
    }

    pub(super) fn observe(&mut self, record: &Record, world: &World, broken: &mut Vec<Violation>) {
        match &record.event {
            Event::Node(raft::Event::Append { node, entry }) => self.append(*node, entry, broken),
            Event::Node(raft::Event::Truncate { node, first, .. }) => {
                self.nodes.entry(*node).or_default().truncate_from(*first);
            }
            Event::Node(raft::Event::Installed { node, .. }) | Event::Lab(LabEvent::Crash { node, .. }) => {
                if let Some(node) = world.nodes.get(node) {
                    self.rebuild(node);
                }
            }
            _ => {}
        }
    }

    fn append(&mut self, node: NodeId, entry: &Entry, broken: &mut Vec<Violation>) {
        let chain =
            self.nodes.entry(node).or_insert_with(|| Chain { base: 0, prefixes: vec![Some(Prefix::default())] });
        let before = entry.index.checked_sub(1).and_then(|before| chain.at(before));
        chain.truncate_from(entry.index);
        let prefix = extend(before, entry);
        chain.prefixes.push(prefix);
        let (Some(prefix), key) = (prefix, (entry.index, entry.term)) else { return };
        match self.seen.get(&key) {
            Some(&(other, whose)) if other != prefix && !self.given.contains(&key) => {
                let text = format!(
                    "node {node} and node {whose} both have an entry {} of term {}, but their logs up to it differ",
                    entry.index, entry.term
                );
                broken.push(Violation::new(Invariant::LogMatching, &[node, whose], &[entry.index], text));
            }
            Some(_) => {}
            None => drop(self.seen.insert(key, (prefix, node))),
        }
    }
}
