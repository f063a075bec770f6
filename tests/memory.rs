//! A lab that keeps few events in memory is, to whoever looks, the lab that keeps all.
#![cfg(not(target_family = "wasm"))]

use std::rc::Rc;

use raft_lab::lab::explore::random::{scenario, FaultPlan};
use raft_lab::lab::scenario::{OnViolation, Stop};
use raft_lab::lab::vocab::action::Action;
use raft_lab::lab::vocab::condition::Condition;
use raft_lab::lab::{Lab, Player, Record, Scenario, StepKind};
use raft_lab::runtime::Micros;
use raft_lab::view::feed::{Filter, PlayerFeeds};
use raft_lab::view::until::Until;
use serde_json::json;

/// About 1000 events.
const FEW: u64 = 256_000;

const EVENTS: u64 = 20_000;

/// The most events of one turn in these runs, and of a quarter of what is kept, together, surely.
const SOME: u64 = 1_500;

fn ms(ms: u64) -> Micros {
    Micros::from_ms(ms)
}

fn write(value: &str) -> Action {
    Action::Write { key: "x".into(), value: value.into(), node: None, client: None, retry_after: None, only_if: None }
}

fn long() -> Scenario {
    let mut scenario = scenario(4, FaultPlan { faults: ms(300_000), ..FaultPlan::default() });
    scenario.stop = Some(Stop { at: Some(ms(400_000)), when: None, on_violation: Some(OnViolation::Any(false)) });
    scenario
}

/// A run of at least this many events, with something done in the middle of it.
fn run(keeps: u64) -> Lab {
    let mut lab = Lab::new(long()).unwrap().keeping(keeps);
    for end in [EVENTS / 4, EVENTS] {
        while lab.events() < end {
            assert!(!lab.run_on(None, 100), "the run ends after {} events", lab.events());
        }
        lab.act(write("done")).unwrap();
    }
    lab
}

fn name(number: u32) -> String {
    format!("run {number}")
}

/// Two players of the same run: one keeps all events, one few.
fn players() -> [Player; 2] {
    let players = [u64::MAX, FEW].map(|keeps| Player::new(run(keeps), name));
    let dropped = players.each_ref().map(|player| player.lab().past().dropped());
    assert!(dropped[0] == 0 && dropped[1] > EVENTS - SOME, "{dropped:?}");
    players
}

/// Does the same with both, waits until they are there, and checks that both show the same.
#[track_caller]
fn both<T: PartialEq + std::fmt::Debug>(players: &mut [Player; 2], act: impl Fn(&mut Player) -> T) -> T {
    let [one, other] = players.each_mut().map(|player| {
        let result = act(player);
        while player.replay_progress().is_some() {
            player.go_on(500);
        }
        (result, player.now(), player.looks_back_at(), player.world())
    });
    assert_eq!((one.1, one.2), (other.1, other.2));
    assert_eq!(one, other);
    let bounded = |player: &Player| player.with_past(|past| past.bytes()) <= player.lab().keeps().saturating_add(FEW);
    assert!(players.iter().all(bounded));
    one.0
}

#[test]
fn the_past_is_what_it_was() {
    let mut players = players();
    for event in [10, 15_000, 19_990, 0, 9, 5_000, 300, 20_000, 1, 19_999, 7_777] {
        both(&mut players, |player| player.look_at(event));
        assert_eq!(players[1].looks_back_at(), Some(event));
        for kind in [StepKind::Event, StepKind::Message, StepKind::Transition] {
            assert!(both(&mut players, |player| player.step(kind)));
            assert_eq!(both(&mut players, |player| player.back(kind)), event + 1 > 0);
            both(&mut players, |player| player.back(kind));
            both(&mut players, |player| player.step(kind));
        }
        both(&mut players, |player| player.advance_to(player.now() + ms(1), 3));
        both(&mut players, |player| player.run_for(ms(100)));
        both(&mut players, |player| player.advance_to(player.now() + ms(40_000), 2_500));
    }
    both(&mut players, Player::to_present);
    for _ in 0..3 {
        both(&mut players, |player| player.step(StepKind::Transition));
    }
}

