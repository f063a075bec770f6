//! Messages: their places, and their descriptions.

use serde::{Deserialize, Serialize};

use super::format::{ms, range, NodeName};
use super::geometry::Point;
use super::lang::values::{Carried, ChunkPlace, EntryPlace};
use super::lang::Text;
use super::ring::Ring;
use super::selection::Selection;
use super::shape::Shape;
use crate::lab::world::{InFlight, LostMessage, LOST_SHOWN};
use crate::raft::rpc::{AppendEntries, AppendResult, InstallResult, InstallSnapshot, Message};
use crate::runtime::Micros;

/// The least distance of a lost message from either end of its path, as a fraction of the path, so that no node covers
/// it.
const LOST_MARGIN: f64 = 0.14;

/// The path of a message through the picture: its start and its end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Path {
    start: Point,
    end: Point,
}

impl Path {
    /// The path of `message`.
    pub fn of(ring: &Ring, message: &InFlight) -> Path {
        let (start, end) = ring.lane((message.from, message.to));
        Path { start, end }
    }

    /// The direction of the path, in degrees.
    pub fn angle(&self) -> f64 {
        self.start.angle_to(self.end).to_degrees()
    }

    /// The place of `message` at `now`.
    pub fn place(&self, message: &InFlight, now: Micros) -> Point {
        self.start.toward(self.end, passed(message, now))
    }
}

/// The place where a message was lost, and its direction in degrees.
pub fn lost_place(ring: &Ring, lost: &LostMessage) -> (Point, f64) {
    let way = passed(&lost.message, lost.at).clamp(LOST_MARGIN, 1.0 - LOST_MARGIN);
    let lane = Path::of(ring, &lost.message);
    (lane.start.toward(lane.end, way), lane.angle())
}

/// The opacity of a lost message at `now`, falling from 1 to 0.
pub fn lost_left(lost: &LostMessage, now: Micros) -> f64 {
    (1.0 - (now - lost.at).0 as f64 / LOST_SHOWN.0 as f64).max(0.0)
}

fn passed(message: &InFlight, now: Micros) -> f64 {
    f64::from(message.passed_at(now)) / 1e6
}

/// The messages that are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// All, equally.
    #[default]
    All,
    /// All, with the less relevant ones faint.
    Context,
    /// Only the relevant ones.
    Focus,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Scope; 3] = [Scope::All, Scope::Context, Scope::Focus];

    /// Its label.
    pub fn name(self, t: &dyn Text) -> &'static str {
        match self {
            Scope::All => t.scope_all(),
            Scope::Context => t.scope_context(),
            Scope::Focus => t.scope_focus(),
        }
    }

    /// The next scope, cyclically.
    pub fn next(self) -> Scope {
        match self {
            Scope::All => Scope::Context,
            Scope::Context => Scope::Focus,
            Scope::Focus => Scope::All,
        }
    }

    /// How a message is drawn, given the selection.
    pub fn shows(self, message: &InFlight, selected: Option<Selection>) -> Drawn {
        match self {
            Scope::All => Drawn::Full,
            _ if is_to_the_point(message, selected) => Drawn::Full,
            Scope::Context => Drawn::Faint,
            Scope::Focus => Drawn::Not,
        }
    }
}

/// How a message is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawn {
    /// Normally.
    Full,
    /// Faintly.
    Faint,
    /// Not at all.
    Not,
}

/// Whether a message is relevant to the selection; without a selection, whether it is more than a heartbeat or a
/// positive response to one.
fn is_to_the_point(message: &InFlight, selected: Option<Selection>) -> bool {
    let between = |(a, b)| [(a, b), (b, a)].contains(&(message.from, message.to));
    match selected {
        None => !matches!(Shape::by_itself(&message.message), Shape::Heartbeat | Shape::Success) || message.held,
        Some(Selection::Node(node)) => message.from == node || message.to == node,
        Some(Selection::Link(link)) => between(link),
        Some(Selection::Stream(leader, target)) => {
            between((leader, target)) && !matches!(&*message.message, Message::Vote(_) | Message::VoteResponse(_))
        }
        Some(Selection::Message(id)) => message.id == id || message.re == Some(id) || message.copy_of == Some(id),
        Some(Selection::Entry(_, index)) => match &*message.message {
            Message::Append(append) => append.entries.iter().any(|entry| entry.index == index),
            Message::AppendResponse(answer) => matches!(answer.result, AppendResult::Success(to) if to >= index),
            _ => false,
        },
    }
}

