//! The evaluation of conditions during a run.

use serde_json::{Map, Value};

use crate::lab::json::read::value_of;
use crate::lab::vocab::condition::{
    Condition, EntryCondition, EventMatcher, LeaderCondition, Live, NodeCondition, Number, OutcomeCondition,
    SnapshotCondition, StreamCondition, Violated, Which,
};
use crate::lab::vocab::event::{ClientResult, Record};
use crate::lab::vocab::pattern::matches;
use crate::lab::world::{ClientOp, NodeState, StreamInfo, World};
use crate::raft::{Index, NodeId};
use crate::runtime::Micros;

/// A condition with the state that it needs to be evaluated: it is given every event.
#[derive(Clone, Debug)]
pub struct Watch {
    condition: Condition,
    /// For `event`: the number of matching events; for `visited`: 1 once the state was visited; for `at`: 1 if the
    /// condition held after the last event up to that time.
    seen: u64,
    /// As a part of `before`: the number of the event behind which it held first; 0 until then.
    first: u64,
    /// The watches of nested conditions.
    inner: Vec<Watch>,
}

impl Watch {
    /// Starts to watch a condition.
    pub fn new(condition: Condition) -> Watch {
        let inner = match &condition {
            Condition::Not(inner) | Condition::At(_, inner) => vec![Watch::new(Condition::clone(inner))],
            Condition::All(list) | Condition::Any(list) | Condition::Before(list) => {
                list.iter().cloned().map(Watch::new).collect()
            }
            _ => Vec::new(),
        };
        Watch { condition, seen: 0, first: 0, inner }
    }

    /// Processes the next event, with the world after it.
    pub fn observe(&mut self, record: &Record, world: &World) {
        match &self.condition {
            Condition::Event(event) => self.seen += u64::from(is_such(&event.fields, record)),
            Condition::Visited(list) if self.seen == 0 => {
                self.seen = u64::from(list.iter().all(|inner| holds_now(inner, world)));
            }
            Condition::At(at, _) => {
                if let Some(inner) = self.inner.first_mut().filter(|_| record.at <= *at) {
                    inner.observe(record, world);
                    self.seen = u64::from(inner.holds(world, record.at));
                }
            }
            Condition::Before(_) => {
                for inner in &mut self.inner {
                    inner.observe(record, world);
                    if inner.first == 0 && inner.holds(world, record.at) {
                        inner.first = record.n;
                    }
                }
            }
            _ => self.inner.iter_mut().for_each(|inner| inner.observe(record, world)),
        }
    }

    /// Whether the condition holds now, at this virtual time.
    pub fn holds(&self, world: &World, now: Micros) -> bool {
        match &self.condition {
            Condition::Event(EventMatcher { count: Some(count), .. }) => count.holds(self.seen),
            Condition::Event(_) | Condition::Visited(_) => self.seen > 0,
            // Behind the last event up to that time, nothing changed; if the run ended before it, nobody knows.
            Condition::At(at, _) => now >= *at && self.seen > 0,
            Condition::Before(_) => self.inner.is_sorted_by(|a, b| 0 < a.first && a.first < b.first),
            Condition::Not(_) => self.inner.iter().all(|inner| !inner.holds(world, now)),
            Condition::All(_) => self.inner.iter().all(|inner| inner.holds(world, now)),
            Condition::Any(_) => self.inner.iter().any(|inner| inner.holds(world, now)),
            condition => holds_now(condition, world),
        }
    }
}

fn is_such(fields: &Map<String, Value>, record: &Record) -> bool {
    if fields.get("event").and_then(Value::as_str) != Some(record.event.name()) {
        return false;
    }
    let line = value_of(record);
    fields.iter().all(|(field, pattern)| line.get(field).is_some_and(|found| matches(pattern, found)))
}

fn holds_now(condition: &Condition, world: &World) -> bool {
    match condition {
        Condition::Leader(LeaderCondition::Any(any)) => world.leader().is_some() == *any,
        Condition::Leader(LeaderCondition::Node(node)) => world.leader().is_some_and(|leader| leader.id == *node),
        Condition::Leader(LeaderCondition::Term { term }) => world.leaders().any(|leader| term.holds(leader.term)),
        Condition::Converged(converged) => world.converged() == *converged,
        Condition::Node(condition) => nodes_are(condition, world),
        Condition::Stream(condition) => {
            let (leader, target) = condition.stream;
            let last = world.nodes.get(&leader).map_or(0, |node| node.last_index());
            world.streams.get(&(leader, target)).is_some_and(|stream| stream_is(condition, stream, last))
        }
        Condition::Clients(expected) => {
            let count = |result| world.clients.count(result);
            number(expected.acknowledged, count(ClientResult::Ok))
                && number(expected.unanswered, count(ClientResult::Waiting) + count(ClientResult::Sent))
                && number(expected.refused, count(ClientResult::Refused))
                && number(expected.unknown, count(ClientResult::Unknown))
        }
        Condition::Violated(Violated::Any(any)) => world.violations.is_empty() != *any,
        Condition::Violated(Violated::One(invariant)) => world.violations.contains_key(invariant),
        Condition::Outcome(expected) => world.clients.ops.iter().any(|(op, it)| outcome_is(expected, *op, it)),
        // These need state, or contain others: a `Watch` evaluates them.
        Condition::Event(_)
        | Condition::Visited(_)
        | Condition::Before(_)
        | Condition::At(..)
        | Condition::Not(_)
        | Condition::All(_)
        | Condition::Any(_) => false,
    }
}

fn outcome_is(expected: &OutcomeCondition, op: u64, found: &ClientOp) -> bool {
    let result = match found.result {
        ClientResult::Sent => ClientResult::Waiting,
        result => result,
    };
    expected.client.is_none_or(|client| client == found.client)
        && expected.op.is_none_or(|number| number == op)
        && expected.result == result
        && expected.value.as_ref().is_none_or(|value| found.read.as_ref() == Some(value))
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
    use crate::raft::Payload;
    let sets = |payload: &Payload, set: &(String, String)| match payload {
        Payload::Set { key, value } => (key, value) == (&set.0, &set.1),
        _ => false,
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
