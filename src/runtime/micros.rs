//! Virtual time, in whole microseconds.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

use serde::{de, Deserialize, Deserializer, Serialize, Serializer};

/// The longest time that is read from JSON, in milliseconds: 31 years, exact to the microsecond in a double.
pub const MILLISECONDS_MAX: f64 = 1e12;

/// A point in virtual time since the start of the run, or a duration, in whole microseconds.
///
/// An integer, so that runs do not depend on rounding. Addition and subtraction saturate.
///
/// In JSON, a number of milliseconds, with a fraction where needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Micros(pub u64);

impl Micros {
    /// The start of a run, or a duration of zero.
    pub const ZERO: Micros = Micros(0);
    /// The largest value: later than any run lasts.
    pub const MAX: Micros = Micros(u64::MAX);

    /// A whole number of milliseconds.
    pub const fn from_ms(ms: u64) -> Micros {
        Micros(ms.saturating_mul(1000))
    }

    /// The value in milliseconds. Exact below 285 years.
    pub fn as_ms(self) -> f64 {
        self.0 as f64 / 1000.0
    }
}

impl Serialize for Micros {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 % 1000 {
            0 => serializer.serialize_u64(self.0 / 1000),
            _ => serializer.serialize_f64(self.as_ms()),
        }
    }
}

impl<'de> Deserialize<'de> for Micros {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Micros, D::Error> {
        let ms = f64::deserialize(deserializer)?;
        if !(0.0..=MILLISECONDS_MAX).contains(&ms) {
            let expected = "a time in milliseconds, from 0 to 1e12";
            return Err(de::Error::invalid_value(de::Unexpected::Float(ms), &expected));
        }
        Ok(Micros((ms * 1000.0).round() as u64))
    }
}

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.as_ms())
    }
}

impl Add for Micros {
    type Output = Micros;
    fn add(self, other: Micros) -> Micros {
        Micros(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Micros {
    fn add_assign(&mut self, other: Micros) {
        *self = *self + other;
    }
}

impl Sub for Micros {
    type Output = Micros;
    fn sub(self, other: Micros) -> Micros {
        Micros(self.0.saturating_sub(other.0))
    }
}
