//! Conditions: what a scenario waits for, and what it expects.

use std::collections::{BTreeMap, BTreeSet};

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::event::{self, ClientResult, Record};
use super::invariants::Invariant;
use super::scenario::{branch, join, object, refuse, strictly, untagged, value_of, ScenarioError};
use super::world::{ClientOp, NodeState, StreamView, World};
use crate::raft::event::{Role, StreamState};
use crate::raft::schema::FieldType;
use crate::raft::{Index, NodeId, Term};

/// Something that may hold of a run: of the world as it is, or of what has happened so far.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Who leads.
    Leader(LeaderIs),
    /// One leader of the highest term, and every live node agrees with it in everything; or not.
    Converged(bool),
    /// Of one or several nodes.
    Node(Box<NodeIs>),
    /// Of one replication stream.
    Stream(Box<StreamIs>),
    /// An event with these fields has happened; so often, if `count` is given.
    Event(EventWas),
    /// This held of a node or a stream at some time so far.
    Visited(Box<Condition>),
    /// Of what the clients know.
    Clients(ClientsAre),
    /// A promise was broken.
    Violated(Violated),
    /// One request, or any that fits, stands so.
    Outcome(OutcomeIs),
    /// It does not hold.
    Not(Box<Condition>),
    /// All hold.
    All(Vec<Condition>),
    /// At least one holds.
    Any(Vec<Condition>),
}

/// Who leads: anyone, nobody, a node, or someone in a term.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum LeaderIs {
    /// Whether anyone does.
    Any(bool),
    /// This node, with the highest term.
    Node(NodeId),
    /// Someone, in this term.
    Term {
        /// The term.
        term: Number,
    },
}

impl<'de> Deserialize<'de> for LeaderIs {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<LeaderIs, D::Error> {
        untagged(from, "LeaderIs", |value| match &value {
            Value::Bool(any) => Some(LeaderIs::Any(*any)),
            Value::Number(_) => strictly(value).ok().map(LeaderIs::Node),
            _ => strictly(value.get("term")?.clone()).ok().map(|term| LeaderIs::Term { term }),
        })
    }
}

/// A number, exact or within bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Number {
    /// This one.
    Exact(u64),
    /// At least `min`, at most `max`.
    Range(Range),
}

/// Bounds, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<u64>,
    /// The most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u64>,
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Number, D::Error> {
        untagged(from, "Number", |value| match value.as_u64() {
            Some(exact) => Some(Number::Exact(exact)),
            None => strictly(value).ok().map(Number::Range),
        })
    }
}

impl Number {
    /// No less than that.
    pub const fn at_least(min: u64) -> Number {
        Number::Range(Range { min: Some(min), max: None })
    }

    fn holds(self, n: u64) -> bool {
        match self {
            Number::Exact(exact) => n == exact,
            Number::Range(Range { min, max }) => min.is_none_or(|min| n >= min) && max.is_none_or(|max| n <= max),
        }
    }
}

fn number(expected: Option<Number>, n: u64) -> bool {
    expected.is_none_or(|expected| expected.holds(n))
}

/// Which nodes a condition speaks of.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Which {
    /// This one.
    One(NodeId),
    /// Each of these.
    Each(Vec<NodeId>),
    /// All live ones, or any live one.
    Live(Live),
}

impl<'de> Deserialize<'de> for Which {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Which, D::Error> {
        untagged(from, "Which", |value| match &value {
            Value::Number(_) => strictly(value).ok().map(Which::One),
            Value::Array(_) => strictly(value).ok().map(Which::Each),
            _ => strictly(value).ok().map(Which::Live),
        })
    }
}

/// Which of the live nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Live {
    /// Each of them.
    All,
    /// At least one.
    Any,
}

macro_rules! patch {
    ($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields)]
        pub struct $name { $(
            $(#[$field_meta])*
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub $field: Option<$type>
        ),* }
    };
}

/// What holds of one or several nodes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NodeIs {
    /// Which.
    pub node: Which,
    /// Whether it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alive: Option<bool>,
    /// Its role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Its term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<Number>,
    /// Whom it voted for; 0 is nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voted_for: Option<NodeId>,
    /// Its commit index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<Number>,
    /// How far it has applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied: Option<Number>,
    /// Its last index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_index: Option<Number>,
    /// The terms of its retained entries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<Vec<Term>>,
    /// The terms of its first entries, from index 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_prefix: Option<Vec<Term>>,
    /// One of its entries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<EntryIs>,
    /// Its snapshot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<SnapshotIs>,
    /// The configuration in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<MembersAre>,
    /// Keys of its state machine; others do not matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<BTreeMap<String, String>>,
}

