//! JSON with paths: reads a document part by part, so that every error has a path; and writes documents.

pub mod error;
pub mod legible;
pub mod limits;
mod once;
pub mod read;
pub mod strict;
