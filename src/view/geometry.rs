//! The geometry of the picture of the cluster: the ring, its links, arcs and strokes. Lengths are in units of the
//! picture, which the page scales as a whole.

use std::f64::consts::{PI, TAU};
use std::fmt::Write;

use super::format::tenths;
use crate::lab::vocab::id::Link;
use crate::raft::NodeId;

/// The distance between the outline of a node and the arc of its election timeout.
pub const TIMER_GAP: f64 = 8.0;

/// The distance of each direction's lane from the middle of the link.
const LANE: f64 = 5.0;

/// The distance from the outline of a node at which messages start and end, so that they do not cover it.
const LANE_END: f64 = 11.0;

/// The range of the factors by which a ring is stretched, sideways and upright, to fill its room.
const STRETCH: (f64, f64) = (0.5, 1.45);

/// The smallest scale at which the picture, and its text with it, is drawn. Below it, the ring shrinks instead.
const SCALE_MIN: f64 = 0.92;

/// The smallest radius of a node: its text must fit in.
const NODE_RADIUS_MIN: f64 = 29.0;

/// The least distance between the election timeout arcs of two nodes.
const APART: f64 = 10.0;

/// The room for a label above and below a node.
const LABEL: f64 = 39.0;

/// The room at the bottom for the tags of cuts.
const TAGS: f64 = 18.0;

/// A point in the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// The distance from the left edge.
    pub x: f64,
    /// The distance from the top edge.
    pub y: f64,
}

impl Point {
    /// The point (x, y).
    pub const fn new(x: f64, y: f64) -> Point {
        Point { x, y }
    }

    /// The point at distance `length` in the direction `angle` (radians, clockwise from the right).
    pub fn polar(self, angle: f64, length: f64) -> Point {
        Point::new(self.x + length * angle.cos(), self.y + length * angle.sin())
    }

    /// The direction from here to `other`, in radians, clockwise from the right.
    pub fn angle_to(self, other: Point) -> f64 {
        (other.y - self.y).atan2(other.x - self.x)
    }

    /// The distance to `other`.
    pub fn distance(self, other: Point) -> f64 {
        (other.x - self.x).hypot(other.y - self.y)
    }

    /// The point at `fraction` of the way to `other`.
    pub fn toward(self, other: Point, fraction: f64) -> Point {
        Point::new(self.x + (other.x - self.x) * fraction, self.y + (other.y - self.y) * fraction)
    }
}

/// The places of the nodes: in a ring, clockwise, the first at the top.
#[derive(Clone, Debug, PartialEq)]
pub struct Ring {
    places: Vec<(NodeId, Point)>,
    /// The centre of the ring.
    pub centre: Point,
    /// The radius of a node.
    pub node_radius: f64,
    /// The width of the picture.
    pub width: f64,
    /// The height of the picture.
    pub height: f64,
}

impl Ring {
    /// A ring of these nodes, in its natural size.
    pub fn new(nodes: impl IntoIterator<Item = NodeId>) -> Ring {
        Ring::sized(&nodes.into_iter().collect::<Vec<_>>(), 1.0, (1.0, 1.0))
    }

    /// A ring that fills `room` as well as possible. The room is given in units of the picture at the usual text size.
    /// In a small room the ring shrinks rather than the text.
    pub fn fitting(nodes: impl IntoIterator<Item = NodeId>, room: Point) -> Ring {
        let nodes: Vec<NodeId> = nodes.into_iter().collect();
        let natural = Ring::sized(&nodes, 1.0, (1.0, 1.0));
        if !(room.x > 0.0 && room.y > 0.0) {
            return natural;
        }
        let scale = (room.x / natural.width).min(room.y / natural.height);
        let (shrink, scale) = (scale / SCALE_MIN, scale.max(SCALE_MIN));
        let ring = Ring::sized(&nodes, shrink, (1.0, 1.0));
        // The margin around the ring is not stretched.
        let stretch = |wanted: f64, whole: f64, (from, to): (f64, f64)| {
            let stretch = (wanted - (whole - (to - from))) / (to - from);
            if stretch.is_finite() {
                stretch.clamp(STRETCH.0, STRETCH.1)
            } else {
                1.0
            }
        };
        let x = stretch(room.x / scale, ring.width, extent(&ring.places, |point| point.x));
        let y = stretch(room.y / scale, ring.height, extent(&ring.places, |point| point.y));
        // Neighbours keep their distance however small the room is.
        let closest = Ring::sized(&nodes, shrink, (x, y)).closest();
        let wider = ((2.0 * (ring.node_radius + TIMER_GAP) + APART) / closest).max(1.0);
        Ring::sized(&nodes, shrink, (x * wider, y * wider))
    }

