//! The nodes that an action is about.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::lab::json::strict::{from_value_strict, untagged};
use crate::raft::NodeId;

/// The nodes that an action is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Targets {
    /// This node.
    One(NodeId),
    /// Each of these nodes, in this order.
    Each(Vec<NodeId>),
    /// Every node that there is then, in the order of their ids.
    Every(Every),
}

/// Every node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// Every node.
    All,
}

impl<'de> Deserialize<'de> for Targets {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Targets, D::Error> {
        untagged(from, "Targets", |value| match &value {
            Value::Number(_) => from_value_strict(value).ok().map(Targets::One),
            Value::Array(_) => from_value_strict(value).ok().map(Targets::Each),
            _ => from_value_strict(value).ok().map(Targets::Every),
        })
    }
}

impl From<NodeId> for Targets {
    fn from(node: NodeId) -> Targets {
        Targets::One(node)
    }
}

impl Targets {
    /// The nodes, where `all` are those that there are.
    pub fn among(&self, all: &BTreeSet<NodeId>) -> Vec<NodeId> {
        match self {
            Targets::One(node) => vec![*node],
            Targets::Each(nodes) => nodes.clone(),
            Targets::Every(Every::All) => all.iter().copied().collect(),
        }
    }
}
