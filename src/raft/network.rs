//! The interface to the network.

use std::fmt;
use std::future::Future;

use super::rpc::{
    AppendEntries, AppendResponse, InstallResponse, InstallSnapshot, TimeoutNow, VoteRequest, VoteResponse,
};
use super::NodeId;

/// An RPC failed at once: the target's machine answers, but no node runs on it (connection refused). An RPC whose
/// message is lost does *not* fail; its future stays pending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreachable;

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the target is down")
    }
}

impl std::error::Error for Unreachable {}

/// Sends RPCs for one node. Without time limits: the caller decides how long it waits, and accepts late responses.
pub trait Network: Clone + 'static {
    /// Sends AppendEntries to `target`.
    ///
    /// # Errors
    /// [`Unreachable`] if the target is known to be down.
    fn append(
        &self,
        target: NodeId,
        request: AppendEntries,
    ) -> impl Future<Output = Result<AppendResponse, Unreachable>> + 'static;

    /// Sends InstallSnapshot, a chunk of a snapshot, to `target`.
    ///
    /// # Errors
    /// [`Unreachable`] if the target is known to be down.
    fn install_snapshot(
        &self,
        target: NodeId,
        request: InstallSnapshot,
    ) -> impl Future<Output = Result<InstallResponse, Unreachable>> + 'static;

    /// Sends TimeoutNow to `target`. Has no response.
    fn timeout_now(&self, target: NodeId, request: TimeoutNow);

    /// Sends RequestVote to `target`.
    ///
    /// # Errors
    /// [`Unreachable`] if the target is known to be down.
    fn vote(
        &self,
        target: NodeId,
        request: VoteRequest,
    ) -> impl Future<Output = Result<VoteResponse, Unreachable>> + 'static;
}
