//! What hands do with the timeline: going to a moment, zooming, moving along, choosing a stretch.

use super::index::Index;
use super::keys::TimelineKey;
use super::scale::{Extent, Scale, View};
use crate::raft::NodeId;
use crate::runtime::Micros;

/// How near to the head a pointer takes hold of it, in pixels.
const HEAD: f64 = 8.0;

/// How far a pointer moves at least if it is not a click, in pixels.
const CLICK: f64 = 4.0;

/// How much a key or a notch of a wheel zooms.
const ZOOM: f64 = 1.4;

/// The part of what is seen by which a key moves along.
const STEP: f64 = 0.15;

/// Where a pointer goes down, and how.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Press {
    /// Where.
    pub x: f64,
    /// Where the head is.
    pub head: f64,
    /// Whether Shift is held.
    pub shift: bool,
    /// Whether it is a finger.
    pub finger: bool,
}

/// What a drag does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Drag {
    /// It takes the head along.
    Head,
    /// It moves along time: from this place and this view.
    Pan(f64, View),
    /// It chooses a stretch from this place on, once it has moved far enough.
    Choose(f64, bool),
    /// Two fingers zoom: their distance, and the view, when the second came.
    Pinch(f64, View),
}

/// What is seen, and what is chosen of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Control {
    /// What is seen.
    pub view: View,
    /// The stretch that is chosen.
    pub chosen: Option<(Micros, Micros)>,
    drag: Option<Drag>,
}

impl Control {
    /// A pointer goes down. Gives the time to go to, if it is to be gone to one.
    pub fn press(&mut self, press: Press, scale: &Scale) -> Option<Micros> {
        self.drag = Some(match press {
            Press { shift: true, .. } => Drag::Pan(press.x, self.view),
            Press { finger: true, .. } => Drag::Head,
            _ if (press.x - press.head).abs() <= HEAD => Drag::Head,
            _ => Drag::Choose(press.x, false),
        });
        press.finger.then(|| scale.time(press.x))
    }

    /// A pointer that is down has moved. Gives the time to go to.
    pub fn moved(&mut self, x: f64, scale: &Scale, run: Extent) -> Option<Micros> {
        match self.drag? {
            Drag::Head => return Some(scale.time(x).min(run.end)),
            Drag::Pan(from, view) => self.view = view.pan(run, (from - x) / scale.width.max(1.0)),
            Drag::Choose(from, moved) => {
                let moved = moved || (x - from).abs() >= CLICK;
                self.drag = Some(Drag::Choose(from, moved));
                if moved {
                    self.chosen = Some((scale.time(from.min(x)), scale.time(from.max(x))));
                }
            }
            Drag::Pinch(..) => {}
        }
        None
    }

    /// A pointer goes up. Gives the time to go to, if that was a click.
    pub fn release(&mut self, scale: &Scale, run: Extent) -> Option<Micros> {
        match self.drag.take()? {
            Drag::Choose(x, false) => {
                self.chosen = None;
                Some(scale.time(x).min(run.end))
            }
            _ => None,
        }
    }

    /// A pointer that is down is taken away.
    pub fn cancel(&mut self) {
        self.drag = None;
    }

    /// Two fingers are at these places.
    pub fn pinch(&mut self, a: f64, b: f64, scale: &Scale, run: Extent) {
        let apart = (a - b).abs().max(10.0);
        let (before, view) = match self.drag {
            Some(Drag::Pinch(before, view)) => (before, view),
            _ => (apart, self.view),
        };
        self.drag = Some(Drag::Pinch(before, view));
        let around = scale.time((a + b) / 2.0);
        self.view = view.zoom(run, around, before / apart);
    }

    /// Whether a pointer that is down takes the head along.
    pub fn holds_head(&self) -> bool {
        matches!(self.drag, Some(Drag::Head))
    }

    /// Whether a pointer is down.
    pub fn is_dragging(&self) -> bool {
        self.drag.is_some()
    }

    /// A wheel turns by so many pixels: with Ctrl it zooms about the pointer, with Shift it moves along time. Whether it
    /// did either; if not, the page scrolls.
    pub fn wheel(&mut self, by: f64, (zooms, moves): (bool, bool), x: f64, scale: &Scale, run: Extent) -> bool {
        if zooms {
            let notches = (by / 100.0).clamp(-2.0, 2.0);
            self.view = self.view.zoom(run, scale.time(x), ZOOM.powf(notches));
        } else if moves {
            self.view = self.view.pan(run, (by / scale.width.max(1.0)).clamp(-0.5, 0.5));
        }
        zooms || moves
    }

    /// Carries out a key, where the head is at this event and this time, and a node may be selected. Gives the event to
    /// go to; or none, if the key does nothing here.
    pub fn key(&mut self, key: TimelineKey, head: Head, index: &Index, run: Extent) -> Option<Outcome> {
        let (from, to) = self.view.stretch(run);
        let around = if (from..=to).contains(&head.now) { head.now } else { from + Micros((to - from).0 / 2) };
        match key {
            TimelineKey::ZoomIn => self.view = self.view.zoom(run, around, 1.0 / ZOOM),
            TimelineKey::ZoomOut => self.view = self.view.zoom(run, around, ZOOM),
            TimelineKey::Earlier => self.view = self.view.pan(run, -STEP),
            TimelineKey::Later => self.view = self.view.pan(run, STEP),
            TimelineKey::All => self.view = View::Whole,
            TimelineKey::Centre => self.centre(head.now, run),
            TimelineKey::Clear => drop(self.chosen.take()?),
            TimelineKey::NextOfLane | TimelineKey::PreviousOfLane => {
                let next = index.next_of(head.node, head.event, key == TimelineKey::NextOfLane);
                return Some(next.map_or(Outcome::Stayed, Outcome::GoTo));
            }
            TimelineKey::OtherEnd | TimelineKey::Origin => {
                let end = index.other_end(head.event, key == TimelineKey::OtherEnd);
                return Some(end.map_or(Outcome::Stayed, Outcome::GoTo));
            }
        }
        Some(Outcome::Stayed)
    }

