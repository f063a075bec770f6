//! Snapshotting: the follower is sent the state machine instead of the log, in chunks (paper §7).
//!
//! Chunks go one at a time, and beside them heartbeats, which say that the leader is there and prove
//! nothing new. Where the next chunk begins is what the receiver says it expects: so a lost chunk, a
//! doubled one, a receiver that began anew — all are the same case. A chunk that is not answered in
//! time is sent again at the next tick.

use crate::raft::event::{Event, StreamState, StreamWhy};
use crate::raft::network::Unreachable;
use crate::raft::replication::stream::{InFlight, Output, Sent, ToCore};
use crate::raft::replication::Stream;
use crate::raft::rpc::{InstallResponse, InstallResult, InstallSnapshot};
use crate::raft::SharedSnapshot;
use crate::runtime::Micros;

/// A snapshot on its way to the target.
#[derive(Clone, Debug, Default)]
pub(super) struct Transfer {
    /// What is sent; none until the core has handed it out.
    snapshot: Option<SharedSnapshot>,
    /// Where the next chunk begins. Below the size of the data, or 0.
    offset: u64,
    /// The chunk that is in flight.
    pub(super) in_flight: Option<InFlight>,
    /// A chunk was not answered, or not taken: the next one leaves at the next tick.
    pub(super) waits_for_tick: bool,
    /// The latest chunk whose answer was handled. Answers to earlier ones say nothing any more.
    last_handled: u64,
    chunks_sent: u32,
}

impl Stream {
    pub(super) fn become_snapshotting(&mut self, why: StreamWhy) {
        self.replication_buffer.clear();
        self.outbound_buffer.clear();
        self.transfer = Some(Transfer::default());
        self.change_state(StreamState::Snapshotting, why);
        self.outputs.push(Output::ToCore(ToCore::RateUpdate { is_line_rate: false }));
        self.outputs.push(Output::ToCore(ToCore::NeedsSnapshot));
    }

    /// The core hands out a snapshot.
    pub(super) fn on_snapshot(&mut self, snapshot: SharedSnapshot) {
        let Some(transfer) = self.transfer.as_mut().filter(|transfer| transfer.snapshot.is_none()) else { return };
        transfer.snapshot = Some(snapshot.clone());
        self.emit(Event::SnapshotOffered { node: self.leader, target: self.target, snapshot });
    }

    /// Sends the next chunk, if it may leave now.
    pub(super) fn proceed_snapshotting(&mut self, now: Micros) {
        // Beside the chunks: that the leader is there. It speaks of nothing that is not proven.
        if self.heartbeat_due && self.may_send() && self.config.rules.heartbeats_while_snapshotting {
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
        let rpc = self.remember(Sent::Chunk { probe: self.probe });
        let deadline = now + self.config.install_snapshot_timeout;
        if let Some(transfer) = &mut self.transfer {
            transfer.in_flight = Some(InFlight { rpc, deadline });
        }
        self.outputs.push(Output::SendChunk { rpc, request });
        let (node, target) = (self.leader, self.target);
        self.emit(Event::ChunkSent { node, target, snapshot: id, offset, bytes, done, chunks_sent });
    }

    /// The chunk in flight is not answered in time.
    pub(super) fn on_chunk_time(&mut self, now: Micros) {
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

    /// A chunk is answered, in time or late.
    pub(super) fn on_chunk_answer(&mut self, rpc: u64, response: Result<InstallResponse, Unreachable>) {
        let Some(Sent::Chunk { probe }) = self.sent.remove(&rpc) else { return };
        let slot = self.transfer.as_mut().and_then(|it| it.in_flight.take_if(|in_flight| in_flight.rpc == rpc));
        let late = slot.is_none();
        let Ok(response) = response else {
            if !late {
                self.chunk_failed(self.backs_off());
            }
            return;
        };
        if self.reverts(response.term, probe) {
            return;
        }
        let sent = self.transfer.as_ref().and_then(|transfer| transfer.snapshot.as_ref());
        // It cannot prove more than it was sent.
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
            (InstallResult::Expects(offset), Some((_, bytes)), Some(transfer)) if rpc > transfer.last_handled => {
                transfer.last_handled = rpc;
                // Nothing is left to send to one that has all and did not install it: it begins anew.
                let offset = if offset < bytes { offset } else { 0 };
                let moves = offset != transfer.offset;
                if moves {
                    transfer.offset = offset;
                    transfer.in_flight = None; // what is in flight is not what is expected any more
                    transfer.waits_for_tick = false;
                } else if !late {
                    transfer.waits_for_tick = true; // the chunk was not taken: not at once again
                }
                self.emit(answered(offset, false, moves));
            }
            (InstallResult::Expects(offset), ..) => self.emit(answered(offset, false, false)),
            (InstallResult::Installed, ..) => self.emit(answered(0, true, false)),
            (InstallResult::StaleTerm, ..) => self.emit(answered(0, false, false)),
        }
    }

    /// The target's state includes the snapshot: that proves its log up to there.
    fn on_installed(&mut self, index: u64) {
        self.answered = true;
        self.installed = true;
        self.transfer = None;
        self.set_match(self.match_index.max(index));
        self.set_next(self.match_index + 1);
        self.last_log_index = self.last_log_index.max(self.match_index);
        self.become_lagging(StreamWhy::SnapshotInstalled);
    }
}
