//! The panel of the logs: a table with a row per node, of which only the columns that can be seen are in the document.

use std::ops::RangeInclusive;
use std::rc::Rc;

use gloo_events::EventListener;
use web_sys::Element;
use yew::prelude::*;

use super::media;
use super::page::Change;
use super::shared::Shared;
use super::text;
use crate::lab::World;
use crate::raft::{Index, NodeId};
use crate::view::feed::About;
use crate::view::format::{grouped, S};
use crate::view::logs::{last_column, logs, visible_columns, walk, whole_columns, Against, LogCell, LogRow, Marks};
use crate::view::subject::Subject;

/// The width of a column, in rem.
const COLUMN: f64 = 3.0;

/// The width of the column of names, in rem.
const HEAD: f64 = 7.6;

/// So many letters have room in a cell if they are smaller; fewer have it anyway, and more never.
const TIGHT: usize = 6;

/// What the panel needs.
#[derive(Properties, PartialEq)]
pub struct LogsProps {
    /// Everything that is known.
    pub world: Shared<World>,
    /// What is highlighted.
    pub look: Rc<About>,
    /// What is selected.
    pub selected: Option<Subject>,
    /// To highlight the node of the row that is pointed at.
    pub change: Callback<Change>,
}

/// The panel.
#[component]
pub fn Logs(props: &LogsProps) -> Html {
    let t = text();
    let scroller = use_node_ref();
    let last = last_column(&props.world);
    let Scroll { visible, whole, follows, onscroll, to_end } = use_scroll(&scroller, last);
    let view = logs(&props.world, visible.clone(), t);
    let onkeydown = {
        let (world, selected, change) = (props.world.clone(), props.selected, props.change.clone());
        move |event: KeyboardEvent| {
            if let Some(to) = walk(&world, selected, &event.key()) {
                event.prevent_default();
                change.emit(Change::Select(Some(Subject::Entry(to.0, to.1))));
            }
        }
    };
    // What is selected with the keyboard comes into view.
    {
        let scroller = scroller.clone();
        use_effect_with(props.selected, move |selected| {
            if let Some(Subject::Entry(_, index)) = *selected {
                bring_into_view(&scroller, index);
            }
        });
    }
    // Columns after the last entry are numbered too, as many as fit.
    let columns = last.max(*whole.end());
    // One more, so that the word beside the last mark has room.
    let width = format!("width:{}rem", HEAD + COLUMN * (last + 1) as f64);
    html! {
        <section class="card logs" aria-labelledby="logs-title">
            <div class="card-head">
                <h2 id="logs-title">{ t.logs() }</h2>
                { legend(view.leader.filter(|_| view.rivals)) }
            </div>
            <div class="scroller" ref={&scroller} {onscroll} {onkeydown} tabindex="0" role="group" aria-labelledby="logs-title" data-scroller="">
                <table class="log-table" role="table" aria-labelledby="logs-title" aria-colcount={(last + 1).to_string()} style={width}>
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" class="corner" aria-colindex="1">
                                <span class="visually-hidden">{ t.log_node() }</span>
                            </th>
                            for index in visible.clone().filter(|index| (1..=columns).contains(index)) {
                                <th
                                    key={index}
                                    role="columnheader"
                                    class="index"
                                    aria-colindex={(index + 1).to_string()}
                                    style={left(index)}
                                >
                                    { grouped(index) }
                                </th>
                            }
                        </tr>
                    </thead>
                    <tbody role="rowgroup">
                        for row in &view.rows {
                            { log_row(row, props, &visible, &whole, &scroller) }
                        }
                    </tbody>
                </table>
            </div>
            if !follows {
                <button type="button" class="follow" onclick={to_end}>{ t.logs_follow() }{ " →" }</button>
            }
        </section>
    }
}

/// Scrolls so that a column can be seen whole.
fn bring_into_view(scroller: &NodeRef, index: Index) {
    let Some(element) = scroller.cast::<Element>() else { return };
    let rem = media::rem();
    let start = COLUMN * rem * index.saturating_sub(1) as f64;
    let width = f64::from(element.client_width()) - HEAD * rem;
    let left = f64::from(element.scroll_left());
    if start < left {
        element.set_scroll_left(start as i32);
    } else if start + COLUMN * rem > left + width {
        element.set_scroll_left((start + COLUMN * rem - width).ceil() as i32);
    }
}

fn left(index: Index) -> String {
    format!("left:{}rem", HEAD + COLUMN * index.saturating_sub(1) as f64)
}

