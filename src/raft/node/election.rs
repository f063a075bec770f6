//! Terms, votes and roles (paper §5.1, §5.2, §5.4.1). Nothing else changes a node's role or term.

use std::collections::BTreeMap;

use litemap::LiteMap;

use super::{Node, Output, Token};
use crate::raft::event::{Event, Role, RoleWhy, VoteWhy};
use crate::raft::rpc::{TimeoutNow, VoteRequest, VoteResponse};
use crate::raft::storage::{HardState, StorageError};
use crate::raft::{Index, NodeId, Term};
use crate::runtime::Micros;

/// A question that a node asks before it campaigns (thesis §9.6). It changes nothing at anyone.
#[derive(Clone, Debug)]
pub(super) struct PreVote {
    /// The term of the election that it is about.
    term: Term,
    /// Why it would campaign.
    why: RoleWhy,
    votes: LiteMap<NodeId, bool>,
}

impl Node {
    /// The first role: a voter follows, anyone else learns.
    pub(super) fn start(&mut self, now: Micros) {
        self.role = self.passive_role();
        self.emit(Event::Role {
            node: self.id,
            from: None,
            to: self.role,
            term: self.hard_state.term,
            why: RoleWhy::Started,
        });
        self.draw_election_timeout(now);
    }

    /// A node that the newest configuration leaves out may still be needed until that is committed: it may be the
    /// only one up to date whom those can elect who do not know of the change yet (thesis §4.2.2).
    fn passive_role(&self) -> Role {
        match self.memberships.not_superseded(self.commit_index).any(|it| it.is_voter(self.id)) {
            true => Role::Follower,
            false => Role::Learner,
        }
    }

    fn set_role(&mut self, to: Role, why: RoleWhy) {
        let from = std::mem::replace(&mut self.role, to);
        self.votes.clear();
        self.pre_vote = None;
        if from == Role::Leader {
            self.leave_office();
        }
        self.emit(Event::Role { node: self.id, from: Some(from), to, term: self.hard_state.term, why });
    }

    /// Stops leading or campaigning; a node that does neither stays what it is.
    pub(super) fn become_follower(&mut self, now: Micros, why: RoleWhy) {
        if matches!(self.role, Role::Candidate | Role::Leader) {
            self.set_role(self.passive_role(), why);
            self.draw_election_timeout(now);
        }
    }

    /// The configuration changed: a node that neither leads nor campaigns is a follower with a vote, and a
    /// learner without.
    pub(super) fn become_what_the_membership_says(&mut self, now: Micros) {
        let to = self.passive_role();
        if matches!(self.role, Role::Follower | Role::Learner) && self.role != to {
            self.set_role(to, RoleWhy::Membership);
            self.draw_election_timeout(now);
        }
    }

    /// Begins a term of its own and votes for itself.
    fn become_candidate(&mut self, now: Micros, why: RoleWhy) {
        self.set_term(self.hard_state.term + 1);
        self.set_role(Role::Candidate, why);
        self.vote_for(self.id);
        let (node, term) = (self.id, self.hard_state.term);
        self.emit(Event::Vote { node, candidate: node, term, granted: true, why: VoteWhy::Own });
        self.draw_election_timeout(now);
        self.ask_for_votes(VoteRequest { transfer: why == RoleWhy::Transfer, ..self.vote_request(term) });
        self.count_own_vote(now);
    }

    fn vote_request(&self, term: Term) -> VoteRequest {
        VoteRequest {
            term,
            candidate: self.id,
            last_log_index: self.terms.last_index(),
            last_log_term: self.terms.last_term(),
            pre_vote: false,
            transfer: false,
        }
    }

    fn ask_for_votes(&mut self, request: VoteRequest) {
        for voter in self.membership().all_voters() {
            if voter != self.id {
                self.after_durable(Output::RequestVote(voter, request.clone()));
            }
        }
    }

    /// Takes office: a stream to every other member, and a first entry of its own term.
    fn become_leader(&mut self, now: Micros) {
        self.set_role(Role::Leader, RoleWhy::WonElection);
        self.set_leader(Some(self.id));
        self.set_election_deadline(None);
        self.take_office(now, &BTreeMap::new());
        if self.config.rules.blank_entry_on_election {
            self.append_first(now);
        }
    }

    /// A scenario opens with this node in office: it leads its term already, and what it has proven is given.
    pub(super) fn start_in_office(&mut self, now: Micros, proven: &BTreeMap<NodeId, Index>) {
        self.set_role(Role::Leader, RoleWhy::Started);
        self.set_leader(Some(self.id));
        self.set_election_deadline(None);
        self.take_office(now, proven);
    }

