//! What moves with the virtual clock: messages and election timeouts. Each is drawn once, and then moved.

use std::cell::Cell;
use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use super::shapes::{bars, cross, shape};
use crate::lab::world::{InFlight, LostMessage};
use crate::lab::World;
use crate::ui::clock::{set, use_moving, Pace, Shown};
use crate::ui::page::{Change, Menu};
use crate::ui::shared::Shared;
use crate::ui::text;
use crate::view::cluster::{timers, TimerArc};
use crate::view::feed::About;
use crate::view::format::tenths;
use crate::view::geometry::{Point, Ring};
use crate::view::menu::Of;
use crate::view::message::{
    label, label_place, label_sides, lost_left, lost_name, lost_place, name, Drawn, Placed, Scope, Shape, Way,
};
use crate::view::subject::{about_message, Subject};

/// An election timeout that is over to this part fires soon.
const SOON: f64 = 0.8;

/// A message that has not moved so far yet stays where it is: nobody would see it move.
const SEEN_TO_MOVE: f64 = 0.4;

/// What the moving layers need.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Everything that is known.
    pub world: Shared<World>,
    /// Where the nodes are.
    pub ring: Shared<Ring>,
    /// What is highlighted.
    #[prop_or_default]
    pub look: Rc<About>,
    /// What is selected.
    #[prop_or_default]
    pub selected: Option<Subject>,
    /// Which messages are drawn.
    #[prop_or_default]
    pub scope: Scope,
    /// Whether the clock stands, so that messages can be reached with the keyboard.
    #[prop_or_default]
    pub still: bool,
    /// To tell what is pointed at.
    #[prop_or_default]
    pub change: Callback<Change>,
}

/// The election timeouts.
#[component]
pub fn Timers(props: &Props) -> Html {
    html! {
        <g class="timers" aria-hidden="true">
            for timer in timers(&props.world, &props.ring) {
                <Timer key={timer.id} {timer} />
            }
        </g>
    }
}

#[derive(Properties, PartialEq)]
struct TimerProps {
    timer: TimerArc,
}

/// One election timeout.
#[component]
fn Timer(props: &TimerProps) -> Html {
    let element = use_node_ref();
    let soon = Cell::new(None);
    use_moving(&element, Pace::NowAndThen, props.timer, move |element, timer, Shown { moved, .. }| {
        set(element, "d", &timer.path(moved));
        let is_soon = Some(timer.passed(moved) > SOON);
        if soon.replace(is_soon) != is_soon {
            set(element, "class", if is_soon == Some(true) { "timer soon" } else { "timer" });
        }
    });
    html! { <path ref={element} /> }
}

/// The messages, and those that were lost of late.
#[component]
pub fn Messages(props: &Props) -> Html {
    let Props { world, ring, look, selected, scope, still, change } = props;
    let drawn = world.messages.values().map(|message| (message, scope.shows(message, *selected)));
    let drawn: Vec<(&Rc<InFlight>, Drawn)> = drawn.filter(|(_, drawn)| *drawn != Drawn::Not).collect();
    // A label changes its side with an event, not on its way.
    let placed = |(message, _): &(&Rc<InFlight>, Drawn)| {
        let way = Way::of(ring, message);
        let (at, angle) = (way.place(message, world.at), way.angle());
        Placed { link: (message.from, message.to), at, angle, label: label(&message.message) }
    };
    let sides = label_sides(ring, &drawn.iter().map(placed).collect::<Vec<Placed>>());
    html! {
        <g class="messages" role="group" aria-label={text().messages()}>
            for lost in world.lost.iter() {
                <Lost key={format!("lost {}", lost.message.id)} lost={Shared(lost.clone())} ring={ring.clone()} change={change.clone()} />
            }
            for ((message, drawn), label_right) in drawn.into_iter().zip(sides) {
                <Message
                    key={message.id}
                    message={Shared(message.clone())}
                    ring={ring.clone()}
                    {label_right}
                    faint={drawn == Drawn::Faint}
                    lit={look.message == Some(message.id)}
                    still={*still}
                    change={change.clone()}
                />
            }
        </g>
    }
}

fn moved_to(Point { x, y }: Point) -> String {
    format!("translate({} {})", tenths(x), tenths(y))
}