/// The label of a message: the indices of its entries, if it carries any.
pub fn label(message: &Message) -> Option<String> {
    match message {
        Message::Append(append) => match carried(append) {
            Carried::Nothing => None,
            Carried::Entries(first, last) => Some(range(first, last)),
        },
        Message::Install(chunk) => Some(format!("{} B", chunk.data.len())),
        _ => None,
    }
}

fn carried(append: &AppendEntries) -> Carried {
    match append.entries.is_empty() {
        true => Carried::Nothing,
        false => Carried::Entries(append.prev_log_index + 1, append.last_index()),
    }
}

fn chunk_place(chunk: &InstallSnapshot) -> ChunkPlace {
    let InstallSnapshot { meta, offset, data, done, .. } = chunk;
    ChunkPlace { index: meta.index, offset: *offset, bytes: data.len() as u64, last: *done }
}

/// A short description: "append 5–6".
pub fn short(message: &Message, t: &dyn Text) -> String {
    match message {
        Message::Append(append) => t.append(carried(append)),
        Message::AppendResponse(answer) => match answer.result {
            AppendResult::Success(index) => t.append_success(index),
            AppendResult::Conflict(_) => t.append_conflict(),
            AppendResult::StaleTerm => t.append_stale(answer.term),
        },
        Message::Vote(vote) if vote.pre_vote => t.pre_vote_request(vote.term),
        Message::Vote(vote) => t.vote_request(vote.term),
        Message::VoteResponse(vote) if vote.pre_vote => t.pre_vote_answer(vote.granted),
        Message::TimeoutNow(_) => t.timeout_now(),
        Message::VoteResponse(vote) => t.vote_answer(vote.granted, vote.term),
        Message::Install(chunk) => t.chunk(chunk_place(chunk)),
        Message::InstallResponse(answer) => match answer.result {
            InstallResult::Expects(offset) => t.chunk_expects(offset),
            InstallResult::Installed => t.snapshot_installed(answer.last_included_index),
            InstallResult::StaleTerm => t.append_stale(answer.term),
        },
    }
}

/// A full description.
pub fn full(message: &Message, t: &dyn Text) -> String {
    let place = |index, term| EntryPlace { index, term };
    match message {
        Message::Append(append) => {
            let AppendEntries { term, prev_log_index, prev_log_term, leader_commit, .. } = append;
            t.append_full(carried(append), *term, place(*prev_log_index, *prev_log_term), *leader_commit)
        }
        Message::AppendResponse(answer) => match answer.result {
            AppendResult::Success(index) => t.append_success_full(index, answer.term),
            AppendResult::Conflict(hint) => {
                t.append_conflict_full(answer.term, hint.map(|hint| place(hint.index, hint.term)))
            }
            AppendResult::StaleTerm => t.append_stale(answer.term),
        },
        Message::Vote(vote) => {
            let last = place(vote.last_log_index, vote.last_log_term);
            match vote.pre_vote {
                true => t.pre_vote_request_full(vote.term, last),
                false => t.vote_request_full(vote.term, last),
            }
        }
        Message::VoteResponse(_) => short(message, t),
        Message::TimeoutNow(request) => t.timeout_now_full(request.term),
        Message::Install(chunk) => t.chunk_full(chunk_place(chunk), chunk.term),
        Message::InstallResponse(answer) => match answer.result {
            InstallResult::Expects(offset) => t.chunk_expects_full(offset, answer.term),
            InstallResult::Installed => t.snapshot_installed_full(answer.last_included_index, answer.term),
            InstallResult::StaleTerm => t.append_stale(answer.term),
        },
    }
}