    /// Stops for good.
    pub(super) fn become_shutdown(&mut self, StorageError(error): StorageError) {
        self.emit(Event::StorageFailed { node: self.id, error });
        self.set_role(Role::Shutdown, RoleWhy::StorageFailed);
        self.set_election_deadline(None);
        self.pending = Default::default();
        self.deferred.clear();
    }

    /// **The term rule** (paper §5.1): whoever sees a higher term adopts it and follows.
    pub(super) fn adopt_term(&mut self, now: Micros, term: Term) {
        if term > self.hard_state.term {
            self.set_term(term);
            self.become_follower(now, RoleWhy::HigherTerm);
        }
    }

    fn set_term(&mut self, term: Term) {
        self.emit(Event::Term { node: self.id, from: self.hard_state.term, to: term });
        self.hard_state = HardState { term, voted_for: None };
        self.keep_hard_state();
        self.leader = None; // the observer knows: a new term has no leader yet
    }

    fn vote_for(&mut self, candidate: NodeId) {
        self.hard_state.voted_for = Some(candidate);
        self.keep_hard_state();
    }

    /// Term and vote are durable before anyone hears of them (paper, Figure 2).
    fn keep_hard_state(&mut self) {
        self.pending.hard_state = self.config.rules.persist_vote.then_some(self.hard_state);
    }

    /// Whether a message is of a term that is over (paper §5.1).
    pub(super) fn is_stale(&self, term: Term) -> bool {
        term < self.hard_state.term && self.config.rules.reject_stale_term
    }

    fn set_leader(&mut self, leader: Option<NodeId>) {
        if self.leader != leader {
            self.leader = leader;
            self.cached_from = self.terms.last_index() + 1;
            self.emit(Event::Leader { node: self.id, leader });
        }
    }

    /// An append of this term arrived: its sender was elected. A candidate gives way, the timeout begins anew.
    pub(super) fn hear_leader(&mut self, now: Micros, leader: NodeId) {
        self.become_follower(now, RoleWhy::LeaderElected);
        self.set_leader(Some(leader));
        self.heard_leader = Some(now);
        self.pre_vote = None;
        self.draw_election_timeout(now);
    }

    /// A new random election timeout, in [election_timeout_min, election_timeout_max) (paper §5.2).
    fn draw_election_timeout(&mut self, now: Micros) {
        let (min, max) = (self.config.election_timeout_min, self.config.election_timeout_max);
        let timeout = match self.role {
            Role::Learner => None,
            _ if !self.config.rules.randomized_timeouts => Some(now + min),
            _ => Some(now + Micros(self.rng.range(min.0, max.0))),
        };
        self.set_election_deadline(timeout);
    }

    pub(super) fn set_election_deadline(&mut self, deadline: Option<Micros>) {
        let may_have_one = !matches!(self.role, Role::Leader | Role::Learner | Role::Shutdown);
        let deadline = deadline.filter(|_| may_have_one);
        if self.election_deadline != deadline {
            self.election_deadline = deadline;
            self.emit(Event::Timer { node: self.id, deadline });
        }
    }

    pub(super) fn on_election_timeout(&mut self, now: Micros) {
        if self.election_deadline.is_some_and(|deadline| deadline <= now) {
            self.campaign(now, RoleWhy::ElectionTimeout);
        }
    }

    /// Starts an election, if this node may: a leader need not, and a learner must not.
    pub(super) fn campaign(&mut self, now: Micros, why: RoleWhy) {
        match self.role {
            Role::Follower | Role::Candidate if self.config.pre_vote && why != RoleWhy::Transfer => {
                self.begin_pre_vote(now, why)
            }
            Role::Follower | Role::Candidate => self.become_candidate(now, why),
            Role::Learner | Role::Leader | Role::Shutdown => {}
        }
    }

    /// Asks first. Who could not win does not raise its term, so that it does not disturb when it is back.
    fn begin_pre_vote(&mut self, now: Micros, why: RoleWhy) {
        let term = self.hard_state.term + 1;
        self.become_follower(now, RoleWhy::ElectionTimeout);
        self.emit(Event::PreVoteBegun { node: self.id, term, why });
        self.pre_vote = Some(PreVote { term, why, votes: LiteMap::from_iter([(self.id, true)]) });
        self.draw_election_timeout(now);
        self.ask_for_votes(VoteRequest { pre_vote: true, ..self.vote_request(term) });
        self.count_pre_votes(now);
    }

