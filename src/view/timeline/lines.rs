//! Messages as lines from the sender's lane to the receiver's: those that look alike are one path.

use super::flights::{Fate, Flight, Kind};
use super::index::Index;
use super::room::Room;
use super::scale::Scale;
use crate::raft::NodeId;
use crate::runtime::Micros;
use crate::view::format::push_tenths;

/// So many messages are drawn each by itself; of more, those that would lie on each other are one line.
const EACH_MAX: usize = 700;

/// From so many messages on, heartbeats and their answers are not drawn: there are one or more of them in each pixel.
const ROUTINE_MAX: usize = 5_000;

/// The lines of a kind of message, as path data.
#[derive(Clone, Debug, PartialEq)]
pub struct Lines {
    /// The kind.
    pub kind: Kind,
    /// The path.
    pub path: String,
    /// The number of lines.
    pub count: usize,
}

/// A sender, a receiver, and a kind of message.
type Way = (NodeId, NodeId, Kind);

/// The lines of the messages that are seen, and crosses where some were lost.
pub fn lines(index: &Index, scale: &Scale, room: &Room, now: Micros) -> (Vec<Lines>, String) {
    let seen = || index.flights().within(scale.from(), scale.to().min(now));
    let count = seen().count();
    // The distance, in pixels, below which two lines are one.
    let near = match count {
        0..=EACH_MAX => 0.25,
        _ if count < 4 * EACH_MAX => 1.0,
        _ => 3.0,
    };
    let mut kinds = Kind::ALL.map(|kind| Lines { kind, path: String::new(), count: 0 });
    let mut crosses = String::new();
    // What each pair of nodes drew last.
    let mut drawn: Vec<(Way, (f64, f64))> = Vec::new();
    for flight in seen() {
        if count > ROUTINE_MAX && flight.kind == Kind::Heartbeat {
            continue;
        }
        let Some((from, to)) = ends(flight, index, scale, room, now) else { continue };
        let key = (flight.from, flight.to, flight.kind);
        let at = (from.0, to.0);
        match drawn.iter_mut().find(|(it, _)| *it == key) {
            Some((_, last)) if (last.0 - at.0).abs() < near && (last.1 - at.1).abs() < near => continue,
            Some((_, last)) => *last = at,
            None => drawn.push((key, at)),
        }
        if let Some(lines) = kinds.iter_mut().find(|lines| lines.kind == flight.kind) {
            lines.count += 1;
            push(&mut lines.path, 'M', from);
            push(&mut lines.path, 'L', to);
        }
        if matches!(flight.fate, Fate::Lost(_)) {
            push_cross(&mut crosses, to, room.cross());
        }
    }
    (kinds.into_iter().filter(|lines| lines.count > 0).collect(), crosses)
}

/// Where the line of a message begins and ends.
pub fn ends(
    flight: &Flight,
    index: &Index,
    scale: &Scale,
    room: &Room,
    now: Micros,
) -> Option<((f64, f64), (f64, f64))> {
    let lane = |node: NodeId| index.lanes().iter().position(|lane| lane.node == node).map(|lane| room.lane(lane));
    let (from, to) = (lane(flight.from)?, lane(flight.to)?);
    let (end, way) = match flight.fate {
        Fate::Arrived => (flight.end, 1000),
        Fate::Lost(way) => (flight.end, way),
        Fate::Held(way) => (now, way),
        Fate::Flying => (now.min(flight.end), flight.way_at(now)),
    };
    let y = from + (to - from) * f64::from(way) / 1000.0;
    Some(((scale.x(flight.sent), from), (scale.x(end), y)))
}

fn push(path: &mut String, letter: char, (x, y): (f64, f64)) {
    path.push(letter);
    push_tenths(path, x.clamp(-4_000.0, 12_000.0));
    path.push(' ');
    push_tenths(path, y);
}

fn push_cross(path: &mut String, (x, y): (f64, f64), size: f64) {
    push(path, 'M', (x - size, y - size));
    push(path, 'L', (x + size, y + size));
    push(path, 'M', (x - size, y + size));
    push(path, 'L', (x + size, y - size));
}
