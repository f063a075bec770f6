//! What can be done to messages: lose them, stop them, let them go, hasten, delay and double them.
//!
//! `hold` and `drop` also set a **trap** for messages that are still to be sent. It goes when it has caught as
//! many as it was set for, or when a `release` covers it.

use super::trap::Interceptor;
use crate::lab::run::network::flight::{Held, InFlight};
use crate::lab::run::network::SimNetwork;
use crate::lab::vocab::event::{LabEvent, LossWhy, TrapDoes};
use crate::lab::vocab::id::MessageId;
use crate::lab::vocab::selector::Selector;
use crate::runtime::Micros;

/// With so many messages in flight, no copies are made by hand.
const FLIGHTS_MAX: usize = 10_000;

/// A message that was found, and when something happens to it; none, if it stands still.
type Found = (MessageId, Option<Micros>);

impl SimNetwork {
    /// What traps do to a message that leaves: the oldest trap that matches it has it.
    pub(super) fn caught(&self, id: MessageId, flight: &InFlight) -> Option<TrapDoes> {
        let (does, gone) = {
            let wire = &mut *self.wire.borrow_mut();
            let matches = |trap: &Interceptor| trap.which.matches(id, flight.from, flight.to, &flight.message);
            let place = wire.traps.iter().position(matches)?;
            let trap = &mut wire.traps[place];
            trap.left = trap.left.map(|left| left.saturating_sub(1));
            let does = trap.does;
            (does, (trap.left == Some(0)).then(|| wire.traps.remove(place).id))
        };
        if let Some(trap) = gone {
            self.recorder.lab(LabEvent::TrapGone { trap });
        }
        Some(does)
    }

    fn set_trap(&self, does: TrapDoes, which: Selector) {
        // A message that is named by its id has been sent already.
        if which.count == Some(0) || which.id.is_some() {
            return;
        }
        let id = {
            let wire = &mut *self.wire.borrow_mut();
            wire.last_trap += 1;
            wire.traps.push(Interceptor { id: wire.last_trap, does, which: which.clone(), left: which.count });
            wire.last_trap
        };
        self.recorder.lab(LabEvent::TrapSet { trap: id, does, which });
    }

    /// The messages in flight for which `meant` is true, the oldest first, with when something happens to them
    /// next: none for those that stand still.
    fn find(&self, meant: impl Fn(MessageId, &InFlight) -> bool) -> Vec<Found> {
        let wire = self.wire.borrow();
        let moving = wire.flights.iter().map(|(&(due, id), flight)| (id, Some(due), flight));
        let held = wire.held.iter().map(|(&id, held)| (id, None, &held.flight));
        let meant = moving.chain(held).filter(|&(id, _, flight)| meant(id, flight));
        let mut found: Vec<Found> = meant.map(|(id, due, _)| (id, due)).collect();
        found.sort_unstable_by_key(|&(id, _)| id);
        found
    }

    /// Those that a selector means, at most as many as it says.
    fn select(&self, which: &Selector) -> Vec<Found> {
        let mut found = self.find(|id, flight| which.matches(id, flight.from, flight.to, &flight.message));
        found.truncate(which.count.map_or(usize::MAX, |count| count as usize));
        found
    }

    /// All in flight that a selector means.
    fn select_all(&self, which: &Selector) -> Vec<Found> {
        self.select(&Selector { count: None, ..which.clone() })
    }

    /// Takes a message out of the air.
    fn take(&self, (id, due): Found) -> Option<InFlight> {
        let mut wire = self.wire.borrow_mut();
        match due {
            Some(due) => wire.flights.remove(&(due, id)),
            None => wire.held.remove(&id).map(|held| held.flight),
        }
    }

    fn lose_all(&self, found: Vec<Found>, why: LossWhy) {
        for found in found {
            self.take(found).into_iter().for_each(|flight| self.lose(found.0, flight, why));
        }
    }

    /// Loses what is meant: in flight, and what is still to be sent.
    pub fn drop_messages(&self, which: Selector) {
        self.lose_all(self.select_all(&which), LossWhy::Dropped);
        self.set_trap(TrapDoes::Drop, which);
    }

