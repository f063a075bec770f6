//! Futures that one task waits for at once, in any number.

use std::future::{poll_fn, Future};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::woken::{Place, Woken};

/// A set of futures, of which only those that were woken are polled, in the order of waking.
///
/// It is polled, and wakes its task, exactly as `FuturesUnordered` of the `futures` crate: also where that leads to a
/// poll in which nothing happens. For in which order tasks are polled is part of every recorded run. But it needs no
/// memory for a future once there were as many at a time.
///
/// It belongs to the task that polls it first.
pub struct Pending<F: Future> {
    slots: Vec<Slot<F>>,
    free: Vec<usize>,
    /// The number of futures so far.
    added: u64,
    /// The number of futures that are not ready yet.
    waiting: usize,
    /// Its emptiness has been told.
    told_empty: bool,
    woken: Arc<Woken>,
}

/// A place for a future, with the means to wake it. Boxed, since a future may not move.
struct Slot<F> {
    future: Pin<Box<Option<F>>>,
    number: u64,
    aborted: bool,
    place: Arc<Place>,
    waker: Waker,
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
        let (slots, free, woken) = (Vec::new(), Vec::new(), Arc::default());
        Pending { slots, free, added: 0, waiting: 0, told_empty: false, woken }
    }
}

impl<F: Future> Pending<F> {
    /// Adds a future, to be polled the next time that the set is.
    pub fn push(&mut self, future: F) -> Ticket {
        let place = self.free.pop().unwrap_or_else(|| self.new_slot());
        self.added += 1;
        let slot = &mut self.slots[place];
        // Who still holds a waker of the last future there must not wake this one.
        if Arc::strong_count(&slot.place) > 2 {
            slot.place = Place::queued(place, &self.woken);
            slot.waker = Waker::from(slot.place.clone());
        }
        slot.future.set(Some(future));
        (slot.number, slot.aborted) = (self.added, false);
        self.woken.push(place);
        self.waiting += 1;
        self.told_empty = false;
        Ticket { place, number: self.added }
    }

    fn new_slot(&mut self) -> usize {
        let number = self.slots.len();
        let place = Place::queued(number, &self.woken);
        let waker = Waker::from(place.clone());
        self.slots.push(Slot { future: Box::pin(None), number: 0, aborted: false, place, waker });
        number
    }

    /// Ends the wait for a future, unless it is over. The future is dropped, and [`Aborted`], the next time that the set
    /// is polled.
    pub fn abort(&mut self, Ticket { place, number }: Ticket) {
        let slot = &mut self.slots[place];
        if slot.number == number && slot.future.is_some() {
            slot.aborted = true;
            slot.place.enqueue();
        }
    }

    fn release(&mut self, place: usize) {
        if self.slots[place].place.end() {
            self.free.push(place);
        }
    }

    /// The next result; none if no future is left.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<F::Output, Aborted>>> {
        self.woken.wakes_task(context);
        let waiting = self.waiting;
        let (mut polled, mut yielded) = (0, 0);
        // Only places of these slots are put into the queue.
        while let Some(place) = self.woken.pop() {
            let slot = &mut self.slots[place];
            slot.place.begin_poll();
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
            yielded += usize::from(slot.place.is_woken());
            // Everything was polled, or some asked to be polled again: other tasks come first.
            if yielded >= 2 || polled == waiting {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
        }
        self.told_empty = self.waiting == 0;
        if self.told_empty {
            Poll::Ready(None)
        } else {
            Poll::Pending
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::Rng;
    use futures::future::{AbortHandle, Abortable};
    use futures::stream::{FuturesUnordered, Stream};
    use std::cell::RefCell;
    use std::rc::Rc;
    use std::sync::atomic::Ordering;
    use std::task::Wake;

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
