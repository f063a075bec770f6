//! Floor 3: the laboratory.

pub mod action;
pub mod event;
pub mod world;
