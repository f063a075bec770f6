//! Snapshots: the state of the state machine at one index, which replaces the log up to there (paper §7).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::schema::{has_schema, FieldType};
use super::{Index, Membership, Term};
use crate::runtime::{StableHash, TraceHash};

/// The metadata of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotMeta {
    /// Unique among the snapshots of the node that built it. Two snapshots at the same index have different ids.
    pub id: u64,
    /// The last included index.
    pub index: Index,
    /// The term of the entry at that index.
    pub term: Term,
    /// The configuration in force at that index, with the index of its own entry.
    pub membership: (Index, Membership),
}

impl StableHash for SnapshotMeta {
    fn hash_into(&self, hash: &mut TraceHash) {
        self.id.hash_into(hash);
        self.index.hash_into(hash);
        self.term.hash_into(hash);
        self.membership.0.hash_into(hash);
        self.membership.1.hash_into(hash);
    }
}

/// A snapshot. Immutable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The metadata.
    pub meta: SnapshotMeta,
    /// The state of the state machine, as `key=value` lines in the order of the keys.
    pub data: Vec<u8>,
}

/// A shared snapshot.
pub type SharedSnapshot = Arc<Snapshot>;

impl Snapshot {
    /// A snapshot of a state.
    pub fn new<'a>(meta: SnapshotMeta, state: impl IntoIterator<Item = (&'a String, &'a String)>) -> Snapshot {
        let lines: String = state.into_iter().map(|(key, value)| format!("{key}={value}\n")).collect();
        Snapshot { meta, data: lines.into_bytes() }
    }

    /// The state in the snapshot. Malformed lines, which occur only with a rule switched off, are skipped.
    pub fn state(&self) -> BTreeMap<String, String> {
        let text = String::from_utf8_lossy(&self.data);
        let pair = |line: &str| line.split_once('=').map(|(key, value)| (key.to_string(), value.to_string()));
        text.lines().filter_map(pair).collect()
    }
}

has_schema! {
    Snapshot = FieldType::Object("{ id, index, term, bytes }", &[
        ("id", FieldType::Number),
        ("index", FieldType::Number),
        ("term", FieldType::Number),
        ("bytes", FieldType::Number),
    ]),
}

impl StableHash for Snapshot {
    fn hash_into(&self, hash: &mut TraceHash) {
        self.meta.hash_into(hash);
        (self.data.len() as u64).hash_into(hash);
        hash.write(&self.data);
    }
}

/// As in a trace: id, index, term and size, without the data.
impl Serialize for Snapshot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("id", &self.meta.id)?;
        map.serialize_entry("index", &self.meta.index)?;
        map.serialize_entry("term", &self.meta.term)?;
        map.serialize_entry("bytes", &self.data.len())?;
        map.end()
    }
}
