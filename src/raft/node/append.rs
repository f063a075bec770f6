//! The follower's side of the log: what is appended, removed, refused (paper §5.3).

use super::{Node, Output, Token};
use crate::raft::event::{Event, Role};
use crate::raft::log::{Payload, SharedEntry};
use crate::raft::rpc::{AppendEntries, AppendResponse, AppendResult, Hint};
use crate::raft::Index;
use crate::runtime::Micros;

impl Node {
    pub(super) fn on_append(&mut self, now: Micros, token: Token, request: AppendEntries) {
        self.adopt_term(now, request.term);
        // A leader does not take entries from another of its own term: there is none (Election Safety).
        let result = if request.term < self.hard_state.term || self.role == Role::Leader {
            AppendResult::StaleTerm
        } else {
            self.hear_leader(now, request.leader);
            self.append_checked(now, request)
        };
        self.after_durable(Output::AnswerAppend(token, AppendResponse { term: self.hard_state.term, result }));
    }

    /// The log check, for heartbeats too: only what agrees up to prev says anything about the rest.
    fn append_checked(&mut self, now: Micros, request: AppendEntries) -> AppendResult {
        let AppendEntries { prev_log_index, prev_log_term, leader_commit, entries, .. } = request;
        // What is inside the snapshot is committed, so it agrees with every leader's log.
        let agrees =
            prev_log_index < self.terms.prev_index() || self.terms.term_at(prev_log_index) == Some(prev_log_term);
        let consecutive = (1..).zip(&entries).all(|(n, entry)| prev_log_index.checked_add(n) == Some(entry.index));
        if !agrees || !consecutive {
            return AppendResult::Conflict(self.hint(prev_log_index, prev_log_term));
        }
        let proven = prev_log_index + entries.len() as Index;
        for entry in entries {
            self.append_if_new(now, entry);
        }
        // Of what the leader has committed, this node knows only as far as this append proves its log to
        // agree: what lies behind may be another leader's (paper, Figure 2, step 5, read closely).
        self.set_commit(now, leader_commit.min(proven));
        AppendResult::Success(proven)
    }

    /// Appends an entry, unless the log has it. The log is cut only where an entry really conflicts: an
    /// append that was overtaken by a later one must not undo what that one brought.
    fn append_if_new(&mut self, now: Micros, entry: SharedEntry) {
        if entry.index < self.terms.first_index() {
            return; // inside the snapshot
        }
        match self.terms.term_at(entry.index) {
            Some(term) if term == entry.term => return,
            Some(_) => self.truncate_from(now, entry.index),
            None => {}
        }
        self.append_entry(now, entry);
    }

    /// Appends an entry at the end of the log.
    pub(super) fn append_entry(&mut self, now: Micros, entry: SharedEntry) {
        debug_assert_eq!(entry.index, self.terms.last_index() + 1);
        self.terms.push(entry.term);
        if let Payload::Members(membership) = &entry.payload {
            self.memberships.push(entry.index, membership.clone());
        }
        self.emit(Event::Append { node: self.id, entry: entry.clone() });
        let members = matches!(entry.payload, Payload::Members(_));
        self.pending.append.push(entry);
        if members {
            self.on_membership_changed(now);
        }
    }

    /// Removes the entries from `first` on, and with them the configurations that they brought.
    fn truncate_from(&mut self, now: Micros, first: Index) {
        self.emit(Event::Truncate { node: self.id, first, last: self.terms.last_index() });
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
        let below = prev_log_index.saturating_sub(1);
        let oldest = self.terms.prev_index();
        let (index, term) = self
            .terms
            .last_at_most(below, prev_log_term)
            .unwrap_or((oldest, self.terms.term_at(oldest).unwrap_or_default()));
        Some(Hint { term, index })
    }
}
