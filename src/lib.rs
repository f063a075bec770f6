//! Raft Lab.
#[cfg(target_family = "wasm")]
pub mod ui;
