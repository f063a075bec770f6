//! How an invariant was violated, as a value. It is formatted in English for traces and reports; the page translates
//! it.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::raft::schema::{has_schema, FieldType};
use crate::raft::{Index, NodeId, Term};
use crate::runtime::{StableHash, TraceHash};

/// How a leader changed its own log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogChange {
    /// It overwrote entries.
    Overwritten,
    /// It replaced entries by a snapshot.
    Replaced,
    /// It removed entries.
    Removed,
}

/// How an invariant was violated. Keys and values are clipped to a length that fits a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // the sentences below show the meaning of the fields
pub enum ViolationDetail {
    /// Two leaders were elected in one term.
    SecondLeader { node: NodeId, first: NodeId, term: Term },
    /// A leader changed its own log.
    LeaderChangedLog { leader: NodeId, term: Term, change: LogChange, first: Index, last: Index },
    /// Two logs differ before an entry that they share.
    LogsDifferBefore { nodes: [NodeId; 2], index: Index, term: Term, differ: Index },
    /// Two logs have different entries of the same index and term.
    DifferentEntries { nodes: [NodeId; 2], index: Index, term: Term },
    /// A leader lacks an entry that another node committed in an earlier term.
    LeaderLacksCommitted {
        leader: NodeId,
        term: Term,
        index: Index,
        entry_term: Option<Term>,
        committer: NodeId,
        committed_in: Term,
    },
    /// Two nodes applied different entries of one term at the same index.
    AppliedDifferent { nodes: [NodeId; 2], index: Index, term: Term },
    /// Two nodes applied entries of different terms at the same index.
    AppliedOtherTerm { node: NodeId, term: Term, index: Index, first: NodeId, first_term: Term },
    /// A snapshot was installed that no node built.
    InstalledUnknown { node: NodeId, index: Index },
    /// The installed snapshot ends with another entry than the one applied at that index.
    InstalledOtherTerm { node: NodeId, term: Term, index: Index, first: NodeId, first_term: Term },
    /// A snapshot's content differs from the state that its builder's log leads to.
    SnapshotDiffers { node: NodeId, index: Index },
    /// A node voted for two candidates in one term.
    VotedTwice { node: NodeId, candidates: [NodeId; 2], term: Term },
    /// A node forgot its vote in a restart.
    VoteForgotten { node: NodeId, candidate: NodeId, term: Term, started_in: Term },
    /// A term decreased.
    TermWentBack { node: NodeId, from: Term, to: Term },
    /// A commit index decreased.
    CommitWentBack { node: NodeId, from: Index, to: Index },
    /// An entry was applied twice.
    AppliedAgain { node: NodeId, index: Index, highest: Index },
    /// Entries were skipped.
    AppliedWithGap { node: NodeId, index: Index, last: Index },
    /// A leader's match index includes entries that are not durable on the follower.
    MatchNotDurable { leader: NodeId, target: NodeId, matched: Index, durable: Index },
    /// A leader's match index includes entries that the follower does not have.
    MatchNotShared { leader: NodeId, target: NodeId, matched: Index, shared: Index },
    /// A write was acknowledged before it was committed.
    AcknowledgedUncommitted { write: String, index: Index },
    /// A write was acknowledged, but the entry at its index is another one.
    AcknowledgedOther { write: String, index: Index },
    /// A leader lacks an acknowledged write.
    AcknowledgedMissing { write: String, index: Index, leader: NodeId, term: Term },
    /// An acknowledged write is no longer on a majority.
    AcknowledgedLost { write: String, index: Index, node: NodeId, holders: Vec<NodeId>, voters: usize },
    /// A read returned the value of a write that was refused.
    RefusedWriteRead { client: u32, request: u64, write: String },
    /// A read result that no order of the requests explains.
    UnexplainedRead { client: u32, request: u64, key: String, read: Option<String> },
    /// An answer to a compare-and-set that no order of the requests explains.
    UnexplainedComparison { client: u32, request: u64, write: String, matched: bool },
}

