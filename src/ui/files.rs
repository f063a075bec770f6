//! Files of the page that are loaded when something that shows them is opened, so that nobody else waits for them.
//!
//! This is the way for whatever few people open and is data or text. `docs/adding.md` says what else belongs to it.

use std::rc::Rc;

use wasm_bindgen::prelude::*;
use yew::prelude::*;

use super::text;

#[wasm_bindgen]
extern "C" {
    /// `load` of `www/boot.js`: calls a function with the text of a file, or with nothing if it cannot be loaded.
    #[wasm_bindgen(js_namespace = raftLabPage, catch)]
    fn load(file: &str, done: &JsValue) -> Result<(), JsValue>;
}

/// How far a file is.
#[derive(Clone, PartialEq)]
pub enum File {
    /// It is being loaded.
    Coming,
    /// It could not be loaded, or is not as it should be.
    Missing,
    /// Its text.
    Loaded(Rc<str>),
}

/// Loads a file, named relative to the page, when the component is first drawn. The callback tries again.
#[hook]
pub fn use_file(name: String) -> (File, Callback<MouseEvent>) {
    let file = use_state_eq(|| File::Coming);
    let attempt = use_state(|| 0_u32);
    {
        let file = file.setter();
        use_effect_with(*attempt, move |_| {
            file.set(File::Coming);
            let done = {
                let file = file.clone();
                move |text: Option<String>| file.set(text.map_or(File::Missing, |text| File::Loaded(text.into())))
            };
            if load(&name, &Closure::once_into_js(done)).is_err() {
                file.set(File::Missing);
            }
        });
    }
    let again = Callback::from(move |_| attempt.set(*attempt + 1));
    ((*file).clone(), again)
}

/// What stands in place of a file that is not there.
pub fn awaited(file: &File, again: Callback<MouseEvent>) -> Html {
    let t = text();
    match file {
        File::Loaded(_) => Html::default(),
        File::Coming => html! { <p role="status">{ t.part_coming() }</p> },
        File::Missing => html! {
            <p role="alert">{ t.file_missing() }{ " " }<button type="button" onclick={again}>{ t.try_again() }</button></p>
        },
    }
}
