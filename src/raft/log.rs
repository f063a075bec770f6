//! Log entries, and the terms of a log: all that a node needs in memory to decide.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::membership::Membership;
use super::schema::{has_schema, FieldType};
use super::{Index, Term};
use crate::runtime::{StableHash, TraceHash};

/// The command or configuration in an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// No command. The first entry of a new leader (paper §8): once it is committed, so is everything before it.
    Blank,
    /// Sets a key of the key-value store.
    Set {
        /// The key.
        key: String,
        /// Its new value.
        value: String,
    },
    /// Deletes a key of the key-value store, if it is set.
    Delete {
        /// The key.
        key: String,
    },
    /// Sets or deletes a key, but only if it has the expected value when the entry is applied.
    CompareAndSet {
        /// The key.
        key: String,
        /// The value that it must have; none: it must not be set.
        expected: Option<String>,
        /// Its new value; none: it is deleted.
        value: Option<String>,
    },
    /// A configuration of the cluster, in force from the moment the entry is appended (paper §6).
    Members(Membership),
}

/// A write of one key, of whichever kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyWrite<'a> {
    /// The key.
    pub key: &'a str,
    /// Its new value; none: it is deleted.
    pub value: Option<&'a str>,
    /// Of a compare-and-set, the value that the key must have, where none means that it must not be set; none of a write
    /// that is done in any case.
    pub only_if: Option<Option<&'a str>>,
}

impl Payload {
    /// The payload of a write: see [`KeyWrite`].
    pub fn of_write(key: String, value: Option<String>, only_if: Option<Option<String>>) -> Payload {
        match (only_if, value) {
            (Some(expected), value) => Payload::CompareAndSet { key, expected, value },
            (None, Some(value)) => Payload::Set { key, value },
            (None, None) => Payload::Delete { key },
        }
    }

    /// The write, if it is one.
    pub fn as_write(&self) -> Option<KeyWrite<'_>> {
        let (key, value, only_if) = match self {
            Payload::Set { key, value } => (key, Some(value.as_str()), None),
            Payload::Delete { key } => (key, None, None),
            Payload::CompareAndSet { key, expected, value } => (key, value.as_deref(), Some(expected.as_deref())),
            Payload::Blank | Payload::Members(_) => return None,
        };
        Some(KeyWrite { key, value, only_if })
    }

    /// The write that it is in a store in which keys have these values; none if it is no write, or is a compare-and-set
    /// whose key has another value. Whoever applies entries asks here.
    pub fn change<'v>(&self, value_of: impl FnOnce(&str) -> Option<&'v String>) -> Option<KeyWrite<'_>> {
        let matches = |write: &KeyWrite<'_>| {
            write.only_if.is_none_or(|expected| value_of(write.key).map(String::as_str) == expected)
        };
        self.as_write().filter(matches)
    }
}

impl StableHash for Payload {
    fn hash_into(&self, hash: &mut TraceHash) {
        match self {
            Payload::Blank => 0u8.hash_into(hash),
            Payload::Set { key, value } => {
                1u8.hash_into(hash);
                key.hash_into(hash);
                value.hash_into(hash);
            }
            Payload::Members(membership) => {
                2u8.hash_into(hash);
                membership.hash_into(hash);
            }
            Payload::Delete { key } => {
                3u8.hash_into(hash);
                key.hash_into(hash);
            }
            Payload::CompareAndSet { key, expected, value } => {
                4u8.hash_into(hash);
                key.hash_into(hash);
                expected.hash_into(hash);
                value.hash_into(hash);
            }
        }
    }
}

/// Names a write across retries (paper §8, thesis §6.3): a client numbers its writes, and sends one again under the same
/// number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// The client.
    pub client: u32,
    /// The number of the write. A client's serials rise, and it has one write under way at a time.
    pub serial: u64,
}

impl StableHash for Session {
    fn hash_into(&self, hash: &mut TraceHash) {
        self.client.hash_into(hash);
        self.serial.hash_into(hash);
    }
}

