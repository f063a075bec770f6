//! The simulation of a scenario: cluster, network, disks, clients, and the record of events.

mod actions;
mod clients;
pub mod lab;
mod network;
pub mod past;
mod recorder;
mod schedule;
mod storage;
pub mod unobserved;
