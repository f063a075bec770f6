//! Information about the browser and the user's preferences.

use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement, MediaQueryList, Window};

use crate::view::settings::Theme;

/// The window.
pub fn window() -> Window {
    web_sys::window().expect("the page runs in a window")
}

/// The document.
pub fn document() -> Document {
    window().document().expect("a window has a document")
}

/// Real time in milliseconds, for the budget of a frame.
pub fn wall_ms() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

/// Lets the user save a text as a file.
pub fn download(name: &str, text: &str) {
    let href = format!("data:application/json;charset=utf-8,{}", String::from(js_sys::encode_uri_component(text)));
    let link = document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlElement>().ok());
    if let Some(link) = link {
        // Both names are valid, so this cannot fail.
        let _ = link.set_attribute("download", name).and_then(|()| link.set_attribute("href", &href));
        link.click();
    }
}

/// Loads the page again.
pub fn reload() {
    // If the browser refuses, the user can.
    let _ = window().location().reload();
}

/// Whether the page is hidden.
pub fn hidden() -> bool {
    document().visibility_state() == web_sys::VisibilityState::Hidden
}

/// A media query that is evaluated each time it is asked.
#[derive(Clone)]
pub struct Query(Option<MediaQueryList>);

impl Query {
    fn new(query: &str) -> Query {
        Query(window().match_media(query).ok().flatten())
    }

    /// Whether the query matches now.
    pub fn holds(&self) -> bool {
        self.0.as_ref().is_some_and(MediaQueryList::matches)
    }
}

/// Whether reduced motion is preferred.
pub fn reduced_motion() -> Query {
    Query::new("(prefers-reduced-motion: reduce)")
}

/// Whether the page is used by touch: without hovering and usually without a keyboard.
pub fn by_finger() -> Query {
    Query::new("(hover: none)")
}

/// Whether there is a touch screen, beside whatever else there is to point with.
pub fn touch() -> Query {
    Query::new("(any-pointer: coarse)")
}

/// The theme of the system.
pub fn system_theme() -> Theme {
    if Query::new("(prefers-color-scheme: dark)").holds() {
        Theme::Dark
    } else {
        Theme::Light
    }
}

/// Sets the theme of the page; none means that of the system.
pub fn set_theme(theme: Option<Theme>) {
    let Some(root) = document().document_element() else { return };
    // The attribute's name is valid, so this cannot fail.
    let _ = match theme {
        Some(Theme::Light) => root.set_attribute("data-theme", "light"),
        Some(Theme::Dark) => root.set_attribute("data-theme", "dark"),
        None => root.remove_attribute("data-theme"),
    };
}

/// The languages that the user prefers, the best first.
pub fn languages() -> Vec<String> {
    window().navigator().languages().iter().filter_map(|language| language.as_string()).collect()
}

/// Sets the language of the document and its writing direction.
pub fn set_language(tag: &str, direction: &str) {
    let Some(root) = document().document_element() else { return };
    // The attributes' names are valid, so this cannot fail.
    let _ = root.set_attribute("lang", tag).and_then(|()| root.set_attribute("dir", direction));
}

/// The size of one `rem`, in pixels.
pub fn rem() -> f64 {
    let size = || {
        let style = window().get_computed_style(&document().document_element()?).ok()??;
        style.get_property_value("font-size").ok()?.trim_end_matches("px").parse().ok()
    };
    size().unwrap_or(16.0)
}

/// Whether all of `element` can be seen in `scroller`.
pub fn is_in_view(scroller: &Element, element: &Element) -> bool {
    let (seen, wanted) = (scroller.get_bounding_client_rect(), element.get_bounding_client_rect());
    wanted.top() > seen.top() - 1.0 && wanted.bottom() < seen.bottom() + 1.0
}

/// Scrolls `scroller` as little as needed to show `element`, or its top if it is too high.
pub fn bring_into_view(scroller: &Element, element: &Element) {
    let (seen, wanted) = (scroller.get_bounding_client_rect(), element.get_bounding_client_rect());
    let (above, below) = (wanted.top() - seen.top(), wanted.bottom() - seen.bottom());
    let by = if above < 0.0 { above } else { below.max(0.0).min(above) };
    if by != 0.0 {
        scroller.set_scroll_top(scroller.scroll_top() + by.round() as i32);
    }
}
