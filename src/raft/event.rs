//! The events of the engine: everything that can be observed of a node from outside.
//!
//! One table declares everything about an event: its type, its name and fields in a trace, the order in which the
//! fields are hashed, and its documentation. When an event is added, the compiler reports every place that has to
//! handle it.

use super::log::SharedEntry;
use super::schema::{events, string_enum};
use super::snapshot::SharedSnapshot;
use super::{Index, NodeId, Term};
use crate::runtime::Micros;

/// Receives the events of a node and its streams, at the moment at which they happen.
pub trait Observer: Clone + 'static {
    /// Receives one event.
    fn emit(&self, event: Event);
}

/// An observer that ignores all events.
impl Observer for () {
    fn emit(&self, _: Event) {}
}

string_enum! {
    /// The role of a node.
    Role {
        /// Has no vote: receives the log and never campaigns.
        Learner = "learner",
        /// Follows a leader, or waits for one.
        Follower = "follower",
        /// Requests votes.
        Candidate = "candidate",
        /// Leads: the only role that accepts writes.
        Leader = "leader",
        /// Stopped by a storage error.
        Shutdown = "shutdown",
    }
}

string_enum! {
    /// The state of a replication stream. Etcd calls the first three Replicate, Probe and Snapshot.
    StreamState {
        /// The target is up to date: entries are sent as they are appended.
        LineRate = "line-rate",
        /// The target is behind: entries are read from storage, payload by payload.
        Lagging = "lagging",
        /// The target is sent a snapshot, since entries that it needs are compacted or it is too far behind.
        Snapshotting = "snapshotting",
        /// The stream has ended.
        Shutdown = "shutdown",
    }
}

string_enum! {
    /// Why leadership is not transferred.
    TransferRefusedWhy {
        /// The node is not the leader.
        NotLeader = "this node does not lead",
        /// The target is the leader already.
        Leads = "it leads already",
        /// The target has no vote.
        NoVoter = "it has no vote",
    }
}

string_enum! {
    /// Why a node has changed its role.
    RoleWhy {
        /// The node has started.
        Started = "started",
        /// The election timeout has elapsed without a message from a leader.
        ElectionTimeout = "election timeout",
        /// The node was told to campaign.
        Campaign = "told to campaign",
        /// A majority has voted for the node.
        WonElection = "a majority voted for it",
        /// The node has seen a higher term.
        HigherTerm = "saw a higher term",
        /// A candidate has heard from the leader of its term.
        LeaderElected = "another node leads this term",
        /// The storage has failed.
        StorageFailed = "storage failed",
        /// The leader transfers its leadership to this node.
        Transfer = "the leader hands over",
        /// The leader has not heard from a majority (check_quorum).
        LostQuorum = "no majority answers",
        /// The configuration has given the node a vote, or removed its vote.
        Membership = "the configuration changed",
        /// A configuration without the leader is committed.
        Removed = "no longer a member",
    }
}

string_enum! {
    /// Why a vote was granted or refused.
    VoteWhy {
        /// The candidate's log is up to date, and the voter has not voted for another in this term.
        Granted = "log is up to date and the vote was free",
        /// The node votes for itself.
        Own = "votes for itself",
        /// The candidate's term is lower than the voter's.
        StaleTerm = "the candidate's term is over",
        /// The voter has voted for another candidate in this term.
        AlreadyVoted = "already voted for another in this term",
        /// The candidate's log is less up to date than the voter's (paper §5.4.1).
        LogBehind = "the candidate's log is behind",
        /// The voter has heard from a leader within election_timeout_min (thesis §4.2.3).
        HearsLeader = "hears from a leader",
        /// The voter is the leader itself.
        IsLeader = "it is the leader",
        /// A configuration in which the candidate has no vote is committed.
        NoVoter = "the candidate is no voter",
    }
}

string_enum! {
    /// Why a stream has changed its state.
    StreamWhy {
        /// The stream has started with its leader.
        NewLeader = "new leader",
        /// match = next − 1, and the lag is at most half of replication_lag_threshold.
        CaughtUp = "caught up",
        /// The lag is above replication_lag_threshold.
        LagAboveThreshold = "lag above the threshold",
        /// The target has refused an append.
        Refused = "append refused",
        /// The target has a higher term.
        HigherTerm = "saw a higher term",
        /// The node no longer leads, or no longer needs this stream.
        Terminated = "terminated",
        /// The leader's storage has failed.
        StorageFailed = "storage failed",
        /// The entry that the target needs next is compacted.
        NeededCompacted = "needed entries are compacted",
        /// The target is snapshot_threshold or more entries behind.
        TooFarBehind = "too far behind for the log",
        /// The target has installed the snapshot.
        SnapshotInstalled = "snapshot installed",
        /// The stream has started because its target was added to the cluster.
        Added = "added",
    }
}

