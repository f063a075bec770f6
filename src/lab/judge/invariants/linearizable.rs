//! Linearizability: reads and writes behave as if each took effect at one instant between its call and its
//! answer (Herlihy and Wing 1990).
//!
//! **The problem.** Clients overlap, so a history has many orders; it is linearizable if at least one of them
//! explains every read. Trying all orders (Wing and Gong 1993) is exponential. A write without an answer makes it
//! worse: it may take effect at any time later, or never.
//!
//! **The algorithm** is Lowe's *just-in-time linearization* (2017) with memoisation: the history is processed once,
//! in order of time, and all ways to explain it so far are kept as a set of configurations. An operation takes effect
//! as late as possible: when it completes, or when the completion of another needs it. Keys are independent
//! (locality: a history is linearizable if that of each key is).
//! More is known of a key of a key-value store, a *register*, which keeps the set small:
//! - a read changes nothing, so a configuration notes which values a pending read has *seen* instead of branching;
//! - a write that nobody reads may take effect right before a later one that it overlaps, so a configuration notes
//!   only when its value was last *changed*: every pending write called before that may have taken effect then, unseen.
//!
//! **When.** Only the completion of a read, or the refusal of a write, can contradict a history: a write that
//! completes can always be the latest. So the operations of each key are queued until then and processed together: a
//! run without reads costs nothing, and a wrong read is reported at its own event. A key with more than
//! [`CONFIGURATIONS_MAX`] configurations (hundreds of concurrent writes) is not checked any more.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::check::Finding;
use crate::lab::judge::invariants::check::{value_told, Check, CheckContext};
use crate::lab::vocab::event::{ClientResult, Event, LabEvent};
use crate::lab::vocab::violation::ViolationDetail;
use crate::lab::world::World;
use crate::raft::log::Payload;

/// The most configurations of a key; one with more is not checked any more.
pub(super) const CONFIGURATIONS_MAX: usize = 2000;

/// The value of a key; none before the first write.
type Value = Option<Rc<str>>;

/// Identifies an operation; those of clients count from 1.
pub(super) type Op = u64;

/// The number of an event, used as time.
type Moment = u64;

/// A step of the history of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A write is called.
    Write(Op, Value),
    /// A write completes: it took effect.
    Written(Op),
    /// A write is refused: it never takes effect.
    NotWritten(Op),
    /// A read is called.
    Read(Op),
    /// A read completes with this value.
    Got(Op, Value),
    /// A read ends without a result.
    NotRead(Op),
}

/// One way to explain a key's history so far.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Configuration {
    value: Value,
    /// Pending writes that have taken effect.
    done: BTreeSet<Op>,
    /// The values that each pending read may return.
    seen: BTreeMap<Op, BTreeSet<Value>>,
}

/// The history of one key.
#[derive(Clone, Debug)]
pub(super) struct Register {
    /// All ways to explain it, each with the time at which the value last changed: a later one subsumes earlier ones.
    configurations: BTreeMap<Configuration, Moment>,
    /// The writes that are pending or have no known outcome: their values, and when they were called.
    writes: BTreeMap<Op, (Value, Moment)>,
    /// The pending reads, with the time at which they were called.
    reads: BTreeMap<Op, Moment>,
    /// The steps that are not processed yet.
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

    /// Takes the next step. Returns whether there is still an order that explains the history.
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
            // Only an operation that was called can complete; any other is not one of a client.
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
                    // A pending write must have taken effect in between.
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

    /// Of two configurations that differ only in when the value changed, the later one allows everything that the
    /// other does.
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

    /// The write took effect right before the last change, when only reads pending then could see it.
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

/// Each request takes effect at one instant between its call and its response.
#[derive(Clone, Debug)]
pub(super) struct Linearizable {
    keys: BTreeMap<String, Register>,
    /// The operations that were called.
    called: BTreeSet<Op>,
}

impl Linearizable {
    /// The initial values are those of the node that has applied most. Other initial states, and the entries of the
    /// initial logs, may take effect at any time, or never.
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
        // Numbered down from the maximum, so that they differ from the operations of clients.
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
            (ClientResult::Waiting | ClientResult::Sent | ClientResult::Retrying, _) => None,
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
