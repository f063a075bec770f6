//! What is drawn of the run: bands, messages, marks, the axis; and all of the run in a line.

use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use crate::runtime::Micros;
use crate::view::format::{tenths, NodeName};
use crate::view::timeline::moment::Moment;
use crate::view::timeline::picture::{BandShape, LaneShape, Picture, Tick};
use crate::view::timeline::scale::{Scale, View};

/// The properties of the drawing.
#[derive(Properties, PartialEq)]
pub struct DrawingProps {
    /// What is drawn.
    pub picture: Rc<Picture>,
}

/// The drawing. It is redrawn only when it differs.
#[component]
pub fn Drawing(props: &DrawingProps) -> Html {
    let picture = &*props.picture;
    let room = &picture.room;
    html! {
        <svg class="drawing" height={tenths(room.height())} aria-hidden="true">
            if room.tall {
                { for picture.lanes.iter().map(name) }
            }
            <svg class="lanes" x={tenths(room.names())} height={tenths(room.height())}>
                { for picture.ticks.iter().map(|tick| tick_line(tick, room.bottom())) }
                { for picture.lanes.iter().map(lane) }
                for (kind, path) in &picture.rules {
                    <path key={kind.class()} class={classes!("rule", kind.class())} d={path.clone()} />
                }
                for lines in &picture.lines {
                    <path
                        key={lines.kind.class()} class={classes!("line", lines.kind.class())} d={lines.path.clone()}
                        data-count={lines.count.to_string()}
                    />
                }
                <path class="lost" d={picture.crosses.clone()} />
                for marks in &picture.marks {
                    <path
                        key={marks.kind.class()} class={classes!("mark", marks.kind.class())} d={marks.path.clone()}
                        data-count={marks.count.to_string()}
                    />
                }
                { for picture.ticks.iter().map(|tick| tick_label(tick, room.height() - 4.0)) }
            </svg>
        </svg>
    }
}

fn name(lane: &LaneShape) -> Html {
    let y = tenths(lane.y + 4.0);
    html! { <text key={lane.node} class="name" x="2" {y}>{ NodeName(lane.node).to_string() }</text> }
}

fn lane(lane: &LaneShape) -> Html {
    html! { <g key={lane.node} data-lane={lane.node.to_string()}>{ for lane.bands.iter().map(band) }</g> }
}

fn band(band: &BandShape) -> Html {
    let BandShape { x, y, width, height, standing, term, label } = band;
    html! {
        <>
            <rect
                class={classes!("band", standing.class(), *term)} x={tenths(*x)} y={tenths(*y)} width={tenths(*width)}
                height={tenths(*height)}
            />
            if let Some(label) = label {
                <text class="term" x={tenths(x.max(0.0) + 4.0)} y={tenths(y + height / 2.0 + 3.5)}>{ label.clone() }</text>
            }
        </>
    }
}

fn tick_line(tick: &Tick, bottom: f64) -> Html {
    html! { <path class="tick" d={format!("M{} 11V{}", tenths(tick.x), tenths(bottom + 3.0))} /> }
}

fn tick_label(tick: &Tick, y: f64) -> Html {
    let class = classes!("tick-label", (tick.x < 12.0).then_some("first"));
    html! { <text {class} x={tenths(tick.x)} y={tenths(y)}>{ tick.label.clone() }</text> }
}

/// The properties of the line of the whole run.
#[derive(Properties, PartialEq)]
pub struct MiniProps {
    /// The moment that is shown.
    pub moment: Moment,
    /// What is seen.
    pub view: View,
    /// Brings a time into the middle.
    pub pan: Callback<Micros>,
}

/// The width of the line, in its own units.
const WHOLE: f64 = 1_000.0;

/// The whole run in a line, with what is seen of it: there only if that is not all. A way for pointers; keys move along
/// without it.
#[component]
pub fn Mini(props: &MiniProps) -> Html {
    let MiniProps { moment, view, pan, .. } = props;
    let element = use_node_ref();
    if *view == View::Whole {
        return Html::default();
    }
    let scale = Scale::new(View::Whole.stretch(moment.run), WHOLE, &[]);
    let (from, to) = view.stretch(moment.run);
    let (from, to) = (scale.x(from), scale.x(to.min(scale.to())));
    let go = {
        let (element, pan, scale) = (element.clone(), pan.clone(), scale.clone());
        Callback::from(move |event: PointerEvent| {
            let Some(line) = element.cast::<Element>().filter(|_| event.buttons() & 1 == 1) else { return };
            let rect = line.get_bounding_client_rect();
            let part = (f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0);
            // A pointer that cannot be captured moves what is seen as long as it is over the line.
            let _ = line.set_pointer_capture(event.pointer_id());
            pan.emit(scale.time(part * WHOLE));
        })
    };
    html! {
        <svg
            ref={element} class="mini" viewBox={format!("0 0 {WHOLE} 10")} preserveAspectRatio="none" aria-hidden="true"
            onpointerdown={go.clone()} onpointermove={go}
        >
            <rect class="all" y="3" width={tenths(scale.x(moment.run.end))} height="4" />
            <rect class="seen" x={tenths(from)} y="0" width={tenths((to - from).max(4.0))} height="10" />
            <path class="here" d={format!("M{} 0V10", tenths(scale.x(moment.now)))} />
        </svg>
    }
}
