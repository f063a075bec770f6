//! Positions in a run.

use crate::runtime::Micros;

/// A moment of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The number of the last event; the position is at the end of the poll in which it occurred. 0 is the start.
    pub event: u64,
    /// The virtual time; at or after the time of that event, and not after the next one.
    pub now: Micros,
}
