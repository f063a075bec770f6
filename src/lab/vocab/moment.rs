//! Positions in a run.

use std::fmt;

use crate::runtime::Micros;

/// A moment of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The number of the last event; the position is at the end of the poll in which it occurred. 0 is the start.
    pub event: u64,
    /// The virtual time; at or after the time of that event, and not after the next one.
    pub now: Micros,
}

/// Why a moment of a run cannot be reached: the run is another one than that in which it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreached {
    /// At its time, only so many events have happened.
    FewerEvents {
        /// The number of the event that was looked for.
        wanted: u64,
        /// The number of the last event.
        found: u64,
    },
    /// The run has halted before.
    Halted,
}

impl fmt::Display for Unreached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreached::FewerEvents { wanted, found } => {
                write!(f, "event {wanted} never comes: at its time there are {found}")
            }
            Unreached::Halted => write!(f, "the run halts before"),
        }
    }
}
