//! The panel of the event feed: the last events in words, each a way to its moment; of the past, also the next ones.

use std::rc::Rc;

use web_sys::{Element, HtmlSelectElement};
use yew::prelude::*;

use super::follow::{use_follow, Follow};
use super::panel::Title;
use super::scene::Scene;
use super::shared::Shared;
use super::{media, text};
use crate::raft::{Index, NodeId};
use crate::view::describe::{describe, Description};
use crate::view::feed::{Feed, Filter, Fold, Line, Topic};
use crate::view::format::{ms, NodeName};
use crate::view::lang::Text;
use crate::view::page::{Change, Pin, Pointed};
use crate::view::selection::Selection;

/// The most lines in the document, and the most of what comes after a moment in the past.
const LINES: usize = 60;
const LATER: usize = 25;

/// The properties of the panel.
#[derive(Properties, PartialEq)]
pub struct HappenedProps {
    /// The event feed.
    pub feed: Shared<Feed>,
    /// The nodes.
    pub nodes: Vec<NodeId>,
    /// The number of the run; when it changes, the list starts anew.
    pub run: u32,
    /// The index of the selected entry.
    pub entry: Option<Index>,
    /// Whether the past is shown.
    pub looks_back: bool,
    /// The sequence number of the pinned event.
    pub pinned: Option<u64>,
    /// Called to highlight and pin events.
    pub change: Callback<Change>,
    /// Called to show the moment after an event.
    pub go_to: Callback<u64>,
}

/// The panel, from the scene.
pub fn panel(scene: &Scene) -> Option<Html> {
    let Scene { frame, page, actions, .. } = scene;
    let entry = match page.selected {
        Some(Selection::Entry(_, index)) => Some(index),
        _ => None,
    };
    Some(html! {
        <Happened
            feed={frame.panels.feed.clone()}
            nodes={frame.panels.rest.nodes.keys().copied().collect::<Vec<_>>()}
            run={frame.run}
            {entry}
            looks_back={frame.past_of.is_some()}
            pinned={page.pinned.as_ref().map(|pin| pin.event)}
            change={actions.change.clone()}
            go_to={actions.go_to.clone()}
        />
    })
}

/// A choice of the filter.
fn filter_name(filter: Filter, t: &dyn Text) -> String {
    match filter {
        Filter::Matters => t.filter_matters().into(),
        Filter::Everything => t.filter_everything().into(),
        Filter::Only(Topic::Elections) => t.topic_elections().into(),
        Filter::Only(Topic::Log) => t.topic_log().into(),
        Filter::Only(Topic::Streams) => t.topic_streams().into(),
        Filter::Only(Topic::Messages) => t.topic_messages().into(),
        Filter::Only(Topic::Clients) => t.topic_clients().into(),
        Filter::Only(Topic::Faults) => t.topic_faults().into(),
        Filter::Node(node) => NodeName(node).to_string(),
        Filter::Entry(index) => t.only_entry(index),
    }
}

/// The choices of the filter, in groups: by topic, by node, by entry.
fn filters(nodes: &[NodeId], entry: Option<Index>) -> [Vec<Filter>; 4] {
    [
        vec![Filter::Matters, Filter::Everything],
        Topic::ALL.map(Filter::Only).into(),
        nodes.iter().copied().map(Filter::Node).collect(),
        entry.into_iter().map(Filter::Entry).collect(),
    ]
}

