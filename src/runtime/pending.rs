//! Futures that one task waits for at once, in any number.

use std::collections::VecDeque;
use std::future::{poll_fn, Future};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use super::channel::register;

/// A set of futures, of which only those that were woken are polled, in the order of waking.
///
/// It is polled, and wakes its task, exactly as `FuturesUnordered` of the `futures` crate: also where that leads to a
/// poll in which nothing happens. For in which order tasks are polled is part of every recorded run. But it needs no
/// memory for a future once there were as many at a time.
pub struct Pending<F: Future> {
    places: Vec<Place<F>>,
    free: Vec<usize>,
    /// The number of futures so far.
    added: u64,
    /// The number of futures that are not ready yet.
    waiting: usize,
    /// Its emptiness has been told.
    told_empty: bool,
    woken: Woken,
}

/// A place for a future, with the means to wake it. Boxed, since a future may not move.
struct Place<F> {
    future: Pin<Box<Option<F>>>,
    number: u64,
    aborted: bool,
    state: Arc<PlaceState>,
    waker: Waker,
}

/// The places of the futures to poll, in the order of waking, and the task to wake when one is added. Behind a mutex only
/// because a `Waker` must be `Send`; there is one thread.
type Woken = Arc<Mutex<(VecDeque<usize>, Option<Waker>)>>;

struct PlaceState {
    place: usize,
    /// Whether it is among the woken.
    queued: AtomicBool,
    /// Whether it was woken since it was last polled.
    woken: AtomicBool,
    all: Woken,
}

impl PlaceState {
    fn enqueue(&self) {
        self.woken.store(true, Ordering::Relaxed);
        if !self.queued.swap(true, Ordering::Relaxed) {
            let task = {
                let mut all = lock(&self.all);
                all.0.push_back(self.place);
                all.1.take()
            };
            if let Some(task) = task {
                task.wake();
            }
        }
    }
}

impl Wake for PlaceState {
    fn wake(self: Arc<Self>) {
        self.enqueue();
    }
    fn wake_by_ref(self: &Arc<Self>) {
        self.enqueue();
    }
}

/// A future of a [`Pending`] set: its place, and its number among all that were ever added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    place: usize,
    number: u64,
}

/// The future was [aborted](Pending::abort).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aborted;

impl<F: Future> Default for Pending<F> {
    fn default() -> Pending<F> {
        let (places, free, woken) = (Vec::new(), Vec::new(), Woken::default());
        Pending { places, free, added: 0, waiting: 0, told_empty: false, woken }
    }
}

impl<F: Future> Pending<F> {
    /// Adds a future, to be polled the next time that the set is.
    pub fn push(&mut self, future: F) -> Ticket {
        let place = self.free.pop().unwrap_or_else(|| self.new_place());
        let slot = &mut self.places[place];
        self.added += 1;
        slot.future.set(Some(future));
        (slot.number, slot.aborted) = (self.added, false);
        slot.state.queued.store(true, Ordering::Relaxed);
        lock(&self.woken).0.push_back(place);
        self.waiting += 1;
        self.told_empty = false;
        Ticket { place, number: self.added }
    }

    fn new_place(&mut self) -> usize {
        let place = self.places.len();
        let (queued, woken) = (AtomicBool::new(true), AtomicBool::new(false));
        let state = Arc::new(PlaceState { place, queued, woken, all: self.woken.clone() });
        let waker = Waker::from(state.clone());
        self.places.push(Place { future: Box::pin(None), number: 0, aborted: false, state, waker });
        place
    }

    /// Ends the wait for a future, unless it is over. The future is dropped, and [`Aborted`], the next time that the set
    /// is polled.
    pub fn abort(&mut self, Ticket { place, number }: Ticket) {
        let slot = &mut self.places[place];
        if slot.number == number && slot.future.is_some() {
            slot.aborted = true;
            slot.state.enqueue();
        }
    }

    /// Frees a place, or leaves that for when it is taken from the woken.
    fn release(&mut self, place: usize) {
        // Whatever wakes it from now on comes too late.
        if !self.places[place].state.queued.swap(true, Ordering::Relaxed) {
            self.free.push(place);
        }
    }

    /// The next result; none if no future is left.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<F::Output, Aborted>>> {
        register(&mut lock(&self.woken).1, context);
        let waiting = self.waiting;
        let (mut polled, mut yielded) = (0, 0);
        loop {
            let Some(place) = lock(&self.woken).0.pop_front() else {
                self.told_empty = self.waiting == 0;
                return if self.told_empty { Poll::Ready(None) } else { Poll::Pending };
            };
            let slot = &mut self.places[place];
            // Before the poll, so that a wake-up during the poll counts.
            slot.state.queued.store(false, Ordering::Relaxed);
            slot.state.woken.store(false, Ordering::Relaxed);
            let result = match slot.future.as_mut().as_pin_mut() {
                _ if slot.aborted => Poll::Ready(Err(Aborted)),
                Some(future) => future.poll(&mut Context::from_waker(&slot.waker)).map(Ok),
                // It woke itself in the poll that made it ready.
                None => {
                    self.release(place);
                    continue;
                }
            };
            if result.is_ready() {
                slot.future.set(None);
                self.waiting -= 1;
                self.release(place);
                return result.map(Some);
            }
            polled += 1;
            yielded += usize::from(slot.state.woken.load(Ordering::Relaxed));
            // Everything was polled, or some asked to be polled again: other tasks come first.
            if yielded >= 2 || polled == waiting {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
        }
    }

    /// The next result, as one of several things that a task waits for: an empty set is never ready.
    pub fn poll_some(&mut self, context: &mut Context<'_>) -> Poll<Result<F::Output, Aborted>> {
        if self.told_empty {
            return Poll::Pending;
        }
        match self.poll_next(context) {
            Poll::Ready(Some(result)) => Poll::Ready(result),
            Poll::Ready(None) => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Poll::Pending => Poll::Pending,
        }
    }

    /// Waits until no future is left.
    pub async fn finish(&mut self) {
        while poll_fn(|context| self.poll_next(context)).await.is_some() {}
    }
}

fn lock(woken: &Woken) -> MutexGuard<'_, (VecDeque<usize>, Option<Waker>)> {
    woken.lock().unwrap_or_else(PoisonError::into_inner)
}
