//! The parameters of sentences, where a language needs more than a text: whole values, never parts of a sentence.

use crate::lab::vocab::event::ClientResult;
use crate::raft::event::{StreamState, VoteWhy};
use crate::raft::{Index, NodeId, Term};
use crate::view::format::NodeName;

/// A request of a client. Keys and values are clipped for use in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// A write: `x=1`.
    Write(String),
    /// A deletion of a key.
    Delete(String),
    /// A read of a key.
    Read(String),
}

/// A requested change of the membership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MembersChange {
    /// A node becomes a learner.
    Learner(NodeName),
    /// These nodes become the voters and, if given, these the learners.
    Members(Vec<NodeName>, Option<Vec<NodeName>>),
    /// One more voter.
    AddVoter(NodeName),
    /// A node leaves.
    Remove(NodeName),
    /// No voter would remain.
    NoVoters,
}

/// A node's answer to a request for its vote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    /// The node that was asked.
    pub voter: NodeName,
    /// The node that asked.
    pub candidate: NodeName,
    /// The reason that the voter has.
    pub why: VoteWhy,
    /// The node that it had voted for already in that term.
    pub voted: Option<NodeName>,
    /// The leader that it had heard from, and how many ms before.
    pub heard: Option<(NodeName, String)>,
}

/// Events of the same kind that are told together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lot {
    /// Requests of clients, and what became of them.
    Requests {
        /// Whether they read.
        reads: bool,
        /// The node that they were sent to, until their result is known.
        node: Option<NodeName>,
        /// How they stand.
        result: ClientResult,
    },
    /// A leader appends entries.
    Appends(NodeName),
    /// A leader commits entries.
    Commits(NodeName),
    /// Streams of a leader change to a state.
    Streams(NodeName, StreamState),
    /// Nodes take snapshots.
    Snapshots,
    /// Somebody did something to messages.
    ByHand(ByHand),
}

/// What somebody did to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByHand {
    /// Dropped it.
    Dropped,
    /// Held it.
    Held,
    /// Released it.
    Released,
    /// Delayed it.
    Delayed,
    /// Delivered it before its time.
    Delivered,
    /// Made a copy of it.
    Copied,
}

/// The content of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carried {
    /// Nothing: a heartbeat.
    Nothing,
    /// The entries from the first index to the second, inclusive.
    Entries(Index, Index),
}

/// An entry by index and term; index 0 is the start of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryPlace {
    /// Its index.
    pub index: Index,
    /// Its term.
    pub term: Term,
}

/// A chunk of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkPlace {
    /// The index of the last entry in the snapshot.
    pub index: Index,
    /// The offset of the chunk, in bytes.
    pub offset: u64,
    /// Its size in bytes.
    pub bytes: u64,
    /// Whether it is the last chunk.
    pub last: bool,
}

/// The links that a sentence is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkSet {
    /// All links of the cluster.
    All,
    /// All links from a node.
    From(NodeName),
    /// All links to a node.
    To(NodeName),
    /// One direction of a link.
    Way(NodeName, NodeName),
    /// These links or directions.
    Named(Vec<LinkPart>),
    /// Too many to name: their number, and the nodes that they connect.
    Many(u64, Vec<NodeName>),
}

/// A link, or one direction of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPart {
    /// Both directions.
    Both(NodeName, NodeName),
    /// Only the direction from the first to the second.
    OneWay(NodeName, NodeName),
}

/// The names of nodes.
pub fn node_names(nodes: impl IntoIterator<Item = NodeId>) -> Vec<NodeName> {
    nodes.into_iter().map(NodeName).collect()
}

/// A number among the settings of the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// The shortest election timeout, in ms.
    ElectionMin,
    /// The longest election timeout, in ms.
    ElectionMax,
    /// The interval between heartbeats, in ms.
    Heartbeat,
    /// The shortest latency, in ms.
    LatencyMin,
    /// The longest latency, in ms.
    LatencyMax,
    /// The part of messages that is lost, in percent.
    Loss,
    /// The most entries in an append.
    Payload,
    /// How many entries a stream may be behind at line rate.
    LagThreshold,
    /// The number of entries after which a snapshot is built.
    SnapshotEvery,
    /// The most bytes in a chunk of a snapshot.
    ChunkSize,
}

impl Figure {
    /// Every number, in the order of the form.
    pub const ALL: [Figure; 10] = [
        Figure::ElectionMin,
        Figure::ElectionMax,
        Figure::Heartbeat,
        Figure::LatencyMin,
        Figure::LatencyMax,
        Figure::Loss,
        Figure::Payload,
        Figure::LagThreshold,
        Figure::SnapshotEvery,
        Figure::ChunkSize,
    ];
}
