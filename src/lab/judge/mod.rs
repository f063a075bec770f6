//! The evaluation of a run: conditions, invariants, and the report.

mod convergence;
pub mod invariants;
mod outcomes;
pub mod report;
pub mod watch;
