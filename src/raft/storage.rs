//! What a node keeps, as the engine sees it.

use std::fmt;
use std::future::Future;

use super::log::{LogTerms, SharedEntry};
use super::membership::Memberships;
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
    /// How far the state machine is: the index of the snapshot. All beyond it is applied again.
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

    /// Writes. Entries can be read as soon as this is called; they are durable when it is answered.
    fn write(&self, write: Write) -> impl Future<Output = Result<(), StorageError>> + 'static;

    /// Reads the entries from `first` to `last`, both included.
    ///
    /// # Errors
    /// If one of them is not there, or cannot be read.
    fn read(&self, first: Index, last: Index)
        -> impl Future<Output = Result<Vec<SharedEntry>, StorageError>> + 'static;

    /// Applies the committed entries from `first` to `last`, in order, to the state machine.
    fn apply(&self, first: Index, last: Index) -> impl Future<Output = Result<(), StorageError>> + 'static;
}
