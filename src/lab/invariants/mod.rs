//! What must always hold, checked after every event.
//!
//! Each promise has a checker: a value that is shown every event, with the [`World`] right behind it, and says
//! when the promise is broken, between which nodes and at which entries. Checkers look at events only, never
//! into a node; they judge what nodes do and never help them. What they cost is proportional to what an event
//! changes, not to the length of the logs ([`history`]). When a rule of Raft is off, anything may come along:
//! they take it as it is and never panic.
//!
//! Of each invariant the first violation is told, and none after it: what follows a broken promise is its
//! consequence, as a rule.

mod acknowledged;
mod applied;
mod commits;
mod election;
mod history;
mod linearizable;
mod logs;
mod matched;
mod monotonic;
#[cfg(test)]
mod tests;
mod votes;

use std::borrow::Cow;

use super::event::Record;
use super::told::clipped;
use super::world::World;
use crate::raft::schema::string_enum;
use crate::raft::{Index, NodeId};

use acknowledged::AcknowledgedKept;
use applied::{AppliedOnce, StateMachineSafety};
use commits::{Commits, LeaderCompleteness};
use election::ElectionSafety;
use history::{Log, Logs};
use linearizable::Linearizable;
use logs::{LeaderAppendOnly, LogMatching};
use matched::MatchIsTrue;
use monotonic::Monotonic;
use votes::VotesKept;

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

/// So many letters of a value a sentence has room for.
const VALUE_LETTERS: usize = 40;

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub invariant: Invariant,
    /// Between these nodes.
    pub nodes: Vec<NodeId>,
    /// At these entries.
    pub entries: Vec<Index>,
    /// What happened, in one sentence.
    pub text: String,
}

/// What a checker is shown: an event, and how everything stands right behind it.
struct Seen<'a> {
    record: &'a Record,
    world: &'a World,
    logs: &'a Logs,
    /// If the event took something from a node's log, or changed something in it: that log before it.
    before: Option<&'a Log>,
    commits: &'a Commits,
}

/// What a checker found.
struct Found {
    nodes: Vec<NodeId>,
    entries: Vec<Index>,
    text: String,
}

impl Found {
    fn new(nodes: &[NodeId], entries: &[Index], text: String) -> Option<Found> {
        Some(Found { nodes: nodes.to_vec(), entries: entries.to_vec(), text })
    }
}

/// Looks after one promise.
trait Check {
    /// Takes the next event; says if it breaks the promise.
    fn check(&mut self, seen: &Seen<'_>) -> Option<Found>;
}

/// The checkers of all invariants, with what they share and what they remember.
#[derive(Clone, Debug)]
pub struct Invariants {
    logs: Logs,
    commits: Commits,
    broken: Vec<Invariant>,
    election_safety: ElectionSafety,
    leader_append_only: LeaderAppendOnly,
    log_matching: LogMatching,
    leader_completeness: LeaderCompleteness,
    state_machine_safety: StateMachineSafety,
    votes_kept: VotesKept,
    monotonic: Monotonic,
    applied_once: AppliedOnce,
    match_is_true: MatchIsTrue,
    acknowledged_kept: AcknowledgedKept,
    linearizable: Linearizable,
}

impl Invariants {
    /// Checkers for a run that begins with this world. What it begins with is not judged.
    pub fn new(world: &World) -> Invariants {
        let logs = Logs::new(world);
        Invariants {
            commits: Commits::new(world, &logs),
            logs,
            broken: Vec::new(),
            election_safety: ElectionSafety::default(),
            leader_append_only: LeaderAppendOnly,
            log_matching: LogMatching,
            leader_completeness: LeaderCompleteness,
            state_machine_safety: StateMachineSafety::new(world),
            votes_kept: VotesKept::new(world),
            monotonic: Monotonic::new(world),
            applied_once: AppliedOnce::new(world),
            match_is_true: MatchIsTrue,
            acknowledged_kept: AcknowledgedKept::default(),
            linearizable: Linearizable::new(world),
        }
    }

    /// Takes the next event and the world right behind it. Gives the promises that it broke and that no event
    /// before it had broken, in the order of [`Invariant::ALL`].
    pub fn observe(&mut self, record: &Record, world: &World) -> Vec<Violation> {
        let before = self.logs.apply(record, world);
        self.commits.apply(record, world, &self.logs);
        let seen = Seen { record, world, logs: &self.logs, before: before.as_ref(), commits: &self.commits };
        let mut violations = Vec::new();
        for &invariant in Invariant::ALL {
            if self.broken.contains(&invariant) {
                continue;
            }
            let checker: &mut dyn Check = match invariant {
                Invariant::ElectionSafety => &mut self.election_safety,
                Invariant::LeaderAppendOnly => &mut self.leader_append_only,
                Invariant::LogMatching => &mut self.log_matching,
                Invariant::LeaderCompleteness => &mut self.leader_completeness,
                Invariant::StateMachineSafety => &mut self.state_machine_safety,
                Invariant::VotesKept => &mut self.votes_kept,
                Invariant::Monotonic => &mut self.monotonic,
                Invariant::AppliedOnce => &mut self.applied_once,
                Invariant::MatchIsTrue => &mut self.match_is_true,
                Invariant::AcknowledgedKept => &mut self.acknowledged_kept,
                Invariant::Linearizable => &mut self.linearizable,
            };
            if let Some(Found { nodes, entries, text }) = checker.check(&seen) {
                self.broken.push(invariant);
                violations.push(Violation { invariant, nodes, entries, text });
            }
        }
        violations
    }
}

/// "S1, S2 and S3", for a sentence.
fn name_all(nodes: &[NodeId]) -> String {
    let names: Vec<String> = nodes.iter().map(|node| format!("S{node}")).collect();
    match names.split_last() {
        None => "no node".into(),
        Some((one, [])) => one.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// A value as a sentence has room for it.
fn value_told(value: &str) -> Cow<'_, str> {
    clipped(value, VALUE_LETTERS)
}
