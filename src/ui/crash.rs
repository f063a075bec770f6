//! After a panic of the program: tells the user, keeps the run, and offers to start again.

use web_sys::{Document, Element};

use super::{store, text};

/// Installs the panic hook that shows a panic on the page.
pub fn install() {
    std::panic::set_hook(Box::new(|panic| {
        let cause = panic.to_string();
        web_sys::console::error_1(&cause.as_str().into());
        show(&cause);
    }));
}

/// Covers the page with a message about the crash.
///
/// The program no longer runs, so the buttons have inline JavaScript.
pub fn show(cause: &str) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    // A failure here cannot be reported any more.
    let _ = draw(&document, cause);
}

fn draw(document: &Document, cause: &str) -> Option<()> {
    let (t, body) = (text(), document.body()?);
    let page = element(document, "div", "crash", "")?;
    page.set_attribute("role", "alertdialog").ok()?;
    page.set_attribute("aria-label", t.failed()).ok()?;
    let card = element(document, "div", "crash-card", "")?;
    let add = |child: Option<Element>| child.and_then(|child| card.append_child(&child).ok());
    add(element(document, "h1", "", t.failed()))?;
    add(element(document, "p", "", t.failed_text()))?;
    add(element(document, "pre", "crash-cause", cause))?;
    let run = store::run_text();
    if !run.is_empty() {
        add(element(document, "p", "", t.failed_run()))?;
        let text = element(document, "textarea", "crash-run", &run)?;
        text.set_attribute("readonly", "").ok()?;
        text.set_attribute("aria-label", t.failed_run()).ok()?;
        text.set_attribute("onfocus", "this.select()").ok()?;
        add(Some(text))?;
    }
    let reload = element(document, "button", "primary", t.failed_reload())?;
    reload.set_attribute("onclick", "location.reload()").ok()?;
    add(Some(reload.clone()))?;
    let fresh = element(document, "button", "", t.failed_fresh())?;
    let forget = format!("localStorage.removeItem('{}');location.reload()", store::RUN);
    fresh.set_attribute("onclick", &forget).ok()?;
    add(Some(fresh))?;
    page.append_child(&card).ok()?;
    body.append_child(&page).ok()?;
    reload.set_attribute("autofocus", "").ok()
}

fn element(document: &Document, tag: &str, class: &str, text: &str) -> Option<Element> {
    let element = document.create_element(tag).ok()?;
    element.set_class_name(class);
    element.set_text_content(Some(text));
    Some(element)
}
