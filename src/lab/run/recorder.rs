//! The recorder of a run: all events, the world folded from them, and the hash over them.

use std::cell::{Ref, RefCell};
use std::rc::Rc;

use litemap::LiteMap;

use crate::lab::judge::invariants::Invariants;
use crate::lab::judge::watch::Watch;
use crate::lab::run::past::EventLog;
use crate::lab::run::tally::Tally;
use crate::lab::vocab::condition::Condition;
use crate::lab::vocab::event::{Event, LabEvent, Record};
use crate::lab::vocab::invariant::Violation;
use crate::lab::world::World;
use crate::raft::event::Role;
use crate::raft::{self, NodeId, Observer, Term};
use crate::runtime::{Clock, Micros, StableHash, TraceHash};

/// Records events. Nodes, streams and the network share one recorder.
#[derive(Clone)]
pub struct Recorder {
    clock: Clock,
    recording: Rc<RefCell<Recording>>,
}

struct Recording {
    past: EventLog,
    world: Rc<World>,
    hash: TraceHash,
    watches: Vec<Watch>,
    triggers: Vec<Trigger>,
    /// The triggers that have fired since the last [`Recorder::take_fired`].
    fired: Vec<usize>,
    invariants: Invariants,
    /// The present leaders with their terms. Clients need them even if recording is off.
    leaders: LiteMap<NodeId, Term>,
    /// What has happened so far, recorded or not.
    tally: Tally,
    /// Whether recording is off.
    off: bool,
}

impl Recording {
    fn note_leader(&mut self, event: &Event) {
        match event {
            Event::Node(raft::Event::Role { node, to: Role::Leader, term, .. }) => {
                self.leaders.insert(*node, *term);
            }
            Event::Node(raft::Event::Role { node, .. }) | Event::Lab(LabEvent::Crash { node, .. }) => {
                self.leaders.remove(node);
            }
            _ => {}
        }
    }

    /// Takes one event: folds it into the world, and passes it to the watches.
    fn take(&mut self, at: Micros, event: Event) -> Record {
        self.tally.note(&event);
        let record = Record { at, n: self.tally.events, event };
        record.hash_into(&mut self.hash);
        Rc::make_mut(&mut self.world).apply(&record);
        for watch in &mut self.watches {
            watch.observe(&record, &self.world);
        }
        for (i, trigger) in self.triggers.iter_mut().enumerate().filter(|(_, trigger)| !trigger.fired) {
            trigger.watch.observe(&record, &self.world);
            trigger.fired = trigger.watch.holds(&self.world, at);
            self.fired.extend(trigger.fired.then_some(i));
        }
        record
    }

    /// Takes an event, and the violations that it brings.
    fn record(&mut self, at: Micros, event: Event) {
        let record = self.take(at, event);
        let broken = self.invariants.observe(&record, &self.world);
        self.past.push(record, &self.world, self.tally.bytes);
        for Violation { invariant, nodes, entries, detail: text } in broken {
            // Only the first violation of each invariant is recorded; later ones are mostly consequences of it.
            if !self.world.violations.contains_key(&invariant) {
                let record = self.take(at, Event::Lab(LabEvent::Violation { invariant, nodes, entries, text }));
                self.past.push(record, &self.world, self.tally.bytes);
            }
        }
    }
}

/// Fires once, at the first event after which its condition holds, even if it no longer holds after the next.
struct Trigger {
    watch: Watch,
    fired: bool,
}

/// Identifies a condition that a recorder watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchId(usize);

impl Recorder {
    /// A recorder that starts with this world.
    pub fn new(clock: Clock, world: World) -> Recorder {
        let invariants = Invariants::new(&world);
        let world = Rc::new(world);
        let recording = Recording {
            past: EventLog::new(world.clone()),
            world,
            hash: TraceHash::default(),
            watches: Vec::new(),
            triggers: Vec::new(),
            fired: Vec::new(),
            invariants,
            leaders: LiteMap::new(),
            tally: Tally::default(),
            off: false,
        };
        Recorder { clock, recording: Rc::new(RefCell::new(recording)) }
    }

