//! The timeline: a space-time diagram of the whole run.
//!
//! [`index`] folds the events of a run, as they come, into what can be drawn of it; it needs none of them again.
//! [`scale`] says where a time is, [`picture`] is what is drawn of a stretch, and [`control`] is what hands
//! do with it.

pub mod bands;
pub mod control;
pub mod flights;
pub mod index;
pub mod keys;
pub mod lines;
pub mod marks;
pub mod moment;
pub mod picture;
pub mod room;
pub mod scale;
pub mod ticks;
pub mod timelines;
