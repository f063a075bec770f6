//! The executor: runs tasks one poll at a time, and only when it is told to.
//!
//! A visualizer must be able to stop *between* any two things that happen, and a test must be able
//! to do the same run twice. `futures::executor::LocalPool` offers neither (it cannot poll one task,
//! and on wasm its `run` spins), so this one is ours. Its whole idea: a queue of tasks that were
//! woken, in the order of waking, and a clock that moves only when that queue is empty.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use super::clock::{Clock, Micros};

/// So many polls without the clock moving are taken for a loop without end ([`Step::Runaway`]).
pub const STEPS_WITHOUT_TIME_MAX: u32 = 10_000;

/// Tasks that live and die together: one node's, for example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupId(pub u64);

type TaskId = u64;

/// What one [`Executor::step`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The named task was polled once.
    Polled(Rc<str>),
    /// No task was ready: the clock jumped to the next timer and woke what was due.
    Jumped(Micros),
    /// No task is ready and no timer is armed: nothing will happen by itself any more.
    Idle,
    /// [`STEPS_WITHOUT_TIME_MAX`] polls passed without time passing. These tasks were polled most,
    /// the busiest first, with how often. Nothing was polled in this step, nor will be.
    Runaway(Vec<(Rc<str>, u32)>),
}

struct Task {
    name: Rc<str>,
    group: GroupId,
    future: Pin<Box<dyn Future<Output = ()>>>,
    waker: Arc<TaskWaker>,
}

/// The tasks that were woken, first come, first served. Behind a lock only because a `Waker` must be
/// `Send`; there is one thread.
type ReadyQueue = Arc<Mutex<VecDeque<TaskId>>>;

struct TaskWaker {
    id: TaskId,
    queued: AtomicBool,
    ready: ReadyQueue,
}

impl TaskWaker {
    fn enqueue(&self) {
        if !self.queued.swap(true, Ordering::Relaxed) {
            self.ready.lock().unwrap_or_else(PoisonError::into_inner).push_back(self.id);
        }
    }
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.enqueue();
    }
    fn wake_by_ref(self: &Arc<Self>) {
        self.enqueue();
    }
}

/// Starts tasks in one group; tasks themselves hold one to start others.
#[derive(Clone)]
pub struct Spawner {
    group: GroupId,
    shared: Rc<RefCell<Newcomers>>,
}

struct Newcomers {
    next_id: TaskId,
    ready: ReadyQueue,
    tasks: Vec<Task>,
}

impl Spawner {
    /// Starts a task. It is polled for the first time when its turn in the ready queue comes.
    pub fn spawn(&self, name: impl Into<Rc<str>>, future: impl Future<Output = ()> + 'static) {
        let mut shared = self.shared.borrow_mut();
        let id = shared.next_id;
        shared.next_id += 1;
        let waker = Arc::new(TaskWaker { id, queued: AtomicBool::new(false), ready: shared.ready.clone() });
        waker.enqueue();
        shared.tasks.push(Task { name: name.into(), group: self.group, future: Box::pin(future), waker });
    }
}

/// A single-threaded executor that does one thing at a time. See the head of this file.
pub struct Executor {
    clock: Clock,
    tasks: BTreeMap<TaskId, Task>,
    ready: ReadyQueue,
    newcomers: Rc<RefCell<Newcomers>>,
    /// Groups whose tasks are not polled.
    paused: BTreeSet<GroupId>,
    /// Tasks of paused groups that were woken, in the order of waking.
    parked: Vec<TaskId>,
    /// Polls since the clock last moved, by the name of the task.
    polls: BTreeMap<Rc<str>, u32>,
    polls_total: u32,
}

impl Default for Executor {
    fn default() -> Executor {
        Executor::new()
    }
}

impl Executor {
    /// An executor without tasks, at time zero.
    pub fn new() -> Executor {
        let ready = ReadyQueue::default();
        let newcomers = Newcomers { next_id: 0, ready: ready.clone(), tasks: Vec::new() };
        Executor {
            clock: Clock::default(),
            tasks: BTreeMap::new(),
            ready,
            newcomers: Rc::new(RefCell::new(newcomers)),
            paused: BTreeSet::new(),
            parked: Vec::new(),
            polls: BTreeMap::new(),
            polls_total: 0,
        }
    }

    /// The clock that this executor moves.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// A way to start tasks that belong to `group`.
    pub fn spawner(&self, group: GroupId) -> Spawner {
        Spawner { group, shared: self.newcomers.clone() }
    }

