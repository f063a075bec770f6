//! Long texts of clients, in sentences.

use std::borrow::Cow;

/// A text of which no more than so many letters are told: an ellipsis stands for the others.
pub fn clipped(text: &str, letters: usize) -> Cow<'_, str> {
    match text.char_indices().nth(letters) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}
