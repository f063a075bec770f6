//! The lab: a running scenario.

use std::cell::Ref;
use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

use futures::channel::mpsc;
use litemap::LiteMap;

use crate::lab::json::error::{invalid, ScenarioError};
use crate::lab::judge::report::Report;
use crate::lab::run::clients::{Change, ClientPool, Load};
use crate::lab::run::network::SimNetwork;
use crate::lab::run::past::EventLog;
use crate::lab::run::recorder::{Recorder, WatchId};
use crate::lab::run::storage::MemoryStorage;
use crate::lab::scenario::{check_action, OnViolation, Scenario, ScheduledAction, Timing};
use crate::lab::vocab::action::Action;
use crate::lab::vocab::condition::Condition;
use crate::lab::vocab::event::{LabEvent, Record};
use crate::lab::vocab::halt::Halt;
use crate::lab::vocab::id::Link;
use crate::lab::vocab::image::Image;
use crate::lab::vocab::links::{between, Links};
use crate::lab::vocab::moment::Position;
use crate::lab::vocab::settings::{ConfigPatch, NetworkPatch};
use crate::lab::vocab::spec::DiskSpec;
use crate::lab::vocab::step::StepKind;
use crate::lab::world::{NodeState, World};
use crate::raft::node::{self, Request};
use crate::raft::{Config, Membership, NodeId};
use crate::runtime::{Executor, GroupId, Micros, Rng, Step, TraceHash};

/// So far one step goes: in a quiet cluster, a transition may never come.
pub const STEP_TIME_MAX: Micros = Micros::from_ms(10_000);

/// How far [`Lab::advance_to`] came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advance {
    /// Whether the time was reached. If not, there were too many events on the way, or the run has halted.
    pub reached: bool,
}

/// What one [`Lab::turn`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Turn {
    /// Something.
    Done,
    /// Time passed, to the limit; nothing else happens until then.
    Limit,
    /// Nothing can happen any more.
    Nothing,
}

/// One node's machine: what outlives its process.
struct Machine {
    storage: MemoryStorage,
    /// How often it was started.
    starts: u64,
    /// It was started, and has not crashed since. The world knows that only once its process has said so.
    up: bool,
    /// Its process is stopped.
    paused: bool,
}

/// The group of the tasks that belong to no node.
const CLIENTS: GroupId = GroupId(0);

