//! What nodes start with.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::read::join;
use super::validate::check_text;
use super::{refuse, strictly, Scenario, ScenarioError, START_LOG_MAX, START_NUMBER_MAX};
use crate::lab::storage::Image;
use crate::raft::log::{Entry, Payload, SharedEntry};
use crate::raft::storage::HardState;
use crate::raft::{Index, Membership, NodeId, SharedSnapshot, Snapshot, SnapshotMeta, Term};

/// A snapshot that a node starts with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
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
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// Its term; that of its last entry, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<Term>,
    /// Whom it voted for in that term; a leader, itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voted_for: Option<NodeId>,
    /// Its log, from index 1, or from behind the snapshot.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<StartEntry>,
    /// Its snapshot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<StartSnapshot>,
    /// How far it knows its log to be committed, and has applied it, when the run begins. Like all that is not
    /// durable, it is forgotten in a crash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<Index>,
    /// It leads its term already, without the first entry of a leader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<StartRole>,
    /// As a leader: how far each follower's log is proven to agree.
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "match")]
    pub matched: Option<BTreeMap<NodeId, Index>>,
}

/// What a node is when the run begins, if it is not what it would be by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StartRole {
    /// The leader of its term.
    Leader,
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
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
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
        let full: FullEntry = strictly(value).map_err(|error| Error::custom(error.message))?;
        let payload = match (full.set, full.blank, full.members) {
            (Some((key, value)), None, None) => Payload::Set { key, value },
            (None, Some(true), None) => Payload::Blank,
            (None, None, Some(members)) => Payload::Members(Membership::new(members, [])),
            _ => return Err(Error::custom("an entry has exactly one of set, blank (true) and members")),
        };
        Ok(StartEntry::Full(full.term, payload))
    }
}

impl Scenario {
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
        let leads = start.role.map(|StartRole::Leader| node);
        let hard_state = HardState { term: start.term.unwrap_or(last_term), voted_for: start.voted_for.or(leads) };
        Image { hard_state, snapshot, prev, log }
    }

    /// How far a node knows its log to be committed, and has applied it, at the start; nothing, if that is as
    /// far as its snapshot goes.
    pub fn start_commit(&self, node: NodeId) -> Option<Index> {
        self.start.get(&node).and_then(|start| start.commit)
    }

    /// If a node leads when the run begins: how far each follower's log is proven to agree.
    pub fn start_in_office(&self, node: NodeId) -> Option<BTreeMap<NodeId, Index>> {
        let start = self.start.get(&node)?;
        start.role.map(|StartRole::Leader| start.matched.clone().unwrap_or_default())
    }

    pub(super) fn check_starts(&self) -> Result<(), ScenarioError> {
        let mut leaders: BTreeMap<Term, NodeId> = BTreeMap::new();
        for (&node, start) in &self.start {
            let path = format!("start.{node}");
            self.check_node(&path, node)?;
            check_log(&path, start)?;
            let image = self.start_image(node);
            let last = last_index(&image);
            let term = image.hard_state.term;
            if let Some(candidate) = start.voted_for {
                self.check_node(&join(&path, "voted_for"), candidate)?;
            }
            if let Some(commit) = start.commit {
                let path = join(&path, "commit");
                if commit > last {
                    return refuse(path, format!("above the last index ({last})"));
                }
                if commit < image.prev.0 {
                    return refuse(path, format!("below the snapshot's index ({})", image.prev.0));
                }
            }
            match start.role {
                Some(StartRole::Leader) => {
                    self.check_leader(&path, node, start, &image)?;
                    if let Some(other) = leaders.insert(term, node) {
                        return refuse(join(&path, "role"), format!("node {other} leads term {term} already"));
                    }
                }
                None if start.matched.is_some() => {
                    return refuse(join(&path, "match"), "only a leader (`role`) has proven anything");
                }
                None => {}
            }
        }
        Ok(())
    }

    fn check_leader(&self, path: &str, node: NodeId, start: &Start, image: &Image) -> Result<(), ScenarioError> {
        let members = image.log.iter().rev().find_map(|entry| match &entry.payload {
            Payload::Members(membership) => Some(membership.clone()),
            _ => None,
        });
        if !members.unwrap_or_else(|| self.membership()).is_voter(node) {
            return refuse(join(path, "role"), "a node without a vote does not lead");
        }
        if image.hard_state.term == 0 {
            return refuse(join(path, "role"), "nobody leads term 0");
        }
        if start.voted_for.is_some_and(|candidate| candidate != node) {
            return refuse(join(path, "voted_for"), "a leader voted for itself");
        }
        for (&follower, &matched) in start.matched.iter().flatten() {
            let path = format!("{path}.match.{follower}");
            self.check_node(&path, follower)?;
            if follower == node {
                return refuse(path, "a leader proves nothing to itself");
            }
            let common = common_prefix(image, &self.start_image(follower));
            if matched > common {
                return refuse(path, format!("the logs agree up to {common} only"));
            }
        }
        Ok(())
    }
}

