//! What is said of a run: whether conditions hold, which invariants are violated, and the report.

pub mod invariants;
pub mod report;
pub mod watch;
