//! The leader's side: its streams, what is committed, its clients (paper §5.3, §5.4.2, §8).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use litemap::LiteMap;

use super::members::{Change, Leaving};
use super::reads::PendingRead;
use super::{Node, Output, ReadResult, Token, WriteResult};
use crate::raft::config::Config;
use crate::raft::event::{Event, Role, RoleWhy, TransferRefusedWhy};
use crate::raft::log::{Entry, LogTerms, Payload};
use crate::raft::replication::{self, FromCore, Stream, ToCore};
use crate::raft::rpc::TimeoutNow;
use crate::raft::{Index, Membership, NodeId, Term};
use crate::runtime::Micros;

/// What a node has while it leads, and loses with its office.
#[derive(Clone, Debug, Default)]
pub(super) struct Office {
    /// What each stream has told.
    pub(super) progress: LiteMap<NodeId, Progress>,
    /// Clients that wait for the entry at an index to be applied.
    waiting: BTreeMap<Index, Token>,
    /// Streams that wait for a snapshot to be made.
    snapshot_wishes: BTreeSet<NodeId>,
    /// Reads that wait until leadership is confirmed and all is applied.
    pub(super) reads: Vec<PendingRead>,
    /// The last probe that was asked for. Numbers rise.
    pub(super) probe: u64,
    /// The index of the first entry of this term, and with it of what a read has to wait for.
    pub(super) first_index: Index,
    /// When it is looked at next whether a majority still answers.
    quorum_check: Micros,
    /// Its office is being handed over.
    transfer: Option<Transfer>,
    /// A change of the members that is under way.
    pub(super) change: Option<Change>,
    /// Members that were removed.
    pub(super) leaving: LiteMap<NodeId, Leaving>,
}

/// An office that is being handed over (thesis §3.10).
#[derive(Clone, Debug)]
struct Transfer {
    target: NodeId,
    /// When it is given up.
    deadline: Micros,
    /// The target was told to campaign.
    told: bool,
}

/// What the leader knows from one stream.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress {
    /// The target's log is proven to agree up to here.
    pub(super) match_index: Index,
    /// Whether the stream is at line rate.
    is_line_rate: bool,
    /// When the target last answered anything.
    pub(super) heard: Option<Micros>,
    /// The latest probe that the target answered.
    pub(super) probe: u64,
    /// The last index of the snapshot that it is being sent.
    sending: Option<Index>,
}

impl Office {
    /// Streams that wait for a snapshot; they wait no longer.
    pub(super) fn take_snapshot_wishes(&mut self) -> BTreeSet<NodeId> {
        std::mem::take(&mut self.snapshot_wishes)
    }

    pub(super) fn wish_for_snapshot(&mut self, target: NodeId) {
        self.snapshot_wishes.insert(target);
    }

    pub(super) fn sends_snapshot(&mut self, target: NodeId, index: Index) {
        if let Some(progress) = self.progress.get_mut(&target) {
            progress.sending = Some(index);
        }
    }

    /// The lowest index that a follower which still answers has; entries above it may be sent yet.
    pub(super) fn lowest_need(&self, now: Micros, config: &Config) -> Option<Index> {
        let answers =
            |progress: &&Progress| progress.heard.is_some_and(|heard| now <= heard + config.election_timeout_max);
        let need = |progress: &Progress| progress.sending.unwrap_or(0).max(progress.match_index);
        self.progress.values().filter(answers).map(need).min()
    }

    /// When something of this office is due.
    pub(super) fn next_deadline(&self, config: &Config) -> Option<Micros> {
        let check = config.check_quorum.then_some(self.quorum_check);
        let transfer = self.transfer.as_ref().map(|transfer| transfer.deadline);
        let leaving = self.leaving.values().map(|leaving| leaving.deadline);
        check.into_iter().chain(transfer).chain(leaving).min()
    }
}

impl Node {
    /// Starts the streams. `proven` is what a scenario says of them that opens with a leader in office.
    pub(super) fn take_office(&mut self, now: Micros, proven: &BTreeMap<NodeId, Index>) {
        self.office = Some(Office {
            first_index: self.terms.last_index() + 1,
            quorum_check: now + self.config.election_timeout_max,
            ..Office::default()
        });
        let terms = self.terms.clone();
        for target in self.membership().members() {
            self.start_stream(now, target, terms.clone(), proven.get(&target).copied());
        }
    }

