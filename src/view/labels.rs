//! The labels of messages: on which side of its message each is drawn, so that it can be read.

use std::f64::consts::FRAC_PI_2;

use super::geometry::Point;
use super::message::{label, Path};
use super::ring::Ring;
use crate::lab::vocab::id::Link;
use crate::lab::world::InFlight;
use crate::runtime::Micros;

/// Half the width of a letter, in units of the picture.
const LETTER: f64 = 3.5;

/// Half the height of a label.
const HEIGHT: f64 = 5.0;

/// Half the size of a message.
const HALF: f64 = 9.0;

/// The deepest total overlap at which a hidden label is shown again.
const COVERED_LITTLE: f64 = 2.0;

/// The deepest total overlap at which a shown label stays.
const COVERED_MUCH: f64 = 3.0;

/// The side of a message on which its label is drawn, seen in the direction of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// To the right.
    Right,
    /// To the left.
    Left,
    /// Hidden, for lack of room.
    Nowhere,
}

impl Side {
    fn other(self) -> Side {
        match self {
            Side::Right => Side::Left,
            _ => Side::Right,
        }
    }
}

/// The place of the label of a message that moves in the direction `angle` (degrees), relative to the message and clear
/// of it.
pub fn label_place(label: &str, angle: f64, side: Side) -> Point {
    let aside = angle.to_radians() + if side == Side::Left { -FRAC_PI_2 } else { FRAC_PI_2 };
    let half = Point::new(LETTER * label.chars().count() as f64, HEIGHT);
    let away = 9.0 + (aside.cos() * half.x).abs() + (aside.sin() * half.y).abs();
    Point::default().polar(aside, away)
}

/// A message as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// The link over which it is sent.
    pub link: Link,
    /// Its place.
    pub at: Point,
    /// Its direction, in degrees.
    pub angle: f64,
    /// Its label, if it has one.
    pub label: Option<String>,
    /// The side of its label when it was last drawn.
    pub before: Option<Side>,
}

impl Placed {
    /// The message at the time `now`.
    pub fn new(ring: &Ring, message: &InFlight, now: Micros, before: Option<Side>) -> Placed {
        let way = Path::of(ring, message);
        Placed {
            link: (message.from, message.to),
            at: way.place(message, now),
            angle: way.angle(),
            label: label(&message.message),
            before,
        }
    }
}

