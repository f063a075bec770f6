//! Loading and storing the run between visits.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::state::State;
use super::{Driver, Inner};
use crate::js;
use crate::lab::scenario::DEFAULT;
use crate::lab::{Lab, Player, Scenario};
use crate::ui::clock::Clock;
use crate::ui::store::{self, Saved};
use crate::ui::{media, text};
use crate::view::speed::Speed;

impl Driver {
    /// Restores the stored run, or begins a new one. The clock runs, unless reduced motion is preferred.
    pub(super) fn open(speed: Speed) -> Driver {
        let still = media::reduced_motion();
        let (saved, notice) = match store::run() {
            Ok(saved) => {
                let other = saved.as_ref().and_then(|saved| saved.other_version.as_deref());
                let notice = other.map(|version| text().saved_by_other_version(version));
                (saved, notice)
            }
            Err(why) => (None, Some(text().saved_unusable(&why))),
        };
        let name = |number| text().run_name(number);
        let opened = saved.and_then(|Saved { scenario, end, looked_at, playing, .. }| {
            Some((Player::resume(scenario, end, looked_at, name).ok()?, playing))
        });
        let opening = opened.is_none();
        let (player, playing) = opened.unwrap_or_else(|| (Player::new(default_lab(), name), true));
        js::expose(player.shared_lab());
        Driver(Rc::new(Inner {
            player: RefCell::new(player),
            state: RefCell::new(State::new(speed, playing && !still.holds(), opening)),
            next_frame: RefCell::default(),
            show: RefCell::default(),
            panels: RefCell::default(),
            clock: Clock::default(),
            still,
            saved: Cell::default(),
            notice: RefCell::new(notice),
        }))
    }

    /// Stores the run, unless it is unchanged since it was last stored. Nothing is stored during a replay to another
    /// present: the old state is stored already, and the new one is not reached yet.
    pub(super) fn save(&self) {
        let player = self.0.player.borrow();
        let (playing, run) = {
            let state = self.0.state.borrow();
            (state.playing, state.run + player.generation())
        };
        let (lab, looked_at) = (player.lab(), player.looks_back_at());
        let now = (run, lab.now(), lab.events(), looked_at);
        if player.replay_progress().is_none() && self.0.saved.replace(now) != now {
            store::store_run(&lab, looked_at, playing);
        }
    }
}

/// The cluster of the first visit.
fn default_lab() -> Lab {
    let scenario = Scenario::from_json(DEFAULT).and_then(Lab::new);
    // A test loads it.
    scenario.unwrap_or_else(|error| panic!("the default scenario is refused: {error}"))
}
