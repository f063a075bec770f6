//! The shapes of messages, also used for the legend.

use yew::prelude::*;

use crate::view::geometry::turned;
use crate::view::message::Shape;

// The points are rotated here instead of by a `transform` attribute, since Chromium repaints a moving element with a
// rotation in it in every frame, and otherwise only moves it.

/// The outline of an arrow that points to the right.
const ARROW: [(f64, f64); 5] = [(-11.0, -7.0), (3.0, -7.0), (11.0, 0.0), (3.0, 7.0), (-11.0, 7.0)];

/// Two chevrons that point to the right.
const HURRY: [[(f64, f64); 3]; 2] = [[(-4.5, -4.5), (-0.5, 0.0), (-4.5, 4.5)], [(1.0, -4.5), (5.0, 0.0), (1.0, 4.5)]];

/// A message at the origin that moves in the direction `angle` (degrees, clockwise from the right).
pub fn shape(shape: Shape, angle: f64) -> Html {
    let class = classes!("shape", shape.class());
    match shape {
        Shape::Append => {
            html! { <path {class} d={turned(&ARROW, angle) + "z"} /> }
        }
        Shape::Heartbeat => html! { <circle {class} r="4.5" /> },
        Shape::Success => html! { <g {class}><circle r="7" /><path d="M-3.5 0h7M0-3.5v7" /></g> },
        Shape::Refusal => html! { <g {class}><path d="M0-9 9 0 0 9-9 0z" /><path d="M-4 0h8" /></g> },
        Shape::Vote => html! {
            <g {class}>
                <rect x="-7" y="-9" width="14" height="18" rx="2.5" />
                <path d="M-2.6-3.2c0-3.6 5.4-3.4 5.2 0C2.5-1-.1-1 0 1.6M0 4.6v.4" />
            </g>
        },
        Shape::VoteGranted => html! {
            <g {class}><rect x="-7" y="-9" width="14" height="18" rx="2.5" /><path d="M-3.5.5-1 3l4.5-6" /></g>
        },
        Shape::VoteRefused => html! {
            <g {class}><rect x="-7" y="-9" width="14" height="18" rx="2.5" /><path d="m-3-3 6 6m0-6-6 6" /></g>
        },
        Shape::TimeoutNow => html! {
            <g {class}><circle r="9" /><path d={HURRY.map(|chevron| turned(&chevron, angle)).concat()} /></g>
        },
        Shape::Chunk | Shape::ChunkTaken => html! { <rect {class} x="-7" y="-7" width="14" height="14" rx="2" /> },
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
