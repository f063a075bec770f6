//! The named cuts in the picture: their lines, and their tags.

use super::cluster::NodeGlyph;
use super::geometry::{crossing, curve, Point};
use super::lang::Text;
use super::ring::{Ring, TIMER_GAP};
use crate::lab::vocab::id::Link;
use crate::lab::world::{NamedCut, World};
use crate::raft::NodeId;

/// The height of the tag of a cut, in units of the picture.
pub const TAG_HEIGHT: f64 = 26.0;

/// The margin between a tag and what it must not cover.
const TAG_GAP: f64 = 5.0;

/// One named cut.
#[derive(Clone, Debug, PartialEq)]
pub struct StrokeGlyph {
    /// The name of the cut.
    pub name: String,
    /// The line, as SVG path data.
    pub path: String,
    /// The text of its tag.
    pub words: String,
    /// The centre of its tag.
    pub tag: Point,
    /// The width of its tag.
    pub tag_width: f64,
}

/// The named cuts. `drawn` returns the points of a cut as the user drew it, if they are known. Otherwise the line goes
/// around the node, or through the middles of the links, that the cut concerns.
pub fn strokes<'a>(
    world: &World,
    ring: &Ring,
    drawn: impl Fn(&str) -> Option<&'a [Point]>,
    nodes: &[NodeGlyph],
    t: &dyn Text,
) -> Vec<StrokeGlyph> {
    // When nodes were added, the ring has changed and the drawn line may no longer cross the links.
    let line = |NamedCut { name, links }: &NamedCut| {
        let drawn = drawn(name).filter(|points| crosses_all(ring, points, links));
        drawn.map_or_else(|| across(ring, links), <[Point]>::to_vec)
    };
    let lines: Vec<Vec<Point>> = world.strokes.iter().map(line).collect();
    let mut room = Room { ring, nodes, lines: lines.iter().map(|points| dense(points)).collect(), tags: Vec::new() };
    let glyph = |(NamedCut { name, .. }, points): (&NamedCut, Vec<Point>)| {
        let words = t.stroke_rejoin();
        // An estimate of the text's width; the constant is for the cross and the rounded ends.
        let tag_width = 6.9 * words.chars().count() as f64 + 24.0;
        let tag = room.tag_place(&points, tag_width);
        room.tags.push((tag, tag_width));
        StrokeGlyph { name: name.clone(), path: curve(&points), words, tag, tag_width }
    };
    world.strokes.iter().zip(lines).map(glyph).collect()
}

/// The line with points so close to each other that whatever lies on it covers one of them.
fn dense(points: &[Point]) -> Vec<Point> {
    let between = |pair: &[Point]| -> Vec<Point> {
        let steps = (pair[0].distance(pair[1]) / 4.0).ceil().max(1.0);
        (0..=steps as u32).map(|step| pair[0].toward(pair[1], f64::from(step) / steps)).collect()
    };
    points.windows(2).flat_map(between).collect()
}

/// What a tag must not cover, or should not.
struct Room<'a> {
    ring: &'a Ring,
    nodes: &'a [NodeGlyph],
    /// The lines of all cuts.
    lines: Vec<Vec<Point>>,
    /// The centres and the widths of the tags that have a place already.
    tags: Vec<(Point, f64)>,
}

