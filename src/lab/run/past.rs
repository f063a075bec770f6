//! The past of a run: all events, and the world after each of them.
//!
//! To *show* a past world, events are folded from the nearest kept world on ([`EventLog::world_at`]). To *act* in the
//! past, the scenario is replayed up to there, in the layer above (`lab::play`): running tasks cannot be copied, and
//! the same scenario always gives the same run. `tests/history.rs` checks that the two agree.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::lab::judge::watch::{Needs, Watch};
use crate::lab::vocab::condition::Condition;
use crate::lab::vocab::event::Record;
use crate::lab::world::World;

/// The number of events between two kept worlds, in a run that is not long: folding that many takes about a
/// millisecond.
pub const SPACING: u64 = 256;

/// The most worlds that are kept. They share what did not change; each adds some kilobytes to the one before. Beyond
/// the limit, every second one is dropped, and only every second one is kept from then on: so any event of a run of
/// three million is at most 4096 events away from a kept world.
pub const KEYFRAMES_MAX: usize = 1024;

/// The events of a run, in order.
#[derive(Clone, Debug)]
pub struct EventLog {
    /// The world before the first event.
    first: Rc<World>,
    records: Vec<Rc<Record>>,
    /// The numbers of the events at which the run could stop: the last of each turn.
    stops: Vec<u64>,
    /// The kept worlds, by the number of the event that precedes them: one for each multiple of `spacing`.
    keyframes: BTreeMap<u64, Rc<World>>,
    spacing: u64,
}

impl EventLog {
    /// A log without events.
    pub fn new(first: Rc<World>) -> EventLog {
        EventLog { first, records: Vec::new(), stops: Vec::new(), keyframes: BTreeMap::new(), spacing: SPACING }
    }

    /// Appends the next event, with the world after it.
    pub fn push(&mut self, record: Rc<Record>, world: &Rc<World>) {
        let number = record.n;
        self.records.push(record);
        if number.is_multiple_of(self.spacing) {
            self.keyframes.insert(number, world.clone());
        }
        if self.keyframes.len() > KEYFRAMES_MAX {
            self.spacing *= 2;
            self.keyframes.retain(|number, _| number.is_multiple_of(self.spacing));
        }
    }

    /// Notes that the run could stop after the last event.
    pub fn note_stop(&mut self) {
        let last = self.events();
        if self.stops.last().is_none_or(|&stop| stop < last) {
            self.stops.push(last);
        }
    }

    /// The first event after this one at which the run could stop; the last one if none is known.
    pub fn next_stop(&self, event: u64) -> u64 {
        let place = self.stops.partition_point(|&stop| stop <= event);
        self.stops.get(place).copied().unwrap_or(self.events())
    }

    /// Watches a condition over the run up to this event, `world` being that after it: what has happened so far
    /// counts, as if it had been watched from the first event on.
    pub fn watch(&self, condition: Condition, world: &World) -> Watch {
        let mut watch = Watch::new(condition);
        let so_far = &self.records[..usize::try_from(world.n).unwrap_or(usize::MAX).min(self.records.len())];
        match watch.needs() {
            Needs::Nothing => {}
            Needs::Events => so_far.iter().for_each(|record| watch.recall(record)),
            Needs::Worlds => {
                let mut then = World::clone(&self.first);
                for record in so_far {
                    then.apply(record);
                    watch.observe(record, &then);
                }
            }
        }
        watch
    }

    /// The number of events between two kept worlds.
    pub fn spacing(&self) -> u64 {
        self.spacing
    }

    /// The number of worlds that are kept.
    pub fn kept(&self) -> usize {
        self.keyframes.len()
    }

    /// All events, in order.
    pub fn records(&self) -> &[Rc<Record>] {
        &self.records
    }

    /// The number of events.
    pub fn events(&self) -> u64 {
        self.records.len() as u64
    }

    /// The world after the event with this number; 0 is before the first, numbers beyond the last mean the last.
    pub fn world_at(&self, event: u64) -> Rc<World> {
        let event = event.min(self.events());
        let (&from, world) = self.keyframes.range(..=event).next_back().unwrap_or((&0, &self.first));
        if from == event {
            return world.clone();
        }
        let mut world = World::clone(world);
        let place = |event: u64| usize::try_from(event).unwrap_or(usize::MAX);
        self.records[place(from)..place(event)].iter().for_each(|record| world.apply(record));
        Rc::new(world)
    }

    /// The number of the first event at which two logs differ.
    pub fn parts_from(&self, other: &EventLog) -> Option<u64> {
        let same = self.records.iter().zip(&other.records).take_while(|(a, b)| a == b).count() as u64;
        (same < self.events().max(other.events())).then_some(same + 1)
    }
}
