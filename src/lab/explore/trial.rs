//! One random run, and how it fails.

use super::leaderless::Leaderless;
use crate::lab::json::error::ScenarioError;
use crate::lab::judge::report::Report;
use crate::lab::run::lab::Lab;
use crate::lab::scenario::Scenario;
use crate::lab::vocab::condition::{ClientsCondition, Condition, LeaderCondition, Number, Violated};
use crate::lab::vocab::invariant::Invariant;
use crate::runtime::Micros;

/// The most events of one run. A run with 25 s of faults has about 20,000; one that exceeds the limit is endless.
pub const EVENTS_MAX: u64 = 1_000_000;

/// How a run fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// An invariant is violated.
    Broken(Invariant),
    /// The run does not end: a livelock, or too many events.
    Endless,
    /// A majority was up and connected, and elected no leader for ten election timeouts (with check-quorum on).
    Leaderless,
    /// All faults were healed long ago, but the nodes have not converged, or clients still wait.
    Stuck,
}

impl Failure {
    /// The failure that the report of a finished run shows, if any.
    fn of(report: &Report) -> Option<Failure> {
        let broken = report.invariants.iter().find(|it| !it.held);
        match (broken, &report.halted) {
            (Some(broken), _) => Some(Failure::Broken(broken.name)),
            (None, Some(_)) => Some(Failure::Endless),
            (None, None) if !report.held() => Some(Failure::Stuck),
            (None, None) => None,
        }
    }

    /// The conditions by which a scenario expects the failure.
    pub fn expected(self) -> Vec<Condition> {
        match self {
            Failure::Broken(invariant) => vec![Condition::Violated(Violated::One(invariant))],
            Failure::Endless => Vec::new(),
            Failure::Leaderless => vec![Condition::Leader(LeaderCondition::Any(false))],
            Failure::Stuck => {
                let waits = ClientsCondition { unanswered: Some(Number::at_least(1)), ..ClientsCondition::default() };
                let apart = Condition::Not(Box::new(Condition::Converged(true)));
                vec![Condition::Any(vec![apart, Condition::Clients(waits)])]
            }
        }
    }

    /// A short description.
    pub fn text(self) -> String {
        match self {
            Failure::Broken(invariant) => format!("{invariant} is broken"),
            Failure::Endless => "the run never ends".into(),
            Failure::Leaderless => "a majority is up and connected, and elects no leader".into(),
            Failure::Stuck => "all is well, and the nodes do not come to agree".into(),
        }
    }
}

/// One run in progress.
pub struct Trial {
    pub(super) lab: Lab,
    leaderless: Leaderless,
    /// Whether a connected majority was without a leader for too long.
    is_leaderless: bool,
}

/// After how many events liveness is looked at again, at the latest.
const EVENTS_BETWEEN: u64 = 50;

/// After how long liveness is looked at again, at the latest.
const TIME_BETWEEN: Micros = Micros::from_ms(100);

impl Trial {
    /// Starts a run.
    ///
    /// # Errors
    /// If the scenario is rejected.
    pub fn new(scenario: Scenario) -> Result<Trial, ScenarioError> {
        Lab::new(scenario).map(|lab| Trial {
            lab: lab.forgetful(),
            leaderless: Leaderless::default(),
            is_leaderless: false,
        })
    }

    /// Processes at most `events_max` events. Returns whether the run has ended.
    pub fn advance(&mut self, events_max: u64) -> bool {
        let end = self.lab.events().saturating_add(events_max);
        while self.lab.events() < end {
            let until = self.lab.now() + TIME_BETWEEN;
            let came_there = self.lab.run_on(Some(until), EVENTS_BETWEEN.min(end - self.lab.events()));
            let ended = came_there && (self.lab.now() < until || until >= self.lab.scenario().stop_at());
            self.is_leaderless |= self.leaderless.observe(self.lab.now(), &self.lab.world(), self.lab.config());
            if ended || self.is_leaderless || self.is_endless() {
                return true;
            }
        }
        false
    }

    fn is_endless(&self) -> bool {
        self.lab.events() >= EVENTS_MAX
    }

    /// The failure and its virtual time, if the run failed.
    pub fn failure(&self) -> Option<(Failure, Micros)> {
        let failure = match Failure::of(&self.lab.report()) {
            _ if self.is_endless() => Failure::Endless,
            Some(broken @ Failure::Broken(_)) => broken,
            _ if self.is_leaderless => Failure::Leaderless,
            other => other?,
        };
        Some((failure, self.lab.now()))
    }

    /// The virtual time.
    pub fn now(&self) -> Micros {
        self.lab.now()
    }

    /// The scenario that is run.
    pub fn scenario(&self) -> &Scenario {
        self.lab.scenario()
    }
}
