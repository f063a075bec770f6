//! The transfer of one snapshot to the target of a stream.

use super::sent::InFlight;
use crate::raft::SharedSnapshot;

/// The state of a stream while it sends a snapshot.
#[derive(Clone, Debug, Default)]
pub(super) struct SnapshotTransfer {
    /// The snapshot; none until the node has provided it.
    pub(super) snapshot: Option<SharedSnapshot>,
    /// The offset, in bytes, of the next chunk. Less than the size of the snapshot, or 0.
    pub(super) offset: u64,
    /// The chunk in flight, if any. At most one at a time.
    pub(super) in_flight: Option<InFlight>,
    /// Whether the next chunk must wait for the next tick, since the last one was not answered or not accepted.
    pub(super) waits_for_tick: bool,
    /// The id of the latest chunk whose response was handled. Responses to earlier chunks are outdated.
    pub(super) last_handled_rpc: u64,
    /// The number of chunks sent so far, repetitions included.
    pub(super) chunks_sent: u32,
}
