//! The whole run, for those who show more of it than a moment.

use super::Driver;
use crate::ui::source::{Look, Source};
use crate::view::feed::Filter;
use crate::view::timeline::moment::Moment;
use crate::view::timeline::scale::Extent;

impl Driver {
    /// A way to the whole run.
    pub fn source(&self) -> Source {
        let driver = self.clone();
        Source::new(move |look| driver.look_at_all(look))
    }

    fn look_at_all(&self, look: Look<'_>) {
        let player = self.0.player.borrow();
        let mut timelines = self.0.timelines.borrow_mut();
        let index = timelines.of(&player);
        let (last, plays) = {
            let state = &mut *self.0.state.borrow_mut();
            (state.feeds.of(&player).last(Filter::Everything, 1).pop(), state.playing)
        };
        let moment = Moment {
            event: player.world().n,
            now: player.now(),
            events: player.lab().events(),
            run: Extent { begin: index.begin(), end: player.lab().now() },
            generation: player.generation(),
            plays,
            looks_back: player.looks_back_at().is_some(),
            last: last.filter(|line| line.record.n == player.world().n),
        };
        look(index, &moment);
    }
}
