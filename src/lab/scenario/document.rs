//! The scenario as a document.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::lab::json::error::{invalid, ScenarioError};
use crate::lab::json::limits::DOCUMENT_BYTES_MAX;
use crate::lab::json::read::{list, object, parse, parse_at, pretty};
use crate::lab::scenario::{ScheduledAction, Start, Stop, Timing};
use crate::lab::vocab::action::Action;
use crate::lab::vocab::condition::Condition;
use crate::lab::vocab::moment::Position;
use crate::lab::vocab::rate::ClockRate;
use crate::lab::vocab::settings::{ConfigPatch, NetworkPatch, Preset, StoragePatch};
use crate::lab::vocab::spec::{DiskSpec, LinkSpec};
use crate::raft::{Config, Membership, NodeId, Rule, Rules};
use crate::runtime::Micros;

/// The version of the format.
pub const FORMAT: &str = "raft-lab/1";

/// The initial state of a cluster, the actions, and the expected outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Always [`FORMAT`].
    format: String,
    /// The title, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What the scenario demonstrates, in Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The seed of the random number generators, ≤ 2^53 − 1.
    #[serde(default)]
    pub seed: u64,
    /// The preset that the settings are based on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<Preset>,
    /// The ids of the initial voters.
    pub nodes: Vec<NodeId>,
    /// The ids of the initial learners, which receive the log but do not vote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub learners: Vec<NodeId>,
    /// Settings of the nodes that differ from the preset.
    #[serde(default, skip_serializing_if = "ConfigPatch::is_empty")]
    pub config: ConfigPatch,
    /// Settings of single nodes that differ from those of all nodes, also when those change.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub node_config: BTreeMap<NodeId, ConfigPatch>,
    /// How fast the clock of a node runs: 2 makes all that it waits for come in half the time. Default: 1.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub clocks: BTreeMap<NodeId, ClockRate>,
    /// Settings of the network that differ from the default.
    #[serde(default, skip_serializing_if = "NetworkPatch::is_empty")]
    pub network: NetworkPatch,
    /// Settings of the disks that differ from the default.
    #[serde(default, skip_serializing_if = "StoragePatch::is_empty")]
    pub storage: StoragePatch,
    /// Rules of Raft that are switched off in every node.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules_off: Vec<Rule>,
    /// The initial state of each node; an empty log for nodes not listed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub start: BTreeMap<NodeId, Start>,
    /// The actions, in the order of their times.
    #[serde(skip_deserializing, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<ScheduledAction>,
    /// When the run ends.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Stop>,
    /// Conditions that are expected to hold at the end.
    #[serde(skip_deserializing, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Condition>,
}

impl Scenario {
    /// A cluster of `nodes` voters with the classroom preset.
    pub fn classroom(nodes: NodeId) -> Scenario {
        Scenario {
            format: FORMAT.into(),
            title: String::new(),
            description: String::new(),
            seed: 1,
            preset: Some(Preset::Classroom),
            nodes: (1..=nodes).collect(),
            learners: Vec::new(),
            config: ConfigPatch::default(),
            node_config: BTreeMap::new(),
            clocks: BTreeMap::new(),
            network: NetworkPatch::default(),
            storage: StoragePatch::default(),
            rules_off: Vec::new(),
            start: BTreeMap::new(),
            actions: Vec::new(),
            stop: None,
            expect: Vec::new(),
        }
    }

    /// The scenario that the page opens with. It is made here instead of being read: nothing that reads documents has to
    /// be loaded and compiled before the page moves.
    pub fn opening() -> Scenario {
        let write = |at: u64, key: &str, value: &str| {
            let (key, value) = (key.into(), value.into());
            let what = Action::Write { key, value, only_if: None, node: None, client: None, retry_after: None };
            ScheduledAction::at(Micros::from_ms(at), what)
        };
        let actions = vec![write(400, "x", "1"), write(480, "y", "2")];
        // The first snapshot after ten more writes has five chunks: enough to watch them, and few enough to wait for.
        let config = ConfigPatch { snapshot_max_chunk_size: Some(10), ..ConfigPatch::default() };
        Scenario { title: "Five nodes".into(), seed: 7, config, actions, ..Scenario::classroom(5) }
    }

    /// Reads a scenario from text.
    ///
    /// # Errors
    /// The first error, with its path; for invalid JSON, with line and column.
    pub fn from_json(text: &str) -> Result<Scenario, ScenarioError> {
        if text.len() > DOCUMENT_BYTES_MAX {
            return invalid("", format!("a scenario has at most {DOCUMENT_BYTES_MAX} bytes"));
        }
        Scenario::from_value(parse(text)?)
    }

    /// Reads a scenario from a JSON value.
    ///
    /// # Errors
    /// The first error, with its path.
    pub fn from_value(value: Value) -> Result<Scenario, ScenarioError> {
        let mut map = object("", value)?;
        match map.get("format") {
            Some(Value::String(format)) if format == FORMAT => {}
            Some(other) => return invalid("format", format!("{other} is not \"{FORMAT}\"")),
            None => return invalid("", format!("missing field `format` (\"{FORMAT}\")")),
        }
        let actions = map.shift_remove("actions");
        let stop = map.shift_remove("stop");
        let expect = map.shift_remove("expect");
        let mut scenario: Scenario = parse_at("", Value::Object(map))?;
        scenario.actions = list("actions", actions, ScheduledAction::from_value)?;
        scenario.stop = stop.map(|value| Stop::from_value("stop", value)).transpose()?;
        scenario.expect = list("expect", expect, Condition::from_value)?;
        scenario.validate()?;
        Ok(scenario)
    }

