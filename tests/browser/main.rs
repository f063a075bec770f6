//! Components in a real document, in headless Chromium. A module per subject.
#![cfg(target_family = "wasm")]

mod explore;
#[path = "../golden/mod.rs"]
mod golden;
mod page;

use wasm_bindgen_test::wasm_bindgen_test;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// The golden runs are those of every other machine.
#[wasm_bindgen_test]
fn golden_runs_are_the_same_in_a_browser() {
    golden::check();
}
