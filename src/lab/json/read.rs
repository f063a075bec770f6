//! Reading parts of a document, with the path of every mistake; and writing them.

use serde::de::DeserializeOwned;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::lab::json::error::{invalid, ScenarioError};
use crate::lab::json::strict::from_value_strict;

/// Reads text as JSON.
///
/// # Errors
/// What is wrong, with its line and column.
pub fn parse(text: &str) -> Result<Value, ScenarioError> {
    serde_json::from_str(text).or_else(|error| invalid("", format!("not JSON: {error}")))
}

/// A value as JSON. Whatever is written becomes this first: code for writing a type is made once for each serializer
/// that it is written by, and all that code is loaded with the page.
pub fn value_of(of: &impl Serialize) -> Value {
    serde_json::to_value(of).unwrap_or_default()
}

/// A value as a document for people: indented JSON.
pub(in crate::lab) fn pretty(of: &impl Serialize) -> String {
    serde_json::to_string_pretty(&value_of(of)).unwrap_or_default()
}

pub(in crate::lab) fn object(path: &str, value: Value) -> Result<Map<String, Value>, ScenarioError> {
    match value {
        Value::Object(map) => Ok(map),
        other => invalid(path, format!("{other} is not an object")),
    }
}

/// Reads a value from a parse_at of the document. The path in an error begins with `path`.
pub(in crate::lab) fn parse_at<T: DeserializeOwned>(path: &str, value: Value) -> Result<T, ScenarioError> {
    from_value_strict(value).map_err(|error: ScenarioError| error.within(path))
}

/// Reads each element of a list; a list that is left out is empty.
pub(in crate::lab) fn list<T>(
    path: &str,
    value: Option<Value>,
    read: impl Fn(&str, Value) -> Result<T, ScenarioError>,
) -> Result<Vec<T>, ScenarioError> {
    match value {
        None => Ok(Vec::new()),
        Some(Value::Array(values)) => {
            values.into_iter().enumerate().map(|(i, value)| read(&format!("{path}[{i}]"), value)).collect()
        }
        Some(other) => invalid(path, format!("{other} is not a list")),
    }
}
