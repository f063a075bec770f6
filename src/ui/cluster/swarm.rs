//! What is seen of the messages in flight, without their labels: those that look alike are one path.
//!
//! A moving element of its own for each would be a coordinate system of its own for the browser, which it lays out and
//! paints, and which keeps it from drawing neighbours at a go. Only what can be pointed at is an element per message.

use std::cell::{OnceCell, RefCell};

use web_sys::Element;
use yew::prelude::*;

use super::shapes::Outline;
use crate::lab::world::InFlight;
use crate::ui::clock::{set, use_moving, Pace, Shown};
use crate::ui::shared::Shared;
use crate::view::format::push_tenths;
use crate::view::geometry::Point;
use crate::view::message::Path;
use crate::view::ring::Ring;
use crate::view::shape::Shape;

/// A message, and how it is drawn.
#[derive(Clone, PartialEq)]
pub struct Seen {
    /// The message.
    pub message: Shared<InFlight>,
    /// Its shape.
    pub shape: Shape,
    /// Whether it is faint.
    pub faint: bool,
}

/// The properties of the swarm.
#[derive(Properties, PartialEq)]
pub struct SwarmProps {
    /// The messages, in the order of their ids.
    pub seen: Vec<Seen>,
    /// The places of the nodes.
    pub ring: Shared<Ring>,
    /// The distance from its drawn place from which on a message is moved.
    pub seen_to_move: f64,
}

/// A message on its way.
struct Mover {
    message: Shared<InFlight>,
    ring: Shared<Ring>,
    shape: Shape,
    path: Path,
    outline: Outline,
}

impl Mover {
    fn new(message: &Shared<InFlight>, shape: Shape, ring: &Shared<Ring>) -> Mover {
        let path = Path::of(ring, message);
        Mover { message: message.clone(), ring: ring.clone(), shape, path, outline: Outline::of(shape, path.angle()) }
    }
}

/// Messages that look alike.
#[derive(Clone, PartialEq)]
struct Group {
    shape: Shape,
    faint: bool,
    movers: Vec<Shared<Mover>>,
}

/// The path data of a group's bodies and of its marks, if any message is further than `seen_to_move` from where it was.
/// The places are replaced then.
fn drawn(group: &Group, now: Shown, places: &mut Vec<Point>, seen_to_move: f64) -> Option<[String; 2]> {
    let at: Vec<Point> = group.movers.iter().map(|mover| mover.path.place(&mover.message, now.moved)).collect();
    let stays = |(before, at): (&Point, &Point)| before.distance(*at) <= seen_to_move;
    if places.len() == at.len() && places.iter().zip(&at).all(stays) {
        return None;
    }
    let mut lines = [String::new(), String::new()];
    for (mover, at) in group.movers.iter().zip(&at) {
        for (lines, part) in lines.iter_mut().zip([&mover.outline.body, &mover.outline.mark]) {
            if !part.is_empty() {
                lines.push('M');
                push_tenths(lines, at.x);
                lines.push(' ');
                push_tenths(lines, at.y);
                lines.push_str(part);
            }
        }
    }
    *places = at;
    Some(lines)
}

/// The element of each group in turn.
fn children(element: &Element) -> impl Iterator<Item = Element> {
    std::iter::successors(element.first_element_child(), Element::next_element_sibling)
}

/// The messages that can be seen.
#[component]
pub fn Swarm(props: &SwarmProps) -> Html {
    let SwarmProps { seen, ring, seen_to_move } = props;
    let element = use_node_ref();
    let known = use_mut_ref(Vec::<Shared<Mover>>::new);
    let movers: Vec<Shared<Mover>> = {
        let mut known = known.borrow_mut();
        let mover = |Seen { message, shape, .. }: &Seen| {
            let place = known.binary_search_by_key(&message.id, |mover| mover.message.id);
            let same = place.ok().map(|place| &known[place]);
            let same = same.filter(|mover| mover.message == *message && mover.shape == *shape && mover.ring == *ring);
            same.cloned().unwrap_or_else(|| Shared(Mover::new(message, *shape, ring).into()))
        };
        let movers = seen.iter().map(mover).collect::<Vec<_>>();
        known.clone_from(&movers);
        movers
    };
    let looks = Shape::ALL.into_iter().flat_map(|shape| [(shape, true), (shape, false)]);
    let group = |(shape, faint)| {
        let alike = movers.iter().zip(seen).filter(|(mover, seen)| mover.shape == shape && seen.faint == faint);
        Group { shape, faint, movers: alike.map(|(mover, _)| mover.clone()).collect() }
    };
    let groups: Vec<Group> = looks.map(group).filter(|group| !group.movers.is_empty()).collect();
    let names = groups.iter().map(|group| (group.shape, group.faint)).collect::<Vec<_>>();
    let places = RefCell::new(vec![Vec::new(); groups.len()]);
    let elements = OnceCell::new();
    use_moving(&element, Pace::EveryFrame, (groups, *seen_to_move), move |element, (groups, seen_to_move), shown| {
        let elements = elements.get_or_init(|| children(element).map(|group| children(&group).collect()).collect());
        let elements: &Vec<Vec<Element>> = elements;
        for ((group, parts), places) in groups.iter().zip(elements).zip(places.borrow_mut().iter_mut()) {
            let Some(lines) = drawn(group, shown, places, *seen_to_move) else { continue };
            for (part, lines) in parts.iter().zip(&lines) {
                if !lines.is_empty() {
                    set(part, "d", lines);
                }
            }
        }
    });
    html! {
        <g ref={element} class="swarm" aria-hidden="true">
            for (shape, faint) in names {
                <g key={format!("{} {faint}", shape.class())} class={classes!("shape", shape.class(), faint.then_some("faint"))}>
                    <path />
                    <path />
                </g>
            }
        </g>
    }
}
