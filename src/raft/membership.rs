//! Cluster configurations and their majorities.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::schema::{has_schema, FieldType};
use super::{Index, NodeId, Rules};
use crate::runtime::{StableHash, TraceHash};

/// A configuration of the cluster: one set of voters, or two during a change (joint consensus, paper
/// §6), and the learners, which receive the log but do not vote.
///
/// Invariant: `voters` holds one or two sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
pub struct Membership {
    /// The voters; during a change, the old and the new ones. Decisions need a majority of *each* set.
    pub voters: Vec<BTreeSet<NodeId>>,
    /// The nodes that receive entries but neither vote nor count for commitment.
    pub learners: BTreeSet<NodeId>,
}

impl Membership {
    /// A configuration with one set of voters.
    pub fn new(voters: impl IntoIterator<Item = NodeId>, learners: impl IntoIterator<Item = NodeId>) -> Membership {
        Membership { voters: vec![voters.into_iter().collect()], learners: learners.into_iter().collect() }
    }

    /// Whether `node` is a voter or a learner.
    pub fn contains(&self, node: NodeId) -> bool {
        self.is_voter(node) || self.learners.contains(&node)
    }

    /// Whether `node` is in any set of voters.
    pub fn is_voter(&self, node: NodeId) -> bool {
        self.voters.iter().any(|set| set.contains(&node))
    }

    /// Every voter and learner, each once, in ascending order.
    pub fn members(&self) -> BTreeSet<NodeId> {
        self.voters.iter().flatten().chain(&self.learners).copied().collect()
    }

    /// Every voter of either set, each once, in ascending order.
    pub fn all_voters(&self) -> BTreeSet<NodeId> {
        self.voters.iter().flatten().copied().collect()
    }

    /// Whether the nodes for which `has` returns true are a majority of every set of voters, with all rules on. For
    /// observers; a node counts with [`Quorum`].
    pub fn is_quorum(&self, has: impl Fn(NodeId) -> bool) -> bool {
        self.voters.iter().all(|set| set.iter().filter(|&&node| has(node)).count() >= majority(set, &Rules::ALL_ON))
    }
}

/// The size of a majority of `voters`: ⌊n/2⌋ + 1 of n, so that any two majorities have a voter in common (paper §5.2).
/// It depends on the configuration only, never on which nodes are reachable.
fn majority(voters: &BTreeSet<NodeId>, rules: &Rules) -> usize {
    match rules.majority {
        true => voters.len() / 2 + 1,
        false => (voters.len() / 2).max(1),
    }
}

/// Counts votes and match indexes as one node does, with its rules.
#[derive(Clone, Copy, Debug)]
pub struct Quorum<'a> {
    /// The node that counts.
    pub node: NodeId,
    /// The configuration whose voters are counted.
    pub membership: &'a Membership,
    /// The rules that the node follows.
    pub rules: &'a Rules,
}

impl Quorum<'_> {
    /// Whether the nodes for which `has` returns true are a majority of every set of voters.
    pub fn is_reached(&self, has: impl Fn(NodeId) -> bool) -> bool {
        let sets = self.membership.voters.iter();
        sets.map(|set| (set, self.counted_voters(set))).all(|(set, mut counted)| {
            counted.retain(|&node| has(node));
            counted.len() >= majority(set, self.rules)
        })
    }

    /// The highest index that a majority of every set of voters has reached, given the match index of each node. 0 for
    /// a set without voters.
    pub fn match_index(&self, of_node: impl Fn(NodeId) -> Index) -> Index {
        let of_set = |set: &BTreeSet<NodeId>| {
            let mut indices: Vec<Index> = self.counted_voters(set).into_iter().map(&of_node).collect();
            indices.sort_unstable_by_key(|&index| std::cmp::Reverse(index));
            indices.get(majority(set, self.rules) - 1).copied().unwrap_or(0)
        };
        self.membership.voters.iter().map(of_set).min().unwrap_or(0)
    }

    /// The nodes of a set that count: its voters. A leader that removes itself does not count itself (paper §6).
    fn counted_voters(&self, set: &BTreeSet<NodeId>) -> Vec<NodeId> {
        let non_member = (!self.rules.count_members_only && !set.contains(&self.node)).then_some(self.node);
        set.iter().copied().chain(non_member).collect()
    }
}

