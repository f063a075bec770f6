//! The nodes of the ring.

use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use crate::raft::NodeId;
use crate::ui::page::{Change, Menu, Of};
use crate::ui::text;
use crate::view::cluster::{NodeGlyph, VoteDot};
use crate::view::feed::About;
use crate::view::format::S;
use crate::view::geometry::Point;
use crate::view::node::Standing;

/// What the nodes need.
#[derive(Properties, PartialEq)]
pub struct NodesProps {
    /// The nodes.
    pub nodes: Rc<Vec<NodeGlyph>>,
    /// Their size.
    pub radius: f64,
    /// The one that is selected.
    pub selected: Option<NodeId>,
    /// The ones that are highlighted.
    pub look: Rc<About>,
    /// To select one, and to open its menu.
    pub change: Callback<Change>,
}

/// All nodes.
#[component]
pub fn Nodes(props: &NodesProps) -> Html {
    html! {
        <g class="nodes">
            for glyph in props.nodes.iter() {
                <Node
                    key={glyph.id}
                    glyph={glyph.clone()}
                    radius={props.radius}
                    selected={props.selected == Some(glyph.id)}
                    lit={props.look.nodes.contains(&glyph.id)}
                    change={props.change.clone()}
                />
            }
        </g>
    }
}

#[derive(Properties, PartialEq)]
struct NodeProps {
    glyph: NodeGlyph,
    radius: f64,
    selected: bool,
    lit: bool,
    change: Callback<Change>,
}

#[component]
fn Node(props: &NodeProps) -> Html {
    let NodeProps { glyph, radius, selected, lit, change } = props;
    let element = use_node_ref();
    let open = {
        let (element, change, id) = (element.clone(), change.clone(), glyph.id);
        move || {
            change.emit(Change::Select(Some(id)));
            if let Some(element) = element.cast::<Element>() {
                let rect = element.get_bounding_client_rect();
                let at = Point::new(rect.left() + rect.width() * 0.75, rect.top() + rect.height() * 0.75);
                change.emit(Change::Menu(Some(Menu { of: Of::Node(id), at })));
            }
        }
    };
    let clicked = open.clone();
    let onkeydown = move |event: KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            open();
        }
    };
    let NodeGlyph { at, label_at, standing, .. } = glyph;
    let label = match (glyph.isolated, standing.label(text())) {
        (true, label) => format!("{label} · {}", text().isolated()),
        (false, label) => label.to_string(),
    };
    html! {
        <g
            ref={element}
            class={classes!("node", standing.class(), selected.then_some("selected"), lit.then_some("lit"))}
            role="button"
            tabindex="0"
            aria-label={glyph.name.clone()}
            aria-haspopup="menu"
            data-node={glyph.id.to_string()}
            data-standing={standing.class()}
            onclick={move |_: MouseEvent| clicked()}
            {onkeydown}
        >
            <g transform={format!("translate({:.1} {:.1})", at.x, at.y)}>
                <circle class="halo" r={(radius + 13.0).to_string()} />
                <circle class={classes!("body", glyph.colour)} r={radius.to_string()} />
                if *standing == Standing::Crashed {
                    <path class="out" d={crossed_out(*radius)} />
                }
                <text class="id" y={if glyph.votes.is_empty() { "-3" } else { "-9" }}>{ S(glyph.id).to_string() }</text>
                <text class="term" y={if glyph.votes.is_empty() { "15" } else { "8" }}>{ text().term(glyph.term) }</text>
            </g>
            for dot in &glyph.votes {
                { vote(dot) }
            }
            <text class="standing" x={label_at.x.to_string()} y={label_at.y.to_string()}>{ label }</text>
        </g>
    }
}

/// A cross from edge to edge of the node.
fn crossed_out(radius: f64) -> String {
    let to = 0.72 * radius;
    format!("M-{to:.1}-{to:.1} {to:.1} {to:.1}M{to:.1}-{to:.1}-{to:.1} {to:.1}")
}

/// A vote: a full dot, a cross, or an open ring.
fn vote(dot: &VoteDot) -> Html {
    let transform = format!("translate({:.1} {:.1})", dot.at.x, dot.at.y);
    match dot.answer {
        Some(true) => html! { <circle class="vote given" r="3.2" {transform} /> },
        Some(false) => html! { <path class="vote refused" d="m-2.6-2.6 5.2 5.2m0-5.2-5.2 5.2" {transform} /> },
        None => html! { <circle class="vote open" r="2.6" {transform} /> },
    }
}
