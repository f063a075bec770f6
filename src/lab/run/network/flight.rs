//! Messages in flight, and the callers that wait for responses.

use std::cell::RefCell;
use std::rc::Rc;

use crate::lab::vocab::id::MessageId;
use crate::raft::network::Unreachable;
use crate::raft::rpc::{AppendResponse, InstallResponse, Message, VoteResponse};
use crate::raft::NodeId;
use crate::runtime::{Micros, OneshotSender};

/// A message in flight. A copy of a message is another one.
#[derive(Clone)]
pub(super) struct InFlight {
    pub(super) from: NodeId,
    pub(super) to: NodeId,
    pub(super) message: Rc<Message>,
    /// The request that it is the response to.
    pub(super) re: Option<MessageId>,
    /// The virtual time of arrival, as in the event of its sending.
    pub(super) arrives: Micros,
    /// Whether random loss drops it, half-way.
    pub(super) lost_by_chance: bool,
    pub(super) caller: ReplyTo,
}

/// A held message.
pub(super) struct Held {
    pub(super) flight: InFlight,
    /// The virtual time since when it is held.
    pub(super) since: Micros,
    /// When it was due to arrive or to be lost.
    pub(super) due: Micros,
}

/// A caller that waits for one response. The request and its copies share it: the first response is taken.
pub(super) type Waiting<T> = Rc<RefCell<Option<OneshotSender<Result<T, Unreachable>>>>>;

/// What happens with the response.
#[derive(Clone)]
pub(super) enum ReplyTo {
    Append(Waiting<AppendResponse>),
    Vote(Waiting<VoteResponse>),
    Install(Waiting<InstallResponse>),
    /// The message has no response.
    Nobody,
}

/// Registers a caller that waits.
pub(super) fn waiting<T>(caller: OneshotSender<Result<T, Unreachable>>) -> Waiting<T> {
    Rc::new(RefCell::new(Some(caller)))
}

fn is_gone<T>(caller: &Waiting<T>) -> bool {
    caller.borrow().as_ref().is_none_or(OneshotSender::is_canceled)
}

/// Passes a response to a caller, unless it has one already or has stopped waiting.
pub(super) fn tell<T>(caller: &Waiting<T>, answer: Result<T, Unreachable>) {
    if let Some(caller) = caller.borrow_mut().take() {
        caller.send(answer);
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

    /// Fails the request at once: the target's machine is up, but no process listens.
    pub(super) fn fail(self) {
        match self {
            ReplyTo::Append(caller) => tell(&caller, Err(Unreachable)),
            ReplyTo::Vote(caller) => tell(&caller, Err(Unreachable)),
            ReplyTo::Install(caller) => tell(&caller, Err(Unreachable)),
            ReplyTo::Nobody => {}
        }
    }
}
