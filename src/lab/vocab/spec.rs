//! The settings of links and disks.

use crate::lab::vocab::probability::Probability;
use crate::runtime::Micros;

/// The settings of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkSpec {
    /// The shortest and the longest latency of a message.
    pub latency: (Micros, Micros),
    /// The fraction of messages that are lost.
    pub loss: Probability,
    /// The fraction of messages that are sent twice.
    pub duplicate: Probability,
}

impl Default for LinkSpec {
    fn default() -> LinkSpec {
        let latency = (Micros::from_ms(5), Micros::from_ms(15));
        LinkSpec { latency, loss: Probability::default(), duplicate: Probability::default() }
    }
}

/// The settings of a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskSpec {
    /// The shortest and the longest time until a write is durable.
    pub write_delay: (Micros, Micros),
    /// The shortest and the longest time to build a snapshot, in addition to 1 µs per byte.
    pub snapshot_delay: (Micros, Micros),
    /// The shortest and the longest time until one entry is applied.
    pub apply_delay: (Micros, Micros),
    /// Whether reads and writes fail.
    pub fails: bool,
    /// Whether what is read from it does not come until it no longer hangs.
    pub hangs: bool,
}

impl Default for DiskSpec {
    fn default() -> DiskSpec {
        const NONE: (Micros, Micros) = (Micros::ZERO, Micros::ZERO);
        let snapshot_delay = (Micros::from_ms(20), Micros::from_ms(20));
        DiskSpec { write_delay: NONE, snapshot_delay, apply_delay: NONE, fails: false, hangs: false }
    }
}
