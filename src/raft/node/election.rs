//! Terms, votes and roles (paper §5.1, §5.2, §5.4.1). Only the functions here change a node's role or term.

use std::collections::BTreeMap;

use litemap::LiteMap;

use super::state::PreVote;
use super::{Node, Output, Token};
use crate::raft::event::{Event, Role, RoleWhy, VoteWhy};
use crate::raft::rpc::{TimeoutNow, VoteRequest, VoteResponse};
use crate::raft::storage::{HardState, StorageError};
use crate::raft::{Index, NodeId, Term};
use crate::runtime::Micros;

impl Node {
    /// Sets the initial role: follower with a vote, learner without.
    pub(super) fn set_initial_role(&mut self, now: Micros) {
        self.role = self.passive_role();
        self.emit(Event::Role {
            node: self.id,
            from: None,
            to: self.role,
            term: self.hard_state.term,
            why: RoleWhy::Started,
        });
        self.reset_election_timer(now);
    }

    /// The role of a node that neither campaigns nor leads. A node that is not in the newest configuration remains a
    /// follower until that configuration is committed: it may be the only up-to-date node that nodes which do not know
    /// of the change yet can elect (thesis §4.2.2).
    fn passive_role(&self) -> Role {
        match self.memberships.possibly_in_force(self.commit_index).any(|it| it.is_voter(self.id)) {
            true => Role::Follower,
            false => Role::Learner,
        }
    }

    /// Changes the role, and drops the state that belongs to the old one.
    fn set_role(&mut self, to: Role, why: RoleWhy) {
        let from = std::mem::replace(&mut self.role, to);
        self.votes.clear();
        self.pre_vote = None;
        if from == Role::Leader {
            self.stop_leading();
        }
        self.emit(Event::Role { node: self.id, from: Some(from), to, term: self.hard_state.term, why });
    }

    /// Stops leading or campaigning. Does nothing in other roles.
    pub(super) fn become_follower(&mut self, now: Micros, why: RoleWhy) {
        if matches!(self.role, Role::Candidate | Role::Leader) {
            self.set_role(self.passive_role(), why);
            self.reset_election_timer(now);
        }
    }

    /// Switches between follower and learner when the configuration or its commitment has changed. Candidates and
    /// leaders are not affected.
    pub(super) fn sync_role_with_membership(&mut self, now: Micros) {
        let to = self.passive_role();
        if matches!(self.role, Role::Follower | Role::Learner) && self.role != to {
            self.set_role(to, RoleWhy::Membership);
            self.reset_election_timer(now);
        }
    }

    /// Starts an election: increments the term, votes for itself and requests votes.
    fn become_candidate(&mut self, now: Micros, why: RoleWhy) {
        self.set_term(self.hard_state.term + 1);
        self.set_role(Role::Candidate, why);
        self.vote_for(self.id);
        let (node, term) = (self.id, self.hard_state.term);
        self.emit(Event::Vote { node, candidate: node, term, granted: true, why: VoteWhy::Own });
        self.reset_election_timer(now);
        self.request_votes(VoteRequest { transfer: why == RoleWhy::Transfer, ..self.vote_request(term) });
        self.count_own_vote(now);
    }

    /// A RequestVote for an election in `term`.
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

    /// Sends a RequestVote to every other voter, once the state that it depends on is durable.
    fn request_votes(&mut self, request: VoteRequest) {
        for voter in self.membership().all_voters() {
            if voter != self.id {
                self.after_durable(Output::RequestVote(voter, request.clone()));
            }
        }
    }

    /// Becomes the leader: starts a stream to every other member and appends a first entry of its own term.
    fn become_leader(&mut self, now: Micros) {
        self.set_role(Role::Leader, RoleWhy::WonElection);
        self.set_leader(Some(self.id));
        self.set_election_deadline(None);
        self.start_leading(now, &BTreeMap::new());
        self.append_first_entry(now);
    }

    /// Becomes the leader of its current term without an election, with these match indexes: for scenarios that begin
    /// with a leader.
    pub(super) fn start_as_leader(&mut self, now: Micros, known_match: &BTreeMap<NodeId, Index>) {
        self.set_role(Role::Leader, RoleWhy::Started);
        self.set_leader(Some(self.id));
        self.set_election_deadline(None);
        self.start_leading(now, known_match);
    }

    /// Stops the node for good because its storage failed. Nothing that waits for a write is sent.
    pub(super) fn become_shutdown(&mut self, StorageError(error): StorageError) {
        self.emit(Event::StorageFailed { node: self.id, error });
        self.set_role(Role::Shutdown, RoleWhy::StorageFailed);
        self.set_election_deadline(None);
        self.pending_write = Default::default();
        self.deferred.clear();
    }

