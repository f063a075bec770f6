//! Election Safety: at most one leader in a term (paper §5.2, Figure 3).

use litemap::LiteMap;

use super::check::Finding;
use crate::lab::judge::invariants::check::{Check, CheckContext};
use crate::lab::vocab::event::Event;
use crate::lab::vocab::violation::ViolationDetail;
use crate::raft::event::Role;
use crate::raft::{self, NodeId, Term};

/// The leader of each term.
#[derive(Clone, Debug, Default)]
pub(super) struct ElectionSafety {
    leaders: LiteMap<Term, NodeId>,
}

impl Check for ElectionSafety {
    fn check(&mut self, seen: &CheckContext<'_>) -> Option<Finding> {
        let Event::Node(raft::Event::Role { node, to: Role::Leader, term, .. }) = &seen.record.event else {
            return None;
        };
        let first = *self.leaders.entry(*term).or_insert(*node);
        if first == *node {
            return None;
        }
        let detail = ViolationDetail::SecondLeader { node: *node, first, term: *term };
        Finding::new(&[first, *node], &[], detail)
    }
}
