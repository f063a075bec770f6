//! What a person does with time, and at a moment of it to the cluster.

use super::Driver;
use crate::lab::play::branches::BranchId;
use crate::lab::play::player::Arrival;
use crate::lab::scenario::limits::SEED_MAX;
use crate::lab::vocab::action::Action;
use crate::lab::{Player, ScenarioError, StepKind};
use crate::view::speed::Speed;
use crate::view::until::Until;

impl Driver {
    /// Lets the clock run, or stops it.
    pub fn play(&self, playing: bool) {
        self.0.state.borrow_mut().playing = playing;
        self.publish();
        self.schedule();
    }

    /// Lets the clock run if it stands, stops it if it runs.
    pub fn play_pause(&self) {
        let playing = self.0.state.borrow().playing;
        self.play(!playing);
    }

    /// One step forward, after which the clock stands. False if nothing can happen any more.
    pub fn step(&self, kind: StepKind) -> bool {
        self.stand(|player| player.step(kind))
    }

    /// One step back, after which the clock stands. False at the start.
    pub fn back(&self, kind: StepKind) -> bool {
        self.stand(|player| player.back(kind))
    }

    /// Looks at the present.
    pub fn to_present(&self) {
        self.0.player.borrow_mut().to_present();
        self.publish();
    }

    /// Looks at the start. If the clock runs, all happens again; what was done to the run stays a part of it.
    pub fn to_start(&self) {
        {
            let state = &mut *self.0.state.borrow_mut();
            self.0.player.borrow_mut().look_at(0);
            // Until there is a leader there is little to see.
            (state.opening, state.rest) = (true, 0.0);
        }
        self.publish();
    }

    /// Takes back what was done last, and stops there. False if nothing was done.
    ///
    /// # Errors
    /// As [`Player::undo`].
    pub fn undo(&self) -> Result<bool, ScenarioError> {
        self.stand(Player::undo)
    }

    /// Does again what was undone last. False if there is nothing.
    ///
    /// # Errors
    /// As [`Player::redo`].
    pub fn redo(&self) -> Result<bool, ScenarioError> {
        self.stand(Player::redo)
    }

    /// To another branch. False if it is not known, or is this one.
    ///
    /// # Errors
    /// As [`Player::switch`].
    pub fn switch(&self, id: BranchId) -> Result<bool, ScenarioError> {
        self.stand(|player| player.switch(id))
    }

    /// Forgets all branches but this one.
    pub fn forget_others(&self) {
        self.0.player.borrow_mut().forget_others();
        self.publish();
    }

    /// Runs until something happens, after which the clock stands. False if it does not happen.
    ///
    /// # Errors
    /// If it speaks of what is not there.
    pub fn run_until(&self, until: Until) -> Result<bool, ScenarioError> {
        self.stand(|player| match until.condition(&player.world()) {
            (Some(condition), limit) => player.run_until(condition, limit),
            (None, time) => Ok(player.run_for(time)),
        })
    }

    /// Does something with the clock stopped.
    fn stand<T>(&self, what: impl FnOnce(&mut Player) -> T) -> T {
        {
            let mut state = self.0.state.borrow_mut();
            (state.playing, state.opening) = (false, false);
        }
        let result = what(&mut self.0.player.borrow_mut());
        self.publish();
        self.schedule();
        result
    }

    /// Does something to the cluster, at the moment that is shown.
    ///
    /// # Errors
    /// If it makes no sense; then nothing happened.
    pub fn act(&self, what: Action) -> Result<(), ScenarioError> {
        let Arrival { refused } = self.0.player.borrow_mut().act(what)?;
        self.publish();
        self.schedule();
        refused.into_iter().next().map_or(Ok(()), Err)
    }

    /// Chooses how fast the clock runs. It hurries no more.
    pub fn set_speed(&self, speed: Speed) {
        {
            let mut state = self.0.state.borrow_mut();
            (state.speed, state.opening) = (speed, false);
        }
        self.publish();
    }

    /// The same cluster from its start, with other random numbers.
    ///
    /// # Errors
    /// As [`Player::restart`].
    pub fn new_run(&self) -> Result<(), ScenarioError> {
        let seed = (js_sys::Math::random() * SEED_MAX as f64) as u64;
        self.0.player.borrow_mut().restart(seed)?;
        {
            let mut state = self.0.state.borrow_mut();
            state.opening = state.playing;
            (state.behind, state.rest) = (false, 0.0);
            state.run += 1;
        }
        self.publish();
        self.schedule();
        Ok(())
    }
}
