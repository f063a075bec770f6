//! A node's disk in memory. It outlives the node; the state machine beside it does not.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::{ready, Future};
use std::rc::Rc;

use crate::raft::log::{LogTerms, Payload, SharedEntry};
use crate::raft::membership::Memberships;
use crate::raft::storage::{HardState, Persisted, Storage, StorageError, Write};
use crate::raft::{Index, Membership};

/// One node's disk and state machine. Handles share it.
#[derive(Clone)]
pub struct MemoryStorage(Rc<RefCell<Disk>>);

struct Disk {
    initial_members: Membership,
    hard_state: HardState,
    log: Vec<SharedEntry>,
    /// The state machine, which lives in memory: gone in a crash, built again by applying the log.
    machine: BTreeMap<String, String>,
}

impl MemoryStorage {
    /// A disk that holds what a node starts with.
    pub fn new(initial_members: Membership, hard_state: HardState, log: Vec<SharedEntry>) -> MemoryStorage {
        MemoryStorage(Rc::new(RefCell::new(Disk { initial_members, hard_state, log, machine: BTreeMap::new() })))
    }

    /// Term and vote, as they are on the disk.
    pub fn hard_state(&self) -> HardState {
        self.0.borrow().hard_state
    }

    /// The log, as it is on the disk.
    pub fn log(&self) -> Vec<SharedEntry> {
        self.0.borrow().log.clone()
    }

    /// What the state machine holds.
    pub fn machine(&self) -> BTreeMap<String, String> {
        self.0.borrow().machine.clone()
    }
}

impl Disk {
    fn load(&mut self) -> Persisted {
        self.machine.clear();
        let mut memberships = Memberships::new(0, self.initial_members.clone());
        for entry in &self.log {
            if let Payload::Members(membership) = &entry.payload {
                memberships.push(entry.index, membership.clone());
            }
        }
        let terms = self.log.iter().map(|entry| entry.term).collect::<LogTerms>();
        Persisted { hard_state: self.hard_state, terms, memberships, applied: 0 }
    }

    fn write(&mut self, write: Write) {
        if let Some(hard_state) = write.hard_state {
            self.hard_state = hard_state;
        }
        if let Some(first) = write.truncate_from {
            self.log.retain(|entry| entry.index < first);
        }
        self.log.extend(write.append);
    }

    fn read(&self, first: Index, last: Index) -> Result<Vec<SharedEntry>, StorageError> {
        let place = |index: Index| usize::try_from(index).ok().and_then(|index| index.checked_sub(1));
        place(first)
            .zip(place(last))
            .and_then(|(first, last)| self.log.get(first..=last))
            .map(<[SharedEntry]>::to_vec)
            .ok_or_else(|| StorageError(format!("entries {first} to {last} are not in the log")))
    }

    fn apply(&mut self, first: Index, last: Index) -> Result<(), StorageError> {
        for entry in self.read(first, last)? {
            if let Payload::Set { key, value } = &entry.payload {
                self.machine.insert(key.clone(), value.clone());
            }
        }
        Ok(())
    }
}

impl Storage for MemoryStorage {
    fn load(&self) -> impl Future<Output = Result<Persisted, StorageError>> + 'static {
        ready(Ok(self.0.borrow_mut().load()))
    }

    fn write(&self, write: Write) -> impl Future<Output = Result<(), StorageError>> + 'static {
        self.0.borrow_mut().write(write);
        ready(Ok(()))
    }

    fn read(
        &self,
        first: Index,
        last: Index,
    ) -> impl Future<Output = Result<Vec<SharedEntry>, StorageError>> + 'static {
        ready(self.0.borrow().read(first, last))
    }

    fn apply(&self, first: Index, last: Index) -> impl Future<Output = Result<(), StorageError>> + 'static {
        ready(self.0.borrow_mut().apply(first, last))
    }
}