/// The panel.
#[component]
pub fn Happened(props: &HappenedProps) -> Html {
    let t = text();
    let filter = use_state_eq(Filter::default);
    let opened = use_state_eq(Vec::<u64>::new);
    let list = use_node_ref();
    let lines = props.feed.last(*filter, LINES);
    let later = if props.looks_back { props.feed.next(*filter, LATER) } else { Vec::new() };
    let ends = [lines.first(), lines.last(), later.last()].map(|line| line.map(|line| line.record.n));
    let content = (ends, lines.len(), props.looks_back, opened.clone());
    let Follow { follows, follower, onscroll, to_end } = use_follow(&list, (*filter, props.run), content);
    // The inspector may have taken room from the list: keep the pinned line in view.
    {
        let list = list.clone();
        use_effect_with(props.pinned, move |pinned| {
            let line = pinned.and_then(|n| media::document().query_selector(&format!("[data-n='{n}']")).ok().flatten());
            if let Some((list, line)) = list.cast::<Element>().zip(line) {
                follower.show(&list, &line);
            }
        });
    }
    let open = {
        let opened = opened.clone();
        Callback::from(move |first: u64| {
            let mut now = (*opened).clone();
            match now.iter().position(|it| *it == first) {
                Some(place) => drop(now.swap_remove(place)),
                None => now.push(first),
            }
            opened.set(now);
        })
    };
    html! {
        <section class="card happened" data-home=".lines" aria-labelledby="happened-title">
            <div class="card-head">
                <Title panel="happened" title={t.happened()} change={props.change.clone()} />
                { choice(&filter, &props.nodes, props.entry) }
            </div>
            if lines.is_empty() && later.is_empty() {
                <p class="empty">{ t.nothing_to_tell() }</p>
            }
            <ol class="lines" ref={list} {onscroll} tabindex="0" aria-labelledby="happened-title" data-scroller="">
                <Lines
                    lines={lines.into_iter().map(Shared).collect::<Vec<_>>()}
                    later={later.into_iter().map(Shared).collect::<Vec<_>>()}
                    nodes={props.nodes.len()}
                    run={props.run}
                    looks_back={props.looks_back}
                    pinned={props.pinned}
                    opened={(*opened).clone()}
                    {open}
                    change={props.change.clone()}
                    go_to={props.go_to.clone()}
                />
            </ol>
            if !follows {
                <button type="button" class="follow" onclick={to_end}>{ t.happened_follow() }{ " ↓" }</button>
            }
        </section>
    }
}

/// The filter. The entry that is selected is among its choices, and the one that was chosen.
fn choice(filter: &UseStateHandle<Filter>, nodes: &[NodeId], entry: Option<Index>) -> Html {
    let t = text();
    let chosen = match **filter {
        Filter::Entry(index) => Some(index),
        _ => None,
    };
    let groups = filters(nodes, chosen.or(entry));
    let all: Vec<Filter> = groups.iter().flatten().copied().collect();
    let place = |filter: &Filter| all.iter().position(|it| it == filter).unwrap_or_default();
    let option = |choice: &Filter| {
        html! {
            <option value={place(choice).to_string()} selected={*choice == **filter}>{ filter_name(*choice, t) }</option>
        }
    };
    let group = |(place, group): (usize, &Vec<Filter>)| {
        html! {
            <>
                if place > 0 && !group.is_empty() {
                    <hr />
                }
                { for group.iter().map(option) }
            </>
        }
    };
    let options: Html = groups.iter().enumerate().map(group).collect();
    let onchange = {
        let (filter, all) = (filter.clone(), all.clone());
        move |event: Event| {
            let chosen = event.target_dyn_into::<HtmlSelectElement>().and_then(|field| field.value().parse().ok());
            if let Some(chosen) = chosen.and_then(|place: usize| all.get(place).copied()) {
                filter.set(chosen);
            }
        }
    };
    html! { <select aria-label={t.happened_filter()} {onchange}>{ options }</select> }
}

#[derive(Properties, PartialEq)]
struct LinesProps {
    lines: Vec<Shared<Line>>,
    later: Vec<Shared<Line>>,
    nodes: usize,
    run: u32,
    looks_back: bool,
    pinned: Option<u64>,
    opened: Vec<u64>,
    open: Callback<u64>,
    change: Callback<Change>,
    go_to: Callback<u64>,
}

