//! The follower's side of the log: what is appended, removed, refused (paper §5.3).

use super::{Node, Output, Token};
use crate::raft::conflict::Search;
use crate::raft::event::{Event, Role};
use crate::raft::log::{Entry, Payload, SharedEntry};
use crate::raft::rpc::{AppendEntries, AppendResponse, AppendResult, Hint};
use crate::raft::{Index, Membership};
use crate::runtime::Micros;

impl Node {
    pub(super) fn on_append(&mut self, now: Micros, token: Token, request: AppendEntries) {
        self.adopt_term(now, request.term);
        // A leader does not take entries from another of its own term: there is none (Election Safety).
        let result = if self.is_stale(request.term) || self.role == Role::Leader {
            AppendResult::StaleTerm
        } else {
            self.hear_leader(now, request.leader);
            self.append_checked(now, request)
        };
        self.answer_append(token, AppendResponse { term: self.hard_state.term, result });
    }

    /// The leader counts what it is answered: so the entries are durable before (paper, Figure 2).
    fn answer_append(&mut self, token: Token, response: AppendResponse) {
        let answer = Output::AnswerAppend(token, response);
        let term_is_durable = self.pending.hard_state.is_none() && self.hard_state_write <= self.writes_done;
        match self.config.rules.sync_before_answer || !term_is_durable {
            true => self.after_durable(answer),
            false => self.outputs.push(answer),
        }
    }

    /// The log check, for heartbeats too: only what agrees up to prev says anything about the rest.
    fn append_checked(&mut self, now: Micros, request: AppendEntries) -> AppendResult {
        let AppendEntries { prev_log_index, prev_log_term, leader_commit, entries, .. } = request;
        if entries.is_empty() && !self.config.rules.check_heartbeats_too {
            self.set_commit(now, leader_commit);
            return AppendResult::Success(prev_log_index);
        }
        // What is inside the snapshot is committed, so it agrees with every leader's log.
        let own_term = self.terms.term_at(prev_log_index);
        let agrees = prev_log_index < self.terms.prev_index()
            || own_term.is_some_and(|term| term == prev_log_term || !self.config.rules.log_matching_check);
        let consecutive = (1..).zip(&entries).all(|(n, entry)| prev_log_index.checked_add(n) == Some(entry.index));
        if !agrees || !consecutive {
            return AppendResult::Conflict(self.hint(prev_log_index, prev_log_term));
        }
        let proven = prev_log_index + entries.len() as Index;
        if !self.config.rules.truncate_only_on_conflict && !entries.is_empty() {
            self.cut_after(now, prev_log_index);
        }
        for entry in entries {
            self.append_if_new(now, entry);
        }
        // Of what the leader has committed, this node knows only as far as this append proves its log to
        // agree: what lies behind may be another leader's (paper, Figure 2, step 5, read closely).
        let agreed = match self.config.rules.commit_only_what_is_proven {
            true => proven,
            false => self.terms.last_index(),
        };
        self.set_commit(now, leader_commit.min(agreed));
        AppendResult::Success(proven)
    }

    /// Removes what lies behind `index`, whatever it is.
    fn cut_after(&mut self, now: Micros, index: Index) {
        let first = (index + 1).max(self.terms.first_index());
        if first <= self.terms.last_index() {
            self.truncate_from(now, first);
        }
    }

    /// Appends an entry, unless the log has it. The log is cut only where an entry really conflicts, and
    /// there with all that follows (paper §5.3): an append that was overtaken by a later one must not undo
    /// what that one brought.
    fn append_if_new(&mut self, now: Micros, entry: SharedEntry) {
        if entry.index < self.terms.first_index() {
            return; // inside the snapshot
        }
        match self.terms.term_at(entry.index) {
            Some(term) if term == entry.term => return,
            Some(_) if self.config.rules.truncate_on_conflict => self.truncate_from(now, entry.index),
            Some(_) => return self.write_over(now, entry),
            None => {}
        }
        self.append_entry(now, entry);
    }

    /// Appends an entry at the end of the log.
    pub(super) fn append_entry(&mut self, now: Micros, entry: SharedEntry) {
        debug_assert_eq!(entry.index, self.terms.last_index() + 1);
        self.terms.push(entry.term);
        let members = membership_of(&entry).cloned();
        let changed = members.is_some();
        members.into_iter().for_each(|membership| self.memberships.push(entry.index, membership));
        self.emit(Event::Append { node: self.id, entry: entry.clone() });
        self.pending.append.push(entry);
        if changed {
            self.on_membership_changed(now);
        }
    }

    /// Puts an entry in the place of one that conflicts with it.
    fn write_over(&mut self, now: Micros, entry: SharedEntry) {
        self.terms.write_over(entry.index, entry.term);
        self.memberships.write_over(entry.index, membership_of(&entry).cloned());
        self.forget_writes_from(entry.index);
        self.emit(Event::Append { node: self.id, entry: entry.clone() });
        self.pending.append.push(entry);
        self.on_membership_changed(now);
    }

    /// Removes the entries from `first` on, and with them the configurations that they brought.
    fn truncate_from(&mut self, now: Micros, first: Index) {
        self.emit(Event::Truncate { node: self.id, first, last: self.terms.last_index() });
        self.cached_from = self.cached_from.min(first);
        self.terms.truncate_from(first);
        self.memberships.truncate_from(first);
        self.become_what_the_membership_says(now);
        self.forget_writes_from(first);
        // Entries of this very step that are not even handed to storage yet go the same way.
        self.pending.append.retain(|entry| entry.index < first);
        let first = self.pending.truncate_from.map_or(first, |earlier| earlier.min(first));
        self.pending.truncate_from = Some(first);
    }

    /// Where the leader should look next: the last entry below prev whose term is not above prev's.
    fn hint(&self, prev_log_index: Index, prev_log_term: u64) -> Option<Hint> {
        if !self.config.conflict_hint {
            return None;
        }
        Some(Search::new(&self.config.rules).hint(&self.terms, prev_log_index, prev_log_term))
    }
}

fn membership_of(entry: &Entry) -> Option<&Membership> {
    match &entry.payload {
        Payload::Members(membership) => Some(membership),
        _ => None,
    }
}
