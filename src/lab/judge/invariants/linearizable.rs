//! Linearizability: reads and writes behave as if each took effect at one instant between its call and its
//! answer (Herlihy and Wing 1990).
//!
//! **The problem.** Clients overlap, so a history has many orders; it is linearizable if at least one of them
//! explains every read. Trying all orders (Wing and Gong 1993) is exponential. A write without an answer makes it
//! worse: it may take effect at any time later, or never.
//!
//! **The way taken** is Lowe's *just-in-time linearization* (2017) with memoisation: the history is walked once, in
//! the order of time, and all ways in which it can be explained so far are kept as a set of configurations. An
//! operation takes effect as late as it can: when it is answered, or when an answer to another needs it. Keys are
//! apart from each other (locality: a history is linearizable if that of each key is).
//! Of a key-value store's key, a *register*, more can be said, which keeps the set small:
//! - a read changes nothing, so a configuration notes which values a pending read has *seen* instead of branching;
//! - a write that nobody reads may hide right before a later one that it overlaps, so a configuration notes only
//!   when its value was last *changed*: every pending write called before that may have taken effect then, unseen.
//!
//! **When.** Only an answer to a read, or the news that a write never took effect, can contradict a history: after
//! a write's answer, the write can always be the latest. So each key's operations are put aside until such news
//! comes, and then worked off: a run without reads costs nothing, and a wrong read is told at its own event. A key
//! with more than [`CONFIGURATIONS_MAX`] configurations (hundreds of writes at once) is given up: no alarm then.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::check::Finding;
use crate::lab::judge::invariants::check::{value_told, Check, CheckContext};
use crate::lab::vocab::event::{ClientResult, Event, LabEvent};
use crate::lab::vocab::violation::ViolationDetail;
use crate::lab::world::World;
use crate::raft::log::Payload;

/// A key with more possible configurations than this is not checked any more.
pub(super) const CONFIGURATIONS_MAX: usize = 2000;

/// What a key holds; none before it is first written.
type Value = Option<Rc<str>>;

/// Numbers of operations: those of clients from 1 on.
pub(super) type Op = u64;

/// The number of an event, as a measure of time.
type Moment = u64;

/// What happens to the operations on a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A write is called.
    Write(Op, Value),
    /// A write is answered: it took effect.
    Written(Op),
    /// A write is refused: it took effect at no time.
    NotWritten(Op),
    /// A read is called.
    Read(Op),
    /// A read is answered.
    Got(Op, Value),
    /// A read is answered without a value.
    NotRead(Op),
}

/// One way to explain a key's history so far.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Configuration {
    value: Value,
    /// Writes that took effect and are not answered.
    done: BTreeSet<Op>,
    /// What each pending read may have read.
    seen: BTreeMap<Op, BTreeSet<Value>>,
}

/// The history of one key.
#[derive(Clone, Debug)]
pub(super) struct Register {
    /// Every way to explain it, with when the value last changed: the later, the more can have happened unseen.
    configurations: BTreeMap<Configuration, Moment>,
    /// Writes that are not answered, or never will be: what they write, and when they were called.
    writes: BTreeMap<Op, (Value, Moment)>,
    /// Reads that are not answered: when they were called.
    reads: BTreeMap<Op, Moment>,
    /// Steps that are not worked off.
    put_aside: Vec<(Moment, Step)>,
    given_up: bool,
}

impl Register {
    pub(super) fn new(value: Value) -> Register {
        let start = Configuration { value, done: BTreeSet::new(), seen: BTreeMap::new() };
        Register {
            configurations: [(start, 0)].into(),
            writes: BTreeMap::new(),
            reads: BTreeMap::new(),
            put_aside: Vec::new(),
            given_up: false,
        }
    }

