//! A run as a person plays it: forwards, backwards, and another way.
//!
//! A [`Player`] has a [`Lab`], which is the present, and may look at its past meanwhile. Whatever is done while one
//! looks back makes a branch: the run begins anew, up to there, and goes another way; the one that was left is kept.
//! To begin anew may take longer than anybody should wait for at once: then the player is [under
//! way](Player::replay_progress), and shows what it showed before until it has arrived.

use std::cell::{Ref, RefCell};
use std::rc::Rc;

use crate::lab::json::error::ScenarioError;
use crate::lab::play::branches::{BranchId, Branches};
use crate::lab::play::head::Playhead;
use crate::lab::play::rerun::Replay;
use crate::lab::run::lab::Lab;
use crate::lab::scenario::{check_action, Scenario};
use crate::lab::vocab::action::Action;
use crate::lab::vocab::condition::Condition;
use crate::lab::vocab::moment::Position;
use crate::lab::vocab::step::StepKind;
use crate::lab::world::World;
use crate::runtime::Micros;

/// So many events of a way are run at once, before anybody would notice.
const AT_ONCE: u64 = 2_000;

/// What an action at one moment may set off at the same moment.
const SAME_MOMENT: u64 = 1_000;

/// A run, the place in it that is shown, and the other ways that it went.
pub struct Player {
    lab: Rc<RefCell<Lab>>,
    /// The place in the past that is looked at; none is the present.
    head: Option<Playhead>,
    branches: Branches,
    /// The branches whose last action was undone, the latest last.
    undone: Vec<Undone>,
    way: Option<PendingReplay>,
    generation: u32,
    /// How branches are called: by their number.
    name: fn(u32) -> String,
}

/// A branch that was left when its last action was undone.
struct Undone {
    branch: BranchId,
    /// Nothing else had been done in it than to undo.
    empty: bool,
}

/// On the way to another present.
struct PendingReplay {
    rerun: Replay,
    to: Destination,
    /// What is to be done on arrival.
    then: Vec<Action>,
}

#[derive(Clone, Copy)]
enum Destination {
    /// The run as it was kept, the moment that was looked at included.
    Resumed { looked_at: Option<u64> },
    /// A new branch of the present one, from behind this event.
    Branch { event: u64 },
    /// The same, without the last action.
    Undone { event: u64 },
    /// A branch that is known.
    Known(BranchId),
    /// The same, with the action that had been undone.
    Redone(BranchId),
}

/// What somebody gets who arrives at another present.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// What was to be done and could not.
    pub refused: Vec<ScenarioError>,
}

impl Player {
    /// Plays a run from where it is. `name` calls a branch by its number.
    pub fn new(lab: Lab, name: fn(u32) -> String) -> Player {
        let branches = Branches::new(name(1), &lab);
        let lab = Rc::new(RefCell::new(lab));
        Player { lab, head: None, branches, undone: Vec::new(), way: None, generation: 0, name }
    }

    /// Takes up a run that was kept: what it began with and all that was done, how far it was, and the event behind
    /// which somebody looked at it, if that was not its end.
    ///
    /// # Errors
    /// If the scenario is refused.
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

    /// Begins anew with other chances: the same cluster, and what the author of its scenario wrote. The run as it was
    /// is kept as a branch.
    ///
    /// # Errors
    /// If the scenario is refused, which one that ran is not.
    pub fn restart(&mut self, seed: u64) -> Result<(), ScenarioError> {
        let new = Lab::new(self.lab().scenario().restarted(seed))?;
        let name = self.next_name();
        self.branches.branch_off(&self.lab.borrow(), 0, &new, name);
        self.forget_undone();
        self.lab.replace(new);
        (self.head, self.way) = (None, None);
        self.generation += 1;
        Ok(())
    }