/// An entry of the replicated log. Immutable and shared: logs, buffers and messages refer to the same value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The position in the log, ≥ 1.
    pub index: Index,
    /// The term of the leader that created it, ≥ 1. Terms never decrease along a log.
    pub term: Term,
    /// The content.
    pub payload: Payload,
    /// The session of the client that wrote it, if it may write it again.
    pub session: Option<Session>,
}

impl Entry {
    /// An entry without a session.
    pub fn new(index: Index, term: Term, payload: Payload) -> Entry {
        Entry { index, term, payload, session: None }
    }
}

/// As in a scenario's `start.N.log`, with the index: `{ "index": 3, "term": 2, "set": ["x", "1"] }`.
impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("index", &self.index)?;
        map.serialize_entry("term", &self.term)?;
        match (&self.payload, self.payload.as_write()) {
            (_, Some(KeyWrite { key, value, only_if })) => {
                match value {
                    Some(value) => map.serialize_entry("set", &[key, value])?,
                    None => map.serialize_entry("delete", key)?,
                }
                if let Some(expected) = only_if {
                    map.serialize_entry("if", &expected)?;
                }
            }
            (Payload::Members(membership), _) => map.serialize_entry("members", membership)?,
            _ => map.serialize_entry("blank", &true)?,
        }
        if let Some(Session { client, serial }) = &self.session {
            map.serialize_entry("client", client)?;
            map.serialize_entry("serial", serial)?;
        }
        map.end()
    }
}

has_schema! {
    Entry = FieldType::Object(
        "{ index, term, one of set: [key, value], delete: key, blank: true, members; if: the value (null: none) that the \
         key of a compare-and-set must have; client and serial of a write with a session }",
        &[
            ("index", FieldType::Number),
            ("term", FieldType::Number),
            ("set", FieldType::Pair(&FieldType::Text, &FieldType::Text)),
            ("delete", FieldType::Text),
            ("if", FieldType::Nullable(&FieldType::Text)),
            ("blank", FieldType::Bool),
            ("members", Membership::FIELD_TYPE),
            ("client", FieldType::Number),
            ("serial", FieldType::Number),
        ],
    ),
}

impl StableHash for Entry {
    fn hash_into(&self, hash: &mut TraceHash) {
        self.index.hash_into(hash);
        self.term.hash_into(hash);
        self.payload.hash_into(hash);
        if let Some(session) = &self.session {
            session.hash_into(hash);
        }
    }
}

/// A shared entry.
pub type SharedEntry = Arc<Entry>;

/// The terms of the entries of a log, run-length encoded: all that elections, the consistency check and the search for
/// a conflict need.
///
/// Terms never decrease along a log, so a log of any length has few runs. So a node decides without reading storage:
/// entries are read only to be sent or applied.
///
/// Invariants: `runs` are ordered by first index and by term, both strictly; the first run begins at
/// `prev_index + 1`; `prev_index ≤ last_index`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogTerms {
    /// The index just before the first retained entry: 0, or the last index that was compacted or installed.
    prev_index: Index,
    /// The term at `prev_index`.
    prev_term: Term,
    /// (first index, term) of each run of entries of one term.
    runs: VecDeque<(Index, Term)>,
    /// The index of the last entry; `prev_index` if no entry is retained.
    last_index: Index,
}

impl LogTerms {
    /// A log without retained entries whose next index is `index + 1`: (0, 0) for a new log, else the last included
    /// index and term of a snapshot.
    pub fn after(index: Index, term: Term) -> LogTerms {
        LogTerms { prev_index: index, prev_term: term, runs: VecDeque::new(), last_index: index }
    }

    /// The index of the last entry; `prev_index` if no entry is retained.
    pub fn last_index(&self) -> Index {
        self.last_index
    }

    /// The term at the last index.
    pub fn last_term(&self) -> Term {
        self.runs.back().map_or(self.prev_term, |&(_, term)| term)
    }

