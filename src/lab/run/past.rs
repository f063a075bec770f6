//! The past of a run: its events, and the world after each of them.
//!
//! A log may be told how much to keep. Then the oldest events leave it, and are had by running the scenario again
//! ([`Lab::for_each_record`](crate::lab::Lab::for_each_record), [`Player`](crate::lab::Player)).
//!
//! To *show* a past world, events are folded from the nearest kept world on ([`EventLog::world_at`]). To *act* in the
//! past, the scenario is replayed up to there, in the layer above (`lab::play`): running tasks cannot be copied, and
//! the same scenario always gives the same run. `tests/history.rs` checks that the two agree.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::lab::vocab::event::Record;
use crate::lab::world::World;

/// The number of events between two kept worlds, in a run that is not long: folding that many takes about a
/// millisecond.
pub const SPACING: u64 = 256;

/// The most worlds that are kept. They share what did not change; each adds some kilobytes to the one before. Beyond
/// the limit, every second one is dropped, and only every second one is kept from then on: so any event of a run of
/// three million is at most 4096 events away from a kept world.
pub const KEYFRAMES_MAX: usize = 1024;

/// The fewest events that a log keeps, whatever it is told.
pub const KEPT_MIN: usize = 1024;

/// The events of a run, in order, from the oldest that is kept to the last.
#[derive(Clone, Debug)]
pub struct EventLog {
    /// The world before the first event of the run.
    start: Rc<World>,
    /// The number of events that are kept no longer.
    dropped: u64,
    /// The world after the last of these.
    first: Rc<World>,
    records: Vec<Rc<Record>>,
    /// The numbers of the events at which the run could stop: the last of each turn.
    stops: Vec<u64>,
    /// The kept worlds, by the number of the event that precedes them: one for each multiple of `spacing`; and the
    /// bytes of all events up to there.
    keyframes: BTreeMap<u64, (Rc<World>, u64)>,
    spacing: u64,
    /// The most bytes of events that are kept, about; none if nothing is kept.
    keeps: Option<u64>,
    /// The bytes of all events, and of those that are kept no longer.
    bytes: u64,
    dropped_bytes: u64,
}

impl EventLog {
    /// A log without events, which will keep all of them.
    pub fn new(start: Rc<World>) -> EventLog {
        EventLog {
            first: start.clone(),
            start,
            dropped: 0,
            records: Vec::new(),
            stops: Vec::new(),
            keyframes: BTreeMap::new(),
            spacing: SPACING,
            keeps: Some(u64::MAX),
            bytes: 0,
            dropped_bytes: 0,
        }
    }

    /// From now on, the oldest events are dropped when all take more than so many bytes, about; but at least
    /// [`KEPT_MIN`] of them stay.
    pub fn keep(&mut self, bytes: u64) {
        self.keeps = Some(bytes);
    }

    /// From now on, events are only counted: no memory is taken, and no past world is within reach.
    pub fn keep_nothing(&mut self) {
        *self = EventLog { dropped: self.events(), keeps: None, ..EventLog::new(self.start.clone()) };
    }

    /// Appends the next event, with the world after it, and the bytes of all events up to it.
    pub fn push(&mut self, record: Record, world: &Rc<World>, bytes: u64) {
        let Some(keeps) = self.keeps else {
            self.dropped += 1;
            return;
        };
        let number = record.n;
        self.bytes = bytes;
        self.records.push(Rc::new(record));
        if number.is_multiple_of(self.spacing) {
            self.keyframes.insert(number, (world.clone(), bytes));
        }
        if self.keyframes.len() > KEYFRAMES_MAX {
            self.spacing *= 2;
            self.keyframes.retain(|number, _| number.is_multiple_of(self.spacing));
        }
        if self.bytes() > keeps && self.records.len() > KEPT_MIN {
            self.drop_oldest();
        }
    }

    /// Drops about a quarter of the events: those up to a kept world, with which the log begins from then on.
    fn drop_oldest(&mut self) {
        let quarter = self.dropped + self.records.len() as u64 / 4;
        let Some((&last, (world, bytes))) = self.keyframes.range(quarter..).next() else { return };
        (self.first, self.dropped_bytes) = (world.clone(), *bytes);
        self.records.drain(..place(last - self.dropped));
        self.dropped = last;
        self.stops.drain(..self.stops.partition_point(|&stop| stop <= last));
        self.keyframes = self.keyframes.split_off(&last);
    }

    /// Notes that the run could stop after the last event.
    pub fn note_stop(&mut self) {
        let last = self.events();
        if self.keeps.is_some() && self.stops.last().is_none_or(|&stop| stop < last) {
            self.stops.push(last);
        }
    }

    /// The first event after this one at which the run could stop; the last one if none is known.
    pub fn next_stop(&self, event: u64) -> u64 {
        let place = self.stops.partition_point(|&stop| stop <= event);
        self.stops.get(place).copied().unwrap_or(self.events())
    }

    /// The world before the first event of the run.
    pub fn start(&self) -> &Rc<World> {
        &self.start
    }

    /// The number of events that are kept no longer: the first that is kept has the next number.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Whether the world after this event can be had from here, and every event after it.
    pub fn reaches(&self, event: u64) -> bool {
        self.keeps.is_some() && (self.dropped..=self.events()).contains(&event)
    }

    /// Whether much of what came before this event is here too: at least half of what is kept, or all.
    pub fn reaches_well(&self, event: u64) -> bool {
        let before = event.saturating_sub(self.dropped);
        self.reaches(event) && (self.dropped == 0 || before >= self.records.len() as u64 / 2)
    }

    /// The number of events between two kept worlds.
    pub fn spacing(&self) -> u64 {
        self.spacing
    }

    /// The number of worlds that are kept.
    pub fn kept(&self) -> usize {
        self.keyframes.len()
    }

    /// The bytes of the events that are kept, about.
    pub fn bytes(&self) -> u64 {
        self.bytes - self.dropped_bytes
    }

    /// The events that are kept, in order.
    pub fn records(&self) -> &[Rc<Record>] {
        &self.records
    }

    /// Those after event `from`, up to event `to`.
    pub fn between(&self, from: u64, to: u64) -> &[Rc<Record>] {
        let place = |event: u64| place(event.saturating_sub(self.dropped)).min(self.records.len());
        self.records.get(place(from)..place(to)).unwrap_or_default()
    }

    /// The number of events of the run.
    pub fn events(&self) -> u64 {
        self.dropped + self.records.len() as u64
    }

    /// The world after the event with this number; 0 is before the first, numbers beyond the last mean the last, and
    /// those of dropped events the last of them. Asked only for what the log [reaches](EventLog::reaches).
    pub fn world_at(&self, event: u64) -> Rc<World> {
        let event = event.clamp(self.dropped, self.events());
        let kept = self.keyframes.range(..=event).next_back();
        let (from, world) = kept.map_or((self.dropped, &self.first), |(&from, (world, _))| (from, world));
        if from == event {
            return world.clone();
        }
        let mut world = World::clone(world);
        self.between(from, event).iter().for_each(|record| world.apply(record));
        Rc::new(world)
    }

    /// The number of the first event at which two logs that have dropped none differ.
    pub fn parts_from(&self, other: &EventLog) -> Option<u64> {
        let same = self.records.iter().zip(&other.records).take_while(|(a, b)| a == b).count() as u64;
        (same < self.events().max(other.events())).then_some(same + 1)
    }
}

fn place(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
