//! Snapshots: the state of the state machine at one index, which replaces the log up to there (paper §7).

use std::collections::BTreeMap;
use std::sync::Arc;

use litemap::LiteMap;

use serde::{Serialize, Serializer};

use super::machine::{LastWrite, StateMachine};
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
    /// The state of the state machine: `key=value` lines in the order of the keys, then a line `=client serial index` for
    /// each session in the order of the clients, and ` 0` behind it if its last write did not match. (No key is empty.)
    pub data: Vec<u8>,
}

/// A shared snapshot.
pub type SharedSnapshot = Arc<Snapshot>;

impl Snapshot {
    /// A snapshot of a key-value store without sessions.
    pub fn new<'a>(meta: SnapshotMeta, state: impl IntoIterator<Item = (&'a String, &'a String)>) -> Snapshot {
        let lines: String = state.into_iter().map(|(key, value)| format!("{key}={value}\n")).collect();
        Snapshot { meta, data: lines.into_bytes() }
    }

    /// A snapshot of a state machine.
    pub fn of(meta: SnapshotMeta, machine: &StateMachine) -> Snapshot {
        let mut snapshot = Snapshot::new(meta, &machine.values);
        for (client, LastWrite { serial, index, matched }) in machine.sessions.iter() {
            let matched = if *matched { "" } else { " 0" };
            snapshot.data.extend(format!("={client} {serial} {index}{matched}\n").bytes());
        }
        snapshot
    }

    /// The values in the snapshot. Malformed lines, which occur only with a rule switched off, are skipped.
    pub fn state(&self) -> BTreeMap<String, String> {
        let pair = |(key, value): (&str, &str)| (key.to_string(), value.to_string());
        self.text()
            .lines()
            .filter_map(|line| line.split_once('='))
            .filter(|(key, _)| !key.is_empty())
            .map(pair)
            .collect()
    }

    /// The state machine in the snapshot.
    pub fn machine(&self) -> StateMachine {
        let session = |line: &str| {
            let mut numbers = line.strip_prefix('=')?.split(' ');
            let mut next = || numbers.next()?.parse::<u64>().ok();
            let client = u32::try_from(next()?).ok()?;
            Some((client, LastWrite { serial: next()?, index: next()?, matched: next() != Some(0) }))
        };
        let sessions: LiteMap<u32, LastWrite> = self.text().lines().filter_map(session).collect();
        StateMachine { values: self.state(), sessions }
    }

    fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.data)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_sessions_survive_a_snapshot() {
        let meta = SnapshotMeta { id: 1, index: 9, term: 2, membership: (1, Membership::new([1], [])) };
        let mut machine = StateMachine::default();
        machine.values.insert("x".into(), "=1 2 3".into());
        machine.sessions.insert(7, LastWrite { serial: 4, index: 9, matched: true });
        machine.sessions.insert(70, LastWrite { serial: 1, index: 8, matched: false });
        let snapshot = Snapshot::of(meta.clone(), &machine);
        assert_eq!((snapshot.machine(), snapshot.state()), (machine.clone(), machine.values.clone()));
        machine.sessions.clear();
        assert_eq!(Snapshot::of(meta.clone(), &machine), Snapshot::new(meta, &machine.values));
    }
}
