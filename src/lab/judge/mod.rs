//! The evaluation of a run: conditions, invariants, and the report.

pub mod invariants;
pub mod report;
pub mod watch;
