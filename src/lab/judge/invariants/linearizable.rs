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
use super::configurations::{Calls, Configurations, Moment, Pending, Place, Value, ValueId, Values};
use crate::lab::judge::invariants::check::{value_told, write_told, Check, CheckContext};
use crate::lab::vocab::event::{ClientResult, Event, LabEvent};
use crate::lab::vocab::violation::ViolationDetail;
use crate::lab::world::World;
use crate::raft::log::{KeyWrite, Payload};
use crate::raft::Index;

/// The most configurations of a key; one with more is not checked any more.
pub(super) const CONFIGURATIONS_MAX: usize = 2000;

pub(super) use super::configurations::Op;

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

/// The history of one key.
#[derive(Clone, Debug)]
pub(super) struct Register {
    /// All ways to explain it.
    configurations: Configurations,
    /// What is pending.
    calls: Calls,
    values: Values,
    /// The steps that are not processed yet.
    put_aside: Vec<(Moment, Step)>,
    given_up: bool,
    /// Sets whose memory is used again.
    spare: Vec<Configurations>,
    /// The row that is being made.
    next: Vec<u32>,
}

impl Register {
    pub(super) fn new(value: Value) -> Register {
        let (calls, mut values, mut configurations) = (Calls::new(), Values::default(), Configurations::default());
        configurations.keep(&calls.row_of(values.id(&value)), 0);
        Register {
            configurations,
            calls,
            values,
            put_aside: Vec::new(),
            given_up: false,
            spare: Vec::new(),
            next: Vec::new(),
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
        match step {
            Step::Write(op, value) => self.call_write(now, op, &value, None),
            Step::CompareAndSet(op, expected, value) => {
                self.call_write(now, op, &value, Some(&expected));
                self.call_read(now, op);
            }
            Step::Read(op) => self.call_read(now, op),
            Step::Written(op) | Step::Matched(op) => {
                // Only an operation that was called can complete; any other is not one of a client.
                let Some(write) = self.calls.write(op) else { return };
                self.complete(now, write);
                self.forget(Some(op), Some(write));
                self.calls.remove_write(write);
            }
            Step::NotMatched(op) => {
                let Some(write) = self.calls.write(op) else { return };
                let expected = self.calls.expected(write);
                self.retain(|row| !Calls::is_done(row, write));
                self.observe(now, op, |value| Some(value) != expected);
                self.calls.remove_write(write);
                self.forget(Some(op), None);
            }
            Step::NotWritten(op) => {
                if let Some(write) = self.calls.write(op) {
                    self.retain(|row| !Calls::is_done(row, write));
                    self.calls.remove_write(write);
                }
                self.forget(Some(op), None);
            }
            Step::Got(op, value) => {
                let value = self.values.id(&value);
                self.observe(now, op, |found| found == value);
                self.forget(Some(op), None);
            }
            Step::NotRead(op) => self.forget(Some(op), None),
        }
    }

    /// A write is called, or was at any time.
    fn call_write(&mut self, called: Moment, op: Op, value: &Value, only_if: Option<&Value>) {
        let (value, only_if) = (self.values.id(value), only_if.map(|expected| self.values.id(expected)));
        if self.calls.add_write(Pending { op, value, only_if, called }) {
            let before = self.begin();
            self.calls.widen(&before, &mut self.configurations);
            self.spare.push(before);
        }
    }

    fn call_read(&mut self, now: Moment, op: Op) {
        self.calls.add_read(op, now);
        let before = self.begin();
        Calls::call_read(&before, &mut self.configurations);
        self.spare.push(before);
    }

    /// The configurations so far; those after the next change begin with none.
    fn begin(&mut self) -> Configurations {
        let next = self.empty();
        std::mem::replace(&mut self.configurations, next)
    }

    fn empty(&mut self) -> Configurations {
        let mut set = self.spare.pop().unwrap_or_default();
        set.clear();
        set
    }

    /// A write took effect, at the latest now.
    fn complete(&mut self, now: Moment, write: Place) {
        let others = self.others(Some(write));
        let before = self.begin();
        for (row, changed) in before.iter() {
            if Calls::is_done(row, write) {
                self.configurations.keep(row, changed);
                continue;
            }
            self.keep_hidden(row, changed, write);
            self.change(row, changed, now, &[write], &others);
        }
        self.spare.push(before);
    }

    /// Something that was called saw a value that fits: one that was there meanwhile, or one that a pending write left.
    fn observe(&mut self, now: Moment, op: Op, fits: impl Fn(ValueId) -> bool) {
        let called = self.calls.called(op).unwrap_or(now);
        let candidates = self.calls.writes().filter(|(_, write)| write.op != op && fits(write.value));
        let candidates: Vec<Place> = candidates.map(|(place, _)| place).collect();
        let others = self.others(self.calls.write(op));
        let before = self.begin();
        for (row, changed) in before.iter() {
            if self.calls.seen(row, op).is_some_and(|seen| seen.iter().any(|&value| fits(value))) {
                self.configurations.keep(row, changed);
                continue;
            }
            // A pending write must have taken effect in between.
            let writes: Vec<Place> = candidates.iter().copied().filter(|&write| !Calls::is_done(row, write)).collect();
            if called < changed {
                for &write in &writes {
                    self.keep_hidden(row, changed, write);
                }
            }
            self.change(row, changed, now, &writes, &others);
        }
        self.spare.push(before);
    }

    /// The pending writes of which any may take effect before one that does, where a compare-and-set is pending.
    fn others(&self, without: Option<Place>) -> Vec<Place> {
        let pending = self.calls.writes().map(|(place, _)| place).filter(|&place| Some(place) != without);
        pending.filter(|_| self.calls.compare()).collect()
    }

    /// One of these writes takes effect now, and any of the others before it.
    fn change(&mut self, row: &[u32], changed: Moment, now: Moment, writes: &[Place], others: &[Place]) {
        if others.is_empty() {
            writes.iter().for_each(|&write| self.keep_changed((row, changed), now, write));
            return;
        }
        let mut reached = self.empty();
        let mut open: Vec<usize> = reached.keep(row, changed).into_iter().collect();
        while let Some(number) = open.pop() {
            for &write in writes {
                self.keep_changed(reached.row(number), now, write);
            }
            for &other in others.iter().filter(|&&other| writes != [other]) {
                if let Some(changed) = self.calls.changed(reached.row(number), now, other, &mut self.next) {
                    open.extend(reached.keep(&self.next, changed));
                }
            }
            if reached.len() > CONFIGURATIONS_MAX {
                self.given_up = true;
                break;
            }
        }
        self.spare.push(reached);
    }

    fn keep_changed(&mut self, before: (&[u32], Moment), now: Moment, write: Place) {
        if let Some(changed) = self.calls.changed(before, now, write, &mut self.next) {
            self.configurations.keep(&self.next, changed);
        }
    }

    fn keep_hidden(&mut self, row: &[u32], changed: Moment, write: Place) {
        if let Some(changed) = self.calls.hidden(row, changed, write, &mut self.next) {
            self.configurations.keep(&self.next, changed);
        }
    }

    fn retain(&mut self, holds: impl Fn(&[u32]) -> bool) {
        let before = self.begin();
        for (row, changed) in before.iter().filter(|(row, _)| holds(row)) {
            self.configurations.keep(row, changed);
        }
        self.spare.push(before);
    }

    /// A read is over, or a write is and has taken effect: what only they told apart is the same from now on.
    fn forget(&mut self, read: Option<Op>, write: Option<Place>) {
        let before = self.begin();
        match self.calls.forget(read, write, &before, &mut self.configurations) {
            true => self.spare.push(before),
            false => self.spare.push(std::mem::replace(&mut self.configurations, before)),
        }
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
            register.call_write(0, op, &value, only_if.as_ref());
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
