//! What can be drawn of a run, folded from its events as they come.
//!
//! Events leave the memory of the page after a while; the index keeps what it needs: when what a node was changed, the
//! marks, and the last [`FLIGHTS_MAX`](super::flights::FLIGHTS_MAX) messages.

use std::rc::Rc;

use super::bands::{node_of, Lane};
use super::flights::{Fate, Flight, Flights, Kind};
use super::marks::{mark_of, Mark};
use crate::lab::vocab::event::{Event, LabEvent, Record};
use crate::lab::world::World;
use crate::raft::NodeId;
use crate::runtime::Micros;

/// The most moments that are kept, at which one can stop. When there are more, every second one of the older half goes.
const MOMENTS_MAX: usize = 262_144;

/// The index of a run.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// The number of the last event that was taken.
    taken: u64,
    /// The time of the last event that was taken.
    end: Micros,
    /// The time from which on it knows the run.
    begin: Micros,
    /// The event from which on it knows the run.
    first: u64,
    lanes: Vec<Lane>,
    marks: Vec<Mark>,
    flights: Flights,
    /// The times at which something happened, each with the last event at it.
    moments: Vec<(Micros, u64)>,
}

impl Index {
    /// The index of a run that goes on from this world.
    pub fn after(world: &World) -> Index {
        let (at, n) = (world.at, world.n);
        let lanes = world.nodes.values().map(|node| Lane::new(node, at, n)).collect();
        Index { taken: n, end: at, begin: at, first: n, lanes, moments: vec![(at, n)], ..Index::default() }
    }

    /// The number of the last event that was taken.
    pub fn last_taken(&self) -> u64 {
        self.taken
    }

    /// The time of the last event that was taken.
    pub fn end(&self) -> Micros {
        self.end
    }

    /// The time from which on it knows the run: its start, unless that had left memory before it was looked at.
    pub fn begin(&self) -> Micros {
        self.begin
    }

    /// The event from which on it knows the run.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// The lanes of the nodes, in the order of their numbers.
    pub fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// The marks, the oldest first.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// The messages.
    pub fn flights(&self) -> &Flights {
        &self.flights
    }

    /// The last event at or before a time.
    pub fn event_at(&self, time: Micros) -> u64 {
        let after = self.moments.partition_point(|(at, _)| *at <= time);
        after.checked_sub(1).and_then(|place| self.moments.get(place)).map_or(self.first, |(_, n)| *n)
    }

    /// The time of an event; of one that is not known, that of one close by.
    pub fn time_of(&self, event: u64) -> Micros {
        let place = self.moments.partition_point(|(_, n)| *n < event);
        self.moments.get(place).map_or(self.end, |(at, _)| *at)
    }

    /// The first moment after an event, or the last one before it, as the event with which one stops there.
    pub fn next_moment(&self, event: u64, forward: bool) -> Option<u64> {
        let place = match forward {
            true => self.moments.partition_point(|(_, n)| *n <= event),
            false => self.moments.partition_point(|(_, n)| *n < event).checked_sub(1)?,
        };
        self.moments.get(place).map(|(_, n)| *n)
    }

    /// The next event that a node takes part in, or the one before: what it is changes, it is marked, it sends or receives
    /// a message. Without a node, of any.
    pub fn next_of(&self, node: Option<NodeId>, event: u64, forward: bool) -> Option<u64> {
        let is_of = |it: NodeId| node.is_none_or(|node| node == it);
        let lanes = self.lanes.iter().filter(|lane| is_of(lane.node));
        let bands = lanes.flat_map(|lane| lane.bands.iter().map(|band| band.n));
        let marks = self.marks.iter().filter(|mark| mark.node.is_none_or(is_of)).map(|mark| mark.n);
        let flights = self.flights.all().iter();
        let ends = flights.flat_map(|it| [(it.from, it.sent_n), (it.to, it.end_n)]).filter(|(it, _)| is_of(*it));
        let all = bands.chain(marks).chain(ends.map(|(_, n)| n)).filter(|n| *n > 0);
        match forward {
            true => all.filter(|n| *n > event).min(),
            false => all.filter(|n| *n < event).max(),
        }
    }

