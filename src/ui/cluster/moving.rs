//! What moves with the virtual clock: messages and election timeouts. Each is drawn once, and then moved.

use std::cell::{Cell, OnceCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, SvgGraphicsElement, SvgTransform};
use yew::prelude::*;

use super::shapes::{bars, capsule, cross, shape};
use super::swarm::{Seen, Swarm};
use crate::lab::vocab::id::Link;
use crate::lab::world::{InFlight, LostMessage};
use crate::lab::World;
use crate::runtime::Micros;
use crate::ui::clock::{set, use_moving, Pace, Shown};
use crate::ui::shared::Shared;
use crate::ui::text;
use crate::view::capsule::{called, have_room, is_told, Capsule};
use crate::view::cluster::{timers, TimerArc};
use crate::view::format::tenths;
use crate::view::geometry::Point;
use crate::view::labels::{label_place, label_sides, Placed, Side};
use crate::view::menu::MenuTarget;
use crate::view::message::{label, lost_left, lost_name, lost_place, name, Drawn, Path, Scope};
use crate::view::page::{Change, Menu, Pointed};
use crate::view::ring::Ring;
use crate::view::selection::{message_highlight, Highlight, Selection};
use crate::view::shape::Shape;

/// The elapsed part of an election timeout from which on it is shown as about to fire.
const SOON: f64 = 0.8;

/// The least distance by which a message is moved: less would not be visible.
const SEEN_TO_MOVE: f64 = 0.4;

/// The same in a [crowd](CROWD), where single messages cannot be followed.
const SEEN_TO_MOVE_IN_A_CROWD: f64 = 1.0;

/// The number of messages from which on they are a crowd.
const CROWD: usize = 60;

/// The initial transform of elements that are moved through the browser's SVG objects ([`Parts`]).
const UNMOVED: &str = "translate(0 0)";

/// The properties of the moving layers.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The world at the moment shown.
    pub world: Shared<World>,
    /// The places of the nodes.
    pub ring: Shared<Ring>,
    /// The highlight.
    #[prop_or_default]
    pub look: Rc<Highlight>,
    /// What is selected.
    #[prop_or_default]
    pub selected: Option<Selection>,
    /// The messages that are drawn.
    #[prop_or_default]
    pub scope: Scope,
    /// Whether the clock is stopped, so that messages can be focused with the keyboard.
    #[prop_or_default]
    pub still: bool,
    /// Whether a pointer may point at a message.
    #[prop_or_default]
    pub near: Near,
    /// Called to highlight and select.
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

/// The messages in flight, and those that were lost recently.
#[component]
pub fn Messages(props: &Props) -> Html {
    let Props { world, ring, look, selected, scope, still, near, change } = props;
    let drawn = world.messages.values().map(|message| (message, scope.shows(message, *selected)));
    let drawn: Vec<Flight> = drawn
        .filter(|(_, drawn)| *drawn != Drawn::Not)
        .map(|(message, drawn)| Flight { message, shape: Shape::of(world, message), faint: drawn == Drawn::Faint })
        .collect();
    let in_capsules = have_room(ring, drawn.iter().filter(|flight| is_told(flight.shape)).count());
    // The side of each label, by message, since the last drawing. Labels change sides only with an event.
    let before = use_mut_ref(BTreeMap::<u64, Side>::new);
    let sides = {
        let mut before = before.borrow_mut();
        let placed =
            |Flight { message, .. }: &Flight| Placed::new(ring, message, world.at, before.get(&message.id).copied());
        let sides = match in_capsules {
            true => vec![Side::Nowhere; drawn.len()],
            false => label_sides(ring, &drawn.iter().map(placed).collect::<Vec<Placed>>()),
        };
        *before = drawn.iter().zip(&sides).map(|(flight, side)| (flight.message.id, *side)).collect();
        sides
    };
    let seen_to_move = if drawn.len() < CROWD { SEEN_TO_MOVE } else { SEEN_TO_MOVE_IN_A_CROWD };
    let seen =
        |flight: &Flight| Seen { message: Shared(Rc::clone(flight.message)), shape: flight.shape, faint: flight.faint };
    let seen: Vec<Seen> = drawn.iter().filter(|flight| !(in_capsules && is_told(flight.shape))).map(seen).collect();
    let told = |flight: &Flight| {
        let angle = Path::of(ring, flight.message).angle();
        Capsule::of(world, flight.message, flight.shape, angle, text()).filter(|_| in_capsules)
    };
    html! {
        <>
        <path class="carried" d={carried(ring, &drawn)} />
        <Swarm {seen} ring={ring.clone()} {seen_to_move} />
        <g class="messages" role="group" aria-label={text().messages()}>
            for lost in world.lost.iter() {
                <Lost
                    key={format!("lost {}", lost.message.id)}
                    lost={Shared(lost.clone())}
                    shape={Shape::of(world, &lost.message)}
                    ring={ring.clone()}
                    change={change.clone()}
                />
            }
            for (flight, side) in drawn.iter().zip(sides) {
                <Message
                    key={flight.message.id}
                    message={Shared(flight.message.clone())}
                    ring={ring.clone()}
                    told={told(flight)}
                    {side}
                    {seen_to_move}
                    faint={flight.faint}
                    lit={look.message == Some(flight.message.id)}
                    still={*still}
                    near={near.clone()}
                    change={change.clone()}
                />
            }
        </g>
        </>
    }
}

