//! Election Safety, votes that are kept, terms that never go back (paper §5.1, §5.2).

use std::collections::BTreeMap;

use super::{Invariant, Violation};
use crate::lab::event::{Event, LabEvent, Record};
use crate::raft::event::Role;
use crate::raft::rpc::Message;
use crate::raft::{self, NodeId, Term};

#[derive(Clone, Debug, Default)]
pub(super) struct Elections {
    leaders: BTreeMap<Term, NodeId>,
    /// Votes that others know of: who voted in a term, for whom.
    votes: BTreeMap<(NodeId, Term), NodeId>,
    /// The highest term that each node has let others know of.
    terms_told: BTreeMap<NodeId, Term>,
    /// The term of each node, as its events say.
    terms: BTreeMap<NodeId, Term>,
}

impl Elections {
    pub(super) fn observe(&mut self, record: &Record, broken: &mut Vec<Violation>) {
        match &record.event {
            Event::Node(raft::Event::Role { node, to: Role::Leader, term, .. }) => {
                let first = *self.leaders.entry(*term).or_insert(*node);
                if first != *node {
                    let text = format!("node {first} and node {node} both lead term {term}");
                    broken.push(Violation::new(Invariant::ElectionSafety, &[first, *node], &[], text));
                }
            }
            Event::Node(raft::Event::Term { node, to, .. }) => {
                let before = self.terms.insert(*node, *to).unwrap_or(0);
                if *to < before {
                    let text = format!("the term of node {node} goes back from {before} to {to}");
                    broken.push(Violation::new(Invariant::Monotonic, &[*node], &[], text));
                }
            }
            Event::Node(raft::Event::Started { node, term, voted_for, .. }) => {
                self.started(*node, *term, *voted_for, broken)
            }
            Event::Lab(LabEvent::Sent { from, to, message, .. }) => self.sent(*from, *to, message, broken),
            _ => {}
        }
    }

    /// What is said is promised: a vote, and the term in which it is said.
    fn sent(&mut self, from: NodeId, to: NodeId, message: &Message, broken: &mut Vec<Violation>) {
        let told = self.terms_told.entry(from).or_default();
        *told = (*told).max(match message {
            Message::Vote(request) if request.pre_vote => 0, // of a term that is not begun
            message => message.term(),
        });
        let (term, candidate) = match message {
            Message::Vote(request) if !request.pre_vote => (request.term, from),
            Message::VoteResponse(answer) if answer.granted && !answer.pre_vote => (answer.term, to),
            _ => return,
        };
        let first = *self.votes.entry((from, term)).or_insert(candidate);
        if first != candidate {
            let text = format!("node {from} votes for node {first} and for node {candidate} in term {term}");
            broken.push(Violation::new(Invariant::VotesKept, &[from, first, candidate], &[], text));
        }
    }

    fn started(&mut self, node: NodeId, term: Term, voted_for: Option<NodeId>, broken: &mut Vec<Violation>) {
        let told = self.terms_told.get(&node).copied().unwrap_or(0);
        if term < told {
            let text = format!("node {node} starts with term {term}, though it spoke in term {told} before");
            broken.push(Violation::new(Invariant::VotesKept, &[node], &[], text));
        }
        if let Some(&candidate) = self.votes.get(&(node, term)).filter(|&&it| voted_for != Some(it)) {
            let text = format!("node {node} has forgotten that it voted for node {candidate} in term {term}");
            broken.push(Violation::new(Invariant::VotesKept, &[node, candidate], &[], text));
        }
        self.terms.insert(node, term);
    }
}
