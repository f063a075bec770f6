//! The panel of the logs: a table with one row per node, with only the visible columns in the document.

use std::ops::RangeInclusive;
use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use super::acts::use_acts;
use super::media;
use super::panel::Title;
use super::scene::Scene;
use super::shared::Shared;
use super::size::use_size;
use super::text;
use crate::lab::World;
use crate::raft::{Index, NodeId};
use crate::view::acts::{acts, Act, Played};
use crate::view::format::{grouped, NodeName};
use crate::view::logs::{last_column, logs, visible_columns, walk, whole_columns, Against, LogCell, LogRow, Marks};
use crate::view::page::{Change, Pointed};
use crate::view::selection::{Highlight, Selection};

/// The width of a column, in rem.
const COLUMN: f64 = 2.75;

/// The width of the column with the nodes' names, in rem.
const HEAD: f64 = 8.4;

/// The number of letters from which on the text of a cell is smaller.
const TIGHT: usize = 5;

/// The number of nodes from which on rows are lower if the page is low.
const MANY: usize = 6;

/// The number of nodes from which on rows are lower on most screens.
const MOST: usize = 8;

/// The properties of the panel.
#[derive(Properties, PartialEq)]
pub struct LogsProps {
    /// The world at the moment shown.
    pub world: Shared<World>,
    /// What happened lately.
    pub lately: Vec<Played>,
    /// The highlight.
    pub look: Rc<Highlight>,
    /// What is selected.
    pub selected: Option<Selection>,
    /// Called to highlight the row that is pointed at, and to select.
    pub change: Callback<Change>,
}

/// The panel, from the scene.
pub fn panel(scene: &Scene) -> Option<Html> {
    let Scene { frame, page, highlight, actions, .. } = scene;
    Some(html! {
        <Logs
            world={frame.panels.logs.clone()}
            lately={acts(&frame.panels.feed, &frame.panels.logs)}
            look={highlight.clone()}
            selected={page.selected}
            change={actions.change.clone()}
        />
    })
}

/// The layout class for many logs, whose rows are lower if the page is low.
pub fn layout(scene: &Scene) -> Classes {
    let nodes = scene.frame.panels.rest.nodes.len();
    classes!((nodes >= MANY).then_some("many-logs"), (nodes >= MOST).then_some("most-logs"))
}

