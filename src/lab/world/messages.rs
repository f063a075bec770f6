//! Messages on their way and lost, and what waits for those that are still to be sent.

use std::rc::Rc;

use crate::lab::vocab::event::{LossWhy, TrapDoes};
use crate::lab::vocab::id::{Link, MessageId};
use crate::lab::vocab::selector::Selector;
use crate::raft::rpc::{Message, MessageKind};
use crate::raft::NodeId;
use crate::runtime::Micros;

/// A message on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct InFlight {
    /// Its name.
    pub id: MessageId,
    /// Who sent it.
    pub from: NodeId,
    /// Who is to receive it.
    pub to: NodeId,
    /// Its kind.
    pub kind: MessageKind,
    /// The request that it answers.
    pub re: Option<MessageId>,
    /// The message of which it is a copy that the network made.
    pub copy_of: Option<MessageId>,
    /// When it left.
    pub sent: Micros,
    /// When it arrives, unless something happens to it, or when it would, if it did not stand still.
    pub arrives: Micros,
    /// It stands still.
    pub held: bool,
    /// How much of its way it had behind it, per million, and when: from then on it goes evenly, or stands still.
    pub passed: (u32, Micros),
    /// What it says.
    pub message: Rc<Message>,
}

impl InFlight {
    /// How much of its way it has behind it, per million.
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

/// Messages that are still to be sent will be dropped, or held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interceptor {
    /// What happens to them.
    pub does: TrapDoes,
    /// Which.
    pub which: Selector,
}

/// A message that did not arrive.
#[derive(Clone, Debug, PartialEq)]
pub struct LostMessage {
    /// The message.
    pub message: Rc<InFlight>,
    /// When it was lost.
    pub at: Micros,
    /// Why.
    pub why: LossWhy,
}

/// A cut with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedCut {
    /// Its name.
    pub name: String,
    /// The links that it cut.
    pub links: Vec<Link>,
}

/// Messages so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MessageCounts {
    /// Sent.
    pub sent: u64,
    /// Arrived.
    pub delivered: u64,
    /// Lost, for whatever reason.
    pub dropped: u64,
}
