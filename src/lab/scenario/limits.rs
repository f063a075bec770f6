//! Limits of scenarios and of runs.
//!
//! A scenario beyond a limit is refused, with the place of what is too much. A run that comes to one halts
//! ([`Halt`](crate::lab::vocab::halt::Halt)). With them, a run ends for certain, and needs less than 2 GB of memory.

use crate::lab::json::limits::INTEGER_MAX;
use crate::runtime::{Micros, MILLISECONDS_MAX};

/// Whether this is the page, or other code in a browser: its memory is not that of a machine.
const ON_PAGE: bool = cfg!(target_arch = "wasm32");

/// The most nodes a cluster may have.
pub const NODES_MAX: usize = 9;

/// The most entries a log may start with.
pub const START_LOG_MAX: usize = 10_000;

/// The highest term and index that a node may start with. It leaves room for a run of any length.
pub const START_NUMBER_MAX: u64 = 1_000_000_000;

/// The most writes of one `write_many`.
pub const WRITES_MAX: u64 = 1_000_000;

/// On the page, the most writes of one `write_many` with `every`: they wait for nothing, so all may be under way at
/// once. Of one with `clients`, no more than there are clients.
pub const OPEN_WRITES_ON_PAGE_MAX: u64 = 100_000;

/// On the page, the most such writes of a scenario together.
pub const OPEN_WRITES_TOTAL_ON_PAGE_MAX: u64 = 300_000;

/// The most times that one action is repeated.
pub const REPEATS_MAX: u32 = 10_000;

/// The most writes of all `write_many` of a scenario together.
pub const WRITES_TOTAL_MAX: u64 = 1_000_000;

/// The most writes of one `write_many`, with `every` or without, and of all of a scenario together.
pub const fn writes_max(open: bool) -> (u64, u64) {
    match open && ON_PAGE {
        true => (OPEN_WRITES_ON_PAGE_MAX, OPEN_WRITES_TOTAL_ON_PAGE_MAX),
        false => (WRITES_MAX, WRITES_TOTAL_MAX),
    }
}

/// The most writes of one `write_many` with a key of its own for each: a snapshot holds them all.
pub const KEYED_WRITES_MAX: u64 = 1000;

/// The most bytes that the values of all `write_many` of a scenario may have together.
pub const WRITTEN_BYTES_MAX: u64 = 128 << 20;

/// The most clients of one `write_many`.
pub const CLIENTS_MAX: u32 = 1024;

/// The longest key or value, in bytes.
pub const TEXT_BYTES_MAX: usize = 4096;

/// The largest seed: 2^53 − 1, the largest integer that a JavaScript number represents exactly.
pub const SEED_MAX: u64 = INTEGER_MAX;

/// The shortest `heartbeat_interval` and `install_snapshot_timeout`, and so a bound of the election timeout. What
/// repeats itself more often leaves no time for anything else.
pub const INTERVAL_MIN: Micros = Micros::from_ms(1);

/// The greatest time in a scenario: 31 years.
pub const TIME_MAX: Micros = Micros::from_ms(MILLISECONDS_MAX as u64);

/// The most events of a run, beside those for its `write_many`; then it halts.
pub const EVENTS_MAX: u64 = 3_000_000;

/// The most bytes that the events of a run may take, about, beside those for its `write_many`; then it halts.
pub const RECORDED_BYTES_MAX: u64 = 768 << 20;

/// How many more events a run may have natively for each write that a `write_many` begins. A write takes about 10
/// events with many clients, 35 with one client and three nodes, 120 with nine.
pub const EVENTS_PER_WRITE: u64 = 200;

/// How many more bytes those may take, about.
pub const RECORDED_BYTES_PER_WRITE: u64 = 100 << 10;

/// The most bytes that those events may take, about, which stay in memory; older ones are had by running again. It
/// changes no run.
pub const KEPT_BYTES_MAX: u64 = if ON_PAGE { 64 << 20 } else { RECORDED_BYTES_MAX };

/// Where a run halts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunLimits {
    /// The most events.
    pub events: u64,
    /// The most bytes that they take, about.
    pub bytes: u64,
    /// Whether each write that a `write_many` begins raises both. Not on the page, whose memory stays what it is.
    pub raised_by_writes: bool,
}

impl Default for RunLimits {
    fn default() -> RunLimits {
        RunLimits { events: EVENTS_MAX, bytes: RECORDED_BYTES_MAX, raised_by_writes: !ON_PAGE }
    }
}

impl RunLimits {
    /// A `write_many` of so many writes begins.
    pub fn note_writes(&mut self, count: u64) {
        if self.raised_by_writes {
            self.events = self.events.saturating_add(count.saturating_mul(EVENTS_PER_WRITE));
            self.bytes = self.bytes.saturating_add(count.saturating_mul(RECORDED_BYTES_PER_WRITE));
        }
    }
}
