//! Observes the size of an element.

use wasm_bindgen::closure::Closure;
use wasm_bindgen::JsCast;
use web_sys::{Element, ResizeObserver};
use yew::prelude::*;

/// Calls back after the element was first drawn, and whenever its size changes.
#[hook]
pub fn use_size(element: &NodeRef, changed: impl Fn(&Element) + 'static) {
    let element = element.clone();
    use_effect_with((), move |()| {
        let watch = element.cast::<Element>().and_then(|element| {
            let called = {
                let element = element.clone();
                Closure::<dyn Fn()>::new(move || changed(&element))
            };
            // Without an observer, only the initial size is reported.
            let observer = ResizeObserver::new(called.as_ref().unchecked_ref()).ok()?;
            observer.observe(&element);
            Some((observer, called))
        });
        move || {
            if let Some((observer, _called)) = watch {
                observer.disconnect();
            }
        }
    });
}
