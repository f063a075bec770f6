//! The search: runs one seed after another until a run fails.

use std::ops::Range;

use super::random::{self, FaultPlan};
use super::shrink::Shrink;
use super::trial::{Failure, Trial};
use crate::lab::json::error::ScenarioError;
use crate::lab::scenario::Scenario;
use crate::raft::Rule;
use crate::runtime::Micros;

/// The runs to try.
#[derive(Clone, Debug)]
pub struct Explore {
    /// The seeds to try, in order.
    pub seeds: Range<u64>,
    /// The parameters of the random runs.
    pub plan: FaultPlan,
    /// The rules of Raft that are switched off.
    pub off: Vec<Rule>,
    /// The scenario to which faults are added; none for a random cluster.
    pub base: Option<Scenario>,
}

impl Explore {
    /// The scenario of a seed.
    pub fn scenario(&self, seed: u64) -> Scenario {
        let mut scenario = match &self.base {
            Some(base) => random::over(base, seed, self.plan),
            None => random::scenario(seed, self.plan),
        };
        let new = self.off.iter().filter(|rule| !scenario.rules_off.contains(rule)).copied().collect::<Vec<_>>();
        scenario.rules_off.extend(new);
        scenario
    }
}

/// The progress of a search.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The number of seeds that are done.
    pub seeds: u64,
    /// The virtual time of their runs, in total.
    pub virtual_time: Micros,
}

/// A failing run that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The seed of the run that failed.
    pub seed: u64,
    /// How it failed.
    pub failure: Failure,
    /// The run, shrunk.
    pub scenario: Scenario,
}

/// A search that proceeds in steps.
pub struct Search {
    explore: Explore,
    next: u64,
    trial: Option<Trial>,
    shrink: Option<(u64, Shrink)>,
    progress: Progress,
}

impl Search {
    /// A search that starts with the first seed.
    pub fn new(explore: Explore) -> Search {
        Search { next: explore.seeds.start, explore, trial: None, shrink: None, progress: Progress::default() }
    }

    /// The progress so far.
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// The number of actions that are left in the failing run, while it is being shrunk.
    pub fn shrinks(&self) -> Option<usize> {
        self.shrink.as_ref().map(|(_, shrink)| shrink.best().actions.len())
    }

    /// Processes at most `events_max` events. Returns `None` while there is more to do; at the end, the finding, if
    /// any.
    ///
    /// # Errors
    /// If a scenario is rejected: the plan is inconsistent with the base.
    pub fn advance(&mut self, events_max: u64) -> Result<Option<Option<Finding>>, ScenarioError> {
        if let Some((seed, shrink)) = &mut self.shrink {
            if !shrink.advance(events_max) {
                return Ok(None);
            }
            let found = Finding { seed: *seed, failure: shrink.failure(), scenario: shrink.result(*seed) };
            return Ok(Some(Some(found)));
        }
        if self.trial.is_none() {
            if self.next >= self.explore.seeds.end {
                return Ok(Some(None));
            }
            self.trial = Some(Trial::new(self.explore.scenario(self.next))?);
        }
        let Some(mut trial) = self.trial.take() else { return Ok(None) };
        if !trial.advance(events_max) {
            self.trial = Some(trial);
            return Ok(None);
        }
        if let Some((failure, at)) = trial.failure() {
            self.shrink = Some((self.next, Shrink::new(trial.scenario().clone(), failure, at)));
        }
        self.progress.seeds += 1;
        self.progress.virtual_time += trial.now();
        self.next += 1;
        Ok(None)
    }
}
