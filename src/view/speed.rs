//! The speed of the virtual clock against real time: "1 s shows 25 ms".

use crate::runtime::Micros;

/// The virtual milliseconds per real second, from the slowest speed to the fastest, in roughly even steps on a
/// logarithmic scale.
const STEPS: [u64; 17] = [1, 2, 3, 5, 7, 10, 15, 25, 35, 50, 75, 100, 150, 250, 500, 1000, 2000];

/// The longest frame, in seconds. A longer one counts as this, so that nothing is skipped after a pause.
pub const FRAME_MAX: f64 = 0.1;

/// A step of the scale of speeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Speed(u8);

impl Speed {
    /// At this speed, the eye can follow a message of 5 to 15 ms.
    pub const DEFAULT: Speed = Speed(9);
    /// The speed until the first leader is elected: faster, since an election timeout takes 150 to 300 ms.
    pub const OPENING: Speed = Speed(12);
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

    /// The virtual time that passes in `seconds` of real time, clamped to [`FRAME_MAX`]. The part of a microsecond that
    /// is left over is added to the next call through `rest`.
    pub fn pass(self, seconds: f64, rest: &mut f64) -> Micros {
        let micros = seconds.clamp(0.0, FRAME_MAX) * self.per_second().0 as f64 + *rest;
        *rest = micros.fract();
        Micros(micros as u64)
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
        assert_eq!(Speed::DEFAULT.per_second(), Micros::from_ms(50));
        assert_eq!(Speed::OPENING.per_second(), Micros::from_ms(150));
        assert!(STEPS.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn no_time_is_lost_between_frames() {
        let (mut rest, mut total) = (0.0, Micros::ZERO);
        for _ in 0..600 {
            total += Speed::at(0).pass(1.0 / 60.0, &mut rest);
        }
        assert!((9_999..=10_000).contains(&total.0), "{total}");
    }

    #[test]
    fn a_pause_is_not_caught_up_with() {
        assert_eq!(Speed::DEFAULT.pass(3600.0, &mut 0.0), Micros::from_ms(5));
        assert_eq!(Speed::DEFAULT.pass(-1.0, &mut 0.0), Micros::ZERO);
    }
}
