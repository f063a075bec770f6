//! What drives the page: frame by frame it lets virtual time pass in the lab, and says what is to be drawn.
//!
//! Wall time reaches the lab only as "advance to t", so the frame rate and the speed never change a run.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_events::EventListener;
use gloo_render::{request_animation_frame, AnimationFrame};
use gloo_timers::callback::Interval;
use yew::Callback;

use super::clock::{Clock, Shown};
use super::panels::Panels;
use super::shared::Shared;
use super::store::{self, Saved};
use super::{media, text};
use crate::js;
use crate::lab::play::branches::BranchId;
use crate::lab::play::player::Arrival;
use crate::lab::scenario::limits::SEED_MAX;
use crate::lab::scenario::DEFAULT;
use crate::lab::vocab::action::Action;
use crate::lab::{Lab, Player, Scenario, ScenarioError, StepKind, World};
use crate::runtime::Micros;
use crate::view::feed::Feeds;
use crate::view::menu::{branch_choices, BranchChoice};
use crate::view::speed::Speed;
use crate::view::turns::{Turn, Turns};
use crate::view::until::Until;

/// So many events one frame may take; what is left over is told as "running behind".
const EVENTS_PER_FRAME: u64 = 1_000;

/// So many events one frame may take on the way to another present.
const EVENTS_PER_FRAME_UNDER_WAY: u64 = 10_000;

/// How often the lab is looked at while the clock stands: a script may have done something.
const LOOK_MS: u32 = 250;

/// How often the run is saved.
const SAVE_MS: u32 = 2_000;

/// What is to be drawn.
#[derive(Clone, PartialEq)]
pub struct Frame {
    /// Everything that is known now.
    pub world: Shared<World>,
    /// What each panel shows.
    pub panels: Panels,
    /// Whether the clock runs.
    pub playing: bool,
    /// How fast it runs.
    pub speed: Speed,
    /// Whether it hurries, until there is a leader.
    pub opening: bool,
    /// Whether more events happen than a frame can take.
    pub behind: bool,
    /// Why the run has stopped for good.
    pub halted: Option<Rc<str>>,
    /// On the way to another present: how much of it is done, in percent.
    pub replay_progress: Option<u64>,
    /// Whether this is the past: then, how many events there are in all.
    pub past_of: Option<u64>,
    /// Which branch this is, of how many.
    pub branch: (usize, usize),
    /// Whether there is something to be undone, and to be redone.
    pub undo: (bool, bool),
    /// Which run this is: another number after a new one was begun.
    pub run: u32,
    /// Counts the times that there was something to say.
    pub told: u32,
}

struct State {
    playing: bool,
    /// The speed that was chosen.
    speed: Speed,
    opening: bool,
    behind: bool,
    /// The time of the last frame, in milliseconds of the browser's clock.
    last: Option<f64>,
    /// The part of a microsecond that the last frame left over.
    rest: f64,
    turns: Turns,
    feeds: Feeds,
    /// The present that the feeds are of.
    feeds_of: u32,
    run: u32,
    told: u32,
}

struct Inner {
    player: RefCell<Player>,
    state: RefCell<State>,
    next_frame: RefCell<Option<AnimationFrame>>,
    show: RefCell<Option<Callback<Frame>>>,
    /// What the panels show.
    panels: RefCell<Option<Panels>>,
    /// What moves between two events.
    clock: Clock,
    /// Whether less motion is wanted.
    still: media::Query,
    /// What was on the screen when the run was saved last.
    saved: Cell<(u32, Micros, u64, Option<u64>)>,
    /// What there is to say, until somebody has taken it.
    notice: RefCell<Option<String>>,
}

/// A handle to what drives the page.
#[derive(Clone)]
pub struct Driver(Rc<Inner>);

