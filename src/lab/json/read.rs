//! Reads parts of a document, with the path of every error; and writes them.

use serde::de::{DeserializeOwned, DeserializeSeed};
use serde::Serialize;
use serde_json::{Deserializer, Map, Value};

use crate::lab::json::error::{invalid, ScenarioError};
use crate::lab::json::limits::DOCUMENT_BYTES_MAX;
use crate::lab::json::once::Once;
use crate::lab::json::strict::from_value_strict;

/// Parses JSON text: at most [`DOCUMENT_BYTES_MAX`], each field of an object once, and integers that a JavaScript
/// number represents exactly.
///
/// # Errors
/// The syntax error with its line and column, or what else is wrong with its path.
pub fn parse(text: &str) -> Result<Value, ScenarioError> {
    if text.len() > DOCUMENT_BYTES_MAX {
        return invalid("", format!("longer than {DOCUMENT_BYTES_MAX} bytes"));
    }
    if text.starts_with('\u{feff}') {
        return invalid("", "not JSON: a byte order mark at line 1 column 1");
    }
    let mut refused = None;
    let mut reader = Deserializer::from_str(text);
    let value = Once { refused: &mut refused }.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    match refused {
        Some(why) => Err(why),
        None => value.or_else(|error| invalid("", format!("not JSON: {error}"))),
    }
}

/// Converts a value to JSON. All output goes through this type: serialization code is generated per type and
/// serializer, and all of it is part of the page's download.
pub fn value_of(of: &impl Serialize) -> Value {
    serde_json::to_value(of).unwrap_or_default()
}

/// Formats a value as indented JSON.
pub(in crate::lab) fn pretty(of: &impl Serialize) -> String {
    serde_json::to_string_pretty(&value_of(of)).unwrap_or_default()
}

pub(in crate::lab) fn object(path: &str, value: Value) -> Result<Map<String, Value>, ScenarioError> {
    match value {
        Value::Object(map) => Ok(map),
        other => invalid(path, format!("{other} is not an object")),
    }
}

/// Reads a value from the part of the document at `path`. The path in an error begins with `path`.
pub(in crate::lab) fn parse_at<T: DeserializeOwned>(path: &str, value: Value) -> Result<T, ScenarioError> {
    from_value_strict(value).map_err(|error: ScenarioError| error.within(path))
}

/// Reads each element of a list; a missing list is empty.
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
