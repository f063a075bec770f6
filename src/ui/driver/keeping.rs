//! The state of what is kept between visits.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::state::SavedAt;
use crate::ui::media;
use crate::ui::shared::Shared;
use crate::ui::store::{self, Aside};

/// What is kept between visits.
pub(super) struct Keeping {
    /// The state of the run that was stored last.
    pub saved: Cell<SavedAt>,
    /// Whether the run could not be stored.
    pub unsaved: Cell<bool>,
    /// Whether nothing is stored any more, since the page is about to be loaded again with another run.
    pub closed: Cell<bool>,
    /// Whether the stored run is being restored.
    restoring: Cell<bool>,
    /// What was stored and is not in use.
    asides: RefCell<Shared<Vec<Aside>>>,
}

impl Keeping {
    /// Nothing is stored yet.
    pub fn new(asides: Vec<Aside>, restoring: bool) -> Keeping {
        let keeping = Keeping {
            saved: Cell::default(),
            unsaved: Cell::default(),
            closed: Cell::default(),
            restoring: Cell::new(restoring),
            asides: RefCell::new(Shared(Rc::new(asides))),
        };
        keeping.note_restoring();
        keeping
    }

    /// What was stored and is not in use.
    pub fn asides(&self) -> Shared<Vec<Aside>> {
        self.asides.borrow().clone()
    }

    /// Whether the stored run is being restored.
    pub fn is_restoring(&self) -> bool {
        self.restoring.get()
    }

    /// Whether the run could not be stored.
    pub fn is_unsaved(&self) -> bool {
        self.unsaved.get()
    }

    /// The stored run is restored, or is not wanted any more.
    pub fn restored(&self) {
        if self.restoring.replace(false) {
            self.note_restoring();
        }
    }

    /// Notes for the next visit whether this one was in the middle of restoring. While the page is hidden, nothing is
    /// restored, so that it may be closed then.
    pub fn note_restoring(&self) {
        if !self.closed.get() {
            store::set_restoring(self.restoring.get() && !media::hidden());
        }
    }

    /// Changes what was stored and is not in use.
    pub fn change_asides(&self, change: impl FnOnce(&mut Vec<Aside>)) {
        let mut asides = self.asides.borrow().to_vec();
        change(&mut asides);
        self.asides.replace(Shared(Rc::new(asides)));
    }
}
