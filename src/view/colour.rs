//! The colour of a term. Colour is never the only sign: the term's number is always written beside it.

use crate::raft::Term;

/// The number of term colours. Terms use them cyclically.
pub const TERM_COLOURS: u64 = 7;

/// The CSS class of a term's colour: `term-none` for term 0, `term-1` to `term-7` in turn for the others.
pub fn term_class(term: Term) -> &'static str {
    const CLASSES: [&str; TERM_COLOURS as usize] =
        ["term-1", "term-2", "term-3", "term-4", "term-5", "term-6", "term-7"];
    match term.checked_sub(1) {
        None => "term-none",
        Some(turn) => CLASSES[(turn % TERM_COLOURS) as usize],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_come_round_again() {
        assert_eq!(term_class(0), "term-none");
        assert_eq!(term_class(1), "term-1");
        assert_eq!(term_class(7), "term-7");
        assert_eq!(term_class(8), "term-1");
        assert_eq!(term_class(u64::MAX), term_class(u64::MAX % TERM_COLOURS));
    }
}
