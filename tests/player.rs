//! The player: stepping back and forward, branches, undo and redo.
#![cfg(not(target_family = "wasm"))]

use raft_lab::lab::play::branches::BranchId;
use raft_lab::lab::play::player::Arrival;
use raft_lab::lab::vocab::action::Action;
use raft_lab::lab::vocab::condition::{Condition, Violated};
use raft_lab::lab::vocab::moment::Position;
use raft_lab::lab::{Lab, Player, Scenario, StepKind, World};
use raft_lab::runtime::{Micros, TraceHash};
use raft_lab::view::until::Until;

fn ms(ms: u64) -> Micros {
    Micros::from_ms(ms)
}

fn write(value: &str) -> Action {
    Action::Write { key: "x".into(), value: value.into(), node: None, client: None, only_if: None, retry_after: None }
}

fn name(number: u32) -> String {
    format!("run {number}")
}

/// A player of three nodes, after this many milliseconds.
fn player(time: u64) -> Player {
    let mut player = Player::new(Lab::new(Scenario::classroom(3)).unwrap(), name);
    assert!(player.advance_to(ms(time), u64::MAX));
    player
}

fn hash(player: &Player) -> TraceHash {
    player.lab().trace_hash()
}

fn names(player: &Player) -> Vec<String> {
    player.branches().all().map(|(_, branch)| branch.name.clone()).collect()
}

/// The world at this time of a fresh run of the player's scenario.
fn world_at(player: &Player, time: Micros) -> World {
    let mut lab = Lab::new(player.lab().scenario().clone()).unwrap();
    lab.advance_to(time, u64::MAX);
    World::clone(&lab.world())
}

#[test]
fn every_step_leads_back_and_forward_again() {
    for kind in [StepKind::Event, StepKind::Message, StepKind::Transition] {
        let mut player = player(800);
        player.act(write("1")).unwrap();
        player.advance_to(ms(900), u64::MAX);
        let (events, end, hash_then) = (player.lab().events(), player.world(), hash(&player));
        let steps: Vec<u64> = {
            let lab = player.lab();
            let records = lab.records();
            records.iter().filter(|record| kind.is_made_by(&record.event)).map(|record| record.n).collect()
        };
        assert!(steps.len() > 5, "{kind:?}");
        let mut back = Vec::new();
        while player.back(kind) {
            let event = player.looks_back_at().unwrap();
            assert_eq!(*player.world(), *player.lab().past().world_at(event));
            assert_eq!(player.now(), player.world().at);
            back.push(event);
        }
        let mut expected: Vec<u64> = steps.iter().copied().filter(|&n| n < events).collect();
        expected.insert(0, 0);
        expected.reverse();
        assert_eq!(back, expected, "{kind:?}");

        for &step in &steps {
            assert!(player.step(kind));
            assert_eq!(player.world().n, step, "{kind:?}");
        }
        player.to_present();
        assert_eq!((player.looks_back_at(), player.world(), hash(&player)), (None, end, hash_then));
        // And on into the future, where no transition comes by itself.
        assert_eq!(player.step(kind), kind != StepKind::Transition);
        assert!(player.lab().events() > events);
    }
}

#[test]
fn the_past_plays_as_it_did_and_ends_in_the_present() {
    let mut player = player(1000);
    let present = (player.world(), player.now());
    player.look_at(0);
    assert_eq!((player.now(), player.world().n), (Micros::ZERO, 0));
    let mut reached = true;
    for time in (0..1000).step_by(7) {
        // Seldom more than five events at once, so that a frame can be too short.
        reached = player.advance_to(ms(time), 5);
        while !reached {
            assert!(player.now() <= ms(time));
            reached = player.advance_to(ms(time), 5);
        }
        assert_eq!((player.now(), &*player.world()), (ms(time), &world_at(&player, ms(time))), "at {time} ms");
    }
    assert!(reached && player.looks_back_at().is_some());
    player.advance_to(ms(1003), u64::MAX);
    assert_eq!((player.looks_back_at(), player.world(), player.now()), (None, present.0, present.1));
    player.look_at(0);
    assert!(player.run_for(ms(40)) && player.looks_back_at().is_some());
    assert!(player.run_for(ms(1060)) && player.looks_back_at().is_none());
    assert_eq!(player.now(), ms(1100));
}

