//! AppendEntries at the receiver: the consistency check, appending and truncating (paper §5.3).

use super::{Node, Output, Token};
use crate::raft::conflict::ConflictSearch;
use crate::raft::event::{Event, Role};
use crate::raft::log::{Entry, Payload, SharedEntry};
use crate::raft::rpc::{AppendEntries, AppendResponse, AppendResult, ConflictHint};
use crate::raft::{Index, Membership};
use crate::runtime::Micros;

impl Node {
    /// Handles AppendEntries.
    pub(super) fn on_append(&mut self, now: Micros, token: Token, request: AppendEntries) {
        self.adopt_term(now, request.term);
        // A term has at most one leader (Election Safety), so a leader rejects appends of its own term.
        let result = if self.is_stale(request.term) || self.role == Role::Leader {
            AppendResult::StaleTerm
        } else {
            self.on_leader_contact(now, request.leader);
            self.check_and_append(now, request)
        };
        self.answer_append(token, AppendResponse { term: self.hard_state.term, result });
    }

    /// Answers once the entries are durable, since the leader counts them (paper, Figure 2).
    fn answer_append(&mut self, token: Token, response: AppendResponse) {
        let answer = Output::AnswerAppend(token, response);
        let term_is_durable =
            self.pending_write.hard_state.is_none() && self.last_hard_state_write <= self.last_durable_write;
        match self.config.rules.sync_before_answer || !term_is_durable {
            true => self.after_durable(answer),
            false => self.outputs.push(answer),
        }
    }

    /// The consistency check, which heartbeats have to pass too: if the logs agree at prev, they agree up to there.
    /// Then appends the entries and advances the commit index.
    fn check_and_append(&mut self, now: Micros, request: AppendEntries) -> AppendResult {
        let AppendEntries { prev_log_index, prev_log_term, leader_commit, entries, .. } = request;
        if entries.is_empty() && !self.config.rules.check_heartbeats_too {
            self.raise_commit_index(now, leader_commit);
            return AppendResult::Success(prev_log_index);
        }
        // What is inside the snapshot is committed, so it agrees with every leader's log.
        let own_term = self.terms.term_at(prev_log_index);
        let agrees = prev_log_index < self.terms.prev_index()
            || own_term.is_some_and(|term| term == prev_log_term || !self.config.rules.log_matching_check);
        let consecutive = (1..).zip(&entries).all(|(n, entry)| prev_log_index.checked_add(n) == Some(entry.index));
        if !agrees || !consecutive {
            return AppendResult::Conflict(self.conflict_hint(prev_log_index, prev_log_term));
        }
        let last_new = prev_log_index + entries.len() as Index;
        if !self.config.rules.truncate_only_on_conflict && !entries.is_empty() {
            self.truncate_after(now, prev_log_index);
        }
        for entry in entries {
            self.append_if_new(now, entry);
        }
        // The log is known to agree with the leader's only up to the last entry of this append; what follows may come
        // from another leader, and must not be committed (paper, Figure 2, step 5).
        let last_proven = match self.config.rules.commit_only_what_is_proven {
            true => last_new,
            false => self.terms.last_index(),
        };
        self.raise_commit_index(now, leader_commit.min(last_proven));
        AppendResult::Success(last_new)
    }

    /// Removes every entry after `index`, whether it conflicts or not.
    fn truncate_after(&mut self, now: Micros, index: Index) {
        let first = (index + 1).max(self.terms.first_index());
        if first <= self.terms.last_index() {
            self.truncate_from(now, first);
        }
    }

    /// Appends an entry unless the log has it. Only an entry that conflicts is removed, with all that follow it (paper
    /// §5.3): a delayed append must not remove what a later one has appended.
    fn append_if_new(&mut self, now: Micros, entry: SharedEntry) {
        if entry.index < self.terms.first_index() {
            return; // inside the snapshot
        }
        match self.terms.term_at(entry.index) {
            Some(term) if term == entry.term => return,
            Some(_) if self.config.rules.truncate_on_conflict => self.truncate_from(now, entry.index),
            Some(_) => return self.overwrite_entry(now, entry),
            None => {}
        }
        self.append_entry(now, entry);
    }

    /// Appends an entry at the end of the log. Its index must be the last index + 1.
    pub(super) fn append_entry(&mut self, now: Micros, entry: SharedEntry) {
        debug_assert_eq!(entry.index, self.terms.last_index() + 1);
        self.terms.push(entry.term);
        let members = membership_in(&entry).cloned();
        let changed = members.is_some();
        members.into_iter().for_each(|membership| self.memberships.push(entry.index, membership));
        self.emit(Event::Append { node: self.id, entry: entry.clone() });
        self.pending_write.append.push(entry);
        if changed {
            self.on_membership_changed(now);
        }
    }

    /// Replaces the entry at the same index and keeps what follows.
    fn overwrite_entry(&mut self, now: Micros, entry: SharedEntry) {
        self.terms.overwrite(entry.index, entry.term);
        self.memberships.overwrite(entry.index, membership_in(&entry).cloned());
        self.invalidate_writes_from(entry.index);
        self.emit(Event::Append { node: self.id, entry: entry.clone() });
        self.pending_write.append.push(entry);
        self.on_membership_changed(now);
    }

    /// Removes the entries from `first` on, and their configurations.
    fn truncate_from(&mut self, now: Micros, first: Index) {
        self.emit(Event::Truncate { node: self.id, first, last: self.terms.last_index() });
        self.cached_from = self.cached_from.min(first);
        self.terms.truncate_from(first);
        self.memberships.truncate_from(first);
        self.sync_role_with_membership(now);
        self.invalidate_writes_from(first);
        // Entries that were appended in this step are still in the pending write.
        self.pending_write.append.retain(|entry| entry.index < first);
        let first = self.pending_write.truncate_from.map_or(first, |earlier| earlier.min(first));
        self.pending_write.truncate_from = Some(first);
    }

    /// The hint for a refusal: the last entry before prev whose term is at most prev's.
    fn conflict_hint(&self, prev_log_index: Index, prev_log_term: u64) -> Option<ConflictHint> {
        if !self.config.conflict_hint {
            return None;
        }
        Some(ConflictSearch::new(&self.config.rules).hint(&self.terms, prev_log_index, prev_log_term))
    }
}

fn membership_in(entry: &Entry) -> Option<&Membership> {
    match &entry.payload {
        Payload::Members(membership) => Some(membership),
        _ => None,
    }
}
