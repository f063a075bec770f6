//! The time that is shown, and what moves with it.
//!
//! Between two events nothing changes but the time: messages go on, election timeouts run out. Then the page is not
//! drawn again; what moves listens to the [`Clock`] and changes its own element, and no other.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use crate::runtime::Micros;

/// The time between two moves of what moves slowly, or is read rather than watched, in ms on the wall:
/// each change of the document costs a frame's styles, layout and paint, however small it is.
const NOW_AND_THEN_MS: f64 = 45.0;

/// When so much virtual time has passed, it is moved sooner: else an election timeout would be seen to jump.
const NOW_AND_THEN: Micros = Micros(2_400);

/// A moment, as it is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The virtual clock.
    pub now: Micros,
    /// The time at which moving things are drawn: where less motion is wanted, that of the last event.
    pub moved: Micros,
}

/// The rate at which something is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// In every frame.
    EveryFrame,
    /// Some twenty times a second, or as often as it takes to look smooth.
    NowAndThen,
}

type Listener = Box<dyn Fn(Shown)>;

#[derive(Default)]
struct Inner {
    shown: Cell<Shown>,
    /// Whether the time has changed since what is moved now and then was moved last.
    behind: Cell<bool>,
    /// When what is moved now and then was moved last: on the wall, and by the virtual clock.
    then: Cell<(f64, Micros)>,
    next_id: Cell<u64>,
    listeners: RefCell<BTreeMap<u64, (Pace, Listener)>>,
}

/// The time that is shown. Handles share it.
#[derive(Clone, Default)]
pub struct Clock(Rc<Inner>);

impl PartialEq for Clock {
    fn eq(&self, other: &Clock) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// Listens until it is dropped.
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
    /// Moves what moves. `wall` is the time of the frame in milliseconds; without one all is moved, whatever its pace.
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

/// Lets `to_move` change an element as time goes by, and at once when `what` is another.
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

/// Sets an attribute of an element that is being moved.
pub fn set(element: &Element, attribute: &str, value: &str) {
    // The names are ours, and can all be set.
    let _ = element.set_attribute(attribute, value);
}
