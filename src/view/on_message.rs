//! What can be done to one message on its way: by a key, or from its menu.

use super::lang::Text;
use crate::lab::vocab::action::Action;
use crate::lab::vocab::id::MessageId;
use crate::lab::vocab::selector::{Delay, Selector};
use crate::lab::world::World;
use crate::runtime::Micros;

/// The time by which a message is delayed.
const LATER: Micros = Micros::from_ms(50);

/// Something that can be done to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageAct {
    /// It arrives now.
    Deliver,
    /// It is lost.
    Drop,
    /// It stands still, or goes on.
    HoldOrRelease,
    /// It arrives later.
    Delay,
    /// A second one sets out.
    Duplicate,
}

impl MessageAct {
    /// All of them, in the order in which the menu has them.
    pub const ALL: [MessageAct; 5] =
        [MessageAct::Deliver, MessageAct::Drop, MessageAct::HoldOrRelease, MessageAct::Delay, MessageAct::Duplicate];

    /// The action of the laboratory, with its name in a menu; none once the message is gone.
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

/// The message that arrives after `current`, or before it; around the ends. Without one, the first or the last. Those
/// that stand still come as if they went on now.
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
        assert_eq!(menu(7), ["Deliver now", "Drop", "Hold", "Delay by 50 ms", "Duplicate"]);
        assert_eq!(menu(8), ["Deliver now", "Drop", "Release", "Delay by 50 ms", "Duplicate"]);
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
