//! What must always hold: the names of the invariants, and what is told when one is violated.

use super::violation::ViolationDetail;
use crate::raft::schema::string_enum;
use crate::raft::{Index, NodeId};

string_enum! {
    /// The promises of Raft: those of the paper's Figure 3, and what else a client or a reader relies on.
    Invariant {
        /// At most one leader is elected in a term (paper §5.2).
        ElectionSafety = "election-safety",
        /// A leader never overwrites or removes entries of its log (paper §5.3).
        LeaderAppendOnly = "leader-append-only",
        /// Two logs with an entry of the same index and term agree in everything up to it (paper §5.3).
        LogMatching = "log-matching",
        /// What is committed in a term is in the logs of the leaders of all later terms (paper §5.4).
        LeaderCompleteness = "leader-completeness",
        /// No two nodes apply different entries at one index (paper §5.4.3).
        StateMachineSafety = "state-machine-safety",
        /// A node gives one vote in a term, and knows it after a restart (paper §5.2, Figure 2).
        VotesKept = "votes-kept",
        /// A node's term never goes back, nor does the commit index of one that lives (paper §5.1, §5.3).
        Monotonic = "monotonic",
        /// From one start to the next a node applies entries in order, each once (paper Figure 2).
        AppliedOnce = "applied-once",
        /// What a leader holds for proven of a follower's log is there, durably (paper §5.3, matchIndex).
        MatchIsTrue = "match-is-true",
        /// A write that was acknowledged to a client is never lost (paper §5.3, §5.4).
        AcknowledgedKept = "acknowledged-kept",
        /// Each request takes effect at one instant between its call and its answer (paper §8).
        Linearizable = "linearizable",
    }
}

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub invariant: Invariant,
    /// Between these nodes.
    pub nodes: Vec<NodeId>,
    /// At these entries.
    pub entries: Vec<Index>,
    /// How.
    pub detail: ViolationDetail,
}
