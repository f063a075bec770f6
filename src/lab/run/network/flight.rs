//! A message on its way, and who waits for what comes of it.

use std::cell::RefCell;
use std::rc::Rc;

use futures::channel::oneshot;

use crate::lab::vocab::id::MessageId;
use crate::raft::network::Unreachable;
use crate::raft::rpc::{AppendResponse, InstallResponse, Message, VoteResponse};
use crate::raft::NodeId;
use crate::runtime::Micros;

/// A message on its way. A copy has a flight of its own.
#[derive(Clone)]
pub(super) struct InFlight {
    pub(super) from: NodeId,
    pub(super) to: NodeId,
    pub(super) message: Rc<Message>,
    /// The request that it answers.
    pub(super) re: Option<MessageId>,
    /// When it is to arrive, as the event of its sending says.
    pub(super) arrives: Micros,
    /// Chance has it that this one gets lost, half-way.
    pub(super) lost_by_chance: bool,
    pub(super) caller: ReplyTo,
}

/// A message that stands still.
pub(super) struct Held {
    pub(super) flight: InFlight,
    /// Since when.
    pub(super) since: Micros,
    /// When it would have arrived, or been lost.
    pub(super) due: Micros,
}

/// Waits for one answer. The request and its copies share it: the first answer is taken.
pub(super) type Waiting<T> = Rc<RefCell<Option<oneshot::Sender<Result<T, Unreachable>>>>>;

/// Who waits for the answer.
#[derive(Clone)]
pub(super) enum ReplyTo {
    Append(Waiting<AppendResponse>),
    Vote(Waiting<VoteResponse>),
    Install(Waiting<InstallResponse>),
    /// Nobody: the message is not answered.
    Nobody,
}

/// A caller that waits.
pub(super) fn waiting<T>(caller: oneshot::Sender<Result<T, Unreachable>>) -> Waiting<T> {
    Rc::new(RefCell::new(Some(caller)))
}

fn is_gone<T>(caller: &Waiting<T>) -> bool {
    caller.borrow().as_ref().is_none_or(oneshot::Sender::is_canceled)
}

/// Tells a caller, unless it was told already, or has stopped waiting.
pub(super) fn tell<T>(caller: &Waiting<T>, answer: Result<T, Unreachable>) {
    if let Some(caller) = caller.borrow_mut().take() {
        let _ = caller.send(answer); // whoever has stopped waiting needs no answer
    }
}

impl ReplyTo {
    /// Whether nobody waits any more.
    pub(super) fn is_gone(&self) -> bool {
        match self {
            ReplyTo::Append(caller) => is_gone(caller),
            ReplyTo::Vote(caller) => is_gone(caller),
            ReplyTo::Install(caller) => is_gone(caller),
            ReplyTo::Nobody => true,
        }
    }

    /// The target's machine says that nobody listens.
    pub(super) fn fail(self) {
        match self {
            ReplyTo::Append(caller) => tell(&caller, Err(Unreachable)),
            ReplyTo::Vote(caller) => tell(&caller, Err(Unreachable)),
            ReplyTo::Install(caller) => tell(&caller, Err(Unreachable)),
            ReplyTo::Nobody => {}
        }
    }
}
