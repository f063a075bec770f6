//! The run behind the page, for what shows more of it than one moment.

use std::rc::Rc;

use crate::view::timeline::index::Index;
use crate::view::timeline::moment::Moment;

/// Hands over what is known of the whole run, and the moment of it that is shown.
pub type Look<'a> = &'a mut dyn FnMut(&Index, &Moment);

/// A way to the run. It stays the same for the life of the page.
#[derive(Clone)]
pub struct Source(Rc<dyn Fn(Look<'_>)>);

impl PartialEq for Source {
    fn eq(&self, other: &Source) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Source {
    /// A source that calls this with whoever looks.
    pub fn new(show: impl Fn(Look<'_>) + 'static) -> Source {
        Source(Rc::new(show))
    }

    /// Looks at the run.
    pub fn look<T>(&self, mut look: impl FnMut(&Index, &Moment) -> T) -> Option<T> {
        let mut seen = None;
        (self.0)(&mut |index, moment| seen = Some(look(index, moment)));
        seen
    }
}
