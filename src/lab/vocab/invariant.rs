//! The names of the invariants, and the record of a violation.

use super::violation::ViolationDetail;
use crate::raft::schema::string_enum;
use crate::raft::{Index, NodeId};

string_enum! {
    /// The invariants of Raft: those of the paper's Figure 3, and others that clients and readers rely on.
    Invariant {
        /// At most one leader is elected in a term (paper §5.2).
        ElectionSafety = "election-safety",
        /// A leader never overwrites or removes entries of its log (paper §5.3).
        LeaderAppendOnly = "leader-append-only",
        /// Two logs with an entry of the same index and term agree in everything up to it (paper §5.3).
        LogMatching = "log-matching",
        /// Entries committed in a term are in the logs of the leaders of all later terms (paper §5.4).
        LeaderCompleteness = "leader-completeness",
        /// No two nodes apply different entries at one index (paper §5.4.3).
        StateMachineSafety = "state-machine-safety",
        /// A node gives at most one vote in a term, and remembers it across restarts (paper §5.2, Figure 2).
        VotesKept = "votes-kept",
        /// A node's term never decreases, nor, while it runs, does its commit index (paper §5.1, §5.3).
        Monotonic = "monotonic",
        /// Between two starts, a node applies entries in order, each once (paper Figure 2).
        AppliedOnce = "applied-once",
        /// A follower durably has all entries up to the leader's match index for it (paper §5.3, matchIndex).
        MatchIsTrue = "match-is-true",
        /// A write that was acknowledged to a client is never lost (paper §5.3, §5.4).
        AcknowledgedKept = "acknowledged-kept",
        /// Each request takes effect at one instant between its call and its response (paper §8).
        Linearizable = "linearizable",
    }
}

/// A violation of an invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The invariant that was violated.
    pub invariant: Invariant,
    /// The nodes that are involved.
    pub nodes: Vec<NodeId>,
    /// The indices of the entries that are involved.
    pub entries: Vec<Index>,
    /// How it was violated.
    pub detail: ViolationDetail,
}
