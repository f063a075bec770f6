//! English.

mod cluster;
mod events;
mod help;
mod logs;
mod page;
mod streams;

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
