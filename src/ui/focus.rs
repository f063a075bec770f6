//! Keeps the keyboard focus: when the focused element is removed, the focus goes to a related or a neighbouring
//! element.
//!
//! An element that may be removed names the fallback in an attribute, which its descendants inherit.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, MutationObserver, MutationObserverInit, SvgElement};
use yew::prelude::*;

use super::media;
use crate::lab::World;
use crate::view::selection::{find, Selection};

/// The attribute: selectors, of which the first that finds an element is used. Without any match the enclosing
/// elements' attributes are used, then [`ANYWHERE`].
const HOME: &str = "data-home";

/// The separator of selectors.
const OR: char = '|';

/// The last fallbacks: the picture of the cluster, and the play button.
const ANYWHERE: [&str; 2] = ["#cluster", ".transport .primary"];

/// The fallback for an element that is about this selection.
pub fn home_of(selection: Selection, world: &World) -> String {
    match selection {
        Selection::Node(node) => format!("[data-node='{node}']"),
        // A focused link is selected, which is exactly what was just cleared.
        Selection::Link(_) => ANYWHERE[0].into(),
        Selection::Message(id) => match find(world, id) {
            Some(message) => format!("[data-message='{id}']{OR}[data-node='{}']", message.to),
            None => format!("[data-message='{id}']"),
        },
        Selection::Entry(..) => ".logs .scroller".into(),
        Selection::Stream(leader, target) => format!("[data-stream='{leader}-{target}'] button{OR}.streams .scroller"),
    }
}

/// Gives the focus to an element.
pub fn give(element: &Element) {
    // An element that cannot be focused leaves the focus unchanged.
    let _ = match element.dyn_ref::<HtmlElement>() {
        Some(element) => element.focus(),
        None => element.dyn_ref::<SvgElement>().map_or(Ok(()), SvgElement::focus),
    };
}

/// Focuses the first element that a selector finds. Returns whether it has the focus then.
pub fn find_and_give(selector: &str) -> bool {
    let found = media::document().query_selector(selector).ok().flatten();
    found.inspect(give).is_some_and(|element| has_it(&element))
}

fn has_it(element: &Element) -> bool {
    media::document().active_element().as_ref() == Some(element)
}

/// Whether no element has the focus.
pub fn is_lost() -> bool {
    media::document().active_element().is_none_or(|active| active.tag_name() == "BODY")
}

/// The focused element and its fallbacks, the nearest first.
struct Kept {
    element: Element,
    homes: Vec<String>,
}

impl Kept {
    fn new(element: Element) -> Option<Kept> {
        let around = |from: &Element| from.closest(&format!("[{HOME}]")).ok().flatten();
        let mut homes = Vec::new();
        let mut at = around(&element);
        let may_go = at.is_some();
        while let Some(found) = at {
            let home = found.get_attribute(HOME).unwrap_or_default();
            homes.extend(home.split(OR).filter(|selector| !selector.is_empty()).map(str::to_string));
            at = found.parent_element().and_then(|parent| around(&parent));
        }
        may_go.then_some(Kept { element, homes })
    }
}

/// Restores the focus for as long as the component lives. With a pointer, nothing is restored.
#[hook]
pub fn use_focus_kept() {
    use_effect_with((), |()| {
        let kept = Rc::new(RefCell::new(None::<Kept>));
        let by_pointer = Rc::new(Cell::new(false));
        let changed = {
            let (kept, by_pointer) = (kept.clone(), by_pointer.clone());
            Closure::<dyn FnMut()>::new(move || {
                // An element that is focused here is noted in `kept`.
                let gone = kept.borrow_mut().take_if(|kept| !kept.element.is_connected());
                if let Some(Kept { homes, .. }) = gone.filter(|_| is_lost() && !by_pointer.get()) {
                    let _ = homes.iter().map(String::as_str).chain(ANYWHERE).any(find_and_give);
                }
            })
        };
        // Supported by every current browser; without it, the focus is lost.
        let observer = MutationObserver::new(changed.as_ref().unchecked_ref()).ok();
        let listen = |name: &'static str, heard: Box<dyn FnMut(&Event)>| {
            let options = EventListenerOptions::run_in_capture_phase();
            EventListener::new_with_options(&media::window(), name, options, heard)
        };
        let pointer = |name, is: bool| {
            let by_pointer = by_pointer.clone();
            listen(name, Box::new(move |_| by_pointer.set(is)))
        };
        let listeners = [
            pointer("pointerdown", true),
            pointer("keydown", false),
            listen("focusin", {
                let observer = observer.clone();
                Box::new(move |event| {
                    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
                    *kept.borrow_mut() = target.and_then(Kept::new);
                    // Observe only while there is a focus that can be lost.
                    let Some(observer) = &observer else { return };
                    observer.disconnect();
                    if let Some(body) = media::document().body().filter(|_| kept.borrow().is_some()) {
                        let how = MutationObserverInit::new();
                        how.set_child_list(true);
                        how.set_subtree(true);
                        // Observing an element that exists cannot fail.
                        let _ = observer.observe_with_options(&body, &how);
                    }
                })
            }),
        ];
        move || {
            drop(listeners);
            if let Some(observer) = observer {
                observer.disconnect();
            }
            drop(changed);
        }
    });
}
