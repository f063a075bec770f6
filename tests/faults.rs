//! Actions on messages and nodes, and their effects. More of them are in `tests/scenarios/faults`.
#![cfg(not(target_family = "wasm"))]

mod files;

use std::collections::BTreeSet;

use serde_json::{json, Value};

use raft_lab::lab::vocab::action::Action;
use raft_lab::lab::vocab::selector::Selector;
use raft_lab::lab::{Lab, Scenario};
use raft_lab::runtime::Micros;

fn ms(ms: u64) -> Micros {
    Micros::from_ms(ms)
}

/// Whether a scenario is valid, and its expectations hold.
fn held(scenario: Value) -> bool {
    let Ok(scenario) = Scenario::from_value(scenario) else { return false };
    let mut lab = Lab::new(scenario).unwrap();
    lab.run_to_stop(None);
    lab.report().held()
}

/// Every action of the format, as an error message lists them.
fn action_names() -> BTreeSet<String> {
    let scenario = json!({ "format": "raft-lab/1", "nodes": [1], "actions": [{ "at": 0, "do": "?" }] });
    let refusal = Scenario::from_value(scenario).unwrap_err().to_string();
    let (_, names) = refusal.split_once("expected one of ").unwrap();
    names.split(", ").map(|name| name.trim_matches('`').to_string()).collect()
}

#[test]
fn each_action_is_needed_by_a_scenario() {
    let read = |path| serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let scenarios: Vec<Value> = files::scenarios().into_iter().map(read).collect();
    let needs = |scenario: &Value, name: &String| {
        let mut without = scenario.clone();
        let Some(actions) = without["actions"].as_array_mut() else { return false };
        let all = actions.len();
        actions.retain(|action| action["do"] != *name);
        actions.len() < all && !held(without)
    };
    let names = action_names();
    assert!(names.len() > 20, "{names:?}");
    let idle: Vec<&String> = names.iter().filter(|name| !scenarios.iter().any(|it| needs(it, name))).collect();
    assert!(idle.is_empty(), "no scenario needs {idle:?}");
}

/// Three nodes with a leader, whose next heartbeat is at 50 ms; every message takes 10 ms.
fn three_nodes() -> Lab {
    let start = json!({ "log": [1], "commit": 1 });
    let scenario = json!({
        "format": "raft-lab/1", "preset": "classroom", "nodes": [1, 2, 3], "network": { "latency": [10, 10] },
        "config": { "election_timeout_min": 5000, "election_timeout_max": 6000 },
        "start": { "1": { "log": [1], "commit": 1, "role": "leader", "match": { "2": 1, "3": 1 } }, "2": start, "3": start },
    });
    let mut lab = Lab::new(Scenario::from_value(scenario).unwrap()).unwrap();
    lab.advance_to(ms(40), u64::MAX);
    lab
}

fn to_node_2(lab: &Lab) -> Selector {
    let world = lab.world();
    Selector::one(world.messages.values().find(|message| message.to == 2).unwrap().id)
}

#[test]
fn a_held_message_stands_still_in_the_world_too() {
    let mut lab = three_nodes();
    lab.advance_to(ms(54), u64::MAX);
    let one = to_node_2(&lab);
    let seen = |lab: &Lab| {
        let world = lab.world();
        world.messages.get(&one.id.unwrap()).map(|it| (it.held, it.passed_at(lab.now()), it.arrives))
    };
    assert_eq!(seen(&lab), Some((false, 400_000, ms(60))));
    lab.act(Action::Hold(one.clone())).unwrap();
    lab.advance_to(ms(200), u64::MAX);
    assert_eq!(seen(&lab), Some((true, 400_000, ms(60))));
    lab.act(Action::Release(one.clone())).unwrap();
    lab.advance_to(ms(203), u64::MAX);
    assert_eq!(seen(&lab), Some((false, 700_000, ms(206))));
    lab.advance_to(ms(206), u64::MAX);
    assert_eq!(seen(&lab), None);
}

#[test]
fn a_delayed_message_goes_on_from_where_it_is() {
    let mut lab = three_nodes();
    lab.advance_to(ms(55), u64::MAX);
    let one = to_node_2(&lab);
    let by = json!({ "do": "delay", "id": one.id, "by": 15 });
    lab.act(raft_lab::lab::scenario::action_from_value("", by).unwrap()).unwrap();
    lab.advance_to(ms(65), u64::MAX);
    let world = lab.world();
    let message = world.messages.get(&one.id.unwrap()).unwrap();
    assert_eq!((message.passed_at(ms(55)), message.passed_at(ms(65)), message.arrives), (500_000, 750_000, ms(75)));
    // A message that is held and delayed has the delay before it when it is released.
    lab.act(Action::Hold(one.clone())).unwrap();
    let by = json!({ "do": "delay", "id": one.id, "by": 10 });
    lab.act(raft_lab::lab::scenario::action_from_value("", by).unwrap()).unwrap();
    lab.act(Action::Release(one.clone())).unwrap();
    assert_eq!(lab.world().messages.get(&one.id.unwrap()).unwrap().arrives, ms(85));
}

