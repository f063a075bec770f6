//! **Raft Lab**: a Raft engine, a laboratory around it, and a page to watch it in.
//!
//! The floors of the house, from the ground up; each uses only those below it:
//! [`runtime`] (a steppable executor and a virtual clock), [`raft`] (the engine), [`lab`] (a cluster in
//! one process, its network, its scenarios), the page.

#[cfg(not(target_family = "wasm"))]
pub mod cli;
#[cfg(target_family = "wasm")]
pub mod js;
pub mod lab;
pub mod raft;
pub mod runtime;
#[cfg(target_family = "wasm")]
pub mod ui;
pub mod view;
