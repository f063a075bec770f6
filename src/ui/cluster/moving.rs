//! What moves with the virtual clock: messages and election timeouts. Drawn in every frame, and nothing else is.

use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use super::shapes::{cross, shape};
use crate::lab::world::{InFlight, LostMessage};
use crate::lab::World;
use crate::runtime::Micros;
use crate::ui::page::{Change, Menu};
use crate::ui::shared::Shared;
use crate::ui::text;
use crate::view::cluster::timers;
use crate::view::feed::About;
use crate::view::geometry::{Point, Ring};
use crate::view::menu::Of;
use crate::view::message::{
    label, label_place, label_sides, lost_name, lost_place, name, place, Drawn, Placed, Scope, Shape,
};
use crate::view::subject::{about_message, Subject};

/// The time that is shown, handed past everything that does not move.
#[derive(Clone, Copy, PartialEq)]
pub struct Clock(pub Micros);

#[hook]
fn use_clock() -> Micros {
    use_context::<Clock>().map_or(Micros::ZERO, |clock| clock.0)
}

/// What the moving layers need.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Everything that is known.
    pub world: Shared<World>,
    /// Where the nodes are.
    pub ring: Rc<Ring>,
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
    let now = use_clock();
    html! {
        <g class="timers" aria-hidden="true">
            for timer in timers(&props.world, &props.ring, now) {
                <path key={timer.id} class={classes!("timer", (timer.passed > 0.8).then_some("soon"))} d={timer.path} />
            }
        </g>
    }
}

/// The messages, and those that were lost of late.
#[component]
pub fn Messages(props: &Props) -> Html {
    let now = use_clock();
    let Props { world, ring, look, selected, scope, still, change } = props;
    let moved = |Point { x, y }: Point| format!("translate({x:.1} {y:.1})");
    let drawn = world.messages.values().map(|message| (message, scope.shows(message, *selected)));
    let drawn: Vec<_> = drawn.filter(|(_, drawn)| *drawn != Drawn::Not).collect();
    let placed = |(message, _): &(&Rc<InFlight>, Drawn)| {
        let (at, angle) = place(ring, message, now);
        Placed { link: (message.from, message.to), at, angle, label: label(&message.message) }
    };
    let placed: Vec<Placed> = drawn.iter().map(placed).collect();
    let sides = label_sides(ring, &placed);
    html! {
        <g class="messages" role="group" aria-label={text().messages()}>
            for lost in world.lost.iter() {
                if let Some((at, angle, left)) = lost_place(ring, lost, now) {
                    <g key={format!("lost {}", lost.message.id)} transform={moved(at)} opacity={format!("{left:.2}")}>
                        <Lost lost={Shared(lost.clone())} {angle} change={change.clone()} />
                    </g>
                }
            }
            for ((message, drawn), (placed, label_right)) in drawn.into_iter().zip(placed.iter().zip(sides)) {
                <g key={message.id} class={(drawn == Drawn::Faint).then_some("faint")} transform={moved(placed.at)}>
                    <Message
                        message={Shared(message.clone())}
                        angle={placed.angle}
                        {label_right}
                        lit={look.message == Some(message.id)}
                        still={*still}
                        change={change.clone()}
                    />
                </g>
            }
        </g>
    }
}

#[derive(Properties, PartialEq)]
struct MessageProps {
    message: Shared<InFlight>,
    angle: f64,
    /// On which side its label stands.
    label_right: bool,
    lit: bool,
    still: bool,
    change: Callback<Change>,
}

/// One message, at the origin: it is moved by what is around it, and drawn once.
#[component]
fn Message(props: &MessageProps) -> Html {
    let MessageProps { message, angle, label_right, lit, still, change } = props;
    let looks = |on: bool| {
        let (change, message) = (change.clone(), message.clone());
        move || change.emit(Change::Look(on.then(|| about_message(&message))))
    };
    let (over, out, focused, blurred) = (looks(true), looks(false), looks(true), looks(false));
    let element = use_node_ref();
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
            class={classes!("message", lit.then_some("lit"), message.held.then_some("held"))}
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
            { shape(Shape::of(&message.message), *angle) }
            if message.held {
                <path class="bars" d="M-3.5 14v7M3.5 14v7" />
            }
            if let Some(label) = label(&message.message) {
                { written(&label, label_place(&label, *angle, *label_right)) }
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
    angle: f64,
    change: Callback<Change>,
}

/// One message that was lost, where it was lost.
#[component]
fn Lost(props: &LostProps) -> Html {
    let LostProps { lost, angle, change } = props;
    let looks = |on: bool| {
        let (change, lost) = (change.clone(), lost.clone());
        move |_: PointerEvent| change.emit(Change::Look(on.then(|| about_message(&lost.message))))
    };
    html! {
        <g
            class="message lost"
            role="img"
            aria-label={lost_name(lost, text())}
            data-kind={lost.message.kind.text()}
            onpointerover={looks(true)}
            onpointerout={looks(false)}
        >
            <circle class="reach" r="13" />
            { shape(Shape::of(&lost.message.message), *angle) }
            { cross() }
        </g>
    }
}
