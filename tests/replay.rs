//! A recording is a scenario: what a user did, run again, is the same run to the last event. And what the
//! events tell is what the nodes have.
#![cfg(not(target_family = "wasm"))]

use raft_lab::lab::{Do, Lab, Scenario, StepKind};
use raft_lab::runtime::{Micros, Rng};

/// Something that a user might do.
fn any_action(rng: &mut Rng) -> Do {
    let node = rng.range(1, 6) as u32;
    let other = (node % 5) + 1;
    match rng.range(0, 10) {
        0 => Do::Crash { node },
        1 | 2 => Do::Restart { node },
        3 => Do::Cut { links: vec![(node, other), (other, node)], name: Some(format!("cut {node}")) },
        4 => Do::Join { links: None, name: Some(format!("cut {node}")) },
        5 => Do::Partition { groups: vec![vec![node, other]] },
        6 => Do::Heal {},
        7 => Do::Campaign { node },
        8 => Do::WriteMany { count: 3, every: None, clients: Some(2), value_bytes: None },
        _ => Do::Write { key: "k".into(), value: rng.range(0, 100).to_string(), node: None, client: None },
    }
}

/// A session of a user who steps, plays and interferes.
fn session(seed: u64) -> Lab {
    let mut rng = Rng::new(seed, "user", 0);
    let mut scenario = Scenario::classroom(5);
    scenario.seed = seed;
    let mut lab = Lab::new(scenario).unwrap();
    for _ in 0..60 {
        match rng.range(0, 6) {
            0 => drop(lab.step(StepKind::Event)),
            1 => drop(lab.step(StepKind::Message)),
            2 => drop(lab.step(StepKind::Transition)),
            3 | 4 => drop(lab.advance_to(lab.now() + Micros(rng.range(0, 90_000)), 500)),
            _ => {}
        }
        lab.act(any_action(&mut rng)).unwrap();
    }
    lab
}

#[test]
fn running_a_recording_again_gives_the_same_run() {
    for seed in 0..40 {
        let lab = session(seed);
        let recording = Scenario::from_json(&lab.scenario().to_json()).unwrap();
        assert_eq!(recording.actions.len(), 60);
        let mut again = Lab::new(recording).unwrap();
        again.advance_to(lab.now(), u64::MAX);
        let (first, second) = (lab.records(), again.records());
        // The session may have ended between two things of one moment; running again goes to the end of it.
        let differ = first.iter().zip(second.iter()).find(|(a, b)| a != b);
        assert_eq!(differ, None, "seed {seed}");
        assert!(second.len() >= first.len(), "seed {seed}");
    }
}

#[test]
fn what_a_user_does_beside_an_action_that_waits_is_replayed_in_its_place() {
    let authored = r#"{
        "format": "raft-lab/1", "preset": "classroom", "nodes": [1, 2, 3],
        "actions": [
            { "when": { "leader": true }, "do": "note", "text": "a leader" },
            { "when": { "event": "note", "text": "a leader" }, "do": "crash", "node": 3 },
            { "at": 0, "do": "campaign", "node": 1 }
        ]
    }"#;
    for steps in 0..80 {
        let mut lab = Lab::new(Scenario::from_json(authored).unwrap()).unwrap();
        (0..steps).for_each(|_| assert!(lab.step(StepKind::Event)));
        lab.act(Do::Note { text: "a user".into() }).unwrap();
        let end = lab.now() + Micros::from_ms(400);
        lab.advance_to(end, u64::MAX);
        let mut again = Lab::new(Scenario::from_json(&lab.scenario().to_json()).unwrap()).unwrap();
        again.advance_to(end, u64::MAX);
        assert_eq!(lab.trace_hash(), again.trace_hash(), "after {steps} steps");
    }
}

#[test]
fn what_the_events_tell_is_what_the_nodes_have() {
    for seed in 0..40 {
        let mut lab = session(seed);
        lab.act(Do::Heal {}).unwrap();
        (1..=5).for_each(|node| lab.act(Do::Restart { node }).unwrap());
        lab.advance_to(lab.now() + Micros::from_ms(4000), u64::MAX);
        let world = lab.world();
        assert!(world.converged(), "seed {seed}: not converged after 4 s of calm");
        for (id, node) in &world.nodes {
            let disk = lab.disk(*id).unwrap();
            let kept = disk.durable();
            assert!(node.log.iter().eq(kept.log.iter()), "seed {seed}: log of node {id}");
            assert_eq!((node.first_index, &node.snapshot), (kept.prev.0 + 1, &kept.snapshot), "seed {seed}: node {id}");
            assert!(node.state.iter().eq(disk.machine().iter()), "seed {seed}: state of node {id}");
            let kept = kept.hard_state;
            assert_eq!((node.term, node.voted_for), (kept.term, kept.voted_for), "seed {seed}: node {id}");
        }
        assert!(world.messages.len() < 50, "seed {seed}: {} messages in flight", world.messages.len());
    }
}
