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
use super::media;
use super::shared::Shared;
use super::store::{self, Saved, Step};
use super::text;
use crate::js;
use crate::lab::scenario::{DEFAULT, SEED_MAX};
use crate::lab::{Do, Lab, Scenario, ScenarioError, StepKind, World};
use crate::runtime::Micros;
use crate::view::feed::Feed;
use crate::view::links::{changes, Network};
use crate::view::speed::Speed;
use crate::view::until::Until;

/// So many events one frame may take; what is left over is told as "running behind".
const EVENTS_PER_FRAME: u64 = 1_000;

/// So many events one frame may take while a saved run is taken up.
const EVENTS_PER_FRAME_RESTORING: u64 = 10_000;

/// How often the lab is looked at while the clock stands: a script may have done something.
const LOOK_MS: u32 = 250;

/// How often the run is saved.
const SAVE_MS: u32 = 2_000;

/// What is to be drawn.
#[derive(Clone, PartialEq)]
pub struct Frame {
    /// Everything that is known.
    pub world: Shared<World>,
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
    /// While a saved run is taken up: how much of it is done, in percent.
    pub restoring: Option<u64>,
    /// What the links do to messages.
    pub network: Shared<Network>,
    /// The last events.
    pub feed: Shared<Feed>,
    /// Which run this is: another number after a restart.
    pub run: u32,
}

/// Where a saved run was left.
#[derive(Clone, Copy)]
struct Position {
    now: Micros,
    events: u64,
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
    restoring: Option<Position>,
    /// What the links do, with the number of changes that made them so.
    network: Option<(usize, Rc<Network>)>,
    feed: Rc<Feed>,
    run: u32,
}

