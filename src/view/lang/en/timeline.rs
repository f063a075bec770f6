//! English: the timeline.

use super::English;
use crate::view::format::grouped;

say! {
    English: Timeline;
    texts {
        timeline: "Timeline",
        timeline_taller: "Make the timeline taller",
        timeline_lower: "Make the timeline lower",
        timeline_follow: "Follow the newest",
        timeline_follow_why: "What comes next is always in view",
        timeline_zoom_to: "Zoom to it",
        timeline_plays: "the clock runs; Space stops it",
        timeline_hint: "click: go there · drag: choose a stretch · Ctrl + wheel: zoom",
        do_tall_timeline: "A taller timeline, or a low one",
    }
    sentences {
        timeline_moment(n: u64, all: u64, ms: &str, told: &str): {
            let moment = format!("event {} of {}, {ms}\u{a0}ms", grouped(n), grouped(all));
            if told.is_empty() { moment } else { format!("{moment}, {told}") }
        },
    }
}
