//! What of the past is not in memory any more: it is had by running the scenario again.

use std::rc::Rc;

use super::lab::Lab;
use crate::lab::json::error::{invalid, ScenarioError};
use crate::lab::judge::watch::{Needs, Watch};
use crate::lab::vocab::condition::Condition;
use crate::lab::vocab::event::Record;
use crate::lab::world::World;

/// The events between two looks at those of a run that is repeated: few enough that none was dropped meanwhile.
const SLICE: u64 = 256;

impl Lab {
    /// The same, with only so many bytes of events in memory, about: the oldest are dropped. They can still be
    /// had, and every run, report and condition is the same, but what asks for them takes the time to run again.
    #[must_use]
    pub fn keeping(self, bytes: u64) -> Lab {
        self.recorder.keep(bytes);
        Lab { keeps: bytes, ..self }
    }

    /// The same without its past, for a run of which only the report is wanted. What asks for the past nevertheless runs
    /// the scenario again.
    #[must_use]
    pub fn forgetful(self) -> Lab {
        self.recorder.keep_nothing();
        Lab { keeps: 0, ..self }
    }

    /// The bytes of events that stay in memory.
    pub fn keeps(&self) -> u64 {
        self.keeps
    }

    /// Hands over every event after `from`, up to `to`, in order. If some of them are not in memory, the scenario is
    /// run again up to where they are.
    ///
    /// # Errors
    /// If the run cannot be repeated.
    pub fn for_each_record(
        &self,
        from: u64,
        to: u64,
        mut take: impl FnMut(&Rc<Record>) -> Result<(), ScenarioError>,
    ) -> Result<(), ScenarioError> {
        let past = self.past();
        if from < past.dropped() {
            let mut again = Lab::new(self.scenario.clone())?.keeping(self.keeps);
            let end = to.min(past.dropped());
            let mut next = 0;
            while next < end {
                let halts = !again.advance_to(self.now(), SLICE).reached && again.events() == next;
                let repeated = again.past();
                if halts || !repeated.reaches(next) || repeated.events() == next {
                    return invalid("", "this run cannot be repeated");
                }
                repeated.between(next.max(from), end).iter().try_for_each(&mut take)?;
                next = repeated.events();
            }
        }
        past.between(from.max(past.dropped()), to).iter().try_for_each(&mut take)
    }

    /// Watches a condition over the run up to a moment in it, with the world of then: what has happened so far counts,
    /// as if it had been watched from the first event on.
    ///
    /// # Errors
    /// As [`Lab::for_each_record`].
    pub fn watch_at(&self, condition: Condition, world: &World) -> Result<Watch, ScenarioError> {
        let mut watch = Watch::new(condition);
        let mut take: Box<dyn FnMut(&Record) + '_> = match watch.needs() {
            Needs::Nothing => return Ok(watch),
            Needs::Events => Box::new(|record| watch.recall(record)),
            Needs::Worlds => {
                let mut then = World::clone(self.past().start());
                let watch = &mut watch;
                Box::new(move |record| {
                    then.apply(record);
                    watch.observe(record, &then);
                })
            }
        };
        self.for_each_record(0, world.n, |record| {
            take(record);
            Ok(())
        })?;
        drop(take);
        Ok(watch)
    }
}
