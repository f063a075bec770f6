//! What is committed, applied, matched and acknowledged (paper, Figure 3; §5.3, §5.4, §8).

use std::collections::BTreeMap;

use super::prefixes::{Prefix, Prefixes};
use super::{Invariant, Violation};
use crate::lab::event::{ClientResult, Event, LabEvent, Record};
use crate::lab::world::{NodeState, World};
use crate::raft::event::Role;
use crate::raft::log::Payload;
use crate::raft::{self, Index, NodeId, SharedSnapshot, Term};
use crate::runtime::{Feed, TraceHash};

/// An entry that is committed.
#[derive(Clone, Copy, Debug)]
struct Committed {
    prefix: Prefix,
    /// Who committed it first, and in which term.
    by: NodeId,
    in_term: Term,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Logs {
    committed: BTreeMap<Index, Committed>,
    /// What was applied at each index, and by whom first.
    applied: BTreeMap<Index, (TraceHash, NodeId)>,
    /// The snapshots that were made of what was applied, by the last index that they include.
    snapshots: BTreeMap<Index, (SharedSnapshot, NodeId)>,
    /// How far each node has committed and applied in its present life.
    commits: BTreeMap<NodeId, Index>,
    last_applied: BTreeMap<NodeId, Index>,
    /// Acknowledged writes: where they are, and in which term that was said.
    acknowledged: BTreeMap<Index, (Prefix, Term)>,
}

impl Logs {
    pub(super) fn new(world: &World) -> Logs {
        let mut logs = Logs::default();
        world.nodes.values().for_each(|node| logs.begin(node));
        logs
    }

    fn begin(&mut self, node: &NodeState) {
        self.commits.insert(node.id, node.commit);
        self.last_applied.insert(node.id, node.applied);
    }

    pub(super) fn observe(&mut self, record: &Record, world: &World, prefixes: &Prefixes, broken: &mut Vec<Violation>) {
        use raft::Event::*;
        let Event::Node(event) = &record.event else { return self.observe_lab(record, world, prefixes, broken) };
        let Some(node) = world.nodes.get(&event.node()) else { return };
        match event {
            Started { .. } => self.begin(node),
            Role { to: self::Role::Leader, term, .. } => self.elected(node, *term, prefixes, broken),
            Truncate { first, last, .. } => {
                if node.role == self::Role::Leader {
                    let text = format!("node {} leads, and removes entries {first} to {last} of its own log", node.id);
                    broken.push(Violation::new(Invariant::LeaderAppendOnly, &[node.id], &[*first], text));
                }
                self.lost_at_follower(node, first.saturating_sub(1), world, broken);
            }
            Commit { from, to, .. } => self.commit(node, *from, *to, prefixes, broken),
            Apply { index, .. } => self.apply(node, *index, broken),
            Match { target, to, .. } => matched(node, *target, *to, world, prefixes, broken),
            Installed { snapshot, .. } => self.install(node, snapshot, broken),
            CompactionDone { snapshot, .. } => {
                self.snapshots.entry(snapshot.meta.index).or_insert((snapshot.clone(), node.id));
            }
            _ => {}
        }
    }

    fn observe_lab(&mut self, record: &Record, world: &World, prefixes: &Prefixes, broken: &mut Vec<Violation>) {
        match &record.event {
            Event::Lab(LabEvent::Crash { node, .. }) => {
                if let Some(node) = world.nodes.get(node) {
                    self.lost_at_follower(node, node.last_index(), world, broken);
                }
            }
            Event::Lab(LabEvent::Client {
                key,
                value: Some(value),
                node: Some(node),
                result: ClientResult::Ok,
                ..
            }) => {
                let Some(node) = world.nodes.get(node) else { return };
                let is_it =
                    |payload: &Payload| matches!(payload, Payload::Set { key: k, value: v } if (k, v) == (key, value));
                let applied = (node.first_index..=node.applied).rev();
                let mut entries = applied.filter_map(|index| node.entry(index));
                if let Some(entry) = entries.find(|entry| is_it(&entry.payload)) {
                    if let Some(prefix) = prefixes.at(node.id, entry.index) {
                        self.acknowledged.insert(entry.index, (prefix, node.term));
                    }
                }
            }
            _ => {}
        }
    }

    /// Leader Completeness: what was committed in an earlier term is in this log.
    fn elected(&self, leader: &NodeState, term: Term, prefixes: &Prefixes, broken: &mut Vec<Violation>) {
        let earlier = self.committed.iter().rev().find(|(_, committed)| committed.in_term < term);
        if let Some((&index, committed)) = earlier.filter(|(&index, it)| lacks(leader, index, it.prefix, prefixes)) {
            let (node, by, in_term) = (leader.id, committed.by, committed.in_term);
            let text = format!(
                "node {node} leads term {term} without entry {index}, which node {by} committed in term {in_term}"
            );
            broken.push(Violation::new(Invariant::LeaderCompleteness, &[node, by], &[index], text));
        }
        // A leader of an earlier term, elected late, has not lost what it never could have.
        let is_lost = |&(&index, &(prefix, said)): &(&Index, &(Prefix, Term))| {
            said < term && lacks(leader, index, prefix, prefixes)
        };
        if let Some((&index, _)) = self.acknowledged.iter().rev().find(is_lost) {
            let text =
                format!("node {} leads term {term}, and the acknowledged write at entry {index} is lost", leader.id);
            broken.push(Violation::new(Invariant::AcknowledgedKept, &[leader.id], &[index], text));
        }
    }

