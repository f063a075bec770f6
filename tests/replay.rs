//! A recording is a scenario: replaying a user's actions gives the same run, to the last event. And the world folded
//! from the events agrees with the state of the nodes.
#![cfg(not(target_family = "wasm"))]

use raft_lab::lab::vocab::action::Action;
use raft_lab::lab::vocab::event::{Event, LabEvent, Record};
use raft_lab::lab::vocab::links::Links;
use raft_lab::lab::vocab::probability::Probability;
use raft_lab::lab::world::World;
use raft_lab::lab::{Lab, Scenario, StepKind};
use raft_lab::raft::rpc::{AppendEntries, Message};
use raft_lab::raft::NodeId;
use raft_lab::runtime::{Micros, Rng};

/// A random action of a user.
fn any_action(rng: &mut Rng) -> Action {
    let node = rng.range(1, 6) as u32;
    let other = (node % 5) + 1;
    let some = |rng: &mut Rng, node| (rng.range(0, 2) == 0).then_some(node);
    match rng.range(0, 13) {
        0 => Action::Crash { node: node.into() },
        1 | 2 => Action::Restart { node: node.into() },
        3 => Action::Cut { links: vec![(node, other), (other, node)], name: Some(format!("cut {node}")) },
        4 => Action::Join { links: None, name: Some(format!("cut {node}")) },
        5 => Action::Partition { groups: vec![vec![node, other]] },
        6 => Action::Heal {},
        7 => Action::Campaign { node },
        8 => Action::Link {
            from: some(rng, node),
            to: some(rng, other),
            latency: some(rng, node).map(|_| (Micros(rng.range(0, 9_000)), Micros(rng.range(9_000, 30_000)))),
            loss: Some(Probability { per_million: rng.range(0, 2) as u32 * 300_000 }),
            duplicate: None,
        },
        9 => Action::AddLearner { node: 6, of: None },
        10 => Action::WriteMany {
            count: 3,
            every: None,
            clients: Some(2),
            value_bytes: None,
            keys: None,
            retry_after: None,
        },
        _ => Action::Write {
            key: "k".into(),
            value: rng.range(0, 100).to_string(),
            node: None,
            client: None,
            only_if: None,
            retry_after: None,
        },
    }
}

/// A session of a user who steps, plays and acts.
fn session(seed: u64) -> Lab {
    session_seen(seed, |_| {})
}

/// The same session, inspected after each step.
fn session_seen(seed: u64, mut see: impl FnMut(&Lab)) -> Lab {
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
        see(&lab);
        lab.act(any_action(&mut rng)).unwrap();
        see(&lab);
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
        assert_eq!(again.report().displaced, [] as [usize; 0], "seed {seed}");
    }
}

