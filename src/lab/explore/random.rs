//! Random scenarios.
//!
//! A seed determines a scenario: a cluster, a load, and faults at random times. The result is an ordinary scenario,
//! so it can be run again, shrunk and kept. It ends with a quiet phase: all faults are healed, and the cluster must
//! converge within a limited time.
//!
//! Runs that have a little of everything look alike, and never come to what needs much of one thing and none of another.
//! So each seed draws which [kinds](Kind) of faults its run has, and how often they come (*swarm testing*, Groce et al.
//! 2012).

use std::collections::BTreeSet;

use crate::lab::scenario::limits::NODES_MAX;
use crate::lab::scenario::{Scenario, ScheduledAction, Start, StartEntry, StartRole, Stop, Timing};
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
    /// The mean time between two faults; each run has a quarter to twice of it.
    pub fault_every: Micros,
}

/// A kind of faults, or of their repair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Crash,
    Restart,
    CutBoth,
    CutOneWay,
    /// Cuts that leave some node connected to both sides.
    Bridge,
    Partition,
    Join,
    Heal,
    Campaign,
    Timer,
    SlowLink,
    Lossy,
    Pause,
    Resume,
    SlowDisk,
    FailingDisk,
    Snapshot,
    Duplicate,
    Delay,
    HoldChunk,
    Release,
    WriteTo,
    ReadFrom,
    Burst,
    Change,
}

/// Each kind with its weight.
const KINDS: [(Kind, u32); 25] = [
    (Kind::Crash, 2),
    (Kind::Restart, 3),
    (Kind::CutBoth, 1),
    (Kind::CutOneWay, 1),
    (Kind::Bridge, 1),
    (Kind::Partition, 1),
    (Kind::Join, 1),
    (Kind::Heal, 2),
    (Kind::Campaign, 1),
    (Kind::Timer, 1),
    (Kind::SlowLink, 1),
    (Kind::Lossy, 1),
    (Kind::Pause, 1),
    (Kind::Resume, 1),
    (Kind::SlowDisk, 1),
    (Kind::FailingDisk, 1),
    (Kind::Snapshot, 1),
    (Kind::Duplicate, 1),
    (Kind::Delay, 1),
    (Kind::HoldChunk, 1),
    (Kind::Release, 1),
    (Kind::WriteTo, 1),
    (Kind::ReadFrom, 1),
    (Kind::Burst, 2),
    (Kind::Change, 5),
];

/// The faults of one run.
struct Swarm {
    /// The kinds that it has, each as often as its weight.
    kinds: Vec<Kind>,
    /// The mean time between two of them.
    every: Micros,
}

impl Swarm {
    /// Draws the kinds: a third of the runs have them all, a third have most, and a third have few.
    fn draw(rng: &mut Rng, plan: FaultPlan) -> Swarm {
        let chance = [1_000_000, 660_000, 250_000][rng.range(0, 3) as usize];
        let has = KINDS.map(|(kind, weight)| (kind, if rng.chance(chance) { weight } else { 0 }));
        let kinds: Vec<Kind> = has.iter().flat_map(|&(kind, weight)| (0..weight).map(move |_| kind)).collect();
        let eighths = [2, 4, 8, 16][rng.range(0, 4) as usize];
        Swarm { kinds, every: Micros((plan.fault_every.0 * eighths / 8).max(1)) }
    }
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
    begin(&mut rng, &mut scenario);
    come_over(&mut rng, &mut scenario, plan);
    scenario
}

