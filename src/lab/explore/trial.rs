//! One random run, and how it goes wrong.

use crate::lab::json::error::ScenarioError;
use crate::lab::judge::report::Report;
use crate::lab::run::lab::Lab;
use crate::lab::scenario::Scenario;
use crate::lab::vocab::condition::{ClientsCondition, Condition, Number, Violated};
use crate::lab::vocab::invariant::Invariant;
use crate::runtime::Micros;

/// So many events one run may have. A faults of 25 s has about 20,000; more is a run without end.
pub const EVENTS_MAX: u64 = 1_000_000;

/// How a run goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A promise is broken.
    Broken(Invariant),
    /// It never ends: time stands still, or there is no end of events.
    Endless,
    /// All is well again, and for long, and still the nodes do not agree, or clients wait.
    Stuck,
}

impl Failure {
    /// What a report of a finished run shows.
    fn of(report: &Report) -> Option<Failure> {
        let broken = report.invariants.iter().find(|it| !it.held);
        match (broken, &report.halted) {
            (Some(broken), _) => Some(Failure::Broken(broken.name)),
            (None, Some(_)) => Some(Failure::Endless),
            (None, None) if !report.held() => Some(Failure::Stuck),
            (None, None) => None,
        }
    }

    /// What a scenario expects that shows it.
    pub fn expected(self) -> Vec<Condition> {
        match self {
            Failure::Broken(invariant) => vec![Condition::Violated(Violated::One(invariant))],
            Failure::Endless => Vec::new(),
            Failure::Stuck => {
                let waits = ClientsCondition { unanswered: Some(Number::at_least(1)), ..ClientsCondition::default() };
                let apart = Condition::Not(Box::new(Condition::Converged(true)));
                vec![Condition::Any(vec![apart, Condition::Clients(waits)])]
            }
        }
    }

    /// In a few words.
    pub fn text(self) -> String {
        match self {
            Failure::Broken(invariant) => format!("{invariant} is broken"),
            Failure::Endless => "the run never ends".into(),
            Failure::Stuck => "all is well, and the nodes do not come to agree".into(),
        }
    }
}

/// One run, on the way to its end.
pub struct Trial {
    pub(super) lab: Lab,
}

impl Trial {
    /// Begins a run.
    ///
    /// # Errors
    /// If the scenario is refused.
    pub fn new(scenario: Scenario) -> Result<Trial, ScenarioError> {
        Lab::new(scenario).map(|lab| Trial { lab })
    }

    /// Goes on, for at most so many events. Whether it has come to its end.
    pub fn advance(&mut self, events_max: u64) -> bool {
        self.lab.run_on(None, events_max) || self.is_endless()
    }

    fn is_endless(&self) -> bool {
        self.lab.events() >= EVENTS_MAX
    }

    /// What went wrong, and when.
    pub fn failure(&self) -> Option<(Failure, Micros)> {
        let endless = self.is_endless().then_some(Failure::Endless);
        Some((endless.or_else(|| Failure::of(&self.lab.report()))?, self.lab.now()))
    }

    /// The virtual clock.
    pub fn now(&self) -> Micros {
        self.lab.now()
    }

    /// What is run.
    pub fn scenario(&self) -> &Scenario {
        self.lab.scenario()
    }
}
