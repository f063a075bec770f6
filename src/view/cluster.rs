//! The picture of the cluster, without what moves in it ([`message`](super::message)).

use super::colour::term_class;
use super::geometry::{arc, crossing, curve, Point, Ring, TIMER_GAP};
use super::lang::Text;
use super::node::{in_words, name, Standing};
use super::on_link;
use crate::lab::vocab::id::Link;
use crate::lab::world::{NamedCut, NodeState, World};
use crate::raft::{NodeId, Term};
use crate::runtime::Micros;

/// The height of the tag of a cut, in units of the picture.
pub const TAG_HEIGHT: f64 = 26.0;

/// The average width of a letter of a node's label. A leader's label is bold.
const LETTER: f64 = 8.1;

/// The height of a node's label.
const WORDS_HEIGHT: f64 = 16.0;

/// The margin between a tag and what it must not cover.
const TAG_GAP: f64 = 5.0;

/// One node.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeGlyph {
    /// The node's id.
    pub id: NodeId,
    /// Its centre.
    pub at: Point,
    /// The middle of the base line of its label.
    pub label_at: Point,
    /// Its standing: its role, and whether it runs.
    pub standing: Standing,
    /// Its current term.
    pub term: Term,
    /// The CSS class of the term's colour.
    pub colour: &'static str,
    /// While it campaigns: the answer of each voter. Otherwise empty.
    pub votes: Vec<VoteDot>,
    /// Its label: its standing, and anything unusual about it.
    pub words: String,
    /// Whether its process is stopped.
    pub paused: bool,
    /// Its accessible name.
    pub name: String,
}

impl NodeGlyph {
    /// The centre of its label, and half the label's size.
    pub fn words_area(&self) -> (Point, Point) {
        let half = Point::new(LETTER * self.words.chars().count() as f64 / 2.0, WORDS_HEIGHT / 2.0);
        (Point::new(self.label_at.x, self.label_at.y - 5.0), half)
    }
}

/// The answer of one voter, drawn in the candidate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VoteDot {
    /// The voter.
    pub voter: NodeId,
    /// The centre of the dot.
    pub at: Point,
    /// Granted or refused; none while there is no answer.
    pub answer: Option<bool>,
}

/// One link, with its two directions.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkGlyph {
    /// The two nodes, the smaller id first.
    pub link: Link,
    /// The ends of the line, in the order of `link`.
    pub ends: (Point, Point),
    /// Whether the direction of `link` is cut.
    pub cut: bool,
    /// Whether the other direction is cut.
    pub cut_back: bool,
    /// Its accessible name.
    pub name: String,
}

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

/// The nodes of the ring.
pub fn nodes(world: &World, ring: &Ring, t: &dyn Text) -> Vec<NodeGlyph> {
    let glyph = |node: &NodeState| {
        let at = ring.place(node.id);
        let standing = Standing::of(world, node);
        let words = in_words(world, node, t);
        NodeGlyph {
            id: node.id,
            at,
            label_at: label_at(ring, node.id, &words),
            words,
            standing,
            term: node.term,
            colour: term_class(node.term),
            votes: if standing == Standing::Candidate { votes(node, at, ring.node_radius) } else { Vec::new() },
            paused: node.paused,
            name: name(world, node, t),
        }
    };
    world.nodes.values().map(|node| glyph(node)).collect()
}

/// The place of a node's label with this text, moved so that it stays in the picture.
fn label_at(ring: &Ring, node: NodeId, words: &str) -> Point {
    let place = label_place(ring, node);
    let half = (LETTER * words.chars().count() as f64 / 2.0).min(ring.width / 2.0);
    Point::new(place.x.clamp(half, ring.width - half), place.y)
}

/// The middle of the base line of a node's label. The ring that highlights the node has room between the two.
fn label_place(ring: &Ring, node: NodeId) -> Point {
    let (at, away) = (ring.place(node), ring.node_radius + TIMER_GAP);
    Point::new(at.x, if ring.labelled_above(node) { at.y - away - 13.0 } else { at.y + away + 23.0 })
}

/// One dot per voter, in a row under the term.
fn votes(node: &NodeState, at: Point, node_radius: f64) -> Vec<VoteDot> {
    let voters = node.members.1.all_voters();
    let y = at.y + 0.66 * node_radius;
    // The width of the node at the height of the dots, less a margin.
    let width = 1.14 * node_radius;
    let step = (width / voters.len() as f64).min(9.0);
    let left = at.x - step * (voters.len() as f64 - 1.0) / 2.0;
    let dot = |(i, voter): (usize, NodeId)| VoteDot {
        voter,
        at: Point::new(left + step * i as f64, y),
        answer: node.votes.get(&voter).copied(),
    };
    voters.into_iter().enumerate().map(dot).collect()
}

