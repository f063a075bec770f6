//! The panel of the replication streams: a table for each leader, with the details of the open stream.

mod open;
mod props;

use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use self::open::{id, opened};
use self::props::StreamsProps;
use super::panel::Title;
use super::scene::Scene;
use super::{media, text};
use crate::lab::vocab::id::Link;
use crate::view::format::{grouped, NodeName};
use crate::view::legend::{columns, Column};
use crate::view::page::{Change, Pointed};
use crate::view::selection::Selection;
use crate::view::streams::{letters, streams, LeaderStreams, StreamRow, PLOT};

/// The number of columns of the table.
const COLUMNS: usize = 8;

/// The most letters of an index that leave enough room for the states.
const SHORT: usize = 3;

/// The panel, from the scene.
pub fn panel(scene: &Scene) -> Option<Html> {
    let Scene { frame, page, highlight, actions, .. } = scene;
    Some(html! {
        <Streams
            world={frame.panels.rest.clone()}
            look={highlight.clone()}
            selected={page.selected}
            open={page.open}
            change={actions.change.clone()}
        />
    })
}

/// The layout class for an open stream, which needs room.
pub fn layout(scene: &Scene) -> Classes {
    let is_there = |link: &Link| scene.frame.panels.rest.streams.contains_key(link);
    classes!(scene.page.open.filter(is_there).map(|_| "open-stream"))
}

/// The panel.
#[component]
pub fn Streams(props: &StreamsProps) -> Html {
    let t = text();
    let scroller = use_node_ref();
    let leaders = streams(&props.world, t);
    let title = match leaders.as_slice() {
        [only] => t.streams_of(NodeName(only.leader)),
        _ => t.streams().to_string(),
    };
    let (many, letters) = (leaders.len() > 1, letters(&leaders));
    let is_open = props.open.is_some_and(|link| props.world.streams.contains_key(&link));
    // Scroll the opened details into view.
    {
        let scroller = scroller.clone();
        use_effect_with((props.open, is_open), move |&(open, is_open)| {
            let row = open.filter(|_| is_open).and_then(|(a, b)| {
                media::document().query_selector(&format!("[data-stream='{a}-{b}']")).ok().flatten()
            });
            if let Some((scroller, row)) = scroller.cast::<Element>().zip(row) {
                media::bring_into_view(&scroller, &row);
            }
        });
    }
    html! {
        <section class="card streams" aria-labelledby="streams-title" data-home=".streams .scroller">
            <div class="card-head">
                <Title panel="streams" {title} change={props.change.clone()} />
                <span class="hint">{ t.streams_hint() }</span>
            </div>
            <div class="scroller" ref={scroller} tabindex="0" role="group" aria-labelledby="streams-title" data-scroller="">
                if leaders.is_empty() {
                    <p class="empty">{ t.streams_none() }</p>
                }
                for leader in leaders {
                    { of_leader(leader, many, letters, props) }
                }
            </div>
        </section>
    }
}

fn of_leader(leader: LeaderStreams, many: bool, letters: (usize, usize), props: &StreamsProps) -> Html {
    let t = text();
    let caption = match leader.outdated {
        true => t.streams_caption_outdated(NodeName(leader.leader), leader.term),
        false => t.streams_caption(NodeName(leader.leader), leader.term),
    };
    if let Some(why) = leader.none {
        return html! { <p key={leader.leader} class="empty">if many { { caption }{ ". " } }{ why }</p> };
    }
    html! {
        <table
            key={leader.leader}
            class={classes!("stream-table", leader.outdated.then_some("outdated"), (letters.0 > SHORT).then_some("long"))}
            ~style={format!("--letters:{};--lag-letters:{}", letters.0, letters.1)}
            data-streams={leader.leader.to_string()}
        >
            <caption class={(!many).then_some("visually-hidden")}>{ caption }</caption>
            <colgroup>
                for column in ["name", "state-column", "next", "match", "lag", "buffer", "outbound", "plot-column"] {
                    <col class={column} />
                }
            </colgroup>
            <thead>
                <tr>
                    <th scope="col"><span class="visually-hidden">{ t.column_stream() }</span></th>
                    <th scope="col" class="left" title={t.column_state_means()}>{ t.column_state() }</th>
                    for Column { name, words } in columns(t) {
                        <th scope="col" title={words}>{ name }</th>
                    }
                    <th scope="col" class="left last" title={t.column_lag_plot_means()}>{ t.column_lag_plot() }</th>
                </tr>
            </thead>
            for row in leader.rows.into_iter().map(Rc::new) {
                { stream_row(row, props) }
            }
        </table>
    }
}

