//! What goes into a node and what comes out of it, as values.

use std::collections::{BTreeMap, BTreeSet};

use crate::raft::config::Config;
use crate::raft::event::Event;
use crate::raft::log::{Payload, Session};
use crate::raft::machine::NotDone;
use crate::raft::replication::{Stream, StreamCommand, StreamReport};
use crate::raft::rpc::{
    AppendEntries, AppendResponse, InstallResponse, InstallSnapshot, TimeoutNow, VoteRequest, VoteResponse,
};
use crate::raft::schema::string_enum;
use crate::raft::storage::{StorageError, Write};
use crate::raft::{Index, NodeId, SharedSnapshot, SnapshotMeta, Term};
use crate::runtime::{Micros, Rng};

/// Identifies a request that waits for its answer. Assigned by the task.
pub type Token = u64;

/// An input to a node.
#[derive(Clone, Debug)]
pub enum Input {
    /// AppendEntries from a leader: entries or a heartbeat.
    Append(Token, AppendEntries),
    /// InstallSnapshot from a leader: a chunk of a snapshot.
    Install(Token, InstallSnapshot),
    /// RequestVote from a candidate.
    Vote(Token, VoteRequest),
    /// The response to a RequestVote that this node sent.
    VoteResponse {
        /// The node that answered.
        voter: NodeId,
        /// The term of the request, which is not necessarily that of the response.
        term: Term,
        /// Its response.
        response: VoteResponse,
    },
    /// A client's write, with its session if the client may send it again.
    Write(Token, Payload, Option<Session>),
    /// A client's read of a key.
    Read(Token, String),
    /// The addition of a learner.
    AddLearner(Token, NodeId),
    /// A change to these voters and learners; without learners, those stay that were no newcomers of a change that is
    /// replaced.
    ChangeMembers(Token, BTreeSet<NodeId>, Option<BTreeSet<NodeId>>),
    /// A transfer of leadership to this voter.
    Transfer(NodeId),
    /// TimeoutNow: the leader transfers its leadership to this node.
    TimeoutNow(TimeoutNow),
    /// A report of a replication stream of this node.
    StreamReport {
        /// The stream's target.
        target: NodeId,
        /// The term in which the stream was started.
        term: Term,
        /// The report.
        report: StreamReport,
    },
    /// The write with this number and all before it are durable.
    Written(u64),
    /// The state machine has applied the entries up to this index, of which these were not done.
    Applied(Index, Vec<NotDone>),
    /// The snapshot of [`Output::BuildSnapshot`] is built, or building it failed.
    SnapshotBuilt(Result<SharedSnapshot, StorageError>),
    /// Build a snapshot now: of the state at this index, or at the last applied index.
    Compact(Option<Index>),
    /// A storage operation failed.
    StorageFailed(StorageError),
    /// The time [`Node::next_deadline`](super::Node::next_deadline) has come.
    DeadlineReached,
    /// Use these settings from now on, in the streams too.
    SetConfig(Config),
    /// Campaign now, as if the election timeout had elapsed.
    Campaign,
    /// Set the election deadline to this time, or switch the election timer off until it is set again.
    SetTimer(Option<Micros>),
}

/// The largest valid term or index. A message with a larger one is invalid and is ignored: a node that adopted the
/// largest `u64` as its term could never campaign again.
pub const TERM_AND_INDEX_MAX: u64 = 1 << 53;

impl Input {
    /// The largest term or index in the input that the node could adopt.
    pub(super) fn largest_term_or_index(&self) -> u64 {
        match self {
            Input::Append(_, request) => {
                let entries = request.entries.iter().map(|entry| entry.index.max(entry.term)).max();
                request.term.max(request.prev_log_index).max(request.prev_log_term).max(entries.unwrap_or(0))
            }
            Input::Install(_, InstallSnapshot { term, meta, .. }) => {
                (*term).max(meta.index).max(meta.term).max(meta.id).max(meta.membership.0)
            }
            Input::Vote(_, request) => request.term,
            Input::TimeoutNow(request) => request.term,
            Input::VoteResponse { response, .. } => response.term,
            Input::StreamReport { report: StreamReport::RevertToFollower { term }, .. } => *term,
            _ => 0,
        }
    }
}