patch! {
    /// What holds of a snapshot.
    SnapshotIs {
        /// The last index that it includes.
        index: Number,
        /// The term there.
        term: Number,
        /// Its size.
        bytes: Number,
    }
}

patch! {
    /// What holds of a configuration, as a report shows it.
    MembersAre {
        /// The sets of voters: two while the configuration changes.
        voters: Vec<BTreeSet<NodeId>>,
        /// The learners.
        learners: BTreeSet<NodeId>,
        /// The index of its entry in the log; 0 for the one that the cluster began with.
        index: Number,
    }
}

/// What holds of one entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EntryIs {
    /// Its index.
    pub index: Index,
    /// Its term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<Term>,
    /// What it sets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<(String, String)>,
}

/// What holds of one stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StreamIs {
    /// The leader and the target.
    pub stream: (NodeId, NodeId),
    /// Its state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<StreamState>,
    /// Its next index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Number>,
    /// Its match index.
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "match")]
    pub matched: Option<Number>,
    /// How far the target is behind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lag: Option<Number>,
}

/// An event that has happened.
#[derive(Clone, Debug, PartialEq)]
pub struct EventWas {
    /// Its name and fields, as in a trace line.
    pub fields: Map<String, Value>,
    /// How often; at least once, if it is not given.
    pub count: Option<Number>,
}

patch! {
    /// How many requests stand how.
    ClientsAre {
        /// Writes and reads that were answered with success.
        acknowledged: Number,
        /// Requests that are not answered yet.
        unanswered: Number,
        /// Requests that were refused.
        refused: Number,
        /// Requests of which nobody knows.
        unknown: Number,
    }
}

/// Which promise was broken: this one, any, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Violated {
    /// Any (true), or none (false).
    Any(bool),
    /// This one.
    One(Invariant),
}

impl<'de> Deserialize<'de> for Violated {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Violated, D::Error> {
        untagged(from, "Violated", |value| match value {
            Value::Bool(any) => Some(Violated::Any(any)),
            name => strictly(name).ok().map(Violated::One),
        })
    }
}

/// What holds of at least one request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OutcomeIs {
    /// Whose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<u32>,
    /// Its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op: Option<u64>,
    /// What is known of it. "sent" counts as waiting.
    pub result: ClientResult,
    /// What was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// The first fields of conditions, of which each has exactly one.
const HEADS: [&str; 12] = [
    "leader",
    "converged",
    "node",
    "stream",
    "event",
    "visited",
    "clients",
    "violated",
    "outcome",
    "not",
    "all",
    "any",
];

impl Condition {
    /// Reads a condition from its place in a document.
    ///
    /// # Errors
    /// With the path of what is wrong, beginning with `path`.
    pub fn from_value(path: &str, value: Value) -> Result<Condition, ScenarioError> {
        let mut map = object(path, value)?;
        let heads: Vec<&str> = HEADS.into_iter().filter(|head| map.contains_key(*head)).collect();
        // An event's own fields may have any name: `node`, for example.
        let head = match heads[..] {
            _ if map.contains_key("event") => "event",
            [head] => head,
            [] => return refuse(path, format!("a condition has one of: {}", HEADS.join(", "))),
            _ => return refuse(path, format!("two conditions in one: {}", heads.join(", "))),
        };
        match head {
            "node" => return branch(path, Value::Object(map)).map(Condition::Node),
            "stream" => return branch(path, Value::Object(map)).map(Condition::Stream),
            "event" => {
                let count = map.shift_remove("count").map(|value| branch(&join(path, "count"), value)).transpose()?;
                map.sort_keys();
                return Ok(Condition::Event(EventWas { fields: map, count }));
            }
            _ => {}
        }
        let here = join(path, head);
        let value = map.shift_remove(head).unwrap_or_default();
        if let Some(field) = map.keys().next() {
            return refuse(join(path, field), format!("unknown field beside `{head}`"));
        }
        let several = |value: Value| match value {
            Value::Array(values) => (values.into_iter().enumerate())
                .map(|(i, value)| Condition::from_value(&format!("{here}[{i}]"), value))
                .collect::<Result<Vec<_>, _>>(),
            other => refuse(&here, format!("{other} is not a list of conditions")),
        };
        match head {
            "leader" => branch(&here, value).map(Condition::Leader),
            "converged" => branch(&here, value).map(Condition::Converged),
            "clients" => branch(&here, value).map(Condition::Clients),
            "violated" => branch(&here, value).map(Condition::Violated),
            "outcome" => branch(&here, value).map(Condition::Outcome),
            "not" => Condition::from_value(&here, value).map(|inner| Condition::Not(Box::new(inner))),
            "all" => several(value).map(Condition::All),
            "any" => several(value).map(Condition::Any),
            _ => match Condition::from_value(&here, value)? {
                inner @ (Condition::Node(_) | Condition::Stream(_)) => Ok(Condition::Visited(Box::new(inner))),
                _ => refuse(here, "only a node or a stream can have been visited"),
            },
        }
    }

