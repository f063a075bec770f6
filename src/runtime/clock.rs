//! Virtual time in microseconds, which only the executor advances.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::ops::{Add, AddAssign, Sub};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures::future::{select, Either};
use serde::{de, Deserialize, Deserializer, Serialize, Serializer};

use super::timers::{TimerId, Timers};

/// The longest time that is read from JSON, in milliseconds: 31 years, exact to the microsecond in a double.
pub const MILLISECONDS_MAX: f64 = 1e12;

/// A point in virtual time since the start of the run, or a duration, in whole microseconds.
///
/// An integer, so that runs do not depend on rounding. Addition and subtraction saturate.
///
/// In JSON, a number of milliseconds, with a fraction where needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Micros(pub u64);

impl Micros {
    /// The start of a run, or a duration of zero.
    pub const ZERO: Micros = Micros(0);
    /// The largest value: later than any run lasts.
    pub const MAX: Micros = Micros(u64::MAX);

    /// A whole number of milliseconds.
    pub const fn from_ms(ms: u64) -> Micros {
        Micros(ms.saturating_mul(1000))
    }

    /// The value in milliseconds. Exact below 285 years.
    pub fn as_ms(self) -> f64 {
        self.0 as f64 / 1000.0
    }
}

impl Serialize for Micros {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 % 1000 {
            0 => serializer.serialize_u64(self.0 / 1000),
            _ => serializer.serialize_f64(self.as_ms()),
        }
    }
}

impl<'de> Deserialize<'de> for Micros {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Micros, D::Error> {
        let ms = f64::deserialize(deserializer)?;
        if !(0.0..=MILLISECONDS_MAX).contains(&ms) {
            let expected = "a time in milliseconds, from 0 to 1e12";
            return Err(de::Error::invalid_value(de::Unexpected::Float(ms), &expected));
        }
        Ok(Micros((ms * 1000.0).round() as u64))
    }
}

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.as_ms())
    }
}

impl Add for Micros {
    type Output = Micros;
    fn add(self, other: Micros) -> Micros {
        Micros(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Micros {
    fn add_assign(&mut self, other: Micros) {
        *self = *self + other;
    }
}

impl Sub for Micros {
    type Output = Micros;
    fn sub(self, other: Micros) -> Micros {
        Micros(self.0.saturating_sub(other.0))
    }
}

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
        futures::pin_mut!(future);
        match select(future, self.sleep(duration)).await {
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
        loop {
            let due = self.inner.timers.borrow_mut().take_due(time);
            let Some(waker) = due else { break };
            waker.wake();
        }
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

impl futures::future::FusedFuture for Sleep {
    fn is_terminated(&self) -> bool {
        false
    }
}