/// The links of the ring.
pub fn links(world: &World, ring: &Ring, t: &dyn Text) -> Vec<LinkGlyph> {
    let glyph = |(a, b): Link| LinkGlyph {
        link: (a, b),
        ends: ring.link((a, b)),
        cut: world.cut.contains(&(a, b)),
        cut_back: world.cut.contains(&(b, a)),
        name: on_link::name(world, (a, b), t),
    };
    ring.pairs().map(glyph).collect()
}

/// The election timeouts of all nodes that have one running.
pub fn timers<'a>(world: &'a World, ring: &'a Ring) -> impl Iterator<Item = TimerArc> + 'a {
    let radius = ring.node_radius + TIMER_GAP;
    let timer = move |node: &NodeState| {
        let (armed, deadline) = node.timer.filter(|_| node.alive)?;
        Some(TimerArc { id: node.id, centre: ring.place(node.id), radius, armed, deadline })
    };
    world.nodes.values().filter_map(move |node| timer(node))
}

/// An election timeout, drawn as an arc that closes when the timeout fires.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimerArc {
    /// The node whose timeout this is.
    pub id: NodeId,
    centre: Point,
    radius: f64,
    armed: Micros,
    deadline: Micros,
}

impl TimerArc {
    /// The elapsed part of the timeout at `now`, from 0 to 1.
    pub fn passed(&self, now: Micros) -> f64 {
        let (passed, whole) = ((now - self.armed).0 as f64, (self.deadline - self.armed).0.max(1) as f64);
        (passed / whole).clamp(0.0, 1.0)
    }

    /// The arc of the elapsed part, as SVG path data.
    pub fn path(&self, now: Micros) -> String {
        arc(self.centre, self.radius, self.passed(now))
    }
}

/// The named cuts. `drawn` returns the points of a cut as the user drew it, if they are known. Otherwise the line goes
/// around the node, or through the middles of the links, that the cut concerns.
pub fn strokes<'a>(
    world: &World,
    ring: &Ring,
    drawn: impl Fn(&str) -> Option<&'a [Point]>,
    t: &dyn Text,
) -> Vec<StrokeGlyph> {
    let mut glyphs: Vec<StrokeGlyph> = Vec::new();
    for NamedCut { name, links } in &world.strokes {
        // When nodes were added, the ring has changed and the drawn line may no longer cross the links.
        let drawn = drawn(name).filter(|points| crosses_all(ring, points, links));
        let points = drawn.map_or_else(|| across(ring, links), <[Point]>::to_vec);
        let words = t.stroke_rejoin();
        // An estimate of the text's width; the constant is for the cross and the rounded ends.
        let tag_width = 6.9 * words.chars().count() as f64 + 24.0;
        let tag = tag_place(ring, &points, tag_width, &glyphs);
        glyphs.push(StrokeGlyph { name: name.clone(), path: curve(&points), words, tag, tag_width });
    }
    glyphs
}

