//! What moves with the virtual clock: messages and election timeouts. Drawn in every frame, and nothing else is.

use std::rc::Rc;

use yew::prelude::*;

use super::shapes::{cross, shape};
use crate::lab::world::{InFlight, LostMessage};
use crate::lab::World;
use crate::raft::NodeId;
use crate::runtime::Micros;
use crate::ui::page::Change;
use crate::ui::shared::Shared;
use crate::ui::text;
use crate::view::cluster::timers;
use crate::view::feed::About;
use crate::view::geometry::{Point, Ring};
use crate::view::message::{label, lost_name, lost_place, name, place, Shape};

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
    let Props { world, ring, look, still, change } = props;
    let moved = |Point { x, y }: Point| format!("translate({x:.1} {y:.1})");
    html! {
        <g class="messages" role="group" aria-label={text().messages()}>
            for lost in world.lost.iter() {
                if let Some((at, angle, left)) = lost_place(ring, lost, now) {
                    <g key={format!("lost {}", lost.message.id)} transform={moved(at)} opacity={format!("{left:.2}")}>
                        <Lost lost={Shared(lost.clone())} {angle} change={change.clone()} />
                    </g>
                }
            }
            for message in world.messages.values() {
                <g key={message.id} transform={moved(place(ring, message, now).0)}>
                    <Message
                        message={Shared(message.clone())}
                        angle={place(ring, message, now).1}
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
    lit: bool,
    still: bool,
    change: Callback<Change>,
}

fn about(message: &InFlight) -> About {
    About { nodes: vec![message.from, message.to] as Vec<NodeId>, message: Some(message.id), entries: None }
}

/// One message, at the origin: it is moved by what is around it, and drawn once.
#[component]
fn Message(props: &MessageProps) -> Html {
    let MessageProps { message, angle, lit, still, change } = props;
    let looks = |on: bool| {
        let (change, message) = (change.clone(), message.clone());
        move || change.emit(Change::Look(on.then(|| about(&message))))
    };
    let (over, out, focused, blurred) = (looks(true), looks(false), looks(true), looks(false));
    let pin = {
        let (change, message) = (change.clone(), message.clone());
        move |_: MouseEvent| change.emit(Change::Pin(about(&message)))
    };
    html! {
        <g
            class={classes!("message", lit.then_some("lit"))}
            role="img"
            aria-label={name(message, text())}
            tabindex={if *still { Some("0") } else { None }}
            data-message={message.id.to_string()}
            data-kind={message.kind.text()}
            onpointerover={move |_: PointerEvent| over()}
            onpointerout={move |_: PointerEvent| out()}
            onfocus={move |_: FocusEvent| focused()}
            onblur={move |_: FocusEvent| blurred()}
            onclick={pin}
        >
            <circle class="reach" r="13" />
            { shape(Shape::of(&message.message), *angle) }
            if let Some(label) = label(&message.message) {
                <text class="message-label" y="-13">{ label }</text>
            }
        </g>
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
        move |_: PointerEvent| change.emit(Change::Look(on.then(|| about(&lost.message))))
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
