//! Actions on messages: dropping, holding, releasing, delivering, delaying and duplicating them.
//!
//! `hold` and `drop` also set an **interceptor** for messages that are still to be sent. It is removed when it has
//! caught its number of messages, or when a `release` covers it.

use super::trap::Interceptor;
use crate::lab::run::network::flight::{Held, InFlight};
use crate::lab::run::network::SimNetwork;
use crate::lab::vocab::event::{LabEvent, LossWhy, TrapDoes};
use crate::lab::vocab::id::MessageId;
use crate::lab::vocab::selector::Selector;
use crate::runtime::Micros;

/// No messages are duplicated by an action while this many are in flight.
const FLIGHTS_MAX: usize = 10_000;

/// A selected message, and when it is due to arrive or to be lost; none if it is held.
type Found = (MessageId, Option<Micros>);

impl SimNetwork {
    /// The effect of the interceptors on a message that is being sent: that of the oldest one that matches.
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
        // A message that has an id was already sent.
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

    /// The messages in flight for which `meant` holds, the oldest first, with the time at which they are due; none
    /// for held ones.
    fn find(&self, meant: impl Fn(MessageId, &InFlight) -> bool) -> Vec<Found> {
        let wire = self.wire.borrow();
        let moving = wire.flights.iter().map(|(&(due, id), flight)| (id, Some(due), flight));
        let held = wire.held.iter().map(|(&id, held)| (id, None, &held.flight));
        let meant = moving.chain(held).filter(|&(id, _, flight)| meant(id, flight));
        let mut found: Vec<Found> = meant.map(|(id, due, _)| (id, due)).collect();
        found.sort_unstable_by_key(|&(id, _)| id);
        found
    }

    /// The messages in flight that a selector matches, limited by its count.
    fn select(&self, which: &Selector) -> Vec<Found> {
        let mut found = self.find(|id, flight| which.matches(id, flight.from, flight.to, &flight.message));
        found.truncate(which.count.map_or(usize::MAX, |count| count as usize));
        found
    }

    /// All messages in flight that a selector matches.
    fn select_all(&self, which: &Selector) -> Vec<Found> {
        self.select(&Selector { count: None, ..which.clone() })
    }

    /// Removes a message from those in flight.
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

    /// Drops the selected messages: those in flight and those still to be sent.
    pub fn drop_messages(&self, which: Selector) {
        self.lose_all(self.select_all(&which), LossWhy::Dropped);
        self.set_trap(TrapDoes::Drop, which);
    }

    /// Drops messages in flight on links that are cut.
    pub(super) fn lose_on_cut_links(&self) {
        let cut = self.cut_links();
        self.lose_all(self.find(|_, flight| cut.contains(&(flight.from, flight.to))), LossWhy::Cut);
    }

    /// Holds the selected messages: those in flight and those still to be sent.
    pub fn hold(&self, which: Selector) {
        for (id, due) in self.select_all(&which) {
            // Messages that are already held stay so.
            if let Some(due) = due {
                self.take((id, Some(due))).into_iter().for_each(|flight| self.keep(id, flight, due));
            }
        }
        self.set_trap(TrapDoes::Hold, which);
    }

    /// Holds a message from now on.
    pub(super) fn keep(&self, id: MessageId, flight: InFlight, due: Micros) {
        let InFlight { from, to, .. } = flight;
        self.recorder.lab(LabEvent::Held { id, from, to, kind: flight.message.kind() });
        let since = self.clock.now();
        self.wire.borrow_mut().held.insert(id, Held { flight, since, due });
    }

    /// Releases held messages, which continue for the rest of their latency, and removes the interceptors that are
    /// covered.
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

    /// Delays the selected messages; for held ones, the delay counts after their release.
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

    /// Sends a copy of each selected message now, with a latency of its own. Copies are not subject to random loss.
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

    /// Delivers the selected messages now, even those that random loss would have dropped.
    pub fn deliver(&self, which: &Selector) {
        for found in self.select(which) {
            self.take(found).into_iter().for_each(|flight| self.arrive(found.0, flight));
        }
    }
}
