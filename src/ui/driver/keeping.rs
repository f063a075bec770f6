//! What is kept between visits: the state of storing and restoring the run, and what was kept aside.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::state::SavedAt;
use crate::ui::media;
use crate::ui::shared::Shared;
use crate::ui::store::{self, Aside};

/// What is kept between visits.
pub(super) struct Keeping {
    /// Whether the run may be stored: what does that belongs to the rest of the program.
    pub(super) is_allowed: Cell<bool>,
    /// The state of the run that was stored last.
    pub(super) saved: Cell<SavedAt>,
    /// Whether the run could not be stored.
    pub(super) unsaved: Cell<bool>,
    /// Whether nothing is stored any more, since the page is about to be loaded again with another run.
    pub(super) closed: Cell<bool>,
    /// Whether the stored run is being restored.
    restoring: Cell<bool>,
    /// What was stored and is not in use.
    asides: RefCell<Shared<Vec<Aside>>>,
}

impl Keeping {
    pub(super) fn new(asides: Vec<Aside>, restoring: bool) -> Keeping {
        let keeping = Keeping {
            is_allowed: Cell::default(),
            saved: Cell::default(),
            unsaved: Cell::default(),
            closed: Cell::default(),
            restoring: Cell::new(restoring),
            asides: RefCell::new(Shared(Rc::new(asides))),
        };
        keeping.note_restoring();
        keeping
    }

    pub(super) fn asides(&self) -> Shared<Vec<Aside>> {
        self.asides.borrow().clone()
    }

    pub(super) fn is_restoring(&self) -> bool {
        self.restoring.get()
    }

    pub(super) fn is_unsaved(&self) -> bool {
        self.unsaved.get()
    }

    /// The stored run is restored, or is not wanted any more.
    pub(super) fn restored(&self) {
        if self.restoring.replace(false) {
            self.note_restoring();
        }
    }

    /// Notes for the next visit whether this one was in the middle of restoring. While the page is hidden, nothing is
    /// restored, so that it may be closed then.
    pub(super) fn note_restoring(&self) {
        if !self.closed.get() {
            store::set_restoring(self.restoring.get() && !media::hidden());
        }
    }

    pub(super) fn change_asides(&self, change: impl FnOnce(&mut Vec<Aside>)) {
        let mut asides = self.asides.borrow().to_vec();
        change(&mut asides);
        self.asides.replace(Shared(Rc::new(asides)));
    }
}
