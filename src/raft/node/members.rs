//! Membership changes: joint consensus (paper §6).
//!
//! A configuration takes effect as soon as its entry is appended, committed or not. Switching directly from the old to
//! the new one could leave two disjoint majorities; so the cluster goes through a *joint* configuration, which needs a
//! majority of both. New voters first catch up as learners, so that the cluster can commit meanwhile.

use std::collections::BTreeSet;

use super::state::{ChangeStage, MembershipChange, RemovedMember, TargetMembers};
use super::{MembersResult, Node, Output, Token};
use crate::raft::event::{Role, RoleWhy, StreamWhy};
use crate::raft::log::Payload;
use crate::raft::{Membership, NodeId};
use crate::runtime::Micros;

impl Node {
    /// Adds a learner: a node that receives the log without a vote.
    pub(super) fn on_add_learner(&mut self, now: Micros, token: Token, node: NodeId) {
        let present = self.membership().contains(node);
        if let Some(refusal) = self.change_refusal().or(present.then_some(MembersResult::NoChange)) {
            return self.outputs.push(Output::AnswerMembers(token, refusal));
        }
        let leaving = self.newcomers();
        let learners = self.membership().learners.difference(&leaving).copied().chain([node]).collect();
        let voters = self.membership().all_voters();
        self.begin_change(now, token, voters, learners);
    }

    /// Starts a change to these voters and, if given, exactly these learners; else the learners stay. Voters that are no
    /// members yet are added as learners first.
    pub(super) fn on_change_members(
        &mut self,
        now: Micros,
        token: Token,
        voters: BTreeSet<NodeId>,
        learners: Option<BTreeSet<NodeId>>,
    ) {
        let refusal = self.change_refusal().or(voters.is_empty().then_some(MembersResult::Empty));
        if let Some(refusal) = refusal {
            return self.outputs.push(Output::AnswerMembers(token, refusal));
        }
        let leaving = self.newcomers();
        let learners = learners.unwrap_or_else(|| self.membership().learners.difference(&leaving).copied().collect());
        let learners = learners.difference(&voters).copied().collect();
        self.begin_change(now, token, voters, learners);
    }

    /// Why a membership change cannot start now, if it cannot. A change whose new voters still catch up is no reason: a
    /// newer request takes its place.
    fn change_refusal(&self) -> Option<MembersResult> {
        let Some(state) = self.leader_state.as_ref().filter(|_| self.role == Role::Leader) else {
            return Some(MembersResult::NotLeader);
        };
        if self.is_transferring() {
            return Some(MembersResult::Transferring);
        }
        // One change at a time: the previous configuration must be committed, whichever leader appended it.
        let (index, membership) = self.memberships.newest();
        let in_progress = match &state.change {
            Some(change) => !matches!(change.stage, ChangeStage::CatchingUp(_)),
            None => membership.voters.len() > 1 || *index > self.commit_index,
        };
        in_progress.then_some(MembersResult::InProgress)
    }

    /// The nodes that were added as learners only for the change in progress, to become voters.
    fn newcomers(&self) -> BTreeSet<NodeId> {
        let change = self.leader_state.as_ref().and_then(|state| state.change.as_ref());
        match change.map(|change| &change.stage) {
            Some(ChangeStage::CatchingUp(target)) => target.newcomers.clone(),
            _ => BTreeSet::new(),
        }
    }

    /// Begins the change to these voters and learners, in place of a change whose new voters still catch up.
    fn begin_change(&mut self, now: Micros, token: Token, voters: BTreeSet<NodeId>, learners: BTreeSet<NodeId>) {
        let current = self.membership().clone();
        let leaving: BTreeSet<NodeId> = self.newcomers().difference(&voters).copied().collect();
        self.answer_change(MembersResult::Superseded);
        if current.voters == [voters.clone()] && current.learners == learners {
            return self.outputs.push(Output::AnswerMembers(token, MembersResult::NoChange));
        }
        let awaited: BTreeSet<NodeId> = voters.difference(&current.all_voters()).copied().collect();
        let newcomers: BTreeSet<NodeId> = awaited.difference(&current.learners).copied().collect();
        let stay = current.learners.difference(&leaving);
        let catching_up: BTreeSet<NodeId> = stay.chain(&newcomers).copied().collect();
        let target = TargetMembers { voters, learners, awaited, newcomers };
        if let Some(state) = &mut self.leader_state {
            state.change = Some(MembershipChange { token, since: now, stage: ChangeStage::CatchingUp(target) });
        }
        if catching_up != current.learners {
            self.append_as_leader(now, Payload::Members(Membership { learners: catching_up, ..current }));
        }
        self.advance_membership_change(now);
    }

