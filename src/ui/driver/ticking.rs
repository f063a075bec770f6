//! Advances time while the clock runs and the page is visible: with each frame of the browser if something moves in
//! each, else by a timer.

use gloo_events::EventListener;
use gloo_render::request_animation_frame;
use gloo_timers::callback::{Interval, Timeout};
use yew::Callback;

use super::frame::Frame;
use super::{Driver, NextTick};
use crate::lab::play::player::Arrival;
use crate::lab::vocab::moment::Unreached;
use crate::lab::Player;
use crate::ui::clock::Shown;
use crate::ui::{media, text};
use crate::view::turns::Turn;

/// The most events at a time during a replay to another present, and how many times that in a frame.
const EVENTS_AT_A_TIME: u64 = 500;
const TIMES_PER_FRAME: usize = 20;

/// The real time that a frame of a replay may take, in ms: whoever wants to stop it has to be heard.
const REPLAY_MS: f64 = 25.0;

/// The interval between ticks while nothing moves in every frame, in ms: an event is not seen later than with a frame.
const TICK_MS: u32 = 15;

/// The longest time, in ms, by which the beginning of a frame may be before the tick of a timer.
const FRAME_MS_MAX: f64 = 50.0;

/// The interval of checks for changes by a script while the clock is stopped, in ms.
const LOOK_MS: u32 = 250;

/// The interval between stores of the run, in ms.
const SAVE_MS: u32 = 2_000;

/// Keeps the driver running; dropping it stops the driver.
pub(super) struct Running {
    driver: Driver,
    _timers: [Interval; 2],
    _listeners: [EventListener; 2],
}

impl Running {
    /// Installs the listeners and timers that drive the page besides its frames.
    pub fn new(driver: &Driver) -> Running {
        let timer = |ms: u32, act: fn(&Driver)| {
            let driver = driver.clone();
            Interval::new(ms, move || act(&driver))
        };
        let listener = |target: &web_sys::EventTarget, event: &'static str| {
            let driver = driver.clone();
            EventListener::new(target, event, move |_| driver.visibility_changed())
        };
        let listeners = [listener(&media::document(), "visibilitychange"), listener(&media::window(), "pagehide")];
        let timers = [timer(LOOK_MS, Driver::look), timer(SAVE_MS, Driver::save)];
        Running { driver: driver.clone(), _timers: timers, _listeners: listeners }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.driver.save();
        self.driver.0.next_tick.replace(None);
        self.driver.0.show.replace(None);
    }
}

impl Driver {
    /// Starts the driver; `show` receives each frame.
    pub(super) fn start(&self, show: Callback<Frame>) -> Running {
        self.0.show.replace(Some(show));
        self.publish();
        // Time passes from now on, not from the first frame on: the cluster moves in that frame.
        self.0.state.borrow_mut().last = Some(media::wall_ms());
        self.schedule();
        Running::new(self)
    }

    /// Publishes the current state, with all panels up to date.
    pub(super) fn publish(&self) {
        self.tell_unreached();
        self.show(self.frame());
    }

    /// Tells if a replay went another way than the run that it was to repeat. That the run has halted is said anyway.
    fn tell_unreached(&self) {
        let unreached = self.0.player.borrow_mut().take_unreached();
        if let Some(why) = unreached.filter(|why| *why != Unreached::Halted) {
            self.0.notice.replace(Some(text().unreached(why)));
            self.0.state.borrow_mut().told += 1;
        }
    }

    fn show(&self, frame: Frame) {
        let show = self.0.show.borrow().clone();
        if let Some(show) = show {
            show.emit(frame);
        }
        let shown = {
            let player = self.0.player.borrow();
            // With reduced motion, messages stay where they were at the last event, and jump with the next.
            let moved = if self.0.still.holds() { player.world().at } else { player.now() };
            Shown { now: player.now(), moved }
        };
        let wall = {
            let state = self.0.state.borrow();
            state.last.filter(|_| state.playing)
        };
        self.0.clock.show(shown, wall);
    }

    /// Whether anything moves in every frame.
    fn is_moving(&self) -> bool {
        let player = self.0.player.borrow();
        player.replay_progress().is_some()
            || !self.0.still.holds() && player.world().messages.values().any(|message| !message.held)
    }

    /// Calls for the next tick, if there is anything to do in it.
    pub(super) fn schedule(&self) {
        let wanted = {
            let mut state = self.0.state.borrow_mut();
            let replay_progress = self.0.player.borrow().replay_progress().is_some();
            if !replay_progress {
                self.0.keeping.restored();
            }
            let wanted = (state.playing || replay_progress) && !media::hidden();
            if !wanted {
                state.last = None;
            }
            wanted
        };
        if wanted && self.0.next_tick.borrow().is_none() && self.0.show.borrow().is_some() {
            let driver = self.clone();
            let next = match self.is_moving() {
                true => NextTick::Frame { _request: request_animation_frame(move |time| driver.tick(time)) },
                false => NextTick::Timer { _timeout: Timeout::new(TICK_MS, move || driver.tick(media::wall_ms())) },
            };
            self.0.next_tick.replace(Some(next));
        } else if !wanted {
            self.0.next_tick.replace(None);
        }
    }

    fn tick(&self, time: f64) {
        self.0.next_tick.replace(None);
        let (turn, refused) = {
            let state = &mut *self.0.state.borrow_mut();
            let player = &mut *self.0.player.borrow_mut();
            // A frame has the time at which it began, which may be a little before that of a timer.
            let time = state.last.filter(|last| (0.0..FRAME_MS_MAX).contains(&(last - time))).unwrap_or(time);
            let elapsed = state.last.replace(time).map_or(0.0, |last| (time - last).max(0.0) / 1000.0);
            let turn = state.turns.after(elapsed);
            if player.replay_progress().is_some() {
                let Arrival { refused } = replay(player).unwrap_or_default();
                (Turn::All, refused)
            } else if state.playing {
                state.pass(player, elapsed);
                // When the clock stops, all panels must show the same moment.
                (if state.playing { turn } else { Turn::All }, Vec::new())
            } else {
                (Turn::All, Vec::new())
            }
        };
        if let Some(why) = refused.first() {
            self.0.notice.replace(Some(text().refused(why)));
            self.0.state.borrow_mut().told += 1;
        }
        self.tell_unreached();
        self.show(self.frame_of(turn));
        self.schedule();
    }

    fn look(&self) {
        let idle = self.0.next_tick.borrow().is_none();
        if idle && !media::hidden() {
            self.publish();
        }
    }

    fn visibility_changed(&self) {
        self.save();
        self.0.keeping.note_restoring();
        self.schedule();
    }
}

/// Continues a replay within the budget of a frame.
fn replay(player: &mut Player) -> Option<Arrival> {
    let end = media::wall_ms() + REPLAY_MS;
    for _ in 0..TIMES_PER_FRAME {
        if let Some(arrival) = player.go_on(EVENTS_AT_A_TIME) {
            return Some(arrival);
        }
        if media::wall_ms() > end {
            break;
        }
    }
    None
}
