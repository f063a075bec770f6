//! Snapshots: the state machine at one index, instead of the log up to there (paper §7).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::{Index, Membership, Term};
use crate::runtime::{StableHash, TraceHash};

/// What is known of a snapshot without its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotMeta {
    /// Names it among all snapshots that its maker made: two snapshots of one index are still two.
    pub id: u64,
    /// The last index that it includes.
    pub index: Index,
    /// The term of the entry there.
    pub term: Term,
    /// The configuration in force there, with its own index.
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

/// A snapshot. Shared, never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// What it is of.
    pub meta: SnapshotMeta,
    /// The state machine, as sorted `key=value` lines: bytes that can be followed by eye.
    pub data: Vec<u8>,
}

/// A snapshot, shared.
pub type SharedSnapshot = Arc<Snapshot>;

impl Snapshot {
    /// A snapshot of a state.
    pub fn new<'a>(meta: SnapshotMeta, state: impl IntoIterator<Item = (&'a String, &'a String)>) -> Snapshot {
        let lines: String = state.into_iter().map(|(key, value)| format!("{key}={value}\n")).collect();
        Snapshot { meta, data: lines.into_bytes() }
    }

    /// The state that it holds. Bytes that are no lines of that form (which only a rule that is switched off
    /// lets in) are read as far as they can be.
    pub fn state(&self) -> BTreeMap<String, String> {
        let text = String::from_utf8_lossy(&self.data);
        let pair = |line: &str| line.split_once('=').map(|(key, value)| (key.to_string(), value.to_string()));
        text.lines().filter_map(pair).collect()
    }
}

impl StableHash for Snapshot {
    fn hash_into(&self, hash: &mut TraceHash) {
        self.meta.hash_into(hash);
        (self.data.len() as u64).hash_into(hash);
        hash.write(&self.data);
    }
}

/// For a trace: its name, its place, its size.
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
