//! The past of a run: all events, and the world after each of them.
//!
//! To *show* a past world, events are folded from the nearest kept world on ([`EventLog::world_at`]). To *act* in the
//! past, the scenario is replayed up to there, in the layer above (`lab::play`): running tasks cannot be copied, and
//! the same scenario always gives the same run. `tests/history.rs` checks that the two agree.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::lab::vocab::event::Record;
use crate::lab::world::World;

/// The number of events between two kept worlds: folding that many takes about a millisecond.
pub const SPACING: u64 = 256;

/// The most worlds that are kept. They share what did not change; each adds some kilobytes to the one before. Beyond
/// the limit, every second world of the older half is dropped.
pub const KEYFRAMES_MAX: usize = 1024;

/// The events of a run, in order.
#[derive(Clone, Debug)]
pub struct EventLog {
    /// The world before the first event.
    first: Rc<World>,
    records: Vec<Rc<Record>>,
    /// The kept worlds, by the number of the event that precedes them.
    keyframes: BTreeMap<u64, Rc<World>>,
}

impl EventLog {
    /// A log without events.
    pub fn new(first: Rc<World>) -> EventLog {
        EventLog { first, records: Vec::new(), keyframes: BTreeMap::new() }
    }

    /// Appends the next event, with the world after it.
    pub fn push(&mut self, record: Rc<Record>, world: &Rc<World>) {
        let number = record.n;
        self.records.push(record);
        if number.is_multiple_of(SPACING) {
            self.keyframes.insert(number, world.clone());
            self.thin();
        }
    }

    fn thin(&mut self) {
        if self.keyframes.len() > KEYFRAMES_MAX {
            let older = self.keyframes.keys().copied().take(KEYFRAMES_MAX / 2);
            let gone: Vec<u64> = older.skip(1).step_by(2).collect();
            gone.iter().for_each(|number| drop(self.keyframes.remove(number)));
        }
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
