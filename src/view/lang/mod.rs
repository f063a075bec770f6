//! Every word on the page, in one file or folder per language.
//!
//! [`rooms`] says what there is to be said, [`en`] says it in English. A language that lacks a text does not compile.
//! Another language is one more file beside `en`, and a line in [`LANGUAGES`].

/// Says in a language what there is in a room: plain texts, words for the values of a type, and sentences.
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

/// Every language of the page; the first is what is spoken where none is asked for that is here.
pub const LANGUAGES: [&dyn Text; 1] = [&English];

/// The first language of those asked for that the page speaks. They are asked for as a browser does: "zh-CN", "en".
/// A language without its region will do.
pub fn choose<'a>(asked: impl IntoIterator<Item = &'a str>) -> &'static dyn Text {
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let speaks = |tag: &str| {
        let exact = LANGUAGES.iter().find(|it| it.language_tag().eq_ignore_ascii_case(tag));
        exact.or_else(|| LANGUAGES.iter().find(|it| primary(it.language_tag()) == primary(tag))).copied()
    };
    asked.into_iter().find_map(speaks).unwrap_or(LANGUAGES[0])
}
