//! The state of client requests.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::lab::vocab::clip::clipped;
use crate::lab::vocab::event::{ClientResult, LabEvent};
use crate::raft::NodeId;
use crate::runtime::Micros;

/// So many requests that are over stay to be seen, each for [`OVER_SHOWN`].
const OVER_MAX: usize = 16;

/// How long the outcome of a request can still be seen.
pub const OVER_SHOWN: Micros = Micros::from_ms(120);

/// The most letters of a key, a value or a result that are kept.
const LETTERS: usize = 12;

/// A request, as far as its client knows.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientOp {
    /// The client.
    pub client: u32,
    /// The number of the request.
    pub op: u64,
    /// The key, clipped.
    pub key: String,
    /// The value to write, clipped; none to read or to delete.
    pub value: Option<String>,
    /// Whether it deletes the key.
    pub deletes: bool,
    /// The node that was asked last; none while no leader is known.
    pub node: Option<NodeId>,
    /// The status.
    pub result: ClientResult,
    /// The result of a read, clipped; none if the key is not set, or the read is not over.
    pub read: Option<String>,
    /// The virtual time at which it took this status.
    pub since: Micros,
}

impl ClientOp {
    /// Whether it reads.
    pub fn is_read(&self) -> bool {
        self.value.is_none() && !self.deletes
    }

    fn of(at: Micros, event: &LabEvent) -> Option<ClientOp> {
        let LabEvent::Client { client, op, key, value, node, result, read, form, .. } = event else { return None };
        let clip = |text: &str| clipped(text, LETTERS).into_owned();
        Some(ClientOp {
            client: *client,
            op: *op,
            key: clip(key),
            value: value.as_deref().map(clip),
            deletes: form.delete,
            node: *node,
            result: *result,
            read: read.as_deref().map(clip),
            since: at,
        })
    }
}

/// How many requests the clients have made, and what became of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clients {
    /// The number of writes begun.
    pub writes: u64,
    /// The number of reads begun.
    pub reads: u64,
    /// The number of requests by their present status.
    pub by_result: BTreeMap<ClientResult, u64>,
    /// The requests that are not over, by number.
    pub open: imbl::OrdMap<u64, Rc<ClientOp>>,
    /// Requests that were over of late, the oldest first.
    pub over: Rc<Vec<Rc<ClientOp>>>,
}

impl Clients {
    /// The number of requests with this status.
    pub fn count(&self, result: ClientResult) -> u64 {
        self.by_result.get(&result).copied().unwrap_or(0)
    }

    /// Takes the status of a request, which is a new one unless it is known and not over.
    pub(super) fn note(&mut self, at: Micros, event: &LabEvent) {
        let Some(request) = ClientOp::of(at, event) else { return };
        let (result, is_read) = (request.result, request.is_read());
        let before = match result.is_final() {
            true => {
                let before = self.open.remove(&request.op);
                self.see_off(at, request);
                before
            }
            false => self.open.insert(request.op, Rc::new(request)),
        };
        match before {
            Some(before) => {
                if let Some(count) = self.by_result.get_mut(&before.result) {
                    *count -= 1;
                }
            }
            None if is_read => self.reads += 1,
            None => self.writes += 1,
        }
        *self.by_result.entry(result).or_default() += 1;
    }

    fn see_off(&mut self, at: Micros, request: ClientOp) {
        let over = Rc::make_mut(&mut self.over);
        over.retain(|over| over.since + OVER_SHOWN >= at);
        if over.len() == OVER_MAX {
            over.remove(0);
        }
        over.push(Rc::new(request));
    }
}
