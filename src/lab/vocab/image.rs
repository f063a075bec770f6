//! The content of a disk.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::raft::log::SharedEntry;
use crate::raft::storage::{HardState, Write};
use crate::raft::{Index, SharedSnapshot, Term};
use crate::runtime::{StableHash, TraceHash};

/// The content of a disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// The current term and vote.
    pub hard_state: HardState,
    /// The latest complete snapshot, if any.
    pub snapshot: Option<SharedSnapshot>,
    /// The index and term of the entry before the first entry of the log.
    pub prev: (Index, Term),
    /// The retained entries, with consecutive indices from `prev.0 + 1`.
    pub log: Vec<SharedEntry>,
}

impl StableHash for Image {
    fn hash_into(&self, hash: &mut TraceHash) {
        self.hard_state.term.hash_into(hash);
        self.hard_state.voted_for.hash_into(hash);
        self.snapshot.hash_into(hash);
        self.prev.hash_into(hash);
        self.log.hash_into(hash);
    }
}

/// For traces: a summary without the entries.
impl Serialize for Image {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(5))?;
        map.serialize_entry("term", &self.hard_state.term)?;
        map.serialize_entry("voted_for", &self.hard_state.voted_for)?;
        map.serialize_entry("snapshot", &self.snapshot)?;
        map.serialize_entry("first", &self.index_at(0))?;
        map.serialize_entry("last", &(self.index_at(self.log.len()) - 1))?;
        map.end()
    }
}

impl Image {
    pub(in crate::lab) fn index_at(&self, place: usize) -> Index {
        self.prev.0 + 1 + place as Index
    }

    /// The last index of the log.
    pub fn last_index(&self) -> Index {
        self.prev.0 + self.log.len() as Index
    }

    pub(in crate::lab) fn slice(&self, first: Index, last: Index) -> Option<&[SharedEntry]> {
        let place = |index: Index| usize::try_from(index.checked_sub(self.prev.0 + 1)?).ok();
        self.log.get(place(first)?..=place(last)?)
    }

    /// What a disk held when its log ended at this index: the term was that of the entry, and a vote had not been given.
    pub(in crate::lab) fn as_of(&self, last: Index) -> Image {
        let log: Vec<SharedEntry> = self.log.iter().filter(|entry| entry.index <= last).cloned().collect();
        let term = log.last().map_or(self.prev.1, |entry| entry.term);
        let hard_state = HardState { term, voted_for: None };
        Image { hard_state, snapshot: self.snapshot.clone(), prev: self.prev, log }
    }

    pub(in crate::lab) fn forget_up_to(&mut self, index: Index) {
        let gone = usize::try_from(index.saturating_sub(self.prev.0)).unwrap_or(usize::MAX).min(self.log.len());
        if let Some(last) = self.log.drain(..gone).next_back() {
            self.prev = (last.index, last.term);
        }
    }

    pub(in crate::lab) fn write(&mut self, write: &Write) {
        if let Some(hard_state) = write.hard_state {
            self.hard_state = hard_state;
        }
        if let Some(install) = &write.install {
            let meta = &install.snapshot.meta;
            self.snapshot = Some(install.snapshot.clone());
            match install.keep_suffix {
                true => self.forget_up_to(meta.index),
                false => {
                    self.log.clear();
                    self.prev = (meta.index, meta.term);
                }
            }
        }
        if let Some(first) = write.truncate_from {
            self.log.retain(|entry| entry.index < first);
        }
        for entry in &write.append {
            // Only a node that does not remove conflicting entries overwrites an entry.
            match entry.index.checked_sub(self.index_at(0)).and_then(|place| usize::try_from(place).ok()) {
                Some(place) if place < self.log.len() => self.log[place] = entry.clone(),
                _ => self.log.push(entry.clone()),
            }
        }
        if let Some(snapshot) = &write.snapshot {
            self.snapshot = Some(snapshot.clone());
        }
        if let Some(index) = write.compact_to {
            self.forget_up_to(index);
        }
    }
}
