//! The feed at any event of a run.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::list::Feed;
use crate::lab::run::past::EventLog;
use crate::lab::Player;

/// The number of events between two feeds that are kept for looking at the past, in a run that is not long.
pub(super) const SPACING: u64 = 1024;

/// The most feeds that are kept: each has lines of its own. Beyond the limit, every second one is dropped. So they are
/// closer together than what a log [keeps before a position](EventLog::reaches_well), in a run of any length.
const KEPT_MAX: usize = 64;

/// How many events after a moment in the past are looked at: no topic has more lines of a kind than are kept.
const AHEAD: u64 = 250;

/// Provides the feed at any event of a run.
#[derive(Clone, Debug)]
pub struct Feeds {
    shown: Rc<Feed>,
    pub(super) kept: BTreeMap<u64, Rc<Feed>>,
    spacing: u64,
}

impl Default for Feeds {
    fn default() -> Feeds {
        Feeds { shown: Rc::default(), kept: BTreeMap::new(), spacing: SPACING }
    }
}

impl Feeds {
    /// The feed after the event with this number. `past` belongs to the same run in every call, and reaches that event.
    pub fn at(&mut self, past: &EventLog, event: u64) -> Rc<Feed> {
        let kept = |feeds: &Feeds| feeds.kept.range(..=event).next_back().map(|(_, feed)| feed.clone());
        if self.shown.last_taken() > event {
            self.shown = kept(self).unwrap_or_else(|| Rc::new(Feed::after(past.start())));
        }
        if self.shown.last_taken() < past.dropped() {
            // What happened until the log begins was never looked at, or is behind the feed that is kept.
            let later = kept(self).filter(|feed| feed.last_taken() >= past.dropped());
            self.shown = later.unwrap_or_else(|| Rc::new(Feed::after(&past.world_at(past.dropped()))));
        }
        while self.shown.last_taken() < event.min(past.events()) {
            // In pieces that end where a feed is kept.
            let next = (self.shown.last_taken() / self.spacing + 1) * self.spacing;
            let new = past.between(self.shown.last_taken(), event.min(next));
            Rc::make_mut(&mut self.shown).take(new);
            if self.shown.last_taken() == next {
                self.keep(next);
            }
        }
        self.shown.clone()
    }

    fn keep(&mut self, event: u64) {
        self.kept.entry(event).or_insert_with(|| self.shown.clone());
        if self.kept.len() > KEPT_MAX {
            self.spacing *= 2;
            self.kept.retain(|event, _| event.is_multiple_of(self.spacing));
        }
    }
}

/// The feed of whatever run a player shows.
#[derive(Clone, Debug, Default)]
pub struct PlayerFeeds {
    feeds: Feeds,
    /// Which present of the player they belong to.
    present: u32,
    /// Those of the run that is to be the present one.
    coming: Option<Feeds>,
    /// In the past: the feed that is shown.
    looking_back: Option<Rc<Feed>>,
}

impl PlayerFeeds {
    /// The feed at the position that is shown. It is asked for so often that no event leaves memory before it was
    /// taken.
    pub fn of(&mut self, player: &Player) -> Rc<Feed> {
        if self.present != player.generation() {
            *self = PlayerFeeds {
                feeds: self.coming.take().unwrap_or_default(),
                present: player.generation(),
                coming: None,
                looking_back: None,
            };
        }
        match player.coming() {
            Some(lab) => drop(self.coming.get_or_insert_default().at(&lab.past(), lab.events())),
            None => self.coming = None,
        }
        let moment = player.world().n;
        player.with_past(|past| {
            let feed = self.feeds.at(past, moment);
            self.looking_back = player.looks_back_at().map(|_| match self.looking_back.take() {
                Some(before) if before.last_taken() == moment => before,
                _ => Rc::new(feed.with_later(past.between(moment, moment + AHEAD))),
            });
            self.looking_back.clone().unwrap_or(feed)
        })
    }
}
