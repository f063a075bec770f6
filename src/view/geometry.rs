//! The geometry of the picture of the cluster: points, arcs and strokes. Lengths are in units of the picture, which the
//! page scales as a whole.

use std::f64::consts::{PI, TAU};
use std::fmt::Write;

use super::format::tenths;

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

/// The distance of a point from the line between `a` and `b`.
pub fn distance_to(point: Point, (a, b): (Point, Point)) -> f64 {
    let length = a.distance(b).max(f64::EPSILON);
    let along = ((point.x - a.x) * (b.x - a.x) + (point.y - a.y) * (b.y - a.y)) / (length * length);
    point.distance(a.toward(b, along.clamp(0.0, 1.0)))
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
    fn the_nearest_of_two_lines_is_found_by_distance() {
        let line = (Point::new(0.0, 0.0), Point::new(10.0, 0.0));
        assert!(near(distance_to(Point::new(5.0, 3.0), line), 3.0));
        assert!(near(distance_to(Point::new(13.0, 4.0), line), 5.0), "beyond its end, to the end");
        assert!(near(distance_to(Point::new(3.0, 4.0), (line.0, line.0)), 5.0), "a line without length is a point");
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
