//! What is made from the tables and types of the format: its schema, its TypeScript, the page of events. Native only.

pub mod events_page;
pub mod schema;
pub mod typescript;