/// Draws whether the run begins with a leader, with or without an entry of its term.
fn begin(rng: &mut Rng, scenario: &mut Scenario) {
    if !rng.chance(100_000) {
        return;
    }
    let term = rng.range(1, 3);
    for node in scenario.first_nodes() {
        let role = (node == 1).then_some(StartRole::Leader);
        let start = Start { term: Some(term), log: vec![StartEntry::Term(1)], role, ..Start::default() };
        scenario.start.insert(node, start);
    }
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
    let swarm = Swarm::draw(rng, plan);
    let mut at = Micros::ZERO;
    while !swarm.kinds.is_empty() {
        at += Micros(rng.range(0, 2 * swarm.every.0));
        if at >= plan.faults {
            break;
        }
        let kind = swarm.kinds[rng.range(0, swarm.kinds.len() as u64) as usize];
        let what = fault(rng, kind, &nodes);
        nodes.extend(what.newcomers());
        actions.push(ScheduledAction::at(at, what));
    }
    actions.extend(reads(rng, &scenario.first_nodes(), plan.faults));
    actions.extend(commands(&mut Rng::new(scenario.seed, "commands", 0), plan.faults));
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
    config.max_payload_entries = Some([1, 1, 2, 3, 5][rng.range(0, 5) as usize]);
    config.replication_lag_threshold = Some(rng.range(0, 12));
    config.snapshot_policy = Some(SnapshotPolicy { logs_since_last: rng.range(4, 60) });
    config.snapshot_max_chunk_size = Some(rng.range(4, 64));
    let low = rng.range(0, 12);
    let latency = (ms(low), ms(low + rng.range(0, 40)));
    scenario.network.latency = Some(latency);
    scenario.network.duplicate = Some(Probability { per_million: [0, 0, 50_000][rng.range(0, 3) as usize] });
    scenario.network.loss = Some(Probability { per_million: [0, 0, 20_000, 150_000][rng.range(0, 4) as usize] });
    // Now and then a round trip lasts many heartbeats.
    if rng.chance(10_000) {
        config.heartbeat_interval = Some(ms(10));
        config.election_timeout_min = Some(ms(5000));
        config.election_timeout_max = Some(ms(10_000));
        scenario.network.latency = Some((ms(350), ms(700)));
    }
    let slow_disk = rng.chance(400_000);
    scenario.storage.write_delay = slow_disk.then(|| (Micros::ZERO, ms(rng.range(1, 15))));
}

