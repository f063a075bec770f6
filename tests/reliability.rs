//! Every run ends, and says why if it ends before its time: whatever is asked of it, within bounds of time and memory.
#![cfg(not(target_family = "wasm"))]

mod files;

use std::path::Path;
use std::process::Command;

use serde_json::{json, Value};

use raft_lab::lab::play::player::Player;
use raft_lab::lab::run::drive::Progress;
use raft_lab::lab::scenario::limits::{RunLimits, EVENTS_MAX, WRITES_MAX, WRITES_TOTAL_MAX};
use raft_lab::lab::scenario::{ScheduledAction, Timing};
use raft_lab::lab::vocab::action::Action;
use raft_lab::lab::vocab::halt::Halt;
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

fn raft_lab(name: &str) -> (Option<i32>, String, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/cases").join(name);
    let output = Command::new(env!("CARGO_BIN_EXE_raft-lab")).arg("run").arg(path).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn what_is_too_much_is_refused() {
    for (name, says) in [
        ("five-million-writes.json", "actions[10]: more than 1000000 writes together with those before it"),
        ("a-heartbeat-each-microsecond.json", "config.heartbeat_interval: 0.001 ms is below 1 ms"),
    ] {
        let (status, report, complaint) = raft_lab(name);
        assert_eq!((status, report.as_str()), (Some(2), ""), "{name}");
        assert!(complaint.trim_end().ends_with(&format!("{name}: {says}")), "{complaint}");
    }
}

#[test]
fn what_a_user_adds_up_is_refused_too() {
    let mut lab = Lab::new(Scenario::classroom(1)).unwrap();
    let many = || Action::WriteMany {
        count: WRITES_MAX,
        every: None,
        clients: None,
        value_bytes: None,
        keys: None,
        retry_after: None,
    };
    (0..WRITES_TOTAL_MAX / WRITES_MAX).for_each(|_| lab.act(many()).unwrap());
    let before = (lab.trace_hash(), lab.scenario().clone());
    assert_eq!(lab.act(many()).unwrap_err().to_string(), "more than 1000000 writes together with those before it");
    assert_eq!((lab.trace_hash(), lab.scenario().clone()), before);
}

#[test]
fn a_run_without_end_halts_at_the_greatest_number_of_events() {
    let (status, report, _) = raft_lab("a-run-of-31-years.json");
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(status, Some(1));
    assert_eq!(report["halted"], "the run has 3000000 events, and may have no more");
    assert!(report["events"].as_u64().unwrap() - EVENTS_MAX < 100, "{}", report["events"]);
}

#[test]
fn a_run_whose_events_are_large_halts_by_their_bytes() {
    // A snapshot after each entry, with all that was ever written in it: a hundred of them are 20 MB.
    let write = |n: u32| {
        let (key, value) = (format!("k{n}"), "v".repeat(4000));
        json!({ "at": 1000 + 500 * n, "do": "write", "key": key, "value": value })
    };
    let scenario = of(json!({ "format": "raft-lab/1", "nodes": [1],
        "config": { "snapshot_policy": { "logs_since_last": 1 } }, "actions": (0..100).map(write).collect::<Vec<_>>() }));
    let whole = run(scenario.clone());
    assert_eq!((whole.halted(), whole.world().nodes[&1].state.len()), (None, 100));
    let limits = RunLimits { bytes: 10 << 20, ..RunLimits::default() };
    let mut lab = Lab::new(scenario).unwrap().limited_to(limits);
    lab.run_to_stop(None);
    assert_eq!(lab.halted(), Some(Halt::TooManyBytes(limits.bytes)));
    let keys = lab.world().nodes[&1].state.len();
    assert!((60..80).contains(&keys), "{keys}: the sum of the snapshots counts");
    // Whatever is asked of it now, it says that it has halted.
    let end = (lab.now(), lab.events());
    assert!(!lab.advance_to(lab.now() + ms(1), u64::MAX).reached && !lab.step(StepKind::Event));
    assert_eq!((lab.now(), lab.events()), end);
}

#[test]
fn the_writes_that_a_scenario_asks_for_do_not_count_against_the_limits_of_its_run() {
    let load = |count: u64| {
        of(json!({ "format": "raft-lab/1", "nodes": [1, 2, 3],
            "actions": [{ "at": 0, "do": "campaign", "node": 1 }, { "at": 500, "do": "write_many", "count": count, "clients": 1024 }],
            "stop": { "when": { "clients": { "acknowledged": count } }, "at": 60000 } }))
    };
    let run = |raised_by_writes: bool| {
        let limits = RunLimits { events: 10_000, bytes: 10_000 << 8, raised_by_writes };
        let mut lab = Lab::new(load(5000)).unwrap().limited_to(limits);
        lab.run_to_stop(None);
        (lab.halted(), lab.report().clients.acknowledged, lab.events() > limits.events)
    };
    assert_eq!(run(true), (None, 5000, true));
    let (halted, acknowledged, _) = run(false);
    assert!(matches!(halted, Some(Halt::TooManyBytes(_) | Halt::TooManyEvents(10_000))) && acknowledged < 5000);
    // A million of them, each with many more events than it takes, is within what a machine can do.
    let mut limits = RunLimits::default();
    limits.note_writes(WRITES_MAX);
    assert!(limits.events > 150_000_000 && Lab::new(load(WRITES_MAX)).is_ok(), "{limits:?}");
}

#[test]
fn a_run_that_a_violation_has_ended_reaches_no_time() {
    let leaders = json!({ "format": "raft-lab/1", "nodes": [1, 2, 3], "rules_off": ["one-vote-per-term"],
        "start": { "1": { "role": "leader", "log": [1, 3] }, "2": { "log": [1, 2] }, "3": { "log": [1, 2] } },
        "actions": [{ "at": 0, "do": "partition", "groups": [[1], [2, 3]] }, { "at": 0, "do": "campaign", "node": 2 }] });
    let mut lab = Lab::new(of(leaders)).unwrap();
    assert!(!lab.advance_to(ms(1000), u64::MAX).reached);
    assert!(matches!(lab.halted(), Some(Halt::Broken(..))) && lab.now() < ms(1000));
    let to = Position { event: lab.events() + 1, now: ms(1000) };
    assert_eq!(lab.run_to_moment(to, u64::MAX), Progress::Unreachable(Unreached::Halted));
}

/// What is broken where a rule is off breaks other things too: a scenario that says what it expects succeeds when that
/// holds.
#[test]
fn every_scenario_that_ships_ends_with_status_0() {
    let mut wrong = Vec::new();
    for file in files::scenarios() {
        let lab = run(Scenario::from_json(&std::fs::read_to_string(&file).unwrap()).unwrap());
        if !lab.report().held() {
            wrong.push(file.display().to_string());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
