//! The replication streams of every leader, one row per follower.

use super::format::{grouped, ms, percent, tenths, NodeName};
use super::geometry::Point;
use super::lang::Text;
use crate::lab::vocab::id::Link;
use crate::lab::world::{SnapshotProgress, StreamInfo, Trouble, World};
use crate::raft::event::StreamState;
use crate::raft::{Index, NodeId, Term};
use crate::runtime::Micros;

/// The width and height of the plot of the lag.
pub const PLOT: (f64, f64) = (112.0, 20.0);

/// The least range of the plots' vertical axis, in entries, so that a lag of one looks small.
const PLOT_LAG_MIN: u64 = 4;

/// The time without a response after which a follower is shown as silent: three heartbeats at the default setting.
const SILENT: Micros = Micros::from_ms(150);

/// The streams of one leader.
#[derive(Clone, Debug, PartialEq)]
pub struct LeaderStreams {
    /// The leader.
    pub leader: NodeId,
    /// Its term.
    pub term: Term,
    /// Whether there is a higher term.
    pub outdated: bool,
    /// One row per follower.
    pub rows: Vec<StreamRow>,
    /// Why there are no rows, if so.
    pub none: Option<&'static str>,
}

/// One stream.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamRow {
    /// The leader and the follower.
    pub link: Link,
    /// Its state.
    pub state: StreamState,
    /// The latest transition and its cause: `lagging → line rate: caught up`.
    pub change: String,
    /// Whether the stream is as it should be, so that the cause of its state says nothing.
    pub normal: bool,
    /// Text that says that the follower is silent, if so.
    pub silent: Option<String>,
    /// The next index: the first index of the next append.
    pub next: Index,
    /// The match index: the last index up to which the logs are known to agree.
    pub matched: Index,
    /// The number of entries from the match index to the end of the leader's log.
    pub lag: u64,
    /// The number of entries in the replication buffer, waiting to be sent.
    pub buffer: u32,
    /// The number of entries in flight.
    pub outbound: u32,
    /// The recent lag, as the points of an SVG polyline.
    pub plot: String,
    /// The progress of a snapshot, while one is sent.
    pub sending: Option<Sending>,
}

/// The progress of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    /// The part that the follower has stored, in percent.
    pub percent: u64,
    /// The bytes stored: `64 of 212 B`.
    pub bytes: String,
    /// The chunks stored: `4 of 14 chunks`, once the size of a chunk is known.
    pub chunks: Option<String>,
    /// Its accessible name.
    pub name: String,
}

/// The streams of each leader, the highest term first.
pub fn streams(world: &World, t: &dyn Text) -> Vec<LeaderStreams> {
    let scale = Scale::of(world);
    let mut leaders: Vec<LeaderStreams> = world
        .leaders()
        .map(|leader| {
            let own = world.streams.range((leader.id, 0)..=(leader.id, NodeId::MAX));
            let rows: Vec<StreamRow> =
                own.map(|(&link, stream)| row(link, stream, leader.last_index(), &scale, t)).collect();
            let alone = leader.members.1.members().iter().all(|&id| id == leader.id);
            let why = if alone { t.streams_alone() } else { t.streams_soon() };
            LeaderStreams {
                leader: leader.id,
                term: leader.term,
                outdated: world.leaders().any(|other| other.term > leader.term),
                none: rows.is_empty().then_some(why),
                rows,
            }
        })
        .collect();
    leaders.sort_by_key(|streams| std::cmp::Reverse(streams.term));
    leaders
}

/// The number of letters of the longest index and of the longest lag.
pub fn letters(leaders: &[LeaderStreams]) -> (usize, usize) {
    let rows = || leaders.iter().flat_map(|streams| &streams.rows);
    let letters = |longest: Option<u64>| grouped(longest.unwrap_or(0)).chars().count();
    (letters(rows().map(|row| row.next.max(row.matched)).max()), letters(rows().map(|row| row.lag).max()))
}

fn row(link: Link, stream: &StreamInfo, last: Index, scale: &Scale, t: &dyn Text) -> StreamRow {
    let lag = last.saturating_sub(stream.match_index);
    let sent = stream.snapshot.as_ref().filter(|_| stream.state == StreamState::Snapshotting);
    StreamRow {
        link,
        state: stream.state,
        change: change(link, stream, t),
        normal: stream.state == StreamState::LineRate,
        silent: silent(stream, scale.at, t),
        next: stream.next_index,
        matched: stream.match_index,
        lag,
        buffer: stream.replication_buffer.count,
        outbound: stream.outbound_buffer.count,
        plot: scale.plot(stream, lag),
        sending: sent.map(|progress| sending(progress, t)),
    }
}

/// The latest transition of a stream and its cause.
pub fn change((leader, target): Link, stream: &StreamInfo, t: &dyn Text) -> String {
    t.stream_change(NodeName(leader), NodeName(target), stream.from, stream.state, stream.why)
}

