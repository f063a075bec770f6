//! Reproducible random numbers.

/// A pseudorandom number generator (SplitMix64: Steele, Lea and Flood, 2014).
///
/// Each purpose has its own generator (the network, each node's election timeouts, the load), so that an additional
/// draw from one does not shift the others. A clone yields the same sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rng(u64);

impl Rng {
    /// The generator for one purpose in one run. Different `(seed, purpose, id)` yield unrelated sequences.
    pub fn new(seed: u64, purpose: &str, id: u64) -> Rng {
        let mut rng = Rng(seed);
        for byte in purpose.bytes() {
            rng.0 = rng.next_u64() ^ u64::from(byte);
        }
        rng.0 = rng.next_u64() ^ id;
        rng.next_u64();
        rng
    }

    /// The next number, uniform in all 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A uniform number in `[low, high)`; `low` if the range is empty.
    ///
    /// Scaled by multiplication; the bias is below (high − low) / 2⁶⁴.
    pub fn range(&mut self, low: u64, high: u64) -> u64 {
        let width = high.saturating_sub(low).max(1);
        low + ((u128::from(self.next_u64()) * u128::from(width)) >> 64) as u64
    }

    /// True with a probability of `per_million` in a million. Draws no number if that is 0 or certain.
    pub fn chance(&mut self, per_million: u32) -> bool {
        match per_million {
            0 => false,
            1_000_000.. => true,
            _ => self.range(0, 1_000_000) < u64::from(per_million),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_the_published_one() {
        // The first outputs of SplitMix64 from state 1234567.
        let mut rng = Rng(1234567);
        let drawn: Vec<u64> = (0..3).map(|_| rng.next_u64()).collect();
        assert_eq!(drawn, [6457827717110365317, 3203168211198807973, 9817491932198370423]);
    }

    #[test]
    fn purposes_do_not_share_a_sequence() {
        let first = |seed, purpose, id| Rng::new(seed, purpose, id).next_u64();
        assert_ne!(first(1, "network", 0), first(1, "timeout", 0));
        assert_ne!(first(1, "timeout", 1), first(1, "timeout", 2));
        assert_ne!(first(1, "timeout", 1), first(2, "timeout", 1));
        assert_eq!(first(1, "timeout", 1), first(1, "timeout", 1));
    }

    #[test]
    fn a_range_is_half_open_and_an_empty_one_gives_its_low_end() {
        let mut rng = Rng::new(7, "test", 0);
        let drawn: Vec<u64> = (0..1000).map(|_| rng.range(3, 6)).collect();
        assert!(drawn.iter().all(|n| (3..6).contains(n)));
        assert!((3..6).all(|n| drawn.contains(&n)));
        assert_eq!(rng.range(9, 9), 9);
    }
}
