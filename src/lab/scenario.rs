//! The scenario: the one format for test cases, recordings, links and exports.
//!
//! A scenario is read in two rounds, so that every mistake is told with its place. First the document
//! becomes a tree; then each part is made from its branch of the tree ([`branch`]), which knows its path.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::DeserializeOwned;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use super::action::{Do, Probability};
use super::condition::Condition;
use super::event::Link;
use super::network::LinkSpec;
use super::storage::{DiskSpec, Image};
use crate::raft::log::{Entry, Payload, SharedEntry};
use crate::raft::storage::HardState;
use crate::raft::{Config, Index, Membership, NodeId, SharedSnapshot, Snapshot, SnapshotMeta, Term};
use crate::runtime::Micros;

/// The version of the format that this is.
pub const FORMAT: &str = "raft-lab/1";

/// So many nodes a cluster may have.
pub const NODES_MAX: usize = 9;

/// So many entries a log may start with.
pub const START_LOG_MAX: usize = 10_000;

/// So many writes one `write_many` may make.
pub const WRITES_MAX: u64 = 100_000;

/// The longest key and value, in bytes.
pub const TEXT_BYTES_MAX: usize = 4096;

/// The largest seed: what a JavaScript number holds exactly.
pub const SEED_MAX: u64 = (1 << 53) - 1;

/// What the page opens with.
pub const DEFAULT: &str = include_str!("default.json");

/// A scenario that was refused: where the mistake is, and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioError {
    /// Its place, such as `actions[3].node`; empty for the document as a whole.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}

impl std::error::Error for ScenarioError {}

/// A refusal with its place.
pub(super) fn refuse<T>(path: impl Into<String>, message: impl Into<String>) -> Result<T, ScenarioError> {
    Err(ScenarioError { path: path.into(), message: message.into() })
}

/// How a cluster starts, what is done to it, and what should then hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// [`FORMAT`].
    format: String,
    /// A name for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What it shows, in Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What chance begins with. At most [`SEED_MAX`].
    #[serde(default)]
    pub seed: u64,
    /// Where the settings start from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<Preset>,
    /// The voters.
    pub nodes: Vec<NodeId>,
    /// Nodes that receive the log without a vote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub learners: Vec<NodeId>,
    /// Settings that differ from the preset's.
    #[serde(default, skip_serializing_if = "ConfigPatch::is_empty")]
    pub config: ConfigPatch,
    /// What the network does to messages.
    #[serde(default, skip_serializing_if = "NetworkPatch::is_empty")]
    pub network: NetworkPatch,
    /// How long the disks take.
    #[serde(default, skip_serializing_if = "StoragePatch::is_empty")]
    pub storage: StoragePatch,
    /// What nodes start with; an empty log, if they are not named.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub start: BTreeMap<NodeId, Start>,
    /// What is done, in the order of time.
    #[serde(skip_deserializing, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
    /// When the run ends.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Stop>,
    /// What should hold at the end.
    #[serde(skip_deserializing, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Condition>,
}

/// A set of settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Small numbers: every transition within seconds.
    Classroom,
    /// The engine's own defaults.
    Lab,
}

/// Settings that differ from a preset's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // the fields are those of `Config`
pub struct ConfigPatch {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub election_timeout_min: Option<Micros>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub election_timeout_max: Option<Micros>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heartbeat_interval: Option<Micros>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_payload_entries: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replication_lag_threshold: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot_policy: Option<SnapshotPolicy>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot_max_chunk_size: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install_snapshot_timeout: Option<Micros>,
}

/// When a node makes a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotPolicy {
    /// When so many entries are applied since the last one.
    pub logs_since_last: u64,
}

impl ConfigPatch {
    fn is_empty(&self) -> bool {
        *self == ConfigPatch::default()
    }

    /// The settings with these changes.
    pub fn apply_to(&self, config: &mut Config) {
        fn set<T: Copy>(field: &mut T, value: Option<T>) {
            *field = value.unwrap_or(*field);
        }
        set(&mut config.election_timeout_min, self.election_timeout_min);
        set(&mut config.election_timeout_max, self.election_timeout_max);
        set(&mut config.heartbeat_interval, self.heartbeat_interval);
        set(&mut config.max_payload_entries, self.max_payload_entries);
        set(&mut config.replication_lag_threshold, self.replication_lag_threshold);
        set(&mut config.snapshot_threshold, self.snapshot_policy.map(|policy| policy.logs_since_last));
        set(&mut config.snapshot_max_chunk_size, self.snapshot_max_chunk_size);
        set(&mut config.install_snapshot_timeout, self.install_snapshot_timeout);
    }
}

