//! The panel of the event feed: the last events in words.

use std::rc::Rc;

use web_sys::{Element, HtmlSelectElement};
use yew::prelude::*;

use super::follow::{use_follow, Follow};
use super::panel::Title;
use super::scene::Scene;
use super::shared::Shared;
use super::{media, text};
use crate::view::describe::{describe, Description};
use crate::view::feed::{Feed, Filter, Line, Topic};
use crate::view::format::ms;
use crate::view::lang::Text;
use crate::view::page::{Change, Pin, Pointed};

/// The most lines in the document.
const LINES: usize = 60;

/// The properties of the panel.
#[derive(Properties, PartialEq)]
pub struct HappenedProps {
    /// The event feed.
    pub feed: Shared<Feed>,
    /// The number of nodes.
    pub nodes: usize,
    /// The number of the run; when it changes, the list starts anew.
    pub run: u32,
    /// The sequence number of the pinned event.
    pub pinned: Option<u64>,
    /// Called to highlight and pin events.
    pub change: Callback<Change>,
}

/// The panel, from the scene.
pub fn panel(scene: &Scene) -> Option<Html> {
    let Scene { frame, page, actions, .. } = scene;
    Some(html! {
        <Happened
            feed={frame.panels.feed.clone()}
            nodes={frame.panels.rest.nodes.len()}
            run={frame.run}
            pinned={page.pinned.as_ref().map(|pin| pin.event)}
            change={actions.change.clone()}
        />
    })
}

/// The choices of the filter, in display order.
fn filters() -> impl Iterator<Item = Filter> {
    [Filter::Matters].into_iter().chain(Topic::ALL.map(Filter::Only)).chain([Filter::Everything])
}

fn filter_name(filter: Filter, t: &dyn Text) -> &'static str {
    match filter {
        Filter::Matters => t.filter_matters(),
        Filter::Everything => t.filter_everything(),
        Filter::Only(Topic::Elections) => t.topic_elections(),
        Filter::Only(Topic::Log) => t.topic_log(),
        Filter::Only(Topic::Streams) => t.topic_streams(),
        Filter::Only(Topic::Messages) => t.topic_messages(),
        Filter::Only(Topic::Clients) => t.topic_clients(),
        Filter::Only(Topic::Faults) => t.topic_faults(),
    }
}

/// The panel.
#[component]
pub fn Happened(props: &HappenedProps) -> Html {
    let t = text();
    let filter = use_state_eq(Filter::default);
    let list = use_node_ref();
    let lines = props.feed.last(*filter, LINES);
    let ends = [lines.first(), lines.last()].map(|line| line.map(|line| line.record.n));
    let Follow { follows, follower, onscroll, to_end } = use_follow(&list, (*filter, props.run), (ends, lines.len()));
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
    let onchange = {
        let filter = filter.clone();
        move |event: Event| {
            let chosen = event.target_dyn_into::<HtmlSelectElement>().and_then(|field| field.value().parse().ok());
            if let Some(chosen) = chosen.and_then(|place: usize| filters().nth(place)) {
                filter.set(chosen);
            }
        }
    };
    html! {
        <section class="card happened" data-home=".lines" aria-labelledby="happened-title">
            <div class="card-head">
                <Title panel="happened" title={t.happened()} change={props.change.clone()} />
                <select aria-label={t.happened_filter()} {onchange}>
                    for (place, choice) in filters().enumerate() {
                        <option key={place} value={place.to_string()} selected={choice == *filter}>
                            { filter_name(choice, t) }
                        </option>
                    }
                </select>
            </div>
            if lines.is_empty() {
                <p class="empty">{ t.nothing_to_tell() }</p>
            }
            <ol class="lines" ref={list} {onscroll} tabindex="0" aria-labelledby="happened-title" data-scroller="">
                <Lines
                    lines={lines.into_iter().map(Shared).collect::<Vec<_>>()}
                    nodes={props.nodes}
                    run={props.run}
                    pinned={props.pinned}
                    change={props.change.clone()}
                />
            </ol>
            if !follows {
                <button type="button" class="follow" onclick={to_end}>{ t.happened_follow() }{ " ↓" }</button>
            }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct LinesProps {
    lines: Vec<Shared<Line>>,
    nodes: usize,
    run: u32,
    pinned: Option<u64>,
    change: Callback<Change>,
}

/// The lines. Redrawn only when an event adds one.
#[component]
fn Lines(props: &LinesProps) -> Html {
    let LinesProps { lines, nodes, run, pinned, change } = props;
    let latest = lines.last().map(|line| line.record.n);
    html! {
        for line in lines {
            <Happening
                key={format!("{run} {}", line.record.n)}
                line={line.clone()}
                nodes={*nodes}
                last={Some(line.record.n) == latest}
                pinned={Some(line.record.n) == *pinned}
                change={change.clone()}
            />
        }
    }
}

#[derive(Properties, PartialEq)]
struct LineProps {
    line: Shared<Line>,
    nodes: usize,
    last: bool,
    pinned: bool,
    change: Callback<Change>,
}

/// One event. It highlights its subject when pointed at or clicked.
#[component]
fn Happening(props: &LineProps) -> Html {
    let LineProps { line, nodes, last, pinned, change } = props;
    let Description { text: said, why } = describe(line, *nodes, text());
    let highlight = Rc::new(line.highlight());
    let looks = |on: bool| {
        let (change, highlight) = (change.clone(), highlight.clone());
        move || change.emit(Change::Point(on.then(|| Pointed::Highlight(highlight.clone()))))
    };
    let (over, out, focused, blurred) = (looks(true), looks(false), looks(true), looks(false));
    let pin = {
        let (change, leads_to) = (change.clone(), line.selection());
        let pin = Pin { event: line.record.n, highlight: highlight.clone() };
        move |_: MouseEvent| change.emit(Change::Pin(pin.clone(), leads_to))
    };
    html! {
        <li
            class={classes!(last.then_some("latest"), pinned.then_some("pinned"))}
            data-event={line.record.event.name()}
            data-n={line.record.n.to_string()}
        >
            <button
                type="button"
                aria-pressed={pinned.to_string()}
                onpointerover={move |_: PointerEvent| over()}
                onpointerout={move |_: PointerEvent| out()}
                onfocus={move |_: FocusEvent| focused()}
                onblur={move |_: FocusEvent| blurred()}
                onclick={pin}
            >
                <time>{ ms(line.record.at, 1) }</time>
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