/// Text that says that the follower is silent at the time `at`, if so.
pub fn silent(stream: &StreamInfo, at: Micros, t: &dyn Text) -> Option<String> {
    let silent = at - stream.answered.unwrap_or(stream.since);
    // Rounded to 10 ms, so that the text does not change with every event.
    let time = ms(Micros(silent.0 / 10_000 * 10_000), 0);
    (silent >= SILENT).then(|| match stream.trouble {
        Some(Trouble::Unreachable) => t.silent_and_down(&time),
        _ => t.silent(&time),
    })
}

/// The number of chunks that the target has stored, and the number of all. None before the first chunk is sent.
pub fn chunk_counts(progress: &SnapshotProgress) -> Option<(u64, u64)> {
    let size = progress.chunk_size;
    (size > 0).then(|| (progress.offset.div_ceil(size), progress.bytes().div_ceil(size).max(1)))
}

/// The progress of a snapshot, in words and numbers.
pub fn sending(progress: &SnapshotProgress, t: &dyn Text) -> Sending {
    let (stored, bytes) = (progress.offset, progress.bytes());
    Sending {
        percent: percent(stored, bytes),
        bytes: t.bytes_of(stored, bytes),
        chunks: chunk_counts(progress).map(|(done, all)| t.chunks_of(done, all)),
        name: t.sending_name(progress.index(), stored, bytes, progress.chunks_sent),
    }
}

/// The axes of the plots, which all have the same: of two lines, the higher is the greater lag, and what is one above
/// the other happened at once.
struct Scale {
    /// The first time of which a lag is known.
    start: Micros,
    /// The time that is shown.
    at: Micros,
    /// The lag at the top.
    most: u64,
}

impl Scale {
    fn of(world: &World) -> Scale {
        let streams =
            || world.leaders().flat_map(|leader| world.streams.range((leader.id, 0)..=(leader.id, NodeId::MAX)));
        let start = streams().filter_map(|(_, stream)| Some(stream.lag.front()?.0)).min();
        let most = streams().flat_map(|(_, stream)| &stream.lag).map(|&(_, lag)| lag).max();
        Scale { start: start.unwrap_or(world.at), at: world.at, most: most.unwrap_or(0).max(PLOT_LAG_MIN) }
    }

