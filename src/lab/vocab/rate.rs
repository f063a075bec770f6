//! How fast a node's clock runs.

use serde::{Deserialize, Serialize};

use crate::runtime::Micros;

/// The rate of a clock, in whole parts per million of the true one; in JSON, a number from 0.1 to 10.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockRate {
    /// Parts per million: above 1,000,000 the clock is fast, and what its node waits for comes early.
    pub per_million: u32,
}

impl ClockRate {
    /// The true time that passes while the clock shows this time.
    pub fn true_time(self, shown: Micros) -> Micros {
        Micros(shown.0.saturating_mul(1_000_000) / u64::from(self.per_million.max(1)))
    }
}

impl Serialize for ClockRate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(f64::from(self.per_million) / 1e6)
    }
}

impl<'de> Deserialize<'de> for ClockRate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<ClockRate, D::Error> {
        let rate = f64::deserialize(deserializer)?;
        if !(0.1..=10.0).contains(&rate) {
            let found = serde::de::Unexpected::Float(rate);
            return Err(serde::de::Error::invalid_value(found, &"the rate of a clock, from 0.1 to 10"));
        }
        Ok(ClockRate { per_million: (rate * 1e6).round() as u32 })
    }
}