    /// Checks that a condition speaks of nodes that exist.
    pub(super) fn check(&self, path: &str, nodes: &BTreeSet<NodeId>) -> Result<(), ScenarioError> {
        let known = |path: String, node: &NodeId| match nodes.contains(node) {
            true => Ok(()),
            false => refuse(path, format!("{node} is not a node of this cluster")),
        };
        match self {
            Condition::Leader(LeaderIs::Node(node)) => known(join(path, "leader"), node),
            Condition::Node(condition) => match &condition.node {
                Which::One(node) => known(join(path, "node"), node),
                Which::Each(list) => list.iter().try_for_each(|node| known(join(path, "node"), node)),
                Which::Live(_) => Ok(()),
            },
            Condition::Stream(condition) => {
                known(join(path, "stream[0]"), &condition.stream.0)?;
                known(join(path, "stream[1]"), &condition.stream.1)
            }
            Condition::Event(EventWas { fields, .. }) => check_event(path, fields),
            Condition::Visited(inner) => inner.check(&join(path, "visited"), nodes),
            Condition::Not(inner) => inner.check(&join(path, "not"), nodes),
            Condition::All(list) => check_each(&join(path, "all"), list, nodes),
            Condition::Any(list) => check_each(&join(path, "any"), list, nodes),
            Condition::Leader(_)
            | Condition::Converged(_)
            | Condition::Clients(_)
            | Condition::Violated(_)
            | Condition::Outcome(_) => Ok(()),
        }
    }
}

fn check_each(path: &str, list: &[Condition], nodes: &BTreeSet<NodeId>) -> Result<(), ScenarioError> {
    list.iter().enumerate().try_for_each(|(i, inner)| inner.check(&format!("{path}[{i}]"), nodes))
}

/// Checks that there is such an event, with such fields: what never happens would never be missed.
fn check_event(path: &str, fields: &Map<String, Value>) -> Result<(), ScenarioError> {
    let name = fields.get("event").cloned().unwrap_or_default();
    let Some(row) = event::rows().find(|row| name.as_str() == Some(row.name)) else {
        return refuse(join(path, "event"), format!("there is no event {name}"));
    };
    for (field, value) in fields {
        let shape = match (field.as_str(), row.fields.iter().find(|known| !known.is_flattened && known.name == field)) {
            (_, Some(known)) => known.field_type,
            ("at", None) => FieldType::Time,
            ("n", None) => FieldType::Number,
            ("event", None) => continue,
            _ if row.allows_other_fields() => continue,
            _ => {
                let known: Vec<String> = row.fields.iter().map(|field| format!("`{}`", field.name)).collect();
                return refuse(join(path, field), format!("unknown field `{field}`; {name} has {}", known.join(", ")));
            }
        };
        if !event::fits(shape, value) {
            return refuse(join(path, field), format!("{value} is not {}", event::noun(shape)));
        }
    }
    Ok(())
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = match self {
            Condition::Node(condition) => return condition.serialize(serializer),
            Condition::Stream(condition) => return condition.serialize(serializer),
            _ => serializer.serialize_map(None)?,
        };
        match self {
            Condition::Leader(leader) => map.serialize_entry("leader", leader)?,
            Condition::Converged(converged) => map.serialize_entry("converged", converged)?,
            Condition::Event(EventWas { fields, count }) => {
                for (field, value) in fields {
                    map.serialize_entry(field, value)?;
                }
                if let Some(count) = count {
                    map.serialize_entry("count", count)?;
                }
            }
            Condition::Visited(inner) => map.serialize_entry("visited", inner)?,
            Condition::Clients(clients) => map.serialize_entry("clients", clients)?,
            Condition::Violated(violated) => map.serialize_entry("violated", violated)?,
            Condition::Outcome(outcome) => map.serialize_entry("outcome", outcome)?,
            Condition::Not(inner) => map.serialize_entry("not", inner)?,
            Condition::All(list) => map.serialize_entry("all", list)?,
            Condition::Any(list) => map.serialize_entry("any", list)?,
            Condition::Node(_) | Condition::Stream(_) => {}
        }
        map.end()
    }
}

