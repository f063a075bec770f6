//! Match is true: a follower durably has all entries up to the leader's match index for it (paper §5.3, matchIndex).

use super::check::Finding;
use crate::lab::judge::invariants::check::{Check, CheckContext};
use crate::lab::vocab::event::{Event, LabEvent};
use crate::lab::vocab::violation::ViolationDetail;
use crate::raft::{self, NodeId};

/// A leader's match index for a target never exceeds the prefix that the target durably shares with it.
///
/// Not checked once the target has adopted a higher term: it may follow another leader, which may remove entries that
/// the first one had replicated. The first one can commit nothing by a match it learns from then on. (Responses
/// already in flight were sent before.)
#[derive(Clone, Debug)]
pub(super) struct MatchIsTrue;

impl Check for MatchIsTrue {
    fn check(&mut self, seen: &CheckContext<'_>) -> Option<Finding> {
        match &seen.record.event {
            Event::Node(raft::Event::Match { node, target, .. }) => check(seen, *node, *target),
            // The target's log lost entries.
            Event::Node(event) if seen.before.is_some() => check_all(seen, event.node()),
            Event::Lab(LabEvent::Crash { node, .. } | LabEvent::DiskLost { node, .. }) => check_all(seen, *node),
            _ => None,
        }
    }
}

fn check_all(seen: &CheckContext<'_>, target: NodeId) -> Option<Finding> {
    let leaders = seen.world.streams.keys().filter(|(_, to)| *to == target).map(|&(leader, _)| leader);
    leaders.into_iter().find_map(|leader| check(seen, leader, target))
}

fn check(seen: &CheckContext<'_>, leader: NodeId, target: NodeId) -> Option<Finding> {
    let stream = seen.world.streams.get(&(leader, target))?;
    if seen.world.nodes.get(&target)?.term > stream.term {
        return None;
    }
    let (own, other) = (seen.logs.of(leader)?, seen.logs.of(target)?);
    let matched = stream.match_index;
    let agrees = own.history.shares(&other.history, matched);
    if agrees && matched <= other.durable {
        return None;
    }
    let shared = own.history.shared_with(&other.history);
    let detail = match agrees {
        true => ViolationDetail::MatchNotDurable { leader, target, matched, durable: other.durable },
        false => ViolationDetail::MatchNotShared { leader, target, matched, shared },
    };
    Finding::new(&[leader, target], &[shared.min(other.durable) + 1, matched], detail)
}
