//! The details of an open replication stream: its state machine, its buffers entry by entry, and its messages in
//! flight.

use std::rc::Rc;

use yew::prelude::*;

use super::props::StreamsProps;
use crate::lab::vocab::id::Link;
use crate::lab::world::StreamInfo;
use crate::ui::text;
use crate::view::format::{range, NodeName};
use crate::view::page::{Change, Pointed};
use crate::view::selection::{Highlight, Selection};
use crate::view::stream_buffers::{held, Chunk, ChunkState, Chunks, Flight, Held, Slot};
use crate::view::stream_diagram::{diagram, Diagram, Edge, Layout, StateBox, DOT};

/// The id of the element with the details.
pub fn id(link: Link) -> String {
    format!("stream-{}-{}", link.0, link.1)
}

/// The details.
pub fn opened(link: Link, stream: &StreamInfo, props: &StreamsProps) -> Html {
    let t = text();
    let held = held(&props.world, link, stream, t);
    html! {
        <div class="opened-stream">
            <p class="doing">{ held.doing.clone() }</p>
            { machine(diagram(stream, Layout::Wide, t), "wide") }
            { machine(diagram(stream, Layout::Tall, t), "tall") }
            <p class="diagram-legend">{ t.diagram_legend() }</p>
            <div class="pipe">
                if let Some(chunks) = &held.chunks {
                    { snapshot(chunks) }
                } else {
                    { buffers(link, &held, props) }
                }
                { on_the_way(link, &held, props) }
            </div>
        </div>
    }
}

fn machine(diagram: Diagram, layout: &'static str) -> Html {
    let (size, begin) = (diagram.size, diagram.begin);
    html! {
        <svg class={classes!("diagram", layout)} viewBox={format!("0 0 {} {}", size.x, size.y)} role="img" aria-label={diagram.name}>
            for edge in &diagram.edges {
                { way(edge) }
            }
            <circle class="begin" cx={begin.x.to_string()} cy={begin.y.to_string()} r={DOT.to_string()} />
            for state in &diagram.states {
                { state_box(state) }
            }
        </svg>
    }
}

fn way(edge: &Edge) -> Html {
    let (tip, turn) = edge.head;
    let from = edge.from.map_or("begin", |from| from.text());
    let taken = |taken: bool, last: bool| classes!(taken.then_some("taken"), last.then_some("last"));
    html! {
        <g class={classes!("way-of", taken(edge.taken(), edge.last()))} data-way={format!("{from} {}", edge.to.text())}>
            <path class="line" d={edge.path.clone()} />
            <path class="head" d="M-8-4.5 0 0-8 4.5Z" transform={format!("translate({} {}) rotate({turn})", tip.x, tip.y)} />
            for cause in &edge.causes {
                <text
                    class={taken(cause.times > 0, cause.last)}
                    x={cause.at.x.to_string()}
                    y={cause.at.y.to_string()}
                    text-anchor={cause.anchor.text()}
                    data-why={cause.why.text()}
                    data-times={cause.times.to_string()}
                >
                    { cause.words.clone() }
                </text>
            }
        </g>
    }
}

/// A state; the current one has a second outline.
fn state_box(state: &StateBox) -> Html {
    let t = text();
    let (at, size) = (state.at, state.size);
    let frame = |class: &'static str, inset: f64| {
        html! {
            <rect
                {class} rx="9"
                x={(at.x + inset).to_string()} y={(at.y + inset).to_string()}
                width={(size.x - 2.0 * inset).to_string()} height={(size.y - 2.0 * inset).to_string()}
            />
        }
    };
    html! {
        <g class={classes!("state-of", state.state.text(), state.on.then_some("on"))}>
            { frame("frame", 0.0) }
            if state.on {
                { frame("inner", 3.0) }
            }
            <text x={(at.x + size.x / 2.0).to_string()} y={(at.y + size.y / 2.0 + 4.2).to_string()}>
                { t.stream_state(state.state) }
            </text>
        </g>
    }
}

fn buffers(link: Link, held: &Held, props: &StreamsProps) -> Html {
    let t = text();
    html! {
        <>
            <section data-part="replication">
                <h3>{ t.replication_buffer() }</h3>
                { slots(link, &held.replication, held.replication_note.unwrap_or(t.buffer_empty()), props) }
                if let Some(unread) = &held.unread {
                    <p class="unread">{ unread.clone() }</p>
                }
            </section>
            <section data-part="outbound">
                <h3>{ t.outbound_buffer() }</h3>
                { slots(link, &held.outbound, t.buffer_empty(), props) }
            </section>
        </>
    }
}

fn slots(link: Link, slots: &[Slot], empty: &'static str, props: &StreamsProps) -> Html {
    if slots.is_empty() {
        return html! { <p class="none">{ empty }</p> };
    }
    html! {
        <ol class="slots">
            for slot in slots {
                { show_slot(link, slot, props) }
            }
        </ol>
    }
}

