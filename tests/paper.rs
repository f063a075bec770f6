//! The paper, group of sentences by group of sentences: *In Search of an Understandable Consensus Algorithm*
//! (extended version). Each test has the section that it is of, and shows one thing that it says.
#![cfg(not(target_family = "wasm"))]

use raft_lab::lab::{Lab, Scenario};
use serde_json::{json, Value};

/// Runs a scenario of the engine's defaults with these nodes, start, actions and expectations.
#[track_caller]
fn shows(nodes: u32, start: Value, actions: Value, until: u64, expect: Value) {
    shows_with(json!({}), nodes, start, actions, until, expect);
}

#[track_caller]
fn shows_with(config: Value, nodes: u32, start: Value, actions: Value, until: u64, expect: Value) {
    let scenario = json!({
        "format": "raft-lab/1",
        "nodes": (1..=nodes).collect::<Vec<u32>>(),
        "config": config,
        "start": start,
        "actions": actions,
        "stop": { "at": until },
        "expect": expect,
    });
    let mut lab = Lab::new(Scenario::from_value(scenario).unwrap()).unwrap();
    lab.run_to_stop(None);
    let report = lab.report();
    assert_eq!(report.halted, None);
    for expectation in report.expect {
        assert!(expectation.held, "not so: {}", serde_json::to_string(&expectation.expected).unwrap());
    }
}

/// All nodes with an empty log.
fn fresh() -> Value {
    json!({})
}

// §5.1 Raft basics

#[test]
fn s5_1_each_term_has_at_most_one_leader_and_some_have_none() {
    let one = json!({ "term": 1, "log": [1] });
    shows(
        4,
        json!({ "1": one, "2": one, "3": one, "4": one }),
        json!([
            { "at": 0, "do": "link", "from": 1, "to": 2, "latency": [1, 1] },
            { "at": 0, "do": "link", "from": 4, "to": 3, "latency": [1, 1] },
            { "at": 0, "do": "campaign", "node": 1 },
            { "at": 0, "do": "campaign", "node": 4 }
        ]),
        1500,
        json!([
            { "event": "role", "to": "leader", "term": 2, "count": 0 },
            { "leader": { "term": { "min": 3 } } },
            { "converged": true }
        ]),
    );
}

#[test]
fn s5_1_a_leader_that_finds_its_term_out_of_date_becomes_a_follower() {
    shows(
        5,
        fresh(),
        json!([
            { "at": 0, "do": "campaign", "node": 1 },
            { "at": 200, "do": "partition", "groups": [[1, 2], [3, 4, 5]] },
            { "at": 600, "do": "campaign", "node": 4 },
            { "at": 900, "do": "heal" }
        ]),
        1500,
        json!([
            { "visited": { "node": 1, "role": "leader", "term": 1 } },
            { "event": "role", "node": 1, "from": "leader", "to": "follower", "why": "saw a higher term" },
            { "converged": true }
        ]),
    );
}

#[test]
fn s5_1_a_request_with_a_stale_term_is_rejected() {
    shows(
        5,
        fresh(),
        json!([
            { "at": 0, "do": "campaign", "node": 1 },
            { "at": 200, "do": "partition", "groups": [[1, 2], [3, 4, 5]] },
            { "at": 210, "do": "write", "key": "x", "value": "stale", "node": 1 },
            { "at": 900, "do": "join", "links": [[1, 3]] }
        ]),
        1500,
        json!([
            { "event": "append", "node": 3, "entry": { "index": 2, "term": 1, "set": ["x", "stale"] }, "count": 0 },
            { "node": 3, "term": { "min": 2 } }
        ]),
    );
}

// §5.2 Leader election

#[test]
fn s5_2_a_server_stays_a_follower_as_long_as_it_hears_from_a_leader() {
    shows(
        3,
        fresh(),
        json!([{ "at": 0, "do": "campaign", "node": 1 }]),
        10_000,
        json!([{ "event": "role", "to": "candidate", "count": 1 }, { "node": "all", "term": 1 }]),
    );
}

#[test]
fn s5_2_without_a_leader_an_election_begins_after_the_timeout() {
    shows(
        3,
        fresh(),
        json!([{ "at": 0, "do": "campaign", "node": 1 }, { "at": 500, "do": "crash", "node": 1 }]),
        1300,
        json!([{ "leader": { "term": { "min": 2 } } }, { "node": 1, "alive": false }]),
    );
}

#[test]
fn s5_2_a_candidate_wins_with_votes_from_a_majority_of_the_full_cluster() {
    // Two of five: the majority is of the configuration, not of who can be reached.
    shows(
        5,
        fresh(),
        json!([{ "at": 0, "do": "partition", "groups": [[1, 2], [3], [4], [5]] }]),
        5000,
        json!([{ "leader": false }, { "event": "role", "to": "candidate", "node": 1, "count": { "min": 2 } }]),
    );
}