    /// The scenario as indented JSON.
    pub fn to_json(&self) -> String {
        pretty(self)
    }

    /// The settings of all nodes.
    pub fn node_config(&self) -> Config {
        let mut config = match self.preset {
            Some(Preset::Classroom) => Config::classroom(),
            Some(Preset::Lab) | None => Config::default(),
        };
        self.config.apply_to(&mut config);
        config.rules = Rules::without(self.rules_off.iter().copied());
        config
    }

    /// The settings of one node, where these are those of all nodes: with what is its own, and with times as its clock
    /// shows them.
    pub fn config_of(&self, node: NodeId, all: &Config) -> Config {
        let mut config = all.clone();
        if let Some(own) = self.node_config.get(&node) {
            own.apply_to(&mut config);
        }
        if let Some(rate) = self.clocks.get(&node) {
            for time in [
                &mut config.election_timeout_min,
                &mut config.election_timeout_max,
                &mut config.heartbeat_interval,
                &mut config.install_snapshot_timeout,
            ] {
                *time = rate.true_time(*time);
            }
        }
        config
    }

    /// The settings of every link that has none of its own.
    pub fn link_spec(&self) -> LinkSpec {
        let mut link = LinkSpec::default();
        self.network.apply_to(&mut link);
        link
    }

    /// The initial configuration.
    pub fn membership(&self) -> Membership {
        Membership::new(self.nodes.iter().copied(), self.learners.iter().copied())
    }

    /// The ids of the initial members, in order.
    pub fn first_nodes(&self) -> BTreeSet<NodeId> {
        self.nodes.iter().chain(&self.learners).copied().collect()
    }

    /// The ids of all nodes that ever exist, in order.
    pub fn all_nodes(&self) -> BTreeSet<NodeId> {
        let mut nodes = self.first_nodes();
        nodes.extend(self.actions.iter().flat_map(|action| action.what.newcomers()));
        nodes
    }

    /// The scenario without the recorded actions after the end of the poll of this event, which belong to another
    /// branch. Actions by the author are kept.
    pub fn up_to_event(&self, event: u64) -> Scenario {
        let mut scenario = self.clone();
        scenario
            .actions
            .retain(|action| !matches!(action.timing, Timing::After { event: after, .. } if after >= event));
        scenario
    }

    /// The scenario without recorded actions, and with another seed.
    pub fn restarted(&self, seed: u64) -> Scenario {
        let mut scenario = Scenario { seed, ..self.clone() };
        scenario.actions.retain(|action| !action.is_recorded());
        scenario
    }

    /// Whether there are recorded actions.
    pub fn has_recorded(&self) -> bool {
        self.actions.iter().any(ScheduledAction::is_recorded)
    }

    /// The scenario without the last recorded action, and the moment at which that was executed; `None` if there is
    /// none. Election timers that were set at one moment count as one action.
    pub fn before_last_action(&self) -> Option<(Scenario, Position)> {
        let mut scenario = self.clone();
        let mut moment = None;
        while let Some(last) = scenario.actions.iter().rposition(ScheduledAction::is_recorded) {
            let ScheduledAction { timing, what, .. } = &scenario.actions[last];
            let timer = matches!(what, Action::Timer { .. });
            let Timing::After { at, event, .. } = *timing else { break };
            if moment.is_some_and(|(then, _)| then != at || !timer) {
                break;
            }
            moment = Some((at, event));
            scenario.actions.remove(last);
            if !timer {
                break;
            }
        }
        moment.map(|(now, event)| (scenario, Position { event, now }))
    }

    /// Whether a rule of Raft is off in all nodes, from the beginning or by an action.
    pub fn switches_rules_off(&self) -> bool {
        let off = |action: &ScheduledAction| matches!(action.what, Action::Rule { on: false, .. });
        !self.rules_off.is_empty() || self.actions.iter().any(off)
    }

    /// The settings of the disks.
    pub fn disk_spec(&self) -> DiskSpec {
        let mut spec = DiskSpec::default();
        self.storage.apply_to(&mut spec);
        spec
    }

    /// The virtual time at which the run ends: as specified, or 5 s after the last action.
    pub fn stop_at(&self) -> Micros {
        let after_the_last_action = || {
            let last_action = self.actions.iter().filter_map(|action| action.times(action.timing.at()?).last());
            last_action.max().unwrap_or(Micros::ZERO) + Micros::from_ms(5000)
        };
        self.stop.as_ref().and_then(|stop| stop.at).unwrap_or_else(after_the_last_action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is made without being read is what could be read.
    #[test]
    fn the_page_opens_with_a_scenario_that_is_accepted() {
        assert_eq!(Scenario::from_json(&Scenario::opening().to_json()), Ok(Scenario::opening()));
    }
}
