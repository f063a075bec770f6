//! The evaluation of conditions during a run.

use std::rc::Rc;

use serde_json::{Map, Value};

use super::convergence::Convergence;
use super::outcomes::Outcomes;
use crate::lab::json::read::value_of;
use crate::lab::vocab::condition::{
    Condition, EntryCondition, EventMatcher, LeaderCondition, Live, NodeCondition, Number, SnapshotCondition,
    StreamCondition, Violated, Which,
};
use crate::lab::vocab::event::{ClientResult, Record};
use crate::lab::vocab::pattern::matches;
use crate::lab::world::{NodeState, StreamInfo, World};
use crate::raft::{Index, NodeId, Payload};
use crate::runtime::Micros;

/// A condition with what it needs to remember of a run to be evaluated: it is given every event. That costs the same
/// for each event, however long the run is.
#[derive(Clone, Debug)]
pub struct Watch {
    condition: Condition,
    memory: Memory,
}

/// What a condition remembers.
#[derive(Clone, Debug)]
enum Memory {
    /// Nothing: it speaks of the world as it is.
    Nothing,
    /// Whether the state was visited.
    Visited(bool),
    /// The name of the events that may match, and the number of those that did.
    Events(Option<Rc<str>>, u64),
    Outcomes(Outcomes),
    Convergence(Convergence),
    /// What the conditions in it remember.
    Inner(Vec<Watch>),
    /// The condition about a moment, and whether it held after the last event up to then.
    Moment(Box<Watch>, bool),
    /// The conditions of an order, each with the number of the event behind which it held first; 0 until then.
    Order(Vec<(Watch, u64)>),
}

/// What of the past decides whether a condition holds now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needs {
    /// Nothing: the present world tells.
    Nothing,
    /// The events so far.
    Events,
    /// The world after each event so far.
    Worlds,
}

impl Watch {
    /// Starts to watch a condition.
    pub fn new(condition: Condition) -> Watch {
        let memory = match &condition {
            Condition::Not(inner) => Memory::Inner(vec![Watch::new(Condition::clone(inner))]),
            Condition::All(list) | Condition::Any(list) => {
                Memory::Inner(list.iter().cloned().map(Watch::new).collect())
            }
            Condition::At(_, inner) => Memory::Moment(Box::new(Watch::new(Condition::clone(inner))), false),
            Condition::Before(list) => Memory::Order(list.iter().map(|inner| (Watch::new(inner.clone()), 0)).collect()),
            Condition::Visited(_) => Memory::Visited(false),
            Condition::Event(event) => {
                Memory::Events(event.fields.get("event").and_then(Value::as_str).map(Rc::from), 0)
            }
            Condition::Outcome(_) => Memory::Outcomes(Outcomes::default()),
            Condition::Converged(_) => Memory::Convergence(Convergence::default()),
            _ => Memory::Nothing,
        };
        Watch { condition, memory }
    }

    /// What it has to be given of a run that has begun already: [`Watch::recall`] for events, [`Watch::observe`] for
    /// worlds.
    pub fn needs(&self) -> Needs {
        match (&self.condition, &self.memory) {
            (Condition::Visited(_), _) | (_, Memory::Moment(..) | Memory::Order(_)) => Needs::Worlds,
            (_, Memory::Inner(inner)) => inner.iter().map(Watch::needs).max().unwrap_or(Needs::Nothing),
            (_, Memory::Visited(_) | Memory::Events(..) | Memory::Outcomes(_)) => Needs::Events,
            (_, Memory::Nothing | Memory::Convergence(_)) => Needs::Nothing,
        }
    }

    /// Takes an event of the past, for conditions that do not need the world after it.
    pub fn recall(&mut self, record: &Record) {
        match (&self.condition, &mut self.memory) {
            (Condition::Event(event), Memory::Events(name, seen)) if name.as_deref() == Some(record.event.name()) => {
                *seen += u64::from(is_such(&event.fields, record));
            }
            (Condition::Outcome(expected), Memory::Outcomes(outcomes)) => outcomes.observe(expected, record),
            (_, Memory::Inner(inner)) => inner.iter_mut().for_each(|inner| inner.recall(record)),
            _ => {}
        }
    }

