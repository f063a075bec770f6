//! The replication streams of every node that leads, a row per follower.

use super::format::{ms, percent, tenths};
use super::geometry::Point;
use super::text::Text;
use crate::lab::world::{StreamView, World};
use crate::raft::event::StreamState;
use crate::raft::{Index, NodeId, Term};
use crate::runtime::Micros;

/// The plot of a lag.
pub const PLOT: (f64, f64) = (112.0, 20.0);

/// A lag is plotted at least on this scale, so that a lag of one looks like little.
const PLOT_LAG_MIN: u64 = 4;

/// A follower that has not answered for this long is said to be silent: three heartbeats at the default setting.
const SILENT: Micros = Micros::from_ms(150);

/// The states that a stream can be in while it lives, in the order in which they are shown.
pub const STATES: [StreamState; 3] = [StreamState::LineRate, StreamState::Lagging, StreamState::Snapshotting];

/// The streams of one leader.
#[derive(Clone, Debug, PartialEq)]
pub struct LeaderStreams {
    /// Who leads.
    pub leader: NodeId,
    /// In which term.
    pub term: Term,
    /// Whether a higher term is on.
    pub outdated: bool,
    /// One per follower.
    pub rows: Vec<StreamRow>,
}

/// One stream.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamRow {
    /// To whom.
    pub target: NodeId,
    /// What it is doing.
    pub state: StreamState,
    /// Where the next append begins.
    pub next: Index,
    /// How far the target is proven to agree.
    pub matched: Index,
    /// How far that is behind the leader's log.
    pub lag: u64,
    /// Entries that wait to be sent.
    pub buffer: u32,
    /// Entries in flight.
    pub outbound: u32,
    /// The lag of late, as the points of a line.
    pub plot: String,
    /// While it sends a snapshot: how far it is.
    pub sending: Option<Sending>,
    /// Why it is as it is.
    pub why: String,
}

/// How far a stream is with a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    /// So much is stored, in percent.
    pub percent: u64,
    /// `64 of 212 B`.
    pub bytes: String,
    /// It in full.
    pub name: String,
}

/// The streams of each node that leads, the highest term first.
pub fn streams(world: &World, t: &dyn Text) -> Vec<LeaderStreams> {
    let mut leaders: Vec<LeaderStreams> = world
        .leaders()
        .map(|leader| LeaderStreams {
            leader: leader.id,
            term: leader.term,
            outdated: world.leaders().any(|other| other.term > leader.term),
            rows: world
                .streams
                .range((leader.id, 0)..=(leader.id, NodeId::MAX))
                .map(|(&(_, target), stream)| row(target, stream, leader.last_index(), world.at, t))
                .collect(),
        })
        .collect();
    leaders.sort_by_key(|streams| std::cmp::Reverse(streams.term));
    leaders
}

fn row(target: NodeId, stream: &StreamView, last: Index, at: Micros, t: &dyn Text) -> StreamRow {
    let lag = last.saturating_sub(stream.matched);
    let silent = at - stream.answered.unwrap_or(stream.since);
    let why = if silent >= SILENT {
        // In tens of milliseconds, so that the text does not change with every event.
        t.silent(&ms(Micros(silent.0 / 10_000 * 10_000), 0))
    } else {
        t.stream_why(stream.why).to_string()
    };
    StreamRow {
        target,
        state: stream.state,
        next: stream.next,
        matched: stream.matched,
        lag,
        buffer: stream.replication_buffer,
        outbound: stream.outbound_buffer,
        plot: plot(stream, lag, at),
        sending: stream.snapshot.filter(|_| stream.state == StreamState::Snapshotting).map(|snapshot| {
            let bytes = t.bytes_of(snapshot.offset, snapshot.bytes);
            let name = t.sending_name(snapshot.index, &bytes, snapshot.chunks_sent);
            Sending { percent: percent(snapshot.offset, snapshot.bytes), bytes, name }
        }),
        why,
    }
}

