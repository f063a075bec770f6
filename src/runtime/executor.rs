//! The executor: polls one task at a time, and only when it is told to.
//!
//! A visualizer must be able to stop *between* any two things that happen, and a test must be able to repeat a run
//! exactly. `futures::executor::LocalPool` offers neither: it cannot poll a single task, and on wasm its `run` spins.
//! This executor has a queue of woken tasks, in the order of waking, and a virtual clock that advances only when the
//! queue is empty.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Waker};

use super::clock::Clock;
use super::micros::Micros;
use super::woken::{Place, Woken};

/// The most polls at one point in time, if nothing gets on by the last [`IDLE_POLLS_MAX`] of them. More are taken for an
/// endless loop ([`Step::Runaway`]).
pub const POLLS_PER_INSTANT_MAX: u32 = 10_000;

/// The most polls in a row by which nothing gets on ([`Executor::note_progress`]), once there were
/// [`POLLS_PER_INSTANT_MAX`] of any kind.
pub const IDLE_POLLS_MAX: u32 = 5_000;

/// Identifies a group of tasks that are paused and cancelled together: the tasks of one node, for example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupId(pub u64);

/// What one [`Executor::step`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The named task was polled once.
    Polled(Rc<str>),
    /// No task was ready: the clock advanced to the next timer and woke the tasks whose timers were due.
    Jumped(Micros),
    /// No task is ready and no timer is set: nothing happens without input from outside.
    Idle,
    /// [`POLLS_PER_INSTANT_MAX`] polls were made without advancing the clock, and the last of them without progress. Lists the tasks that were polled most,
    /// with the number of polls, in descending order. Nothing is polled any more.
    Runaway(Vec<(Rc<str>, u32)>),
}

/// A spawned task that has not completed.
struct Task {
    /// Its number among all tasks ever spawned.
    number: u64,
    name: Rc<str>,
    group: GroupId,
    future: Pin<Box<dyn Future<Output = ()>>>,
    place: Arc<Place>,
    /// Wakes it: the same as `place`.
    waker: Waker,
    /// The instant at which it was polled last, and how often at that instant.
    polls: (u64, u32),
}

/// Spawns tasks in one group. Tasks may hold one to spawn others.
#[derive(Clone)]
pub struct Spawner {
    group: GroupId,
    shared: Rc<RefCell<SpawnQueue>>,
}

/// Tasks that were spawned since the executor last looked: a task may spawn others while it is polled.
struct SpawnQueue {
    /// The number of tasks so far.
    spawned: u64,
    /// The places of tasks that have ended, and the number of all places.
    free: Vec<usize>,
    places: usize,
    ready: Arc<Woken>,
    tasks: Vec<Task>,
}

impl Spawner {
    /// Spawns a task, and puts it at the end of the ready queue.
    pub fn spawn(&self, name: impl Into<Rc<str>>, future: impl Future<Output = ()> + 'static) {
        let shared = &mut *self.shared.borrow_mut();
        shared.spawned += 1;
        let place = shared.free.pop().unwrap_or_else(|| {
            shared.places += 1;
            shared.places - 1
        });
        shared.ready.push(place);
        let place = Place::queued(place, &shared.ready);
        let (future, waker) = (Box::pin(future), Waker::from(place.clone()));
        let (number, name, group) = (shared.spawned, name.into(), self.group);
        shared.tasks.push(Task { number, name, group, future, place, waker, polls: (0, 0) });
    }
}

/// A single-threaded executor that polls one task per step. See the module documentation.
pub struct Executor {
    clock: Clock,
    /// The tasks, by their places.
    tasks: Vec<Option<Task>>,
    ready: Arc<Woken>,
    spawn_queue: Rc<RefCell<SpawnQueue>>,
    /// The groups whose tasks are not polled.
    paused: Vec<GroupId>,
    /// The tasks of paused groups that were woken, in the order of waking.
    woken_while_paused: Vec<usize>,
    /// Counts the movements of the clock, from 1: a new task was polled at none of them.
    instant: u64,
    /// The tasks that have ended at this instant, by name, with the number of polls.
    ended: Vec<(Rc<str>, u32)>,
    /// The number of polls since the clock last advanced.
    polls_total: u32,
    /// The number of polls since the clock last advanced or progress was last noted.
    polls_idle: u32,
}

impl Default for Executor {
    fn default() -> Executor {
        Executor::new()
    }
}

