//! Letting a lab run: one turn after another, up to a time, an event, a condition or the end of the scenario.
//!
//! Every turn makes progress: it carries out an action, delivers a message, polls a task, or advances the clock. So
//! each loop here ends with its limit of virtual time, unless the run halts before: polls that lead nowhere are counted
//! by the executor, and events by the [limits](crate::lab::scenario::limits) of a run.

use super::lab::Lab;
use crate::lab::json::error::ScenarioError;
use crate::lab::judge::watch::Watch;
use crate::lab::scenario::limits::RunLimits;
use crate::lab::scenario::Timing;
use crate::lab::vocab::action::Action;
use crate::lab::vocab::condition::Condition;
use crate::lab::vocab::halt::Halt;
use crate::lab::vocab::moment::{Position, Unreached};
use crate::lab::vocab::step::StepKind;
use crate::runtime::{Micros, Step};

/// So far one step goes: in a quiet cluster, a transition may never come.
pub const STEP_TIME_MAX: Micros = Micros::from_ms(10_000);

/// How far [`Lab::advance_to`] came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advance {
    /// Whether the time was reached. If not, there were too many events on the way, or the run has halted.
    pub reached: bool,
}

/// How far [`Lab::run_to_moment`] came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// As many events have happened as one call may take.
    UnderWay,
    /// The moment is reached.
    Reached,
    /// The run does not come to that moment. It stands where it came closest.
    Unreachable(Unreached),
}

/// What one [`Lab::turn`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Turn {
    /// Something.
    Done,
    /// Time passed, to the limit; nothing else happens until then.
    Limit,
    /// Nothing can happen any more: the run has halted.
    Halted,
}

impl Lab {
    /// The same with other limits, for those who have less memory.
    pub fn limited_to(self, limits: RunLimits) -> Lab {
        Lab { limits, ..self }
    }

    /// Lets virtual time pass up to `time`, at most until `events_max` events have happened.
    pub fn advance_to(&mut self, time: Micros, events_max: u64) -> Advance {
        let events_end = self.events().saturating_add(events_max);
        loop {
            if self.events() >= events_end {
                return Advance { reached: false };
            }
            match self.turn(time) {
                Turn::Done => {}
                Turn::Limit => return Advance { reached: true },
                Turn::Halted => return Advance { reached: false },
            }
        }
    }

    /// One step. False if nothing of that kind happens, within [`STEP_TIME_MAX`].
    pub fn step(&mut self, kind: StepKind) -> bool {
        let limit = self.now() + STEP_TIME_MAX;
        loop {
            let before = self.events();
            if self.turn(limit) != Turn::Done {
                return false;
            }
            let past = self.past();
            if past.between(before, u64::MAX).iter().any(|record| kind.is_made_by(&record.event)) {
                return true;
            }
        }
    }

    /// Runs to the end of the scenario: until its `stop.when` holds, or up to its `stop.at`, or to `until`
    /// if that is earlier.
    pub fn run_to_stop(&mut self, until: Option<Micros>) {
        self.run_on(until, u64::MAX);
    }

    /// The same, at most until `events_max` events have happened. Whether it has come to the end.
    pub fn run_on(&mut self, until: Option<Micros>, events_max: u64) -> bool {
        let end = self.scenario.stop_at().min(until.unwrap_or(Micros::MAX));
        let events_end = self.events().saturating_add(events_max);
        while self.events() < events_end {
            if self.stop_when.is_some_and(|when| self.recorder.holds(when)) || self.turn(end) != Turn::Done {
                return true;
            }
        }
        false
    }

    /// Runs until this event has happened, and then until the clock is there, at most until `events_max` events have
    /// happened. The event belongs to the moment, so a run that has not come to it at that time never comes there.
    pub fn run_to_moment(&mut self, to: Position, events_max: u64) -> Progress {
        let events_end = self.events().saturating_add(events_max);
        while self.events() < to.event || self.now() < to.now {
            if self.events() >= events_end {
                return Progress::UnderWay;
            }
            let unreached = match self.turn(to.now) {
                Turn::Done => continue,
                Turn::Limit if self.events() >= to.event => break,
                Turn::Limit => Unreached::FewerEvents { wanted: to.event, found: self.events() },
                Turn::Halted => Unreached::Halted,
            };
            return Progress::Unreachable(unreached);
        }
        Progress::Reached
    }

    /// Runs until a condition holds, for `limit` of virtual time at most. Whether it holds then.
    ///
    /// The condition means what it means in `stop.when`: what has happened since the first event counts, and it may speak
    /// of nodes that an action is still to bring. The run stops at the end of the turn in which it comes to hold.
    ///
    /// # Errors
    /// If the condition speaks of what is never there; then nothing happened.
    pub fn run_until(&mut self, condition: Condition, limit: Micros) -> Result<bool, ScenarioError> {
        condition.check("", &self.scenario.all_nodes())?;
        let watch = self.watch_at(condition, &self.world())?;
        Ok(self.run_while_watching(watch, limit))
    }

