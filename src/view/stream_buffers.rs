//! The contents of a replication stream: its buffers entry by entry, its messages in flight, and the chunks of a
//! snapshot.

use std::ops::Range;

use super::colour::term_class;
use super::format::{ms, NodeName};
use super::lang::Text;
use super::message::short;
use super::payload::payload;
use super::streams::chunk_counts;
use crate::lab::vocab::clip::clipped;
use crate::lab::vocab::id::{Link, MessageId};
use crate::lab::world::{Buffered, InFlight, NodeState, SnapshotProgress, StreamInfo, Trouble, World};
use crate::raft::event::StreamState;
use crate::raft::rpc::Message;
use crate::raft::{Index, NodeId, Term};

/// The most entries of a buffer that is shown in full.
const WHOLE: Index = 6;

/// The number of entries of a longer buffer that are shown at its start and at its end.
const SHOWN: (Index, Index) = (2, 1);

/// The number of chunks of a snapshot that are shown at either end, and on either side of the one that is sent.
const CHUNKS_SHOWN: (u64, u64) = (1, 2);

/// The most letters of a chunk that are shown.
const CHUNK_LETTERS: usize = 64;

/// The most messages that are listed.
const FLIGHTS_MAX: usize = 5;

/// The contents of an open stream, shown beside its diagram.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// What the stream is doing now, as a sentence.
    pub doing: String,
    /// The replication buffer: entries appended but not yet chosen for sending.
    pub replication: Vec<Slot>,
    /// Why the replication buffer is empty, where that is not obvious.
    pub replication_note: Option<&'static str>,
    /// The outbound buffer: entries in flight or to be sent again.
    pub outbound: Vec<Slot>,
    /// Text for the entries that are in neither buffer and will be read from the log.
    pub unread: Option<String>,
    /// The chunks of the snapshot that is being sent.
    pub chunks: Option<Chunks>,
    /// The messages in flight between leader and target, at most `FLIGHTS_MAX`.
    pub flights: Vec<Flight>,
    /// The number of messages that are not listed.
    pub flights_more: u64,
}

/// A cell in the picture of a buffer.
#[derive(Clone, Debug, PartialEq)]
pub enum Slot {
    /// An entry.
    Entry {
        /// Its index.
        index: Index,
        /// Its term, if the leader's log still has it.
        term: Option<Term>,
        /// The CSS class of the term's colour.
        colour: &'static str,
        /// Its payload, in words.
        payload: String,
        /// Its accessible name.
        name: String,
    },
    /// Entries that are not shown: the first and the last index.
    Fold(Index, Index),
}

/// The chunks of a snapshot, as they are shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Chunks {
    /// The snapshot's last index, term and size.
    pub title: String,
    /// The chunks, with a cell for each range that is not shown.
    pub cells: Vec<Chunk>,
    /// The progress of the transfer, in words.
    pub progress: String,
}

/// A chunk, or a range of chunks that are not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Its range of bytes.
    pub bytes: Range<u64>,
    /// The number of chunks in it.
    pub count: u64,
    /// The state of its transfer.
    pub state: ChunkState,
    /// Its content as text, for a single chunk.
    pub text: Option<String>,
    /// Its accessible name.
    pub name: String,
}

/// The state of the transfer of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChunkState {
    /// The target has it.
    Stored,
    /// Sent, but not acknowledged.
    InFlight,
    /// Not yet sent.
    Open,
}

impl ChunkState {
    /// Its CSS class.
    pub fn class(self) -> &'static str {
        match self {
            ChunkState::Stored => "stored",
            ChunkState::InFlight => "in-flight",
            ChunkState::Open => "open",
        }
    }
}

/// A message in flight between leader and target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flight {
    /// Its id.
    pub id: MessageId,
    /// Whether it goes from the leader to the target.
    pub out: bool,
    /// A short description.
    pub words: String,
    /// Its time of arrival, as text.
    pub arrives: String,
}

/// The contents of the stream of `link`.
pub fn held(world: &World, link: Link, stream: &StreamInfo, t: &dyn Text) -> Held {
    let leader = world.nodes.get(&link.0).map(|node| &**node);
    let at_line_rate = stream.state == StreamState::LineRate;
    let snapshot = stream.snapshot.as_ref().filter(|_| stream.state == StreamState::Snapshotting);
    let (flights, flights_more) = flights(world, link, t);
    Held {
        doing: doing(world, link, stream, t),
        replication: slots(leader, stream.replication_buffer, t),
        replication_note: (!at_line_rate).then(|| t.buffer_at_line_rate_only()),
        outbound: slots(leader, stream.outbound_buffer, t),
        unread: leader.and_then(|leader| unread(leader, stream)).map(|(first, last)| t.unread(first, last)),
        chunks: snapshot.map(|progress| chunks(progress, t)),
        flights,
        flights_more,
    }
}

