//! Random scenarios.
//!
//! A seed determines a scenario: a cluster, a load, and faults at random times. The result is an ordinary scenario,
//! so it can be run again, shrunk and kept. It ends with a quiet phase: all faults are healed, and the cluster must
//! converge within a limited time.

use std::collections::BTreeSet;

use crate::lab::scenario::limits::NODES_MAX;
use crate::lab::scenario::{Scenario, ScheduledAction, Stop, Timing};
use crate::lab::vocab::action::Action;
use crate::lab::vocab::condition::{ClientsCondition, Condition, EventMatcher, Number};
use crate::lab::vocab::id::Link;
use crate::lab::vocab::probability::Probability;
use crate::lab::vocab::selector::{Delay, Selector};
use crate::lab::vocab::settings::{ConfigPatch, SnapshotPolicy};
use crate::raft::rpc::MessageKind;
use crate::raft::NodeId;
use crate::runtime::{Micros, Rng};

/// The parameters of random runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultPlan {
    /// The number of nodes; 0 draws it at random (3 to 5, sometimes 1 to 7).
    pub nodes: NodeId,
    /// The duration of the phase with faults.
    pub faults: Micros,
    /// The longest duration of the quiet phase that follows; the run ends earlier if the cluster has converged.
    pub quiet: Micros,
    /// The mean time between two faults.
    pub fault_every: Micros,
}

impl Default for FaultPlan {
    fn default() -> FaultPlan {
        FaultPlan {
            nodes: 0,
            faults: Micros::from_ms(25_000),
            quiet: Micros::from_ms(60_000),
            fault_every: Micros::from_ms(400),
        }
    }
}

/// The random scenario of a seed.
pub fn scenario(seed: u64, plan: FaultPlan) -> Scenario {
    let mut rng = Rng::new(seed, "weather", 0);
    let nodes = match plan.nodes {
        0 if rng.chance(200_000) => rng.range(1, 8) as NodeId,
        0 => rng.range(3, 6) as NodeId,
        nodes => nodes,
    };
    let mut scenario = Scenario::classroom(nodes);
    scenario.seed = seed;
    scenario.title = format!("Random run {seed}");
    settings(&mut rng, &mut scenario);
    options(&mut Rng::new(seed, "options", 0), &mut scenario);
    come_over(&mut rng, &mut scenario, plan);
    scenario
}

/// Adds the load and faults of a seed to a scenario. Its own actions are kept; its expectations are dropped.
pub fn over(base: &Scenario, seed: u64, plan: FaultPlan) -> Scenario {
    let mut scenario = base.clone();
    scenario.seed = seed;
    scenario.title = format!("{}, random run {seed}", base.title);
    // Recorded actions happen at their time only: the event that preceded them may be another one here.
    for action in &mut scenario.actions {
        if let Timing::After { at, .. } = action.timing {
            action.timing = Timing::At(at);
        }
    }
    come_over(&mut Rng::new(seed, "weather", 0), &mut scenario, plan);
    scenario
}

/// Adds load, faults and changes, then heals all faults and expects convergence.
fn come_over(rng: &mut Rng, scenario: &mut Scenario, plan: FaultPlan) {
    let mut nodes = scenario.first_nodes();
    let mut actions = std::mem::take(&mut scenario.actions);
    actions.push(load(rng, plan.faults));
    let mut at = Micros::ZERO;
    loop {
        at += Micros(rng.range(0, 2 * plan.fault_every.0));
        if at >= plan.faults {
            break;
        }
        let what = match rng.chance(150_000) {
            true => change(rng, &nodes),
            false => fault(rng, &nodes),
        };
        nodes.extend(what.newcomers());
        actions.push(ScheduledAction::at(at, what));
    }
    actions.extend(reads(rng, &scenario.first_nodes(), plan.faults));
    let last = actions.iter().filter_map(|action| action.timing.at()).max().unwrap_or_default();
    let quiet = plan.faults.max(last);
    actions.extend(heal_all(&nodes).into_iter().map(|what| ScheduledAction::at(quiet, what)));
    actions.sort_by_key(|action| action.timing.at());
    scenario.actions = actions;
    // The run ends as soon as the cluster has converged, at the latest at the end of the quiet phase.
    let answered = ClientsCondition { unanswered: Some(Number::Exact(0)), ..ClientsCondition::default() };
    let well = vec![calm_has_come(), Condition::Converged(true), Condition::Clients(answered)];
    scenario.stop =
        Some(Stop { at: Some(quiet + plan.quiet), when: Some(Condition::All(well.clone())), on_violation: None });
    scenario.expect = well;
}

