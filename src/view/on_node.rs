//! The actions on a node, by key or from its menu.

use super::action::isolate_or_rejoin;
use super::lang::Text;
use super::members::{in_force, part_now, Part};
use super::node::{has_slow_disk, is_isolated};
use crate::lab::scenario::limits::NODES_MAX;
use crate::lab::vocab::action::Action;
use crate::lab::world::World;
use crate::raft::event::Role;
use crate::raft::NodeId;
use crate::runtime::Micros;

/// The shortest and the longest duration of a write to a slow disk.
pub const SLOW_DISK: (Micros, Micros) = (Micros::from_ms(80), Micros::from_ms(120));

/// The time until the election timeout fires after [`NodeAct::PutOff`].
const PUT_OFF: Micros = Micros::from_ms(1000);

/// The time until the first election timeout fires after the timers were spread or aligned.
const TIMER_FIRST: Micros = Micros::from_ms(100);

/// The time between two election timeouts that were spread: enough for a node to win before the next one fires.
const TIMER_STEP: Micros = Micros::from_ms(120);

/// An action on a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeAct {
    /// Makes its election timeout fire now.
    Campaign,
    /// Postpones its election timeout.
    PutOff,
    /// Makes the leader transfer leadership to it.
    Transfer,
    /// Crashes it, or restarts it.
    CrashOrRestart,
    /// Pauses its process, or resumes it.
    PauseOrResume,
    /// Isolates it, or rejoins it.
    IsolateOrRejoin,
    /// Makes its disk slow, or fast again.
    SlowOrFast,
    /// Makes its disk fail, or work again.
    FailOrMend,
    /// Makes it take a snapshot.
    Snapshot,
    /// Adds it to the cluster, makes it a voter, or removes it.
    InOrOut,
    /// Removes a learner.
    Dismiss,
}

impl NodeAct {
    /// Every action, in the order and the groups of the menu.
    pub const GROUPS: [&[NodeAct]; 4] = [
        &[NodeAct::Campaign, NodeAct::PutOff, NodeAct::Transfer],
        &[NodeAct::CrashOrRestart, NodeAct::PauseOrResume, NodeAct::IsolateOrRejoin],
        &[NodeAct::SlowOrFast, NodeAct::FailOrMend, NodeAct::Snapshot],
        &[NodeAct::InOrOut, NodeAct::Dismiss],
    ];

    /// The action of the laboratory, with its name in the menu. None if it makes no sense now.
    pub fn of(self, world: &World, id: NodeId, t: &dyn Text) -> Option<(Action, &'static str)> {
        let node = world.nodes.get(&id)?;
        let runs = node.alive && node.role != Role::Shutdown;
        match self {
            NodeAct::Campaign => runs.then(|| (Action::Campaign { node: id }, t.menu_campaign())),
            NodeAct::PutOff => {
                (runs && node.timer.is_some()).then(|| (Action::set_timer(id, PUT_OFF), t.menu_put_off()))
            }
            NodeAct::Transfer => {
                let leads = world.leader().is_some_and(|leader| leader.id != id);
                let votes = matches!(part_now(world, id), Part::Voter | Part::Joining);
                (leads && votes).then(|| (Action::Transfer { to: id, of: None }, t.menu_transfer()))
            }
            NodeAct::CrashOrRestart if runs => Some((Action::Crash { node: id.into() }, t.menu_crash())),
            NodeAct::CrashOrRestart => Some((Action::Restart { node: id.into() }, t.menu_restart())),
            NodeAct::PauseOrResume if node.paused => Some((Action::Resume { node: id.into() }, t.menu_resume())),
            NodeAct::PauseOrResume => runs.then(|| (Action::Pause { node: id.into() }, t.menu_pause())),
            NodeAct::IsolateOrRejoin => {
                let name = if is_isolated(world, id) { t.menu_rejoin() } else { t.menu_isolate() };
                isolate_or_rejoin(world, id).map(|what| (what, name))
            }
            NodeAct::SlowOrFast => {
                let slow = has_slow_disk(node);
                let (delay, name) = match slow {
                    true => (node.usual_write_delay, t.menu_fast_disk()),
                    false => (slower(node.usual_write_delay), t.menu_slow_disk()),
                };
                Some((
                    Action::Disk {
                        node: id.into(),
                        write_delay: Some(delay),
                        fail: None,
                        hang: None,
                        apply_delay: None,
                    },
                    name,
                ))
            }
            NodeAct::FailOrMend => {
                let name = if node.disk_fails { t.menu_mend_disk() } else { t.menu_fail_disk() };
                Some((
                    Action::Disk {
                        node: id.into(),
                        write_delay: None,
                        fail: Some(!node.disk_fails),
                        hang: None,
                        apply_delay: None,
                    },
                    name,
                ))
            }
            NodeAct::Snapshot => {
                let has = node.snapshot.as_ref().map_or(0, |snapshot| snapshot.meta.index);
                let what = Action::Snapshot { node: id, index: None };
                (runs && node.applied > has).then(|| (what, t.menu_snapshot()))
            }
            NodeAct::InOrOut => in_or_out(world, id, t),
            NodeAct::Dismiss => {
                let (_, members) = in_force(world)?;
                let [voters] = members.voters.as_slice() else { return None };
                let learners = members.learners.iter().copied().filter(|&learner| learner != id).collect();
                let what = Action::Members { voters: voters.clone(), learners: Some(learners), of: None };
                (part_now(world, id) == Part::Learner).then_some((what, t.menu_remove()))
            }
        }
    }
}