#[test]
fn a_new_run_is_of_the_same_cluster_and_keeps_the_one_before() {
    let mut scenario = Scenario::classroom(4);
    scenario.seed = 7;
    let mut player = Player::new(Lab::new(scenario.clone()).unwrap(), name);
    player.advance_to(ms(700), u64::MAX);
    player.act(write("1")).unwrap();
    player.advance_to(ms(900), u64::MAX);
    let (before, end) = (hash(&player), player.lab().events());
    let generation = player.generation();

    player.look_at(3);
    player.restart(8).unwrap();
    assert_eq!((player.now(), player.looks_back_at()), (Micros::ZERO, None));
    scenario.seed = 8;
    assert_eq!(*player.lab().scenario(), scenario, "what was done is not done again");
    assert!(player.generation() > generation);
    assert!(!player.undo().unwrap() && !player.redo().unwrap());
    player.advance_to(ms(900), u64::MAX);
    assert_ne!(hash(&player), before);

    assert_eq!(names(&player), ["run 1", "run 2"]);
    assert!(player.switch(BranchId(1)).unwrap());
    assert_eq!((hash(&player), player.lab().events()), (before, end));
}

#[test]
fn acting_in_the_past_makes_a_branch_and_keeps_what_came() {
    let mut player = player(800);
    player.act(write("1")).unwrap();
    player.advance_to(ms(1000), u64::MAX);
    player.act(Action::Crash { node: 1.into() }).unwrap();
    player.advance_to(ms(1500), u64::MAX);
    let (first, end) = (hash(&player), player.now());

    player.look_at(0);
    player.advance_to(ms(950), u64::MAX);
    let (seen, then) = (player.world(), player.now());
    assert_eq!(player.act(Action::Pause { node: 2.into() }).unwrap(), Arrival::default());
    assert_eq!((player.looks_back_at(), player.now()), (None, then), "that moment is the present now");
    assert!(player.world().nodes[&2].paused && !seen.nodes[&2].paused);
    assert_eq!(player.lab().scenario().actions.len(), 2, "the crash was later");
    assert_eq!(names(&player), ["run 1", "run 2"]);
    assert_eq!(player.branches().all().nth(1).unwrap().1.from, Some((BranchId(1), seen.n)));
    player.advance_to(ms(1200), u64::MAX);
    let second = hash(&player);

    assert!(player.switch(BranchId(1)).unwrap());
    assert_eq!((hash(&player), player.now()), (first, end));
    assert!(player.switch(BranchId(2)).unwrap());
    assert_eq!((hash(&player), player.now()), (second, ms(1200)));
    assert!(!player.switch(BranchId(2)).unwrap() && !player.switch(BranchId(7)).unwrap());
    assert_eq!(player.branches().place(), (2, 2));
    player.forget_others();
    assert_eq!(names(&player), ["run 2"]);
}

#[test]
fn what_cannot_be_done_in_the_past_makes_no_branch() {
    let mut player = player(800);
    let before = hash(&player);
    player.back(StepKind::Transition);
    let looked_at = player.looks_back_at();
    let why = player.act(Action::Crash { node: 7.into() }).unwrap_err();
    assert_eq!(why.to_string(), "node: 7 is not a node of this cluster");
    assert_eq!((names(&player).len(), player.looks_back_at(), hash(&player)), (1, looked_at, before));
}

/// Undoes, and asserts that `can_undo` agrees.
fn undo(player: &mut Player) -> bool {
    let can = player.can_undo();
    let done = player.undo().unwrap();
    assert_eq!(can, done);
    done
}

/// Redoes, and asserts that `can_redo` agrees.
fn redo(player: &mut Player) -> bool {
    let can = player.can_redo();
    let done = player.redo().unwrap();
    assert_eq!(can, done);
    done
}

#[test]
fn what_was_done_is_undone_and_redone() {
    let mut player = player(800);
    assert!(!undo(&mut player) && !redo(&mut player), "nothing was done");
    let calm = (player.world(), player.now());
    player.act(Action::Crash { node: 1.into() }).unwrap();
    player.advance_to(ms(900), u64::MAX);
    let crashed = (hash(&player), player.now());
    player.act(Action::Crash { node: 2.into() }).unwrap();
    player.advance_to(ms(1000), u64::MAX);
    let both = (hash(&player), player.now());

    assert!(undo(&mut player));
    assert_eq!((hash(&player), player.now()), crashed);
    assert!(undo(&mut player));
    assert_eq!((player.world(), player.now()), calm);
    assert!(!undo(&mut player));
    assert!(redo(&mut player));
    assert_eq!((hash(&player), player.now()), crashed);
    assert!(redo(&mut player));
    assert_eq!((hash(&player), player.now()), both);
    assert!(!redo(&mut player));
    assert_eq!(names(&player), ["run 1"], "what only led there is gone");

    // Another action clears the redo history; the undone branch is still there.
    assert!(undo(&mut player) && undo(&mut player));
    player.act(Action::Pause { node: 3.into() }).unwrap();
    assert!(!redo(&mut player));
    assert_eq!(names(&player), ["run 1", "run 3"]);
    assert!(undo(&mut player));
    assert_eq!((player.world(), player.now()), calm);
    assert!(player.switch(BranchId(1)).unwrap());
    assert_eq!((hash(&player), player.now()), both);
}

