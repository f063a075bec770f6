//! The membership of the cluster, as the leader sees it.

use std::collections::BTreeSet;

use super::format::runs;
use super::lang::Text;
use crate::lab::world::{NodeState, World};
use crate::raft::{Index, Membership, NodeId};

/// The most letters that fit into a cell of a log.
const SHORT_MAX: usize = 5;

/// The part that a node has in a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A voter.
    Voter,
    /// A voter of the old configuration only, while a joint configuration is in force.
    Leaving,
    /// A voter of the new configuration only, while a joint configuration is in force.
    Joining,
    /// Receives the log without a vote.
    Learner,
    /// Does not belong to the cluster.
    Outside,
}

/// The configuration in force, with its index: the leader's; without a leader, the latest one in any log.
pub fn in_force(world: &World) -> Option<&(Index, Membership)> {
    let members = |node: &'_ NodeState| node.members.0;
    let latest = || world.nodes.values().map(|node| &**node).max_by_key(|node| members(node));
    world.leader().or_else(latest).map(|node| &node.members)
}

/// The part that a node has in a configuration.
pub fn part(members: &Membership, node: NodeId) -> Part {
    let in_set = |set: Option<&BTreeSet<NodeId>>| set.is_some_and(|set| set.contains(&node));
    match (in_set(members.voters.first()), members.voters.len() > 1, in_set(members.voters.last())) {
        (true, true, false) => Part::Leaving,
        (false, true, true) => Part::Joining,
        (true, ..) => Part::Voter,
        _ if members.learners.contains(&node) => Part::Learner,
        _ => Part::Outside,
    }
}

/// The part that a node has in the configuration in force.
pub fn part_now(world: &World, node: NodeId) -> Part {
    in_force(world).map_or(Part::Outside, |(_, members)| part(members, node))
}

/// A configuration in as few letters as fit into a cell. A joint one names its additions and removals against `before`
/// ("+S6", "−S3"), a new learner is in brackets ("+(S8)"); otherwise it names the voters ("1…5") or their number.
pub fn in_short(members: &Membership, before: &Membership, t: &dyn Text) -> String {
    let (named, bare) =
        (briefly(members, before, &|nodes| t.node_set(nodes)), briefly(members, before, &|nodes| runs(nodes, "", ",")));
    // The double frame of a joint configuration takes the room of one letter.
    let room = if members.voters.len() > 1 { SHORT_MAX - 1 } else { SHORT_MAX };
    // "…" is as wide as two letters.
    let fits = |short: &String| short.chars().map(|letter| 1 + usize::from(letter == '…')).sum::<usize>() <= room;
    let count = members.voters.last().map_or(0, BTreeSet::len);
    [named, bare].into_iter().find(fits).unwrap_or_else(|| t.so_many_voters(count as u64))
}

fn briefly(members: &Membership, before: &Membership, name: &dyn Fn(&BTreeSet<NodeId>) -> String) -> String {
    let change = |old: &BTreeSet<NodeId>, new: &BTreeSet<NodeId>, name: &dyn Fn(&BTreeSet<NodeId>) -> String| {
        let part = |sign: &str, a: &BTreeSet<NodeId>, b: &BTreeSet<NodeId>| {
            let set: BTreeSet<NodeId> = a.difference(b).copied().collect();
            if set.is_empty() {
                String::new()
            } else {
                format!("{sign}{}", name(&set))
            }
        };
        part("+", new, old) + &part("−", old, new)
    };
    let short = match members.voters.as_slice() {
        [old, new] => change(old, new, name),
        same if same == before.voters => {
            change(&before.learners, &members.learners, &|learners| format!("({})", name(learners)))
        }
        _ => String::new(),
    };
    match members.voters.last() {
        Some(voters) if short.is_empty() => name(voters),
        _ => short,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raft::event::Role;
    use crate::view::lang::{Common, English};

    fn joint() -> Membership {
        Membership { voters: vec![[1, 2, 3].into(), [1, 2, 4].into()], learners: [5].into() }
    }

    #[test]
    fn every_node_has_its_place() {
        let parts: Vec<Part> = (1..=6).map(|node| part(&joint(), node)).collect();
        use Part::*;
        assert_eq!(parts, [Voter, Voter, Leaving, Joining, Learner, Outside]);
        assert_eq!(part(&Membership::new([], []), 1), Outside);
    }

    #[test]
    fn the_leader_says_who_belongs() {
        let node = |id, members| NodeState::new(id, members, []);
        let mut leader = node(1, joint());
        (leader.alive, leader.role) = (true, Role::Leader);
        let mut other = node(2, Membership::new([1, 2, 3], []));
        other.members.0 = 7;
        let mut world = World::new([leader, other]);
        assert_eq!(part_now(&world, 4), Part::Joining);
        std::rc::Rc::make_mut(world.nodes.get_mut(&1).unwrap()).alive = false;
        assert_eq!(part_now(&world, 4), Part::Outside, "the latest in any log counts while nobody leads");
        assert_eq!(part_now(&World::default(), 1), Part::Outside);
    }

    #[test]
    fn a_configuration_in_short() {
        let five = Membership::new(1..=5, []);
        let with = Membership::new(1..=5, [8]);
        let change = |old: &[NodeId], new: &[NodeId]| Membership {
            voters: vec![old.iter().copied().collect(), new.iter().copied().collect()],
            learners: [].into(),
        };
        let cases = [
            (five.clone(), five.clone(), "1…5"),
            (with.clone(), five.clone(), "+(S8)"),
            (five.clone(), with, "−(S8)"),
            (change(&[1, 2, 3], &[1, 2, 3, 6, 7]), five.clone(), "+6,7"),
            (change(&[1, 2, 3], &[1, 2]), five.clone(), "−S3"),
            (change(&[1, 2, 3], &[1, 2, 4]), five.clone(), "+4−3"),
            (Membership::new(1..=5, [6, 7]), five.clone(), "5 vote"),
            (Membership::new(1..=7, []), five.clone(), "1…7"),
            (Membership::new([1, 2, 4, 5, 6, 7, 8], []), five, "7 vote"),
        ];
        for (members, before, short) in cases {
            assert_eq!(in_short(&members, &before, &English), short, "{members:?}");
        }
    }

    #[test]
    fn a_configuration_in_words() {
        assert_eq!(English.membership(&Membership::new([1, 2, 3], [])), "S1…S3");
        assert_eq!(English.membership(&joint()), "S1…S3 → S1, S2, S4; learner S5");
    }
}
