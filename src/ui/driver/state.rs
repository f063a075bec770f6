//! The state of the driver apart from the run.

use crate::lab::Player;
use crate::runtime::Micros;
use crate::view::feed::PlayerFeeds;
use crate::view::speed::Speed;
use crate::view::turns::Turns;

/// The most events in one frame. If more are due, the page shows "running behind".
const EVENTS_PER_FRAME: u64 = 1_000;

/// A stored state of the run: its number, its clock, its number of events, and the event that was shown.
pub(super) type SavedAt = (u32, Micros, u64, Option<u64>);

/// The state of the clock and the drawing.
pub(super) struct State {
    /// Whether the clock runs.
    pub playing: bool,
    /// The chosen speed.
    pub speed: Speed,
    /// Whether the clock runs at the faster opening speed until there is a leader.
    pub opening: bool,
    /// Whether the last frame could not take all events that were due.
    pub behind: bool,
    /// The time of the last frame, in milliseconds of the browser's clock; none if the clock was stopped before.
    pub last: Option<f64>,
    /// The part of a microsecond, less than 1, that the last frame left over.
    pub rest: f64,
    /// Decides which panels are drawn in a frame.
    pub turns: Turns,
    /// The event feeds.
    pub feeds: PlayerFeeds,
    /// Increased by one with each new run.
    pub run: u32,
    /// Increased by one with each notice that comes after the start.
    pub told: u32,
}

impl State {
    pub fn new(speed: Speed, playing: bool, opening: bool) -> State {
        State {
            playing,
            speed,
            opening,
            behind: false,
            last: None,
            rest: 0.0,
            turns: Turns::default(),
            feeds: PlayerFeeds::default(),
            run: 0,
            told: 0,
        }
    }

    /// The current speed of the clock.
    pub fn speed_now(&self) -> Speed {
        if self.opening {
            Speed::OPENING
        } else {
            self.speed
        }
    }

    /// Lets `elapsed` seconds of real time pass.
    pub fn pass(&mut self, player: &mut Player, elapsed: f64) {
        let passed = self.speed_now().pass(elapsed, &mut self.rest);
        let looked_back = player.looks_back_at().is_some();
        let reached = player.advance_to(player.now() + passed, EVENTS_PER_FRAME);
        let halted = player.looks_back_at().is_none() && player.lab().halted().is_some();
        self.behind = !reached && !halted;
        if halted && !looked_back {
            self.playing = false;
        }
        if player.world().leader().is_some() {
            self.opening = false;
        }
    }
}