#[test]
fn copies_are_messages_of_their_own() {
    let mut lab = three_nodes();
    lab.advance_to(ms(54), u64::MAX);
    let one = to_node_2(&lab);
    lab.act(Action::Duplicate(one.clone())).unwrap();
    let world = lab.world();
    let copy = world.messages.values().find(|message| message.copy_of == one.id).unwrap();
    assert_eq!((copy.from, copy.to, copy.sent, copy.arrives), (1, 2, ms(54), ms(64)));
    assert_ne!(Some(copy.id), one.id);
    // Losing the one leaves the other.
    lab.act(Action::Drop(one)).unwrap();
    assert!(lab.world().messages.contains_key(&copy.id));
    lab.advance_to(ms(80), u64::MAX);
    let answered = lab.records().iter().filter(|record| record.event.name() == "answered").count();
    assert_eq!(answered, 4, "both followers at the start, and both at the tick");
}

#[test]
fn a_trap_shows_until_it_is_gone() {
    let mut lab = three_nodes();
    let drop_two = Selector { from: Some(1), to: Some(2), count: Some(2), ..Selector::default() };
    lab.act(Action::Drop(drop_two)).unwrap();
    lab.act(Action::Hold(Selector { from: Some(3), ..Selector::default() })).unwrap();
    lab.act(Action::Hold(Selector { count: Some(0), ..Selector::default() })).unwrap();
    assert_eq!(lab.world().traps.len(), 2, "one for no message is none");
    lab.advance_to(ms(140), u64::MAX);
    assert_eq!(lab.world().traps.keys().copied().collect::<Vec<_>>(), [2], "it has caught two");
    // A release of other messages leaves it; one that covers it does not.
    lab.act(Action::Release(Selector { from: Some(3), to: Some(2), ..Selector::default() })).unwrap();
    assert_eq!(lab.world().traps.len(), 1);
    lab.act(Action::Release(Selector { from: Some(3), ..Selector::default() })).unwrap();
    assert_eq!(lab.world().traps.len(), 0);
    assert!(lab.world().messages.values().all(|message| !message.held));
}

#[test]
fn a_node_that_is_paused_and_crashes_has_what_its_disk_finished() {
    let mut lab = three_nodes();
    lab.act(Action::Disk {
        node: 2.into(),
        write_delay: Some((ms(30), ms(30))),
        fail: None,
        hang: None,
        apply_delay: None,
    })
    .unwrap();
    lab.act(Action::Write {
        key: "x".into(),
        value: "1".into(),
        node: Some(1),
        client: None,
        only_if: None,
        retry_after: None,
    })
    .unwrap();
    lab.advance_to(ms(55), u64::MAX);
    lab.act(Action::Pause { node: 2.into() }).unwrap();
    lab.advance_to(ms(300), u64::MAX);
    assert_eq!(lab.disk(2).unwrap().durable().log.len(), 1, "its process has not noticed");
    lab.act(Action::Crash { node: 2.into() }).unwrap();
    assert_eq!(lab.disk(2).unwrap().durable().log.len(), 2, "but its disk went on");
    assert_eq!(lab.world().nodes[&2].last_index(), 2);
    lab.act(Action::Restart { node: 2.into() }).unwrap();
    lab.advance_to(ms(1000), u64::MAX);
    assert!(lab.world().converged() && !lab.world().nodes[&2].paused);
}

#[test]
fn a_change_that_makes_a_later_one_impossible_is_refused() {
    let scenario = json!({
        "format": "raft-lab/1", "nodes": [1], "preset": "classroom",
        "actions": [{ "at": 500, "do": "config", "heartbeat_interval": 140 }],
    });
    let mut lab = Lab::new(Scenario::from_value(scenario).unwrap()).unwrap();
    let change = json!({ "do": "config", "election_timeout_min": 120 });
    let change = raft_lab::lab::scenario::action_from_value("", change).unwrap();
    let refusal = lab.act(change).unwrap_err().to_string();
    assert_eq!(
        refusal,
        "actions[0].election_timeout_min: election_timeout_min is 120 ms, but must be greater than heartbeat_interval (140 ms)"
    );
}
