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
    /// Whether it ends at the event, whatever the time: `to.now` is then a time at which the event is past.
    at_event: bool,
    unreached: Option<Unreached>,
}

impl Replay {
    /// Starts to replay a scenario up to `to`.
    ///
    /// # Errors
    /// If the scenario is rejected.
    pub fn new(scenario: Scenario, to: Position) -> Result<Replay, ScenarioError> {
        Lab::new(scenario).map(|lab| Replay { lab, to, at_event: false, unreached: None })
    }

    /// Starts to replay a run up to a moment, without the actions recorded after it.
    ///
    /// # Errors
    /// If the scenario is rejected, which cannot happen for a scenario that runs.
    pub fn up_to(lab: &Lab, to: Position) -> Result<Replay, ScenarioError> {
        Replay::new(lab.scenario().up_to_event(to.event), to)
    }

    /// Starts to replay a run up to an event of it, with the actions recorded after it: it can go on behind it.
    ///
    /// # Errors
    /// If the scenario is rejected, which cannot happen for a scenario that runs.
    pub fn to_event(lab: &Lab, event: u64) -> Result<Replay, ScenarioError> {
        let replay = Replay::new(lab.scenario().clone(), Position { event, now: lab.now() })?;
        Ok(Replay { at_event: true, ..replay })
    }

    /// The same, with only so many bytes of events in memory.
    #[must_use]
    pub fn keeping(self, bytes: u64) -> Replay {
        Replay { lab: self.lab.keeping(bytes), ..self }
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
        if self.at_event {
            let left = self.to.event.saturating_sub(self.lab.events());
            let before = self.lab.events();
            let at_end = left == 0 || self.lab.advance_to(self.to.now, left.min(events_max)).reached;
            return at_end || left <= events_max || self.lab.events() == before;
        }
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

    /// The run as far as it is replayed.
    pub fn lab(&self) -> &Lab {
        &self.lab
    }

    /// The replayed run. Meaningful once the replay is done.
    pub fn into_lab(self) -> Lab {
        self.lab
    }
}