    /// Drops every task of a group, wherever it waits, and everything that it holds. The group is no
    /// longer paused then.
    pub fn cancel(&mut self, group: GroupId) {
        self.resume(group);
        self.adopt_newcomers();
        // Taken out first, dropped after: a destructor may wake or start other tasks.
        let (gone, kept) = std::mem::take(&mut self.tasks).into_iter().partition(|(_, task)| task.group == group);
        self.tasks = kept;
        drop::<BTreeMap<TaskId, Task>>(gone);
    }

    /// Polls no task of a group until [`Executor::resume`], like a process that is stopped: what wakes its
    /// tasks meanwhile, timers too, is noticed only then.
    pub fn pause(&mut self, group: GroupId) {
        self.paused.insert(group);
    }

    /// Ends a pause. What was woken meanwhile takes its place at the end of the ready queue.
    pub fn resume(&mut self, group: GroupId) {
        self.paused.remove(&group);
        let tasks = &self.tasks;
        let of_group = |id: &mut TaskId| tasks.get(id).is_none_or(|task| task.group == group);
        let woken: Vec<TaskId> = self.parked.extract_if(.., of_group).collect();
        self.ready.lock().unwrap_or_else(PoisonError::into_inner).extend(woken);
    }

    /// Whether a task is waiting to be polled at the present time.
    pub fn has_ready(&mut self) -> bool {
        self.adopt_newcomers();
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        // What cannot be polled makes way: tasks that have ended, and those of paused groups.
        while let Some(id) = ready.front() {
            match self.tasks.get(id) {
                Some(task) if self.paused.contains(&task.group) => self.parked.push(*id),
                Some(_) => return true,
                None => {}
            }
            ready.pop_front();
        }
        false
    }

    /// When the next timer is due, if any is armed.
    pub fn next_timer(&self) -> Option<Micros> {
        self.clock.next_deadline()
    }

    /// One step: polls the task that was woken first; or, if none is ready, jumps the clock to the
    /// next timer and wakes what is due then.
    pub fn step(&mut self) -> Step {
        if self.has_ready() {
            if self.polls_total >= STEPS_WITHOUT_TIME_MAX {
                return Step::Runaway(self.busiest());
            }
            return self.poll_next();
        }
        match self.next_timer() {
            Some(time) => {
                self.pass_to(time);
                Step::Jumped(time)
            }
            None => Step::Idle,
        }
    }

    /// Lets time pass up to `time` and wakes what is due, without polling anything. The caller sees to
    /// it that nothing is ready and that no timer is due earlier, or accepts that it fires late.
    pub fn pass_to(&mut self, time: Micros) {
        if time > self.clock.now() {
            self.polls.clear();
            self.polls_total = 0;
        }
        self.clock.advance_to(time);
    }

    fn adopt_newcomers(&mut self) {
        for task in self.newcomers.borrow_mut().tasks.drain(..) {
            self.tasks.insert(task.waker.id, task);
        }
    }

    fn poll_next(&mut self) -> Step {
        let id = self.ready.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some(task) = id.and_then(|id| self.tasks.get_mut(&id)) else { return Step::Idle };
        let name = task.name.clone();
        *self.polls.entry(name.clone()).or_default() += 1;
        self.polls_total += 1;
        // Before the poll, so that a wake-up during the poll counts.
        task.waker.queued.store(false, Ordering::Relaxed);
        let waker = Waker::from(task.waker.clone());
        let id = task.waker.id;
        if let Poll::Ready(()) = task.future.as_mut().poll(&mut Context::from_waker(&waker)) {
            self.tasks.remove(&id);
        }
        Step::Polled(name)
    }

