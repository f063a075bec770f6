//! The picture of the cluster, and the stroke that the user draws across it to cut links.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use gloo_timers::callback::Timeout;
use web_sys::Element;
use yew::prelude::*;

use super::clients::Clients;
use super::links::{Links, StrokeLines, Strokes, Words};
use super::moving::{Messages, Near, Timers};
use super::nodes::Nodes;
use super::screen::Screen;
use crate::lab::vocab::action::Action;
use crate::lab::vocab::id::Link;
use crate::lab::World;
use crate::raft::NodeId;
use crate::ui::shared::Shared;
use crate::ui::size::use_size;
use crate::ui::{media, text};
use crate::view::action::{crossed, stroke};
use crate::view::acts::{Act, Played};
use crate::view::clients::clients;
use crate::view::cluster::{links, nodes};
use crate::view::colour::term_class;
use crate::view::command::Command;
use crate::view::cuts::strokes;
use crate::view::geometry::{curve, thinned, Point};
use crate::view::link_words::link_words;
use crate::view::message::Scope;
use crate::view::page::{Change, Strokes as Drawn};
use crate::view::ring::Ring;
use crate::view::selection::{Highlight, Selection};

/// The distance, in pixels, below which a pointer movement is a click.
const CLICK: f64 = 6.0;

/// The number of the picture's units per `rem` at which its text is as large as the page's.
const UNITS: f64 = 14.0;

/// The steps in which the room for the picture changes, in units of the picture.
const STEP: f64 = 8.0;

/// The least distance between two points of a stroke, in units of the picture.
const SPACING: f64 = 7.0;

/// The time, in ms, after which a resting finger can draw in any direction.
const HOLD_MS: u32 = 350;

/// The properties of the picture.
#[derive(Properties, PartialEq)]
pub struct StageProps {
    /// The world at the moment shown.
    pub world: Shared<World>,
    /// What is acted out.
    pub acts: Vec<Played>,
    /// What is selected.
    pub selected: Option<Selection>,
    /// The messages that are drawn.
    pub scope: Scope,
    /// The highlight.
    pub look: Rc<Highlight>,
    /// The strokes as they were drawn.
    pub drawn: Rc<Drawn>,
    /// Whether the clock is stopped.
    pub still: bool,
    /// Called to act on the cluster.
    pub act: Callback<Action>,
    /// Called to change the page's state.
    pub change: Callback<Change>,
    /// Called to carry out a command.
    pub command: Callback<Command>,
}

/// A stroke that is being drawn.
#[derive(Clone, Default, PartialEq)]
struct Draft {
    pointer: i32,
    /// Its start on the screen.
    start: Point,
    /// Whether the pointer has moved too far for a click.
    moved: bool,
    /// Whether it is drawn with a finger or a pen, which also scroll.
    finger: bool,
    /// Whether the finger rested long enough to draw in any direction.
    held: bool,
    one_way: bool,
    points: Vec<Point>,
}

