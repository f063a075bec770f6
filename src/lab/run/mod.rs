//! A running scenario: the cluster, its network, its disks, its clients, and the record of what happens.

mod clients;
pub mod lab;
mod network;
pub mod past;
mod recorder;
pub mod storage;
pub mod unobserved;
