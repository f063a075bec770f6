//! Exploring: random runs, seed after seed, until one goes wrong; and that one made short.
//!
//! [`Explore`] says which runs, [`Trial`] is one of them, [`Search`] goes through them, a bounded number of events at
//! a time, so that a page stays alive meanwhile. What it finds is a scenario that [`Shrink`] has made as short as it
//! can: to be read, run again, and kept.

pub mod random;
mod search;
mod shrink;
#[cfg(test)]
mod tests;
mod trial;

pub use search::{Explore, Finding, Progress, Search};
pub use shrink::Shrink;
pub use trial::{Failure, Trial, EVENTS_MAX};
