//! What nodes start with, as a scenario says it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::lab::json::strict::from_value_strict;
use crate::raft::log::Payload;
use crate::raft::{Index, Membership, NodeId, Term};

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
    pub(super) fn term(&self) -> Term {
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
        let full: FullEntry = from_value_strict(value).map_err(|error| Error::custom(error.why))?;
        let payload = match (full.set, full.blank, full.members) {
            (Some((key, value)), None, None) => Payload::Set { key, value },
            (None, Some(true), None) => Payload::Blank,
            (None, None, Some(members)) => Payload::Members(Membership::new(members, [])),
            _ => return Err(Error::custom("an entry has exactly one of set, blank (true) and members")),
        };
        Ok(StartEntry::Full(full.term, payload))
    }
}