    /// The index of the first retained entry; `last_index + 1` if there is none.
    pub fn first_index(&self) -> Index {
        self.prev_index + 1
    }

    /// The index just before the first retained entry. Its term is known, although the entry is not retained.
    pub fn prev_index(&self) -> Index {
        self.prev_index
    }

    /// The term at `index`, if it is known: from `prev_index` to `last_index`.
    pub fn term_at(&self, index: Index) -> Option<Term> {
        if index < self.prev_index || index > self.last_index {
            return None;
        }
        let after = self.runs.partition_point(|&(first, _)| first <= index);
        Some(after.checked_sub(1).map_or(self.prev_term, |run| self.runs[run].1))
    }

    /// The first index whose term is known to be `term`; `last_index + 1` if there is none.
    pub fn first_index_of(&self, term: Term) -> Index {
        match self.prev_term == term {
            true => self.prev_index,
            false => self.runs.iter().find(|&&(_, run)| run == term).map_or(self.last_index + 1, |&(first, _)| first),
        }
    }

    /// The last index ≤ `index` whose term is ≤ `term`, with its term. Leader and follower search for it after a
    /// refused append. `None` if all known terms up to `index` are higher.
    pub fn last_with_term_at_most(&self, index: Index, term: Term) -> Option<(Index, Term)> {
        let index = index.min(self.last_index);
        if index < self.prev_index {
            return None;
        }
        let mut end = index;
        for &(first, run_term) in self.runs.iter().rev().filter(|&&(first, _)| first <= index) {
            if run_term <= term {
                return Some((end, run_term));
            }
            end = first - 1;
        }
        (self.prev_term <= term).then_some((end, self.prev_term))
    }

    /// Appends an entry of `term` and returns its index. A term below the last one is accepted, although no correct
    /// leader sends it: with a rule switched off, wrong logs must be possible.
    pub fn push(&mut self, term: Term) -> Index {
        self.last_index += 1;
        if self.runs.back().is_none_or(|&(_, last)| last != term) {
            self.runs.push_back((self.last_index, term));
        }
        self.last_index
    }

    /// Replaces the term at `index`; later entries stay.
    pub fn overwrite(&mut self, index: Index, term: Term) {
        let later: Vec<Term> = (index + 1..=self.last_index).filter_map(|index| self.term_at(index)).collect();
        self.truncate_from(index);
        for term in std::iter::once(term).chain(later) {
            self.push(term);
        }
    }

    /// Removes every entry from `index` on.
    pub fn truncate_from(&mut self, index: Index) {
        let index = index.max(self.first_index());
        if index > self.last_index {
            return;
        }
        self.last_index = index - 1;
        while self.runs.back().is_some_and(|&(first, _)| first >= index) {
            self.runs.pop_back();
        }
    }

    /// Discards every entry up to `index` (compaction). The term at `index` remains known.
    pub fn compact_to(&mut self, index: Index) {
        let index = index.min(self.last_index);
        let Some(term) = self.term_at(index).filter(|_| index > self.prev_index) else { return };
        (self.prev_index, self.prev_term) = (index, term);
        while self.runs.get(1).is_some_and(|&(first, _)| first <= index + 1) {
            self.runs.pop_front();
        }
        match self.runs.front_mut() {
            Some(_) if index == self.last_index => self.runs.clear(),
            Some(run) => run.0 = run.0.max(index + 1),
            None => {}
        }
    }

    /// The terms of the retained entries, from the first to the last.
    pub fn iter(&self) -> impl Iterator<Item = Term> + '_ {
        (self.first_index()..=self.last_index).filter_map(|index| self.term_at(index))
    }
}

