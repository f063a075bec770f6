//! Conditions: what a scenario waits for, and what it expects.

use std::collections::{BTreeMap, BTreeSet};

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::lab::json::error::{child_path, invalid, Refusal, ScenarioError};
use crate::lab::json::read::{object, parse_at, value_of};
use crate::lab::json::strict::{from_value_strict, untagged};
use crate::lab::vocab::event::ClientResult;
use crate::lab::vocab::invariant::Invariant;
use crate::lab::vocab::pattern::check_event;
use crate::raft::event::{Role, StreamState};
use crate::raft::{Index, NodeId, Term};
use crate::runtime::Micros;

pub use crate::lab::vocab::number::{Number, Range};

/// A condition over a run: over the world as it is now, or over what has happened so far.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// About the leader.
    Leader(LeaderCondition),
    /// Whether there is one leader of the highest term and every live node has the same log, commit index and state.
    Converged(bool),
    /// About one or several nodes.
    Node(Box<NodeCondition>),
    /// About one replication stream.
    Stream(Box<StreamCondition>),
    /// An event with these fields has happened, `count` times if that is given.
    Event(EventMatcher),
    /// The conditions about nodes and streams have all held at one moment so far.
    Visited(Vec<Condition>),
    /// Each of the conditions has held so far, and for the first time before the next one did.
    Before(Vec<Condition>),
    /// The condition held at a virtual time, after the last event of that time.
    At(Micros, Box<Condition>),
    /// About the numbers of client requests by outcome.
    Clients(ClientsCondition),
    /// An invariant was violated.
    Violated(Violated),
    /// A client request that fits has this outcome.
    Outcome(OutcomeCondition),
    /// The condition does not hold.
    Not(Box<Condition>),
    /// All of the conditions hold.
    All(Vec<Condition>),
    /// At least one of the conditions holds.
    Any(Vec<Condition>),
}

/// Who leads: any node, none, this node, or some node in this term.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema), schemars(rename = "LeaderIs"))]
#[serde(untagged)]
pub enum LeaderCondition {
    /// Whether any node leads.
    Any(bool),
    /// This node leads, with the highest term.
    Node(NodeId),
    /// Some node leads in this term.
    Term {
        /// The term.
        term: Number,
    },
}

impl<'de> Deserialize<'de> for LeaderCondition {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<LeaderCondition, D::Error> {
        untagged(from, "LeaderIs", |value| match &value {
            Value::Bool(any) => Some(LeaderCondition::Any(*any)),
            Value::Number(_) => from_value_strict(value).ok().map(LeaderCondition::Node),
            _ => from_value_strict(value.get("term")?.clone()).ok().map(|term| LeaderCondition::Term { term }),
        })
    }
}

/// The nodes that a condition is about.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Which {
    /// This node.
    One(NodeId),
    /// Each of these nodes.
    Each(Vec<NodeId>),
    /// All live nodes, or any live node.
    Live(Live),
}

impl<'de> Deserialize<'de> for Which {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Which, D::Error> {
        untagged(from, "Which", |value| match &value {
            Value::Number(_) => from_value_strict(value).ok().map(Which::One),
            Value::Array(_) => from_value_strict(value).ok().map(Which::Each),
            _ => from_value_strict(value).ok().map(Which::Live),
        })
    }
}

/// All or any of the live nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Live {
    /// Every live node.
    All,
    /// At least one live node.
    Any,
}

macro_rules! patch {
    ($(#[$meta:meta])* $name:ident as $in_format:literal { $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema), schemars(rename = $in_format))]
        #[serde(deny_unknown_fields)]
        pub struct $name { $(
            $(#[$field_meta])*
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub $field: Option<$type>
        ),* }
    };
}

/// A condition about one or several nodes: every field that is given must hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema), schemars(rename = "NodeIs"))]
#[serde(deny_unknown_fields)]
pub struct NodeCondition {
    /// The nodes.
    pub node: Which,
    /// Whether the node is running.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alive: Option<bool>,
    /// The role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The current term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<Number>,
    /// The node voted for in the current term; 0 is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voted_for: Option<NodeId>,
    /// The commit index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<Number>,
    /// The highest applied index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied: Option<Number>,
    /// The last index of the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_index: Option<Number>,
    /// The terms of the retained entries, in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<Vec<Term>>,
    /// The terms of the first entries, from index 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_prefix: Option<Vec<Term>>,
    /// An entry of the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<EntryCondition>,
    /// The latest snapshot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<SnapshotCondition>,
    /// The configuration in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<MembersCondition>,
    /// Keys of the state machine with their values; other keys are ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<BTreeMap<String, String>>,
}

patch! {
    /// A condition about a snapshot.
    SnapshotCondition as "SnapshotIs" {
        /// The last included index.
        index: Number,
        /// The term of the last included entry.
        term: Number,
        /// The size in bytes.
        bytes: Number,
    }
}

patch! {
    /// A condition about a configuration, as a report shows it.
    MembersCondition as "MembersAre" {
        /// The sets of voters: two while the configuration changes.
        voters: Vec<BTreeSet<NodeId>>,
        /// The learners.
        learners: BTreeSet<NodeId>,
        /// The index of its entry in the log; 0 for the one that the cluster began with.
        index: Number,
    }
}

/// A condition about an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema), schemars(rename = "EntryIs"))]
#[serde(deny_unknown_fields)]
pub struct EntryCondition {
    /// The index.
    pub index: Index,
    /// The term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<Term>,
    /// The key and the value that it sets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<(String, String)>,
}

/// A condition about a replication stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema), schemars(rename = "StreamIs"))]
#[serde(deny_unknown_fields)]
pub struct StreamCondition {
    /// The leader and the target.
    pub stream: (NodeId, NodeId),
    /// The state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<StreamState>,
    /// The index of the next entry to send.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Number>,
    /// The highest index known to be replicated on the target; `match < next`.
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "match")]
    pub matched: Option<Number>,
    /// The lag: the last index of the leader minus match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lag: Option<Number>,
}

