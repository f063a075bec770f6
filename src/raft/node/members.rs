//! Membership changes: joint consensus (paper §6).
//!
//! A configuration takes effect as soon as its entry is appended, committed or not. Switching directly from the old to
//! the new one could leave two disjoint majorities; so the cluster goes through a *joint* configuration, which needs a
//! majority of both. New voters first catch up as learners, so that the cluster can commit meanwhile.

use std::collections::BTreeSet;

use super::state::{ChangeStage, MembershipChange, RemovedMember};
use super::{MembersResult, Node, Output, Token};
use crate::raft::event::{Role, RoleWhy};
use crate::raft::log::Payload;
use crate::raft::{Membership, NodeId};
use crate::runtime::Micros;

impl Node {
    /// Adds a learner: a node that receives the log without a vote.
    pub(super) fn on_add_learner(&mut self, now: Micros, token: Token, node: NodeId) {
        let present = self.membership().members().contains(&node);
        if let Some(refusal) = self.change_refusal().or(present.then_some(MembersResult::NoChange)) {
            return self.outputs.push(Output::AnswerMembers(token, refusal));
        }
        let mut membership = self.membership().clone();
        membership.learners.insert(node);
        let index = self.append_as_leader(now, Payload::Members(membership));
        self.set_change(MembershipChange { token, stage: ChangeStage::AddingLearner(index) });
    }

    /// Starts a change to these voters. Nodes that are no members yet are added as learners first.
    pub(super) fn on_change_members(&mut self, now: Micros, token: Token, voters: BTreeSet<NodeId>) {
        let refusal =
            self.change_refusal()
                .or(voters.is_empty().then_some(MembersResult::Empty))
                .or((self.membership().voters == [voters.clone()]).then_some(MembersResult::NoChange));
        if let Some(refusal) = refusal {
            return self.outputs.push(Output::AnswerMembers(token, refusal));
        }
        let mut membership = self.membership().clone();
        let members = membership.members();
        let newcomers: BTreeSet<NodeId> = voters.difference(&members).copied().collect();
        self.set_change(MembershipChange { token, stage: ChangeStage::CatchingUp(voters) });
        if !newcomers.is_empty() {
            membership.learners.extend(newcomers);
            self.append_as_leader(now, Payload::Members(membership));
        }
        self.advance_membership_change(now);
    }

    /// Why a membership change cannot start now, if it cannot.
    fn change_refusal(&self) -> Option<MembersResult> {
        let Some(state) = self.leader_state.as_ref().filter(|_| self.role == Role::Leader) else {
            return Some(MembersResult::NotLeader);
        };
        // One change at a time: the previous configuration must be committed, whichever leader appended it.
        let (index, membership) = self.memberships.newest();
        let in_progress = state.change.is_some() || membership.voters.len() > 1 || *index > self.commit_index;
        in_progress.then_some(MembersResult::InProgress)
    }

    fn set_change(&mut self, change: MembershipChange) {
        if let Some(state) = &mut self.leader_state {
            state.change = Some(change);
        }
    }

    /// Appends the joint configuration once the entry that adds the learners is committed and every new voter's match
    /// index is positive and within `replication_lag_threshold` of the last index.
    pub(super) fn advance_membership_change(&mut self, now: Micros) {
        let last = self.terms.last_index();
        let (index, membership) = self.memberships.newest().clone();
        let Some(state) = &mut self.leader_state else { return };
        let Some(MembershipChange { stage: ChangeStage::CatchingUp(voters), .. }) = &state.change else { return };
        let caught_up = |node: &NodeId| {
            let match_index = state.progress.get(node).map_or(0, |progress| progress.match_index);
            *node == self.id
                || membership.is_voter(*node)
                || (match_index > 0 && last - match_index.min(last) <= self.config.replication_lag_threshold)
        };
        if index > self.commit_index || !voters.iter().all(caught_up) {
            return;
        }
        let voters = voters.clone();
        let learners = membership.learners.difference(&voters).copied().collect();
        // Decisions need a majority of each set, so that neither can decide alone (paper §6).
        let both = match self.config.rules.joint_consensus {
            true => membership.voters.iter().take(1).cloned().chain([voters]).collect(),
            false => vec![voters],
        };
        let joint = Membership { voters: both, learners };
        if let Some(change) = &mut state.change {
            change.stage = ChangeStage::Joint;
        }
        self.append_as_leader(now, Payload::Members(joint));
    }

