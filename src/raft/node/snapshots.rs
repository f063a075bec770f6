//! Snapshots: building, sending and receiving them (paper §7).
//!
//! A snapshot is built in the background. What may have changed meanwhile (the applied index, the latest snapshot, the
//! streams that wait for one) is therefore evaluated again when it is finished.

use std::sync::Arc;

use super::state::IncomingSnapshot;
use super::{Node, Output, Token};
use crate::raft::event::{Event, Role};
use crate::raft::log::LogTerms;
use crate::raft::replication::StreamCommand;
use crate::raft::rpc::{InstallResponse, InstallResult, InstallSnapshot};
use crate::raft::storage::{Install, StorageError};
use crate::raft::{Index, NodeId, SharedSnapshot, Snapshot, SnapshotMeta};
use crate::runtime::Micros;

/// The largest snapshot, in bytes, that a node accepts. A chunk that exceeds it is always answered with offset 0.
pub const SNAPSHOT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The most entries that a leader keeps before a snapshot for slow followers, in multiples of `snapshot_threshold`. For
/// those that are being sent a snapshot, see [`Config::snapshot_tail_limit`](crate::raft::Config).
const TAIL_THRESHOLDS_MAX: u64 = 4;

impl Node {
    /// The last included index of the latest snapshot; 0 without one.
    fn snapshot_index(&self) -> Index {
        self.snapshot.as_ref().map_or(0, |snapshot| snapshot.meta.index)
    }

    /// Starts building a snapshot if `snapshot_threshold` entries were applied since the last one.
    pub(super) fn compact_if_due(&mut self) {
        if self.last_applied.saturating_sub(self.snapshot_index()) >= self.config.snapshot_threshold {
            self.begin_compaction(self.last_applied);
        }
    }

    /// Starts building a snapshot of the state at `index`, or at the last applied index if that is lower. Does nothing
    /// while another is being built, or if the log was compacted beyond `index`.
    pub(super) fn begin_compaction(&mut self, index: Index) {
        let index = index.min(self.last_applied);
        if self.is_compacting || index <= self.snapshot_index() {
            return;
        }
        let Some(term) = self.terms.term_at(index) else { return };
        let membership = self.memberships.at(index).clone();
        let id = self.next_snapshot_id;
        self.next_snapshot_id += 1;
        self.is_compacting = true;
        self.emit(Event::CompactionBegun { node: self.id, index });
        self.outputs.push(Output::BuildSnapshot(SnapshotMeta { id, index, term, membership }));
    }

    /// Installs a snapshot that was built here, compacts the log, and sends the snapshot to the streams that wait for
    /// it.
    pub(super) fn on_snapshot_built(&mut self, now: Micros, built: Result<SharedSnapshot, StorageError>) {
        self.is_compacting = false;
        let snapshot = match built {
            Ok(snapshot) => snapshot,
            Err(error) => return self.become_shutdown(error),
        };
        if snapshot.meta.index <= self.snapshot_index() {
            // A snapshot of the leader was installed meanwhile, and it is more recent.
            self.emit(Event::CompactionDiscarded { node: self.id, index: snapshot.meta.index });
        } else {
            let compact_to = self.compaction_index(now, snapshot.meta.index);
            self.terms.compact_to(compact_to);
            self.pending_write.snapshot = Some(snapshot.clone());
            self.pending_write.compact_to = Some(self.terms.prev_index());
            let first_index = self.terms.first_index();
            self.snapshot = Some(snapshot.clone());
            self.emit(Event::CompactionDone { node: self.id, snapshot, first_index });
        }
        for target in self.leader_state.as_mut().map(|state| state.take_pending_snapshot_requests()).unwrap_or_default()
        {
            self.send_snapshot(target);
        }
        self.compact_if_due(); // more entries may have been applied meanwhile
    }

    /// The last index to discard from the log after a snapshot at `index`. A leader keeps the entries that responsive
    /// followers still need, up to a limit: without them, a busy leader would send snapshots forever.
    fn compaction_index(&self, now: Micros, index: Index) -> Index {
        let tail = TAIL_THRESHOLDS_MAX.saturating_mul(self.config.snapshot_threshold);
        let leader = self.leader_state.as_ref();
        let lowest = leader.and_then(|state| state.lowest_needed_index(now, index, tail, &self.config));
        lowest.map_or(index, |lowest| lowest.min(index))
    }

    /// Sends a stream the latest snapshot if it is at most `snapshot_threshold / 2` entries behind the log; else the
    /// stream waits for one that is built now.
    pub(super) fn on_needs_snapshot(&mut self, target: NodeId) {
        let index = self.snapshot_index();
        let is_recent = self.terms.last_index().saturating_sub(index) <= self.config.snapshot_threshold / 2;
        if index > 0 && (is_recent || index == self.last_applied) {
            return self.send_snapshot(target);
        }
        if let Some(state) = &mut self.leader_state {
            state.add_snapshot_request(target);
        }
        self.begin_compaction(self.last_applied);
    }

    /// Passes the latest snapshot to a stream.
    fn send_snapshot(&mut self, target: NodeId) {
        let Some(snapshot) = self.snapshot.clone() else { return };
        if let Some(state) = &mut self.leader_state {
            state.set_snapshot_index(target, snapshot.meta.index);
        }
        self.outputs.push(Output::ToStream(target, StreamCommand::Snapshot(snapshot)));
    }

