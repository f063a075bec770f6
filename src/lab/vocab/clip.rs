//! Shortens long texts of clients for use in sentences.

use std::borrow::Cow;

/// The text if it has at most `letters` characters; else its beginning with an ellipsis.
pub fn clipped(text: &str, letters: usize) -> Cow<'_, str> {
    match text.char_indices().nth(letters) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}