/// Checks a log and the snapshot before it.
fn check_log(path: &str, start: &Start) -> Result<(), ScenarioError> {
    if start.log.len() > START_LOG_MAX {
        return refuse(join(path, "log"), format!("a log starts with at most {START_LOG_MAX} entries"));
    }
    if let Some(snapshot) = &start.snapshot {
        let path = join(path, "snapshot");
        if snapshot.index == 0 || snapshot.term == 0 {
            return refuse(path, "index and term begin at 1");
        }
        if snapshot.index > START_NUMBER_MAX || snapshot.term > START_NUMBER_MAX {
            return refuse(path, format!("index or term above {START_NUMBER_MAX}"));
        }
        snapshot.state.iter().try_for_each(|(key, value)| check_set(&join(&path, "state"), key, value))?;
    }
    let mut before = start.snapshot.as_ref().map_or(1, |snapshot| snapshot.term);
    for (i, entry) in start.log.iter().enumerate() {
        let path = format!("{path}.log[{i}]");
        let term = entry.term();
        if term < before {
            let what = match before {
                1 => "terms begin at 1".into(),
                before => format!("term {term} follows {before}; terms never decrease along a log"),
            };
            return refuse(path, what);
        }
        before = term;
        if let StartEntry::Full(_, Payload::Set { key, value }) = entry {
            check_set(&join(&path, "set"), key, value)?;
        }
    }
    let last_term = start.log.last().map_or(start.snapshot.as_ref().map_or(0, |it| it.term), StartEntry::term);
    match start.term {
        Some(term) if term < last_term => {
            refuse(join(path, "term"), format!("below the last entry's term ({last_term})"))
        }
        term if term.unwrap_or(last_term) > START_NUMBER_MAX => {
            refuse(join(path, "term"), format!("above {START_NUMBER_MAX}"))
        }
        _ => Ok(()),
    }
}

/// A key and its value that stand at `path` together.
fn check_set(path: &str, key: &str, value: &str) -> Result<(), ScenarioError> {
    check_text("", key, value).map_err(|error| ScenarioError { path: path.into(), message: error.message })
}

fn last_index(image: &Image) -> Index {
    image.prev.0 + image.log.len() as Index
}

/// The last index up to which two logs agree. What a snapshot includes is committed: it agrees with everything
/// that goes as far.
fn common_prefix(a: &Image, b: &Image) -> Index {
    let entry = |image: &Image, index: Index| -> Option<(Term, Option<SharedEntry>)> {
        if index == image.prev.0 {
            return Some((image.prev.1, None));
        }
        let place = usize::try_from(index.checked_sub(image.prev.0 + 1)?).ok()?;
        image.log.get(place).map(|entry| (entry.term, Some(entry.clone())))
    };
    let agree = |index: Index| match (entry(a, index), entry(b, index)) {
        (Some((_, Some(a))), Some((_, Some(b)))) => a == b,
        (Some((a, _)), Some((b, _))) => a == b,
        // Below a snapshot: there is nothing to compare.
        _ => true,
    };
    let end = last_index(a).min(last_index(b));
    let begin = a.prev.0.max(b.prev.0).min(end);
    (begin..=end).take_while(|&index| agree(index)).last().unwrap_or(begin.saturating_sub(1))
}
