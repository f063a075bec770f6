//! A list that stays at its end until a reader scrolls it.
//!
//! The browser tells of scrolling only in the next frame, and not who scrolled. By then the list may have grown or
//! shrunk: then its place says nothing about a reader.

use std::cell::Cell;
use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use super::media;
use super::size::use_size;

/// How far from its end, in pixels, a list is still taken to be at the end.
const NEAR: i32 = 24;

/// How far up, in pixels, a reader scrolls at least. Less may come from rounding.
const SCROLLED: i32 = 4;

/// Where a list is scrolled to, its height, and how much of it can be seen, in pixels.
#[derive(Clone, Copy, Default, PartialEq)]
struct Place {
    top: i32,
    height: i32,
    room: i32,
}

impl Place {
    fn of(list: &Element) -> Place {
        Place { top: list.scroll_top(), height: list.scroll_height(), room: list.client_height() }
    }

    /// Whether somebody scrolled up from `before` to this place.
    fn is_scrolled_up_from(self, before: Place) -> bool {
        (self.height, self.room) == (before.height, before.room) && self.top < before.top - SCROLLED
    }
}

/// What the listeners of a list share.
pub struct Follower {
    /// Whether the list follows its end.
    follows: Rc<Cell<bool>>,
    /// Where the list was last.
    known: Rc<Cell<Place>>,
    /// Lets the component be drawn anew if that differs.
    drawn: UseStateSetter<bool>,
}

impl Follower {
    /// Goes to the end if the list follows it or is there.
    fn settle(&self, list: &Element) {
        if self.follows.get() || is_near_end(list) {
            self.follows.set(true);
            go_to_end(list);
        }
        self.note(list);
    }

    /// Brings a line into view that a reader asked for.
    pub fn show(&self, list: &Element, line: &Element) {
        media::bring_into_view(list, line);
        self.follows.set(is_near_end(list));
        self.note(list);
    }

    fn settle_anew(&self, list: &Element) {
        self.follows.set(true);
        self.settle(list);
    }

    fn scrolled(&self, list: &Element) {
        if Place::of(list).is_scrolled_up_from(self.known.get()) {
            self.follows.set(false);
            self.note(list);
        } else {
            self.settle(list);
        }
    }

    fn note(&self, list: &Element) {
        self.known.set(Place::of(list));
        self.drawn.set(self.follows.get());
    }
}

/// The moment that is shown, where what comes later is listed behind it.
fn moment(list: &Element) -> Option<Element> {
    list.query_selector("[data-moment]").ok().flatten()
}

fn is_near_end(list: &Element) -> bool {
    match moment(list) {
        Some(moment) => media::is_in_view(list, &moment),
        None => {
            let Place { top, height, room } = Place::of(list);
            height - room - top < NEAR
        }
    }
}

fn go_to_end(list: &Element) {
    match moment(list) {
        Some(moment) => media::bring_into_view(list, &moment),
        None => list.set_scroll_top(list.scroll_height()),
    }
}

/// How a list follows its end.
pub struct Follow {
    /// Whether it does. If not, a reader has scrolled it.
    pub follows: bool,
    /// What brings a line into view.
    pub follower: Rc<Follower>,
    /// The listener of the list.
    pub onscroll: Callback<Event>,
    /// Goes to the end, and follows it again.
    pub to_end: Callback<MouseEvent>,
}

/// Lets a list follow its end, or the moment in it that is shown. `content` is all that may change its height. Where
/// `anew` changes, it is another list, of which nobody has scrolled anything yet.
#[hook]
pub fn use_follow<A: PartialEq + 'static, C: PartialEq + 'static>(list: &NodeRef, anew: A, content: C) -> Follow {
    let drawn = use_state_eq(|| true);
    let follower =
        use_memo((), |()| Follower { follows: Rc::new(Cell::new(true)), known: Rc::default(), drawn: drawn.setter() });
    {
        let follower = follower.clone();
        use_size(list, move |list| follower.settle(list));
    }
    let then = |act: fn(&Follower, &Element)| {
        let (list, follower) = (list.clone(), follower.clone());
        move || {
            if let Some(list) = list.cast::<Element>() {
                act(&follower, &list);
            }
        }
    };
    let (changed, renewed) = (then(Follower::settle), then(Follower::settle_anew));
    use_effect_with(content, move |_| changed());
    use_effect_with(anew, move |_| renewed());
    let (scrolled, asked) = (then(Follower::scrolled), then(Follower::settle_anew));
    Follow {
        follows: *drawn,
        onscroll: Callback::from(move |_: Event| scrolled()),
        to_end: Callback::from(move |_: MouseEvent| asked()),
        follower,
    }
}
