//! Carrying actions out.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::clients::{Change, ClientPool, ClientRequest, Load};
use super::lab::{group, Lab, Machine, CLIENTS};
use super::storage::MemoryStorage;
use crate::lab::vocab::action::Action;
use crate::lab::vocab::event::LabEvent;
use crate::lab::vocab::id::Link;
use crate::lab::vocab::image::Image;
use crate::lab::vocab::settings::{ConfigPatch, NetworkPatch};
use crate::lab::vocab::spec::DiskSpec;
use crate::lab::vocab::targets::Targets;
use crate::lab::vocab::write_form::WriteForm;
use crate::raft::node::Request;
use crate::raft::{Config, Index, Membership, NodeId, Rule};
use crate::runtime::{Micros, Rng};

/// The client that asks where an action names none.
const FIRST_CLIENT: u32 = 1;

impl Lab {
    /// Carries an action out now.
    pub(super) fn carry_out(&mut self, action: Action) {
        match action {
            Action::Write { .. } | Action::Delete { .. } | Action::WriteMany { .. } | Action::Read { .. } => {
                self.ask(action)
            }
            Action::AddLearner { node, of } => self.change_members(Change::Learner(node), of),
            Action::Members { voters, learners, of } => self.change_members(Change::Members(voters, learners), of),
            Action::Transfer { to, of } => {
                let clients = self.clients.clone();
                self.executor.spawner(CLIENTS).spawn("transfer", async move { clients.transfer(to, of).await });
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
            Action::Campaign { node } => drop(self.network.call(node, Request::Campaign)),
            Action::Timer { node, after, .. } => self.each(&node, |lab, node| lab.set_timer(node, after)),
            Action::Snapshot { node, index } => drop(self.network.call(node, Request::Compact(index))),
            Action::Crash { node } => self.each(&node, Lab::crash),
            Action::Restart { node } => self.each(&node, Lab::restart),
            Action::Pause { node } => self.each(&node, Lab::pause),
            Action::Resume { node } => self.each(&node, Lab::resume),
            Action::Disk { node, write_delay, fail, hang, apply_delay } => self.each(&node, |lab, node| {
                if write_delay.is_some() || fail.is_some() {
                    lab.change_disk(node, write_delay, fail);
                }
                if hang.is_some() || apply_delay.is_some() {
                    lab.change_pace(node, apply_delay, hang);
                }
            }),
            Action::Wipe { node } => self.each(&node, |lab, node| lab.lose_disk(node, None)),
            Action::RollBack { node, to } => self.each(&node, |lab, node| lab.lose_disk(node, Some(to))),
            Action::Config(change) => self.change_config(change),
            Action::Rule { name, on } => self.change_rule(name, on),
            Action::Note { text } => self.recorder.lab(LabEvent::Note { text }),
        }
    }

    /// Starts the requests of clients. Their results are recorded as events.
    fn ask(&mut self, action: Action) {
        match action {
            Action::Write { key, value, only_if, node, client, retry_after } => {
                let form = WriteForm { delete: false, only_if };
                let client = client.unwrap_or(FIRST_CLIENT);
                self.spawn_request(ClientRequest { client, key, value: Some(value), form, node, retry_after });
            }
            Action::Delete { key, only_if, node, client, retry_after } => {
                let form = WriteForm { delete: true, only_if };
                let client = client.unwrap_or(FIRST_CLIENT);
                self.spawn_request(ClientRequest { client, key, value: None, form, node, retry_after });
            }
            Action::Read { key, node, client } => {
                let client = client.unwrap_or(FIRST_CLIENT);
                self.spawn_request(ClientRequest { client, key, node, ..ClientRequest::default() });
            }
            Action::WriteMany { count, every, clients: number, value_bytes, keys, retry_after } => {
                self.limits.note_writes(count);
                let load = Load { count, every, clients: number.unwrap_or(1), value_bytes, keys, retry_after };
                let clients: ClientPool = self.clients.clone();
                self.executor.spawner(CLIENTS).spawn("load", async move { clients.write_many(load).await });
            }
            _ => {}
        }
    }

    fn spawn_request(&self, request: ClientRequest) {
        let clients: ClientPool = self.clients.clone();
        self.executor.spawner(CLIENTS).spawn(format!("client {}", request.client), async move {
            let _ = clients.request(request).await; // what came of it is on record
        });
    }

    /// Does something to each of these nodes.
    fn each(&mut self, targets: &Targets, mut act: impl FnMut(&mut Lab, NodeId)) {
        targets.among(&self.nodes()).into_iter().for_each(|node| act(self, node));
    }

    /// Sets a node's election timer, or switches it off. What is off stays off when the node starts again.
    fn set_timer(&mut self, node: NodeId, after: Option<Micros>) {
        let deadline = after.map(|after| self.now() + after);
        if let Some(machine) = self.machines.get_mut(&node) {
            machine.timer_off = deadline.is_none();
        }
        self.network.call(node, Request::SetTimer(deadline));
    }

    fn restart(&mut self, node: NodeId) {
        // A process whose storage failed has ended, though nobody killed it.
        if !self.network.is_running(node) {
            self.crash(node);
            self.recorder.lab(LabEvent::Restart { node });
            self.start(node);
        }
    }

    fn pause(&mut self, node: NodeId) {
        if let Some(machine) = self.machines.get_mut(&node).filter(|machine| machine.up && !machine.paused) {
            machine.paused = true;
            self.recorder.lab(LabEvent::Pause { node });
            self.executor.pause(group(node));
        }
    }

    fn resume(&mut self, node: NodeId) {
        if let Some(machine) = self.machines.get_mut(&node).filter(|machine| machine.paused) {
            machine.paused = false;
            self.recorder.lab(LabEvent::Resume { node });
            self.executor.resume(group(node));
        }
    }

    fn change_disk(&mut self, node: NodeId, write_delay: Option<(Micros, Micros)>, fail: Option<bool>) {
        let Some(machine) = self.machines.get(&node) else { return };
        let DiskSpec { write_delay, fails, .. } = machine.storage.change(|spec| {
            spec.write_delay = write_delay.unwrap_or(spec.write_delay);
            spec.fails = fail.unwrap_or(spec.fails);
        });
        self.recorder.lab(LabEvent::Disk { node, write_delay, fails });
    }

    fn change_pace(&mut self, node: NodeId, apply_delay: Option<(Micros, Micros)>, hang: Option<bool>) {
        let Some(machine) = self.machines.get(&node) else { return };
        let DiskSpec { apply_delay, hangs, .. } = machine.storage.change(|spec| {
            spec.apply_delay = apply_delay.unwrap_or(spec.apply_delay);
            spec.hangs = hang.unwrap_or(spec.hangs);
        });
        self.recorder.lab(LabEvent::DiskPace { node, apply_delay, hangs });
    }

    /// Empties a disk, or takes it back to this last index, while nobody uses it.
    fn lose_disk(&mut self, node: NodeId, to: Option<Index>) {
        let Some(machine) = self.machines.get(&node) else { return };
        match self.network.is_running(node) {
            true => self.recorder.lab(LabEvent::Note { text: format!("S{node} runs: its disk stays as it is.") }),
            false => self.recorder.lab(LabEvent::DiskLost { node, kept: Rc::new(machine.storage.lose(to)) }),
        }
    }

    fn change_rule(&mut self, name: Rule, on: bool) {
        let mut config = self.config.clone();
        config.rules.set(name, on);
        self.recorder.lab(LabEvent::Rule { name, on });
        self.set_config(config);
    }

    fn crash(&mut self, node: NodeId) {
        let Some(machine) = self.machines.get_mut(&node).filter(|machine| machine.up) else { return };
        (machine.up, machine.paused) = (false, false);
        self.network.disconnect(node);
        self.executor.cancel(group(node));
        self.recorder.lab(LabEvent::Crash { node, kept: Rc::new(machine.storage.crash()) });
    }

    /// Has the leader change the members. Those that are not there yet are started, each with an empty disk.
    fn change_members(&mut self, change: Change, of: Option<NodeId>) {
        for node in change.nodes().difference(&self.nodes()) {
            self.machines.insert(*node, self.new_machine(*node));
            self.recorder.lab(LabEvent::NewNode { node: *node });
            self.start(*node);
        }
        let clients = self.clients.clone();
        let request = async move {
            let _ = clients.change_members(change, of).await; // what came of it is on record
        };
        self.executor.spawner(CLIENTS).spawn("members", request);
    }

    /// A machine that belongs to no configuration yet.
    fn new_machine(&self, id: NodeId) -> Machine {
        let rng = Rng::new(self.scenario.seed, "disk", u64::from(id));
        let nobody = Membership::new([], []);
        let clock = self.executor.clock().clone();
        let storage = MemoryStorage::new(nobody, Image::default(), self.scenario.disk_spec(), rng, clock);
        Machine { storage, starts: 0, up: false, paused: false, timer_off: false }
    }

    fn change_config(&mut self, change: ConfigPatch) {
        let mut config = self.config.clone();
        change.apply_to(&mut config);
        // Only a change that waited for a condition can turn out to be impossible; others were checked before.
        let own = self.scenario.node_config.keys().map(|&node| self.scenario.config_of(node, &config));
        if let Some(Err(error)) =
            std::iter::once(config.clone()).chain(own).map(|it| it.validate()).find(Result::is_err)
        {
            return self.recorder.lab(LabEvent::Note { text: format!("The settings stay as they are: {error}") });
        }
        self.recorder.lab(LabEvent::Config { change });
        self.set_config(config);
    }

    /// Every node has these settings from now on, those that start later too.
    fn set_config(&mut self, config: Config) {
        for &node in self.machines.keys() {
            self.network.call(node, Request::SetConfig(self.scenario.config_of(node, &config)));
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
