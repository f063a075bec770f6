//! The clients in the picture.

use yew::prelude::*;

use super::shapes::PERSON;
use crate::view::clients::{ClientGlyph, Row, HEAD, LINE};
use crate::view::format::tenths;

/// The properties of the clients.
#[derive(Properties, PartialEq)]
pub struct ClientsProps {
    /// The clients.
    pub clients: Vec<ClientGlyph>,
}

/// All clients.
#[component]
pub fn Clients(props: &ClientsProps) -> Html {
    html! {
        <g class="clients">
            for glyph in &props.clients {
                { client(glyph) }
            }
        </g>
    }
}

/// Not part of its caller, which runs at every start.
#[inline(never)]
fn client(glyph: &ClientGlyph) -> Html {
    let ClientGlyph { node, rows, why, at, size, tied_to, name } = glyph;
    let key = node.map_or_else(|| "none".to_string(), |node| node.to_string());
    let (left, top) = (-size.x / 2.0, -size.y / 2.0);
    let line = |i: usize| tenths(top + 15.0 + LINE * i as f64);
    html! {
        <g {key} role="img" aria-label={name.clone()} data-client={node.map_or_else(String::new, |node| node.to_string())}>
            if let Some(to) = tied_to {
                <path class="client-tie" d={format!("M{} {}L{} {}", tenths(at.x), tenths(at.y), tenths(to.x), tenths(to.y))} />
            }
            <g transform={format!("translate({} {})", tenths(at.x), tenths(at.y))}>
                <rect class="client" x={tenths(left)} y={tenths(top)} width={tenths(size.x)} height={tenths(size.y)} rx="7" />
                <path class="person" d={PERSON} transform={format!("translate({} {})", tenths(left + 13.0), tenths(top + 12.0))} />
                for (i, row) in rows.iter().enumerate() {
                    { request(row, left, line(i)) }
                }
                for (i, words) in why.iter().enumerate() {
                    <text class="why" x={tenths(left + HEAD)} y={line(rows.len() + i)}>{ words.clone() }</text>
                }
            </g>
        </g>
    }
}

fn request(row: &Row, left: f64, y: String) -> Html {
    html! {
        <text class={classes!("request", row.status.class(), row.reads.then_some("reads"))} x={tenths(left + HEAD)} {y}>
            { row.text.clone() }<tspan class="sign" dx="5">{ row.status.sign() }</tspan>
        </text>
    }
}
