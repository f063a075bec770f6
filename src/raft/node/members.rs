//! Changing who belongs to the cluster: joint consensus (paper §6).
//!
//! A configuration holds from the moment its entry is appended, committed or not. Switching at once from
//! old to new could give two majorities that do not meet; so the cluster goes through a *joint*
//! configuration, which needs a majority of both. New members first catch up as learners, without a vote,
//! so that the change does not stop the cluster for as long as they need.

use std::collections::BTreeSet;

use super::{Node, Output, Token};
use crate::raft::event::{Role, RoleWhy};
use crate::raft::log::Payload;
use crate::raft::schema::string_enum;
use crate::raft::{Index, Membership, NodeId};
use crate::runtime::Micros;

string_enum! {
    /// What became of a change of the members.
    MembersResult {
        /// The new configuration is committed.
        Done = "done",
        /// This node does not lead.
        NotLeader = "this node does not lead",
        /// Another change is under way.
        InProgress = "another change is under way",
        /// A cluster without voters could do nothing.
        Empty = "a cluster without voters could do nothing",
        /// It is so already.
        NoChange = "it is so already",
        /// The leader lost its office; the change may go on under another, or not.
        Unknown = "the leader lost its office meanwhile",
    }
}

/// A change that is under way in this office.
#[derive(Clone, Debug)]
pub(super) struct Change {
    token: Token,
    goal: Goal,
}

/// A node that is no member any more, and that is still sent what it has to know.
#[derive(Clone, Debug)]
pub(super) struct Leaving {
    /// The entry that leaves it out.
    index: Index,
    /// Once that is committed: an answer to this probe shows that the node knows.
    probe: Option<u64>,
    /// At the latest, it is let go then.
    pub(super) deadline: Micros,
}

#[derive(Clone, Debug)]
enum Goal {
    /// A learner was added; done when this entry is committed.
    Learner(Index),
    /// The voters are to be these, as soon as the new ones have caught up.
    CatchingUp(BTreeSet<NodeId>),
    /// The joint configuration is appended, or the new one: done when the new one is committed.
    Joint,
}

impl Node {
    /// Adds a node that receives the log without a vote.
    pub(super) fn on_add_learner(&mut self, now: Micros, token: Token, node: NodeId) {
        let present = self.membership().members().contains(&node);
        if let Some(refusal) = self.refuses_change().or(present.then_some(MembersResult::NoChange)) {
            return self.outputs.push(Output::AnswerMembers(token, refusal));
        }
        let mut membership = self.membership().clone();
        membership.learners.insert(node);
        let index = self.append_own(now, Payload::Members(membership));
        self.set_change(Change { token, goal: Goal::Learner(index) });
    }

    /// Makes these the voters.
    pub(super) fn on_members(&mut self, now: Micros, token: Token, voters: BTreeSet<NodeId>) {
        let refusal =
            self.refuses_change()
                .or(voters.is_empty().then_some(MembersResult::Empty))
                .or((self.membership().voters == [voters.clone()]).then_some(MembersResult::NoChange));
        if let Some(refusal) = refusal {
            return self.outputs.push(Output::AnswerMembers(token, refusal));
        }
        let mut membership = self.membership().clone();
        let members = membership.members();
        let newcomers: BTreeSet<NodeId> = voters.difference(&members).copied().collect();
        self.set_change(Change { token, goal: Goal::CatchingUp(voters) });
        if !newcomers.is_empty() {
            membership.learners.extend(newcomers);
            self.append_own(now, Payload::Members(membership));
        }
        self.proceed_with_change(now);
    }

    fn refuses_change(&self) -> Option<MembersResult> {
        let Some(office) = self.office.as_ref().filter(|_| self.role == Role::Leader) else {
            return Some(MembersResult::NotLeader);
        };
        // One at a time: the one before has to be committed, whoever began it.
        let (index, membership) = self.memberships.newest();
        let under_way = office.change.is_some() || membership.voters.len() > 1 || *index > self.commit_index;
        under_way.then_some(MembersResult::InProgress)
    }

    fn set_change(&mut self, change: Change) {
        if let Some(office) = &mut self.office {
            office.change = Some(change);
        }
    }