impl PartialEq for Driver {
    fn eq(&self, other: &Driver) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// Keeps the driver going; dropping it stops it.
pub struct Running {
    driver: Driver,
    _timers: [Interval; 2],
    _listeners: [EventListener; 2],
}

impl Drop for Running {
    fn drop(&mut self) {
        self.driver.save();
        self.driver.0.next_frame.replace(None);
        self.driver.0.show.replace(None);
    }
}

impl Driver {
    /// The run as it was left, or else a new one. The clock runs, unless less motion is wanted.
    pub fn open(speed: Speed) -> Driver {
        let still = media::reduced_motion();
        let (saved, notice) = match store::run() {
            Ok(saved) => (saved, None),
            Err(why) => (None, Some(text().saved_unusable(&why.to_string()))),
        };
        let name = |number| text().run_name(number);
        let opened = saved.and_then(|Saved { scenario, end, looked_at, playing }| {
            Some((Player::resume(scenario, end, looked_at, name).ok()?, playing))
        });
        let opening = opened.is_none();
        let (player, playing) = opened.unwrap_or_else(|| (Player::new(default_lab(), name), true));
        let state = State {
            playing: playing && !still.holds(),
            speed,
            opening,
            behind: false,
            last: None,
            rest: 0.0,
            turns: Turns::default(),
            feeds: Feeds::default(),
            feeds_of: 0,
            run: 0,
            told: 0,
        };
        js::expose(player.shared_lab());
        Driver(Rc::new(Inner {
            player: RefCell::new(player),
            state: RefCell::new(state),
            next_frame: RefCell::default(),
            show: RefCell::default(),
            panels: RefCell::default(),
            clock: Clock::default(),
            still,
            saved: Cell::default(),
            notice: RefCell::new(notice),
        }))
    }

    /// Begins to drive; `show` is told what to draw.
    pub fn start(&self, show: Callback<Frame>) -> Running {
        self.0.show.replace(Some(show));
        self.publish();
        self.schedule();
        let look = {
            let driver = self.clone();
            Interval::new(LOOK_MS, move || driver.look())
        };
        let save = {
            let driver = self.clone();
            Interval::new(SAVE_MS, move || driver.save())
        };
        let listener = |target: &web_sys::EventTarget, event: &'static str| {
            let driver = self.clone();
            EventListener::new(target, event, move |_| driver.visibility_changed())
        };
        let listeners = [listener(&media::document(), "visibilitychange"), listener(&media::window(), "pagehide")];
        Running { driver: self.clone(), _timers: [look, save], _listeners: listeners }
    }

    /// What is to be drawn now, in all panels.
    pub fn frame(&self) -> Frame {
        self.frame_of(Turn::All)
    }

    fn frame_of(&self, turn: Turn) -> Frame {
        let player = self.0.player.borrow();
        let state = &mut *self.0.state.borrow_mut();
        let (world, lab) = (player.world(), player.lab());
        if state.feeds_of != player.generation() {
            (state.feeds, state.feeds_of) = (Feeds::default(), player.generation());
        }
        let feed = state.feeds.at(&lab.records(), world.n);
        let panels = match self.0.panels.take() {
            Some(before) => before.then(turn, &world, feed),
            None => Panels::at(&world, feed),
        };
        self.0.panels.replace(Some(panels.clone()));
        let past_of = player.looks_back_at().map(|_| lab.events());
        Frame {
            panels,
            world: Shared(world),
            playing: state.playing,
            speed: state.speed_now(),
            opening: state.opening,
            behind: state.behind,
            halted: lab.halted().filter(|_| past_of.is_none()).map(Rc::from),
            replay_progress: player.replay_progress().map(|done| (100.0 * done) as u64),
            past_of,
            branch: player.branches().place(),
            undo: (player.can_undo(), player.can_redo()),
            run: state.run,
            told: state.told,
        }
    }

    /// What moves between two events.
    pub fn clock(&self) -> Clock {
        self.0.clock.clone()
    }

    /// The world as it is shown.
    pub fn world(&self) -> Rc<World> {
        self.0.player.borrow().world()
    }

    /// Whether the past is shown.
    pub fn looks_back(&self) -> bool {
        self.0.player.borrow().looks_back_at().is_some()
    }

    /// The other ways that the run went, and this one.
    pub fn branches(&self) -> Vec<BranchChoice> {
        branch_choices(&self.0.player.borrow())
    }

    /// Forgets the other ways.
    pub fn forget_others(&self) {
        self.0.player.borrow_mut().forget_others();
        self.publish();
    }