/// A message in flight that is drawn.
struct Flight<'a> {
    message: &'a Rc<InFlight>,
    shape: Shape,
    faint: bool,
}

/// The links over which something is sent, as one path: the others are hairlines.
fn carried(ring: &Ring, drawn: &[Flight]) -> String {
    let carries = |&(a, b): &Link| {
        drawn.iter().any(|Flight { message, .. }| [(a, b), (b, a)].contains(&(message.from, message.to)))
    };
    let line = |link: Link| {
        let (a, b) = ring.link(link);
        format!("M{} {}L{} {}", tenths(a.x), tenths(a.y), tenths(b.x), tenths(b.y))
    };
    ring.pairs().filter(carries).map(line).collect()
}

/// Whether a pointer may point at a message: it is over the picture, or there is one that comes without a warning.
/// Shared, since it is looked at in every frame.
#[derive(Clone, Default)]
pub struct Near(pub Rc<Cell<bool>>);

impl PartialEq for Near {
    fn eq(&self, other: &Near) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// The parts of a message's element.
struct Parts {
    /// What can be pointed at.
    reach: Element,
    /// The browser's own object for the place of what is written beside it. It takes numbers instead of an attribute's
    /// text, which saves a third of the scripting time.
    beside: SvgTransform,
}

impl Parts {
    fn of(message: &Element) -> Option<Parts> {
        let reach = message.first_element_child()?;
        let beside = reach.next_element_sibling()?.dyn_into::<SvgGraphicsElement>().ok()?;
        Some(Parts { reach, beside: beside.transform().base_val().get_item(0).ok()? })
    }

    fn reach_at(&self, Point { x, y }: Point) {
        set(&self.reach, "cx", &tenths(x));
        set(&self.reach, "cy", &tenths(y));
    }

