//! Places in a run.

use crate::runtime::Micros;

/// A moment of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Behind the poll in which this event happened.
    pub event: u64,
    /// The virtual clock: at the event, or behind it, if nothing has happened since.
    pub now: Micros,
}
