//! The panel of the replication streams: a table for each node that leads.

use std::rc::Rc;

use yew::prelude::*;

use super::page::Change;
use super::panel::Title;
use super::shared::Shared;
use super::store::Panel;
use super::text;
use crate::lab::World;
use crate::raft::NodeId;
use crate::view::feed::About;
use crate::view::format::{grouped, S};
use crate::view::streams::{streams, LeaderStreams, StreamRow, PLOT, STATES};
use crate::view::subject::Subject;

/// What the panel needs.
#[derive(Properties, PartialEq)]
pub struct StreamsProps {
    /// Everything that is known.
    pub world: Shared<World>,
    /// What is highlighted.
    pub look: Rc<About>,
    /// What is selected.
    pub selected: Option<Subject>,
    /// To highlight the two ends of a stream.
    pub change: Callback<Change>,
}

/// The panel.
#[component]
pub fn Streams(props: &StreamsProps) -> Html {
    let t = text();
    let leaders = streams(&props.world, t);
    let title = match leaders.as_slice() {
        [only] => t.streams_of(S(only.leader)),
        _ => t.streams().to_string(),
    };
    let many = leaders.len() > 1;
    html! {
        <section class="card streams" aria-labelledby="streams-title">
            <div class="card-head">
                <Title id="streams-title" title={title} panel={Panel::Streams} change={props.change.clone()} />
                <span class="hint">{ t.streams_hint() }</span>
            </div>
            <div class="scroller" tabindex="0" role="group" aria-labelledby="streams-title" data-scroller="">
                if leaders.is_empty() {
                    <p class="empty">{ t.streams_none() }</p>
                }
                for leader in leaders {
                    { of_leader(leader, many, props) }
                }
            </div>
        </section>
    }
}

fn of_leader(leader: LeaderStreams, many: bool, props: &StreamsProps) -> Html {
    let t = text();
    let caption = match leader.outdated {
        true => t.streams_caption_outdated(S(leader.leader), leader.term),
        false => t.streams_caption(S(leader.leader), leader.term),
    };
    html! {
        <table
            key={leader.leader}
            class={classes!("stream-table", leader.outdated.then_some("outdated"))}
            data-streams={leader.leader.to_string()}
        >
            <caption class={(!many).then_some("visually-hidden")}>{ caption }</caption>
            <thead>
                <tr>
                    <th scope="col"><span class="visually-hidden">{ t.column_stream() }</span></th>
                    <th scope="col" class="left">{ t.column_state() }</th>
                    <th scope="col">{ t.column_next() }</th>
                    <th scope="col">{ t.column_match() }</th>
                    <th scope="col">{ t.column_lag() }</th>
                    <th scope="col">{ t.column_buffer() }</th>
                    <th scope="col">{ t.column_outbound() }</th>
                    <th scope="col" class="left last">{ t.column_lag_plot() }</th>
                </tr>
            </thead>
            <tbody>
                for row in leader.rows.into_iter().map(Rc::new) {
                    <Row
                        key={row.target}
                        leader={leader.leader}
                        row={row.clone()}
                        lit={props.look.nodes == [leader.leader, row.target]}
                        selected={props.selected == Some(Subject::Stream(leader.leader, row.target))}
                        change={props.change.clone()}
                    />
                }
            </tbody>
        </table>
    }
}

#[derive(Properties, PartialEq)]
struct RowProps {
    leader: NodeId,
    row: Rc<StreamRow>,
    lit: bool,
    selected: bool,
    change: Callback<Change>,
}

/// One stream. It is drawn again when something changed that is shown.
#[component]
fn Row(props: &RowProps) -> Html {
    let t = text();
    let &RowProps { leader, ref row, lit, selected, .. } = props;
    let ends = vec![leader, row.target];
    let looks = |on: bool| {
        let (change, nodes) = (props.change.clone(), ends.clone());
        move |_: PointerEvent| {
            let about = About { nodes: nodes.clone(), ..About::default() };
            change.emit(Change::Look(on.then_some(about)));
        }
    };
    let subject = Subject::Stream(leader, row.target);
    let select = {
        let change = props.change.clone();
        move |_: MouseEvent| change.emit(Change::Select((!selected).then_some(subject)))
    };
    html! {
        <tr
            class={classes!(row.state.text(), (selected || lit).then_some("lit"))}
            data-stream={format!("{leader}-{}", row.target)}
            data-state={row.state.text()}
            onpointerover={looks(true)}
            onpointerout={looks(false)}
        >
            <th scope="row">
                <button type="button" class="leads" aria-pressed={selected.to_string()} onclick={select}>
                    { format!("{} → {}", S(leader), S(row.target)) }
                </button>
            </th>
            <td class="left chips">
                for state in STATES {
                    <span
                        key={state.text()}
                        class={classes!("chip", state.text(), (state == row.state).then_some("on"))}
                        aria-hidden={if state == row.state { None } else { Some("true") }}
                    >
                        { t.stream_state(state) }
                    </span>
                }
            </td>
            <td>{ grouped(row.next) }</td>
            <td>{ grouped(row.matched) }</td>
            <td>{ grouped(row.lag) }</td>
            <td>{ row.buffer }</td>
            <td>{ row.outbound }</td>
            <td class="left last">
                if let Some(sending) = &row.sending {
                    <span class="sending" title={sending.name.clone()}>
                        <i class="bar" style={format!("--done:{}%", sending.percent)} aria-hidden="true" />
                        <b>{ sending.bytes.clone() }</b>
                    </span>
                } else {
                    <svg class="plot" viewBox={format!("0 0 {} {}", PLOT.0, PLOT.1)} preserveAspectRatio="none" aria-hidden="true">
                        <polyline points={row.plot.clone()} />
                    </svg>
                }
                <small title={row.why.clone()}>{ row.why.clone() }</small>
            </td>
        </tr>
    }
}