    /// A ring with its nodes smaller by `shrink`, stretched by `x` sideways and `y` upright.
    fn sized(nodes: &[NodeId], shrink: f64, (x, y): (f64, f64)) -> Ring {
        let (radius, usual) = match nodes.len() {
            0 | 1 => (0.0, 44.0),
            2 => (110.0, 40.0),
            3..=5 => (158.0, 39.0),
            6 | 7 => (172.0, 34.0),
            _ => (186.0, 29.0),
        };
        let node_radius = (usual * shrink).clamp(NODE_RADIUS_MIN, usual);
        // Two nodes are side by side.
        let first = if nodes.len() == 2 { PI } else { -PI / 2.0 };
        let step = TAU / nodes.len().max(1) as f64;
        let place = |i: usize| {
            let point = Point::default().polar(first + step * i as f64, radius);
            Point::new(point.x * x, point.y * y)
        };
        let mut places: Vec<(NodeId, Point)> = nodes.iter().enumerate().map(|(i, &id)| (id, place(i))).collect();
        let (side, above) = (node_radius + TIMER_GAP + 14.0, node_radius + LABEL);
        let ((left, right), (top, bottom)) = (extent(&places, |point| point.x), extent(&places, |point| point.y));
        let centre = Point::new(side - left, above - top);
        for (_, point) in &mut places {
            *point = Point::new(point.x + centre.x, point.y + centre.y);
        }
        Ring {
            places,
            centre,
            node_radius,
            width: right - left + 2.0 * side,
            height: bottom - top + 2.0 * above + TAGS,
        }
    }

    /// The distance between the two nodes that are closest to each other.
    fn closest(&self) -> f64 {
        let ends = |(a, b): Link| self.place(a).distance(self.place(b));
        self.pairs().map(ends).fold(f64::INFINITY, f64::min)
    }

    /// The nodes with their places.
    pub fn places(&self) -> &[(NodeId, Point)] {
        &self.places
    }

    /// The place of a node; the centre of the ring for a node that is not in it.
    pub fn place(&self, node: NodeId) -> Point {
        self.places.iter().find(|(id, _)| *id == node).map_or(self.centre, |&(_, point)| point)
    }

    /// Whether a node's label is above it (in the upper half of the ring) or below.
    pub fn labelled_above(&self, node: NodeId) -> bool {
        self.place(node).y <= self.centre.y + 1.0
    }

    /// Every pair of nodes, each once, the smaller first.
    pub fn pairs(&self) -> impl Iterator<Item = Link> + '_ {
        let nodes = self.places.iter().map(|&(id, _)| id);
        nodes.clone().flat_map(move |a| nodes.clone().filter(move |&b| a < b).map(move |b| (a, b)))
    }

    /// The middle line of a link, from node outline to node outline.
    pub fn link(&self, (from, to): Link) -> (Point, Point) {
        let (a, b) = (self.place(from), self.place(to));
        let angle = a.angle_to(b);
        (a.polar(angle, self.node_radius), b.polar(angle + PI, self.node_radius))
    }

    /// Whether the centre of the ring is on the right-hand side of a link, seen in its direction.
    pub fn middle_is_right(&self, (from, to): Link) -> bool {
        let (a, b) = (self.place(from), self.place(to));
        (b.x - a.x) * (self.centre.y - a.y) - (b.y - a.y) * (self.centre.x - a.x) >= -1e-6
    }

    /// The lane of one direction of a link: to the right of its middle line, seen in that direction.
    pub fn lane(&self, link: Link) -> (Point, Point) {
        let (a, b) = self.link(link);
        let along = a.angle_to(b);
        let aside = along + PI / 2.0;
        (a.polar(along, LANE_END).polar(aside, LANE), b.polar(along, -LANE_END).polar(aside, LANE))
    }
}