/// A line of steps from the first known lag to `at`.
fn plot(stream: &StreamView, lag: u64, at: Micros) -> String {
    let Some(&(start, _)) = stream.lag.front() else { return String::new() };
    let length = (at - start).0.max(1) as f64;
    let most = stream.lag.iter().map(|&(_, lag)| lag).max().unwrap_or(0).max(PLOT_LAG_MIN) as f64;
    let place = |time: Micros, lag: u64| {
        let x = PLOT.0 * (time - start).0 as f64 / length;
        // A pixel of margin above and below, for the width of the line.
        let y = PLOT.1 - 1.0 - (PLOT.1 - 2.0) * lag as f64 / most;
        Point::new(x, y)
    };
    let mut points: Vec<Point> = Vec::new();
    for &(time, lag) in &stream.lag {
        let point = place(time, lag);
        if let Some(before) = points.last() {
            points.push(Point::new(point.x, before.y));
        }
        points.push(point);
    }
    points.push(place(at, lag));
    points.iter().map(|point| format!("{},{}", tenths(point.x), tenths(point.y))).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::world::{NodeState, SnapshotProgress};
    use crate::raft::event::{Role, StreamWhy};
    use crate::raft::log::{Entry, Payload};
    use crate::raft::Membership;
    use crate::view::text::English;
    use std::rc::Rc;
    use std::sync::Arc;

    fn world(leaders: &[(NodeId, Term)]) -> World {
        let node = |id: NodeId| {
            let entry = |index| Arc::new(Entry { index, term: 1, payload: Payload::Blank });
            let mut node = NodeState::new(id, Membership::new(1..=3, []), (1..=4).map(entry));
            node.alive = true;
            if let Some(&(_, term)) = leaders.iter().find(|(leader, _)| *leader == id) {
                (node.role, node.term) = (Role::Leader, term);
            }
            node
        };
        let mut world = World::new((1..=3).map(node));
        world.at = Micros::from_ms(100);
        world
    }

    fn stream(matched: Index) -> Rc<StreamView> {
        Rc::new(StreamView {
            term: 2,
            state: StreamState::LineRate,
            from: Some(StreamState::Lagging),
            why: StreamWhy::CaughtUp,
            since: Micros::ZERO,
            next: 5,
            matched,
            replication_buffer: 1,
            outbound_buffer: 2,
            answered: Some(Micros::from_ms(90)),
            snapshot: None,
            lag: [(Micros::from_ms(0), 4), (Micros::from_ms(50), 2)].into_iter().collect(),
        })
    }

    #[test]
    fn the_leader_of_the_highest_term_comes_first() {
        let mut world = world(&[(1, 2), (3, 5)]);
        world.streams.insert((1, 2), stream(2));
        world.streams.insert((3, 1), stream(4));
        world.streams.insert((3, 2), stream(4));
        let found: Vec<_> = streams(&world, &English)
            .into_iter()
            .map(|s| (s.leader, s.outdated, s.rows.into_iter().map(|row| row.target).collect::<Vec<_>>()))
            .collect();
        assert_eq!(found, [(3, false, vec![1, 2]), (1, true, vec![2])]);
    }

    #[test]
    fn a_row_says_where_the_stream_is_and_why() {
        let mut world = world(&[(1, 2)]);
        world.streams.insert((1, 2), stream(2));
        let row = streams(&world, &English)[0].rows[0].clone();
        assert_eq!((row.next, row.matched, row.lag, row.buffer, row.outbound), (5, 2, 2, 1, 2));
        assert_eq!(row.why, "caught up");
        assert_eq!(row.plot, "0.0,1.0 56.0,1.0 56.0,10.0 112.0,10.0");
    }

    #[test]
    fn a_snapshot_is_told_while_it_is_sent() {
        let snapshot = SnapshotProgress { index: 27, offset: 64, bytes: 212, chunks_sent: 5 };
        let sending = Sending {
            percent: 30,
            bytes: "64 of 212 B".into(),
            name: "snapshot up to entry 27: 64 of 212 B stored, 5 chunks sent".into(),
        };
        let cases = [
            (StreamState::Snapshotting, Some(snapshot), Some(sending)),
            (StreamState::Snapshotting, None, None),
            (StreamState::Lagging, Some(snapshot), None),
        ];
        for (state, snapshot, expected) in cases {
            let mut world = world(&[(1, 2)]);
            world.streams.insert((1, 2), Rc::new(StreamView { state, snapshot, ..(*stream(2)).clone() }));
            assert_eq!(streams(&world, &English)[0].rows[0].sending, expected);
        }
    }

    #[test]
    fn silence_is_said() {
        let mut world = world(&[(1, 2)]);
        world.streams.insert((1, 2), stream(2));
        world.at = Micros::from_ms(245);
        assert_eq!(streams(&world, &English)[0].rows[0].why, "silent for 150 ms");
    }
}
