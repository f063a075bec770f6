//! Layer 2: the engine. Raft as in Ongaro and Ousterhout, *In Search of an Understandable Consensus
//! Algorithm* (extended version; "the paper" below) and Ongaro's thesis of 2014, with one replication
//! stream per follower.
//!
//! **Decisions are pure; tasks wait.** [`node::Node`] and [`replication::Stream`] are plain values: they take an input,
//! change, and produce outputs. The tasks around them ([`node::run`], and [`replication::run`] for each other member
//! while the node leads) have a single await point each, where they wait for all inputs; they carry out the outputs and
//! decide nothing.
//!
//! [`Network`] and [`Storage`] are traits. An [`Observer`] receives an [`Event`] for everything that happens.
//!
//! A replication stream is in one of the states *line rate*, *lagging* and *snapshotting*: what etcd calls *Replicate*,
//! *Probe* and *Snapshot*.

pub mod config;
pub mod conflict;
pub mod event;
pub mod log;
pub mod machine;
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

/// The id of a node: a small positive integer.
pub type NodeId = u32;

/// A term (paper §5.1). 0 before the first election.
pub type Term = u64;

/// The index of a log entry. The first entry has index 1; index 0, with term 0, stands for the position before it and
/// matches in every log.
pub type Index = u64;
