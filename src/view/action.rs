//! Translates gestures on the picture into actions of the laboratory.

use std::collections::BTreeSet;

use super::format::NodeName;
use super::geometry::{crossing, Point};
use super::lang::Text;
use super::node::{is_isolated, links_of};
use super::ring::Ring;
use crate::lab::vocab::action::Action;
use crate::lab::vocab::id::Link;
use crate::lab::world::World;
use crate::raft::NodeId;

/// The prefix of the name of a cut that a stroke made. A number follows.
const STROKE: &str = "cut ";

/// The name of the cut that isolates one node.
pub fn alone_name(node: NodeId) -> String {
    format!("{} cut off", NodeName(node))
}

/// The directions of links that a stroke crosses: both directions of each link, or with `one_way` only the one that
/// crosses the stroke from its left to its right, seen in the direction of drawing. Directions that are already cut are
/// left out.
pub fn crossed(world: &World, ring: &Ring, stroke: &[Point], one_way: bool) -> Vec<Link> {
    let mut links = BTreeSet::new();
    for (a, b) in ring.pairs() {
        let line = (ring.place(a), ring.place(b));
        for to_the_right in stroke.windows(2).filter_map(|step| crossing((step[0], step[1]), line)) {
            // If the stroke crosses a → b from left to right, a → b crosses the stroke from right to left.
            match (one_way, to_the_right) {
                (false, _) => links.extend([(a, b), (b, a)]),
                (true, true) => drop(links.insert((b, a))),
                (true, false) => drop(links.insert((a, b))),
            }
        }
    }
    links.into_iter().filter(|link| !world.cut.contains(link)).collect()
}

/// The cut that a stroke over these links makes, with the next free name. None without links.
pub fn stroke(world: &World, links: Vec<Link>) -> Option<Action> {
    let taken = |name: &String| world.strokes.iter().any(|stroke| stroke.name == *name);
    let name = (1_u32..).map(|number| format!("{STROKE}{number}")).find(|name| !taken(name));
    (!links.is_empty()).then_some(Action::Cut { links, name })
}

/// Cuts a node off, or rejoins it if it is already cut off. None for a node without neighbours.
pub fn isolate_or_rejoin(world: &World, node: NodeId) -> Option<Action> {
    let links: Vec<Link> = links_of(world, node).collect();
    if links.is_empty() {
        return None;
    }
    if is_isolated(world, node) {
        return Some(Action::Join { links: Some(links), name: None });
    }
    let links = links.into_iter().filter(|link| !world.cut.contains(link)).collect();
    Some(Action::Cut { links, name: Some(alone_name(node)) })
}

/// Cuts or rejoins one direction of a link.
pub fn toggle_direction(world: &World, link: Link) -> Action {
    if world.cut.contains(&link) {
        Action::Join { links: Some(vec![link]), name: None }
    } else {
        Action::Cut { links: vec![link], name: None }
    }
}

/// Cuts both directions of a link, or rejoins them if both are cut.
pub fn toggle_link(world: &World, (a, b): Link) -> Action {
    let both = [(a, b), (b, a)];
    let open: Vec<Link> = both.into_iter().filter(|link| !world.cut.contains(link)).collect();
    if open.is_empty() {
        Action::Join { links: Some(both.to_vec()), name: None }
    } else {
        Action::Cut { links: open, name: None }
    }
}

/// The group of each node as the links are now: two nodes are in one group if they can reach each other, directly or
/// over other nodes.
pub fn groups(world: &World) -> Vec<(NodeId, usize)> {
    let mut groups: Vec<(NodeId, usize)> = Vec::new();
    let mut count = 0;
    for &start in world.nodes.keys() {
        if groups.iter().any(|&(node, _)| node == start) {
            continue;
        }
        let mut open = vec![start];
        while let Some(node) = open.pop() {
            if groups.iter().any(|&(known, _)| known == node) {
                continue;
            }
            groups.push((node, count));
            let hears = |&&other: &&NodeId| !world.cut.contains(&(node, other)) || !world.cut.contains(&(other, node));
            open.extend(world.nodes.keys().filter(hears));
        }
        count += 1;
    }
    groups.sort_unstable();
    groups
}

/// The partition in which each node is in its group; with a single group, the action that heals all links.
pub fn partition(groups: &[(NodeId, usize)]) -> Action {
    let numbers: BTreeSet<usize> = groups.iter().map(|&(_, group)| group).collect();
    if numbers.len() < 2 {
        return Action::Heal {};
    }
    let members = |number: usize| groups.iter().filter(|&&(_, group)| group == number).map(|&(node, _)| node).collect();
    Action::Partition { groups: numbers.into_iter().map(members).collect() }
}

