//! A simulated disk. It survives a crash of its node; the state machine next to it does not.
//!
//! The disk has two images. A write goes to the *cache* at once, where it can be read, and to the *platter* after the
//! write delay, in the order of writing. A crash leaves the platter.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::rc::Rc;

use futures::future::Either;

use crate::lab::vocab::image::Image;
use crate::lab::vocab::spec::DiskSpec;
use crate::raft::log::{LogTerms, Payload, SharedEntry};
use crate::raft::machine::{NotDone, StateMachine};
use crate::raft::membership::Memberships;
use crate::raft::storage::{LogView, Persisted, Storage, StorageError, Write};
use crate::raft::{Index, Membership, SharedSnapshot, Snapshot, SnapshotMeta};
use crate::runtime::{oneshot, Clock, Micros, OneshotSender, Rng};

/// One node's disk and state machine. Clones share the same state.
#[derive(Clone)]
pub struct MemoryStorage {
    disk: Rc<RefCell<Disk>>,
    clock: Clock,
}

struct Disk {
    initial_members: Membership,
    spec: DiskSpec,
    rng: Rng,
    cache: Image,
    platter: Image,
    /// The writes that are not durable yet, with the virtual time at which they will be.
    under_way: VecDeque<(Micros, Write)>,
    /// The state machine. Volatile: lost in a crash, and rebuilt from the snapshot and the log.
    machine: StateMachine,
    /// Whether the state machine does a repeated write once, as it was last told.
    once: bool,
    applied: Index,
    /// Those who wait because the disk hangs.
    waiting: Vec<OneshotSender<()>>,
    /// The initial last applied index, when the disk is read for the first time, if beyond the snapshot.
    applied_at_first: Option<Index>,
}

impl MemoryStorage {
    /// A disk with this initial content.
    pub fn new(initial_members: Membership, image: Image, spec: DiskSpec, rng: Rng, clock: Clock) -> MemoryStorage {
        let disk = Disk {
            initial_members,
            spec,
            rng,
            cache: image.clone(),
            platter: image,
            under_way: VecDeque::new(),
            machine: StateMachine::default(),
            once: true,
            applied: 0,
            waiting: Vec::new(),
            applied_at_first: None,
        };
        MemoryStorage { disk: Rc::new(RefCell::new(disk)), clock }
    }

    /// Sets the last applied index for the first start of the node, in a run that starts from an advanced state, and
    /// whether the entries up to there are applied `once` as in [`StateMachine::apply`].
    pub fn begin_applied(&self, index: Option<Index>, once: bool) {
        let disk = &mut *self.disk.borrow_mut();
        (disk.applied_at_first, disk.once) = (index, once);
    }

    /// Changes the settings of the disk from now on, and returns them.
    pub fn change(&self, change: impl FnOnce(&mut DiskSpec)) -> DiskSpec {
        let disk = &mut *self.disk.borrow_mut();
        change(&mut disk.spec);
        if !disk.spec.hangs {
            disk.waiting.clear(); // a reader wakes when its sender is gone
        }
        disk.spec
    }

    /// Loses content while the node is down: all of it, or what is behind this index with the term and the vote of
    /// later. Returns what is left.
    pub fn lose(&self, to: Option<Index>) -> Image {
        let disk = &mut *self.disk.borrow_mut();
        disk.platter = to.map_or_else(Image::default, |to| disk.platter.as_of(to));
        disk.cache = disk.platter.clone();
        disk.platter.clone()
    }

