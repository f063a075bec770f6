//! The moment of a run that is shown, and how far the run has got.

use std::rc::Rc;

use super::scale::Extent;
use crate::runtime::Micros;
use crate::view::feed::Line;

/// The moment that is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moment {
    /// The number of its last event.
    pub event: u64,
    /// Its clock.
    pub now: Micros,
    /// The number of events of the run.
    pub events: u64,
    /// The run.
    pub run: Extent,
    /// Changes whenever another run becomes the present one.
    pub generation: u32,
    /// Whether the clock runs.
    pub plays: bool,
    /// Whether the past is shown.
    pub looks_back: bool,
    /// Its last event, with what is needed to describe it.
    pub last: Option<Rc<Line>>,
}