/// The panel.
#[component]
pub fn Logs(props: &LogsProps) -> Html {
    let t = text();
    let scroller = use_node_ref();
    let last = last_column(&props.world);
    let Scroll { visible, whole, follows, onscroll, to_end } = use_scroll(&scroller, last);
    let view = logs(&props.world, visible.clone(), t);
    let acts = use_acts(&props.lately, props.world.n);
    let selected_in = |node: NodeId| match props.selected {
        Some(Selection::Entry(of, index)) if of == node => Some(index),
        _ => None,
    };
    let onkeydown = {
        let (world, selected, change) = (props.world.clone(), props.selected, props.change.clone());
        move |event: KeyboardEvent| {
            if let Some(to) = walk(&world, selected, &event.key()) {
                event.prevent_default();
                change.emit(Change::Select(Some(Selection::Entry(to.0, to.1))));
            }
        }
    };
    // Scroll an entry that was selected with the keyboard into view.
    {
        let scroller = scroller.clone();
        use_effect_with(props.selected, move |selected| {
            if let Some(Selection::Entry(_, index)) = *selected {
                bring_into_view(&scroller, index);
            }
        });
    }
    // The columns after the last entry are numbered too, as many as fit.
    let columns = last.max(*whole.end());
    let style = format!("width:{}rem;--digits:{}", HEAD + COLUMN * width(last), digits(last));
    html! {
        <section class="card logs" data-home=".logs .scroller" aria-labelledby="logs-title">
            <div class="card-head">
                <Title panel="logs" title={t.logs()} change={props.change.clone()} />
                { legend(view.leader.filter(|_| view.rivals)) }
            </div>
            <div class="scroller" ref={&scroller} {onscroll} {onkeydown} tabindex="0" role="group" aria-labelledby="logs-title" data-scroller="">
                <table class="log-table" role="table" aria-labelledby="logs-title" aria-colcount={(last + 1).to_string()} ~style={style}>
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
                                    ~style={left(index)}
                                >
                                    { grouped(index) }
                                </th>
                            }
                        </tr>
                    </thead>
                    <tbody role="rowgroup">
                        for row in view.rows.into_iter().map(Rc::new) {
                            <Row
                                key={row.node}
                                lit={props.look.nodes.contains(&row.node)}
                                lit_entries={props.look.entries.filter(|_| props.look.nodes.contains(&row.node))}
                                selected={selected_in(row.node)}
                                acts={of_row(&acts, row.node)}
                                visible={visible.clone()}
                                whole={whole.clone()}
                                scroller={scroller.clone()}
                                change={props.change.clone()}
                                row={row.clone()}
                            />
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

/// What is acted out in the log of a node.
fn of_row(acts: &[Played], node: NodeId) -> Vec<Played> {
    let of_node = |act: &Act| match *act {
        Act::Elected(..) | Act::Crashed(_) => false,
        Act::Committed(..) => true,
        Act::Installed(of) | Act::Replaced(of, ..) => of == node,
    };
    acts.iter().filter(|played| of_node(&played.act)).copied().collect()
}

fn digits(index: Index) -> u32 {
    index.checked_ilog10().unwrap_or(0) + 1
}

/// The width of the table, in columns: wider than the last index, so that the text of the last mark fits.
fn width(last: Index) -> f64 {
    last as f64 + 1.0 + f64::from(digits(last).saturating_sub(3)) / 4.0
}

/// Scrolls until a column is fully visible.
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

/// The legend of the signs, with the leader whose marks are drawn if there are rivals.
fn legend(leader: Option<NodeId>) -> Html {
    let t = text();
    html! {
        <span class="legend">
            <span><i class="swatch committed" />{ t.legend_committed() }</span>
            <span><i class="swatch open" />{ t.legend_open() }</span>
            <span><i class="swatch folded" />{ t.legend_snapshot() }</span>
            <span><i class="swatch conflicts" />{ t.legend_conflict() }</span>
            if let Some(leader) = leader {
                <span><b>{ t.marks_of(NodeName(leader)) }</b></span>
            }
            <span class="match"><i>{ "▲" }</i>{ t.legend_match() }</span>
            <span class="next"><i>{ "▼" }</i>{ t.legend_next() }</span>
        </span>
    }
}

#[derive(Properties, PartialEq)]
struct RowProps {
    row: Rc<LogRow>,
    /// Whether the node is highlighted.
    lit: bool,
    /// The first and last highlighted entry.
    lit_entries: Option<(Index, Index)>,
    /// The index of the selected entry.
    selected: Option<Index>,
    /// What is acted out.
    acts: Vec<Played>,
    visible: RangeInclusive<Index>,
    /// The fully visible columns.
    whole: RangeInclusive<Index>,
    scroller: NodeRef,
    change: Callback<Change>,
}

/// The log of one node. Most events change no row or one, so the others are not redrawn.
#[component]
fn Row(props: &RowProps) -> Html {
    let RowProps { row, lit, acts, visible, whole, scroller, .. } = props;
    let t = text();
    let replaced = use_replaced(row, acts);
    let is_installed = acts.iter().any(|played| matches!(played.act, Act::Installed(_)));
    let looks = |on: bool| {
        let (change, node) = (props.change.clone(), row.node);
        move |_: PointerEvent| change.emit(Change::Point(on.then_some(Pointed::Selection(Selection::Node(node)))))
    };
    html! {
        <tr
            role="row"
            class={classes!("log-row", row.standing.class(), lit.then_some("lit"))}
            data-log={row.node.to_string()}
            onpointerover={looks(true)}
            onpointerout={looks(false)}
        >
            <th role="rowheader" class="log-head" scope="row" aria-colindex="1">
                <b>{ NodeName(row.node).to_string() }</b>
                <span class="standing">{ row.standing.label(t) }</span>
                { progress(row, &props.change) }
            </th>
            if let Some(folded) = &row.folded {
                { block(if is_installed { "folded installed" } else { "folded" }, &folded.columns, folded.label(t), folded.name(row.node, t), None) }
            }
            for cell in &row.cells {
                { log_cell(cell, props) }
            }
            for (n, cell) in replaced {
                <td key={format!("{n} {}", cell.index)} role="presentation" aria-hidden="true" class={classes!(cell_class(&cell), "replaced")} ~style={left(cell.index)}>
                    { inside(&cell) }
                </td>
            }
            if let Some(receiving) = &row.receiving {
                { block("receiving", &receiving.columns, receiving.label(t), receiving.name(row.node, t), receiving.percent()) }
            }
            if let Some(aside) = &row.aside {
                <td role="cell" class="aside" ~style={format!("width:{}rem", COLUMN * *visible.end() as f64)}>
                    <span>{ aside.clone() }</span>
                </td>
            }
            if let Some(marks) = &row.marks {
                { marked(marks, whole, scroller) }
            }
        </tr>
    }
}

/// A block over several columns, filled by a percentage. Its text stays visible while a part of the block is. `kind` is
/// its class, with what is acted out behind it.
fn block(
    kind: &'static str,
    columns: &RangeInclusive<Index>,
    label: String,
    name: String,
    percent: Option<u64>,
) -> Html {
    let (first, count) = (*columns.start(), columns.end() - columns.start() + 1);
    let name_of_kind = kind.split(' ').next();
    let place = format!("{};width:{}rem", left(first), COLUMN * count as f64);
    html! {
        <td
            key={name_of_kind.unwrap_or(kind)}
            role="cell"
            class={classes!("block", kind)}
            aria-colindex={(first + 1).to_string()}
            aria-colspan={count.to_string()}
            aria-label={name.clone()}
            title={name}
            ~style={place}
            data-block={name_of_kind}
        >
            <i ~style={percent.map(|percent| format!("width:{percent}%"))} />
            <span>{ label }</span>
        </td>
    }
}

/// The entries that were replaced, as they were drawn before, each with the number of the event.
#[hook]
fn use_replaced(row: &Rc<LogRow>, acts: &[Played]) -> Vec<(u64, LogCell)> {
    let (before, gone) = (use_mut_ref(|| row.clone()), use_mut_ref(Vec::<(u64, LogCell)>::new));
    let before = before.replace(row.clone());
    let gone = &mut *gone.borrow_mut();
    gone.retain(|(n, _)| acts.iter().any(|played| played.n == *n));
    for Played { n, act } in acts {
        if let Act::Replaced(_, first, last) = *act {
            if gone.iter().all(|(known, _)| known != n) {
                let cells = before.cells.iter().filter(|cell| (first..=last).contains(&cell.index));
                gone.extend(cells.map(|cell| (*n, cell.clone())));
            }
        }
    }
    gone.clone()
}

fn log_cell(cell: &LogCell, props: &RowProps) -> Html {
    let node = props.row.node;
    let name = cell.name(node, text());
    let selection = Selection::Entry(node, cell.index);
    let selected = props.selected == Some(cell.index);
    let lit = props.lit_entries.is_some_and(|(first, last)| (first..=last).contains(&cell.index));
    let select = {
        let change = props.change.clone();
        move |_: MouseEvent| change.emit(Change::Select((!selected).then_some(selection)))
    };
    let looks = |on: bool| {
        let change = props.change.clone();
        move |event: PointerEvent| {
            event.stop_propagation(); // the row would say that the node is pointed at
            change.emit(Change::Point(on.then_some(Pointed::Selection(selection))));
        }
    };
    let commits = |played: &Played| match played.act {
        Act::Committed(first, last) => (first..=last).contains(&cell.index),
        _ => false,
    };
    let wave = props.acts.iter().any(commits).then_some("wave");
    let class = classes!(cell_class(cell), lit.then_some("lit"), selected.then_some("selected"), wave);
    html! {
        <td
            key={cell.index}
            role="cell"
            {class}
            aria-colindex={(cell.index + 1).to_string()}
            aria-label={name.clone()}
            title={name}
            ~style={left(cell.index)}
            data-index={cell.index.to_string()}
            onpointerover={looks(true)}
            onpointerout={looks(false)}
            onclick={select}
        >
            { inside(cell) }
        </td>
    }
}

/// The class of an entry's cell, also used for the legend.
pub fn cell_class(cell: &LogCell) -> Classes {
    let against = match cell.against {
        Against::Same => None,
        Against::Conflicts | Against::Beyond => Some("conflicts"),
    };
    classes!(
        "cell",
        cell.colour,
        if cell.committed { "committed" } else { "open" },
        cell.applied.then_some("applied"),
        (cell.joint || cell.short.chars().count() >= TIGHT).then_some("tight"),
        cell.joint.then_some("joint"),
        against,
    )
}

/// The content of an entry's cell.
pub fn inside(cell: &LogCell) -> Html {
    html! { <><b>{ cell.term }</b><span>{ cell.short.clone() }</span></> }
}

/// The node's commit and applied indices, which lead to the entry when clicked. Without a pointer, they are in the
/// inspector.
fn progress(row: &LogRow, change: &Callback<Change>) -> Html {
    let t = text();
    let behind = row.applied < row.commit;
    let words = if behind { t.commit_brief(row.commit, row.applied) } else { t.commit(row.commit) };
    let full = behind.then(|| t.commit_applied(row.commit, row.applied));
    let (change, to) = (change.clone(), Selection::Entry(row.node, row.commit));
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

/// The leader's marks under a row: match points up at the last entry known to agree, next down at the next one to send.
/// Marks outside the visible columns are told at the edge; a click scrolls there.
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
                <span class="pointer match" ~style={middle(index)}>
                    <span>{ words.unwrap_or_default() }</span><i>{ "▲" }</i>
                </span>
            }
            if let Some((index, words)) = drawn.next {
                <span class="pointer next" ~style={middle(index)}>
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

/// The scroll state of the table.
struct Scroll {
    /// The columns to draw.
    visible: RangeInclusive<Index>,
    /// The fully visible columns.
    whole: RangeInclusive<Index>,
    /// Whether it follows the end of the logs.
    follows: bool,
    onscroll: Callback<Event>,
    /// Scrolls to the end, and follows it again.
    to_end: Callback<MouseEvent>,
}

/// The room for columns: lengths in pixels.
#[derive(Clone, Copy, PartialEq)]
struct Room {
    width: f64,
    column: f64,
}

impl Room {
    fn of(scroller: &Element) -> Room {
        let rem = media::rem();
        Room { width: f64::from(scroller.client_width()) - HEAD * rem, column: COLUMN * rem }
    }

    /// The columns to draw, and those fully visible, at the scroll position `scrolled`.
    fn seen(&self, scrolled: f64) -> (RangeInclusive<Index>, RangeInclusive<Index>) {
        let Room { width, column } = *self;
        (visible_columns(scrolled, width, column), whole_columns(scrolled, width, column))
    }

    /// The greatest scroll position.
    fn end(&self, last: Index) -> f64 {
        (self.column * width(last) - self.width).max(0.0)
    }
}

/// Follows the end of the logs, unless the user has scrolled away from it.
///
/// The visible columns at the end are computed instead of measured: measuring would force a layout of the changed
/// document, and a second one for the new columns.
#[hook]
fn use_scroll(scroller: &NodeRef, last: Index) -> Scroll {
    let room = use_state_eq(|| None::<Room>);
    let shown = use_state_eq(|| (0..=20, 1..=10));
    let follows = use_state_eq(|| true);
    {
        let room = room.setter();
        use_size(scroller, move |element| room.set(Some(Room::of(element))));
    }
    {
        let scroller = scroller.clone();
        use_effect_with((last, *follows, *room), move |&(_, follows, _)| {
            if let Some(element) = scroller.cast::<Element>().filter(|_| follows) {
                // The browser clamps this to the end.
                element.set_scroll_left(i32::MAX);
            }
        });
    }
    let onscroll = {
        let (scroller, follows, shown, known) = (scroller.clone(), follows.clone(), shown.clone(), *room);
        Callback::from(move |_: Event| {
            let Some(element) = scroller.cast::<Element>() else { return };
            let (room, scrolled) = (Room::of(&element), f64::from(element.scroll_left()));
            // The panel was resized, and the observer will report it: the user has not scrolled away.
            if known.is_some_and(|known| known != room) {
                return;
            }
            let left = f64::from(element.scroll_width() - element.client_width()) - scrolled;
            let at_end = left < room.column;
            follows.set(at_end);
            if !at_end {
                shown.set(room.seen(scrolled));
            }
        })
    };
    let to_end = {
        let follows = follows.clone();
        Callback::from(move |_: MouseEvent| follows.set(true))
    };
    let at_end = (*room).filter(|_| *follows).map(|room| room.seen(room.end(last)));
    let (visible, whole) = at_end.unwrap_or_else(|| (*shown).clone());
    Scroll { visible, whole, follows: *follows, onscroll, to_end }
}
