//! Shrinking: makes a failing run as short as possible while it still fails in the same way.
//!
//! Shrinking edits the scenario as a JSON document, since that has a uniform structure. It removes actions, first in
//! large groups and then one by one; removes nodes and settings; makes loads smaller, pauses shorter and numbers
//! rounder. An edit is kept if the run still fails. When few actions are left, an edit is tried with other seeds too:
//! the edit changes which random numbers are drawn for what, and the old seed may no longer lead to the failure.

use serde_json::{json, Map, Value};

use crate::lab::explore::{Failure, Trial};
use crate::lab::json::read::value_of;
use crate::lab::scenario::Scenario;
use crate::lab::world::World;
use crate::raft::NodeId;
use crate::runtime::Micros;

/// The most runs that are tried.
const TRIALS_MAX: u32 = 2500;

/// Other seeds are tried if there are at most this many actions.
const FEW: usize = 24;

/// The number of other seeds that are tried.
const SEEDS: u64 = 6;

/// A run without a violation is stuck if it has not converged this long after its last action.
const CALM: Micros = Micros::from_ms(20_000);

/// An edit that may make a scenario shorter.
#[derive(Clone, Debug, PartialEq)]
enum Edit {
    /// Removes the actions from the first of these positions to before the second.
    Without(usize, usize),
    /// Removes a node, and the actions on it alone.
    WithoutNode(NodeId),
    /// Removes the field at this path of the document.
    WithoutField(Vec<String>),
    /// Removes a field of the action at this position.
    WithoutActionField(usize, String),
    /// Halves the number of writes of the action at this position.
    Half(usize),
    /// Moves the actions from this position on earlier, by this many thousandths of the interval before the first of
    /// them.
    Sooner(usize, u64),
    /// Rounds all times to multiples of this many milliseconds.
    Round(u64),
    /// Replaces the seed.
    Seed(u64),
}

/// A failing scenario that is being shrunk.
pub struct Shrink {
    best: Scenario,
    failure: Failure,
    /// The virtual time at which the best scenario fails.
    fails_at: Micros,
    /// The edits still to be tried on the best scenario, each with another seed or none; the next one is last.
    edits: Vec<(Edit, Option<u64>)>,
    /// Whether the present round has improved the best scenario.
    better: bool,
    trial: Option<Trial>,
    trials: u32,
}

impl Shrink {
    /// Starts with a scenario that fails at virtual time `at`.
    pub fn new(scenario: Scenario, failure: Failure, at: Micros) -> Shrink {
        let (edits, best) = (Vec::new(), scenario);
        let mut shrink = Shrink { best, failure, fails_at: at, edits, better: true, trial: None, trials: 0 };
        if failure != Failure::Stuck {
            shrink.best = shrink.cut_off(&value_of(&shrink.best), at).unwrap_or(shrink.best);
        }
        shrink
    }

    /// The shortest failing scenario so far.
    pub fn best(&self) -> &Scenario {
        &self.best
    }

    /// How it fails.
    pub fn failure(&self) -> Failure {
        self.failure
    }

    /// The best scenario as a file: it expects the failure.
    pub fn result(&self, seed: u64) -> Scenario {
        let mut scenario = self.best.clone();
        let rules: Vec<&str> = scenario.rules_off.iter().map(|rule| rule.text()).collect();
        let without = if rules.is_empty() { String::new() } else { format!("Without {}: ", rules.join(", ")) };
        let text = format!("{without}{}", self.failure.text());
        scenario.title = text.chars().take(1).flat_map(char::to_uppercase).chain(text.chars().skip(1)).collect();
        scenario.description = format!("Finding by exploring, with seed {seed}, and made short.");
        scenario.expect = self.failure.expected();
        scenario
    }

    /// Processes at most `events_max` events. Returns whether shrinking is done.
    pub fn advance(&mut self, events_max: u64) -> bool {
        let Some(mut trial) = self.trial.take().or_else(|| self.next_trial()) else { return true };
        if !trial.advance(events_max) {
            self.trial = Some(trial);
            return false;
        }
        if let Some(at) = self.fails_alike(&trial) {
            let shorter = value_of(trial.scenario());
            let cut = self.cut_off(&shorter, at);
            self.best = cut.unwrap_or_else(|| trial.scenario().clone());
            (self.fails_at, self.better) = (at, true);
        }
        false
    }

    /// The virtual time at which a trial failed, if it failed in the same way.
    fn fails_alike(&self, trial: &Trial) -> Option<Micros> {
        let (failure, at) = trial.failure()?;
        let alike = match (self.failure, failure) {
            (Failure::Stuck, Failure::Stuck) => is_well(&trial.lab.world()) && is_lossless(trial.scenario()),
            (a, b) => a == b,
        };
        alike.then_some(at)
    }

