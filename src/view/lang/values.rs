//! What sentences are made of, where a language must know more than a text: whole values, never parts of a sentence.

use crate::raft::{Index, NodeId, Term};
use crate::view::format::NodeName;

/// What a client asks for. Keys and values are short enough for a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// To write: `x=1`.
    Write(String),
    /// To read a key.
    Read(String),
}

/// A change of the membership that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MembersChange {
    /// A node becomes a learner.
    Learner(NodeName),
    /// These become the voters.
    Voters(Vec<NodeName>),
    /// Nobody is left to vote.
    NoVoters,
}

/// What an append carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carried {
    /// Nothing: it is a heartbeat.
    Nothing,
    /// The entries from the first index to the second.
    Entries(Index, Index),
}

/// An entry by its place and its term; index 0 is the start of the log.
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
    /// The last index that the snapshot covers.
    pub index: Index,
    /// Where the chunk begins, in bytes.
    pub offset: u64,
    /// Its size in bytes.
    pub bytes: u64,
    /// Whether it is the last one.
    pub last: bool,
}

/// Which links a sentence is about.
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
    /// These, whole or in one direction.
    Named(Vec<LinkPart>),
    /// Too many to be named: their number, and the nodes that they connect.
    Many(u64, Vec<NodeName>),
}

/// A link, or one direction of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPart {
    /// Both directions.
    Both(NodeName, NodeName),
    /// From the first to the second only.
    OneWay(NodeName, NodeName),
}

/// The names of nodes.
pub fn node_names(nodes: impl IntoIterator<Item = NodeId>) -> Vec<NodeName> {
    nodes.into_iter().map(NodeName).collect()
}