/// What the signs mean; with the leader whose marks are drawn, where that is not plain.
fn legend(leader: Option<NodeId>) -> Html {
    let t = text();
    html! {
        <span class="legend">
            <span><i class="swatch committed" />{ t.legend_committed() }</span>
            <span><i class="swatch open" />{ t.legend_open() }</span>
            <span><i class="swatch folded" />{ t.legend_snapshot() }</span>
            <span><i class="swatch conflicts" />{ t.legend_conflict() }</span>
            if let Some(leader) = leader {
                <span><b>{ t.marks_of(S(leader)) }</b></span>
            }
            <span class="match"><i>{ "▲" }</i>{ t.legend_match() }</span>
            <span class="next"><i>{ "▼" }</i>{ t.legend_next() }</span>
        </span>
    }
}

fn log_row(
    row: &LogRow,
    props: &LogsProps,
    visible: &RangeInclusive<Index>,
    whole: &RangeInclusive<Index>,
    scroller: &NodeRef,
) -> Html {
    let (t, look) = (text(), &props.look);
    let looks = |on: bool| {
        let (change, node) = (props.change.clone(), row.node);
        move |_: PointerEvent| {
            let about = About { nodes: vec![node], ..About::default() };
            change.emit(Change::Look(on.then_some(about)));
        }
    };
    let lit = |index: Index| {
        look.nodes.contains(&row.node) && look.entries.is_some_and(|(first, last)| (first..=last).contains(&index))
    };
    html! {
        <tr
            key={row.node}
            role="row"
            class={classes!("log-row", row.standing.class(), look.nodes.contains(&row.node).then_some("lit"))}
            data-log={row.node.to_string()}
            onpointerover={looks(true)}
            onpointerout={looks(false)}
        >
            <th role="rowheader" class="log-head" scope="row" aria-colindex="1">
                <b>{ S(row.node).to_string() }</b>
                <span class="standing">{ row.standing.label(t) }</span>
                { progress(row, &props.change) }
            </th>
            if let Some(folded) = &row.folded {
                { block("folded", &folded.columns, folded.label(t), folded.name(row.node, t), None) }
            }
            for cell in &row.cells {
                { log_cell(row.node, cell, lit(cell.index), props) }
            }
            if let Some(receiving) = &row.receiving {
                { block("receiving", &receiving.columns, receiving.label(t), receiving.name(row.node, t), receiving.percent()) }
            }
            if let Some(aside) = &row.aside {
                <td role="cell" class="aside" style={format!("width:{}rem", COLUMN * *visible.end() as f64)}>
                    <span>{ aside.clone() }</span>
                </td>
            }
            if let Some(marks) = &row.marks {
                { marked(marks, whole, scroller) }
            }
        </tr>
    }
}

/// A block over several columns, filled to so many percent. Its words stay in view while a part of it does.
fn block(
    kind: &'static str,
    columns: &RangeInclusive<Index>,
    label: String,
    name: String,
    percent: Option<u64>,
) -> Html {
    let (first, count) = (*columns.start(), columns.end() - columns.start() + 1);
    let place = format!("{};width:{}rem", left(first), COLUMN * count as f64);
    html! {
        <td
            key={kind}
            role="cell"
            class={classes!("block", kind)}
            aria-colindex={(first + 1).to_string()}
            aria-colspan={count.to_string()}
            aria-label={name.clone()}
            title={name}
            style={place}
            data-block={kind}
        >
            <i style={percent.map(|percent| format!("width:{percent}%"))} />
            <span>{ label }</span>
        </td>
    }
}

fn log_cell(node: NodeId, cell: &LogCell, lit: bool, props: &LogsProps) -> Html {
    let name = cell.name(node, text());
    let subject = Subject::Entry(node, cell.index);
    let selected = props.selected == Some(subject);
    let select = {
        let change = props.change.clone();
        move |_: MouseEvent| change.emit(Change::Select((!selected).then_some(subject)))
    };
    let against = match cell.against {
        Against::Same => None,
        Against::Conflicts | Against::Beyond => Some("conflicts"),
    };
    let class = classes!(
        "cell",
        cell.colour,
        if cell.committed { "committed" } else { "open" },
        cell.applied.then_some("applied"),
        (cell.joint || cell.short.chars().count() == TIGHT).then_some("tight"),
        cell.joint.then_some("joint"),
        against,
        lit.then_some("lit"),
        selected.then_some("selected"),
    );
    html! {
        <td
            key={cell.index}
            role="cell"
            {class}
            aria-colindex={(cell.index + 1).to_string()}
            aria-label={name.clone()}
            title={name}
            style={left(cell.index)}
            data-index={cell.index.to_string()}
            onclick={select}
        >
            <b>{ cell.term }</b>
            <span>{ cell.short.clone() }</span>
        </td>
    }
}