    /// Handles InstallSnapshot: one chunk of a snapshot.
    pub(super) fn on_install_snapshot(&mut self, now: Micros, token: Token, request: InstallSnapshot) {
        self.adopt_term(now, request.term);
        let meta = request.meta.clone();
        let result = if self.is_stale(request.term) || self.role == Role::Leader {
            InstallResult::StaleTerm
        } else {
            self.on_leader_contact(now, request.leader);
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

    /// Accepts a chunk if it is the next one of the snapshot that is being received, or the first of another.
    fn take_chunk(&mut self, now: Micros, request: InstallSnapshot) -> InstallResult {
        if request.meta.index <= self.commit_index && self.config.rules.ignore_old_snapshots {
            return InstallResult::Installed; // the node has everything in it already, durably (paper §7)
        }
        if !self.config.rules.one_snapshot_per_stream {
            return self.take_chunk_unchecked(now, request);
        }
        let InstallSnapshot { term, leader, meta, offset, data, done } = request;
        let stream = (term, leader, meta.id);
        let mut incoming_snapshot = match self.incoming_snapshot.take() {
            Some(incoming_snapshot)
                if (incoming_snapshot.term, incoming_snapshot.leader, incoming_snapshot.id) == stream =>
            {
                incoming_snapshot
            }
            _ if offset == 0 => IncomingSnapshot { term, leader, id: meta.id, data: Vec::new() },
            other => {
                self.incoming_snapshot = other;
                return InstallResult::Expects(0);
            }
        };
        let expected = incoming_snapshot.data.len();
        // The chunk is late or a duplicate, or the one before it was lost: it is ignored.
        if offset != expected as u64 || (expected > 0 && offset == 0) {
            self.incoming_snapshot = Some(incoming_snapshot);
            return InstallResult::Expects(expected as u64);
        }
        if data.len() > SNAPSHOT_BYTES_MAX - expected {
            return InstallResult::Expects(0);
        }
        incoming_snapshot.data.extend_from_slice(&data);
        let received = incoming_snapshot.data.len() as u64;
        self.store_chunk(now, incoming_snapshot, meta, received, done)
    }

    /// Accepts any chunk (the rule is off): writes it at its offset, over whatever was received so far.
    fn take_chunk_unchecked(&mut self, now: Micros, request: InstallSnapshot) -> InstallResult {
        let InstallSnapshot { term, leader, meta, offset, data, done } = request;
        let begin = usize::try_from(offset).unwrap_or(usize::MAX);
        if begin > SNAPSHOT_BYTES_MAX || data.len() > SNAPSHOT_BYTES_MAX - begin {
            return InstallResult::Expects(0);
        }
        let end = begin + data.len();
        let mut bytes = self.incoming_snapshot.take().map_or(Vec::new(), |incoming_snapshot| incoming_snapshot.data);
        bytes.resize(bytes.len().max(end), 0);
        bytes[begin..end].copy_from_slice(&data);
        let incoming_snapshot = IncomingSnapshot { term, leader, id: meta.id, data: bytes };
        self.store_chunk(now, incoming_snapshot, meta, end as u64, done)
    }

    /// Keeps what was received so far, or installs the snapshot if this was its last chunk.
    fn store_chunk(
        &mut self,
        now: Micros,
        incoming_snapshot: IncomingSnapshot,
        meta: SnapshotMeta,
        received: u64,
        done: bool,
    ) -> InstallResult {
        self.emit(Event::Chunk { node: self.id, snapshot: meta.id, index: meta.index, received });
        if done {
            self.install(now, Arc::new(Snapshot { meta, data: incoming_snapshot.data }));
            return InstallResult::Installed;
        }
        self.incoming_snapshot = Some(incoming_snapshot);
        InstallResult::Expects(received)
    }

    /// Replaces the log up to the snapshot, atomically. Later entries are kept if the log has the last included entry;
    /// else the whole log is discarded (paper, Figure 13).
    fn install(&mut self, now: Micros, snapshot: SharedSnapshot) {
        let SnapshotMeta { id, index, term, membership } = snapshot.meta.clone();
        let agrees = self.terms.term_at(index) == Some(term);
        let keep_suffix = agrees && self.config.rules.keep_suffix_after_snapshot;
        match keep_suffix {
            true => self.terms.compact_to(index),
            false => {
                self.terms = LogTerms::after(index, term);
                // Of the durable entries, only committed ones are known to agree with the snapshot.
                self.invalidate_writes_from(self.commit_index.min(index) + 1);
                // Answers for discarded entries are true again when the snapshot is durable.
                let install = self.last_write + 1;
                self.deferred.iter_mut().for_each(|(write, _)| *write = install);
            }
        }
        self.memberships.install(index, membership, keep_suffix);
        self.next_snapshot_id = self.next_snapshot_id.max(id + 1);
        self.snapshot = Some(snapshot.clone());
        // A snapshot holds committed entries only.
        self.commit_index = index;
        self.last_applied = index;
        self.sync_role_with_membership(now);
        self.emit(Event::Installed { node: self.id, snapshot: snapshot.clone(), kept_suffix: keep_suffix });
        self.pending_write.install = Some(Install { snapshot, keep_suffix });
    }
}
