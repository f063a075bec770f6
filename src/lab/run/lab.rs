//! The lab: a running scenario.

use std::cell::Ref;
use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

use litemap::LiteMap;

use crate::lab::json::error::{invalid, ScenarioError};
use crate::lab::judge::report::Report;
use crate::lab::judge::watch::Watch;
use crate::lab::run::clients::ClientPool;
use crate::lab::run::network::SimNetwork;
use crate::lab::run::past::EventLog;
use crate::lab::run::recorder::{Recorder, WatchId};
use crate::lab::run::storage::MemoryStorage;
use crate::lab::scenario::limits::{RunLimits, KEPT_BYTES_MAX};
use crate::lab::scenario::{check_action, OnViolation, Scenario, ScheduledAction, Timing};
use crate::lab::vocab::action::Action;
use crate::lab::vocab::condition::Condition;
use crate::lab::vocab::event::Record;
use crate::lab::vocab::halt::Halt;
use crate::lab::vocab::id::Link;
use crate::lab::vocab::links::{between, Links};
use crate::lab::world::{NodeState, World};
use crate::raft::node;
use crate::raft::{Config, NodeId, Rule};
use crate::runtime::{mailbox, Executor, GroupId, Micros, Rng, TraceHash};

/// One node's machine: what outlives its process.
pub(super) struct Machine {
    pub(super) storage: MemoryStorage,
    /// How often it was started.
    pub(super) starts: u64,
    /// It was started, and has not crashed since. The world knows that only once its process has said so.
    pub(super) up: bool,
    /// Its process is stopped.
    pub(super) paused: bool,
    /// Its election timer is switched off.
    pub(super) timer_off: bool,
}

/// The group of the tasks that belong to no node.
pub(super) const CLIENTS: GroupId = GroupId(0);

/// A running scenario: the cluster, its network, its clients, and the record of what happened.
pub struct Lab {
    pub(super) scenario: Scenario,
    pub(super) executor: Executor,
    pub(super) recorder: Recorder,
    pub(super) network: SimNetwork,
    pub(super) clients: ClientPool,
    pub(super) machines: LiteMap<NodeId, Machine>,
    /// The actions that are not done yet and have a time, by time; those of the scenario with their places in it.
    pub(super) timed: VecDeque<(Option<usize>, Timing, Action)>,
    /// Those that wait for a condition: one for each trigger of the recorder.
    pub(super) conditional: Vec<ScheduledAction>,
    /// Where in the scenario the next recorded action goes, and how many are there already.
    pub(super) place: usize,
    pub(super) recorded: usize,
    /// The settings of every node, as they are now.
    pub(super) config: Config,
    /// Polls since the last event or movement of the clock: where exactly between two events we are.
    pub(super) silent_polls: u32,
    pub(super) stop_when: Option<WatchId>,
    pub(super) expect: Vec<WatchId>,
    /// The recorded actions that came at another place than they were done at, by their places in the scenario.
    pub(super) displaced: Vec<usize>,
    pub(super) halted: Option<Halt>,
    pub(super) limits: RunLimits,
    /// The bytes of events that stay in memory.
    pub(super) keeps: u64,
}

