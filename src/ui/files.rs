//! Files of the page that are loaded when something that shows them is opened, so that nobody else waits for them.
//!
//! This is the way for whatever few people open and is data or text. `docs/adding.md` says what else belongs to it.

use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use yew::platform::spawn_local;
use yew::prelude::*;

use super::text;

#[wasm_bindgen]
extern "C" {
    /// `load` of `www/boot.js`: the text of a file.
    #[wasm_bindgen(js_namespace = raftLabPage, catch)]
    fn load(file: &str) -> Result<Promise, JsValue>;
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
            spawn_local(async move { file.set(read(&name).await.unwrap_or(File::Missing)) });
        });
    }
    let again = Callback::from(move |_| attempt.set(*attempt + 1));
    ((*file).clone(), again)
}

async fn read(name: &str) -> Result<File, JsValue> {
    let text = JsFuture::from(load(name)?).await?.as_string();
    Ok(text.map_or(File::Missing, |text| File::Loaded(text.into())))
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
