//! Floor 6: the page, in Yew. How things are drawn; what is drawn comes from [`view`](crate::view).
//!
//! [`App`] puts the page together from the [`driver`] (the run, frame by frame), the [`page`] (what is selected, open,
//! pointed at), the table of [`panels`], the [`dialogs`] and the [`commands`]. Each panel gets only what it shows: one
//! whose world has not changed is not drawn again. What moves with the clock moves by itself ([`clock`]).

mod app;
mod clock;
mod cluster;
mod commands;
pub mod crash;
mod dialog;
mod dialogs;
mod driver;
mod focus;
mod happened;
mod header;
mod help;
mod icons;
mod inspector;
mod keys;
mod links;
mod logs;
mod media;
mod menu;
mod page;
mod panel;
mod panels;
mod promises;
mod scene;
mod shared;
mod size;
mod store;
mod streams;
mod transport;

pub use app::App;

use crate::view::lang::{self, Text};

thread_local! {
    /// The first of the reader's languages that the page speaks.
    static LANGUAGE: &'static dyn Text = {
        let t = lang::choose(media::languages().iter().map(String::as_str));
        media::set_language(t.language_tag(), t.text_direction());
        t
    };
}

/// The catalogue of the page's language.
pub fn text() -> &'static dyn Text {
    LANGUAGE.with(|language| *language)
}
