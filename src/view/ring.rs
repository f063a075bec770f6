//! The ring of the nodes: their places, links, and the lanes of messages. Lengths are in units of the picture, which the
//! page scales as a whole.

use std::f64::consts::{PI, TAU};

use super::geometry::Point;
use crate::lab::vocab::id::Link;
use crate::raft::NodeId;

/// The distance between the outline of a node and the arc of its election timeout.
pub const TIMER_GAP: f64 = 8.0;

/// The distance of each direction's lane from the middle of the link.
const LANE: f64 = 5.0;

/// The distance from the outline of a node at which messages start and end, so that they do not cover it.
const LANE_END: f64 = 11.0;

/// The range of the factors by which a ring is stretched to fill its room.
const STRETCH: (f64, f64) = (0.5, 1.6);

/// The range of the scales at which the picture, and its text with it, is drawn. Below it, the ring shrinks instead;
/// above it, its links become longer.
const SCALE: (f64, f64) = (0.92, 1.15);

/// The smallest radius of a node: its text must fit in.
const NODE_RADIUS_MIN: f64 = 29.0;

/// The least distance between the election timeout arcs of two nodes.
const APART: f64 = 10.0;

/// The same in a regular polygon. With less, the ring is stretched, so that its links are longer.
const APART_EVENLY: f64 = 45.0;

/// The room for a label above and below a node.
const LABEL: f64 = 39.0;

/// The room at the bottom for the tags of cuts.
const TAGS: f64 = 18.0;

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
    /// The scale at which the picture fits into its room; 1 if the room is not known.
    pub scale: f64,
}

impl Ring {
    /// A ring of these nodes, in its natural size.
    pub fn new(nodes: impl IntoIterator<Item = NodeId>) -> Ring {
        Ring::sized(&nodes.into_iter().collect::<Vec<_>>(), 1.0, (1.0, 1.0))
    }

    /// A ring that fills `room` as well as possible: a regular polygon, unless neighbours would be too close to each
    /// other. The room is given in units of the picture at the usual text size. In a small room the ring shrinks rather
    /// than the text. The picture is as large as the room.
    pub fn fitting(nodes: impl IntoIterator<Item = NodeId>, room: Point) -> Ring {
        let nodes: Vec<NodeId> = nodes.into_iter().collect();
        let natural = Ring::sized(&nodes, 1.0, (1.0, 1.0));
        if !(room.x > 0.0 && room.y > 0.0) {
            return natural;
        }
        let fits = (room.x / natural.width).min(room.y / natural.height);
        let (shrink, scale) = (fits / SCALE.0, fits.clamp(SCALE.0, SCALE.1));
        let ring = Ring::sized(&nodes, shrink, (1.0, 1.0));
        // The margin around the ring is not stretched.
        let stretch = |wanted: f64, whole: f64, (from, to): (f64, f64)| {
            let stretch = (wanted - (whole - (to - from))) / (to - from);
            if stretch.is_finite() {
                stretch.clamp(STRETCH.0, STRETCH.1)
            } else {
                STRETCH.1
            }
        };
        let x = stretch(room.x / scale, ring.width, extent(&ring.places, |point| point.x));
        let y = stretch(room.y / scale, ring.height, extent(&ring.places, |point| point.y));
        let (even, nodes_wide) = (x.min(y), 2.0 * (ring.node_radius + TIMER_GAP));
        let (x, y) = if even * ring.closest() >= nodes_wide + APART_EVENLY { (even, even) } else { (x, y) };
        // Neighbours keep their distance however small the room is.
        let wider = ((nodes_wide + APART) / Ring::sized(&nodes, shrink, (x, y)).closest()).max(1.0);
        Ring::sized(&nodes, shrink, (x * wider, y * wider)).within(room)
    }

    /// The same ring in the middle of a picture that has the shape of `room`.
    fn within(self, room: Point) -> Ring {
        let scale = (room.x / self.width).min(room.y / self.height).min(SCALE.1);
        let (width, height) = (room.x / scale, room.y / scale);
        let (x, y) = ((width - self.width) / 2.0, (height - self.height) / 2.0);
        let moved = |point: Point| Point::new(point.x + x, point.y + y);
        let places = self.places.into_iter().map(|(id, place)| (id, moved(place))).collect();
        Ring { places, centre: moved(self.centre), width, height, scale, ..self }
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
            scale: 1.0,
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

    /// The length of the shortest lane.
    pub fn shortest_lane(&self) -> f64 {
        (self.closest() - 2.0 * (self.node_radius + LANE_END)).max(0.0)
    }

    /// The distance between the starts of two neighbouring lanes of a node, if the ring is a regular polygon.
    pub fn lanes_apart(&self) -> f64 {
        2.0 * (self.node_radius + LANE_END) * (PI / (2.0 * self.places.len().max(1) as f64)).sin()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 0.01
    }

    /// The lengths of the sides of the polygon, the shortest and the longest.
    fn sides(ring: &Ring) -> (f64, f64) {
        let places = ring.places();
        let next = |i: usize| places[(i + 1) % places.len()].1;
        let sides = || places.iter().enumerate().map(|(i, (_, place))| place.distance(next(i)));
        (sides().fold(f64::INFINITY, f64::min), sides().fold(0.0, f64::max))
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
    fn a_ring_is_a_regular_polygon_that_fills_the_room_that_it_has() {
        for count in 3..=9 {
            let natural = Ring::new(1..=count);
            for shape in [0.8, 1.0, 1.1, 1.25, 1.4] {
                let room = Point::new(600.0, 600.0 * shape);
                let ring = Ring::fitting(1..=count, room);
                assert!((ring.height / ring.width - shape).abs() < 0.01, "{count} in {shape}: {ring:?}");
                let (shortest, longest) = sides(&ring);
                assert!(near(shortest, longest), "{count} in {shape}: {shortest} {longest}");
                let (left, right) = extent(&ring.places, |point| point.x);
                let (top, bottom) = extent(&ring.places, |point| point.y);
                let (side, above) = (ring.node_radius + TIMER_GAP + 14.0, 2.0 * (ring.node_radius + LABEL) + TAGS);
                let free = (ring.width - (right - left) - 2.0 * side).min(ring.height - (bottom - top) - above);
                assert!((-0.5..1.0).contains(&free), "{count} in {shape}: {free} is left");
            }
            let same = Ring::fitting(1..=count, Point::new(natural.width, natural.height));
            assert!(near(same.width, natural.width) && near(same.height, natural.height));
            for room in [Point::new(0.0, 0.0), Point::new(f64::NAN, 1.0)] {
                assert_eq!(Ring::fitting(1..=count, room), natural);
            }
        }
    }

    #[test]
    fn in_a_low_room_a_ring_is_stretched_rather_than_crowded() {
        for count in [5, 7, 9] {
            let ring = Ring::fitting(1..=count, Point::new(700.0, 290.0));
            let ((left, right), (top, bottom)) =
                (extent(&ring.places, |point| point.x), extent(&ring.places, |point| point.y));
            assert!(right - left > 1.2 * (bottom - top), "{count}: {ring:?}");
        }
    }

    #[test]
    fn in_a_small_room_letters_keep_their_size_and_nodes_keep_apart() {
        for count in 1..=9 {
            for room in
                [Point::new(349.0, 375.0), Point::new(370.0, 300.0), Point::new(326.0, 460.0), Point::new(700.0, 290.0)]
            {
                let ring = Ring::fitting(1..=count, room);
                let scale = ring.scale;
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
}
