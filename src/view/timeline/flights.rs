//! The messages of a run, each in a few bytes.

use crate::lab::vocab::id::MessageId;
use crate::raft::rpc::{Message, MessageKind};
use crate::raft::NodeId;
use crate::runtime::Micros;

/// So many messages are kept; when there are more, the oldest eighth goes. Bands and marks of their time stay.
pub const FLIGHTS_MAX: usize = 131_072;

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is on its way.
    Flying,
    /// It is held, at this part of its way, in thousandths.
    Held(u16),
    /// It arrived.
    Arrived,
    /// It was lost at this part of its way, in thousandths.
    Lost(u16),
}

/// What a message is, as far as its line shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A heartbeat, or its answer.
    Heartbeat,
    /// An answer that says yes.
    Success,
    /// Entries.
    Append,
    /// A part of a snapshot.
    Chunk,
    /// A request for a vote, a vote, or the order to campaign.
    Vote,
    /// An answer that says no.
    Refusal,
}

impl Kind {
    /// Every kind, in the order in which they are drawn: the last lies over the others.
    pub const ALL: [Kind; 6] = [Kind::Heartbeat, Kind::Success, Kind::Append, Kind::Chunk, Kind::Vote, Kind::Refusal];

    /// Its CSS class.
    pub fn class(self) -> &'static str {
        match self {
            Kind::Heartbeat => "heartbeat",
            Kind::Success => "success",
            Kind::Append => "append",
            Kind::Chunk => "chunk",
            Kind::Vote => "vote",
            Kind::Refusal => "refusal",
        }
    }

    /// The kind of a message. `empty`: it is the answer to a message of the kind of a heartbeat.
    pub(super) fn of(message: &Message, to_heartbeat: bool) -> Kind {
        match message.kind() {
            MessageKind::Heartbeat => Kind::Heartbeat,
            _ if message.is_success() == Some(false) => Kind::Refusal,
            MessageKind::Append => Kind::Append,
            MessageKind::AppendAnswer if to_heartbeat => Kind::Heartbeat,
            MessageKind::AppendAnswer => Kind::Success,
            MessageKind::Chunk | MessageKind::ChunkAnswer => Kind::Chunk,
            _ => Kind::Vote,
        }
    }
}

/// A message: from where to where, and from when to when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flight {
    /// Its id.
    pub id: MessageId,
    /// When it was sent.
    pub sent: Micros,
    /// When it arrived or was lost; while it is on its way, when it will arrive.
    pub end: Micros,
    /// The event of sending.
    pub sent_n: u64,
    /// The event with which it left the network; 0 while it is in it.
    pub end_n: u64,
    /// The sender.
    pub from: NodeId,
    /// The receiver.
    pub to: NodeId,
    /// What it is.
    pub kind: Kind,
    /// What became of it.
    pub fate: Fate,
}

impl Flight {
    /// Its part of the way at a time, in thousandths.
    pub(super) fn way_at(&self, at: Micros) -> u16 {
        let (gone, whole) = ((at - self.sent).0, (self.end - self.sent).0.max(1));
        (1000 * gone.min(whole) / whole) as u16
    }
}

/// The messages of a run, in the order in which they were sent.
#[derive(Clone, Debug, Default)]
pub struct Flights {
    all: Vec<Flight>,
    /// The longest time for which any was on its way.
    longest: Micros,
}

impl Flights {
    pub(super) fn push(&mut self, flight: Flight) {
        if self.all.len() >= FLIGHTS_MAX {
            self.all.drain(..FLIGHTS_MAX / 8);
        }
        self.longest = self.longest.max(flight.end - flight.sent);
        self.all.push(flight);
    }

    fn place(&self, id: MessageId) -> Option<usize> {
        self.all.binary_search_by_key(&id, |flight| flight.id).ok()
    }

    /// A message, if it is kept.
    pub fn get(&self, id: MessageId) -> Option<&Flight> {
        self.all.get(self.place(id)?)
    }

    pub(super) fn change(&mut self, id: MessageId, change: impl FnOnce(&mut Flight)) {
        let Some(flight) = self.place(id).and_then(|place| self.all.get_mut(place)) else { return };
        change(flight);
        self.longest = self.longest.max(flight.end - flight.sent);
    }

    /// Those that were on their way at some time of a stretch, and a few others, in the order in which they were sent.
    pub fn within(&self, from: Micros, to: Micros) -> impl DoubleEndedIterator<Item = &Flight> {
        let begin = self.all.partition_point(|flight| flight.sent + self.longest < from);
        let end = self.all.partition_point(|flight| flight.sent <= to);
        let found = self.all.get(begin..end).unwrap_or_default().iter();
        found.filter(move |flight| flight.end >= from || flight.end_n == 0)
    }

    /// All that are kept, in the order in which they were sent.
    pub fn all(&self) -> &[Flight] {
        &self.all
    }
}
