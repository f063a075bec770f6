//! A condition means the same wherever it stands: at the stop of a scenario, in a script, and on the page, forward and
//! back.
#![cfg(not(target_family = "wasm"))]

use std::collections::BTreeMap;

use serde_json::{json, Value};

use raft_lab::lab::explore::random::{scenario, FaultPlan};
use raft_lab::lab::judge::watch::Watch;
use raft_lab::lab::scenario::{OnViolation, Stop};
use raft_lab::lab::vocab::action::Action;
use raft_lab::lab::vocab::condition::Condition;
use raft_lab::lab::vocab::event::{ClientResult, Event, LabEvent};
use raft_lab::lab::world::NodeState;
use raft_lab::lab::{Lab, Player, Scenario, World};
use raft_lab::raft::event::Role;
use raft_lab::raft::log::{Entry, Payload, SharedEntry};
use raft_lab::raft::{Membership, Rule};
use raft_lab::runtime::Micros;

fn ms(ms: u64) -> Micros {
    Micros::from_ms(ms)
}

fn condition(value: Value) -> Condition {
    Condition::from_value("", value).unwrap()
}

/// A cluster of three with a write now and then, and a crash.
fn cluster(stop: Value) -> Scenario {
    let write =
        |n: u64| json!({ "at": 600 + 150 * n, "do": "write", "key": "x", "value": n.to_string(), "client": n % 3 + 1 });
    let mut actions: Vec<Value> = (0..8).map(write).collect();
    actions.push(json!({ "at": 1700, "do": "crash", "node": 2 }));
    actions.push(json!({ "at": 1800, "do": "add_learner", "node": 4 }));
    Scenario::from_value(json!({ "format": "raft-lab/1", "preset": "classroom", "nodes": [1, 2, 3], "seed": 5,
        "actions": actions, "stop": stop }))
    .unwrap()
}

fn conditions() -> Vec<Value> {
    vec![
        json!({ "leader": true }),
        json!({ "converged": true }),
        json!({ "event": "commit", "node": 1, "count": { "min": 3 } }),
        json!({ "event": "stream-state", "to": "line-rate" }),
        json!({ "outcome": { "client": 2, "result": "ok" } }),
        json!({ "outcome": { "op": 4, "result": "ok" } }),
        json!({ "clients": { "acknowledged": 5 } }),
        json!({ "all": [{ "visited": { "node": 1, "commit": 2 } }, { "node": 1, "commit": { "min": 4 } }] }),
        json!({ "all": [{ "event": "crash" }, { "converged": true }] }),
        json!({ "node": 4, "role": "learner", "commit": { "min": 2 } }),
        json!({ "stream": [1, 4], "match": { "min": 3 } }),
    ]
}

#[test]
fn a_condition_is_met_at_the_same_event_wherever_it_stands() {
    for when in conditions() {
        let mut stopped = Lab::new(cluster(json!({ "at": 4000, "when": when }))).unwrap();
        stopped.run_to_stop(None);
        let there = (stopped.events(), stopped.now());
        assert!(there.1 < ms(4000), "{when} never holds");

        let mut lab = Lab::new(cluster(json!({ "at": 4000 }))).unwrap();
        assert!(lab.run_until(condition(when.clone()), ms(4000)).unwrap(), "{when}");
        assert_eq!((lab.events(), lab.now()), there, "{when}: by a script");

        let mut player = Player::new(Lab::new(cluster(json!({ "at": 4000 }))).unwrap(), |_| String::new());
        player.advance_to(ms(4000), u64::MAX);
        player.look_at(0);
        assert!(player.run_until(condition(when.clone()), ms(4000)).unwrap(), "{when}");
        assert_eq!((player.world().n, player.now()), there, "{when}: in the past");
    }
}

#[test]
fn what_has_happened_already_counts() {
    for (when, end) in [
        (json!({ "event": "crash", "node": 2 }), 0),
        (json!({ "visited": { "node": 2, "alive": true, "commit": 2 } }), 0),
        (json!({ "outcome": { "client": 2, "result": "ok" } }), 0),
        (json!({ "not": { "event": "crash" } }), 100),
        (json!({ "event": "crash", "count": 2 }), 100),
    ] {
        let mut lab = Lab::new(cluster(json!({ "at": 4000 }))).unwrap();
        lab.advance_to(ms(3000), u64::MAX);
        assert_eq!(lab.run_until(condition(when.clone()), ms(100)).unwrap(), end == 0, "{when}");
        assert_eq!(lab.now(), ms(3000 + end), "{when}");
    }
}

#[test]
fn a_condition_may_speak_of_a_node_that_is_to_come_and_of_no_other() {
    let mut player = Player::new(Lab::new(cluster(json!({ "at": 4000 }))).unwrap(), |_| String::new());
    assert!(player.run_until(condition(json!({ "node": 4, "alive": true })), ms(4000)).unwrap());
    assert!(player.world().nodes.contains_key(&4));
    for place in [0, u64::MAX] {
        player.look_at(place);
        let error = player.run_until(condition(json!({ "node": 5, "alive": true })), ms(1)).unwrap_err();
        assert_eq!(error.to_string(), "node: 5 is not a node of this cluster");
    }
    player.act(Action::AddLearner { node: 5, of: None }).unwrap();
    assert!(player.run_until(condition(json!({ "node": 5, "alive": true })), ms(1000)).unwrap());
}

