//! The standing of a node, its label, and its accessible name.

use super::format::NodeName;
use super::lang::Text;
use super::members::{part_now, Part};
use crate::lab::vocab::id::Link;
use crate::lab::world::{NodeState, World};
use crate::raft::event::Role;
use crate::raft::NodeId;

/// The state of a node as the page shows it: its role, and whether it runs at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The leader.
    Leader,
    /// Believes that it leads, but there is a higher term of which it has not heard.
    OldLeader,
    /// Requests votes.
    Candidate,
    /// Follows a leader, or waits for one.
    Follower,
    /// Receives the log without a vote.
    Learner,
    /// Has crashed.
    Crashed,
    /// Stopped by a storage error.
    Stopped,
    /// Has never run.
    NotStarted,
    /// Runs, but does not belong to the cluster.
    Outside,
}

impl Standing {
    /// The standing of `node`.
    pub fn of(world: &World, node: &NodeState) -> Standing {
        match node.role {
            _ if node.never_ran() => Standing::NotStarted,
            _ if !node.alive => Standing::Crashed,
            Role::Learner if part_now(world, node.id) == Part::Outside => Standing::Outside,
            Role::Learner => Standing::Learner,
            Role::Follower => Standing::Follower,
            Role::Candidate => Standing::Candidate,
            Role::Leader if world.leaders().any(|other| other.term > node.term) => Standing::OldLeader,
            Role::Leader => Standing::Leader,
            Role::Shutdown => Standing::Stopped,
        }
    }

    /// Whether it is shown by a ring around the node: for leaders and candidates.
    pub fn is_ringed(self) -> bool {
        matches!(self, Standing::Leader | Standing::OldLeader | Standing::Candidate)
    }

    /// Its CSS class.
    pub fn class(self) -> &'static str {
        match self {
            Standing::Leader => "leader",
            Standing::OldLeader => "old-leader",
            Standing::Candidate => "candidate",
            Standing::Follower => "follower",
            Standing::Learner => "learner",
            Standing::Crashed => "crashed",
            Standing::Stopped => "stopped",
            Standing::NotStarted => "not-started",
            Standing::Outside => "outside",
        }
    }

    /// Its label.
    pub fn label(self, t: &dyn Text) -> &'static str {
        match self {
            Standing::Leader => t.leader(),
            Standing::OldLeader => t.old_leader(),
            Standing::Candidate => t.candidate(),
            Standing::Follower => t.follower(),
            Standing::Learner => t.learner(),
            Standing::Crashed => t.crashed(),
            Standing::Stopped => t.stopped(),
            Standing::NotStarted => t.not_started(),
            Standing::Outside => t.outside(),
        }
    }
}

/// The accessible name of a node: "S2, leader, term 4, commit 7".
pub fn name(world: &World, node: &NodeState, t: &dyn Text) -> String {
    let standing = Standing::of(world, node).label(t);
    t.node_name(NodeName(node.id), standing, &notes(world, node, t), node.term, node.commit)
}

/// Notes on what is unusual about a node, one or two words each.
pub fn notes(world: &World, node: &NodeState, t: &dyn Text) -> Vec<&'static str> {
    let part = part_now(world, node.id);
    let all = [
        (node.paused, t.paused()),
        (is_isolated(world, node.id), t.isolated()),
        (part == Part::Joining, t.joining()),
        (part == Part::Leaving, t.leaving()),
        (node.disk_fails, t.disk_failing()),
        (node.disk_hangs, t.disk_hanging()),
        (!node.disk_fails && has_slow_disk(node), t.disk_slow()),
    ];
    all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, note)| note).collect()
}

/// The standing of a node with its notes: "Follower · paused".
pub fn in_words(world: &World, node: &NodeState, t: &dyn Text) -> String {
    let words = std::iter::once(Standing::of(world, node).label(t)).chain(notes(world, node, t));
    words.collect::<Vec<&str>>().join(" · ")
}

/// The label of a node in the picture: only what is not usual, so that a follower of which there is nothing to say has
/// none.
pub fn label(world: &World, node: &NodeState, t: &dyn Text) -> String {
    let standing = Some(Standing::of(world, node)).filter(|standing| *standing != Standing::Follower);
    let words = standing.map(|standing| standing.label(t)).into_iter().chain(notes(world, node, t));
    words.collect::<Vec<&str>>().join(" · ")
}

/// Whether writes to the node's disk take longer than the scenario sets.
pub fn has_slow_disk(node: &NodeState) -> bool {
    node.write_delay.1 > node.usual_write_delay.1
}

/// Both directions of every link of a node.
pub fn links_of(world: &World, node: NodeId) -> impl Iterator<Item = Link> + '_ {
    world.nodes.keys().filter(move |&&other| other != node).flat_map(move |&other| [(node, other), (other, node)])
}

/// Whether a node can neither send to nor receive from any other node. False in a cluster of one.
pub fn is_isolated(world: &World, node: NodeId) -> bool {
    world.nodes.len() > 1 && links_of(world, node).all(|link| world.cut.contains(&link))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raft::Membership;
    use crate::view::lang::English;

    #[test]
    fn a_node_that_has_not_started_has_not_crashed() {
        let mut world = World::new([NodeState::new(1, Membership::new([1], []), [])]);
        let told = |world: &World| in_words(world, &world.nodes[&1], &English);
        assert_eq!(told(&world), "Not started");
        std::rc::Rc::make_mut(world.nodes.get_mut(&1).unwrap()).begun = true;
        assert_eq!(told(&world), "Crashed");
    }

    #[test]
    fn what_is_not_as_usual_is_told_beside_the_role() {
        let node = |id: NodeId| {
            let members = Membership { voters: vec![[1, 2, 3].into(), [2, 3, 4].into()], learners: [5].into() };
            let mut node = NodeState::new(id, members, []);
            (node.alive, node.paused) = (true, id == 2);
            node.role = match id {
                3 => Role::Leader,
                5 | 6 => Role::Learner,
                _ => Role::Follower,
            };
            node
        };
        let world = World::new((1..=6).map(node));
        let told: Vec<String> = world.nodes.values().map(|node| in_words(&world, node, &English)).collect();
        let expected =
            ["Follower · leaving", "Follower · paused", "Leader", "Follower · joining", "Learner", "Not a member"];
        assert_eq!(told, expected);
    }
}