/// How far a node is with its log, which leads to that entry. Whoever has no pointer finds it in the inspector.
fn progress(row: &LogRow, change: &Callback<Change>) -> Html {
    let t = text();
    let behind = row.applied < row.commit;
    let words = if behind { t.commit_brief(row.commit, row.applied) } else { t.commit(row.commit) };
    let full = behind.then(|| t.commit_applied(row.commit, row.applied));
    let (change, to) = (change.clone(), Subject::Entry(row.node, row.commit));
    let onclick = move |_: MouseEvent| change.emit(Change::Select(Some(to)));
    html! {
        <small>
            if row.commit > 0 {
                <button type="button" class="leads" tabindex="-1" title={full.clone()} aria-label={full} {onclick}>{ words }</button>
            } else {
                { words }
            }
        </small>
    }
}

/// The leader's marks under a row: match points up from the last proven entry, next down to the next one. Those that
/// cannot be seen are told at the edge, and a click goes there.
fn marked(marks: &Marks, whole: &RangeInclusive<Index>, scroller: &NodeRef) -> Html {
    let t = text();
    let middle = |index: Index| format!("left:{}rem", HEAD + COLUMN * (index as f64 - 0.5));
    let drawn = marks.drawn(whole, t);
    let away = |edge: &'static str, (index, words): (Index, String)| {
        let scroller = scroller.clone();
        html! {
            <button
                type="button" class={classes!("away", edge)} tabindex="-1"
                onclick={move |_: MouseEvent| bring_into_view(&scroller, index)}
            >
                { words }
            </button>
        }
    };
    html! {
        <td role="cell" class="marks" aria-label={t.marks(marks.matched, marks.next)}>
            if let Some((index, words)) = drawn.matched {
                <span class="pointer match" style={middle(index)}>
                    <span>{ words.unwrap_or_default() }</span><i>{ "▲" }</i>
                </span>
            }
            if let Some((index, words)) = drawn.next {
                <span class="pointer next" style={middle(index)}>
                    <i>{ "▼" }</i><span>{ words.unwrap_or_default() }</span>
                </span>
            }
            if let Some(hidden) = drawn.before {
                { away("before", hidden) }
            }
            if let Some(hidden) = drawn.after {
                { away("after", hidden) }
            }
        </td>
    }
}

/// How the table is scrolled.
struct Scroll {
    /// The columns to draw.
    visible: RangeInclusive<Index>,
    /// Those that can be seen wholly.
    whole: RangeInclusive<Index>,
    /// Whether it follows the end.
    follows: bool,
    onscroll: Callback<Event>,
    /// Goes to the end, and follows it again.
    to_end: Callback<MouseEvent>,
}

/// Follows the end of the logs, unless somebody scrolled away from it.
#[hook]
fn use_scroll(scroller: &NodeRef, last: Index) -> Scroll {
    let shown = use_state_eq(|| (0..=20, 1..=10));
    let follows = use_state_eq(|| true);
    let look = {
        let (scroller, shown) = (scroller.clone(), shown.clone());
        Callback::from(move |()| {
            if let Some(element) = scroller.cast::<Element>() {
                let rem = media::rem();
                let width = f64::from(element.client_width()) - HEAD * rem;
                let (left, column) = (f64::from(element.scroll_left()), COLUMN * rem);
                shown.set((visible_columns(left, width, column), whole_columns(left, width, column)));
            }
        })
    };
    {
        let (scroller, look, follows) = (scroller.clone(), look.clone(), *follows);
        use_effect_with((last, follows), move |_| {
            if let Some(element) = scroller.cast::<Element>().filter(|_| follows) {
                element.set_scroll_left(element.scroll_width());
            }
            look.emit(());
        });
    }
    {
        let (scroller, look, follows) = (scroller.clone(), look.clone(), follows.clone());
        use_effect_with((), move |()| {
            let resized = EventListener::new(&media::window(), "resize", move |_| {
                if let Some(element) = scroller.cast::<Element>().filter(|_| *follows) {
                    element.set_scroll_left(element.scroll_width());
                }
                look.emit(());
            });
            move || drop(resized)
        });
    }
    let onscroll = {
        let (scroller, follows, look) = (scroller.clone(), follows.clone(), look);
        Callback::from(move |_: Event| {
            if let Some(element) = scroller.cast::<Element>() {
                let left = element.scroll_width() - element.client_width() - element.scroll_left();
                follows.set(f64::from(left) < COLUMN * media::rem());
            }
            look.emit(());
        })
    };
    let to_end = {
        let follows = follows.clone();
        Callback::from(move |_: MouseEvent| follows.set(true))
    };
    let (visible, whole) = (*shown).clone();
    Scroll { visible, whole, follows: *follows, onscroll, to_end }
}