    fn next_trial(&mut self) -> Option<Trial> {
        while self.trials < TRIALS_MAX {
            let Some((edit, seed)) = self.edits.pop() else {
                if !std::mem::take(&mut self.better) {
                    return None;
                }
                self.edits = edits(&self.best);
                self.edits.reverse();
                continue;
            };
            let mut candidate = value_of(&self.best);
            let changed = apply(&edit, &mut candidate);
            if let Some(seed) = seed {
                candidate["seed"] = seed.into();
            }
            if !changed {
                continue; // an earlier edit has removed the position
            }
            self.set_end(&mut candidate);
            let trial = Scenario::from_value(candidate).and_then(Trial::new);
            if let Ok(trial) = trial {
                self.trials += 1;
                return Some(trial);
            }
        }
        None
    }

    /// Limits the run of a candidate to the time within which it has to fail.
    fn set_end(&self, candidate: &mut Value) {
        match self.failure {
            Failure::Stuck => {
                let last = times(candidate).fold(0.0, f64::max);
                candidate["expect"] = json!([{ "converged": true }, { "clients": { "unanswered": 0 } }]);
                candidate["stop"] = json!({ "at": last + CALM.as_ms() });
            }
            _ => candidate["stop"] = json!({ "at": (self.fails_at + Micros::from_ms(100)).as_ms().ceil() }),
        }
    }

    /// Removes everything after the failure.
    fn cut_off(&self, scenario: &Value, at: Micros) -> Option<Scenario> {
        if self.failure == Failure::Stuck {
            return None;
        }
        let mut scenario = scenario.clone();
        if let Some(actions) = scenario.get_mut("actions").and_then(Value::as_array_mut) {
            actions.retain(|action| action["at"].as_f64().is_none_or(|time| time <= at.as_ms()));
        }
        scenario["stop"] = json!({ "at": at.as_ms().ceil() });
        scenario.as_object_mut()?.shift_remove("expect");
        Scenario::from_value(scenario).ok()
    }
}

fn times(scenario: &Value) -> impl Iterator<Item = f64> + '_ {
    actions_of(scenario).iter().filter_map(|action| action["at"].as_f64())
}