impl Executor {
    /// An executor without tasks, at time zero.
    pub fn new() -> Executor {
        let ready = Arc::<Woken>::default();
        let spawn_queue =
            SpawnQueue { spawned: 0, free: Vec::new(), places: 0, ready: ready.clone(), tasks: Vec::new() };
        Executor {
            clock: Clock::default(),
            tasks: Vec::new(),
            ready,
            spawn_queue: Rc::new(RefCell::new(spawn_queue)),
            paused: Vec::new(),
            woken_while_paused: Vec::new(),
            instant: 1,
            ended: Vec::new(),
            polls_total: 0,
            polls_idle: 0,
        }
    }

    /// The clock that this executor advances.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// A spawner for tasks of `group`.
    pub fn spawner(&self, group: GroupId) -> Spawner {
        Spawner { group, shared: self.spawn_queue.clone() }
    }

    /// Drops every task of a group, with everything that it owns, in the order of spawning, and ends the pause of the
    /// group.
    pub fn cancel(&mut self, group: GroupId) {
        self.resume(group);
        self.take_spawned();
        // Dropped only after they are removed: a destructor may wake or spawn other tasks.
        let of_group = |task: &mut Task| task.group == group;
        let mut cancelled: Vec<Task> = self.tasks.iter_mut().filter_map(|task| task.take_if(of_group)).collect();
        cancelled.sort_by_key(|task| task.number);
        for task in cancelled {
            self.note_end(&task);
        }
    }

    /// Stops polling the tasks of a group until [`Executor::resume`], like a process that received SIGSTOP. Wake-ups,
    /// also by timers, take effect only then.
    pub fn pause(&mut self, group: GroupId) {
        if !self.paused.contains(&group) {
            self.paused.push(group);
        }
    }

    /// Ends a pause. Tasks that were woken meanwhile are put at the end of the ready queue.
    pub fn resume(&mut self, group: GroupId) {
        self.paused.retain(|&paused| paused != group);
        let tasks = &self.tasks;
        let of_group = |&mut place: &mut usize| tasks[place].as_ref().is_none_or(|task| task.group == group);
        self.woken_while_paused.extract_if(.., of_group).for_each(|place| self.ready.push(place));
    }

    /// The time of the next timer, if any is set.
    pub fn next_timer(&self) -> Option<Micros> {
        self.clock.next_deadline()
    }

    /// Polls the task that was woken first. If none is ready, advances the clock to the next timer and wakes the tasks
    /// whose timers are due.
    pub fn step(&mut self) -> Step {
        if let Some(step) = self.poll() {
            return step;
        }
        match self.next_timer() {
            Some(time) => {
                self.advance_to(time);
                Step::Jumped(time)
            }
            None => Step::Idle,
        }
    }

    /// Advances the clock to `time` and wakes the tasks whose timers are due, without polling any. If a task is ready
    /// or a timer is due before `time`, it runs late.
    pub fn advance_to(&mut self, time: Micros) {
        if time > self.clock.now() {
            self.instant += 1;
            self.ended.clear();
            (self.polls_total, self.polls_idle) = (0, 0);
        }
        self.clock.advance_to(time);
    }

    /// Notes that the last poll has brought the run on, by a measure of whoever steps: so much work at one point in time
    /// is no endless loop.
    pub fn note_progress(&mut self) {
        self.polls_idle = 0;
    }

    /// Polls the task that was woken first; does nothing and returns none if no task is ready.
    pub fn poll(&mut self) -> Option<Step> {
        self.take_spawned();
        let place = self.next_ready()?;
        if self.polls_total >= POLLS_PER_INSTANT_MAX && self.polls_idle >= IDLE_POLLS_MAX {
            return Some(Step::Runaway(self.busiest()));
        }
        let task = self.tasks[place].as_mut()?;
        let before = if task.polls.0 == self.instant { task.polls.1 } else { 0 };
        task.polls = (self.instant, before + 1);
        self.polls_total = self.polls_total.saturating_add(1);
        self.polls_idle = self.polls_idle.saturating_add(1);
        task.place.begin_poll();
        let name = task.name.clone();
        if task.future.as_mut().poll(&mut Context::from_waker(&task.waker)).is_ready() {
            if let Some(task) = self.tasks[place].take() {
                self.note_end(&task);
            }
        }
        Some(Step::Polled(name))
    }

    /// Takes the first task from the ready queue that can be polled. Those of paused groups are kept aside. (There is a
    /// place in `tasks` for each in the queue: the spawned ones have been taken over.)
    fn next_ready(&mut self) -> Option<usize> {
        loop {
            let place = self.ready.pop()?;
            match &self.tasks[place] {
                Some(task) if self.paused.contains(&task.group) => self.woken_while_paused.push(place),
                Some(_) => return Some(place),
                // It has ended meanwhile.
                None => self.spawn_queue.borrow_mut().free.push(place),
            }
        }
    }