/// A row, followed by the details if it is open.
fn stream_row(row: Rc<StreamRow>, props: &StreamsProps) -> Html {
    let link @ (leader, target) = row.link;
    let nodes = &props.look.nodes;
    let looked_at = nodes.len() == 2 && nodes.contains(&leader) && nodes.contains(&target);
    let selected = props.selected == Some(Selection::Stream(leader, target));
    let stream = props.world.streams.get(&link).filter(|_| props.open == Some(link));
    html! {
        <Row key={target} {row} lit={selected || looked_at} open={stream.is_some()} change={props.change.clone()}>
            if let Some(stream) = stream {
                <tr class="opened">
                    <td class="left" colspan={COLUMNS.to_string()} id={id(link)}>{ opened(link, stream, props) }</td>
                </tr>
            }
        </Row>
    }
}

#[derive(Properties, PartialEq)]
struct RowProps {
    row: Rc<StreamRow>,
    lit: bool,
    open: bool,
    change: Callback<Change>,
    children: Html,
}

/// One stream. Redrawn only when something that it shows has changed.
#[component]
fn Row(props: &RowProps) -> Html {
    let &RowProps { ref row, lit, open, .. } = props;
    let t = text();
    let (leader, target) = row.link;
    let plain = row.normal && row.silent.is_none();
    let selection = Selection::Stream(leader, target);
    let looks = |on: bool| {
        let change = props.change.clone();
        move |_: PointerEvent| change.emit(Change::Point(on.then_some(Pointed::Selection(selection))))
    };
    // The whole row can be clicked. The button in it is for the keyboard; its click bubbles up to the row.
    let toggle = {
        let change = props.change.clone();
        Callback::from(move |_: MouseEvent| {
            change.emit(if open { Change::CloseStream } else { Change::Select(Some(selection)) });
        })
    };
    html! {
        <tbody
            class={classes!(row.state.text(), plain.then_some("plain"), lit.then_some("lit"), open.then_some("open"))}
            data-stream={format!("{leader}-{target}")}
            data-state={row.state.text()}
            onpointerover={looks(true)}
            onpointerout={looks(false)}
        >
            <tr class="numbers" onclick={toggle.clone()}>
                <th scope="rowgroup" rowspan="2" class="name">
                    <button type="button" class="leads" aria-expanded={open.to_string()} aria-controls={open.then(|| id(row.link))}>
                        { t.arrow(NodeName(leader), NodeName(target)) }
                    </button>
                </th>
                <td class="left">
                    <span class={classes!("chip", "on", row.state.text())}>{ t.stream_state(row.state) }</span>
                </td>
                <td>{ grouped(row.next) }</td>
                <td>{ grouped(row.matched) }</td>
                <td>{ grouped(row.lag) }</td>
                <td>{ row.buffer }</td>
                <td>{ row.outbound }</td>
                <td class="left last" rowspan="2">{ lag_or_snapshot(row) }</td>
            </tr>
            <tr class="why" onclick={toggle}>
                <td class="left" colspan={(COLUMNS - 2).to_string()} title={row.change.clone()}>
                    <span>
                        if !row.normal {
                            <i>{ row.change.clone() }</i>
                        }
                        if let Some(silent) = &row.silent {
                            if !row.normal {
                                { " · " }
                            }
                            <b>{ silent.clone() }</b>
                        }
                    </span>
                </td>
            </tr>
            { props.children.clone() }
        </tbody>
    }
}

fn lag_or_snapshot(row: &StreamRow) -> Html {
    match &row.sending {
        Some(sending) => html! {
            <span class="sending" title={sending.name.clone()}>
                <i class="bar" ~style={format!("--done:{}%", sending.percent)} aria-hidden="true" />
                <b>{ sending.bytes.clone() }</b>
                if let Some(chunks) = &sending.chunks {
                    <small>{ chunks.clone() }</small>
                }
            </span>
        },
        None => html! {
            <svg class="plot" viewBox={format!("0 0 {} {}", PLOT.0, PLOT.1)} preserveAspectRatio="none" aria-hidden="true">
                <polyline points={row.plot.clone()} />
            </svg>
        },
    }
}