impl Lab {
    /// Builds the cluster of a scenario and starts its nodes.
    ///
    /// # Errors
    /// If the scenario has a mistake that [`Scenario::from_json`] would have refused.
    pub fn new(scenario: Scenario) -> Result<Lab, ScenarioError> {
        let executor = Executor::new();
        let clock = executor.clock().clone();
        let members = scenario.membership();
        let nodes = scenario.first_nodes();
        let once = !scenario.rules_off.contains(&Rule::ClientSessions);
        let node = |&id: &NodeId| {
            let node = NodeState::from_disk(id, members.clone(), &scenario.start_image(id));
            node.applied_up_to(scenario.start_commit(id).unwrap_or(0), once)
        };
        let links = Links { usual: scenario.link_spec(), ..Links::default() };
        let world = World::new(nodes.iter().map(node))
            .without(scenario.rules_off.iter().copied())
            .with_disks(scenario.disk_spec().write_delay)
            .with_check_quorum(scenario.node_config().check_quorum)
            .with_links(links.clone());
        let recorder = Recorder::new(clock.clone(), world);
        let network = SimNetwork::new(scenario.seed, links, clock.clone(), recorder.clone());
        let clients = ClientPool::new(network.clone(), recorder.clone(), clock, scenario.start_serial());
        let machine = |&id: &NodeId| {
            let image = scenario.start_image(id);
            let rng = Rng::new(scenario.seed, "disk", u64::from(id));
            let spec = scenario.disk_spec();
            let storage = MemoryStorage::new(members.clone(), image, spec, rng, executor.clock().clone());
            storage.begin_applied(scenario.start_commit(id), once);
            (id, Machine { storage, starts: 0, up: false, paused: false, timer_off: false })
        };
        let machines = nodes.iter().map(machine).collect();
        let watch = |condition: &Condition| recorder.watch(Watch::new(condition.clone()));
        let stop_when = scenario.stop.as_ref().and_then(|stop| stop.when.as_ref()).map(watch);
        let expect = scenario.expect.iter().map(watch).collect();
        let config = scenario.node_config();
        let (mut timed, mut conditional) = (Vec::new(), Vec::new());
        for (place, action) in scenario.actions.iter().enumerate() {
            match &action.timing {
                Timing::When(condition, _) => {
                    recorder.trigger(condition.clone());
                    conditional.push(action.clone());
                }
                Timing::At(first) => {
                    let again = |at| (Some(place), Timing::At(at), action.what.clone());
                    timed.extend(action.times(*first).map(again));
                }
                timing => timed.push((Some(place), timing.clone(), action.what.clone())),
            }
        }
        timed.sort_by_key(|(_, timing, _)| timing.at()); // stable: actions of one time stay in their order
        let mut lab = Lab {
            scenario,
            executor,
            recorder,
            network,
            clients,
            machines,
            timed: timed.into(),
            conditional,
            place: 0,
            recorded: 0,
            config,
            silent_polls: 0,
            stop_when,
            expect,
            displaced: Vec::new(),
            halted: None,
            limits: RunLimits::default(),
            keeps: KEPT_BYTES_MAX,
        };
        lab.recorder.keep(KEPT_BYTES_MAX);
        nodes.into_iter().for_each(|id| lab.start(id));
        Ok(lab)
    }

    /// The same without observers: nothing is recorded, and [`Lab::report`] and [`Lab::world`] know only how it
    /// began. The nodes do what they do otherwise.
    ///
    /// # Errors
    /// As [`Lab::new`]; and if the scenario waits for conditions, which nobody would see. (Nobody sees a broken
    /// invariant either: such a run goes on.)
    pub fn unobserved(scenario: Scenario) -> Result<Lab, ScenarioError> {
        const NOBODY: &str = "without observers, nobody sees when a condition holds";
        let waits = |action: &ScheduledAction| matches!(action.timing, Timing::When(..));
        if let Some(place) = scenario.actions.iter().position(waits) {
            return invalid(format!("actions[{place}].when"), NOBODY);
        }
        if scenario.stop.as_ref().is_some_and(|stop| stop.when.is_some()) {
            return invalid("stop.when", NOBODY);
        }
        let lab = Lab::new(scenario)?;
        lab.recorder.switch_off(); // nothing has happened yet: the nodes have not been polled
        Ok(lab)
    }

    /// The virtual clock. It may stand between two events.
    pub fn now(&self) -> Micros {
        self.executor.clock().now()
    }

    /// Everything that is known, as the events so far tell it. Changes only when something happens.
    pub fn world(&self) -> Rc<World> {
        self.recorder.world()
    }