/// Draws which optional features of Raft are on, and whether that changes during the run.
fn options(rng: &mut Rng, scenario: &mut Scenario) {
    let mut draw = || ConfigPatch {
        pre_vote: rng.chance(250_000).then_some(true),
        check_quorum: rng.chance(500_000).then_some(true),
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
            keys: None,
            retry_after: None,
        },
        false => {
            let clients = rng.range(1, 5) as u32;
            Action::WriteMany {
                count: 400,
                every: None,
                clients: Some(clients),
                value_bytes: Some(rng.range(1, 20) as u32),
                keys: None,
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

/// In one run in ten, compare-and-sets, deletions and reads of one more key. They are drawn apart from all others, so that
/// the rest of a run does not depend on them.
fn commands(rng: &mut Rng, faults: Micros) -> Vec<ScheduledAction> {
    let mut commands = Vec::new();
    if !rng.chance(100_000) {
        return commands;
    }
    let (mut at, node) = (Micros::ZERO, None);
    loop {
        at += Micros::from_ms(rng.range(0, 1600));
        if at >= faults {
            return commands;
        }
        let value = |rng: &mut Rng| ["a", "b", "c"][rng.range(0, 3) as usize].to_string();
        let expected = |rng: &mut Rng| (!rng.chance(300_000)).then(|| value(rng));
        let client = Some(rng.range(20, 23) as u32);
        let retry_after = rng.chance(700_000).then(|| Micros::from_ms(rng.range(1, 400)));
        let key = "compared".to_string();
        let what = match rng.range(0, 6) {
            0 => Action::Write { key, value: value(rng), only_if: None, node, client, retry_after },
            1 => Action::Delete { key, only_if: None, node, client, retry_after },
            2 => Action::Delete { key, only_if: Some(expected(rng)), node, client, retry_after },
            3 => Action::Read { key, node, client },
            _ => Action::Write { key, value: value(rng), only_if: Some(expected(rng)), node, client, retry_after },
        };
        commands.push(ScheduledAction::at(at, what));
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
            let learners = rng.chance(200_000).then(|| nodes.iter().copied().filter(|node| !voters.contains(node)));
            let learners = learners.map(|others| others.filter(|_| rng.chance(300_000)).collect());
            Action::Members { voters, learners, of: None }
        }
    }
}

/// A random fault of a kind, or the repair of one.
fn fault(rng: &mut Rng, kind: Kind, nodes: &BTreeSet<NodeId>) -> Action {
    let node = any(rng, nodes);
    let other = nodes.range(node + 1..).chain(nodes).next().copied().unwrap_or(node);
    let links = |both: bool| -> Vec<Link> {
        match (node == other, both) {
            (true, _) => Vec::new(),
            (false, true) => vec![(node, other), (other, node)],
            (false, false) => vec![(node, other)],
        }
    };
    let ms = Micros::from_ms;
    match kind {
        Kind::Crash => Action::Crash { node: node.into() },
        Kind::Restart => Action::Restart { node: node.into() },
        Kind::CutBoth => Action::Cut { links: links(true), name: None },
        Kind::CutOneWay => Action::Cut { links: links(false), name: None },
        Kind::Bridge => Action::Cut { links: bridge(rng, node, nodes), name: None },
        Kind::Partition => {
            Action::Partition { groups: vec![nodes.iter().copied().filter(|_| rng.chance(500_000)).collect()] }
        }
        Kind::Join => Action::Join { links: Some(links(true)), name: None },
        Kind::Heal => Action::Heal {},
        Kind::Campaign => Action::Campaign { node },
        Kind::Timer => Action::set_timer(node, ms(rng.range(0, 400))),
        Kind::SlowLink => {
            let latency = Some((ms(1), ms(rng.range(2, 120))));
            Action::Link { from: Some(node), to: None, latency, loss: None, duplicate: None }
        }
        Kind::Lossy => {
            let loss = Some(Probability { per_million: rng.range(0, 300_000) as u32 });
            Action::Link { from: None, to: None, latency: None, loss, duplicate: None }
        }
        Kind::Pause => Action::Pause { node: node.into() },
        Kind::Resume => Action::Resume { node: node.into() },
        Kind::SlowDisk => disk(node, Some((Micros::ZERO, ms(rng.range(0, 60)))), None),
        Kind::FailingDisk => disk(node, None, Some(rng.chance(500_000))),
        Kind::Snapshot => Action::Snapshot { node, index: None },
        Kind::Duplicate => Action::Duplicate(Selector { from: Some(node), ..Selector::default() }),
        Kind::Delay => {
            let by = ms(rng.range(1, 300));
            Action::Delay(Delay { by, to: Some(node), count: Some(1), ..Delay::default() })
        }
        Kind::HoldChunk => {
            let kind = Some(MessageKind::Chunk);
            Action::Hold(Selector { to: Some(node), kind, count: Some(1), ..Selector::default() })
        }
        Kind::Release => Action::Release(Selector { to: Some(node), ..Selector::default() }),
        Kind::WriteTo => {
            let (key, value, client) = ("k".into(), rng.range(0, 1000).to_string(), Some(9));
            Action::Write { key, value, node: Some(node), client, only_if: None, retry_after: None }
        }
        Kind::ReadFrom => Action::Read { key: "k".into(), node: Some(node), client: Some(10) },
        Kind::Burst => {
            let (count, every) = (rng.range(1, 30), Some(Micros::ZERO));
            Action::WriteMany { count, every, clients: None, value_bytes: None, keys: None, retry_after: None }
        }
        Kind::Change => change(rng, nodes),
    }
}

fn disk(node: NodeId, write_delay: Option<(Micros, Micros)>, fail: Option<bool>) -> Action {
    Action::Disk { node: node.into(), write_delay, fail, hang: None, apply_delay: None }
}

/// The links between two parts of a cluster, whose nodes but one, `over`, are drawn into one part or the other.
fn bridge(rng: &mut Rng, over: NodeId, nodes: &BTreeSet<NodeId>) -> Vec<Link> {
    let (one, two): (Vec<NodeId>, Vec<NodeId>) =
        nodes.iter().copied().filter(|&node| node != over).partition(|_| rng.chance(500_000));
    one.iter().flat_map(|&a| two.iter().flat_map(move |&b| [(a, b), (b, a)])).collect()
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