    /// The event at the other end of the message that was sent with this event, or that arrived with it.
    pub fn other_end(&self, event: u64, forward: bool) -> Option<u64> {
        let mut flights = self.flights.all().iter();
        match forward {
            true => flights.find(|it| it.sent_n == event && it.end_n > 0).map(|it| it.end_n),
            false => flights.find(|it| it.end_n == event && event > 0).map(|it| it.sent_n),
        }
    }

    /// Takes the events after those that were taken already.
    pub fn take(&mut self, records: &[Rc<Record>]) {
        let new = records.partition_point(|record| record.n <= self.taken);
        records.get(new..).unwrap_or_default().iter().for_each(|record| self.take_one(record));
    }

    fn take_one(&mut self, record: &Record) {
        (self.taken, self.end) = (record.n, record.at);
        match self.moments.last_mut() {
            Some((at, n)) if *at == record.at => *n = record.n,
            _ => self.moments.push((record.at, record.n)),
        }
        if self.moments.len() > MOMENTS_MAX {
            self.thin_out();
        }
        if let Some(mark) = mark_of(record, |node| self.lane(node).is_some_and(|lane| lane.leads())) {
            self.marks.push(mark);
        }
        if let Event::Lab(LabEvent::NewNode { node }) = record.event {
            let place = self.lanes.partition_point(|lane| lane.node < node);
            self.lanes.insert(place, Lane::added(node, record.at, record.n));
        }
        if let Some(node) = node_of(&record.event) {
            if let Some(lane) = self.lanes.iter_mut().find(|lane| lane.node == node) {
                lane.take(record);
            }
        }
        if let Event::Lab(event) = &record.event {
            self.take_message(record, event);
        }
    }

    fn lane(&self, node: NodeId) -> Option<&Lane> {
        self.lanes.iter().find(|lane| lane.node == node)
    }

    fn take_message(&mut self, record: &Record, event: &LabEvent) {
        let (at, n) = (record.at, record.n);
        match event {
            LabEvent::Sent { id, from, to, re, arrives, message, .. } => {
                let is_heartbeat = |flight: &Flight| flight.kind == Kind::Heartbeat;
                let to_heartbeat = re.and_then(|re| self.flights.get(re)).is_some_and(is_heartbeat);
                self.flights.push(Flight {
                    id: *id,
                    sent: at,
                    end: *arrives,
                    sent_n: n,
                    end_n: 0,
                    from: *from,
                    to: *to,
                    kind: Kind::of(message, to_heartbeat),
                    fate: Fate::Flying,
                });
            }
            LabEvent::Delivered { id, .. } => {
                self.flights.change(*id, |it| (it.end, it.end_n, it.fate) = (at, n, Fate::Arrived));
            }
            LabEvent::Lost { id, .. } => self.flights.change(*id, |it| {
                let way = match it.fate {
                    Fate::Held(way) => way,
                    _ => it.way_at(at),
                };
                (it.end, it.end_n, it.fate) = (at, n, Fate::Lost(way));
            }),
            LabEvent::Held { id, .. } => self.flights.change(*id, |it| it.fate = Fate::Held(it.way_at(at))),
            LabEvent::Released { id, arrives, .. } => {
                self.flights.change(*id, |it| (it.end, it.fate) = (*arrives, Fate::Flying));
            }
            LabEvent::Delayed { id, arrives, .. } => self.flights.change(*id, |it| it.end = *arrives),
            _ => {}
        }
    }

    fn thin_out(&mut self) {
        let mut place = 0;
        self.moments.retain(|_| {
            place += 1;
            place > MOMENTS_MAX / 2 || place % 2 == 0
        });
    }
}