    /// Continues the change when the newest configuration is committed: after a joint one, any leader appends the new
    /// one; after the new one, the change is done, and a leader that is not in it steps down.
    pub(super) fn on_membership_committed(&mut self, now: Micros) {
        let (index, membership) = self.memberships.newest().clone();
        if index > self.commit_index || self.role != Role::Leader {
            return;
        }
        if let [_, new] = &membership.voters[..] {
            let new = Membership { voters: vec![new.clone()], learners: membership.learners.clone() };
            self.append_as_leader(now, Payload::Members(new));
            return self.advance_commit(now); // this node alone may be a majority
        }
        let is_done = |change: &mut MembershipChange| match change.stage {
            ChangeStage::AddingLearner(at) => at <= index,
            ChangeStage::CatchingUp(_) => false,
            ChangeStage::Joint => true,
        };
        if let Some(change) = self.leader_state.as_mut().and_then(|state| state.change.take_if(is_done)) {
            self.outputs.push(Output::AnswerMembers(change.token, MembersResult::Done));
        }
        if !membership.members().contains(&self.id) || (index > 0 && !membership.is_voter(self.id)) {
            self.become_follower(now, RoleWhy::Removed);
        } else {
            self.notify_removed();
            self.advance_membership_change(now);
        }
    }

    /// Answers the request for a membership change when the leader steps down before the change is done.
    pub(super) fn abort_membership_change(&mut self, change: MembershipChange) {
        self.outputs.push(Output::AnswerMembers(change.token, MembersResult::Unknown));
    }

    /// Adapts streams and role to the newest configuration after an append. Streams to removed members go on until
    /// [`Node::finish_removal`] or [`Node::expire_removals`] stops them.
    pub(super) fn on_membership_changed(&mut self, now: Micros) {
        let members = self.membership().members();
        let (index, _) = *self.memberships.newest();
        let deadline = now + self.config.election_timeout_max;
        if let Some(state) = &mut self.leader_state {
            for node in state.progress.keys().filter(|node| !members.contains(node)) {
                state.removed.entry(*node).or_insert(RemovedMember { index, heartbeat_round: None, deadline });
            }
            let terms = self.terms.clone();
            for node in members {
                self.start_stream(now, node, terms.clone(), None);
            }
        }
        self.sync_role_with_membership(now);
    }

    /// Stops the stream to a removed member once the member has answered a heartbeat that was sent after its removal
    /// was committed. A member that knows only of the uncommitted removal could go on campaigning forever.
    pub(super) fn finish_removal(&mut self, target: NodeId) {
        let Some(state) = &mut self.leader_state else { return };
        let Some(RemovedMember { index, heartbeat_round: Some(heartbeat_round), .. }) = state.removed.get(&target)
        else {
            return;
        };
        if state
            .progress
            .get(&target)
            .is_some_and(|it| it.match_index >= *index && it.heartbeat_round >= *heartbeat_round)
        {
            self.stop_stream(target);
        }
    }

    /// Starts a heartbeat round that tells removed members of the commitment of their removal.
    fn notify_removed(&mut self) {
        let commit = self.commit_index;
        let Some(state) = &mut self.leader_state else { return };
        let heartbeat_round = state.heartbeat_round + 1;
        let mut notified =
            state.removed.iter_mut().map(|(_, it)| it).filter(|it| it.index <= commit && it.heartbeat_round.is_none());
        if notified.by_ref().map(|member| member.heartbeat_round = Some(heartbeat_round)).count() > 0 {
            self.start_heartbeat_round();
        }
    }

    /// Stops the streams to removed members that did not answer within `election_timeout_max`.
    pub(super) fn expire_removals(&mut self, now: Micros) {
        let Some(state) = &self.leader_state else { return };
        let due = state.removed.iter().filter(|(_, member)| member.deadline <= now).map(|(&node, _)| node);
        for target in due.collect::<Vec<_>>() {
            self.stop_stream(target);
        }
    }

    fn stop_stream(&mut self, target: NodeId) {
        if let Some(state) = &mut self.leader_state {
            state.removed.remove(&target);
            state.progress.remove(&target);
            self.outputs.push(Output::StopStream(target));
        }
    }
}
