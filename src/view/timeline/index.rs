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

#[cfg(test)]
mod tests {
    use super::super::bands::Standing;
    use super::super::marks::MarkKind;
    use super::*;
    use crate::lab::run::lab::Lab;
    use crate::lab::Scenario;
    use crate::raft::event::Role;

    /// A run with an election, writes, a crash, a pause, and another leader.
    fn lab() -> Lab {
        let run = r#"{"format": "raft-lab/1", "preset": "classroom", "nodes": [1, 2, 3], "network": {"loss": 0.05}, "actions": [
            {"at": 0, "do": "campaign", "node": 1}, {"at": 100, "do": "write_many", "count": 4},
            {"at": 300, "do": "crash", "node": 1}, {"at": 500, "do": "campaign", "node": 2},
            {"at": 700, "do": "restart", "node": 1}, {"at": 800, "do": "pause", "node": 3}
        ]}"#;
        let mut lab = Lab::new(Scenario::from_json(run).unwrap()).unwrap();
        lab.advance_to(Micros::from_ms(1_000), u64::MAX);
        lab
    }

    fn index(lab: &Lab) -> Index {
        let mut index = Index::after(lab.past().start());
        index.take(lab.past().records());
        index
    }

    #[test]
    fn bands_are_what_the_world_says_at_each_time() {
        let lab = lab();
        let (index, past) = (index(&lab), lab.past());
        for time in (0..1_000).map(|ms| Micros(1_000 * ms + 500)) {
            let world = past.world_at(index.event_at(time));
            for lane in index.lanes() {
                let node = &world.nodes[&lane.node];
                let band = lane.bands[lane.bands.partition_point(|band| band.at <= time) - 1];
                let standing = match (node.begun, node.alive, node.paused, node.role) {
                    (false, ..) => Standing::NotStarted,
                    (_, false, ..) => Standing::Crashed,
                    (_, _, true, _) => Standing::Paused,
                    (_, _, _, Role::Leader) => Standing::Leader,
                    (_, _, _, Role::Candidate) => Standing::Candidate,
                    _ => Standing::Follower,
                };
                assert_eq!((band.standing, band.term), (standing, node.term), "S{} at {time}", lane.node);
            }
        }
        let elected = index.marks().iter().filter(|mark| mark.kind == MarkKind::Elected).count();
        let failed = index.marks().iter().filter(|mark| mark.kind == MarkKind::Failed).count();
        assert!(elected >= 2 && failed == 2, "{elected} {failed}");
    }

    #[test]
    fn every_message_is_there_and_what_became_of_it() {
        let lab = lab();
        let (index, counts) = (index(&lab), lab.world().counts);
        let count = |is: fn(&Flight) -> bool| index.flights().all().iter().filter(|flight| is(flight)).count() as u64;
        assert_eq!(count(|_| true), counts.sent);
        assert_eq!(count(|it| it.fate == Fate::Arrived), counts.delivered);
        assert_eq!(count(|it| matches!(it.fate, Fate::Lost(_))), counts.dropped);
        assert!(counts.dropped > 0);
        let (from, to) = (Micros::from_ms(300), Micros::from_ms(320));
        let within: Vec<u64> = index.flights().within(from, to).map(|it| it.id).collect();
        let all = index.flights().all().iter().filter(|it| it.sent <= to && it.end >= from).map(|it| it.id);
        assert_eq!(within, all.collect::<Vec<u64>>());
        for flight in index.flights().all().iter().filter(|it| it.end_n > 0) {
            assert_eq!(index.other_end(flight.sent_n, true), Some(flight.end_n));
            assert_eq!(index.other_end(flight.end_n, false), Some(flight.sent_n));
        }
    }

    #[test]
    fn events_taken_in_pieces_and_twice_are_the_same() {
        let lab = lab();
        let whole = index(&lab);
        let mut pieces = Index::after(lab.past().start());
        for end in (0..lab.events()).step_by(37) {
            pieces.take(lab.past().between(end.saturating_sub(50), end));
        }
        pieces.take(lab.past().records());
        assert_eq!(format!("{pieces:?}"), format!("{whole:?}"));
        assert_eq!(pieces.last_taken(), lab.events());
    }

    #[test]
    fn a_time_leads_to_its_last_event_and_an_event_to_its_time() {
        let lab = lab();
        let index = index(&lab);
        for record in lab.past().records() {
            assert_eq!(index.time_of(record.n), record.at);
            let last = index.event_at(record.at);
            assert!(last >= record.n && index.time_of(last) == record.at);
        }
        assert_eq!(index.event_at(Micros::MAX), lab.events());
        let mut event = 0;
        let mut stops = 0;
        while let Some(next) = index.next_of(Some(2), event, true) {
            assert_eq!(index.next_of(Some(2), next + 1, false), Some(next));
            (event, stops) = (next, stops + 1);
        }
        assert!(stops > 20 && event > lab.events() * 9 / 10);
    }

    #[test]
    fn what_a_long_run_takes_has_a_bound() {
        let mut flights = Flights::default();
        let flight = |id| Flight {
            id,
            sent: Micros(id),
            end: Micros(id + 9),
            sent_n: id,
            end_n: id,
            from: 1,
            to: 2,
            kind: Kind::Append,
            fate: Fate::Arrived,
        };
        (1..400_000).for_each(|id| flights.push(flight(id)));
        assert!(flights.all().len() <= super::super::flights::FLIGHTS_MAX);
        assert!(flights.get(399_999).is_some() && flights.get(1).is_none());
        let moments = (0..600_000)
            .map(|n| Rc::new(Record { at: Micros(n), n: n + 1, event: Event::Lab(LabEvent::TrapGone { trap: 1 }) }));
        let mut index = Index::default();
        index.take(&moments.collect::<Vec<_>>());
        assert!(index.moments.len() <= MOMENTS_MAX);
        assert!(index.event_at(Micros(5)) <= 6 && index.event_at(Micros(599_999)) == 600_000);
    }
}
