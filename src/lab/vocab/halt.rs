//! Why a run cannot continue, as a value. It is formatted in English for reports; the page translates it.

use std::fmt;
use std::rc::Rc;

use super::invariant::Invariant;
use super::violation::ViolationDetail;

/// Why a run cannot continue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Halt {
    /// Livelock: tasks are polled again and again and nothing gets on. The name of each and its number of polls.
    TimeStandsStill(Vec<(Rc<str>, u32)>),
    /// An invariant was violated, and the scenario stops at violations.
    Broken(Invariant, ViolationDetail),
    /// The run has as many events as a run may have.
    TooManyEvents(u64),
    /// The events of the run take as many bytes as they may.
    TooManyBytes(u64),
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Halt::TimeStandsStill(tasks) => {
                let tasks: Vec<String> = tasks.iter().map(|(name, polls)| format!("{name} ({polls} polls)")).collect();
                write!(f, "time stands still: {}", tasks.join(", "))
            }
            Halt::Broken(invariant, detail) => write!(f, "{invariant} is broken: {detail}"),
            Halt::TooManyEvents(max) => write!(f, "the run has {max} events, and may have no more"),
            Halt::TooManyBytes(max) => {
                write!(f, "the events of the run take {max} bytes, and may take no more")
            }
        }
    }
}