/// The lines. Redrawn only when an event adds one.
#[component]
fn Lines(props: &LinesProps) -> Html {
    let latest = props.lines.last().map(|line| line.record.n);
    let one = |line: &Shared<Line>, place: Place| {
        let folded = line.fold.as_ref().map(|_| props.opened.contains(&line.begins()));
        html! {
            <Happening
                key={format!("{} {} {}", props.run, line.begins(), place == Place::Within)}
                line={line.clone()}
                nodes={props.nodes}
                last={Some(line.record.n) == latest && place == Place::Before}
                {place}
                {folded}
                pinned={Some(line.record.n) == props.pinned}
                open={props.open.clone()}
                change={props.change.clone()}
                go_to={props.go_to.clone()}
            />
        }
    };
    // All in one list: only there do keys find what was drawn before.
    let mut items: Vec<Html> = Vec::new();
    let add = |items: &mut Vec<Html>, line: &Shared<Line>, place: Place| {
        items.push(one(line, place));
        if let Some(Fold { lines, .. }) = line.fold.as_deref().filter(|_| props.opened.contains(&line.begins())) {
            items.extend(lines.iter().map(|line| one(&Shared(line.clone()), Place::Within)));
        }
    };
    props.lines.iter().for_each(|line| add(&mut items, line, Place::Before));
    let before = items.len();
    props.later.iter().for_each(|line| add(&mut items, line, Place::After));
    if props.looks_back {
        let here = html! { <li key="here" class="here" data-moment="">{ text().feed_here() }</li> };
        items.insert(before, here);
    }
    html! { <>{ for items }</> }
}

/// Where a line is.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// Up to the moment that is shown.
    Before,
    /// Within those that one line stands for.
    Within,
    /// After the moment that is shown.
    After,
}

#[derive(Properties, PartialEq)]
struct LineProps {
    line: Shared<Line>,
    nodes: usize,
    last: bool,
    place: Place,
    /// Of a line that stands for others: whether these are shown.
    folded: Option<bool>,
    pinned: bool,
    open: Callback<u64>,
    change: Callback<Change>,
    go_to: Callback<u64>,
}

/// One event. It highlights its subject when pointed at or clicked; its time is the way to its moment.
#[component]
fn Happening(props: &LineProps) -> Html {
    let LineProps { line, nodes, last, place, folded, pinned, open, change, go_to } = props;
    let t = text();
    let Description { text: said, why } = describe(line, *nodes, t);
    let highlight = Rc::new(line.highlight());
    let looks = |on: bool| {
        let (change, highlight) = (change.clone(), highlight.clone());
        move || change.emit(Change::Point(on.then(|| Pointed::Highlight(highlight.clone()))))
    };
    let (over, out, focused, blurred) = (looks(true), looks(false), looks(true), looks(false));
    let onclick = {
        let (change, open, leads_to) = (change.clone(), open.clone(), line.selection());
        let pin = Pin { event: line.record.n, highlight: highlight.clone() };
        let first = folded.map(|_| line.begins());
        move |_: MouseEvent| match first {
            Some(first) => open.emit(first),
            None => change.emit(Change::Pin(pin.clone(), leads_to)),
        }
    };
    let travel = {
        let (go_to, event) = (go_to.clone(), line.record.n);
        move |_: MouseEvent| go_to.emit(event)
    };
    let at = ms(line.record.at, 1);
    let class = classes!(
        last.then_some("latest"),
        pinned.then_some("pinned"),
        folded.map(|_| "folded"),
        (*place == Place::Within).then_some("within"),
        (*place == Place::After).then_some("later"),
    );
    html! {
        <li {class} data-event={line.record.event.name()} data-n={line.record.n.to_string()}>
            <button
                type="button" class="moment" title={t.go_to_moment()} onclick={travel}
                aria-label={format!("{}: {}", t.go_to_moment(), t.at_ms(&at))}
            >
                <time>{ folded.map(|_| "…") }{ at }</time>
            </button>
            <button
                type="button" class="told"
                aria-pressed={folded.is_none().then(|| pinned.to_string())}
                aria-expanded={folded.map(|shown| shown.to_string())}
                onpointerover={move |_: PointerEvent| over()}
                onpointerout={move |_: PointerEvent| out()}
                onfocus={move |_: FocusEvent| focused()}
                onblur={move |_: FocusEvent| blurred()}
                {onclick}
            >
                <span>
                    { said }
                    if let Some(why) = why {
                        <small>{ why }</small>
                    }
                </span>
            </button>
        </li>
    }
}
