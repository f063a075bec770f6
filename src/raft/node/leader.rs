//! The leader's side: its streams, what is committed, its clients (paper §5.3, §5.4.2, §8).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Node, Output, Token, WriteResult};
use crate::raft::config::Config;
use crate::raft::event::Role;
use crate::raft::log::{Entry, Payload};
use crate::raft::replication::{self, FromCore, Stream, ToCore};
use crate::raft::{Index, NodeId, Term};
use crate::runtime::Micros;

/// What a node has while it leads, and loses with its office.
#[derive(Clone, Debug, Default)]
pub(super) struct Office {
    /// How far each stream's target is proven to agree.
    progress: BTreeMap<NodeId, Progress>,
    /// Clients that wait for the entry at an index to be applied.
    waiting: BTreeMap<Index, Token>,
    /// Streams that wait for a snapshot to be made.
    snapshot_wishes: BTreeSet<NodeId>,
}

/// What the leader knows from one stream.
#[derive(Clone, Debug, Default)]
struct Progress {
    match_index: Index,
    is_line_rate: bool,
    /// When the target last answered anything.
    heard: Option<Micros>,
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
}

impl Node {
    /// Starts the streams. `proven` is what a scenario says of them that opens with a leader in office.
    pub(super) fn take_office(&mut self, now: Micros, proven: &BTreeMap<NodeId, Index>) {
        let begin = replication::Office {
            leader: self.id,
            term: self.hard_state.term,
            terms: self.terms.clone(),
            commit_index: self.commit_index,
            config: self.config.clone(),
        };
        let mut office = Office::default();
        for target in self.membership().members() {
            if target != self.id {
                office.progress.insert(target, Progress::default());
                let stream = Stream::new(now, begin.clone(), target, proven.get(&target).copied());
                self.outputs.push(Output::StartStream(Box::new(stream)));
            }
        }
        self.office = Some(office);
    }

    /// The first entry of a new leader: with it, everything before it is committed too (paper §8). The very
    /// first one of a cluster says who belongs to it.
    pub(super) fn append_first(&mut self) {
        let first = match self.terms.last_index() {
            0 => Payload::Members(self.membership().clone()),
            _ => Payload::Blank,
        };
        self.append_own(first);
    }

    /// Appends an entry of this term and hands it to every stream. Gives its index.
    fn append_own(&mut self, payload: Payload) -> Index {
        let index = self.terms.last_index() + 1;
        let entry = Arc::new(Entry { index, term: self.hard_state.term, payload });
        self.append_entry(entry.clone());
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
            let answer = |token| Output::AnswerWrite(token, WriteResult::Unknown);
            self.outputs.extend(office.waiting.into_values().map(answer));
        }
    }

    pub(super) fn on_write(&mut self, token: Token, payload: Payload) {
        if self.role != Role::Leader {
            let forward = WriteResult::ForwardToLeader(self.leader);
            return self.outputs.push(Output::AnswerWrite(token, forward));
        }
        let index = self.append_own(payload);
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
        if matches!(event, ToCore::NeedsSnapshot) {
            return self.on_needs_snapshot(target);
        }
        let progress = self.office.as_mut().and_then(|office| office.progress.get_mut(&target));
        match (event, progress) {
            (ToCore::UpdateMatchIndex(index), Some(progress)) => {
                progress.match_index = progress.match_index.max(index);
                progress.sending.take_if(|sending| *sending <= index);
                self.advance_commit();
            }
            (ToCore::RateUpdate { is_line_rate }, Some(progress)) => progress.is_line_rate = is_line_rate,
            (ToCore::RevertToFollower { term }, _) => self.adopt_term(now, term),
            (ToCore::StorageFailed(error), _) => self.become_shutdown(error),
            (ToCore::MatchLost(index), Some(progress)) => progress.match_index = index,
            (ToCore::Heard, Some(progress)) => progress.heard = Some(now),
            (ToCore::NeedsSnapshot, _) | (_, None) => {}
        }
    }

    /// Commits what a majority has — if it is of this term. An entry of an earlier term on a majority is
    /// not safe yet: the next leader might not have it (paper §5.4.2, Figure 8).
    pub(super) fn advance_commit(&mut self) {
        let Some(office) = &self.office else { return };
        let matched = |node: NodeId| match node == self.id {
            true => self.durable_index,
            false => office.progress.get(&node).map_or(0, |progress| progress.match_index),
        };
        let index = self.membership().majority_match(matched);
        if self.terms.term_at(index) == Some(self.hard_state.term) {
            self.set_commit(index);
        }
    }
}