/// The entries of a buffer; of many, the first and the last ones.
fn slots(leader: Option<&NodeState>, buffer: Buffered, t: &dyn Text) -> Vec<Slot> {
    let (first, last) = (buffer.first, buffer.last());
    let (head, tail) = SHOWN;
    let slot = |index: Index| {
        let entry = leader.and_then(|leader| leader.entry(index));
        let payload = entry.map_or_else(String::new, |entry| payload(&entry.payload, t));
        let name = match entry {
            Some(entry) => t.entry_of_term(index, &payload, entry.term),
            None => t.entry_number(index),
        };
        let term = entry.map(|entry| entry.term);
        Slot::Entry { index, term, colour: term.map_or("term-none", term_class), payload, name }
    };
    if buffer.count == 0 {
        Vec::new()
    } else if Index::from(buffer.count) <= WHOLE {
        (first..=last).map(slot).collect()
    } else {
        let fold = Slot::Fold(first + head, last - tail);
        let (begin, end) = (first..first + head, last + 1 - tail..=last);
        begin.map(slot).chain([fold]).chain(end.map(slot)).collect()
    }
}

/// The first and the last entry that will be read from the log: from the next index on, without those in the buffers.
fn unread(leader: &NodeState, stream: &StreamInfo) -> Option<(Index, Index)> {
    if stream.state == StreamState::Snapshotting {
        return None;
    }
    let first = stream.next_index + Index::from(stream.outbound_buffer.count);
    let last = match stream.replication_buffer {
        Buffered { count: 0, .. } => leader.last_index(),
        buffer => buffer.first - 1,
    };
    (first <= last).then_some((first, last))
}

fn doing(world: &World, (_, target): Link, stream: &StreamInfo, t: &dyn Text) -> String {
    let outbound = stream.outbound_buffer;
    let (first, last) = (outbound.first, outbound.last());
    let progress = stream.snapshot.as_ref();
    match (stream.state, progress) {
        (StreamState::Snapshotting, None) => t.doing_waits_for_snapshot().into(),
        (StreamState::Snapshotting, Some(progress)) => match progress.in_flight {
            Some((offset, bytes)) => t.doing_chunk(offset, bytes),
            None => t.doing_chunk_again(progress.offset),
        },
        _ if outbound.count > 0 => match stream.trouble {
            None => t.doing_sends(first, last, NodeName(target)),
            Some(Trouble::Unanswered) => t.doing_sends_again(first, last),
            Some(Trouble::Unreachable) => t.doing_sends_again_down(first, last, NodeName(target)),
        },
        (_, _) if stream.trouble == Some(Trouble::Unreachable) => t.doing_tries(NodeName(target)),
        (StreamState::Lagging, _) if stream.match_index + 1 < stream.next_index => {
            t.doing_asks(NodeName(target), stream.next_index - 1)
        }
        _ if stream.match_index >= last_index(world, stream) => t.doing_nothing(NodeName(target)),
        _ => t.doing_reads().into(),
    }
}

fn last_index(world: &World, stream: &StreamInfo) -> Index {
    let leader = world.leaders().find(|leader| leader.term == stream.term);
    leader.map_or(0, NodeState::last_index)
}

/// The messages in flight of a stream, in the order in which they were sent, and the number that is not listed.
fn flights(world: &World, (leader, target): Link, t: &dyn Text) -> (Vec<Flight>, u64) {
    let all: Vec<Flight> = on_the_way(world, leader, target)
        .map(|message| Flight {
            id: message.id,
            out: message.from == leader,
            words: short(&message.message, t),
            arrives: if message.held { t.held().into() } else { t.arrives_at(&ms(message.arrives, 1)) },
        })
        .collect();
    let more = all.len().saturating_sub(FLIGHTS_MAX);
    (all.into_iter().take(FLIGHTS_MAX).collect(), more as u64)
}

/// The messages in flight between a leader and its target, in both directions.
pub fn on_the_way(world: &World, leader: NodeId, target: NodeId) -> impl Iterator<Item = &InFlight> {
    let of_stream = move |message: &&InFlight| match &*message.message {
        Message::Append(_) | Message::Install(_) => (message.from, message.to) == (leader, target),
        Message::AppendResponse(_) | Message::InstallResponse(_) => (message.from, message.to) == (target, leader),
        _ => false,
    };
    world.messages.values().map(|message| &**message).filter(of_stream)
}

