//! The hint: one sentence that says why nothing happens, or only little, and what can be done.

use std::collections::BTreeSet;

use super::format::{ms, NodeName};
use super::lang::values::node_names;
use super::lang::Text;
use super::members::in_force;
use super::node::has_slow_disk;
use crate::lab::vocab::id::Link;
use crate::lab::world::{NodeState, World};
use crate::raft::event::Role;
use crate::raft::{Membership, NodeId, Rule};
use crate::runtime::Micros;

/// The loss rate, in parts per million, that makes a link as good as cut.
const ALWAYS_LOST: u32 = 1_000_000;

/// Why nothing happens, if so: the most fundamental cause, and what to do about it by key or, with `by_finger`, by
/// touch.
pub fn hint(world: &World, playing: bool, by_finger: bool, t: &dyn Text) -> Option<String> {
    if !world.nodes.values().any(|node| node.never_ran()) {
        if let Some(reason) = in_the_way(world, t) {
            return Some(reason);
        }
    }
    if !playing {
        return Some(t.hint_clock_stands(by_finger).into());
    }
    world.converged().then(|| t.hint_nothing_to_do().into())
}

fn in_the_way(world: &World, t: &dyn Text) -> Option<String> {
    let (_, members) = in_force(world)?;
    let running = |id: NodeId| world.nodes.get(&id).is_some_and(|node| is_running(node));
    if !members.is_quorum(running) {
        let down: Vec<NodeId> = members.all_voters().into_iter().filter(|&id| !running(id)).collect();
        return Some(t.hint_no_majority_runs(&node_names(down), needed(members, running)));
    }
    if !members.all_voters().into_iter().any(|id| reaches_majority(world, members, id)) {
        return Some(t.hint_no_majority_together().into());
    }
    if let Some(leader) = world.leader() {
        return with_leader(world, leader, t);
    }
    if let Some((round_trip, timeout)) = round_trip_too_long(world, members) {
        return Some(t.hint_round_trip(&ms(round_trip, 0), &ms(timeout, 0)));
    }
    if let Some(reason) = caught(world, t) {
        return Some(reason);
    }
    let idle = |id: NodeId| world.nodes.get(&id).is_some_and(|node| node.timer.is_none());
    let nobody_campaigns =
        world.messages.is_empty() && members.all_voters().into_iter().filter(|&id| running(id)).all(idle);
    nobody_campaigns.then(|| t.hint_timers_off().into())
}

/// The least number of further voters that must run for a majority; with two configurations, a majority of both.
fn needed(members: &Membership, running: impl Fn(NodeId) -> bool) -> u64 {
    let down = |id: &&NodeId| !running(**id);
    let lacks = |voters: &BTreeSet<NodeId>| {
        (voters.len() / 2 + 1).saturating_sub(voters.iter().filter(|&&id| running(id)).count())
    };
    match members.voters.as_slice() {
        [old, new] => {
            // A voter that is in both configurations is counted twice.
            let both = old.intersection(new).filter(down).count();
            let (old, new) = (lacks(old), lacks(new));
            (old.max(new) + old.min(new).saturating_sub(both)) as u64
        }
        voters => voters.first().map_or(0, lacks) as u64,
    }
}

fn with_leader(world: &World, leader: &NodeState, t: &dyn Text) -> Option<String> {
    if leader.paused {
        return Some(t.hint_leader_paused(NodeName(leader.id)));
    }
    if !reaches_majority(world, &leader.members.1, leader.id) {
        let hearers = indispensable_hearers(world, leader);
        return Some(match hearers.is_empty() || world.check_quorum {
            true => t.hint_leader_alone(NodeName(leader.id)),
            false => t.hint_leader_heard(NodeName(leader.id), &node_names(hearers)),
        });
    }
    if let Some(reason) = caught(world, t) {
        return Some(reason);
    }
    let slow = |id: NodeId| world.nodes.get(&id).is_some_and(|node| has_slow_disk(node));
    let mostly_slow = !leader.members.1.is_quorum(|id| !slow(id));
    if leader.commit < leader.last_index() && mostly_slow {
        return Some(t.hint_slow_disks().into());
    }
    let hangs = |id: NodeId| world.nodes.get(&id).is_some_and(|node| node.disk_hangs);
    leader.members.1.members().into_iter().any(hangs).then(|| t.hint_disk_hangs().into())
}

/// The voters that hear a leader and so refuse to vote for another, if the others are no majority without them.
fn indispensable_hearers(world: &World, leader: &NodeState) -> Vec<NodeId> {
    let members = &leader.members.1;
    let runs = |id: NodeId| world.nodes.get(&id).is_some_and(|node| is_running(node));
    let hears = |id: NodeId| id != leader.id && runs(id) && is_open(world, (leader.id, id));
    match world.rules_off.contains(&Rule::LeaderStickiness)
        || members.is_quorum(|id| id != leader.id && runs(id) && !hears(id))
    {
        true => Vec::new(),
        false => members.all_voters().into_iter().filter(|&id| hears(id)).collect(),
    }
}

