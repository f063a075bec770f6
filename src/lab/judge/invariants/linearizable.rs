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
//! A *compare-and-set* is a write that needs a value to be there, and one that did not match is a read of any other
//! value. Since it sees what no read has seen, all orders of the pending writes are tried wherever one is pending that
//! may match (Lowe's algorithm as it stands); only writes that it cannot have seen, right before a later one that does
//! not compare, are still left open. A deletion is a write of nothing.
//!
//! **When.** Only the completion of a read or of a compare-and-set, or the refusal of a write, can contradict a history:
//! another write that completes can always be the latest. So the operations of each key are queued until then and processed together: a
//! run without reads costs nothing, and a wrong read is reported at its own event. A key with more than
//! [`CONFIGURATIONS_MAX`] configurations (hundreds of concurrent writes) is not checked any more.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::check::Finding;
use crate::lab::judge::invariants::check::{value_told, write_told, Check, CheckContext};
use crate::lab::vocab::event::{ClientResult, Event, LabEvent};
use crate::lab::vocab::violation::ViolationDetail;
use crate::lab::world::World;
use crate::raft::log::{KeyWrite, Payload};
use crate::raft::Index;

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
    /// A compare-and-set is called: of the value that is expected, and the new one.
    CompareAndSet(Op, Value, Value),
    /// A write completes: it took effect.
    Written(Op),
    /// A compare-and-set completes: it took effect.
    Matched(Op),
    /// A compare-and-set completes: there was another value than the expected one.
    NotMatched(Op),
    /// A write is refused: it never takes effect.
    NotWritten(Op),
    /// A read is called.
    Read(Op),
    /// A read completes with this value.
    Got(Op, Value),
    /// A read ends without a result, or a compare-and-set without its client knowing whether it was done.
    NotRead(Op),
}

/// One way to explain a key's history so far.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Configuration {
    value: Value,
    /// Pending writes that have taken effect.
    done: BTreeSet<Op>,
    /// The values that each pending read may return, and that each pending compare-and-set may have found.
    seen: BTreeMap<Op, BTreeSet<Value>>,
}

/// A write that is pending or has no known outcome.
#[derive(Clone, Debug)]
struct Pending {
    value: Value,
    /// Of a compare-and-set, the value that must be there.
    only_if: Option<Value>,
    called: Moment,
}