/// A condition with its memory: it is shown every event, and then knows what has happened.
#[derive(Clone, Debug)]
pub struct Watch {
    condition: Condition,
    /// For `event`: how often; for `visited`: 1 once it was so.
    seen: u64,
    /// The watches of the conditions in it.
    inner: Vec<Watch>,
}

impl Watch {
    /// Begins to watch.
    pub fn new(condition: Condition) -> Watch {
        let inner = match &condition {
            Condition::Not(inner) => vec![Watch::new(Condition::clone(inner))],
            Condition::All(list) | Condition::Any(list) => list.iter().cloned().map(Watch::new).collect(),
            _ => Vec::new(),
        };
        Watch { condition, seen: 0, inner }
    }

    /// Takes the next event, and the world behind it.
    pub fn observe(&mut self, record: &Record, world: &World) {
        match &self.condition {
            Condition::Event(event) => self.seen += u64::from(is_such(&event.fields, record)),
            Condition::Visited(inner) if self.seen == 0 => self.seen = u64::from(holds_now(inner, world)),
            _ => self.inner.iter_mut().for_each(|inner| inner.observe(record, world)),
        }
    }

    /// Whether it holds now.
    pub fn holds(&self, world: &World) -> bool {
        match &self.condition {
            Condition::Event(EventWas { count: Some(count), .. }) => count.holds(self.seen),
            Condition::Event(_) | Condition::Visited(_) => self.seen > 0,
            Condition::Not(_) => self.inner.iter().all(|inner| !inner.holds(world)),
            Condition::All(_) => self.inner.iter().all(|inner| inner.holds(world)),
            Condition::Any(_) => self.inner.iter().any(|inner| inner.holds(world)),
            condition => holds_now(condition, world),
        }
    }
}

fn is_such(fields: &Map<String, Value>, record: &Record) -> bool {
    if fields.get("event").and_then(Value::as_str) != Some(record.event.name()) {
        return false;
    }
    let line = value_of(record);
    fields.iter().all(|(field, value)| line.get(field).is_some_and(|found| same(found, value)))
}

/// Equal as JSON, where 5 and 5.0 are the same number.
fn same(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

fn holds_now(condition: &Condition, world: &World) -> bool {
    match condition {
        Condition::Leader(LeaderIs::Any(any)) => world.leader().is_some() == *any,
        Condition::Leader(LeaderIs::Node(node)) => world.leader().is_some_and(|leader| leader.id == *node),
        Condition::Leader(LeaderIs::Term { term }) => world.leaders().any(|leader| term.holds(leader.term)),
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
        // These remember, or consist of others: a `Watch` answers for them.
        Condition::Event(_) | Condition::Visited(_) | Condition::Not(_) | Condition::All(_) | Condition::Any(_) => {
            false
        }
    }
}

fn outcome_is(expected: &OutcomeIs, op: u64, found: &ClientOp) -> bool {
    let result = match found.result {
        ClientResult::Sent => ClientResult::Waiting,
        result => result,
    };
    expected.client.is_none_or(|client| client == found.client)
        && expected.op.is_none_or(|number| number == op)
        && expected.result == result
        && expected.value.as_ref().is_none_or(|value| found.read.as_ref() == Some(value))
}

fn nodes_are(condition: &NodeIs, world: &World) -> bool {
    let is = |node: &NodeId| world.nodes.get(node).is_some_and(|node| node_is(condition, node));
    let mut live = world.nodes.values().filter(|node| node.alive);
    match &condition.node {
        Which::One(node) => is(node),
        Which::Each(list) => list.iter().all(is),
        // Of nobody, nothing holds.
        Which::Live(Live::All) => live.clone().next().is_some() && live.all(|node| node_is(condition, node)),
        Which::Live(Live::Any) => live.any(|node| node_is(condition, node)),
    }
}

fn node_is(condition: &NodeIs, node: &NodeState) -> bool {
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

fn snapshot_is(expected: &SnapshotIs, node: &NodeState) -> bool {
    node.snapshot.as_ref().is_some_and(|snapshot| {
        number(expected.index, snapshot.meta.index)
            && number(expected.term, snapshot.meta.term)
            && number(expected.bytes, snapshot.data.len() as u64)
    })
}

fn entry_is(condition: &EntryIs, node: &NodeState) -> bool {
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

fn stream_is(condition: &StreamIs, stream: &StreamView, last: Index) -> bool {
    condition.state.is_none_or(|state| stream.state == state)
        && number(condition.next, stream.next)
        && number(condition.matched, stream.matched)
        && number(condition.lag, last.saturating_sub(stream.matched))
}
