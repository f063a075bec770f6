//! Which panels are drawn in a frame: all, or one of them where frames come late.
//!
//! Where much is going on there is an event in nearly every frame, and to draw every panel anew is more than a slow
//! machine can do in one. Drawn in turn, each panel is some frames behind at the most; once the clock stands, none is.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::shared::Shared;
use crate::lab::World;
use crate::view::feed::Feed;

/// What each panel shows.
#[derive(Clone, PartialEq)]
pub struct Panels {
    /// The cluster.
    pub cluster: Shared<World>,
    /// The logs.
    pub logs: Shared<World>,
    /// The streams, and what is beside and below.
    pub rest: Shared<World>,
    /// The last events: the same moment as the rest.
    pub feed: Shared<Feed>,
}

/// Who is next.
#[derive(Clone, Copy, Default)]
enum Turn {
    #[default]
    Cluster,
    Logs,
    Rest,
}

/// A frame that comes so long after the one before, in seconds, is late: a display shows 60 in a second.
const LATE: f64 = 0.025;

/// After one that is late so many frames are drawn in turn.
const IN_TURN: u32 = 120;

/// Lets the panels have their turns.
#[derive(Default)]
pub struct Turns {
    shown: RefCell<Option<(Panels, Turn)>>,
    /// So many frames more are drawn in turn.
    left: Cell<u32>,
}

impl Turns {
    /// Every panel shows this moment.
    pub fn all(&self, world: &Rc<World>, feed: Rc<Feed>) -> Panels {
        let world = || Shared(world.clone());
        let panels = Panels { cluster: world(), logs: world(), rest: world(), feed: Shared(feed) };
        self.shown.replace(Some((panels.clone(), Turn::default())));
        panels
    }

    /// A frame came so many seconds after the one before.
    pub fn came_after(&self, elapsed: f64) {
        self.left.set(if elapsed > LATE { IN_TURN } else { self.left.get().saturating_sub(1) });
    }

    /// While frames come late the next panel shows this moment, and the others what they showed before.
    pub fn next(&self, world: &Rc<World>, feed: Rc<Feed>) -> Panels {
        let before = self.shown.take().filter(|_| self.left.get() > 0);
        let Some((mut panels, turn)) = before else { return self.all(world, feed) };
        let world = Shared(world.clone());
        let next = match turn {
            Turn::Cluster => {
                panels.cluster = world;
                Turn::Logs
            }
            Turn::Logs => {
                panels.logs = world;
                Turn::Rest
            }
            Turn::Rest => {
                (panels.rest, panels.feed) = (world, Shared(feed));
                Turn::Cluster
            }
        };
        self.shown.replace(Some((panels.clone(), next)));
        panels
    }
}
