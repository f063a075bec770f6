//! The engine as WebAssembly, in Node.js: what has to be the same there as natively.
#![cfg(target_family = "wasm")]

mod golden;

use raft_lab::lab::scenario::limits::{writes_max, RunLimits};
use raft_lab::lab::Scenario;
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

/// What is natively within the limits, and too much for a page, is refused or halts there.
#[wasm_bindgen_test]
fn the_limits_of_the_page_stay_what_its_memory_can_hold() {
    let load = |count: u64, how: &str| {
        let text = format!(
            r#"{{"format":"raft-lab/1","nodes":[1],"actions":[{{"at":0,"do":"write_many","count":{count},{how}}}]}}"#
        );
        Scenario::from_json(&text).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(load(1_000_000, r#""every":0"#), Err("actions[0].count: 1000000 is above 100000".into()));
    assert_eq!((load(100_000, r#""every":0"#), load(1_000_000, r#""clients":1024"#)), (Ok(()), Ok(())));
    assert_eq!((writes_max(true), writes_max(false)), ((100_000, 300_000), (1_000_000, 1_000_000)));
    let mut limits = RunLimits::default();
    limits.note_writes(1_000_000);
    assert_eq!(limits, RunLimits::default());
}
