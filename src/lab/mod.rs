//! Floor 3: the laboratory — a cluster of nodes in one process, and everything that can be done to it.
//!
//! A [`Lab`] runs a [`Scenario`]. It does one thing at a time ([`Lab::turn`](run::lab::Lab)): an action that is due, a
//! message that arrives, one poll of a task, or letting time pass. What happens is recorded and becomes the [`World`];
//! reports, conditions and pictures are made from that.
//!
//! The laboratory has floors of its own, each of which uses only those above it in this list: [`json`] (documents with
//! paths), [`vocab`] (plain data), [`world`] (the fold over events), [`scenario`] (the format), [`judge`] (conditions,
//! invariants, the report), [`run`] (what runs), [`play`] (time in a person's hands), [`explore`] (random runs).

pub mod explore;
#[cfg(not(target_family = "wasm"))]
pub mod export;
pub mod json;
pub mod judge;
pub mod play;
pub mod run;
pub mod scenario;
pub mod vocab;
pub mod world;

pub use json::error::ScenarioError;
pub use judge::report::Report;
pub use play::player::Player;
pub use run::lab::{Advance, Lab};
pub use run::unobserved::UnobservedReport;
pub use scenario::Scenario;
pub use vocab::action::Action;
pub use vocab::event::Record;
pub use vocab::step::StepKind;
pub use world::World;