/// What the network does to messages, where it differs from the default (5 to 15 ms, no loss).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkPatch {
    /// The shortest and the longest latency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<(Micros, Micros)>,
    /// The fraction of messages that is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<Probability>,
}

impl NetworkPatch {
    fn is_empty(&self) -> bool {
        *self == NetworkPatch::default()
    }

    /// The link with these changes.
    pub fn apply_to(&self, link: &mut LinkSpec) {
        link.latency = self.latency.unwrap_or(link.latency);
        link.loss = self.loss.unwrap_or(link.loss);
    }
}

/// How long the disks take, where that differs from the default (nothing, and 20 ms for a snapshot).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoragePatch {
    /// The shortest and the longest time until a write is durable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write_delay: Option<(Micros, Micros)>,
    /// The shortest and the longest time that a snapshot takes; a microsecond for each byte comes on top.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot_delay: Option<(Micros, Micros)>,
}

impl StoragePatch {
    fn is_empty(&self) -> bool {
        *self == StoragePatch::default()
    }
}

/// A snapshot that a node starts with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartSnapshot {
    /// The last index that it includes.
    pub index: Index,
    /// The term there.
    pub term: Term,
    /// The state machine.
    #[serde(default)]
    pub state: BTreeMap<String, String>,
}

/// What one node starts with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// Its term; that of its last entry, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<Term>,
    /// Whom it voted for in that term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voted_for: Option<NodeId>,
    /// Its log, from index 1, or from behind the snapshot.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<StartEntry>,
    /// Its snapshot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<StartSnapshot>,
}

/// An entry of a log to start with: its term alone, or all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartEntry {
    /// A write that only its term matters of. Its content follows from its place and its term.
    Term(Term),
    /// An entry with its content.
    Full(Term, Payload),
}