/// The centre of a cut's tag: near the line, preferably at its end, where it covers as little as possible.
fn tag_place(ring: &Ring, points: &[Point], width: f64, others: &[StrokeGlyph]) -> Point {
    let half = Point::new(width / 2.0, TAG_HEIGHT / 2.0);
    let (right, bottom) = ((ring.width - half.x).max(half.x), (ring.height - half.y).max(half.y));
    let inside = |at: Point| Point::new(at.x.clamp(half.x, right), at.y.clamp(half.y, bottom));
    let end = points.last().copied().unwrap_or(ring.centre);
    let within = |at: Point, point: Point| (point.x - at.x).abs() < half.x && (point.y - at.y).abs() < half.y;
    // Nodes and other tags must not be covered, labels, links and the line preferably not; and short distances are
    // better.
    let cost = |at: Point| {
        let of_node = |&(_, node): &(NodeId, Point)| {
            let (x, y) = (node.x.clamp(at.x - half.x, at.x + half.x), node.y.clamp(at.y - half.y, at.y + half.y));
            (ring.node_radius + TIMER_GAP + TAG_GAP - node.distance(Point::new(x, y))).max(0.0)
        };
        let of_tag = |other: &StrokeGlyph| {
            let x = (width + other.tag_width) / 2.0 + TAG_GAP - (other.tag.x - at.x).abs();
            let y = TAG_HEIGHT + TAG_GAP - (other.tag.y - at.y).abs();
            x.min(y).max(0.0)
        };
        let of_word = |&(id, _): &(NodeId, Point)| {
            let word = label_place(ring, id);
            let x = half.x + 40.0 - (word.x - at.x).abs();
            let y = half.y + 12.0 - (word.y - 4.0 - at.y).abs();
            x.min(y).clamp(0.0, 12.0)
        };
        let of_link = |link: Link| {
            let (a, b) = ring.link(link);
            (0..=20).filter(|i| within(at, a.toward(b, f64::from(*i) / 20.0))).count() as f64
        };
        let must_not = ring.places().iter().map(of_node).sum::<f64>() + others.iter().map(of_tag).sum::<f64>();
        let should_not = ring.places().iter().map(of_word).sum::<f64>()
            + ring.pairs().map(of_link).sum::<f64>()
            + 2.0 * points.iter().filter(|point| within(at, **point)).count() as f64;
        20.0 * must_not + should_not + 0.08 * at.distance(end)
    };
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
        let cost = cost(at);
        if cost < best.0 {
            best = (cost, at);
        }
    }
    best.1
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
    use crate::raft::event::{Role, RoleWhy};
    use crate::raft::Membership;
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
    fn a_candidate_shows_every_voters_answer() {
        let world = world(5, |node| {
            if node.id == 2 {
                (node.role, node.role_why, node.term) = (Role::Candidate, RoleWhy::ElectionTimeout, 3);
                node.votes.extend([(2, true), (4, false)]);
            }
        });
        let ring = Ring::new(1..=5);
        let glyphs = nodes(&world, &ring, &English);
        let candidate = &glyphs[1];
        assert_eq!((candidate.standing, candidate.colour), (Standing::Candidate, "term-3"));
        let answers: Vec<_> = candidate.votes.iter().map(|dot| (dot.voter, dot.answer)).collect();
        assert_eq!(answers, [(1, None), (2, Some(true)), (3, None), (4, Some(false)), (5, None)]);
        let inside = |dot: &VoteDot| dot.at.distance(candidate.at) < ring.node_radius - 3.0;
        assert!(candidate.votes.iter().all(inside), "{:?}", candidate.votes);
        assert!(glyphs[0].votes.is_empty());
        assert_eq!(candidate.name, "S2, candidate, term\u{a0}3, commit\u{a0}0");
    }

    #[test]
    fn many_words_about_a_node_stay_in_the_picture() {
        let world = world(5, |node| {
            (node.paused, node.disk_fails) = (true, true);
        });
        let ring = Ring::new(1..=5);
        for glyph in nodes(&world, &ring, &English) {
            assert_eq!(glyph.words, "Follower · paused · failing disk");
            let half = LETTER * glyph.words.chars().count() as f64 / 2.0;
            assert!(glyph.label_at.x >= half && glyph.label_at.x + half <= ring.width, "{glyph:?}");
        }
    }

    #[test]
    fn a_leader_that_was_superseded_is_told_apart() {
        let world = world(3, |node| {
            if node.id < 3 {
                (node.role, node.term) = (Role::Leader, u64::from(node.id));
            }
        });
        let glyphs = nodes(&world, &Ring::new(1..=3), &English);
        let standings: Vec<_> = glyphs.iter().map(|glyph| glyph.standing).collect();
        assert_eq!(standings, [Standing::OldLeader, Standing::Leader, Standing::Follower]);
    }

    #[test]
    fn an_election_timeout_closes_as_the_clock_runs() {
        let world = world(1, |node| node.timer = Some((Micros::from_ms(100), Micros::from_ms(300))));
        let ring = Ring::new([1]);
        for (now, passed) in [(100, 0.0), (150, 0.25), (300, 1.0), (400, 1.0), (0, 0.0)] {
            let timer = timers(&world, &ring).next().expect("it is armed");
            assert_eq!(timer.passed(Micros::from_ms(now)), passed, "at {now} ms");
        }
    }

    #[test]
    fn a_link_knows_which_directions_are_cut() {
        let mut world = world(2, |_| {});
        world.cut.insert((2, 1));
        let ring = Ring::new(1..=2);
        let glyphs = links(&world, &ring, &English);
        assert_eq!((glyphs.len(), glyphs[0].cut, glyphs[0].cut_back), (1, false, true));
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
                    line.windows(2).any(|step| super::super::geometry::crossing((step[0], step[1]), ends).is_some())
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
        let glyphs = strokes(&world, &ring, |name| (name == "cut 1").then_some(far.as_slice()), &English);
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
}
