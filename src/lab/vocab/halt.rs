//! Why a run can go no further, as a value. It is written in English, in reports; the page puts it into the words of
//! its language.

use std::fmt;
use std::rc::Rc;

use super::invariant::Invariant;
use super::violation::ViolationDetail;

/// Why a run can go no further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Halt {
    /// Tasks are polled again and again without anything happening: their names, and how often each was polled.
    TimeStandsStill(Vec<(Rc<str>, u32)>),
    /// A promise was broken, and the scenario asks to stop then.
    Broken(Invariant, ViolationDetail),
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Halt::TimeStandsStill(tasks) => {
                let tasks: Vec<String> = tasks.iter().map(|(name, polls)| format!("{name} ({polls} polls)")).collect();
                write!(f, "time stands still: {}", tasks.join(", "))
            }
            Halt::Broken(invariant, detail) => write!(f, "{invariant} is broken: {detail}"),
        }
    }
}
