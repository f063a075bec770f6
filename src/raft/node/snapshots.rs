//! Snapshots: making them, handing them out, and taking a leader's (paper §7).
//!
//! Making one takes time, and everything goes on meanwhile; so what was true when it began — how far the
//! node has applied, which snapshot it has, whether anyone waits for one — is looked at again when it ends.

use std::sync::Arc;

use super::{Node, Output, Token};
use crate::raft::event::{Event, Role};
use crate::raft::log::LogTerms;
use crate::raft::replication::FromCore;
use crate::raft::rpc::{InstallResponse, InstallResult, InstallSnapshot};
use crate::raft::storage::{Install, StorageError};
use crate::raft::{Index, NodeId, SharedSnapshot, Snapshot, SnapshotMeta, Term};
use crate::runtime::Micros;

/// A snapshot larger than this is not taken: its chunks are answered with the offset 0, for ever.
pub const SNAPSHOT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// So many thresholds' worth of entries are kept for slow followers behind a snapshot, at most.
const TAIL_THRESHOLDS_MAX: u64 = 4;

/// A snapshot that is being received. Lost in a crash.
#[derive(Clone, Debug)]
pub(super) struct Receiving {
    /// What identifies the stream of chunks.
    term: Term,
    leader: NodeId,
    id: u64,
    data: Vec<u8>,
}

impl Node {
    fn snapshot_index(&self) -> Index {
        self.snapshot.as_ref().map_or(0, |snapshot| snapshot.meta.index)
    }

    /// Begins a snapshot if enough is applied since the last one.
    pub(super) fn compact_if_due(&mut self) {
        if self.last_applied.saturating_sub(self.snapshot_index()) >= self.config.snapshot_threshold {
            self.begin_compaction(self.last_applied);
        }
    }

    /// Begins a snapshot of the state at `index`: one at a time, of what is applied and still in the log.
    pub(super) fn begin_compaction(&mut self, index: Index) {
        let index = index.min(self.last_applied);
        if self.compacting || index <= self.snapshot_index() {
            return;
        }
        let Some(term) = self.terms.term_at(index) else { return };
        let membership = self.memberships.at(index).clone();
        let id = self.next_snapshot_id;
        self.next_snapshot_id += 1;
        self.compacting = true;
        self.emit(Event::CompactionBegun { node: self.id, index });
        self.outputs.push(Output::BuildSnapshot(SnapshotMeta { id, index, term, membership }));
    }

    pub(super) fn on_snapshot_built(&mut self, now: Micros, built: Result<SharedSnapshot, StorageError>) {
        self.compacting = false;
        let snapshot = match built {
            Ok(snapshot) => snapshot,
            Err(error) => return self.become_shutdown(error),
        };
        if snapshot.meta.index <= self.snapshot_index() {
            // A leader's snapshot came first, and it is the later one.
            self.emit(Event::CompactionDiscarded { node: self.id, index: snapshot.meta.index });
        } else {
            let keep_from = self.keep_entries_above(now, snapshot.meta.index);
            self.terms.compact_to(keep_from);
            self.pending.snapshot = Some(snapshot.clone());
            self.pending.compact_to = Some(self.terms.prev_index());
            let first_index = self.terms.first_index();
            self.snapshot = Some(snapshot.clone());
            self.emit(Event::CompactionDone { node: self.id, snapshot, first_index });
        }
        for target in self.office.as_mut().map(|office| office.take_snapshot_wishes()).unwrap_or_default() {
            self.hand_out_snapshot(target);
        }
        self.compact_if_due(); // a trigger that came meanwhile
    }

    /// How far the log may be forgotten behind a snapshot at `index`: a leader keeps what the followers that
    /// answer still need, within a limit; without such a tail a busy leader would send snapshots for ever.
    fn keep_entries_above(&self, now: Micros, index: Index) -> Index {
        let lowest = self.office.as_ref().and_then(|office| office.lowest_need(now, &self.config));
        let furthest = index.saturating_sub(TAIL_THRESHOLDS_MAX * self.config.snapshot_threshold);
        lowest.map_or(index, |lowest| lowest.clamp(furthest, index))
    }

    /// A stream needs a snapshot: the present one, if it is recent enough that the log can do the rest; else
    /// one that is being made, or a new one.
    pub(super) fn on_needs_snapshot(&mut self, target: NodeId) {
        let index = self.snapshot_index();
        let recent = self.terms.last_index().saturating_sub(index) <= self.config.snapshot_threshold / 2;
        if index > 0 && (recent || index == self.last_applied) {
            return self.hand_out_snapshot(target);
        }
        if let Some(office) = &mut self.office {
            office.wish_for_snapshot(target);
        }
        self.begin_compaction(self.last_applied);
    }

    fn hand_out_snapshot(&mut self, target: NodeId) {
        let Some(snapshot) = self.snapshot.clone() else { return };
        if let Some(office) = &mut self.office {
            office.sends_snapshot(target, snapshot.meta.index);
        }
        self.outputs.push(Output::ToStream(target, FromCore::Snapshot(snapshot)));
    }