/// The accessible name of a message: "S1 → S2: append 5–6 in term 3, …, arrives at 1 234.5 ms", or that it is held.
pub fn name(message: &InFlight, t: &dyn Text) -> String {
    let (from, to, says) = (NodeName(message.from), NodeName(message.to), full(&message.message, t));
    if message.held {
        t.held_name(from, to, &says)
    } else {
        t.message_name(from, to, &says, &ms(message.arrives, 1))
    }
}

/// The accessible name of a lost message: "S1 → S2: heartbeat, lost at 1 234.5 ms: the link is cut".
pub fn lost_name(lost: &LostMessage, t: &dyn Text) -> String {
    let (from, to) = (NodeName(lost.message.from), NodeName(lost.message.to));
    t.lost_name(from, to, &short(&lost.message.message, t), &ms(lost.at, 1), lost.why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raft::log::{Entry, Payload};
    use crate::raft::rpc::{AppendResponse, ConflictHint, VoteRequest, VoteResponse};
    use crate::view::lang::English;
    use std::rc::Rc;
    use std::sync::Arc;

    fn append(count: u64) -> Message {
        let entry = |index| Arc::new(Entry::new(index, 3, Payload::Blank));
        let entries = (5..5 + count).map(entry).collect();
        let append =
            AppendEntries { term: 3, leader: 1, prev_log_index: 4, prev_log_term: 2, leader_commit: 4, entries };
        Message::Append(append)
    }

    fn answer(result: AppendResult) -> Message {
        Message::AppendResponse(AppendResponse { term: 3, result })
    }

    fn in_flight(message: Message) -> InFlight {
        let (sent, arrives) = (Micros::from_ms(10), Micros::from_ms(20));
        let kind = message.kind();
        InFlight {
            id: 1,
            from: 1,
            to: 2,
            kind,
            re: None,
            copy_of: None,
            sent,
            arrives,
            held: false,
            passed: (0, sent),
            message: Rc::new(message),
        }
    }

    #[test]
    fn every_message_has_a_shape_and_words() {
        let ballot = Message::Vote(VoteRequest {
            term: 3,
            candidate: 1,
            last_log_index: 4,
            last_log_term: 2,
            pre_vote: false,
            transfer: false,
        });
        let vote = |granted| Message::VoteResponse(VoteResponse { term: 3, granted, pre_vote: false });
        let hint = Some(ConflictHint { term: 2, index: 3 });
        let cases = [
            (append(2), Shape::Append, "append 5–6 in term\u{a0}3, after entry\u{a0}4 of term\u{a0}2; commit\u{a0}4"),
            (append(1), Shape::Append, "append 5 in term\u{a0}3, after entry\u{a0}4 of term\u{a0}2; commit\u{a0}4"),
            (append(0), Shape::Heartbeat, "heartbeat in term\u{a0}3, after entry\u{a0}4 of term\u{a0}2; commit\u{a0}4"),
            (answer(AppendResult::Success(6)), Shape::Success, "OK, log matches up to entry\u{a0}6, in term\u{a0}3"),
            (
                answer(AppendResult::Conflict(hint)),
                Shape::Refusal,
                "refuses: it lacks the entry before, or has another one there, in term\u{a0}3; hint: look at entry\u{a0}3 of term\u{a0}2",
            ),
            (answer(AppendResult::StaleTerm), Shape::Refusal, "refuses: it is in term\u{a0}3 already"),
            (ballot, Shape::Vote, "asks for a vote in term\u{a0}3, with a log up to entry\u{a0}4 of term\u{a0}2"),
            (vote(true), Shape::VoteGranted, "grants its vote in term\u{a0}3"),
            (vote(false), Shape::VoteRefused, "denies its vote in term\u{a0}3"),
        ];
        for (message, shape, words) in cases {
            assert_eq!((Shape::by_itself(&message), full(&message, &English).as_str()), (shape, words));
        }
    }

    #[test]
    fn only_entries_are_labelled() {
        assert_eq!(label(&append(3)).as_deref(), Some("5–7"));
        assert_eq!(label(&append(0)), None);
        assert_eq!(label(&answer(AppendResult::Success(6))), None);
    }

    #[test]
    fn a_message_is_where_the_clock_puts_it() {
        let (ring, message) = (Ring::new([1, 2]), in_flight(append(1)));
        let (start, end) = ring.lane((1, 2));
        for (now, way) in [(10, 0.0), (15, 0.5), (20, 1.0), (90, 1.0), (0, 0.0)] {
            let lane = Path::of(&ring, &message);
            let (at, angle) = (lane.place(&message, Micros::from_ms(now)), lane.angle());
            assert!(at.distance(start.toward(end, way)) < 0.001 && angle.abs() < 0.001, "{now}: {at:?}, {angle}");
        }
    }

    #[test]
    fn a_lost_message_fades_where_it_was_lost() {
        let ring = Ring::new([1, 2]);
        let lost = |ms| LostMessage {
            message: Rc::new(in_flight(append(1))),
            at: Micros::from_ms(ms),
            why: crate::lab::vocab::event::LossWhy::Cut,
        };
        let (start, end) = ring.lane((1, 2));
        let (at, _) = lost_place(&ring, &lost(15));
        assert!(at.distance(start.toward(end, 0.5)) < 0.001);
        let (at, _) = lost_place(&ring, &lost(10));
        assert!(at.distance(start) > 5.0, "not under the node that sent it");
        let left = |time| lost_left(&lost(15), Micros::from_ms(15) + time);
        assert!((left(Micros(LOST_SHOWN.0 / 4)) - 0.75).abs() < 0.001);
        assert_eq!([left(Micros::ZERO), left(LOST_SHOWN), left(Micros(2 * LOST_SHOWN.0))], [1.0, 0.0, 0.0]);
        assert_eq!(lost_name(&lost(15), &English), "S1 → S2: append 5, lost at 15.0\u{a0}ms: the link is cut");
        assert_eq!(name(&in_flight(append(0)), &English).split(", arrives").nth(1), Some(" at 20.0\u{a0}ms"));
    }

    #[test]
    fn a_message_that_is_held_is_not_said_to_arrive() {
        let held = InFlight { held: true, ..in_flight(answer(AppendResult::Success(6))) };
        assert_eq!(name(&held, &English), "S1 → S2: OK, log matches up to entry\u{a0}6, in term\u{a0}3; it is held");
    }

    #[test]
    fn what_is_not_to_the_point_is_faint_or_not_there() {
        let heartbeat = in_flight(append(0));
        let entries = in_flight(append(2)); // 5 and 6, from S1 to S2
        let shown = |scope: Scope, message: &InFlight, selected| scope.shows(message, selected);
        assert_eq!(shown(Scope::All, &heartbeat, None), Drawn::Full);
        assert_eq!(shown(Scope::Context, &heartbeat, None), Drawn::Faint);
        assert_eq!(shown(Scope::Focus, &heartbeat, None), Drawn::Not);
        assert_eq!(shown(Scope::Focus, &entries, None), Drawn::Full);
        let cases = [
            (Selection::Node(2), true),
            (Selection::Node(3), false),
            (Selection::Link((2, 1)), true),
            (Selection::Link((1, 3)), false),
            (Selection::Stream(1, 2), true),
            (Selection::Message(1), true),
            (Selection::Message(7), false),
            (Selection::Entry(2, 6), true),
            (Selection::Entry(2, 7), false),
        ];
        for (selected, to_the_point) in cases {
            let expected = if to_the_point { Drawn::Full } else { Drawn::Not };
            assert_eq!(shown(Scope::Focus, &entries, Some(selected)), expected, "{selected:?}");
        }
        let scopes = [Scope::All.next(), Scope::Context.next(), Scope::Focus.next()];
        assert_eq!(scopes, [Scope::Context, Scope::Focus, Scope::All]);
    }
}
