//! The text beside links that are not as usual, and where it is placed.

use super::cluster::NodeGlyph;
use super::cuts::{StrokeGlyph, TAG_HEIGHT};
use super::geometry::{crossing, Point};
use super::lang::Text;
use super::links::in_short;
use super::ring::{Ring, TIMER_GAP};
use crate::lab::vocab::id::Link;
use crate::lab::vocab::links::Links;

/// The height of a line of text.
pub const LINE: f64 = 13.0;

/// The average width of a letter.
const LETTER: f64 = 6.9;

/// The margin between the text and what it must not cover.
const GAP: f64 = 3.0;

/// The cost, as a distance, of text that another link passes through.
const OF_LINK: f64 = 15.0;

/// The cost, as a distance, of text that overlaps what must not be covered.
const COVERED: f64 = 60.0;

/// Text that is further than this from its link is connected to it by a line.
const NEAR: f64 = 12.0;

/// The text of one direction of a link or, if both directions are alike, of both.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkWords {
    /// The direction; the smaller node first if both are meant.
    pub link: Link,
    /// The centre of the text.
    pub at: Point,
    /// The lines of text.
    pub lines: Vec<String>,
    /// The point of the link that the text is connected to, if it is not close.
    pub tied_to: Option<Point>,
}

impl LinkWords {
    fn half(lines: &[String]) -> Point {
        let letters = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
        Point::new(LETTER * letters as f64 / 2.0, LINE * lines.len() as f64 / 2.0)
    }
}

/// A box in the picture: its centre and half its size.
type Area = (Point, Point);

/// How deep two boxes overlap. 0 if they do not.
fn overlap((at, half): Area, (other, other_half): Area) -> f64 {
    let x = half.x + other_half.x + GAP - (at.x - other.x).abs();
    let y = half.y + other_half.y + GAP - (at.y - other.y).abs();
    x.min(y).max(0.0)
}

/// Whether a line passes through a box: if it does, it crosses one of the diagonals.
fn passes(line: (Point, Point), (at, half): Area) -> bool {
    let corner = |x: f64, y: f64| Point::new(at.x + x * half.x, at.y + y * half.y);
    let diagonals = [(corner(-1.0, -1.0), corner(1.0, 1.0)), (corner(-1.0, 1.0), corner(1.0, -1.0))];
    diagonals.into_iter().any(|diagonal| crossing(diagonal, line).is_some())
}

/// The text of all links, placed so that it covers no nodes, labels, tags or other text.
pub fn link_words(
    ring: &Ring,
    links: &Links,
    nodes: &[NodeGlyph],
    tags: &[StrokeGlyph],
    t: &dyn Text,
) -> Vec<LinkWords> {
    let mut taken: Vec<Area> = nodes.iter().map(NodeGlyph::words_area).collect();
    taken.extend(tags.iter().map(|tag| (tag.tag, Point::new(tag.tag_width / 2.0, TAG_HEIGHT / 2.0))));
    let mut found = Vec::new();
    let lines = |link: Link| Some(in_short(links.others.get(&link)?, &links.usual, t));
    for (a, b) in ring.pairs() {
        let (there, back) = (lines((a, b)), lines((b, a)));
        // If the directions differ, each text is nearer to its sender.
        let alike = there == back;
        let both = [((a, b), there), ((b, a), back.filter(|_| !alike))];
        for (link, lines) in both.into_iter().filter_map(|(link, lines)| Some((link, lines?))) {
            let words = place(ring, link, lines, if alike { 0.5 } else { 0.34 }, &taken);
            taken.push((words.at, LinkWords::half(&words.lines)));
            found.push(words);
        }
    }
    found
}

