//! Limits of scenarios.

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

/// The longest key or value, in bytes.
pub const TEXT_BYTES_MAX: usize = 4096;

/// The largest seed: 2^53 − 1, the largest integer that a JavaScript number represents exactly.
pub const SEED_MAX: u64 = (1 << 53) - 1;