    /// Starts the stream to a member, if there is none yet.
    pub(super) fn start_stream(&mut self, now: Micros, target: NodeId, terms: LogTerms, proven: Option<Index>) {
        let Some(office) = self.office.as_mut().filter(|_| target != self.id) else { return };
        office.leaving.remove(&target);
        if office.progress.contains_key(&target) {
            return;
        }
        office.progress.insert(target, Progress::default());
        let begin = replication::Office {
            leader: self.id,
            term: self.hard_state.term,
            terms,
            commit_index: self.commit_index,
            config: self.config.clone(),
        };
        self.outputs.push(Output::StartStream(Box::new(Stream::new(now, begin, target, proven))));
    }

    /// The first entry of a new leader: with it, everything before it is committed too (paper §8). The very
    /// first one of a cluster says who belongs to it.
    pub(super) fn append_first(&mut self, now: Micros) {
        let first = match self.terms.last_index() {
            0 => Payload::Members(self.membership().clone()),
            _ => Payload::Blank,
        };
        self.append_own(now, first);
    }

    /// Appends an entry of this term and hands it to every stream. Gives its index.
    pub(super) fn append_own(&mut self, now: Micros, payload: Payload) -> Index {
        let index = self.terms.last_index() + 1;
        let entry = Arc::new(Entry { index, term: self.hard_state.term, payload });
        self.append_entry(now, entry.clone());
        self.tell_streams(FromCore::Replicate { entry, commit_index: self.commit_index });
        index
    }

    pub(super) fn tell_streams(&mut self, event: FromCore) {
        if let Some(office) = &self.office {
            let tell = |&target: &NodeId| Output::ToStream(target, event.clone());
            self.outputs.extend(office.progress.keys().map(tell));
        }
    }

    /// Ends every stream, and answers every client: nobody is left hanging.
    pub(super) fn leave_office(&mut self) {
        if let Some(office) = self.office.take() {
            self.outputs.push(Output::StopStreams);
            let unknown = |token| Output::AnswerWrite(token, WriteResult::Unknown);
            self.outputs.extend(office.waiting.into_values().map(unknown));
            let forward = |read: PendingRead| Output::AnswerRead(read.token, ReadResult::ForwardToLeader(None));
            self.outputs.extend(office.reads.into_iter().map(forward));
            if let Some(change) = office.change {
                self.answer_change_unknown(change);
            }
        }
    }

    pub(super) fn on_write(&mut self, now: Micros, token: Token, payload: Payload) {
        let transferring = self.office.as_ref().is_some_and(|office| office.transfer.is_some());
        if self.role != Role::Leader || transferring {
            let leader = self.leader.filter(|&leader| leader != self.id);
            return self.outputs.push(Output::AnswerWrite(token, WriteResult::ForwardToLeader(leader)));
        }
        let index = self.append_own(now, payload);
        if let Some(office) = &mut self.office {
            office.waiting.insert(index, token);
        }
    }

    pub(super) fn answer_applied(&mut self, index: Index) {
        if let Some(token) = self.office.as_mut().and_then(|office| office.waiting.remove(&index)) {
            self.outputs.push(Output::AnswerWrite(token, WriteResult::Done(index)));
        }
    }

    /// A stream reports. What was started in another term is not of this office.
    pub(super) fn on_stream(&mut self, now: Micros, target: NodeId, term: Term, event: ToCore) {
        if term != self.hard_state.term || self.role != Role::Leader {
            return;
        }
        let Some(office) = &mut self.office else { return };
        match (event, office.progress.get_mut(&target)) {
            (ToCore::NeedsSnapshot, Some(_)) => self.on_needs_snapshot(target),
            (ToCore::UpdateMatchIndex(index), Some(progress)) => {
                progress.match_index = progress.match_index.max(index);
                progress.sending.take_if(|sending| *sending <= index);
                self.advance_commit(now);
                self.proceed_with_transfer();
                self.proceed_with_change(now);
            }
            (ToCore::MatchLost(index), Some(progress)) => progress.match_index = index,
            (ToCore::RateUpdate { is_line_rate }, Some(progress)) => progress.is_line_rate = is_line_rate,
            (ToCore::Heard { probe }, Some(progress)) => {
                (progress.heard, progress.probe) = (Some(now), progress.probe.max(probe));
                self.answer_reads();
                self.let_go(target);
            }
            (ToCore::RevertToFollower { term }, _) => self.adopt_term(now, term),
            (ToCore::StorageFailed(error), _) => self.become_shutdown(error),
            (_, None) => {}
        }
    }