impl StartEntry {
    fn term(&self) -> Term {
        match self {
            StartEntry::Term(term) | StartEntry::Full(term, _) => *term,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FullEntry {
    term: Term,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    set: Option<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    blank: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    members: Option<BTreeSet<NodeId>>,
}

impl Serialize for StartEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut full = match self {
            StartEntry::Term(term) => return serializer.serialize_u64(*term),
            StartEntry::Full(term, _) => FullEntry { term: *term, set: None, blank: None, members: None },
        };
        if let StartEntry::Full(_, payload) = self {
            match payload {
                Payload::Blank => full.blank = Some(true),
                Payload::Set { key, value } => full.set = Some((key.clone(), value.clone())),
                Payload::Members(membership) => full.members = Some(membership.all_voters()),
            }
        }
        full.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for StartEntry {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<StartEntry, D::Error> {
        use serde::de::Error;
        let value = Value::deserialize(deserializer)?;
        if let Some(term) = value.as_u64() {
            return Ok(StartEntry::Term(term));
        }
        if !value.is_object() {
            return Err(Error::custom(format_args!("{value} is neither a term nor an entry")));
        }
        let full: FullEntry = serde_json::from_value(value).map_err(Error::custom)?;
        let payload = match (full.set, full.blank, full.members) {
            (Some((key, value)), None, None) => Payload::Set { key, value },
            (None, Some(true), None) => Payload::Blank,
            (None, None, Some(members)) => Payload::Members(Membership::new(members, [])),
            _ => return Err(Error::custom("an entry has exactly one of set, blank (true) and members")),
        };
        Ok(StartEntry::Full(full.term, payload))
    }
}

/// Something that is done at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// When.
    pub at: Micros,
    /// If it was recorded: behind which event of the run, and how many polls without an event later.
    pub after: Option<(u64, u32)>,
    /// What.
    pub what: Do,
}

/// `{ "at": …, "after": …, "do": …, … }`: the fields of what is done stand beside it.
impl Serialize for Action {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::Error;
        let what = serde_json::to_value(&self.what).map_err(S::Error::custom)?;
        let Some((name, Value::Object(fields))) = what.as_object().and_then(|map| map.iter().next()) else {
            return Err(S::Error::custom("an action is an object with one name"));
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("at", &self.at)?;
        if let Some((after, polls)) = self.after {
            map.serialize_entry("after", &after)?;
            if polls > 0 {
                map.serialize_entry("polls", &polls)?;
            }
        }
        map.serialize_entry("do", name)?;
        for (field, value) in fields {
            map.serialize_entry(field, value)?;
        }
        map.end()
    }
}

impl Action {
    fn from_value(path: &str, value: Value) -> Result<Action, ScenarioError> {
        let mut map = object(path, value)?;
        let at = map.remove("at").map(|value| branch(&format!("{path}.at"), value)).transpose()?;
        let Some(at) = at else { return refuse(path, "missing field `at`") };
        let after: Option<u64> = map.remove("after").map(|v| branch(&format!("{path}.after"), v)).transpose()?;
        let polls: Option<u32> = map.remove("polls").map(|v| branch(&format!("{path}.polls"), v)).transpose()?;
        let what = action_from_map(path, map)?;
        Ok(Action { at, after: after.map(|after| (after, polls.unwrap_or(0))), what })
    }
}

/// Reads what is done, from an object with its name as `do`.
///
/// # Errors
/// With the path of what is wrong, beginning with `path`.
pub fn action_from_value(path: &str, value: Value) -> Result<Do, ScenarioError> {
    action_from_map(path, object(path, value)?)
}

fn action_from_map(path: &str, mut map: Map<String, Value>) -> Result<Do, ScenarioError> {
    let name = match map.remove("do") {
        Some(Value::String(name)) => name,
        Some(other) => return refuse(join(path, "do"), format!("{other} is not the name of an action")),
        None => return refuse(path, "missing field `do`"),
    };
    // Read as { name: { fields } }: that form keeps the path of each field.
    let tagged = Value::Object(Map::from_iter([(name.clone(), Value::Object(map))]));
    branch("", tagged).map_err(|error: ScenarioError| match error.path.strip_prefix(&name) {
        Some(field) if !error.path.is_empty() => {
            ScenarioError { path: join(path, field.trim_start_matches('.')), message: error.message }
        }
        _ if error.message.starts_with("unknown variant") => {
            let known = error.message.split_once(", expected").map_or("", |(_, known)| known);
            ScenarioError { path: join(path, "do"), message: format!("there is no action `{name}`; expected{known}") }
        }
        _ => ScenarioError { path: join(path, &error.path), message: error.message },
    })
}

/// When a run ends.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stop {
    /// At this time, at the latest.
    pub at: Micros,
    /// As soon as this holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

impl Stop {
    fn from_value(path: &str, value: Value) -> Result<Stop, ScenarioError> {
        let mut map = object(path, value)?;
        let Some(at) = map.remove("at") else { return refuse(path, "missing field `at`") };
        let at = branch(&join(path, "at"), at)?;
        let when = map.remove("when").map(|v| Condition::from_value(&join(path, "when"), v)).transpose()?;
        match map.keys().next() {
            Some(field) => refuse(join(path, field), "unknown field; a stop has `at` and `when`"),
            None => Ok(Stop { at, when }),
        }
    }
}

/// A path one field longer.
pub(super) fn join(path: &str, field: &str) -> String {
    match (path, field) {
        ("", field) => field.to_string(),
        (path, "") => path.to_string(),
        (path, field) => format!("{path}.{field}"),
    }
}

pub(super) fn object(path: &str, value: Value) -> Result<Map<String, Value>, ScenarioError> {
    match value {
        Value::Object(map) => Ok(map),
        other => refuse(path, format!("{other} is not an object")),
    }
}

/// Reads a value from a branch of the document. The path in an error begins with `path`.
pub(super) fn branch<T: DeserializeOwned>(path: &str, value: Value) -> Result<T, ScenarioError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let inner = match error.path().to_string() {
            root if root == "." => String::new(),
            inner => inner,
        };
        let path = if inner.starts_with('[') { format!("{path}{inner}") } else { join(path, &inner) };
        ScenarioError { path, message: error.into_inner().to_string() }
    })
}

