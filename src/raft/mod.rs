//! Floor 2: the engine. Raft as in Ongaro and Ousterhout, *In Search of an Understandable Consensus
//! Algorithm* (extended version; "the paper" below) and Ongaro's thesis of 2014, with one replication
//! stream per follower.
//!
//! **Decisions are pure, waiting is a task.** [`node::Node`] and [`replication::Stream`] are plain
//! values: something arrives, they change and say what is to be done. The tasks around them
//! ([`node::run`], and [`replication::run`] for each follower while the node leads) have a single
//! await point each, where they wait for everything that can arrive; they carry out and decide nothing.
//!
//! The engine knows a [`Network`] and a [`Storage`] only as traits, and tells an [`Observer`]
//! everything that a viewer may want to see, as it happens.

pub mod config;
pub mod conflict;
pub mod event;
pub mod log;
pub mod membership;
pub mod network;
pub mod node;
pub mod replication;
pub mod rpc;
pub mod rules;
pub mod schema;
pub mod snapshot;
pub mod storage;

pub use config::Config;
pub use event::{Event, Observer};
pub use log::{Entry, LogTerms, Payload};
pub use membership::Membership;
pub use network::Network;
pub use rules::{Rule, Rules};
pub use snapshot::{SharedSnapshot, Snapshot, SnapshotMeta};
pub use storage::Storage;

/// A node's name: a small positive integer.
pub type NodeId = u32;

/// A term of office. 0 is before the first election.
pub type Term = u64;

/// A place in the log. The first entry has index 1; index 0, with term 0, is "before the log" and
/// matches always.
pub type Index = u64;
