//! The data of a frame.

use std::rc::Rc;

use yew::AttrValue;

use crate::lab::vocab::halt::Halt;
use crate::lab::World;
use crate::ui::shared::Shared;
use crate::ui::store::Aside;
use crate::view::feed::Feed;
use crate::view::speed::Speed;
use crate::view::turns::Turn;

/// The data that is drawn in a frame.
#[derive(Clone, PartialEq)]
pub struct Frame {
    /// The world at the moment shown.
    pub world: Shared<World>,
    /// The world of each panel: of this moment, or of a few frames earlier.
    pub panels: PanelWorlds,
    /// Whether the clock runs.
    pub playing: bool,
    /// The speed of the clock.
    pub speed: Speed,
    /// What is going on, in a sentence.
    pub story: AttrValue,
    /// Whether the clock runs faster than chosen, since nothing that matters is on its way.
    pub hurries: bool,
    /// Whether no election has begun yet.
    pub opening: bool,
    /// Whether more events are due than a frame can take.
    pub behind: bool,
    /// Why the run has halted; none while the past is shown.
    pub halted: Option<Rc<Halt>>,
    /// During a replay to another present: the part that is done, in percent.
    pub replay_progress: Option<u64>,
    /// While the past is shown: the number of events in all.
    pub past_of: Option<u64>,
    /// The position of this branch, from 1, and the number of branches.
    pub branch: (usize, usize),
    /// Whether there is something to undo, and to redo.
    pub undo: (bool, bool),
    /// What was stored and is not in use.
    pub asides: Shared<Vec<Aside>>,
    /// Whether the stored run is being restored.
    pub restoring: bool,
    /// Whether the run could not be stored.
    pub unsaved: bool,
    /// Increased by one with each new run.
    pub run: u32,
    /// Increased by one with each notice that comes after the start.
    pub told: u32,
}

/// The world that each panel shows. They differ when panels take turns.
#[derive(Clone, PartialEq)]
pub struct PanelWorlds {
    /// The world of the cluster.
    pub cluster: Shared<World>,
    /// The world of the logs.
    pub logs: Shared<World>,
    /// The world of all other parts.
    pub rest: Shared<World>,
    /// The event feed, at the same moment as `rest`.
    pub feed: Shared<Feed>,
}

impl PanelWorlds {
    /// All panels show this moment.
    pub(super) fn at(world: &Rc<World>, feed: Rc<Feed>) -> PanelWorlds {
        let world = || Shared(world.clone());
        PanelWorlds { cluster: world(), logs: world(), rest: world(), feed: Shared(feed) }
    }

    /// The panels of `turn` show this moment, the others what they showed before.
    pub(super) fn then(self, turn: Turn, world: &Rc<World>, feed: Rc<Feed>) -> PanelWorlds {
        let now = PanelWorlds::at(world, feed);
        match turn {
            Turn::All => now,
            Turn::Cluster => PanelWorlds { cluster: now.cluster, ..self },
            Turn::Logs => PanelWorlds { logs: now.logs, ..self },
            Turn::Rest => PanelWorlds { rest: now.rest, feed: now.feed, ..self },
        }
    }
}
