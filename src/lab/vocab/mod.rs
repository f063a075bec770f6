//! The vocabulary of the laboratory: the plain data types that scenarios, runs and views share.

pub mod action;
pub mod clip;
pub mod condition;
pub mod event;
pub mod halt;
pub mod id;
pub mod image;
pub mod invariant;
pub mod links;
pub mod moment;
pub mod number;
pub mod pattern;
pub mod probability;
pub mod rate;
pub mod selector;
pub mod settings;
pub mod spec;
pub mod step;
pub mod targets;
pub mod violation;
pub mod write_form;