/// The outcome of a client's write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteResult {
    /// The entry is committed and applied, at this index: the first one, if the client sent the write again.
    Done(Index),
    /// The same, but nothing was written: the key of a compare-and-set had another value.
    NotMatched(Index),
    /// This node does not accept writes; the leader may be that node. Nothing was done.
    ForwardToLeader(Option<NodeId>),
    /// The node stepped down before the entry was committed; the next leader may still commit it.
    Unknown,
}

/// The outcome of a client's read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadResult {
    /// The key's value, or none if it is not set.
    Value(Option<String>),
    /// This node does not lead, or stepped down meanwhile; the leader may be that node.
    ForwardToLeader(Option<NodeId>),
}

/// An effect that the task has to carry out.
#[derive(Clone, Debug)]
pub enum Output {
    /// Answer an AppendEntries.
    AnswerAppend(Token, AppendResponse),
    /// Answer an InstallSnapshot.
    AnswerInstall(Token, InstallResponse),
    /// Answer a RequestVote.
    AnswerVote(Token, VoteResponse),
    /// Answer a client's write.
    AnswerWrite(Token, WriteResult),
    /// Answer a client's read.
    AnswerRead(Token, ReadResult),
    /// Answer a read with the current value of the key in the state machine.
    Get(Token, String),
    /// Answer a membership change.
    AnswerMembers(Token, MembersResult),
    /// Send TimeoutNow.
    TimeoutNow(NodeId, TimeoutNow),
    /// Send RequestVote.
    RequestVote(NodeId, VoteRequest),
    /// Write; confirmed by [`Input::Written`] with this number. Writes are numbered consecutively from 1.
    Write(u64, Write),
    /// Apply these entries to the state machine; confirmed by [`Input::Applied`]. At most one at a time.
    Apply {
        /// The first index.
        first: Index,
        /// The last index, inclusive.
        last: Index,
        /// Whether a write that a client sent again is not done again.
        once: bool,
    },
    /// Build a snapshot; confirmed by [`Input::SnapshotBuilt`]. At most one at a time.
    BuildSnapshot(SnapshotMeta),
    /// Start a replication stream.
    StartStream(Box<Stream>),
    /// Stop the replication stream to this target.
    StopStream(NodeId),
    /// Stop all replication streams.
    StopStreams,
    /// Send a command to the stream with this target.
    ToStream(NodeId, StreamCommand),
    /// Emit an event to the observer.
    Emit(Event),
}

/// What a node starts with, besides its persistent state.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The settings.
    pub config: Config,
    /// The source of random election timeouts.
    pub rng: Rng,
    /// If set, the node starts as the leader of its persisted term, with these match indexes of other members: for
    /// scenarios that do not begin with an election.
    pub start_as_leader: Option<BTreeMap<NodeId, Index>>,
}

string_enum! {
    /// The outcome of a membership change.
    MembersResult {
        /// The new configuration is committed.
        Done = "done",
        /// This node does not lead.
        NotLeader = "this node does not lead",
        /// Another change is in progress.
        InProgress = "another change is under way",
        /// The new configuration has no voters.
        Empty = "a cluster without voters could do nothing",
        /// The configuration is as requested already.
        NoChange = "it is so already",
        /// The leader stepped down; the change may or may not be completed by the next leader.
        Unknown = "the leader lost its office meanwhile",
        /// The leader stepped down while the new voters were catching up: the log has nothing that the next leader would
        /// complete.
        NotBegun = "the leader stepped down before the change began",
        /// The leader transfers its leadership: ask again, since entries of its own would outdate the successor's log.
        Transferring = "leadership is being transferred",
        /// A newer request has replaced this one while its newcomers were catching up. They leave again.
        Superseded = "a newer change took its place",
        /// A new voter was not heard for too long. Those that were added for this change leave again.
        TimedOut = "a new voter does not answer",
    }
}
