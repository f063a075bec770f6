//! Branches: what would have happened, had something else been done.

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

/// So many events of branches that are not looked at are kept, of all together. Those that were left longest ago go
/// first; they are run again if they are asked for.
pub const EVENTS_KEPT_MAX: u64 = 1_000_000;

/// Names a branch; counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BranchId(pub u32);

/// One of several runs that begin alike.
#[derive(Clone, Debug)]
pub struct Branch {
    /// A name for people.
    pub name: String,
    /// The branch that it comes from, and the last event that they share; none for the first.
    pub from: Option<(BranchId, u64)>,
    /// What was loaded, and every action.
    pub scenario: Scenario,
    /// Where it was left, or begun.
    pub end: Position,
    /// What happened in it, if that was kept.
    past: Option<EventLog>,
    /// When it was left: the higher, the later.
    left: u64,
}

/// Where two branches part.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The number of the first event that is not the same.
    pub event: u64,
    /// That event in the one, unless it ends before.
    pub a: Option<Rc<Record>>,
    /// And in the other.
    pub b: Option<Rc<Record>>,
    /// The last world that they share.
    pub before: Rc<World>,
}

/// The branches of a run. One of them is the present one: it runs in a [`Lab`] that is not in here.
#[derive(Clone, Debug)]
pub struct Branches {
    all: BTreeMap<BranchId, Branch>,
    present: BranchId,
    lefts: u64,
}

impl Branches {
    /// One branch, which runs.
    pub fn new(name: impl Into<String>, lab: &Lab) -> Branches {
        let first = BranchId(1);
        Branches { all: BTreeMap::from([(first, Branch::of(lab, name.into(), None))]), present: first, lefts: 0 }
    }

    /// Every branch, in the order in which they were made.
    pub fn all(&self) -> impl Iterator<Item = (BranchId, &Branch)> {
        self.all.iter().map(|(&id, branch)| (id, branch))
    }

    /// The one that runs.
    pub fn present(&self) -> BranchId {
        self.present
    }

    /// The place of the one that runs among all, counted from 1, and their number.
    pub fn place(&self) -> (usize, usize) {
        (self.all.range(..=self.present).count(), self.all.len())
    }

    /// Gives a branch another name.
    pub fn rename(&mut self, id: BranchId, name: impl Into<String>) {
        if let Some(branch) = self.all.get_mut(&id) {
            branch.name = name.into();
        }
    }

    /// Forgets a branch, unless it is the one that runs. Those that come from it stay.
    pub fn remove(&mut self, id: BranchId) {
        if id != self.present {
            self.all.remove(&id);
        }
    }

    /// Leaves the present branch, which ran in `old`, for one that goes another way from behind this event of it on:
    /// that one runs in `new`, where nothing has been done yet that the old one had not.
    pub fn branch_off(&mut self, old: &Lab, event: u64, new: &Lab, name: impl Into<String>) {
        self.leave(old);
        let id = BranchId(self.all.keys().next_back().map_or(1, |last| last.0 + 1));
        let branch = Branch { past: None, ..Branch::of(new, name.into(), Some((self.present, event))) };
        self.all.insert(id, branch);
        self.present = id;
    }

    /// The way to where another branch was left. None if it is not known.
    ///
    /// # Errors
    /// If its scenario is refused, which one that ran is not.
    pub fn way_to(&self, id: BranchId) -> Result<Option<Replay>, ScenarioError> {
        self.all.get(&id).map(|branch| Replay::new(branch.scenario.clone(), branch.end)).transpose()
    }

    /// Leaves the present branch, which ran in `old`, for another one, which goes on at the end of its
    /// [way](Branches::way_to).
    pub fn switch(&mut self, old: &Lab, to: BranchId) {
        if self.all.contains_key(&to) {
            self.leave(old);
            self.present = to;
        }
    }

    /// Whether nothing has been done in the present branch, which runs in `lab`, since it was entered.
    pub fn is_as_entered(&self, lab: &Lab) -> bool {
        self.all.get(&self.present).is_some_and(|branch| branch.scenario == *lab.scenario())
    }

    /// What happened in a branch. None if it is not known, or was not kept: then go there first.
    pub fn past_of<'a>(&'a self, lab: &'a Lab, id: BranchId) -> Option<EventLog> {
        match id == self.present {
            true => Some(lab.past().clone()),
            false => self.all.get(&id)?.past.clone(),
        }
    }

    /// Where two branches part; none if they are the same, as far as they go, or one of them was not kept.
    pub fn compare(&self, lab: &Lab, a: BranchId, b: BranchId) -> Option<Difference> {
        let (a, b) = (self.past_of(lab, a)?, self.past_of(lab, b)?);
        let event = a.parts_from(&b)?;
        let of = |past: &EventLog| past.records().get(usize::try_from(event - 1).ok()?).cloned();
        Some(Difference { event, a: of(&a), b: of(&b), before: a.world_at(event - 1) })
    }

    /// Takes down what the present branch has come to.
    fn leave(&mut self, lab: &Lab) {
        self.lefts += 1;
        let left = self.lefts;
        if let Some(branch) = self.all.get_mut(&self.present) {
            *branch = Branch { left, ..Branch::of(lab, std::mem::take(&mut branch.name), branch.from) };
        }
        self.forget();
    }

    fn forget(&mut self) {
        let mut kept: Vec<(u64, BranchId, u64)> = self
            .all
            .iter()
            .filter_map(|(&id, branch)| Some((branch.left, id, branch.past.as_ref()?.events())))
            .collect();
        kept.sort_unstable();
        let mut events: u64 = kept.iter().map(|&(_, _, events)| events).sum();
        for (_, id, own) in kept {
            if events <= EVENTS_KEPT_MAX {
                return;
            }
            self.all.entry(id).and_modify(|branch| branch.past = None);
            events -= own;
        }
    }
}

impl Branch {
    fn of(lab: &Lab, name: String, from: Option<(BranchId, u64)>) -> Branch {
        let end = Position { event: lab.events(), now: lab.now() };
        Branch { name, from, scenario: lab.scenario().clone(), end, past: Some(lab.past().clone()), left: 0 }
    }
}