impl Room<'_> {
    /// The centre of a cut's tag: near the line, preferably at its end, where it covers as little as possible.
    fn tag_place(&self, points: &[Point], width: f64) -> Point {
        let Room { ring, .. } = self;
        let half = Point::new(width / 2.0, TAG_HEIGHT / 2.0);
        let (right, bottom) = ((ring.width - half.x).max(half.x), (ring.height - half.y).max(half.y));
        let inside = |at: Point| Point::new(at.x.clamp(half.x, right), at.y.clamp(half.y, bottom));
        let end = points.last().copied().unwrap_or(ring.centre);
        let around = |point: &Point| {
            let (aside, away) = (half.x + 12.0, half.y + 10.0);
            [
                (0.0, away),
                (0.0, -away),
                (aside, 0.0),
                (-aside, 0.0),
                (aside, away),
                (-aside, away),
                (aside, -away),
                (-aside, -away),
            ]
            .map(|(x, y)| inside(Point::new(point.x + x, point.y + y)))
        };
        let mut best = (f64::INFINITY, inside(ring.centre));
        for at in points.iter().rev().flat_map(around) {
            let cost = self.covered(at, half) + 0.08 * at.distance(end);
            if cost < best.0 {
                best = (cost, at);
            }
        }
        best.1
    }

    /// How bad a tag at this place is: nodes, their labels, lines and other tags must not be covered, links preferably
    /// not.
    fn covered(&self, at: Point, half: Point) -> f64 {
        let ring = self.ring;
        let within =
            |point: Point, gap: f64| (point.x - at.x).abs() < half.x + gap && (point.y - at.y).abs() < half.y + gap;
        let of_box = |(other, other_half): (Point, Point)| {
            let x = half.x + other_half.x + TAG_GAP - (other.x - at.x).abs();
            let y = half.y + other_half.y + TAG_GAP - (other.y - at.y).abs();
            x.min(y).max(0.0)
        };
        let of_node = |&(_, node): &(NodeId, Point)| {
            let (x, y) = (node.x.clamp(at.x - half.x, at.x + half.x), node.y.clamp(at.y - half.y, at.y + half.y));
            (ring.node_radius + TIMER_GAP + TAG_GAP - node.distance(Point::new(x, y))).max(0.0)
        };
        let of_link = |link: Link| {
            let (a, b) = ring.link(link);
            (0..=20).filter(|i| within(a.toward(b, f64::from(*i) / 20.0), 0.0)).count() as f64
        };
        let words = self.nodes.iter().filter(|node| !node.words.is_empty()).map(NodeGlyph::words_area);
        let must_not = ring.places().iter().map(of_node).sum::<f64>()
            + self.tags.iter().map(|&(tag, width)| of_box((tag, Point::new(width / 2.0, half.y)))).sum::<f64>()
            + words.map(of_box).sum::<f64>()
            + self.lines.iter().flatten().filter(|point| within(**point, TAG_GAP)).count() as f64;
        20.0 * must_not + ring.pairs().map(of_link).sum::<f64>()
    }
}

/// Whether a line crosses each of these links.
fn crosses_all(ring: &Ring, points: &[Point], links: &[Link]) -> bool {
    let is_crossed = |&(a, b): &Link| {
        let ends = (ring.place(a), ring.place(b));
        points.windows(2).any(|step| crossing((step[0], step[1]), ends).is_some())
    };
    links.iter().all(is_crossed)
}

