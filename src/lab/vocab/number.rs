//! Numbers in conditions and selectors: exact, or within bounds.

use serde::{Deserialize, Deserializer, Serialize};

use crate::lab::json::strict::{from_value_strict, untagged};
use crate::raft::schema::{has_schema, FieldType};
use crate::runtime::{StableHash, TraceHash};

/// A number, exact or within bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Number {
    /// Exactly this number.
    Exact(u64),
    /// At least `min`, at most `max`.
    Range(Range),
}

/// Bounds, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The lower bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<u64>,
    /// The upper bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u64>,
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Number, D::Error> {
        untagged(from, "Number", |value| match value.as_u64() {
            Some(exact) => Some(Number::Exact(exact)),
            None => from_value_strict(value).ok().map(Number::Range),
        })
    }
}

impl From<u64> for Number {
    fn from(exact: u64) -> Number {
        Number::Exact(exact)
    }
}

impl Number {
    /// At least `min`.
    pub const fn at_least(min: u64) -> Number {
        Number::Range(Range { min: Some(min), max: None })
    }

    /// The bounds, both included; `None` where there is none.
    pub fn bounds(self) -> (Option<u64>, Option<u64>) {
        match self {
            Number::Exact(exact) => (Some(exact), Some(exact)),
            Number::Range(Range { min, max }) => (min, max),
        }
    }

    /// Whether `n` is this number, or within the bounds.
    pub fn holds(self, n: u64) -> bool {
        let (min, max) = self.bounds();
        min.is_none_or(|min| n >= min) && max.is_none_or(|max| n <= max)
    }
}

has_schema! {
    Number = FieldType::OneOf(&[
        FieldType::Number,
        FieldType::Object("{ min, max }", &[("min", FieldType::Number), ("max", FieldType::Number)]),
    ]),
}

/// An exact number hashes as that number, so that runs keep their hashes from before there were bounds.
impl StableHash for Number {
    fn hash_into(&self, hash: &mut TraceHash) {
        match self {
            Number::Exact(exact) => exact.hash_into(hash),
            Number::Range(Range { min, max }) => {
                min.hash_into(hash);
                max.hash_into(hash);
            }
        }
    }
}
