//! Loading and storing the run between visits.

use std::cell::RefCell;
use std::rc::Rc;

use super::keeping::Keeping;
use super::state::State;
use super::{Driver, Inner};
use crate::js;
use crate::lab::{Lab, Player, Scenario, ScenarioError};
use crate::ui::clock::Clock;
use crate::ui::store::{self, Aside, Saved};
use crate::ui::{media, text};
use crate::view::pace::Pacing;
use crate::view::speed::Speed;

impl Driver {
    /// Restores the stored run, or begins a new one. The clock runs, unless reduced motion is preferred.
    pub(super) fn open(speed: (Speed, Pacing)) -> Driver {
        let still = media::reduced_motion();
        let mut asides: Vec<Aside> =
            store::settings().err().and_then(|why| Aside::settings(&why)).into_iter().collect();
        let mut notice = None;
        let opened = match restore() {
            Ok(restored) => restored.map(|Restored { player, playing, other_version }| {
                notice = other_version.map(|version| text().saved_by_other_version(&version));
                (player, playing)
            }),
            Err(aside) => {
                asides.extend(aside);
                None
            }
        };
        if asides.iter().all(|aside| !aside.is_a_run()) {
            asides.extend(Aside::left());
        }
        let opening = opened.is_none();
        let (player, playing) = opened.unwrap_or_else(|| (Player::new(default_lab(), run_name), true));
        js::expose(player.shared_lab());
        let keeping = Keeping::new(asides, player.replay_progress().is_some());
        Driver(Rc::new(Inner {
            player: RefCell::new(player),
            state: RefCell::new(State::new(speed, playing && !still.holds(), opening)),
            next_tick: RefCell::default(),
            show: RefCell::default(),
            panels: RefCell::default(),
            clock: Clock::default(),
            still,
            by_finger: media::by_finger(),
            timelines: RefCell::default(),
            keeping,
            notice: RefCell::new(notice),
        }))
    }

    /// Lets the run be stored from now on: what does that belongs to the rest of the program.
    pub fn allow_saving(&self) {
        self.0.keeping.is_allowed.set(true);
    }

    /// Stores the run, unless it is unchanged since it was last stored. Nothing is stored during a replay to another
    /// present: the old state is stored already, and the new one is not reached yet.
    pub(super) fn save(&self) {
        let keeping = &self.0.keeping;
        if !keeping.is_allowed.get() {
            return;
        }
        let player = self.0.player.borrow();
        let (playing, run) = {
            let state = self.0.state.borrow();
            (state.playing, state.run + player.generation())
        };
        let (lab, looked_at) = (player.lab(), player.looks_back_at());
        let now = (run, lab.now(), lab.events(), looked_at);
        if player.replay_progress().is_none() && !keeping.closed.get() && keeping.saved.get() != now {
            let stored = store::store_run(&lab, looked_at, playing);
            keeping.unsaved.set(!stored);
            if stored {
                keeping.saved.set(now);
            }
        }
    }

    /// Stops restoring the stored run, which is kept aside, and begins a new one.
    pub fn stop_restoring(&self) {
        self.0.keeping.change_asides(|asides| asides.extend(Aside::half_restored(text().saved_stopped())));
        let new = Player::new(default_lab(), run_name);
        js::expose(new.shared_lab());
        self.0.player.replace(new);
        {
            let mut state = self.0.state.borrow_mut();
            state.pacer.opening = true;
            state.run += 1;
        }
        self.schedule();
        self.publish();
    }

    /// Loads the page again with the run that was kept aside.
    pub fn restore_again(&self, aside: usize) {
        if let Some(aside) = self.0.keeping.asides().get(aside) {
            if aside.put_back() {
                self.0.keeping.closed.set(true);
                media::reload();
            }
        }
    }

    /// Deletes what was kept aside.
    pub fn forget_aside(&self, aside: usize) {
        self.0.keeping.change_asides(|asides| {
            if aside < asides.len() {
                asides.remove(aside).forget();
            }
        });
        self.publish();
    }
}

/// A stored run that is being restored.
struct Restored {
    player: Player,
    /// Whether its clock was running.
    playing: bool,
    /// The version of the program that saved it, if that is another one.
    other_version: Option<String>,
}

/// The stored run, if there is one.
///
/// # Errors
/// What was kept aside instead of being restored.
fn restore() -> Result<Option<Restored>, Option<Aside>> {
    let unreadable = |why: ScenarioError| Aside::run(&why);
    if store::was_restoring() {
        // Whatever ended the last visit would end this one too.
        store::set_restoring(false);
        return Err(Aside::half_restored(text().saved_not_restored()));
    }
    let Some(saved) = store::run().map_err(unreadable)? else { return Ok(None) };
    let Saved { scenario, end, looked_at, playing, other_version } = saved;
    store::set_restoring(true);
    let player = Player::resume(scenario, end, looked_at, run_name).map_err(unreadable)?;
    Ok(Some(Restored { player, playing, other_version }))
}

fn run_name(number: u32) -> String {
    text().run_name(number)
}

/// The cluster of the first visit.
fn default_lab() -> Lab {
    Lab::new(Scenario::opening()).unwrap_or_else(|error| panic!("the page's own scenario is refused: {error}"))
}
