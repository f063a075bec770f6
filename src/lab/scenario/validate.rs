//! What is refused although it can be read.

use std::collections::BTreeSet;

use crate::lab::json::error::{join, refuse, ScenarioError};
use crate::lab::scenario::limits::{NODES_MAX, SEED_MAX, TEXT_BYTES_MAX, WRITES_MAX};
use crate::lab::scenario::{Action, Scenario, Timing};
use crate::lab::vocab::action::Do;
use crate::lab::vocab::id::Link;
use crate::lab::vocab::selector::Selector;
use crate::lab::vocab::settings::ConfigPatch;
use crate::raft::{Config, NodeId};
use crate::runtime::Micros;

impl Scenario {
    pub(super) fn validate(&self) -> Result<(), ScenarioError> {
        if self.seed > SEED_MAX {
            return refuse("seed", format!("{} is above {SEED_MAX}", self.seed));
        }
        if self.nodes.is_empty() {
            return refuse("nodes", "a cluster has at least one node");
        }
        if self.nodes.len() + self.learners.len() > NODES_MAX {
            return refuse("nodes", too_many());
        }
        let mut seen = BTreeSet::new();
        for (field, nodes) in [("nodes", &self.nodes), ("learners", &self.learners)] {
            for (i, &node) in nodes.iter().enumerate() {
                if node == 0 {
                    return refuse(format!("{field}[{i}]"), "a node's id is at least 1");
                }
                if !seen.insert(node) {
                    return refuse(format!("{field}[{i}]"), format!("node {node} is named twice"));
                }
            }
        }
        for (i, rule) in self.rules_off.iter().enumerate() {
            if self.rules_off[..i].contains(rule) {
                return refuse(format!("rules_off[{i}]"), format!("{rule} is named twice"));
            }
        }
        self.check_configs(None)?;
        check_range("network.latency", self.network.latency)?;
        check_range("storage.write_delay", self.storage.write_delay)?;
        check_range("storage.snapshot_delay", self.storage.snapshot_delay)?;
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
                    return refuse(join(&path, "at"), format!("{at} is before the action before it ({before})"));
                }
                (Timing::When(condition), _) => condition.check(&join(&path, "when"), &ever)?,
                (_, at) => before = at.unwrap_or(before),
            }
            check_action(&path, &action.what, &nodes)?;
            nodes.extend(action.what.newcomers());
        }
        if let Some(when) = self.stop.as_ref().and_then(|stop| stop.when.as_ref()) {
            when.check("stop.when", &ever)?;
        }
        for (i, expect) in self.expect.iter().enumerate() {
            expect.check(&format!("expect[{i}]"), &ever)?;
        }
        Ok(())
    }

    /// Checks that a node is there from the beginning.
    pub(super) fn check_node(&self, path: &str, node: NodeId) -> Result<(), ScenarioError> {
        check_node(&self.first_nodes(), path, node)
    }

    /// Checks that the settings can work together, from one change of them to the next. `added` is one more
    /// change, before the action at that place.
    ///
    /// Changes that wait for a condition are checked against the settings of the beginning: nobody knows when
    /// they come.
    pub(in crate::lab) fn check_configs(&self, added: Option<(usize, &ConfigPatch)>) -> Result<(), ScenarioError> {
        let mut config = self.node_config();
        let check = |path: &str, config: &Config| match config.validate() {
            Ok(()) => Ok(()),
            Err(error) => refuse(join(path, error.field), error.to_string()),
        };
        check("config", &config)?;
        let at_first = config.clone();
        for place in 0..=self.actions.len() {
            if let Some((_, change)) = added.filter(|&(at, _)| at == place) {
                change.apply_to(&mut config);
                check("", &config)?;
            }
            let Some(Action { timing, what: Do::Config(change) }) = self.actions.get(place) else { continue };
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

/// Checks that an action makes sense for a cluster of these nodes.
///
/// # Errors
/// With the path of what does not, beginning with `path`.
pub(in crate::lab) fn check_action(path: &str, what: &Do, nodes: &BTreeSet<NodeId>) -> Result<(), ScenarioError> {
    let at = |field: &str| join(path, field);
    match what {
        Do::Campaign { node }
        | Do::Timer { node, .. }
        | Do::Crash { node }
        | Do::Restart { node }
        | Do::Pause { node }
        | Do::Resume { node } => check_node(nodes, &at("node"), *node),
        Do::Disk { node, write_delay, fail } => {
            check_node(nodes, &at("node"), *node)?;
            if write_delay.is_none() && fail.is_none() {
                return refuse(path, "nothing is said of the disk: `write_delay`, `fail`");
            }
            check_range(&at("write_delay"), *write_delay)
        }
        Do::Snapshot { node, index } => {
            check_node(nodes, &at("node"), *node)?;
            match index {
                Some(0) => refuse(at("index"), "indices begin at 1"),
                _ => Ok(()),
            }
        }
        Do::Drop(which) | Do::Hold(which) | Do::Release(which) | Do::Duplicate(which) | Do::Deliver(which) => {
            check_selector(nodes, path, which)
        }
        Do::Delay(delay) => check_selector(nodes, path, &delay.which()),
        // Whether the settings go together is seen in the order of the actions: `check_configs`.
        Do::Config(change) if change.is_empty() => refuse(path, "no setting is changed"),
        Do::Config(_) => Ok(()),
        Do::Write { key, value, node, .. } => {
            check_text(path, key, value)?;
            node.map_or(Ok(()), |node| check_node(nodes, &at("node"), node))
        }
        Do::Read { key, node, .. } => {
            check_text(path, key, "")?;
            node.map_or(Ok(()), |node| check_node(nodes, &at("node"), node))
        }
        Do::AddLearner { node } => check_newcomers(&at("node"), what, nodes, *node == 0),
        Do::Members { voters } => check_newcomers(&at("voters"), what, nodes, voters.contains(&0)),
        Do::Transfer { to } => check_node(nodes, &at("to"), *to),
        Do::WriteMany { count, clients, every, value_bytes } => {
            if *count > WRITES_MAX {
                return refuse(at("count"), format!("{count} is above {WRITES_MAX}"));
            }
            if every.is_some() && clients.is_some() {
                return refuse(at("clients"), "`every` makes an open loop, `clients` a closed one: only one of them");
            }
            if clients.is_some_and(|clients| clients == 0 || clients > 100) {
                return refuse(at("clients"), "from 1 to 100 clients");
            }
            match value_bytes.is_some_and(|bytes| bytes as usize > TEXT_BYTES_MAX) {
                true => refuse(at("value_bytes"), format!("above {TEXT_BYTES_MAX}")),
                false => Ok(()),
            }
        }
        Do::Partition { groups } => {
            let mut seen = BTreeSet::new();
            for (i, group) in groups.iter().enumerate() {
                for (j, &node) in group.iter().enumerate() {
                    let path = format!("{}[{i}][{j}]", at("groups"));
                    check_node(nodes, &path, node)?;
                    if !seen.insert(node) {
                        return refuse(path, format!("node {node} is in two groups, or twice in one"));
                    }
                }
            }
            Ok(())
        }
        Do::Cut { links, .. } => check_links(nodes, &at("links"), links),
        Do::Join { links, name } => match (links, name) {
            (Some(links), None) => check_links(nodes, &at("links"), links),
            (None, Some(_)) => Ok(()),
            _ => refuse(path, "a join has either `links` or `name`"),
        },
        Do::Link { from, to, latency, .. } => {
            for (field, node) in [("from", from), ("to", to)] {
                node.map_or(Ok(()), |node| check_node(nodes, &at(field), node))?;
            }
            check_range(&at("latency"), *latency)
        }
        Do::Heal {} | Do::Rule { .. } | Do::Note { .. } => Ok(()),
    }
}

fn check_node(nodes: &BTreeSet<NodeId>, path: &str, node: NodeId) -> Result<(), ScenarioError> {
    match nodes.contains(&node) {
        true => Ok(()),
        false => refuse(path, format!("{node} is not a node of this cluster")),
    }
}

fn check_newcomers(path: &str, what: &Do, nodes: &BTreeSet<NodeId>, zero: bool) -> Result<(), ScenarioError> {
    if zero {
        return refuse(path, "a node's id is at least 1");
    }
    match what.newcomers().union(nodes).count() > NODES_MAX {
        true => refuse(path, too_many()),
        false => Ok(()),
    }
}

fn too_many() -> String {
    format!("a cluster has at most {NODES_MAX} nodes")
}

fn check_links(nodes: &BTreeSet<NodeId>, path: &str, links: &[Link]) -> Result<(), ScenarioError> {
    for (i, &(from, to)) in links.iter().enumerate() {
        let path = format!("{path}[{i}]");
        check_node(nodes, &path, from)?;
        check_node(nodes, &path, to)?;
        if from == to {
            return refuse(path, format!("node {from} has no link to itself"));
        }
    }
    Ok(())
}

fn check_selector(nodes: &BTreeSet<NodeId>, path: &str, which: &Selector) -> Result<(), ScenarioError> {
    for (field, node) in [("from", which.from), ("to", which.to)] {
        node.map_or(Ok(()), |node| check_node(nodes, &join(path, field), node))?;
    }
    which.check(path)
}

/// Checks a key and its value, as the fields `key` and `value` of `path`.
pub(super) fn check_text(path: &str, key: &str, value: &str) -> Result<(), ScenarioError> {
    for (field, text) in [("key", key), ("value", value)] {
        if text.len() > TEXT_BYTES_MAX {
            return refuse(join(path, field), format!("longer than {TEXT_BYTES_MAX} bytes"));
        }
    }
    match key.is_empty() || key.contains(['=', '\n']) || value.contains('\n') {
        true => refuse(join(path, "key"), "a key is not empty and has no `=`; neither key nor value has a line break"),
        false => Ok(()),
    }
}

fn check_range(path: &str, range: Option<(Micros, Micros)>) -> Result<(), ScenarioError> {
    match range {
        Some((low, high)) if low > high => refuse(path, format!("{low} to {high} is no range")),
        _ => Ok(()),
    }
}
