//! Who belongs to the cluster, and what a majority of it is.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Index, NodeId, Rules};
use crate::runtime::{StableHash, TraceHash};

/// A configuration of the cluster: one set of voters, or two during a change (joint consensus, paper
/// §6), and the learners, which receive the log but do not vote.
///
/// Invariant: `voters` holds one or two sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct Membership {
    /// The old voters alone, or the old and the new ones: decisions need a majority of *each* set.
    pub voters: Vec<BTreeSet<NodeId>>,
    /// Nodes that receive entries without counting.
    pub learners: BTreeSet<NodeId>,
}

impl Membership {
    /// A configuration that is not in change.
    pub fn new(voters: impl IntoIterator<Item = NodeId>, learners: impl IntoIterator<Item = NodeId>) -> Membership {
        Membership { voters: vec![voters.into_iter().collect()], learners: learners.into_iter().collect() }
    }

    /// Whether `node` votes, in either set.
    pub fn is_voter(&self, node: NodeId) -> bool {
        self.voters.iter().any(|set| set.contains(&node))
    }

    /// Every node that receives the log, each once, in order.
    pub fn members(&self) -> BTreeSet<NodeId> {
        self.voters.iter().flatten().chain(&self.learners).copied().collect()
    }

    /// Every voter, each once, in order.
    pub fn all_voters(&self) -> BTreeSet<NodeId> {
        self.voters.iter().flatten().copied().collect()
    }

    /// Whether the nodes for which `has` holds are a majority of every set of voters, as one who obeys all rules
    /// and stands outside counts them.
    pub fn is_quorum(&self, has: impl Fn(NodeId) -> bool) -> bool {
        self.voters.iter().all(|set| set.iter().filter(|&&node| has(node)).count() >= majority(set, &Rules::ALL_ON))
    }
}

/// How many voters are a majority: ⌊n/2⌋ + 1 of n, so that any two majorities have a voter in common (paper
/// §5.2). Always of the configuration, never of the nodes that happen to be reachable.
fn majority(voters: &BTreeSet<NodeId>, rules: &Rules) -> usize {
    match rules.majority {
        true => voters.len() / 2 + 1,
        false => (voters.len() / 2).max(1),
    }
}

/// Counts for one node, in one configuration.
#[derive(Clone, Copy, Debug)]
pub struct Count<'a> {
    /// Who counts.
    pub node: NodeId,
    /// The configuration that decides.
    pub membership: &'a Membership,
    /// The rules that the node obeys.
    pub rules: &'a Rules,
}

impl Count<'_> {
    /// Whether the nodes for which `has` holds are a majority of every set of voters.
    pub fn is_quorum(&self, has: impl Fn(NodeId) -> bool) -> bool {
        let sets = self.membership.voters.iter();
        sets.map(|set| (set, self.those_who_count(set))).all(|(set, mut who_count)| {
            who_count.retain(|&node| has(node));
            who_count.len() >= majority(set, self.rules)
        })
    }

    /// The highest index that a majority of every set of voters has, where `matched` says how far each
    /// node's log is known to agree. 0 for a set without voters.
    pub fn majority_match(&self, matched: impl Fn(NodeId) -> Index) -> Index {
        let of_set = |set: &BTreeSet<NodeId>| {
            let mut indices: Vec<Index> = self.those_who_count(set).into_iter().map(&matched).collect();
            indices.sort_unstable_by_key(|&index| std::cmp::Reverse(index));
            indices.get(majority(set, self.rules) - 1).copied().unwrap_or(0)
        };
        self.membership.voters.iter().map(of_set).min().unwrap_or(0)
    }

    /// The voters of a set; a leader that removes itself does not count itself any more (paper §6).
    fn those_who_count(&self, set: &BTreeSet<NodeId>) -> Vec<NodeId> {
        let stranger = (!self.rules.count_members_only && !set.contains(&self.node)).then_some(self.node);
        set.iter().copied().chain(stranger).collect()
    }
}

impl StableHash for Membership {
    fn hash_into(&self, hash: &mut TraceHash) {
        self.voters.hash_into(hash);
        self.learners.hash_into(hash);
    }
}

