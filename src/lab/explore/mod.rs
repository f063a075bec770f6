//! Exploring: random runs, seed after seed, until one goes wrong; and that one made short.
//!
//! [`Explore`] says which runs, [`Trial`] is one of them, [`Search`] goes through them, a bounded number of events at
//! a time, so that a page stays alive meanwhile. What it finds is a scenario that [`Shrink`] has made as short as it
//! can: to be read, run again, and kept.

mod shrink;

use std::ops::Range;

use super::condition::{ClientsAre, Condition, Number, Violated};
use super::invariants::Invariant;
use super::random::{self, Weather};
use super::report::Report;
use super::scenario::{Scenario, ScenarioError};
use super::Lab;
use crate::raft::Rule;
use crate::runtime::Micros;

pub use shrink::Shrink;

/// So many events one run may have. A storm of 25 s has about 20,000; more is a run without end.
pub const EVENTS_MAX: u64 = 1_000_000;

/// Which runs to try.
#[derive(Clone, Debug)]
pub struct Explore {
    /// What chance begins with.
    pub seeds: Range<u64>,
    /// How bad it gets.
    pub weather: Weather,
    /// Rules that are switched off.
    pub off: Vec<Rule>,
    /// The scenario over which the weather comes; a cluster of chance, if there is none.
    pub base: Option<Scenario>,
}

impl Explore {
    /// The run of one seed.
    pub fn scenario(&self, seed: u64) -> Scenario {
        let mut scenario = match &self.base {
            Some(base) => random::over(base, seed, self.weather),
            None => random::scenario(seed, self.weather),
        };
        let new = self.off.iter().filter(|rule| !scenario.rules_off.contains(rule)).copied().collect::<Vec<_>>();
        scenario.rules_off.extend(new);
        scenario
    }
}

/// How a run goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A promise is broken.
    Broken(Invariant),
    /// It never ends: time stands still, or there is no end of events.
    Endless,
    /// All is well again, and for long, and still the nodes do not agree, or clients wait.
    Stuck,
}

impl Failure {
    /// What a report of a finished run shows.
    fn of(report: &Report) -> Option<Failure> {
        let broken = report.invariants.iter().find(|it| !it.held);
        match (broken, &report.halted) {
            (Some(broken), _) => Some(Failure::Broken(broken.name)),
            (None, Some(_)) => Some(Failure::Endless),
            (None, None) if !report.held() => Some(Failure::Stuck),
            (None, None) => None,
        }
    }

    /// What a scenario expects that shows it.
    pub fn expected(self) -> Vec<Condition> {
        match self {
            Failure::Broken(invariant) => vec![Condition::Violated(Violated::One(invariant))],
            Failure::Endless => Vec::new(),
            Failure::Stuck => {
                let waits = ClientsAre { unanswered: Some(Number::at_least(1)), ..ClientsAre::default() };
                let apart = Condition::Not(Box::new(Condition::Converged(true)));
                vec![Condition::Any(vec![apart, Condition::Clients(waits)])]
            }
        }
    }

    /// In a few words.
    pub fn text(self) -> String {
        match self {
            Failure::Broken(invariant) => format!("{invariant} is broken"),
            Failure::Endless => "the run never ends".into(),
            Failure::Stuck => "all is well, and the nodes do not come to agree".into(),
        }
    }
}

/// One run, on the way to its end.
pub struct Trial {
    lab: Lab,
}

impl Trial {
    /// Begins a run.
    ///
    /// # Errors
    /// If the scenario is refused.
    pub fn new(scenario: Scenario) -> Result<Trial, ScenarioError> {
        Lab::new(scenario).map(|lab| Trial { lab })
    }

    /// Goes on, for at most so many events. Whether it has come to its end.
    pub fn advance(&mut self, events_max: u64) -> bool {
        self.lab.run_on(None, events_max) || self.is_endless()
    }

    fn is_endless(&self) -> bool {
        self.lab.events() >= EVENTS_MAX
    }

    /// What went wrong, and when.
    pub fn failure(&self) -> Option<(Failure, Micros)> {
        let endless = self.is_endless().then_some(Failure::Endless);
        Some((endless.or_else(|| Failure::of(&self.lab.report()))?, self.lab.now()))
    }

    /// The virtual clock.
    pub fn now(&self) -> Micros {
        self.lab.now()
    }

    /// What is run.
    pub fn scenario(&self) -> &Scenario {
        self.lab.scenario()
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
pub struct Found {
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
    /// If a scenario is refused: the weather does not go with the base.
    pub fn advance(&mut self, events_max: u64) -> Result<Option<Option<Found>>, ScenarioError> {
        if let Some((seed, shrink)) = &mut self.shrink {
            if !shrink.advance(events_max) {
                return Ok(None);
            }
            let found = Found { seed: *seed, failure: shrink.failure(), scenario: shrink.result(*seed) };
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

#[cfg(test)]
mod tests;
