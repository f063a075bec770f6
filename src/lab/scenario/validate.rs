//! What is refused although it can be read.

use std::collections::BTreeSet;

use crate::lab::json::error::{child_path, invalid, Refusal, ScenarioError};
use crate::lab::scenario::limits::{
    writes_max, CLIENTS_MAX, INTERVAL_MIN, KEYED_WRITES_MAX, NODES_MAX, REPEATS_MAX, SEED_MAX, TEXT_BYTES_MAX,
    WRITTEN_BYTES_MAX,
};
use crate::lab::scenario::{Repeat, Scenario, ScheduledAction, Timing};
use crate::lab::vocab::action::Action;
use crate::lab::vocab::id::Link;
use crate::lab::vocab::selector::Selector;
use crate::lab::vocab::settings::ConfigPatch;
use crate::lab::vocab::targets::Targets;
use crate::raft::{Config, NodeId};
use crate::runtime::Micros;

impl Scenario {
    pub(super) fn validate(&self) -> Result<(), ScenarioError> {
        if self.seed > SEED_MAX {
            return invalid("seed", format!("{} is above {SEED_MAX}", self.seed));
        }
        if self.nodes.is_empty() {
            return invalid("nodes", "a cluster has at least one node");
        }
        if self.nodes.len() + self.learners.len() > NODES_MAX {
            return invalid("nodes", Refusal::TooManyNodes(NODES_MAX));
        }
        let mut seen = BTreeSet::new();
        for (field, nodes) in [("nodes", &self.nodes), ("learners", &self.learners)] {
            for (i, &node) in nodes.iter().enumerate() {
                if node == 0 {
                    return invalid(format!("{field}[{i}]"), Refusal::NodeZero);
                }
                if !seen.insert(node) {
                    return invalid(format!("{field}[{i}]"), format!("node {node} is named twice"));
                }
            }
        }
        for (i, rule) in self.rules_off.iter().enumerate() {
            if self.rules_off[..i].contains(rule) {
                return invalid(format!("rules_off[{i}]"), format!("{rule} is named twice"));
            }
        }
        for (field, nodes) in
            [("node_config", Vec::from_iter(self.node_config.keys())), ("clocks", Vec::from_iter(self.clocks.keys()))]
        {
            nodes.into_iter().try_for_each(|&node| check_node(&self.all_nodes(), &format!("{field}.{node}"), node))?;
        }
        self.check_configs(None)?;
        check_range("network.latency", self.network.latency)?;
        check_range("storage.write_delay", self.storage.write_delay)?;
        check_range("storage.snapshot_delay", self.storage.snapshot_delay)?;
        check_range("storage.apply_delay", self.storage.apply_delay)?;
        self.check_starts()?;
        let ever = self.all_nodes();
        // Nobody knows when an action comes that waits: what it starts counts from the beginning.
        let mut nodes = self.first_nodes();
        nodes.extend(self.actions.iter().filter(|it| it.timing.at().is_none()).flat_map(|it| it.what.newcomers()));
        let mut before = Micros::ZERO;
        for (i, action) in self.actions.iter().enumerate() {
            let path = format!("actions[{i}]");
            match (&action.timing, action.timing.at()) {
                (_, Some(at)) if at < before => {
                    return invalid(child_path(&path, "at"), format!("{at} is before the action before it ({before})"));
                }
                (Timing::When(condition, _), _) => condition.check(&child_path(&path, "when"), &ever)?,
                (_, at) => before = at.unwrap_or(before),
            }
            check_repeat(&path, action)?;
            check_action(&path, &action.what, &nodes)?;
            nodes.extend(action.what.newcomers());
        }
        // Each is within its own bounds: what is named is the one that is too much for all.
        self.check_writes(None)?;
        if let Some(when) = self.stop.as_ref().and_then(|stop| stop.when.as_ref()) {
            when.check("stop.when", &ever)?;
        }
        for (i, expect) in self.expect.iter().enumerate() {
            let path = format!("expect[{i}]");
            expect.check(&path, &ever)?;
            let end = self.stop_at();
            if let Some(at) = expect.last_moment().filter(|&at| at > end) {
                return invalid(path, format!("nobody knows what holds at {at}: the run ends at {end}"));
            }
        }
        Ok(())
    }

    /// Checks that a node is there from the beginning.
    pub(super) fn check_node(&self, path: &str, node: NodeId) -> Result<(), ScenarioError> {
        check_node(&self.first_nodes(), path, node)
    }

