//! The speed of the virtual clock against real time: "slow motion 1:100" shows 10 ms of the cluster's time in a second.

use crate::runtime::Micros;

/// The virtual milliseconds per real second, from the slowest speed to the fastest, in roughly even steps on a
/// logarithmic scale. Each is a whole part or a multiple of real time, so that it can be said in words.
const STEPS: [u64; 17] = [1, 2, 4, 5, 8, 10, 20, 25, 40, 50, 100, 125, 200, 250, 500, 1000, 2000];

/// The virtual milliseconds per real second of a clock that runs like a real one.
const REAL_TIME: u64 = 1000;

/// The virtual milliseconds per real second from which on single events cannot be followed: a message takes less than a
/// tenth of a second.
const FAST: u64 = 100;

/// A step of the scale of speeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Speed(u8);

impl Speed {
    /// At this speed, a message of 5 to 15 ms is seen for about a second: long enough to read what it carries.
    pub const DEFAULT: Speed = Speed(5);
    /// The fastest speed.
    pub const MAX: Speed = Speed(STEPS.len() as u8 - 1);

    /// The step `step` of the scale; a greater value means the last step.
    pub fn at(step: u8) -> Speed {
        Speed(step).min(Speed::MAX)
    }

    /// Its step on the scale, from 0.
    pub fn step(self) -> u8 {
        self.0
    }

    /// The next slower speed, or the slowest.
    pub fn slower(self) -> Speed {
        Speed(self.0.saturating_sub(1))
    }

    /// The next faster speed, or the fastest.
    pub fn faster(self) -> Speed {
        Speed::at(self.0 + 1)
    }

    /// The virtual time per real second.
    pub fn per_second(self) -> Micros {
        Micros::from_ms(STEPS[usize::from(self.0)])
    }

    /// Whether the clock is so fast that single events cannot be followed.
    pub fn is_fast(self) -> bool {
        STEPS[usize::from(self.0)] >= FAST
    }

    /// The speed as a ratio: what of the cluster's time and of real time passes together, in least numbers.
    pub fn ratio(self) -> (u64, u64) {
        let ms = STEPS[usize::from(self.0)];
        if ms < REAL_TIME {
            (1, REAL_TIME / ms)
        } else {
            (ms / REAL_TIME, 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_ends_on_both_sides() {
        assert_eq!(Speed::at(0).slower(), Speed::at(0));
        assert_eq!(Speed::MAX.faster(), Speed::MAX);
        assert_eq!(Speed::at(200), Speed::MAX);
        assert_eq!(Speed::DEFAULT.per_second(), Micros::from_ms(10));
        assert!(STEPS.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn every_speed_is_a_ratio_of_whole_numbers() {
        for step in 0..STEPS.len() as u8 {
            let (cluster, real) = Speed::at(step).ratio();
            assert_eq!(Speed::at(step).per_second().0 * real, cluster * 1_000_000, "step {step}");
        }
        assert_eq!([Speed::DEFAULT, Speed::at(15), Speed::MAX].map(Speed::ratio), [(1, 100), (1, 1), (2, 1)]);
    }
}
