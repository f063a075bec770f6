//! The state of the driver apart from the run.

use crate::lab::Player;
use crate::runtime::Micros;
use crate::view::feed::PlayerFeeds;
use crate::view::narrator::Narrator;
use crate::view::pace::{interest, Pacer, Pacing};
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
    /// What decides how fast the clock runs.
    pub pacing: Pacing,
    /// How fast the clock runs now.
    pub pacer: Pacer,
    /// Whether the clock runs faster than chosen, since nothing that matters is on its way.
    pub hurries: bool,
    /// Whether the last frame could not take all events that were due.
    pub behind: bool,
    /// The time of the last frame, in milliseconds of the browser's clock; none if the clock was stopped before.
    pub last: Option<f64>,
    /// Decides which panels are drawn in a frame.
    pub turns: Turns,
    /// The event feeds.
    pub feeds: PlayerFeeds,
    /// Says what is going on.
    pub narrator: Narrator,
    /// Increased by one with each new run.
    pub run: u32,
    /// Increased by one with each notice that comes after the start.
    pub told: u32,
}

impl State {
    pub fn new((speed, pacing): (Speed, Pacing), playing: bool, opening: bool) -> State {
        State {
            playing,
            speed,
            pacing,
            pacer: Pacer::opening(opening),
            hurries: false,
            behind: false,
            last: None,
            turns: Turns::default(),
            feeds: PlayerFeeds::default(),
            narrator: Narrator::default(),
            run: 0,
            told: 0,
        }
    }

    /// Lets `elapsed` seconds of real time pass.
    pub fn pass(&mut self, player: &mut Player, elapsed: f64) {
        let (before, generation) = (player.world(), player.generation());
        let (passed, hurries) = self.pacer.pass(self.pacing, self.speed, &before, elapsed);
        self.hurries = hurries;
        let looked_back = player.looks_back_at().is_some();
        let to = player.now() + passed;
        let reached = if hurries { hurry(player, to) } else { player.advance_to(to, EVENTS_PER_FRAME) };
        let halted = player.looks_back_at().is_none() && player.lab().halted().is_some();
        self.behind = !reached && !halted;
        if halted && !looked_back {
            self.playing = false;
        }
        if self.pacing == Pacing::Adaptive && player.generation() == generation {
            let world = player.world();
            player.with_past(|past| {
                let new = past.between(before.n, world.n);
                self.pacer.see(self.speed, &world, new.iter().map(|record| &**record));
            });
        }
    }
}

/// Advances to this time, or only to the event after which there is more to see: there the clock gets slower. Returns
/// false if there are too many events for a frame.
fn hurry(player: &mut Player, to: Micros) -> bool {
    let before = interest(&player.world());
    for _ in 0..EVENTS_PER_FRAME {
        let from = player.world().n;
        if player.advance_to(to, 1) || interest(&player.world()) > before {
            return true;
        }
        if player.world().n == from {
            break; // it has halted
        }
    }
    false
}