    /// Checks how much all `write_many` write together, `added` included, which is an action to come.
    ///
    /// # Errors
    /// With the path of the first action that is too much; of `added`, without a path.
    pub(in crate::lab) fn check_writes(&self, added: Option<&Action>) -> Result<(), ScenarioError> {
        let (mut writes, mut open_writes, mut bytes) = (0u64, 0u64, 0u64);
        let times = |action: &ScheduledAction| action.repeat.map_or(1, |repeat| u64::from(repeat.count));
        let planned = self.actions.iter().enumerate().map(|(i, action)| (Some(i), &action.what, times(action)));
        for (place, what, times) in planned.chain(added.map(|what| (None, what, 1))) {
            let Action::WriteMany { count, every, value_bytes, .. } = what else { continue };
            let count = count.saturating_mul(times);
            writes = writes.saturating_add(count);
            open_writes = open_writes.saturating_add(if every.is_some() { count } else { 0 });
            bytes = bytes.saturating_add(count.saturating_mul(value_bytes.unwrap_or(0).into()));
            let path = || place.map(|place| format!("actions[{place}]")).unwrap_or_default();
            for (writes, (_, max)) in [(open_writes, writes_max(true)), (writes, writes_max(false))] {
                if writes > max {
                    return invalid(path(), format!("more than {max} writes together with those before it"));
                }
            }
            if bytes > WRITTEN_BYTES_MAX {
                return invalid(
                    path(),
                    format!("more than {WRITTEN_BYTES_MAX} bytes together with the writes before it"),
                );
            }
        }
        Ok(())
    }

    /// Checks that the settings can work together, from one change of them to the next. `added` is one more
    /// change, before the action at that place.
    ///
    /// Changes that wait for a condition are checked against the settings of the beginning: nobody knows when
    /// they come.
    pub(in crate::lab) fn check_configs(&self, added: Option<(usize, &ConfigPatch)>) -> Result<(), ScenarioError> {
        let mut config = self.node_config();
        let check = |path: &str, config: &Config| {
            if let Err(error) = config.validate() {
                return invalid(child_path(path, error.field), error.to_string());
            }
            check_intervals(path, config)?;
            for &node in self.node_config.keys().chain(self.clocks.keys()) {
                let own = format!("node_config.{node}");
                let path = if path == "config" { &own } else { path };
                let config = self.config_of(node, config);
                if let Err(error) = config.validate() {
                    return invalid(child_path(path, error.field), format!("of node {node}, {error}"));
                }
                check_intervals(path, &config)?;
            }
            Ok(())
        };
        check("config", &config)?;
        let at_first = config.clone();
        for place in 0..=self.actions.len() {
            if let Some((_, change)) = added.filter(|&(at, _)| at == place) {
                change.apply_to(&mut config);
                check("", &config)?;
            }
            let Some(ScheduledAction { timing, what: Action::Config(change), .. }) = self.actions.get(place) else {
                continue;
            };
            let path = format!("actions[{place}]");
            match timing.at() {
                Some(_) => {
                    change.apply_to(&mut config);
                    check(&path, &config)?;
                }
                None => {
                    let mut config = at_first.clone();
                    change.apply_to(&mut config);
                    check(&path, &config)?;
                }
            }
        }
        Ok(())
    }
}

/// Checks how often an action is repeated.
fn check_repeat(path: &str, action: &ScheduledAction) -> Result<(), ScenarioError> {
    let Some(Repeat { every, count }) = action.repeat else { return Ok(()) };
    let at = |field: &str| child_path(&child_path(path, "repeat"), field);
    match () {
        () if action.is_recorded() => invalid(child_path(path, "repeat"), "a recorded action is done once"),
        () if every < INTERVAL_MIN => invalid(at("every"), format!("{every} is below {INTERVAL_MIN}")),
        () if !(1..=REPEATS_MAX).contains(&count) => invalid(at("count"), format!("from 1 to {REPEATS_MAX} times")),
        () => Ok(()),
    }
}

/// Checks the settings that say how often something repeats itself.
fn check_intervals(path: &str, config: &Config) -> Result<(), ScenarioError> {
    for (field, interval) in [
        ("heartbeat_interval", config.heartbeat_interval),
        ("install_snapshot_timeout", config.install_snapshot_timeout),
    ] {
        if interval < INTERVAL_MIN {
            return invalid(child_path(path, field), format!("{interval} is below {INTERVAL_MIN}"));
        }
    }
    Ok(())
}

