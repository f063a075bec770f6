//! The playhead: the position in the past that is shown.

use std::rc::Rc;

use crate::lab::judge::watch::Watch;
use crate::lab::run::past::EventLog;
use crate::lab::vocab::moment::Position;
use crate::lab::vocab::step::StepKind;
use crate::lab::world::World;
use crate::runtime::Micros;

/// A position in a run: after one of its events, with a clock that can advance up to the next.
#[derive(Clone, Debug)]
pub struct Playhead {
    world: Rc<World>,
    now: Micros,
}

impl Playhead {
    /// A playhead after this event, at its time.
    pub fn at(past: &EventLog, event: u64) -> Playhead {
        let world = past.world_at(event);
        Playhead { now: world.at, world }
    }

    /// The world at this position.
    pub fn world(&self) -> &Rc<World> {
        &self.world
    }

    /// The position.
    pub fn moment(&self) -> Position {
        Position { event: self.world.n, now: self.now }
    }

    /// A playhead at the last step of this kind before the event `from`, as far as the log reaches; or at the start of
    /// the run if there is none. `None` if the log does not reach far enough to tell.
    pub fn before(past: &EventLog, from: u64, kind: StepKind) -> Option<Playhead> {
        let earlier = past.between(past.dropped(), from.saturating_sub(1));
        let step = earlier.iter().rev().find(|record| kind.is_made_by(&record.event));
        let event = step.map(|record| record.n).or((past.dropped() == 0).then_some(0))?;
        Some(Playhead::at(past, event))
    }

    /// Moves to the next step of this kind. Returns false, and does not move, if the log has none.
    pub fn forward(&mut self, past: &EventLog, kind: StepKind) -> bool {
        let later = past.between(self.world.n, u64::MAX);
        let Some(record) = later.iter().find(|record| kind.is_made_by(&record.event)) else { return false };
        self.go_to(past, record.n);
        true
    }

    /// Moves forward to this event, or to the last of the log.
    pub fn go_to(&mut self, past: &EventLog, event: u64) {
        if event.min(past.events()) - self.world.n > past.spacing() {
            self.world = past.world_at(event);
        } else {
            self.fold(past, event);
        }
        self.now = self.now.max(self.world.at);
    }

    /// Advances the clock to `time`, past at most `events_max` events. Returns whether `time` was reached.
    pub fn advance_to(&mut self, past: &EventLog, time: Micros, events_max: u64) -> bool {
        let later = past.between(self.world.n, u64::MAX);
        let due = later.partition_point(|record| record.at <= time) as u64;
        let reached = due <= events_max;
        self.fold(past, self.world.n + due.min(events_max));
        self.now = if reached { time.max(self.now) } else { self.world.at };
        reached
    }

    /// Advances until a condition holds, up to a virtual time. Returns whether it holds then; `None` if the log ends
    /// before. It stops where the run would have: see [`Lab::run_until`](crate::lab::Lab::run_until).
    pub fn run_until(&mut self, past: &EventLog, watch: &mut Watch, end: Micros) -> Option<bool> {
        while !watch.holds(&self.world, self.now) {
            let turn = past.between(self.world.n, past.next_stop(self.world.n));
            if turn.first()?.at > end {
                return Some(self.wait(watch, end));
            }
            for record in turn {
                Rc::make_mut(&mut self.world).apply(record);
                watch.observe(record, &self.world);
                self.now = record.at;
            }
        }
        Some(true)
    }

    /// Lets time pass in which nothing happens. Returns whether the condition holds then.
    pub fn wait(&mut self, watch: &Watch, end: Micros) -> bool {
        self.now = end;
        watch.holds(&self.world, end)
    }

    fn fold(&mut self, past: &EventLog, to: u64) {
        let new = past.between(self.world.n, to);
        if !new.is_empty() {
            let world = Rc::make_mut(&mut self.world);
            new.iter().for_each(|record| world.apply(record));
        }
    }
}
