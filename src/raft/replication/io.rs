//! What goes into a stream and what comes out of it, as values.

use crate::raft::config::Config;
use crate::raft::event::{Event, StreamWhy};
use crate::raft::log::{LogTerms, SharedEntry};
use crate::raft::network::Unreachable;
use crate::raft::rpc::{AppendEntries, AppendResponse, InstallResponse, InstallSnapshot};
use crate::raft::storage::{LogView, StorageError};
use crate::raft::{Index, NodeId, SharedSnapshot, Term};

/// The state of the leader when a stream starts.
#[derive(Clone, Debug)]
pub struct LeaderContext {
    /// The leader.
    pub leader: NodeId,
    /// The leader's term.
    pub term: Term,
    /// The terms of the leader's log, without the first entry of its own term if that is appended in the same step.
    pub terms: LogTerms,
    /// The leader's commit index.
    pub commit_index: Index,
    /// The leader's settings.
    pub config: Config,
    /// Why the stream starts.
    pub why: StreamWhy,
}

/// A command from the leading node to one of its streams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamCommand {
    /// The leader has appended this entry to its log.
    Replicate {
        /// The entry.
        entry: SharedEntry,
        /// The leader's commit index.
        commit_index: Index,
    },
    /// The leader's commit index has risen to this.
    UpdateCommitIndex(Index),
    /// The snapshot that the stream has asked for with [`StreamReport::NeedsSnapshot`].
    Snapshot(SharedSnapshot),
    /// Use these settings from now on.
    SetConfig(Config),
    /// A heartbeat round has started: send an RPC soon, and report its response with [`StreamReport::Heard`]. Rounds
    /// are numbered in ascending order.
    HeartbeatRound(u64),
}

/// A report from a stream to the leading node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamReport {
    /// The stream has entered or left the state line rate.
    RateUpdate {
        /// Whether the stream is at line rate now.
        is_line_rate: bool,
    },
    /// The match index has risen to this.
    UpdateMatchIndex(Index),
    /// The match index has fallen to this: the target has lost entries that it had acknowledged.
    MatchLost(Index),
    /// The target has responded, without a higher term, to an RPC of this heartbeat round.
    Heard {
        /// The latest round that had started when the RPC was sent; 0 before the first.
        heartbeat_round: u64,
    },
    /// The target needs a snapshot. The stream waits for [`StreamCommand::Snapshot`].
    NeedsSnapshot,
    /// The target has a higher term: the leader must step down.
    RevertToFollower {
        /// The higher term.
        term: Term,
    },
    /// A read from the leader's storage failed: the node must stop.
    StorageFailed(StorageError),
}

/// An input to a stream.
#[derive(Clone, Debug)]
pub enum Input {
    /// Shut down: the leader steps down or no longer needs this stream.
    Terminate,
    /// The response to an append, in time or late; or the append failed at once.
    AppendResponse {
        /// The id of the RPC.
        rpc: u64,
        /// The response.
        response: Result<AppendResponse, Unreachable>,
    },
    /// The response to a chunk, in time or late; or the chunk failed at once.
    InstallResponse {
        /// The id of the RPC.
        rpc: u64,
        /// The response.
        response: Result<InstallResponse, Unreachable>,
    },
    /// The time [`Stream::next_deadline`](super::Stream::next_deadline) has come.
    DeadlineReached,
    /// The result of an [`Output::Read`].
    Read(Result<LogView, StorageError>),
    /// Commands from the node, in order.
    Commands(Vec<StreamCommand>),
}

/// An effect that the task has to carry out.
#[derive(Clone, Debug)]
pub enum Output {
    /// Send AppendEntries to the target.
    SendAppend {
        /// The id of the RPC, which its response has to carry. Ids are unique within a stream and ascending.
        rpc: u64,
        /// The request.
        request: AppendEntries,
    },
    /// Send InstallSnapshot, a chunk of a snapshot, to the target.
    SendChunk {
        /// The id of the RPC, which its response has to carry. Ids are unique within a stream and ascending.
        rpc: u64,
        /// The request.
        request: InstallSnapshot,
    },
    /// Stop waiting for the response to this RPC.
    CancelRpc {
        /// The id of the RPC.
        rpc: u64,
    },
    /// Read these entries (none if `last < first`), and the bounds of the log. At most one read at a time.
    Read {
        /// The first index.
        first: Index,
        /// The last index, inclusive.
        last: Index,
    },
    /// Send a report to the node.
    Report(StreamReport),
    /// Emit an event to the observer.
    Emit(Event),
}
