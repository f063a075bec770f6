//! Scheduled actions, and when a run ends.

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::lab::json::error::{child_path, invalid, Refusal, ScenarioError};
use crate::lab::json::read::{object, parse_at};
use crate::lab::json::strict::{from_value_strict, untagged};
use crate::lab::vocab::action::Action;
use crate::lab::vocab::condition::Condition;
use crate::lab::vocab::invariant::Invariant;
use crate::runtime::Micros;

/// An action with its time.
#[derive(Clone, Debug, PartialEq)]
pub struct ScheduledAction {
    /// When it is executed.
    pub timing: Timing,
    /// The action.
    pub what: Action,
}

impl ScheduledAction {
    /// Whether it was recorded from interaction, rather than written by the scenario's author.
    pub fn is_recorded(&self) -> bool {
        matches!(self.timing, Timing::After { .. })
    }
}

/// When an action is executed.
#[derive(Clone, Debug, PartialEq)]
pub enum Timing {
    /// At this virtual time, before the events of that time.
    At(Micros),
    /// Recorded: after an event of the run, at the end of the poll in which it occurred. If that does not come by the
    /// time of the action: at that time.
    After {
        /// The virtual time of the action.
        at: Micros,
        /// The number of the event that precedes it.
        event: u64,
        /// The number of polls without events between that event and the action.
        polls: u32,
    },
    /// Once, after the first event for which the condition holds, at the end of its poll.
    When(Condition),
}

impl Timing {
    /// The virtual time at which it is executed, if known in advance.
    pub fn at(&self) -> Option<Micros> {
        match self {
            Timing::At(at) | Timing::After { at, .. } => Some(*at),
            Timing::When(_) => None,
        }
    }
}

/// `{ "at": …, "after": …, "do": …, … }`: time, name and fields of the action in one object.
impl Serialize for ScheduledAction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::Error;
        let what = serde_json::to_value(&self.what).map_err(S::Error::custom)?;
        let Some((name, Value::Object(fields))) = what.as_object().and_then(|map| map.iter().next()) else {
            return Err(S::Error::custom("an action is an object with one name"));
        };
        let mut map = serializer.serialize_map(None)?;
        match &self.timing {
            Timing::At(at) => map.serialize_entry("at", at)?,
            Timing::When(condition) => map.serialize_entry("when", condition)?,
            Timing::After { at, event, polls } => {
                map.serialize_entry("at", at)?;
                map.serialize_entry("after", event)?;
                if *polls > 0 {
                    map.serialize_entry("polls", polls)?;
                }
            }
        }
        map.serialize_entry("do", name)?;
        for (field, value) in fields {
            map.serialize_entry(field, value)?;
        }
        map.end()
    }
}

impl ScheduledAction {
    /// An action at a virtual time.
    pub fn at(at: Micros, what: Action) -> ScheduledAction {
        ScheduledAction { timing: Timing::At(at), what }
    }

    pub(super) fn from_value(path: &str, value: Value) -> Result<ScheduledAction, ScenarioError> {
        let mut map = object(path, value)?;
        let timing = timing_from_map(path, &mut map)?;
        Ok(ScheduledAction { timing, what: action_from_map(path, map)? })
    }
}

fn timing_from_map(path: &str, map: &mut Map<String, Value>) -> Result<Timing, ScenarioError> {
    if let Some(when) = map.shift_remove("when") {
        return match ["at", "after", "polls"].into_iter().find(|field| map.contains_key(*field)) {
            Some(field) => invalid(child_path(path, field), "an action with `when` has no other time"),
            None => Condition::from_value(&child_path(path, "when"), when).map(Timing::When),
        };
    }
    let at = map.shift_remove("at").map(|value| parse_at(&child_path(path, "at"), value)).transpose()?;
    let Some(at) = at else { return invalid(path, "missing field `at` (or `when`)") };
    let after = map.shift_remove("after").map(|value| parse_at(&child_path(path, "after"), value)).transpose()?;
    let polls = map.shift_remove("polls").map(|value| parse_at(&child_path(path, "polls"), value)).transpose()?;
    match (after, polls) {
        (Some(event), polls) => Ok(Timing::After { at, event, polls: polls.unwrap_or(0) }),
        (None, None) => Ok(Timing::At(at)),
        (None, Some(_)) => invalid(child_path(path, "polls"), "`polls` goes with `after`"),
    }
}

/// Reads an action from an object with its name in `do`.
///
/// # Errors
/// The first error; its path begins with `path`.
pub fn action_from_value(path: &str, value: Value) -> Result<Action, ScenarioError> {
    action_from_map(path, object(path, value)?)
}

fn action_from_map(path: &str, mut map: Map<String, Value>) -> Result<Action, ScenarioError> {
    let name = match map.shift_remove("do") {
        Some(Value::String(name)) => name,
        Some(other) => return invalid(child_path(path, "do"), format!("{other} is not the name of an action")),
        None => return invalid(path, "missing field `do`"),
    };
    // Deserialized as { name: { fields } }, which preserves the path of each field.
    let tagged = Value::Object(Map::from_iter([(name.clone(), Value::Object(map))]));
    parse_at("", tagged).map_err(|error: ScenarioError| match error.path.strip_prefix(&name) {
        Some(field) if !error.path.is_empty() => {
            ScenarioError { path: child_path(path, field.trim_start_matches('.')), why: error.why }
        }
        _ => match &error.why {
            Refusal::Other(text) if text.starts_with("unknown variant") => {
                let known = text.split_once(", expected").map_or("", |(_, known)| known);
                let why = format!("there is no action `{name}`; expected{known}").into();
                ScenarioError { path: child_path(path, "do"), why }
            }
            _ => ScenarioError { path: child_path(path, &error.path), why: error.why },
        },
    })
}

/// When a run ends.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stop {
    /// The latest end, in virtual time. Default: 5 s after the last action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Micros>,
    /// Ends the run as soon as this condition holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Whether an invariant violation ends the run: any (the default), none, or one of this invariant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_violation: Option<OnViolation>,
}

/// Which invariant violations end a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum OnViolation {
    /// Any violation, or none.
    Any(bool),
    /// A violation of this invariant.
    Only(Invariant),
}

impl<'de> Deserialize<'de> for OnViolation {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<OnViolation, D::Error> {
        untagged(from, "OnViolation", |value| match value {
            Value::Bool(any) => Some(OnViolation::Any(any)),
            name => from_value_strict(name).ok().map(OnViolation::Only),
        })
    }
}

impl Stop {
    pub(super) fn from_value(path: &str, value: Value) -> Result<Stop, ScenarioError> {
        let mut map = object(path, value)?;
        let at = map.shift_remove("at").map(|it| parse_at(&child_path(path, "at"), it)).transpose()?;
        let when =
            map.shift_remove("when").map(|it| Condition::from_value(&child_path(path, "when"), it)).transpose()?;
        let on_violation =
            map.shift_remove("on_violation").map(|it| parse_at(&child_path(path, "on_violation"), it)).transpose()?;
        if let Some(field) = map.keys().next() {
            return invalid(child_path(path, field), "unknown field; a stop has `at`, `when` and `on_violation`");
        }
        match (at, on_violation) {
            (None, None) => invalid(path, "missing field `at`"),
            (at, on_violation) => Ok(Stop { at, when, on_violation }),
        }
    }
}
