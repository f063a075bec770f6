//! The interface to persistent storage and the state machine.

use std::fmt;
use std::future::Future;

use super::log::{LogTerms, SharedEntry};
use super::machine::NotDone;
use super::membership::Memberships;
use super::snapshot::{SharedSnapshot, SnapshotMeta};
use super::{Index, NodeId, Term};

/// A storage error, as text. The node shuts down; everything that it has acknowledged is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageError(pub String);

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StorageError {}

/// Term and vote: persistent state besides the log (paper, Figure 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HardState {
    /// The latest term that the node has seen. Never decreases.
    pub term: Term,
    /// The candidate that received its vote in `term`, if any.
    pub voted_for: Option<NodeId>,
}

/// The state that a node loads when it starts.
#[derive(Clone, Debug)]
pub struct Persisted {
    /// Term and vote.
    pub hard_state: HardState,
    /// The terms of the log's entries.
    pub terms: LogTerms,
    /// The configurations in the snapshot and the log.
    pub memberships: Memberships,
    /// The latest snapshot, if any. As a rule, the state machine is restored from it, and later entries are applied
    /// again.
    pub snapshot: Option<SharedSnapshot>,
    /// The last applied index of the restored state machine: as a rule, the snapshot's index.
    pub applied: Index,
}

/// One atomic write: the changes of one step of a node. Durable as a whole or not at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Write {
    /// The new term and vote, if they changed.
    pub hard_state: Option<HardState>,
    /// Remove the entries from this index on, before anything is appended.
    pub truncate_from: Option<Index>,
    /// Append these entries.
    pub append: Vec<SharedEntry>,
    /// Replace the stored snapshot by this one, which was built here.
    pub snapshot: Option<SharedSnapshot>,
    /// Discard the entries up to this index, which the snapshot includes.
    pub compact_to: Option<Index>,
    /// Install a received snapshot: it replaces the state machine and the log up to its last index.
    pub install: Option<Install>,
}

/// The installation of a received snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Install {
    /// The snapshot.
    pub snapshot: SharedSnapshot,
    /// Whether later entries are kept; else the whole log is discarded.
    pub keep_suffix: bool,
}

/// The result of reading the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogView {
    /// The index of the first retained entry; last index + 1 if there is none.
    pub first_index: Index,
    /// The last index applied to the state machine.
    pub last_applied: Index,
    /// The requested entries; none if the first of them is compacted.
    pub entries: Vec<SharedEntry>,
}

impl Write {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        let Write { hard_state, truncate_from, append, snapshot, compact_to, install } = self;
        let is_empty = hard_state.is_none() && truncate_from.is_none() && append.is_empty();
        is_empty && snapshot.is_none() && compact_to.is_none() && install.is_none()
    }
}

/// The storage of one node: term and vote, log, snapshot and state machine. Writes are issued one after the other,
/// without waiting; reads may run concurrently with them.
pub trait Storage: Clone + 'static {
    /// Loads the persistent state. Called once, when the node starts.
    fn load(&self) -> impl Future<Output = Result<Persisted, StorageError>> + 'static;

    /// Writes. The data can be read as soon as this is called; it is durable when the future completes.
    fn write(&self, write: Write) -> impl Future<Output = Result<(), StorageError>> + 'static;

    /// Reads the entries from `first` to `last`, inclusive; none if `last < first`.
    ///
    /// # Errors
    /// If a retained entry is missing or cannot be read.
    fn read(&self, first: Index, last: Index) -> impl Future<Output = Result<LogView, StorageError>> + 'static;

    /// Applies the committed entries from `first` to `last`, in order, to the state machine. With `once`, writes that
    /// their clients sent again are not done again. Returns the entries that were not done, in their order: see
    /// [`StateMachine::apply`].
    ///
    /// [`StateMachine::apply`]: super::machine::StateMachine::apply
    fn apply(
        &self,
        first: Index,
        last: Index,
        once: bool,
    ) -> impl Future<Output = Result<Vec<NotDone>, StorageError>> + 'static;

    /// Reads a key of the state machine.
    fn get(&self, key: &str) -> impl Future<Output = Result<Option<String>, StorageError>> + 'static;

    /// Builds a snapshot of the state at `meta.index`, which is applied and still in the log. Runs concurrently with
    /// everything else. The snapshot is not stored until [`Write::snapshot`] does so.
    fn build_snapshot(
        &self,
        meta: SnapshotMeta,
    ) -> impl Future<Output = Result<SharedSnapshot, StorageError>> + 'static;
}
