//! Random runs: scenarios that nobody thought of.
//!
//! A seed gives a scenario: a cluster, a load, and faults at random times. What comes out is an ordinary
//! scenario, so it can be run again, shortened, and kept. It ends in calm: everything is mended, and after
//! a while the cluster must have converged.

use std::collections::BTreeSet;

use crate::lab::scenario::limits::NODES_MAX;
use crate::lab::scenario::{Action, Scenario, Stop, Timing};
use crate::lab::vocab::action::Do;
use crate::lab::vocab::condition::{ClientsAre, Condition, EventWas, Number};
use crate::lab::vocab::id::Link;
use crate::lab::vocab::probability::Probability;
use crate::lab::vocab::selector::{Delay, Selector};
use crate::lab::vocab::settings::{ConfigPatch, SnapshotPolicy};
use crate::raft::rpc::MessageKind;
use crate::raft::NodeId;
use crate::runtime::{Micros, Rng};

/// What random runs are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weather {
    /// The number of nodes; 0 leaves it to chance (3 to 5, now and then 1 to 7).
    pub nodes: NodeId,
    /// How long faults happen.
    pub storm: Micros,
    /// How long everything is well afterwards, at most: the run ends when all have converged.
    pub calm: Micros,
    /// The mean time between two faults.
    pub fault_every: Micros,
}

impl Default for Weather {
    fn default() -> Weather {
        Weather {
            nodes: 0,
            storm: Micros::from_ms(25_000),
            calm: Micros::from_ms(60_000),
            fault_every: Micros::from_ms(400),
        }
    }
}

/// The scenario of one seed.
pub fn scenario(seed: u64, weather: Weather) -> Scenario {
    let mut rng = Rng::new(seed, "weather", 0);
    let nodes = match weather.nodes {
        0 if rng.chance(200_000) => rng.range(1, 8) as NodeId,
        0 => rng.range(3, 6) as NodeId,
        nodes => nodes,
    };
    let mut scenario = Scenario::classroom(nodes);
    scenario.seed = seed;
    scenario.title = format!("Random run {seed}");
    settings(&mut rng, &mut scenario);
    options(&mut Rng::new(seed, "options", 0), &mut scenario);
    come_over(&mut rng, &mut scenario, weather);
    scenario
}

/// The weather of one seed over a scenario: what that one does is done too, and what it expects is not asked for.
pub fn over(base: &Scenario, seed: u64, weather: Weather) -> Scenario {
    let mut scenario = base.clone();
    scenario.seed = seed;
    scenario.title = format!("{}, random run {seed}", base.title);
    // Recorded actions come at their time: what they came behind may be another event here.
    for action in &mut scenario.actions {
        if let Timing::After { at, .. } = action.timing {
            action.timing = Timing::At(at);
        }
    }
    come_over(&mut Rng::new(seed, "weather", 0), &mut scenario, weather);
    scenario
}

/// Adds load, faults and changes; then mends everything, and expects that all comes to agree.
fn come_over(rng: &mut Rng, scenario: &mut Scenario, weather: Weather) {
    let mut nodes = scenario.first_nodes();
    let mut actions = std::mem::take(&mut scenario.actions);
    actions.push(load(rng, weather.storm));
    let mut at = Micros::ZERO;
    loop {
        at += Micros(rng.range(0, 2 * weather.fault_every.0));
        if at >= weather.storm {
            break;
        }
        let what = match rng.chance(150_000) {
            true => change(rng, &nodes),
            false => fault(rng, &nodes),
        };
        nodes.extend(what.newcomers());
        actions.push(Action::at(at, what));
    }
    actions.extend(reads(rng, &scenario.first_nodes(), weather.storm));
    let last = actions.iter().filter_map(|action| action.timing.at()).max().unwrap_or_default();
    let calm = weather.storm.max(last);
    actions.extend(mend(&nodes).into_iter().map(|what| Action::at(calm, what)));
    actions.sort_by_key(|action| action.timing.at());
    scenario.actions = actions;
    // The run ends as soon as all is well; if it never is, at the end of the calm.
    let answered = ClientsAre { unanswered: Some(Number::Exact(0)), ..ClientsAre::default() };
    let well = vec![calm_has_come(), Condition::Converged(true), Condition::Clients(answered)];
    scenario.stop =
        Some(Stop { at: Some(calm + weather.calm), when: Some(Condition::All(well.clone())), on_violation: None });
    scenario.expect = well;
}

const CALM: &str = "calm";

fn calm_has_come() -> Condition {
    let note = [("event".to_string(), "note".into()), ("text".to_string(), CALM.into())];
    Condition::Event(EventWas { fields: note.into_iter().collect(), count: None })
}

/// Small numbers make everything happen often; chance decides which.
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

/// What a cluster may do without: some do, some do not, and some change their mind.
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
        scenario.actions.push(Action::at(Micros::from_ms(rng.range(1000, 20_000)), Do::Config(change)));
    }
}

