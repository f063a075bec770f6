//! Messages in flight and lost, and the interceptors of future messages.

use std::rc::Rc;

use crate::lab::vocab::event::{LossWhy, TrapDoes};
use crate::lab::vocab::id::{Link, MessageId};
use crate::lab::vocab::selector::Selector;
use crate::raft::rpc::{Message, MessageKind};
use crate::raft::NodeId;
use crate::runtime::Micros;

/// A message in flight.
#[derive(Clone, Debug, PartialEq)]
pub struct InFlight {
    /// Its id.
    pub id: MessageId,
    /// The sender.
    pub from: NodeId,
    /// The receiver.
    pub to: NodeId,
    /// Its kind.
    pub kind: MessageKind,
    /// The request that it is the response to.
    pub re: Option<MessageId>,
    /// The message of which it is a copy, made by the network.
    pub copy_of: Option<MessageId>,
    /// The virtual time at which it was sent.
    pub sent: Micros,
    /// The virtual time at which it arrives; if it is held, at which it would arrive without the hold.
    pub arrives: Micros,
    /// Whether it is held.
    pub held: bool,
    /// Its progress at a certain time, in parts per million; from then on progress is linear in time, or constant
    /// while held.
    pub passed: (u32, Micros),
    /// Its content.
    pub message: Rc<Message>,
}

impl InFlight {
    /// Its progress at this time, in parts per million.
    pub fn passed_at(&self, now: Micros) -> u32 {
        const WHOLE: u64 = 1_000_000;
        let (passed, since) = self.passed;
        if self.held {
            return passed;
        }
        let (way, time) = (WHOLE - u64::from(passed), (self.arrives - since).0.max(1));
        let gone = (now - since).0.min(time);
        passed + (u128::from(way) * u128::from(gone) / u128::from(time)) as u32
    }
}

/// An interceptor of future messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interceptor {
    /// Whether it drops or holds them.
    pub does: TrapDoes,
    /// The messages that it matches.
    pub which: Selector,
}

/// A message that was lost.
#[derive(Clone, Debug, PartialEq)]
pub struct LostMessage {
    /// The message as it was in flight.
    pub message: Rc<InFlight>,
    /// The virtual time at which it was lost.
    pub at: Micros,
    /// The reason.
    pub why: LossWhy,
}

/// A named cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedCut {
    /// Its name.
    pub name: String,
    /// The links that are cut by it.
    pub links: Vec<Link>,
}

/// The number of messages so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MessageCounts {
    /// Messages sent.
    pub sent: u64,
    /// Messages delivered.
    pub delivered: u64,
    /// Messages lost, for any reason.
    pub dropped: u64,
}
