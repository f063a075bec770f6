//! What is drawn of a stretch of the run: bands, lines, marks and ticks, as plain values.

use super::bands::{Band, Lane, Standing};
use super::index::Index;
use super::lines::{lines, Lines};
use super::marks::MarkKind;
use super::scale::Scale;
use super::ticks::ticks;
use crate::raft::NodeId;
use crate::runtime::Micros;
use crate::view::colour::term_class;
use crate::view::format::{grouped, ms, push_tenths};

/// Where things are from top to bottom, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    /// Whether it is tall: with names, terms and an axis.
    pub tall: bool,
    /// The number of lanes.
    pub lanes: usize,
}

impl Room {
    /// The height of the row with the marks.
    fn head(&self) -> f64 {
        if self.tall { 13.0 } else { 11.0 }
    }

    /// The distance of two lanes.
    fn pitch(&self) -> f64 {
        match (self.tall, self.lanes) {
            (true, 0..=5) => 25.0,
            (true, 6..=7) => 20.0,
            (true, _) => 16.0,
            // All lanes together have the same height, however many there are.
            (false, lanes) => 25.0 / lanes.max(1) as f64,
        }
    }

    /// The middle of a lane.
    pub fn lane(&self, place: usize) -> f64 {
        self.head() + self.pitch() * (place as f64 + 0.5)
    }

    /// The middle of the row with the marks.
    pub fn marks(&self) -> f64 {
        self.head() / 2.0
    }

    /// The bottom of the lanes.
    pub fn bottom(&self) -> f64 {
        self.head() + self.pitch() * self.lanes as f64
    }

    /// The height of all of it.
    pub fn height(&self) -> f64 {
        self.bottom() + if self.tall { 17.0 } else { 1.0 }
    }

    /// The room for names at the left.
    pub fn names(&self) -> f64 {
        if self.tall { 30.0 } else { 0.0 }
    }

    /// Half the size of a cross.
    pub fn cross(&self) -> f64 {
        if self.tall { 3.2 } else { 1.6 }
    }

    /// The height of a band.
    fn band(&self, standing: Standing) -> f64 {
        let full = if self.tall { (self.pitch() - 8.0).min(14.0) } else { (self.pitch() - 1.0).min(6.0) };
        match standing {
            Standing::Leader | Standing::Candidate => full,
            Standing::Crashed | Standing::NotStarted | Standing::Stopped => 1.0,
            _ if self.tall => full - 3.0,
            _ => (full - 2.0).max(1.4),
        }
    }
}

/// A band as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct BandShape {
    /// Its upper left corner.
    pub x: f64,
    /// Its upper edge.
    pub y: f64,
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// What the node was.
    pub standing: Standing,
    /// The class of its term's colour.
    pub term: &'static str,
    /// The number of its term, if there is room for it.
    pub label: Option<String>,
}

/// The lane of a node as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct LaneShape {
    /// The node.
    pub node: NodeId,
    /// The middle of the lane.
    pub y: f64,
    /// Its bands.
    pub bands: Vec<BandShape>,
}

/// The marks of a kind as they are drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct MarkShapes {
    /// The kind.
    pub kind: MarkKind,
    /// The path of their signs.
    pub path: String,
    /// The number of signs.
    pub count: usize,
}

/// A tick of the axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where it is.
    pub x: f64,
    /// Its label.
    pub label: String,
}

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Where things are.
    pub room: Room,
    /// The lanes, from top to bottom.
    pub lanes: Vec<LaneShape>,
    /// The messages, by kind.
    pub lines: Vec<Lines>,
    /// Crosses where messages were lost.
    pub crosses: String,
    /// The marks, by kind.
    pub marks: Vec<MarkShapes>,
    /// Lines through all lanes, where something happened to the whole cluster, by kind.
    pub rules: Vec<(MarkKind, String)>,
    /// The ticks of the axis; none if it is not tall.
    pub ticks: Vec<Tick>,
}

impl Picture {
    /// A picture with nothing in it.
    pub fn empty(room: Room) -> Picture {
        Picture {
            room,
            lanes: Vec::new(),
            lines: Vec::new(),
            crosses: String::new(),
            marks: Vec::new(),
            rules: Vec::new(),
            ticks: Vec::new(),
        }
    }

    /// What is drawn of a run whose clock is at `now`.
    pub fn of(index: &Index, scale: &Scale, tall: bool, now: Micros) -> Picture {
        let room = Room { tall, lanes: index.lanes().len() };
        let lanes = index.lanes().iter().enumerate();
        let lanes = lanes.map(|(place, lane)| lane_shape(lane, room.lane(place), scale, &room, now)).collect();
        let (lines, crosses) = lines(index, scale, &room, now);
        let marks = seen_marks(index, scale);
        let tick = |time: Micros| Tick { x: scale.x(time), label: ms(time, u32::from(time.0 % 1000 > 0)) };
        Picture {
            room,
            lanes,
            lines,
            crosses,
            marks: mark_shapes(&marks, &room),
            rules: rules(&marks, &room),
            ticks: if tall { ticks(scale).into_iter().map(tick).collect() } else { Vec::new() },
        }
    }
}

/// What is more important, where there is no room for all.
fn rank(band: &Band) -> u8 {
    match band.standing {
        Standing::Leader => 3,
        Standing::Candidate => 2,
        Standing::Crashed | Standing::Stopped | Standing::Paused => 1,
        _ => 0,
    }
}