const CALM: &str = "calm";

fn calm_has_come() -> Condition {
    let note = [("event".to_string(), "note".into()), ("text".to_string(), CALM.into())];
    Condition::Event(EventMatcher { fields: note.into_iter().collect(), count: None })
}

/// Draws settings. Small values make every transition frequent.
fn settings(rng: &mut Rng, scenario: &mut Scenario) {
    let ms = Micros::from_ms;
    let config = &mut scenario.config;
    config.max_payload_entries = Some(rng.range(1, 6) as u32);
    config.replication_lag_threshold = Some(rng.range(0, 12));
    config.snapshot_policy = Some(SnapshotPolicy { logs_since_last: rng.range(4, 60) });
    config.snapshot_max_chunk_size = Some(rng.range(4, 64));
    let low = rng.range(0, 12);
    let latency = (ms(low), ms(low + rng.range(0, 40)));
    scenario.network.latency = Some(latency);
    scenario.network.duplicate = Some(Probability { per_million: [0, 0, 50_000][rng.range(0, 3) as usize] });
    scenario.network.loss = Some(Probability { per_million: [0, 0, 20_000, 150_000][rng.range(0, 4) as usize] });
    let slow_disk = rng.chance(400_000);
    scenario.storage.write_delay = slow_disk.then(|| (Micros::ZERO, ms(rng.range(1, 15))));
}

/// Draws which optional features of Raft are on, and whether that changes during the run.
fn options(rng: &mut Rng, scenario: &mut Scenario) {
    let mut draw = || ConfigPatch {
        pre_vote: rng.chance(250_000).then_some(true),
        check_quorum: rng.chance(250_000).then_some(true),
        conflict_hint: rng.chance(100_000).then_some(false),
        ..ConfigPatch::default()
    };
    let ConfigPatch { pre_vote, check_quorum, conflict_hint, .. } = draw();
    let config = &mut scenario.config;
    (config.pre_vote, config.check_quorum, config.conflict_hint) = (pre_vote, check_quorum, conflict_hint);
    let change = draw();
    if !change.is_empty() {
        scenario.actions.push(ScheduledAction::at(Micros::from_ms(rng.range(1000, 20_000)), Action::Config(change)));
    }
}

fn load(rng: &mut Rng, faults: Micros) -> ScheduledAction {
    let every = Micros::from_ms(rng.range(15, 120));
    let what = match rng.chance(500_000) {
        true => Action::WriteMany {
            count: faults.0 / every.0,
            every: Some(every),
            clients: None,
            value_bytes: None,
            retry_after: None,
        },
        false => {
            let clients = rng.range(1, 5) as u32;
            Action::WriteMany {
                count: 400,
                every: None,
                clients: Some(clients),
                value_bytes: Some(rng.range(1, 20) as u32),
                retry_after: rng.chance(500_000).then(|| Micros::from_ms(rng.range(1, 400))),
            }
        }
    };
    ScheduledAction::at(Micros::ZERO, what)
}

/// Reads of the keys that the load writes.
fn reads(rng: &mut Rng, nodes: &BTreeSet<NodeId>, faults: Micros) -> Vec<ScheduledAction> {
    let mut reads = Vec::new();
    let mut at = Micros::ZERO;
    loop {
        at += Micros::from_ms(rng.range(0, 400));
        if at >= faults {
            return reads;
        }
        let key = ["x", "y", "z", "w", "k"][rng.range(0, 5) as usize].to_string();
        let client = Some(rng.range(1, 12) as u32);
        // A read sent to a given node may reach one that was deposed and does not know it yet.
        let node = rng.chance(400_000).then(|| any(rng, nodes));
        reads.push(ScheduledAction::at(at, Action::Read { key, node, client }));
    }
}

fn any(rng: &mut Rng, nodes: &BTreeSet<NodeId>) -> NodeId {
    let place = rng.range(0, nodes.len() as u64) as usize;
    nodes.iter().nth(place).copied().unwrap_or(1)
}