    fn commit(&mut self, node: &NodeState, from: Index, to: Index, prefixes: &Prefixes, broken: &mut Vec<Violation>) {
        let before = self.commits.insert(node.id, to).unwrap_or(0);
        if to < before {
            let text = format!("the commit index of node {} goes back from {before} to {to}", node.id);
            broken.push(Violation::new(Invariant::Monotonic, &[node.id], &[to], text));
        }
        for index in from + 1..=to {
            let Some(prefix) = prefixes.at(node.id, index) else { continue };
            let new = Committed { prefix, by: node.id, in_term: node.term };
            self.committed.entry(index).or_insert(new);
            if self.acknowledged.get(&index).is_some_and(|&(acknowledged, _)| acknowledged != prefix) {
                let text = format!("node {} commits another entry {index} than the acknowledged one", node.id);
                broken.push(Violation::new(Invariant::AcknowledgedKept, &[node.id], &[index], text));
            }
        }
    }

    fn apply(&mut self, node: &NodeState, index: Index, broken: &mut Vec<Violation>) {
        let before = self.last_applied.insert(node.id, index).unwrap_or(0);
        if index != before + 1 {
            let text = format!("node {} applies entry {index} behind entry {before}", node.id);
            broken.push(Violation::new(Invariant::AppliedOnce, &[node.id], &[index], text));
        }
        let Some(entry) = node.entry(index) else { return };
        let mut hash = TraceHash::default();
        entry.payload.feed(&mut hash);
        let (first, by) = *self.applied.entry(index).or_insert((hash, node.id));
        if first != hash {
            let text = format!("node {} and node {by} apply different entries at index {index}", node.id);
            broken.push(Violation::new(Invariant::StateMachineSafety, &[node.id, by], &[index], text));
        }
    }

    fn install(&mut self, node: &NodeState, snapshot: &SharedSnapshot, broken: &mut Vec<Violation>) {
        let index = snapshot.meta.index;
        let before = self.commits.get(&node.id).copied().unwrap_or(0);
        if index < before {
            let text =
                format!("node {} installs a snapshot up to entry {index}, though it had committed {before}", node.id);
            broken.push(Violation::new(Invariant::Monotonic, &[node.id], &[index], text));
        }
        self.commits.insert(node.id, index);
        self.last_applied.insert(node.id, index);
        if let Some((_, by)) = self.snapshots.get(&index).filter(|(own, _)| own.data != snapshot.data) {
            let text = format!("node {} installs another state at entry {index} than node {by} had there", node.id);
            broken.push(Violation::new(Invariant::StateMachineSafety, &[node.id, *by], &[index], text));
        }
    }

    /// A follower's log, or what of it is durable, ends at `last` now: no leader may have proven more.
    fn lost_at_follower(&self, node: &NodeState, last: Index, world: &World, broken: &mut Vec<Violation>) {
        for ((leader, target), stream) in &world.streams {
            let still_follows = *target == node.id && stream.term >= node.term;
            if still_follows && stream.matched > last {
                let text = format!(
                    "node {leader} has proven that node {target} has entry {}, but its log ends at {last}",
                    stream.matched
                );
                broken.push(Violation::new(Invariant::MatchIsTrue, &[*leader, *target], &[stream.matched], text));
            }
        }
    }
}

/// Whether a log is known not to have a prefix. What is compacted is committed, and compared where it was.
fn lacks(node: &NodeState, index: Index, prefix: Prefix, prefixes: &Prefixes) -> bool {
    let own = prefixes.at(node.id, index);
    node.last_index() < index || own.is_some_and(|own| own != prefix)
}

fn matched(
    leader: &NodeState,
    target: NodeId,
    to: Index,
    world: &World,
    prefixes: &Prefixes,
    broken: &mut Vec<Violation>,
) {
    let Some(follower) = world.nodes.get(&target).filter(|follower| follower.term <= leader.term) else { return };
    let (own, theirs) = (prefixes.at(leader.id, to), prefixes.at(target, to));
    let differs = own.zip(theirs).is_some_and(|(own, theirs)| own != theirs);
    if follower.durable < to || differs {
        let text =
            format!("node {} counts entry {to} as matched at node {target}, which does not have it durably", leader.id);
        broken.push(Violation::new(Invariant::MatchIsTrue, &[leader.id, target], &[to], text));
    }
}