fn lane_shape(lane: &Lane, y: f64, scale: &Scale, room: &Room, now: Micros) -> LaneShape {
    let first = lane.bands.partition_point(|band| band.at <= scale.from()).saturating_sub(1);
    let last = lane.bands.partition_point(|band| band.at <= scale.to());
    let mut bands: Vec<BandShape> = Vec::new();
    // A band that is too narrow to be seen, and where: the next one that is narrow too may be more important.
    let mut narrow: Option<(i64, u8)> = None;
    for place in first..last {
        let (band, next) = (lane.bands[place], lane.bands.get(place + 1));
        let from = scale.x(band.at.max(scale.from()));
        let to = scale.x(next.map_or(now, |next| next.at).min(scale.to()));
        let width = to - from;
        if width < 1.0 && next.is_some() {
            let (pixel, rank) = (from as i64, rank(&band));
            match narrow {
                Some((at, before)) if at == pixel && rank <= before => continue,
                Some((at, _)) if at == pixel => drop(bands.pop()),
                _ => {}
            }
            narrow = Some((pixel, rank));
        }
        let height = room.band(band.standing);
        let label = grouped(band.term);
        let has_room = room.tall && height >= 8.0 && band.term > 0 && width >= 8.0 + 6.5 * label.len() as f64;
        bands.push(BandShape {
            x: from,
            y: y - height / 2.0,
            width: width.max(1.0),
            height,
            standing: band.standing,
            term: term_class(band.term),
            label: has_room.then_some(label),
        });
    }
    LaneShape { node: lane.node, y, bands }
}

/// The distance of two signs, in pixels: where there is no room for both, the more important one is drawn.
const SIGNS_APART: f64 = 8.0;

/// The distance of two commits.
const COMMITS_APART: f64 = 2.0;

/// Where there are marks, in order, each with its kind.
fn seen_marks(index: &Index, scale: &Scale) -> Vec<(f64, MarkKind)> {
    let marks = index.marks();
    let from = marks.partition_point(|mark| mark.at < scale.from());
    let to = marks.partition_point(|mark| mark.at <= scale.to());
    let mut signs: Vec<(f64, MarkKind)> = Vec::new();
    let mut commits: Vec<(f64, MarkKind)> = Vec::new();
    for mark in marks.get(from..to).unwrap_or_default() {
        let x = scale.x(mark.at);
        let (found, apart) = match mark.kind {
            MarkKind::Committed => (&mut commits, COMMITS_APART),
            _ => (&mut signs, SIGNS_APART),
        };
        match found.last_mut() {
            Some((before, kind)) if x - *before < apart => {
                if mark.kind > *kind {
                    *kind = mark.kind;
                }
            }
            _ => found.push((x, mark.kind)),
        }
    }
    commits.extend(signs);
    commits
}

fn mark_shapes(marks: &[(f64, MarkKind)], room: &Room) -> Vec<MarkShapes> {
    let of = |kind: MarkKind| {
        let mut shapes = MarkShapes { kind, path: String::new(), count: 0 };
        for (x, _) in marks.iter().filter(|(_, it)| *it == kind) {
            shapes.count += 1;
            push_sign(&mut shapes.path, kind, *x, room.marks());
        }
        shapes
    };
    MarkKind::ALL.into_iter().map(of).filter(|shapes| shapes.count > 0).collect()
}

/// A sign, as corners around its middle: closed ones are filled, open ones drawn.
fn push_sign(path: &mut String, kind: MarkKind, x: f64, y: f64) {
    let lines: &[(&[(f64, f64)], bool)] = match kind {
        MarkKind::Committed => &[(&[(0.0, 3.0), (0.0, 6.0)], false)],
        MarkKind::Stream => &[(&[(0.0, -3.2), (3.2, 0.0), (0.0, 3.2), (-3.2, 0.0)], true)],
        MarkKind::Changed => &[(&[(-2.4, -2.4), (2.4, -2.4), (2.4, 2.4), (-2.4, 2.4)], true)],
        MarkKind::Mended => &[(&[(-3.2, 0.0), (3.2, 0.0)], false), (&[(0.0, -3.2), (0.0, 3.2)], false)],
        MarkKind::Cut => &[(&[(1.8, -4.0), (-1.8, 4.0)], false), (&[(4.4, -4.0), (0.8, 4.0)], false)],
        MarkKind::Failed => &[(&[(-3.0, -3.0), (3.0, 3.0)], false), (&[(-3.0, 3.0), (3.0, -3.0)], false)],
        MarkKind::Elected => &[(&[(0.0, -4.2), (4.0, 3.0), (-4.0, 3.0)], true)],
        MarkKind::Broken => &[(&[(-4.5, -4.5), (4.5, -4.5), (0.0, 5.0)], true)],
    };
    for (corners, closed) in lines {
        for (place, (dx, dy)) in corners.iter().enumerate() {
            path.push(if place == 0 { 'M' } else { 'L' });
            push_tenths(path, x + dx);
            path.push(' ');
            push_tenths(path, y + dy);
        }
        if *closed {
            path.push('Z');
        }
    }
}

fn rules(marks: &[(f64, MarkKind)], room: &Room) -> Vec<(MarkKind, String)> {
    let of = |kind: MarkKind| {
        let mut path = String::new();
        for (x, _) in marks.iter().filter(|(_, it)| *it == kind) {
            path.push('M');
            push_tenths(&mut path, *x);
            path.push_str(" 11V");
            push_tenths(&mut path, room.bottom());
        }
        (kind, path)
    };
    let kinds = [MarkKind::Cut, MarkKind::Failed, MarkKind::Elected, MarkKind::Broken];
    kinds.into_iter().map(of).filter(|(_, path)| !path.is_empty()).collect()
}