fn load(rng: &mut Rng, storm: Micros) -> Action {
    let every = Micros::from_ms(rng.range(15, 120));
    let what = match rng.chance(500_000) {
        true => Do::WriteMany { count: storm.0 / every.0, every: Some(every), clients: None, value_bytes: None },
        false => {
            let clients = rng.range(1, 5) as u32;
            Do::WriteMany {
                count: 400,
                every: None,
                clients: Some(clients),
                value_bytes: Some(rng.range(1, 20) as u32),
            }
        }
    };
    Action::at(Micros::ZERO, what)
}

/// Reads of what the load writes.
fn reads(rng: &mut Rng, nodes: &BTreeSet<NodeId>, storm: Micros) -> Vec<Action> {
    let mut reads = Vec::new();
    let mut at = Micros::ZERO;
    loop {
        at += Micros::from_ms(rng.range(0, 400));
        if at >= storm {
            return reads;
        }
        let key = ["x", "y", "z", "w", "k"][rng.range(0, 5) as usize].to_string();
        let client = Some(rng.range(1, 12) as u32);
        // Whoever asks a node by name may find one that does not know yet that it leads no longer.
        let node = rng.chance(400_000).then(|| any(rng, nodes));
        reads.push(Action::at(at, Do::Read { key, node, client }));
    }
}

fn any(rng: &mut Rng, nodes: &BTreeSet<NodeId>) -> NodeId {
    let place = rng.range(0, nodes.len() as u64) as usize;
    nodes.iter().nth(place).copied().unwrap_or(1)
}

/// The cluster becomes another one.
fn change(rng: &mut Rng, nodes: &BTreeSet<NodeId>) -> Do {
    let anyone = any(rng, nodes);
    let highest = nodes.last().copied().unwrap_or(1);
    let new = if nodes.len() < NODES_MAX { highest + 1 } else { highest };
    match rng.range(0, 8) {
        0 | 1 => Do::Transfer { to: anyone },
        2 => Do::AddLearner { node: anyone },
        3 => Do::AddLearner { node: new },
        _ => {
            let mut voters: BTreeSet<NodeId> = nodes.iter().copied().filter(|_| rng.chance(500_000)).collect();
            if rng.chance(200_000) {
                voters.insert(new);
            }
            Do::Members { voters }
        }
    }
}

/// Something goes wrong, or gets better.
fn fault(rng: &mut Rng, nodes: &BTreeSet<NodeId>) -> Do {
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
        0 | 1 => Do::Crash { node },
        2..=4 => Do::Restart { node },
        5 => Do::Cut { links: links(true), name: None },
        6 => Do::Cut { links: links(false), name: None },
        7 => Do::Join { links: Some(links(true)), name: None },
        8 => Do::Partition { groups: vec![nodes.iter().copied().filter(|_| rng.chance(500_000)).collect()] },
        9 | 10 => Do::Heal {},
        11 => Do::Campaign { node },
        12 => Do::Timer { node, after: Micros::from_ms(rng.range(0, 400)) },
        13 => Do::Link {
            from: Some(node),
            to: None,
            latency: Some((Micros::from_ms(1), Micros::from_ms(rng.range(2, 120)))),
            loss: None,
            duplicate: None,
        },
        14 => Do::Link {
            from: None,
            to: None,
            latency: None,
            loss: Some(Probability { per_million: rng.range(0, 300_000) as u32 }),
            duplicate: None,
        },
        18 => Do::Pause { node },
        19 => Do::Resume { node },
        20 => Do::Disk { node, write_delay: Some((Micros::ZERO, Micros::from_ms(rng.range(0, 60)))), fail: None },
        21 => Do::Disk { node, write_delay: None, fail: Some(rng.chance(500_000)) },
        22 => Do::Snapshot { node, index: None },
        23 => Do::Duplicate(Selector { from: Some(node), ..Selector::default() }),
        24 => Do::Delay(Delay {
            by: Micros::from_ms(rng.range(1, 300)),
            to: Some(node),
            count: Some(1),
            ..Delay::default()
        }),
        26 => {
            Do::Hold(Selector { to: Some(node), kind: Some(MessageKind::Chunk), count: Some(1), ..Selector::default() })
        }
        27 => Do::Release(Selector { to: Some(node), ..Selector::default() }),
        25 => Do::Read { key: "k".into(), node: Some(node), client: Some(10) },
        15 => Do::Write { key: "k".into(), value: rng.range(0, 1000).to_string(), node: Some(node), client: Some(9) },
        _ => Do::WriteMany { count: rng.range(1, 30), every: Some(Micros::ZERO), clients: None, value_bytes: None },
    }
}

/// Everything is well again.
fn mend(nodes: &BTreeSet<NodeId>) -> Vec<Do> {
    let mut mend = vec![
        Do::Note { text: CALM.into() },
        Do::Heal {},
        Do::Release(Selector::default()),
        Do::Link {
            from: None,
            to: None,
            latency: Some((Micros::from_ms(2), Micros::from_ms(10))),
            loss: Some(Probability { per_million: 0 }),
            duplicate: None,
        },
    ];
    for &node in nodes {
        let (write_delay, fail) = (Some((Micros::ZERO, Micros::from_ms(2))), Some(false));
        mend.extend([Do::Disk { node, write_delay, fail }, Do::Resume { node }, Do::Restart { node }]);
    }
    mend
}