fn actions_of(scenario: &Value) -> &[Value] {
    scenario["actions"].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Whether the cluster is free of faults: nothing is cut, down, paused, failing or held.
fn is_well(world: &World) -> bool {
    let well = |node: &crate::lab::world::NodeState| node.alive && !node.paused && !node.disk_fails;
    let stands = world.messages.values().any(|message| message.held);
    world.cut.is_empty() && world.traps.is_empty() && !stands && world.nodes.values().all(|node| well(node))
}

/// Whether links lose no messages at the end, according to the actions on all links.
fn is_lossless(scenario: &Scenario) -> bool {
    let document = value_of(scenario);
    let mut links = actions_of(&document).iter().filter(|action| action["do"] == "link" && !action["loss"].is_null());
    let last = links.next_back().map(|link| link["loss"].as_f64() == Some(0.0));
    last.unwrap_or(document["network"]["loss"].as_f64().unwrap_or_default() == 0.0)
}

/// The edits to try on a scenario, those that remove most first.
fn edits(scenario: &Scenario) -> Vec<(Edit, Option<u64>)> {
    let document = value_of(scenario);
    let actions = actions_of(&document);
    let mut edits = Vec::new();
    let mut size = actions.len().div_ceil(2);
    while size > 0 {
        // Later actions first: they are less often the cause of the failure.
        let starts = (0..actions.len()).step_by(size).collect::<Vec<_>>();
        edits.extend(starts.into_iter().rev().map(|from| Edit::Without(from, from + size)));
        size = if size == 1 { 0 } else { size.div_ceil(2) };
    }
    edits.extend(scenario.all_nodes().into_iter().rev().map(Edit::WithoutNode));
    for part in ["config", "network", "storage"] {
        let fields = document[part].as_object().into_iter().flat_map(Map::keys);
        edits.extend(fields.map(|field| Edit::WithoutField(vec![part.into(), field.clone()])));
    }
    edits.push(Edit::WithoutField(vec!["preset".into()]));
    for (place, action) in actions.iter().enumerate() {
        if action["count"].as_u64().is_some_and(|count| count > 1) {
            edits.push(Edit::Half(place));
        }
        let optional = ["node", "client", "clients", "value_bytes", "duplicate", "loss", "latency", "offset", "count"];
        let fields = optional.into_iter().filter(|&field| !action[field].is_null());
        edits.extend(fields.map(|field| Edit::WithoutActionField(place, field.into())));
    }
    edits.extend((0..actions.len()).flat_map(|place| [Edit::Sooner(place, 1000), Edit::Sooner(place, 500)]));
    edits.extend([100, 10, 1].map(Edit::Round));
    if scenario.seed >= SEEDS {
        edits.extend((0..SEEDS).map(Edit::Seed));
    }
    let seeds = |edit: &Edit| match edit {
        Edit::Without(..) | Edit::WithoutNode(_) | Edit::WithoutField(_) | Edit::Half(_) if actions.len() <= FEW => {
            SEEDS
        }
        _ => 0,
    };
    let with_seeds = |edit: Edit| {
        let others = (0..seeds(&edit)).map(Some);
        std::iter::once(None).chain(others).map(move |seed| (edit.clone(), seed)).collect::<Vec<_>>()
    };
    edits.into_iter().flat_map(with_seeds).collect()
}

/// Applies an edit to a document. Returns whether the document has changed.
fn apply(edit: &Edit, document: &mut Value) -> bool {
    let before = document.clone();
    match edit {
        Edit::Without(from, to) => with_actions(document, |actions| {
            let end = (*to).min(actions.len());
            actions.drain((*from).min(end)..end);
        }),
        Edit::WithoutNode(node) => without_node(document, *node),
        Edit::WithoutField(path) => {
            let (parts, field) = path.split_at(path.len() - 1);
            let part = parts.iter().try_fold(&mut *document, |value, part| value.get_mut(part));
            if let (Some(Value::Object(part)), [field]) = (part, field) {
                part.shift_remove(field);
            }
        }
        Edit::WithoutActionField(place, field) => with_actions(document, |actions| {
            let action = actions.get_mut(*place).and_then(Value::as_object_mut);
            action.into_iter().for_each(|action| drop(action.shift_remove(field)));
        }),
        Edit::Half(place) => with_actions(document, |actions| {
            let count = actions.get_mut(*place).and_then(|action| action.get_mut("count"));
            count.into_iter().for_each(|count| *count = (count.as_u64().unwrap_or(1).div_ceil(2)).into());
        }),
        Edit::Sooner(place, thousandths) => with_actions(document, |actions| {
            let at = |place: usize| actions.get(place).and_then(|action| action["at"].as_f64());
            let before = place.checked_sub(1).and_then(at).unwrap_or(0.0);
            let Some(time) = at(*place) else { return };
            let gain = ((time - before) * *thousandths as f64 / 1000.0).floor();
            for action in actions.iter_mut().skip(*place) {
                let time = action["at"].as_f64();
                time.into_iter().for_each(|time| action["at"] = json!(time - gain));
            }
        }),
        Edit::Round(ms) => with_actions(document, |actions| {
            for action in actions {
                let time = action["at"].as_f64();
                time.into_iter().for_each(|time| action["at"] = json!((time / *ms as f64).round() * *ms as f64));
            }
        }),
        Edit::Seed(seed) => document["seed"] = (*seed).into(),
    }
    *document != before
}

fn with_actions(document: &mut Value, change: impl FnOnce(&mut Vec<Value>)) {
    if let Some(actions) = document.get_mut("actions").and_then(Value::as_array_mut) {
        change(actions);
    }
}

fn without_node(document: &mut Value, node: NodeId) {
    let is_it = |value: &Value| value.as_u64() == Some(u64::from(node));
    for field in ["nodes", "learners"] {
        document.get_mut(field).and_then(Value::as_array_mut).into_iter().for_each(|list| list.retain(|it| !is_it(it)));
    }
    for field in ["start", "node_config", "clocks"] {
        document.get_mut(field).and_then(Value::as_object_mut).into_iter().for_each(|nodes| {
            nodes.shift_remove(&node.to_string());
        });
    }
    with_actions(document, |actions| {
        actions.retain(|action| !["node", "from", "to", "of"].iter().any(|field| is_it(&action[*field])));
        for action in actions.iter_mut() {
            for field in ["voters", "node"] {
                let list = action.get_mut(field).and_then(Value::as_array_mut);
                list.into_iter().for_each(|list| list.retain(|it| !is_it(it)));
            }
            if let Some(links) = action.get_mut("links").and_then(Value::as_array_mut) {
                links.retain(|link| !link.as_array().is_some_and(|ends| ends.iter().any(is_it)));
            }
            for group in action.get_mut("groups").and_then(Value::as_array_mut).into_iter().flatten() {
                group.as_array_mut().into_iter().for_each(|group| group.retain(|it| !is_it(it)));
            }
        }
    });
}