    fn count_pre_votes(&mut self, now: Micros) {
        let Some(PreVote { why, votes, .. }) = &self.pre_vote else { return };
        let why = *why;
        if self.count(self.membership()).is_quorum(|voter| votes.get(&voter) == Some(&true)) {
            self.become_candidate(now, why);
        }
    }

    /// The leader hands over: campaign at once (thesis §3.10).
    pub(super) fn on_timeout_now(&mut self, now: Micros, request: TimeoutNow) {
        if request.term == self.hard_state.term && self.leader == Some(request.leader) {
            self.campaign(now, RoleWhy::Transfer);
        }
    }

    pub(super) fn on_vote_request(&mut self, now: Micros, token: Token, request: VoteRequest) {
        // Stickiness (thesis §4.2.3): who hears a leader does not even adopt the term, so that a node
        // that was cut off cannot unseat it. A leader hears itself.
        let min = self.config.election_timeout_min;
        let hears_leader = self.role == Role::Leader || self.heard_leader.is_some_and(|heard| now < heard + min);
        let why = if self.is_stale(request.term) {
            VoteWhy::StaleTerm
        } else if hears_leader && !request.transfer && self.config.rules.leader_stickiness {
            VoteWhy::HearsLeader
        } else if request.pre_vote {
            self.would_vote(&request)
        } else {
            self.adopt_term(now, request.term);
            self.decide_vote(&request)
        };
        let granted = why == VoteWhy::Granted;
        let (node, candidate, term, pre_vote) = (self.id, request.candidate, request.term, request.pre_vote);
        match pre_vote {
            true => self.emit(Event::PreVote { node, candidate, term, granted, why }),
            false => self.emit(Event::Vote { node, candidate, term, granted, why }),
        }
        if granted && !pre_vote {
            self.vote_for(candidate);
            self.draw_election_timeout(now);
        }
        let response = VoteResponse { term: self.hard_state.term, granted, pre_vote };
        self.after_durable(Output::AnswerVote(token, response));
    }

    /// One vote per term, first come, first served (paper §5.2).
    fn decide_vote(&self, request: &VoteRequest) -> VoteWhy {
        match self.hard_state.voted_for {
            Some(candidate) if candidate != request.candidate && self.config.rules.one_vote_per_term => {
                VoteWhy::AlreadyVoted
            }
            _ => self.up_to_date(request),
        }
    }

    /// In a term that is still to come, the vote is free.
    fn would_vote(&self, request: &VoteRequest) -> VoteWhy {
        match request.term > self.hard_state.term {
            true => self.up_to_date(request),
            false => self.decide_vote(request),
        }
    }

    /// Up to date: the later last term; of equal ones, the longer log (paper §5.4.1).
    fn up_to_date(&self, request: &VoteRequest) -> VoteWhy {
        let candidate = (request.last_log_term, request.last_log_index);
        let own = (self.terms.last_term(), self.terms.last_index());
        let up_to_date = match self.config.rules.lexicographic_up_to_date {
            true => candidate >= own,
            false => candidate.0 >= own.0 && candidate.1 >= own.1,
        };
        match up_to_date || !self.config.rules.election_restriction {
            true => VoteWhy::Granted,
            false => VoteWhy::LogBehind,
        }
    }

    pub(super) fn on_vote_answered(&mut self, now: Micros, voter: NodeId, term: Term, response: VoteResponse) {
        let node = self.id;
        let VoteResponse { granted, pre_vote, .. } = response;
        self.adopt_term(now, response.term);
        if pre_vote {
            let Some(question) = self.pre_vote.as_mut().filter(|question| question.term == term) else { return };
            question.votes.insert(voter, granted);
            self.emit(Event::PreVoteCounted { node, voter, term, granted });
            self.count_pre_votes(now);
        } else if self.role == Role::Candidate && !self.is_stale(term) {
            self.votes.insert(voter, granted);
            self.emit(Event::VoteCounted { node, voter, term, granted });
            self.count_votes(now);
        }
    }

    /// A candidate's own vote counts once it is durable.
    pub(super) fn count_own_vote(&mut self, now: Micros) {
        let durable = self.pending.is_empty() && self.writes_done == self.writes_begun;
        if self.role == Role::Candidate && durable {
            self.votes.insert(self.id, true);
            self.count_votes(now);
        }
    }

    fn count_votes(&mut self, now: Micros) {
        if self.count(self.membership()).is_quorum(|voter| self.votes.get(&voter) == Some(&true)) {
            self.become_leader(now);
        }
    }
}