/// The chunks of a snapshot: the first, those around the one that is sent, and the last.
fn chunks(progress: &SnapshotProgress, t: &dyn Text) -> Chunks {
    let (bytes, meta) = (progress.bytes(), &progress.snapshot.meta);
    let title = t.snapshot_up_to(meta.index, meta.term, bytes);
    let told = t.bytes_of(progress.offset, bytes);
    let Some((done, all)) = chunk_counts(progress) else {
        let cells = vec![chunk(progress, 0..1, 0..bytes, t)];
        return Chunks { title, cells, progress: told };
    };
    let size = progress.chunk_size;
    let current = progress.in_flight.map_or(progress.offset, |(offset, _)| offset) / size;
    let (edge, near) = CHUNKS_SHOWN;
    let is_shown = |i: u64| i < edge || i + edge >= all || i.abs_diff(current) <= near;
    let mut runs: Vec<Range<u64>> = Vec::new();
    let mut i = 0;
    while i < all {
        let folded = (i..all).take_while(|&i| !is_shown(i)).count() as u64;
        let next = i + folded.max(1);
        runs.push(i..next);
        i = next;
    }
    let cells = runs.into_iter().map(|run| {
        let bytes = run.start * size..(run.end * size).min(bytes);
        chunk(progress, run, bytes, t)
    });
    Chunks { title, cells: cells.collect(), progress: format!("{told} · {}", t.chunks_of(done, all)) }
}