/// The next step of membership: an outside node becomes a learner, a learner becomes a voter, a voter is removed. None
/// while a membership change is in progress.
fn in_or_out(world: &World, id: NodeId, t: &dyn Text) -> Option<(Action, &'static str)> {
    let (_, members) = in_force(world)?;
    let [voters] = members.voters.as_slice() else { return None };
    let mut voters = voters.clone();
    match part_now(world, id) {
        Part::Outside => Some((Action::AddLearner { node: id, of: None }, t.menu_take_in())),
        Part::Learner => {
            voters.insert(id);
            Some((Action::Members { voters, learners: None, of: None }, t.menu_make_voter()))
        }
        Part::Voter if voters.len() > 1 => {
            voters.remove(&id);
            Some((Action::Members { voters, learners: None, of: None }, t.menu_remove()))
        }
        Part::Voter | Part::Joining | Part::Leaving => None,
    }
}

/// The durations of a slow disk: [`SLOW_DISK`], or twice the usual durations if those are longer.
fn slower((low, high): (Micros, Micros)) -> (Micros, Micros) {
    if high < SLOW_DISK.1 {
        SLOW_DISK
    } else {
        (low + low, high + high)
    }
}

/// Adds a node with the first free id. None if the maximum is reached.
pub fn add_node(world: &World) -> Option<Action> {
    let free = (1..).find(|id| !world.nodes.contains_key(id))?;
    (world.nodes.len() < NODES_MAX).then_some(Action::AddLearner { node: free, of: None })
}

/// Makes the running election timeouts fire one after the other, far enough apart that the first wins.
pub fn spread_timers(world: &World) -> Vec<Action> {
    timers(world).zip(0..).map(|(node, i)| Action::set_timer(node, TIMER_FIRST + Micros(TIMER_STEP.0 * i))).collect()
}

/// Makes the running election timeouts fire all at once, so that the votes split.
pub fn align_timers(world: &World) -> Vec<Action> {
    timers(world).map(|node| Action::set_timer(node, TIMER_FIRST)).collect()
}

