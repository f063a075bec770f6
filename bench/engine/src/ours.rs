//! The engine and the laboratory of this project.
//!
//! Virtual time: every message takes milliseconds of it over a link that might lose it, every node's disk is simulated,
//! and so are the clients. With all on, each event is recorded and folded into the world, every invariant is checked, and the
//! run is hashed: `raft-lab run`. Quiet, nothing of that is done: `raft-lab run --quiet`.

use std::time::Duration;

use cpu_time::ProcessTime;
use raft_lab::lab::explore::random::FaultPlan;
use raft_lab::lab::explore::{Explore, Trial};
use raft_lab::lab::{Lab, Report, Scenario, UnobservedReport};
use raft_lab::runtime::Micros;
use serde_json::{json, Value};

use crate::clients::{Load, NODES};

/// What one run took.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// The time on a core: from the text of the document to the text of the report.
    pub took: Duration,
    /// The virtual time at its end.
    pub virtual_time: Micros,
    /// The number of events; without observers, of those that would have been.
    pub events: u64,
}

/// The document of a run that is written to; it ends when the last write is answered.
pub fn writes(load: Load, snapshots: bool) -> Value {
    let Load { clients, writes } = load;
    let mut document = json!({
        "format": "raft-lab/1", "nodes": NODES, "preset": "lab",
        "actions": [
            { "at": 0, "do": "campaign", "node": 1 },
            { "at": 200, "do": "write_many", "count": writes, "clients": clients },
        ],
        "stop": { "when": { "clients": { "acknowledged": writes } }, "at": 1_000_000_000 },
    });
    if !snapshots {
        document["config"] = json!({ "snapshot_policy": { "logs_since_last": 1_000_000_000 } });
    }
    document
}

/// The document of a simulation: five nodes, and a write each 100 ms, for so many virtual seconds.
pub fn simulation(seconds: u64) -> Value {
    json!({
        "format": "raft-lab/1", "nodes": [1, 2, 3, 4, 5], "preset": "lab",
        "actions": [
            { "at": 0, "do": "campaign", "node": 1 },
            { "at": 200, "do": "write_many", "count": seconds * 10, "every": 100 },
        ],
        "stop": { "at": seconds * 1000 },
    })
}

/// Runs a document with all on, as `raft-lab run` does.
pub fn all_on(document: &Value) -> Run {
    let text = document.to_string();
    let before = ProcessTime::now();
    let scenario = Scenario::from_json(&text).expect("the document is valid");
    let mut lab = Lab::new(scenario).expect("the run can start").forgetful();
    lab.run_to_stop(None);
    let report: Report = lab.report();
    let printed = serde_json::to_string_pretty(&report).expect("a report can be printed");
    let took = before.elapsed();
    assert!(report.held() && lab.halted().is_none(), "{printed}");
    Run { took, virtual_time: lab.now(), events: lab.events() }
}

/// Runs a document without observers, to a virtual time: as `raft-lab run --quiet --until` does.
pub fn quiet(document: &Value, until: Micros) -> Run {
    let mut document = document.clone();
    // Nobody sees what is answered: the run ends where the observed one did.
    document["stop"] = json!({ "at": until });
    let text = document.to_string();
    let before = ProcessTime::now();
    let scenario = Scenario::from_json(&text).expect("the document is valid");
    let mut lab = Lab::unobserved(scenario).expect("the run can start");
    lab.run_to_stop(None);
    let printed = serde_json::to_string_pretty(&UnobservedReport::new(&lab)).expect("a report can be printed");
    let took = before.elapsed();
    assert!(lab.halted().is_none(), "{printed}");
    Run { took, virtual_time: lab.now(), events: lab.events() }
}

/// Tries so many seeds, one after the other, as each job of `raft-lab explore` does.
pub fn explore(seeds: u64) -> Duration {
    let explore = Explore { seeds: 0..seeds, plan: FaultPlan::default(), off: Vec::new(), base: None };
    let before = ProcessTime::now();
    for seed in explore.seeds.clone() {
        let mut trial = Trial::new(explore.scenario(seed)).expect("a random run can start");
        trial.advance(u64::MAX);
        assert_eq!(trial.failure(), None, "seed {seed}");
    }
    before.elapsed()
}
