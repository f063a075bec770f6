//! Reading parts of a document, with the path of every mistake.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{refuse, strictly, ScenarioError};

/// Reads text as JSON.
///
/// # Errors
/// What is wrong, with its line and column.
pub fn parse(text: &str) -> Result<Value, ScenarioError> {
    serde_json::from_str(text).or_else(|error| refuse("", format!("not JSON: {error}")))
}

/// A path one field longer.
pub(in crate::lab) fn join(path: &str, field: &str) -> String {
    match (path, field) {
        ("", field) => field.to_string(),
        (path, "") => path.to_string(),
        (path, field) => format!("{path}.{field}"),
    }
}

pub(in crate::lab) fn object(path: &str, value: Value) -> Result<Map<String, Value>, ScenarioError> {
    match value {
        Value::Object(map) => Ok(map),
        other => refuse(path, format!("{other} is not an object")),
    }
}

/// Reads a value from a branch of the document. The path in an error begins with `path`.
pub(in crate::lab) fn branch<T: DeserializeOwned>(path: &str, value: Value) -> Result<T, ScenarioError> {
    strictly(value).map_err(|error: ScenarioError| error.within(path))
}

/// Reads each element of a list; a list that is left out is empty.
pub(super) fn list<T>(
    path: &str,
    value: Option<Value>,
    read: impl Fn(&str, Value) -> Result<T, ScenarioError>,
) -> Result<Vec<T>, ScenarioError> {
    match value {
        None => Ok(Vec::new()),
        Some(Value::Array(values)) => {
            values.into_iter().enumerate().map(|(i, value)| read(&format!("{path}[{i}]"), value)).collect()
        }
        Some(other) => refuse(path, format!("{other} is not a list")),
    }
}
