//! The player: a run with navigation in time.
//!
//! A [`Player`] has a [`Lab`], which is the present, and may show a position in its past. An action in the past
//! creates a branch: the run is replayed up to there and continues differently; the old branch is kept. If the replay
//! takes too long for one call, it proceeds [in steps](Player::replay_progress), and the previous position is shown
//! until it is done.

use std::cell::{Ref, RefCell};
use std::rc::Rc;

use crate::lab::json::error::ScenarioError;
use crate::lab::play::branches::{BranchId, Branches};
use crate::lab::play::head::Playhead;
use crate::lab::play::rerun::Replay;
use crate::lab::run::lab::Lab;
use crate::lab::scenario::{check_action, Scenario};
use crate::lab::vocab::action::Action;
use crate::lab::vocab::moment::{Position, Unreached};
use crate::lab::vocab::step::StepKind;
use crate::lab::world::World;
use crate::runtime::Micros;

/// The most events of a replay that are processed within one call, which takes no noticeable time.
const AT_ONCE: u64 = 2_000;

/// The most events that an action may cause at its own virtual time.
const SAME_MOMENT: u64 = 1_000;

/// A run, the position that is shown, and the other branches.
pub struct Player {
    pub(super) lab: Rc<RefCell<Lab>>,
    /// The position in the past that is shown; none for the present.
    pub(super) head: Option<Playhead>,
    /// The same run, as far as an event that the lab of the present does not keep any more.
    pub(super) earlier: Option<Lab>,
    branches: Branches,
    /// The branches whose last action was undone, the latest last.
    undone: Vec<Undone>,
    pub(super) way: Option<PendingReplay>,
    /// Why the last replay did not arrive, until somebody asks.
    unreached: Option<Unreached>,
    generation: u32,
    /// The name of the branch with a given number.
    name: fn(u32) -> String,
}

/// A branch that was left by undoing its last action.
struct Undone {
    branch: BranchId,
    /// Whether the branch has no action of its own, since it was itself created by an undo.
    empty: bool,
}

/// A replay in progress that leads to a new present, or to the past of this one.
pub(super) struct PendingReplay {
    rerun: Replay,
    pub(super) to: Destination,
    /// The actions to apply when the replay is done.
    then: Vec<Action>,
}

#[derive(Clone, Copy)]
pub(super) enum Destination {
    /// The run as it was saved, including the position that was shown.
    Resumed { looked_at: Option<u64> },
    /// A new branch, forked from the present one after this event.
    Branch { event: u64 },
    /// A new branch without the last action, forked from the present one after this event.
    Undone { event: u64 },
    /// An existing branch.
    Known(BranchId),
    /// An existing branch, with the action that was undone.
    Redone(BranchId),
    /// The past of the present run, after this event, or at the last step of this kind up to it.
    Earlier { event: u64, step: Option<StepKind> },
}

/// The result of switching to another present.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// The errors of actions that could not be applied.
    pub refused: Vec<ScenarioError>,
}

impl Player {
    /// Plays a run from where it is. `name` gives the name of a branch from its number.
    pub fn new(lab: Lab, name: fn(u32) -> String) -> Player {
        let branches = Branches::new(name(1), &lab);
        let lab = Rc::new(RefCell::new(lab));
        Player {
            lab,
            head: None,
            earlier: None,
            branches,
            undone: Vec::new(),
            way: None,
            unreached: None,
            generation: 0,
            name,
        }
    }

    /// Restores a saved run: its scenario with recorded actions, its end, and the event after which it was shown, if
    /// that was not the end.
    ///
    /// # Errors
    /// If the scenario is rejected.
    pub fn resume(
        scenario: Scenario,
        to: Position,
        looked_at: Option<u64>,
        name: fn(u32) -> String,
    ) -> Result<Player, ScenarioError> {
        let mut player = Player::new(Lab::new(scenario.clone())?, name);
        player.set_out(Replay::new(scenario, to)?, Destination::Resumed { looked_at }, Vec::new());
        Ok(player)
    }

    /// Restarts the scenario as its author wrote it, with another seed. The run so far is kept as a branch.
    ///
    /// # Errors
    /// If the scenario is rejected, which cannot happen for a scenario that has run.
    pub fn restart(&mut self, seed: u64) -> Result<(), ScenarioError> {
        let scenario = self.lab().scenario().restarted(seed);
        self.begin(scenario)
    }

