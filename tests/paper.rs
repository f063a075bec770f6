//! The paper, group of sentences by group of sentences: *In Search of an Understandable Consensus Algorithm*
//! (extended version). Each test has the section that it is of, and shows one thing that it says.
#![cfg(not(target_family = "wasm"))]

use raft_lab::lab::{Lab, Scenario};
use serde_json::{json, Value};

/// Runs a scenario of the engine's defaults with these nodes, start, actions and expectations. Check-quorum is off: the
/// paper's leaders do not step down unless they see a higher term.
#[track_caller]
fn shows(nodes: u32, start: Value, actions: Value, until: u64, expect: Value) {
    shows_with(json!({ "check_quorum": false }), nodes, start, actions, until, expect);
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

#[test]
fn s5_1_terms_are_exchanged_whenever_servers_communicate() {
    shows(
        3,
        json!({ "1": { "term": 7, "log": [1] }, "2": { "term": 2, "log": [1] }, "3": { "term": 5, "log": [1] } }),
        json!([{ "at": 0, "do": "campaign", "node": 1 }]),
        100,
        json!([
            { "event": "term", "node": 2, "from": 2, "to": 8, "count": 1 },
            { "event": "term", "node": 3, "from": 5, "to": 8, "count": 1 },
            { "node": "all", "term": 8 }
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

#[test]
fn s5_2_the_winner_sends_heartbeats_and_prevents_new_elections() {
    shows(
        3,
        fresh(),
        json!([{ "at": 0, "do": "campaign", "node": 1 }, { "at": 1000, "do": "pause", "node": 1 }]),
        1500,
        json!([
            { "event": "sent", "from": 1, "to": 2, "kind": "heartbeat", "count": { "min": 15 } },
            { "not": { "visited": { "node": 2, "role": "candidate", "term": { "max": 1 } } } },
            { "leader": { "term": { "min": 2 } } }
        ]),
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

#[test]
fn s5_3_an_append_whose_predecessor_is_not_there_is_refused() {
    shows(
        3,
        json!({ "1": { "log": [1, 1, 1] }, "2": { "log": [1] }, "3": { "log": [1, 1, 1] } }),
        json!([{ "at": 0, "do": "campaign", "node": 1 }]),
        400,
        json!([
            { "event": "answered", "target": 2, "success": false, "counted": true, "count": 1 },
            { "event": "next", "node": 1, "target": 2, "from": 4, "to": 2, "count": 1 },
            { "event": "answered", "target": 3, "success": false, "count": 0 },
            { "node": "all", "log": [1, 1, 1, 2], "commit": 4 }
        ]),
    );
}

#[test]
fn s5_3_one_slow_follower_does_not_slow_the_others() {
    shows(
        3,
        fresh(),
        json!([
            { "at": 0, "do": "campaign", "node": 1 },
            { "at": 200, "do": "link", "to": 3, "latency": [140, 140] },
            { "at": 210, "do": "write", "key": "x", "value": "1" }
        ]),
        300,
        json!([{ "outcome": { "op": 1, "result": "ok" } }, { "node": [1, 2], "last_index": 2 }, { "node": 3, "last_index": 1 }]),
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

#[test]
fn s5_4_3_an_entry_that_is_committed_is_with_every_later_leader() {
    // Whoever may win has it: of five, three have it, and those two that have not are refused by all three.
    let has = json!({ "log": [1, 2], "term": 2 });
    let lacks = json!({ "log": [1], "term": 2 });
    shows(
        5,
        json!({ "1": has, "2": has, "3": has, "4": lacks, "5": lacks }),
        json!([
            { "at": 0, "do": "crash", "node": 1 },
            { "at": 1, "do": "timer", "node": 2, "in": 5000 },
            { "at": 1, "do": "timer", "node": 3, "in": 5000 },
            { "at": 10, "do": "campaign", "node": 4 },
            { "at": 60, "do": "campaign", "node": 5 }
        ]),
        140,
        json!([
            { "event": "vote", "granted": false, "why": "the candidate's log is behind", "count": 4 },
            { "event": "role", "to": "leader", "count": 0 }
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

#[test]
fn s5_5_a_candidate_that_crashes_leaves_the_election_to_the_others() {
    shows(
        3,
        fresh(),
        json!([{ "at": 0, "do": "campaign", "node": 1 }, { "at": 3, "do": "crash", "node": 1 }]),
        1300,
        json!([{ "leader": { "term": { "min": 2 } } }, { "node": [2, 3], "commit": 1 }]),
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

#[test]
fn s5_6_a_single_failure_costs_about_one_election_timeout() {
    shows(
        5,
        fresh(),
        json!([{ "at": 0, "do": "campaign", "node": 1 }, { "at": 1000, "do": "crash", "node": 1 }]),
        1600,
        json!([{ "leader": { "term": { "min": 2 } } }, { "node": [2, 3, 4, 5], "commit": { "min": 2 } }]),
    );
}

/// Whatever the timeouts that are drawn: five nodes that start together have a leader within two election timeouts.
#[test]
fn s5_6_randomised_timeouts_soon_give_a_cluster_that_restarts_a_leader() {
    for seed in 1..=60 {
        let at_once = |what: &str, at: u64| {
            (1..=5).map(move |node| json!({ "at": at, "do": what, "node": node })).collect::<Vec<_>>()
        };
        let actions =
            [vec![json!({ "at": 0, "do": "campaign", "node": 1 })], at_once("crash", 300), at_once("restart", 400)];
        let scenario = json!({
            "format": "raft-lab/1",
            "seed": seed,
            "nodes": [1, 2, 3, 4, 5],
            "actions": actions.concat(),
            "stop": { "at": 1000, "when": { "leader": { "term": { "min": 2 } } } },
        });
        let mut lab = Lab::new(Scenario::from_value(scenario).unwrap()).unwrap();
        lab.run_to_stop(None);
        assert!(lab.world().leader().is_some_and(|leader| leader.term > 1), "seed {seed}: nobody leads yet");
    }
}

// §6 Cluster membership changes

#[test]
fn s6_a_change_goes_through_a_joint_configuration_to_the_new_one() {
    shows(
        3,
        fresh(),
        json!([{ "at": 0, "do": "campaign", "node": 1 }, { "at": 200, "do": "members", "voters": [1, 2, 4, 5] }]),
        1500,
        json!([
            { "event": "append", "node": 1, "entry": { "index": 3, "term": 1, "members": { "voters": [[1, 2, 3], [1, 2, 4, 5]], "learners": [] } } },
            { "event": "append", "node": 1, "entry": { "index": 4, "term": 1, "members": { "voters": [[1, 2, 4, 5]], "learners": [] } } },
            // The new one is not even appended before the joint one is committed.
            { "not": { "visited": { "node": 1, "commit": { "max": 2 }, "members": { "voters": [[1, 2, 4, 5]] } } } },
            { "event": "members", "result": "done", "count": 1 },
            { "node": [1, 2, 4, 5], "members": { "voters": [[1, 2, 4, 5]], "learners": [], "index": 4 }, "commit": 4 }
        ]),
    );
}

#[test]
fn s6_a_configuration_holds_as_soon_as_it_is_in_the_log() {
    // Whether it is committed or not: the old majority alone has the joint entry, and does not commit it.
    shows(
        3,
        fresh(),
        json!([
            { "at": 0, "do": "campaign", "node": 1 },
            { "at": 200, "do": "members", "voters": [1, 4, 5] },
            {
                "when": { "node": 1, "members": { "voters": [[1, 2, 3], [1, 4, 5]] } },
                "do": "partition", "groups": [[1, 2, 3], [4, 5]]
            }
        ]),
        1500,
        json!([
            { "node": [1, 2, 3], "members": { "voters": [[1, 2, 3], [1, 4, 5]], "index": 3 }, "commit": 2 },
            { "stream": [1, 2], "match": 3 },
            { "stream": [1, 3], "match": 3 },
            { "node": [4, 5], "role": "learner" }
        ]),
    );
}

#[test]
fn s6_entries_go_to_the_servers_of_both_configurations_and_need_a_majority_of_each() {
    shows(
        3,
        fresh(),
        json!([
            { "at": 0, "do": "campaign", "node": 1 },
            { "at": 200, "do": "members", "voters": [4, 5, 6] },
            {
                "when": { "node": 1, "members": { "voters": [[1, 2, 3], [4, 5, 6]] } },
                "do": "partition", "groups": [[1, 2, 4], [3], [5, 6]]
            },
            { "at": 300, "do": "write", "key": "x", "value": "1", "node": 1 },
            { "at": 1000, "do": "partition", "groups": [[1, 2, 4, 5], [3], [6]] }
        ]),
        1900,
        json!([
            // Two of three and one of three is not enough; two and two is.
            { "visited": { "stream": [1, 2], "match": 4 } },
            { "visited": { "stream": [1, 4], "match": 4 } },
            { "visited": { "node": 1, "commit": 2, "last_index": 4 } },
            { "event": "members", "result": "done", "count": 1 },
            { "node": [4, 5], "state": { "x": "1" }, "members": { "voters": [[4, 5, 6]] } }
        ]),
    );
}

#[test]
fn s6_new_servers_catch_up_without_a_vote_first() {
    shows_with(
        json!({ "replication_lag_threshold": 4, "max_payload_entries": 2 }),
        3,
        fresh(),
        json!([
            { "at": 0, "do": "campaign", "node": 1 },
            { "at": 100, "do": "write_many", "count": 40, "clients": 40 },
            { "at": 1000, "do": "members", "voters": [1, 2, 3, 4] }
        ]),
        3000,
        json!([
            { "visited": { "node": 1, "members": { "voters": [[1, 2, 3]], "learners": [4] } } },
            { "event": "role", "node": 4, "from": "learner", "to": "follower", "why": "the configuration changed", "count": 1 },
            { "event": "vote", "node": 4, "count": 0 },
            { "event": "members", "result": "done", "count": 1 },
            { "node": 4, "role": "follower", "members": { "voters": [[1, 2, 3, 4]] } }
        ]),
    );
}

#[test]
fn s6_a_leader_that_is_left_out_steps_down_once_that_is_committed() {
    shows(
        3,
        fresh(),
        json!([{ "at": 0, "do": "campaign", "node": 1 }, { "at": 200, "do": "members", "voters": [2, 3] }]),
        1500,
        json!([
            { "visited": { "node": 1, "role": "leader", "members": { "voters": [[2, 3]] } } },
            { "event": "role", "node": 1, "from": "leader", "to": "learner", "why": "no longer a member", "count": 1 },
            { "event": "commit", "node": 1, "to": 3, "count": 1 },
            { "leader": { "term": { "min": 2 } } }
        ]),
    );
}

#[test]
fn s6_who_hears_a_leader_disregards_requests_of_removed_servers() {
    shows(
        4,
        fresh(),
        json!([
            { "at": 0, "do": "campaign", "node": 1 },
            { "at": 200, "do": "partition", "groups": [[1, 2, 3], [4]] },
            { "at": 210, "do": "members", "voters": [1, 2, 3] },
            { "at": 1500, "do": "heal" }
        ]),
        4000,
        json!([
            { "event": "vote", "candidate": 4, "granted": false, "why": "hears from a leader", "count": { "min": 9 } },
            { "node": [1, 2, 3], "term": 1 },
            { "node": 1, "role": "leader" }
        ]),
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

#[test]
fn s7_each_server_snapshots_what_it_has_committed_and_discards_the_log_before_it() {
    shows_with(
        json!({ "snapshot_policy": { "logs_since_last": 10 } }),
        3,
        fresh(),
        json!([{ "at": 0, "do": "campaign", "node": 1 }, { "at": 100, "do": "write_many", "count": 12 }]),
        2000,
        json!([
            { "event": "compaction-done", "node": 1, "count": 1 },
            { "event": "compaction-done", "node": 2, "count": 1 },
            { "event": "compaction-done", "node": 3, "count": 1 },
            { "event": "sent", "kind": "chunk", "count": 0 },
            { "node": [2, 3], "snapshot": { "index": { "min": 10 }, "term": 1 }, "last_index": 13 }
        ]),
    );
}

#[test]
fn s7_a_snapshot_includes_the_latest_configuration() {
    shows_with(
        json!({ "snapshot_policy": { "logs_since_last": 10 } }),
        3,
        fresh(),
        json!([
            { "at": 0, "do": "campaign", "node": 1 },
            { "at": 100, "do": "add_learner", "node": 4 },
            { "at": 300, "do": "crash", "node": 4 },
            { "at": 310, "do": "add_learner", "node": 5 },
            { "at": 320, "do": "write_many", "count": 40, "every": 5 },
            { "at": 1500, "do": "restart", "node": 4 }
        ]),
        3000,
        json!([
            { "event": "installed", "node": 4, "count": { "min": 1 } },
            // Not from the log: that entry is gone.
            { "event": "append", "node": 4, "entry": { "index": 3, "term": 1, "members": { "voters": [[1, 2, 3]], "learners": [4, 5] } }, "count": 0 },
            { "node": 4, "members": { "voters": [[1, 2, 3]], "learners": [4, 5], "index": 3 } }
        ]),
    );
}

#[test]
fn s7_a_snapshot_replaces_a_log_that_conflicts_with_it() {
    let long: Vec<u64> = vec![1; 30];
    let leader = json!({ "term": 3, "snapshot": { "index": 20, "term": 3, "state": { "x": "20" } } });
    shows_with(
        json!({ "snapshot_policy": { "logs_since_last": 10 } }),
        3,
        json!({ "1": leader, "2": leader, "3": { "term": 3, "log": long } }),
        json!([{ "at": 0, "do": "campaign", "node": 1 }]),
        1000,
        json!([
            { "event": "installed", "node": 3, "kept_suffix": false, "count": 1 },
            { "node": 3, "snapshot": { "index": 20, "term": 3 }, "log": [4], "state": { "x": "20" } },
            { "converged": true }
        ]),
    );
}

#[test]
fn s7_chunks_are_heartbeats_too() {
    // A snapshot that takes far longer than an election timeout, with no append on the way.
    let leader = json!({ "term": 3, "snapshot": { "index": 20, "term": 3, "state": { "key": "v".repeat(300) } } });
    shows_with(
        json!({ "snapshot_max_chunk_size": 8, "snapshot_policy": { "logs_since_last": 10 } }),
        3,
        json!({ "1": leader, "2": leader }),
        json!([
            { "at": 0, "do": "campaign", "node": 1 },
            { "when": { "event": "chunk", "node": 3, "count": 1 }, "do": "drop", "from": 1, "to": 3, "kind": "heartbeat" }
        ]),
        600,
        json!([
            { "event": "chunk", "node": 3, "count": { "min": 20 } },
            { "event": "delivered", "to": 3, "kind": "heartbeat", "count": { "max": 3 } },
            { "event": "role", "node": 3, "to": "candidate", "count": 0 }
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

#[test]
fn s8_a_client_whose_leader_crashed_finds_the_next_one() {
    shows(
        3,
        fresh(),
        json!([
            { "at": 0, "do": "campaign", "node": 1 },
            { "at": 200, "do": "crash", "node": 1 },
            { "at": 210, "do": "write", "key": "x", "value": "1" }
        ]),
        1500,
        json!([
            { "outcome": { "op": 1, "result": "ok" } },
            { "event": "client", "op": 1, "result": "waiting", "count": { "min": 1 } },
            { "node": [2, 3], "state": { "x": "1" } }
        ]),
    );
}

#[test]
fn s8_a_leader_that_cannot_know_whether_it_still_leads_answers_no_read() {
    shows(
        3,
        fresh(),
        json!([
            { "at": 0, "do": "campaign", "node": 1 },
            { "at": 200, "do": "write", "key": "x", "value": "old" },
            { "at": 400, "do": "partition", "groups": [[1], [2, 3]] },
            { "at": 410, "do": "read", "key": "x", "node": 1 },
            { "at": 1200, "do": "write", "key": "x", "value": "new", "node": 2 },
            { "at": 1200, "do": "write", "key": "x", "value": "new", "node": 3 }
        ]),
        2000,
        json!([
            { "node": 1, "role": "leader", "state": { "x": "old" } },
            { "node": [2, 3], "state": { "x": "new" } },
            { "outcome": { "op": 2, "result": "waiting" } },
            { "event": "read-confirmed", "count": 0 }
        ]),
    );
}

#[test]
fn s8_a_read_waits_until_the_leader_has_exchanged_heartbeats_with_a_majority() {
    shows(
        3,
        fresh(),
        json!([
            { "at": 0, "do": "campaign", "node": 1 },
            { "at": 200, "do": "write", "key": "x", "value": "1" },
            { "at": 400, "do": "link", "latency": [20, 20] },
            { "at": 510, "do": "read", "key": "x" }
        ]),
        700,
        json!([
            { "event": "read-confirmed", "node": 1, "read_index": 2, "at": 550, "count": 1 },
            { "event": "append", "node": 1, "count": 2 },
            { "outcome": { "op": 2, "result": "ok", "value": "1" } }
        ]),
    );
}

#[test]
fn s8_a_new_leader_does_not_answer_reads_before_its_first_entry_is_committed() {
    let log = |count: u64| (1..=count).map(|n| json!({ "term": 1, "set": ["x", n.to_string()] })).collect::<Vec<_>>();
    shows_with(
        json!({ "max_payload_entries": 1 }),
        3,
        json!({ "1": { "log": log(10) }, "2": { "log": log(1) }, "3": { "log": log(1) } }),
        json!([{ "at": 0, "do": "campaign", "node": 1 }, { "at": 40, "do": "read", "key": "x", "node": 1 }]),
        1000,
        json!([
            { "event": "read-confirmed", "node": 1, "read_index": 11, "applied": 11, "count": 1 },
            { "outcome": { "op": 1, "result": "ok", "value": "10" } }
        ]),
    );
}