fn chunk(progress: &SnapshotProgress, run: Range<u64>, bytes: Range<u64>, t: &dyn Text) -> Chunk {
    let in_flight = progress.in_flight.is_some_and(|(offset, size)| offset < bytes.end && bytes.start < offset + size);
    let state = if bytes.end <= progress.offset {
        ChunkState::Stored
    } else if in_flight {
        ChunkState::InFlight
    } else {
        ChunkState::Open
    };
    let count = run.end - run.start;
    let data = usize::try_from(bytes.start).ok().zip(usize::try_from(bytes.end).ok());
    let data = data.and_then(|(first, end)| progress.snapshot.data.get(first..end));
    let text = data.filter(|_| count == 1).map(|data| String::from_utf8_lossy(data).replace('\n', "⏎"));
    let text = text.map(|text| clipped(&text, CHUNK_LETTERS).into_owned());
    let words = match state {
        ChunkState::Stored => t.chunk_stored(),
        ChunkState::InFlight => t.chunk_in_flight(),
        ChunkState::Open => t.chunk_open(),
    };
    let name = t.chunk_name(count, bytes.start, bytes.end.saturating_sub(1).max(bytes.start), words);
    Chunk { bytes, count, state, text, name }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::vocab::action::Action;
    use crate::lab::{Lab, Scenario, StepKind};
    use crate::raft::{Membership, Snapshot, SnapshotMeta};
    use crate::runtime::Micros;
    use crate::view::lang::English;
    use std::sync::Arc;

    /// A run of two nodes in which S1 leads, has written, and has finished replicating.
    fn lab(change: impl FnOnce(&mut Scenario)) -> Lab {
        let mut scenario = Scenario::classroom(2);
        change(&mut scenario);
        let mut lab = Lab::new(scenario).unwrap();
        lab.act(Action::Campaign { node: 1 }).unwrap();
        lab.advance_to(Micros::from_ms(150), u64::MAX);
        lab
    }

    fn write(lab: &mut Lab, count: u64) {
        lab.act(Action::WriteMany {
            count,
            every: Some(Micros::ZERO),
            clients: None,
            value_bytes: None,
            keys: None,
            retry_after: None,
        })
        .unwrap();
    }

    fn of(lab: &Lab) -> Held {
        let world = lab.world();
        held(&world, (1, 2), &world.streams[&(1, 2)], &English)
    }

    /// Steps until the contents are as wanted.
    fn until(lab: &mut Lab, wanted: impl Fn(&Held) -> bool) -> Held {
        for _ in 0..5000 {
            if lab.world().streams.contains_key(&(1, 2)) && wanted(&of(lab)) {
                return of(lab);
            }
            lab.step(StepKind::Event);
        }
        panic!("never so: {:?}", of(lab));
    }

    /// The entries of a buffer as `3:1` (term) or `7..90`.
    fn told(slots: &[Slot]) -> Vec<String> {
        let told = |slot: &Slot| match slot {
            Slot::Entry { index, term, .. } => format!("{index}:{}", term.unwrap_or(0)),
            Slot::Fold(first, last) => format!("{first}..{last}"),
        };
        slots.iter().map(told).collect()
    }

    #[test]
    fn entries_wait_then_go_and_are_told_with_term_and_payload() {
        let mut lab = lab(|_| {});
        assert_eq!(of(&lab).doing, "S2 has all entries: only heartbeats are sent.");
        write(&mut lab, 4);
        let held = until(&mut lab, |held| held.replication.len() == 2 && held.outbound.len() == 2);
        let (sent, waits) = (told(&held.outbound), told(&held.replication));
        assert_eq!((sent, waits), (vec!["2:1".to_string(), "3:1".into()], vec!["4:1".to_string(), "5:1".into()]));
        assert_eq!(held.unread, None);
        assert_eq!(held.doing, "Entries\u{a0}2–3 are sent; S2 has not answered yet.");
        let Slot::Entry { name, colour, .. } = &held.outbound[0] else { panic!() };
        assert_eq!((name.as_str(), *colour), ("2: x=1 (term\u{a0}1)", "term-1"));
        assert_eq!(held.flights[0].words, "append 2–3");
    }

    #[test]
    fn a_gap_is_still_in_the_log() {
        let mut lab = lab(|_| {});
        write(&mut lab, 9);
        let held = until(&mut lab, |held| held.unread.is_some());
        assert_eq!(held.unread.as_deref(), Some("still in the log: 2–10"));
    }

    #[test]
    fn of_a_long_buffer_the_middle_is_folded() {
        let mut lab = lab(|scenario| scenario.config.replication_lag_threshold = Some(1000));
        write(&mut lab, 40);
        let held = until(&mut lab, |held| matches!(held.replication.get(2), Some(Slot::Fold(..))));
        let told = told(&held.replication);
        assert_eq!(
            (told.len(), &told[..2], &told[3]),
            (4, &["4:1".to_string(), "5:1".into()][..], &"41:1".to_string())
        );
    }

    #[test]
    fn who_is_down_is_tried_again() {
        let mut lab = lab(|_| {});
        lab.act(Action::Crash { node: 2.into() }).unwrap();
        write(&mut lab, 2);
        lab.advance_to(lab.now() + Micros::from_ms(200), u64::MAX);
        assert_eq!(of(&lab).doing, "S2 is down: 2–3 will be tried again at each tick.");
    }

    /// The chunks as `16..32 stored`.
    fn cells(chunks: &Chunks) -> Vec<String> {
        let cell = |cell: &Chunk| format!("{}..{} {}", cell.bytes.start, cell.bytes.end, cell.state.class());
        chunks.cells.iter().map(cell).collect()
    }

    #[test]
    fn a_snapshot_goes_chunk_by_chunk() {
        let text = include_str!("../../tests/scenarios/streams/line-rate-to-snapshotting-and-back.json");
        let mut lab = Lab::new(Scenario::from_json(text).unwrap()).unwrap();
        lab.advance_to(Micros::from_ms(1900), u64::MAX);
        let of = |lab: &Lab| {
            let world = lab.world();
            held(&world, (1, 3), &world.streams[&(1, 3)], &English)
        };
        let mut told = Vec::new();
        while let Some(chunks) = of(&lab).chunks {
            if told.last() != Some(&cells(&chunks)) {
                told.push(cells(&chunks));
            }
            if told.len() == 2 {
                let held = of(&lab);
                assert_eq!((held.replication_note, held.unread), (Some("used at line rate only"), None));
            }
            lab.step(StepKind::Event);
        }
        let expected = [
            ["0..16 in-flight", "16..32 open", "32..36 open"],
            ["0..16 stored", "16..32 in-flight", "32..36 open"],
            ["0..16 stored", "16..32 stored", "32..36 in-flight"],
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn of_many_chunks_those_around_the_one_that_is_sent_are_told() {
        let meta = SnapshotMeta { id: 1, index: 27, term: 3, membership: (0, Membership::new(1..=3, [])) };
        let data = (0..53).flat_map(|i| format!("k{}={}\n", i % 10, i % 10).into_bytes()).take(212).collect();
        let offered = SnapshotProgress::new(Arc::new(Snapshot { meta, data }));
        let none = chunks(&offered, &English);
        assert_eq!((cells(&none), none.progress.as_str()), (vec!["0..212 open".to_string()], "0 of 212\u{a0}B"));
        let sent = SnapshotProgress { offset: 96, in_flight: Some((96, 16)), chunk_size: 16, ..offered };
        let chunks = chunks(&sent, &English);
        assert_eq!(chunks.title, "up to entry\u{a0}27 (term\u{a0}3), 212\u{a0}B");
        assert_eq!(chunks.progress, "96 of 212\u{a0}B · 6 of 14 chunks");
        let expected = [
            "0..16 stored",
            "16..64 stored",
            "64..80 stored",
            "80..96 stored",
            "96..112 in-flight",
            "112..128 open",
            "128..144 open",
            "144..208 open",
            "208..212 open",
        ];
        assert_eq!(cells(&chunks), expected);
        assert_eq!(chunks.cells[0].text.as_deref(), Some("k0=0⏎k1=1⏎k2=2⏎k"));
        assert_eq!((chunks.cells[1].count, chunks.cells[1].text.as_deref()), (3, None));
        assert_eq!(chunks.cells[1].name, "3 chunks, bytes 16–63: stored");
    }
}
