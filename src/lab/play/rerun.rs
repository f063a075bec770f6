//! Replaying a run up to a moment in its past.

use crate::lab::json::error::ScenarioError;
use crate::lab::run::drive::Progress;
use crate::lab::run::lab::Lab;
use crate::lab::scenario::Scenario;
use crate::lab::vocab::moment::{Position, Unreached};

/// A replay up to a moment of a run, which proceeds a bounded number of events at a time.
pub struct Replay {
    lab: Lab,
    to: Position,
    unreached: Option<Unreached>,
}

impl Replay {
    /// Starts to replay a scenario up to `to`.
    ///
    /// # Errors
    /// If the scenario is rejected.
    pub fn new(scenario: Scenario, to: Position) -> Result<Replay, ScenarioError> {
        Lab::new(scenario).map(|lab| Replay { lab, to, unreached: None })
    }

    /// Starts to replay a run up to a moment, without the actions recorded after it.
    ///
    /// # Errors
    /// If the scenario is rejected, which cannot happen for a scenario that runs.
    pub fn up_to(lab: &Lab, to: Position) -> Result<Replay, ScenarioError> {
        Replay::new(lab.scenario().up_to_event(to.event), to)
    }

    /// The progress, from 0 to 1.
    pub fn done(&self) -> f64 {
        if self.to.event == 0 {
            1.0
        } else {
            (self.lab.events() as f64 / self.to.event as f64).min(1.0)
        }
    }

    /// Processes at most `events_max` events. Returns whether the replay is done: it has arrived, or can go no further.
    pub fn advance(&mut self, events_max: u64) -> bool {
        match self.lab.run_to_moment(self.to, events_max) {
            Progress::UnderWay => return false,
            Progress::Reached => {}
            Progress::Unreachable(why) => self.unreached = Some(why),
        }
        true
    }

    /// Why the replay has not arrived, although it is done: this scenario gives another run.
    pub fn unreached(&self) -> Option<Unreached> {
        self.unreached
    }

    /// The replayed run. Meaningful once the replay is done.
    pub fn into_lab(self) -> Lab {
        self.lab
    }
}