    /// The events that are in memory: all, unless the lab [keeps](Lab::keeping) fewer.
    pub fn records(&self) -> Ref<'_, [Rc<Record>]> {
        self.recorder.records()
    }

    /// The hash over every event so far: equal for equal runs, on every machine.
    pub fn trace_hash(&self) -> TraceHash {
        self.recorder.hash()
    }

    /// Why the run can go no further, if so.
    pub fn halted(&self) -> Option<Halt> {
        let broken = || {
            let world = self.recorder.world();
            let first = world.violations.values().min_by_key(|(event, _)| *event)?;
            self.is_stopped_by_violation().then(|| Halt::Broken(first.1.invariant, first.1.detail.clone()))
        };
        self.halted.clone().or_else(broken)
    }

    /// The settings that a node starts with now.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What was loaded, and every action since: running it again gives this run.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The nodes that there are now.
    pub(super) fn nodes(&self) -> BTreeSet<NodeId> {
        self.machines.keys().copied().collect()
    }

    /// Both directions of every link that there is now.
    pub(super) fn links(&self) -> Vec<Link> {
        between(&self.nodes()).collect()
    }

    /// What the network does to messages, where the world only says what its events told: for tests.
    pub fn wires(&self) -> Links {
        self.network.links()
    }

    /// What a node's disk holds, where the world only says what its events told: for tests.
    pub fn disk(&self, node: NodeId) -> Option<&MemoryStorage> {
        self.machines.get(&node).map(|machine| &machine.storage)
    }

    /// What has happened so far, and how the world was then.
    pub fn past(&self) -> Ref<'_, EventLog> {
        self.recorder.past()
    }

    /// How many events there were.
    pub fn events(&self) -> u64 {
        self.recorder.count()
    }

    /// Does something now, and takes it down in the scenario.
    ///
    /// # Errors
    /// If it makes no sense for this cluster; then nothing happened.
    pub fn act(&mut self, what: Action) -> Result<(), ScenarioError> {
        check_action("", &what, &self.nodes())?;
        if let Action::Config(change) = &what {
            self.scenario.check_configs(Some((self.place, change)))?;
        }
        self.scenario.check_writes(Some(&what))?;
        let timing = Timing::After { at: self.now(), event: self.recorder.count(), polls: self.silent_polls };
        // Authored actions that are still to come stay behind it.
        self.scenario.actions.insert(self.place, ScheduledAction { timing, repeat: None, what: what.clone() });
        self.place += 1;
        self.recorded += 1;
        self.carry_out(what);
        self.settle(true);
        Ok(())
    }

    /// What came of the run so far.
    pub fn report(&self) -> Report {
        let expect = (self.scenario.expect.iter().cloned())
            .zip(self.expect.iter().map(|&expected| self.recorder.holds(expected)))
            .collect();
        let world = self.recorder.world();
        Report::new(&self.scenario, self.now(), &world, self.trace_hash(), self.halted.as_ref(), expect)
            .with_displaced(&self.displaced)
    }

    /// Whether an invariant was violated that ends the run.
    pub(super) fn is_stopped_by_violation(&self) -> bool {
        if !self.recorder.any_violation() {
            return false;
        }
        let world = self.recorder.world();
        match self.scenario.stop.as_ref().and_then(|stop| stop.on_violation).unwrap_or(OnViolation::Any(true)) {
            OnViolation::Any(any) => any && !world.violations.is_empty(),
            OnViolation::Only(invariant) => world.violations.contains_key(&invariant),
        }
    }

    pub(super) fn start(&mut self, id: NodeId) {
        let Some(machine) = self.machines.get_mut(&id) else { return };
        machine.starts += 1;
        (machine.up, machine.paused) = (true, false);
        let storage = machine.storage.clone();
        // Each life of a node has timeouts of its own, or it would repeat those of the life before.
        let rng = Rng::new(self.scenario.seed, "timeout", machine.starts << 32 | u64::from(id));
        let (sender, calls) = mailbox();
        self.network.connect(id, sender);
        let timer_off = machine.timer_off;
        let start_as_leader = self.scenario.start_in_office(id).filter(|_| machine.starts == 1);
        let setup = node::Setup { config: self.scenario.config_of(id, &self.config), rng, start_as_leader };
        let spawner = self.executor.spawner(group(id));
        let context = node::TaskContext {
            network: self.network.endpoint(id),
            storage,
            observer: self.recorder.clone(),
            clock: self.executor.clock().clone(),
            spawner: spawner.clone(),
            requests: calls,
        };
        spawner.spawn(format!("node {id}"), node::run(id, setup, context));
        if timer_off {
            self.network.call(id, node::Request::SetTimer(None));
        }
    }
}

/// The tasks of one node.
pub(super) fn group(node: NodeId) -> GroupId {
    GroupId(u64::from(node))
}
