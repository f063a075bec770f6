//! Going through the time of a run: forward and back.
//!
//! The lab of the present may have [dropped](crate::lab::Lab::keeping) the events of a position. Then the scenario is
//! run again up to there, in a lab of its own ([`Player::earlier`]), which goes on as the position does. The way there
//! may take more than one call; whatever goes forward needs no such way.

use super::head::Playhead;
use super::player::{Destination, Player};
use super::rerun::Replay;
use crate::lab::json::error::ScenarioError;
use crate::lab::judge::watch::Watch;
use crate::lab::run::past::EventLog;
use crate::lab::vocab::condition::Condition;
use crate::lab::vocab::moment::Position;
use crate::lab::vocab::step::StepKind;
use crate::runtime::Micros;

/// So many events an earlier lab goes on at a time: few enough that those of the position shown are still there.
const SLICE: u64 = 256;

impl Player {
    /// Advances the clock at the position that is shown to `time`, past at most `events_max` events. Returns whether
    /// `time` was reached. Reaching the end of the past leads to the present.
    pub fn advance_to(&mut self, time: Micros, events_max: u64) -> bool {
        let mut left = events_max;
        let mut reached = false;
        while !reached && left > 0 && self.is_earlier() {
            let time = time.min(self.lab().now());
            let (Some(head), Some(earlier)) = (&mut self.head, &mut self.earlier) else { break };
            let slice = left.min(SLICE);
            let all = earlier.now() > time || earlier.advance_to(time, slice).reached;
            let (before, past) = (head.moment().event, earlier.past());
            if past.reaches(before) {
                reached = head.advance_to(&past, time.min(earlier.now()), slice) && all;
                left -= head.moment().event - before;
            }
        }
        if !reached && left > 0 {
            let Some(head) = &mut self.head else { return self.lab.borrow_mut().advance_to(time, left).reached };
            let lab = self.lab.borrow();
            reached = head.advance_to(&lab.past(), time.min(lab.now()), left);
        }
        self.note_end();
        reached
    }

    /// Makes one step in the past, if that is shown, or else in the present. Returns false if there is no such step.
    pub fn step(&mut self, kind: StepKind) -> bool {
        self.stay();
        while self.is_earlier() {
            let now = self.lab().now();
            let (Some(head), Some(earlier)) = (&mut self.head, &mut self.earlier) else { break };
            if head.forward(&earlier.past(), kind) {
                self.note_end();
                return true;
            }
            head.go_to(&earlier.past(), u64::MAX);
            earlier.advance_to(now, SLICE);
        }
        let forward = self.head.as_mut().is_some_and(|head| head.forward(&self.lab.borrow().past(), kind));
        if forward {
            self.note_end();
            return true;
        }
        self.to_present();
        self.lab.borrow_mut().step(kind)
    }

    /// Moves to the previous step of this kind, or sets out for it. Returns false at the start.
    pub fn back(&mut self, kind: StepKind) -> bool {
        let event = self.world().n;
        if event > 0 && !self.is_under_way_to_the_past() {
            self.look_back_at(event - 1, Some(kind), false);
        }
        event > 0
    }

    /// Shows the world after this event, or sets out for it; a number beyond the last event shows the present.
    pub fn look_at(&mut self, event: u64) {
        self.stay();
        let is_past = event < self.lab().events();
        match is_past {
            true => self.look_back_at(event, None, false),
            false => self.head = None,
        }
    }

    /// Shows the present.
    pub fn to_present(&mut self) {
        self.stay();
        (self.head, self.earlier) = (None, None);
    }

    /// Advances until a condition holds, for at most `limit` of virtual time: through the rest of the past, then in
    /// the present. Returns whether it holds then. For what the condition means, see
    /// [`Lab::run_until`](crate::lab::Lab::run_until).
    ///
    /// # Errors
    /// If the condition refers to something that does not exist; then nothing has changed.
    pub fn run_until(&mut self, condition: Condition, limit: Micros) -> Result<bool, ScenarioError> {
        condition.check("", &self.lab().scenario().all_nodes())?;
        let watch = self.lab().watch_at(condition, &self.world())?;
        Ok(self.run_while_watching(watch, limit))
    }

    /// The same for what happens from here on: what a condition counts begins at the position that is shown.
    ///
    /// # Errors
    /// As [`Player::run_until`].
    pub fn run_until_next(&mut self, condition: Condition, limit: Micros) -> Result<bool, ScenarioError> {
        condition.check("", &self.lab().scenario().all_nodes())?;
        Ok(self.run_while_watching(Watch::new(condition), limit))
    }

