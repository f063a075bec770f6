//! Replication streams: each brings the log of one follower or learner up to date, for one leader in one term.
//!
//! **The problem.** The target may be up to date, behind, far behind or unreachable, or have entries that the leader
//! never had. The leader learns about it only from responses, which may be late, lost or duplicated.
//!
//! **Two indexes.** `next_index` is the index of the next entry to send: a guess, which refusals lower. `match_index`
//! is the highest index up to which the logs are known to agree: it decides what is committed, is raised only by proof,
//! and `0 ≤ match_index < next_index` always holds. Libraries that used a single index for both have acknowledged
//! writes that existed on one node only.
//!
//! **States** ([`StreamState`]). A stream is a small state machine: *line rate* sends entries as they are appended,
//! *lagging* reads them from storage payload by payload, *snapshotting* sends a snapshot instead. These are etcd's
//! *Replicate*, *Probe* and *Snapshot*. One append is in flight at a time. What is not answered within the heartbeat
//! interval is sent again at the next tick of the heartbeat timer, never at once, so that a crashed target costs one
//! RPC per tick.
//!
//! [`Stream`] is a plain value without clock, channels or I/O; [`run`] is the task around it. Files: `io` (inputs and
//! outputs), `stream` (state, timers, reads and sends), `responses` (responses to appends), `sent` (RPCs in flight),
//! `line_rate`, `lagging`, `snapshotting` and `transfer` (the states), `task`.
//!
//! See paper §5.3 and thesis §10.2.1.

#[cfg(test)]
mod arbitrary;
mod io;
mod lagging;
mod line_rate;
mod responses;
mod sent;
mod snapshotting;
mod stream;
mod task;
#[cfg(test)]
mod tests;
mod transfer;

pub use io::{Input, LeaderContext, Output, StreamCommand, StreamReport};
pub use stream::Stream;
pub use task::{run, TaskContext};

#[cfg(doc)]
use crate::raft::event::StreamState;
