//! A mistake in a document, and where it is.

use std::fmt;

/// A scenario that was refused: where the mistake is, and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioError {
    /// Its place, such as `actions[3].node`; empty for the document as a whole.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}

impl std::error::Error for ScenarioError {}

/// A refusal with its place.
pub(in crate::lab) fn invalid<T>(path: impl Into<String>, message: impl Into<String>) -> Result<T, ScenarioError> {
    Err(ScenarioError { path: path.into(), message: message.into() })
}

impl ScenarioError {
    /// The same mistake, seen from the object or list that holds the value: `step` is a field's name or `[index]`.
    pub(in crate::lab) fn within(self, step: &str) -> ScenarioError {
        let path =
            if self.path.starts_with('[') { format!("{step}{}", self.path) } else { child_path(step, &self.path) };
        ScenarioError { path, ..self }
    }
}

/// A path one field longer.
pub(in crate::lab) fn child_path(path: &str, field: &str) -> String {
    match (path, field) {
        ("", field) => field.to_string(),
        (path, "") => path.to_string(),
        (path, field) => format!("{path}.{field}"),
    }
}
