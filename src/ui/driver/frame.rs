//! What is to be drawn in a frame.

use std::rc::Rc;

use crate::lab::vocab::halt::Halt;
use crate::lab::World;
use crate::ui::shared::Shared;
use crate::view::feed::Feed;
use crate::view::speed::Speed;
use crate::view::turns::Turn;

/// What is to be drawn.
#[derive(Clone, PartialEq)]
pub struct Frame {
    /// The world at the moment that is shown.
    pub world: Shared<World>,
    /// What each panel shows: this moment, or one a few frames before.
    pub panels: PanelWorlds,
    /// Whether the clock runs.
    pub playing: bool,
    /// The speed of the clock.
    pub speed: Speed,
    /// Whether it hurries, until there is a leader.
    pub opening: bool,
    /// Whether more events happen than a frame can take.
    pub behind: bool,
    /// Why the run has stopped for good; none while the past is shown.
    pub halted: Option<Rc<Halt>>,
    /// While the run is replayed up to another present: how much of it is done, in percent.
    pub replay_progress: Option<u64>,
    /// The number of events in all, while the past is shown.
    pub past_of: Option<u64>,
    /// The place of this branch among all, from 1, and their number.
    pub branch: (usize, usize),
    /// Whether there is something to be undone, and to be redone.
    pub undo: (bool, bool),
    /// Increased by one with each new run.
    pub run: u32,
    /// Increased by one with each message that the driver has to give later than at the start.
    pub told: u32,
}

/// The world that each panel shows. Where frames come late the panels take turns, and differ.
#[derive(Clone, PartialEq)]
pub struct PanelWorlds {
    /// That of the cluster.
    pub cluster: Shared<World>,
    /// That of the logs.
    pub logs: Shared<World>,
    /// That of every other panel, and of what is beside and below.
    pub rest: Shared<World>,
    /// The last events, at the same moment as `rest`.
    pub feed: Shared<Feed>,
}

impl PanelWorlds {
    /// All panels show this moment.
    pub(super) fn at(world: &Rc<World>, feed: Rc<Feed>) -> PanelWorlds {
        let world = || Shared(world.clone());
        PanelWorlds { cluster: world(), logs: world(), rest: world(), feed: Shared(feed) }
    }

    /// The panels whose turn it is show this moment; the others what they showed before.
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