    /// Commits what a majority has — if it is of this term. An entry of an earlier term on a majority is
    /// not safe yet: the next leader might not have it (paper §5.4.2, Figure 8).
    pub(super) fn advance_commit(&mut self, now: Micros) {
        let Some(office) = &self.office else { return };
        let matched = |node: NodeId| match node == self.id {
            true => self.durable_index,
            false => office.progress.get(&node).map_or(0, |progress| progress.match_index),
        };
        let index = self.count(&self.who_commits()).majority_match(matched);
        let of_this_term = self.terms.term_at(index) == Some(self.hard_state.term);
        if of_this_term || !self.config.rules.commit_own_term_only {
            self.set_commit(now, index);
            self.on_committed_membership(now);
        }
    }

    /// The configuration that decides: the newest one in the log, committed or not (paper §6).
    fn who_commits(&self) -> Cow<'_, Membership> {
        if self.config.rules.count_new_members {
            return Cow::Borrowed(self.membership());
        }
        let mut old = self.memberships.at(self.commit_index).1.clone();
        old.voters.truncate(1);
        Cow::Owned(old)
    }

    /// Time has come to something of this office.
    pub(super) fn on_office_time(&mut self, now: Micros) {
        self.end_leaving(now);
        let Some(office) = &mut self.office else { return };
        if let Some(given_up) = office.transfer.take_if(|transfer| transfer.deadline <= now) {
            self.emit(Event::TransferGivenUp { node: self.id, target: given_up.target });
        }
        self.check_quorum(now);
    }

    /// A leader that no majority has answered for a while is none (thesis §6.2).
    fn check_quorum(&mut self, now: Micros) {
        let period = self.config.election_timeout_max;
        let Some(office) = self.office.as_mut().filter(|office| office.quorum_check <= now) else { return };
        office.quorum_check = now + period;
        let Some(office) = &self.office else { return };
        let heard = |progress: &Progress| progress.heard.is_some_and(|heard| now < heard + period);
        let answers = |node: NodeId| node == self.id || office.progress.get(&node).is_some_and(heard);
        let alone = !self.count(self.membership()).is_quorum(answers);
        if self.config.check_quorum && alone {
            self.become_follower(now, RoleWhy::LostQuorum);
        }
    }

    /// Begins to hand over: no writes from now on, and as soon as the target has everything, it is told to
    /// campaign. Given up after election_timeout_max (thesis §3.10).
    pub(super) fn on_transfer(&mut self, now: Micros, target: NodeId) {
        let deadline = now + self.config.election_timeout_max;
        let votes = self.membership().is_voter(target);
        let refused = |why: TransferRefusedWhy| Event::TransferRefused { node: self.id, target, why };
        let Some(office) = &mut self.office else { return self.emit(refused(TransferRefusedWhy::NotLeader)) };
        if target == self.id {
            return self.emit(refused(TransferRefusedWhy::Leads));
        }
        if !votes {
            return self.emit(refused(TransferRefusedWhy::NoVoter));
        }
        office.transfer = Some(Transfer { target, deadline, told: false });
        self.emit(Event::TransferBegun { node: self.id, target });
        self.proceed_with_transfer();
    }

    fn proceed_with_transfer(&mut self) {
        let last = self.terms.last_index();
        let Some(office) = &mut self.office else { return };
        let Some(transfer) = office.transfer.as_mut().filter(|transfer| !transfer.told) else { return };
        if office.progress.get(&transfer.target).is_some_and(|progress| progress.match_index == last) {
            transfer.told = true;
            let target = transfer.target;
            let request = TimeoutNow { term: self.hard_state.term, leader: self.id };
            self.after_durable(Output::TimeoutNow(target, request));
        }
    }
}