fn is_open(world: &World, link: Link) -> bool {
    !world.cut.contains(&link) && world.links.of(link).loss.per_million < ALWAYS_LOST
}

fn is_running(node: &NodeState) -> bool {
    node.alive && !node.paused && node.role != Role::Shutdown
}

/// The hint about messages that are held or will be trapped when they are sent.
fn caught(world: &World, t: &dyn Text) -> Option<String> {
    if !world.traps.is_empty() {
        return Some(t.hint_traps().into());
    }
    let held = world.messages.values().filter(|message| message.held).count();
    (held > 0).then(|| t.hint_held(held as u64))
}

/// Whether a node runs and can exchange messages with enough running voters for a majority, itself included.
pub fn reaches_majority(world: &World, members: &Membership, id: NodeId) -> bool {
    let running = |id: NodeId| world.nodes.get(&id).is_some_and(|node| is_running(node));
    let joined = |other| is_open(world, (id, other)) && is_open(world, (other, id));
    running(id) && members.is_quorum(|other| other == id || (running(other) && joined(other)))
}

/// The shortest round trip that wins an election and the longest election timeout, if the timeout is the shorter one.
fn round_trip_too_long(world: &World, members: &Membership) -> Option<(Micros, Micros)> {
    let timeout = world.nodes.values().filter_map(|node| node.timer).map(|(armed, fires)| fires - armed).max()?;
    let round_trip = |a: NodeId, b: NodeId| {
        if a == b {
            return Micros::ZERO;
        }
        world.links.of((a, b)).latency.0 + world.links.of((b, a)).latency.0
    };
    let voters = members.all_voters();
    let to_majority = |id: NodeId| {
        let mut times: Vec<Micros> = voters.iter().map(|&other| round_trip(id, other)).collect();
        times.sort_unstable();
        times.into_iter().find(|&time| members.is_quorum(|other| round_trip(id, other) <= time))
    };
    let shortest = voters.iter().filter_map(|&id| to_majority(id)).min()?;
    (shortest >= timeout).then_some((shortest, timeout))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::vocab::event::TrapDoes;
    use crate::lab::vocab::links::Links;
    use crate::lab::vocab::probability::Probability;
    use crate::lab::vocab::spec::LinkSpec;
    use crate::lab::world::Interceptor;
    use crate::raft::log::{Entry, Payload};
    use crate::view::lang::English;
    use std::rc::Rc;
    use std::sync::Arc;

    /// Links with a latency of at least `low`.
    fn slow(low: u64) -> Links {
        let latency = (Micros::from_ms(low), Micros::from_ms(low + 10));
        Links { usual: LinkSpec { latency, ..LinkSpec::default() }, ..Links::default() }
    }

    /// Five voters in term 1 with one entry each. S1 leads.
    fn world(change: impl Fn(&mut NodeState)) -> World {
        let node = |id| {
            let entry = Arc::new(Entry::new(1, 1, Payload::Blank));
            let mut node = NodeState::new(id, Membership::new(1..=5, []), [entry]);
            (node.alive, node.begun, node.term, node.commit, node.applied) = (true, true, 1, 1, 1);
            node.role = if id == 1 { Role::Leader } else { Role::Follower };
            node.timer = Some((Micros::ZERO, Micros::from_ms(200)));
            change(&mut node);
            node
        };
        let mut world = World::new((1..=5).map(node));
        world.n = 1;
        world
    }

    #[test]
    fn each_reason_has_its_sentence() {
        let follow = |node: &mut NodeState| node.role = Role::Follower;
        let cases: Vec<(World, &str)> = vec![
            (world(|_| {}), "All logs agree, and only heartbeats are sent. Write something, or break something."),
            (world(|node| node.commit = 0), ""),
            (
                world(|node| node.alive = node.id > 3),
                "S1, S2 and S3 are not running, so no majority can elect a leader or commit anything. Restart or resume one of them.",
            ),
            (
                world(|node| node.paused = node.id > 2),
                "S3, S4 and S5 are not running, so no majority can elect a leader or commit anything. Restart or resume one of them.",
            ),
            (
                world(|node| node.paused = node.id == 1),
                "S1 leads, but is paused: nothing happens until another node’s election timer runs out.",
            ),
            (
                world(|node| {
                    node.commit = 0;
                    node.write_delay.1 = Micros((node.id < 4).into());
                }),
                "A majority has slow disks: an entry counts only once it is on disk.",
            ),
            (world(|node| node.disk_hangs = node.id == 5), "A disk hangs: reads from it get no answer."),
            (world(follow), ""),
            (
                world(|node| (node.role, node.timer) = (Role::Follower, None)),
                "No election timer runs: no node starts an election unless you tell it to.",
            ),
        ];
        for (world, sentence) in cases {
            assert_eq!(hint(&world, true, false, &English).unwrap_or_default(), sentence);
        }
    }

    #[test]
    fn how_many_are_missing_is_told() {
        let told = |node: &dyn Fn(&mut NodeState)| hint(&world(node), true, false, &English).unwrap();
        let four = told(&|node| node.alive = node.id == 4);
        assert!(
            four.starts_with("S1, S2, S3 and S5 are not running") && four.ends_with("at least two of them."),
            "{four}"
        );
        let alone = told(&|node| {
            node.members.1 = Membership::new([1, 2], []);
            node.alive = node.id != 2;
        });
        assert_eq!(
            alone,
            "S2 is not running, so no majority can elect a leader or commit anything. Restart or resume it."
        );
        let joint = |old: &[NodeId], new: &[NodeId], up: &[NodeId]| {
            let voters = vec![old.iter().copied().collect(), new.iter().copied().collect()];
            needed(&Membership { voters, learners: [].into() }, |id| up.contains(&id))
        };
        assert_eq!(joint(&[1, 2, 3], &[1, 2, 4], &[3, 4]), 1, "S1 counts for both");
        assert_eq!(joint(&[1, 2, 3], &[3, 4, 5], &[3]), 2);
        assert_eq!(joint(&[1, 2, 3], &[4, 5, 6], &[]), 4);
        assert_eq!(joint(&[1, 2, 3], &[1, 2, 4], &[]), 2);
    }

    #[test]
    fn links_can_be_in_the_way() {
        let mut cut = world(|_| {});
        for (a, b) in [(1, 3), (1, 4), (1, 5)] {
            cut.cut.insert((a, b));
        }
        let alone = "S1 leads, but cannot exchange messages with a majority. Reconnect it, or wait for another leader.";
        assert_eq!(hint(&cut, true, false, &English).as_deref(), Some(alone));
        for (a, b) in [(2, 3), (2, 4), (2, 5), (3, 4), (3, 5), (4, 5)] {
            cut.cut.insert((a, b));
        }
        let apart = "The open links connect no majority. Reconnect some of the others.";
        assert_eq!(hint(&cut, true, false, &English).as_deref(), Some(apart));
        let mut lossy = Links::default();
        lossy.usual.loss = Probability { per_million: 1_000_000 };
        assert_eq!(hint(&world(|_| {}).with_links(lossy), true, false, &English).as_deref(), Some(apart));
    }

    #[test]
    fn who_hears_a_leader_that_cannot_commit_is_named_unless_check_quorum_is_on() {
        let mut bridged = world(|node| node.members.1 = Membership::new(1..=4, []));
        for (a, b) in [(1, 2), (1, 3), (2, 1), (3, 1)] {
            bridged.cut.insert((a, b));
        }
        let told = |world: &World| hint(world, true, false, &English).unwrap();
        assert_eq!(
            told(&bridged),
            "S4 hears S1 and refuses every vote; S1 cannot commit: nobody will be elected until that link is cut or check-quorum is on."
        );
        bridged.check_quorum = true;
        assert!(told(&bridged).starts_with("S1 leads, but cannot exchange messages"), "{}", told(&bridged));
        bridged.check_quorum = false;
        bridged.cut.insert((1, 4));
        assert!(told(&bridged).starts_with("S1 leads, but cannot exchange messages"), "S4 will vote");
    }

    #[test]
    fn a_timeout_shorter_than_the_round_trip_is_told() {
        let leaderless = world(|node| node.role = Role::Candidate);
        assert_eq!(hint(&leaderless.clone().with_links(slow(99)), true, false, &English), None);
        let told = "A round trip takes at least 200\u{a0}ms, and no election timeout is longer than 200\u{a0}ms: every candidate times out before the answers arrive.";
        assert_eq!(hint(&leaderless.with_links(slow(100)), true, false, &English).as_deref(), Some(told));
    }

    #[test]
    fn what_is_caught_is_told() {
        let mut caught = world(|_| {});
        caught.traps.insert(1, Rc::new(Interceptor { does: TrapDoes::Drop, which: Default::default() }));
        let told = hint(&caught, true, false, &English).unwrap();
        assert_eq!(told, "Some messages will be dropped or held when they are sent, because an action asked for it.");
    }

    #[test]
    fn a_clock_that_stands_is_told_when_nothing_else_is_in_the_way() {
        let stands = "The clock is stopped: Space starts it, → takes one step.";
        assert_eq!(hint(&world(|_| {}), false, false, &English).as_deref(), Some(stands));
        assert_eq!(hint(&World::default(), false, false, &English).as_deref(), Some(stands));
        let by_finger = hint(&world(|_| {}), false, true, &English).unwrap();
        assert!(!by_finger.contains("Space"), "{by_finger}");
        assert_eq!(hint(&World::default(), true, false, &English), None);
    }
}
