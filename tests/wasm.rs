//! The engine as WebAssembly, in Node.js: what has to be the same there as natively.
#![cfg(target_family = "wasm")]

mod golden;

use raft_lab::runtime::{StableHash, TraceHash};
use wasm_bindgen_test::wasm_bindgen_test;

/// The fingerprint of a run is the published FNV-1a, also where a machine's word has 32 bits.
#[wasm_bindgen_test]
fn a_fingerprint_does_not_depend_on_the_machines_word() {
    let mut hash = TraceHash::default();
    hash.write(b"foobar");
    assert_eq!(hash.to_string(), "85944171f73967e8");
    let mut short = TraceHash::default();
    [1_u64].as_slice().hash_into(&mut short);
    let mut spelled_out = TraceHash::default();
    spelled_out.write(&[1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(short, spelled_out, "a length is fed as 64 bits");
}

/// The golden runs are those of every other machine.
#[wasm_bindgen_test]
fn golden_runs_are_the_same_in_node() {
    golden::check();
}
