//! Pointer, wheel and keys on the timeline.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, WheelEvent};
use yew::prelude::*;

use super::drawn::{Drawn, SharedDrawn};
use crate::raft::NodeId;
use crate::runtime::Micros;
use crate::ui::source::Source;
use crate::view::timeline::control::{Control, Head, Outcome, Press};
use crate::view::timeline::keys::of_key;
use crate::view::timeline::scale::{Extent, Scale};

/// The pixels of a line and of a page, by which some wheels tell how far they turn.
const LINE: f64 = 33.0;
const PAGE: f64 = 300.0;

/// What is touched or pointed at.
#[derive(Default)]
struct Touched {
    /// The fingers, by number.
    fingers: RefCell<Vec<(i32, f64)>>,
    /// Where the pointer is.
    pointer: Cell<Option<f64>>,
}

/// What every listener knows.
#[derive(Clone)]
struct Context {
    element: NodeRef,
    source: Source,
    node: Option<NodeId>,
    drawn: Rc<RefCell<Drawn>>,
    touched: Rc<Touched>,
    go_to: Callback<u64>,
    redraw: Callback<()>,
}

/// The listeners.
pub struct Hands {
    context: Context,
    /// What was drawn last.
    pub drawn: SharedDrawn,
    /// Draws all anew.
    pub redraw: Callback<()>,
    /// A pointer goes down.
    pub down: Callback<PointerEvent>,
    /// A pointer moves.
    pub moved: Callback<PointerEvent>,
    /// A pointer goes up.
    pub up: Callback<PointerEvent>,
    /// A pointer is taken away.
    pub cancel: Callback<PointerEvent>,
    /// The pointer leaves.
    pub left: Callback<PointerEvent>,
    /// A key.
    pub key: Callback<KeyboardEvent>,
    /// Follows the newest, or not.
    pub follow: Callback<MouseEvent>,
    /// Shows the stretch that is chosen.
    pub zoom_to_chosen: Callback<MouseEvent>,
    /// Brings a time into the middle.
    pub pan: Callback<Micros>,
}

impl Hands {
    /// Where the pointer is, if it is over the drawing.
    pub fn pointer(&self) -> Option<i32> {
        self.context.touched.pointer.get().map(|x| x.round() as i32)
    }
}

