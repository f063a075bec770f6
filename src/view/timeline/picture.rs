//! What is drawn of a stretch of the run: bands, lines, marks and ticks, as plain values.

use super::bands::{Band, Lane, Standing};
use super::index::Index;
use super::lines::{lines, Lines};
use super::marks::MarkKind;
use super::room::Room;
use super::scale::Scale;
use super::ticks::ticks;
use crate::raft::NodeId;
use crate::runtime::Micros;
use crate::view::colour::term_class;
use crate::view::format::{grouped, ms, push_tenths};

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
        let tick = |time: Micros| Tick { x: scale.x(time), label: ms(time, u32::from(!time.0.is_multiple_of(1000))) };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::run::lab::Lab;
    use crate::lab::Scenario;
    use crate::view::timeline::flights::Kind;

    /// A run of a minute, with writes all the time and a leader that crashes now and then.
    fn index(seconds: u64) -> (Index, Micros) {
        let crash = |at: u64| {
            format!(r#"{{"at": {at}, "do": "crash", "node": 1}}, {{"at": {}, "do": "restart", "node": 1}}"#, at + 700)
        };
        let crashes: Vec<String> = (1..seconds).step_by(3).map(|second| crash(1_000 * second)).collect();
        let run = format!(
            r#"{{"format": "raft-lab/1", "preset": "classroom", "nodes": [1, 2, 3, 4, 5], "actions": [
                {{"at": 0, "do": "campaign", "node": 1}}, {{"at": 100, "do": "write_many", "count": 10000, "every": 9}},
                {}]}}"#,
            crashes.join(",")
        );
        let mut lab = Lab::new(Scenario::from_json(&run).unwrap()).unwrap();
        lab.advance_to(Micros::from_ms(1_000 * seconds), u64::MAX);
        let mut index = Index::after(lab.past().start());
        index.take(lab.past().records());
        (index, lab.now())
    }

    fn picture(index: &Index, now: Micros, from: u64, to: u64, tall: bool) -> Picture {
        let scale = Scale::new((Micros::from_ms(from), Micros::from_ms(to)), 900.0, &[]);
        Picture::of(index, &scale, tall, now)
    }

    #[test]
    fn of_a_long_run_no_more_is_drawn_than_there_is_room_for() {
        let (index, now) = index(40);
        assert!(index.flights().all().len() > 10_000, "{}", index.flights().all().len());
        for tall in [false, true] {
            let all = picture(&index, now, 0, 40_000, tall);
            let lines: usize = all.lines.iter().map(|lines| lines.count).sum();
            let bands: usize = all.lanes.iter().map(|lane| lane.bands.len()).sum();
            let bytes: usize = all.lines.iter().map(|lines| lines.path.len()).sum();
            assert!(lines < 9_000 && bands < 900 && bytes < 250_000, "{lines} lines, {bands} bands, {bytes} bytes");
            assert!(all.lines.iter().all(|lines| lines.kind != Kind::Heartbeat), "a blur says nothing");
            assert!(all.marks.iter().map(|marks| marks.count).sum::<usize>() < 700);
        }
    }

    #[test]
    fn of_a_short_stretch_everything_is_drawn() {
        let (index, now) = index(3);
        let some = picture(&index, now, 950, 1_050, true);
        let seen = index.flights().within(Micros::from_ms(950), Micros::from_ms(1_050)).count();
        assert_eq!(some.lines.iter().map(|lines| lines.count).sum::<usize>(), seen);
        assert!(!some.crosses.is_empty(), "what was on its way to a node that crashed is lost");
        assert_eq!(some.rules.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), [MarkKind::Failed]);
        let first = &some.lanes[0].bands;
        assert_eq!(first.iter().map(|band| band.standing).collect::<Vec<_>>(), [Standing::Leader, Standing::Crashed]);
        assert_eq!(first[0].label.as_deref(), Some("1"));
        assert!(
            first[0].x.abs() < 0.01
                && (first[1].x - 450.0).abs() < 0.01
                && (first[1].x + first[1].width - 900.0).abs() < 0.01
        );
        assert!(first[0].height > 2.0 * first[1].height, "not by colour alone");
    }

    #[test]
    fn a_low_strip_has_one_height_and_a_tall_one_has_room_for_words() {
        let heights = |tall: bool| [1, 3, 5, 9].map(|lanes| Room { tall, lanes }.height());
        assert_eq!(heights(false), [37.0; 4]);
        assert!(heights(true).iter().all(|height| (54.0..190.0).contains(height)), "{:?}", heights(true));
        let (index, now) = index(2);
        assert!(picture(&index, now, 0, 2_000, false).ticks.is_empty());
        let tall = picture(&index, now, 0, 2_000, true);
        assert!(
            tall.ticks.len() > 5 && tall.lanes.iter().any(|lane| lane.bands.iter().any(|band| band.label.is_some()))
        );
    }
}
