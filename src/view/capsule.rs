//! What a message says of itself while it moves: a capsule with a few letters, where there is room for it.

use super::colour::term_class;
use super::geometry::Point;
use super::lang::Text;
use super::logs::short;
use super::payload::payload;
use super::ring::Ring;
use super::shape::Shape;
use crate::lab::vocab::clip::clipped;
use crate::lab::world::{InFlight, NodeState, World};
use crate::raft::log::{Entry, KeyWrite};
use crate::raft::rpc::{AppendEntries, AppendResult, InstallResult, InstallSnapshot, Message};
use crate::raft::NodeId;

/// The height of a capsule.
pub const HEIGHT: f64 = 17.0;

/// The least width of a capsule.
const WIDTH_MIN: f64 = 24.0;

/// The average width of a letter, and the room on either side of the text.
const LETTER: f64 = 6.3;
const MARGIN: f64 = 4.5;

/// The most letters of an entry.
const LETTERS_MAX: usize = 5;

/// The most capsules. More messages are a crowd, in which nobody could read them, and each is an element of its own.
const CAPSULES_MAX: usize = 24;

/// The least scale of the picture at which the letters can be read.
const SCALE_MIN: f64 = 0.94;

/// The least distance between messages that leave a node at once.
const APART_MIN: f64 = 22.0;

/// The least length of a link, from message to message.
const LANE_MIN: f64 = 64.0;

/// Whether capsules have room in this picture if there are so many. Otherwise messages are drawn as small shapes.
pub fn have_room(ring: &Ring, count: usize) -> bool {
    count <= CAPSULES_MAX
        && ring.scale >= SCALE_MIN
        && ring.lanes_apart() >= APART_MIN
        && ring.shortest_lane() >= LANE_MIN
}

/// A message with its content, centred at the origin.
#[derive(Clone, Debug, PartialEq)]
pub struct Capsule {
    /// The kind of the message, which decides on the form and the colour.
    pub shape: Shape,
    /// Whether it belongs to a pre-vote, which is not binding.
    pub is_pre_vote: bool,
    /// The text.
    pub text: String,
    /// The width.
    pub width: f64,
    /// The radius of the corners.
    pub round: f64,
    /// The CSS class of the term of the entry that it carries.
    pub colour: Option<&'static str>,
    /// The tip of the arrow head on its border, that shows where it goes.
    pub tip: Point,
}

impl Capsule {
    /// The capsule of a message of this shape that moves in the direction `angle` (degrees); none for a heartbeat and
    /// its answer.
    pub fn of(world: &World, message: &InFlight, shape: Shape, angle: f64, t: &dyn Text) -> Option<Capsule> {
        let text = text(world, message, shape, t)?;
        let colour = match &*message.message {
            Message::Append(append) => append.entries.last().map(|entry| term_class(entry.term)),
            _ => None,
        };
        let is_pre_vote = match &*message.message {
            Message::Vote(request) => request.pre_vote,
            Message::VoteResponse(answer) => answer.pre_vote,
            _ => false,
        };
        Some(Capsule { is_pre_vote, colour, ..Capsule::with_text(shape, text, angle) })
    }

    /// A sample for the legend; none of what has no capsule.
    pub fn sample(shape: Shape, t: &dyn Text) -> Option<Capsule> {
        let text = match shape {
            Shape::Heartbeat | Shape::Echo => return None,
            Shape::Append => "x=1",
            Shape::Success => "✓4",
            Shape::Refusal => "≠",
            Shape::Vote => t.capsule_vote(),
            Shape::VoteGranted => "✓",
            Shape::VoteRefused => "✕",
            Shape::TimeoutNow => t.capsule_hand_over(),
            Shape::Chunk => "2/6",
            Shape::ChunkTaken => "✓2",
        };
        let colour = (shape == Shape::Append).then(|| term_class(4));
        Some(Capsule { colour, ..Capsule::with_text(shape, text.into(), 0.0) })
    }

    fn with_text(shape: Shape, text: String, angle: f64) -> Capsule {
        let width = (LETTER * text.chars().count() as f64 + 2.0 * MARGIN).max(WIDTH_MIN);
        let round = match shape {
            Shape::Vote | Shape::VoteGranted | Shape::VoteRefused => 4.0,
            Shape::Chunk | Shape::ChunkTaken => 1.0,
            _ => HEIGHT / 2.0,
        };
        Capsule { shape, is_pre_vote: false, text, width, round, colour: None, tip: tip(width, angle.to_radians()) }
    }
}