    /// Takes the next step. Whether there is still an order that explains all of them.
    pub(super) fn take(&mut self, now: Moment, step: Step) -> bool {
        if self.given_up {
            return true;
        }
        let may_contradict = matches!(step, Step::Got(..) | Step::NotWritten(_));
        self.put_aside.push((now, step));
        if may_contradict {
            for (at, step) in std::mem::take(&mut self.put_aside) {
                self.work_off(at, step);
                self.given_up |= self.configurations.len() > CONFIGURATIONS_MAX;
                if self.given_up || self.configurations.is_empty() {
                    break;
                }
            }
        }
        self.given_up || !self.configurations.is_empty()
    }

    fn work_off(&mut self, now: Moment, step: Step) {
        let before = std::mem::take(&mut self.configurations);
        match step {
            Step::Write(op, value) => {
                self.writes.insert(op, (value, now));
                self.configurations = before;
            }
            Step::Read(op) => {
                self.reads.insert(op, now);
                for (mut configuration, changed) in before {
                    configuration.seen.insert(op, [configuration.value.clone()].into());
                    self.keep(configuration, changed);
                }
            }
            // Only what was called can be answered; anything else is told of no client.
            Step::Written(op) if !self.writes.contains_key(&op) => self.configurations = before,
            Step::Written(op) => {
                for (mut configuration, changed) in before {
                    if configuration.done.remove(&op) {
                        self.keep(configuration, changed);
                        continue;
                    }
                    self.keep_if(self.hidden(&configuration, changed, op));
                    self.keep_if(self.changed(&configuration, now, op));
                }
                self.forget(|configuration| {
                    configuration.done.remove(&op);
                });
                self.writes.remove(&op);
            }
            Step::NotWritten(op) => {
                self.writes.remove(&op);
                self.configurations = before;
                self.configurations.retain(|configuration, _| !configuration.done.contains(&op));
            }
            Step::Got(op, value) => {
                let called = self.reads.get(&op).copied().unwrap_or(now);
                for (configuration, changed) in before {
                    if configuration.seen.get(&op).is_some_and(|seen| seen.contains(&value)) {
                        self.keep(configuration, changed);
                        continue;
                    }
                    // A write that is not answered must have come between.
                    let fits = |(&write, (written, _)): (&Op, &(Value, Moment))| {
                        (*written == value && !configuration.done.contains(&write)).then_some(write)
                    };
                    for write in self.writes.iter().filter_map(fits).collect::<Vec<Op>>() {
                        if called < changed {
                            self.keep_if(self.hidden(&configuration, changed, write));
                        }
                        self.keep_if(self.changed(&configuration, now, write));
                    }
                }
                self.drop_read(op);
            }
            Step::NotRead(op) => {
                self.configurations = before;
                self.drop_read(op);
            }
        }
    }

    fn keep_if(&mut self, configuration: Option<(Configuration, Moment)>) {
        if let Some((configuration, changed)) = configuration {
            self.keep(configuration, changed);
        }
    }

    /// Of two configurations that differ only in when the value changed, the later one can do all that the other can.
    fn keep(&mut self, configuration: Configuration, changed: Moment) {
        let known = self.configurations.entry(configuration).or_insert(changed);
        *known = changed.max(*known);
    }

    fn forget(&mut self, forget: impl Fn(&mut Configuration)) {
        for (mut configuration, changed) in std::mem::take(&mut self.configurations) {
            forget(&mut configuration);
            self.keep(configuration, changed);
        }
    }

    fn drop_read(&mut self, op: Op) {
        self.reads.remove(&op);
        self.forget(|configuration| {
            configuration.seen.remove(&op);
        });
    }

    /// The write took effect right before the last change, when only reads that were pending then could see it.
    fn hidden(&self, configuration: &Configuration, changed: Moment, write: Op) -> Option<(Configuration, Moment)> {
        let (value, called) = self.writes.get(&write)?;
        (*called < changed).then(|| {
            let mut next = configuration.clone();
            next.done.insert(write);
            for (read, seen) in &mut next.seen {
                if self.reads.get(read).is_some_and(|&called| called < changed) {
                    seen.insert(value.clone());
                }
            }
            (next, changed)
        })
    }