#[derive(Properties, PartialEq)]
struct MessageProps {
    message: Shared<InFlight>,
    ring: Shared<Ring>,
    /// On which side its label stands.
    label_right: bool,
    faint: bool,
    lit: bool,
    still: bool,
    change: Callback<Change>,
}

/// One message. It is drawn at the origin, once, and moved.
#[component]
fn Message(props: &MessageProps) -> Html {
    let MessageProps { message, ring, label_right, faint, lit, still, change } = props;
    let element = use_node_ref();
    let way = Way::of(ring, message);
    let drawn_at = Cell::new(None::<Point>);
    let moved = (message.clone(), way);
    use_moving(&element, Pace::EveryFrame, moved, move |element, (message, way), Shown { moved, .. }| {
        let at = way.place(message, moved);
        if drawn_at.get().is_none_or(|drawn| drawn.distance(at) > SEEN_TO_MOVE) {
            drawn_at.set(Some(at));
            set(element, "transform", &moved_to(at));
        }
    });
    let looks = |on: bool| {
        let (change, message) = (change.clone(), message.clone());
        move || change.emit(Change::Look(on.then(|| about_message(&message))))
    };
    let (over, out, focused, blurred) = (looks(true), looks(false), looks(true), looks(false));
    let open = {
        let (change, element, id) = (change.clone(), element.clone(), message.id);
        move || {
            change.emit(Change::Select(Some(Subject::Message(id))));
            if let Some(element) = element.cast::<Element>() {
                let rect = element.get_bounding_client_rect();
                let at = Point::new(rect.right(), rect.bottom());
                change.emit(Change::Menu(Some(Menu { of: Of::Subject(Subject::Message(id)), at })));
            }
        }
    };
    let clicked = open.clone();
    let onkeydown = move |event: KeyboardEvent| {
        // Not the space bar: that is play and pause, wherever one is in the picture.
        if event.key() == "Enter" {
            event.prevent_default();
            open();
        }
    };
    html! {
        <g
            ref={element}
            class={classes!("message", faint.then_some("faint"), lit.then_some("lit"), message.held.then_some("held"))}
            role="button"
            aria-haspopup="menu"
            aria-label={name(message, text())}
            tabindex={if *still { "0" } else { "-1" }}
            data-message={message.id.to_string()}
            data-kind={message.kind.text()}
            onpointerover={move |_: PointerEvent| over()}
            onpointerout={move |_: PointerEvent| out()}
            onfocus={move |_: FocusEvent| focused()}
            onblur={move |_: FocusEvent| blurred()}
            onclick={move |_: MouseEvent| clicked()}
            {onkeydown}
        >
            <circle class="reach" r="13" />
            { shape(Shape::of(&message.message), way.angle()) }
            if message.held {
                { bars() }
            }
            if let Some(label) = label(&message.message) {
                { written(&label, label_place(&label, way.angle(), *label_right)) }
            }
        </g>
    }
}

fn written(label: &str, at: Point) -> Html {
    html! {
        <text class="message-label" x={format!("{:.1}", at.x)} y={format!("{:.1}", at.y + 4.0)}>{ label }</text>
    }
}

#[derive(Properties, PartialEq)]
struct LostProps {
    lost: Shared<LostMessage>,
    ring: Shared<Ring>,
    change: Callback<Change>,
}

/// One message that was lost, fading where it was lost.
#[component]
fn Lost(props: &LostProps) -> Html {
    let LostProps { lost, ring, change } = props;
    let element = use_node_ref();
    let (at, angle) = lost_place(ring, lost);
    use_moving(&element, Pace::NowAndThen, lost.clone(), |element, lost, Shown { moved, .. }| {
        let left = lost_left(lost, moved);
        set(element, "opacity", &format!("{left:.2}"));
        set(element, "display", if left > 0.0 { "inline" } else { "none" });
    });
    let looks = |on: bool| {
        let (change, lost) = (change.clone(), lost.clone());
        move |_: PointerEvent| change.emit(Change::Look(on.then(|| about_message(&lost.message))))
    };
    html! {
        <g
            ref={element}
            class="message lost"
            transform={moved_to(at)}
            role="img"
            aria-label={lost_name(lost, text())}
            data-kind={lost.message.kind.text()}
            onpointerover={looks(true)}
            onpointerout={looks(false)}
        >
            <circle class="reach" r="13" />
            { shape(Shape::of(&lost.message.message), angle) }
            { cross() }
        </g>
    }
}
