//! The state of client requests.

use std::collections::BTreeMap;

use crate::lab::vocab::event::ClientResult;

/// How many requests the clients have made, and what became of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clients {
    /// The number of writes begun.
    pub writes: u64,
    /// The number of reads begun.
    pub reads: u64,
    /// The number of requests by their present status.
    pub by_result: BTreeMap<ClientResult, u64>,
    /// The requests that are not over, by number: the status of each.
    open: imbl::OrdMap<u64, ClientResult>,
}

impl Clients {
    /// The number of requests with this status.
    pub fn count(&self, result: ClientResult) -> u64 {
        self.by_result.get(&result).copied().unwrap_or(0)
    }

    /// Takes the status of a request, which is a new one unless it is known and not over.
    pub(super) fn note(&mut self, op: u64, is_write: bool, result: ClientResult) {
        let before = match result.is_final() {
            true => self.open.remove(&op),
            false => self.open.insert(op, result),
        };
        match before {
            Some(before) => {
                if let Some(count) = self.by_result.get_mut(&before) {
                    *count -= 1;
                }
            }
            None if is_write => self.writes += 1,
            None => self.reads += 1,
        }
        *self.by_result.entry(result).or_default() += 1;
    }
}
