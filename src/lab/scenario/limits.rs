//! The limits of a scenario.

/// So many nodes a cluster may have.
pub const NODES_MAX: usize = 9;

/// So many entries a log may start with.
pub const START_LOG_MAX: usize = 10_000;

/// The highest term and index that a node starts with: a run can go on from there for as long as it likes.
pub const START_NUMBER_MAX: u64 = 1_000_000_000;

/// So many writes one `write_many` may make.
pub const WRITES_MAX: u64 = 100_000;

/// The longest key and value, in bytes.
pub const TEXT_BYTES_MAX: usize = 4096;

/// The largest seed: what a JavaScript number holds exactly.
pub const SEED_MAX: u64 = (1 << 53) - 1;
