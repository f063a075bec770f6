//! The time shown, and what moves with it.
//!
//! Between two events only the time changes: messages move, election timeouts run down. The page is not redrawn for
//! that; moving elements listen to the [`Clock`] and update only themselves.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use crate::runtime::Micros;

/// The real time, in ms, between two updates at [`Pace::NowAndThen`]: each change of the document costs a frame's
/// style, layout and paint, however small it is.
const NOW_AND_THEN_MS: f64 = 45.0;

/// The virtual time after which such an update comes sooner, so that election timeouts do not visibly jump.
const NOW_AND_THEN: Micros = Micros(2_400);

/// A moment as it is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The virtual clock.
    pub now: Micros,
    /// The time at which moving elements are drawn: with reduced motion, that of the last event.
    pub moved: Micros,
}

/// The rate at which an element is updated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// With every frame.
    EveryFrame,
    /// About twenty times a second, or as often as it takes to look smooth.
    NowAndThen,
}

type Listener = Box<dyn Fn(Shown)>;

#[derive(Default)]
struct Inner {
    shown: Cell<Shown>,
    /// Whether the time has changed since the last update at [`Pace::NowAndThen`].
    behind: Cell<bool>,
    /// The time of that update: real time in ms, and virtual time.
    then: Cell<(f64, Micros)>,
    next_id: Cell<u64>,
    listeners: RefCell<BTreeMap<u64, (Pace, Listener)>>,
}

/// The time shown. Clones share it.
#[derive(Clone, Default)]
pub struct Clock(Rc<Inner>);

impl PartialEq for Clock {
    fn eq(&self, other: &Clock) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// A registered listener; dropping it removes the listener.
struct Listening {
    clock: Clock,
    id: u64,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.clock.0.listeners.borrow_mut().remove(&self.id);
    }
}

impl Clock {
    /// Updates the moving elements. `wall` is the time of the frame in milliseconds; without it all are updated,
    /// whatever their pace.
    pub fn show(&self, shown: Shown, wall: Option<f64>) {
        let inner = &*self.0;
        let changed = inner.shown.replace(shown) != shown;
        let behind = inner.behind.get() || changed;
        let (then, shown_then) = inner.then.get();
        let jumps = shown.now - shown_then >= NOW_AND_THEN;
        let due = behind && (jumps || wall.is_none_or(|wall| wall - then >= NOW_AND_THEN_MS));
        if due {
            inner.then.set((wall.unwrap_or(0.0), shown.now));
        }
        inner.behind.set(behind && !due);
        let listeners = inner.listeners.borrow();
        for (pace, listener) in listeners.values() {
            match pace {
                Pace::EveryFrame if changed => listener(shown),
                Pace::NowAndThen if due => listener(shown),
                _ => {}
            }
        }
    }

    fn listen(&self, pace: Pace, listener: Listener) -> Listening {
        listener(self.0.shown.get());
        let id = self.0.next_id.replace(self.0.next_id.get() + 1);
        self.0.listeners.borrow_mut().insert(id, (pace, listener));
        Listening { clock: self.clone(), id }
    }
}

/// Calls `to_move` to update an element as time passes, and at once when `what` changes.
#[hook]
pub fn use_moving<T, F>(element: &NodeRef, pace: Pace, what: T, to_move: F)
where
    T: Clone + PartialEq + 'static,
    F: Fn(&Element, &T, Shown) + 'static,
{
    let clock = use_context::<Clock>().unwrap_or_default();
    let element = element.clone();
    use_effect_with((clock, what), move |(clock, what)| {
        let (clock, what) = (clock.clone(), what.clone());
        let listening = element.cast::<Element>().map(|element| {
            let listener = move |shown| to_move(&element, &what, shown);
            clock.listen(pace, Box::new(listener))
        });
        move || drop(listening)
    });
}

/// Sets an attribute of a moving element.
pub fn set(element: &Element, attribute: &str, value: &str) {
    // The names are fixed and valid, so this cannot fail.
    let _ = element.set_attribute(attribute, value);
}
