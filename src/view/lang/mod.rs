//! Every text of the page, in one file or folder per language.
//!
//! `rooms.rs` declares the texts, `en/` provides them in English. A language that lacks a text does not compile. To add
//! a language, add a file (or folder) beside `en/` and a line in [`LANGUAGES`].

/// Implements a room in a language: plain texts, words for the values of a type, and sentences.
macro_rules! say {
    ($language:ty: $room:ident;
        $(texts { $($text:ident: $words:literal,)* })?
        $(words { $($word:ident($of:ident: $of_type:ty): $choice:expr,)* })?
        $(sentences { $($sentence:ident($($argument:ident: $type:ty),*): $body:expr,)* })?
    ) => {
        impl $crate::view::lang::rooms::$room for $language {
            $($(fn $text(&self) -> &'static str { $words })*)?
            $($(fn $word(&self, $of: $of_type) -> &'static str { $choice })*)?
            $($(fn $sentence(&self, $($argument: $type),*) -> String { $body.into() })*)?
        }
    };
}

mod en;
mod rooms;
pub mod values;

pub use en::English;
pub use rooms::*;

/// Every language of the page. The first is the fallback.
pub const LANGUAGES: [&dyn Text; 1] = [&English];

/// The first of the requested languages ("zh-CN", "en") that the page has, if need be in another regional form.
pub fn choose<'a>(asked: impl IntoIterator<Item = &'a str>) -> &'static dyn Text {
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let speaks = |tag: &str| {
        let exact = LANGUAGES.iter().find(|it| it.language_tag().eq_ignore_ascii_case(tag));
        exact.or_else(|| LANGUAGES.iter().find(|it| primary(it.language_tag()) == primary(tag))).copied()
    };
    asked.into_iter().find_map(speaks).unwrap_or(LANGUAGES[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::json::error::{Refusal, ScenarioError};
    use crate::lab::vocab::halt::Halt;
    use crate::lab::vocab::invariant::Invariant;
    use crate::lab::vocab::violation::ViolationDetail;
    use std::collections::BTreeSet;

    #[test]
    fn every_language_says_which_it_is_and_how_it_is_written() {
        let tags: BTreeSet<&str> = LANGUAGES.iter().map(|t| t.language_tag()).collect();
        assert_eq!(tags.len(), LANGUAGES.len());
        for t in LANGUAGES {
            assert!(["ltr", "rtl"].contains(&t.text_direction()), "{}", t.language_tag());
            assert!(!t.language_name().is_empty(), "{}", t.language_tag());
        }
    }

    #[test]
    fn the_reader_gets_the_first_language_that_is_there() {
        for asked in [&["en-GB"] as &[_], &["xx", "EN"], &["xx"], &[]] {
            assert_eq!(choose(asked.iter().copied()).language_tag(), "en", "{asked:?}");
        }
    }

    #[test]
    fn english_says_what_the_laboratory_says() {
        let detail = ViolationDetail::SecondLeader { node: 2, first: 1, term: 3 };
        assert_eq!(English.violation(&detail), detail.to_string());
        let stuck = Halt::TimeStandsStill(vec![("node 1".into(), 9), ("node 2".into(), 1)]);
        assert_eq!(English.halt(&stuck), stuck.to_string());
        // What is broken has a name on the page, and a word in reports.
        let told = English.halt(&Halt::Broken(Invariant::ElectionSafety, detail.clone()));
        assert_eq!(told, format!("A guarantee is broken: Election Safety. {detail}"));
        let why = ScenarioError { path: "node".into(), why: Refusal::NoSuchNode(7) };
        assert_eq!(English.refused(&why), "This cannot be done: node: 7 is not a node of this cluster");
    }
}
