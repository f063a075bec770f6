//! The network, as the engine sees it.

use std::fmt;
use std::future::Future;

use super::rpc::{
    AppendEntries, AppendResponse, InstallResponse, InstallSnapshot, TimeoutNow, VoteRequest, VoteResponse,
};
use super::NodeId;

/// An RPC that failed at once: the target's machine answers, but no node runs there. A message that is
/// merely lost does *not* fail; its future stays pending, as it would on a real network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreachable;

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the target is down")
    }
}

impl std::error::Error for Unreachable {}

/// Sends RPCs for one node. Time limits are the caller's: an answer that comes later is still an answer.
pub trait Network: Clone + 'static {
    /// Sends entries, or a heartbeat, to `target`.
    ///
    /// # Errors
    /// [`Unreachable`] if the target is known to be down.
    fn append(
        &self,
        target: NodeId,
        request: AppendEntries,
    ) -> impl Future<Output = Result<AppendResponse, Unreachable>> + 'static;

    /// Sends a chunk of a snapshot to `target`.
    ///
    /// # Errors
    /// [`Unreachable`] if the target is known to be down.
    fn install_snapshot(
        &self,
        target: NodeId,
        request: InstallSnapshot,
    ) -> impl Future<Output = Result<InstallResponse, Unreachable>> + 'static;

    /// Tells `target` to campaign at once. Nobody waits for what comes of it.
    fn timeout_now(&self, target: NodeId, request: TimeoutNow);

    /// Asks `target` for its vote.
    ///
    /// # Errors
    /// [`Unreachable`] if the target is known to be down.
    fn vote(
        &self,
        target: NodeId,
        request: VoteRequest,
    ) -> impl Future<Output = Result<VoteResponse, Unreachable>> + 'static;
}
