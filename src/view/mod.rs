//! Floor 5: pure pictures. What the page shows, as values: view models, geometry, words. No Yew, no browser.
//!
//! Everything here is a function of a [`World`](crate::lab::world::World) and a time, so that a test can say what is
//! drawn, and a component only says how.

pub mod action;
pub mod cluster;
pub mod colour;
pub mod command;
pub mod feed;
pub mod format;
pub mod geometry;
pub mod headline;
pub mod logs;
pub mod message;
pub mod node;
pub mod speed;
pub mod streams;
pub mod text;
pub mod words;
