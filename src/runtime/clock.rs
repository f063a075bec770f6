//! The virtual clock, which only the executor advances.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::{pin, Pin};
use std::rc::Rc;
use std::task::{Context, Poll};

use futures::future::{select, Either};

use super::micros::Micros;
use super::timers::{TimerId, Timers};

/// A handle to the virtual clock of one [`Executor`](super::Executor). Tasks read it and sleep; only the executor
/// advances it.
#[derive(Clone, Default)]
pub struct Clock {
    inner: Rc<Inner>,
}

#[derive(Default)]
struct Inner {
    now: Cell<Micros>,
    timers: RefCell<Timers>,
}

impl Clock {
    /// The current virtual time.
    pub fn now(&self) -> Micros {
        self.inner.now.get()
    }

    /// Waits until `deadline`. Ready at once if it has passed.
    pub fn sleep_until(&self, deadline: Micros) -> Sleep {
        Sleep { clock: self.clone(), deadline, timer: None }
    }

    /// Waits for a duration.
    pub fn sleep(&self, duration: Micros) -> Sleep {
        self.sleep_until(self.now() + duration)
    }

    /// Waits for `future`, but at most for `duration`.
    ///
    /// # Errors
    /// [`TimedOut`] if the duration ends first. If both are ready at the same time, the future wins.
    pub async fn timeout<F: Future>(&self, duration: Micros, future: F) -> Result<F::Output, TimedOut> {
        match select(pin!(future), self.sleep(duration)).await {
            Either::Left((output, _)) => Ok(output),
            Either::Right(_) => Err(TimedOut),
        }
    }

    /// The time of the next timer, if any is set.
    pub(super) fn next_deadline(&self) -> Option<Micros> {
        self.inner.timers.borrow_mut().first().map(|(deadline, _)| deadline)
    }

    /// Advances the clock, never backwards, and wakes the tasks whose timers are due, in the order of (time, sequence).
    pub(super) fn advance_to(&self, time: Micros) {
        self.inner.now.set(time.max(self.now()));
        let mut timers = self.inner.timers.borrow_mut();
        while timers.fire(time) {}
    }
}

/// The duration given to [`Clock::timeout`] has elapsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedOut;

/// The future of [`Clock::sleep_until`]. Dropping it cancels its timer.
pub struct Sleep {
    clock: Clock,
    deadline: Micros,
    /// Its timer, once it has one.
    timer: Option<TimerId>,
}

impl Sleep {
    /// Waits until another time, as if it were a new one: cheaper than a new one.
    pub fn reset(&mut self, deadline: Micros) {
        self.deadline = deadline;
        if let Some(timer) = self.timer {
            self.clock.inner.timers.borrow_mut().disarm(timer);
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // Depends on the clock, not on the wake-up: two timers of the same time are both ready in one poll, so a biased
        // select sees both and chooses by its own order.
        if self.clock.now() >= self.deadline {
            return Poll::Ready(());
        }
        let Sleep { clock, deadline, timer } = &mut *self;
        let mut timers = clock.inner.timers.borrow_mut();
        let timer = *timer.get_or_insert_with(|| timers.create());
        timers.arm(timer, *deadline, context.waker());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(timer) = self.timer {
            self.clock.inner.timers.borrow_mut().release(timer);
        }
    }
}
