//! Access to the links one by one by keyboard.

use super::format::NodeName;
use super::lang::Text;
use super::links::in_words;
use super::ring::Ring;
use super::selection::Selection;
use crate::lab::vocab::id::Link;
use crate::lab::world::World;

/// The link after the selected one, or before it, cyclically. With a node selected, its first or last link; with
/// anything else, the first or last link of all.
pub fn next(world: &World, selected: Option<Selection>, forward: bool) -> Option<Link> {
    let links: Vec<Link> = Ring::new(world.nodes.keys().copied()).pairs().collect();
    let pair = |a, b| links.iter().position(|&link| link == (a, b) || link == (b, a));
    let of_node = |node| links.iter().filter(move |&&(a, b)| a == node || b == node).copied();
    let count = links.len();
    let place = match selected {
        Some(Selection::Link((a, b)) | Selection::Stream(a, b)) => pair(a, b),
        Some(Selection::Node(node)) if forward => return of_node(node).next(),
        Some(Selection::Node(node)) => return of_node(node).last(),
        _ => None,
    };
    let next = match (place, forward) {
        (None, true) => 0,
        (None, false) => count.checked_sub(1)?,
        (Some(place), true) => (place + 1) % count,
        (Some(place), false) => (place + count - 1) % count,
    };
    links.get(next).copied()
}

/// The accessible name of a link, with its two directions.
pub fn name(world: &World, (a, b): Link, t: &dyn Text) -> String {
    let direction = |link: Link| {
        let words = in_words(&world.links.of(link), t);
        if world.cut.contains(&link) {
            t.cut_and(&words)
        } else {
            words
        }
    };
    let (there, back) = (direction((a, b)), direction((b, a)));
    t.link_described(NodeName(a), NodeName(b), &there, &back)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::world::NodeState;
    use crate::raft::Membership;
    use crate::view::lang::English;

    fn world() -> World {
        World::new((1..=4).map(|id| NodeState::new(id, Membership::new(1..=4, []), [])))
    }

    #[test]
    fn links_come_one_after_the_other() {
        let cases = [
            (None, true, (1, 2)),
            (None, false, (3, 4)),
            (Some(Selection::Link((1, 2))), true, (1, 3)),
            (Some(Selection::Link((4, 3))), true, (1, 2)),
            (Some(Selection::Link((1, 2))), false, (3, 4)),
            (Some(Selection::Stream(3, 1)), true, (1, 4)),
            (Some(Selection::Node(3)), true, (1, 3)),
            (Some(Selection::Node(3)), false, (3, 4)),
        ];
        for (selected, forward, link) in cases {
            assert_eq!(next(&world(), selected, forward), Some(link), "{selected:?} {forward}");
        }
        assert_eq!(next(&World::default(), None, false), None);
    }

    #[test]
    fn a_link_is_named_with_what_it_does() {
        let mut world = world();
        assert_eq!(name(&world, (1, 2), &English), "Link between S1 and S2: 5–15\u{a0}ms");
        world.cut.insert((2, 1));
        let told = "Link between S1 and S2: S1 → S2 5–15\u{a0}ms; S2 → S1 cut (5–15\u{a0}ms)";
        assert_eq!(name(&world, (1, 2), &English), told);
    }
}