/// Checks that an action makes sense for a cluster of these nodes.
///
/// # Errors
/// With the path of what does not, beginning with `path`.
pub(in crate::lab) fn check_action(path: &str, what: &Action, nodes: &BTreeSet<NodeId>) -> Result<(), ScenarioError> {
    let at = |field: &str| child_path(path, field);
    match what {
        Action::Campaign { node } => check_node(nodes, &at("node"), *node),
        Action::Timer { node, after, off } => {
            check_targets(nodes, &at("node"), node)?;
            match after.is_some() != *off {
                true => Ok(()),
                false => invalid(path, "a timer has either `in` or `off` (true)"),
            }
        }
        Action::Crash { node }
        | Action::Restart { node }
        | Action::Pause { node }
        | Action::Resume { node }
        | Action::Wipe { node }
        | Action::RollBack { node, .. } => check_targets(nodes, &at("node"), node),
        Action::Disk { node, write_delay, fail, hang, apply_delay } => {
            check_targets(nodes, &at("node"), node)?;
            if write_delay.or(*apply_delay).is_none() && fail.or(*hang).is_none() {
                return invalid(path, "nothing is said of the disk: `write_delay`, `fail`, `hang`, `apply_delay`");
            }
            check_range(&at("write_delay"), *write_delay)?;
            check_range(&at("apply_delay"), *apply_delay)
        }
        Action::Snapshot { node, index } => {
            check_node(nodes, &at("node"), *node)?;
            match index {
                Some(0) => invalid(at("index"), "indices begin at 1"),
                _ => Ok(()),
            }
        }
        Action::Drop(which)
        | Action::Hold(which)
        | Action::Release(which)
        | Action::Duplicate(which)
        | Action::Deliver(which) => check_selector(nodes, path, which),
        Action::Delay(delay) => check_selector(nodes, path, &delay.which()),
        // Whether the settings go together is seen in the order of the actions: `check_configs`.
        Action::Config(change) if change.is_empty() => invalid(path, "no setting is changed"),
        Action::Config(_) => Ok(()),
        Action::Write { key, value, only_if, node, .. } => {
            check_text(path, key, value)?;
            check_value(&at("if"), only_if.as_ref().and_then(Option::as_deref).unwrap_or_default())?;
            node.map_or(Ok(()), |node| check_node(nodes, &at("node"), node))
        }
        Action::Delete { key, only_if, node, .. } => {
            check_text(path, key, "")?;
            check_value(&at("if"), only_if.as_ref().and_then(Option::as_deref).unwrap_or_default())?;
            node.map_or(Ok(()), |node| check_node(nodes, &at("node"), node))
        }
        Action::Read { key, node, .. } => {
            check_text(path, key, "")?;
            node.map_or(Ok(()), |node| check_node(nodes, &at("node"), node))
        }
        Action::AddLearner { node, of } => {
            check_newcomers(&at("node"), what, nodes, *node == 0)?;
            of.map_or(Ok(()), |node| check_node(nodes, &at("of"), node))
        }
        Action::Members { voters, learners, of } => {
            if let Some(both) = learners.iter().flatten().find(|learner| voters.contains(learner)) {
                return invalid(at("learners"), Refusal::VoterAndLearner(*both));
            }
            check_newcomers(&at("voters"), what, nodes, voters.contains(&0))?;
            check_newcomers(&at("learners"), what, nodes, learners.iter().flatten().any(|&learner| learner == 0))?;
            of.map_or(Ok(()), |node| check_node(nodes, &at("of"), node))
        }
        Action::Transfer { to, of } => {
            check_node(nodes, &at("to"), *to)?;
            of.map_or(Ok(()), |node| check_node(nodes, &at("of"), node))
        }
        Action::WriteMany { .. } => check_load(path, what),
        Action::Partition { groups } => check_groups(&at("groups"), groups, nodes),
        Action::Cut { links, .. } => check_links(nodes, &at("links"), links),
        Action::Join { links, name } => match (links, name) {
            (Some(links), None) => check_links(nodes, &at("links"), links),
            (None, Some(_)) => Ok(()),
            _ => invalid(path, "a join has either `links` or `name`"),
        },
        Action::Link { from, to, latency, .. } => {
            for (field, node) in [("from", from), ("to", to)] {
                node.map_or(Ok(()), |node| check_node(nodes, &at(field), node))?;
            }
            check_range(&at("latency"), *latency)
        }
        Action::Heal {} | Action::Rule { .. } | Action::Note { .. } => Ok(()),
    }
}

/// Checks `write_many`.
fn check_load(path: &str, what: &Action) -> Result<(), ScenarioError> {
    let Action::WriteMany { count, clients, every, value_bytes, keys, retry_after } = what else { return Ok(()) };
    let at = |field: &str| child_path(path, field);
    let (max, _) = writes_max(every.is_some());
    if *count > max {
        return invalid(at("count"), format!("{count} is above {max}"));
    }
    if every.is_some() && clients.is_some() {
        return invalid(at("clients"), "`every` makes an open loop, `clients` a closed one: only one of them");
    }
    if every.is_some() && retry_after.is_some() {
        return invalid(at("retry_after"), "a client with a session has one write under way: `clients`, not `every`");
    }
    if clients.is_some_and(|clients| clients == 0 || clients > CLIENTS_MAX) {
        return invalid(at("clients"), format!("from 1 to {CLIENTS_MAX} clients"));
    }
    if let Some(keys) = keys {
        if *count > KEYED_WRITES_MAX {
            return invalid(at("count"), format!("{count} is above {KEYED_WRITES_MAX}, the most with `keys`"));
        }
        // The longest key has the number of the last write.
        if keys.len() > TEXT_BYTES_MAX - 4 {
            return invalid(at("keys"), Refusal::TooLong(TEXT_BYTES_MAX - 4));
        }
        if keys.contains(['=', '\n']) {
            return invalid(at("keys"), Refusal::KeyOrValue);
        }
    }
    match value_bytes.is_some_and(|bytes| bytes as usize > TEXT_BYTES_MAX) {
        true => invalid(at("value_bytes"), format!("above {TEXT_BYTES_MAX}")),
        false => Ok(()),
    }
}

