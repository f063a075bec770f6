//! The actions on a message in flight, by key or from its menu.

use super::lang::Text;
use crate::lab::vocab::action::Action;
use crate::lab::vocab::id::MessageId;
use crate::lab::vocab::selector::{Delay, Selector};
use crate::lab::world::World;
use crate::runtime::Micros;

/// The time by which [`MessageAct::Delay`] delays a message.
const LATER: Micros = Micros::from_ms(50);

/// An action on a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageAct {
    /// Delivers it now.
    Deliver,
    /// Drops it.
    Drop,
    /// Holds it, or releases it if it is held.
    HoldOrRelease,
    /// Delays it.
    Delay,
    /// Sends a copy of it.
    Duplicate,
}

impl MessageAct {
    /// Every action, in the order of the menu.
    pub const ALL: [MessageAct; 5] =
        [MessageAct::Deliver, MessageAct::Drop, MessageAct::HoldOrRelease, MessageAct::Delay, MessageAct::Duplicate];

    /// The action of the laboratory, with its name in the menu. None once the message has left the network.
    pub fn of(self, world: &World, id: MessageId, t: &dyn Text) -> Option<(Action, &'static str)> {
        let message = world.messages.get(&id)?;
        let one = Selector::one(id);
        Some(match self {
            MessageAct::Deliver => (Action::Deliver(one), t.menu_deliver()),
            MessageAct::Drop => (Action::Drop(one), t.menu_drop()),
            MessageAct::HoldOrRelease if message.held => (Action::Release(one), t.menu_release()),
            MessageAct::HoldOrRelease => (Action::Hold(one), t.menu_hold()),
            MessageAct::Delay => (Action::Delay(Delay { by: LATER, id: Some(id), ..Delay::default() }), t.menu_delay()),
            MessageAct::Duplicate => (Action::Duplicate(one), t.menu_duplicate()),
        })
    }
}

/// The message that arrives after `current`, or before it, cyclically; without `current`, the first or the last. A held
/// message counts as if it were released now.
pub fn next(world: &World, current: Option<MessageId>, forward: bool) -> Option<MessageId> {
    let mut by_arrival: Vec<(Micros, MessageId)> = world.messages.values().map(|it| (it.arrives, it.id)).collect();
    by_arrival.sort_unstable();
    let count = by_arrival.len();
    let place = current.and_then(|current| by_arrival.iter().position(|&(_, id)| id == current));
    let next = match (place, forward) {
        (None, true) => 0,
        (None, false) => count.checked_sub(1)?,
        (Some(place), true) => (place + 1) % count,
        (Some(place), false) => (place + count - 1) % count,
    };
    by_arrival.get(next).map(|&(_, id)| id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::world::InFlight;
    use crate::raft::rpc::{Message, TimeoutNow};
    use crate::view::lang::English;
    use std::rc::Rc;

    fn world(messages: &[(MessageId, u64, bool)]) -> World {
        let mut world = World::default();
        for &(id, arrives, held) in messages {
            let message = Rc::new(Message::TimeoutNow(TimeoutNow { term: 1, leader: 1 }));
            let message = InFlight {
                id,
                from: 1,
                to: 2,
                kind: message.kind(),
                re: None,
                copy_of: None,
                sent: Micros::ZERO,
                arrives: Micros::from_ms(arrives),
                held,
                passed: (0, Micros::ZERO),
                message,
            };
            world.messages.insert(id, Rc::new(message));
        }
        world
    }

    #[test]
    fn a_message_is_held_or_released() {
        let world = world(&[(7, 10, false), (8, 10, true)]);
        let menu = |id| -> Vec<&str> {
            MessageAct::ALL.into_iter().filter_map(|act| Some(act.of(&world, id, &English)?.1)).collect()
        };
        assert_eq!(menu(7), ["Deliver now", "Drop", "Hold", "Delay by 50\u{a0}ms", "Duplicate"]);
        assert_eq!(menu(8), ["Deliver now", "Drop", "Release", "Delay by 50\u{a0}ms", "Duplicate"]);
        assert!(menu(9).is_empty(), "it has arrived");
        let (what, _) = MessageAct::Delay.of(&world, 7, &English).unwrap();
        assert_eq!(what, Action::Delay(Delay { by: LATER, id: Some(7), ..Delay::default() }));
    }

    #[test]
    fn messages_come_one_after_the_other_as_they_arrive() {
        let world = world(&[(1, 30, false), (2, 10, false), (3, 20, true)]);
        let after = |id| next(&world, id, true).unwrap();
        assert_eq!([after(None), after(Some(2)), after(Some(3)), after(Some(1)), after(Some(9))], [2, 3, 1, 2, 2]);
        assert_eq!([next(&world, None, false), next(&world, Some(2), false)], [Some(1), Some(1)]);
        assert_eq!(next(&World::default(), None, true), None);
        assert_eq!(next(&World::default(), None, false), None);
    }
}
