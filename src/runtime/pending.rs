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
        // Not one atomic step: there is one thread.
        if !self.queued.load(Ordering::Relaxed) {
            self.queued.store(true, Ordering::Relaxed);
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
        self.added += 1;
        let slot = &mut self.places[place];
        // Who still holds a waker of the last future there must not wake this one.
        if Arc::strong_count(&slot.state) > 2 {
            (slot.state, slot.waker) = new_waker(place, &self.woken);
        }
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
        let (state, waker) = new_waker(place, &self.woken);
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
        let queued = &self.places[place].state.queued;
        if !queued.load(Ordering::Relaxed) {
            queued.store(true, Ordering::Relaxed);
            self.free.push(place);
        }
    }

    /// The next result; none if no future is left.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<F::Output, Aborted>>> {
        let mut next = {
            let (places, task) = &mut *lock(&self.woken);
            register(task, context);
            places.pop_front()
        };
        let waiting = self.waiting;
        let (mut polled, mut yielded) = (0, 0);
        loop {
            let Some(place) = next else {
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
                    next = self.pop();
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
            next = self.pop();
        }
    }

    fn pop(&self) -> Option<usize> {
        lock(&self.woken).0.pop_front()
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

fn new_waker(place: usize, all: &Woken) -> (Arc<PlaceState>, Waker) {
    let (queued, woken) = (AtomicBool::new(true), AtomicBool::new(false));
    let state = Arc::new(PlaceState { place, queued, woken, all: all.clone() });
    (state.clone(), Waker::from(state))
}

fn lock(woken: &Woken) -> MutexGuard<'_, (VecDeque<usize>, Option<Waker>)> {
    woken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::Rng;
    use futures::future::{AbortHandle, Abortable};
    use futures::stream::{FuturesUnordered, Stream};
    use std::cell::RefCell;
    use std::rc::Rc;

    /// A future that does in each poll what it is told, and keeps whom to wake.
    #[derive(Clone, Default)]
    struct Told(Rc<RefCell<(Doing, Option<Waker>)>>);

    #[derive(Clone, Copy, Default)]
    enum Doing {
        #[default]
        Wait,
        WakeItself,
        Finish,
        WakeItselfAndFinish,
    }

    impl Told {
        fn wake(&self) {
            let waker = self.0.borrow_mut().1.take();
            waker.into_iter().for_each(Waker::wake);
        }
    }

    /// Numbered, so that results can be told apart.
    struct Numbered(Told, u64, Rc<RefCell<Vec<u64>>>);

    impl Future for Numbered {
        type Output = u64;
        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<u64> {
            self.2.borrow_mut().push(self.1);
            let (doing, waker) = &mut *self.0 .0.borrow_mut();
            *waker = Some(context.waker().clone());
            if matches!(doing, Doing::WakeItself | Doing::WakeItselfAndFinish) {
                context.waker().wake_by_ref();
            }
            match doing {
                Doing::Wait | Doing::WakeItself => Poll::Pending,
                Doing::Finish | Doing::WakeItselfAndFinish => Poll::Ready(self.1),
            }
        }
    }

    #[derive(Default)]
    struct Counter(std::sync::atomic::AtomicUsize);

    impl Wake for Counter {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// One of the two sets, with what was seen of it: which futures were polled, what was ready, how often it woke its task.
    struct Watched<S> {
        set: S,
        told: Vec<Told>,
        polled: Rc<RefCell<Vec<u64>>>,
        woken: Arc<Counter>,
    }

    impl<S: Default> Watched<S> {
        fn new() -> Watched<S> {
            Watched { set: S::default(), told: Vec::new(), polled: Rc::default(), woken: Arc::default() }
        }

        fn next(&mut self) -> Numbered {
            self.told.push(Told::default());
            Numbered(self.told[self.told.len() - 1].clone(), self.told.len() as u64, self.polled.clone())
        }

        fn seen(&self) -> (Vec<u64>, usize) {
            (self.polled.borrow().clone(), self.woken.0.load(Ordering::Relaxed))
        }
    }

    #[test]
    fn it_polls_and_wakes_as_futures_unordered_does() {
        for seed in 0..2_000 {
            let mut rng = Rng::new(seed, "pending", 0);
            let mut ours = Watched::<Pending<Numbered>>::new();
            let mut theirs = Watched::<FuturesUnordered<Abortable<Numbered>>>::new();
            let (mut tickets, mut handles) = (Vec::new(), Vec::new());
            for step in 0..60 {
                let of = rng.range(0, ours.told.len() as u64 + 1) as usize;
                match rng.range(0, 6) {
                    0 => {
                        let future = ours.next();
                        tickets.push(ours.set.push(future));
                        let (handle, registration) = AbortHandle::new_pair();
                        let future = theirs.next();
                        theirs.set.push(Abortable::new(future, registration));
                        handles.push(handle);
                    }
                    1 | 2 if of < tickets.len() => {
                        let doing = match rng.range(0, 5) {
                            0 => Doing::Wait,
                            1 => Doing::WakeItself,
                            2 => Doing::WakeItselfAndFinish,
                            _ => Doing::Finish,
                        };
                        for told in [&ours.told[of], &theirs.told[of]] {
                            told.0.borrow_mut().0 = doing;
                            told.wake();
                        }
                    }
                    3 if of < tickets.len() && rng.chance(200_000) => {
                        ours.set.abort(tickets[of]);
                        handles[of].abort();
                    }
                    _ => {
                        let (a, b) = (Waker::from(ours.woken.clone()), Waker::from(theirs.woken.clone()));
                        let a = ours.set.poll_next(&mut Context::from_waker(&a)).map(|it| it.map(|it| it.ok()));
                        let b = Pin::new(&mut theirs.set).poll_next(&mut Context::from_waker(&b));
                        assert_eq!(a, b.map(|it| it.map(|it| it.ok())), "seed {seed}, step {step}");
                    }
                }
                assert_eq!(ours.seen(), theirs.seen(), "seed {seed}, step {step}");
            }
        }
    }

    #[test]
    fn a_ticket_is_good_for_one_future() {
        let mut set = Watched::<Pending<Numbered>>::new();
        let waker = Waker::from(set.woken.clone());
        let mut context = Context::from_waker(&waker);
        let future = set.next();
        let ticket = set.set.push(future);
        set.told[0].0.borrow_mut().0 = Doing::Finish;
        assert_eq!(set.set.poll_next(&mut context), Poll::Ready(Some(Ok(1))));
        let future = set.next();
        set.set.push(future); // in the place of the first
        set.set.abort(ticket);
        assert_eq!(set.set.poll_next(&mut context), Poll::Pending);
    }
}