    /// The write takes effect now.
    fn changed(&self, configuration: &Configuration, now: Moment, write: Op) -> Option<(Configuration, Moment)> {
        let (value, _) = self.writes.get(&write)?;
        let mut next = configuration.clone();
        next.done.insert(write);
        next.value = value.clone();
        for seen in next.seen.values_mut() {
            seen.insert(value.clone());
        }
        Some((next, now))
    }
}

/// Each request takes effect at one instant between its call and its answer.
#[derive(Clone, Debug)]
pub(super) struct Linearizable {
    keys: BTreeMap<String, Register>,
    /// Operations that are known to have been called.
    called: BTreeSet<Op>,
}

impl Linearizable {
    /// A run begins with what the node that has applied most holds. What other states and the logs of the start
    /// say may take effect at any time, or never.
    pub(super) fn new(world: &World) -> Linearizable {
        let mut keys: BTreeMap<String, Register> = BTreeMap::new();
        let furthest = world.nodes.values().rev().max_by_key(|node| node.applied);
        for (key, value) in furthest.into_iter().flat_map(|node| node.state.iter()) {
            keys.insert(key.clone(), Register::new(Some(value.as_str().into())));
        }
        let mut open: BTreeSet<(&str, &str)> = BTreeSet::new();
        for node in world.nodes.values() {
            open.extend(node.state.iter().map(|(key, value)| (key.as_str(), value.as_str())));
            open.extend(node.log.iter().filter_map(|entry| match &entry.payload {
                Payload::Set { key, value } => Some((key.as_str(), value.as_str())),
                _ => None,
            }));
        }
        // Numbered from the end, where no client's operation is.
        for ((key, value), op) in open.into_iter().zip((0..=Op::MAX).rev()) {
            let register = keys.entry(key.to_string()).or_insert_with(|| Register::new(None));
            register.writes.insert(op, (Some(value.into()), 0));
        }
        Linearizable { keys, called: BTreeSet::new() }
    }
}

impl Check for Linearizable {
    fn check(&mut self, seen: &CheckContext<'_>) -> Option<Finding> {
        let Event::Lab(LabEvent::Client { client, op, key, value, node, result, read, .. }) = &seen.record.event else {
            return None;
        };
        let (op, now) = (*op, seen.record.n);
        let register = self.keys.entry(key.clone()).or_insert_with(|| Register::new(None));
        let text = |text: &Option<String>| text.as_deref().map(Rc::from);
        let mut holds = true;
        if self.called.insert(op) {
            let call = match value {
                Some(_) => Step::Write(op, text(value)),
                None => Step::Read(op),
            };
            holds &= register.take(now, call);
        }
        let answer = match (result, value) {
            (ClientResult::Waiting | ClientResult::Sent, _) => None,
            (ClientResult::Ok, Some(_)) => Some(Step::Written(op)),
            (ClientResult::Refused, Some(_)) => Some(Step::NotWritten(op)),
            // It may take effect at any time, or never.
            (ClientResult::Unknown, Some(_)) => None,
            (ClientResult::Ok, None) => Some(Step::Got(op, text(read))),
            (ClientResult::Refused | ClientResult::Unknown, None) => Some(Step::NotRead(op)),
        };
        if let Some(answer) = answer {
            holds &= register.take(now, answer);
        }
        if holds {
            return None;
        }
        let nodes: Vec<_> = node.iter().copied().collect();
        let (client, request, key) = (*client, op, value_told(key));
        let detail = match value {
            Some(value) => ViolationDetail::RefusedWriteRead { client, request, key, value: value_told(value) },
            None => {
                let read = read.as_deref().map(value_told);
                ViolationDetail::UnexplainedRead { client, request, key, read }
            }
        };
        Finding::new(&nodes, &[], detail)
    }
}