    /// Once every new voter has a proven match within replication_lag_threshold, and the learners' entry is
    /// committed, the joint configuration is appended.
    pub(super) fn proceed_with_change(&mut self, now: Micros) {
        let last = self.terms.last_index();
        let (index, membership) = self.memberships.newest().clone();
        let Some(office) = &mut self.office else { return };
        let Some(Change { goal: Goal::CatchingUp(voters), .. }) = &office.change else { return };
        let caught_up = |node: &NodeId| {
            let matched = office.progress.get(node).map_or(0, |progress| progress.match_index);
            *node == self.id
                || membership.is_voter(*node)
                || (matched > 0 && last - matched.min(last) <= self.config.replication_lag_threshold)
        };
        if index > self.commit_index || !voters.iter().all(caught_up) {
            return;
        }
        let voters = voters.clone();
        let learners = membership.learners.difference(&voters).copied().collect();
        // A majority of each, so that neither the old nor the new members can decide alone (paper §6).
        let both = match self.config.rules.joint_consensus {
            true => membership.voters.iter().take(1).cloned().chain([voters]).collect(),
            false => vec![voters],
        };
        let joint = Membership { voters: both, learners };
        if let Some(change) = &mut office.change {
            change.goal = Goal::Joint;
        }
        self.append_own(now, Payload::Members(joint));
    }

    /// The newest configuration is committed: a joint one is followed by the new one, whoever leads now; a
    /// leader that the new one does not contain steps down.
    pub(super) fn on_committed_membership(&mut self, now: Micros) {
        let (index, membership) = self.memberships.newest().clone();
        if index > self.commit_index || self.role != Role::Leader {
            return;
        }
        if let [_, new] = &membership.voters[..] {
            let new = Membership { voters: vec![new.clone()], learners: membership.learners.clone() };
            self.append_own(now, Payload::Members(new));
            return self.advance_commit(now); // of itself alone it may be a majority
        }
        let done = |change: &mut Change| match change.goal {
            Goal::Learner(at) => at <= index,
            Goal::CatchingUp(_) => false,
            Goal::Joint => true,
        };
        if let Some(change) = self.office.as_mut().and_then(|office| office.change.take_if(done)) {
            self.outputs.push(Output::AnswerMembers(change.token, MembersResult::Done));
        }
        if !membership.members().contains(&self.id) || (index > 0 && !membership.is_voter(self.id)) {
            self.become_follower(now, RoleWhy::Removed);
        } else {
            self.tell_the_leaving();
            self.proceed_with_change(now);
        }
    }

    pub(super) fn answer_change_unknown(&mut self, change: Change) {
        self.outputs.push(Output::AnswerMembers(change.token, MembersResult::Unknown));
    }

    /// The configuration in force is another one, by append, truncation or snapshot: the streams follow it,
    /// and so does the role.
    pub(super) fn on_membership_changed(&mut self, now: Micros) {
        let members = self.membership().members();
        let (index, _) = *self.memberships.newest();
        let deadline = now + self.config.election_timeout_max;
        if let Some(office) = &mut self.office {
            for node in office.progress.keys().filter(|node| !members.contains(node)) {
                office.leaving.entry(*node).or_insert(Leaving { index, probe: None, deadline });
            }
            let terms = self.terms.clone();
            for node in members {
                self.start_stream(now, node, terms.clone(), None);
            }
        }
        self.become_what_the_membership_says(now);
    }

    /// A removed member's stream ends when it has been told that its removal is committed, and has answered: what
    /// left before the commit could leave it campaigning for ever.
    pub(super) fn let_go(&mut self, target: NodeId) {
        let Some(office) = &mut self.office else { return };
        let Some(Leaving { index, probe: Some(probe), .. }) = office.leaving.get(&target) else { return };
        if office.progress.get(&target).is_some_and(|it| it.match_index >= *index && it.probe >= *probe) {
            self.end_stream(target);
        }
    }

    fn tell_the_leaving(&mut self) {
        let commit = self.commit_index;
        let Some(office) = &mut self.office else { return };
        let probe = office.probe + 1;
        let mut told =
            office.leaving.iter_mut().map(|(_, it)| it).filter(|it| it.index <= commit && it.probe.is_none());
        if told.by_ref().map(|leaving| leaving.probe = Some(probe)).count() > 0 {
            self.probe();
        }
    }

    /// Or when election_timeout_max is over.
    pub(super) fn end_leaving(&mut self, now: Micros) {
        let Some(office) = &self.office else { return };
        let due = office.leaving.iter().filter(|(_, leaving)| leaving.deadline <= now).map(|(&node, _)| node);
        for target in due.collect::<Vec<_>>() {
            self.end_stream(target);
        }
    }

    fn end_stream(&mut self, target: NodeId) {
        if let Some(office) = &mut self.office {
            office.leaving.remove(&target);
            office.progress.remove(&target);
            self.outputs.push(Output::StopStream(target));
        }
    }
}
