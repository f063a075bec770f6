//! Branches: alternative continuations of a run.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::lab::json::error::ScenarioError;
use crate::lab::play::rerun::Replay;
use crate::lab::run::lab::Lab;
use crate::lab::run::past::EventLog;
use crate::lab::scenario::Scenario;
use crate::lab::vocab::event::Record;
use crate::lab::vocab::moment::Position;
use crate::lab::world::World;

/// The most events that are kept of all inactive branches together; nor more bytes than of the present one. The branches left longest ago are evicted first;
/// they are replayed when they are needed. A run of which some events [left memory](Lab::keeping) keeps none then.
pub const EVENTS_KEPT_MAX: u64 = 1_000_000;

/// Identifies a branch; counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BranchId(pub u32);

/// One of several runs with a common beginning.
#[derive(Clone, Debug)]
pub struct Branch {
    /// The name, for people.
    pub name: String,
    /// The branch that it was forked from, and the last event that they share; none for the first branch.
    pub from: Option<(BranchId, u64)>,
    /// The scenario, including all recorded actions.
    pub scenario: Scenario,
    /// The position at which it was left, or created.
    pub end: Position,
    /// Its events, if they were kept.
    past: Option<EventLog>,
    /// When it was left, as a counter: higher is later.
    left: u64,
}

/// The point at which two branches diverge.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The number of the first event that differs.
    pub event: u64,
    /// That event in the first branch; none if the branch ends before.
    pub a: Option<Rc<Record>>,
    /// That event in the second branch; none if the branch ends before.
    pub b: Option<Rc<Record>>,
    /// The last world that they share.
    pub before: Rc<World>,
}

/// The branches of a run. The present branch runs in a [`Lab`] that is not part of this type.
#[derive(Clone, Debug)]
pub struct Branches {
    all: BTreeMap<BranchId, Branch>,
    present: BranchId,
    lefts: u64,
}

impl Branches {
    /// A single branch, which runs in `lab`.
    pub fn new(name: impl Into<String>, lab: &Lab) -> Branches {
        let first = BranchId(1);
        Branches { all: BTreeMap::from([(first, Branch::of(lab, name.into(), None))]), present: first, lefts: 0 }
    }

    /// All branches, in order of creation.
    pub fn all(&self) -> impl Iterator<Item = (BranchId, &Branch)> {
        self.all.iter().map(|(&id, branch)| (id, branch))
    }

    /// The present branch.
    pub fn present(&self) -> BranchId {
        self.present
    }

    /// The position of the present branch among all, counted from 1, and the number of branches.
    pub fn place(&self) -> (usize, usize) {
        (self.all.range(..=self.present).count(), self.all.len())
    }

    /// Renames a branch.
    pub fn rename(&mut self, id: BranchId, name: impl Into<String>) {
        if let Some(branch) = self.all.get_mut(&id) {
            branch.name = name.into();
        }
    }

    /// Removes a branch, unless it is the present one. Branches forked from it stay.
    pub fn remove(&mut self, id: BranchId) {
        if id != self.present {
            self.all.remove(&id);
        }
    }

    /// Leaves the present branch, which ran in `old`, for a new one, forked after this event of it. The new one runs
    /// in `new`, to which no action has been applied since the fork.
    pub fn branch_off(&mut self, old: &Lab, event: u64, new: &Lab, name: impl Into<String>) {
        self.leave(old);
        let id = BranchId(self.all.keys().next_back().map_or(1, |last| last.0 + 1));
        let branch = Branch { past: None, ..Branch::of(new, name.into(), Some((self.present, event))) };
        self.all.insert(id, branch);
        self.present = id;
    }

    /// The replay that leads to where another branch was left; `None` if the branch is unknown.
    ///
    /// # Errors
    /// If its scenario is rejected, which cannot happen for a scenario that has run.
    pub fn way_to(&self, id: BranchId) -> Result<Option<Replay>, ScenarioError> {
        self.all.get(&id).map(|branch| Replay::new(branch.scenario.clone(), branch.end)).transpose()
    }

    /// Leaves the present branch, which ran in `old`, for another one, which continues at the end of
    /// [`Branches::way_to`].
    pub fn switch(&mut self, old: &Lab, to: BranchId) {
        if self.all.contains_key(&to) {
            self.leave(old);
            self.present = to;
        }
    }

    /// Whether no action was applied in the present branch, which runs in `lab`, since it was entered.
    pub fn is_as_entered(&self, lab: &Lab) -> bool {
        self.all.get(&self.present).is_some_and(|branch| branch.scenario == *lab.scenario())
    }

    /// The events of a branch; `None` if it is unknown or its events were not kept: switch to it first.
    pub fn past_of<'a>(&'a self, lab: &'a Lab, id: BranchId) -> Option<EventLog> {
        match id == self.present {
            true => Some(lab.past().clone()).filter(|past| past.dropped() == 0),
            false => self.all.get(&id)?.past.clone(),
        }
    }

    /// Where two branches diverge; `None` if they do not, as far as they go, or if the events of one were not kept.
    pub fn compare(&self, lab: &Lab, a: BranchId, b: BranchId) -> Option<Difference> {
        let (a, b) = (self.past_of(lab, a)?, self.past_of(lab, b)?);
        let event = a.parts_from(&b)?;
        let of = |past: &EventLog| past.records().get(usize::try_from(event - 1).ok()?).cloned();
        Some(Difference { event, a: of(&a), b: of(&b), before: a.world_at(event - 1) })
    }

    /// Saves the scenario, position and events of the present branch.
    fn leave(&mut self, lab: &Lab) {
        self.lefts += 1;
        let left = self.lefts;
        if let Some(branch) = self.all.get_mut(&self.present) {
            *branch = Branch { left, ..Branch::of(lab, std::mem::take(&mut branch.name), branch.from) };
        }
        self.forget(lab.keeps());
    }

    fn forget(&mut self, keeps: u64) {
        let mut kept: Vec<(u64, BranchId, u64, u64)> = self
            .all
            .iter()
            .filter_map(|(&id, branch)| branch.past.as_ref().map(|past| (branch.left, id, past.events(), past.bytes())))
            .collect();
        kept.sort_unstable();
        let mut events: u64 = kept.iter().map(|&(_, _, events, _)| events).sum();
        let mut bytes: u64 = kept.iter().map(|&(_, _, _, bytes)| bytes).sum();
        for (_, id, own, own_bytes) in kept {
            if events <= EVENTS_KEPT_MAX && bytes <= keeps {
                return;
            }
            self.all.entry(id).and_modify(|branch| branch.past = None);
            events -= own;
            bytes -= own_bytes;
        }
    }
}

impl Branch {
    fn of(lab: &Lab, name: String, from: Option<(BranchId, u64)>) -> Branch {
        let end = Position { event: lab.events(), now: lab.now() };
        let past = (lab.past().dropped() == 0).then(|| lab.past().clone());
        Branch { name, from, scenario: lab.scenario().clone(), end, past, left: 0 }
    }
}
