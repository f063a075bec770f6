//! The state changes of one replication stream, as complete lists in order.
#![cfg(not(target_family = "wasm"))]

use serde_json::json;

use raft_lab::lab::vocab::event::Event;
use raft_lab::lab::{Lab, Scenario};
use raft_lab::raft;

/// Node 1 leads, messages take 5 ms, and node 3 cannot be reached from 20 ms to `until`. Meanwhile one client writes,
/// every 10 ms.
fn changes(lag_threshold: u64, writes: u64, until: u64) -> Vec<String> {
    let start = json!({ "log": [1], "commit": 1 });
    let scenario = json!({
        "format": "raft-lab/1",
        "preset": "classroom",
        "nodes": [1, 2, 3],
        "network": { "latency": [5, 5] },
        "config": { "replication_lag_threshold": lag_threshold },
        "start": {
            "1": { "log": [1], "commit": 1, "role": "leader", "match": { "2": 1, "3": 1 } }, "2": start, "3": start,
        },
        "actions": [
            { "at": 20, "do": "cut", "links": [[1, 3], [3, 1]], "name": "cut 1" },
            { "at": 20, "do": "timer", "node": 3, "in": 60000 },
            { "at": 30, "do": "write_many", "count": writes },
            { "at": until, "do": "join", "name": "cut 1" },
        ],
        "stop": { "at": until + 500 },
        "expect": [{ "converged": true }],
    });
    let mut lab = Lab::new(Scenario::from_value(scenario).unwrap()).unwrap();
    lab.run_to_stop(None);
    assert!(lab.report().held());
    let changed = |event: &raft::Event| match event {
        raft::Event::StreamState { target: 3, to, .. } => Some(to.text().to_string()),
        raft::Event::Next { target: 3, from, to, .. } => Some(format!("next {from} → {to}")),
        raft::Event::Match { target: 3, from, to, .. } => Some(format!("match {from} → {to}")),
        raft::Event::MatchLost { target: 3, from, to, .. } => Some(format!("match lost {from} → {to}")),
        _ => None,
    };
    let mut changes = Vec::new();
    for record in lab.records().iter() {
        if let Event::Node(event) = &record.event {
            changes.extend(changed(event).map(|change| format!("{}: {change}", record.at)));
        }
    }
    changes
}

#[test]
fn line_rate_to_lagging_and_back() {
    assert_eq!(
        changes(4, 6, 400),
        [
            "0 ms: lagging",
            "0 ms: next 0 → 2",
            "0 ms: match 0 → 1",
            "10 ms: line-rate",
            // The sixth write makes a lag of 5, above the threshold of 4. Two entries at a time close the gap.
            "80 ms: lagging",
            "410 ms: match 1 → 3",
            "410 ms: next 2 → 4",
            // A lag of 2 is half the threshold.
            "420 ms: match 3 → 5",
            "420 ms: next 4 → 6",
            "420 ms: line-rate",
            "430 ms: match 5 → 7",
            "430 ms: next 6 → 8",
        ]
    );
}

#[test]
fn line_rate_to_snapshotting_to_lagging_to_line_rate() {
    assert_eq!(
        changes(18, 22, 390),
        [
            "0 ms: lagging",
            "0 ms: next 0 → 2",
            "0 ms: match 0 → 1",
            "10 ms: line-rate",
            // The lag is not above the threshold, but more is applied that it does not have than one snapshot is
            // from the next.
            "200 ms: snapshotting",
            // The snapshot of index 10; then what is behind it, two entries at a time.
            "410 ms: match 1 → 10",
            "410 ms: next 2 → 11",
            "410 ms: lagging",
            "420 ms: match 10 → 12",
            "420 ms: next 11 → 13",
            // A lag of 9 is half the threshold.
            "430 ms: match 12 → 14",
            "430 ms: next 13 → 15",
            "430 ms: line-rate",
            "440 ms: match 14 → 16",
            "440 ms: next 15 → 17",
            "450 ms: match 16 → 18",
            "450 ms: next 17 → 19",
            "460 ms: match 18 → 20",
            "460 ms: next 19 → 21",
            "470 ms: match 20 → 22",
            "470 ms: next 21 → 23",
            "480 ms: match 22 → 23",
            "480 ms: next 23 → 24",
        ]
    );
}

#[test]
fn line_rate_to_lagging_to_snapshotting_and_back() {
    assert_eq!(
        changes(4, 13, 1000),
        [
            "0 ms: lagging",
            "0 ms: next 0 → 2",
            "0 ms: match 0 → 1",
            "10 ms: line-rate",
            "80 ms: lagging",
            "200 ms: snapshotting",
            "1010 ms: match 1 → 10",
            "1010 ms: next 2 → 11",
            "1010 ms: lagging",
            "1020 ms: match 10 → 12",
            "1020 ms: next 11 → 13",
            "1020 ms: line-rate",
            "1030 ms: match 12 → 14",
            "1030 ms: next 13 → 15",
        ]
    );
}
