//! Interceptors of messages that are still to be sent.

use crate::lab::vocab::event::TrapDoes;
use crate::lab::vocab::selector::Selector;

/// Catches matching messages as they are sent.
pub(super) struct Interceptor {
    /// Its id.
    pub(super) id: u64,
    pub(super) does: TrapDoes,
    pub(super) which: Selector,
    /// How many more messages it catches; none until it is released.
    pub(super) left: Option<u32>,
}
