//! What a node keeps, as the engine sees it.

use std::fmt;
use std::future::Future;

use super::log::{LogTerms, SharedEntry};
use super::membership::Memberships;
use super::snapshot::{SharedSnapshot, SnapshotMeta};
use super::{Index, NodeId, Term};

/// An error of the storage. The node shuts down, visibly; nothing was acknowledged that is not durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageError(pub String);

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StorageError {}

/// The part of a node's state that must survive before it answers (paper, Figure 2: persistent state).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HardState {
    /// The latest term that the node has seen.
    pub term: Term,
    /// Whom it voted for in that term.
    pub voted_for: Option<NodeId>,
}

/// What a node finds when it starts.
#[derive(Clone, Debug)]
pub struct Persisted {
    /// Term and vote.
    pub hard_state: HardState,
    /// The terms of the log's entries.
    pub terms: LogTerms,
    /// The configurations that the snapshot and the log hold.
    pub memberships: Memberships,
    /// The latest complete snapshot. It is what the state machine holds; all beyond it is applied again.
    pub snapshot: Option<SharedSnapshot>,
    /// How far the state machine is: the snapshot's index, as a rule.
    pub applied: Index,
}

/// One write: what changed in one step of a node, durable as a whole or not at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Write {
    /// The term and the vote, if they changed.
    pub hard_state: Option<HardState>,
    /// Entries from this index on are removed first.
    pub truncate_from: Option<Index>,
    /// Then these are appended.
    pub append: Vec<SharedEntry>,
    /// A snapshot of the node's own making, to be kept in place of the one before.
    pub snapshot: Option<SharedSnapshot>,
    /// Entries up to here are forgotten. The snapshot includes them.
    pub compact_to: Option<Index>,
    /// A leader's snapshot, which replaces the state machine and the log up to it.
    pub install: Option<Install>,
}

/// A leader's snapshot, to be installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Install {
    /// It.
    pub snapshot: SharedSnapshot,
    /// Whether the entries behind it stay; else the whole log goes.
    pub keep_suffix: bool,
}

/// What a stream sees when it reads the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogView {
    /// The first retained index, or where it would be.
    pub first_index: Index,
    /// How far the state machine is.
    pub last_applied: Index,
    /// The entries that were asked for; none if the first of them is compacted away.
    pub entries: Vec<SharedEntry>,
}

impl Write {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        *self == Write::default()
    }
}

/// What one node keeps: term and vote, the log, and the state machine. Calls are made one after the
/// other, except that reading may go on beside writing.
pub trait Storage: Clone + 'static {
    /// Reads what was kept. Called once, when the node starts.
    fn load(&self) -> impl Future<Output = Result<Persisted, StorageError>> + 'static;

    /// Writes. What is written can be read as soon as this is called; it is durable when it is answered.
    fn write(&self, write: Write) -> impl Future<Output = Result<(), StorageError>> + 'static;

    /// Reads the entries from `first` to `last`, both included; none, if `last` is before `first`.
    ///
    /// # Errors
    /// If one of them should be there and is not, or cannot be read.
    fn read(&self, first: Index, last: Index) -> impl Future<Output = Result<LogView, StorageError>> + 'static;

    /// Applies the committed entries from `first` to `last`, in order, to the state machine.
    fn apply(&self, first: Index, last: Index) -> impl Future<Output = Result<(), StorageError>> + 'static;

    /// Reads a key of the state machine.
    fn get(&self, key: &str) -> impl Future<Output = Result<Option<String>, StorageError>> + 'static;

    /// Makes a snapshot of the state at `meta.index`, which is applied and still in the log. Takes its time;
    /// everything else goes on meanwhile. Nothing is kept before [`Write::snapshot`] says so.
    fn build_snapshot(
        &self,
        meta: SnapshotMeta,
    ) -> impl Future<Output = Result<SharedSnapshot, StorageError>> + 'static;
}