/// Checks that the groups name nodes that exist, each once.
fn check_groups(path: &str, groups: &[Vec<NodeId>], nodes: &BTreeSet<NodeId>) -> Result<(), ScenarioError> {
    let mut seen = BTreeSet::new();
    for (i, group) in groups.iter().enumerate() {
        for (j, &node) in group.iter().enumerate() {
            let path = format!("{path}[{i}][{j}]");
            check_node(nodes, &path, node)?;
            if !seen.insert(node) {
                return invalid(path, Refusal::InTwoGroups(node));
            }
        }
    }
    Ok(())
}

/// Checks that a node is one of these.
pub(super) fn check_node(nodes: &BTreeSet<NodeId>, path: &str, node: NodeId) -> Result<(), ScenarioError> {
    match nodes.contains(&node) {
        true => Ok(()),
        false => invalid(path, Refusal::NoSuchNode(node)),
    }
}

/// Checks that the nodes exist, and that none is named twice.
fn check_targets(nodes: &BTreeSet<NodeId>, path: &str, targets: &Targets) -> Result<(), ScenarioError> {
    let Targets::Each(list) = targets else {
        return targets.among(nodes).into_iter().try_for_each(|node| check_node(nodes, path, node));
    };
    for (i, node) in list.iter().enumerate() {
        let path = format!("{path}[{i}]");
        check_node(nodes, &path, *node)?;
        if list[..i].contains(node) {
            return invalid(path, format!("node {node} is named twice"));
        }
    }
    Ok(())
}

fn check_newcomers(path: &str, what: &Action, nodes: &BTreeSet<NodeId>, zero: bool) -> Result<(), ScenarioError> {
    if zero {
        return invalid(path, Refusal::NodeZero);
    }
    match what.newcomers().union(nodes).count() > NODES_MAX {
        true => invalid(path, Refusal::TooManyNodes(NODES_MAX)),
        false => Ok(()),
    }
}

fn check_links(nodes: &BTreeSet<NodeId>, path: &str, links: &[Link]) -> Result<(), ScenarioError> {
    for (i, &(from, to)) in links.iter().enumerate() {
        let path = format!("{path}[{i}]");
        check_node(nodes, &path, from)?;
        check_node(nodes, &path, to)?;
        if from == to {
            return invalid(path, Refusal::LinkToItself(from));
        }
    }
    Ok(())
}

fn check_selector(nodes: &BTreeSet<NodeId>, path: &str, which: &Selector) -> Result<(), ScenarioError> {
    for (field, node) in [("from", which.from), ("to", which.to)] {
        node.map_or(Ok(()), |node| check_node(nodes, &child_path(path, field), node))?;
    }
    which.check(path)
}

/// Checks a key and its value, as the fields `key` and `value` of `path`.
pub(super) fn check_text(path: &str, key: &str, value: &str) -> Result<(), ScenarioError> {
    for (field, text) in [("key", key), ("value", value)] {
        if text.len() > TEXT_BYTES_MAX {
            return invalid(child_path(path, field), Refusal::TooLong(TEXT_BYTES_MAX));
        }
    }
    match key.is_empty() || key.contains(['=', '\n']) || value.contains('\n') {
        true => invalid(child_path(path, "key"), Refusal::KeyOrValue),
        false => Ok(()),
    }
}

/// Checks the value at `path` that a compare-and-set expects.
pub(super) fn check_value(path: &str, value: &str) -> Result<(), ScenarioError> {
    match (value.len() > TEXT_BYTES_MAX, value.contains('\n')) {
        (true, _) => invalid(path, Refusal::TooLong(TEXT_BYTES_MAX)),
        (_, true) => invalid(path, Refusal::KeyOrValue),
        _ => Ok(()),
    }
}

fn check_range(path: &str, range: Option<(Micros, Micros)>) -> Result<(), ScenarioError> {
    match range {
        Some((low, high)) if low > high => invalid(path, Refusal::NotARange(low.to_string(), high.to_string())),
        _ => Ok(()),
    }
}
