//! The headline: one sentence about the state of the cluster.

use super::format::NodeName;
use super::lang::values::node_names;
use super::lang::Text;
use crate::lab::world::{NodeState, World};
use crate::raft::event::Role;
use crate::raft::NodeId;

/// The state of the cluster in one sentence; two if two nodes believe that they lead.
pub fn headline(world: &World, t: &dyn Text) -> String {
    let live: Vec<&NodeState> = world.nodes.values().map(|node| &**node).filter(|node| node.alive).collect();
    if world.n == 0 {
        return t.nothing_yet().to_string();
    }
    if live.is_empty() {
        return t.all_down().to_string();
    }
    let Some(leader) = world.leader() else { return no_leader(world, &live, t) };
    let highest = live.iter().map(|node| node.term).max().unwrap_or(0);
    let candidates = candidates(&live);
    let state = if highest > leader.term && !candidates.is_empty() {
        t.challenged(NodeName(leader.id), leader.term, &node_names(candidates), highest)
    } else {
        leads(world, leader, &live, t)
    };
    let outdated: Vec<&NodeState> = world.leaders().filter(|node| node.term < leader.term).collect();
    match outdated.first() {
        None => state,
        Some(first) => {
            let still_believe = t.still_believe(&node_names(outdated.iter().map(|node| node.id)), first.term);
            t.sentences(&[state, still_believe])
        }
    }
}

fn candidates(live: &[&NodeState]) -> Vec<NodeId> {
    live.iter().filter(|node| node.role == Role::Candidate).map(|node| node.id).collect()
}

fn no_leader(world: &World, live: &[&NodeState], t: &dyn Text) -> String {
    if world.nodes.values().any(|node| node.never_ran()) {
        return t.nodes_start().into();
    }
    let voters = live.iter().next().map(|node| &node.members.1);
    if voters.is_some_and(|members| !members.is_quorum(|id| world.nodes.get(&id).is_some_and(|node| node.alive))) {
        return t.no_majority_lives(live.len() as u64, world.nodes.len() as u64);
    }
    let candidates = candidates(live);
    if !candidates.is_empty() {
        return t.campaigning(&node_names(candidates));
    }
    match first_to_run_out(world) {
        Some(node) => t.waiting_for_timeout(NodeName(node)),
        None => t.no_leader().to_string(),
    }
}

/// The node whose election timer will run out first.
pub fn first_to_run_out(world: &World) -> Option<NodeId> {
    let live = world.nodes.values().filter(|node| node.alive);
    live.filter_map(|node| Some((node.timer?.1, node.id))).min().map(|(_, node)| node)
}

