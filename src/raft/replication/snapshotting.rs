//! Snapshotting: the target is sent a snapshot in chunks instead of entries (paper §7). Etcd's *Snapshot*.
//!
//! One chunk is in flight at a time; heartbeats are sent meanwhile. The next chunk begins at the offset that the target
//! says it expects, so that lost and duplicate chunks and a target that has started over need no special case. A chunk
//! that is not answered in time is sent again at the next tick.

use super::io::{Output, StreamReport};
use super::sent::{InFlight, SentRpc};
use super::transfer::SnapshotTransfer;
use crate::raft::event::{Event, StreamState, StreamWhy};
use crate::raft::network::Unreachable;
use crate::raft::replication::Stream;
use crate::raft::rpc::{InstallResponse, InstallResult, InstallSnapshot};
use crate::raft::SharedSnapshot;
use crate::runtime::Micros;

impl Stream {
    /// Asks the node for a snapshot.
    pub(super) fn become_snapshotting(&mut self, why: StreamWhy) {
        self.replication_buffer.clear();
        self.outbound_buffer.clear();
        self.transfer = Some(SnapshotTransfer::default());
        self.change_state(StreamState::Snapshotting, why);
        self.outputs.push(Output::Report(StreamReport::RateUpdate { is_line_rate: false }));
        self.outputs.push(Output::Report(StreamReport::NeedsSnapshot));
    }

    /// Starts to send the snapshot that the node provides.
    pub(super) fn on_snapshot(&mut self, snapshot: SharedSnapshot) {
        let Some(transfer) = self.transfer.as_mut().filter(|transfer| transfer.snapshot.is_none()) else { return };
        transfer.snapshot = Some(snapshot.clone());
        self.emit(Event::SnapshotOffered { node: self.leader, target: self.target, snapshot });
    }

    /// Sends a heartbeat and the next chunk if they are due.
    pub(super) fn proceed_snapshotting(&mut self, now: Micros) {
        // With prev = match, which the target cannot refuse.
        if self.heartbeat_due && self.can_send() && self.config.rules.heartbeats_while_snapshotting {
            self.send(now, self.match_index);
        }
        let Some(transfer) = &mut self.transfer else { return };
        let Some(snapshot) = transfer.snapshot.clone() else { return };
        if transfer.in_flight.is_some() || transfer.waits_for_tick {
            return;
        }
        transfer.chunks_sent += 1;
        let (offset, chunks_sent) = (transfer.offset, transfer.chunks_sent);
        let rest = usize::try_from(offset).ok().and_then(|offset| snapshot.data.get(offset..)).unwrap_or_default();
        let size = usize::try_from(self.config.snapshot_max_chunk_size).unwrap_or(usize::MAX);
        let data = rest[..rest.len().min(size)].to_vec();
        let done = data.len() == rest.len();
        let (meta, bytes) = (snapshot.meta.clone(), data.len() as u64);
        let id = meta.id;
        let request = InstallSnapshot { term: self.term, leader: self.leader, meta, offset, data, done };
        let rpc = self.register_rpc(SentRpc::Chunk { heartbeat_round: self.heartbeat_round });
        let deadline = now + self.config.install_snapshot_timeout;
        if let Some(transfer) = &mut self.transfer {
            transfer.in_flight = Some(InFlight { rpc, deadline });
        }
        self.outputs.push(Output::SendChunk { rpc, request });
        let (node, target) = (self.leader, self.target);
        self.emit(Event::ChunkSent { node, target, snapshot: id, offset, bytes, done, chunks_sent });
    }

    /// The chunk in flight is not answered in time.
    pub(super) fn on_chunk_timeout(&mut self, now: Micros) {
        let Some(transfer) = &mut self.transfer else { return };
        if transfer.in_flight.take_if(|in_flight| in_flight.deadline <= now).is_some() {
            self.chunk_failed(true);
        }
    }

    fn chunk_failed(&mut self, waits_for_tick: bool) {
        let Some(transfer) = &mut self.transfer else { return };
        transfer.waits_for_tick = waits_for_tick;
        let (offset, snapshot) = (transfer.offset, transfer.snapshot.as_ref().map_or(0, |it| it.meta.id));
        self.emit(Event::ChunkFailed { node: self.leader, target: self.target, snapshot, offset });
    }

    /// Handles the response to a chunk, in time or late.
    pub(super) fn on_install_response(&mut self, rpc: u64, response: Result<InstallResponse, Unreachable>) {
        let Some(SentRpc::Chunk { heartbeat_round }) = self.sent_rpcs.remove(&rpc) else { return };
        let in_flight = self.transfer.as_mut().and_then(|it| it.in_flight.take_if(|in_flight| in_flight.rpc == rpc));
        let late = in_flight.is_none();
        let Ok(response) = response else {
            if !late {
                self.chunk_failed(self.backs_off());
            }
            return;
        };
        if self.stop_if_superseded(response.term, heartbeat_round) {
            return;
        }
        let sent = self.transfer.as_ref().and_then(|transfer| transfer.snapshot.as_ref());
        // A response cannot prove more than was sent.
        let current =
            sent.filter(|sent| sent.meta.id == response.snapshot).map(|sent| (sent.meta.index, sent.data.len() as u64));
        let (node, target, snapshot) = (self.leader, self.target, response.snapshot);
        let answered = |offset, installed, counted| Event::ChunkAnswered {
            node,
            target,
            snapshot,
            offset,
            installed,
            late,
            counted,
        };
        match (response.result, current, &mut self.transfer) {
            (InstallResult::Installed, Some((index, bytes)), Some(_)) => {
                self.emit(answered(bytes, true, true));
                self.on_installed(response.last_included_index.min(index));
            }
            (InstallResult::Expects(offset), Some((_, bytes)), Some(transfer)) if rpc > transfer.last_handled_rpc => {
                transfer.last_handled_rpc = rpc;
                // A target that has all bytes but did not install the snapshot starts over.
                let offset = if offset < bytes { offset } else { 0 };
                let has_moved = offset != transfer.offset;
                if has_moved {
                    transfer.offset = offset;
                    transfer.in_flight = None; // the chunk in flight is not the expected one
                    transfer.waits_for_tick = false;
                } else if !late {
                    transfer.waits_for_tick = true; // the chunk was not accepted: retry later
                }
                self.emit(answered(offset, false, has_moved));
            }
            (InstallResult::Expects(offset), ..) => self.emit(answered(offset, false, false)),
            (InstallResult::Installed, ..) => self.emit(answered(0, true, false)),
            (InstallResult::StaleTerm, ..) => self.emit(answered(0, false, false)),
        }
    }

    /// The target has installed the snapshot, which proves that its state agrees up to `index`.
    fn on_installed(&mut self, index: u64) {
        self.has_answered = true;
        self.snapshot_installed = true;
        self.transfer = None;
        self.set_match(self.match_index.max(index));
        self.set_next(self.match_index + 1);
        self.last_log_index = self.last_log_index.max(self.match_index);
        self.become_lagging(StreamWhy::SnapshotInstalled);
    }
}
