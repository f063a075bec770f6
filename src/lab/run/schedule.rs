//! When the actions of a scenario are done: those with a time in the order of their times, those that wait for a
//! condition behind the event that fulfils it, or later.

use super::lab::Lab;
use crate::lab::scenario::{ScheduledAction, Timing};
use crate::lab::vocab::action::Action;
use crate::runtime::Micros;

impl Lab {
    /// Does what waited for a condition, now or as much later as it says, and as often.
    pub(super) fn fire(&mut self, action: &ScheduledAction) {
        let now = self.now();
        let later = if let Timing::When(_, later) = action.timing { later } else { Micros::ZERO };
        for at in action.times(now + later) {
            match at > now {
                true => self.do_later(at, action.what.clone()),
                false => self.carry_out(action.what.clone()),
            }
        }
    }

    /// Has an action done at a virtual time: after the authored ones of that time, before the recorded ones, which
    /// say themselves behind which event they come.
    fn do_later(&mut self, at: Micros, what: Action) {
        let comes_first = |timing: &Timing| match timing {
            Timing::At(before) => *before <= at,
            timing => timing.at() < Some(at),
        };
        let place = self.timed.partition_point(|(_, timing, _)| comes_first(timing));
        self.timed.insert(place, (None, Timing::At(at), what));
    }
}
