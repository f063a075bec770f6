//! Drives the page: with each frame it advances virtual time in the lab and publishes what is to be drawn.
//!
//! Real time reaches the lab only as "advance to t", so the frame rate and the speed never change a run.
//!
//! [`frame`] is what is to be drawn, [`ticking`] advances time, [`time`] has the user's controls of time, [`saving`]
//! keeps the run between visits, and [`whole`] shows more of it than one moment.

mod frame;
mod hooks;
mod keeping;
mod saving;
mod state;
mod ticking;
mod time;
mod whole;

use std::cell::RefCell;
use std::rc::Rc;

use gloo_render::AnimationFrame;
use gloo_timers::callback::Timeout;
use yew::{AttrValue, Callback};

use self::frame::PanelWorlds;
use self::keeping::Keeping;
use self::state::State;
use super::clock::Clock;
use super::shared::Shared;
use super::{media, text};
use crate::lab::{Player, World};
use crate::raft::Config;
use crate::view::menu::{branch_choices, BranchChoice};
use crate::view::narrator;
use crate::view::speed::Speed;
use crate::view::timeline::timelines::Timelines;
use crate::view::turns::Turn;

pub use self::frame::Frame;
pub use self::hooks::{use_driver, use_frame};

/// What calls for a tick.
enum NextTick {
    /// A frame of the browser.
    Frame { _request: AnimationFrame },
    /// A timer, while nothing moves in every frame: a frame costs the browser far more, even if nothing changes in it.
    Timer { _timeout: Timeout },
}

struct Inner {
    player: RefCell<Player>,
    state: RefCell<State>,
    /// What calls for the next tick; dropping it cancels the call.
    next_tick: RefCell<Option<NextTick>>,
    /// Receives each frame, while the page lives.
    show: RefCell<Option<Callback<Frame>>>,
    /// What the panels show.
    panels: RefCell<Option<PanelWorlds>>,
    /// The clock that moving elements listen to.
    clock: Clock,
    /// Whether reduced motion is preferred.
    still: media::Query,
    /// Whether the page is used by finger.
    by_finger: media::Query,
    /// What is known of the whole run.
    timelines: RefCell<Timelines>,
    /// What is kept between visits.
    keeping: Keeping,
    /// A notice to the user that was not taken yet.
    notice: RefCell<Option<String>>,
}

/// A handle to the driver. Clones share it.
#[derive(Clone)]
pub struct Driver(Rc<Inner>);

impl PartialEq for Driver {
    fn eq(&self, other: &Driver) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Driver {
    /// The clock that moving elements listen to.
    pub fn clock(&self) -> Clock {
        self.0.clock.clone()
    }

    /// The world that is shown.
    pub fn world(&self) -> Rc<World> {
        self.0.player.borrow().world()
    }

    /// The settings of all nodes, in the present.
    pub fn config(&self) -> Config {
        self.0.player.borrow().lab().config().clone()
    }

    /// Whether the past is shown.
    pub fn looks_back(&self) -> bool {
        self.0.player.borrow().looks_back_at().is_some()
    }

    /// The branches of the run, including the current one.
    pub fn branches(&self) -> Vec<BranchChoice> {
        branch_choices(&self.0.player.borrow())
    }

    /// Takes the pending notice.
    pub fn take_notice(&self) -> Option<String> {
        self.0.notice.take()
    }

    /// The current speed of the clock.
    pub fn speed(&self) -> Speed {
        self.0.state.borrow().speed
    }

    /// What is to be drawn, with all panels up to date.
    pub(super) fn frame(&self) -> Frame {
        self.frame_of(Turn::All)
    }

    /// What is to be drawn, with the panels of `turn` up to date.
    pub(super) fn frame_of(&self, turn: Turn) -> Frame {
        let player = self.0.player.borrow();
        let state = &mut *self.0.state.borrow_mut();
        let (world, lab) = (player.world(), player.lab());
        let feed = state.feeds.of(&player);
        let scene = narrator::Scene {
            world: &world,
            feed: &feed,
            run: state.run + player.generation(),
            wall: state.last.filter(|_| state.playing),
            by_finger: self.0.by_finger.holds(),
            t: text(),
        };
        let story = AttrValue::from(state.narrator.tell(&scene));
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
            story,
            speed: state.speed,
            hurries: state.playing && state.hurries,
            opening: state.pacer.opening,
            behind: state.behind,
            halted: lab.halted().filter(|_| past_of.is_none()).map(Rc::new),
            replay_progress: player.replay_progress().map(|done| (100.0 * done) as u64),
            past_of,
            branch: player.branches().place(),
            undo: (player.can_undo(), player.can_redo()),
            asides: self.0.keeping.asides(),
            restoring: self.0.keeping.is_restoring(),
            unsaved: self.0.keeping.is_unsaved(),
            run: state.run,
            told: state.told,
        }
    }
}
