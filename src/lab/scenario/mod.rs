//! The scenario: the one format for test cases, recordings, links and exports.
//!
//! A scenario is read in two passes, so that every error is reported with its path: the text is parsed into a tree,
//! then each part is read from its subtree, whose path is known. Documents that are well-formed but inconsistent are
//! rejected by `validate`.

mod actions;
pub mod document;
mod initial;
pub mod limits;
mod possible;
mod start_spec;
mod validate;

pub use actions::{action_from_value, OnViolation, Repeat, ScheduledAction, Stop, Timing};
pub use document::{Scenario, FORMAT};
pub use start_spec::{Start, StartEntry, StartMembers, StartRole, StartSnapshot};
pub(in crate::lab) use validate::check_action;
