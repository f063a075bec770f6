//! Layer 3: the laboratory. It simulates a cluster of nodes in one process.
//!
//! A [`Lab`] runs a [`Scenario`]. It executes one step at a time ([`Lab::turn`](run::lab::Lab)): an action that is
//! due, the arrival of a message, one poll of a task, or an advance of the clock. Events are recorded and folded into
//! the [`World`]; reports, conditions and the views of the page are derived from it.
//!
//! The laboratory has layers of its own, each of which uses only those before it in this list: [`json`] (documents
//! with paths), [`vocab`] (plain data), [`world`] (the state, folded from events), [`scenario`] (the format),
//! [`judge`] (conditions, invariants, the report), [`run`] (the simulation), [`play`] (navigation in time),
//! [`explore`] (random runs).

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
pub use run::drive::Advance;
pub use run::lab::Lab;
pub use run::unobserved::UnobservedReport;
pub use scenario::Scenario;
pub use vocab::action::Action;
pub use vocab::event::Record;
pub use vocab::step::StepKind;
pub use world::World;