#[test]
fn what_a_user_does_beside_an_action_that_waits_is_replayed_in_its_place() {
    let authored = r#"{
        "format": "raft-lab/1", "preset": "classroom", "nodes": [1, 2, 3],
        "actions": [
            { "when": { "leader": true }, "do": "note", "text": "a leader" },
            { "when": { "event": "note", "text": "a leader" }, "do": "crash", "node": 3 },
            { "when": { "event": "note", "text": "a leader" }, "after_ms": 7, "repeat": { "every": 5, "count": 4 }, "do": "write", "key": "x", "value": "1" },
            { "at": 0, "do": "campaign", "node": 1 },
            { "at": 0, "repeat": { "every": 3, "count": 30 }, "do": "timer", "node": 2, "in": 40 },
            { "at": 40, "do": "write", "key": "y", "value": "2" }
        ]
    }"#;
    for steps in 0..160 {
        let mut lab = Lab::new(Scenario::from_json(authored).unwrap()).unwrap();
        (0..steps).for_each(|_| assert!(lab.step(StepKind::Event)));
        lab.act(Action::Note { text: "a user".into() }).unwrap();
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
        let mut lab = session_seen(seed, |lab| assert_eq!(*lab.world().links, lab.wires(), "seed {seed}: links"));
        lab.act(Action::Heal {}).unwrap();
        let (latency, loss) = (Some((Micros::from_ms(5), Micros::from_ms(15))), Some(Probability::default()));
        lab.act(Action::Link { from: None, to: None, latency, loss, duplicate: None }).unwrap();
        (1..=5).for_each(|node| lab.act(Action::Restart { node: node.into() }).unwrap());
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

/// The AppendEntries that was just sent, if any.
fn append(record: &Record) -> Option<(NodeId, NodeId, &AppendEntries)> {
    match &record.event {
        Event::Lab(LabEvent::Sent { from, to, message, copy_of: None, .. }) => match &**message {
            Message::Append(append) => Some((*from, *to, append)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether the outbound buffer, as the world knows it, is what an append carries, and what is in the leader's log.
fn is_in_outbound_buffer(world: &World, (leader, target, append): (NodeId, NodeId, &AppendEntries)) -> bool {
    let (stream, leader) = (&world.streams[&(leader, target)], &world.nodes[&leader]);
    let (waits, goes) = (stream.replication_buffer, stream.outbound_buffer);
    let is_behind = waits.count == 0 || waits.first >= stream.next_index + u64::from(goes.count);
    let same = (goes.first..).zip(&append.entries).all(|(index, entry)| leader.entry(index) == Some(entry));
    stream.term == append.term && goes.count as usize == append.entries.len() && same && is_behind
}

/// The world before its first event.
fn before(lab: &Lab) -> World {
    World::clone(&Lab::new(lab.scenario().clone()).unwrap().world())
}

#[test]
fn what_the_events_tell_of_a_streams_buffers_is_what_it_sends() {
    let mut seen = 0;
    for seed in 0..40 {
        let lab = session(seed);
        let mut world = before(&lab);
        // An append leaves, and the buffers are told of, if they have changed with it.
        let mut just_left = None;
        for record in lab.records().iter() {
            world.apply(record);
            // What the network does with it is told in between.
            if let Some(left) = just_left.take_if(|_| matches!(record.event, Event::Node(_))) {
                assert!(is_in_outbound_buffer(&world, left), "seed {seed}: {left:?}, {record:?}");
            }
            if let Some(left) = append(record) {
                seen += u32::from(!left.2.entries.is_empty());
                just_left = Some(left).filter(|left| !is_in_outbound_buffer(&world, *left));
            }
        }
    }
    assert!(seen > 500, "{seen}");
}

#[test]
fn the_world_knows_what_links_do() {
    let authored = r#"{
        "format": "raft-lab/1", "preset": "classroom", "nodes": [1, 2, 3], "network": { "latency": [4, 4] },
        "actions": [
            { "when": { "leader": true }, "do": "link", "from": 1, "loss": 0.5 },
            { "when": { "event": "link" }, "do": "link", "latency": [20, 30] },
            { "at": 600, "do": "add_learner", "node": 4 }
        ]
    }"#;
    let mut lab = Lab::new(Scenario::from_json(authored).unwrap()).unwrap();
    let links = |lab: &Lab| Links::clone(&lab.world().links);
    let latency = |lab: &Lab, link| lab.world().links.of(link).latency;
    assert_eq!(links(&lab).usual.latency, (Micros::from_ms(4), Micros::from_ms(4)), "before the first event");
    while lab.now() < Micros::from_ms(900) {
        assert!(lab.step(StepKind::Event));
        assert_eq!(links(&lab), lab.wires(), "event {}", lab.events());
    }
    let half = Probability { per_million: 500_000 };
    assert_eq!(links(&lab).others.into_keys().collect::<Vec<_>>(), [(1, 2), (1, 3)]);
    assert_eq!((links(&lab).of((1, 2)).loss, links(&lab).of((1, 4)).loss), (half, Probability::default()));
    assert!(lab.world().nodes.contains_key(&4));
    assert_eq!(latency(&lab, (2, 4)), (Micros::from_ms(20), Micros::from_ms(30)), "of a node that came later");
}
