//! Every run ends, and says why if it ends before its time: whatever is asked of it, within bounds of time and memory.
#![cfg(not(target_family = "wasm"))]

use std::path::Path;

use serde_json::{json, Value};

use raft_lab::lab::play::player::Player;
use raft_lab::lab::scenario::{ScheduledAction, Timing};
use raft_lab::lab::vocab::action::Action;
use raft_lab::lab::vocab::moment::{Position, Unreached};
use raft_lab::lab::{Lab, Scenario, StepKind};
use raft_lab::runtime::Micros;

fn ms(ms: u64) -> Micros {
    Micros::from_ms(ms)
}

/// A file of `tests/files/cases`.
fn case(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/cases").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn scenario(name: &str) -> Scenario {
    Scenario::from_json(&case(name)).unwrap()
}

fn of(value: Value) -> Scenario {
    Scenario::from_value(value).unwrap()
}

fn run(scenario: Scenario) -> Lab {
    let mut lab = Lab::new(scenario).unwrap();
    lab.run_to_stop(None);
    lab
}

/// The place of a recorded action: time, event, polls.
fn place(action: &ScheduledAction) -> (Micros, u64, u32) {
    let Timing::After { at, event, polls } = action.timing else { panic!("not recorded: {action:?}") };
    (at, event, polls)
}

#[test]
fn an_action_whose_event_never_comes_is_done_at_its_time() {
    let lab = run(scenario("an-event-that-never-comes.json"));
    assert_eq!((lab.now(), lab.halted()), (ms(100), None));
    assert_eq!(lab.report().displaced, [0]);
    // It is a recording of this run now.
    let again = run(Scenario::from_json(&lab.scenario().to_json()).unwrap());
    assert_eq!((again.trace_hash(), again.report().displaced), (lab.trace_hash(), vec![]));
}

#[test]
fn a_recording_runs_with_any_seed() {
    let recording = scenario("a-recording.json");
    let mut displaced = 0;
    for seed in 0..20 {
        let mut other = recording.clone();
        other.seed = seed;
        let lab = run(other);
        assert_eq!((lab.now(), lab.halted()), (ms(2000), None), "seed {seed}");
        displaced += usize::from(!lab.report().displaced.is_empty());
        let (write, crash) = (&lab.scenario().actions[2], &lab.scenario().actions[3]);
        assert_eq!((place(write).0, place(crash).0), (Micros(1_000_784), Micros(1_200_784)), "seed {seed}");
        let again = run(lab.scenario().clone());
        assert_eq!((again.trace_hash(), again.report().displaced), (lab.trace_hash(), vec![]), "seed {seed}");
    }
    assert!(displaced > 5, "{displaced}");
}

#[test]
fn what_is_done_twice_at_one_moment_is_replayed_between_the_same_polls() {
    // Nothing can be compacted, so none of these makes an event: only the number of polls tells their places apart.
    let compact = |lab: &mut Lab, nodes: &[u32]| {
        nodes.iter().for_each(|&node| lab.act(Action::Snapshot { node, index: None }).unwrap());
        lab.advance_to(lab.now(), u64::MAX);
    };
    let mut lab = Lab::new(Scenario::classroom(3)).unwrap();
    lab.advance_to(ms(50), u64::MAX);
    compact(&mut lab, &[1, 2]);
    compact(&mut lab, &[3]);
    lab.act(Action::Campaign { node: 3 }).unwrap();
    let polls: Vec<u32> = lab.scenario().actions.iter().map(|action| place(action).2).collect();
    assert_eq!(polls, [0, 0, 2, 1]);
    lab.advance_to(ms(400), u64::MAX);
    let mut again = Lab::new(lab.scenario().clone()).unwrap();
    again.advance_to(ms(400), u64::MAX);
    assert_eq!((again.trace_hash(), again.report().displaced), (lab.trace_hash(), vec![]));
}

/// A saved run, taken up again as the page does, in so few steps. With the player: why it did not come to its end.
fn resume(name: &str) -> (Player, Option<Unreached>) {
    let saved: Value = serde_json::from_str(&case(name)).unwrap();
    let number = |field: &str| saved[field].as_u64().unwrap();
    let to = Position { event: number("events"), now: ms(number("now")) };
    let mut player = Player::resume(of(saved["scenario"].clone()), to, None, |_| String::new()).unwrap();
    let mut steps = 0;
    while player.replay_progress().is_some() {
        player.go_on(1000);
        steps += 1;
        assert!(steps < 100, "{name} does not end");
    }
    let unreached = player.take_unreached();
    assert_eq!(player.take_unreached(), None, "it is told once");
    (player, unreached)
}

#[test]
fn a_saved_run_that_cannot_be_reached_is_followed_as_far_as_it_goes() {
    for name in ["saved-with-too-many-events.json", "saved-where-nothing-happens.json"] {
        let (player, unreached) = resume(name);
        assert_eq!(player.now(), ms(1000), "{name}");
        let Some(Unreached::FewerEvents { wanted, found }) = unreached else { panic!("{name}: {unreached:?}") };
        assert!(found < wanted && found == player.lab().events(), "{name}: {found} of {wanted}");
    }
    let (mut player, unreached) = resume("saved-with-an-action-that-never-comes.json");
    assert_eq!((player.now(), unreached), (ms(1000), None));
    assert_eq!(player.lab().report().displaced, [0]);
    // And it goes on from there, back and forward.
    assert!(player.run_for(ms(500)) && player.undo().unwrap());
    assert_eq!((player.now(), player.take_unreached()), (ms(500), None));
}

#[test]
fn where_nothing_happens_every_wait_ends() {
    let dead =
        || of(json!({ "format": "raft-lab/1", "nodes": [1], "actions": [{ "at": 0, "do": "crash", "node": 1 }] }));
    let mut lab = Lab::new(dead()).unwrap();
    assert!(lab.advance_to(ms(1_000_000_000), u64::MAX).reached);
    assert!(!lab.step(StepKind::Event) && !lab.step(StepKind::Transition));
    assert_eq!(lab.halted(), None);
}

#[test]
fn many_writes_at_one_moment_are_no_livelock() {
    let lab = run(scenario("many-writes-at-one-moment.json"));
    let report = lab.report();
    assert_eq!((report.halted, report.clients.acknowledged, lab.now()), (None, 2000, ms(3000)));
    // In a hundred times as many nothing stands still either.
    let many = json!({ "format": "raft-lab/1", "nodes": [1, 2, 3], "network": { "latency": [0, 0] },
        "actions": [{ "at": 1000, "do": "write_many", "count": 20000, "every": 0 }], "stop": { "at": 3000 } });
    let report = run(of(many)).report();
    assert_eq!((report.halted, report.clients.acknowledged), (None, 20000));
}