    /// Brings what is chosen into view, or the head into the middle; once more, shows all.
    fn centre(&mut self, now: Micros, run: Extent) {
        let wanted = match self.chosen {
            Some((from, to)) => fitting(from, to),
            None if self.view == View::Whole => return,
            None => self.view.centred(run, now),
        };
        self.view = if wanted == self.view { View::Whole } else { wanted };
    }

    /// Shows the stretch that is chosen, and nothing else.
    pub fn zoom_to_chosen(&mut self) {
        if let Some((from, to)) = self.chosen.take() {
            self.view = fitting(from, to);
        }
    }
}

fn fitting(from: Micros, to: Micros) -> View {
    View::Stretch(from, to.max(from + Micros::from_ms(2)))
}

/// The moment that is shown, and the node that is selected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The number of the last event.
    pub event: u64,
    /// The clock.
    pub now: Micros,
    /// The node whose lane is gone along; none: any.
    pub node: Option<NodeId>,
}

/// What came of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// What is seen may have changed.
    Stayed,
    /// The moment after this event is to be shown.
    GoTo(u64),
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: Extent = Extent { begin: Micros::ZERO, end: Micros::from_ms(10_000) };

    fn scale(control: &Control) -> Scale {
        Scale::new(control.view.stretch(RUN), 1_000.0, &[])
    }

    fn at(x: f64) -> Press {
        Press { x, head: 700.0, shift: false, finger: false }
    }

    #[test]
    fn a_click_goes_there_and_a_drag_chooses_a_stretch() {
        let mut control = Control::default();
        let scale = scale(&control);
        assert_eq!(control.press(at(300.0), &scale), None);
        assert_eq!(control.moved(302.0, &scale, RUN), None);
        assert_eq!(control.release(&scale, RUN), Some(Micros::from_ms(3_000)));
        control.press(at(300.0), &scale);
        assert_eq!(control.moved(200.0, &scale, RUN), None);
        assert_eq!(control.release(&scale, RUN), None);
        assert_eq!(control.chosen, Some((Micros::from_ms(2_000), Micros::from_ms(3_000))));
        control.zoom_to_chosen();
        assert_eq!(control.view, View::Stretch(Micros::from_ms(2_000), Micros::from_ms(3_000)));
        let head = Head::default();
        assert_eq!(control.key(TimelineKey::Clear, head, &Index::default(), RUN), None, "the page has the key");
    }

    #[test]
    fn the_head_is_dragged_where_it_is_taken_hold_of_and_by_a_finger_anywhere() {
        let mut control = Control::default();
        let scale = scale(&control);
        assert_eq!(control.press(at(694.0), &scale), None);
        assert_eq!(control.moved(500.0, &scale, RUN), Some(Micros::from_ms(5_000)));
        assert_eq!(control.moved(5_000.0, &scale, RUN), Some(RUN.end));
        assert_eq!(control.release(&scale, RUN), None);
        assert_eq!(control.press(Press { finger: true, ..at(100.0) }, &scale), Some(Micros::from_ms(1_000)));
        assert!(control.holds_head());
    }

    #[test]
    fn wheels_and_shift_move_what_is_seen() {
        let mut control = Control { view: View::Stretch(Micros::ZERO, Micros::from_ms(1_000)), ..Control::default() };
        let seen = scale(&control);
        assert!(!control.wheel(100.0, (false, false), 500.0, &seen, RUN), "the page scrolls");
        assert!(control.wheel(100.0, (false, true), 500.0, &seen, RUN));
        assert_eq!(control.view, View::Stretch(Micros::from_ms(100), Micros::from_ms(1_100)));
        assert!(control.wheel(-100.0, (true, false), 500.0, &scale(&control), RUN));
        let (from, to) = control.view.stretch(RUN);
        assert!(to - from < Micros::from_ms(1_000) && from > Micros::from_ms(100));
        control.press(Press { shift: true, ..at(500.0) }, &seen);
        let before = control.view;
        control.moved(400.0, &seen, RUN);
        assert_eq!(control.view, before.pan(RUN, 0.1));
        assert_eq!(control.release(&seen, RUN), None);
    }

    #[test]
    fn fingers_that_part_zoom_in() {
        let mut control = Control::default();
        let seen = scale(&control);
        control.pinch(400.0, 600.0, &seen, RUN);
        assert_eq!(control.view, View::Whole);
        control.pinch(300.0, 700.0, &seen, RUN);
        let (from, to) = control.view.stretch(RUN);
        assert_eq!(to - from, Micros::from_ms(5_000));
        assert!(from < Micros::from_ms(5_000) && to > Micros::from_ms(5_000));
    }
}