    /// The stepped line from the first known lag of a stream to the present one, as the points of an SVG polyline.
    fn plot(&self, stream: &StreamInfo, lag: u64) -> String {
        let Scale { start, at, most } = *self;
        if stream.lag.is_empty() {
            return String::new();
        }
        // Rounded to half a unit, so that the line does not change with every event.
        let step = |length: u64| length.div_ceil((2.0 * PLOT.0) as u64).max(1);
        let length = (at - start).0.max(1);
        let length = length.div_ceil(step(length)) * step(length);
        let place = |time: Micros, lag: u64| {
            let x = PLOT.0 * (time - start).0 as f64 / length as f64;
            // A margin of one pixel above and below, for the width of the line.
            let y = PLOT.1 - 1.0 - (PLOT.1 - 2.0) * lag as f64 / most.max(lag) as f64;
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
        points.push(place(start + Micros(length), lag));
        points.iter().map(|point| format!("{},{}", tenths(point.x), tenths(point.y))).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::world::{Buffered, NodeState};
    use crate::raft::event::{Role, StreamWhy};
    use crate::raft::log::{Entry, Payload};
    use crate::raft::{Membership, Snapshot, SnapshotMeta};
    use crate::view::lang::English;
    use std::rc::Rc;
    use std::sync::Arc;

    fn world(leaders: &[(NodeId, Term)]) -> World {
        let node = |id: NodeId| {
            let entry = |index| Arc::new(Entry::new(index, 1, Payload::Blank));
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

    fn stream(matched: Index) -> StreamInfo {
        StreamInfo {
            from: Some(StreamState::Lagging),
            next_index: 5,
            match_index: matched,
            replication_buffer: Buffered { first: 7, count: 1 },
            outbound_buffer: Buffered { first: 5, count: 2 },
            answered: Some(Micros::from_ms(90)),
            lag: [(Micros::from_ms(0), 4), (Micros::from_ms(50), 2)].into_iter().collect(),
            ..StreamInfo::new(2, Micros::ZERO, StreamState::LineRate, StreamWhy::CaughtUp)
        }
    }

    fn row_of(stream: StreamInfo, at: u64) -> StreamRow {
        let mut world = world(&[(1, 2)]);
        world.at = Micros::from_ms(at);
        world.streams.insert((1, 2), Rc::new(stream));
        streams(&world, &English)[0].rows[0].clone()
    }

    #[test]
    fn the_leader_of_the_highest_term_comes_first() {
        let mut world = world(&[(1, 2), (3, 5)]);
        for link in [(1, 2), (3, 1), (3, 2)] {
            world.streams.insert(link, Rc::new(stream(4)));
        }
        let found: Vec<_> = streams(&world, &English)
            .into_iter()
            .map(|s| (s.leader, s.outdated, s.rows.into_iter().map(|row| row.link.1).collect::<Vec<_>>()))
            .collect();
        assert_eq!(found, [(3, false, vec![1, 2]), (1, true, vec![2])]);
    }

    #[test]
    fn a_leader_without_streams_says_why() {
        let none = |world: &World| streams(world, &English)[0].none;
        let mut new = world(&[(1, 2)]);
        assert_eq!(none(&new), Some("The streams are about to begin."));
        new.streams.insert((1, 2), Rc::new(stream(4)));
        assert_eq!(none(&new), None);
        let mut alone = NodeState::new(1, Membership::new([1], []), []);
        (alone.alive, alone.role) = (true, Role::Leader);
        assert_eq!(none(&World::new([alone])), Some("The leader is the only member, so nothing is replicated."));
    }

    #[test]
    fn a_row_says_where_the_stream_is_and_why() {
        let row = row_of(stream(2), 100);
        assert_eq!((row.next, row.matched, row.lag, row.buffer, row.outbound), (5, 2, 2, 1, 2));
        assert_eq!(row.change, "caught up, now at line rate");
        assert_eq!(row.silent, None);
        assert_eq!(row.plot, "0.0,1.0 55.9,1.0 55.9,10.0 112.0,10.0");
        let new = StreamInfo::new(2, Micros::ZERO, StreamState::Lagging, StreamWhy::NewLeader);
        assert_eq!(row_of(new, 100).change, "starts: S1 was elected");
    }

    #[test]
    fn all_plots_have_one_scale() {
        let mut world = world(&[(1, 2)]);
        let lags = |lags: [(u64, u64); 2]| StreamInfo {
            lag: lags.map(|(ms, lag)| (Micros::from_ms(ms), lag)).into_iter().collect(),
            ..stream(4)
        };
        world.streams.insert((1, 2), Rc::new(lags([(0, 36), (50, 0)])));
        world.streams.insert((1, 3), Rc::new(lags([(50, 4), (100, 0)])));
        let rows = streams(&world, &English).remove(0).rows;
        // The greatest lag of all is at the top, a ninth of it a ninth as high, and half of the time has passed before it.
        assert_eq!(rows[0].plot, "0.0,1.0 55.9,1.0 55.9,19.0 112.0,19.0");
        assert_eq!(rows[1].plot, "55.9,17.0 111.9,17.0 111.9,19.0 112.0,19.0");
    }

    #[test]
    fn the_longest_number_of_any_leader_counts() {
        let mut world = world(&[(1, 2), (3, 5)]);
        assert_eq!(letters(&streams(&world, &English)), (1, 1));
        world.streams.insert((3, 2), Rc::new(stream(4)));
        world.streams.insert((1, 2), Rc::new(StreamInfo { next_index: 12_345, ..stream(4) }));
        let leaders = streams(&world, &English);
        assert_eq!(letters(&leaders), ("12 345".len(), 1));
        assert_eq!(letters(&leaders[..1]), (1, 1));
    }

    #[test]
    fn a_snapshot_is_told_while_it_is_sent() {
        let meta = SnapshotMeta { id: 1, index: 27, term: 1, membership: (0, Membership::new(1..=3, [])) };
        let snapshot = Arc::new(Snapshot { meta, data: vec![b'x'; 212] });
        let offered = SnapshotProgress::new(snapshot);
        let sent = SnapshotProgress { offset: 64, chunks_sent: 5, chunk_size: 16, ..offered.clone() };
        let sending = |state, snapshot| row_of(StreamInfo { state, snapshot, ..stream(2) }, 100).sending;
        assert_eq!(sending(StreamState::Snapshotting, None), None);
        assert_eq!(sending(StreamState::Lagging, Some(sent.clone())), None);
        assert_eq!(sending(StreamState::Snapshotting, Some(offered)).unwrap().chunks, None);
        let expected = Sending {
            percent: 30,
            bytes: "64 of 212\u{a0}B".into(),
            chunks: Some("4 of 14 chunks".into()),
            name: "snapshot up to entry\u{a0}27: 64 of 212\u{a0}B stored, 5 chunks sent".into(),
        };
        assert_eq!(sending(StreamState::Snapshotting, Some(sent)), Some(expected));
    }

    #[test]
    fn silence_is_said() {
        assert_eq!(row_of(stream(2), 239).silent, None);
        assert_eq!(row_of(stream(2), 245).silent.unwrap(), "no answer for 150\u{a0}ms");
        let down = StreamInfo { trouble: Some(Trouble::Unreachable), ..stream(2) };
        assert_eq!(row_of(down, 245).silent.unwrap(), "down, no answer for 150\u{a0}ms");
    }
}
