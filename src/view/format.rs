//! Formats numbers and names for display, the same in every language.

use std::collections::BTreeSet;
use std::fmt;

use crate::raft::NodeId;
use crate::runtime::Micros;

/// The separator of groups of three digits: a no-break space. In monospaced text the style sheet makes it narrow, which
/// works with no other space.
const GROUP: char = '\u{a0}';

/// The fewest digits of a number that is grouped.
const GROUPED_DIGITS: usize = 5;

/// A node's name on the page: `S3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeName(pub NodeId);

impl fmt::Display for NodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S{}", self.0)
    }
}

/// A whole number; from [`GROUPED_DIGITS`] digits on, with its digits in groups: `1234`, `12 345`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    if digits.len() < GROUPED_DIGITS {
        return digits;
    }
    let mut text = String::with_capacity(digits.len() + digits.len());
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(GROUP);
        }
        text.push(digit);
    }
    text
}

/// A time in milliseconds with 0 to 3 decimals, rounded down, so that it is never later than the time itself.
pub fn ms(time: Micros, decimals: u32) -> String {
    let whole = grouped(time.0 / 1000);
    if decimals == 0 {
        return whole;
    }
    let width = decimals.min(3);
    let fraction = time.0 % 1000 / 10_u64.pow(3 - width);
    format!("{whole}.{fraction:0width$}", width = width as usize)
}

/// `part` of `whole` in percent, rounded down. 100 if `whole` is 0.
pub fn percent(part: u64, whole: u64) -> u64 {
    (part.min(whole) * 100).checked_div(whole).unwrap_or(100)
}

/// A range of whole numbers: `5–7`, or `5` if both are equal.
pub fn range(first: u64, last: u64) -> String {
    if first == last {
        grouped(first)
    } else {
        format!("{}–{}", grouped(first), grouped(last))
    }
}

/// A length in the picture, with one decimal. Hand-written, since many are formatted in every frame and the standard
/// library's exact formatting of floats is slow.
pub fn tenths(length: f64) -> String {
    let mut text = String::new();
    push_tenths(&mut text, length);
    text
}

/// Appends a length as [`tenths`] writes it.
pub fn push_tenths(text: &mut String, length: f64) {
    let tenths = (length * 10.0).round() as i64;
    if tenths < 0 {
        text.push('-');
    }
    let tenths = tenths.unsigned_abs();
    push_whole(text, tenths / 10);
    text.push('.');
    push_whole(text, tenths % 10);
}

fn push_whole(text: &mut String, number: u64) {
    if number >= 10 {
        push_whole(text, number / 10);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}

/// A set of nodes, each named with `prefix`, with three and more consecutive ones as one: `S1…S3, S5`. No dash, which
/// reads as a minus.
pub fn runs(set: &BTreeSet<NodeId>, prefix: &str, separator: &str) -> String {
    let mut runs: Vec<(NodeId, NodeId)> = Vec::new();
    for &node in set {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == node => *last = node,
            _ => runs.push((node, node)),
        }
    }
    let run = |&(first, last): &(NodeId, NodeId)| match last - first {
        0 => format!("{prefix}{first}"),
        1 => format!("{prefix}{first}{separator}{prefix}{last}"),
        _ => format!("{prefix}{first}…{prefix}{last}"),
    };
    runs.iter().map(run).collect::<Vec<_>>().join(separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (9999, "9999"), (10_000, "10 000"), (1_234_567, "1 234 567")] {
            assert_eq!(grouped(number).replace(GROUP, " "), text);
        }
    }

    #[test]
    fn lengths_are_rounded_to_a_tenth() {
        for (length, text) in [(0.0, "0.0"), (-0.04, "0.0"), (-0.06, "-0.1"), (12.34, "12.3"), (-101.96, "-102.0")] {
            assert_eq!(tenths(length), text);
        }
    }

    #[test]
    fn times_are_rounded_down() {
        let cases = [(12_345_678, 2, "12 345.67"), (1_234_999, 1, "1234.9"), (50_000, 0, "50"), (7, 3, "0.007")];
        for (micros, decimals, text) in cases {
            assert_eq!(ms(Micros(micros), decimals).replace(GROUP, " "), text);
        }
    }

    #[test]
    fn a_range_of_one_is_one_number() {
        assert_eq!((range(5, 7), range(5, 5)), ("5–7".into(), "5".into()));
    }
}