fn show_slot((leader, _): Link, slot: &Slot, props: &StreamsProps) -> Html {
    let t = text();
    let (index, term, colour, payload, name) = match slot {
        Slot::Entry { index, term, colour, payload, name } => (*index, *term, *colour, payload, name),
        Slot::Fold(first, last) => {
            return html! {
                <li key={format!("fold {first}")} class="fold" title={range(*first, *last)} data-fold={format!("{first}-{last}")}>
                    <span>{ "⋯" }</span><small>{ t.so_many_more(last + 1 - first) }</small>
                </li>
            };
        }
    };
    let selection = Selection::Entry(leader, index);
    let look = &props.look;
    let lit = look.nodes.contains(&leader) && look.entries.is_some_and(|(first, last)| (first..=last).contains(&index));
    let looks = |on: bool| {
        let change = props.change.clone();
        move || change.emit(Change::Point(on.then_some(Pointed::Selection(selection))))
    };
    let (over, out, focused, blurred) = (looks(true), looks(false), looks(true), looks(false));
    let select = {
        let change = props.change.clone();
        move |_: MouseEvent| change.emit(Change::Select(Some(selection)))
    };
    html! {
        <li key={index}>
            <button
                type="button"
                class={classes!("slot", colour, lit.then_some("lit"), (props.selected == Some(selection)).then_some("selected"))}
                title={name.clone()}
                data-slot={index.to_string()}
                onpointerover={move |event: PointerEvent| { event.stop_propagation(); over() }}
                onpointerout={move |event: PointerEvent| { event.stop_propagation(); out() }}
                onfocus={move |_: FocusEvent| focused()}
                onblur={move |_: FocusEvent| blurred()}
                onclick={select}
            >
                <small><span class="visually-hidden">{ t.entry() }{ " " }</span>{ index }</small>
                <b><span class="visually-hidden">{ t.field_term() }{ " " }</span>{ term.map_or_else(|| "?".to_string(), |term| term.to_string()) }</b>
                <span>{ payload.clone() }</span>
            </button>
        </li>
    }
}

fn snapshot(chunks: &Chunks) -> Html {
    let t = text();
    html! {
        <section data-part="chunks">
            <h3>{ t.snapshot_titled(&chunks.title) }</h3>
            <p class="progress">{ chunks.progress.clone() }</p>
            <ol class="chunks">
                for chunk in &chunks.cells {
                    { show_chunk(chunk) }
                }
            </ol>
        </section>
    }
}

fn show_chunk(chunk: &Chunk) -> Html {
    let t = text();
    let mark = match chunk.state {
        ChunkState::Stored => "✓",
        ChunkState::InFlight => "→",
        ChunkState::Open => "",
    };
    html! {
        <li
            key={chunk.bytes.start.to_string()}
            class={classes!("chunk", chunk.state.class())}
            title={chunk.name.clone()}
            data-chunk={chunk.bytes.start.to_string()}
            data-count={chunk.count.to_string()}
        >
            <span class="visually-hidden">{ chunk.name.clone() }</span>
            <small aria-hidden="true">{ chunk.bytes.start }{ " " }{ mark }</small>
            <span aria-hidden="true">
                { chunk.text.clone().unwrap_or_else(|| t.so_many_chunks(chunk.count)) }
            </span>
        </li>
    }
}

fn on_the_way(link: Link, held: &Held, props: &StreamsProps) -> Html {
    let t = text();
    html! {
        <section data-part="flights">
            <h3>{ t.field_on_the_way() }</h3>
            if held.flights.is_empty() {
                <p class="none">{ t.nothing_on_the_way() }</p>
            } else {
                <ul class="flights">
                    for flight in &held.flights {
                        { show_flight(link, flight, props) }
                    }
                    if held.flights_more > 0 {
                        <li>{ t.so_many_more(held.flights_more) }</li>
                    }
                </ul>
            }
        </section>
    }
}

fn show_flight((leader, target): Link, flight: &Flight, props: &StreamsProps) -> Html {
    let (from, to) = if flight.out { (leader, target) } else { (target, leader) };
    let id = flight.id;
    let looks = |on: bool| {
        let change = props.change.clone();
        let highlight = Rc::new(Highlight { nodes: vec![from, to], message: Some(id), entries: None });
        move || change.emit(Change::Point(on.then(|| Pointed::Highlight(highlight.clone()))))
    };
    let (over, out, focused, blurred) = (looks(true), looks(false), looks(true), looks(false));
    let select = {
        let change = props.change.clone();
        move |_: MouseEvent| change.emit(Change::Select(Some(Selection::Message(id))))
    };
    html! {
        <li key={id}>
            <button
                type="button"
                class={classes!("flight", (props.look.message == Some(id)).then_some("lit"))}
                data-flight={id.to_string()}
                onpointerover={move |event: PointerEvent| { event.stop_propagation(); over() }}
                onpointerout={move |event: PointerEvent| { event.stop_propagation(); out() }}
                onfocus={move |_: FocusEvent| focused()}
                onblur={move |_: FocusEvent| blurred()}
                onclick={select}
            >
                <b>{ format!("→ {}", NodeName(to)) }</b>
                <span>{ flight.words.clone() }</span>
                <small>{ flight.arrives.clone() }</small>
            </button>
        </li>
    }
}