/// The picture.
#[component]
pub fn Stage(props: &StageProps) -> Html {
    let StageProps { world, acts, selected, scope, look, drawn, still, act, change, command } = props;
    let ids: Vec<NodeId> = world.nodes.keys().copied().collect();
    let element = use_node_ref();
    let room = use_room(&element);
    let near = use_pointer_near(&element);
    let ring = Shared(use_memo((ids, room), |(ids, room)| match room {
        Some(room) => Ring::fitting(ids.iter().copied(), *room),
        None => Ring::new(ids.iter().copied()),
    }));
    let node_glyphs = use_memo((world.clone(), ring.clone()), |(world, ring)| nodes(world, ring, text()));
    let link_glyphs = use_memo((world.cut.clone(), world.links.clone(), ring.clone()), {
        let world = world.clone();
        move |(_, _, ring)| links(&world, ring, text())
    });
    let (draft, screen) = (use_stroke(&element, world, &ring, act, change), Screen::new(&element, &ring));

    let doomed = match &*draft.shown {
        Some(draft) => crossed(world, &ring, &draft.points, draft.one_way),
        None => Vec::<Link>::new(),
    };
    let stroke_glyphs = strokes(world, &ring, |name| drawn.get(name).map(|points| &points[..]), &node_glyphs, text());
    let words = link_words(&ring, &world.links, &node_glyphs, &stroke_glyphs, text());
    let client_glyphs = clients(world, &ring, &node_glyphs, &stroke_glyphs, text());
    let selected_link = match *selected {
        Some(Selection::Link((a, b))) => Some((a.min(b), a.max(b))),
        _ => None,
    };
    let view_box = format!("0 0 {:.0} {:.0}", ring.width, ring.height);
    // Where the room depends on the picture, it follows from the natural ring, since this ring depends on the room.
    let natural = Ring::new(world.nodes.keys().copied());
    // Moving elements are in a separate picture on top, so that most frames do not repaint the one below.
    html! {
        <div
            ref={element}
            class={classes!("stage", draft.shown.is_some().then_some("cutting"))}
            ~style={format!("--shape:{:.0}/{:.0}", natural.width, natural.height)}
            role="group"
            data-home=""
            aria-label={text().cluster_name(world.nodes.len() as u64)}
            onpointerdown={draft.down}
            onpointermove={draft.moved}
            onpointerup={draft.up}
            onpointercancel={draft.cancel}
        >
            <svg class="layer" viewBox={view_box.clone()}>
                <Links
                    links={link_glyphs}
                    {screen}
                    {doomed}
                    lit={look.nodes.clone()}
                    selected={selected_link}
                    change={change.clone()}
                    command={command.clone()}
                />
                <StrokeLines strokes={stroke_glyphs.clone()} />
                { effects(acts, &ring) }
                <Clients clients={client_glyphs} />
                <Nodes
                    nodes={node_glyphs}
                    radius={ring.node_radius}
                    selected={selected.and_then(Selection::node)}
                    look={look.clone()}
                    change={change.clone()}
                />
                <Words {words} />
            </svg>
            <svg class="layer above" viewBox={view_box}>
                <Timers world={world.clone()} ring={ring.clone()} />
                <Messages
                    world={world.clone()}
                    ring={ring.clone()}
                    look={look.clone()}
                    selected={*selected}
                    scope={*scope}
                    still={*still}
                    {near}
                    change={change.clone()}
                />
                <Strokes strokes={stroke_glyphs} act={act.clone()} />
                if let Some(draft) = &*draft.shown {
                    <path class="stroke draft" d={curve(&draft.points)} />
                }
            </svg>
        </div>
    }
}

/// What is acted out around the nodes. The style sheet moves it, and hides it where nothing is to move.
fn effects(acts: &[Played], ring: &Ring) -> Html {
    let effect = |Played { n, act }: &Played| {
        let (class, node, colour) = match act {
            Act::Elected(node, term) => ("elected", *node, term_class(*term)),
            Act::Crashed(node) => ("crash", *node, ""),
            Act::Installed(node) => ("installed", *node, ""),
            Act::Committed(..) | Act::Replaced(..) => return None,
        };
        let Point { x, y } = ring.place(node);
        let circle = |class: &'static str| html! { <circle {class} r={ring.node_radius.to_string()} /> };
        Some(html! {
            <g key={*n} class={classes!("effect", class, colour)} transform={format!("translate({x:.1} {y:.1})")}>
                { circle("wave") }
                { circle("wave second") }
            </g>
        })
    };
    html! { <g class="effects" aria-hidden="true">{ for acts.iter().filter_map(effect) }</g> }
}

/// The room for the picture, in its units; none until it is known.
#[hook]
fn use_room(element: &NodeRef) -> Option<Point> {
    let room = use_state_eq(|| None);
    {
        let room = room.setter();
        use_size(element, move |element| {
            let (rect, unit) = (element.get_bounding_client_rect(), media::rem() / UNITS);
            // In steps, so that the ring does not move with every pixel.
            let units = |length: f64| (length / unit / STEP).round() * STEP;
            let found = Point::new(units(rect.width()), units(rect.height()));
            room.set((found.x > 0.0 && found.y > 0.0).then_some(found));
        });
    }
    *room
}

/// Whether a pointer is over the picture. Fingers are always near: they touch without having come over it first.
#[hook]
fn use_pointer_near(element: &NodeRef) -> Near {
    let near = Near(use_memo((), |()| Cell::new(media::touch().holds())));
    let (element, is_near) = (element.clone(), near.clone());
    use_effect_with((), move |()| {
        let listen = |element: &Element, kind: &'static str, comes: bool| {
            let Near(is_near) = is_near.clone();
            EventListener::new(element, kind, move |_| is_near.set(comes || media::touch().holds()))
        };
        let listeners = element.cast::<Element>().map(|element| {
            [("pointerenter", true), ("pointerleave", false)].map(|(kind, comes)| listen(&element, kind, comes))
        });
        move || drop(listeners)
    });
    near
}

/// The event handlers and the look of a stroke that is being drawn.
struct Gesture {
    shown: UseStateHandle<Option<Draft>>,
    down: Callback<PointerEvent>,
    moved: Callback<PointerEvent>,
    up: Callback<PointerEvent>,
    cancel: Callback<PointerEvent>,
}