#[test]
fn the_whole_run_can_be_seen_again_from_the_start() {
    let mut players = players();
    both(&mut players, |player| player.look_at(0));
    let mut frames = 0;
    while players[0].looks_back_at().is_some() {
        both(&mut players, |player| player.advance_to(player.now() + ms(200), 1_000));
        frames += 1;
    }
    assert!(frames > 100, "{frames}");
    // And back again, step by step.
    for _ in 0..40 {
        both(&mut players, |player| player.back(StepKind::Transition));
    }
}

#[test]
fn what_is_asked_of_the_whole_run_is_answered_from_all_of_it() {
    let [all, few] = [u64::MAX, FEW].map(run);
    assert_eq!(all.report().to_json(), few.report().to_json());
    let read = |lab: &Lab, from: u64, to: u64| {
        let mut records: Vec<Rc<Record>> = Vec::new();
        let added = lab.for_each_record(from, to, |record| {
            records.push(record.clone());
            Ok(())
        });
        added.map(|()| records)
    };
    for (from, to) in [(0, u64::MAX), (0, 10), (4_990, 5_010), (19_000, 19_001), (19_999, 20_001), (30_000, 30_001)] {
        let expected = all.past().between(from, to).to_vec();
        assert_eq!(read(&few, from, to).unwrap(), expected, "{from} to {to}");
        assert_eq!(read(&all, from, to).unwrap(), expected, "{from} to {to}");
    }
    assert!(few.records().len() < SOME as usize && few.past().bytes() <= FEW + 256 * SOME);
}

#[test]
fn a_condition_counts_what_left_memory() {
    let so_far = run(u64::MAX).records().iter().filter(|record| record.event.name() == "commit").count();
    let conditions = [
        json!({ "event": "commit", "count": { "min": so_far + 3 } }),
        json!({ "visited": [{ "node": 1, "role": "leader" }, { "node": 2, "role": "follower" }] }),
        json!({ "before": [{ "leader": true }, { "event": "commit", "count": { "min": so_far + 5 } }] }),
        json!({ "outcome": { "result": "ok" } }),
    ];
    for condition in conditions.map(|value| Condition::from_value("", value).unwrap()) {
        let mut players = players();
        for event in [30_000, 100, 12_000, 19_900] {
            both(&mut players, |player| player.look_at(event));
            both(&mut players, |player| player.run_until(condition.clone(), ms(20_000))).unwrap();
        }
    }
    let mut players = players();
    for until in Until::ALL {
        for event in [50, 15_000] {
            both(&mut players, |player| player.look_at(event));
            both(&mut players, |player| match until.condition(&player.world()) {
                (Some(condition), limit) => player.run_until_next(condition, limit),
                (None, time) => Ok(player.run_for(time)),
            })
            .unwrap();
        }
    }
}

#[test]
fn branches_and_undo_are_the_same() {
    let mut players = players();
    both(&mut players, |player| player.look_at(12_345));
    both(&mut players, |player| player.act(write("another")).map(drop)).unwrap();
    both(&mut players, |player| player.run_for(ms(20_000)));
    both(&mut players, |player| player.back(StepKind::Transition));
    both(&mut players, |player| player.look_at(12));
    assert!(both(&mut players, Player::undo).unwrap());
    assert!(both(&mut players, Player::redo).unwrap());
    let first = players[0].branches().all().next().unwrap().0;
    assert!(both(&mut players, |player| player.switch(first)).unwrap());
    assert!(both(&mut players, Player::undo).unwrap());
    assert!(both(&mut players, Player::undo).unwrap());
    both(&mut players, |player| player.look_at(2));
    let hashes = players.each_ref().map(|player| player.lab().trace_hash());
    assert_eq!(hashes[0], hashes[1]);
}