events! {
    /// The events of the engine. `node` is the node in which the event happens: for events of a stream the leader,
    /// while `target` is the node that it replicates to.
    Event {
        /// A node starts or restarts with its persistent state.
        Started = "started" {
            node: NodeId,
            term: Term,
            voted_for: Option<NodeId>,
            last_index: Index,
        },
        /// A node has changed its role. Also emitted at the start, with `from` none.
        Role = "role" { node: NodeId, from: Option<Role>, to: Role, term: Term, why: RoleWhy },
        /// A node's current term has risen; it has not voted in the new term yet.
        Term = "term" { node: NodeId, from: Term, to: Term },
        /// A node has learned the leader of its term, or no longer knows it.
        Leader = "leader" { node: NodeId, leader: Option<NodeId> },
        /// The election timer was set: without a message from a leader, the node campaigns at `deadline`.
        /// None for leaders and learners.
        Timer = "timer" { node: NodeId, deadline: Option<Micros> },
        /// A node has decided on a RequestVote.
        Vote = "vote" { node: NodeId, candidate: NodeId, term: Term, granted: bool, why: VoteWhy },
        /// A node has started a pre-vote: it campaigns in `term` only if a majority would vote for it.
        PreVoteBegun = "pre-vote-begun" { node: NodeId, term: Term, why: RoleWhy },
        /// A node has decided on a pre-vote, which is not binding.
        PreVote = "pre-vote" { node: NodeId, candidate: NodeId, term: Term, granted: bool, why: VoteWhy },
        /// A node has counted the response to a pre-vote.
        PreVoteCounted = "pre-vote-counted" { node: NodeId, voter: NodeId, term: Term, granted: bool },
        /// A leader has started to transfer its leadership: it accepts no writes until that is done or given up.
        TransferBegun = "transfer-begun" { node: NodeId, target: NodeId },
        /// A leader has given up a transfer of leadership; it accepts writes again.
        TransferGivenUp = "transfer-given-up" { node: NodeId, target: NodeId },
        /// A transfer of leadership was rejected.
        TransferRefused = "transfer-refused" { node: NodeId, target: NodeId, why: TransferRefusedWhy },
        /// A leader may answer a read: a majority has confirmed its leadership since the read arrived, and `read_index`
        /// is applied.
        ReadConfirmed = "read-confirmed" { node: NodeId, read_index: Index, applied: Index },
        /// A candidate has counted the response to a RequestVote.
        VoteCounted = "vote-counted" { node: NodeId, voter: NodeId, term: Term, granted: bool },
        /// A node has appended an entry to its log.
        Append = "append" { node: NodeId, entry: SharedEntry },
        /// A node has removed the entries from `first` to `last`, which conflict with the leader's.
        Truncate = "truncate" { node: NodeId, first: Index, last: Index },
        /// A node's commit index has risen.
        Commit = "commit" { node: NodeId, from: Index, to: Index },
        /// A node has applied an entry to its state machine.
        Apply = "apply" { node: NodeId, index: Index },
        /// The entry that a node applies next is a write that was done at `first` already, sent again by its client: it is
        /// not done again (client sessions).
        Repeated = "repeated" { node: NodeId, index: Index, first: Index },
        /// A stream has changed its state. Also emitted at the start, with `from` none.
        StreamState = "stream-state" {
            node: NodeId,
            target: NodeId,
            from: Option<StreamState>,
            to: StreamState,
            why: StreamWhy,
        },
        /// A stream's next index has changed: the index of the next entry to send, a guess that refusals lower.
        Next = "next" { node: NodeId, target: NodeId, from: Index, to: Index },
        /// A stream's match index has risen: up to there, the target's log is known to agree with the leader's.
        Match = "match" { node: NodeId, target: NodeId, from: Index, to: Index },
        /// A stream's match index has fallen: the target has lost entries that it had acknowledged.
        MatchLost = "match-lost" { node: NodeId, target: NodeId, from: Index, to: Index },
        /// A stream's buffers have changed. `replication` and `outbound` are the numbers of entries. The outbound
        /// buffer starts at next, the replication buffer at `replication_first` (0 if empty); entries between them are
        /// read from the log.
        Buffer = "buffer" {
            node: NodeId,
            target: NodeId,
            replication: u32,
            replication_first: Index,
            outbound: u32,
        },
        /// The response to an append has arrived. `late`: after its time limit. `counted`: the stream has used it.
        Answered = "answered" {
            node: NodeId,
            target: NodeId,
            rpc: u64,
            success: bool,
            late: bool,
            counted: bool,
        },
        /// An append was not answered within heartbeat_interval; its entries are sent again at the next tick.
        TimedOut = "timed-out" { node: NodeId, target: NodeId, rpc: u64 },
        /// An append has failed at once: the target is down.
        Unreachable = "unreachable" { node: NodeId, target: NodeId, rpc: u64 },
        /// A stream starts to send a snapshot.
        SnapshotOffered = "snapshot-offered" { node: NodeId, target: NodeId, snapshot: SharedSnapshot },
        /// A stream has sent a chunk of a snapshot, which begins at `offset`. `chunks_sent` includes this one and
        /// repetitions.
        ChunkSent = "chunk-sent" {
            node: NodeId,
            target: NodeId,
            snapshot: u64,
            offset: u64,
            bytes: u64,
            done: bool,
            chunks_sent: u32,
        },
        /// The response to a chunk has arrived: the target expects `offset` next (the size of the snapshot if it is
        /// installed).
        ChunkAnswered = "chunk-answered" {
            node: NodeId,
            target: NodeId,
            snapshot: u64,
            offset: u64,
            installed: bool,
            late: bool,
            counted: bool,
        },
        /// A chunk was not answered in time, or has failed at once; it is sent again at the next tick.
        ChunkFailed = "chunk-failed" { node: NodeId, target: NodeId, snapshot: u64, offset: u64 },
        /// A node has received a chunk of a snapshot; it has `received` bytes of it now.
        Chunk = "chunk" { node: NodeId, snapshot: u64, index: Index, received: u64 },
        /// A node has installed a snapshot, which replaces its log up to there, or all of it unless `kept_suffix`.
        Installed = "installed" { node: NodeId, snapshot: SharedSnapshot, kept_suffix: bool },
        /// A node has started to build a snapshot.
        CompactionBegun = "compaction-begun" { node: NodeId, index: Index },
        /// A node has built a snapshot; its log now begins at `first_index`.
        CompactionDone = "compaction-done" { node: NodeId, snapshot: SharedSnapshot, first_index: Index },
        /// A node has built a snapshot and discards it, since it has a later one.
        CompactionDiscarded = "compaction-discarded" { node: NodeId, index: Index },
        /// The entries of a node's log up to `index` are durable.
        Durable = "durable" { node: NodeId, index: Index },
        /// A node's storage has failed, and the node shuts down. Everything that it has acknowledged is durable.
        StorageFailed = "storage-failed" { node: NodeId, error: String },
    }
}

