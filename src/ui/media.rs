//! What the browser says about itself and its reader.

use web_sys::{Document, MediaQueryList, Window};

use super::store::Theme;

/// The window.
pub fn window() -> Window {
    web_sys::window().expect("the page runs in a window")
}

/// The document.
pub fn document() -> Document {
    window().document().expect("a window has a document")
}

/// Whether the page cannot be seen.
pub fn hidden() -> bool {
    document().visibility_state() == web_sys::VisibilityState::Hidden
}

/// A question that the browser answers anew whenever it is asked.
#[derive(Clone)]
pub struct Query(Option<MediaQueryList>);

impl Query {
    fn new(query: &str) -> Query {
        Query(window().match_media(query).ok().flatten())
    }

    /// The answer.
    pub fn holds(&self) -> bool {
        self.0.as_ref().is_some_and(MediaQueryList::matches)
    }
}

/// Whether less motion is wanted.
pub fn reduced_motion() -> Query {
    Query::new("(prefers-reduced-motion: reduce)")
}

/// Light or dark, as the system has it.
pub fn system_theme() -> Theme {
    if Query::new("(prefers-color-scheme: dark)").holds() {
        Theme::Dark
    } else {
        Theme::Light
    }
}

/// Lets the page be light, dark, or as the system has it.
pub fn set_theme(theme: Option<Theme>) {
    let Some(root) = document().document_element() else { return };
    // An attribute of this name can always be set.
    let _ = match theme {
        Some(Theme::Light) => root.set_attribute("data-theme", "light"),
        Some(Theme::Dark) => root.set_attribute("data-theme", "dark"),
        None => root.remove_attribute("data-theme"),
    };
}

/// The size of one `rem`, in pixels.
pub fn rem() -> f64 {
    let size = || {
        let style = window().get_computed_style(&document().document_element()?).ok()??;
        style.get_property_value("font-size").ok()?.trim_end_matches("px").parse().ok()
    };
    size().unwrap_or(16.0)
}