/// An event that has happened.
#[derive(Clone, Debug, PartialEq)]
pub struct EventMatcher {
    /// Its name, and what its fields hold: values as in a trace line, or patterns.
    pub fields: Map<String, Value>,
    /// How many times; at least once, if it is not given.
    pub count: Option<Number>,
}

patch! {
    /// A condition about the numbers of client requests by outcome.
    ClientsCondition as "ClientsAre" {
        /// Writes and reads that were answered with success.
        acknowledged: Number,
        /// Requests that are not answered yet.
        unanswered: Number,
        /// Requests that were refused.
        refused: Number,
        /// Requests with unknown outcome.
        unknown: Number,
        /// Compare-and-sets whose key had another value.
        not_matched: Number,
    }
}

/// Which invariant was violated: this one, any, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Violated {
    /// Any (true), or none (false).
    Any(bool),
    /// This invariant.
    One(Invariant),
}

impl<'de> Deserialize<'de> for Violated {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Violated, D::Error> {
        untagged(from, "Violated", |value| match value {
            Value::Bool(any) => Some(Violated::Any(any)),
            name => from_value_strict(name).ok().map(Violated::One),
        })
    }
}

/// A condition that at least one client request meets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema), schemars(rename = "OutcomeIs"))]
#[serde(deny_unknown_fields)]
pub struct OutcomeCondition {
    /// The client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<u32>,
    /// The number of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub op: Option<u64>,
    /// The outcome; "sent" counts as waiting.
    pub result: ClientResult,
    /// The value that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// The keys that tell the conditions apart: each condition has exactly one of them.
const CONDITION_KEYS: [&str; 13] = [
    "leader",
    "converged",
    "node",
    "stream",
    "event",
    "visited",
    "before",
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
        // Of an event, the time is a field like others.
        if let Some(at) = map.get("at").filter(|_| !map.contains_key("event")) {
            let at = parse_at(&child_path(path, "at"), at.clone())?;
            map.shift_remove("at");
            return Condition::from_value(path, Value::Object(map)).map(|inner| Condition::At(at, Box::new(inner)));
        }
        let heads: Vec<&str> = CONDITION_KEYS.into_iter().filter(|head| map.contains_key(*head)).collect();
        // An event's own fields may have any name: `node`, for example.
        let head = match heads[..] {
            _ if map.contains_key("event") => "event",
            [head] => head,
            [] => return invalid(path, format!("a condition has one of: {}", CONDITION_KEYS.join(", "))),
            _ => return invalid(path, format!("two conditions in one: {}", heads.join(", "))),
        };
        match head {
            "node" => return parse_at(path, Value::Object(map)).map(Condition::Node),
            "stream" => return parse_at(path, Value::Object(map)).map(Condition::Stream),
            "event" => {
                let count =
                    map.shift_remove("count").map(|value| parse_at(&child_path(path, "count"), value)).transpose()?;
                map.sort_keys();
                return Ok(Condition::Event(EventMatcher { fields: map, count }));
            }
            _ => {}
        }
        let here = child_path(path, head);
        let value = map.shift_remove(head).unwrap_or_default();
        if let Some(field) = map.keys().next() {
            return invalid(child_path(path, field), format!("unknown field beside `{head}`"));
        }
        let several = |value: Value| match value {
            Value::Array(values) => (values.into_iter().enumerate())
                .map(|(i, value)| Condition::from_value(&format!("{here}[{i}]"), value))
                .collect::<Result<Vec<_>, _>>(),
            other => invalid(&here, format!("{other} is not a list of conditions")),
        };
        match head {
            "leader" => parse_at(&here, value).map(Condition::Leader),
            "converged" => parse_at(&here, value).map(Condition::Converged),
            "clients" => parse_at(&here, value).map(Condition::Clients),
            "violated" => parse_at(&here, value).map(Condition::Violated),
            "outcome" => parse_at(&here, value).map(Condition::Outcome),
            "not" => Condition::from_value(&here, value).map(|inner| Condition::Not(Box::new(inner))),
            "all" => several(value).map(Condition::All),
            "any" => several(value).map(Condition::Any),
            "before" => match several(value)? {
                list if list.len() < 2 => {
                    invalid(here, "at least two conditions: the first one, and what it was before")
                }
                list => Ok(Condition::Before(list)),
            },
            _ => {
                let list = match value {
                    Value::Array(_) => several(value)?,
                    one => vec![Condition::from_value(&here, one)?],
                };
                match !list.is_empty()
                    && list.iter().all(|inner| matches!(inner, Condition::Node(_) | Condition::Stream(_)))
                {
                    true => Ok(Condition::Visited(list)),
                    false => invalid(here, "only a node or a stream can have been visited"),
                }
            }
        }
    }

