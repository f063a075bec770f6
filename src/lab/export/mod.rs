//! Files generated from the types of the format: JSON Schema, TypeScript declarations, event reference. Native only.

pub mod events_page;
pub mod schema;
pub mod typescript;