struct Inner {
    lab: Rc<RefCell<Lab>>,
    state: RefCell<State>,
    next_frame: RefCell<Option<AnimationFrame>>,
    show: RefCell<Option<Callback<Frame>>>,
    /// What moves between two events.
    clock: Clock,
    /// Whether less motion is wanted.
    still: media::Query,
    /// What was on the screen when the run was saved last.
    saved: Cell<(u32, Micros, u64)>,
    /// What the page has to say about how it was opened.
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
            Err(why) => (None, Some(format!("{} {why}", text().saved_unusable()))),
        };
        let opened = saved.and_then(|Saved { scenario, now, events, playing }| {
            Some((Lab::new(scenario).ok()?, playing, Some(Position { now, events })))
        });
        let (lab, playing, restoring) = opened.unwrap_or_else(|| (default_lab(None), true, None));
        let state = State {
            playing: playing && !still.holds(),
            speed,
            opening: restoring.is_none(),
            behind: false,
            last: None,
            rest: 0.0,
            restoring,
            network: None,
            feed: Rc::default(),
            run: 0,
        };
        let lab = Rc::new(RefCell::new(lab));
        js::expose(lab.clone());
        Driver(Rc::new(Inner {
            lab,
            state: RefCell::new(state),
            next_frame: RefCell::default(),
            show: RefCell::default(),
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

    /// What is to be drawn now.
    pub fn frame(&self) -> Frame {
        let lab = self.0.lab.borrow();
        let state = &mut *self.0.state.borrow_mut();
        let records = lab.records();
        if state.feed.last_taken() < records.len() as u64 {
            Rc::make_mut(&mut state.feed).take(&records);
        }
        let changes = changes(lab.scenario(), lab.now());
        let network = match state.network.take() {
            Some((then, network)) if then == changes => network,
            _ => Rc::new(Network::of(lab.scenario(), lab.now())),
        };
        state.network = Some((changes, network.clone()));
        let restoring = state.restoring.map(|to| 100 * lab.now().0 / to.now.0.max(1));
        Frame {
            world: Shared(lab.world()),
            playing: state.playing,
            speed: if state.opening { Speed::OPENING } else { state.speed },
            opening: state.opening,
            behind: state.behind,
            halted: lab.halted().map(Rc::from),
            restoring,
            network: Shared(network),
            feed: Shared(state.feed.clone()),
            run: state.run,
        }
    }

    /// What moves between two events.
    pub fn clock(&self) -> Clock {
        self.0.clock.clone()
    }

    /// The world as it is now.
    pub fn world(&self) -> Rc<World> {
        self.0.lab.borrow().world()
    }

    /// What there is to say about how the page was opened, once.
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

    /// One step, after which the clock stands. False if nothing can happen any more.
    pub fn step(&self, step: Step) -> bool {
        self.0.state.borrow_mut().playing = false;
        let kind = match step {
            Step::Event => StepKind::Event,
            Step::Message => StepKind::Message,
            Step::Transition => StepKind::Transition,
        };
        let done = self.0.lab.borrow_mut().step(kind);
        self.publish();
        done
    }

    /// Runs until something happens, after which the clock stands. False if it does not happen.
    ///
    /// # Errors
    /// If it speaks of what is not there.
    pub fn run_until(&self, until: Until) -> Result<bool, ScenarioError> {
        let done = {
            let state = &mut *self.0.state.borrow_mut();
            (state.playing, state.opening) = (false, false);
            let mut lab = self.0.lab.borrow_mut();
            match until.condition(&lab.world()) {
                (Some(condition), limit) => lab.run_until(condition, limit)?,
                (None, time) => {
                    let end = lab.now() + time;
                    lab.advance_to(end, u64::MAX).reached
                }
            }
        };
        self.publish();
        self.schedule();
        Ok(done)
    }

    /// Does something to the cluster, now.
    ///
    /// # Errors
    /// If it makes no sense; then nothing happened.
    pub fn act(&self, what: Do) -> Result<(), ScenarioError> {
        {
            let mut lab = self.0.lab.borrow_mut();
            lab.act(what)?;
            // What follows at the same moment is seen at once, even while the clock stands.
            let now = lab.now();
            lab.advance_to(now, EVENTS_PER_FRAME);
        }
        self.publish();
        Ok(())
    }

    /// How fast the clock is to run.
    pub fn set_speed(&self, speed: Speed) {
        {
            let mut state = self.0.state.borrow_mut();
            (state.speed, state.opening) = (speed, false);
        }
        self.publish();
    }

    /// To the start: the same run again, with all that was done to it.
    pub fn restart(&self) {
        let scenario = self.0.lab.borrow().scenario().clone();
        // What ran once is valid.
        if let Ok(lab) = Lab::new(scenario) {
            self.begin(lab);
        }
    }

    /// A new cluster, with other random numbers.
    pub fn new_run(&self) {
        let seed = (js_sys::Math::random() * SEED_MAX as f64) as u64;
        self.begin(default_lab(Some(seed)));
    }

    fn begin(&self, lab: Lab) {
        self.0.lab.replace(lab);
        {
            let mut state = self.0.state.borrow_mut();
            state.opening = state.playing;
            (state.behind, state.rest, state.restoring) = (false, 0.0, None);
            (state.feed, state.network) = (Rc::default(), None);
            state.run += 1;
        }
        self.publish();
        self.schedule();
    }

    fn publish(&self) {
        let show = self.0.show.borrow().clone();
        if let Some(show) = show {
            show.emit(self.frame());
        }
        let shown = {
            let lab = self.0.lab.borrow();
            // Where less motion is wanted, messages stand where they were at the last event, and jump with the next.
            let moved = if self.0.still.holds() { lab.world().at } else { lab.now() };
            Shown { now: lab.now(), moved }
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
            let wanted = (state.playing || state.restoring.is_some()) && !media::hidden();
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
        {
            let state = &mut *self.0.state.borrow_mut();
            let lab = &mut *self.0.lab.borrow_mut();
            let elapsed = state.last.replace(time).map_or(0.0, |last| (time - last) / 1000.0);
            match state.restoring {
                Some(to) => state.restore(lab, to),
                None if state.playing => state.pass(lab, elapsed),
                None => {}
            }
        }
        self.publish();
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
        let lab = self.0.lab.borrow();
        let (playing, run, restoring) = {
            let state = self.0.state.borrow();
            (state.playing, state.run, state.restoring.is_some())
        };
        let stand = (run, lab.now(), lab.records().len() as u64);
        if !restoring && self.0.saved.replace(stand) != stand {
            store::keep_run(&lab, playing);
        }
    }
}

impl State {
    /// Lets `elapsed` seconds on the wall pass.
    fn pass(&mut self, lab: &mut Lab, elapsed: f64) {
        let speed = if self.opening { Speed::OPENING } else { self.speed };
        let passed = speed.pass(elapsed, &mut self.rest);
        let advance = lab.advance_to(lab.now() + passed, EVENTS_PER_FRAME);
        self.behind = !advance.reached && lab.halted().is_none();
        if lab.halted().is_some() {
            self.playing = false;
        }
        if lab.world().leader().is_some() {
            self.opening = false;
        }
    }

    /// Runs on towards the place where the run was left.
    fn restore(&mut self, lab: &mut Lab, to: Position) {
        let count = lab.records().len() as u64;
        let left = to.events.saturating_sub(count);
        // At the last event the clock may have moved on, without anything happening.
        let budget = if left == 0 && lab.now() < to.now { 1 } else { left.min(EVENTS_PER_FRAME_RESTORING) };
        let advance = lab.advance_to(to.now, budget);
        let done = lab.records().len() as u64 >= to.events && lab.now() >= to.now;
        if done || advance.reached || lab.halted().is_some() {
            self.restoring = None;
            self.last = None;
        }
    }
}

/// The cluster that the page opens with.
fn default_lab(seed: Option<u64>) -> Lab {
    let scenario = Scenario::from_json(DEFAULT).and_then(|mut scenario| {
        scenario.seed = seed.unwrap_or(scenario.seed);
        Lab::new(scenario)
    });
    // A test opens it.
    scenario.unwrap_or_else(|error| panic!("the default scenario is refused: {error}"))
}