    fn run_while_watching(&mut self, mut watch: Watch, limit: Micros) -> bool {
        self.stay();
        let end = self.now() + limit;
        while self.is_earlier() {
            let now = self.lab().now();
            let (Some(head), Some(earlier)) = (&mut self.head, &mut self.earlier) else { break };
            let found = head.run_until(&earlier.past(), &mut watch, end);
            if let Some(holds) = found {
                return holds;
            }
            let quiet = earlier.advance_to(end.min(now), SLICE).reached && earlier.events() == head.moment().event;
            if quiet && end <= now {
                return head.wait(&watch, end);
            }
        }
        let mut lab = self.lab.borrow_mut();
        if let Some(head) = &mut self.head {
            let found = head.run_until(&lab.past(), &mut watch, end);
            if let Some(holds) = found {
                return holds;
            }
            if end < lab.now() {
                return head.wait(&watch, end);
            }
        }
        (self.head, self.earlier) = (None, None);
        let left = end.max(lab.now()) - lab.now();
        lab.run_while_watching(watch, left)
    }

    /// Advances by `time`, through the rest of the past, then in the present. Returns false if the run halts before.
    pub fn run_for(&mut self, time: Micros) -> bool {
        self.stay();
        let end = self.now() + time;
        let looked_back = self.head.is_some();
        let reached = self.advance_to(end, u64::MAX);
        match looked_back && self.head.is_none() {
            true => self.advance_to(end, u64::MAX),
            false => reached,
        }
    }

    /// What is in memory around the position that is shown.
    pub fn with_past<T>(&self, look: impl FnOnce(&EventLog) -> T) -> T {
        let lab = self.lab();
        let event = self.looks_back_at().unwrap_or(lab.events());
        let earlier = self.earlier.as_ref().filter(|earlier| earlier.past().reaches(event));
        let past = earlier.filter(|_| !lab.past().reaches_well(event)).unwrap_or(&lab).past();
        look(&past)
    }

    /// Whether a replay to an earlier position of this run is pending.
    fn is_under_way_to_the_past(&self) -> bool {
        self.way.as_ref().is_some_and(|way| matches!(way.to, Destination::Earlier { .. }))
    }

    /// Gives up a pending replay to an earlier position of this run.
    fn stay(&mut self) {
        if self.is_under_way_to_the_past() {
            self.way = None;
        }
    }

    /// Shows the world after this event, or that after the last step of this kind up to it. Sets out for it if it is
    /// not in memory, with enough before it to go back further and to tell what happened of late; unless it has just
    /// `arrived`.
    pub(super) fn look_back_at(&mut self, event: u64, step: Option<StepKind>, arrived: bool) {
        let (head, to) = {
            let lab = self.lab();
            let labs = [self.earlier.as_ref().filter(|_| arrived), Some(&*lab), self.earlier.as_ref()];
            let is_known = |past: &EventLog| match arrived {
                // A step up to an event is looked for in what is before it.
                true => past.reaches(event) && (step.is_none() || past.dropped() < event.max(1)),
                false => past.reaches_well(event),
            };
            let known = labs.into_iter().flatten().find(|lab| is_known(&lab.past()));
            let in_past = |past: &EventLog| match step {
                None => Some(Playhead::at(past, event)),
                Some(kind) => Playhead::before(past, event + 1, kind),
            };
            // If there is no such step in what is known, it comes before.
            (known.and_then(|lab| in_past(&lab.past())), known.map_or(event, |lab| lab.past().dropped()))
        };
        if head.is_some() {
            self.head = head;
        } else if self.way.is_none() {
            // A scenario that runs is not rejected.
            let rerun = Replay::to_event(&self.lab(), to);
            if let Ok(rerun) = rerun {
                self.set_out(rerun, Destination::Earlier { event: to, step }, Vec::new());
            }
        }
    }

    /// Whether the position that is shown is in the past of the earlier lab, not in that of the present one. If it is
    /// in neither, since the present went on without it, the scenario is run again.
    fn is_earlier(&mut self) -> bool {
        let Some(event) = self.looks_back_at() else { return false };
        if self.lab().past().reaches(event) {
            return false;
        }
        if self.earlier.as_ref().is_none_or(|lab| !lab.past().reaches(event)) {
            let rerun = Replay::to_event(&self.lab(), event);
            self.earlier = rerun.ok().map(|rerun| {
                let mut rerun = rerun.keeping(self.lab().keeps());
                while !rerun.advance(SLICE) {}
                rerun.into_lab()
            });
        }
        let found = self.earlier.as_ref().is_some_and(|lab| lab.past().reaches(event));
        if !found {
            self.head = None;
        }
        found
    }

    /// At the end of the past is the present.
    fn note_end(&mut self) {
        let end = Position { event: self.lab().events(), now: self.lab().now() };
        if self.head.as_ref().is_some_and(|head| head.moment() == end) {
            (self.head, self.earlier) = (None, None);
        }
    }
}