impl fmt::Display for ViolationDetail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use ViolationDetail::*;
        match self {
            SecondLeader { node, first, term } => {
                write!(f, "S{node} leads term {term}, but S{first} was elected in that term already.")
            }
            LeaderChangedLog { leader, term, change, first, last } => {
                let change = match change {
                    LogChange::Overwritten => "wrote over",
                    LogChange::Replaced => "put a snapshot in place of",
                    LogChange::Removed => "removed",
                };
                write!(f, "S{leader} leads term {term} and {change} {} of its own log.", span(*first, *last))
            }
            LogsDifferBefore { nodes: [low, high], index, term, differ } => write!(
                f,
                "S{low} and S{high} both have entry {index} of term {term}, but their logs differ before it, at entry \
                 {differ}."
            ),
            DifferentEntries { nodes: [low, high], index, term } => {
                write!(f, "S{low} and S{high} have different entries {index}, both of term {term}.")
            }
            LeaderLacksCommitted { leader, term, index, entry_term, committer, committed_in } => {
                let of_term = entry_term.map(|term| format!(" of term {term}")).unwrap_or_default();
                write!(
                    f,
                    "S{leader} leads term {term} without entry {index}{of_term}, which S{committer} committed in term \
                     {committed_in}."
                )
            }
            VotedTwice { node, candidates: [first, second], term } => {
                write!(f, "S{node} voted for S{first} and for S{second} in term {term}.")
            }
            VoteForgotten { node, candidate, term, started_in } => write!(
                f,
                "S{node} had voted for S{candidate} in term {term}, but started again in term {started_in} without \
                 that vote."
            ),
            TermWentBack { node, from, to } => write!(f, "S{node}'s term went back from {from} to {to}."),
            CommitWentBack { node, from, to } => {
                write!(f, "S{node}'s commit index went back from {from} to {to}.")
            }
            MatchNotDurable { leader, target, matched, durable } => write!(
                f,
                "S{leader} takes it as proven that S{target} has its log up to {matched}, but only entries up to \
                 {durable} are durable there."
            ),
            MatchNotShared { leader, target, matched, shared } => {
                write!(f, "S{leader} takes it as proven that S{target} has its log up to {matched}, but ")?;
                match shared {
                    0 => f.write_str("their logs agree in nothing."),
                    shared => write!(f, "their logs agree up to {shared} only."),
                }
            }
            AppliedDifferent { nodes: [first, node], index, term } => {
                write!(f, "S{first} and S{node} applied different entries at index {index}, both of term {term}.")
            }
            AppliedOtherTerm { node, term, index, first, first_term } => write!(
                f,
                "S{node} applied the entry of term {term} at index {index}, where S{first} had applied that of term \
                 {first_term}."
            ),
            InstalledUnknown { node, index } => {
                write!(f, "S{node} installed a snapshot up to entry {index} that no node has made.")
            }
            InstalledOtherTerm { node, term, index, first, first_term } => write!(
                f,
                "S{node} installed a snapshot that ends with an entry of term {term} at index {index}, where S{first} \
                 had applied that of term {first_term}."
            ),
            SnapshotDiffers { node, index } => {
                write!(f, "S{node} made a snapshot up to entry {index} that does not hold what its log leads to.")
            }
            AppliedAgain { node, index, highest } => {
                write!(f, "S{node} applied entry {index} again, after it had applied entry {highest}.")
            }
            AppliedWithGap { node, index, last } => {
                write!(f, "S{node} applied entry {index} right after entry {last}, and none between them.")
            }
            AcknowledgedUncommitted { write, index } => {
                write!(f, "The write {write} was acknowledged as entry {index}, which nobody has committed.")
            }
            AcknowledgedOther { write, index } => write!(
                f,
                "The write {write} was acknowledged as entry {index}, but another is committed there."
            ),
            AcknowledgedMissing { write, index, leader, term } => write!(
                f,
                "The write {write}, acknowledged as entry {index}, is not in the log of S{leader}, which \
                 leads term {term}."
            ),
            AcknowledgedLost { write, index, node, holders, voters } => write!(
                f,
                "The write {write}, acknowledged as entry {index}, is lost on S{node}: only {} of {voters} \
                 still {} it, which is no majority.",
                name_all(holders),
                if holders.len() == 1 { "has" } else { "have" },
            ),
            RefusedWriteRead { client, request, write } => write!(
                f,
                "Client {client} was told that its write {write} is not done, but it was read (request \
                 {request})."
            ),
            UnexplainedRead { client, request, key, read: Some(read) } => write!(
                f,
                "Client {client} read {key} = {read} (request {request}), and no order of the requests explains that."
            ),
            UnexplainedComparison { client, request, write, matched } => write!(
                f,
                "Client {client} was told that {} for its write {write} (request {request}), and no order of the requests \
                 explains that.",
                if *matched { "the key had the value" } else { "the key had another value" },
            ),
            UnexplainedRead { client, request, key, read: None } => write!(
                f,
                "Client {client} read that {key} has no value (request {request}), and no order of the requests \
                 explains that."
            ),
        }
    }
}

fn span(first: Index, last: Index) -> String {
    match first == last {
        true => format!("entry {first}"),
        false => format!("entries {first} to {last}"),
    }
}

/// Node names as an enumeration: "S1, S2 and S3".
fn name_all(nodes: &[NodeId]) -> String {
    let names: Vec<String> = nodes.iter().map(|node| format!("S{node}")).collect();
    match names.split_last() {
        None => "no node".into(),
        Some((one, [])) => one.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// Serialized in traces as its sentence.
impl Serialize for ViolationDetail {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

has_schema! { ViolationDetail = FieldType::Text }

impl StableHash for ViolationDetail {
    fn hash_into(&self, hash: &mut TraceHash) {
        self.to_string().hash_into(hash);
    }
}