/// The side of each message's label. A label stays where it was while it can be read there. Otherwise it goes to the
/// side of the ring's centre, where there is more room, or to the other side if it overlaps less there, or is hidden in
/// a crowd.
pub fn label_sides(ring: &Ring, messages: &[Placed]) -> Vec<Side> {
    let mut by_x: Vec<(f64, usize)> = messages.iter().enumerate().map(|(i, message)| (message.at.x, i)).collect();
    by_x.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut labels: Vec<(Point, f64)> = Vec::new();
    let mut sides = Vec::with_capacity(messages.len());
    for (i, message) in messages.iter().enumerate() {
        let inner = if ring.middle_is_right(message.link) { Side::Right } else { Side::Left };
        let Some(label) = &message.label else {
            sides.push(inner);
            continue;
        };
        let half = LETTER * label.chars().count() as f64;
        let at = |side: Side| {
            let beside = label_place(label, message.angle, side);
            Point::new(message.at.x + beside.x, message.at.y + beside.y)
        };
        let covered = |side: Side| {
            let at = at(side);
            let deep = |other: Point, width: f64, height: f64| {
                let (x, y) = (half + width - (other.x - at.x).abs(), HEIGHT + height - (other.y - at.y).abs());
                x.min(y).max(0.0)
            };
            let first = by_x.partition_point(|&(x, _)| x < at.x - half - HALF);
            let near = by_x[first..].iter().take_while(|&&(x, _)| x < at.x + half + HALF).filter(|&&(_, j)| j != i);
            let nodes = ring.places().iter().map(|(_, node)| deep(*node, ring.node_radius, ring.node_radius));
            near.map(|&(_, j)| deep(messages[j].at, HALF, HALF)).sum::<f64>()
                + labels.iter().map(|&(other, width)| deep(other, width, HEIGHT)).sum::<f64>()
                + nodes.sum::<f64>()
        };
        let before = message.before.filter(|&before| before != Side::Nowhere);
        let preferred = before.unwrap_or(inner);
        let here = covered(preferred);
        let (side, deep) = match here <= COVERED_LITTLE {
            true => (preferred, here),
            false => {
                let there = covered(preferred.other());
                if here <= there {
                    (preferred, here)
                } else {
                    (preferred.other(), there)
                }
            }
        };
        // Two thresholds (hysteresis), since a label would flicker with one.
        let bearable = if message.before == Some(Side::Nowhere) { COVERED_LITTLE } else { COVERED_MUCH };
        if deep <= bearable {
            labels.push((at(side), half));
            sides.push(side);
        } else {
            sides.push(Side::Nowhere);
        }
    }
    sides
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message at `way` of a link of the ring of five nodes.
    fn placed(link: Link, way: f64, label: &str, before: Option<Side>) -> Placed {
        let (start, end) = Ring::new(1..=5).lane(link);
        let angle = start.angle_to(end).to_degrees();
        Placed { link, at: start.toward(end, way), angle, label: (!label.is_empty()).then(|| label.into()), before }
    }

    #[test]
    fn a_label_stands_beside_its_message() {
        let place = |angle| label_place("12–13", angle, Side::Right);
        assert!(place(0.0).y > 13.0 && place(0.0).x.abs() < 0.01, "to the right of who goes to the right is below");
        assert!(place(180.0).y < -13.0 && label_place("12–13", 0.0, Side::Left).y < -13.0);
        assert!(place(90.0).x < -9.0 - 3.5 * 5.0 + 0.01, "its letters end before the message");
    }

    #[test]
    fn labels_make_way_for_each_other() {
        let ring = Ring::new(1..=5);
        let inner = if ring.middle_is_right((1, 2)) { Side::Right } else { Side::Left };
        let alone = placed((1, 2), 0.5, "12–13", None);
        assert_eq!(label_sides(&ring, std::slice::from_ref(&alone)), [inner]);
        let label = label_place("12–13", alone.angle, inner);
        let at = Point::new(alone.at.x + label.x, alone.at.y + label.y);
        let in_the_way = Placed { at, ..placed((3, 4), 0.5, "", None) };
        assert_eq!(label_sides(&ring, &[alone.clone(), in_the_way])[0], inner.other());
        // Once on that side, it stays.
        let moved = Placed { before: Some(inner.other()), ..alone };
        assert_eq!(label_sides(&ring, &[moved]), [inner.other()]);
    }

    #[test]
    fn where_messages_crowd_some_labels_are_left_out() {
        let ring = Ring::new(1..=5);
        let crowd = |before: &[Option<Side>]| -> Vec<Placed> {
            (0..20).map(|i| placed((1, 3), 0.2 + 0.01 * f64::from(i), "12–13", before[i as usize])).collect()
        };
        let first = crowd(&[None; 20]);
        let sides = label_sides(&ring, &first);
        let shown = sides.iter().filter(|&&side| side != Side::Nowhere).count();
        assert!((2..18).contains(&shown), "{shown} of 20 are shown");
        let boxes: Vec<(Point, f64)> = (first.iter().zip(&sides))
            .filter(|(_, side)| **side != Side::Nowhere)
            .map(|(message, side)| {
                let beside = label_place("12–13", message.angle, *side);
                (Point::new(message.at.x + beside.x, message.at.y + beside.y), 5.0 * LETTER)
            })
            .collect();
        for (i, (a, half)) in boxes.iter().enumerate() {
            for (b, _) in &boxes[i + 1..] {
                let apart =
                    (a.x - b.x).abs() >= 2.0 * half - COVERED_MUCH || (a.y - b.y).abs() >= 2.0 * HEIGHT - COVERED_MUCH;
                assert!(apart, "{a:?} and {b:?}");
            }
        }
        let before: Vec<Option<Side>> = sides.iter().copied().map(Some).collect();
        assert_eq!(label_sides(&ring, &crowd(&before)), sides, "nothing flickers");
    }
}