#[test]
fn s5_2_each_server_votes_for_at_most_one_candidate_in_a_term() {
    shows(
        3,
        fresh(),
        json!([
            { "at": 0, "do": "link", "from": 1, "to": 2, "latency": [1, 1] },
            { "at": 0, "do": "campaign", "node": 1 },
            { "at": 0, "do": "campaign", "node": 3 }
        ]),
        50,
        json!([
            { "event": "vote", "node": 2, "candidate": 1, "term": 1, "granted": true },
            { "event": "vote", "node": 2, "candidate": 3, "term": 1, "granted": false, "why": "already voted for another in this term" }
        ]),
    );
}

#[test]
fn s5_2_a_candidate_that_hears_the_leader_of_its_term_returns_to_follower() {
    shows(
        5,
        fresh(),
        json!([
            { "at": 0, "do": "cut", "links": [[5, 2], [5, 3], [5, 4]] },
            { "at": 0, "do": "campaign", "node": 1 },
            { "at": 0, "do": "campaign", "node": 5 }
        ]),
        200,
        json!([
            { "leader": 1 },
            { "event": "role", "node": 5, "from": "candidate", "to": "follower", "why": "another node leads this term" }
        ]),
    );
}

#[test]
fn s5_2_split_votes_are_resolved_by_randomised_timeouts() {
    let at_once: Vec<Value> = (1..=5).map(|node| json!({ "at": 0, "do": "campaign", "node": node })).collect();
    shows(
        5,
        fresh(),
        json!(at_once),
        2000,
        json!([{ "event": "role", "to": "leader", "term": 1, "count": 0 }, { "converged": true }]),
    );
}

// §5.3 Log replication

#[test]
fn s5_3_a_command_is_appended_replicated_applied_and_answered() {
    shows(
        3,
        fresh(),
        json!([{ "at": 0, "do": "campaign", "node": 1 }, { "at": 100, "do": "write", "key": "x", "value": "3" }]),
        400,
        json!([
            { "node": "all", "state": { "x": "3" }, "commit": 2 },
            { "clients": { "acknowledged": 1 } }
        ]),
    );
}

#[test]
fn s5_3_the_leader_retries_for_ever_even_after_it_has_answered_the_client() {
    shows(
        3,
        fresh(),
        json!([
            { "at": 0, "do": "campaign", "node": 1 },
            { "at": 100, "do": "crash", "node": 3 },
            { "at": 150, "do": "write", "key": "x", "value": "3" },
            { "at": 5000, "do": "restart", "node": 3 }
        ]),
        5500,
        json!([{ "clients": { "acknowledged": 1 } }, { "node": 3, "state": { "x": "3" } }, { "converged": true }]),
    );
}

#[test]
fn s5_3_an_entry_is_committed_once_it_is_on_a_majority_and_with_it_all_before() {
    shows(
        5,
        fresh(),
        json!([
            { "at": 0, "do": "campaign", "node": 1 },
            { "at": 300, "do": "crash", "node": 3 },
            { "at": 300, "do": "crash", "node": 4 },
            { "at": 310, "do": "write", "key": "x", "value": "1" },
            { "at": 400, "do": "crash", "node": 5 },
            { "at": 410, "do": "write", "key": "x", "value": "2" }
        ]),
        1500,
        json!([{ "node": 1, "role": "leader", "commit": 2, "last_index": 3 }, { "node": 2, "last_index": 3 }]),
    );
}

#[test]
fn s5_3_followers_learn_what_is_committed_with_the_next_append_or_heartbeat() {
    shows(
        3,
        fresh(),
        json!([
            { "at": 0, "do": "campaign", "node": 1 },
            { "at": 310, "do": "write", "key": "x", "value": "1" }
        ]),
        600,
        json!([
            { "visited": { "node": 1, "commit": 2 } },
            { "visited": { "node": 2, "commit": 1, "last_index": 2 } },
            { "node": "all", "commit": 2 }
        ]),
    );
}

#[test]
fn s5_3_the_leader_finds_the_latest_entry_on_which_the_logs_agree_and_replaces_the_rest() {
    shows(
        3,
        json!({
            "1": { "log": [1, 1, 1, 4, 4, 5, 5, 6, 6, 6], "term": 7 },
            "2": { "log": [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3] },
            "3": { "log": [1, 1, 1, 4] }
        }),
        json!([{ "at": 0, "do": "campaign", "node": 1 }]),
        600,
        json!([
            { "event": "truncate", "node": 2, "first": 4, "last": 11 },
            { "event": "truncate", "node": 1, "count": 0 },
            { "node": "all", "log": [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 8] }
        ]),
    );
}

