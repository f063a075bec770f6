//! The initial state of nodes, as specified in a scenario.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::lab::json::strict::{from_value_strict, untagged};
use crate::lab::vocab::action::given;
use crate::raft::log::{KeyWrite, Payload, Session};
use crate::raft::{Index, Membership, NodeId, Term};

/// The initial snapshot of a node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StartSnapshot {
    /// The last included index.
    pub index: Index,
    /// The last included term.
    pub term: Term,
    /// The state machine at that index.
    #[serde(default)]
    pub state: BTreeMap<String, String>,
    /// The configuration in force at that index. Default: that of `nodes` and `learners`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<StartMembers>,
}

/// A configuration at the start: in JSON the list of its voters, or as a report shows it, `{ voters, learners }`, with
/// two sets of voters while it changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartMembers(pub Membership);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MembersForm {
    voters: Vec<BTreeSet<NodeId>>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    learners: BTreeSet<NodeId>,
}

impl Serialize for StartMembers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Membership { voters, learners } = &self.0;
        match &voters[..] {
            [voters] if learners.is_empty() => voters.serialize(serializer),
            _ => MembersForm { voters: voters.clone(), learners: learners.clone() }.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for StartMembers {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<StartMembers, D::Error> {
        untagged(from, "StartMembers", |value| match value {
            Value::Array(_) => from_value_strict(value)
                .ok()
                .map(|voters| Membership { voters: vec![voters], learners: BTreeSet::new() }),
            _ => from_value_strict(value).ok().map(|MembersForm { voters, learners }| Membership { voters, learners }),
        })
        .map(StartMembers)
    }
}

/// The initial state of one node.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// The current term. Default: the term of the last entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<Term>,
    /// The node that received its vote in that term. Default for a leader: itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voted_for: Option<NodeId>,
    /// The log, from index 1 or from the index after the snapshot.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<StartEntry>,
    /// The snapshot, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<StartSnapshot>,
    /// The commit index and last applied index when the run begins. Volatile: lost in a crash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<Index>,
    /// The role. A leader at the start leads its term without having appended an entry of that term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<StartRole>,
    /// For a leader: the match index of each follower.
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "match")]
    pub matched: Option<BTreeMap<NodeId, Index>>,
}

/// The initial role of a node that is not a follower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StartRole {
    /// The leader of its term.
    Leader,
}

/// An entry of an initial log: its term only, or all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartEntry {
    /// A write of this term. Its key and value are derived from its index and term.
    Term(Term),
    /// An entry with its term and payload, and the session of the client that wrote it, if it is in one.
    Full(Term, Payload, Option<Session>),
}

impl StartEntry {
    pub(super) fn term(&self) -> Term {
        match self {
            StartEntry::Term(term) | StartEntry::Full(term, ..) => *term,
        }
    }
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FullEntry {
    term: Term,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    set: Option<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    blank: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    members: Option<StartMembers>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delete: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "if", deserialize_with = "given")]
    only_if: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    serial: Option<u64>,
}

impl Serialize for StartEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (term, payload, session) = match self {
            StartEntry::Term(term) => return serializer.serialize_u64(*term),
            StartEntry::Full(term, payload, session) => (*term, payload, session),
        };
        let (client, serial) = session.map(|Session { client, serial }| (client, serial)).unzip();
        let mut full = FullEntry { term, client, serial, ..FullEntry::default() };
        match (payload, payload.as_write()) {
            (_, Some(KeyWrite { key, value, only_if })) => {
                full.only_if = only_if.map(|expected| expected.map(str::to_string));
                match value {
                    Some(value) => full.set = Some((key.into(), value.into())),
                    None => full.delete = Some(key.into()),
                }
            }
            (Payload::Members(membership), _) => full.members = Some(StartMembers(membership.clone())),
            _ => full.blank = Some(true),
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
        let only_if = full.only_if;
        let payload = match (full.set, full.delete, full.blank, full.members) {
            (Some((key, value)), None, None, None) => Payload::of_write(key, Some(value), only_if),
            (None, Some(key), None, None) => Payload::of_write(key, None, only_if),
            (None, None, Some(true), None) if only_if.is_none() => Payload::Blank,
            (None, None, None, Some(members)) if only_if.is_none() => Payload::Members(members.0),
            (None, None, ..) if only_if.is_some() => return Err(Error::custom("`if` goes with set or delete")),
            _ => return Err(Error::custom("an entry has exactly one of set, delete, blank (true) and members")),
        };
        let session = match (full.client, full.serial) {
            (None, None) => None,
            (Some(client), Some(serial)) if payload.as_write().is_some() => Some(Session { client, serial }),
            (Some(_), Some(_)) => return Err(Error::custom("only a write (set or delete) is in a session")),
            _ => return Err(Error::custom("a session has both client and serial")),
        };
        Ok(StartEntry::Full(full.term, payload, session))
    }
}