/// The smallest and the largest value among the places.
fn extent(places: &[(NodeId, Point)], value: fn(&Point) -> f64) -> (f64, f64) {
    let values = || places.iter().map(|(_, point)| value(point));
    (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max))
}

/// An arc around `centre`, clockwise from the top, over `fraction` of the circle (0 to 1), as SVG path data.
pub fn arc(centre: Point, radius: f64, fraction: f64) -> String {
    // SVG does not draw an arc that ends where it begins, so a full circle stops just short.
    let fraction = fraction.clamp(0.0, 0.999);
    let (start, end) = (-PI / 2.0, -PI / 2.0 + fraction * TAU);
    let (a, b) = (centre.polar(start, radius), centre.polar(end, radius));
    let large = u8::from(fraction > 0.5);
    format!("M{:.2} {:.2}A{radius:.2} {radius:.2} 0 {large} 1 {:.2} {:.2}", a.x, a.y, b.x, b.y)
}

/// A line through points, turned by `degrees` around the origin, as SVG path data relative to the origin.
pub fn turned(points: &[(f64, f64)], degrees: f64) -> String {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let rounded = |length: f64| (length * 10.0).round() / 10.0;
    let (mut path, mut last) = (String::new(), Point::default());
    for (i, (x, y)) in points.iter().enumerate() {
        // Rounded before the difference is taken, so that the errors do not add up.
        let point = Point::new(rounded(x * cos - y * sin), rounded(x * sin + y * cos));
        path.push(if i == 0 { 'm' } else { 'l' });
        path += &[tenths(point.x - last.x), tenths(point.y - last.y)].join(" ");
        last = point;
    }
    path
}

/// A smooth line through points, as SVG path data.
pub fn curve(points: &[Point]) -> String {
    let Some((first, rest)) = points.split_first() else { return String::new() };
    let mut path = format!("M{:.1} {:.1}", first.x, first.y);
    let at = |i: usize| points[i.min(points.len() - 1)];
    for i in 0..rest.len() {
        // A Catmull-Rom spline as Bézier curves: the tangent at a point is parallel to its neighbours' chord.
        let (before, a, b, after) = (at(i.saturating_sub(1)), at(i), at(i + 1), at(i + 2));
        let c1 = Point::new(a.x + (b.x - before.x) / 6.0, a.y + (b.y - before.y) / 6.0);
        let c2 = Point::new(b.x - (after.x - a.x) / 6.0, b.y - (after.y - a.y) / 6.0);
        // Writing to a string cannot fail.
        let _ = write!(path, "C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}", c1.x, c1.y, c2.x, c2.y, b.x, b.y);
    }
    path
}

/// A stroke without the points that are closer than `spacing` to the last point kept. Both ends are kept.
pub fn thinned(points: &[Point], spacing: f64) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::new();
    for &point in points {
        if kept.last().is_none_or(|last| last.distance(point) >= spacing) {
            kept.push(point);
        }
    }
    match (kept.last(), points.last()) {
        (Some(&kept_last), Some(&last)) if kept_last != last => kept.push(last),
        _ => {}
    }
    kept
}