    /// Takes over the tasks that were spawned since the last call.
    fn take_spawned(&mut self) {
        let SpawnQueue { tasks, places, .. } = &mut *self.spawn_queue.borrow_mut();
        if tasks.is_empty() {
            return;
        }
        self.tasks.resize_with(*places, || None);
        for task in tasks.drain(..) {
            let place = task.place.number();
            self.tasks[place] = Some(task);
        }
    }

    /// Frees the place of a task that was removed.
    fn note_end(&mut self, task: &Task) {
        if task.place.end() {
            self.spawn_queue.borrow_mut().free.push(task.place.number());
        }
        if task.polls.0 == self.instant {
            self.ended.push((task.name.clone(), task.polls.1));
        }
    }

    /// The three tasks that were polled most since the clock last advanced.
    fn busiest(&self) -> Vec<(Rc<str>, u32)> {
        let polled = self.tasks.iter().flatten().filter(|task| task.polls.0 == self.instant);
        let mut polls: Vec<_> = polled.map(|task| (task.name.clone(), task.polls.1)).collect();
        polls.extend(self.ended.iter().cloned());
        polls.sort();
        // A name may belong to several tasks.
        let mut counts: Vec<(Rc<str>, u32)> = Vec::new();
        for (name, count) in polls {
            match counts.last_mut() {
                Some(last) if last.0 == name => last.1 += count,
                _ => counts.push((name, count)),
            }
        }
        counts.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        counts.truncate(3);
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::super::channel::oneshot;
    use super::*;
    use futures::future::FutureExt;
    use std::task::Poll;

    type Journal = Rc<RefCell<Vec<String>>>;

    fn with_journal() -> (Executor, Spawner, Clock, Journal) {
        let executor = Executor::new();
        let spawner = executor.spawner(GroupId(1));
        let clock = executor.clock().clone();
        (executor, spawner, clock, Journal::default())
    }

    fn run(executor: &mut Executor) {
        while !matches!(executor.step(), Step::Idle | Step::Runaway(_)) {}
    }

    #[test]
    fn a_step_is_one_poll_or_one_jump_of_the_clock() {
        let (mut executor, spawner, clock, journal) = with_journal();
        let (c, d) = (clock.clone(), journal.clone());
        spawner.spawn("a", async move {
            c.sleep(Micros(5)).await;
            d.borrow_mut().push(format!("woke at {}", c.now().0));
        });
        assert_eq!(executor.step(), Step::Polled("a".into()));
        assert_eq!(executor.step(), Step::Jumped(Micros(5)));
        assert!(journal.borrow().is_empty());
        assert_eq!(executor.step(), Step::Polled("a".into()));
        assert_eq!(*journal.borrow(), ["woke at 5"]);
        assert_eq!(executor.step(), Step::Idle);
    }

    #[test]
    fn timers_of_one_moment_wake_in_the_order_in_which_they_were_armed() {
        let (mut executor, spawner, clock, journal) = with_journal();
        for (name, at) in [("late", 9), ("first", 4), ("second", 4)] {
            let (c, d) = (clock.clone(), journal.clone());
            spawner.spawn(name, async move {
                c.sleep_until(Micros(at)).await;
                d.borrow_mut().push(name.to_string());
            });
        }
        run(&mut executor);
        assert_eq!(*journal.borrow(), ["first", "second", "late"]);
    }

    #[test]
    fn a_dropped_sleep_does_not_move_the_clock() {
        let (mut executor, spawner, clock, _) = with_journal();
        let c = clock.clone();
        spawner.spawn("impatient", async move {
            let mut long = Box::pin(c.sleep(Micros(1000)).fuse());
            assert!((&mut long).now_or_never().is_none());
            drop(long);
            c.sleep(Micros(3)).await;
        });
        run(&mut executor);
        assert_eq!(clock.now(), Micros(3));
    }

    #[test]
    fn a_time_limit_ends_what_takes_longer_and_only_that() {
        let (mut executor, spawner, clock, journal) = with_journal();
        let (c, d) = (clock.clone(), journal.clone());
        spawner.spawn("caller", async move {
            let short = c.timeout(Micros(10), c.sleep(Micros(10))).await;
            let long = c.timeout(Micros(10), c.sleep(Micros(11))).await;
            d.borrow_mut().push(format!("{short:?} {long:?} at {}", c.now().0));
        });
        run(&mut executor);
        assert_eq!(*journal.borrow(), ["Ok(()) Err(TimedOut) at 20"]);
    }

    #[test]
    fn cancelling_a_group_drops_its_tasks_and_wakes_those_who_wait_for_them() {
        let (mut executor, spawner, clock, journal) = with_journal();
        let (sender, receiver) = oneshot::<()>();
        let doomed = executor.spawner(GroupId(2));
        let c = clock.clone();
        doomed.spawn("doomed", async move {
            c.sleep(Micros(100)).await;
            sender.send(());
        });
        let d = journal.clone();
        spawner.spawn("waiting", async move {
            let heard = receiver.await;
            d.borrow_mut().push(format!("{heard:?}"));
        });
        executor.step();
        executor.step();
        executor.cancel(GroupId(2));
        run(&mut executor);
        assert_eq!(*journal.borrow(), ["Err(Canceled)"]);
        assert_eq!(clock.now(), Micros::ZERO, "the cancelled task's timer is gone too");
    }

    #[test]
    fn a_paused_group_stands_still_and_its_timers_fire_late() {
        let (mut executor, spawner, clock, journal) = with_journal();
        let sleeper = |name: &'static str, ms: u64| {
            let (c, d) = (clock.clone(), journal.clone());
            async move {
                c.sleep(Micros(ms)).await;
                d.borrow_mut().push(format!("{name} at {}", c.now().0));
            }
        };
        let other = executor.spawner(GroupId(2));
        spawner.spawn("a", sleeper("a", 5));
        other.spawn("b", sleeper("b", 5));
        executor.step();
        executor.step();
        executor.pause(GroupId(1));
        spawner.spawn("born in the pause", sleeper("c", 1));
        run(&mut executor);
        assert_eq!(*journal.borrow(), ["b at 5"]);
        executor.advance_to(Micros(20));
        executor.resume(GroupId(1));
        run(&mut executor);
        assert_eq!(*journal.borrow(), ["b at 5", "a at 20", "c at 21"]);
    }

