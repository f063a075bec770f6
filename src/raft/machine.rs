//! The state machine that the log is applied to: a key-value store, and the sessions of its clients.
//!
//! A client that does not know what became of its write sends it again, and the log may then hold it twice. Raft alone
//! does both: that a write is done once is up to the state machine, which remembers the last write of each client with
//! its answer (paper §8, thesis §6.3). The sessions are part of the state, so they are in snapshots too.

use std::collections::BTreeMap;

use litemap::LiteMap;

use super::log::{Entry, Payload, Session};
use super::Index;

/// The state machine of a node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateMachine {
    /// The value of each key that is set.
    pub values: BTreeMap<String, String>,
    /// By client: the serial of its last write, and the index at which it was done.
    pub sessions: LiteMap<u32, (u64, Index)>,
}

/// An entry that was not done, since it was done before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repetition {
    /// The index of the entry.
    pub index: Index,
    /// The index at which the same write was done.
    pub first: Index,
}

impl StateMachine {
    /// Applies an entry. With `once` (the rule `client-sessions`), a write that its client sent again is not done again;
    /// returns where it was done.
    pub fn apply(&mut self, entry: &Entry, once: bool) -> Option<Repetition> {
        if let Some(Session { client, serial }) = entry.session {
            match self.sessions.get(&client) {
                Some(&(last, first)) if once && serial <= last => {
                    return Some(Repetition { index: entry.index, first })
                }
                _ => drop(self.sessions.insert(client, (serial, entry.index))),
            }
        }
        if let Payload::Set { key, value } = &entry.payload {
            self.values.insert(key.clone(), value.clone());
        }
        None
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
        assert_eq!(machine.apply(&write(3, "a", Some((7, 1))), true), Some(Repetition { index: 3, first: 1 }));
        assert_eq!(machine.values["x"], "b");
        assert_eq!(machine.apply(&write(4, "c", Some((7, 2))), true), None);
        assert_eq!(machine.values["x"], "c");
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
