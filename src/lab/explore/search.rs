//! A search: seed after seed, until a run goes wrong.

use std::ops::Range;

use super::random::{self, FaultPlan};
use super::shrink::Shrink;
use super::trial::{Failure, Trial};
use crate::lab::json::error::ScenarioError;
use crate::lab::scenario::Scenario;
use crate::raft::Rule;
use crate::runtime::Micros;

/// Which runs to try.
#[derive(Clone, Debug)]
pub struct Explore {
    /// What chance begins with.
    pub seeds: Range<u64>,
    /// How bad it gets.
    pub plan: FaultPlan,
    /// Rules that are switched off.
    pub off: Vec<Rule>,
    /// The scenario over which the plan comes; a cluster of chance, if there is none.
    pub base: Option<Scenario>,
}

impl Explore {
    /// The run of one seed.
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

/// How far a search is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Seeds that are done.
    pub seeds: u64,
    /// The virtual time of their runs.
    pub virtual_time: Micros,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The seed of the run that went wrong.
    pub seed: u64,
    /// How.
    pub failure: Failure,
    /// The run, as short as it could be made.
    pub scenario: Scenario,
}

/// A search, step by step.
pub struct Search {
    explore: Explore,
    next: u64,
    trial: Option<Trial>,
    shrink: Option<(u64, Shrink)>,
    progress: Progress,
}

impl Search {
    /// Begins with the first seed.
    pub fn new(explore: Explore) -> Search {
        Search { next: explore.seeds.start, explore, trial: None, shrink: None, progress: Progress::default() }
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.progress
    }

    /// While what was found is made shorter: how many actions it still has.
    pub fn shrinks(&self) -> Option<usize> {
        self.shrink.as_ref().map(|(_, shrink)| shrink.best().actions.len())
    }

    /// Goes on, for at most so many events. None while there is more to do; at the end, what was found, if anything.
    ///
    /// # Errors
    /// If a scenario is refused: the plan does not go with the base.
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
