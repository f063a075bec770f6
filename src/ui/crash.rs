//! What the page shows when the program fails, by a panic or a trap.
//!
//! The program prepares it while it is sound, in the user's language; `www/boot.js` shows it, since a program that has
//! failed can do nothing any more.

use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, HtmlTemplateElement};

use super::{media, store, text};

#[wasm_bindgen]
extern "C" {
    /// `failed` of `www/boot.js`; an error where that is not loaded.
    #[wasm_bindgen(js_namespace = raftLabPage, catch)]
    fn failed(cause: &str) -> Result<(), JsValue>;
}

/// Prepares the page for a failure, and reports panics to it. A trap needs no report: it is an exception.
pub fn install() {
    // Without it a failure is still on the console.
    let _ = prepare(&media::document());
    std::panic::set_hook(Box::new(|panic| {
        let cause = panic.to_string();
        web_sys::console::error_1(&cause.as_str().into());
        let _ = failed(&cause);
    }));
}

/// Puts the screen into a template, whose parts `www/boot.js` knows by their `data-crash`.
fn prepare(document: &Document) -> Option<()> {
    let t = text();
    let part = |parent: &Element, tag: &str, name: &str, text: &str| {
        let element = document.create_element(tag).ok()?;
        element.set_text_content(Some(text));
        if !name.is_empty() {
            element.set_attribute("data-crash", name).ok()?;
            element.set_id(&format!("crash-{name}"));
        }
        parent.append_child(&element).ok()?;
        Some(element)
    };
    let template = document.create_element("template").ok()?.dyn_into::<HtmlTemplateElement>().ok()?;
    template.set_id("crash");
    let screen = document.create_element("div").ok()?;
    screen.set_class_name("crash");
    let attributes = [
        ("role", "alertdialog"),
        ("tabindex", "-1"),
        ("aria-label", t.failed()),
        ("aria-describedby", "crash-text crash-cause"),
        ("data-run", store::RUN),
    ];
    for (name, value) in attributes {
        screen.set_attribute(name, value).ok()?;
    }
    template.content().append_child(&screen).ok()?;
    let card = part(&screen, "div", "", "")?;
    card.set_class_name("crash-card");
    part(&card, "h1", "", t.failed())?;
    part(&card, "p", "text", t.failed_text())?;
    part(&card, "pre", "cause", "")?;
    let kept = part(&card, "div", "kept", "")?;
    part(&kept, "label", "", t.failed_run())?.set_attribute("for", "crash-run").ok()?;
    part(&kept, "textarea", "run", "")?.set_attribute("readonly", "").ok()?;
    part(&kept, "button", "copy", t.failed_copy())?;
    part(&kept, "button", "download", t.failed_download())?;
    let copied = part(&kept, "span", "copied", t.failed_copied())?;
    copied.set_attribute("role", "status").ok()?;
    copied.set_attribute("hidden", "").ok()?;
    part(&card, "button", "reload", t.failed_reload())?.set_class_name("primary");
    part(&card, "button", "fresh", t.failed_fresh())?;
    if let Some(before) = document.get_element_by_id("crash") {
        before.remove();
    }
    document.head()?.append_child(&template).ok()?;
    Some(())
}
