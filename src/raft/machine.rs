//! The state machine that the log is applied to: a key-value store, and the sessions of its clients.
//!
//! A client that does not know what became of its write sends it again, and the log may then hold it twice. Raft alone
//! does both: that a write is done once is up to the state machine, which remembers the last write of each client with
//! its answer (paper §8, thesis §6.3). The sessions are part of the state, so they are in snapshots too.

use std::collections::BTreeMap;

use litemap::LiteMap;

use super::log::{Entry, KeyWrite, Payload, Session};
use super::Index;

/// The state machine of a node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateMachine {
    /// The value of each key that is set.
    pub values: BTreeMap<String, String>,
    /// The last write of each client, with its answer.
    pub sessions: LiteMap<u32, LastWrite>,
}

/// The last write of a client, and what it was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastWrite {
    /// The number of the write.
    pub serial: u64,
    /// The index at which it was done, or found not to match.
    pub index: Index,
    /// Whether it was done: not if it is a compare-and-set whose key had another value.
    pub matched: bool,
}

/// An entry that was not done: it was applied before, or it is a compare-and-set whose key had another value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotDone {
    /// The index of the entry.
    pub index: Index,
    /// The index at which the same write was applied first; `index` if it is not a repetition.
    pub first: Index,
    /// Whether it was done there.
    pub matched: bool,
}

impl StateMachine {
    /// Applies an entry. With `once` (the rule `client-sessions`), a write that its client sent again is not done again:
    /// its answer is that of the first time. Returns what an entry that was not done has to be answered.
    pub fn apply(&mut self, entry: &Entry, once: bool) -> Option<NotDone> {
        let index = entry.index;
        let last = entry.session.and_then(|session| self.sessions.get(&session.client).zip(Some(session.serial)));
        if let Some((last, _)) = last.filter(|(last, serial)| once && *serial <= last.serial) {
            return Some(NotDone { index, first: last.index, matched: last.matched });
        }
        let matched = self.write(&entry.payload);
        if let Some(Session { client, serial }) = entry.session {
            self.sessions.insert(client, LastWrite { serial, index, matched });
        }
        (!matched).then_some(NotDone { index, first: index, matched })
    }

    /// Does a write; whether there is nothing in the way of it.
    fn write(&mut self, payload: &Payload) -> bool {
        match payload.change(|key| self.values.get(key)) {
            Some(KeyWrite { key, value: Some(value), .. }) => match self.values.get_mut(key) {
                Some(known) => value.clone_into(known),
                None => drop(self.values.insert(key.into(), value.into())),
            },
            Some(KeyWrite { key, value: None, .. }) => drop(self.values.remove(key)),
            None => return payload.as_write().is_none(),
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(index: Index, value: &str, session: Option<(u32, u64)>) -> Entry {
        let payload = Payload::Set { key: "x".into(), value: value.into() };
        let session = session.map(|(client, serial)| Session { client, serial });
        Entry { session, ..Entry::new(index, 1, payload) }
    }

    #[test]
    fn a_write_with_a_session_is_done_once_and_answered_as_the_first_time() {
        let mut machine = StateMachine::default();
        assert_eq!(machine.apply(&write(1, "a", Some((7, 1))), true), None);
        assert_eq!(machine.apply(&write(2, "b", Some((8, 1))), true), None, "another client");
        assert_eq!(
            machine.apply(&write(3, "a", Some((7, 1))), true),
            Some(NotDone { index: 3, first: 1, matched: true })
        );
        assert_eq!(machine.values["x"], "b");
        assert_eq!(machine.apply(&write(4, "c", Some((7, 2))), true), None);
        assert_eq!(machine.values["x"], "c");
    }

    #[test]
    fn a_compare_and_set_is_done_if_the_key_has_the_value() {
        let mut machine = StateMachine::default();
        let set = |text: &str| Some(text.to_string());
        let mut apply = |index, value: Option<String>, only_if, found: Option<&str>| {
            let entry = Entry::new(index, 1, Payload::of_write("x".into(), value, only_if));
            let done = machine.apply(&entry, true);
            assert!(done.is_none_or(|it| it == NotDone { index, first: index, matched: false }), "{done:?}");
            assert_eq!(machine.values.get("x").map(String::as_str), found);
            done.is_none()
        };
        assert!(!apply(1, set("1"), Some(set("0")), None), "not set");
        assert!(apply(2, set("1"), Some(None), Some("1")), "only if it is not set");
        assert!(!apply(3, set("2"), Some(None), Some("1")), "it is set");
        assert!(apply(4, set("2"), Some(set("1")), Some("2")));
        assert!(!apply(5, None, Some(set("1")), Some("2")), "a deletion that does not match");
        assert!(apply(6, None, Some(set("2")), None));
        assert!(apply(7, None, None, None), "nothing is there to be deleted, and nothing in the way of it");
        assert!(apply(8, set("3"), None, Some("3")) && apply(9, None, None, None));
    }

    #[test]
    fn a_repeated_compare_and_set_gets_its_first_answer() {
        let mut machine = StateMachine::default();
        let entry = |index, serial, expected: Option<&str>, value: &str| {
            let payload = Payload::of_write("x".into(), Some(value.into()), Some(expected.map(str::to_string)));
            Entry { session: Some(Session { client: 7, serial }), ..Entry::new(index, 1, payload) }
        };
        assert_eq!(machine.apply(&entry(1, 1, None, "a"), true), None);
        // It would not match any more; but it was done.
        let first = Some(NotDone { index: 2, first: 1, matched: true });
        assert_eq!(machine.apply(&entry(2, 1, None, "a"), true), first);
        assert_eq!(
            machine.apply(&entry(3, 2, Some("b"), "c"), true),
            Some(NotDone { index: 3, first: 3, matched: false })
        );
        assert_eq!(machine.apply(&write(4, "b", None), true), None);
        // It would match now; but it did not.
        let first = Some(NotDone { index: 5, first: 3, matched: false });
        assert_eq!(machine.apply(&entry(5, 2, Some("b"), "c"), true), first);
        assert_eq!(machine.values["x"], "b");
    }

    #[test]
    fn without_a_session_or_without_the_rule_every_entry_is_done() {
        let mut machine = StateMachine::default();
        for (index, session, once) in
            [(1, None, true), (2, None, true), (3, Some((7, 1)), false), (4, Some((7, 1)), false)]
        {
            let value = index.to_string();
            assert_eq!(machine.apply(&write(index, &value, session), once), None);
            assert_eq!(machine.values["x"], value);
        }
    }
}