// §5.4 Safety

#[test]
fn s5_4_1_the_vote_is_refused_to_a_candidate_whose_log_is_behind() {
    shows(
        3,
        json!({ "1": { "log": [2, 2, 2, 3, 4] }, "2": { "log": [2, 2, 2, 3, 3, 3] }, "3": { "log": [2, 2, 2, 3] } }),
        json!([{ "at": 0, "do": "campaign", "node": 2 }, { "at": 0, "do": "timer", "node": 1, "in": 5000 }]),
        100,
        json!([
            { "event": "vote", "node": 1, "candidate": 2, "granted": false, "why": "the candidate's log is behind" },
            { "event": "vote", "node": 3, "candidate": 2, "granted": true },
            { "leader": 2 }
        ]),
    );
}

#[test]
fn s5_4_2_an_entry_of_an_earlier_term_is_not_committed_by_counting_replicas() {
    // Figure 8: (c) with the entry of term 2 on three of five, then (e).
    shows_with(
        json!({ "max_payload_entries": 1 }),
        5,
        json!({
            "1": { "term": 3, "log": [1, 2] }, "2": { "term": 3, "log": [1, 2] }, "3": { "term": 3, "log": [1] },
            "4": { "term": 3, "log": [1] }, "5": { "term": 3, "log": [1, 3] }
        }),
        json!([{ "at": 0, "do": "crash", "node": 5 }, { "at": 0, "do": "campaign", "node": 1 }]),
        800,
        json!([
            { "not": { "visited": { "node": 1, "commit": 2 } } },
            { "node": 1, "commit": 3, "log": [1, 2, 4] }
        ]),
    );
}

// §5.5 Follower and candidate crashes

#[test]
fn s5_5_rpcs_to_a_crashed_server_are_retried_and_a_repeated_one_does_no_harm() {
    shows(
        3,
        fresh(),
        json!([
            { "at": 0, "do": "campaign", "node": 1 },
            { "at": 200, "do": "link", "from": 3, "to": 1, "loss": 1 },
            { "at": 210, "do": "write", "key": "x", "value": "1" },
            { "at": 800, "do": "link", "from": 3, "to": 1, "loss": 0 }
        ]),
        1500,
        json!([
            { "event": "delivered", "from": 1, "to": 3, "kind": "append", "count": { "min": 3 } },
            { "event": "append", "node": 3, "count": 2 },
            { "converged": true }
        ]),
    );
}

// §5.6 Timing and availability

#[test]
fn s5_6_with_a_broadcast_time_above_the_election_timeout_there_is_no_steady_leader() {
    let slow = json!([{ "at": 0, "do": "link", "latency": [400, 400] }]);
    shows(
        3,
        fresh(),
        slow,
        10_000,
        json!([{ "event": "role", "to": "candidate", "count": { "min": 10 } }, { "node": "any", "commit": 0 }]),
    );
}

// §7 Log compaction

#[test]
fn s7_a_follower_that_needs_discarded_entries_is_sent_a_snapshot() {
    shows_with(
        json!({ "snapshot_policy": { "logs_since_last": 10 }, "snapshot_max_chunk_size": 8 }),
        3,
        fresh(),
        json!([
            { "at": 0, "do": "campaign", "node": 1 },
            { "at": 100, "do": "crash", "node": 3 },
            { "at": 150, "do": "write_many", "count": 40, "every": 5 },
            { "at": 1500, "do": "restart", "node": 3 }
        ]),
        3000,
        json!([
            { "event": "chunk", "node": 3, "count": { "min": 2 } },
            { "event": "installed", "node": 3, "count": { "min": 1 } },
            { "converged": true }
        ]),
    );
}

// §8 Client interaction

#[test]
fn s8_a_new_leader_commits_an_entry_of_its_own_at_the_start_of_its_term() {
    let log = json!({ "log": [1, 1] });
    shows(
        3,
        json!({ "1": log, "2": log, "3": log }),
        json!([{ "at": 0, "do": "campaign", "node": 1 }]),
        400,
        json!([{ "event": "append", "node": 1, "entry": { "index": 3, "term": 2, "blank": true } }, { "node": "all", "commit": 3 }]),
    );
}

#[test]
fn s8_a_request_to_a_server_that_does_not_lead_is_rejected() {
    shows(
        3,
        fresh(),
        json!([{ "at": 0, "do": "campaign", "node": 1 }, { "at": 200, "do": "write", "key": "x", "value": "1", "node": 2 }]),
        400,
        json!([{ "clients": { "refused": 1, "acknowledged": 0 } }, { "node": "all", "last_index": 1 }]),
    );
}
