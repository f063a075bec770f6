//! The document that a scenario is.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::lab::json::error::{invalid, ScenarioError};
use crate::lab::json::read::{list, object, parse, parse_at, pretty};
use crate::lab::scenario::{ScheduledAction, Start, Stop, Timing};
use crate::lab::vocab::action::Action;
use crate::lab::vocab::condition::Condition;
use crate::lab::vocab::moment::Position;
use crate::lab::vocab::settings::{ConfigPatch, NetworkPatch, Preset, StoragePatch};
use crate::lab::vocab::spec::{DiskSpec, LinkSpec};
use crate::raft::{Config, Membership, NodeId, Rule, Rules};
use crate::runtime::Micros;

/// The version of the format that this is.
pub const FORMAT: &str = "raft-lab/1";

/// What the page opens with.
pub const DEFAULT: &str = include_str!("../default.json");

/// How a cluster starts, what is done to it, and what should then hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// [`FORMAT`].
    format: String,
    /// A name for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What it shows, in Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What chance begins with: at most 2^53 − 1.
    #[serde(default)]
    pub seed: u64,
    /// Where the settings start from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<Preset>,
    /// The voters.
    pub nodes: Vec<NodeId>,
    /// Nodes that receive the log without a vote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub learners: Vec<NodeId>,
    /// Settings that differ from the preset's.
    #[serde(default, skip_serializing_if = "ConfigPatch::is_empty")]
    pub config: ConfigPatch,
    /// What the network does to messages.
    #[serde(default, skip_serializing_if = "NetworkPatch::is_empty")]
    pub network: NetworkPatch,
    /// How long the disks take.
    #[serde(default, skip_serializing_if = "StoragePatch::is_empty")]
    pub storage: StoragePatch,
    /// Rules that no node obeys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules_off: Vec<Rule>,
    /// What nodes start with; an empty log, if they are not named.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub start: BTreeMap<NodeId, Start>,
    /// What is done, in the order of time.
    #[serde(skip_deserializing, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<ScheduledAction>,
    /// When the run ends.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Stop>,
    /// What should hold at the end.
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
            network: NetworkPatch::default(),
            storage: StoragePatch::default(),
            rules_off: Vec::new(),
            start: BTreeMap::new(),
            actions: Vec::new(),
            stop: None,
            expect: Vec::new(),
        }
    }

    /// Reads a scenario.
    ///
    /// # Errors
    /// The first mistake, with its place; for text that is not JSON, its line and column.
    pub fn from_json(text: &str) -> Result<Scenario, ScenarioError> {
        Scenario::from_value(parse(text)?)
    }

    /// Reads a scenario from a JSON value.
    ///
    /// # Errors
    /// The first mistake, with its place.
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

    /// The scenario as a document for people: indented JSON.
    pub fn to_json(&self) -> String {
        pretty(self)
    }

    /// The settings of every node.
    pub fn node_config(&self) -> Config {
        let mut config = match self.preset {
            Some(Preset::Classroom) => Config::classroom(),
            Some(Preset::Lab) | None => Config::default(),
        };
        self.config.apply_to(&mut config);
        config.rules = Rules::without(self.rules_off.iter().copied());
        config
    }

    /// What a link does that nothing else is said of.
    pub fn link_spec(&self) -> LinkSpec {
        let mut link = LinkSpec::default();
        self.network.apply_to(&mut link);
        link
    }

    /// The configuration that the cluster begins with.
    pub fn membership(&self) -> Membership {
        Membership::new(self.nodes.iter().copied(), self.learners.iter().copied())
    }

    /// The nodes that the cluster begins with, in order.
    pub fn first_nodes(&self) -> BTreeSet<NodeId> {
        self.nodes.iter().chain(&self.learners).copied().collect()
    }

    /// Every node that there is at some time, in order.
    pub fn all_nodes(&self) -> BTreeSet<NodeId> {
        let mut nodes = self.first_nodes();
        nodes.extend(self.actions.iter().flat_map(|action| action.what.newcomers()));
        nodes
    }

    /// The scenario without what was done behind the end of the poll of this event: that is another branch's. What an
    /// author wrote stays.
    pub fn up_to_event(&self, event: u64) -> Scenario {
        let mut scenario = self.clone();
        scenario
            .actions
            .retain(|action| !matches!(action.timing, Timing::After { event: after, .. } if after >= event));
        scenario
    }

    /// The scenario as its author wrote it, without what a person did to the run, and with another seed.
    pub fn restarted(&self, seed: u64) -> Scenario {
        let mut scenario = Scenario { seed, ..self.clone() };
        scenario.actions.retain(|action| !action.is_recorded());
        scenario
    }

    /// Whether a person did something to the run.
    pub fn has_recorded(&self) -> bool {
        self.actions.iter().any(ScheduledAction::is_recorded)
    }

    /// The scenario as it was before the last thing that a person did to the run, and the moment at which it was
    /// done; none if nothing was done. Election timers that were set at one moment count as one thing.
    pub fn before_last_action(&self) -> Option<(Scenario, Position)> {
        let mut scenario = self.clone();
        let mut moment = None;
        while let Some(last) = scenario.actions.iter().rposition(ScheduledAction::is_recorded) {
            let ScheduledAction { timing, what } = &scenario.actions[last];
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

    /// How the disks behave.
    pub fn disk_spec(&self) -> DiskSpec {
        let mut spec = DiskSpec::default();
        self.storage.apply_to(&mut spec);
        spec
    }

    /// When the run ends: as the scenario says, or 5 s after its last action.
    pub fn stop_at(&self) -> Micros {
        let last_action = self.actions.iter().filter_map(|action| action.timing.at()).max().unwrap_or(Micros::ZERO);
        let stop = self.stop.as_ref().and_then(|stop| stop.at);
        stop.unwrap_or(last_action + Micros::from_ms(5000))
    }
}
