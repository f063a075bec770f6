//! The state of client requests.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::lab::vocab::event::ClientResult;
use crate::lab::vocab::write_form::WriteForm;
use crate::raft::NodeId;

/// The clients' requests and their results so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clients {
    /// The number of writes begun.
    pub writes: u64,
    /// The number of reads begun.
    pub reads: u64,
    /// The number of requests by their present status.
    pub by_result: BTreeMap<ClientResult, u64>,
    /// Every request, by its number.
    pub ops: imbl::OrdMap<u64, Rc<ClientOp>>,
}

impl Clients {
    /// The number of requests with this status.
    pub fn count(&self, result: ClientResult) -> u64 {
        self.by_result.get(&result).copied().unwrap_or(0)
    }

    /// Takes what is known now about a request, which may be a new one.
    pub(super) fn note(
        &mut self,
        op: u64,
        request: impl FnOnce() -> ClientOp,
        now: (Option<NodeId>, ClientResult, Option<&String>),
    ) {
        let (node, result, read) = now;
        match self.ops.get_mut(&op) {
            Some(known) => {
                if let Some(count) = self.by_result.get_mut(&known.result) {
                    *count -= 1;
                }
                let known = Rc::make_mut(known);
                (known.node, known.result, known.read) = (node, result, read.cloned());
            }
            None => {
                let request = request();
                let is_write = request.value.is_some() || request.form.delete;
                *if is_write { &mut self.writes } else { &mut self.reads } += 1;
                self.ops.insert(op, Rc::new(request));
            }
        }
        *self.by_result.entry(result).or_default() += 1;
    }
}

/// One request of a client.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientOp {
    /// The id of the client.
    pub client: u32,
    /// The key.
    pub key: String,
    /// The value to be written; none for a read or a deletion.
    pub value: Option<String>,
    /// Whether the key is deleted, and what its value is compared with.
    pub form: WriteForm,
    /// The node that the request was sent to last; none if it was not sent yet.
    pub node: Option<NodeId>,
    /// The status as known to the client.
    pub result: ClientResult,
    /// The result of a read; none until it is completed, or if the key is not set.
    pub read: Option<String>,
}