/// The history of one key.
#[derive(Clone, Debug)]
pub(super) struct Register {
    /// All ways to explain it, each with the time at which a write that does not compare last changed the value: a later
    /// one subsumes earlier ones.
    configurations: BTreeMap<Configuration, Moment>,
    /// The writes that are pending or have no known outcome.
    writes: BTreeMap<Op, Pending>,
    /// The pending reads and compare-and-sets, with the time at which they were called.
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
        let may_contradict =
            matches!(step, Step::Got(..) | Step::NotWritten(_) | Step::Matched(_) | Step::NotMatched(_));
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
                self.writes.insert(op, Pending { value, only_if: None, called: now });
                self.configurations = before;
            }
            Step::CompareAndSet(op, expected, value) => {
                self.writes.insert(op, Pending { value, only_if: Some(expected), called: now });
                self.call_read(now, before, op);
            }
            Step::Read(op) => self.call_read(now, before, op),
            // Only an operation that was called can complete; any other is not one of a client.
            Step::Written(op) | Step::Matched(op) | Step::NotMatched(op) if !self.writes.contains_key(&op) => {
                self.configurations = before;
            }
            Step::Written(op) | Step::Matched(op) => {
                for (mut configuration, changed) in before {
                    if configuration.done.remove(&op) {
                        self.keep(configuration, changed);
                        continue;
                    }
                    self.keep_if(self.hidden(&configuration, changed, op));
                    self.change(configuration, changed, now, &[op], None);
                }
                self.forget(|configuration| {
                    configuration.done.remove(&op);
                });
                self.writes.remove(&op);
                self.drop_read(op);
            }
            Step::NotMatched(op) => {
                let expected = self.writes.get(&op).and_then(|write| write.only_if.clone());
                let before = before.into_iter().filter(|(configuration, _)| !configuration.done.contains(&op));
                self.observe(now, before.collect(), op, |value| Some(value) != expected.as_ref());
                self.writes.remove(&op);
                self.drop_read(op);
            }
            Step::NotWritten(op) => {
                self.writes.remove(&op);
                self.configurations = before;
                self.configurations.retain(|configuration, _| !configuration.done.contains(&op));
                self.drop_read(op);
            }
            Step::Got(op, value) => {
                self.observe(now, before, op, |found| *found == value);
                self.drop_read(op);
            }
            Step::NotRead(op) => {
                self.configurations = before;
                self.drop_read(op);
            }
        }
    }

    fn call_read(&mut self, now: Moment, before: BTreeMap<Configuration, Moment>, op: Op) {
        self.reads.insert(op, now);
        for (mut configuration, changed) in before {
            configuration.seen.insert(op, [configuration.value.clone()].into());
            self.keep(configuration, changed);
        }
    }

    /// Something that was called saw a value that fits: one that was there meanwhile, or one that a pending write left.
    fn observe(&mut self, now: Moment, before: BTreeMap<Configuration, Moment>, op: Op, fits: impl Fn(&Value) -> bool) {
        let called = self.reads.get(&op).copied().unwrap_or(now);
        for (configuration, changed) in before {
            if configuration.seen.get(&op).is_some_and(|seen| seen.iter().any(&fits)) {
                self.keep(configuration, changed);
                continue;
            }
            // A pending write must have taken effect in between.
            let pending = self.writes.iter().filter(|&(&write, pending)| {
                write != op && fits(&pending.value) && !configuration.done.contains(&write)
            });
            let writes: Vec<Op> = pending.map(|(&write, _)| write).collect();
            if called < changed {
                for &write in &writes {
                    self.keep_if(self.hidden(&configuration, changed, write));
                }
            }
            self.change(configuration, changed, now, &writes, Some(op));
        }
    }

    /// One of these writes takes effect now; before it, where a compare-and-set is pending, any other pending ones but
    /// `without`.
    fn change(
        &mut self,
        configuration: Configuration,
        changed: Moment,
        now: Moment,
        writes: &[Op],
        without: Option<Op>,
    ) {
        let others: Vec<Op> = match self.writes.values().any(|write| write.only_if.is_some()) {
            true => self.writes.keys().copied().filter(|&write| Some(write) != without && writes != [write]).collect(),
            false => Vec::new(),
        };
        let mut open = vec![(configuration, changed)];
        let mut reached: BTreeMap<Configuration, Moment> = open.iter().cloned().collect();
        while let Some((configuration, changed)) = open.pop() {
            for &write in writes {
                self.keep_if(self.changed(&configuration, changed, now, write));
            }
            for (next, changed) in others.iter().filter_map(|&op| self.changed(&configuration, changed, now, op)) {
                if reached.get(&next).is_none_or(|&known| known < changed) {
                    reached.insert(next.clone(), changed);
                    open.push((next, changed));
                }
            }
            if reached.len() > CONFIGURATIONS_MAX {
                self.given_up = true;
                return;
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

    /// The write took effect right before the last one that does not compare, when only reads pending then could see it.
    fn hidden(&self, configuration: &Configuration, changed: Moment, write: Op) -> Option<(Configuration, Moment)> {
        let Pending { value, only_if, called } = self.writes.get(&write)?;
        (only_if.is_none() && *called < changed).then(|| {
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

    /// The write takes effect now, unless it did already, or compares and does not match.
    fn changed(
        &self,
        configuration: &Configuration,
        changed: Moment,
        now: Moment,
        write: Op,
    ) -> Option<(Configuration, Moment)> {
        let Pending { value, only_if, .. } = self.writes.get(&write)?;
        let matches = only_if.as_ref().is_none_or(|expected| *expected == configuration.value);
        if !matches || configuration.done.contains(&write) {
            return None;
        }
        let mut next = configuration.clone();
        next.done.insert(write);
        next.value = value.clone();
        for seen in next.seen.values_mut() {
            seen.insert(value.clone());
        }
        Some((next, if only_if.is_some() { changed } else { now }))
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
        // Each with its index in a log, or 0: the same may be written there twice.
        let mut open: BTreeSet<(KeyWrite<'_>, Index)> = BTreeSet::new();
        for node in world.nodes.values() {
            open.extend(node.state.iter().map(|(key, value)| (KeyWrite { key, value: Some(value), only_if: None }, 0)));
            open.extend(node.log.iter().filter_map(|entry| Some((entry.payload.as_write()?, entry.index))));
        }
        // Numbered down from the maximum, so that they differ from the operations of clients.
        for ((KeyWrite { key, value, only_if }, _), op) in open.into_iter().zip((0..=Op::MAX).rev()) {
            let register = keys.entry(key.to_string()).or_insert_with(|| Register::new(None));
            let (value, only_if) = (value.map(Rc::from), only_if.map(|expected| expected.map(Rc::from)));
            register.writes.insert(op, Pending { value, only_if, called: 0 });
        }
        Linearizable { keys, called: BTreeSet::new() }
    }
}

impl Check for Linearizable {
    fn check(&mut self, seen: &CheckContext<'_>) -> Option<Finding> {
        let Event::Lab(LabEvent::Client { client, op, key, value, node, result, read, form, .. }) = &seen.record.event
        else {
            return None;
        };
        let (op, now) = (*op, seen.record.n);
        let register = self.keys.entry(key.clone()).or_insert_with(|| Register::new(None));
        let text = |text: &Option<String>| text.as_deref().map(Rc::from);
        let mut holds = true;
        if self.called.insert(op) {
            let call = match (value.is_some() || form.delete, &form.only_if) {
                (true, Some(expected)) => Step::CompareAndSet(op, text(expected), text(value)),
                (true, None) => Step::Write(op, text(value)),
                (false, _) => Step::Read(op),
            };
            holds &= register.take(now, call);
        }
        let written = form.payload(key, value.as_ref());
        let answer = match (result, &written) {
            (ClientResult::Waiting | ClientResult::Sent | ClientResult::Retrying, _) => None,
            (ClientResult::Ok, Some(Payload::CompareAndSet { .. })) => Some(Step::Matched(op)),
            (ClientResult::Ok, Some(_)) => Some(Step::Written(op)),
            (ClientResult::NotMatched, Some(_)) => Some(Step::NotMatched(op)),
            (ClientResult::Refused, Some(_)) => Some(Step::NotWritten(op)),
            // It may take effect at any time, or never.
            (ClientResult::Unknown, Some(Payload::CompareAndSet { .. })) => Some(Step::NotRead(op)),
            (ClientResult::Unknown, Some(_)) => None,
            (ClientResult::Ok, None) => Some(Step::Got(op, text(read))),
            (ClientResult::Refused | ClientResult::Unknown | ClientResult::NotMatched, None) => Some(Step::NotRead(op)),
        };
        if let Some(answer) = answer {
            holds &= register.take(now, answer);
        }
        if holds {
            return None;
        }
        let nodes: Vec<_> = node.iter().copied().collect();
        let (client, request) = (*client, op);
        let detail = match written.as_ref().and_then(Payload::as_write).map(write_told) {
            Some(write) if *result == ClientResult::Refused => {
                ViolationDetail::RefusedWriteRead { client, request, write }
            }
            Some(write) => {
                let matched = *result != ClientResult::NotMatched;
                ViolationDetail::UnexplainedComparison { client, request, write, matched }
            }
            None => {
                let key = value_told(key);
                let read = read.as_deref().map(value_told);
                ViolationDetail::UnexplainedRead { client, request, key, read }
            }
        };
        Finding::new(&nodes, &[], detail)
    }
}
