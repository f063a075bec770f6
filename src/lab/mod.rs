//! Floor 3: the laboratory — a cluster of nodes in one process, and everything that can be done to it.
//!
//! A [`Lab`] runs a [`Scenario`]. It does one thing at a time ([`Lab::turn`]): an action that is due, a
//! message that arrives, one poll of a task, or letting time pass. What happens is taken down by the
//! [`Recorder`](recorder::Recorder) and becomes the [`World`]; reports, conditions and pictures are made from that.

pub mod action;
mod clients;
mod cluster;
pub mod condition;
pub mod event;
#[cfg(not(target_family = "wasm"))]
pub mod events_page;
pub mod explore;
pub mod history;
pub mod invariants;
pub mod links;
mod network;
pub mod player;
pub mod random;
mod recorder;
pub mod report;
pub mod scenario;
pub mod selector;
pub mod step;
pub mod storage;
pub mod told;
mod unobserved;
pub mod world;

pub use action::Do;
pub use cluster::{Advance, Lab};
pub use event::Record;
pub use player::Player;
pub use report::Report;
pub use scenario::{Scenario, ScenarioError};
pub use step::StepKind;
pub use unobserved::UnobservedReport;
pub use world::World;
