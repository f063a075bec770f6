//! Who was woken, in the order of waking.
//!
//! A [`Waker`] must be fit for use by any thread, though here there is one. Locks would cost more than all else that a poll
//! does; so these are atomic cells that are only ever loaded and stored, which costs no more than a plain variable. Used from
//! several threads, wake-ups could get lost; nothing worse.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Wake, Waker};

/// The size of the first ring; each further one has twice as many. A power of two: a position is found by a mask.
const FIRST_RING: usize = 16;

/// The most rings: together they hold more than any memory does.
const RINGS: usize = 28;

/// A queue of places, without a bound.
pub(super) struct Woken {
    /// The rings so far. Only the last one is in use: an outgrown one stays, since nothing here can be removed.
    rings: [OnceLock<Box<[AtomicUsize]>>; RINGS],
    last_ring: AtomicUsize,
    /// The number of places taken from the queue so far, and put into it.
    taken: AtomicUsize,
    put: AtomicUsize,
    /// Whom to wake when a place is put into the queue, and whether that is due.
    task: OnceLock<Waker>,
    task_waits: AtomicBool,
}

impl Default for Woken {
    fn default() -> Woken {
        Woken {
            rings: std::array::from_fn(|_| OnceLock::new()),
            last_ring: AtomicUsize::new(0),
            taken: AtomicUsize::new(0),
            put: AtomicUsize::new(0),
            task: OnceLock::new(),
            task_waits: AtomicBool::new(false),
        }
    }
}

impl Woken {
    fn ring(&self, number: usize) -> &[AtomicUsize] {
        self.rings[number].get_or_init(|| (0..FIRST_RING << number).map(|_| AtomicUsize::new(0)).collect())
    }

    /// Puts a place at the end.
    pub(super) fn push(&self, place: usize) {
        let (taken, put) = (self.taken.load(Relaxed), self.put.load(Relaxed));
        let mut ring = self.ring(self.last_ring.load(Relaxed));
        if put.wrapping_sub(taken) == ring.len() {
            let number = self.last_ring.load(Relaxed) + 1;
            let larger = self.ring(number);
            for at in (0..ring.len()).map(|n| taken.wrapping_add(n)) {
                larger[at & (larger.len() - 1)].store(ring[at & (ring.len() - 1)].load(Relaxed), Relaxed);
            }
            self.last_ring.store(number, Relaxed);
            ring = larger;
        }
        ring[put & (ring.len() - 1)].store(place, Relaxed);
        self.put.store(put.wrapping_add(1), Relaxed);
    }

    /// Takes the place that was woken first.
    pub(super) fn pop(&self) -> Option<usize> {
        let taken = self.taken.load(Relaxed);
        if taken == self.put.load(Relaxed) {
            return None;
        }
        let ring = self.ring(self.last_ring.load(Relaxed));
        self.taken.store(taken.wrapping_add(1), Relaxed);
        Some(ring[taken & (ring.len() - 1)].load(Relaxed))
    }

    /// Wakes the task of this context, once, when something is woken from now on. It is the same task each time.
    pub(super) fn wakes_task(&self, context: &Context<'_>) {
        let task = self.task.get_or_init(|| context.waker().clone());
        debug_assert!(task.will_wake(context.waker()), "two tasks wait for the same futures");
        self.task_waits.store(true, Relaxed);
    }
}

/// The state of what has a place, and its waker: it is put into the queue at most once until it is polled.
pub(super) struct Place {
    place: usize,
    queued: AtomicBool,
    /// Whether it was woken since it was last polled.
    woken: AtomicBool,
    all: Arc<Woken>,
}

impl Place {
    /// A place whose owner is in the queue already or is put there next.
    pub(super) fn queued(place: usize, all: &Arc<Woken>) -> Arc<Place> {
        Arc::new(Place { place, queued: AtomicBool::new(true), woken: AtomicBool::new(false), all: all.clone() })
    }

    /// Which place it is.
    pub(super) fn number(&self) -> usize {
        self.place
    }

    /// Puts it into the queue, unless it is there.
    pub(super) fn enqueue(&self) {
        self.woken.store(true, Relaxed);
        if !self.queued.load(Relaxed) {
            self.queued.store(true, Relaxed);
            self.all.push(self.place);
            if self.all.task_waits.load(Relaxed) {
                self.all.task_waits.store(false, Relaxed);
                self.all.task.get().into_iter().for_each(Waker::wake_by_ref);
            }
        }
    }

    /// It was taken from the queue, and is polled now: from here on, a wake-up counts.
    pub(super) fn begin_poll(&self) {
        self.queued.store(false, Relaxed);
        self.woken.store(false, Relaxed);
    }

    /// Whether it was woken since then.
    pub(super) fn is_woken(&self) -> bool {
        self.woken.load(Relaxed)
    }

    /// Ends it: wake-ups come too late from now on. False if it is in the queue still, so that the place is not free until it
    /// is taken from there.
    pub(super) fn end(&self) -> bool {
        let is_free = !self.queued.load(Relaxed);
        self.queued.store(true, Relaxed);
        is_free
    }
}

impl Wake for Place {
    fn wake(self: Arc<Self>) {
        self.enqueue();
    }
    fn wake_by_ref(self: &Arc<Self>) {
        self.enqueue();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::Rng;
    use std::collections::VecDeque;

    #[test]
    fn it_is_a_queue_of_any_length() {
        let mut rng = Rng::new(1, "woken", 0);
        let (woken, mut expected) = (Woken::default(), VecDeque::new());
        for n in 0..10_000 {
            // Grows to some hundred, and falls again.
            match rng.chance(if n < 5_000 { 600_000 } else { 400_000 }) {
                true => {
                    woken.push(n);
                    expected.push_back(n);
                }
                false => assert_eq!(woken.pop(), expected.pop_front()),
            }
        }
        while let Some(place) = woken.pop() {
            assert_eq!(Some(place), expected.pop_front());
        }
        assert!(expected.is_empty());
    }
}