    /// Processes the next event, with the world after it.
    pub fn observe(&mut self, record: &Record, world: &World) {
        match (&self.condition, &mut self.memory) {
            (Condition::Visited(list), Memory::Visited(visited)) => {
                *visited = *visited || list.iter().all(|inner| holds_now(inner, world));
            }
            (_, Memory::Convergence(convergence)) => convergence.observe(record),
            (_, Memory::Inner(inner)) => inner.iter_mut().for_each(|inner| inner.observe(record, world)),
            (Condition::At(at, _), Memory::Moment(inner, held)) => {
                if record.at <= *at {
                    inner.observe(record, world);
                    *held = inner.holds(world, record.at);
                }
            }
            (_, Memory::Order(order)) => {
                for (inner, first) in order {
                    inner.observe(record, world);
                    if *first == 0 && inner.holds(world, record.at) {
                        *first = record.n;
                    }
                }
            }
            _ => self.recall(record),
        }
    }

    /// Whether the condition holds now, at this virtual time.
    pub fn holds(&self, world: &World, now: Micros) -> bool {
        match (&self.condition, &self.memory) {
            (Condition::Event(EventMatcher { count: Some(count), .. }), Memory::Events(_, seen)) => count.holds(*seen),
            (_, Memory::Events(_, seen)) => *seen > 0,
            (_, Memory::Visited(visited)) => *visited,
            (_, Memory::Outcomes(outcomes)) => outcomes.any(),
            (Condition::Converged(converged), Memory::Convergence(it)) => it.holds(world) == *converged,
            // Behind the last event up to that time, nothing changed; if the run ended before it, nobody knows.
            (Condition::At(at, _), Memory::Moment(_, held)) => *held && now >= *at,
            (_, Memory::Order(order)) => order.is_sorted_by(|(_, a), (_, b)| 0 < *a && a < b),
            (Condition::Not(_), Memory::Inner(inner)) => inner.iter().all(|inner| !inner.holds(world, now)),
            (Condition::Any(_), Memory::Inner(inner)) => inner.iter().any(|inner| inner.holds(world, now)),
            (_, Memory::Inner(inner)) => inner.iter().all(|inner| inner.holds(world, now)),
            (condition, _) => holds_now(condition, world),
        }
    }
}

fn is_such(fields: &Map<String, Value>, record: &Record) -> bool {
    let line = value_of(record);
    fields.iter().all(|(field, pattern)| line.get(field).is_some_and(|found| matches(pattern, found)))
}

fn holds_now(condition: &Condition, world: &World) -> bool {
    match condition {
        Condition::Leader(LeaderCondition::Any(any)) => world.leader().is_some() == *any,
        Condition::Leader(LeaderCondition::Node(node)) => world.leader().is_some_and(|leader| leader.id == *node),
        Condition::Leader(LeaderCondition::Term { term }) => world.leaders().any(|leader| term.holds(leader.term)),
        Condition::Node(condition) => nodes_are(condition, world),
        Condition::Stream(condition) => {
            let (leader, target) = condition.stream;
            let last = world.nodes.get(&leader).map_or(0, |node| node.last_index());
            world.streams.get(&(leader, target)).is_some_and(|stream| stream_is(condition, stream, last))
        }
        Condition::Clients(expected) => {
            let count = |result| world.clients.count(result);
            let unanswered =
                [ClientResult::Waiting, ClientResult::Sent, ClientResult::Retrying].map(count).iter().sum();
            number(expected.acknowledged, count(ClientResult::Ok))
                && number(expected.unanswered, unanswered)
                && number(expected.refused, count(ClientResult::Refused))
                && number(expected.unknown, count(ClientResult::Unknown))
                && number(expected.not_matched, count(ClientResult::NotMatched))
        }
        Condition::Violated(Violated::Any(any)) => world.violations.is_empty() != *any,
        Condition::Violated(Violated::One(invariant)) => world.violations.contains_key(invariant),
        // These remember something, or contain others: a `Watch` evaluates them.
        Condition::Converged(_)
        | Condition::Outcome(_)
        | Condition::Event(_)
        | Condition::Visited(_)
        | Condition::Before(_)
        | Condition::At(..)
        | Condition::Not(_)
        | Condition::All(_)
        | Condition::Any(_) => false,
    }
}

