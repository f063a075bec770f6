//! What a stream remembers of the RPCs that it has sent.

use crate::raft::Index;
use crate::runtime::Micros;

/// How many of the latest RPCs a stream remembers, all of them, while it waits for their responses.
pub const RECENT_RPCS: u64 = 64;

/// Whether a stream that has sent RPCs up to the id `last` still accepts the response to `rpc`.
///
/// The older, the fewer: of those that are twice as old, every second one is forgotten. So a stream to a target that
/// never answers remembers few, and still some response is accepted however many RPCs a round trip lasts.
pub(super) fn is_remembered(rpc: u64, last: u64) -> bool {
    let age = (last - rpc) / RECENT_RPCS;
    age == 0 || rpc.trailing_zeros() > age.ilog2()
}

/// An RPC whose response the stream waits for, in time or late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SentRpc {
    /// AppendEntries: entries or a heartbeat.
    Append {
        /// The index just before its entries.
        prev_index: Index,
        /// The index of its last entry; `prev_index` for a heartbeat. A success proves the log up to here.
        last_index: Index,
        /// Whether `0 < prev_index ≤ match_index` when it was sent. A refusal then means that the target has lost
        /// entries.
        prev_was_proven: bool,
        /// The latest heartbeat round that had started when it was sent.
        heartbeat_round: u64,
    },
    /// InstallSnapshot: a chunk of a snapshot.
    Chunk {
        /// The latest heartbeat round that had started when it was sent.
        heartbeat_round: u64,
    },
}

/// An RPC within its time limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct InFlight {
    /// The id of the RPC.
    pub(super) rpc: u64,
    /// When its time limit ends and another RPC may be sent.
    pub(super) deadline: Micros,
}
