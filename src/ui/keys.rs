//! The keyboard: which key is a command, and which is left to the focused element.

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent, PointerEvent};
use yew::prelude::*;

use super::media;
use crate::view::command::{of_key, wanted_by, Command, Focus};

/// Handles the keys of the whole page for the life of the component.
#[hook]
pub fn use_keys(characters: bool, command: Callback<Command>) {
    use_effect_with((characters, command), |(characters, command)| {
        let (characters, command) = (*characters, command.clone());
        let options = EventListenerOptions::enable_prevent_default();
        let listener = EventListener::new_with_options(&media::window(), "keydown", options, move |event: &Event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
            let key = named(event);
            if key == "Escape" && leave(event) {
                return event.prevent_default();
            }
            if event.alt_key() || event.default_prevented() || wanted_by(focus(event), &key) {
                return;
            }
            if let Some(wanted) = of_key(&key, characters) {
                event.prevent_default();
                command.emit(wanted);
            }
        });
        move || drop(listener)
    });
}

/// Takes the focus out of a field, so that the next key goes to the page. Whether it was in one.
fn leave(event: &KeyboardEvent) -> bool {
    let field = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    match field.filter(|_| matches!(focus(event), Focus::Text | Focus::List | Focus::Slider)) {
        // An element that cannot lose the focus keeps it.
        Some(field) => field.blur().is_ok(),
        None => false,
    }
}

/// The key as written in the table of commands. For a character, Shift is already included.
fn named(event: &KeyboardEvent) -> String {
    let key = event.key();
    let control = event.ctrl_key() || event.meta_key();
    let shift = event.shift_key() && (control || key.chars().count() > 1);
    let key = if control { key.to_lowercase() } else { key };
    format!("{}{}{key}", if control { "Ctrl+" } else { "" }, if shift { "Shift+" } else { "" })
}

/// Removes the focus from controls that were used with a pointer, so that the next key goes to the page.
#[hook]
pub fn use_pointer_leaves_keys_alone() {
    use_effect_with((), |()| {
        let listener = EventListener::new(&media::window(), "click", |event: &Event| {
            let by_pointer = event.dyn_ref::<PointerEvent>().is_some_and(|event| !event.pointer_type().is_empty());
            let Some(element) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
            let closest = |selector: &str| element.closest(selector).ok().flatten();
            let control = closest("button, input[type=radio], input[type=range]")
                .and_then(|control| control.dyn_into::<HtmlElement>().ok());
            if let Some(control) = control.filter(|_| by_pointer && closest("dialog, [role=menu]").is_none()) {
                // An element that cannot lose the focus keeps it.
                let _ = control.blur();
            }
        });
        move || drop(listener)
    });
}

/// The kind of element that has the focus.
fn focus(event: &KeyboardEvent) -> Focus {
    let Some(element) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return Focus::Page };
    let within = |selector: &str| element.closest(selector).ok().flatten().is_some();
    if within("dialog, [role=menu], [role=alertdialog]") {
        Focus::Dialog
    } else if within("input[type=range]") {
        Focus::Slider
    } else if within("input[type=radio], input[type=checkbox]") {
        Focus::Choice
    } else if within("select") {
        Focus::List
    } else if within("input, textarea, [contenteditable]") {
        Focus::Text
    } else if within("[data-node], [data-link], [data-message]") {
        Focus::Page
    } else if within("button, a, summary, [role=button]") {
        Focus::Button
    } else if within("[data-scroller]") {
        Focus::Scroller
    } else {
        Focus::Page
    }
}
