//! Floor 1: a single-threaded executor that can be stepped, a virtual clock, seeded random numbers.
//!
//! Nothing here knows of Raft. Everything that could make two runs of the same program differ — the
//! order in which tasks run, what time it is, what chance decides — is decided in this room, from
//! values that can be written down. That is what makes "the same scenario gives the same run" true.

mod clock;
mod executor;
mod rng;
mod trace_hash;

pub use clock::{Clock, Micros, Sleep, TimedOut};
pub use executor::{Executor, GroupId, Spawner, Step, STEPS_WITHOUT_TIME_MAX};
pub use rng::Rng;
pub use trace_hash::{StableHash, TraceHash};