    /// What there is to say about how the page was opened, or about what came of something later; once.
    pub fn take_notice(&self) -> Option<String> {
        self.0.notice.take()
    }

    /// Lets the clock run, or stops it.
    pub fn play(&self, playing: bool) {
        self.0.state.borrow_mut().playing = playing;
        self.publish();
        self.schedule();
    }

    /// Lets the clock run if it stands, stops it if it runs.
    pub fn play_pause(&self) {
        let playing = self.0.state.borrow().playing;
        self.play(!playing);
    }

    /// One step forward, after which the clock stands. False if nothing can happen any more.
    pub fn step(&self, kind: StepKind) -> bool {
        self.stand(|player| player.step(kind))
    }

    /// One step back, after which the clock stands. False at the start.
    pub fn back(&self, kind: StepKind) -> bool {
        self.stand(|player| player.back(kind))
    }

    /// Looks at the present.
    pub fn to_present(&self) {
        self.0.player.borrow_mut().to_present();
        self.publish();
    }

    /// Looks at the start. If the clock runs, all happens again; what was done to the run stays a part of it.
    pub fn to_start(&self) {
        {
            let state = &mut *self.0.state.borrow_mut();
            self.0.player.borrow_mut().look_at(0);
            // Until there is a leader there is little to see.
            (state.opening, state.rest) = (true, 0.0);
        }
        self.publish();
    }

    /// Takes back what was done last, and stops there. False if nothing was done.
    ///
    /// # Errors
    /// As [`Player::undo`].
    pub fn undo(&self) -> Result<bool, ScenarioError> {
        self.stand(Player::undo)
    }

    /// Does again what was undone last. False if there is nothing.
    ///
    /// # Errors
    /// As [`Player::redo`].
    pub fn redo(&self) -> Result<bool, ScenarioError> {
        self.stand(Player::redo)
    }

    /// To another branch. False if it is not known, or is this one.
    ///
    /// # Errors
    /// As [`Player::switch`].
    pub fn switch(&self, id: BranchId) -> Result<bool, ScenarioError> {
        self.stand(|player| player.switch(id))
    }

    /// Does something with the clock stopped.
    fn stand<T>(&self, what: impl FnOnce(&mut Player) -> T) -> T {
        {
            let mut state = self.0.state.borrow_mut();
            (state.playing, state.opening) = (false, false);
        }
        let result = what(&mut self.0.player.borrow_mut());
        self.publish();
        self.schedule();
        result
    }

    /// Runs until something happens, after which the clock stands. False if it does not happen.
    ///
    /// # Errors
    /// If it speaks of what is not there.
    pub fn run_until(&self, until: Until) -> Result<bool, ScenarioError> {
        self.stand(|player| match until.condition(&player.world()) {
            (Some(condition), limit) => player.run_until(condition, limit),
            (None, time) => Ok(player.run_for(time)),
        })
    }

    /// Does something to the cluster, at the moment that is shown.
    ///
    /// # Errors
    /// If it makes no sense; then nothing happened.
    pub fn act(&self, what: Action) -> Result<(), ScenarioError> {
        let Arrival { refused } = self.0.player.borrow_mut().act(what)?;
        self.publish();
        self.schedule();
        refused.into_iter().next().map_or(Ok(()), Err)
    }

    /// How fast the clock runs.
    pub fn speed(&self) -> Speed {
        self.0.state.borrow().speed_now()
    }

    /// How fast the clock is to run.
    pub fn set_speed(&self, speed: Speed) {
        {
            let mut state = self.0.state.borrow_mut();
            (state.speed, state.opening) = (speed, false);
        }
        self.publish();
    }

    /// The same cluster from its start, with other random numbers.
    ///
    /// # Errors
    /// As [`Player::restart`].
    pub fn new_run(&self) -> Result<(), ScenarioError> {
        let seed = (js_sys::Math::random() * SEED_MAX as f64) as u64;
        self.0.player.borrow_mut().restart(seed)?;
        {
            let mut state = self.0.state.borrow_mut();
            state.opening = state.playing;
            (state.behind, state.rest) = (false, 0.0);
            state.run += 1;
        }
        self.publish();
        self.schedule();
        Ok(())
    }

