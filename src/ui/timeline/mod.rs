//! The timeline: the whole run as a strip under the cluster, with the moment that is shown, which can be moved.
//!
//! What is seen of the run is drawn at a low rate while the clock runs ([`drawn::REDRAW_MS`]); the head moves by itself. Going
//! through the past draws only the head anew.

mod drawing;
mod drawn;
mod hands;
mod over;

use yew::prelude::*;

use self::drawing::{Drawing, Mini};
use self::drawn::{use_drawn, Drawn};
use self::hands::use_hands;
use self::over::Over;
use super::icons::{icon, Icon};
use super::panel::Title;
use super::scene::Scene;
use super::size::use_size;
use super::source::Source;
use super::text;
use crate::raft::NodeId;
use crate::view::describe::describe;
use crate::view::format::ms;
use crate::view::page::Change;
use crate::view::selection::Selection;
use crate::view::settings::{Setting, TIMELINE};
use crate::view::timeline::moment::Moment;

/// What the timeline is drawn anew for at once: the number of the run, the branch, and, while the clock stands, the
/// moment that is shown.
type Stamp = (u32, (usize, usize), Option<u64>);

/// The properties of the panel.
#[derive(Properties, PartialEq)]
pub struct TimelineProps {
    /// The way to the run.
    pub source: Source,
    /// What it is drawn anew for at once.
    pub stamp: Stamp,
    /// The number of nodes.
    pub nodes: usize,
    /// The node whose lane is gone along with keys.
    pub node: Option<NodeId>,
    /// Whether it is tall.
    pub tall: bool,
    /// Called to change the page.
    pub change: Callback<Change>,
    /// Called to show the moment after an event.
    pub go_to: Callback<u64>,
}

/// The panel, from the scene.
pub fn panel(scene: &Scene) -> Option<Html> {
    let Scene { frame, page, actions, .. } = scene;
    Some(html! {
        <Timeline
            source={actions.source.clone()}
            stamp={(frame.run, frame.branch, (!frame.playing).then_some(frame.world.n))}
            nodes={frame.panels.rest.nodes.len()}
            node={page.selected.and_then(Selection::node)}
            tall={page.settings.tall_timeline}
            change={actions.change.clone()}
            go_to={actions.go_to.clone()}
        />
    })
}

/// The layout class for a tall timeline.
pub fn layout(scene: &Scene) -> Classes {
    classes!(scene.page.settings.tall_timeline.then_some("tall-timeline"))
}

/// The panel.
#[component]
pub fn Timeline(props: &TimelineProps) -> Html {
    let TimelineProps { source, nodes, tall, change, .. } = props;
    let t = text();
    let redraw = use_force_update();
    let element = use_node_ref();
    let width = use_state_eq(|| 0.0);
    {
        let width = width.setter();
        use_size(&element, move |element| width.set(element.get_bounding_client_rect().width()));
    }
    let drawn = use_drawn(source, *width, *tall);
    let hands = use_hands(&element, (source, props.node, &props.go_to), &drawn, &redraw);
    let Drawn { picture, scale, moment, view, chosen, .. } = &*drawn.borrow();
    let toggle = {
        let (change, tall) = (change.clone(), *tall);
        move |_: MouseEvent| change.emit(Change::Set(Setting::TallTimeline(!tall)))
    };
    let size = if *tall { t.timeline_lower() } else { t.timeline_taller() };
    html! {
        <section class={classes!("card", "timeline", tall.then_some("tall"))} data-home=".timeline .axis" aria-labelledby="timeline-title">
            <div class="card-head">
                <Title panel={TIMELINE} title={t.timeline()} change={change.clone()} />
                <div class="group">
                    if chosen.is_some() {
                        <button type="button" class="small" onclick={hands.zoom_to_chosen.clone()}>{ t.timeline_zoom_to() }</button>
                    }
                    <button
                        type="button" class="icon small toggle" aria-pressed={view.follows().to_string()} title={t.timeline_follow_why()}
                        aria-label={t.timeline_follow()} onclick={hands.follow.clone()}
                    >
                        { icon(Icon::Follow) }
                    </button>
                    <button type="button" class="icon small" title={size} aria-label={size} onclick={toggle}>
                        { icon(if *tall { Icon::Lower } else { Icon::Taller }) }
                    </button>
                </div>
            </div>
            <div class="run">
                <div
                    ref={&element} class="axis" tabindex="0" role="slider" aria-labelledby="timeline-title" title={t.timeline_hint()}
                    aria-valuemin="0" aria-valuemax={moment.events.to_string()} aria-valuenow={moment.event.to_string()}
                    aria-valuetext={told(moment, *nodes)} data-view={if view.follows() { "follows" } else { "stays" }}
                    onpointerdown={hands.down.clone()} onpointermove={hands.moved.clone()} onpointerup={hands.up.clone()}
                    onpointercancel={hands.cancel.clone()} onpointerleave={hands.left.clone()} onkeydown={hands.key.clone()}
                >
                    <Drawing picture={picture.clone()} />
                    <Over
                        drawn={hands.drawn.clone()} source={source.clone()} redraw={hands.redraw.clone()}
                        scale={scale.clone()} room={picture.room} chosen={*chosen} pointer={hands.pointer()}
                    />
                </div>
                <Mini moment={moment.clone()} view={*view} pan={hands.pan.clone()} />
            </div>
        </section>
    }
}

/// The moment in words. While the clock runs they would change all the time.
fn told(moment: &Moment, nodes: usize) -> String {
    let t = text();
    if moment.plays {
        return t.timeline_plays().into();
    }
    let told = moment.last.as_ref().map(|line| describe(line, nodes, t).text).unwrap_or_default();
    t.timeline_moment(moment.event, moment.events, &ms(moment.now, 1), &told)
}
