//! JSON with paths: reading a document part by part so that every mistake is told with its place, and writing one.

pub mod error;
pub mod read;
pub mod strict;