    fn beside_at(&self, Point { x, y }: Point) {
        // Fails only for numbers that are not finite.
        let _ = self.beside.set_translate(x as f32, y as f32);
    }
}

/// How a message is moved.
#[derive(Clone, PartialEq)]
struct Moves {
    message: Shared<InFlight>,
    path: Path,
    seen_to_move: f64,
    /// Whether something is written beside it.
    written: bool,
    /// Whether it can be reached without a pointer, or is marked.
    reached: bool,
    near: Near,
}

impl Moves {
    /// Moves the elements of a message. Nobody sees where it can be pointed at, so that follows only where somebody may
    /// point at it.
    fn carry_out(&self, parts: &Parts, now: Micros, [reach, beside]: &[Cell<Option<Point>>; 2]) {
        let at = self.path.place(&self.message, now);
        let far = |drawn: &Cell<Option<Point>>| drawn.get().is_none_or(|drawn| drawn.distance(at) > self.seen_to_move);
        if (self.reached || self.near.0.get() || reach.get().is_none()) && far(reach) {
            reach.set(Some(at));
            parts.reach_at(at);
        }
        if self.written && far(beside) {
            beside.set(Some(at));
            parts.beside_at(at);
        }
    }
}

fn moved_to(Point { x, y }: Point) -> String {
    format!("translate({} {})", tenths(x), tenths(y))
}

#[derive(Properties, PartialEq)]
struct MessageProps {
    message: Shared<InFlight>,
    ring: Shared<Ring>,
    /// What it says in the picture, where there is room for that.
    told: Option<Capsule>,
    /// The side of its label.
    side: Side,
    /// The distance from its drawn place from which on it is moved.
    seen_to_move: f64,
    faint: bool,
    lit: bool,
    still: bool,
    near: Near,
    change: Callback<Change>,
}

/// What one can point at of a message, and what is written beside it. It is drawn once, then moved; the message itself
/// is drawn by the [`Swarm`].
#[component]
fn Message(props: &MessageProps) -> Html {
    let MessageProps { message, ring, told, side, seen_to_move, faint, lit, still, near, change } = props;
    let element = use_node_ref();
    let path = Path::of(ring, message);
    // The label of the message that is pointed at is always shown.
    let label = label(&message.message).filter(|_| told.is_none() && (*lit || *side != Side::Nowhere));
    let moves = Moves {
        message: message.clone(),
        path,
        seen_to_move: *seen_to_move,
        written: label.is_some() || told.is_some() || message.held,
        reached: *still || *lit,
        near: near.clone(),
    };
    let (parts, drawn) = (OnceCell::new(), Default::default());
    use_moving(&element, Pace::EveryFrame, moves, move |element, moves, Shown { moved, .. }| {
        if let Some(parts) = parts.get_or_init(|| Parts::of(element)) {
            moves.carry_out(parts, moved, &drawn);
        }
    });
    let looks = |on: bool| {
        let (change, message) = (change.clone(), message.clone());
        move || change.emit(Change::Point(on.then(|| Pointed::Highlight(message_highlight(&message).into()))))
    };
    let (over, out, focused, blurred) = (looks(true), looks(false), looks(true), looks(false));
    let open = {
        let (change, element, id) = (change.clone(), element.clone(), message.id);
        move || {
            change.emit(Change::Select(Some(Selection::Message(id))));
            if let Some(element) = element.cast::<Element>() {
                let rect = element.get_bounding_client_rect();
                let at = Point::new(rect.right(), rect.bottom());
                change.emit(Change::Menu(Some(Menu { target: MenuTarget::Selection(Selection::Message(id)), at })));
            }
        }
    };
    let clicked = open.clone();
    let onkeydown = move |event: KeyboardEvent| {
        // Not the space bar: in the picture it always means play or pause.
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
            aria-label={called(told.as_ref(), name(message, text()))}
            tabindex={if *still { "0" } else { "-1" }}
            data-message={message.id.to_string()}
            data-kind={message.kind.text()}
            data-home={format!("[data-node='{}']", message.to)}
            onpointerover={move |_: PointerEvent| over()}
            onpointerout={move |_: PointerEvent| out()}
            onfocus={move |_: FocusEvent| focused()}
            onblur={move |_: FocusEvent| blurred()}
            onclick={move |_: MouseEvent| clicked()}
            {onkeydown}
        >
            <circle class="reach" r={told.as_ref().map_or(13.0, |told| (told.width / 2.0 + 1.0).max(13.0)).to_string()} />
            <g transform={UNMOVED}>
                if let Some(told) = told {
                    { capsule(told, path.angle()) }
                }
                if message.held {
                    { bars() }
                }
                if let Some(label) = label {
                    { written(&label, label_place(&label, path.angle(), *side)) }
                }
            </g>
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
    shape: Shape,
    ring: Shared<Ring>,
    change: Callback<Change>,
}

/// A lost message, fading where it was lost.
#[component]
fn Lost(props: &LostProps) -> Html {
    let LostProps { lost, shape: kind, ring, change } = props;
    let element = use_node_ref();
    let (at, angle) = lost_place(ring, lost);
    use_moving(&element, Pace::NowAndThen, lost.clone(), |element, lost, Shown { moved, .. }| {
        let left = lost_left(lost, moved);
        set(element, "opacity", &format!("{left:.2}"));
        set(element, "display", if left > 0.0 { "inline" } else { "none" });
    });
    let looks = |on: bool| {
        let (change, lost) = (change.clone(), lost.clone());
        move |_: PointerEvent| {
            change.emit(Change::Point(on.then(|| Pointed::Highlight(message_highlight(&lost.message).into()))))
        }
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
            { shape(*kind, angle) }
            { cross() }
        </g>
    }
}
