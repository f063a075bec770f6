//! The invariants, checked after every event.
//!
//! Each invariant has a checker: a value that is given every event, with the [`World`] after it, and reports a
//! violation, with the nodes and entries involved. Checkers see events only, never the inside of a node; they do not
//! influence the run. Their cost is proportional to what an event changes, not to the length of the logs
//! (`log_hashes`). When a rule of Raft is off, any sequence of events may occur: checkers accept it and never panic.
//!
//! Only the first violation of each invariant is reported: later ones are mostly consequences of it.

mod acknowledged;
mod applied;
mod by_index;
mod check;
mod commits;
mod configurations;
mod election;
mod leader_completeness;
mod linearizable;
mod log_hashes;
mod logs;
mod matched;
mod monotonic;
#[cfg(test)]
mod tests;
mod votes;

use crate::lab::vocab::event::{Event, LabEvent, Record};
use crate::lab::vocab::invariant::{Invariant, Violation};
use crate::lab::world::World;
use crate::raft;
use acknowledged::AcknowledgedKept;
use applied::{AppliedOnce, StateMachineSafety};
use check::{Check, CheckContext, Finding};
use commits::Commits;
use election::ElectionSafety;
use leader_completeness::LeaderCompleteness;
use linearizable::Linearizable;
use log_hashes::Logs;
use logs::{LeaderAppendOnly, LogMatching};
use matched::MatchIsTrue;
use monotonic::Monotonic;
use votes::VotesKept;

/// The invariants that an event can violate, in the order of [`Invariant::ALL`]. Most events concern none.
fn concerned(event: &Event) -> &'static [Invariant] {
    use raft::Event::*;
    match event {
        Event::Lab(LabEvent::Sent { .. }) => &[Invariant::VotesKept, Invariant::Monotonic],
        Event::Lab(LabEvent::Client { .. }) => &[Invariant::AcknowledgedKept, Invariant::Linearizable],
        Event::Lab(LabEvent::Crash { .. } | LabEvent::DiskLost { .. }) => Invariant::ALL,
        Event::Lab(_) => &[],
        Event::Node(Match { .. }) => &[Invariant::MatchIsTrue],
        Event::Node(Apply { .. }) => &[Invariant::StateMachineSafety, Invariant::AppliedOnce],
        Event::Node(
            Timer { .. }
            | Leader { .. }
            | PreVoteBegun { .. }
            | PreVote { .. }
            | PreVoteCounted { .. }
            | VoteCounted { .. }
            | ReadConfirmed { .. }
            | Repeated { .. }
            | StreamState { .. }
            | Next { .. }
            | MatchLost { .. }
            | Buffer { .. }
            | Answered { .. }
            | TimedOut { .. }
            | Unreachable { .. }
            | SnapshotOffered { .. }
            | ChunkSent { .. }
            | ChunkAnswered { .. }
            | ChunkFailed { .. }
            | Chunk { .. }
            | Durable { .. },
        ) => &[],
        Event::Node(_) => Invariant::ALL,
    }
}

/// The checkers of all invariants, with their shared state.
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
    /// Checkers for a run that starts with this world. The initial state itself is not judged.
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

    /// Processes the next event, with the world after it. Returns the invariants that are violated by it for the
    /// first time, in the order of [`Invariant::ALL`].
    pub fn observe(&mut self, record: &Record, world: &World) -> Vec<Violation> {
        let before = self.logs.apply(record, world);
        self.commits.apply(record, world, &self.logs);
        let seen = CheckContext { record, world, logs: &self.logs, before: before.as_ref(), commits: &self.commits };
        let mut violations = Vec::new();
        for &invariant in concerned(&record.event) {
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
            if let Some(Finding { nodes, entries, detail }) = checker.check(&seen) {
                self.broken.push(invariant);
                violations.push(Violation { invariant, nodes, entries, detail });
            }
        }
        violations
    }
}