#[hook]
fn use_stroke(
    element: &NodeRef,
    world: &Shared<World>,
    ring: &Shared<Ring>,
    act: &Callback<Action>,
    change: &Callback<Change>,
) -> Gesture {
    let shown = use_state(|| None::<Draft>);
    let current: Rc<RefCell<Option<Draft>>> = use_mut_ref(|| None);
    let hold = use_mut_ref(|| None::<Timeout>);
    use_no_scrolling_while_drawing(element, &current);

    let place = {
        let screen = Screen::new(element, ring);
        move |event: &PointerEvent| screen.place(event.client_x(), event.client_y())
    };
    let down = {
        let (current, shown, hold, place) = (current.clone(), shown.clone(), hold.clone(), place.clone());
        Callback::from(move |event: PointerEvent| {
            if event.button() != 0 || !event.is_primary() {
                return;
            }
            let start = Point::new(event.client_x().into(), event.client_y().into());
            let (pointer, points) = (event.pointer_id(), vec![place(&event)]);
            let finger = event.pointer_type() != "mouse";
            current.replace(Some(Draft { pointer, start, points, finger, ..Draft::default() }));
            let (current, shown) = (current.clone(), shown.clone());
            let stays = move || {
                if let Some(draft) = current.borrow_mut().as_mut() {
                    draft.held = true;
                    shown.set(Some(draft.clone()));
                }
            };
            hold.replace(finger.then(|| Timeout::new(HOLD_MS, stays)));
        })
    };
    let moved = {
        let (current, shown, element) = (current.clone(), shown.clone(), element.clone());
        Callback::from(move |event: PointerEvent| {
            let mut current = current.borrow_mut();
            let Some(draft) = current.as_mut().filter(|draft| draft.pointer == event.pointer_id()) else { return };
            let here = Point::new(event.client_x().into(), event.client_y().into());
            if !draft.moved && draft.start.distance(here) < CLICK {
                return;
            }
            let upright = (here.y - draft.start.y).abs() >= (here.x - draft.start.x).abs();
            if draft.finger && !draft.held && !draft.moved && upright {
                *current = None; // it scrolls
                return;
            }
            if !draft.moved {
                draft.moved = true;
                // From here on it is a stroke, wherever the pointer goes. Without pointer capture it ends at the edge.
                let _ = element.cast::<Element>().map(|element| element.set_pointer_capture(draft.pointer));
            }
            draft.one_way = event.alt_key();
            draft.points.push(place(&event));
            draft.points = thinned(&draft.points, SPACING);
            shown.set(Some(draft.clone()));
        })
    };
    let up = {
        let (current, shown) = (current.clone(), shown.clone());
        let (world, ring, act, change) = (world.clone(), ring.clone(), act.clone(), change.clone());
        let element = element.clone();
        let hold = hold.clone();
        Callback::from(move |event: PointerEvent| {
            shown.set(None);
            hold.take();
            let Some(draft) = current.take() else { return };
            if !draft.moved {
                // A click on the background.
                let layer = event.target_dyn_into::<Element>().and_then(|target| target.parent_node());
                if layer.is_some() && layer == element.get() {
                    change.emit(Change::Deselect);
                }
                return;
            }
            let links = crossed(&world, &ring, &draft.points, draft.one_way);
            if let Some(cut) = stroke(&world, links) {
                if let Action::Cut { name: Some(name), .. } = &cut {
                    change.emit(Change::Stroke(name.clone(), draft.points.into()));
                }
                act.emit(cut);
            }
        })
    };
    let cancel = {
        let shown = shown.clone();
        Callback::from(move |_: PointerEvent| {
            current.take();
            hold.take();
            shown.set(None);
        })
    };
    Gesture { shown, down, moved, up, cancel }
}

/// Prevents scrolling and the browser's context menu while a finger draws.
#[hook]
fn use_no_scrolling_while_drawing(element: &NodeRef, current: &Rc<RefCell<Option<Draft>>>) {
    let (element, current) = (element.clone(), current.clone());
    use_effect_with((), move |()| {
        let listen = |element: Element, kind: &'static str| {
            let current = current.clone();
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&element, kind, options, move |event| {
                if current.borrow().as_ref().is_some_and(|draft| draft.held || draft.moved) {
                    event.prevent_default();
                }
            })
        };
        let listeners = element
            .cast::<Element>()
            .map(|element| ["touchmove", "contextmenu"].map(|kind| listen(element.clone(), kind)));
        move || drop(listeners)
    });
}
