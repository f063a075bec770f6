//! One vote per term, kept across restarts (paper §5.2, Figure 2: persistent state).

use litemap::LiteMap;

use super::check::Finding;
use crate::lab::judge::invariants::check::{Check, CheckContext};
use crate::lab::vocab::event::{Event, LabEvent};
use crate::lab::vocab::violation::ViolationDetail;
use crate::lab::world::World;
use crate::raft::event::Role;
use crate::raft::rpc::Message;
use crate::raft::{self, NodeId, Term};

/// The votes of one node.
#[derive(Clone, Debug, Default)]
struct Votes {
    /// The candidate that it voted for, by term.
    given: LiteMap<Term, NodeId>,
    /// The last vote that others know of, or that made it leader; it must survive a crash.
    said: Option<(Term, NodeId)>,
}

impl Votes {
    fn say(&mut self, term: Term, candidate: NodeId) {
        if self.said.is_none_or(|(last, _)| last <= term) {
            self.said = Some((term, candidate));
        }
    }
}

/// A node votes at most once in a term, and remembers the vote across restarts.
///
/// A vote counts as given when the node decides. A crash may undo it as long as no other node knows of it: then it
/// was not durable yet, and the node may decide again.
#[derive(Clone, Debug)]
pub(super) struct VotesKept {
    nodes: LiteMap<NodeId, Votes>,
}

impl VotesKept {
    /// Starts with the votes in the initial world.
    pub(super) fn new(world: &World) -> VotesKept {
        let votes =
            |term, candidate| Votes { given: LiteMap::from_iter([(term, candidate)]), said: Some((term, candidate)) };
        let nodes = world.nodes.values().filter_map(|node| Some((node.id, votes(node.term, node.voted_for?))));
        VotesKept { nodes: nodes.collect() }
    }
}

impl Check for VotesKept {
    fn check(&mut self, seen: &CheckContext<'_>) -> Option<Finding> {
        match &seen.record.event {
            Event::Node(raft::Event::Vote { node, candidate, term, granted: true, .. }) => {
                let votes = self.nodes.entry(*node).or_default();
                let first = *votes.given.entry(*term).or_insert(*candidate);
                if first == *candidate {
                    return None;
                }
                let candidates = [first, *candidate];
                let detail = ViolationDetail::VotedTwice { node: *node, candidates, term: *term };
                Finding::new(&[*node, first, *candidate], &[], detail)
            }
            Event::Node(raft::Event::Role { node, to: Role::Leader, term, .. }) => {
                self.nodes.entry(*node).or_default().say(*term, *node);
                None
            }
            Event::Lab(LabEvent::Sent { from, to, message, .. }) => {
                let said = match &**message {
                    Message::Vote(request) if !request.pre_vote => (request.term, *from),
                    Message::VoteResponse(answer) if answer.granted && !answer.pre_vote => (answer.term, *to),
                    _ => return None,
                };
                self.nodes.entry(*from).or_default().say(said.0, said.1);
                None
            }
            Event::Lab(LabEvent::Crash { node, kept } | LabEvent::DiskLost { node, kept }) => {
                let votes = self.nodes.entry(*node).or_default();
                let known = kept.hard_state.voted_for.map(|candidate| (kept.hard_state.term, candidate));
                votes.given = votes.said.into_iter().chain(known).collect();
                None
            }
            Event::Node(raft::Event::Started { node, term, voted_for, .. }) => {
                let (said, candidate) = self.nodes.get(node)?.said?;
                if *term > said || (*term == said && *voted_for == Some(candidate)) {
                    return None;
                }
                let (node, started_in) = (*node, *term);
                let detail = ViolationDetail::VoteForgotten { node, candidate, term: said, started_in };
                Finding::new(&[node, candidate], &[], detail)
            }
            _ => None,
        }
    }
}
