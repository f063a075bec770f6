//! The simulation of a scenario: cluster, network, disks, clients, and the record of events.

mod actions;
mod clients;
pub mod drive;
pub mod lab;
mod network;
pub mod past;
mod recall;
mod recorder;
mod schedule;
pub mod storage;
mod tally;
pub mod unobserved;
