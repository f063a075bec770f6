//! The moment that each panel shows.

use std::rc::Rc;

use super::shared::Shared;
use crate::lab::World;
use crate::view::feed::Feed;
use crate::view::turns::Turn;

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

impl Panels {
    /// All panels show this moment.
    pub fn at(world: &Rc<World>, feed: Rc<Feed>) -> Panels {
        let world = || Shared(world.clone());
        Panels { cluster: world(), logs: world(), rest: world(), feed: Shared(feed) }
    }

    /// Whose turn it is shows this moment; the others what they showed before.
    pub fn then(self, turn: Turn, world: &Rc<World>, feed: Rc<Feed>) -> Panels {
        let now = Panels::at(world, feed);
        match turn {
            Turn::All => now,
            Turn::Cluster => Panels { cluster: now.cluster, ..self },
            Turn::Logs => Panels { logs: now.logs, ..self },
            Turn::Rest => Panels { rest: now.rest, feed: now.feed, ..self },
        }
    }
}
