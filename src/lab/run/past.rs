//! The past of a run: every event of it, and the world as it was behind any of them.
//!
//! *Looking* back folds events, from the nearest world that was kept ([`EventLog::world_at`]). *Acting* in the past runs
//! the scenario again up to there, in the floor above this one (`lab::play`): what runs cannot be copied, and need not
//! be, since the same scenario gives the same run. The two agree; `tests/history.rs` holds it.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::lab::vocab::event::Record;
use crate::lab::world::World;

/// A world is kept every so many events: folding so many takes about a millisecond.
pub const SPACING: u64 = 256;

/// So many worlds are kept at most. They share what did not change between them; one differs from the next by some
/// kilobytes. When there are more, every second one of the older half goes.
pub const KEYFRAMES_MAX: usize = 1024;

/// What happened in a run, in order.
#[derive(Clone, Debug)]
pub struct EventLog {
    /// The world before the first event.
    first: Rc<World>,
    records: Vec<Rc<Record>>,
    /// Worlds that were kept, by the number of the event behind which they were so.
    keyframes: BTreeMap<u64, Rc<World>>,
}

impl EventLog {
    /// Nothing has happened yet.
    pub fn new(first: Rc<World>) -> EventLog {
        EventLog { first, records: Vec::new(), keyframes: BTreeMap::new() }
    }

    /// Takes the next event, and the world behind it.
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

    /// How many worlds are kept.
    pub fn kept(&self) -> usize {
        self.keyframes.len()
    }

    /// Every event, in order.
    pub fn records(&self) -> &[Rc<Record>] {
        &self.records
    }

    /// How many events there are.
    pub fn events(&self) -> u64 {
        self.records.len() as u64
    }

    /// The world behind the event with this number; 0 is before the first, and what is beyond the last is the last.
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

    /// The number of the first event that is not the same in both.
    pub fn parts_from(&self, other: &EventLog) -> Option<u64> {
        let same = self.records.iter().zip(&other.records).take_while(|(a, b)| a == b).count() as u64;
        (same < self.events().max(other.events())).then_some(same + 1)
    }
}
