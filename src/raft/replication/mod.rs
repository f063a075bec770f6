//! The replication stream: how one follower is kept up to date by one leader, during one term.
//!
//! **The problem.** A follower may be up to date, behind, far behind, cut off, or hold entries that the
//! leader never had. The leader knows only what answers tell it, and answers are late, lost or doubled.
//!
//! **Why the obvious fails.** "Remember how far the follower is" mixes two things. Where to send from
//! next is a guess, and guesses are revised downwards; what is safely there decides what is committed,
//! and must never be guessed. Libraries that kept one number for both acknowledged writes that existed
//! on one node only.
//!
//! **The way taken.** Two numbers. `next_index` is the guess, which refusals lower. `match_index` is the
//! proof, which only successes raise; `0 ≤ match_index < next_index` always. Around them a machine with
//! few states ([`StreamState`]): at *line rate* entries go out as they come; *lagging*, they are read
//! from storage in payloads. One append is in flight at a time; whatever is not answered within the
//! heartbeat interval is sent again at the next tick, never at once, so that a dead follower costs
//! one RPC a tick.
//!
//! [`Stream`] is a plain value without a clock or a channel; [`run`] is the task that waits for it.
//!
//! Read more: paper §5.3; thesis §10.2.1; `StreamState` and `StreamWhy` for the words.

#[cfg(test)]
mod arbitrary;
mod lagging;
mod line_rate;
mod snapshotting;
mod stream;
mod task;
#[cfg(test)]
mod tests;

pub use stream::{FromCore, Input, Office, Output, Stream, ToCore, LATE_ANSWERS_MAX};
pub use task::{run, TaskContext};

#[cfg(doc)]
use crate::raft::event::StreamState;
