//! The page.
use yew::prelude::*;

/// The page.
#[component]
pub fn App() -> Html {
    html! { <h1>{ "Raft Lab" }</h1> }
}
