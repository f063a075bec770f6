//! The record of a run: every event, the world that they make, and the hash over them.

use std::cell::{Ref, RefCell};
use std::rc::Rc;

use litemap::LiteMap;

use crate::lab::judge::invariants::Invariants;
use crate::lab::judge::watch::Watch;
use crate::lab::run::past::EventLog;
use crate::lab::vocab::condition::Condition;
use crate::lab::vocab::event::{Event, LabEvent, Record};
use crate::lab::vocab::invariant::Violation;
use crate::lab::world::World;
use crate::raft::event::Role;
use crate::raft::{self, NodeId, Observer, Term};
use crate::runtime::{Clock, Micros, StableHash, TraceHash};

/// Takes down what happens. Nodes, streams and the network hold a handle to the same one.
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
    /// Triggers that have fired and were not taken yet.
    fired: Vec<usize>,
    invariants: Invariants,
    /// The nodes in office, with their terms: what clients have to know, even if nothing is taken down.
    leaders: LiteMap<NodeId, Term>,
    count: u64,
    /// Nothing is taken down.
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

    /// Takes down one event, folds it, and shows it to the watches.
    fn take(&mut self, at: Micros, event: Event) -> Rc<Record> {
        self.count += 1;
        let record = Rc::new(Record { at, n: self.count, event });
        record.hash_into(&mut self.hash);
        Rc::make_mut(&mut self.world).apply(&record);
        for watch in &mut self.watches {
            watch.observe(&record, &self.world);
        }
        for (i, trigger) in self.triggers.iter_mut().enumerate().filter(|(_, trigger)| !trigger.fired) {
            trigger.watch.observe(&record, &self.world);
            trigger.fired = trigger.watch.holds(&self.world);
            self.fired.extend(trigger.fired.then_some(i));
        }
        self.past.push(record.clone(), &self.world);
        record
    }
}

/// Fires once, at the first event behind which its condition holds, even if it holds no longer behind the next.
struct Trigger {
    watch: Watch,
    fired: bool,
}

/// Names a condition that a recorder watches for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchId(usize);

impl Recorder {
    /// A recorder that begins with a world before its first event.
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
            count: 0,
            off: false,
        };
        Recorder { clock, recording: Rc::new(RefCell::new(recording)) }
    }

    /// Takes down an event of the laboratory.
    pub fn lab(&self, event: LabEvent) {
        self.record(Event::Lab(event));
    }

    fn record(&self, event: Event) {
        let recording = &mut *self.recording.borrow_mut();
        recording.note_leader(&event);
        if recording.off {
            recording.count += 1;
            return;
        }
        let at = self.clock.now();
        let record = recording.take(at, event);
        let broken = recording.invariants.observe(&record, &recording.world);
        for Violation { invariant, nodes, entries, detail: text } in broken {
            // The first break of a promise is told; what follows from it would only drown it.
            if !recording.world.violations.contains_key(&invariant) {
                recording.take(at, Event::Lab(LabEvent::Violation { invariant, nodes, entries, text }));
            }
        }
    }

    /// How many events there were.
    pub fn count(&self) -> u64 {
        self.recording.borrow().count
    }

    /// The node of the highest term among those that lead: the one that a client would find.
    pub fn leader(&self) -> Option<NodeId> {
        let recording = self.recording.borrow();
        recording.leaders.iter().max_by_key(|&(_, term)| term).map(|(&node, _)| node)
    }

    /// Takes down nothing from now on: the world stays as it is, and nothing is checked.
    pub fn switch_off(&self) {
        self.recording.borrow_mut().off = true;
    }

    /// Watches for a condition from now on: it is shown every event, and the world right behind it.
    pub fn watch(&self, condition: Condition) -> WatchId {
        let mut recording = self.recording.borrow_mut();
        recording.watches.push(Watch::new(condition));
        WatchId(recording.watches.len() - 1)
    }

    /// Fires once, when a condition holds behind an event. Triggers are counted from 0.
    pub fn trigger(&self, condition: Condition) {
        self.recording.borrow_mut().triggers.push(Trigger { watch: Watch::new(condition), fired: false });
    }

    /// The triggers that have fired since the last call, in order.
    pub fn take_fired(&self) -> Vec<usize> {
        std::mem::take(&mut self.recording.borrow_mut().fired)
    }

    /// Stops to watch for the condition that was added last.
    pub fn unwatch_last(&self) {
        self.recording.borrow_mut().watches.pop();
    }

    /// Whether a condition holds now.
    pub fn holds(&self, WatchId(id): WatchId) -> bool {
        let recording = self.recording.borrow();
        recording.watches.get(id).is_some_and(|watch| watch.holds(&recording.world))
    }

    /// Every event so far, in order.
    pub fn records(&self) -> Ref<'_, [Rc<Record>]> {
        Ref::map(self.past(), EventLog::records)
    }

    /// What has happened so far.
    pub fn past(&self) -> Ref<'_, EventLog> {
        Ref::map(self.recording.borrow(), |recording| &recording.past)
    }

    /// The world as it is now.
    pub fn world(&self) -> Rc<World> {
        self.recording.borrow().world.clone()
    }

    /// The hash over every event so far.
    pub fn hash(&self) -> TraceHash {
        self.recording.borrow().hash
    }
}

impl Observer for Recorder {
    fn emit(&self, event: raft::Event) {
        self.record(Event::Node(event));
    }
}