impl Scenario {
    /// A cluster of `nodes` voters with the classroom preset.
    pub fn classroom(nodes: NodeId) -> Scenario {
        Scenario {
            format: FORMAT.into(),
            title: String::new(),
            description: String::new(),
            seed: 1,
            preset: Some(Preset::Classroom),
            nodes: (1..=nodes).collect(),
            learners: Vec::new(),
            config: ConfigPatch::default(),
            network: NetworkPatch::default(),
            storage: StoragePatch::default(),
            start: BTreeMap::new(),
            actions: Vec::new(),
            stop: None,
            expect: Vec::new(),
        }
    }

    /// Reads a scenario.
    ///
    /// # Errors
    /// The first mistake, with its place; for text that is not JSON, its line and column.
    pub fn from_json(text: &str) -> Result<Scenario, ScenarioError> {
        match serde_json::from_str(text) {
            Ok(value) => Scenario::from_value(value),
            Err(error) => refuse("", format!("not JSON: {error}")),
        }
    }

    /// Reads a scenario from a JSON value.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn from_value(value: Value) -> Result<Scenario, ScenarioError> {
        let mut map = object("", value)?;
        match map.get("format") {
            Some(Value::String(format)) if format == FORMAT => {}
            Some(other) => return refuse("format", format!("{other} is not \"{FORMAT}\"")),
            None => return refuse("", format!("missing field `format` (\"{FORMAT}\")")),
        }
        let actions = map.remove("actions");
        let stop = map.remove("stop");
        let expect = map.remove("expect");
        let mut scenario: Scenario = branch("", Value::Object(map))?;
        scenario.actions = list("actions", actions, Action::from_value)?;
        scenario.stop = stop.map(|value| Stop::from_value("stop", value)).transpose()?;
        scenario.expect = list("expect", expect, Condition::from_value)?;
        scenario.validate()?;
        Ok(scenario)
    }

    /// The scenario as a document for people: indented JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// The settings of every node.
    pub fn node_config(&self) -> Config {
        let mut config = match self.preset {
            Some(Preset::Classroom) => Config::classroom(),
            Some(Preset::Lab) | None => Config::default(),
        };
        self.config.apply_to(&mut config);
        config
    }

    /// What a link does that nothing else is said of.
    pub fn link_spec(&self) -> LinkSpec {
        let mut link = LinkSpec::default();
        self.network.apply_to(&mut link);
        link
    }

    /// The configuration that the cluster begins with.
    pub fn membership(&self) -> Membership {
        Membership::new(self.nodes.iter().copied(), self.learners.iter().copied())
    }

    /// Every node, in order.
    pub fn all_nodes(&self) -> BTreeSet<NodeId> {
        self.nodes.iter().chain(&self.learners).copied().collect()
    }

    /// Both directions of every link.
    pub fn all_links(&self) -> impl Iterator<Item = Link> {
        let nodes = self.all_nodes();
        let others = nodes.clone();
        nodes
            .into_iter()
            .flat_map(move |from| others.clone().into_iter().filter(move |&to| to != from).map(move |to| (from, to)))
    }

    /// What a node's disk holds at the start.
    pub fn start_image(&self, node: NodeId) -> Image {
        let start = self.start.get(&node).cloned().unwrap_or_default();
        let snapshot = start.snapshot.map(|StartSnapshot { index, term, state }| {
            let meta = SnapshotMeta { id: 1, index, term, membership: (0, self.membership()) };
            SharedSnapshot::new(Snapshot::new(meta, &state))
        });
        let prev = snapshot.as_ref().map_or((0, 0), |snapshot| (snapshot.meta.index, snapshot.meta.term));
        let entry = |(index, entry): (Index, StartEntry)| {
            let term = entry.term();
            let payload = match entry {
                StartEntry::Full(_, payload) => payload,
                StartEntry::Term(term) => Payload::Set { key: "x".into(), value: format!("{term}.{index}") },
            };
            SharedEntry::new(Entry { index, term, payload })
        };
        let log: Vec<SharedEntry> = (prev.0 + 1..).zip(start.log).map(entry).collect();
        let last_term = log.last().map_or(prev.1, |entry| entry.term);
        let hard_state = HardState { term: start.term.unwrap_or(last_term), voted_for: start.voted_for };
        Image { hard_state, snapshot, prev, log }
    }

    /// How the disks behave.
    pub fn disk_spec(&self) -> DiskSpec {
        let mut spec = DiskSpec::default();
        spec.write_delay = self.storage.write_delay.unwrap_or(spec.write_delay);
        spec.snapshot_delay = self.storage.snapshot_delay.unwrap_or(spec.snapshot_delay);
        spec
    }

    /// When the run ends: as the scenario says, or 5 s after its last action.
    pub fn stop_at(&self) -> Micros {
        let last_action = self.actions.last().map_or(Micros::ZERO, |action| action.at);
        self.stop.as_ref().map_or(last_action + Micros::from_ms(5000), |stop| stop.at)
    }

    fn validate(&self) -> Result<(), ScenarioError> {
        if self.seed > SEED_MAX {
            return refuse("seed", format!("{} is above {SEED_MAX}", self.seed));
        }
        if self.nodes.is_empty() {
            return refuse("nodes", "a cluster has at least one node");
        }
        if self.nodes.len() + self.learners.len() > NODES_MAX {
            return refuse("nodes", format!("a cluster has at most {NODES_MAX} nodes"));
        }
        let mut seen = BTreeSet::new();
        for (field, nodes) in [("nodes", &self.nodes), ("learners", &self.learners)] {
            for (i, &node) in nodes.iter().enumerate() {
                if node == 0 {
                    return refuse(format!("{field}[{i}]"), "a node's id is at least 1");
                }
                if !seen.insert(node) {
                    return refuse(format!("{field}[{i}]"), format!("node {node} is named twice"));
                }
            }
        }
        if let Err(error) = self.node_config().validate() {
            return refuse(format!("config.{}", error.field), error.to_string());
        }
        check_range("network.latency", self.network.latency)?;
        check_range("storage.write_delay", self.storage.write_delay)?;
        check_range("storage.snapshot_delay", self.storage.snapshot_delay)?;
        for (&node, start) in &self.start {
            self.check_start(&format!("start.{node}"), node, start)?;
        }
        let mut before = Micros::ZERO;
        for (i, action) in self.actions.iter().enumerate() {
            let path = format!("actions[{i}]");
            if action.at < before {
                return refuse(join(&path, "at"), format!("{} is before the action before it ({before})", action.at));
            }
            before = action.at;
            self.check_action(&path, &action.what)?;
        }
        if let Some(when) = self.stop.as_ref().and_then(|stop| stop.when.as_ref()) {
            when.check("stop.when", &self.all_nodes())?;
        }
        for (i, expect) in self.expect.iter().enumerate() {
            expect.check(&format!("expect[{i}]"), &self.all_nodes())?;
        }
        Ok(())
    }

    fn check_start(&self, path: &str, node: NodeId, start: &Start) -> Result<(), ScenarioError> {
        self.check_node(path, node)?;
        if start.log.len() > START_LOG_MAX {
            return refuse(join(path, "log"), format!("a log starts with at most {START_LOG_MAX} entries"));
        }
        if start.snapshot.as_ref().is_some_and(|snapshot| snapshot.index == 0 || snapshot.term == 0) {
            return refuse(join(path, "snapshot"), "index and term begin at 1");
        }
        let mut before = start.snapshot.as_ref().map_or(1, |snapshot| snapshot.term);
        for (i, entry) in start.log.iter().enumerate() {
            let term = entry.term();
            if term < before {
                let what = if before == 1 {
                    "terms begin at 1".into()
                } else {
                    format!("term {term} follows {before}; terms never decrease along a log")
                };
                return refuse(format!("{path}.log[{i}]"), what);
            }
            before = term;
        }
        let last_term = start.log.last().map_or(start.snapshot.as_ref().map_or(0, |it| it.term), StartEntry::term);
        if start.term.is_some_and(|term| term < last_term) {
            return refuse(join(path, "term"), format!("below the last entry's term ({last_term})"));
        }
        if let Some(candidate) = start.voted_for {
            self.check_node(&join(path, "voted_for"), candidate)?;
        }
        Ok(())
    }

    fn check_node(&self, path: &str, node: NodeId) -> Result<(), ScenarioError> {
        match self.nodes.contains(&node) || self.learners.contains(&node) {
            true => Ok(()),
            false => refuse(path, format!("{node} is not a node of this cluster")),
        }
    }

    fn check_links(&self, path: &str, links: &[Link]) -> Result<(), ScenarioError> {
        for (i, &(from, to)) in links.iter().enumerate() {
            let path = format!("{path}[{i}]");
            self.check_node(&path, from)?;
            self.check_node(&path, to)?;
            if from == to {
                return refuse(path, format!("node {from} has no link to itself"));
            }
        }
        Ok(())
    }

    /// Checks that an action makes sense for this cluster.
    ///
    /// # Errors
    /// With the path of what does not, beginning with `path`.
    pub fn check_action(&self, path: &str, what: &Do) -> Result<(), ScenarioError> {
        let at = |field: &str| join(path, field);
        match what {
            Do::Campaign { node } | Do::Timer { node, .. } | Do::Crash { node } | Do::Restart { node } => {
                self.check_node(&at("node"), *node)
            }
            Do::Write { key, value, node, .. } => {
                for (field, text) in [("key", key), ("value", value)] {
                    if text.len() > TEXT_BYTES_MAX {
                        return refuse(at(field), format!("longer than {TEXT_BYTES_MAX} bytes"));
                    }
                }
                if key.is_empty() || key.contains(['=', '\n']) || value.contains('\n') {
                    return refuse(
                        at("key"),
                        "a key is not empty and has no `=`; neither key nor value has a line break",
                    );
                }
                node.map_or(Ok(()), |node| self.check_node(&at("node"), node))
            }
            Do::WriteMany { count, clients, every, value_bytes } => {
                if *count > WRITES_MAX {
                    return refuse(at("count"), format!("{count} is above {WRITES_MAX}"));
                }
                if every.is_some() && clients.is_some() {
                    return refuse(
                        at("clients"),
                        "`every` makes an open loop, `clients` a closed one: only one of them",
                    );
                }
                if clients.is_some_and(|clients| clients == 0 || clients > 100) {
                    return refuse(at("clients"), "from 1 to 100 clients");
                }
                match value_bytes.is_some_and(|bytes| bytes as usize > TEXT_BYTES_MAX) {
                    true => refuse(at("value_bytes"), format!("above {TEXT_BYTES_MAX}")),
                    false => Ok(()),
                }
            }
            Do::Partition { groups } => {
                let mut seen = BTreeSet::new();
                for (i, group) in groups.iter().enumerate() {
                    for (j, &node) in group.iter().enumerate() {
                        let path = format!("{}[{i}][{j}]", at("groups"));
                        self.check_node(&path, node)?;
                        if !seen.insert(node) {
                            return refuse(path, format!("node {node} is in two groups, or twice in one"));
                        }
                    }
                }
                Ok(())
            }
            Do::Cut { links, .. } => self.check_links(&at("links"), links),
            Do::Join { links, name } => match (links, name) {
                (Some(links), None) => self.check_links(&at("links"), links),
                (None, Some(_)) => Ok(()),
                _ => refuse(path, "a join has either `links` or `name`"),
            },
            Do::Link { from, to, latency, .. } => {
                for (field, node) in [("from", from), ("to", to)] {
                    node.map_or(Ok(()), |node| self.check_node(&at(field), node))?;
                }
                check_range(&at("latency"), *latency)
            }
            Do::Heal {} | Do::Note { .. } => Ok(()),
        }
    }
}

fn check_range(path: &str, range: Option<(Micros, Micros)>) -> Result<(), ScenarioError> {
    match range {
        Some((low, high)) if low > high => refuse(path, format!("{low} to {high} is no range")),
        _ => Ok(()),
    }
}

fn list<T>(
    path: &str,
    value: Option<Value>,
    read: impl Fn(&str, Value) -> Result<T, ScenarioError>,
) -> Result<Vec<T>, ScenarioError> {
    match value {
        None => Ok(Vec::new()),
        Some(Value::Array(values)) => {
            values.into_iter().enumerate().map(|(i, value)| read(&format!("{path}[{i}]"), value)).collect()
        }
        Some(other) => refuse(path, format!("{other} is not a list")),
    }
}