/// How the step from `p` to `q` crosses the line from `a` to `b`: not at all (none), from its left to its right
/// (`Some(true)`) or back (`Some(false)`), seen in the direction from `a` to `b`.
pub fn crossing((p, q): (Point, Point), (a, b): (Point, Point)) -> Option<bool> {
    let side = |from: Point, to: Point, point: Point| {
        (to.x - from.x) * (point.y - from.y) - (to.y - from.y) * (point.x - from.x)
    };
    let (p_side, q_side) = (side(a, b, p), side(a, b, q));
    let (a_side, b_side) = (side(p, q, a), side(p, q, b));
    // y grows downwards, so a positive side is the right-hand one.
    ((p_side > 0.0) != (q_side > 0.0) && (a_side > 0.0) != (b_side > 0.0)).then_some(q_side > 0.0)
}

/// Converts a point of the screen to a point of a picture of `size` that is scaled to fit into a box and centred. The
/// box is (left, top, width, height) on the screen.
pub fn to_picture(screen: Point, (left, top, width, height): (f64, f64, f64, f64), size: (f64, f64)) -> Point {
    let scale = (width / size.0).min(height / size.1);
    if !scale.is_finite() || scale <= 0.0 {
        return Point::default();
    }
    let (margin_x, margin_y) = ((width - size.0 * scale) / 2.0, (height - size.1 * scale) / 2.0);
    Point::new((screen.x - left - margin_x) / scale, (screen.y - top - margin_y) / scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 0.01
    }

    #[test]
    fn nodes_stand_in_a_ring_within_the_picture_and_apart() {
        for count in 1..=9 {
            let ring = Ring::new(1..=count);
            for &(id, place) in ring.places() {
                let room = ring.node_radius + TIMER_GAP;
                assert!(place.x >= room && place.x <= ring.width - room, "S{id} of {count} in {}", ring.width);
                assert!(place.y >= room && place.y <= ring.height - room, "S{id} of {count} in {}", ring.height);
                for &(other, there) in ring.places().iter().filter(|(other, _)| *other != id) {
                    let apart = place.distance(there);
                    assert!(apart > 2.0 * (ring.node_radius + TIMER_GAP), "S{id} and S{other} of {count}: {apart}");
                }
            }
        }
    }

    #[test]
    fn a_ring_fills_the_room_that_it_has() {
        for count in 3..=9 {
            let natural = Ring::new(1..=count);
            for shape in [1.0, 1.1, 1.25] {
                let ring = Ring::fitting(1..=count, Point::new(600.0, 600.0 * shape));
                assert!((ring.height / ring.width - shape).abs() < 0.01, "{count} in {shape}: {ring:?}");
            }
            let same = Ring::fitting(1..=count, Point::new(natural.width, natural.height));
            assert!(near(same.width, natural.width) && near(same.height, natural.height));
            for room in [Point::new(100.0, 900.0), Point::new(900.0, 100.0)] {
                let ring = Ring::fitting(1..=count, room);
                assert!((0.3..3.0).contains(&(ring.height / ring.width)), "{count}: {ring:?}");
            }
            for room in [Point::new(0.0, 0.0), Point::new(f64::NAN, 1.0)] {
                assert_eq!(Ring::fitting(1..=count, room), natural);
            }
        }
        assert_eq!(Ring::fitting([1], Point::new(500.0, 800.0)), Ring::new([1]));
    }

    #[test]
    fn in_a_small_room_letters_keep_their_size_and_nodes_keep_apart() {
        for count in 1..=9 {
            for room in
                [Point::new(349.0, 375.0), Point::new(370.0, 300.0), Point::new(326.0, 460.0), Point::new(700.0, 290.0)]
            {
                let ring = Ring::fitting(1..=count, room);
                let scale = (room.x / ring.width).min(room.y / ring.height);
                let least = if count > 5 { 0.7 } else { 0.88 };
                assert!(scale >= least, "{count} in {room:?}: {scale}");
                assert!(ring.closest() >= 2.0 * (ring.node_radius + TIMER_GAP) + APART - 0.01, "{count} in {room:?}");
            }
        }
    }

    #[test]
    fn the_first_node_is_at_the_top_and_the_second_to_its_right() {
        let ring = Ring::new(1..=5);
        let (first, second) = (ring.place(1), ring.place(2));
        assert!(near(first.x, ring.centre.x) && first.y < second.y && second.x > first.x);
        assert!(ring.labelled_above(1) && ring.labelled_above(2) && !ring.labelled_above(3));
    }

    #[test]
    fn every_pair_is_linked_once() {
        assert_eq!(Ring::new([1, 2, 3]).pairs().collect::<Vec<_>>(), [(1, 2), (1, 3), (2, 3)]);
        assert_eq!(Ring::new(1..=9).pairs().count(), 36);
    }

    #[test]
    fn the_two_lanes_of_a_link_lie_on_either_side() {
        let ring = Ring::new([1, 2]);
        let ((there, _), (_, back)) = (ring.lane((1, 2)), ring.lane((2, 1)));
        assert!(there.y > back.y, "S1 is left of S2: to the right of the way there is below");
        assert!(near(there.y - back.y, 2.0 * LANE));
    }

    #[test]
    fn the_middle_of_the_ring_is_on_one_side() {
        let ring = Ring::new(1..=5);
        assert!(ring.middle_is_right((1, 2)) && !ring.middle_is_right((2, 1)));
        assert!(ring.middle_is_right((5, 1)) && !ring.middle_is_right((4, 2)));
    }

    #[test]
    fn an_arc_grows_clockwise_from_the_top() {
        let centre = Point::new(10.0, 10.0);
        assert_eq!(arc(centre, 4.0, 0.25), "M10.00 6.00A4.00 4.00 0 0 1 14.00 10.00");
        assert!(arc(centre, 4.0, 0.75).ends_with("0 1 1 6.00 10.00"));
        assert!(!arc(centre, 4.0, 1.0).ends_with("10.00 6.00"), "a full circle must still be drawn");
    }

    #[test]
    fn a_step_crosses_a_line_from_one_side_to_the_other() {
        let line = (Point::new(0.0, 0.0), Point::new(10.0, 0.0));
        let step = |x: f64, from: f64, to: f64| (Point::new(x, from), Point::new(x, to));
        assert_eq!(
            crossing(step(5.0, -1.0, 1.0), line),
            Some(true),
            "downwards is to the right of a line to the right"
        );
        assert_eq!(crossing(step(5.0, 1.0, -1.0), line), Some(false));
        assert_eq!(crossing(step(5.0, 1.0, 2.0), line), None);
        assert_eq!(crossing(step(11.0, -1.0, 1.0), line), None);
    }

    #[test]
    fn the_screen_is_mapped_into_the_picture() {
        // A picture of 100 × 50 in a box of 200 × 200: twice as large, with 50 above and below.
        let map = |x, y| to_picture(Point::new(x, y), (10.0, 20.0, 200.0, 200.0), (100.0, 50.0));
        assert_eq!(map(10.0, 70.0), Point::new(0.0, 0.0));
        assert_eq!(map(210.0, 170.0), Point::new(100.0, 50.0));
        assert_eq!(to_picture(Point::new(3.0, 3.0), (0.0, 0.0, 0.0, 0.0), (100.0, 50.0)), Point::default());
    }

    #[test]
    fn a_line_is_turned_clockwise() {
        assert_eq!(turned(&[(1.0, 0.0), (2.0, 1.0)], 90.0), "m0.0 1.0l-1.0 1.0");
        assert_eq!(turned(&[], 90.0), "");
    }

    #[test]
    fn a_thinned_stroke_keeps_its_ends() {
        let stroke: Vec<Point> = (0..=10).map(|i| Point::new(f64::from(i), 0.0)).collect();
        let xs: Vec<f64> = thinned(&stroke, 4.0).iter().map(|point| point.x).collect();
        assert_eq!(xs, [0.0, 4.0, 8.0, 10.0]);
        assert_eq!(thinned(&[], 4.0), []);
        assert_eq!(curve(&[]), "");
        assert_eq!(curve(&stroke[..1]), "M0.0 0.0");
    }
}