    pub(super) fn on_chunk(&mut self, now: Micros, token: Token, request: InstallSnapshot) {
        self.adopt_term(now, request.term);
        let meta = request.meta.clone();
        let result = if self.is_stale(request.term) || self.role == Role::Leader {
            InstallResult::StaleTerm
        } else {
            self.hear_leader(now, request.leader);
            self.take_chunk(now, request)
        };
        let response = InstallResponse {
            term: self.hard_state.term,
            snapshot: meta.id,
            last_included_index: meta.index,
            last_included_term: meta.term,
            result,
        };
        self.after_durable(Output::AnswerInstall(token, response));
    }

    fn take_chunk(&mut self, now: Micros, request: InstallSnapshot) -> InstallResult {
        if request.meta.index <= self.commit_index && self.config.rules.ignore_old_snapshots {
            return InstallResult::Installed; // all that it says is here already, and durable (paper §7)
        }
        if !self.config.rules.one_snapshot_per_stream {
            return self.take_any_chunk(now, request);
        }
        let InstallSnapshot { term, leader, meta, offset, data, done } = request;
        let stream = (term, leader, meta.id);
        let mut receiving = match self.receiving.take() {
            Some(receiving) if (receiving.term, receiving.leader, receiving.id) == stream => receiving,
            _ if offset == 0 => Receiving { term, leader, id: meta.id, data: Vec::new() },
            other => {
                self.receiving = other;
                return InstallResult::Expects(0);
            }
        };
        let expected = receiving.data.len();
        // Not the chunk that is expected: one that was lost, doubled or late. Nothing is written.
        if offset != expected as u64 || (expected > 0 && offset == 0) {
            self.receiving = Some(receiving);
            return InstallResult::Expects(expected as u64);
        }
        if data.len() > SNAPSHOT_BYTES_MAX - expected {
            return InstallResult::Expects(0);
        }
        receiving.data.extend_from_slice(&data);
        let received = receiving.data.len() as u64;
        self.chunk_taken(now, receiving, meta, received, done)
    }

    /// Takes a chunk whatever it is of: writes it where it says, into whatever has come so far.
    fn take_any_chunk(&mut self, now: Micros, request: InstallSnapshot) -> InstallResult {
        let InstallSnapshot { term, leader, meta, offset, data, done } = request;
        let begin = usize::try_from(offset).unwrap_or(usize::MAX);
        if begin > SNAPSHOT_BYTES_MAX || data.len() > SNAPSHOT_BYTES_MAX - begin {
            return InstallResult::Expects(0);
        }
        let end = begin + data.len();
        let mut bytes = self.receiving.take().map_or(Vec::new(), |receiving| receiving.data);
        bytes.resize(bytes.len().max(end), 0);
        bytes[begin..end].copy_from_slice(&data);
        let receiving = Receiving { term, leader, id: meta.id, data: bytes };
        self.chunk_taken(now, receiving, meta, end as u64, done)
    }

    /// The last chunk makes it a snapshot.
    fn chunk_taken(
        &mut self,
        now: Micros,
        receiving: Receiving,
        meta: SnapshotMeta,
        received: u64,
        done: bool,
    ) -> InstallResult {
        self.emit(Event::Chunk { node: self.id, snapshot: meta.id, index: meta.index, received });
        if done {
            self.install(now, Arc::new(Snapshot { meta, data: receiving.data }));
            return InstallResult::Installed;
        }
        self.receiving = Some(receiving);
        InstallResult::Expects(received)
    }

    /// Takes a snapshot in place of the log up to there, all at once. What lies behind stays if the log has
    /// the snapshot's last entry; else the whole log is another history, and goes (paper, Figure 13).
    fn install(&mut self, now: Micros, snapshot: SharedSnapshot) {
        let SnapshotMeta { id, index, term, membership } = snapshot.meta.clone();
        let agrees = self.terms.term_at(index) == Some(term);
        let keep_suffix = agrees && self.config.rules.keep_suffix_after_snapshot;
        match keep_suffix {
            true => self.terms.compact_to(index),
            false => {
                self.terms = LogTerms::after(index, term);
                // Of what is on the disk, only what was committed is sure to agree with the snapshot.
                self.forget_writes_from(self.commit_index.min(index) + 1);
                // What is owed for entries that go with the log is true again when the snapshot is durable.
                let install = self.writes_begun + 1;
                self.deferred.iter_mut().for_each(|(write, _)| *write = install);
            }
        }
        self.memberships.install(index, membership, keep_suffix);
        self.next_snapshot_id = self.next_snapshot_id.max(id + 1);
        self.snapshot = Some(snapshot.clone());
        // The leader committed what it made a snapshot of.
        self.commit_index = index;
        self.last_applied = index;
        self.become_what_the_membership_says(now);
        self.emit(Event::Installed { node: self.id, snapshot: snapshot.clone(), kept_suffix: keep_suffix });
        self.pending.install = Some(Install { snapshot, keep_suffix });
    }
}
