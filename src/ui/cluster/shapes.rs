//! What messages look like. The legend draws them with the same hand.

use yew::prelude::*;

use crate::view::message::Shape;

/// A message at the origin, going in the direction `angle` (degrees, clockwise from the right).
pub fn shape(shape: Shape, angle: f64) -> Html {
    let class = classes!("shape", shape.class());
    match shape {
        Shape::Append => {
            html! { <path {class} d="M-11-7H3l8 7-8 7h-14z" transform={format!("rotate({angle:.1})")} /> }
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
            <g {class} transform={format!("rotate({angle:.1})")}><circle r="9" /><path d="m-4.5-4.5 4 4.5-4 4.5M1-4.5 5 0 1 4.5" /></g>
        },
        Shape::Chunk | Shape::ChunkTaken => html! { <rect {class} x="-7" y="-7" width="14" height="14" rx="2" /> },
    }
}

/// The cross over a message that is lost.
pub fn cross() -> Html {
    html! { <path class="lost-cross" d="m-8-8 16 16m0-16-16 16" /> }
}
