//! What was drawn last, and whether it is to be drawn anew.

use std::cell::RefCell;
use std::rc::Rc;

use yew::prelude::*;

use crate::runtime::Micros;
use crate::ui::media;
use crate::ui::source::Source;
use crate::view::timeline::control::Control;
use crate::view::timeline::moment::Moment;
use crate::view::timeline::picture::Picture;
use crate::view::timeline::room::Room;
use crate::view::timeline::scale::{Scale, View};

/// The real time, in ms, between two drawings while the clock runs.
pub const REDRAW_MS: f64 = 250.0;

/// What was drawn last, compared by identity.
#[derive(Clone)]
pub struct SharedDrawn(pub Rc<RefCell<Drawn>>);

impl PartialEq for SharedDrawn {
    fn eq(&self, other: &SharedDrawn) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// What was drawn last.
#[derive(Clone)]
pub struct Drawn {
    /// What is drawn.
    pub picture: Rc<Picture>,
    /// Where each time is.
    pub scale: Rc<Scale>,
    /// The moment that was shown.
    pub moment: Moment,
    /// What is seen.
    pub view: View,
    /// The stretch that is chosen.
    pub chosen: Option<(Micros, Micros)>,
    /// What hands do with it.
    pub control: Control,
    /// The real time of the drawing, in ms.
    pub wall: f64,
    key: Option<Key>,
}

/// What a picture depends on.
type Key = ((u32, u64, Micros), (Micros, Micros), (i64, bool));

impl Drawn {
    fn new() -> Drawn {
        let room = Room { tall: false, lanes: 0 };
        Drawn {
            picture: Rc::new(Picture::empty(room)),
            scale: Rc::new(Scale::new((Micros::ZERO, Micros(1)), 1.0, &[])),
            moment: Moment::default(),
            view: View::default(),
            chosen: None,
            control: Control::default(),
            wall: 0.0,
            key: None,
        }
    }

    /// Draws what is seen of the run, if it differs from what was drawn.
    fn update(&mut self, source: &Source, width: f64, tall: bool) {
        let seen = source.look(|index, moment| {
            if moment.generation != self.moment.generation {
                self.control = Control::default();
            }
            if moment.plays {
                self.control.view = self.control.view.showing(moment.run, moment.now);
            }
            let stretch = self.control.view.stretch(moment.run);
            let key = ((moment.generation, index.last_taken(), moment.run.end), stretch, (width as i64, tall));
            if self.key != Some(key) {
                let room = Room { tall, lanes: index.lanes().len() };
                let scale = Scale::new(stretch, (width - room.names()).max(1.0), &[]);
                self.picture = Rc::new(Picture::of(index, &scale, tall, moment.run.end));
                (self.scale, self.key) = (Rc::new(scale), Some(key));
            }
            moment.clone()
        });
        self.moment = seen.unwrap_or_default();
        (self.view, self.chosen) = (self.control.view, self.control.chosen);
        self.wall = media::wall_ms();
    }
}

/// What is drawn now, of this width.
#[hook]
pub fn use_drawn(source: &Source, width: f64, tall: bool) -> Rc<RefCell<Drawn>> {
    let drawn = use_mut_ref(Drawn::new);
    drawn.borrow_mut().update(source, width, tall);
    drawn
}
