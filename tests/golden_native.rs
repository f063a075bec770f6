//! The golden runs, natively. The same ones run as WebAssembly in `tests/wasm.rs` and `tests/browser`.
#![cfg(not(target_family = "wasm"))]

mod golden;

#[test]
fn golden_runs_are_the_same_natively() {
    golden::check();
}
