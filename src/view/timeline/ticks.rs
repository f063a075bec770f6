//! The ticks of the axis of time.

use super::scale::Scale;
use crate::runtime::Micros;

/// The least distance of two ticks, in pixels.
const APART: f64 = 84.0;

/// The times at which there is a tick: round numbers of milliseconds, none in what is folded.
pub fn ticks(scale: &Scale) -> Vec<Micros> {
    let open = (scale.to() - scale.from()).0 - scale.folds().map(|(_, (from, to))| (to - from).0).sum::<u64>();
    let least = (open as f64 * APART / scale.width.max(1.0)) as u64;
    let mut step = 100;
    for factor in [2, 5, 10].into_iter().cycle() {
        if step >= least || step > u64::MAX / 100 {
            break;
        }
        // 100, 200, 500, 1000, 2000, …
        let decade = 10_u64.pow(step.ilog10());
        step = if factor == 10 { decade * 10 } else { decade * factor };
    }
    let first = scale.from().0.div_ceil(step);
    let last = scale.to().0 / step;
    let mut found: Vec<Micros> = Vec::new();
    let mut number = first;
    while number <= last {
        let time = Micros(number * step);
        let hidden = scale.folds().find(|(_, (from, to))| *from <= time && time <= *to);
        if let Some((_, (_, to))) = hidden {
            number = (to.0 / step + 1).max(number + 1);
            continue;
        }
        if found.last().is_none_or(|before| scale.x(time) - scale.x(*before) >= APART * 0.99) {
            found.push(time);
        }
        number += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(from: u64, to: u64, width: f64) -> Vec<u64> {
        let scale = Scale::new((Micros::from_ms(from), Micros::from_ms(to)), width, &[]);
        ticks(&scale).into_iter().map(|time| time.0 / 1000).collect()
    }

    #[test]
    fn ticks_are_round_and_apart() {
        assert_eq!(of(0, 1_000, 900.0), [0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000]);
        assert_eq!(of(0, 1_000, 300.0), [0, 500, 1_000]);
        assert_eq!(of(950, 2_100, 500.0), [1_000, 1_200, 1_400, 1_600, 1_800, 2_000]);
        assert!(of(0, 3_600_000, 900.0).len() > 4);
        assert!(of(0, 3, 10.0).len() < 2);
    }

    #[test]
    fn what_is_folded_has_no_tick() {
        let folds = [(Micros::from_ms(300), Micros::from_ms(99_000))];
        let scale = Scale::new((Micros::ZERO, Micros::from_ms(100_000)), 900.0, &folds);
        let seen = ticks(&scale);
        assert!(seen.len() > 3 && seen.iter().all(|time| time.0 < 300_000 || time.0 > 99_000_000), "{seen:?}");
    }
}