    #[test]
    fn a_cancelled_group_is_no_longer_paused() {
        let (mut executor, spawner, _, journal) = with_journal();
        executor.pause(GroupId(1));
        spawner.spawn("never", async {});
        assert_eq!(executor.poll(), None);
        executor.cancel(GroupId(1));
        let d = journal.clone();
        spawner.spawn("next life", async move { d.borrow_mut().push("alive".into()) });
        run(&mut executor);
        assert_eq!(*journal.borrow(), ["alive"]);
    }

    #[test]
    fn a_task_that_never_lets_time_pass_is_stopped_and_named() {
        let (mut executor, spawner, _, _) = with_journal();
        spawner.spawn("patient", futures::future::pending());
        spawner.spawn(
            "spinner",
            futures::future::poll_fn(|context| {
                context.waker().wake_by_ref();
                Poll::<()>::Pending
            }),
        );
        let last = (0..=POLLS_PER_INSTANT_MAX).map(|_| executor.step()).last();
        let Some(Step::Runaway(busiest)) = last else { panic!("not stopped: {last:?}") };
        assert_eq!(&*busiest[0].0, "spinner");
        assert_eq!(busiest[0].1, POLLS_PER_INSTANT_MAX - 1);
    }

    #[test]
    fn much_work_at_one_moment_is_no_endless_loop() {
        let (mut executor, spawner, _, _) = with_journal();
        spawner.spawn(
            "worker",
            futures::future::poll_fn(|context| {
                context.waker().wake_by_ref();
                Poll::<()>::Pending
            }),
        );
        for _ in 0..3 * POLLS_PER_INSTANT_MAX {
            assert_eq!(executor.step(), Step::Polled("worker".into()));
            executor.note_progress();
        }
        let idle = (0..=IDLE_POLLS_MAX).map(|_| executor.step()).position(|step| matches!(step, Step::Runaway(_)));
        assert_eq!(idle, Some(IDLE_POLLS_MAX as usize));
    }

    #[test]
    fn the_guard_counts_anew_when_time_passes() {
        let (mut executor, spawner, clock, _) = with_journal();
        spawner.spawn("busy but honest", async move {
            for _ in 0..3 * POLLS_PER_INSTANT_MAX {
                clock.sleep(Micros(1)).await;
            }
        });
        run(&mut executor);
        assert_eq!(executor.clock().now(), Micros(u64::from(3 * POLLS_PER_INSTANT_MAX)));
    }
}