fn nodes_are(condition: &NodeCondition, world: &World) -> bool {
    let is = |node: &NodeId| world.nodes.get(node).is_some_and(|node| node_is(condition, node));
    let mut live = world.nodes.values().filter(|node| node.alive);
    match &condition.node {
        Which::One(node) => is(node),
        Which::Each(list) => list.iter().all(is),
        // Without live nodes, nothing holds.
        Which::Live(Live::All) => live.clone().next().is_some() && live.all(|node| node_is(condition, node)),
        Which::Live(Live::Any) => live.any(|node| node_is(condition, node)),
    }
}

fn node_is(condition: &NodeCondition, node: &NodeState) -> bool {
    let terms = || node.log.iter().map(|entry| entry.term);
    condition.alive.is_none_or(|alive| node.alive == alive)
        && condition.role.is_none_or(|role| node.alive && node.role == role)
        && number(condition.term, node.term)
        && condition.voted_for.is_none_or(|voted_for| node.voted_for.unwrap_or(0) == voted_for)
        && number(condition.commit, node.commit)
        && number(condition.applied, node.applied)
        && number(condition.last_index, node.last_index())
        && condition.log.as_ref().is_none_or(|log| terms().eq(log.iter().copied()))
        && condition.log_prefix.as_ref().is_none_or(|prefix| {
            (1..).zip(prefix).all(|(index, &term)| node.entry(index).is_some_and(|entry| entry.term == term))
        })
        && condition.snapshot.as_ref().is_none_or(|expected| snapshot_is(expected, node))
        && condition.members.as_ref().is_none_or(|expected| {
            let (index, members) = &node.members;
            expected.voters.as_ref().is_none_or(|voters| *voters == members.voters)
                && expected.learners.as_ref().is_none_or(|learners| *learners == members.learners)
                && number(expected.index, *index)
        })
        && condition.entry.as_ref().is_none_or(|entry| entry_is(entry, node))
        && condition
            .state
            .as_ref()
            .is_none_or(|state| state.iter().all(|(key, value)| node.state.get(key) == Some(value)))
}

fn snapshot_is(expected: &SnapshotCondition, node: &NodeState) -> bool {
    node.snapshot.as_ref().is_some_and(|snapshot| {
        number(expected.index, snapshot.meta.index)
            && number(expected.term, snapshot.meta.term)
            && number(expected.bytes, snapshot.data.len() as u64)
    })
}

fn entry_is(condition: &EntryCondition, node: &NodeState) -> bool {
    let sets = |payload: &Payload, set: &(String, String)| {
        payload.as_write().is_some_and(|write| (write.key, write.value) == (&set.0, Some(&set.1)))
    };
    node.entry(condition.index).is_some_and(|entry| {
        condition.term.is_none_or(|term| entry.term == term)
            && condition.set.as_ref().is_none_or(|set| sets(&entry.payload, set))
    })
}

fn stream_is(condition: &StreamCondition, stream: &StreamInfo, last: Index) -> bool {
    condition.state.is_none_or(|state| stream.state == state)
        && number(condition.next, stream.next_index)
        && number(condition.matched, stream.match_index)
        && number(condition.lag, last.saturating_sub(stream.match_index))
}

fn number(expected: Option<Number>, n: u64) -> bool {
    expected.is_none_or(|expected| expected.holds(n))
}
