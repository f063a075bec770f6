//! Terms never go back; the commit index of a node that lives never goes back (paper §5.1, §5.3).

use litemap::LiteMap;

use super::check::Finding;
use crate::lab::judge::invariants::check::{Check, CheckContext};
use crate::lab::vocab::event::{Event, LabEvent};
use crate::lab::vocab::violation::ViolationDetail;
use crate::lab::world::World;
use crate::raft::rpc::Message;
use crate::raft::{self, Index, NodeId, Term};

#[derive(Clone, Copy, Debug, Default)]
struct Marks {
    term: Term,
    /// The highest term that others heard from this node; it must not be forgotten any more.
    said: Term,
    /// The highest term in which others know of its vote. If that is forgotten, it is the vote that was not kept.
    voted: Term,
    commit: Index,
}

/// Terms never go back, even across a restart if anyone was told of them. A restarted node does not know what is
/// committed beyond its snapshot: from one start to the next, its commit index never goes back either.
#[derive(Clone, Debug)]
pub(super) struct Monotonic {
    nodes: LiteMap<NodeId, Marks>,
}

impl Monotonic {
    /// Where a run begins.
    pub(super) fn new(world: &World) -> Monotonic {
        let marks = |term, voted, commit| Marks { term, said: term, voted, commit };
        let nodes = world
            .nodes
            .values()
            .map(|node| (node.id, marks(node.term, node.voted_for.map_or(0, |_| node.term), node.commit)));
        Monotonic { nodes: nodes.collect() }
    }
}

fn term_went_back(node: NodeId, from: Term, to: Term) -> Option<Finding> {
    Finding::new(&[node], &[], ViolationDetail::TermWentBack { node, from, to })
}

fn commit_went_back(node: NodeId, from: Index, to: Index) -> Option<Finding> {
    Finding::new(&[node], &[to, from], ViolationDetail::CommitWentBack { node, from, to })
}

impl Check for Monotonic {
    fn check(&mut self, seen: &CheckContext<'_>) -> Option<Finding> {
        match &seen.record.event {
            Event::Node(raft::Event::Term { node, to, .. }) => {
                let marks = self.nodes.entry(*node).or_default();
                let from = std::mem::replace(&mut marks.term, *to);
                (*to < from).then(|| term_went_back(*node, from, *to))?
            }
            Event::Node(raft::Event::Started { node, term, .. }) => {
                let marks = self.nodes.entry(*node).or_default();
                marks.term = *term;
                let (said, voted) = (marks.said, marks.voted);
                (*term < said && *term >= voted).then(|| term_went_back(*node, said, *term))?
            }
            Event::Node(raft::Event::Commit { node, to, .. }) => {
                let marks = self.nodes.entry(*node).or_default();
                let from = std::mem::replace(&mut marks.commit, *to);
                (*to < from).then(|| commit_went_back(*node, from, *to))?
            }
            // What a snapshot includes is what a node knows to be committed when it takes it.
            Event::Node(raft::Event::Installed { node, snapshot, .. }) => {
                let marks = self.nodes.entry(*node).or_default();
                let to = snapshot.meta.index;
                let from = std::mem::replace(&mut marks.commit, to);
                (to < from).then(|| commit_went_back(*node, from, to))?
            }
            Event::Lab(LabEvent::Crash { node, kept }) => {
                let marks = self.nodes.entry(*node).or_default();
                marks.commit = kept.snapshot.as_ref().map_or(0, |snapshot| snapshot.meta.index);
                None
            }
            Event::Lab(LabEvent::Sent { from, message, .. }) => {
                let marks = self.nodes.entry(*from).or_default();
                let (voted, heard) = match &**message {
                    // The question before an election speaks of a term that is still to come.
                    Message::Vote(request) if request.pre_vote => return None,
                    Message::Vote(_) => (true, message.term()),
                    Message::VoteResponse(answer) => (answer.granted && !answer.pre_vote, answer.term),
                    _ => (false, message.term()),
                };
                marks.said = marks.said.max(heard);
                if voted {
                    marks.voted = marks.voted.max(heard);
                }
                None
            }
            _ => None,
        }
    }
}
