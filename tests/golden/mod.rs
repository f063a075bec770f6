//! Runs with known trace hashes: the same on every machine, in debug and release, natively and as WebAssembly. If a
//! change of the engine is meant to change them, `cargo test --test golden_native` prints the new ones.

use raft_lab::lab::{Lab, Scenario};

/// (name, scenario, its trace hash).
pub const GOLDEN: [(&str, &str, &str); 4] = [
    ("first election", include_str!("../scenarios/first-election.json"), "1e5bffa42f774f72"),
    ("old leader rejoins", include_str!("../scenarios/old-leader-rejoins.json"), "6f5548552bb88a1a"),
    ("lossy network", include_str!("../scenarios/lossy-network.json"), "b662961af0849253"),
    ("figure 7", include_str!("../scenarios/figure-7.json"), "a1fde5a1f0601e49"),
];

/// Runs them all and asserts their trace hashes.
pub fn check() {
    let mut differ = Vec::new();
    for (name, scenario, expected) in GOLDEN {
        let mut lab = Lab::new(Scenario::from_json(scenario).expect(name)).expect(name);
        lab.run_to_stop(None);
        let found = lab.trace_hash().to_string();
        if found != expected {
            differ.push(format!("{name}: {found}, not {expected}"));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}