    /// Loses what is in flight on links that are cut.
    pub(super) fn lose_on_cut_links(&self) {
        let cut = self.cut_links();
        self.lose_all(self.find(|_, flight| cut.contains(&(flight.from, flight.to))), LossWhy::Cut);
    }

    /// Stops what is meant where it is: in flight, and what is still to be sent.
    pub fn hold(&self, which: Selector) {
        for (id, due) in self.select_all(&which) {
            // What stands still already goes on doing so.
            if let Some(due) = due {
                self.take((id, Some(due))).into_iter().for_each(|flight| self.keep(id, flight, due));
            }
        }
        self.set_trap(TrapDoes::Hold, which);
    }

    /// A message stands still from now on.
    pub(super) fn keep(&self, id: MessageId, flight: InFlight, due: Micros) {
        let InFlight { from, to, .. } = flight;
        self.recorder.lab(LabEvent::Held { id, from, to, kind: flight.message.kind() });
        let since = self.clock.now();
        self.wire.borrow_mut().held.insert(id, Held { flight, since, due });
    }

    /// Lets go what stands still: it has the rest of its way before it. Traps that are covered go too.
    pub fn release(&self, which: &Selector) {
        let gone: Vec<Interceptor> = {
            let wire = &mut *self.wire.borrow_mut();
            wire.traps.extract_if(.., |trap| which.covers(&trap.which)).collect()
        };
        gone.into_iter().for_each(|trap| self.recorder.lab(LabEvent::TrapGone { trap: trap.id }));
        let mut standing = self.select_all(which);
        standing.retain(|(_, due)| due.is_none());
        standing.truncate(which.count.map_or(usize::MAX, |count| count as usize));
        for (id, _) in standing {
            let held = self.wire.borrow_mut().held.remove(&id);
            let Some(Held { mut flight, since, due }) = held else { continue };
            let pause = self.clock.now() - since;
            flight.arrives += pause;
            let InFlight { from, to, arrives, .. } = flight;
            self.recorder.lab(LabEvent::Released { id, from, to, kind: flight.message.kind(), arrives });
            self.wire.borrow_mut().flights.insert((due + pause, id), flight);
        }
    }

    /// What is meant arrives later; what stands still, later after its release.
    pub fn delay(&self, which: &Selector, by: Micros) {
        for (id, due) in self.select(which) {
            let changed = {
                let wire = &mut *self.wire.borrow_mut();
                match due {
                    Some(due) => wire.flights.remove(&(due, id)).map(|mut flight| {
                        flight.arrives += by;
                        &*wire.flights.entry((due + by, id)).or_insert(flight)
                    }),
                    None => wire.held.get_mut(&id).map(|held| {
                        held.due += by;
                        held.flight.arrives += by;
                        &held.flight
                    }),
                }
                .cloned()
            };
            if let Some(InFlight { from, to, message, arrives, .. }) = changed {
                self.recorder.lab(LabEvent::Delayed { id, from, to, kind: message.kind(), arrives });
            }
        }
    }

    /// A second one of each that is meant sets out now, with a latency of its own. It is not lost by chance.
    pub fn duplicate(&self, which: &Selector) {
        for (id, due) in self.select(which) {
            let copy = {
                let wire = self.wire.borrow();
                let in_flight = wire.flights.len() + wire.held.len();
                let flight = match due {
                    Some(due) => wire.flights.get(&(due, id)),
                    None => wire.held.get(&id).map(|held| &held.flight),
                };
                flight.filter(|_| in_flight < FLIGHTS_MAX).cloned()
            };
            if let Some(flight) = copy {
                let latency = self.copy_latency(flight.from, flight.to);
                self.launch(InFlight { lost_by_chance: false, ..flight }, latency, Some(id));
            }
        }
    }

    /// What is meant arrives at once, even if chance would have lost it.
    pub fn deliver(&self, which: &Selector) {
        for found in self.select(which) {
            self.take(found).into_iter().for_each(|flight| self.arrive(found.0, flight));
        }
    }
}
