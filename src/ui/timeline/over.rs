//! What lies over the drawing: the head, what comes after it, the stretch that is chosen, the pointer's time.

use std::cell::RefCell;
use std::rc::Rc;

use yew::prelude::*;

use super::drawn::{Drawn, SharedDrawn, REDRAW_MS};
use crate::runtime::Micros;
use crate::ui::clock::{set, use_moving, Pace, Shown};
use crate::ui::media;
use crate::ui::source::Source;
use crate::view::format::{ms, tenths};
use crate::view::timeline::moment::Moment;
use crate::view::timeline::room::Room;
use crate::view::timeline::scale::Scale;

/// The properties of what lies over the drawing.
#[derive(Properties, PartialEq)]
pub struct OverProps {
    /// What was drawn last.
    pub drawn: SharedDrawn,
    /// The way to the run.
    pub source: Source,
    /// Called to draw all anew.
    pub redraw: Callback<()>,
    /// Where each time is.
    pub scale: Rc<Scale>,
    /// Where things are.
    pub room: Room,
    /// The stretch that is chosen.
    pub chosen: Option<(Micros, Micros)>,
    /// Where the pointer is.
    pub pointer: Option<i32>,
}

/// What lies over the drawing. The head moves by itself.
#[component]
pub fn Over(props: &OverProps) -> Html {
    let OverProps { drawn, source, redraw, scale, room, chosen, pointer } = props;
    let (head, future) = (use_node_ref(), use_node_ref());
    let height = tenths(room.height());
    {
        let (drawn, source, redraw, future) = (drawn.clone(), source.clone(), redraw.clone(), future.clone());
        use_moving(&head, Pace::NowAndThen, scale.clone(), move |head, scale, Shown { now, .. }| {
            let x = scale.x(now).clamp(-20.0, scale.width + 20.0);
            set(head, "transform", &format!("translate({} 0)", tenths(x)));
            if let Some(future) = future.cast::<web_sys::Element>() {
                set(&future, "x", &tenths(x));
                set(&future, "width", &tenths((scale.width - x).max(0.0)));
            }
            if is_outdated(&drawn.0, &source) {
                redraw.emit(());
            }
        });
    }
    let chosen = chosen.map(|(from, to)| (scale.x(from), scale.x(to)));
    let pointed = pointer.map(f64::from).filter(|x| (0.0..=scale.width).contains(x));
    html! {
        <svg class="over" height={height.clone()} aria-hidden="true">
            <svg x={tenths(room.names())} height={height.clone()}>
                <rect ref={future} class="future" height={tenths(room.bottom())} />
                if let Some((from, to)) = chosen {
                    <rect class="chosen" x={tenths(from)} width={tenths(to - from)} height={tenths(room.bottom())} />
                }
                if let Some(x) = pointed {
                    <path class="hairline" d={format!("M{} 0V{height}", tenths(x))} />
                    <text
                        class={classes!("pointed", (x > scale.width - 80.0).then_some("end"))} y={tenths(room.height() - 4.0)}
                        x={tenths(if x > scale.width - 80.0 { x - 4.0 } else { x + 4.0 })}
                    >
                        { format!("{} ms", ms(scale.time(x), 1)) }
                    </text>
                }
                <g ref={head} class="head">
                    <path class="stem" d={format!("M0 0V{height}")} />
                    <path class="knob" d="M-5 0H5V5L0 10L-5 5Z" />
                </g>
            </svg>
        </svg>
    }
}

/// Whether the run has gone on since it was drawn, long enough ago.
fn is_outdated(drawn: &Rc<RefCell<Drawn>>, source: &Source) -> bool {
    // While it is drawn, it is not outdated.
    let Ok(drawn) = drawn.try_borrow() else { return false };
    if media::wall_ms() - drawn.wall < REDRAW_MS {
        return false;
    }
    let differs = source.look(|_, moment| {
        let run = |it: &Moment| (it.generation, it.run, it.looks_back, it.events);
        run(moment) != run(&drawn.moment) || moment.now != drawn.moment.now
    });
    differs.unwrap_or_default()
}