    /// The present, whatever is looked at.
    pub fn lab(&self) -> Ref<'_, Lab> {
        self.lab.borrow()
    }

    /// The same, for whoever wants to use it beside the player.
    pub fn shared_lab(&self) -> Rc<RefCell<Lab>> {
        self.lab.clone()
    }

    /// The world at the place that is looked at.
    pub fn world(&self) -> Rc<World> {
        self.head.as_ref().map_or_else(|| self.lab().world(), |head| head.world().clone())
    }

    /// The clock there.
    pub fn now(&self) -> Micros {
        self.head.as_ref().map_or_else(|| self.lab().now(), |head| head.moment().now)
    }

    /// The event that is looked at, if it is not the present.
    pub fn looks_back_at(&self) -> Option<u64> {
        self.head.as_ref().map(|head| head.moment().event)
    }

    /// Another number whenever another run becomes the present one: its events are not those of the run before.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// The branches: one, unless somebody has acted in the past.
    pub fn branches(&self) -> &Branches {
        &self.branches
    }

    /// On the way to another present: how much of it is done, from 0 to 1.
    pub fn replay_progress(&self) -> Option<f64> {
        self.way.as_ref().map(|way| way.rerun.done())
    }

    /// Goes on on the way, for at most so many events. What comes of it, once it has arrived.
    pub fn go_on(&mut self, events_max: u64) -> Option<Arrival> {
        let arrived = self.way.as_mut()?.rerun.advance(events_max);
        self.way.take_if(|_| arrived).map(|way| self.arrive(way))
    }

    /// Lets time pass at the place that is looked at, up to `time`, at most until so many events have happened.
    /// Whether the time was reached. Who comes to the end of the past is in the present.
    pub fn advance_to(&mut self, time: Micros, events_max: u64) -> bool {
        let Some(head) = &mut self.head else { return self.lab.borrow_mut().advance_to(time, events_max).reached };
        let lab = self.lab.borrow();
        let reached = head.advance_to(&lab.past(), time.min(lab.now()), events_max);
        if head.moment() == end(&lab) {
            self.head = None;
        }
        reached
    }

    /// One step, of a past that is looked at or else of the present. False if nothing of that kind happens.
    pub fn step(&mut self, kind: StepKind) -> bool {
        if let Some(head) = &mut self.head {
            let lab = self.lab.borrow();
            if head.forward(&lab.past(), kind) {
                if head.moment() == end(&lab) {
                    self.head = None;
                }
                return true;
            }
        }
        self.head = None;
        self.lab.borrow_mut().step(kind)
    }

    /// To the step of this kind before. False at the start.
    pub fn back(&mut self, kind: StepKind) -> bool {
        let event = self.world().n;
        if event > 0 {
            self.head = Some(Playhead::before(&self.lab.borrow().past(), event, kind));
        }
        event > 0
    }

    /// Looks at the world behind this event; beyond the last is the present.
    pub fn look_at(&mut self, event: u64) {
        let lab = self.lab.borrow();
        self.head = (event < lab.events()).then(|| Playhead::at(&lab.past(), event));
    }

    /// Looks at the present.
    pub fn to_present(&mut self) {
        self.head = None;
    }

    /// Goes on until a condition holds, for `limit` of virtual time at most: through the past, if one looks at it,
    /// and on into the future. Whether it holds then.
    ///
    /// # Errors
    /// If the condition speaks of what is not there; then nothing happened.
    pub fn run_until(&mut self, condition: Condition, limit: Micros) -> Result<bool, ScenarioError> {
        let mut lab = self.lab.borrow_mut();
        let Some(head) = &mut self.head else { return lab.run_until(condition, limit) };
        let end = head.moment().now + limit;
        if head.run_until(&lab.past(), condition.clone(), limit) {
            return Ok(true);
        }
        if end < lab.now() {
            return Ok(false);
        }
        self.head = None;
        let left = end - lab.now();
        lab.run_until(condition, left)
    }

    /// Lets so much time pass, through the past and on into the future. False if the run halts before.
    pub fn run_for(&mut self, time: Micros) -> bool {
        let end = self.now() + time;
        let looked_back = self.head.is_some();
        let reached = self.advance_to(end, u64::MAX);
        match looked_back && self.head.is_none() {
            true => self.advance_to(end, u64::MAX),
            false => reached,
        }
    }

    /// Does something at the moment that is shown: in the present, or in the past, which makes a branch.
    ///
    /// # Errors
    /// If it makes no sense; then nothing happened.
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

    /// Takes back the last thing that was done to the run, and goes to the moment before it. The run as it was is kept
    /// as a branch. False if nothing was done.
    ///
    /// # Errors
    /// If the scenario without it is refused.
    pub fn undo(&mut self) -> Result<bool, ScenarioError> {
        let before = self.lab.borrow().scenario().before_last_action();
        let Some((scenario, to)) = before.filter(|_| self.way.is_none()) else { return Ok(false) };
        self.set_out(Replay::new(scenario, to)?, Destination::Undone { event: to.event }, Vec::new());
        Ok(true)
    }

    /// Whether there is something to be undone.
    pub fn can_undo(&self) -> bool {
        self.way.is_none() && self.lab.borrow().scenario().has_recorded()
    }

    /// Whether there is something to be redone.
    pub fn can_redo(&self) -> bool {
        let as_entered = || self.branches.is_as_entered(&self.lab.borrow());
        let known = |undone: &Undone| self.branches.all().any(|(id, _)| id == undone.branch);
        self.way.is_none() && self.undone.last().is_some_and(known) && as_entered()
    }

    /// Takes up again what was undone last, at the moment at which it was left. False if there is nothing, or if
    /// something else has been done since.
    ///
    /// # Errors
    /// If the scenario is refused, which one that ran is not.
    pub fn redo(&mut self) -> Result<bool, ScenarioError> {
        if self.way.is_some() || !self.branches.is_as_entered(&self.lab.borrow()) {
            return Ok(false);
        }
        let Some(&Undone { branch: id, .. }) = self.undone.last() else { return Ok(false) };
        let Some(rerun) = self.branches.way_to(id)? else { return Ok(false) };
        self.set_out(rerun, Destination::Redone(id), Vec::new());
        Ok(true)
    }

    /// To another branch, where it was left. False if it is not known, or is the present one.
    ///
    /// # Errors
    /// If the scenario is refused, which one that ran is not.
    pub fn switch(&mut self, id: BranchId) -> Result<bool, ScenarioError> {
        if id == self.branches.present() || self.way.is_some() {
            return Ok(false);
        }
        let Some(rerun) = self.branches.way_to(id)? else { return Ok(false) };
        self.set_out(rerun, Destination::Known(id), Vec::new());
        Ok(true)
    }

    /// Forgets every branch but the present one.
    pub fn forget_others(&mut self) {
        let all: Vec<BranchId> = self.branches.all().map(|(id, _)| id).collect();
        all.into_iter().for_each(|id| self.branches.remove(id));
        self.undone.clear();
    }

    /// Begins to go to another present, and is there at once if it is near.
    fn set_out(&mut self, rerun: Replay, to: Destination, then: Vec<Action>) -> Arrival {
        self.way = Some(PendingReplay { rerun, to, then });
        self.go_on(AT_ONCE).unwrap_or_default()
    }

    fn arrive(&mut self, PendingReplay { rerun, to, then }: PendingReplay) -> Arrival {
        let mut new = rerun.into_lab();
        let mut then = then.into_iter();
        if let Destination::Branch { .. } = to {
            // Where nothing can be done there is no other way to go.
            if let Some(why) = then.next().and_then(|what| new.act(what).err()) {
                return Arrival { refused: vec![why] };
            }
        }
        self.enter(&new, to);
        self.lab.replace(new);
        self.head = None;
        self.generation += 1;
        match to {
            Destination::Resumed { looked_at: Some(event) } => self.look_at(event),
            Destination::Branch { .. } => self.settle(),
            _ => {}
        }
        let refused = then.filter_map(|what| self.act(what).err()).collect();
        Arrival { refused }
    }

    /// Notes which branch is the present one.
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
                // Who undoes twice has done nothing in the branch between.
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
        }
    }

    /// How the next branch is called.
    fn next_name(&self) -> String {
        (self.name)(self.branches.all().map(|(id, _)| id.0).max().unwrap_or(0) + 1)
    }

    /// There is nothing to be redone any more: the branches that only led there go.
    fn forget_undone(&mut self) {
        for Undone { branch, .. } in self.undone.drain(..).filter(|undone| undone.empty) {
            self.branches.remove(branch);
        }
    }

    /// What follows from an action at the same moment is seen at once, even while the clock stands.
    fn settle(&self) {
        let mut lab = self.lab.borrow_mut();
        let now = lab.now();
        lab.advance_to(now, SAME_MOMENT);
    }
}

/// Where a run is now.
fn end(lab: &Lab) -> Position {
    Position { event: lab.events(), now: lab.now() }
}