    /// The latest virtual time that the condition names as that of a moment.
    pub(in crate::lab) fn last_moment(&self) -> Option<Micros> {
        match self {
            Condition::At(at, inner) => inner.last_moment().max(Some(*at)),
            Condition::Not(inner) => inner.last_moment(),
            Condition::All(list) | Condition::Any(list) | Condition::Before(list) => {
                list.iter().filter_map(Condition::last_moment).max()
            }
            _ => None,
        }
    }

    /// Checks that the nodes in the condition exist.
    pub(in crate::lab) fn check(&self, path: &str, nodes: &BTreeSet<NodeId>) -> Result<(), ScenarioError> {
        let known = |path: String, node: &NodeId| match nodes.contains(node) {
            true => Ok(()),
            false => invalid(path, Refusal::NoSuchNode(*node)),
        };
        match self {
            Condition::Leader(LeaderCondition::Node(node)) => known(child_path(path, "leader"), node),
            Condition::Node(condition) => match &condition.node {
                Which::One(node) => known(child_path(path, "node"), node),
                Which::Each(list) => list.iter().try_for_each(|node| known(child_path(path, "node"), node)),
                Which::Live(_) => Ok(()),
            },
            Condition::Stream(condition) => {
                known(child_path(path, "stream[0]"), &condition.stream.0)?;
                known(child_path(path, "stream[1]"), &condition.stream.1)
            }
            Condition::Event(EventMatcher { fields, .. }) => check_event(path, fields, nodes),
            Condition::Visited(list) => match &list[..] {
                [inner] => inner.check(&child_path(path, "visited"), nodes),
                list => check_each(&child_path(path, "visited"), list, nodes),
            },
            Condition::Before(list) => check_each(&child_path(path, "before"), list, nodes),
            Condition::At(_, inner) => inner.check(path, nodes),
            Condition::Not(inner) => inner.check(&child_path(path, "not"), nodes),
            Condition::All(list) => check_each(&child_path(path, "all"), list, nodes),
            Condition::Any(list) => check_each(&child_path(path, "any"), list, nodes),
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

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = match self {
            Condition::At(at, inner) => return serialize_at(*at, inner, serializer),
            Condition::Node(condition) => return condition.serialize(serializer),
            Condition::Stream(condition) => return condition.serialize(serializer),
            _ => serializer.serialize_map(None)?,
        };
        match self {
            Condition::Leader(leader) => map.serialize_entry("leader", leader)?,
            Condition::Converged(converged) => map.serialize_entry("converged", converged)?,
            Condition::Event(EventMatcher { fields, count }) => {
                for (field, value) in fields {
                    map.serialize_entry(field, value)?;
                }
                if let Some(count) = count {
                    map.serialize_entry("count", count)?;
                }
            }
            Condition::Visited(list) => match &list[..] {
                [inner] => map.serialize_entry("visited", inner)?,
                list => map.serialize_entry("visited", list)?,
            },
            Condition::Before(list) => map.serialize_entry("before", list)?,
            Condition::Clients(clients) => map.serialize_entry("clients", clients)?,
            Condition::Violated(violated) => map.serialize_entry("violated", violated)?,
            Condition::Outcome(outcome) => map.serialize_entry("outcome", outcome)?,
            Condition::Not(inner) => map.serialize_entry("not", inner)?,
            Condition::All(list) => map.serialize_entry("all", list)?,
            Condition::Any(list) => map.serialize_entry("any", list)?,
            Condition::Node(_) | Condition::Stream(_) | Condition::At(..) => {}
        }
        map.end()
    }
}

/// A condition and its time in one object.
fn serialize_at<S: Serializer>(at: Micros, inner: &Condition, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("at", &at)?;
    for (field, value) in value_of(inner).as_object().into_iter().flatten() {
        map.serialize_entry(field, value)?;
    }
    map.end()
}