/// The result of a partition, in words.
pub fn partition_in_words(what: &Action, t: &dyn Text) -> String {
    match what {
        Action::Partition { groups } => {
            let groups: Vec<BTreeSet<NodeId>> = groups.iter().map(|group| group.iter().copied().collect()).collect();
            t.partitioned(&groups)
        }
        _ => t.one_group().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::world::{NamedCut, NodeState};
    use crate::raft::Membership;
    use crate::view::lang::English;

    fn world(count: NodeId) -> World {
        World::new((1..=count).map(|id| NodeState::new(id, Membership::new(1..=count, []), [])))
    }

    #[test]
    fn a_stroke_around_a_node_cuts_all_its_links_and_no_other() {
        let (world, ring) = (world(5), Ring::new(1..=5));
        // A stroke below S1, from its left to its right.
        let at = ring.place(1);
        let stroke = [Point::new(at.x - 120.0, at.y), Point::new(at.x, at.y + 90.0), Point::new(at.x + 120.0, at.y)];
        let links = crossed(&world, &ring, &stroke, false);
        assert_eq!(links, [(1, 2), (1, 3), (1, 4), (1, 5), (2, 1), (3, 1), (4, 1), (5, 1)]);
        let outgoing = crossed(&world, &ring, &stroke, true);
        assert_eq!(outgoing, [(1, 2), (1, 3), (1, 4), (1, 5)], "S1 is on the left of a hand that goes to the right");
        let back: Vec<Point> = stroke.into_iter().rev().collect();
        assert_eq!(crossed(&world, &ring, &back, true), [(2, 1), (3, 1), (4, 1), (5, 1)]);
    }

    #[test]
    fn a_stroke_takes_the_first_free_name_and_leaves_out_what_is_cut() {
        let (mut world, ring) = (world(2), Ring::new(1..=2));
        world.strokes.push(NamedCut { name: "cut 1".into(), links: vec![(1, 2)] });
        world.cut.insert((1, 2));
        let down = [Point::new(ring.centre.x, 0.0), Point::new(ring.centre.x, ring.height)];
        let links = crossed(&world, &ring, &down, false);
        assert_eq!(stroke(&world, links), Some(Action::Cut { links: vec![(2, 1)], name: Some("cut 2".into()) }));
        assert_eq!(stroke(&world, Vec::new()), None);
    }

    #[test]
    fn isolating_twice_rejoins() {
        let mut world = world(3);
        world.cut.insert((1, 2));
        let Some(Action::Cut { links, name }) = isolate_or_rejoin(&world, 1) else { panic!("it is not isolated") };
        assert_eq!((links.as_slice(), name.as_deref()), ([(2, 1), (1, 3), (3, 1)].as_slice(), Some("S1 cut off")));
        world.cut.extend(links);
        let all = vec![(1, 2), (2, 1), (1, 3), (3, 1)];
        assert_eq!(isolate_or_rejoin(&world, 1), Some(Action::Join { links: Some(all), name: None }));
        assert_eq!(isolate_or_rejoin(&self::world(1), 1), None);
    }

    #[test]
    fn links_are_cut_and_rejoined_by_direction_or_whole() {
        let mut world = world(2);
        assert_eq!(toggle_link(&world, (1, 2)), Action::Cut { links: vec![(1, 2), (2, 1)], name: None });
        assert_eq!(toggle_direction(&world, (1, 2)), Action::Cut { links: vec![(1, 2)], name: None });
        world.cut.insert((1, 2));
        assert_eq!(toggle_link(&world, (1, 2)), Action::Cut { links: vec![(2, 1)], name: None });
        assert_eq!(toggle_direction(&world, (1, 2)), Action::Join { links: Some(vec![(1, 2)]), name: None });
        world.cut.insert((2, 1));
        assert_eq!(toggle_link(&world, (1, 2)), Action::Join { links: Some(vec![(1, 2), (2, 1)]), name: None });
    }

    #[test]
    fn groups_are_those_that_still_hear_each_other() {
        let mut world = world(4);
        for (a, b) in [(1, 3), (1, 4), (2, 3), (2, 4)] {
            world.cut.extend([(a, b), (b, a)]);
        }
        let found = groups(&world);
        assert_eq!(found, [(1, 0), (2, 0), (3, 1), (4, 1)]);
        assert_eq!(partition(&found), Action::Partition { groups: vec![vec![1, 2], vec![3, 4]] });
        assert_eq!(partition(&[(1, 2), (2, 2)]), Action::Heal {});
        let words = |groups: &[(NodeId, usize)]| partition_in_words(&partition(groups), &English);
        assert_eq!(words(&[(1, 0), (2, 0), (3, 1), (4, 0), (5, 2)]), "Partitioned: S1, S2, S4 | S3 | S5.");
        assert_eq!(words(&[(1, 0), (2, 0)]), "All nodes are in one group, so all links are open.");
    }
}
