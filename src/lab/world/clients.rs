//! What the clients know.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::lab::vocab::event::ClientResult;
use crate::raft::NodeId;

/// How many requests the clients made, and what became of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clients {
    /// Writes begun.
    pub writes: u64,
    /// Reads begun.
    pub reads: u64,
    /// Requests by what is known of them now.
    pub by_result: BTreeMap<ClientResult, u64>,
    /// Every request: client, key, value, node, result.
    pub ops: imbl::OrdMap<u64, Rc<ClientOp>>,
}

impl Clients {
    /// How many requests stand at `result`.
    pub fn count(&self, result: ClientResult) -> u64 {
        self.by_result.get(&result).copied().unwrap_or(0)
    }
}

/// One request of a client.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientOp {
    /// Who asked.
    pub client: u32,
    /// The key.
    pub key: String,
    /// The value to be written; none for a read.
    pub value: Option<String>,
    /// The node that was asked last.
    pub node: Option<NodeId>,
    /// What is known.
    pub result: ClientResult,
    /// What a read gave.
    pub read: Option<String>,
}
