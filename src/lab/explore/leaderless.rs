//! Liveness: where a majority is up and connected, it has a leader within bounded time (paper §5.6).
//!
//! No run of bounded length refutes liveness. What is looked for is a majority that stays as it is — every node of it
//! runs, and each can talk to each — for [`TIMEOUTS`] of the longest election timeout, while nobody leads. (With
//! check-quorum, a leader that reaches no majority does not stay.) Elections are random, so that might happen by chance;
//! but it hardly does.

use std::rc::Rc;

use crate::lab::world::{NodeState, World};
use crate::raft::event::Role;
use crate::raft::{Config, NodeId};
use crate::runtime::Micros;

/// How long a connected majority may be without a leader, in multiples of the longest election timeout.
const TIMEOUTS: u64 = 10;

/// The greatest share of messages lost, in parts per million, on a link that counts as open.
const LOSS_MAX: u32 = 50_000;

/// Looks out for a connected majority that elects no leader.
#[derive(Clone, Debug, Default)]
pub(super) struct Leaderless {
    /// A connected majority without a leader, and since when there is one.
    waiting: Option<(Vec<NodeId>, Micros)>,
}

impl Leaderless {
    /// Looks at the present moment. Returns whether a connected majority has been without a leader for too long.
    pub(super) fn observe(&mut self, now: Micros, world: &World, config: &Config) -> bool {
        // Without check-quorum, a leader that cannot commit keeps those that hear it from electing another: the price of
        // `leader-stickiness`.
        if !config.check_quorum || !world.traps.is_empty() {
            self.waiting = None;
            return false;
        }
        let stays = |group: &[NodeId]| is_connected(world, config, group) && is_majority(world, group);
        self.waiting = match self.waiting.take() {
            _ if world.leader().is_some() => None,
            Some((group, since)) if stays(&group) => Some((group, since)),
            _ => majority(world, config).map(|group| (group, now)),
        };
        let limit = Micros(config.election_timeout_max.0.saturating_mul(TIMEOUTS));
        self.waiting.as_ref().is_some_and(|(_, since)| now >= *since + limit)
    }
}

fn nodes<'a>(world: &'a World, group: &'a [NodeId]) -> impl Iterator<Item = &'a NodeState> {
    group.iter().filter_map(|node| world.nodes.get(node)).map(Rc::as_ref)
}

/// Whether all nodes of a group work, and exchange messages fast enough for an election.
fn is_connected(world: &World, config: &Config, group: &[NodeId]) -> bool {
    let patience = config.election_timeout_min;
    let works = |node: &NodeState| {
        let runs = node.alive && !node.paused && !node.disk_fails && node.role != Role::Shutdown;
        runs && node.write_delay.1 + node.write_delay.1 < patience
    };
    let open = |from: NodeId, to: NodeId| {
        let link = world.links.of((from, to));
        let fast = Micros(link.latency.1 .0.saturating_mul(4)) < patience;
        from == to || (!world.cut.contains(&(from, to)) && link.loss.per_million <= LOSS_MAX && fast)
    };
    nodes(world, group).all(works) && group.iter().all(|&from| group.iter().all(|&to| open(from, to)))
}

/// Whether a group can elect the one of its nodes whose log is the most up to date, by the configuration of that node.
fn is_majority(world: &World, group: &[NodeId]) -> bool {
    let last = |node: &&NodeState| {
        let (index, included) = (node.last_index(), node.snapshot.as_ref().map_or(0, |snapshot| snapshot.meta.term));
        (node.entry(index).map_or(included, |entry| entry.term), index)
    };
    nodes(world, group).max_by_key(last).is_some_and(|best| {
        let members = &best.members.1;
        best.role != Role::Learner && members.is_voter(best.id) && members.is_quorum(|node| group.contains(&node))
    })
}

/// The largest connected majority, if there is one.
fn majority(world: &World, config: &Config) -> Option<Vec<NodeId>> {
    let all: Vec<NodeId> = world.nodes.keys().copied().collect();
    let mut best: Option<Vec<NodeId>> = None;
    for subset in 1..1_u32 << all.len() {
        if best.as_ref().is_some_and(|best| best.len() >= subset.count_ones() as usize) {
            continue;
        }
        let group: Vec<NodeId> =
            all.iter().enumerate().filter(|(i, _)| subset >> i & 1 == 1).map(|(_, &node)| node).collect();
        if is_majority(world, &group) && is_connected(world, config, &group) {
            best = Some(group);
        }
    }
    best
}