/// A running scenario: the cluster, its network, its clients, and the record of what happened.
pub struct Lab {
    scenario: Scenario,
    executor: Executor,
    recorder: Recorder,
    network: SimNetwork,
    clients: ClientPool,
    machines: LiteMap<NodeId, Machine>,
    /// The actions of the scenario that are not done yet and have a time, with their places in it.
    timed: VecDeque<(usize, Timing, Action)>,
    /// Those that wait for a condition: one for each trigger of the recorder.
    conditional: Vec<Action>,
    /// Where in the scenario the next recorded action goes, and how many are there already.
    place: usize,
    recorded: usize,
    /// The settings of every node, as they are now.
    config: Config,
    /// Polls since the last event or movement of the clock: where exactly between two events we are.
    silent_polls: u32,
    stop_when: Option<WatchId>,
    expect: Vec<WatchId>,
    halted: Option<Halt>,
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
        let node = |&id: &NodeId| {
            let node = NodeState::from_disk(id, members.clone(), &scenario.start_image(id));
            node.applied_up_to(scenario.start_commit(id).unwrap_or(0))
        };
        let links = Links { usual: scenario.link_spec(), ..Links::default() };
        let world = World::new(nodes.iter().map(node))
            .without(scenario.rules_off.iter().copied())
            .with_disks(scenario.disk_spec().write_delay)
            .with_links(links.clone());
        let recorder = Recorder::new(clock.clone(), world);
        let network = SimNetwork::new(scenario.seed, links, clock.clone(), recorder.clone());
        let clients = ClientPool::new(network.clone(), recorder.clone(), clock);
        let machine = |&id: &NodeId| {
            let image = scenario.start_image(id);
            let rng = Rng::new(scenario.seed, "disk", u64::from(id));
            let spec = scenario.disk_spec();
            let storage = MemoryStorage::new(members.clone(), image, spec, rng, executor.clock().clone());
            storage.begin_applied(scenario.start_commit(id));
            (id, Machine { storage, starts: 0, up: false, paused: false })
        };
        let machines = nodes.iter().map(machine).collect();
        let watch = |condition: &Condition| recorder.watch(condition.clone());
        let stop_when = scenario.stop.as_ref().and_then(|stop| stop.when.as_ref()).map(watch);
        let expect = scenario.expect.iter().map(watch).collect();
        let config = scenario.node_config();
        let (mut timed, mut conditional) = (VecDeque::new(), Vec::new());
        for (place, ScheduledAction { timing, what }) in scenario.actions.iter().enumerate() {
            match timing {
                Timing::When(condition) => {
                    recorder.trigger(condition.clone());
                    conditional.push(what.clone());
                }
                timing => timed.push_back((place, timing.clone(), what.clone())),
            }
        }
        let mut lab = Lab {
            scenario,
            executor,
            recorder,
            network,
            clients,
            machines,
            timed,
            conditional,
            place: 0,
            recorded: 0,
            config,
            silent_polls: 0,
            stop_when,
            expect,
            halted: None,
        };
        nodes.into_iter().for_each(|id| lab.start(id));
        Ok(lab)
    }

    /// The same without observers: nothing is recorded, and [`Lab::report`] and [`Lab::world`] know only how it
    /// began. The nodes do what they do otherwise.
    ///
    /// # Errors
    /// As [`Lab::new`]; and if the scenario waits for conditions, which nobody would see. (Nobody sees a broken
    /// promise either: such a run goes on.)
    pub fn unobserved(scenario: Scenario) -> Result<Lab, ScenarioError> {
        const NOBODY: &str = "without observers, nobody sees when a condition holds";
        let waits = |action: &ScheduledAction| matches!(action.timing, Timing::When(_));
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

    /// Every event so far.
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

    /// What was loaded, and every action since: running it again gives this run.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The nodes that there are now.
    fn nodes(&self) -> BTreeSet<NodeId> {
        self.machines.keys().copied().collect()
    }

    /// Both directions of every link that there is now.
    fn links(&self) -> Vec<Link> {
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

    /// Lets virtual time pass up to `time`, at most until `events_max` events have happened.
    pub fn advance_to(&mut self, time: Micros, events_max: u64) -> Advance {
        let events_end = self.recorder.count().saturating_add(events_max);
        loop {
            if self.recorder.count() >= events_end {
                return Advance { reached: false };
            }
            match self.turn(time) {
                Turn::Done => {}
                Turn::Limit => return Advance { reached: true },
                Turn::Nothing => return Advance { reached: self.halted.is_none() },
            }
        }
    }

    /// One step. False if nothing of that kind happens, within [`STEP_TIME_MAX`].
    pub fn step(&mut self, kind: StepKind) -> bool {
        let limit = self.now() + STEP_TIME_MAX;
        loop {
            let before = self.records().len();
            if self.turn(limit) != Turn::Done {
                return false;
            }
            let new = Ref::map(self.records(), |records| &records[before..]);
            if new.iter().any(|record| kind.is_made_by(&record.event)) {
                return true;
            }
        }
    }

    /// Runs to the end of the scenario: until its `stop.when` holds, or up to its `stop.at`, or to `until`
    /// if that is earlier.
    pub fn run_to_stop(&mut self, until: Option<Micros>) {
        self.run_on(until, u64::MAX);
    }

    /// The same, at most until `events_max` events have happened. Whether it has come to the end.
    pub fn run_on(&mut self, until: Option<Micros>, events_max: u64) -> bool {
        let end = self.scenario.stop_at().min(until.unwrap_or(Micros::MAX));
        let events_end = self.recorder.count().saturating_add(events_max);
        while self.recorder.count() < events_end {
            if self.stop_when.is_some_and(|when| self.recorder.holds(when)) || self.turn(end) != Turn::Done {
                return true;
            }
        }
        false
    }

    /// Runs until this event has happened, and then until the clock is there, at most until `events_max` events have
    /// happened. Whether it has arrived, or can go no further.
    pub fn run_to_moment(&mut self, to: Position, events_max: u64) -> bool {
        let events_end = self.recorder.count().saturating_add(events_max);
        while self.recorder.count() < to.event || self.now() < to.now {
            if self.recorder.count() >= events_end {
                return false;
            }
            let limit = if self.recorder.count() < to.event { Micros::MAX } else { to.now };
            if self.turn(limit) == Turn::Nothing {
                return true;
            }
        }
        true
    }

    /// What has happened so far, and how the world was then.
    pub fn past(&self) -> Ref<'_, EventLog> {
        self.recorder.past()
    }

    /// How many events there were.
    pub fn events(&self) -> u64 {
        self.recorder.count()
    }

    /// Runs until a condition holds, for `limit` of virtual time at most. Whether it holds then.
    ///
    /// # Errors
    /// If the condition speaks of what is not there; then nothing happened.
    pub fn run_until(&mut self, condition: Condition, limit: Micros) -> Result<bool, ScenarioError> {
        condition.check("", &self.nodes())?;
        let end = self.now() + limit;
        let watch = self.recorder.watch(condition);
        while !self.recorder.holds(watch) && self.turn(end) == Turn::Done {}
        let holds = self.recorder.holds(watch);
        self.recorder.unwatch_last();
        Ok(holds)
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
        let timing = Timing::After { at: self.now(), event: self.recorder.count(), polls: self.silent_polls };
        // Authored actions that are still to come stay behind it.
        self.scenario.actions.insert(self.place, ScheduledAction { timing, what: what.clone() });
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
    }

    /// Does one thing, or lets time pass, to `limit` at most.
    fn turn(&mut self, limit: Micros) -> Turn {
        if self.halted.is_some() || self.is_stopped_by_violation() {
            return Turn::Nothing;
        }
        let now = self.now();
        let events = self.recorder.count();
        let mut time_passed = false;
        if let Some(what) = self.next_due(now) {
            self.carry_out(what);
        } else if self.network.next_arrival().is_some_and(|at| at <= now) {
            self.network.deliver_next();
        } else if self.executor.has_ready() {
            if let Step::Runaway(tasks) = self.executor.step() {
                self.halted = Some(Halt::TimeStandsStill(tasks));
            }
            self.silent_polls += 1;
        } else {
            let action = self.timed.front().and_then(|(_, timing, _)| timing.at()).map(|at| at.max(now));
            let next = [self.executor.next_timer(), self.network.next_arrival(), action].into_iter().flatten().min();
            match next {
                Some(time) if time <= limit => self.executor.advance_to(time),
                _ => {
                    if limit > now {
                        self.executor.advance_to(limit);
                        self.silent_polls = 0;
                    }
                    return Turn::Limit;
                }
            }
            time_passed = true;
        }
        self.settle(time_passed || self.recorder.count() > events);
        Turn::Done
    }

    /// Whether a promise was broken that ends the run.
    fn is_stopped_by_violation(&self) -> bool {
        let world = self.recorder.world();
        match self.scenario.stop.as_ref().and_then(|stop| stop.on_violation).unwrap_or(OnViolation::Any(true)) {
            OnViolation::Any(any) => any && !world.violations.is_empty(),
            OnViolation::Only(invariant) => world.violations.contains_key(&invariant),
        }
    }

    /// The next action that is due: an authored one, when its time has come, before anything else of that time;
    /// a recorded one, at the place between two events at which it was done.
    fn next_due(&mut self, now: Micros) -> Option<Action> {
        let here = (self.recorder.count(), self.silent_polls);
        let due = |timing: &Timing| match *timing {
            Timing::At(at) => at <= now,
            Timing::After { at, event, polls } => at <= now && (event, polls) <= here,
            Timing::When(_) => false,
        };
        self.timed.front().filter(|(_, timing, _)| due(timing))?;
        let (place, _, what) = self.timed.pop_front()?;
        self.place = place + self.recorded + 1;
        Some(what)
    }

    /// After something happened: what waited for it is done, and the clients learn who leads. It belongs to
    /// the same turn, so that a user cannot come between, and a recording is the same run.
    fn settle(&mut self, anything_new: bool) {
        if anything_new {
            self.silent_polls = 0;
            // What is done may fire other triggers; each fires once.
            loop {
                let fired = self.recorder.take_fired();
                if fired.is_empty() {
                    break;
                }
                let due: Vec<Action> = fired.iter().filter_map(|&i| self.conditional.get(i).cloned()).collect();
                due.into_iter().for_each(|what| self.carry_out(what));
            }
            self.clients.set_leader(self.recorder.leader());
        }
    }

    fn start(&mut self, id: NodeId) {
        let Some(machine) = self.machines.get_mut(&id) else { return };
        machine.starts += 1;
        (machine.up, machine.paused) = (true, false);
        let storage = machine.storage.clone();
        // Each life of a node has timeouts of its own, or it would repeat those of the life before.
        let rng = Rng::new(self.scenario.seed, "timeout", machine.starts << 32 | u64::from(id));
        let (sender, calls) = mpsc::unbounded();
        self.network.connect(id, sender);
        let start_as_leader = self.scenario.start_in_office(id).filter(|_| machine.starts == 1);
        let setup = node::Setup { config: self.config.clone(), rng, start_as_leader };
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
    }

    fn carry_out(&mut self, what: Action) {
        match what {
            Action::Campaign { node } => drop(self.network.call(node, Request::Campaign)),
            Action::Timer { node, after } => drop(self.network.call(node, Request::SetTimer(self.now() + after))),
            Action::Write { key, value, node, client } => {
                let clients = self.clients.clone();
                let client = client.unwrap_or(1);
                let write = async move {
                    let _ = clients.write(client, key, value, node).await; // what came of it is on record
                };
                self.executor.spawner(CLIENTS).spawn(format!("client {client}"), write);
            }
            Action::WriteMany { count, every, clients, value_bytes } => {
                let load = Load { count, every, clients: clients.unwrap_or(1), value_bytes };
                let clients = self.clients.clone();
                self.executor.spawner(CLIENTS).spawn("load", async move { clients.write_many(load).await });
            }
            Action::Partition { groups } => self.partition(&groups),
            Action::Cut { links, name } => self.network.cut(links, name),
            Action::Join { links, name } => {
                let named = name.map(|name| self.network.links_of_stroke(&name));
                self.network.join(links.into_iter().chain(named).flatten());
            }
            Action::Heal {} => self.network.join(self.links()),
            Action::Link { from, to, latency, loss, duplicate } => {
                let change = NetworkPatch { latency, loss, duplicate };
                self.network.change_links(&self.nodes(), (from, to), &change);
            }
            Action::Drop(which) => self.network.drop_messages(which),
            Action::Hold(which) => self.network.hold(which),
            Action::Release(which) => self.network.release(&which),
            Action::Delay(delay) => self.network.delay(&delay.which(), delay.by),
            Action::Duplicate(which) => self.network.duplicate(&which),
            Action::Deliver(which) => self.network.deliver(&which),
            Action::Crash { node } => self.crash(node),
            Action::Restart { node } => {
                // A process whose storage failed has ended, though nobody killed it.
                if !self.network.is_running(node) {
                    self.crash(node);
                    self.recorder.lab(LabEvent::Restart { node });
                    self.start(node);
                }
            }
            Action::Pause { node } => {
                let machine = self.machines.get_mut(&node).filter(|machine| machine.up && !machine.paused);
                if let Some(machine) = machine {
                    machine.paused = true;
                    self.recorder.lab(LabEvent::Pause { node });
                    self.executor.pause(group(node));
                }
            }
            Action::Resume { node } => {
                if let Some(machine) = self.machines.get_mut(&node).filter(|machine| machine.paused) {
                    machine.paused = false;
                    self.recorder.lab(LabEvent::Resume { node });
                    self.executor.resume(group(node));
                }
            }
            Action::Disk { node, write_delay, fail } => {
                if let Some(machine) = self.machines.get(&node) {
                    let spec = machine.storage.change(|spec| {
                        spec.write_delay = write_delay.unwrap_or(spec.write_delay);
                        spec.fails = fail.unwrap_or(spec.fails);
                    });
                    let DiskSpec { write_delay, fails, .. } = spec;
                    self.recorder.lab(LabEvent::Disk { node, write_delay, fails });
                }
            }
            Action::Read { key, node, client } => {
                let clients = self.clients.clone();
                let client = client.unwrap_or(1);
                let read = async move {
                    let _ = clients.read(client, key, node).await; // what came of it is on record
                };
                self.executor.spawner(CLIENTS).spawn(format!("client {client}"), read);
            }
            Action::AddLearner { node } => self.change_members(Change::Learner(node)),
            Action::Members { voters } => self.change_members(Change::Voters(voters)),
            Action::Transfer { to } => {
                let clients = self.clients.clone();
                self.executor.spawner(CLIENTS).spawn("transfer", async move { clients.transfer(to).await });
            }
            Action::Snapshot { node, index } => drop(self.network.call(node, Request::Compact(index))),
            Action::Config(change) => self.change_config(change),
            Action::Rule { name, on } => {
                let mut config = self.config.clone();
                config.rules.set(name, on);
                self.recorder.lab(LabEvent::Rule { name, on });
                self.set_config(config);
            }
            Action::Note { text } => self.recorder.lab(LabEvent::Note { text }),
        }
    }

    fn crash(&mut self, node: NodeId) {
        let Some(machine) = self.machines.get_mut(&node).filter(|machine| machine.up) else { return };
        (machine.up, machine.paused) = (false, false);
        self.network.disconnect(node);
        self.executor.cancel(group(node));
        self.recorder.lab(LabEvent::Crash { node, kept: Rc::new(machine.storage.crash()) });
    }

    /// Has the leader change the members. Those that are not there yet are started, each with an empty disk.
    fn change_members(&mut self, change: Change) {
        for node in change.nodes().difference(&self.nodes()) {
            self.machines.insert(*node, self.new_machine(*node));
            self.recorder.lab(LabEvent::NewNode { node: *node });
            self.start(*node);
        }
        let clients = self.clients.clone();
        let request = async move {
            let _ = clients.change_members(change).await; // what came of it is on record
        };
        self.executor.spawner(CLIENTS).spawn("members", request);
    }

    /// A machine that belongs to no configuration yet.
    fn new_machine(&self, id: NodeId) -> Machine {
        let rng = Rng::new(self.scenario.seed, "disk", u64::from(id));
        let nobody = Membership::new([], []);
        let clock = self.executor.clock().clone();
        let storage = MemoryStorage::new(nobody, Image::default(), self.scenario.disk_spec(), rng, clock);
        Machine { storage, starts: 0, up: false, paused: false }
    }

    fn change_config(&mut self, change: ConfigPatch) {
        let mut config = self.config.clone();
        change.apply_to(&mut config);
        // Only a change that waited for a condition can turn out to be impossible; others were checked before.
        if let Err(error) = config.validate() {
            return self.recorder.lab(LabEvent::Note { text: format!("The settings stay as they are: {error}") });
        }
        self.recorder.lab(LabEvent::Config { change });
        self.set_config(config);
    }

    /// Every node has these settings from now on, those that start later too.
    fn set_config(&mut self, config: Config) {
        for &node in self.machines.keys() {
            self.network.call(node, Request::SetConfig(config.clone()));
        }
        self.config = config;
    }

    fn partition(&mut self, groups: &[Vec<NodeId>]) {
        let group_of = |node: NodeId| groups.iter().position(|group| group.contains(&node));
        let (apart, together): (BTreeSet<Link>, BTreeSet<Link>) =
            self.links().into_iter().partition(|&(from, to)| group_of(from) != group_of(to));
        self.network.join(together);
        let new: Vec<Link> = apart.difference(&self.network.cut_links()).copied().collect();
        if !new.is_empty() {
            self.network.cut(new, None);
        }
    }
}

fn group(node: NodeId) -> GroupId {
    GroupId(u64::from(node))
}
