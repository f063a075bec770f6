//! The shapes of messages, also used for the legend.

use yew::prelude::*;

use crate::view::capsule::{Capsule, HEIGHT};
use crate::view::geometry::turned;
use crate::view::shape::Shape;

/// The outline of an arrow that points to the right.
const ARROW: [(f64, f64); 5] = [(-11.0, -7.0), (3.0, -7.0), (11.0, 0.0), (3.0, 7.0), (-11.0, 7.0)];

/// Two chevrons that point to the right, the second relative to the end of the first.
const HURRY: [[(f64, f64); 3]; 2] = [[(-4.5, -4.5), (-0.5, 0.0), (-4.5, 4.5)], [(5.5, -9.0), (9.5, -4.5), (5.5, 0.0)]];

/// The tail and the head of a pulse that travels to the right.
const PULSE: [[(f64, f64); 2]; 2] = [[(-13.0, 0.0), (-1.0, 0.0)], [(0.0, 0.0), (5.0, 0.0)]];

const SPOT: &str = "m-3.4 0a3.4 3.4 0 1 1 6.8 0a3.4 3.4 0 1 1-6.8 0z";
const RING: &str = "m-7 0a7 7 0 1 1 14 0a7 7 0 1 1-14 0z";
const DISC: &str = "m-9 0a9 9 0 1 1 18 0a9 9 0 1 1-18 0z";
const DIAMOND: &str = "m0-9 9 9-9 9-9-9z";
const BALLOT: &str =
    "m-4.5-9h9a2.5 2.5 0 0 1 2.5 2.5v13a2.5 2.5 0 0 1-2.5 2.5h-9a2.5 2.5 0 0 1-2.5-2.5v-13a2.5 2.5 0 0 1 2.5-2.5z";
const BLOCK: &str = "m-5-7h10a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2h-10a2 2 0 0 1-2-2v-10a2 2 0 0 1 2-2z";

/// A client: head and shoulders.
pub const PERSON: &str = "M0-1.2a3 3 0 1 1 .01 0zM-5.5 6.2c0-7.2 11-7.2 11 0z";

/// The lines of a message, as SVG path data relative to its centre.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// The body.
    pub body: String,
    /// The mark on it; empty if it has none.
    pub mark: String,
}

impl Outline {
    /// The lines of a message that moves in the direction `angle` (degrees, clockwise from the right).
    pub fn of(shape: Shape, angle: f64) -> Outline {
        let (body, mark) = match shape {
            Shape::Append => return Outline { body: turned(&ARROW, angle) + "z", mark: String::new() },
            Shape::TimeoutNow => {
                let mark = HURRY.map(|chevron| turned(&chevron, angle)).concat();
                return Outline { body: DISC.into(), mark };
            }
            Shape::Heartbeat => {
                let [body, mark] = PULSE.map(|line| turned(&line, angle));
                return Outline { body, mark };
            }
            Shape::Success => (RING, "m-3.2.2 2.2 2.4 4-5"),
            Shape::Echo => (SPOT, ""),
            Shape::Refusal => (DIAMOND, "m-4 0h8"),
            Shape::Vote => (BALLOT, "m-2.6-3.2c0-3.6 5.4-3.4 5.2 0c-.1 2.2-2.7 2.2-2.6 4.8m0 3v.4"),
            Shape::VoteGranted => (BALLOT, "m-3.5.5 2.5 2.5 4.5-6"),
            Shape::VoteRefused => (BALLOT, "m-3-3 6 6m0-6-6 6"),
            Shape::Chunk | Shape::ChunkTaken => (BLOCK, ""),
        };
        Outline { body: body.into(), mark: mark.into() }
    }
}

/// A message at the origin that moves in the direction `angle` (degrees, clockwise from the right).
pub fn shape(shape: Shape, angle: f64) -> Html {
    let Outline { body, mark } = Outline::of(shape, angle);
    html! { <g class={classes!("shape", shape.class())}><path d={body} /><path d={mark} /></g> }
}

/// The head of an arrow that points to the right, relative to its tip.
const HEAD: [(f64, f64); 3] = [(-4.5, -4.0), (0.0, 0.0), (-4.5, 4.0)];

/// A message with what it says, at the origin; it moves in the direction `angle` (degrees).
pub fn capsule(capsule: &Capsule, angle: f64) -> Html {
    let Capsule { shape, is_pre_vote, text, width, round, colour, tip } = capsule;
    let head = format!("M{:.1} {:.1}{}", tip.x, tip.y, turned(&HEAD, angle));
    html! {
        <g class={classes!("capsule", (text.chars().count() == 1).then_some("sign"), shape.class(), is_pre_vote.then_some("pre"), *colour)}>
            <path d={head} />
            <rect x={format!("{:.1}", -width / 2.0)} y={(-HEIGHT / 2.0).to_string()} width={format!("{width:.1}")} height={HEIGHT.to_string()} rx={round.to_string()} />
            <text y="3.9">{ text.clone() }</text>
        </g>
    }
}

/// The bars below a held message.
pub fn bars() -> Html {
    html! { <path class="bars" d="M-3.5 14v7M3.5 14v7" /> }
}

/// The cross over a lost message.
pub fn cross() -> Html {
    html! { <path class="lost-cross" d="m-8-8 16 16m0-16-16 16" /> }
}
