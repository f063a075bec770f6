//! What happens in a node, as values: the only thing that a viewer ever sees of the engine.
//!
//! One table makes everything about an event: its type, its name in a trace, the order in which its
//! fields are hashed, what people are told of it and may ask for. Add a row, and the compiler names every place that must know it.

use super::log::SharedEntry;
use super::schema::{events, string_enum};
use super::snapshot::SharedSnapshot;
use super::{Index, NodeId, Term};
use crate::runtime::Micros;

/// Hears what happens in a node or in one of its streams, at the moment at which it happens.
pub trait Observer: Clone + 'static {
    /// Takes one event.
    fn emit(&self, event: Event);
}

/// An observer that listens to nothing.
impl Observer for () {
    fn emit(&self, _: Event) {}
}

string_enum! {
    /// What a node is at the moment.
    Role {
        /// Not a voter: it receives the log and never campaigns.
        Learner = "learner",
        /// Follows a leader, or waits for one.
        Follower = "follower",
        /// Asks for votes.
        Candidate = "candidate",
        /// Leads: the only one that takes writes.
        Leader = "leader",
        /// Stopped by an error of its storage.
        Shutdown = "shutdown",
    }
}

string_enum! {
    /// What a replication stream is at the moment.
    StreamState {
        /// Up to date: entries go out as they come.
        LineRate = "line-rate",
        /// Behind: entries are read from storage, payload by payload.
        Lagging = "lagging",
        /// What the follower needs is compacted away, or it is too far behind: it is sent a snapshot.
        Snapshotting = "snapshotting",
        /// Ended.
        Shutdown = "shutdown",
    }
}

string_enum! {
    /// Why an office is not handed over.
    TransferRefusedWhy {
        /// There is none to hand over.
        NotLeader = "this node does not lead",
        /// It leads already.
        Leads = "it leads already",
        /// Who has no vote cannot lead.
        NoVoter = "it has no vote",
    }
}

string_enum! {
    /// Why a node changed its role.
    RoleWhy {
        /// The node has just started.
        Started = "started",
        /// Its election timeout passed without a leader.
        ElectionTimeout = "election timeout",
        /// It was told to campaign.
        Campaign = "told to campaign",
        /// A majority voted for it.
        WonElection = "a majority voted for it",
        /// It saw a higher term.
        HigherTerm = "saw a higher term",
        /// A candidate heard from the leader of its term.
        LeaderElected = "another node leads this term",
        /// Its storage failed.
        StorageFailed = "storage failed",
        /// The leader handed its office over to this node.
        Transfer = "the leader hands over",
        /// The leader has not heard from a majority.
        LostQuorum = "no majority answers",
        /// The configuration changed: the node has a vote now, or no longer has one.
        Membership = "the configuration changed",
        /// The configuration without the leader is committed.
        Removed = "no longer a member",
    }
}

string_enum! {
    /// Why a vote was given or refused.
    VoteWhy {
        /// The candidate is in order: its log is up to date, and this vote was free.
        Granted = "log is up to date and the vote was free",
        /// A candidate votes for itself.
        Own = "votes for itself",
        /// The candidate's term is over.
        StaleTerm = "the candidate's term is over",
        /// The vote of this term went to another.
        AlreadyVoted = "already voted for another in this term",
        /// The candidate's log is behind the voter's (paper §5.4.1).
        LogBehind = "the candidate's log is behind",
        /// The voter hears a leader (thesis §4.2.3).
        HearsLeader = "hears from a leader",
    }
}

string_enum! {
    /// Why a stream changed its state.
    StreamWhy {
        /// The leader has just taken office.
        NewLeader = "new leader",
        /// match is proven up to the entry before next, and close enough to the end of the log.
        CaughtUp = "caught up",
        /// The lag passed the threshold.
        LagAboveThreshold = "lag above the threshold",
        /// The follower refused an append.
        Refused = "append refused",
        /// A higher term was seen.
        HigherTerm = "saw a higher term",
        /// The node no longer leads, or it no longer needs this stream.
        Terminated = "terminated",
        /// The leader's storage failed.
        StorageFailed = "storage failed",
        /// The entry that the target needs next is compacted away.
        NeededCompacted = "needed entries are compacted",
        /// The target is further behind than a snapshot is apart from the next.
        TooFarBehind = "too far behind for the log",
        /// The target installed the snapshot.
        SnapshotInstalled = "snapshot installed",
    }
}

