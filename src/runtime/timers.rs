//! The timers of a clock.
//!
//! A task sets its timer anew in every round, nearly always to a later time. So the queue of timers is lazy: each has at
//! most one valid place in it, which is never after its time, and is corrected only when it comes to the front.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::task::Waker;

use super::micros::Micros;

/// Identifies a timer of one clock, until it is released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TimerId(usize);

/// When a timer is due: by time, then by the order in which timers were set.
type Due = (Micros, u64);

/// See the module documentation.
#[derive(Default)]
pub(super) struct Timers {
    slots: Vec<Slot>,
    /// The slots without a timer.
    free: Vec<usize>,
    /// The places of slots in the queue, the earliest first. One that its slot does not know any more means nothing.
    queue: BinaryHeap<Reverse<(Due, usize)>>,
    /// The number of times that a timer was set.
    sequence: u64,
}

#[derive(Default)]
struct Slot {
    /// When it is due; none while it is not set.
    due: Option<Due>,
    /// Its valid place in the queue: at `due` or before.
    queued: Option<Due>,
    waker: Option<Waker>,
}

impl Timers {
    /// A timer that is not set.
    pub(super) fn create(&mut self) -> TimerId {
        TimerId(self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot::default());
            self.slots.len() - 1
        }))
    }

    /// Ends a timer.
    pub(super) fn release(&mut self, TimerId(slot): TimerId) {
        self.slots[slot].due = None;
        self.slots[slot].waker = None;
        self.free.push(slot);
    }

    /// Sets a timer to `deadline`, behind all that were set to the same time before; or only changes who is woken, if it
    /// is set already.
    pub(super) fn arm(&mut self, TimerId(place): TimerId, deadline: Micros, waker: &Waker) {
        let slot = &mut self.slots[place];
        if slot.waker.as_ref().is_none_or(|known| !known.will_wake(waker)) {
            slot.waker = Some(waker.clone());
        }
        if slot.due.is_some() {
            return;
        }
        let due = (deadline, self.sequence);
        self.sequence += 1;
        slot.due = Some(due);
        if slot.queued.is_none_or(|queued| queued > due) {
            slot.queued = Some(due);
            self.queue.push(Reverse((due, place)));
        }
    }

    /// Stops a timer until it is set again.
    pub(super) fn disarm(&mut self, TimerId(slot): TimerId) {
        self.slots[slot].due = None;
    }

    /// The timer that is due first: when, and its place.
    pub(super) fn first(&mut self) -> Option<(Micros, usize)> {
        loop {
            let &Reverse((at, place)) = self.queue.peek()?;
            let slot = &mut self.slots[place];
            if slot.queued == Some(at) {
                if slot.due == Some(at) {
                    return Some((at.0, place));
                }
                slot.queued = slot.due;
                if let Some(due) = slot.due {
                    self.queue.push(Reverse((due, place)));
                    // The push has left the outdated place where it was, in front: it is the earlier one.
                }
            }
            self.queue.pop();
        }
    }

    /// Stops the first timer if it is due at `time`, and wakes who waits for it. Whether it was due.
    pub(super) fn fire(&mut self, time: Micros) -> bool {
        let Some((_, place)) = self.first().filter(|&(at, _)| at <= time) else { return false };
        self.queue.pop();
        let slot = &mut self.slots[place];
        (slot.due, slot.queued) = (None, None);
        slot.waker.iter().for_each(Waker::wake_by_ref);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::Rng;
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::Arc;
    use std::task::Wake;

    #[derive(Default)]
    struct Rung(AtomicUsize);

    impl Wake for Rung {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn they_fire_as_from_a_sorted_list() {
        for seed in 0..500 {
            let mut rng = Rng::new(seed, "timers", 0);
            let (mut timers, mut now, mut sequence) = (Timers::default(), 0, 0);
            let mut known: Vec<(TimerId, Arc<Rung>)> = Vec::new();
            let mut list: BTreeMap<Due, TimerId> = BTreeMap::new();
            for _ in 0..100 {
                let choice = rng.range(0, known.len() as u64 + 1) as usize;
                match (rng.range(0, 6), known.get(choice).cloned()) {
                    (0, _) => known.push((timers.create(), Arc::default())),
                    (1, Some((id, _))) => {
                        timers.disarm(id);
                        list.retain(|_, timer| *timer != id);
                    }
                    (2, Some((id, _))) if rng.chance(300_000) => {
                        timers.release(id);
                        list.retain(|_, timer| *timer != id);
                        known.remove(choice);
                    }
                    (3, _) => {
                        now += rng.range(0, 20);
                        while let Some(entry) = list.first_entry().filter(|entry| entry.key().0 <= Micros(now)) {
                            let due = entry.remove();
                            let rung = &known.iter().find(|(id, _)| *id == due).unwrap().1;
                            let before = rung.0.load(Ordering::Relaxed);
                            assert!(timers.fire(Micros(now)));
                            assert_eq!(rung.0.load(Ordering::Relaxed), before + 1, "seed {seed}");
                        }
                        assert!(!timers.fire(Micros(now)), "seed {seed}");
                    }
                    (_, Some((id, rung))) => {
                        let deadline = Micros(now + rng.range(1, 50));
                        timers.arm(id, deadline, &Waker::from(rung));
                        if !list.values().any(|timer| *timer == id) {
                            list.insert((deadline, sequence), id);
                            sequence += 1;
                        }
                    }
                    _ => {}
                }
                let first = list.keys().next().map(|due| due.0);
                assert_eq!(timers.first().map(|(at, _)| at), first, "seed {seed}");
            }
        }
    }
}