    /// **The term rule** (paper §5.1): a node that sees a higher term adopts it and becomes a follower.
    pub(super) fn adopt_term(&mut self, now: Micros, term: Term) {
        if term > self.hard_state.term {
            self.set_term(term);
            self.become_follower(now, RoleWhy::HigherTerm);
        }
    }

    /// Enters a term in which the node has not voted yet.
    fn set_term(&mut self, term: Term) {
        self.emit(Event::Term { node: self.id, from: self.hard_state.term, to: term });
        self.hard_state = HardState { term, voted_for: None };
        self.persist_hard_state();
        self.leader = None; // no event: an observer knows that a new term has no leader yet
        self.last_leader_contact = None;
        self.pre_vote = None; // it asked about the term before
    }

    fn vote_for(&mut self, candidate: NodeId) {
        self.hard_state.voted_for = Some(candidate);
        self.persist_hard_state();
    }

    /// Adds term and vote to the pending write: they are durable before any message that depends on them (paper, Figure
    /// 2).
    fn persist_hard_state(&mut self) {
        self.pending_write.hard_state = self.config.rules.persist_vote.then_some(self.hard_state);
    }

    /// Whether a message of `term` is to be rejected because the term is over (paper §5.1).
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

    /// Handles a message from the leader of the current term: a candidate steps down, and the election timer is reset.
    pub(super) fn on_leader_contact(&mut self, now: Micros, leader: NodeId) {
        self.become_follower(now, RoleWhy::LeaderElected);
        self.set_leader(Some(leader));
        self.last_leader_contact = Some(now);
        self.pre_vote = None;
        self.reset_election_timer(now);
    }

    /// Sets a new election deadline after a random timeout in [election_timeout_min, election_timeout_max) (paper
    /// §5.2). Learners have none.
    fn reset_election_timer(&mut self, now: Micros) {
        let (min, max) = (self.config.election_timeout_min, self.config.election_timeout_max);
        let deadline = match self.role {
            Role::Learner => None,
            _ if !self.config.rules.randomized_timeouts => Some(now + min),
            _ => Some(now + Micros(self.rng.range(min.0, max.0))),
        };
        self.set_election_deadline(deadline);
    }

    /// Sets the election deadline; roles that do not campaign have none.
    pub(super) fn set_election_deadline(&mut self, deadline: Option<Micros>) {
        let may_have_one = !matches!(self.role, Role::Leader | Role::Learner | Role::Shutdown);
        let deadline = deadline.filter(|_| may_have_one);
        if self.election_deadline != deadline {
            self.election_deadline = deadline;
            self.emit(Event::Timer { node: self.id, deadline });
        }
    }

    /// Campaigns if the election deadline has passed.
    pub(super) fn on_election_timeout(&mut self, now: Micros) {
        if self.election_deadline.is_some_and(|deadline| deadline <= now) {
            self.campaign(now, RoleWhy::ElectionTimeout);
        }
    }

    /// Starts an election, or a pre-vote if that is on. Does nothing for leaders and learners.
    pub(super) fn campaign(&mut self, now: Micros, why: RoleWhy) {
        match self.role {
            Role::Follower | Role::Candidate if self.config.pre_vote && why != RoleWhy::Transfer => {
                self.begin_pre_vote(now, why)
            }
            Role::Follower | Role::Candidate => self.become_candidate(now, why),
            Role::Learner | Role::Leader | Role::Shutdown => {}
        }
    }

    /// Asks the voters whether they would vote for this node. A node that could not win does not increment its term, so
    /// it does not depose the leader when it is reconnected (thesis §9.6).
    fn begin_pre_vote(&mut self, now: Micros, why: RoleWhy) {
        let term = self.hard_state.term + 1;
        self.become_follower(now, RoleWhy::ElectionTimeout);
        self.emit(Event::PreVoteBegun { node: self.id, term, why });
        self.pre_vote = Some(PreVote { term, why, votes: LiteMap::from_iter([(self.id, true)]) });
        self.reset_election_timer(now);
        self.request_votes(VoteRequest { pre_vote: true, ..self.vote_request(term) });
        self.count_pre_votes(now);
    }

    /// Starts the election if a majority would vote for this node.
    fn count_pre_votes(&mut self, now: Micros) {
        let Some(PreVote { why, votes, .. }) = &self.pre_vote else { return };
        let why = *why;
        if self.quorum(self.membership()).is_reached(|voter| votes.get(&voter) == Some(&true)) {
            self.become_candidate(now, why);
        }
    }

    /// Campaigns at once, as the leader asks when it transfers leadership (thesis §3.10).
    pub(super) fn on_timeout_now(&mut self, now: Micros, request: TimeoutNow) {
        if request.term == self.hard_state.term && self.leader == Some(request.leader) {
            self.campaign(now, RoleWhy::Transfer);
        }
    }