events! {
    /// Everything that happens in the engine. `node` is always the one in which it happens; for events
    /// of a stream that is the leader, and `target` is the follower.
    Event {
        /// A node starts, or starts again, with what it kept.
        Started = "started" {
            node: NodeId,
            term: Term,
            voted_for: Option<NodeId>,
            last_index: Index,
        },
        /// A node changed its role. There is one at the start too, where `from` is none.
        Role = "role" { node: NodeId, from: Option<Role>, to: Role, term: Term, why: RoleWhy },
        /// A node's current term rose; its vote is free again.
        Term = "term" { node: NodeId, from: Term, to: Term },
        /// A node knows whom to follow in this term, or no longer does.
        Leader = "leader" { node: NodeId, leader: Option<NodeId> },
        /// The election timeout was drawn anew: without a word from a leader, the node campaigns at `deadline`.
        /// None while it leads.
        Timer = "timer" { node: NodeId, deadline: Option<Micros> },
        /// A node decided on a request for its vote.
        Vote = "vote" { node: NodeId, candidate: NodeId, term: Term, granted: bool, why: VoteWhy },
        /// A node asks whether it could win an election in `term`, and campaigns only if a majority says so.
        PreVoteBegun = "pre-vote-begun" { node: NodeId, term: Term, why: RoleWhy },
        /// A node said whether it would vote for a candidate; nothing is promised.
        PreVote = "pre-vote" { node: NodeId, candidate: NodeId, term: Term, granted: bool, why: VoteWhy },
        /// A node that asked counted an answer.
        PreVoteCounted = "pre-vote-counted" { node: NodeId, voter: NodeId, term: Term, granted: bool },
        /// A leader began to hand its office over: it takes no writes until that is done, or given up.
        TransferBegun = "transfer-begun" { node: NodeId, target: NodeId },
        /// A leader gave up handing its office over; it takes writes again.
        TransferGivenUp = "transfer-given-up" { node: NodeId, target: NodeId },
        /// The office is not handed over.
        TransferRefused = "transfer-refused" { node: NodeId, target: NodeId, why: TransferRefusedWhy },
        /// A leader may answer a read: it still led after the read was asked for, and everything that was
        /// committed then is applied.
        ReadConfirmed = "read-confirmed" { node: NodeId, read_index: Index, applied: Index },
        /// A candidate counted an answer.
        VoteCounted = "vote-counted" { node: NodeId, voter: NodeId, term: Term, granted: bool },
        /// An entry was appended to the node's own log.
        Append = "append" { node: NodeId, entry: SharedEntry },
        /// Entries from `first` to `last` were removed, since they conflict with the leader's.
        Truncate = "truncate" { node: NodeId, first: Index, last: Index },
        /// The commit index rose.
        Commit = "commit" { node: NodeId, from: Index, to: Index },
        /// An entry was applied to the state machine.
        Apply = "apply" { node: NodeId, index: Index },
        /// A stream changed its state. There is one at its start too, where `from` is none.
        StreamState = "stream-state" {
            node: NodeId,
            target: NodeId,
            from: Option<StreamState>,
            to: StreamState,
            why: StreamWhy,
        },
        /// Where the next append to the target begins: a guess, which refusals lower.
        Next = "next" { node: NodeId, target: NodeId, from: Index, to: Index },
        /// How far the target's log is proven to agree: only successes raise it.
        Match = "match" { node: NodeId, target: NodeId, from: Index, to: Index },
        /// The target lost entries that it had promised to keep; its log agrees up to `to` at most.
        MatchLost = "match-lost" { node: NodeId, target: NodeId, from: Index, to: Index },
        /// A stream's buffers changed: how many entries each holds. The outbound buffer begins at next, the replication
        /// buffer at `replication_first` (0 while it is empty); what lies between the two is read from the log.
        Buffer = "buffer" {
            node: NodeId,
            target: NodeId,
            replication: u32,
            replication_first: Index,
            outbound: u32,
        },
        /// An append was answered. `late`: after its time limit. `counted`: it changed what the stream knows.
        Answered = "answered" {
            node: NodeId,
            target: NodeId,
            rpc: u64,
            success: bool,
            late: bool,
            counted: bool,
        },
        /// An append was not answered within heartbeat_interval; what it carried is sent again at the next tick.
        TimedOut = "timed-out" { node: NodeId, target: NodeId, rpc: u64 },
        /// An append failed at once: the target is down.
        Unreachable = "unreachable" { node: NodeId, target: NodeId, rpc: u64 },
        /// A stream chose a snapshot to send, or begins to send it again.
        SnapshotOffered = "snapshot-offered" { node: NodeId, target: NodeId, snapshot: SharedSnapshot },
        /// A chunk left; `offset` is where it begins. With what was sent so far.
        ChunkSent = "chunk-sent" {
            node: NodeId,
            target: NodeId,
            snapshot: u64,
            offset: u64,
            bytes: u64,
            done: bool,
            chunks_sent: u32,
        },
        /// A chunk was answered: the target expects `offset` next (the size of the snapshot, once it is installed).
        ChunkAnswered = "chunk-answered" {
            node: NodeId,
            target: NodeId,
            snapshot: u64,
            offset: u64,
            installed: bool,
            late: bool,
            counted: bool,
        },
        /// A chunk was not answered in time, or failed at once; it is sent again at the next tick.
        ChunkFailed = "chunk-failed" { node: NodeId, target: NodeId, snapshot: u64, offset: u64 },
        /// A node that is sent a snapshot has so many of its bytes.
        Chunk = "chunk" { node: NodeId, snapshot: u64, index: Index, received: u64 },
        /// A node took a snapshot in place of its log up to there, or of all of its log, if that conflicts.
        Installed = "installed" { node: NodeId, snapshot: SharedSnapshot, kept_suffix: bool },
        /// A node began to make a snapshot.
        CompactionBegun = "compaction-begun" { node: NodeId, index: Index },
        /// A node made a snapshot; its log now begins at `first_index`.
        CompactionDone = "compaction-done" { node: NodeId, snapshot: SharedSnapshot, first_index: Index },
        /// A node made a snapshot that it no longer needs: it has a later one.
        CompactionDiscarded = "compaction-discarded" { node: NodeId, index: Index },
        /// Own entries up to here are durable.
        Durable = "durable" { node: NodeId, index: Index },
        /// Storage failed, and the node shuts down: nothing was acknowledged that is not durable.
        StorageFailed = "storage-failed" { node: NodeId, error: String },
    }
}

impl Event {
    /// The node in which it happened.
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
