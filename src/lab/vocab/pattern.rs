//! What the condition `event` says of a field of a trace line. A pattern is
//!
//! - a value: of an object, the fields that are given; of a list, every element;
//! - `{ "min": 3, "max": 7 }`, of a number or a time;
//! - `{ "in": [2, 3] }`: any of these.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::lab::json::error::{child_path, invalid, Refusal, ScenarioError};
use crate::lab::vocab::event::{self, fits, noun};
use crate::raft::schema::FieldType;
use crate::raft::NodeId;

/// Checks that the event and its fields exist, and that the fields can have these values: a condition on what cannot be
/// would hold vacuously when negated.
///
/// # Errors
/// With the path of what does not exist.
pub(super) fn check_event(
    path: &str,
    fields: &Map<String, Value>,
    nodes: &BTreeSet<NodeId>,
) -> Result<(), ScenarioError> {
    let name = fields.get("event").cloned().unwrap_or_default();
    let Some(row) = event::rows().find(|row| name.as_str() == Some(row.name)) else {
        return invalid(child_path(path, "event"), format!("there is no event {name}"));
    };
    for (field, pattern) in fields {
        let known = row.names().find(|(known, _)| known == field);
        let field_type = match (field.as_str(), known) {
            (_, Some((_, field_type))) => field_type,
            ("at", None) => FieldType::Time,
            ("n", None) => FieldType::Number,
            ("event", None) => continue,
            _ => return unknown_field(path, field, &name.to_string(), row.names().map(|(name, _)| name)),
        };
        check(&child_path(path, field), field_type, pattern)?;
        // Other fields may be of a node in one event and of an index in another.
        if matches!(field.as_str(), "node" | "target") {
            check_nodes(&child_path(path, field), pattern, nodes)?;
        }
    }
    Ok(())
}

/// Checks that the nodes that a pattern names exist.
fn check_nodes(path: &str, pattern: &Value, nodes: &BTreeSet<NodeId>) -> Result<(), ScenarioError> {
    let named = choices(pattern).map_or(std::slice::from_ref(pattern), Vec::as_slice);
    for node in named.iter().filter_map(Value::as_u64).filter_map(|node| NodeId::try_from(node).ok()) {
        if !nodes.contains(&node) {
            return invalid(path, Refusal::NoSuchNode(node));
        }
    }
    Ok(())
}

fn unknown_field<T>(
    path: &str,
    field: &str,
    of: &str,
    known: impl Iterator<Item = &'static str>,
) -> Result<T, ScenarioError> {
    let known: Vec<String> = known.map(|field| format!("`{field}`")).collect();
    invalid(child_path(path, field), format!("unknown field `{field}`; {of} has {}", known.join(", ")))
}

/// Checks a pattern for a field of this type.
fn check(path: &str, of: FieldType, pattern: &Value) -> Result<(), ScenarioError> {
    match choices(pattern) {
        None => check_value(path, of, pattern),
        Some(choices) if choices.is_empty() => invalid(child_path(path, "in"), "nothing to choose from"),
        Some(choices) => (0..)
            .zip(choices)
            .try_for_each(|(i, choice): (usize, _)| check_value(&format!("{path}.in[{i}]"), of, choice)),
    }
}

/// Checks a pattern that is not a choice.
fn check_value(path: &str, of: FieldType, pattern: &Value) -> Result<(), ScenarioError> {
    match (of, pattern) {
        (FieldType::Nullable(inner), Value::Object(_) | Value::Array(_)) => check_value(path, *inner, pattern),
        (FieldType::Number | FieldType::Time | FieldType::Fraction, Value::Object(bounds)) => {
            bounds.iter().try_for_each(|(bound, value)| match bound.as_str() {
                "min" | "max" if value.is_object() => mismatch(&child_path(path, bound), of, value),
                "min" | "max" => check_value(&child_path(path, bound), of, value),
                _ => unknown_field(path, bound, "a range", ["min", "max"].into_iter()),
            })?;
            match (bounds.get("min"), bounds.get("max")) {
                (Some(min), Some(max)) if min.as_f64() > max.as_f64() => {
                    invalid(path, Refusal::NotARange(min.to_string(), max.to_string()))
                }
                _ => Ok(()),
            }
        }
        (FieldType::Object(_, known), Value::Object(fields)) => {
            fields.iter().try_for_each(|(field, value)| match known.iter().find(|(name, _)| name == field) {
                Some((_, inner)) => check(&child_path(path, field), *inner, value),
                None => unknown_field(path, field, "it", known.iter().map(|(name, _)| *name)),
            })
        }
        (FieldType::List(inner), Value::Array(list)) => {
            (0..).zip(list).try_for_each(|(i, value): (usize, _)| check(&format!("{path}[{i}]"), *inner, value))
        }
        (FieldType::Pair(a, b), Value::Array(pair)) if pair.len() == 2 => {
            check(&format!("{path}[0]"), *a, &pair[0])?;
            check(&format!("{path}[1]"), *b, &pair[1])
        }
        // The reason is that of an object, which is the only one of its kind there.
        (FieldType::OneOf(all), Value::Object(_)) => {
            let object = all.iter().find(|it| matches!(it, FieldType::Object(..)));
            object.map_or_else(|| mismatch(path, of, pattern), |object| check_value(path, *object, pattern))
        }
        _ if fits(of, pattern) => Ok(()),
        _ => mismatch(path, of, pattern),
    }
}

fn mismatch(path: &str, of: FieldType, pattern: &Value) -> Result<(), ScenarioError> {
    invalid(path, format!("{pattern} is not {}", noun(of)))
}

/// The values to choose from, if the pattern is a choice.
fn choices(pattern: &Value) -> Option<&Vec<Value>> {
    let fields = pattern.as_object().filter(|fields| fields.len() == 1)?;
    fields.get("in")?.as_array()
}

/// Whether a value matches a pattern. 5 and 5.0 are the same number.
pub fn matches(pattern: &Value, found: &Value) -> bool {
    if let Some(choices) = choices(pattern) {
        return choices.iter().any(|choice| matches(choice, found));
    }
    match (pattern, found) {
        (Value::Object(bounds), Value::Number(_)) => {
            let bound = |name: &str| bounds.get(name).and_then(Value::as_f64);
            let found = found.as_f64();
            bound("min").is_none_or(|min| found >= Some(min)) && bound("max").is_none_or(|max| found <= Some(max))
        }
        (Value::Object(pattern), Value::Object(found)) => {
            pattern.iter().all(|(field, pattern)| found.get(field).is_some_and(|found| matches(pattern, found)))
        }
        (Value::Array(pattern), Value::Array(found)) => {
            pattern.len() == found.len() && pattern.iter().zip(found).all(|(pattern, found)| matches(pattern, found))
        }
        (Value::Number(_), Value::Number(_)) => pattern.as_f64() == found.as_f64(),
        _ => pattern == found,
    }
}