    /// Handles RequestVote, or a pre-vote.
    pub(super) fn on_vote_request(&mut self, now: Micros, token: Token, request: VoteRequest) {
        let sticks_to = self.leader_to_stick_to(now).filter(|_| !request.transfer);
        let why = if self.is_stale(request.term) {
            VoteWhy::StaleTerm
        } else if let Some(why) = sticks_to {
            why
        } else if self.knows_removal_of(&request) {
            VoteWhy::NoVoter
        } else if request.pre_vote {
            self.decide_pre_vote(&request)
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
            self.pre_vote = None; // the node supports another candidate now
            self.vote_for(candidate);
            self.reset_election_timer(now);
        }
        let response = VoteResponse { term: self.hard_state.term, granted, pre_vote };
        self.after_durable(Output::AnswerVote(token, response));
    }

    /// **Leader stickiness** (thesis §4.2.3): why a node that leads, or has heard from the leader of its term recently,
    /// votes for nobody. It does not even adopt the term, so a node that was cut off cannot depose that leader.
    fn leader_to_stick_to(&self, now: Micros) -> Option<VoteWhy> {
        let min = self.config.election_timeout_min;
        let why = match self.role {
            Role::Leader => VoteWhy::IsLeader,
            _ if self.last_leader_contact.is_some_and(|at| now < at + min) => VoteWhy::HearsLeader,
            _ => return None,
        };
        self.config.rules.leader_stickiness.then_some(why)
    }

    /// Whether the candidate is known to be no voter: a configuration without it is committed, and its log has nothing
    /// that this node does not know of. Its term is not adopted either. A candidate that is ahead is not refused: it may
    /// be a voter by a later entry, and the only node that can win.
    fn knows_removal_of(&self, request: &VoteRequest) -> bool {
        let (index, membership) = self.memberships.newest();
        let is_committed = *index > 0 && *index <= self.commit_index;
        let is_ahead =
            (request.last_log_term, request.last_log_index) > (self.terms.last_term(), self.terms.last_index());
        is_committed && !membership.is_voter(request.candidate) && !is_ahead
    }

    /// Decides on a vote in the current term: one vote per term, first come, first served (paper §5.2).
    fn decide_vote(&self, request: &VoteRequest) -> VoteWhy {
        match self.hard_state.voted_for {
            Some(candidate) if candidate != request.candidate && self.config.rules.one_vote_per_term => {
                VoteWhy::AlreadyVoted
            }
            _ => self.check_up_to_date(request),
        }
    }

    /// Decides whether this node would vote for the candidate; in a future term it has not voted yet.
    fn decide_pre_vote(&self, request: &VoteRequest) -> VoteWhy {
        match request.term > self.hard_state.term {
            true => self.check_up_to_date(request),
            false => self.decide_vote(request),
        }
    }

    /// Grants the vote if the candidate's log is at least as up to date as this node's: the later last term wins; with
    /// equal terms, the longer log (paper §5.4.1).
    fn check_up_to_date(&self, request: &VoteRequest) -> VoteWhy {
        let candidate = (request.last_log_term, request.last_log_index);
        let own = (self.terms.last_term(), self.terms.last_index());
        let is_up_to_date = match self.config.rules.lexicographic_up_to_date {
            true => candidate >= own,
            false => candidate.0 >= own.0 && candidate.1 >= own.1,
        };
        match is_up_to_date || !self.config.rules.election_restriction {
            true => VoteWhy::Granted,
            false => VoteWhy::LogBehind,
        }
    }

    /// Counts the response to a RequestVote that this node sent in `term`.
    pub(super) fn on_vote_response(&mut self, now: Micros, voter: NodeId, term: Term, response: VoteResponse) {
        let node = self.id;
        let VoteResponse { granted, pre_vote, .. } = response;
        self.adopt_term(now, response.term);
        if pre_vote {
            let Some(current) = self.pre_vote.as_mut().filter(|current| current.term == term) else { return };
            current.votes.insert(voter, granted);
            self.emit(Event::PreVoteCounted { node, voter, term, granted });
            self.count_pre_votes(now);
        } else if self.role == Role::Candidate && !self.is_stale(term) {
            self.votes.insert(voter, granted);
            self.emit(Event::VoteCounted { node, voter, term, granted });
            self.count_votes(now);
        }
    }

    /// Counts a candidate's own vote once it is durable.
    pub(super) fn count_own_vote(&mut self, now: Micros) {
        let durable = self.pending_write.is_empty() && self.last_durable_write == self.last_write;
        if self.role == Role::Candidate && durable {
            self.votes.insert(self.id, true);
            self.count_votes(now);
        }
    }

    /// Becomes the leader if a majority has voted for this node.
    fn count_votes(&mut self, now: Micros) {
        if self.quorum(self.membership()).is_reached(|voter| self.votes.get(&voter) == Some(&true)) {
            self.become_leader(now);
        }
    }
}
