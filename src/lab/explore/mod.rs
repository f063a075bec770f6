//! Exploration: random runs, seed by seed, until one fails; and shrinking of that run.
//!
//! [`Explore`] specifies the runs, [`Trial`] is one of them, and [`Search`] executes them, a bounded number of events
//! per call, so that the page stays responsive. It finds a scenario that [`Shrink`] has made as short as possible: to
//! be read, run again and kept.

mod leaderless;
pub mod random;
mod search;
mod shrink;
#[cfg(test)]
mod tests;
mod trial;

pub use search::{Explore, Finding, Progress, Search};
pub use shrink::Shrink;
pub use trial::{Failure, Trial, EVENTS_MAX};