#[test]
fn a_way_to_the_past_can_be_given_up() {
    let mut player = players().into_iter().next_back().unwrap();
    let present = player.world();
    player.look_at(15_000);
    assert!(player.replay_progress().is_some_and(|done| done < 1.0));
    assert_eq!(player.world(), present, "until then, what was shown is shown");
    assert!(player.back(StepKind::Event), "it is on its way");
    assert!(player.replay_progress().is_some());
    player.to_present();
    assert_eq!((player.replay_progress(), player.world()), (None, present));
    // The present goes on without a position that was in memory: that is found again.
    let event = player.lab().events() - 10;
    player.look_at(event);
    let world = player.world();
    let lab = player.shared_lab();
    lab.borrow_mut().run_on(None, 5_000);
    assert!(!lab.borrow().past().reaches(event));
    assert!(player.step(StepKind::Event));
    assert_eq!(player.world().n, world.n + 1);
}

/// Whoever looks at every frame sees the lines that a run had, on the way forward and back.
#[test]
fn the_feed_is_the_same() {
    // In proportion to the whole run as on the page, where feeds are kept so often that one is always in memory.
    let mut players = [u64::MAX, 8 * FEW].map(|keeps| Player::new(Lab::new(long()).unwrap().keeping(keeps), name));
    let mut feeds = [PlayerFeeds::default(), PlayerFeeds::default()];
    let look = |feeds: &mut [PlayerFeeds; 2], players: &[Player; 2]| {
        let lines = [0, 1].map(|i| {
            let lines = feeds[i].of(&players[i]).last(Filter::Everything, 500);
            lines.into_iter().map(|line| (*line).clone()).collect::<Vec<_>>()
        });
        assert!(lines[0] == lines[1], "after event {}", players[0].world().n);
    };
    while players[0].lab().events() < EVENTS {
        both(&mut players, |player| player.advance_to(player.now() + ms(100_000), 300));
        look(&mut feeds, &players);
    }
    both(&mut players, |player| player.act(write("done")).map(drop)).unwrap();
    let begins = players[1].lab().past().dropped();
    for event in [19_700, 9_000, 12_345, 3_000, begins + 5, 50, begins - 5, 19_000, 4_097] {
        both(&mut players, |player| player.look_at(event));
        look(&mut feeds, &players);
        both(&mut players, |player| player.advance_to(player.now() + ms(100_000), 300));
        look(&mut feeds, &players);
    }
    // Acting there runs again: the feed of what is coming is followed on the way.
    both(&mut players, |player| player.look_at(19_000));
    let acted = players.each_mut().map(|player| player.act(write("again")).unwrap());
    assert!(acted.iter().all(|arrival| arrival.refused.is_empty()));
    while players[0].replay_progress().is_some() {
        feeds[0].of(&players[0]);
        feeds[1].of(&players[1]);
        players.iter_mut().for_each(|player| drop(player.go_on(200)));
    }
    look(&mut feeds, &players);
    assert!(players[0].looks_back_at().is_none());
}

#[test]
fn a_lab_without_its_past_has_the_same_report_and_can_still_be_asked() {
    let [kept, forgetful] = [false, true].map(|forgets| {
        let mut lab = Lab::new(Scenario::classroom(3)).unwrap();
        if forgets {
            lab = lab.forgetful();
        }
        lab.advance_to(ms(3_000), u64::MAX);
        lab
    });
    assert_eq!(json!(forgetful.report()), json!(kept.report()));
    assert!(kept.events() > 100 && forgetful.events() == kept.events());
    assert!(forgetful.records().is_empty() && !forgetful.past().reaches(forgetful.events()));
    // It runs again for what it does not know any more.
    let elected = Condition::from_value("", json!({ "event": "role", "to": "leader" })).unwrap();
    let holds = |lab: &Lab| lab.watch_at(elected.clone(), &lab.world()).unwrap().holds(&lab.world(), lab.now());
    assert_eq!((holds(&kept), holds(&forgetful)), (true, true));
}
