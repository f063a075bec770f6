//! A node's disk in memory. It outlives the node; the state machine beside it does not.
//!
//! The disk has two images. What is written goes into the *cache* at once, where it can be read; it comes to
//! the *platter* when its time is over, in the order of writing. A crash leaves the platter.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::rc::Rc;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::raft::log::{LogTerms, Payload, SharedEntry};
use crate::raft::membership::Memberships;
use crate::raft::storage::{HardState, LogView, Persisted, Storage, StorageError, Write};
use crate::raft::{Index, Membership, SharedSnapshot, Snapshot, SnapshotMeta, Term};
use crate::runtime::{Clock, Micros, Rng, StableHash, TraceHash};

/// How long a disk takes, and whether it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskSpec {
    /// The shortest and the longest time until a write is durable.
    pub write_delay: (Micros, Micros),
    /// The shortest and the longest time that a snapshot takes; a microsecond for each byte comes on top.
    pub snapshot_delay: (Micros, Micros),
    /// Whether reading and writing fail.
    pub fails: bool,
}

impl Default for DiskSpec {
    fn default() -> DiskSpec {
        let snapshot_delay = (Micros::from_ms(20), Micros::from_ms(20));
        DiskSpec { write_delay: (Micros::ZERO, Micros::ZERO), snapshot_delay, fails: false }
    }
}

/// One node's disk and state machine. Handles share it.
#[derive(Clone)]
pub struct MemoryStorage {
    disk: Rc<RefCell<Disk>>,
    clock: Clock,
}

/// What a disk holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// Term and vote.
    pub hard_state: HardState,
    /// The latest complete snapshot.
    pub snapshot: Option<SharedSnapshot>,
    /// The index and the term before the first entry of the log.
    pub prev: (Index, Term),
    /// The retained log.
    pub log: Vec<SharedEntry>,
}

struct Disk {
    initial_members: Membership,
    spec: DiskSpec,
    rng: Rng,
    cache: Image,
    platter: Image,
    /// Writes that are not durable yet, with when they will be.
    under_way: VecDeque<(Micros, Write)>,
    /// The state machine, and how far it is. It lives in memory: gone in a crash, built again from the
    /// snapshot and the log.
    machine: BTreeMap<String, String>,
    applied: Index,
    /// How far the state machine is when the disk is read for the first time, if that is further than the snapshot.
    applied_at_first: Option<Index>,
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

/// For a trace: what it holds, without the entries.
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
    fn index_at(&self, place: usize) -> Index {
        self.prev.0 + 1 + place as Index
    }

    fn slice(&self, first: Index, last: Index) -> Option<&[SharedEntry]> {
        let place = |index: Index| usize::try_from(index.checked_sub(self.prev.0 + 1)?).ok();
        self.log.get(place(first)?..=place(last)?)
    }

    fn forget_up_to(&mut self, index: Index) {
        let gone = usize::try_from(index.saturating_sub(self.prev.0)).unwrap_or(usize::MAX).min(self.log.len());
        if let Some(last) = self.log.drain(..gone).next_back() {
            self.prev = (last.index, last.term);
        }
    }