    /// Reads from the disk, or waits first while it hangs.
    fn answer<T: 'static>(
        &self,
        read: impl FnOnce(&mut Disk) -> Result<T, StorageError> + 'static,
    ) -> impl Future<Output = Result<T, StorageError>> + 'static {
        let mut disk = self.disk.borrow_mut();
        if !disk.spec.hangs {
            return Either::Left(std::future::ready(read(&mut disk)));
        }
        let (sender, receiver) = oneshot();
        disk.waiting.push(sender);
        let disk = self.disk.clone();
        Either::Right(async move {
            let _ = receiver.await;
            read(&mut disk.borrow_mut())
        })
    }

    /// Crashes: discards what is not durable, and returns what is left.
    pub fn crash(&self) -> Image {
        let now = self.clock.now();
        let disk = &mut *self.disk.borrow_mut();
        // The disk kept working while the process was paused: writes due until now are durable.
        disk.flush_until(|at| at < now);
        disk.under_way.clear();
        disk.waiting.clear();
        disk.cache = disk.platter.clone();
        disk.machine = StateMachine::default();
        disk.cache.clone()
    }

    /// What would be left after a crash now.
    pub fn durable(&self) -> Image {
        self.disk.borrow().platter.clone()
    }

    /// The values in the state machine.
    pub fn machine(&self) -> BTreeMap<String, String> {
        self.disk.borrow().machine.values.clone()
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
        self.machine = snapshot.as_ref().map(|snapshot| snapshot.machine()).unwrap_or_default();
        let included = snapshot.as_ref().map_or(0, |snapshot| snapshot.meta.index);
        self.applied = included;
        if let Some(index) = self.applied_at_first.take().filter(|&index| index > included) {
            self.apply(included + 1, index, self.once)?;
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

    /// Writes to the cache. Returns the virtual time at which the write will be durable.
    fn write(&mut self, now: Micros, write: Write) -> Micros {
        self.cache.write(&write);
        if let Some(install) = &write.install {
            self.machine = install.snapshot.machine();
            self.applied = install.snapshot.meta.index;
        }
        let (low, high) = self.spec.write_delay;
        let delay = Micros(self.rng.range(low.0, high.0 + 1));
        let before = self.under_way.back().map_or(now, |&(at, _)| at);
        let at = before.max(now + delay);
        self.under_way.push_back((at, write));
        at
    }

    /// Makes the writes durable that are due.
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

    fn apply(&mut self, first: Index, last: Index, once: bool) -> Result<Vec<NotDone>, StorageError> {
        self.works()?;
        let entries = self.entries(first, last)?;
        let not_done = entries.iter().filter_map(|entry| self.machine.apply(entry, once)).collect();
        (self.applied, self.once) = (last, once);
        Ok(not_done)
    }

    /// How long it takes to apply so many entries.
    fn apply_time(&mut self, entries: u64) -> Micros {
        let (low, high) = self.spec.apply_delay;
        match high {
            Micros::ZERO => Micros::ZERO, // nothing is drawn: runs without a delay are as they were
            _ => Micros((0..entries).map(|_| self.rng.range(low.0, high.0 + 1)).sum()),
        }
    }

    /// The state at an index: the snapshot's state with the later entries applied.
    fn state_at(&self, index: Index) -> Result<StateMachine, StorageError> {
        self.works()?;
        if index == self.applied {
            return Ok(self.machine.clone());
        }
        let snapshot = self.cache.snapshot.as_ref();
        let mut state = snapshot.map(|snapshot| snapshot.machine()).unwrap_or_default();
        let first = snapshot.map_or(1, |snapshot| snapshot.meta.index + 1);
        for entry in self.entries(first, index)? {
            state.apply(&entry, self.once);
        }
        Ok(state)
    }
}

impl Storage for MemoryStorage {
    fn load(&self) -> impl Future<Output = Result<Persisted, StorageError>> + 'static {
        self.answer(Disk::load)
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
        self.answer(move |disk| disk.read(first, last))
    }

    fn apply(
        &self,
        first: Index,
        last: Index,
        once: bool,
    ) -> impl Future<Output = Result<Vec<NotDone>, StorageError>> + 'static {
        let delay = self.disk.borrow_mut().apply_time(last + 1 - first);
        let applied = self.answer(move |disk| match first.max(disk.applied + 1) {
            first if first > last => Ok(Vec::new()), // a snapshot came in between
            first => disk.apply(first, last, once),
        });
        let clock = self.clock.clone();
        async move {
            let applied = applied.await;
            if delay > Micros::ZERO {
                clock.sleep(delay).await;
            }
            applied
        }
    }

    fn get(&self, key: &str) -> impl Future<Output = Result<Option<String>, StorageError>> + 'static {
        let key = key.to_string();
        self.answer(move |disk| disk.works().map(|()| disk.machine.values.get(&key).cloned()))
    }

    fn build_snapshot(
        &self,
        meta: SnapshotMeta,
    ) -> impl Future<Output = Result<SharedSnapshot, StorageError>> + 'static {
        // The state is that of now; only writing it takes time.
        let snapshot = {
            let mut disk = self.disk.borrow_mut();
            let (low, high) = disk.spec.snapshot_delay;
            let delay = Micros(disk.rng.range(low.0, high.0 + 1));
            disk.state_at(meta.index).map(|state| (SharedSnapshot::new(Snapshot::of(meta, &state)), delay))
        };
        let clock = self.clock.clone();
        async move {
            let (snapshot, delay) = snapshot?;
            clock.sleep(delay + Micros(snapshot.data.len() as u64)).await;
            Ok(snapshot)
        }
    }
}