    /// Begins a run of another scenario. The run so far is kept as a branch.
    ///
    /// # Errors
    /// If the scenario is rejected; then nothing has changed.
    pub fn begin(&mut self, scenario: Scenario) -> Result<(), ScenarioError> {
        let new = Lab::new(scenario)?.keeping(self.lab().keeps());
        let name = self.next_name();
        self.branches.branch_off(&self.lab.borrow(), 0, &new, name);
        self.forget_undone();
        self.lab.replace(new);
        (self.head, self.earlier, self.way) = (None, None, None);
        self.generation += 1;
        Ok(())
    }

    /// The lab of the present, whatever position is shown.
    pub fn lab(&self) -> Ref<'_, Lab> {
        self.lab.borrow()
    }

    /// The lab of the present, shared.
    pub fn shared_lab(&self) -> Rc<RefCell<Lab>> {
        self.lab.clone()
    }

    /// The world at the position that is shown.
    pub fn world(&self) -> Rc<World> {
        self.head.as_ref().map_or_else(|| self.lab().world(), |head| head.world().clone())
    }

    /// The virtual time at the position that is shown.
    pub fn now(&self) -> Micros {
        self.head.as_ref().map_or_else(|| self.lab().now(), |head| head.moment().now)
    }

    /// The event after which the run is shown; `None` for the present.
    pub fn looks_back_at(&self) -> Option<u64> {
        self.head.as_ref().map(|head| head.moment().event)
    }

    /// A number that changes whenever another run becomes the present one, so that event numbers are not comparable.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// The branches; there is one until an action is applied in the past.
    pub fn branches(&self) -> &Branches {
        &self.branches
    }

    /// The progress of the pending replay, from 0 to 1; `None` if there is none.
    pub fn replay_progress(&self) -> Option<f64> {
        self.way.as_ref().map(|way| way.rerun.done())
    }

    /// The run of the pending replay, if it will be the present one.
    pub fn coming(&self) -> Option<&Lab> {
        let way = self.way.as_ref().filter(|way| !matches!(way.to, Destination::Earlier { .. }));
        way.map(|way| way.rerun.lab())
    }

    /// Continues the pending replay for at most `events_max` events. Returns the result once it is done.
    pub fn go_on(&mut self, events_max: u64) -> Option<Arrival> {
        let arrived = self.way.as_mut()?.rerun.advance(events_max);
        self.way.take_if(|_| arrived).map(|way| self.arrive(way))
    }

    /// Why the last replay did not come to its moment, if so and not asked before. It has led as far as it could.
    pub fn take_unreached(&mut self) -> Option<Unreached> {
        self.unreached.take()
    }

    /// Applies an action at the position that is shown. In the past, this creates a branch.
    ///
    /// # Errors
    /// If the action is invalid; then nothing has changed.
    pub fn act(&mut self, what: Action) -> Result<Arrival, ScenarioError> {
        if let Some(way) = &mut self.way {
            way.then.push(what);
            return Ok(Arrival::default());
        }
        let Some(head) = &self.head else {
            self.lab.borrow_mut().act(what)?;
            self.settle();
            self.forget_undone();
            return Ok(Arrival::default());
        };
        let to = head.moment();
        check_action("", &what, &head.world().nodes.keys().copied().collect())?;
        let rerun = Replay::up_to(&self.lab.borrow(), to)?;
        Ok(self.set_out(rerun, Destination::Branch { event: to.event }, vec![what]))
    }

    /// Undoes the last recorded action and shows the moment before it. The run so far is kept as a branch. Returns
    /// false if there is no recorded action.
    ///
    /// # Errors
    /// If the scenario without the action is rejected.
    pub fn undo(&mut self) -> Result<bool, ScenarioError> {
        let before = self.lab.borrow().scenario().before_last_action();
        let Some((scenario, to)) = before.filter(|_| self.way.is_none()) else { return Ok(false) };
        self.set_out(Replay::new(scenario, to)?, Destination::Undone { event: to.event }, Vec::new());
        Ok(true)
    }

    /// Whether there is an action to undo.
    pub fn can_undo(&self) -> bool {
        self.way.is_none() && self.lab.borrow().scenario().has_recorded()
    }

    /// Whether there is an action to redo.
    pub fn can_redo(&self) -> bool {
        let as_entered = || self.branches.is_as_entered(&self.lab.borrow());
        let known = |undone: &Undone| self.branches.all().any(|(id, _)| id == undone.branch);
        self.way.is_none() && self.undone.last().is_some_and(known) && as_entered()
    }

    /// Redoes the last action undone, at the moment at which its branch was left. Returns false if there is none, or
    /// if another action was applied since.
    ///
    /// # Errors
    /// If the scenario is rejected, which cannot happen for a scenario that has run.
    pub fn redo(&mut self) -> Result<bool, ScenarioError> {
        if self.way.is_some() || !self.branches.is_as_entered(&self.lab.borrow()) {
            return Ok(false);
        }
        let Some(&Undone { branch: id, .. }) = self.undone.last() else { return Ok(false) };
        let Some(rerun) = self.branches.way_to(id)? else { return Ok(false) };
        self.set_out(rerun, Destination::Redone(id), Vec::new());
        Ok(true)
    }

    /// Switches to another branch, where it was left. Returns false if it is unknown or the present one.
    ///
    /// # Errors
    /// If the scenario is rejected, which cannot happen for a scenario that has run.
    pub fn switch(&mut self, id: BranchId) -> Result<bool, ScenarioError> {
        if id == self.branches.present() || self.way.is_some() {
            return Ok(false);
        }
        let Some(rerun) = self.branches.way_to(id)? else { return Ok(false) };
        self.set_out(rerun, Destination::Known(id), Vec::new());
        Ok(true)
    }

    /// Removes every branch but the present one.
    pub fn forget_others(&mut self) {
        let all: Vec<BranchId> = self.branches.all().map(|(id, _)| id).collect();
        all.into_iter().for_each(|id| self.branches.remove(id));
        self.undone.clear();
    }

    /// Starts a replay, and completes it at once if it is short.
    pub(super) fn set_out(&mut self, rerun: Replay, to: Destination, then: Vec<Action>) -> Arrival {
        let rerun = rerun.keeping(self.lab().keeps());
        self.way = Some(PendingReplay { rerun, to, then });
        self.go_on(AT_ONCE).unwrap_or_default()
    }

    fn arrive(&mut self, PendingReplay { rerun, to, then }: PendingReplay) -> Arrival {
        let mut then = then.into_iter();
        if let Destination::Earlier { event, step } = to {
            self.earlier = Some(rerun.into_lab());
            self.look_back_at(event, step, true);
            return Arrival { refused: then.filter_map(|what| self.act(what).err()).collect() };
        }
        self.unreached = rerun.unreached();
        let mut new = rerun.into_lab();
        if let Destination::Branch { .. } = to {
            // If the action cannot be applied, no branch is created.
            if let Some(why) = then.next().and_then(|what| new.act(what).err()) {
                return Arrival { refused: vec![why] };
            }
        }
        self.enter(&new, to);
        self.lab.replace(new);
        (self.head, self.earlier) = (None, None);
        self.generation += 1;
        match to {
            Destination::Resumed { looked_at: Some(event) } => self.look_at(event),
            Destination::Branch { .. } => self.settle(),
            _ => {}
        }
        let refused = then.filter_map(|what| self.act(what).err()).collect();
        Arrival { refused }
    }

    /// Updates the branches after a replay.
    fn enter(&mut self, new: &Lab, to: Destination) {
        let old = self.lab.borrow();
        let left = self.branches.present();
        match to {
            Destination::Resumed { .. } => self.branches = Branches::new((self.name)(1), new),
            Destination::Branch { event } => {
                let name = self.next_name();
                self.branches.branch_off(&old, event, new, name);
                drop(old);
                self.forget_undone();
            }
            Destination::Undone { event } => {
                // After two undos in a row, the branch between them has no action of its own.
                let empty = !self.undone.is_empty() && self.branches.is_as_entered(&old);
                let name = self.next_name();
                self.branches.branch_off(&old, event, new, name);
                self.undone.push(Undone { branch: left, empty });
            }
            Destination::Known(id) => {
                self.branches.switch(&old, id);
                drop(old);
                self.forget_undone();
            }
            Destination::Redone(id) => {
                self.branches.switch(&old, id);
                self.branches.remove(left);
                self.undone.pop();
            }
            Destination::Earlier { .. } => {}
        }
    }

    /// The name of the next branch.
    fn next_name(&self) -> String {
        (self.name)(self.branches.all().map(|(id, _)| id.0).max().unwrap_or(0) + 1)
    }

    /// Clears the redo history, and removes the branches that existed only for it.
    fn forget_undone(&mut self) {
        for Undone { branch, .. } in self.undone.drain(..).filter(|undone| undone.empty) {
            self.branches.remove(branch);
        }
    }

    /// Processes what an action causes at the same virtual time, so that it is visible even while the clock is
    /// stopped.
    fn settle(&self) {
        let mut lab = self.lab.borrow_mut();
        let now = lab.now();
        lab.advance_to(now, SAME_MOMENT);
    }
}
