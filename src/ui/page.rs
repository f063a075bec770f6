//! Holds the page's state ([`Page`]) in one place, so that a command that comes before the next redraw acts on the
//! latest state.

use std::cell::RefCell;
use std::rc::Rc;

use yew::prelude::*;

use super::driver::Driver;
use super::{media, store};
use crate::view::page::{Change, Effect, Page};

struct Inner {
    page: RefCell<Rc<Page>>,
    driver: Driver,
    redraw: UseForceUpdateHandle,
}

/// A handle to the page's state. Clones share it.
#[derive(Clone)]
pub struct PageState(Rc<Inner>);

impl PageState {
    /// The current state, drawn or not.
    pub fn now(&self) -> Rc<Page> {
        self.0.page.borrow().clone()
    }

    /// Applies a change, and redraws the page if the state differs.
    pub fn change(&self, change: Change) {
        let before = self.now();
        let (page, effects) = before.reduce(change);
        if page != *before {
            self.0.page.replace(Rc::new(page));
            self.0.redraw.force_update();
        }
        effects.into_iter().for_each(|effect| self.take_effect(effect));
    }

    fn take_effect(&self, effect: Effect) {
        match effect {
            Effect::StoreSettings => store::store_settings(&self.now().settings),
            Effect::StopClock => self.0.driver.play(false),
            Effect::SetSpeed(speed) => self.0.driver.set_speed(speed),
            Effect::SetPace(pace) => self.0.driver.set_pace(pace),
            Effect::SetTheme(theme) => media::set_theme(Some(theme)),
        }
    }
}

/// The page's state for the life of the component, which is redrawn with every change.
#[hook]
pub fn use_page(driver: &Driver) -> PageState {
    let redraw = use_force_update();
    let state = use_memo((), |()| {
        let page = Page::new(store::settings().unwrap_or_default(), driver.take_notice());
        PageState(Rc::new(Inner { page: RefCell::new(Rc::new(page)), driver: driver.clone(), redraw }))
    });
    (*state).clone()
}
