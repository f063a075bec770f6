//! What waits for messages that are still to be sent.

use crate::lab::vocab::event::TrapDoes;
use crate::lab::vocab::selector::Selector;

/// Catches messages as they are sent.
pub(super) struct Interceptor {
    /// Its name.
    pub(super) id: u64,
    pub(super) does: TrapDoes,
    pub(super) which: Selector,
    /// How many it still catches; if this is not set, until it is released.
    pub(super) left: Option<u32>,
}
