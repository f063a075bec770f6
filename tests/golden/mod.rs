//! Runs whose fingerprint is known: the same on every machine, in debug and release, natively and as
//! WebAssembly. If a change of the engine is meant to change them, `cargo test --test golden_native` says the new ones.

use raft_lab::lab::{Lab, Scenario};

/// (name, scenario, its trace hash).
pub const GOLDEN: [(&str, &str, &str); 4] = [
    ("first election", include_str!("../scenarios/first-election.json"), "627c7bbafa24dff2"),
    ("old leader rejoins", include_str!("../scenarios/old-leader-rejoins.json"), "cebf109d4e4082fe"),
    ("lossy network", include_str!("../scenarios/lossy-network.json"), "b2fefdb7ee523b6e"),
    ("figure 7", include_str!("../scenarios/figure-7.json"), "c51be12ee2427c69"),
];

/// Runs them all; says which differ.
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
