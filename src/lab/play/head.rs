//! The playhead: the position in the past that is shown.

use std::rc::Rc;

use crate::lab::run::past::EventLog;
use crate::lab::vocab::condition::Condition;
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

    /// A playhead at the last step of this kind before the event `from`, or at the start if there is none.
    pub fn before(past: &EventLog, from: u64, kind: StepKind) -> Playhead {
        let earlier = past.records().iter().take(place(from.saturating_sub(1)));
        let step = earlier.rev().find(|record| kind.is_made_by(&record.event));
        Playhead::at(past, step.map_or(0, |record| record.n))
    }

    /// Moves to the next step of this kind. Returns false, and does not move, if the past has none.
    pub fn forward(&mut self, past: &EventLog, kind: StepKind) -> bool {
        let later = past.records().iter().skip(place(self.world.n));
        let Some(record) = later.into_iter().find(|record| kind.is_made_by(&record.event)) else { return false };
        if record.n - self.world.n > past.spacing() {
            self.world = past.world_at(record.n);
        } else {
            self.fold(past, record.n);
        }
        self.now = record.at;
        true
    }

    /// Advances the clock to `time`, past at most `events_max` events. Returns whether `time` was reached.
    pub fn advance_to(&mut self, past: &EventLog, time: Micros, events_max: u64) -> bool {
        let later = &past.records()[place(self.world.n)..];
        let due = later.partition_point(|record| record.at <= time) as u64;
        let reached = due <= events_max;
        self.fold(past, self.world.n + due.min(events_max));
        self.now = if reached { time.max(self.now) } else { self.world.at };
        reached
    }

    /// Advances until a condition holds, for at most `limit` of virtual time. Returns whether it holds then. It stops
    /// where the run would have: see [`Lab::run_until`](crate::lab::Lab::run_until).
    pub fn run_until(&mut self, past: &EventLog, condition: Condition, limit: Micros) -> bool {
        let end = self.now + limit;
        let mut watch = past.watch(condition, &self.world);
        while !watch.holds(&self.world) {
            let turn = &past.records()[place(self.world.n)..place(past.next_stop(self.world.n))];
            if turn.first().is_none_or(|record| record.at > end) {
                self.now = end;
                return false;
            }
            for record in turn {
                Rc::make_mut(&mut self.world).apply(record);
                watch.observe(record, &self.world);
                self.now = record.at;
            }
        }
        true
    }

    fn fold(&mut self, past: &EventLog, to: u64) {
        let new = &past.records()[place(self.world.n)..place(to)];
        if !new.is_empty() {
            let world = Rc::make_mut(&mut self.world);
            new.iter().for_each(|record| world.apply(record));
        }
    }
}

/// The number of records before the one that follows event `n`; events are counted from 1.
fn place(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
