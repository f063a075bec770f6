//! Loading and storing the run between visits.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::state::{SavedAt, State};
use super::{Driver, Inner};
use crate::js;
use crate::lab::scenario::DEFAULT;
use crate::lab::{Lab, Player, Scenario, ScenarioError};
use crate::ui::clock::Clock;
use crate::ui::shared::Shared;
use crate::ui::store::{self, Aside, Saved};
use crate::ui::{media, text};
use crate::view::speed::Speed;

/// What is kept between visits.
pub(super) struct Keeping {
    /// The state of the run that was stored last.
    saved: Cell<SavedAt>,
    /// Whether the run could not be stored.
    unsaved: Cell<bool>,
    /// Whether nothing is stored any more, since the page is about to be loaded again with another run.
    closed: Cell<bool>,
    /// Whether the stored run is being restored.
    restoring: Cell<bool>,
    /// What was stored and is not in use.
    asides: RefCell<Shared<Vec<Aside>>>,
}

impl Keeping {
    fn new(asides: Vec<Aside>, restoring: bool) -> Keeping {
        let keeping = Keeping {
            saved: Cell::default(),
            unsaved: Cell::default(),
            closed: Cell::default(),
            restoring: Cell::new(restoring),
            asides: RefCell::new(Shared(Rc::new(asides))),
        };
        keeping.note_restoring();
        keeping
    }

    pub(super) fn asides(&self) -> Shared<Vec<Aside>> {
        self.asides.borrow().clone()
    }

    pub(super) fn is_restoring(&self) -> bool {
        self.restoring.get()
    }

    pub(super) fn is_unsaved(&self) -> bool {
        self.unsaved.get()
    }

    /// The stored run is restored, or is not wanted any more.
    pub(super) fn restored(&self) {
        if self.restoring.replace(false) {
            self.note_restoring();
        }
    }

    /// Notes for the next visit whether this one was in the middle of restoring. While the page is hidden, nothing is
    /// restored, so that it may be closed then.
    pub(super) fn note_restoring(&self) {
        if !self.closed.get() {
            store::set_restoring(self.restoring.get() && !media::hidden());
        }
    }

    fn change_asides(&self, change: impl FnOnce(&mut Vec<Aside>)) {
        let mut asides = self.asides.borrow().to_vec();
        change(&mut asides);
        self.asides.replace(Shared(Rc::new(asides)));
    }
}

impl Driver {
    /// Restores the stored run, or begins a new one. The clock runs, unless reduced motion is preferred.
    pub(super) fn open(speed: Speed) -> Driver {
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
            next_frame: RefCell::default(),
            show: RefCell::default(),
            panels: RefCell::default(),
            clock: Clock::default(),
            still,
            keeping,
            notice: RefCell::new(notice),
        }))
    }

    /// Stores the run, unless it is unchanged since it was last stored. Nothing is stored during a replay to another
    /// present: the old state is stored already, and the new one is not reached yet.
    pub(super) fn save(&self) {
        let keeping = &self.0.keeping;
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
            state.opening = true;
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
    let scenario = Scenario::from_json(DEFAULT).and_then(Lab::new);
    // A test loads it.
    scenario.unwrap_or_else(|error| panic!("the default scenario is refused: {error}"))
}
