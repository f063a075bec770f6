//! The payload of an entry in words. The text is short however long the value is.

use std::borrow::Cow;

use super::lang::Text;
use crate::lab::vocab::clip::clipped;
use crate::raft::log::{KeyWrite, Payload};

/// The most letters of a key and its value that are shown.
const LETTERS: usize = 24;

/// The most letters of the key among them.
const KEY_LETTERS: usize = 12;

/// A text, [clipped] to `letters`; its size is added if letters are left out: `aaaa… (2000 B)`.
pub fn sized(text: &str, letters: usize, t: &dyn Text) -> String {
    match clipped(text, letters) {
        Cow::Borrowed(whole) => whole.to_string(),
        Cow::Owned(begin) => t.cut_short(&begin, text.len() as u64),
    }
}

/// A key, clipped for use in a sentence.
pub fn key(key: &str) -> Cow<'_, str> {
    clipped(key, KEY_LETTERS)
}

/// A value for use in a sentence: `1`, or `""` if it is empty.
pub fn value(value: &str, t: &dyn Text) -> String {
    quoted_if_empty(sized(value, LETTERS, t))
}

/// A key and its value for use in a sentence: `x=1`, `x=aaaa… (2000 B)`.
pub fn pair(key: &str, value: &str, t: &dyn Text) -> String {
    let key = self::key(key);
    let left = LETTERS.saturating_sub(key.chars().count() + 1);
    format!("{key}={}", quoted_if_empty(sized(value, left, t)))
}

/// A write for use in a sentence: `x=1`, `x=1 if 0`, `x=1 if not set`; of a deletion, which the sentence tells as such, the
/// key: `x`, `x if 0`.
pub fn written(write: KeyWrite<'_>, t: &dyn Text) -> String {
    let what = write.value.map_or_else(|| key(write.key).into_owned(), |value| pair(write.key, value, t));
    match write.only_if {
        Some(expected) => t.only_if(&what, expected.map(|it| quoted_if_empty(sized(it, KEY_LETTERS, t))).as_deref()),
        None => what,
    }
}

fn quoted_if_empty(value: String) -> String {
    if value.is_empty() {
        "\"\"".into()
    } else {
        value
    }
}

/// The payload of an entry: `x=1`, `∅` for an empty one, the members of a configuration.
pub fn payload(payload: &Payload, t: &dyn Text) -> String {
    match payload {
        Payload::Blank => t.blank().to_string(),
        Payload::Members(membership) => t.membership(membership),
        Payload::Set { .. } | Payload::Delete { .. } | Payload::CompareAndSet { .. } => {
            payload.as_write().map(|write| command(&written(write, t), write, t)).unwrap_or_default()
        }
    }
}

/// A write, of which this is said, as the command of an entry.
fn command(said: &str, write: KeyWrite<'_>, t: &dyn Text) -> String {
    match write.value {
        Some(_) => said.to_string(),
        None => t.deletes(said),
    }
}

/// The same for use outside a log, where a configuration must be named as such.
pub fn told(entry: &Payload, t: &dyn Text) -> String {
    match entry {
        Payload::Members(members) => t.configuration(members),
        other => payload(other, t),
    }
}

/// The same, unclipped.
pub fn in_full(entry: &Payload, t: &dyn Text) -> String {
    let Some(write) = entry.as_write() else { return told(entry, t) };
    let whole = |value: &str| quoted_if_empty(value.to_string());
    let what = write.value.map_or_else(|| write.key.to_string(), |value| format!("{}={}", write.key, whole(value)));
    let said = match write.only_if {
        Some(expected) => t.only_if(&what, expected.map(whole).as_deref()),
        None => what,
    };
    command(&said, write, t)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raft::Membership;
    use crate::view::lang::English;

    #[test]
    fn a_long_value_is_cut_short_and_its_size_told() {
        let (long, longest) = ("a".repeat(22), "ä".repeat(2000));
        let cases = [
            ("x", "1", "x=1".to_string()),
            ("e", "", "e=\"\"".into()),
            ("x", &long, format!("x={long}")),
            ("x", &longest, format!("x={}… (4000\u{a0}B)", "ä".repeat(22))),
            ("a key of many letters", &longest, format!("a key of man…={}… (4000\u{a0}B)", "ä".repeat(10))),
            (&longest, "1", format!("{}…=1", "ä".repeat(12))),
        ];
        for (key, value, told) in cases {
            assert_eq!(pair(key, value, &English), told);
            let whole = in_full(&Payload::Set { key: key.into(), value: value.into() }, &English);
            assert!(whole.starts_with(key) && whole.ends_with(if value.is_empty() { "\"\"" } else { value }));
        }
        assert_eq!([value("", &English), value("1", &English)], ["\"\"", "1"]);
        assert_eq!(value(&longest, &English), format!("{}… (4000\u{a0}B)", "ä".repeat(24)));
    }

    #[test]
    fn a_compare_and_set_says_what_it_expects_and_a_deletion_that_it_is_one() {
        let text = |text: &str| Some(text.to_string());
        let cases = [
            (text("1"), Some(text("0")), "x=1 if 0"),
            (text("1"), Some(text("")), "x=1 if \"\""),
            (text("1"), Some(None), "x=1 if not set"),
            (None, None, "delete x"),
            (None, Some(text("0")), "delete x if 0"),
        ];
        for (value, only_if, told) in cases {
            let entry = Payload::of_write("x".into(), value, only_if);
            assert_eq!([payload(&entry, &English), in_full(&entry, &English)], [told, told]);
        }
        let long = Payload::of_write("x".into(), text("1"), Some(text(&"a".repeat(2000))));
        assert_eq!(payload(&long, &English), "x=1 if aaaaaaaaaaaa… (2000\u{a0}B)");
    }

    #[test]
    fn a_configuration_is_told_by_its_voters() {
        let change = Membership { voters: vec![[1, 2, 3].into(), [1, 3, 4].into()], learners: [].into() };
        assert_eq!(payload(&Payload::Members(Membership::new([1, 2, 3, 5], [])), &English), "S1…S3, S5");
        assert_eq!(payload(&Payload::Members(change), &English), "S1…S3 → S1, S3, S4");
    }
}
