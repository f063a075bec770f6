//! Probabilities as integers, so that runs are identical on every machine.

use serde::{Deserialize, Serialize};

use crate::runtime::{StableHash, TraceHash};

/// A probability in whole parts per million; in JSON, a fraction from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Probability {
    /// Parts per million, ≤ 1,000,000.
    pub per_million: u32,
}

impl StableHash for Probability {
    fn hash_into(&self, hash: &mut TraceHash) {
        self.per_million.hash_into(hash);
    }
}

impl Serialize for Probability {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(f64::from(self.per_million) / 1e6)
    }
}

impl<'de> Deserialize<'de> for Probability {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Probability, D::Error> {
        let fraction = f64::deserialize(deserializer)?;
        if !(0.0..=1.0).contains(&fraction) {
            let found = serde::de::Unexpected::Float(fraction);
            return Err(serde::de::Error::invalid_value(found, &"a fraction from 0 to 1"));
        }
        Ok(Probability { per_million: (fraction * 1e6).round() as u32 })
    }
}