/// A line across links: around the node that they share, or else through their middles, from one side to the other.
fn across(ring: &Ring, links: &[Link]) -> Vec<Point> {
    let Some(&(a, b)) = links.first() else { return Vec::new() };
    let shared = [a, b].into_iter().find(|&node| links.iter().all(|&(from, to)| from == node || to == node));
    if let Some(node) = shared.filter(|_| links.len() > 2) {
        let (at, radius) = (ring.place(node), ring.node_radius + 30.0);
        let inward = at.angle_to(ring.centre);
        return (-4..=4).map(|i| at.polar(inward + 0.36 * f64::from(i), radius)).collect();
    }
    let mut middles: Vec<Point> = Vec::new();
    for &(from, to) in links {
        let middle = ring.place(from).toward(ring.place(to), 0.5);
        if middles.iter().all(|other| other.distance(middle) > 1.0) {
            middles.push(middle);
        }
    }
    // The middles, in the order of a line from the first one to the one furthest from it, and a bit beyond both ends.
    let first = middles[0];
    let far = |from: Point, to: &[Point]| {
        to.iter().copied().max_by(|p, q| from.distance(*p).total_cmp(&from.distance(*q))).unwrap_or(from)
    };
    let start = far(first, &middles);
    middles.sort_by(|p, q| start.distance(*p).total_cmp(&start.distance(*q)));
    let end = middles[middles.len() - 1];
    let along = if start.distance(end) > 1.0 {
        start.angle_to(end)
    } else {
        // A single link is crossed at a right angle.
        ring.place(a).angle_to(ring.place(b)) + std::f64::consts::FRAC_PI_2
    };
    middles.insert(0, start.polar(along, -26.0));
    middles.push(end.polar(along, 26.0));
    middles
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::world::NodeState;
    use crate::raft::event::Role;
    use crate::raft::Membership;
    use crate::view::cluster::nodes;
    use crate::view::lang::English;

    fn world(count: NodeId, change: impl Fn(&mut NodeState)) -> World {
        let node = |id| {
            let mut node = NodeState::new(id, Membership::new(1..=count, []), []);
            node.alive = true;
            change(&mut node);
            node
        };
        World::new((1..=count).map(node))
    }

    #[test]
    fn a_stroke_without_a_drawing_crosses_the_links_that_it_cut() {
        let ring = Ring::new(1..=5);
        let links_between = |left: &[NodeId]| -> Vec<Link> {
            ring.pairs().filter(|(a, b)| left.contains(a) != left.contains(b)).collect()
        };
        for left in [vec![1], vec![4], vec![1, 2], vec![2, 3, 4]] {
            let links = links_between(&left);
            let line = across(&ring, &links);
            let crossed: Vec<Link> = ring
                .pairs()
                .filter(|&link| {
                    let ends = (ring.place(link.0), ring.place(link.1));
                    line.windows(2).any(|step| crossing((step[0], step[1]), ends).is_some())
                })
                .collect();
            assert!(links.iter().all(|link| crossed.contains(link)), "{left:?}: {crossed:?} of {links:?}");
        }
    }

    #[test]
    fn tags_stay_in_the_picture_and_cover_neither_nodes_nor_each_other() {
        let mut world = world(5, |_| {});
        let alone = |node: NodeId| NamedCut {
            name: crate::view::action::alone_name(node),
            links: crate::view::node::links_of(&world, node).collect(),
        };
        let corner = NamedCut { name: "cut 1".into(), links: vec![(1, 2), (2, 1)] };
        let strokes_made: Vec<NamedCut> = (1..=5).map(alone).chain([corner]).collect();
        world.strokes = strokes_made;
        let ring = Ring::new(1..=5);
        let far = [Point::new(ring.width - 40.0, 10.0), Point::new(ring.width + 50.0, ring.height + 50.0)];
        let nodes = nodes(&world, &ring, &English);
        let glyphs = strokes(&world, &ring, |name| (name == "cut 1").then_some(far.as_slice()), &nodes, &English);
        for (i, glyph) in glyphs.iter().enumerate() {
            let (left, right) = (glyph.tag.x - glyph.tag_width / 2.0, glyph.tag.x + glyph.tag_width / 2.0);
            let (top, bottom) = (glyph.tag.y - TAG_HEIGHT / 2.0, glyph.tag.y + TAG_HEIGHT / 2.0);
            assert!(left >= 0.0 && top >= 0.0 && right <= ring.width && bottom <= ring.height, "{glyph:?}");
            for &(id, node) in ring.places() {
                let near = Point::new(node.x.clamp(left, right), node.y.clamp(top, bottom));
                assert!(node.distance(near) > ring.node_radius, "the tag of {} covers S{id}", glyph.name);
            }
            for other in &glyphs[..i] {
                let apart = (other.tag.x - glyph.tag.x).abs() >= (other.tag_width + glyph.tag_width) / 2.0
                    || (other.tag.y - glyph.tag.y).abs() >= TAG_HEIGHT;
                assert!(apart, "{} and {}", other.name, glyph.name);
            }
        }
    }

    #[test]
    fn a_tag_lies_neither_on_its_line_nor_on_a_label() {
        for count in [3, 5, 7] {
            let mut world = world(count, |node| {
                node.role = if node.id == 1 { Role::Leader } else { Role::Candidate };
                node.term = 1;
            });
            let all: Vec<Link> = (1..=count).flat_map(|a| (a + 1..=count).map(move |b| (a, b))).collect();
            let alone = |node: NodeId| all.iter().copied().filter(move |link| link.0 == node || link.1 == node);
            let ring = Ring::fitting(1..=count, Point::new(432.0, 560.0));
            let nodes = nodes(&world, &ring, &English);
            for node in 1..=count {
                let name = crate::view::action::alone_name(node);
                world.strokes = vec![NamedCut { name, links: alone(node).collect() }];
                let glyph = &strokes(&world, &ring, |_| None, &nodes, &English)[0];
                let half = Point::new(glyph.tag_width / 2.0, TAG_HEIGHT / 2.0);
                for point in dense(&across(&ring, &world.strokes[0].links)) {
                    let on = (point.x - glyph.tag.x).abs() < half.x && (point.y - glyph.tag.y).abs() < half.y;
                    assert!(!on, "{count}: the tag of S{node} lies on its line");
                }
                for (at, size) in nodes.iter().filter(|node| !node.words.is_empty()).map(NodeGlyph::words_area) {
                    let apart =
                        (at.x - glyph.tag.x).abs() >= half.x + size.x || (at.y - glyph.tag.y).abs() >= half.y + size.y;
                    assert!(apart, "{count}: the tag of S{node} lies on a label");
                }
            }
        }
    }
}