impl Context {
    fn callback<T: 'static>(&self, act: fn(&Context, T)) -> Callback<T> {
        let context = self.clone();
        Callback::from(move |event| act(&context, event))
    }

    /// Changes what is seen, and draws it.
    fn control<T>(&self, change: impl FnOnce(&mut Control, &Scale, Extent) -> T) -> T {
        let done = {
            let drawn = &mut *self.drawn.borrow_mut();
            change(&mut drawn.control, &drawn.scale, drawn.moment.run)
        };
        self.redraw.emit(());
        done
    }

    /// Where an event is, from the left of the lanes.
    fn x(&self, client_x: i32) -> f64 {
        let left = self.element.cast::<Element>().map_or(0.0, |it| it.get_bounding_client_rect().left());
        f64::from(client_x) - left - self.drawn.borrow().picture.room.names()
    }

    /// Shows the moment at a time.
    fn go_to_time(&self, time: Option<Micros>) {
        let Some(time) = time else { return };
        let event = self.source.look(|index, moment| (index.event_at(time), moment.event));
        if let Some((event, _)) = event.filter(|(event, shown)| event != shown) {
            self.go_to.emit(event);
        }
    }

    fn down(&self, event: PointerEvent) {
        if event.button() != 0 {
            return;
        }
        let (x, finger) = (self.x(event.client_x()), event.pointer_type() == "touch");
        if finger {
            self.touched.fingers.borrow_mut().push((event.pointer_id(), x));
        }
        if let Some(element) = self.element.cast::<Element>() {
            // Without capture, a drag ends at the edge.
            let _ = element.set_pointer_capture(event.pointer_id());
        }
        if self.touched.fingers.borrow().len() > 1 {
            return;
        }
        let head = {
            let drawn = self.drawn.borrow();
            drawn.scale.x(drawn.moment.now)
        };
        let press = Press { x, head, shift: event.shift_key(), finger };
        let time = self.control(|control, scale, _| control.press(press, scale));
        self.go_to_time(time);
    }

    fn moved(&self, event: PointerEvent) {
        let x = self.x(event.client_x());
        let fingers = {
            let mut fingers = self.touched.fingers.borrow_mut();
            if let Some(finger) = fingers.iter_mut().find(|(id, _)| *id == event.pointer_id()) {
                finger.1 = x;
            }
            fingers.clone()
        };
        if let [(_, a), (_, b)] = fingers[..] {
            return self.control(|control, scale, run| control.pinch(a, b, scale, run));
        }
        if event.pointer_type() != "touch" {
            self.touched.pointer.set(Some(x));
        }
        let time = self.control(|control, scale, run| control.moved(x, scale, run));
        self.go_to_time(time);
    }

    fn up(&self, event: PointerEvent) {
        self.touched.fingers.borrow_mut().retain(|(id, _)| *id != event.pointer_id());
        let time = self.control(|control, scale, run| control.release(scale, run));
        self.go_to_time(time);
    }

    fn cancel(&self, event: PointerEvent) {
        self.touched.fingers.borrow_mut().retain(|(id, _)| *id != event.pointer_id());
        self.control(|control, _, _| control.cancel());
    }

    fn left(&self, _: PointerEvent) {
        self.touched.pointer.set(None);
        self.redraw.emit(());
    }

    fn key(&self, event: KeyboardEvent) {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let Some(key) = of_key(&event.key()) else { return };
        let outcome = self.source.look(|index, moment| {
            let head = Head { event: moment.event, now: moment.now, node: self.node };
            self.drawn.borrow_mut().control.key(key, head, index, moment.run)
        });
        let Some(outcome) = outcome.flatten() else { return };
        event.prevent_default();
        if let Outcome::GoTo(event) = outcome {
            self.go_to.emit(event);
            let now = self.source.look(|_, moment| moment.now).unwrap_or_default();
            self.control(|control, _, run| control.view = control.view.showing(run, now));
        }
        self.redraw.emit(());
    }

    fn wheel(&self, event: &WheelEvent) {
        let unit = [1.0, LINE, PAGE].get(event.delta_mode() as usize).copied().unwrap_or(1.0);
        // With Shift, some browsers turn a wheel's way by themselves.
        let by = unit * if event.delta_y() == 0.0 { event.delta_x() } else { event.delta_y() };
        let x = self.x(event.client_x());
        let wants = (event.ctrl_key() || event.meta_key(), event.shift_key());
        if self.control(|control, scale, run| control.wheel(by, wants, x, scale, run)) {
            event.prevent_default();
        }
    }
}

/// The listeners of the timeline: the way to the run, the node that is selected, and what goes to an event.
#[hook]
pub fn use_hands(
    element: &NodeRef,
    ways: (&Source, Option<NodeId>, &Callback<u64>),
    drawn: &Rc<RefCell<Drawn>>,
    redraw: &UseForceUpdateHandle,
) -> Hands {
    let (source, node, go_to) = ways;
    let touched = use_memo((), |()| Touched::default());
    let redraw = use_callback((), {
        let redraw = redraw.clone();
        move |(), ()| redraw.force_update()
    });
    let context = Context {
        element: element.clone(),
        source: source.clone(),
        node,
        drawn: drawn.clone(),
        touched,
        go_to: go_to.clone(),
        redraw: redraw.clone(),
    };
    {
        let context = context.clone();
        // A wheel is listened to in a way that can keep the page from scrolling.
        use_effect_with((), move |()| {
            let listener = context.element.cast::<Element>().map(|element| {
                let options = EventListenerOptions::enable_prevent_default();
                EventListener::new_with_options(&element, "wheel", options, move |event| {
                    if let Some(event) = event.dyn_ref::<WheelEvent>() {
                        context.wheel(event);
                    }
                })
            });
            move || drop(listener)
        });
    }
    Hands {
        drawn: SharedDrawn(drawn.clone()),
        redraw,
        down: context.callback(Context::down),
        moved: context.callback(Context::moved),
        up: context.callback(Context::up),
        cancel: context.callback(Context::cancel),
        left: context.callback(Context::left),
        key: context.callback(Context::key),
        follow: context.callback(|context, _| {
            context.control(|control, _, run| control.view = control.view.toggle_following(run));
        }),
        zoom_to_chosen: context.callback(|context, _| context.control(|control, _, _| control.zoom_to_chosen())),
        pan: context.callback(|context, time| {
            context.control(|control, _, run| control.view = control.view.centred(run, time));
        }),
        context,
    }
}