/// The accessible name of a message that has this name in full: it begins with what is seen, so that it can be spoken to.
pub fn called(told: Option<&Capsule>, name: String) -> String {
    match told {
        Some(Capsule { text, .. }) => format!("{text}: {name}"),
        None => name,
    }
}

/// Whether a message of this shape has a capsule.
pub fn is_told(shape: Shape) -> bool {
    !matches!(shape, Shape::Heartbeat | Shape::Echo)
}

/// The point just outside of a capsule's border, in the direction `angle` (radians) from its middle.
fn tip(width: f64, angle: f64) -> Point {
    let (cos, sin) = (angle.cos().abs().max(1e-6), angle.sin().abs().max(1e-6));
    Point::default().polar(angle, (width / 2.0 / cos).min(HEIGHT / 2.0 / sin) + 6.5)
}

fn text(world: &World, message: &InFlight, shape: Shape, t: &dyn Text) -> Option<String> {
    let said = match &*message.message {
        _ if !is_told(shape) => return None,
        Message::Append(append) => carried(world.nodes.get(&message.from).map(|node| &**node), append, t),
        Message::AppendResponse(answer) => match answer.result {
            AppendResult::Success(index) => format!("✓{index}"),
            AppendResult::Conflict(_) => "≠".into(),
            AppendResult::StaleTerm => t.capsule_old_term().into(),
        },
        Message::Vote(request) if request.pre_vote => t.capsule_pre_vote().into(),
        Message::Vote(_) => t.capsule_vote().into(),
        Message::VoteResponse(answer) => match (answer.pre_vote, answer.granted) {
            (true, true) => t.capsule_granted_before().into(),
            (true, false) => t.capsule_refused_before().into(),
            (false, true) => "✓".into(),
            (false, false) => "✕".into(),
        },
        Message::TimeoutNow(_) => t.capsule_hand_over().into(),
        Message::Install(chunk) => numbered(world, (message.from, message.to), chunk),
        Message::InstallResponse(answer) => match answer.result {
            InstallResult::Expects(offset) => match chunk_size(world, (message.to, message.from)) {
                Some(size) => format!("✓{}", offset.div_ceil(size)),
                None => "✓".into(),
            },
            InstallResult::Installed => "✓".into(),
            InstallResult::StaleTerm => t.capsule_old_term().into(),
        },
    };
    Some(said)
}

/// The entries of an append: "x=1", or "+3" if there are several.
fn carried(leader: Option<&NodeState>, append: &AppendEntries, t: &dyn Text) -> String {
    match append.entries.as_slice() {
        [only] => entry(leader, only, t),
        entries => format!("+{}", entries.len()),
    }
}

fn entry(leader: Option<&NodeState>, entry: &Entry, t: &dyn Text) -> String {
    let said = match (entry.payload.as_write(), leader) {
        (Some(KeyWrite { key, value: None, .. }), _) => format!("−{key}"),
        (Some(KeyWrite { key, value: Some(value), .. }), _) => format!("{key}={value}"),
        (None, Some(leader)) => short(leader, entry, t),
        (None, None) => payload(&entry.payload, t),
    };
    match said.chars().count() <= LETTERS_MAX {
        true => said,
        false => clipped(&said, LETTERS_MAX - 1).into_owned(),
    }
}

/// The number of a chunk and that of all: "2/6".
fn numbered(world: &World, stream: (NodeId, NodeId), chunk: &InstallSnapshot) -> String {
    let size = chunk_size(world, stream).unwrap_or(0).max(chunk.data.len() as u64).max(1);
    let number = chunk.offset / size + 1;
    let progress = world.streams.get(&stream).and_then(|stream| stream.snapshot.as_ref());
    let bytes = progress.filter(|progress| progress.snapshot.meta.id == chunk.meta.id).map(|progress| progress.bytes());
    match bytes {
        Some(bytes) => format!("{number}/{}", bytes.div_ceil(size).max(number)),
        None => format!("{number}"),
    }
}

