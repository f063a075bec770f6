//! Layer 5: view models. What the page shows, as values: view models, geometry, words. No Yew, no browser.
//!
//! Everything here is a function of a [`World`](crate::lab::world::World) and a time, so that tests can check what is
//! drawn; a component only decides how.

pub mod action;
pub mod acts;
pub mod capsule;
pub mod clients;
pub mod cluster;
pub mod colour;
pub mod command;
pub mod config_form;
pub mod cuts;
pub mod describe;
pub mod feed;
pub mod format;
pub mod geometry;
pub mod headline;
pub mod hint;
pub mod inspector;
pub mod invariants;
pub mod labels;
pub mod lang;
pub mod legend;
pub mod link_words;
pub mod links;
pub mod logs;
pub mod members;
pub mod menu;
pub mod message;
pub mod narrator;
pub mod node;
pub mod on_link;
pub mod on_message;
pub mod on_node;
pub mod pace;
pub mod page;
pub mod payload;
pub mod ring;
pub mod selection;
pub mod settings;
pub mod shape;
pub mod speed;
pub mod stream_buffers;
pub mod stream_diagram;
pub mod streams;
pub mod timeline;
pub mod turns;
pub mod until;
pub mod why_not;
pub mod writes;
