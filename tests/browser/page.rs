//! The page as a whole, drawn into an element of a real document.

use raft_lab::ui::App;
use wasm_bindgen_test::wasm_bindgen_test;

/// An empty element at the end of the document.
fn stage() -> web_sys::Element {
    let document = web_sys::window().and_then(|window| window.document()).expect("a browser has a document");
    let element = document.create_element("div").expect("an element can be made");
    document.body().expect("the document has a body").append_child(&element).expect("the body takes it");
    element
}

/// Lets everything that is scheduled happen, rendering included.
async fn settle() {
    gloo_timers::future::TimeoutFuture::new(0).await;
}

/// The page draws itself into the element that it is given.
#[wasm_bindgen_test]
async fn the_page_draws_itself() {
    let stage = stage();
    let page = yew::Renderer::<App>::with_root(stage.clone()).render();
    settle().await;
    let text = stage.text_content().unwrap_or_default();
    assert!(text.contains("Raft Lab"), "{text}");
    page.destroy();
    settle().await;
    assert_eq!(stage.child_element_count(), 0);
}
