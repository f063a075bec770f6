//! Texts of a document's author in messages.

use std::borrow::Cow;

/// The most characters of one text in a message, and how many of them are its end.
const LETTERS_MAX: usize = 1000;
const END: usize = 200;

/// The text on one line, fit for a terminal: control characters, and those that turn the direction of writing, are
/// escaped; a long text loses its middle, since a message ends with what is wrong.
pub fn legible(text: &str) -> Cow<'_, str> {
    let letters = text.chars().count();
    if letters <= LETTERS_MAX && !text.contains(hides) {
        return text.into();
    }
    let escaped = |letter: char| match hides(letter) {
        true => letter.escape_default().to_string(),
        false => letter.to_string(),
    };
    if letters <= LETTERS_MAX {
        return text.chars().map(escaped).collect();
    }
    let (beginning, end) = (text.chars().take(LETTERS_MAX - END), text.chars().skip(letters - END));
    beginning.map(escaped).chain(["…".to_string()]).chain(end.map(escaped)).collect()
}

/// Whether a character acts on what is around it instead of being seen.
fn hides(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_escaped() {
        assert_eq!(legible("nodes[0]: “x” is no id"), "nodes[0]: “x” is no id");
        assert_eq!(legible("\u{1b}[2J\u{7}\n"), "\\u{1b}[2J\\u{7}\\n");
        assert_eq!(legible("a\u{202e}b\u{2066}\u{200f}\u{9b}"), "a\\u{202e}b\\u{2066}\\u{200f}\\u{9b}");
    }

    #[test]
    fn a_long_text_keeps_its_beginning_and_its_end() {
        let long = format!("{}is not a list", "x".repeat(5_000_000));
        let short = legible(&long);
        assert!(short.starts_with("xxx") && short.ends_with("is not a list"), "{short}");
        assert_eq!(short.chars().count(), LETTERS_MAX + 1);
    }
}
