//! What links do to messages, and disks to writes.

use crate::lab::vocab::probability::Probability;
use crate::runtime::Micros;

/// What a link does to the messages that are sent over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkSpec {
    /// The shortest and the longest time that a message takes.
    pub latency: (Micros, Micros),
    /// How many get lost.
    pub loss: Probability,
    /// Of how many a second one sets out too.
    pub duplicate: Probability,
}

impl Default for LinkSpec {
    fn default() -> LinkSpec {
        let latency = (Micros::from_ms(5), Micros::from_ms(15));
        LinkSpec { latency, loss: Probability::default(), duplicate: Probability::default() }
    }
}

/// How long a disk takes, and whether it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskSpec {
    /// The shortest and the longest time until a write is durable.
    pub write_delay: (Micros, Micros),
    /// The shortest and the longest time that a snapshot takes; a microsecond for each byte comes on top.
    pub snapshot_delay: (Micros, Micros),
    /// Whether reading and writing fail.
    pub fails: bool,
}

impl Default for DiskSpec {
    fn default() -> DiskSpec {
        let snapshot_delay = (Micros::from_ms(20), Micros::from_ms(20));
        DiskSpec { write_delay: (Micros::ZERO, Micros::ZERO), snapshot_delay, fails: false }
    }
}
