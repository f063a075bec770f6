//! The actions on a message in flight, by key or from its menu.

use super::lang::Text;
use super::selection::Selection;
use crate::lab::vocab::action::Action;
use crate::lab::vocab::id::MessageId;
use crate::lab::vocab::selector::{Delay, Selector};
use crate::lab::world::{InFlight, World};
use crate::raft::rpc::MessageKind;
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

/// The message after `current`, or before it, cyclically; without `current`, the first or the last. Requests with
/// entries, chunks and votes come first, then heartbeats, then answers; those of a kind as they arrive. A held message
/// counts as if it were released now. With `of` a node or a link, only its messages are gone through.
pub fn next(world: &World, of: Option<Selection>, current: Option<MessageId>, forward: bool) -> Option<MessageId> {
    let is_of = |it: &InFlight| match of {
        Some(Selection::Node(node)) => it.from == node || it.to == node,
        Some(Selection::Link((a, b)) | Selection::Stream(a, b)) => {
            (it.from, it.to) == (a, b) || (it.from, it.to) == (b, a)
        }
        _ => true,
    };
    let all = world.messages.values().filter(|it| is_of(it));
    let mut in_turn: Vec<(u8, Micros, MessageId)> = all.map(|it| (rank(it), it.arrives, it.id)).collect();
    in_turn.sort_unstable();
    let count = in_turn.len();
    let place = current.and_then(|current| in_turn.iter().position(|&(.., id)| id == current));
    let next = match (place, forward) {
        (None, true) => 0,
        (None, false) => count.checked_sub(1)?,
        (Some(place), true) => (place + 1) % count,
        (Some(place), false) => (place + count - 1) % count,
    };
    in_turn.get(next).map(|&(.., id)| id)
}

/// How late a message is in turn: what one wants to stop comes first.
fn rank(message: &InFlight) -> u8 {
    match message.kind {
        MessageKind::Heartbeat => 1,
        _ if message.re.is_some() => 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
    fn of_a_node_or_a_link_only_its_own_messages_come() {
        let mut world = world(&[(1, 30, false), (2, 10, false)]);
        Rc::make_mut(world.messages.get_mut(&2).unwrap()).to = 3;
        let first = |of| next(&world, Some(of), None, true);
        assert_eq!(first(Selection::Node(1)), Some(2), "the one that arrives first");
        assert_eq!([first(Selection::Node(2)), first(Selection::Link((2, 1)))], [Some(1); 2]);
        assert_eq!(first(Selection::Stream(3, 2)), None);
    }

    #[test]
    fn messages_come_one_after_the_other_as_they_arrive() {
        let world = world(&[(1, 30, false), (2, 10, false), (3, 20, true)]);
        let after = |id| next(&world, None, id, true).unwrap();
        assert_eq!([after(None), after(Some(2)), after(Some(3)), after(Some(1)), after(Some(9))], [2, 3, 1, 2, 2]);
        assert_eq!([next(&world, None, None, false), next(&world, None, Some(2), false)], [Some(1), Some(1)]);
        assert_eq!(next(&World::default(), None, None, true), None);
        assert_eq!(next(&World::default(), None, None, false), None);
    }
}
