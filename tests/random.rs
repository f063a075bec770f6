//! Random runs: no invariant is violated, and the cluster converges.
//!
//! 300 seeds; another number in the environment variable `RAFT_LAB_SEEDS` makes it longer.
#![cfg(not(target_family = "wasm"))]

use raft_lab::lab::explore::random::{scenario, FaultPlan};
use raft_lab::lab::Lab;

/// Runs seeds, and describes those that fail.
fn run(seeds: impl Iterator<Item = u64>) -> Vec<String> {
    let mut wrong = Vec::new();
    for seed in seeds {
        let mut lab = Lab::new(scenario(seed, FaultPlan::default())).unwrap();
        lab.run_to_stop(None);
        let report = lab.report();
        if !report.held() {
            let why =
                lab.halted().map_or_else(|| serde_json::to_string(&report.expect).unwrap(), |halt| halt.to_string());
            wrong.push(format!("seed {seed}, at {}: {why}", lab.now()));
        }
    }
    wrong
}

#[test]
fn random_runs_violate_no_invariant_and_converge() {
    let seeds: u64 = std::env::var("RAFT_LAB_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(300);
    let part = |first: u64| std::thread::Builder::new().spawn(move || run((first..seeds).step_by(2))).unwrap();
    let parts = [part(0), part(1)];
    let wrong: Vec<String> = parts.into_iter().flat_map(|part| part.join().unwrap()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
