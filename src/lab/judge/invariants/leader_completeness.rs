//! Leader Completeness (paper §5.4, Figure 3).

use super::check::{Check, CheckContext, Finding};
use super::commits::Committed;
use crate::lab::vocab::event::Event;
use crate::lab::vocab::violation::ViolationDetail;
use crate::raft::event::Role;
use crate::raft::{self, NodeId, Term};

/// Entries committed in a term are in the logs of the leaders of all later terms.
///
/// Checked when a node becomes leader and, since a deposed leader may learn only later that an entry is committed,
/// when an entry is committed while there is a leader of a later term.
#[derive(Clone, Debug)]
pub(super) struct LeaderCompleteness;

impl Check for LeaderCompleteness {
    fn check(&mut self, seen: &CheckContext<'_>) -> Option<Finding> {
        let lacks = |leader: NodeId, term: Term| {
            let (index, committed) = seen.commits.missing(term, &seen.logs.of(leader)?.history)?;
            let Committed { node, term: in_term, .. } = committed;
            let detail = ViolationDetail::LeaderLacksCommitted {
                leader,
                term,
                index,
                entry_term: committed.entry.as_ref().map(|entry| entry.term),
                committer: *node,
                committed_in: *in_term,
            };
            Finding::new(&[*node, leader], &[index], detail)
        };
        match &seen.record.event {
            Event::Node(raft::Event::Role { node, to: Role::Leader, term, .. }) => lacks(*node, *term),
            Event::Node(raft::Event::Commit { .. }) => {
                let in_term = seen.commits.at(seen.commits.new_from?)?.term;
                let later = seen.world.leaders().filter(|leader| leader.term > in_term);
                later.into_iter().find_map(|leader| lacks(leader.id, leader.term))
            }
            _ => None,
        }
    }
}
