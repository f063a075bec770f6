//! What must always hold (paper, Figure 3, and more): checked behind every event, in time that grows with
//! what changed and not with the length of the logs.
//!
//! **How.** Each entry of each log has a *prefix hash*: over its term, its content, and the prefix hash before
//! it. Two logs agree up to an index exactly if they have the same prefix hash there, so every question of the
//! kind "are these two logs the same up to here" is one comparison. What is forgotten by compaction keeps its
//! hash; what a snapshot brings has the one that its last entry had when it was committed.
//!
//! A checker sees events and the world behind them, never a node. It never panics: with a rule of Raft switched
//! off, anything may come.

mod elections;
mod linearizable;
mod logs;
mod prefixes;

use crate::lab::event::Record;
use crate::lab::world::World;
use crate::raft::event::words;
use crate::raft::{Index, NodeId};

use elections::Elections;
use logs::Logs;
use prefixes::Prefixes;

pub use linearizable::{is_linearizable, History, Operation};

words! {
    /// A promise that Raft makes.
    Invariant {
        /// At most one leader in a term.
        ElectionSafety = "election-safety",
        /// A leader never removes or replaces entries of its own log.
        LeaderAppendOnly = "leader-append-only",
        /// Two logs with an entry of the same index and term are the same up to it.
        LogMatching = "log-matching",
        /// What is committed is in the log of every later leader.
        LeaderCompleteness = "leader-completeness",
        /// No two nodes apply different entries at one index.
        StateMachineSafety = "state-machine-safety",
        /// A vote that was given is kept, across restarts.
        VotesKept = "votes-kept",
        /// A term never goes back, nor does the commit index of a live node.
        Monotonic = "monotonic",
        /// Entries are applied in order, each once.
        AppliedOnce = "applied-once",
        /// A leader's match is never above the prefix that the follower durably shares with it.
        MatchIsTrue = "match-is-true",
        /// A write that was acknowledged is never lost.
        AcknowledgedKept = "acknowledged-kept",
        /// Reads and writes look as if each happened at one moment between its beginning and its end.
        Linearizable = "linearizable",
    }
}

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which promise.
    pub invariant: Invariant,
    /// Between which nodes.
    pub nodes: Vec<NodeId>,
    /// At which entries.
    pub entries: Vec<Index>,
    /// In one sentence.
    pub text: String,
}

impl Violation {
    fn new(invariant: Invariant, nodes: &[NodeId], entries: &[Index], text: String) -> Violation {
        Violation { invariant, nodes: nodes.to_vec(), entries: entries.to_vec(), text }
    }
}

/// All checkers of one run.
#[derive(Clone, Debug)]
pub struct Invariants {
    prefixes: Prefixes,
    elections: Elections,
    logs: Logs,
}

impl Invariants {
    /// Checkers for a run that begins with this world.
    pub fn new(world: &World) -> Invariants {
        Invariants { prefixes: Prefixes::new(world), elections: Elections::default(), logs: Logs::new(world) }
    }

    /// Takes the next event, and the world behind it. Gives what it broke.
    pub fn observe(&mut self, record: &Record, world: &World) -> Vec<Violation> {
        let mut broken = Vec::new();
        self.prefixes.observe(record, world, &mut broken);
        self.elections.observe(record, &mut broken);
        self.logs.observe(record, world, &self.prefixes, &mut broken);
        broken
    }
}

#[cfg(test)]
mod tests;
