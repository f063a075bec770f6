//! Past worlds folded from events agree with those of a replay.
#![cfg(not(target_family = "wasm"))]

use raft_lab::lab::explore::random::{scenario, FaultPlan};
use raft_lab::lab::play::branches::{BranchId, Branches};
use raft_lab::lab::play::rerun::Replay;
use raft_lab::lab::run::past::{EventLog, KEYFRAMES_MAX, SPACING};
use raft_lab::lab::vocab::action::Action;
use raft_lab::lab::vocab::moment::Position;
use raft_lab::lab::{Lab, Scenario, StepKind, World};
use raft_lab::runtime::Micros;

/// A run of at least this many events.
fn long_run(events: u64) -> Lab {
    let weather = FaultPlan { faults: ms(120_000), ..FaultPlan::default() };
    let mut lab = Lab::new(scenario(4, weather)).unwrap();
    while lab.events() < events {
        assert!(!lab.run_on(None, 1000), "the run ends after {} events", lab.events());
    }
    lab
}

fn arrive(mut rerun: Replay, slice: u64) -> Lab {
    while !rerun.advance(slice) {}
    rerun.into_lab()
}

/// The world after each event, folded from the start, without kept worlds.
fn worlds(past: &EventLog) -> Vec<World> {
    let mut world = World::clone(&past.world_at(0));
    let mut worlds = vec![world.clone()];
    for record in past.records() {
        world.apply(record);
        worlds.push(world.clone());
    }
    worlds
}

#[test]
fn the_world_behind_each_event_is_that_of_running_again() {
    let lab = long_run(10_000);
    let mut again = Lab::new(lab.scenario().clone()).unwrap();
    while again.events() < lab.events() {
        again.step(StepKind::Event);
        // Where it can stop, it is the world that it has; in between, it is what its own events make of it.
        assert_eq!(*lab.past().world_at(again.events()), *again.world(), "behind event {}", again.events());
    }
    let expected = worlds(&again.past());
    for event in 0..=lab.events() {
        assert_eq!(*lab.past().world_at(event), expected[usize::try_from(event).unwrap()], "behind event {event}");
    }
}

#[test]
fn a_rerun_arrives_where_it_was_in_slices_of_any_size() {
    let lab = long_run(4000);
    for (event, slice) in [(0, 10), (1, 10), (1234, 7), (2000, u64::MAX), (3999, 500)] {
        let now = lab.past().world_at(event).at;
        let rerun = Replay::new(lab.scenario().clone(), Position { event, now }).unwrap();
        let there = arrive(rerun, slice);
        assert!(there.events() >= event && there.now() == now, "{event}: {} at {}", there.events(), there.now());
        assert_eq!(*there.world(), *lab.past().world_at(there.events()));
        assert!(there.past().parts_from(&lab.past()).is_none_or(|event| event == there.events() + 1));
    }
}

#[test]
fn only_so_many_worlds_are_kept_and_all_can_be_had() {
    let lab = long_run(20_000);
    let mut past = EventLog::new(lab.past().world_at(0));
    // The same events again and again: what is kept depends on their number alone.
    let rounds = SPACING * KEYFRAMES_MAX as u64 * 2 / lab.events();
    assert!(rounds > 10);
    assert_eq!(past.kept(), 0);
    let mut n = 0;
    for _ in 0..rounds {
        for record in lab.past().records() {
            n += 1;
            let record =
                raft_lab::lab::vocab::event::Record { n, ..raft_lab::lab::vocab::event::Record::clone(record) };
            past.push(record, &lab.world(), n);
            assert!(past.kept() <= KEYFRAMES_MAX);
        }
    }
    // Evenly: any event is as far from a kept world as any other.
    assert_eq!(past.kept() as u64, past.events() / past.spacing());
    assert!(past.kept() >= KEYFRAMES_MAX / 2, "{}", past.kept());
    assert_eq!(past.spacing(), SPACING * 2);
}

fn ms(ms: u64) -> Micros {
    Micros::from_ms(ms)
}

fn write(value: &str) -> Action {
    Action::Write { key: "x".into(), value: value.into(), node: None, client: None, only_if: None, retry_after: None }
}

#[test]
fn a_branch_goes_another_way_and_the_first_can_be_taken_up_again() {
    let mut lab = Lab::new(Scenario::classroom(3)).unwrap();
    lab.advance_to(ms(1000), u64::MAX);
    lab.act(write("1")).unwrap();
    lab.advance_to(ms(2000), u64::MAX);
    let before = lab.events();
    lab.act(write("2")).unwrap();
    lab.advance_to(ms(3000), u64::MAX);
    let (end, first) = (lab.events(), lab.world());
    let mut branches = Branches::new("as it was", &lab);

    let rerun = Replay::up_to(&lab, Position { event: before, now: ms(2000) }).unwrap();
    let mut other = arrive(rerun, 100);
    branches.branch_off(&lab, before, &other, "without the second write");
    assert_eq!((branches.present(), other.events()), (BranchId(2), before));
    assert_eq!(other.scenario().actions.len(), 1, "what was done later is not done here");
    other.act(Action::Crash { node: 1.into() }).unwrap();
    other.advance_to(ms(3000), u64::MAX);
    let state = |lab: &Lab, node| lab.world().nodes[&node].state.get("x").cloned();
    assert_eq!((state(&lab, 2).as_deref(), state(&other, 2).as_deref()), (Some("2"), Some("1")));

    let difference = branches.compare(&other, BranchId(1), BranchId(2)).unwrap();
    assert_eq!(difference.event, before + 1);
    assert_eq!(difference.a.unwrap().event.name(), "client");
    assert_eq!(difference.b.unwrap().event.name(), "crash");
    assert_eq!(difference.before.n, before);

    let rerun = branches.way_to(BranchId(1)).unwrap().unwrap();
    let back = arrive(rerun, 1000);
    branches.switch(&other, BranchId(1));
    assert_eq!((back.events(), back.now(), back.world()), (end, ms(3000), first));
    branches.rename(BranchId(2), "a crash instead");
    let names: Vec<(&str, Option<u64>)> =
        branches.all().map(|(_, branch)| (branch.name.as_str(), branch.from.map(|(_, event)| event))).collect();
    assert_eq!(names, [("as it was", None), ("a crash instead", Some(before))]);

    branches.remove(BranchId(1));
    assert_eq!(branches.all().count(), 2, "the one that runs stays");
    branches.remove(BranchId(2));
    assert!(branches.way_to(BranchId(2)).unwrap().is_none());
}
