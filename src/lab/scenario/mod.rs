//! The scenario: the one format for test cases, recordings, links and exports.
//!
//! A scenario is read in two rounds, so that every mistake is told with its place. First the document
//! becomes a tree; then each part is made from its branch of the tree, which knows its path. What can
//! be read and makes no sense all the same is refused by `validate`.

mod actions;
pub mod document;
mod initial;
pub mod limits;
mod start_spec;
mod validate;

pub use actions::{action_from_value, OnViolation, ScheduledAction, Stop, Timing};
pub use document::{Scenario, DEFAULT, FORMAT};
pub use start_spec::{Start, StartEntry, StartRole, StartSnapshot};
pub(in crate::lab) use validate::check_action;
