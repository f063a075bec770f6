//! A run on its way to a moment in its past.

use crate::lab::json::error::ScenarioError;
use crate::lab::run::lab::Lab;
use crate::lab::scenario::Scenario;
use crate::lab::vocab::moment::Position;

/// A run on its way to a moment in its past, a bounded number of events at a time.
pub struct Replay {
    lab: Lab,
    to: Position,
}

impl Replay {
    /// Begins to run a scenario again.
    ///
    /// # Errors
    /// If the scenario is refused.
    pub fn new(scenario: Scenario, to: Position) -> Result<Replay, ScenarioError> {
        Lab::new(scenario).map(|lab| Replay { lab, to })
    }

    /// Begins to run what led to a moment of a run, without what was done to it later.
    ///
    /// # Errors
    /// If the scenario is refused, which one that runs is not.
    pub fn up_to(lab: &Lab, to: Position) -> Result<Replay, ScenarioError> {
        Replay::new(lab.scenario().up_to_event(to.event), to)
    }

    /// How much of it is done, from 0 to 1.
    pub fn done(&self) -> f64 {
        if self.to.event == 0 {
            1.0
        } else {
            (self.lab.events() as f64 / self.to.event as f64).min(1.0)
        }
    }

    /// Goes on, for at most so many events. Whether it has arrived.
    pub fn advance(&mut self, events_max: u64) -> bool {
        self.lab.run_to_moment(self.to, events_max)
    }

    /// What runs, once it has arrived.
    pub fn into_lab(self) -> Lab {
        self.lab
    }
}
