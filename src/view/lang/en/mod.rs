//! English.

mod cluster;
mod events;
mod help;
mod logs;
mod page;
mod settings;
mod story;
mod streams;
mod timeline;

use super::rooms::Text;
use crate::view::format::grouped;

/// English, the reference language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct English;

impl Text for English {}

/// The singular or the plural, by `count`.
fn plural<'a>(count: impl TryInto<u64>, one: &'a str, several: &'a str) -> &'a str {
    match count.try_into() {
        Ok(1) => one,
        _ => several,
    }
}

/// A number with its noun: "one chunk", "3 chunks".
fn counted(count: u64, one: &str, several: &str) -> String {
    if count == 1 {
        one.to_string()
    } else {
        format!("{} {several}", grouped(count))
    }
}

/// A small number in words.
fn number(number: u64) -> String {
    const WORDS: [&str; 10] = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    usize::try_from(number).ok().and_then(|at| WORDS.get(at)).map_or_else(|| grouped(number), ToString::to_string)
}

/// A list in words: "S1", "S1 and S4", "S1, S2 and S5".
fn list(items: &[impl ToString]) -> String {
    let mut items: Vec<String> = items.iter().map(ToString::to_string).collect();
    match items.pop() {
        None => String::new(),
        Some(last) if items.is_empty() => last,
        Some(last) => format!("{} and {last}", items.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::rooms::{Common, Headline, Streams};
    use super::*;
    use crate::view::format::NodeName;

    #[test]
    fn one_some_and_many() {
        let names = |count: u32| (1..=count).map(NodeName).collect::<Vec<_>>();
        let lists = [0, 1, 2, 3].map(|count| list(&names(count)));
        assert_eq!(lists, ["", "S1", "S1 and S2", "S1, S2 and S3"]);
        assert_eq!(
            [1, 2].map(|count| English.campaigning(&names(count))),
            ["No leader: S1 is asking for votes.", "No leader: S1 and S2 are both asking for votes."]
        );
        assert_eq!([1, 2].map(|count| English.so_many_chunks(count)), ["one chunk", "2 chunks"]);
        assert_eq!([0, 9, 10].map(number), ["no", "nine", "10"]);
        assert_eq!(English.node_set(&[1, 2, 3, 5].into()), "S1…S3, S5");
    }
}