#[test]
fn a_run_that_stands_in_the_middle_of_a_moment_is_left_and_found_there() {
    let mut player = player(0);
    while player.world().leader().is_none() {
        assert!(player.step(StepKind::Event));
    }
    // A new leader has much to do at this very moment, and has not done it yet.
    let before = (hash(&player), player.world(), player.now());
    player.act(Action::Crash { node: 1.into() }).unwrap();
    assert!(player.undo().unwrap());
    assert_eq!((hash(&player), player.world(), player.now()), before);
    player.back(StepKind::Transition);
    player.act(Action::Crash { node: 2.into() }).unwrap();
    let present = player.branches().present();
    let other = player.branches().all().map(|(id, _)| id).find(|&id| id != present).unwrap();
    assert!(player.switch(other).unwrap());
    let crashed = hash(&player);
    assert!(player.switch(present).unwrap() && player.switch(other).unwrap());
    assert_eq!(hash(&player), crashed);
}

#[test]
fn timers_that_were_set_at_once_are_undone_at_once() {
    let mut player = player(30);
    let before = player.world();
    for node in 1..=3 {
        player.act(Action::set_timer(node, ms(5))).unwrap();
    }
    assert!(player.undo().unwrap());
    assert_eq!(player.world(), before);
    assert!(player.lab().scenario().actions.is_empty());
    // Other things are undone one by one, even of one moment.
    player.act(Action::Crash { node: 1.into() }).unwrap();
    player.act(Action::Crash { node: 2.into() }).unwrap();
    assert!(player.undo().unwrap());
    assert!(player.world().nodes[&2].alive && !player.world().nodes[&1].alive);
}

#[test]
fn running_until_something_happens_begins_where_one_looks() {
    let mut player = player(1500);
    let (leader, term) = player.world().leader().map(|leader| (leader.id, leader.term)).unwrap();
    player.act(Action::Crash { node: leader.into() }).unwrap();
    player.advance_to(ms(3000), u64::MAX);
    player.look_at(1);
    let until = |player: &mut Player, until: Until| {
        let (condition, limit) = until.condition(&player.world());
        player.run_until_next(condition.unwrap(), limit).unwrap()
    };
    assert!(until(&mut player, Until::Leader));
    assert_eq!((player.world().leader().unwrap().id, player.world().leader().unwrap().term), (leader, term));
    assert!(player.looks_back_at().is_some());
    assert!(until(&mut player, Until::Leader));
    assert_ne!(player.world().leader().unwrap().id, leader);
    assert!(player.looks_back_at().is_some());
    // What does not happen in the past may happen in the future.
    let present = player.lab().now();
    assert!(!until(&mut player, Until::Leader), "nobody disturbs the second leader");
    assert!(player.looks_back_at().is_none() && player.now() > present);
    // And what does not happen soon enough leaves one where the time is over.
    player.look_at(1);
    let broken = Condition::Violated(Violated::Any(true));
    assert!(!player.run_until(broken, ms(100)).unwrap());
    assert_eq!(player.now(), ms(100));
}

#[test]
fn a_long_way_is_gone_in_pieces_and_what_was_asked_meanwhile_is_done_at_its_end() {
    let mut player = player(20_000);
    let events = player.lab().events();
    assert!(events > 4000, "{events}");
    player.back(StepKind::Event);
    player.act(Action::Crash { node: 1.into() }).unwrap();
    assert!(player.replay_progress().unwrap() < 1.0);
    assert_eq!(player.looks_back_at(), Some(events - 1), "what was seen is seen until then");
    player.act(Action::Crash { node: 2.into() }).unwrap();
    player.act(Action::Crash { node: 9.into() }).unwrap();
    assert!(!player.undo().unwrap() && !player.redo().unwrap(), "one thing at a time");
    let mut slices = 0;
    let arrival = loop {
        slices += 1;
        if let Some(arrival) = player.go_on(1000) {
            break arrival;
        }
    };
    assert!(slices > 1);
    assert_eq!(arrival.refused.len(), 1);
    assert!(player.replay_progress().is_none() && player.looks_back_at().is_none());
    assert!(!player.world().nodes[&1].alive && !player.world().nodes[&2].alive);
}

#[test]
fn a_run_that_was_kept_is_taken_up_where_it_was() {
    let mut player = player(900);
    player.act(write("1")).unwrap();
    player.advance_to(ms(1003), u64::MAX);
    let to = Position { event: player.lab().events(), now: player.now() };
    let scenario = player.lab().scenario().clone();
    for looked_at in [None, Some(40)] {
        let again = Player::resume(scenario.clone(), to, looked_at, name).unwrap();
        assert!(again.replay_progress().is_none(), "it is near");
        assert_eq!((hash(&again), again.lab().now()), (hash(&player), ms(1003)));
        assert_eq!(again.looks_back_at(), looked_at);
    }
}