impl Event {
    /// The node in which the event happens.
    pub fn node(&self) -> NodeId {
        use Event::*;
        match self {
            Started { node, .. }
            | Role { node, .. }
            | Term { node, .. }
            | Leader { node, .. }
            | Timer { node, .. }
            | Vote { node, .. }
            | VoteCounted { node, .. }
            | PreVoteBegun { node, .. }
            | PreVote { node, .. }
            | PreVoteCounted { node, .. }
            | TransferBegun { node, .. }
            | TransferGivenUp { node, .. }
            | TransferRefused { node, .. }
            | ReadConfirmed { node, .. }
            | Append { node, .. }
            | Truncate { node, .. }
            | Commit { node, .. }
            | Apply { node, .. }
            | Repeated { node, .. }
            | StreamState { node, .. }
            | Next { node, .. }
            | Match { node, .. }
            | MatchLost { node, .. }
            | Buffer { node, .. }
            | Answered { node, .. }
            | TimedOut { node, .. }
            | Unreachable { node, .. }
            | StorageFailed { node, .. }
            | SnapshotOffered { node, .. }
            | ChunkSent { node, .. }
            | ChunkAnswered { node, .. }
            | ChunkFailed { node, .. }
            | Chunk { node, .. }
            | Installed { node, .. }
            | CompactionBegun { node, .. }
            | CompactionDone { node, .. }
            | CompactionDiscarded { node, .. }
            | Durable { node, .. } => *node,
        }
    }
}