fn chunk_size(world: &World, stream: (NodeId, NodeId)) -> Option<u64> {
    let progress = world.streams.get(&stream)?.snapshot.as_ref()?;
    Some(progress.chunk_size).filter(|size| *size > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::run::lab::Lab;
    use crate::lab::Scenario;
    use crate::runtime::Micros;
    use crate::view::lang::English;
    use crate::view::message::Path;
    use std::collections::BTreeSet;

    /// Everything that the capsules of a run say, by the class of the shape.
    fn said(json: &str, ms: u64) -> BTreeSet<String> {
        let mut lab = Lab::new(Scenario::from_json(json).unwrap()).unwrap();
        let (mut said, ring) = (BTreeSet::new(), Ring::new(1..=5));
        while lab.now() < Micros::from_ms(ms) {
            lab.advance_to(lab.now() + Micros(1_000), u64::MAX);
            let world = lab.world();
            for message in world.messages.values() {
                let shape = Shape::of(&world, message);
                let capsule = Capsule::of(&world, message, shape, Path::of(&ring, message).angle(), &English);
                assert_eq!(capsule.is_some(), is_told(shape));
                if let Some(capsule) = capsule {
                    assert!((WIDTH_MIN..=45.0).contains(&capsule.width), "{capsule:?}");
                    said.insert(format!("{} {}", shape.class(), capsule.text));
                } else {
                    said.insert(shape.class().into());
                }
            }
        }
        said
    }

    fn has(said: &BTreeSet<String>, wanted: &[&str]) {
        for wanted in wanted {
            assert!(said.contains(*wanted), "{wanted}: {said:?}");
        }
    }

    #[test]
    fn votes_entries_and_answers_say_what_they_are() {
        let run = r#"{"format": "raft-lab/1", "preset": "classroom", "nodes": [1, 2, 3], "actions": [
            {"at": 0, "do": "campaign", "node": 1},
            {"at": 100, "do": "write", "key": "x", "value": "1"},
            {"at": 150, "do": "write", "key": "key", "value": "a long value"},
            {"at": 200, "do": "write_many", "count": 40}
        ]}"#;
        let said = said(run, 400);
        has(&said, &["vote vote?", "vote-granted ✓", "append 1…3", "append x=1", "append key=…", "success ✓2"]);
        has(&said, &["heartbeat", "echo"]);
        assert!(said.iter().any(|it| it.starts_with("append +")), "{said:?}");
    }

    #[test]
    fn chunks_are_counted() {
        let run = r#"{"format": "raft-lab/1", "preset": "classroom", "nodes": [1, 2, 3],
            "config": {"snapshot_policy": {"logs_since_last": 10}, "snapshot_max_chunk_size": 8},
            "actions": [
                {"at": 0, "do": "campaign", "node": 1}, {"at": 50, "do": "crash", "node": 3},
                {"at": 100, "do": "write_many", "count": 40}, {"at": 600, "do": "restart", "node": 3}
        ]}"#;
        let said = said(run, 1500);
        let chunks: Vec<&String> = said.iter().filter(|it| it.starts_with("chunk ")).collect();
        assert!(chunks.len() > 1 && chunks[0].starts_with("chunk 1/"), "{said:?}");
        assert!(said.iter().any(|it| it.starts_with("chunk-taken ✓")), "{said:?}");
    }

    #[test]
    fn the_answers_to_votes_entries_and_heartbeats_differ() {
        let shapes = [Shape::VoteGranted, Shape::Success, Shape::Echo, Shape::ChunkTaken];
        let classes: BTreeSet<&str> = shapes.map(Shape::class).into();
        assert_eq!(classes.len(), shapes.len());
    }

    #[test]
    fn every_capsule_has_a_sample() {
        for shape in Shape::ALL {
            let sample = Capsule::sample(shape, &English);
            assert_eq!(sample.is_some(), is_told(shape), "{shape:?}");
            let seen = sample.as_ref().map_or("", |sample| &sample.text);
            assert!(called(sample.as_ref(), "S1 → S2".into()).starts_with(seen), "what is seen is in the name");
        }
    }

    #[test]
    fn there_are_capsules_where_there_is_room() {
        let room = |count: NodeId, width: f64, height: f64| Ring::fitting(1..=count, Point::new(width, height));
        let desktop = room(5, 432.0, 560.0);
        assert!(have_room(&desktop, 12) && !have_room(&desktop, 200), "{desktop:?}");
        assert!(have_room(&room(3, 432.0, 560.0), 12));
        assert!(!have_room(&room(9, 432.0, 560.0), 8), "they would cover each other");
        assert!(!have_room(&room(5, 326.0, 375.0), 8), "a phone");
    }

    #[test]
    fn the_head_of_a_capsule_is_outside_of_it() {
        for angle in 0..12 {
            let tip = tip(30.0, f64::from(angle) * 0.5);
            assert!(tip.x.abs() > 15.0 || tip.y.abs() > HEIGHT / 2.0, "{tip:?}");
        }
    }
}