fn timers(world: &World) -> impl Iterator<Item = NodeId> + '_ {
    world.nodes.values().filter(|node| node.alive && node.timer.is_some()).map(|node| node.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::world::NodeState;
    use crate::lab::{Lab, Scenario};
    use crate::raft::Membership;
    use crate::view::lang::English;
    use std::rc::Rc;

    /// Three voters, of which S1 leads, and a node outside the cluster.
    fn world(change: impl Fn(&mut NodeState)) -> World {
        let node = |id| {
            let mut node = NodeState::new(id, Membership::new(1..=3, []), []);
            (node.alive, node.role) = (true, if id == 1 { Role::Leader } else { Role::Follower });
            node.timer = (id != 1).then_some((Micros::ZERO, Micros::from_ms(200)));
            change(&mut node);
            node
        };
        World::new((1..=4).map(node))
    }

    fn menu(world: &World, id: NodeId) -> Vec<&'static str> {
        NodeAct::GROUPS.concat().into_iter().filter_map(|act| Some(act.of(world, id, &English)?.1)).collect()
    }

    fn done(world: &World, id: NodeId, act: NodeAct) -> Option<Action> {
        act.of(world, id, &English).map(|(what, _)| what)
    }

    #[test]
    fn a_menu_has_what_makes_sense() {
        let cases: Vec<(World, NodeId, Vec<&str>)> = vec![
            (
                world(|_| {}),
                1,
                vec![
                    "Start an election now",
                    "Crash",
                    "Pause",
                    "Isolate",
                    "Slow down its disk",
                    "Make its disk fail",
                    "Remove from the configuration",
                ],
            ),
            (
                world(|node| node.applied = 3),
                2,
                vec![
                    "Start an election now",
                    "Reset its election timer to 1\u{a0}s of cluster time",
                    "Transfer leadership to it",
                    "Crash",
                    "Pause",
                    "Isolate",
                    "Slow down its disk",
                    "Make its disk fail",
                    "Take a snapshot now",
                    "Remove from the configuration",
                ],
            ),
            (
                world(|node| (node.alive, node.timer, node.disk_fails) = (node.id != 2, None, true)),
                2,
                vec![
                    "Transfer leadership to it",
                    "Restart",
                    "Isolate",
                    "Slow down its disk",
                    "Repair its disk",
                    "Remove from the configuration",
                ],
            ),
            (
                world(|node| {
                    (node.paused, node.timer) = (true, None);
                    node.write_delay = SLOW_DISK;
                }),
                4,
                vec![
                    "Start an election now",
                    "Crash",
                    "Resume",
                    "Isolate",
                    "Restore its disk’s speed",
                    "Make its disk fail",
                    "Add as a learner",
                ],
            ),
        ];
        for (world, id, names) in cases {
            assert_eq!(menu(&world, id), names);
        }
        assert!(menu(&world(|_| {}), 9).is_empty());
    }

    #[test]
    fn a_node_comes_in_and_goes_out_step_by_step() {
        let mut world = world(|_| {});
        assert_eq!(done(&world, 4, NodeAct::InOrOut), Some(Action::AddLearner { node: 4, of: None }));
        let set = |world: &mut World, members| Rc::make_mut(world.nodes.get_mut(&1).unwrap()).members = (5, members);
        set(&mut world, Membership::new(1..=3, [4]));
        assert_eq!(
            done(&world, 4, NodeAct::InOrOut),
            Some(Action::Members { voters: [1, 2, 3, 4].into(), learners: None, of: None })
        );
        set(&mut world, Membership { voters: vec![[1, 2, 3].into(), [1, 2, 3, 4].into()], learners: [].into() });
        assert_eq!(done(&world, 4, NodeAct::InOrOut), None, "one change at a time");
        set(&mut world, Membership::new(1..=4, []));
        assert_eq!(
            done(&world, 4, NodeAct::InOrOut),
            Some(Action::Members { voters: [1, 2, 3].into(), learners: None, of: None })
        );
        set(&mut world, Membership::new([1], []));
        assert_eq!(done(&world, 1, NodeAct::InOrOut), None, "somebody must vote");
        set(&mut world, Membership::new(1..=3, [4, 5]));
        assert_eq!(
            done(&world, 4, NodeAct::Dismiss),
            Some(Action::Members { voters: [1, 2, 3].into(), learners: Some([5].into()), of: None })
        );
        assert_eq!(done(&world, 3, NodeAct::Dismiss), None, "it votes");
    }

    #[test]
    fn what_stopped_by_itself_is_restarted() {
        let world = world(|node| node.role = Role::Shutdown);
        assert_eq!(done(&world, 2, NodeAct::CrashOrRestart), Some(Action::Restart { node: 2.into() }));
        assert_eq!(done(&world, 2, NodeAct::PauseOrResume), None);
    }

    #[test]
    fn a_disk_that_was_slow_is_again_what_it_was() {
        let mut scenario = Scenario::classroom(3);
        let usual = (Micros::from_ms(10), Micros::from_ms(20));
        scenario.storage.write_delay = Some(usual);
        let mut lab = Lab::new(scenario).unwrap();
        let mut act = |node: NodeId| {
            let what = done(&lab.world(), node, NodeAct::SlowOrFast).unwrap();
            lab.act(what).unwrap();
            let world = lab.world();
            (has_slow_disk(&world.nodes[&node]), world.nodes[&node].write_delay)
        };
        assert_eq!([act(1), act(1), act(1)], [(true, SLOW_DISK), (false, usual), (true, SLOW_DISK)]);
        lab.act(Action::AddLearner { node: 4, of: None }).unwrap();
        let write_delay = Some((Micros::from_ms(300), Micros::from_ms(300)));
        lab.act(Action::Disk { node: 4.into(), write_delay, fail: None, hang: None, apply_delay: None }).unwrap();
        let back = done(&lab.world(), 4, NodeAct::SlowOrFast);
        assert_eq!(
            back,
            Some(Action::Disk { node: 4.into(), write_delay: Some(usual), fail: None, hang: None, apply_delay: None })
        );
        assert_eq!(slower((Micros(5), Micros(400_000))), (Micros(10), Micros(800_000)));
    }

    #[test]
    fn a_new_node_has_the_first_free_id() {
        assert_eq!(add_node(&world(|_| {})), Some(Action::AddLearner { node: 5, of: None }));
        let nodes = |ids: &[NodeId]| World::new(ids.iter().map(|&id| NodeState::new(id, Membership::new([1], []), [])));
        assert_eq!(add_node(&nodes(&[1, 3])), Some(Action::AddLearner { node: 2, of: None }));
        assert_eq!(add_node(&nodes(&[1, 2, 3, 4, 5, 6, 7, 8, 9])), None);
    }

    #[test]
    fn timers_are_spread_or_aligned() {
        let timers = |what: Vec<Action>| -> Vec<(NodeId, u64)> {
            what.iter()
                .map(|what| match what {
                    Action::Timer {
                        node: crate::lab::vocab::targets::Targets::One(node), after: Some(after), ..
                    } => (*node, after.0 / 1000),
                    other => panic!("{other:?} is no timer"),
                })
                .collect()
        };
        assert_eq!(timers(spread_timers(&world(|_| {}))), [(2, 100), (3, 220), (4, 340)]);
        assert_eq!(timers(align_timers(&world(|_| {}))), [(2, 100), (3, 100), (4, 100)]);
    }
}