    /// The same for a condition that is watched already.
    pub fn run_while_watching(&mut self, watch: Watch, limit: Micros) -> bool {
        let end = self.now() + limit;
        let watch = self.recorder.watch(watch);
        while !self.recorder.holds(watch) && self.turn(end) == Turn::Done {}
        let holds = self.recorder.holds(watch);
        self.recorder.unwatch_last();
        holds
    }

    /// Does one thing, or lets time pass, to `limit` at most.
    fn turn(&mut self, limit: Micros) -> Turn {
        if self.halted.is_none() {
            self.halted = self.is_full();
        }
        if self.halted.is_some() || self.is_stopped_by_violation() {
            return Turn::Halted;
        }
        let now = self.now();
        let events = self.events();
        let mut anything_new = false;
        if let Some(what) = self.next_due(now) {
            anything_new = self.carry_out_next(what);
        } else if self.network.next_arrival().is_some_and(|at| at <= now) {
            self.network.deliver_next();
        } else if self.poll() {
            // That was all: one poll.
        } else if let Some(what) = self.next_belated(now) {
            anything_new = self.carry_out_next(what);
        } else {
            let action = self.timed.front().and_then(|(_, timing, _)| timing.at());
            let next = [self.executor.next_timer(), self.network.next_arrival(), action].into_iter().flatten().min();
            match next {
                Some(time) if time <= limit => self.executor.advance_to(time),
                _ => {
                    if limit > now {
                        self.executor.advance_to(limit);
                        self.silent_polls = 0;
                    }
                    return Turn::Limit;
                }
            }
            anything_new = true;
        }
        self.settle(anything_new || self.events() > events);
        Turn::Done
    }

    /// Polls the next task. False if none is ready.
    fn poll(&mut self) -> bool {
        let progress = self.recorder.progress();
        match self.executor.poll() {
            None => return false,
            Some(Step::Runaway(tasks)) => self.halted = Some(Halt::TimeStandsStill(tasks)),
            Some(_) => {}
        }
        if self.recorder.progress() > progress {
            self.executor.note_progress();
        }
        self.silent_polls += 1;
        true
    }

    /// Which limit of a run is reached, if any.
    fn is_full(&self) -> Option<Halt> {
        let RunLimits { events, bytes, .. } = self.limits;
        match self.recorder.bytes() >= bytes {
            true => Some(Halt::TooManyBytes(bytes)),
            false => (self.events() >= events).then_some(Halt::TooManyEvents(events)),
        }
    }

    /// The next action that is due: an authored one, when its time has come, before anything else of that time;
    /// a recorded one, at the place between two events at which it was done.
    fn next_due(&mut self, now: Micros) -> Option<(Option<usize>, Timing, Action)> {
        let here = (self.events(), self.silent_polls);
        let due = |timing: &Timing| match *timing {
            Timing::At(at) => at <= now,
            Timing::After { at, event, polls } => at <= now && (event, polls) <= here,
            Timing::When(..) => false,
        };
        self.timed.front().filter(|(_, timing, _)| due(timing))?;
        self.timed.pop_front()
    }

    /// A recorded action whose time has come, and whose place between two events has not. Asked for when nothing else
    /// is left to happen at this time: then that place does not come, and this time is the best that is known.
    fn next_belated(&mut self, now: Micros) -> Option<(Option<usize>, Timing, Action)> {
        self.timed.front().filter(|(_, timing, _)| timing.at().is_some_and(|at| at <= now))?;
        self.timed.pop_front()
    }

    /// Carries a scheduled action out. Whether it counts as something new, as what a user does.
    ///
    /// If a recorded one comes at another place than it was done at, this is another run than the recorded one. Its
    /// scenario then has the place where it came, so that it is a recording of *this* run.
    fn carry_out_next(&mut self, (place, timing, what): (Option<usize>, Timing, Action)) -> bool {
        let place = place.map(|place| place + self.recorded);
        // What is repeated is done again behind later actions: the place never goes back.
        self.place = place.map_or(self.place, |place| self.place.max(place + 1));
        let recorded = matches!(timing, Timing::After { .. });
        let here = Timing::After { at: self.now(), event: self.events(), polls: self.silent_polls };
        if let Some(place) = place.filter(|_| recorded && timing != here) {
            self.displaced.push(place);
            if let Some(action) = self.scenario.actions.get_mut(place) {
                action.timing = here;
            }
        }
        self.carry_out(what);
        recorded
    }

    /// After something happened: what waited for it is done, and the clients learn who leads. It belongs to
    /// the same turn, so that a user cannot come between, and a recording is the same run.
    pub(super) fn settle(&mut self, anything_new: bool) {
        if anything_new {
            self.silent_polls = 0;
            // What is done may fire other triggers; each fires once.
            loop {
                let fired = self.recorder.take_fired();
                if fired.is_empty() {
                    break;
                }
                let due: Vec<_> = fired.iter().filter_map(|&i| self.conditional.get(i).cloned()).collect();
                due.iter().for_each(|action| self.fire(action));
            }
            self.clients.set_leader(self.recorder.leader());
            self.recorder.note_stop();
        }
    }
}
