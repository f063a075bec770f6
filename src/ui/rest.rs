//! The part of the program that is loaded later: where it comes from, and when.
//!
//! `cargo xtask` divides the built program in two (`xtask/src/split`). The first part has what runs in the first seconds.
//! When a function of the rest is called, `www/boot.js` loads the rest at once; so that this hardly ever happens, it
//! loads it by itself once the page is drawn. Nothing else in the program has to know, but a panel that is drawn only
//! then is not in the first part (`late` in [`panels`](super::panels)).

use gloo_events::EventListener;
use wasm_bindgen::prelude::*;
use yew::prelude::*;

use super::{media, text};

#[wasm_bindgen]
extern "C" {
    /// `started` of `www/boot.js`; an error where that is not loaded.
    #[wasm_bindgen(js_namespace = raftLabPage, catch)]
    fn started(exports: &JsValue, missing: &str, gone: &str) -> Result<(), JsValue>;

    /// `loadRest` of `www/boot.js`: loads the rest of the program, at once or when the page is drawn. The name is known
    /// to `xtask/src/split`, which lets the first part call it.
    #[wasm_bindgen(js_namespace = raftLabPage, js_name = loadRest)]
    fn load_rest(at_once: bool);
}

/// Whether the rest of the program is there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// It is being loaded.
    Coming,
    /// It could not be loaded; `www/boot.js` tries again.
    Missing,
    /// It is there, or the program is in one piece.
    Loaded,
}

/// Hands over what the rest shares with this part, and the sentences for the case that it cannot be loaded.
pub fn announce() {
    // Without www/boot.js, in tests of components, the program is in one piece.
    let _ = started(&wasm_bindgen::exports(), text().rest_missing(), text().rest_gone());
}

/// Lets the rest be loaded once the page is drawn, and follows it.
#[hook]
pub fn use_rest() -> Rest {
    let has_loader =
        use_memo((), |()| js_sys::Reflect::has(&media::window(), &"raftLabPage".into()).unwrap_or_default());
    let rest = use_state_eq(|| if *has_loader { Rest::Coming } else { Rest::Loaded });
    {
        let rest = rest.setter();
        use_effect_with((), move |()| {
            let listener = |event: &'static str, now: Rest| {
                let rest = rest.clone();
                EventListener::new(&media::window(), event, move |_| rest.set(now))
            };
            let listeners = [listener("rest-loaded", Rest::Loaded), listener("rest-missing", Rest::Missing)];
            if *has_loader {
                load_rest(false);
            }
            move || drop(listeners)
        });
    }
    *rest
}
