//! The user's controls of time, and actions on the cluster at the moment shown.

use super::Driver;
use crate::lab::play::branches::BranchId;
use crate::lab::play::player::Arrival;
use crate::lab::scenario::limits::SEED_MAX;
use crate::lab::vocab::action::Action;
use crate::lab::vocab::spec::LinkSpec;
use crate::lab::{Player, ScenarioError, StepKind};
use crate::raft::{Config, NodeId};
use crate::view::config_form::fresh;
use crate::view::pace::{Pacer, Pacing};
use crate::view::speed::Speed;
use crate::view::until::Until;

impl Driver {
    /// Starts or stops the clock.
    pub fn play(&self, playing: bool) {
        self.0.state.borrow_mut().playing = playing;
        self.publish();
        self.schedule();
    }

    /// Toggles the clock.
    pub fn play_pause(&self) {
        let playing = self.0.state.borrow().playing;
        self.play(!playing);
    }

    /// Goes one step forward and stops the clock. False if nothing can happen any more.
    pub fn step(&self, kind: StepKind) -> bool {
        self.stand(|player| player.step(kind))
    }

    /// Goes one step back and stops the clock. False at the start.
    pub fn back(&self, kind: StepKind) -> bool {
        self.stand(|player| player.back(kind))
    }

    /// Shows the present.
    pub fn to_present(&self) {
        self.0.player.borrow_mut().to_present();
        self.publish();
    }

    /// Shows the start. If the clock runs, the run is replayed with all its actions.
    pub fn to_start(&self) {
        self.0.player.borrow_mut().look_at(0);
        self.publish();
    }

    /// Shows the moment after an event, and stops the clock there.
    pub fn go_to(&self, event: u64) {
        self.stand(|player| player.look_at(event));
    }

    /// Undoes the last action, and stops the clock there. False if there is none.
    ///
    /// # Errors
    /// As [`Player::undo`].
    pub fn undo(&self) -> Result<bool, ScenarioError> {
        self.stand(Player::undo)
    }

    /// Redoes the action that was undone last. False if there is none.
    ///
    /// # Errors
    /// As [`Player::redo`].
    pub fn redo(&self) -> Result<bool, ScenarioError> {
        self.stand(Player::redo)
    }

    /// Switches to another branch. False if it is unknown or is the current one.
    ///
    /// # Errors
    /// As [`Player::switch`].
    pub fn switch(&self, id: BranchId) -> Result<bool, ScenarioError> {
        self.stand(|player| player.switch(id))
    }

    /// Deletes all branches except the current one.
    pub fn forget_others(&self) {
        self.0.player.borrow_mut().forget_others();
        self.publish();
    }

    /// Runs until a condition holds, and stops the clock. False if it does not hold in time.
    ///
    /// # Errors
    /// If the condition refers to something that does not exist.
    pub fn run_until(&self, until: Until) -> Result<bool, ScenarioError> {
        self.stand(|player| {
            let condition = until.condition(&player.world());
            match condition {
                (Some(condition), limit) => player.run_until_next(condition, limit),
                (None, time) => Ok(player.run_for(time)),
            }
        })
    }

    /// Stops the clock and applies `what`.
    fn stand<T>(&self, what: impl FnOnce(&mut Player) -> T) -> T {
        {
            let mut state = self.0.state.borrow_mut();
            state.playing = false;
            state.pacer.opening = false;
        }
        let result = what(&mut self.0.player.borrow_mut());
        self.publish();
        self.schedule();
        result
    }

    /// Acts on the cluster at the moment shown.
    ///
    /// # Errors
    /// If the action is invalid; then nothing has changed.
    pub fn act(&self, what: Action) -> Result<(), ScenarioError> {
        let Arrival { refused } = self.0.player.borrow_mut().act(what)?;
        self.publish();
        self.schedule();
        refused.into_iter().next().map_or(Ok(()), Err)
    }

    /// Sets the speed. The clock does not hurry to the first election any more.
    pub fn set_speed(&self, speed: Speed) {
        {
            let mut state = self.0.state.borrow_mut();
            state.speed = speed;
            state.pacer.opening = false;
        }
        self.publish();
    }

    /// Sets what decides how fast the clock runs.
    pub fn set_pace(&self, pacing: Pacing) {
        {
            let mut state = self.0.state.borrow_mut();
            (state.pacing, state.hurries) = (pacing, false);
        }
        self.publish();
    }

    /// Restarts the same cluster with other random numbers.
    ///
    /// # Errors
    /// As [`Player::restart`].
    pub fn new_run(&self) -> Result<(), ScenarioError> {
        self.0.player.borrow_mut().restart(seed())?;
        self.begun();
        Ok(())
    }

    /// Begins a run of so many nodes with these settings; the run so far is kept.
    ///
    /// # Errors
    /// If the settings are refused; then nothing has changed.
    pub fn begin(&self, nodes: NodeId, config: &Config, spec: &LinkSpec) -> Result<(), ScenarioError> {
        let scenario = fresh(self.0.player.borrow().lab().scenario(), nodes, config, spec, seed());
        self.0.player.borrow_mut().begin(scenario)?;
        self.begun();
        Ok(())
    }

    /// A new run has begun.
    fn begun(&self) {
        {
            let mut state = self.0.state.borrow_mut();
            state.pacer = Pacer::opening(state.playing);
            state.behind = false;
            state.run += 1;
        }
        self.publish();
        self.schedule();
    }
}

/// A seed for a new run.
fn seed() -> u64 {
    (js_sys::Math::random() * SEED_MAX as f64) as u64
}