/// The configurations that a log holds, each with its index. The newest is in force, committed or not,
/// and truncation brings back the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memberships {
    /// The snapshot's, or (at index 0) the one that the cluster began with.
    base: (Index, Membership),
    /// Those in the log behind it, by index.
    later: Vec<(Index, Membership)>,
}

impl Memberships {
    /// What is in force before the log's first entry.
    pub fn new(index: Index, membership: Membership) -> Memberships {
        Memberships { base: (index, membership), later: Vec::new() }
    }

    /// The configuration in force, with its index.
    pub fn newest(&self) -> &(Index, Membership) {
        self.later.last().unwrap_or(&self.base)
    }

    /// One more was appended, at `index`.
    pub fn push(&mut self, index: Index, membership: Membership) {
        self.later.push((index, membership));
    }

    /// An entry takes the place of the one at `index`, with the configuration that it brings, if any.
    pub fn write_over(&mut self, index: Index, membership: Option<Membership>) {
        self.later.retain(|&(at, _)| at != index);
        self.later.extend(membership.map(|membership| (index, membership)));
        self.later.sort_unstable_by_key(|&(at, _)| at);
    }

    /// The one that was in force at `index`.
    pub fn at(&self, index: Index) -> &(Index, Membership) {
        self.later.iter().rev().find(|&&(at, _)| at <= index).unwrap_or(&self.base)
    }

    /// Those of which each may be the one that the cluster goes by, where it is known that the log is committed up to
    /// `commit`: the last one there, and all behind it.
    pub fn not_superseded(&self, commit: Index) -> impl Iterator<Item = &Membership> {
        let known = self.at(commit);
        let later = self.later.iter().filter(move |&&(at, _)| at > commit.max(known.0));
        std::iter::once(known).chain(later).map(|(_, membership)| membership)
    }

    /// A snapshot up to `index` takes the place of the log there, with the configuration of then. What is
    /// behind it stays if that agrees, or goes with the log.
    pub fn install(&mut self, index: Index, base: (Index, Membership), keep_suffix: bool) {
        self.base = base;
        self.later.retain(|&(at, _)| keep_suffix && at > index);
    }

    /// The entries from `index` on were removed.
    pub fn truncate_from(&mut self, index: Index) {
        self.later.retain(|&(at, _)| at < index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_majority_is_more_than_half_of_the_configuration() {
        for (size, needed) in [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (6, 4), (9, 5)] {
            let membership = Membership::new(1..=size, []);
            assert!(membership.is_quorum(|node| node <= needed), "{needed} of {size}");
            assert!(!membership.is_quorum(|node| node < needed), "{} of {size}", needed - 1);
            assert!(count(&membership).is_quorum(|node| node <= needed), "{needed} of {size}");
            assert!(!count(&membership).is_quorum(|node| node < needed), "{} of {size}", needed - 1);
        }
    }

    fn count(membership: &Membership) -> Count<'_> {
        Count { node: 1, membership, rules: &Rules::ALL_ON }
    }

    #[test]
    fn a_joint_configuration_needs_both_majorities() {
        let joint = Membership { voters: vec![[1, 2, 3].into(), [1, 2, 3, 4, 5].into()], learners: [].into() };
        assert!(joint.is_quorum(|node| node <= 3));
        assert!(!joint.is_quorum(|node| [1, 4, 5].contains(&node)), "three of five, but one of three");
        assert!(!joint.is_quorum(|node| node <= 2), "two of three, but two of five");
        assert_eq!(count(&joint).majority_match(Index::from), 2);
    }

    #[test]
    fn the_match_of_a_majority() {
        let matched = |values: [Index; 4], size: u32| {
            count(&Membership::new(1..=size, [])).majority_match(|n| values[n as usize - 1])
        };
        assert_eq!(matched([9, 4, 7, 0], 3), 7);
        assert_eq!(matched([9, 4, 7, 5], 4), 5, "three of four");
        assert_eq!(matched([9, 0, 0, 0], 1), 9);
        assert_eq!(count(&Membership::new([], [])).majority_match(|_| 9), 0);
    }
}
