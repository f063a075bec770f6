//! What drives the page: frame by frame it lets virtual time pass in the lab, and says what is to be drawn.
//!
//! Wall time reaches the lab only as "advance to t", so the frame rate and the speed never change a run.
//!
//! [`frame`] is what is to be drawn, [`ticking`] lets time pass, [`time`] is what a person does with time, and [`saving`]
//! keeps the run from one visit to the next.

mod frame;
mod hooks;
mod saving;
mod state;
mod ticking;
mod time;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_render::AnimationFrame;
use yew::Callback;

use self::frame::PanelWorlds;
use self::state::{FeedsOf, SavedAt, State};
use super::clock::Clock;
use super::media;
use super::shared::Shared;
use crate::lab::{Player, World};
use crate::view::feed::Feeds;
use crate::view::menu::{branch_choices, BranchChoice};
use crate::view::speed::Speed;
use crate::view::turns::Turn;

pub use self::frame::Frame;
pub use self::hooks::{use_driver, use_frame};

struct Inner {
    player: RefCell<Player>,
    state: RefCell<State>,
    /// The animation frame that was asked for; dropped, it does not come.
    next_frame: RefCell<Option<AnimationFrame>>,
    /// Gets what is to be drawn, while the page lives.
    show: RefCell<Option<Callback<Frame>>>,
    /// What the panels show.
    panels: RefCell<Option<PanelWorlds>>,
    /// What moves between two events.
    clock: Clock,
    /// Whether less motion is wanted.
    still: media::Query,
    /// The state of the run that was stored last.
    saved: Cell<SavedAt>,
    /// A message to the user that nobody has taken yet.
    notice: RefCell<Option<String>>,
}

/// A handle to what drives the page. Handles share it.
#[derive(Clone)]
pub struct Driver(Rc<Inner>);

impl PartialEq for Driver {
    fn eq(&self, other: &Driver) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Driver {
    /// What moves between two events.
    pub fn clock(&self) -> Clock {
        self.0.clock.clone()
    }

    /// The world as it is shown.
    pub fn world(&self) -> Rc<World> {
        self.0.player.borrow().world()
    }

    /// Whether the past is shown.
    pub fn looks_back(&self) -> bool {
        self.0.player.borrow().looks_back_at().is_some()
    }

    /// The branches of the run, this one included.
    pub fn branches(&self) -> Vec<BranchChoice> {
        branch_choices(&self.0.player.borrow())
    }

    /// A message about how the page was opened, or about what came of something later; once.
    pub fn take_notice(&self) -> Option<String> {
        self.0.notice.take()
    }

    /// How fast the clock runs.
    pub fn speed(&self) -> Speed {
        self.0.state.borrow().speed_now()
    }

    /// What is to be drawn now, in all panels.
    pub(super) fn frame(&self) -> Frame {
        self.frame_of(Turn::All)
    }

    /// What is to be drawn now, in the panels whose turn it is.
    pub(super) fn frame_of(&self, turn: Turn) -> Frame {
        let player = self.0.player.borrow();
        let state = &mut *self.0.state.borrow_mut();
        let (world, lab) = (player.world(), player.lab());
        if state.feeds.present != player.generation() {
            state.feeds = FeedsOf { feeds: Feeds::default(), present: player.generation() };
        }
        let feed = state.feeds.feeds.at(&lab.records(), world.n);
        let panels = match self.0.panels.take() {
            Some(before) => before.then(turn, &world, feed),
            None => PanelWorlds::at(&world, feed),
        };
        self.0.panels.replace(Some(panels.clone()));
        let past_of = player.looks_back_at().map(|_| lab.events());
        Frame {
            panels,
            world: Shared(world),
            playing: state.playing,
            speed: state.speed_now(),
            opening: state.opening,
            behind: state.behind,
            halted: lab.halted().filter(|_| past_of.is_none()).map(Rc::new),
            replay_progress: player.replay_progress().map(|done| (100.0 * done) as u64),
            past_of,
            branch: player.branches().place(),
            undo: (player.can_undo(), player.can_redo()),
            run: state.run,
            told: state.told,
        }
    }
}
