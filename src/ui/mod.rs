//! Layer 6: the page, in Yew. How things are drawn; what is drawn comes from [`view`](crate::view).
//!
//! [`App`] puts the page together from the [`driver`] (the run, frame by frame), the [`page`] (selection, pointer, open
//! parts), the table of [`panels`], the [`dialogs`] and the [`commands`]. Each panel gets only what it shows, and is
//! not redrawn while that is unchanged. Moving elements listen to the [`clock`] and update themselves.

mod acts;
mod app;
mod clock;
mod cluster;
mod commands;
mod config;
mod crash;
mod dialog;
mod dialogs;
mod driver;
mod files;
mod focus;
mod follow;
mod happened;
mod header;
mod help;
mod icons;
mod inspector;
mod invariants;
mod keys;
mod links;
mod logs;
mod media;
mod menu;
mod notices;
mod page;
mod panel;
mod panels;
mod rest;
mod scene;
mod shared;
mod size;
mod source;
mod store;
mod streams;
mod timeline;
mod transport;

pub use app::App;

use std::sync::OnceLock;

use crate::view::lang::{self, Text, LANGUAGES};

/// The place of the page's language in [`LANGUAGES`]: the first of the user's languages that the page has.
static LANGUAGE: OnceLock<usize> = OnceLock::new();

/// The catalogue of the page's language.
pub fn text() -> &'static dyn Text {
    let place = LANGUAGE.get_or_init(|| {
        let t = lang::choose(media::languages().iter().map(String::as_str));
        media::set_language(t.language_tag(), t.text_direction());
        LANGUAGES.iter().position(|it| it.language_tag() == t.language_tag()).unwrap_or_default()
    });
    LANGUAGES[*place]
}
