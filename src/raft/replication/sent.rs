//! What a stream remembers of the RPCs that it has sent.

use crate::raft::Index;
use crate::runtime::Micros;

/// The most RPCs that a stream remembers while it waits for their responses, in time or late. The oldest is forgotten
/// first; its response would prove nothing that responses to later ones do not.
pub const SENT_RPCS_MAX: usize = 64;

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