    fn write(&mut self, write: &Write) {
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
            // Only a node that does not remove what conflicts writes over an entry.
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

impl MemoryStorage {
    /// A disk that holds what a node starts with.
    pub fn new(initial_members: Membership, image: Image, spec: DiskSpec, rng: Rng, clock: Clock) -> MemoryStorage {
        let disk = Disk {
            initial_members,
            spec,
            rng,
            cache: image.clone(),
            platter: image,
            under_way: VecDeque::new(),
            machine: BTreeMap::new(),
            applied: 0,
            applied_at_first: None,
        };
        MemoryStorage { disk: Rc::new(RefCell::new(disk)), clock }
    }

    /// For a run that begins in the middle of things: the state machine is this far when the node starts for the
    /// first time.
    pub fn begin_applied(&self, index: Option<Index>) {
        self.disk.borrow_mut().applied_at_first = index;
    }

    /// Changes how the disk behaves from now on; gives how that is.
    pub fn change(&self, change: impl FnOnce(&mut DiskSpec)) -> DiskSpec {
        let spec = &mut self.disk.borrow_mut().spec;
        change(spec);
        *spec
    }

    /// The machine stops: what is not durable is gone. Gives what is left.
    pub fn crash(&self) -> Image {
        let now = self.clock.now();
        let disk = &mut *self.disk.borrow_mut();
        // The disk went on working while the process was stopped: what was due by then is durable.
        disk.flush_until(|at| at < now);
        disk.under_way.clear();
        disk.cache = disk.platter.clone();
        disk.machine.clear();
        disk.cache.clone()
    }

    /// What would be left after a crash now.
    pub fn durable(&self) -> Image {
        self.disk.borrow().platter.clone()
    }

    /// What the state machine holds.
    pub fn machine(&self) -> BTreeMap<String, String> {
        self.disk.borrow().machine.clone()
    }
}

impl Disk {
    fn works(&self) -> Result<(), StorageError> {
        match self.spec.fails {
            true => Err(StorageError("the disk does not answer".into())),
            false => Ok(()),
        }
    }

    fn load(&mut self) -> Result<Persisted, StorageError> {
        self.works()?;
        self.under_way.clear();
        self.cache = self.platter.clone();
        let Image { hard_state, snapshot, prev, log } = self.cache.clone();
        self.machine = snapshot.as_ref().map(|snapshot| snapshot.state()).unwrap_or_default();
        let included = snapshot.as_ref().map_or(0, |snapshot| snapshot.meta.index);
        self.applied = included;
        if let Some(index) = self.applied_at_first.take().filter(|&index| index > included) {
            self.apply(included + 1, index)?;
        }
        let (base, members) = match &snapshot {
            Some(snapshot) => snapshot.meta.membership.clone(),
            None => (0, self.initial_members.clone()),
        };
        let mut memberships = Memberships::new(base, members);
        let mut terms = LogTerms::after(prev.0, prev.1);
        for entry in &log {
            terms.push(entry.term);
            if let Payload::Members(membership) = &entry.payload {
                if entry.index > included {
                    memberships.push(entry.index, membership.clone());
                }
            }
        }
        Ok(Persisted { hard_state, terms, memberships, snapshot, applied: self.applied })
    }

    /// Writes into the cache; says when it will be durable.
    fn write(&mut self, now: Micros, write: Write) -> Micros {
        self.cache.write(&write);
        if let Some(install) = &write.install {
            self.machine = install.snapshot.state();
            self.applied = install.snapshot.meta.index;
        }
        let (low, high) = self.spec.write_delay;
        let delay = Micros(self.rng.range(low.0, high.0 + 1));
        let before = self.under_way.back().map_or(now, |&(at, _)| at);
        let at = before.max(now + delay);
        self.under_way.push_back((at, write));
        at
    }

    /// What is due has become durable.
    fn sync(&mut self, now: Micros) -> Result<(), StorageError> {
        self.works()?;
        self.flush_until(|at| at <= now);
        Ok(())
    }

    fn flush_until(&mut self, due: impl Fn(Micros) -> bool) {
        while self.under_way.front().is_some_and(|&(at, _)| due(at)) {
            if let Some((_, write)) = self.under_way.pop_front() {
                self.platter.write(&write);
            }
        }
    }

    fn entries(&self, first: Index, last: Index) -> Result<Vec<SharedEntry>, StorageError> {
        let missing = || StorageError(format!("entries {first} to {last} are not in the log"));
        self.cache.slice(first, last).map(<[SharedEntry]>::to_vec).ok_or_else(missing)
    }

    fn read(&self, first: Index, last: Index) -> Result<LogView, StorageError> {
        self.works()?;
        let first_index = self.cache.index_at(0);
        let entries = match first < first_index || last < first {
            true => Vec::new(),
            false => self.entries(first, last)?,
        };
        Ok(LogView { first_index, last_applied: self.applied, entries })
    }

    fn apply(&mut self, first: Index, last: Index) -> Result<(), StorageError> {
        self.works()?;
        for entry in self.entries(first, last)? {
            set(&mut self.machine, &entry);
        }
        self.applied = last;
        Ok(())
    }

    /// The state at an index: that of the snapshot, and the entries behind it.
    fn state_at(&self, index: Index) -> Result<BTreeMap<String, String>, StorageError> {
        self.works()?;
        if index == self.applied {
            return Ok(self.machine.clone());
        }
        let snapshot = self.cache.snapshot.as_ref();
        let mut state = snapshot.map(|snapshot| snapshot.state()).unwrap_or_default();
        let first = snapshot.map_or(1, |snapshot| snapshot.meta.index + 1);
        for entry in self.entries(first, index)? {
            set(&mut state, &entry);
        }
        Ok(state)
    }
}

fn set(state: &mut BTreeMap<String, String>, entry: &SharedEntry) {
    if let Payload::Set { key, value } = &entry.payload {
        state.insert(key.clone(), value.clone());
    }
}

impl Storage for MemoryStorage {
    fn load(&self) -> impl Future<Output = Result<Persisted, StorageError>> + 'static {
        std::future::ready(self.disk.borrow_mut().load())
    }

    fn write(&self, write: Write) -> impl Future<Output = Result<(), StorageError>> + 'static {
        let at = self.disk.borrow_mut().write(self.clock.now(), write);
        let MemoryStorage { disk, clock } = self.clone();
        async move {
            clock.sleep_until(at).await;
            disk.borrow_mut().sync(at)
        }
    }

    fn read(&self, first: Index, last: Index) -> impl Future<Output = Result<LogView, StorageError>> + 'static {
        std::future::ready(self.disk.borrow().read(first, last))
    }

    fn apply(&self, first: Index, last: Index) -> impl Future<Output = Result<(), StorageError>> + 'static {
        std::future::ready(self.disk.borrow_mut().apply(first, last))
    }

    fn get(&self, key: &str) -> impl Future<Output = Result<Option<String>, StorageError>> + 'static {
        let disk = self.disk.borrow();
        std::future::ready(disk.works().map(|()| disk.machine.get(key).cloned()))
    }

    fn build_snapshot(
        &self,
        meta: SnapshotMeta,
    ) -> impl Future<Output = Result<SharedSnapshot, StorageError>> + 'static {
        // The state is that of now; what takes time is writing it out.
        let snapshot = {
            let mut disk = self.disk.borrow_mut();
            let (low, high) = disk.spec.snapshot_delay;
            let delay = Micros(disk.rng.range(low.0, high.0 + 1));
            disk.state_at(meta.index).map(|state| (SharedSnapshot::new(Snapshot::new(meta, &state)), delay))
        };
        let clock = self.clock.clone();
        async move {
            let (snapshot, delay) = snapshot?;
            clock.sleep(delay + Micros(snapshot.data.len() as u64)).await;
            Ok(snapshot)
        }
    }
}
