//! Channels between tasks of one executor: without locks, since there is one thread.
//!
//! They wake as the channels of the `futures` crate do: a receiver is woken once for each time that it began to wait.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::{poll_fn, Future};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// What several senders and one receiver share.
struct Mailbox<T> {
    values: VecDeque<T>,
    senders: usize,
    closed: bool,
    waiting: Waiting,
}

/// The end of a [`mailbox`] that takes values. Clones send to the same receiver.
pub struct Sender<T>(Rc<RefCell<Mailbox<T>>>);

/// The end of a [`mailbox`] that gives values out.
pub struct Receiver<T>(Rc<RefCell<Mailbox<T>>>);

/// The receiver is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed;

/// A queue of values from any number of senders to one receiver, without a bound.
pub fn mailbox<T>() -> (Sender<T>, Receiver<T>) {
    let shared = Mailbox { values: VecDeque::new(), senders: 1, closed: false, waiting: Waiting::default() };
    let shared = Rc::new(RefCell::new(shared));
    (Sender(shared.clone()), Receiver(shared))
}

impl<T> Sender<T> {
    /// Sends a value.
    ///
    /// # Errors
    /// If the receiver is gone. The value is dropped then.
    pub fn send(&self, value: T) -> Result<(), Closed> {
        let mut shared = self.0.borrow_mut();
        if shared.closed {
            return Err(Closed);
        }
        shared.values.push_back(value);
        shared.waiting.wake();
        Ok(())
    }

    /// Whether the receiver is gone.
    pub fn is_closed(&self) -> bool {
        self.0.borrow().closed
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Sender<T> {
        self.0.borrow_mut().senders += 1;
        Sender(self.0.clone())
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let mut shared = self.0.borrow_mut();
        shared.senders -= 1;
        if shared.senders == 0 {
            shared.waiting.wake();
        }
    }
}

impl<T> Receiver<T> {
    /// The next value, if there is one already.
    pub fn try_recv(&mut self) -> Option<T> {
        self.0.borrow_mut().values.pop_front()
    }

    /// Waits for the next value. None if all senders are gone.
    pub async fn recv(&mut self) -> Option<T> {
        poll_fn(|context| self.poll_recv(context)).await
    }

    /// The same as a poll.
    pub fn poll_recv(&mut self, context: &mut Context<'_>) -> Poll<Option<T>> {
        let mut shared = self.0.borrow_mut();
        match shared.values.pop_front() {
            Some(value) => Poll::Ready(Some(value)),
            None if shared.senders == 0 => Poll::Ready(None),
            None => {
                shared.waiting.register(context);
                Poll::Pending
            }
        }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let values = {
            let mut shared = self.0.borrow_mut();
            shared.closed = true;
            std::mem::take(&mut shared.values)
        };
        drop(values); // after the borrow: it may drop senders of this very mailbox
    }
}

/// What the two ends of a [`oneshot`] share.
struct Shot<T> {
    value: Option<T>,
    sender_gone: bool,
    receiver_gone: bool,
    waiting: Waiting,
}

/// The end of a [`oneshot`] that takes the value.
pub struct OneshotSender<T>(Rc<RefCell<Shot<T>>>);

/// The end of a [`oneshot`] that waits for the value.
pub struct OneshotReceiver<T>(Rc<RefCell<Shot<T>>>);

/// The sender was dropped without a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Canceled;

/// A channel for one value.
pub fn oneshot<T>() -> (OneshotSender<T>, OneshotReceiver<T>) {
    let shared = Shot { value: None, sender_gone: false, receiver_gone: false, waiting: Waiting::default() };
    let shared = Rc::new(RefCell::new(shared));
    (OneshotSender(shared.clone()), OneshotReceiver(shared))
}

impl<T> OneshotSender<T> {
    /// Sends the value. It is lost if the receiver is gone.
    pub fn send(self, value: T) {
        let mut shared = self.0.borrow_mut();
        if !shared.receiver_gone {
            shared.value = Some(value);
        }
    }

    /// Whether the receiver is gone.
    pub fn is_canceled(&self) -> bool {
        self.0.borrow().receiver_gone
    }
}

impl<T> Drop for OneshotSender<T> {
    fn drop(&mut self) {
        let mut shared = self.0.borrow_mut();
        shared.sender_gone = true;
        shared.waiting.wake();
    }
}

impl<T> OneshotReceiver<T> {
    /// The value, if it is there already. It is given out once.
    pub fn try_recv(&mut self) -> Option<T> {
        self.0.borrow_mut().value.take()
    }
}

impl<T> Future for OneshotReceiver<T> {
    type Output = Result<T, Canceled>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T, Canceled>> {
        let mut shared = self.0.borrow_mut();
        if shared.sender_gone {
            return Poll::Ready(shared.value.take().ok_or(Canceled));
        }
        shared.waiting.register(context);
        Poll::Pending
    }
}

impl<T> Drop for OneshotReceiver<T> {
    fn drop(&mut self) {
        let value = {
            let mut shared = self.0.borrow_mut();
            shared.receiver_gone = true;
            shared.waiting = Waiting::default();
            shared.value.take()
        };
        drop(value);
    }
}

/// Who waits, to be woken once. The waker stays when that is done: most wait again.
#[derive(Default)]
struct Waiting {
    waker: Option<Waker>,
    due: bool,
}

impl Waiting {
    fn register(&mut self, context: &Context<'_>) {
        let waker = context.waker();
        if self.waker.as_ref().is_none_or(|known| !known.will_wake(waker)) {
            self.waker = Some(waker.clone());
        }
        self.due = true;
    }

    fn wake(&mut self) {
        if std::mem::take(&mut self.due) {
            self.waker.iter().for_each(Waker::wake_by_ref);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::future::FutureExt;

    #[test]
    fn a_mailbox_gives_in_order_and_ends_with_its_senders() {
        let (sender, mut receiver) = mailbox();
        let other = sender.clone();
        assert_eq!((sender.send(1), other.send(2)), (Ok(()), Ok(())));
        drop(sender);
        assert_eq!(receiver.recv().now_or_never(), Some(Some(1)));
        assert_eq!(receiver.try_recv(), Some(2));
        assert_eq!(receiver.recv().now_or_never(), None, "a sender is left");
        drop(other);
        assert_eq!(receiver.recv().now_or_never(), Some(None));
    }

    #[test]
    fn a_mailbox_without_a_receiver_refuses_and_keeps_nothing() {
        let (sender, receiver) = mailbox();
        let value = Rc::new(());
        assert_eq!(sender.send(value.clone()), Ok(()));
        drop(receiver);
        assert_eq!(Rc::strong_count(&value), 1);
        assert!(sender.is_closed());
        assert_eq!(sender.send(value), Err(Closed));
    }

    #[test]
    fn a_oneshot_says_when_the_other_end_is_gone() {
        let (sender, mut receiver) = oneshot();
        assert_eq!((&mut receiver).now_or_never(), None);
        sender.send(1);
        assert_eq!(receiver.now_or_never(), Some(Ok(1)));
        let (sender, receiver) = oneshot::<u8>();
        drop(sender);
        assert_eq!(receiver.now_or_never(), Some(Err(Canceled)));
        let (sender, receiver) = oneshot::<u8>();
        drop(receiver);
        assert!(sender.is_canceled());
    }
}