fn leads(world: &World, leader: &NodeState, live: &[&NodeState], t: &dyn Text) -> String {
    let (id, term, last) = (leader.id, leader.term, leader.last_index());
    let reaches = |other: NodeId| {
        let cut = |link| world.cut.contains(&link);
        let alive = world.nodes.get(&other).is_some_and(|node| node.alive);
        other == id || (alive && !cut((id, other)) && !cut((other, id)))
    };
    if !leader.members.1.is_quorum(reaches) {
        return t.leads_minority(NodeName(id), term);
    }
    if let [old, new] = &leader.members.1.voters[..] {
        return t.changes_members(NodeName(id), term, old, new);
    }
    if world.converged() {
        let members = leader.members.1.members();
        let live = live.iter().filter(|node| members.contains(&node.id)).count();
        return t.agree(NodeName(id), term, live as u64, members.len() as u64);
    }
    if leader.commit < last {
        return t.committing(NodeName(id), term, leader.commit, last);
    }
    // An outdated leader is mentioned anyway, so its knowledge does not count here.
    let outdated = |node: &NodeState| node.role == Role::Leader && node.id != id;
    let behind =
        |node: &&&NodeState| (node.last_index(), node.commit, node.applied) != (last, last, last) && !outdated(node);
    // The leader itself has committed it, even if it has not applied it yet.
    let behind: Vec<NodeId> = live.iter().filter(behind).map(|node| node.id).filter(|other| *other != id).collect();
    if behind.is_empty() {
        t.leads(NodeName(id), term)
    } else {
        t.catching_up(NodeName(id), term, &node_names(behind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raft::log::{Entry, Payload};
    use crate::raft::Membership;
    use crate::runtime::Micros;
    use crate::view::lang::English;
    use std::rc::Rc;
    use std::sync::Arc;

    /// Five nodes in term 2 with two entries each, all committed and applied.
    fn world(change: impl Fn(&mut NodeState)) -> World {
        let node = |id| {
            let entry = |index| Arc::new(Entry::new(index, 2, Payload::Blank));
            let mut node = NodeState::new(id, Membership::new(1..=5, []), (1..=2).map(entry));
            (node.alive, node.begun, node.term, node.commit, node.applied) = (true, true, 2, 2, 2);
            node.timer = Some((Micros::ZERO, Micros::from_ms(150 + u64::from(id))));
            change(&mut node);
            node
        };
        let mut world = World::new((1..=5).map(node));
        world.n = 1;
        world
    }

    fn lead(node: &mut NodeState, id: NodeId) {
        if node.id == id {
            (node.role, node.timer) = (Role::Leader, None);
        }
    }

    fn campaign(node: &mut NodeState, ids: &[NodeId], term: u64) {
        if ids.contains(&node.id) {
            (node.role, node.term) = (Role::Candidate, term);
        }
    }

    /// A term is not parted from its number; here it may be.
    fn plain(sentence: &str) -> String {
        sentence.replace('\u{a0}', " ")
    }

    #[test]
    fn each_situation_has_its_sentence() {
        let cases: Vec<(World, &str)> = vec![
            (World::default(), "Nothing has happened yet."),
            (world(|node| node.alive = false), "All nodes are down."),
            (world(|node| node.alive = node.id < 3), "No leader: only two of five nodes run, which is no majority."),
            (world(|node| node.alive = node.id == 2), "No leader: only one of five nodes runs, which is no majority."),
            (world(|_| {}), "No leader: S1’s election timer will run out first."),
            (world(|node| campaign(node, &[4], 3)), "No leader: S4 is asking for votes."),
            (world(|node| campaign(node, &[1, 4], 3)), "No leader: S1 and S4 are both asking for votes."),
            (world(|node| lead(node, 3)), "S3 leads term 2; all five nodes have identical logs."),
            (
                world(|node| {
                    lead(node, 3);
                    node.alive = node.id != 5;
                }),
                "S3 leads term 2; the four running nodes have identical logs; one is down.",
            ),
            (
                world(|node| {
                    lead(node, 3);
                    node.members = (2, Membership::new(1..=4, []));
                }),
                "S3 leads term 2; all four nodes have identical logs.",
            ),
            (
                world(|node| {
                    lead(node, 3);
                    node.members.1.voters.push([1, 2, 3, 4].into());
                }),
                "S3 leads term 2; the voters change from S1…S5 to S1…S4: until then, decisions need a majority of the old and of the new ones.",
            ),
            (
                world(|node| {
                    lead(node, 3);
                    node.commit = 1;
                }),
                "S3 leads term 2; 1 of its 2 entries is committed.",
            ),
            (
                world(|node| {
                    lead(node, 3);
                    node.commit = 0;
                }),
                "S3 leads term 2; nothing is committed yet.",
            ),
            (
                world(|node| {
                    lead(node, 3);
                    if node.id > 3 {
                        node.commit = 1;
                    }
                }),
                "S3 leads term 2 and has committed everything; S4 and S5 don’t know it yet.",
            ),
            (
                world(|node| {
                    lead(node, 3);
                    campaign(node, &[1], 3);
                }),
                "S3 leads term 2, but S1 is asking for votes in term 3.",
            ),
            (
                world(|node| {
                    lead(node, 3);
                    lead(node, 1);
                    if node.id != 1 {
                        node.term = 4;
                    }
                }),
                "S3 leads term 4; all five nodes have identical logs. S1 still considers itself the leader of term 2.",
            ),
            (
                world(|node| {
                    lead(node, 3);
                    lead(node, 1);
                    (node.term, node.commit) = if node.id == 1 { (2, 1) } else { (4, 2) };
                }),
                "S3 leads term 4 and has committed everything. S1 still considers itself the leader of term 2.",
            ),
            (
                world(|node| {
                    (1..=3).for_each(|id| lead(node, id));
                    node.term = u64::from(node.id.min(4));
                    node.term = if node.id < 3 { node.term } else { 4 };
                }),
                "S3 leads term 4; all five nodes have identical logs. S1 and S2 still consider themselves leaders.",
            ),
        ];
        for (world, sentence) in cases {
            assert_eq!(plain(&headline(&world, &English)), sentence);
        }
    }

    #[test]
    fn a_leader_that_reaches_no_majority_is_said_to() {
        let mut world = world(|node| lead(node, 3));
        world.cut.extend([(3, 1), (2, 3), (4, 3)]);
        assert_eq!(plain(&headline(&world, &English)), "S3 leads term 2, but reaches no majority: it cannot commit.");
        Rc::make_mut(world.nodes.get_mut(&3).unwrap()).role = Role::Follower;
        assert!(headline(&world, &English).starts_with("No leader"));
    }
}