/// What the last event of a request told.
struct Told {
    client: u32,
    result: ClientResult,
    read: Option<String>,
}

/// Whether a request fits, as a look at all of them tells.
fn fits(expected: &Value, op: u64, found: &Told) -> bool {
    let result = match found.result {
        ClientResult::Sent => "waiting".to_string(),
        result => json!(result).as_str().unwrap().to_string(),
    };
    let is = |field: &str, value: Value| expected.get(field).is_none_or(|expected| *expected == value);
    expected["result"] == json!(result)
        && is("client", json!(found.client))
        && is("op", json!(op))
        && expected.get("value").is_none_or(|value| found.read.as_ref().is_some_and(|read| json!(read) == *value))
}

#[test]
fn what_is_followed_from_event_to_event_is_what_a_look_at_everything_tells() {
    let mut outcomes = Vec::new();
    for result in ["ok", "waiting", "sent", "refused", "unknown"] {
        outcomes.extend([json!({ "result": result }), json!({ "result": result, "client": 2 })]);
        outcomes.extend([json!({ "result": result, "op": 3 }), json!({ "result": result, "value": "3" })]);
    }
    let (mut converged, mut apart, mut met) = (0, 0, 0);
    for seed in 0..12 {
        let mut scenario = scenario(seed, FaultPlan { faults: ms(6_000), ..FaultPlan::default() });
        if seed % 3 == 0 {
            // Logs that end alike and differ.
            scenario.rules_off = vec![Rule::LogMatchingCheck, Rule::TruncateOnConflict];
        }
        scenario.stop = Some(Stop { at: Some(ms(10_000)), when: None, on_violation: Some(OnViolation::Any(false)) });
        let mut lab = Lab::new(scenario).unwrap();
        lab.run_to_stop(None);
        let past = lab.past();
        let mut world = World::clone(&past.world_at(0));
        let mut watches: Vec<(Watch, &Value)> = (outcomes.iter())
            .map(|expected| (Watch::new(condition(json!({ "outcome": expected }))), expected))
            .collect();
        let mut agree = Watch::new(condition(json!({ "converged": true })));
        // Asked now and then: what it has not compared meanwhile is not forgotten.
        let mut seldom = Watch::new(condition(json!({ "converged": true })));
        let mut requests = BTreeMap::new();
        for record in past.records() {
            world.apply(record);
            if let Event::Lab(LabEvent::Client { client, op, result, read, .. }) = &record.event {
                requests.insert(*op, Told { client: *client, result: *result, read: read.clone() });
            }
            agree.observe(record, &world);
            seldom.observe(record, &world);
            if record.n % 7 == 0 {
                assert_eq!(seldom.holds(&world, record.at), world.converged(), "seed {seed}, event {}", record.n);
            }
            assert_eq!(agree.holds(&world, record.at), world.converged(), "seed {seed}, event {}", record.n);
            *(if world.converged() { &mut converged } else { &mut apart }) += 1;
            for (watch, expected) in &mut watches {
                watch.observe(record, &world);
                if record.event.name() == "client" {
                    let found = requests.iter().any(|(&op, it)| fits(expected, op, it));
                    assert_eq!(watch.holds(&world, record.at), found, "seed {seed}, event {}: {expected}", record.n);
                    met += u32::from(found);
                }
            }
        }
    }
    assert!(converged > 1000 && apart > 1000 && met > 1000, "{converged}, {apart}, {met}");
}

/// A run with ten thousand requests takes as long with a condition on them as without.
#[test]
fn conditions_on_many_requests_cost_little() {
    let never = json!({ "any": [
        { "outcome": { "result": "refused" } }, { "outcome": { "client": 11, "result": "ok" } },
        { "all": [{ "converged": true }, { "leader": false }] }, { "outcome": { "client": 11, "result": "waiting" } } ] });
    let scenario = json!({ "format": "raft-lab/1", "nodes": [1, 2, 3],
        "actions": [{ "at": 500, "do": "write_many", "count": 10_000, "clients": 10 }],
        "stop": { "at": 60_000, "when": never } });
    let mut lab = Lab::new(Scenario::from_value(scenario).unwrap()).unwrap();
    lab.run_to_stop(None);
    assert_eq!((lab.now(), lab.report().clients.acknowledged), (ms(60_000), 10_000));
}

#[test]
fn logs_that_differ_have_not_converged() {
    let entry = |index, value: &str| {
        SharedEntry::new(Entry::new(index, 1, Payload::Set { key: "x".into(), value: value.into() }))
    };
    let node = |id, log: &[&str]| {
        let log = (1..).zip(log).map(|(index, value)| entry(index, value));
        let mut node = NodeState::new(id, Membership::new([1, 2], []), log).applied_up_to(2, true);
        (node.alive, node.term) = (true, 1);
        node.role = if id == 1 { Role::Leader } else { Role::Follower };
        node
    };
    assert!(World::new([node(1, &["a", "b"]), node(2, &["a", "b"])]).converged());
    assert!(!World::new([node(1, &["a", "b"]), node(2, &["c", "b"])]).converged(), "the first entries differ");
    // What only one of them has is not compared.
    let mut compacted = node(2, &["c", "b"]);
    compacted.log.remove(0);
    compacted.first_index = 2;
    assert!(World::new([node(1, &["a", "b"]), compacted]).converged());
}