/// The place of the text: on the link or beside it, at a free place as close to the fraction `ideal` of the link as
/// possible.
fn place(ring: &Ring, link: Link, lines: Vec<String>, ideal: f64, taken: &[Area]) -> LinkWords {
    let half = LinkWords::half(&lines);
    let (from, to) = ring.link(link);
    let across = from.angle_to(to) + std::f64::consts::FRAC_PI_2;
    let of_node = |at: Point| {
        let deep = |&(_, node): &(_, Point)| {
            let near =
                Point::new(node.x.clamp(at.x - half.x, at.x + half.x), node.y.clamp(at.y - half.y, at.y + half.y));
            (ring.node_radius + TIMER_GAP + GAP - node.distance(near)).max(0.0)
        };
        ring.places().iter().map(deep).sum::<f64>()
    };
    let outside = |at: Point| {
        let beyond = |value: f64, half: f64, end: f64| (half - value).max(value + half - end).max(0.0);
        beyond(at.x, half.x, ring.width) + beyond(at.y, half.y, ring.height)
    };
    let others: Vec<(Point, Point)> =
        ring.pairs().filter(|&(a, b)| (a, b) != link && (b, a) != link).map(|other| ring.link(other)).collect();
    let steps = || (-12..=12).map(|step| f64::from(step) * 8.0);
    let places = (2..=18).map(|step| f64::from(step) * 0.05);
    let (mut best, mut cheapest) = ((0.5, 0.0), f64::INFINITY);
    for (way, aside) in places.flat_map(|way| steps().map(move |aside| (way, aside))) {
        let far = aside.abs() + 60.0 * (way - ideal).abs();
        if far >= cheapest {
            continue;
        }
        let at = from.toward(to, way).polar(across, aside);
        let covered = of_node(at) + taken.iter().map(|&area| overlap((at, half), area)).sum::<f64>() + outside(at);
        let crossed = others.iter().filter(|&&other| passes(other, (at, half))).count();
        let must_not = if covered > 0.0 { COVERED + 20.0 * covered } else { 0.0 };
        let cost = far + must_not + OF_LINK * crossed as f64;
        if cost < cheapest {
            (best, cheapest) = ((way, aside), cost);
        }
    }
    let (way, aside) = best;
    let on_link = from.toward(to, way);
    let tied_to = (aside.abs() > NEAR + half.y / 2.0).then_some(on_link);
    LinkWords { link, at: on_link.polar(across, aside), lines, tied_to }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::vocab::probability::Probability;
    use crate::lab::vocab::spec::LinkSpec;
    use crate::lab::world::{NodeState, World};
    use crate::raft::{Membership, NodeId};
    use crate::runtime::Micros;
    use crate::view::cluster::nodes;
    use crate::view::lang::English;

    fn words(count: NodeId, specs: &[(Link, LinkSpec)]) -> (Ring, Vec<NodeGlyph>, Vec<LinkWords>) {
        let node = |id| {
            let mut node = NodeState::new(id, Membership::new(1..=count, []), []);
            node.alive = true;
            node
        };
        let (world, ring) = (World::new((1..=count).map(node)), Ring::new(1..=count));
        let links = Links { others: specs.iter().copied().collect(), ..Links::default() };
        let glyphs = nodes(&world, &ring, &English);
        let words = link_words(&ring, &links, &glyphs, &[], &English);
        (ring, glyphs, words)
    }

    fn bad() -> LinkSpec {
        let loss = Probability { per_million: 200_000 };
        LinkSpec { latency: (Micros::from_ms(80), Micros::from_ms(120)), loss, duplicate: loss }
    }

    #[test]
    fn a_link_says_what_others_do_not_do() {
        let slow = LinkSpec { latency: (Micros::from_ms(80), Micros::from_ms(80)), ..LinkSpec::default() };
        let (ring, _, one_way) = words(5, &[((3, 1), slow)]);
        assert_eq!((one_way.len(), one_way[0].lines.as_slice()), (1, ["80\u{a0}ms".to_string()].as_slice()));
        let at = one_way[0].at;
        assert!(at.distance(ring.place(3)) < at.distance(ring.place(1)), "near who sends");
        assert_eq!(words(5, &[((3, 1), slow), ((1, 3), slow)]).2.len(), 1);
        assert_eq!(words(5, &[((3, 1), slow), ((1, 3), bad())]).2.len(), 2);
    }

    #[test]
    fn words_stand_on_no_crossing_where_there_is_room_beside() {
        for (count, link) in [(5, (1, 3)), (5, (2, 4)), (5, (2, 5)), (4, (1, 3))] {
            let slow = LinkSpec { latency: (Micros::from_ms(80), Micros::from_ms(120)), ..LinkSpec::default() };
            let (ring, _, words) = words(count, &[(link, slow), ((link.1, link.0), slow)]);
            let area = (words[0].at, LinkWords::half(&words[0].lines));
            let through = |other: &Link| *other != link && passes(ring.link(*other), area);
            assert_eq!(ring.pairs().filter(through).collect::<Vec<_>>(), [], "{words:?}");
        }
    }

    #[test]
    fn words_cover_neither_nodes_nor_each_other() {
        for count in 3..=9 {
            let next = |node: NodeId| node % count + 1;
            let each: Vec<(Link, LinkSpec)> = (1..=count).map(|node| ((node, next(node)), bad())).collect();
            let (ring, glyphs, words) = words(count, &each);
            assert_eq!(words.len(), each.len());
            for (i, here) in words.iter().enumerate() {
                let area = (here.at, LinkWords::half(&here.lines));
                for glyph in &glyphs {
                    let (at, half) = area;
                    let near = Point::new(
                        glyph.at.x.clamp(at.x - half.x, at.x + half.x),
                        glyph.at.y.clamp(at.y - half.y, at.y + half.y),
                    );
                    assert!(glyph.at.distance(near) > ring.node_radius, "{count}: {here:?} covers S{}", glyph.id);
                    assert_eq!(overlap(area, glyph.words_area()), 0.0, "{count}: {here:?}, words of S{}", glyph.id);
                }
                for other in &words[..i] {
                    assert_eq!(overlap(area, (other.at, LinkWords::half(&other.lines))), 0.0, "{count}: {here:?}");
                }
            }
        }
    }
}
