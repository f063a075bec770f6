//! Finding the last index where two logs agree, after a refused append (paper §5.3).
//!
//! The follower returns a hint ([`ConflictSearch::hint`]), from which the leader computes its next index
//! ([`ConflictSearch::next_index`]). Both skip entries that the other log cannot have, so that at worst one refusal is
//! needed for each conflicting term.

use super::log::LogTerms;
use super::rpc::ConflictHint;
use super::{Index, Rules, Term};

/// The number of entries that [`ConflictSearch::Window`] looks back.
const WINDOW_ENTRIES: Index = 50;

/// How the logs are searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConflictSearch {
    /// Both ends search the whole log, for a term that is low enough.
    WholeLog,
    /// The follower searches a few entries, for exactly the term of prev (the rule is off).
    Window,
}

impl ConflictSearch {
    /// The search that the rules ask for.
    pub fn new(rules: &Rules) -> ConflictSearch {
        match rules.conflict_search_whole_log {
            true => ConflictSearch::WholeLog,
            false => ConflictSearch::Window,
        }
    }

    /// The follower's hint if its log has no entry (`index`, `term`): its last entry before `index` with a term of at
    /// most `term`.
    pub fn hint(self, own: &LogTerms, index: Index, term: Term) -> ConflictHint {
        let below = index.saturating_sub(1);
        let oldest = own.prev_index();
        match self {
            ConflictSearch::WholeLog => {
                let found = own.last_with_term_at_most(below, term);
                let (index, term) = found.unwrap_or((oldest, own.term_at(oldest).unwrap_or_default()));
                ConflictHint { term, index }
            }
            ConflictSearch::Window => {
                let mut window = (oldest.max(index.saturating_sub(WINDOW_ENTRIES))..=below.min(own.last_index())).rev();
                let found = window.find(|&index| own.term_at(index) == Some(term));
                found.map_or(ConflictHint { term: own.last_term(), index: own.last_index() }, |index| ConflictHint {
                    term,
                    index,
                })
            }
        }
    }

    /// The leader's next index after a refusal of `refused`: the one after its own last entry that the follower may
    /// have according to the hint. Less than `refused`, so that the search ends, and greater than `match_index`.
    ///
    /// Requires `match_index + 1 < refused`.
    pub fn next_index(self, own: &LogTerms, hint: Option<ConflictHint>, match_index: Index, refused: Index) -> Index {
        let guess = match (hint, self) {
            (None, _) => refused - 1,
            (Some(ConflictHint { index, .. }), ConflictSearch::Window) => {
                return index.min(own.last_index()).max(match_index) + 1
            }
            (Some(ConflictHint { index, .. }), _) if index < own.prev_index() => index + 1,
            (Some(ConflictHint { term, index }), _) => match own.last_with_term_at_most(index, term) {
                Some((agreed, _)) => agreed + 1,
                None => own.prev_index(),
            },
        };
        guess.clamp(match_index + 1, refused - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(terms: &[(u64, Term)]) -> LogTerms {
        terms.iter().flat_map(|&(count, term)| (0..count).map(move |_| term)).collect()
    }

    /// The number of refusals until the logs agree at prev, at most `most`.
    fn refusals(search: ConflictSearch, leader: &LogTerms, follower: &LogTerms, most: usize) -> usize {
        let mut next = leader.last_index() + 1;
        for count in 0..most {
            let (index, term) = (next - 1, leader.term_at(next - 1).unwrap());
            if follower.term_at(index) == Some(term) {
                return count;
            }
            next = search.next_index(leader, Some(search.hint(follower, index, term)), 0, next);
        }
        most
    }

    #[test]
    fn seventy_conflicting_entries_are_one_refusal_apart() {
        let (leader, follower) = (log(&[(40, 1), (80, 4)]), log(&[(40, 1), (70, 3)]));
        assert_eq!(refusals(ConflictSearch::WholeLog, &leader, &follower, 1000), 1);
    }

    #[test]
    fn a_window_sees_a_short_divergence_and_no_longer_one() {
        let (leader, follower) = (log(&[(40, 1), (80, 4)]), log(&[(40, 1), (70, 3)]));
        assert_eq!(refusals(ConflictSearch::Window, &leader, &follower, 1000), 1000);
        let (leader, follower) = (log(&[(40, 1), (5, 4)]), log(&[(40, 1), (3, 3)]));
        assert_eq!(refusals(ConflictSearch::Window, &leader, &follower, 1000), 1000, "prev's term is not there at all");
        let (leader, follower) = (log(&[(40, 1)]), log(&[(30, 1)]));
        assert_eq!(refusals(ConflictSearch::Window, &leader, &follower, 1000), 1);
    }
}