/// A random membership change or leadership transfer.
fn change(rng: &mut Rng, nodes: &BTreeSet<NodeId>) -> Action {
    let anyone = any(rng, nodes);
    let highest = nodes.last().copied().unwrap_or(1);
    let new = if nodes.len() < NODES_MAX { highest + 1 } else { highest };
    match rng.range(0, 8) {
        0 | 1 => Action::Transfer { to: anyone, of: None },
        2 => Action::AddLearner { node: anyone, of: None },
        3 => Action::AddLearner { node: new, of: None },
        _ => {
            let mut voters: BTreeSet<NodeId> = nodes.iter().copied().filter(|_| rng.chance(500_000)).collect();
            if rng.chance(200_000) {
                voters.insert(new);
            }
            Action::Members { voters, learners: None, of: None }
        }
    }
}

/// A random fault, or the repair of one.
fn fault(rng: &mut Rng, nodes: &BTreeSet<NodeId>) -> Action {
    let node = any(rng, nodes);
    let other = nodes.range(node + 1..).chain(nodes).next().copied().unwrap_or(node);
    let links = |both: bool| -> Vec<Link> {
        match (node == other, both) {
            (true, _) => Vec::new(),
            (false, true) => vec![(node, other), (other, node)],
            (false, false) => vec![(node, other)],
        }
    };
    match rng.range(0, 28) {
        0 | 1 => Action::Crash { node: node.into() },
        2..=4 => Action::Restart { node: node.into() },
        5 => Action::Cut { links: links(true), name: None },
        6 => Action::Cut { links: links(false), name: None },
        7 => Action::Join { links: Some(links(true)), name: None },
        8 => Action::Partition { groups: vec![nodes.iter().copied().filter(|_| rng.chance(500_000)).collect()] },
        9 | 10 => Action::Heal {},
        11 => Action::Campaign { node },
        12 => Action::set_timer(node, Micros::from_ms(rng.range(0, 400))),
        13 => Action::Link {
            from: Some(node),
            to: None,
            latency: Some((Micros::from_ms(1), Micros::from_ms(rng.range(2, 120)))),
            loss: None,
            duplicate: None,
        },
        14 => Action::Link {
            from: None,
            to: None,
            latency: None,
            loss: Some(Probability { per_million: rng.range(0, 300_000) as u32 }),
            duplicate: None,
        },
        18 => Action::Pause { node: node.into() },
        19 => Action::Resume { node: node.into() },
        20 => Action::Disk {
            node: node.into(),
            write_delay: Some((Micros::ZERO, Micros::from_ms(rng.range(0, 60)))),
            fail: None,
            hang: None,
            apply_delay: None,
        },
        21 => Action::Disk {
            node: node.into(),
            write_delay: None,
            fail: Some(rng.chance(500_000)),
            hang: None,
            apply_delay: None,
        },
        22 => Action::Snapshot { node, index: None },
        23 => Action::Duplicate(Selector { from: Some(node), ..Selector::default() }),
        24 => Action::Delay(Delay {
            by: Micros::from_ms(rng.range(1, 300)),
            to: Some(node),
            count: Some(1),
            ..Delay::default()
        }),
        26 => Action::Hold(Selector {
            to: Some(node),
            kind: Some(MessageKind::Chunk),
            count: Some(1),
            ..Selector::default()
        }),
        27 => Action::Release(Selector { to: Some(node), ..Selector::default() }),
        25 => Action::Read { key: "k".into(), node: Some(node), client: Some(10) },
        15 => Action::Write {
            key: "k".into(),
            value: rng.range(0, 1000).to_string(),
            node: Some(node),
            client: Some(9),
            retry_after: None,
        },
        _ => Action::WriteMany {
            count: rng.range(1, 30),
            every: Some(Micros::ZERO),
            clients: None,
            value_bytes: None,
            retry_after: None,
        },
    }
}

/// The actions that repair all faults.
fn heal_all(nodes: &BTreeSet<NodeId>) -> Vec<Action> {
    let mut mend = vec![
        Action::Note { text: CALM.into() },
        Action::Heal {},
        Action::Release(Selector::default()),
        Action::Link {
            from: None,
            to: None,
            latency: Some((Micros::from_ms(2), Micros::from_ms(10))),
            loss: Some(Probability { per_million: 0 }),
            duplicate: None,
        },
    ];
    for &node in nodes {
        let (write_delay, fail) = (Some((Micros::ZERO, Micros::from_ms(2))), Some(false));
        mend.extend([
            Action::Disk { node: node.into(), write_delay, fail, hang: None, apply_delay: None },
            Action::Resume { node: node.into() },
            Action::Restart { node: node.into() },
        ]);
    }
    mend
}
