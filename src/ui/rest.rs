//! The part of the program that is loaded later: where it comes from, and when.
//!
//! `cargo xtask` divides the built program in two (`xtask/src/split`). The first part has what runs in the first seconds.
//! When a function of the other part is called, `www/boot.js` loads it at once; so that this hardly ever happens, it
//! does so by itself once the page is drawn. Nothing else in the program has to know.

use wasm_bindgen::prelude::*;

use super::text;

#[wasm_bindgen]
extern "C" {
    /// `started` of `www/boot.js`; an error where that is not loaded.
    #[wasm_bindgen(js_namespace = raftLabPage, catch)]
    fn started(exports: &JsValue, missing: &str) -> Result<(), JsValue>;

    /// `loadRest` of `www/boot.js`: loads the rest of the program, at once or when there is time for it. The name is known
    /// to `xtask/src/split`, which lets the first part call it.
    #[wasm_bindgen(js_namespace = raftLabPage, js_name = loadRest)]
    fn load_rest(at_once: bool);
}

/// Hands over what the rest shares with this part, and the sentence for the case that it cannot be loaded.
pub fn announce() {
    // Without www/boot.js, in tests of components, the program is in one piece.
    let _ = started(&wasm_bindgen::exports(), text().rest_missing());
}

/// Lets the rest be loaded as soon as there is time for it.
pub fn load_soon() {
    if js_sys::Reflect::has(&js_sys::global(), &"raftLabPage".into()).unwrap_or_default() {
        load_rest(false);
    }
}