has_schema! {
    Membership = FieldType::Object("{ voters, learners }", &[
        ("voters", Vec::<BTreeSet<NodeId>>::FIELD_TYPE),
        ("learners", BTreeSet::<NodeId>::FIELD_TYPE),
    ]),
}

impl StableHash for Membership {
    fn hash_into(&self, hash: &mut TraceHash) {
        self.voters.hash_into(hash);
        self.learners.hash_into(hash);
    }
}

/// The configurations in a log, each with its index. The newest is in force, committed or not; truncation restores the
/// one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memberships {
    /// The configuration of the snapshot; without one, the initial configuration, at index 0.
    base: (Index, Membership),
    /// The configurations in the log after it, in ascending order of index.
    later: Vec<(Index, Membership)>,
}

impl Memberships {
    /// Starts with the configuration that is in force before the first entry of the log.
    pub fn new(index: Index, membership: Membership) -> Memberships {
        Memberships { base: (index, membership), later: Vec::new() }
    }

    /// The configuration in force, with its index.
    pub fn newest(&self) -> &(Index, Membership) {
        self.later.last().unwrap_or(&self.base)
    }

    /// Adds the configuration of an entry that was appended at `index`.
    pub fn push(&mut self, index: Index, membership: Membership) {
        self.later.push((index, membership));
    }

    /// Replaces the entry at `index` by one with this configuration, or without any.
    pub fn overwrite(&mut self, index: Index, membership: Option<Membership>) {
        self.later.retain(|&(at, _)| at != index);
        self.later.extend(membership.map(|membership| (index, membership)));
        self.later.sort_unstable_by_key(|&(at, _)| at);
    }

    /// The configuration that was in force at `index`, with its own index.
    pub fn at(&self, index: Index) -> &(Index, Membership) {
        self.later.iter().rev().find(|&&(at, _)| at <= index).unwrap_or(&self.base)
    }

    /// The configurations that may be in force in the cluster, for a node that knows its log to be committed up to
    /// `commit`: the last one up to there, and all later ones.
    pub fn possibly_in_force(&self, commit: Index) -> impl Iterator<Item = &Membership> {
        let known = self.at(commit);
        let later = self.later.iter().filter(move |&&(at, _)| at > commit.max(known.0));
        std::iter::once(known).chain(later).map(|(_, membership)| membership)
    }

    /// Replaces the log up to `index` by a snapshot with the configuration `base`. Later configurations are kept only
    /// if the log after the snapshot is.
    pub fn install(&mut self, index: Index, base: (Index, Membership), keep_suffix: bool) {
        self.base = base;
        self.later.retain(|&(at, _)| keep_suffix && at > index);
    }

    /// Drops the configurations of the entries from `index` on.
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
            assert!(quorum(&membership).is_reached(|node| node <= needed), "{needed} of {size}");
            assert!(!quorum(&membership).is_reached(|node| node < needed), "{} of {size}", needed - 1);
        }
    }

    fn quorum(membership: &Membership) -> Quorum<'_> {
        Quorum { node: 1, membership, rules: &Rules::ALL_ON }
    }

    #[test]
    fn a_joint_configuration_needs_both_majorities() {
        let joint = Membership { voters: vec![[1, 2, 3].into(), [1, 2, 3, 4, 5].into()], learners: [].into() };
        assert!(joint.is_quorum(|node| node <= 3));
        assert!(!joint.is_quorum(|node| [1, 4, 5].contains(&node)), "three of five, but one of three");
        assert!(!joint.is_quorum(|node| node <= 2), "two of three, but two of five");
        assert_eq!(quorum(&joint).match_index(Index::from), 2);
    }

    #[test]
    fn the_match_of_a_majority() {
        let matched = |values: [Index; 4], size: u32| {
            quorum(&Membership::new(1..=size, [])).match_index(|n| values[n as usize - 1])
        };
        assert_eq!(matched([9, 4, 7, 0], 3), 7);
        assert_eq!(matched([9, 4, 7, 5], 4), 5, "three of four");
        assert_eq!(matched([9, 0, 0, 0], 1), 9);
        assert_eq!(quorum(&Membership::new([], [])).match_index(|_| 9), 0);
    }
}
