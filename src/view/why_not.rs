//! Why something cannot be done to a node now.

use super::format::NodeName;
use super::lang::Text;
use super::members::{in_force, part_now, Part};
use super::on_node::NodeAct;
use crate::lab::world::World;
use crate::raft::event::Role;
use crate::raft::NodeId;

/// Why an action on a node makes no sense now.
pub fn why_not(act: NodeAct, world: &World, id: NodeId, t: &dyn Text) -> String {
    let name = NodeName(id);
    let Some(node) = world.nodes.get(&id) else { return t.is_not_running(name) };
    let runs = node.alive && node.role != Role::Shutdown;
    match act {
        NodeAct::Transfer => match world.leader() {
            None => t.nobody_leads(),
            Some(leader) if leader.id == id => t.leads_already(name),
            Some(_) => t.has_no_vote(name),
        },
        NodeAct::IsolateOrRejoin => t.has_no_links(name),
        NodeAct::InOrOut | NodeAct::Dismiss => match in_force(world) {
            Some((_, members)) if members.voters.len() > 1 => t.change_under_way(),
            _ if part_now(world, id) == Part::Voter => t.is_last_voter(name),
            _ => t.is_no_member(name),
        },
        _ if !runs => t.is_not_running(name),
        NodeAct::PutOff => match node.role {
            Role::Leader => t.leads_without_timer(name),
            _ => t.has_no_timer(name),
        },
        _ => t.has_nothing_new(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::world::NodeState;
    use crate::raft::Membership;
    use crate::view::lang::English;

    fn told(act: NodeAct, id: NodeId, change: impl Fn(&mut NodeState)) -> String {
        let node = |id| {
            let mut node = NodeState::new(id, Membership::new([1], [2]), []);
            (node.alive, node.role) = (true, if id == 1 { Role::Leader } else { Role::Learner });
            change(&mut node);
            node
        };
        let world = World::new((1..=3).map(node));
        assert!(act.of(&world, id, &English).is_none(), "{act:?} can be done");
        why_not(act, &world, id, &English)
    }

    #[test]
    fn each_obstacle_is_named() {
        let as_is = |_: &mut NodeState| {};
        let down = |node: &mut NodeState| node.alive = false;
        let joint = |node: &mut NodeState| node.members.1.voters.push([3].into());
        let cases = [
            (told(NodeAct::InOrOut, 1, as_is), "S1 is the last voter."),
            (told(NodeAct::InOrOut, 1, joint), "Another change of the members is under way."),
            (told(NodeAct::Transfer, 1, as_is), "S1 is the leader already."),
            (told(NodeAct::Transfer, 2, as_is), "S2 has no vote, so it cannot lead."),
            (told(NodeAct::Transfer, 2, |node| node.role = Role::Follower), "There is no leader."),
            (told(NodeAct::PutOff, 2, as_is), "S2 has no election timer running."),
            (told(NodeAct::Campaign, 2, down), "S2 is not running."),
            (told(NodeAct::PauseOrResume, 2, down), "S2 is not running."),
            (told(NodeAct::Snapshot, 2, as_is), "S2 has applied nothing that is not in a snapshot already."),
        ];
        for (told, expected) in cases {
            assert_eq!(told, expected);
        }
    }
}
