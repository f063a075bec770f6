//! The index of whatever run a player plays.

use super::index::Index;
use crate::lab::run::past::EventLog;
use crate::lab::Player;

/// The index of the present run of a player, whatever moment of it is shown.
#[derive(Clone, Debug, Default)]
pub struct Timelines {
    /// The index; none before it is asked for.
    index: Option<Index>,
    /// Which present of the player it belongs to.
    present: u32,
    /// That of the run that is to be the present one.
    coming: Option<Index>,
}

impl Timelines {
    /// The index of the present run, up to its last event. Asked for now and then while the run goes on, no event leaves
    /// memory before it was taken.
    pub fn of(&mut self, player: &Player) -> &Index {
        if self.present != player.generation() {
            *self = Timelines { index: self.coming.take(), present: player.generation(), coming: None };
        }
        self.coming = player.coming().map(|lab| up_to_date(self.coming.take(), &lab.past()));
        let before = self.index.take();
        let index = up_to_date(before, &player.lab().past());
        self.index.insert(index)
    }
}

/// An index of what the log has, made of one that has taken a part of it.
fn up_to_date(index: Option<Index>, past: &EventLog) -> Index {
    let goes_on = index.filter(|index| (past.dropped()..=past.events()).contains(&index.last_taken()));
    let mut index = goes_on.unwrap_or_else(|| match past.dropped() {
        0 => Index::after(past.start()),
        dropped => Index::after(&past.world_at(dropped)),
    });
    index.take(past.between(index.last_taken(), u64::MAX));
    index
}