    /// Records an event of the laboratory.
    pub fn lab(&self, event: LabEvent) {
        self.record(Event::Lab(event));
    }

    fn record(&self, event: Event) {
        let recording = &mut *self.recording.borrow_mut();
        recording.note_leader(&event);
        if recording.off {
            recording.tally.note(&event);
            return;
        }
        recording.record(self.clock.now(), event);
    }

    /// The number of events so far.
    pub fn count(&self) -> u64 {
        self.recording.borrow().tally.events
    }

    /// The bytes that the events take, about.
    pub fn bytes(&self) -> u64 {
        self.recording.borrow().tally.bytes
    }

    /// The number of events so far that brought the cluster on.
    pub fn progress(&self) -> u64 {
        self.recording.borrow().tally.progress
    }

    /// The leader of the highest term: the one that a client would find.
    pub fn leader(&self) -> Option<NodeId> {
        let recording = self.recording.borrow();
        recording.leaders.iter().max_by_key(|&(_, term)| term).map(|(&node, _)| node)
    }

    /// Whether an invariant was violated.
    pub fn any_violation(&self) -> bool {
        !self.recording.borrow().world.violations.is_empty()
    }

    /// Switches recording off: from now on the world does not change, and no invariants are checked.
    pub fn switch_off(&self) {
        self.recording.borrow_mut().off = true;
    }

    /// Drops the oldest events when all take more than so many bytes, about.
    pub fn keep(&self, bytes: u64) {
        self.recording.borrow_mut().past.keep(bytes);
    }

    /// Only counts the events from now on, and keeps no past.
    pub fn keep_nothing(&self) {
        self.recording.borrow_mut().past.keep_nothing();
    }

    /// Goes on watching a condition: it is evaluated after every event.
    pub fn watch(&self, watch: Watch) -> WatchId {
        let recording = &mut *self.recording.borrow_mut();
        recording.watches.push(watch);
        WatchId(recording.watches.len() - 1)
    }

    /// Notes that the run could stop here.
    pub fn note_stop(&self) {
        let recording = &mut *self.recording.borrow_mut();
        if !recording.off {
            recording.past.note_stop();
        }
    }

    /// Adds a trigger that fires once, when its condition first holds after an event. Triggers are numbered from 0.
    pub fn trigger(&self, condition: Condition) {
        self.recording.borrow_mut().triggers.push(Trigger { watch: Watch::new(condition), fired: false });
    }

    /// The triggers that have fired since the last call, in order.
    pub fn take_fired(&self) -> Vec<usize> {
        std::mem::take(&mut self.recording.borrow_mut().fired)
    }

    /// Removes the watch that was added last.
    pub fn unwatch_last(&self) {
        self.recording.borrow_mut().watches.pop();
    }

    /// Whether a watched condition holds now.
    pub fn holds(&self, WatchId(id): WatchId) -> bool {
        let recording = self.recording.borrow();
        recording.watches.get(id).is_some_and(|watch| watch.holds(&recording.world, self.clock.now()))
    }

    /// The events that are kept, in order: all, unless it was told otherwise.
    pub fn records(&self) -> Ref<'_, [Rc<Record>]> {
        Ref::map(self.past(), EventLog::records)
    }

    /// The past up to now.
    pub fn past(&self) -> Ref<'_, EventLog> {
        Ref::map(self.recording.borrow(), |recording| &recording.past)
    }

    /// The present world.
    pub fn world(&self) -> Rc<World> {
        self.recording.borrow().world.clone()
    }

    /// The hash over all events so far.
    pub fn hash(&self) -> TraceHash {
        self.recording.borrow().hash
    }
}

impl Observer for Recorder {
    fn emit(&self, event: raft::Event) {
        self.record(Event::Node(event));
    }
}
