//! Terms never decrease; the commit index of a running node never decreases (paper §5.1, §5.3).

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
    /// The highest term of this node that others know of; it must survive a crash.
    said: Term,
    /// The highest term in which others know of its vote. Losing that term is a violation of `votes-kept` instead.
    voted: Term,
    commit: Index,
}

/// Terms never decrease, even across a restart if another node knows of them. A restarted node does not know what is
/// committed beyond its snapshot, so the commit index must not decrease between two starts.
#[derive(Clone, Debug)]
pub(super) struct Monotonic {
    nodes: LiteMap<NodeId, Marks>,
}

impl Monotonic {
    /// Starts with the initial world.
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
            // Installing a snapshot commits what it includes.
            Event::Node(raft::Event::Installed { node, snapshot, .. }) => {
                let marks = self.nodes.entry(*node).or_default();
                let to = snapshot.meta.index;
                let from = std::mem::replace(&mut marks.commit, to);
                (to < from).then(|| commit_went_back(*node, from, to))?
            }
            Event::Lab(LabEvent::Crash { node, kept } | LabEvent::DiskLost { node, kept }) => {
                let marks = self.nodes.entry(*node).or_default();
                marks.commit = kept.snapshot.as_ref().map_or(0, |snapshot| snapshot.meta.index);
                None
            }
            Event::Lab(LabEvent::Sent { from, message, .. }) => {
                let marks = self.nodes.entry(*from).or_default();
                let (voted, heard) = match &**message {
                    // A pre-vote request contains a term that is not adopted yet.
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
