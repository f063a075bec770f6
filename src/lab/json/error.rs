//! A mistake in a document, and where it is.

use std::fmt;

/// A scenario that was refused: where the mistake is, and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioError {
    /// Its place, such as `actions[3].node`; empty for the document as a whole.
    pub path: String,
    /// What is wrong.
    pub why: Refusal,
}

/// What is wrong, as a value: the page puts it into the words of its language. Here it is written in English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no node with this id.
    NoSuchNode(u32),
    /// A node's id is 0.
    NodeZero,
    /// A cluster would have more nodes than this.
    TooManyNodes(usize),
    /// A node is in two groups of a partition.
    InTwoGroups(u32),
    /// A link would lead from a node to itself.
    LinkToItself(u32),
    /// A key or a value has more bytes than this.
    TooLong(usize),
    /// A key or a value with letters that cannot be in it, or a key without any.
    KeyOrValue,
    /// The begin of a range lies behind its end.
    NotARange(String, String),
    /// Anything else that only the author of a document can get wrong.
    Other(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::NoSuchNode(node) => write!(f, "{node} is not a node of this cluster"),
            Refusal::NodeZero => f.write_str("a node's id is at least 1"),
            Refusal::TooManyNodes(most) => write!(f, "a cluster has at most {most} nodes"),
            Refusal::InTwoGroups(node) => write!(f, "node {node} is in two groups, or twice in one"),
            Refusal::LinkToItself(node) => write!(f, "node {node} has no link to itself"),
            Refusal::TooLong(bytes) => write!(f, "longer than {bytes} bytes"),
            Refusal::KeyOrValue => {
                f.write_str("a key is not empty and has no `=`; neither key nor value has a line break")
            }
            Refusal::NotARange(low, high) => write!(f, "{low} to {high} is no range"),
            Refusal::Other(text) => f.write_str(text),
        }
    }
}

impl From<String> for Refusal {
    fn from(text: String) -> Refusal {
        Refusal::Other(text)
    }
}

impl From<&str> for Refusal {
    fn from(text: &str) -> Refusal {
        Refusal::Other(text.to_string())
    }
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => self.why.fmt(f),
            path => write!(f, "{path}: {}", self.why),
        }
    }
}

impl std::error::Error for ScenarioError {}

/// A refusal with its place.
pub(in crate::lab) fn invalid<T>(path: impl Into<String>, why: impl Into<Refusal>) -> Result<T, ScenarioError> {
    Err(ScenarioError { path: path.into(), why: why.into() })
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
