//! Decides which panels are drawn in a frame: all, or one at a time if frames are late.
//!
//! In a busy run there is an event in nearly every frame, and redrawing every panel takes a slow machine longer than a
//! frame. Drawn in turn, each panel is at most two frames behind.

/// The duration of the previous frame, in seconds, above which it is late. A display shows 60 frames a second.
const LATE: f64 = 0.025;

/// The number of frames for which panels take turns after a late frame.
const IN_TURN: u32 = 120;

/// The panels that are drawn in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Every panel.
    All,
    /// The cluster.
    Cluster,
    /// The logs.
    Logs,
    /// The streams, and everything else.
    Rest,
}

/// Decides what is drawn in each frame while the clock runs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Turns {
    /// The number of frames for which panels still take turns.
    left: u32,
    /// The index in [`Turns::ORDER`] of the next turn.
    next: usize,
}

impl Turns {
    const ORDER: [Turn; 3] = [Turn::Cluster, Turn::Logs, Turn::Rest];

    /// What is drawn in a frame that comes `elapsed` seconds after the previous one.
    pub fn after(&mut self, elapsed: f64) -> Turn {
        self.left = if elapsed > LATE { IN_TURN } else { self.left.saturating_sub(1) };
        if self.left == 0 {
            return Turn::All;
        }
        let turn = Self::ORDER[self.next];
        self.next = (self.next + 1) % Self::ORDER.len();
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn while_frames_come_in_time_all_panels_are_drawn_in_each() {
        let mut turns = Turns::default();
        assert!((0..500).all(|_| turns.after(1.0 / 60.0) == Turn::All));
    }

    #[test]
    fn where_frames_come_late_each_panel_has_its_turn() {
        let mut turns = Turns::default();
        let seen: Vec<Turn> = (0..300).map(|_| turns.after(0.05)).collect();
        for three in seen.windows(3) {
            assert!(Turns::ORDER.iter().all(|turn| three.contains(turn)), "{three:?}");
        }
    }

    #[test]
    fn when_frames_come_in_time_again_all_are_drawn_after_a_while() {
        let mut turns = Turns::default();
        turns.after(0.05);
        let until = (0..).take_while(|_| turns.after(1.0 / 60.0) != Turn::All).count() as u32;
        assert_eq!(until, IN_TURN - 1);
    }
}
