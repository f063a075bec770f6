//! Random runs: no promise is broken, and everything that can be reached converges.
#![cfg(not(target_family = "wasm"))]

use raft_lab::lab::random::{scenario, Weather};
use raft_lab::lab::Lab;

/// Runs seeds; says what is wrong with those with which something is.
fn run(seeds: std::ops::Range<u64>) -> Vec<String> {
    let mut wrong = Vec::new();
    for seed in seeds {
        let mut lab = Lab::new(scenario(seed, Weather::default())).unwrap();
        lab.run_to_stop(None);
        let report = lab.report();
        if !report.held() {
            let halted = report.halted.clone().unwrap_or_default();
            wrong.push(format!("seed {seed}: {halted} {}", serde_json::to_string(&report.expect).unwrap()));
        }
    }
    wrong
}

#[test]
fn three_hundred_random_runs_of_thirty_seconds_converge() {
    let halves = [300..2300, 2300..4300].map(|seeds| std::thread::Builder::new().spawn(move || run(seeds)).unwrap());
    let wrong: Vec<String> = halves.into_iter().flat_map(|half| half.join().unwrap()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
