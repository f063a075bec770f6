//! What is left on the screen when the program itself fails.

use raft_lab::ui::crash;
use wasm_bindgen_test::wasm_bindgen_test;

/// The cause is said, the saved run is there to be copied, and there are two ways to go on.
#[wasm_bindgen_test]
fn a_failure_is_said_and_the_run_is_kept() {
    let window = web_sys::window().expect("a browser has a window");
    let document = window.document().expect("a window has a document");
    let storage = window.local_storage().expect("storage is allowed").expect("there is storage");
    storage.set_item("raft-lab/run", "{\"the\":\"run\"}").expect("there is room");

    crash::show("index out of bounds: <b>oh</b>");

    let card = document.query_selector("[role=alertdialog]").expect("a valid selector").expect("it is shown");
    let text = card.text_content().unwrap_or_default();
    assert!(text.contains("index out of bounds: <b>oh</b>"), "as text, not as markup: {text}");
    assert!(text.contains("{\"the\":\"run\"}"), "{text}");
    let buttons = card.query_selector_all("button").expect("a valid selector");
    assert_eq!(buttons.length(), 2);
    card.remove();
    storage.remove_item("raft-lab/run").expect("it can be removed");
}
