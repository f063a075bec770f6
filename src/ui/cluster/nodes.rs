//! The nodes of the ring.

use std::f64::consts::FRAC_PI_4;
use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use crate::raft::NodeId;
use crate::ui::text;
use crate::view::cluster::{NodeGlyph, VoteDot};
use crate::view::format::NodeName;
use crate::view::geometry::Point;
use crate::view::menu::MenuTarget;
use crate::view::node::Standing;
use crate::view::page::{Change, Menu};
use crate::view::selection::{Highlight, Selection};

/// The properties of the nodes.
#[derive(Properties, PartialEq)]
pub struct NodesProps {
    /// The nodes.
    pub nodes: Rc<Vec<NodeGlyph>>,
    /// Their radius.
    pub radius: f64,
    /// The selected node.
    pub selected: Option<NodeId>,
    /// The highlight; its nodes are drawn highlighted.
    pub look: Rc<Highlight>,
    /// Called to select a node, and to open its menu.
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

/// The radius below which a node has smaller text.
const SMALL: f64 = 34.0;

/// How much smaller the body of a candidate is, so that the votes on its outline stand out.
const RING_GAP: f64 = 6.0;

/// How much larger the second ring of a leader is than the leader.
const LEADS_BY: f64 = 5.5;

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
            change.emit(Change::Select(Some(Selection::Node(id))));
            if let Some(element) = element.cast::<Element>() {
                let rect = element.get_bounding_client_rect();
                let at = Point::new(rect.left() + rect.width() * 0.75, rect.top() + rect.height() * 0.75);
                change.emit(Change::Menu(Some(Menu { target: MenuTarget::Selection(Selection::Node(id)), at })));
            }
        }
    };
    let clicked = open.clone();
    let onkeydown = move |event: KeyboardEvent| {
        // Not the space bar: in the picture it always means play or pause.
        if event.key() == "Enter" {
            event.prevent_default();
            open();
        }
    };
    let NodeGlyph { at, label_at, standing, .. } = glyph;
    let small = *radius < SMALL;
    let (id_y, line) = (-3.0, if small { 15.0 } else { 18.0 });
    let middle = format!("translate({:.1} {:.1})", at.x, at.y);
    html! {
        <g class={classes!("node", standing.class(), small.then_some("small"), glyph.paused.then_some("paused"), selected.then_some("selected"), lit.then_some("lit"))}>
            <g
                ref={element}
                class="button"
                role="button"
                tabindex="0"
                aria-label={glyph.name.clone()}
                aria-haspopup="menu"
                data-node={glyph.id.to_string()}
                data-standing={standing.class()}
                transform={middle.clone()}
                onclick={move |_: MouseEvent| clicked()}
                {onkeydown}
            >
                <circle class="halo" r={(radius + 13.0).to_string()} />
                { outline(*standing, glyph.colour, glyph.paused, *radius) }
            </g>
            // The accessible name of the button includes this.
            <g class="words" aria-hidden="true">
                <g transform={middle}>
                    <text class="id" y={id_y.to_string()}>{ NodeName(glyph.id).to_string() }</text>
                    <text class="term" y={(id_y + line).to_string()}>{ text().term(glyph.term) }</text>
                </g>
                for dot in &glyph.votes {
                    { vote(dot) }
                }
                if !glyph.words.is_empty() {
                    <text class="standing" x={label_at.x.to_string()} y={label_at.y.to_string()}>{ glyph.words.clone() }</text>
                }
            </g>
        </g>
    }
}

/// A node at the origin, without its label; also used for the legend. The enclosing element has the
/// [class](Standing::class) of the node's standing. Each standing has a form of its own.
pub fn outline(standing: Standing, colour: &'static str, is_paused: bool, radius: f64) -> Html {
    let class = classes!("body", colour);
    html! {
        <>
            if standing.is_ringed() {
                <circle class="ring" r={(radius + if standing == Standing::Candidate { 0.0 } else { LEADS_BY }).to_string()} />
            }
            {
                match standing {
                    Standing::Learner => square(class, 0.88 * radius),
                    Standing::Stopped => html! { <path {class} d={octagon(radius)} /> },
                    Standing::Candidate => html! { <circle {class} r={(radius - RING_GAP).to_string()} /> },
                    _ => html! { <circle {class} r={radius.to_string()} /> },
                }
            }
            if standing == Standing::Crashed {
                <path class="out" d={crossed_out(radius)} />
            }
            if is_paused {
                <path class="bars" d={paused(radius)} />
            }
        </>
    }
}

fn square(class: Classes, half: f64) -> Html {
    let (from, side) = ((-half).to_string(), (2.0 * half).to_string());
    html! { <rect {class} x={from.clone()} y={from} width={side.clone()} height={side} rx={(0.3 * half).to_string()} /> }
}

/// The path of a stop sign.
fn octagon(radius: f64) -> String {
    let corner = |i: u32| Point::default().polar(FRAC_PI_4 * (f64::from(i) + 0.5), radius);
    let corners = (0..8).map(corner).map(|Point { x, y }| format!("{x:.1} {y:.1}"));
    format!("M{}z", corners.collect::<Vec<_>>().join("L"))
}

/// The path of a cross from edge to edge of the node.
fn crossed_out(radius: f64) -> String {
    let to = 0.72 * radius;
    format!("M-{to:.1}-{to:.1} {to:.1} {to:.1}M{to:.1}-{to:.1}-{to:.1} {to:.1}")
}

/// The path of the two bars of a paused node, above its name.
fn paused(radius: f64) -> String {
    let (top, height) = (0.84 * radius, 0.24 * radius);
    format!("M-3.5-{top:.1}v{height:.1}M3.5-{top:.1}v{height:.1}")
}

/// A vote: a filled dot with a tick if granted, a cross if refused, an open ring while there is no answer.
pub fn vote(dot: &VoteDot) -> Html {
    let transform = format!("translate({:.1} {:.1})", dot.at.x, dot.at.y);
    let (class, mark) = match dot.answer {
        Some(true) => ("vote-dot given", "m-2.3.2 1.6 1.7 3-3.8"),
        Some(false) => ("vote-dot refused", "m-2-2 4 4m0-4-4 4"),
        None => ("vote-dot open", ""),
    };
    html! { <g {class} {transform}><circle r="5" /><path d={mark} /></g> }
}
