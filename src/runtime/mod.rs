//! Layer 1: a single-threaded executor that is stepped, a virtual clock, seeded random numbers, and a hash of traces.
//!
//! Nothing here depends on Raft. Everything that could make two runs of the same program differ is controlled here: the
//! order of tasks, the time, and chance. So the same scenario always gives the same run.

mod channel;
mod clock;
mod executor;
mod micros;
mod pending;
mod rng;
mod timers;
mod trace_hash;
mod woken;

pub use channel::{mailbox, oneshot, Canceled, Closed, OneshotReceiver, OneshotSender, Receiver, Sender};
pub use clock::{Clock, Sleep, TimedOut};
pub use executor::{Executor, GroupId, Spawner, Step, POLLS_PER_INSTANT_MAX};
pub use micros::{Micros, MILLISECONDS_MAX};
pub use pending::{Aborted, Pending, Ticket};
pub use rng::Rng;
pub use trace_hash::{StableHash, TraceHash};