impl FromIterator<Term> for LogTerms {
    fn from_iter<I: IntoIterator<Item = Term>>(terms: I) -> LogTerms {
        let mut log = LogTerms::default();
        for term in terms {
            log.push(term);
        }
        log
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn log(terms: &[Term]) -> LogTerms {
        terms.iter().copied().collect()
    }

    #[test]
    fn index_zero_has_term_zero() {
        assert_eq!(log(&[]).term_at(0), Some(0));
        assert_eq!(log(&[]).last_term(), 0);
        assert_eq!(log(&[]).term_at(1), None);
        assert_eq!(log(&[3]).term_at(0), Some(0));
    }

    #[test]
    fn the_search_finds_the_last_place_with_a_low_enough_term() {
        // The leader of the paper's Figure 7, asked with the hints of followers e and f.
        let leader = log(&[1, 1, 1, 4, 4, 5, 5, 6, 6, 6]);
        assert_eq!(leader.last_with_term_at_most(7, 4), Some((5, 4)));
        assert_eq!(leader.last_with_term_at_most(9, 3), Some((3, 1)));
        assert_eq!(leader.last_with_term_at_most(2, 0), Some((0, 0)));
    }

    #[test]
    fn a_compacted_log_knows_the_term_before_it_and_none_below() {
        let mut compacted = log(&[1, 1, 2, 3, 3]);
        compacted.compact_to(3);
        assert_eq!((compacted.first_index(), compacted.term_at(3), compacted.term_at(2)), (4, Some(2), None));
        assert_eq!(compacted.last_with_term_at_most(5, 2), Some((3, 2)));
        assert_eq!(compacted.last_with_term_at_most(5, 1), None);
        compacted.compact_to(5);
        assert_eq!((compacted.first_index(), compacted.last_index(), compacted.last_term()), (6, 5, 3));
        assert_eq!(compacted.push(4), 6);
        assert_eq!(compacted.term_at(6), Some(4));
    }

    #[test]
    fn what_is_behind_an_entry_that_is_written_over_stays() {
        let mut written = log(&[1, 1, 2, 2]);
        written.overwrite(2, 3);
        assert_eq!(written.iter().collect::<Vec<_>>(), [1, 3, 2, 2]);
        assert_eq!((written.last_index(), written.last_term()), (4, 2));
    }

    /// A simple model of [`LogTerms`]: the index of the first element, and the terms from there.
    #[derive(Clone, Debug)]
    struct Model(Index, Vec<Term>);

    impl Model {
        fn term_at(&self, index: Index) -> Option<Term> {
            index.checked_sub(self.0).and_then(|i| self.1.get(i as usize).copied())
        }
        fn last(&self) -> Index {
            self.0 + self.1.len() as Index - 1
        }
    }

    proptest! {
        #[test]
        fn runs_behave_like_a_list(steps in prop::collection::vec((0u8..4, 0u64..30), 0..60)) {
            let mut model = Model(0, vec![0]);
            let mut runs = LogTerms::default();
            for (what, n) in steps {
                match what {
                    0 | 1 => {
                        let term = model.1.last().unwrap() + n % 3;
                        let term = term.max(1);
                        model.1.push(term);
                        runs.push(term);
                    }
                    2 => {
                        let keep = n.max(model.0 + 1).saturating_sub(model.0) as usize;
                        model.1.truncate(keep);
                        runs.truncate_from(n);
                    }
                    _ => {
                        let to = n.min(model.last());
                        if to > model.0 {
                            model.1.drain(..(to - model.0) as usize);
                            model.0 = to;
                        }
                        runs.compact_to(n);
                    }
                }
                prop_assert_eq!(runs.last_index(), model.last());
                prop_assert_eq!(runs.last_term(), *model.1.last().unwrap());
                for index in 0..model.last() + 2 {
                    prop_assert_eq!(runs.term_at(index), model.term_at(index));
                    for term in 0..12 {
                        let mut below = (model.0..=index.min(model.last())).rev();
                        let found = below.find(|&i| model.term_at(i).unwrap() <= term);
                        let expected = found.map(|i| (i, model.term_at(i).unwrap()));
                        prop_assert_eq!(runs.last_with_term_at_most(index, term), expected);
                    }
                }
            }
        }
    }
}