    /// Ends the change in progress, if any, with this answer.
    fn answer_change(&mut self, result: MembersResult) {
        if let Some(change) = self.leader_state.as_mut().and_then(|state| state.change.take()) {
            self.outputs.push(Output::AnswerMembers(change.token, result));
        }
    }

    /// Gives up a change one of whose new voters was not heard for too long (thesis §4.2.1). The newcomers leave again.
    pub(super) fn expire_newcomers(&mut self, now: Micros) {
        let deadline = self.leader_state.as_ref().and_then(|state| state.newcomers_deadline(&self.config));
        if deadline.is_some_and(|deadline| deadline <= now) {
            let current = self.membership().clone();
            let learners: BTreeSet<NodeId> = current.learners.difference(&self.newcomers()).copied().collect();
            self.answer_change(MembersResult::TimedOut);
            if learners != current.learners {
                self.append_as_leader(now, Payload::Members(Membership { learners, ..current }));
            }
        }
    }

    /// Goes on with a change once the entry that adds the newcomers is committed and every new voter's match index is
    /// positive and within `replication_lag_threshold` of the last index: appends the joint configuration, or the new
    /// one if only learners change. Not during a leadership transfer: the next leader does it, or this one afterwards.
    pub(super) fn advance_membership_change(&mut self, now: Micros) {
        let last = self.terms.last_index();
        let (index, current) = self.memberships.newest();
        if *index > self.commit_index || self.is_transferring() {
            return;
        }
        let Some(state) = &self.leader_state else { return };
        let Some(MembershipChange { stage: ChangeStage::CatchingUp(target), .. }) = &state.change else { return };
        let has_caught_up = |node: &NodeId| {
            let match_index = state.progress.get(node).map_or(0, |progress| progress.match_index);
            *node == self.id
                || (match_index > 0 && last - match_index.min(last) <= self.config.replication_lag_threshold)
        };
        if !target.awaited.iter().all(has_caught_up) {
            return;
        }
        let TargetMembers { voters, learners, .. } = target.clone();
        let same_voters = current.voters == [voters.clone()];
        if same_voters && current.learners == learners {
            return self.answer_change(MembersResult::Done); // what was superseded is undone
        }
        // Decisions need a majority of each set, so that neither can decide alone (paper §6).
        let sets = match self.config.rules.joint_consensus && !same_voters {
            true => current.voters.iter().take(1).cloned().chain([voters]).collect(),
            false => vec![voters],
        };
        let next = Payload::Members(Membership { voters: sets, learners });
        let stage = if same_voters { ChangeStage::Learners(last + 1) } else { ChangeStage::Joint };
        if let Some(change) = self.leader_state.as_mut().and_then(|state| state.change.as_mut()) {
            change.stage = stage;
        }
        self.append_as_leader(now, next);
    }

    /// Continues the change when the newest configuration is committed: after a joint one, any leader appends the new
    /// one; after the new one, the change is done, and a leader that is not in it steps down.
    pub(super) fn on_membership_committed(&mut self, now: Micros) {
        let (index, membership) = self.memberships.newest();
        let index = *index;
        if index > self.commit_index || self.role != Role::Leader {
            return;
        }
        let is_removed = !membership.contains(self.id) || (index > 0 && !membership.is_voter(self.id));
        if let [_, new] = &membership.voters[..] {
            if self.is_transferring() {
                return; // the next leader appends it, or this one when it has given the transfer up
            }
            let new = Membership { voters: vec![new.clone()], learners: membership.learners.clone() };
            self.append_as_leader(now, Payload::Members(new));
            return self.advance_commit(now); // this node alone may be a majority
        }
        let is_done = |change: &mut MembershipChange| match change.stage {
            ChangeStage::Learners(at) => at <= index,
            ChangeStage::CatchingUp(_) => false,
            ChangeStage::Joint => true,
        };
        if let Some(change) = self.leader_state.as_mut().and_then(|state| state.change.take_if(is_done)) {
            self.outputs.push(Output::AnswerMembers(change.token, MembersResult::Done));
        }
        if is_removed {
            self.become_follower(now, RoleWhy::Removed);
        } else {
            self.notify_removed();
            self.advance_membership_change(now);
        }
    }

    /// Answers the request for a membership change when the leader steps down before the change is done.
    pub(super) fn abort_membership_change(&mut self, change: MembershipChange) {
        let result = match change.stage {
            ChangeStage::CatchingUp(_) => MembersResult::NotBegun,
            ChangeStage::Learners(_) | ChangeStage::Joint => MembersResult::Unknown,
        };
        self.outputs.push(Output::AnswerMembers(change.token, result));
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
                self.start_stream(now, node, terms.clone(), StreamWhy::Added, None);
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