    fn publish(&self) {
        self.show(self.frame());
    }

    fn show(&self, frame: Frame) {
        let show = self.0.show.borrow().clone();
        if let Some(show) = show {
            show.emit(frame);
        }
        let shown = {
            let player = self.0.player.borrow();
            // Where less motion is wanted, messages stand where they were at the last event, and jump with the next.
            let moved = if self.0.still.holds() { player.world().at } else { player.now() };
            Shown { now: player.now(), moved }
        };
        let wall = {
            let state = self.0.state.borrow();
            state.last.filter(|_| state.playing)
        };
        self.0.clock.show(shown, wall);
    }

    /// Asks for the next frame, if there is anything to do in it.
    fn schedule(&self) {
        let wanted = {
            let mut state = self.0.state.borrow_mut();
            let replay_progress = self.0.player.borrow().replay_progress().is_some();
            let wanted = (state.playing || replay_progress) && !media::hidden();
            if !wanted {
                state.last = None;
            }
            wanted
        };
        if wanted && self.0.next_frame.borrow().is_none() && self.0.show.borrow().is_some() {
            let driver = self.clone();
            self.0.next_frame.replace(Some(request_animation_frame(move |time| driver.tick(time))));
        } else if !wanted {
            self.0.next_frame.replace(None);
        }
    }

    fn tick(&self, time: f64) {
        self.0.next_frame.replace(None);
        let (turn, refused) = {
            let state = &mut *self.0.state.borrow_mut();
            let player = &mut *self.0.player.borrow_mut();
            let elapsed = state.last.replace(time).map_or(0.0, |last| (time - last) / 1000.0);
            let turn = state.turns.after(elapsed);
            if player.replay_progress().is_some() {
                let arrival = player.go_on(EVENTS_PER_FRAME_UNDER_WAY).unwrap_or_default();
                (Turn::All, arrival.refused)
            } else if state.playing {
                state.pass(player, elapsed);
                // Whoever stops is shown where, as a whole.
                (if state.playing { turn } else { Turn::All }, Vec::new())
            } else {
                (Turn::All, Vec::new())
            }
        };
        if let Some(why) = refused.first() {
            self.0.notice.replace(Some(text().refused(&why.to_string())));
            self.0.state.borrow_mut().told += 1;
        }
        self.show(self.frame_of(turn));
        self.schedule();
    }

    fn look(&self) {
        let idle = self.0.next_frame.borrow().is_none();
        if idle && !media::hidden() {
            self.publish();
        }
    }

    fn visibility_changed(&self) {
        self.save();
        self.schedule();
    }

    fn save(&self) {
        let player = self.0.player.borrow();
        let (playing, run) = {
            let state = self.0.state.borrow();
            (state.playing, state.run + player.generation())
        };
        let (lab, looked_at) = (player.lab(), player.looks_back_at());
        let stand = (run, lab.now(), lab.events(), looked_at);
        if player.replay_progress().is_none() && self.0.saved.replace(stand) != stand {
            store::keep_run(&lab, looked_at, playing);
        }
    }
}

impl State {
    fn speed_now(&self) -> Speed {
        if self.opening {
            Speed::OPENING
        } else {
            self.speed
        }
    }

    /// Lets `elapsed` seconds on the wall pass.
    fn pass(&mut self, player: &mut Player, elapsed: f64) {
        let passed = self.speed_now().pass(elapsed, &mut self.rest);
        let looked_back = player.looks_back_at().is_some();
        let reached = player.advance_to(player.now() + passed, EVENTS_PER_FRAME);
        let halted = player.looks_back_at().is_none() && player.lab().halted().is_some();
        self.behind = !reached && !halted;
        if halted && !looked_back {
            self.playing = false;
        }
        if player.world().leader().is_some() {
            self.opening = false;
        }
    }
}

/// The cluster that the page opens with.
fn default_lab() -> Lab {
    let scenario = Scenario::from_json(DEFAULT).and_then(Lab::new);
    // A test opens it.
    scenario.unwrap_or_else(|error| panic!("the default scenario is refused: {error}"))
}