    fn busiest(&self) -> Vec<(Rc<str>, u32)> {
        let mut counts: Vec<_> = self.polls.iter().map(|(name, &count)| (name.clone(), count)).collect();
        counts.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        counts.truncate(3);
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::channel::oneshot;
    use futures::future::FutureExt;

    type Diary = Rc<RefCell<Vec<String>>>;

    fn with_diary() -> (Executor, Spawner, Clock, Diary) {
        let executor = Executor::new();
        let spawner = executor.spawner(GroupId(1));
        let clock = executor.clock().clone();
        (executor, spawner, clock, Diary::default())
    }

    fn run(executor: &mut Executor) {
        while !matches!(executor.step(), Step::Idle | Step::Runaway(_)) {}
    }

    #[test]
    fn a_step_is_one_poll_or_one_jump_of_the_clock() {
        let (mut executor, spawner, clock, diary) = with_diary();
        let (c, d) = (clock.clone(), diary.clone());
        spawner.spawn("a", async move {
            c.sleep(Micros(5)).await;
            d.borrow_mut().push(format!("woke at {}", c.now().0));
        });
        assert_eq!(executor.step(), Step::Polled("a".into()));
        assert_eq!(executor.step(), Step::Jumped(Micros(5)));
        assert!(diary.borrow().is_empty());
        assert_eq!(executor.step(), Step::Polled("a".into()));
        assert_eq!(*diary.borrow(), ["woke at 5"]);
        assert_eq!(executor.step(), Step::Idle);
    }

    #[test]
    fn timers_of_one_moment_wake_in_the_order_in_which_they_were_armed() {
        let (mut executor, spawner, clock, diary) = with_diary();
        for (name, at) in [("late", 9), ("first", 4), ("second", 4)] {
            let (c, d) = (clock.clone(), diary.clone());
            spawner.spawn(name, async move {
                c.sleep_until(Micros(at)).await;
                d.borrow_mut().push(name.to_string());
            });
        }
        run(&mut executor);
        assert_eq!(*diary.borrow(), ["first", "second", "late"]);
    }

    #[test]
    fn a_dropped_sleep_does_not_move_the_clock() {
        let (mut executor, spawner, clock, _) = with_diary();
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
        let (mut executor, spawner, clock, diary) = with_diary();
        let (c, d) = (clock.clone(), diary.clone());
        spawner.spawn("caller", async move {
            let short = c.timeout(Micros(10), c.sleep(Micros(10))).await;
            let long = c.timeout(Micros(10), c.sleep(Micros(11))).await;
            d.borrow_mut().push(format!("{short:?} {long:?} at {}", c.now().0));
        });
        run(&mut executor);
        assert_eq!(*diary.borrow(), ["Ok(()) Err(TimedOut) at 20"]);
    }

    #[test]
    fn cancelling_a_group_drops_its_tasks_and_wakes_those_who_wait_for_them() {
        let (mut executor, spawner, clock, diary) = with_diary();
        let (sender, receiver) = oneshot::channel::<()>();
        let doomed = executor.spawner(GroupId(2));
        let c = clock.clone();
        doomed.spawn("doomed", async move {
            c.sleep(Micros(100)).await;
            let _ = sender.send(());
        });
        let d = diary.clone();
        spawner.spawn("waiting", async move {
            let heard = receiver.await;
            d.borrow_mut().push(format!("{heard:?}"));
        });
        executor.step();
        executor.step();
        executor.cancel(GroupId(2));
        run(&mut executor);
        assert_eq!(*diary.borrow(), ["Err(Canceled)"]);
        assert_eq!(clock.now(), Micros::ZERO, "the cancelled task's timer is gone too");
    }

    #[test]
    fn a_paused_group_stands_still_and_its_timers_fire_late() {
        let (mut executor, spawner, clock, diary) = with_diary();
        let sleeper = |name: &'static str, ms: u64| {
            let (c, d) = (clock.clone(), diary.clone());
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
        assert_eq!(*diary.borrow(), ["b at 5"]);
        executor.pass_to(Micros(20));
        executor.resume(GroupId(1));
        run(&mut executor);
        assert_eq!(*diary.borrow(), ["b at 5", "a at 20", "c at 21"]);
    }

    #[test]
    fn a_cancelled_group_is_no_longer_paused() {
        let (mut executor, spawner, _, diary) = with_diary();
        executor.pause(GroupId(1));
        spawner.spawn("never", async {});
        assert!(!executor.has_ready());
        executor.cancel(GroupId(1));
        let d = diary.clone();
        spawner.spawn("next life", async move { d.borrow_mut().push("alive".into()) });
        run(&mut executor);
        assert_eq!(*diary.borrow(), ["alive"]);
    }

    #[test]
    fn a_task_that_never_lets_time_pass_is_stopped_and_named() {
        let (mut executor, spawner, _, _) = with_diary();
        spawner.spawn("patient", futures::future::pending());
        spawner.spawn(
            "spinner",
            futures::future::poll_fn(|context| {
                context.waker().wake_by_ref();
                Poll::<()>::Pending
            }),
        );
        let last = (0..=STEPS_WITHOUT_TIME_MAX).map(|_| executor.step()).last();
        let Some(Step::Runaway(busiest)) = last else { panic!("not stopped: {last:?}") };
        assert_eq!(&*busiest[0].0, "spinner");
        assert_eq!(busiest[0].1, STEPS_WITHOUT_TIME_MAX - 1);
    }

    #[test]
    fn the_guard_counts_anew_when_time_passes() {
        let (mut executor, spawner, clock, _) = with_diary();
        spawner.spawn("busy but honest", async move {
            for _ in 0..3 * STEPS_WITHOUT_TIME_MAX {
                clock.sleep(Micros(1)).await;
            }
        });
        run(&mut executor);
        assert_eq!(executor.clock().now(), Micros(u64::from(3 * STEPS_WITHOUT_TIME_MAX)));
    }
}
