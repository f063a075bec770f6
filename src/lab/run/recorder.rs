//! The record of a run: every event, the world that they make, and the hash over them.

use std::cell::{Ref, RefCell};
use std::rc::Rc;

use litemap::LiteMap;

use crate::lab::judge::invariants::Invariants;
use crate::lab::judge::watch::Watch;
use crate::lab::run::past::Past;
use crate::lab::vocab::condition::Condition;
use crate::lab::vocab::event::{Event, LabEvent, Record};
use crate::lab::vocab::invariant::Violation;
use crate::lab::world::World;
use crate::raft::event::Role;
use crate::raft::{self, NodeId, Observer, Term};
use crate::runtime::{Clock, Feed, Micros, TraceHash};

/// Takes down what happens. Nodes, streams and the network hold a handle to the same one.
#[derive(Clone)]
pub struct Recorder {
    clock: Clock,
    book: Rc<RefCell<Book>>,
}

struct Book {
    past: Past,
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

impl Book {
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
        record.feed(&mut self.hash);
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
        let book = Book {
            past: Past::new(world.clone()),
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
        Recorder { clock, book: Rc::new(RefCell::new(book)) }
    }

    /// Takes down an event of the laboratory.
    pub fn lab(&self, event: LabEvent) {
        self.record(Event::Lab(event));
    }

    fn record(&self, event: Event) {
        let book = &mut *self.book.borrow_mut();
        book.note_leader(&event);
        if book.off {
            book.count += 1;
            return;
        }
        let at = self.clock.now();
        let record = book.take(at, event);
        let broken = book.invariants.observe(&record, &book.world);
        for Violation { invariant, nodes, entries, text } in broken {
            // The first break of a promise is told; what follows from it would only drown it.
            if !book.world.violations.contains_key(&invariant) {
                book.take(at, Event::Lab(LabEvent::Violation { invariant, nodes, entries, text }));
            }
        }
    }

    /// How many events there were.
    pub fn count(&self) -> u64 {
        self.book.borrow().count
    }

    /// The node of the highest term among those that lead: the one that a client would find.
    pub fn leader(&self) -> Option<NodeId> {
        let book = self.book.borrow();
        book.leaders.iter().max_by_key(|&(_, term)| term).map(|(&node, _)| node)
    }

    /// Takes down nothing from now on: the world stays as it is, and nothing is checked.
    pub fn switch_off(&self) {
        self.book.borrow_mut().off = true;
    }

    /// Watches for a condition from now on: it is shown every event, and the world right behind it.
    pub fn watch(&self, condition: Condition) -> WatchId {
        let mut book = self.book.borrow_mut();
        book.watches.push(Watch::new(condition));
        WatchId(book.watches.len() - 1)
    }

    /// Fires once, when a condition holds behind an event. Triggers are counted from 0.
    pub fn trigger(&self, condition: Condition) {
        self.book.borrow_mut().triggers.push(Trigger { watch: Watch::new(condition), fired: false });
    }

    /// The triggers that have fired since the last call, in order.
    pub fn take_fired(&self) -> Vec<usize> {
        std::mem::take(&mut self.book.borrow_mut().fired)
    }

    /// Stops to watch for the condition that was added last.
    pub fn unwatch_last(&self) {
        self.book.borrow_mut().watches.pop();
    }

    /// Whether a condition holds now.
    pub fn holds(&self, WatchId(id): WatchId) -> bool {
        let book = self.book.borrow();
        book.watches.get(id).is_some_and(|watch| watch.holds(&book.world))
    }

    /// Every event so far, in order.
    pub fn records(&self) -> Ref<'_, [Rc<Record>]> {
        Ref::map(self.past(), Past::records)
    }

    /// What has happened so far.
    pub fn past(&self) -> Ref<'_, Past> {
        Ref::map(self.book.borrow(), |book| &book.past)
    }

    /// The world as it is now.
    pub fn world(&self) -> Rc<World> {
        self.book.borrow().world.clone()
    }

    /// The hash over every event so far.
    pub fn hash(&self) -> TraceHash {
        self.book.borrow().hash
    }
}

impl Observer for Recorder {
    fn emit(&self, event: raft::Event) {
        self.record(Event::Node(event));
    }
}
