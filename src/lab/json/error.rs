//! Errors in a document, with their location.

use std::fmt;

use crate::lab::json::legible::legible;

/// Why a scenario was rejected, with the location of the error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioError {
    /// The path of the invalid value, such as `actions[3].node`; empty for the whole document.
    pub path: String,
    /// The reason.
    pub why: Refusal,
}

/// The reason for a rejection, as a value, so that the page can translate it. Here it is formatted in English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No node has this id.
    NoSuchNode(u32),
    /// A node id is 0.
    NodeZero,
    /// The cluster would have more nodes than this maximum.
    TooManyNodes(usize),
    /// This node is in two groups of a partition.
    InTwoGroups(u32),
    /// A link from this node to itself.
    LinkToItself(u32),
    /// This node is named as a voter and as a learner.
    VoterAndLearner(u32),
    /// A key or value is longer than this maximum, in bytes.
    TooLong(usize),
    /// A key or value contains invalid characters, or a key is empty.
    KeyOrValue,
    /// The lower bound of a range exceeds its upper bound.
    NotARange(String, String),
    /// Any other error of a document's author.
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
            Refusal::VoterAndLearner(node) => write!(f, "node {node} is a voter already: it is one or the other"),
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
            "" => write!(f, "{}", legible(&self.why.to_string())),
            path => write!(f, "{}: {}", legible(path), legible(&self.why.to_string())),
        }
    }
}

impl std::error::Error for ScenarioError {}

/// An error with its path.
pub(crate) fn invalid<T>(path: impl Into<String>, why: impl Into<Refusal>) -> Result<T, ScenarioError> {
    Err(ScenarioError { path: path.into(), why: why.into() })
}

impl ScenarioError {
    /// Prefixes the path with a step: a field name, or `[index]`.
    pub fn within(self, step: &str) -> ScenarioError {
        let path =
            if self.path.starts_with('[') { format!("{step}{}", self.path) } else { child_path(step, &self.path) };
        ScenarioError { path, ..self }
    }
}

/// The path of a field of the object at `path`.
pub(in crate::lab) fn child_path(path: &str, field: &str) -> String {
    match (path, field) {
        ("", field) => field.to_string(),
        (path, "") => path.to_string(),
        (path, field) => format!("{path}.{field}"),
    }
}
