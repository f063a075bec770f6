//! Limits of every document, whether it is read from text or from a JavaScript object.

use serde_json::Number;

use crate::lab::json::error::Refusal;

/// The longest document, in bytes of its text.
pub const DOCUMENT_BYTES_MAX: usize = 16 << 20;

/// The most objects and lists within each other.
pub const DEPTH_MAX: usize = 127;

/// The largest integer: 2^53 − 1, the largest that a JavaScript number represents exactly.
pub const INTEGER_MAX: u64 = (1 << 53) - 1;

/// An integer of a document.
///
/// # Errors
/// If a JavaScript number might not represent it exactly.
pub fn integer(number: i128) -> Result<Number, Refusal> {
    const MAX: i128 = INTEGER_MAX as i128;
    match i64::try_from(number) {
        Ok(number) if (0..=MAX).contains(&number.into()) => Ok(Number::from(number as u64)),
        Ok(number) if (-MAX..0).contains(&number.into()) => Ok(Number::from(number)),
        _ if number < 0 => Err(format!("{number} is below -{MAX}").into()),
        _ => Err(format!("{number} is above {MAX}").into()),
    }
}
