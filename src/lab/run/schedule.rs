//! When the actions of a scenario are done: those with a time in the order of their times, those that wait for a
//! condition behind the event that fulfils it, or later.

use super::lab::Lab;
use crate::lab::scenario::{ScheduledAction, Timing};
use crate::lab::vocab::action::Action;
use crate::runtime::Micros;

impl Lab {
    /// The next action that is due: an authored one, when its time has come, before anything else of that time;
    /// a recorded one, at the place between two events at which it was done.
    pub(super) fn next_due(&mut self, now: Micros) -> Option<Action> {
        let here = (self.recorder.count(), self.silent_polls);
        let due = |timing: &Timing| match *timing {
            Timing::At(at) => at <= now,
            Timing::After { at, event, polls } => at <= now && (event, polls) <= here,
            Timing::When(..) => false,
        };
        self.timed.front().filter(|(_, timing, _)| due(timing))?;
        let (place, _, what) = self.timed.pop_front()?;
        // What is repeated is done again behind later actions: the place never goes back.
        self.place = place.map_or(self.place, |place| self.place.max(place + self.recorded + 1));
        Some(what)
    }

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
