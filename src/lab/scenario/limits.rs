//! Limits of scenarios and of runs.
//!
//! A scenario beyond a limit is refused, with the place of what is too much. A run that comes to one halts
//! ([`Halt`](crate::lab::vocab::halt::Halt)). With them, a run ends for certain, and needs less than 2 GB of memory.

use crate::lab::json::limits::INTEGER_MAX;
use crate::runtime::{Micros, MILLISECONDS_MAX};

/// The most nodes a cluster may have.
pub const NODES_MAX: usize = 9;

/// The most entries a log may start with.
pub const START_LOG_MAX: usize = 10_000;

/// The highest term and index that a node may start with. It leaves room for a run of any length.
pub const START_NUMBER_MAX: u64 = 1_000_000_000;

/// The most writes of one `write_many`.
pub const WRITES_MAX: u64 = 100_000;

/// The most times that one action is repeated.
pub const REPEATS_MAX: u32 = 10_000;

/// The most writes of all `write_many` of a scenario together.
pub const WRITES_TOTAL_MAX: u64 = 300_000;

/// The most bytes that the values of all `write_many` of a scenario may have together.
pub const WRITTEN_BYTES_MAX: u64 = 128 << 20;

/// The most clients of one `write_many`.
pub const CLIENTS_MAX: u32 = 100;

/// The longest key or value, in bytes.
pub const TEXT_BYTES_MAX: usize = 4096;

/// The largest seed: 2^53 − 1, the largest integer that a JavaScript number represents exactly.
pub const SEED_MAX: u64 = INTEGER_MAX;

/// The shortest `heartbeat_interval` and `install_snapshot_timeout`, and so a bound of the election timeout. What
/// repeats itself more often leaves no time for anything else.
pub const INTERVAL_MIN: Micros = Micros::from_ms(1);

/// The greatest time in a scenario: 31 years.
pub const TIME_MAX: Micros = Micros::from_ms(MILLISECONDS_MAX as u64);

/// The most events of a run; then it halts.
pub const EVENTS_MAX: u64 = 3_000_000;

/// The most bytes that the events of a run may take, about; then it halts.
pub const RECORDED_BYTES_MAX: u64 = 768 << 20;

/// The most bytes that those events may take, about, which stay in memory; older ones are had by running again. All
/// stay natively. It changes no run.
pub const KEPT_BYTES_MAX: u64 = if cfg!(target_arch = "wasm32") { 64 << 20 } else { u64::MAX };

/// Where a run halts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunLimits {
    /// The most events.
    pub events: u64,
    /// The most bytes that they take, about.
    pub bytes: u64,
}

impl Default for RunLimits {
    fn default() -> RunLimits {
        RunLimits { events: EVENTS_MAX, bytes: RECORDED_BYTES_MAX }
    }
}
