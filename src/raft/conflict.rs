//! Where two logs agree: the search that follows a refused append, at both of its ends (paper §5.3).
//!
//! The follower says where to look next ([`Search::hint`]), the leader looks there ([`Search::next_index`]). Each
//! skips what the other cannot have, so that it takes one refusal for each conflicting term, at worst.

use super::log::LogTerms;
use super::rpc::Hint;
use super::{Index, Rules, Term};

/// So many entries a search looks back that is not of the whole log.
const WINDOW: Index = 50;

/// How it is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Search {
    /// In all of the log, by both ends, for a term that is low enough.
    WholeLog,
    /// By the follower, in a few entries, for exactly the term that was asked for.
    Window,
}

impl Search {
    /// As the rules have it.
    pub fn new(rules: &Rules) -> Search {
        match rules.conflict_search_whole_log {
            true => Search::WholeLog,
            false => Search::Window,
        }
    }

    /// The follower's answer when its log has not (`index`, `term`): its last entry below whose term is not above.
    pub fn hint(self, own: &LogTerms, index: Index, term: Term) -> Hint {
        let below = index.saturating_sub(1);
        let oldest = own.prev_index();
        match self {
            Search::WholeLog => {
                let found = own.last_at_most(below, term);
                let (index, term) = found.unwrap_or((oldest, own.term_at(oldest).unwrap_or_default()));
                Hint { term, index }
            }
            Search::Window => {
                let mut window = (oldest.max(index.saturating_sub(WINDOW))..=below.min(own.last_index())).rev();
                let found = window.find(|&index| own.term_at(index) == Some(term));
                found.map_or(Hint { term: own.last_term(), index: own.last_index() }, |index| Hint { term, index })
            }
        }
    }

    /// Where the leader sends from next, after `refused`: behind its own last entry that the hint leaves possible.
    /// At least one step down, so that it ends; never into what is `matched`, which is below.
    pub fn next_index(self, own: &LogTerms, hint: Option<Hint>, matched: Index, refused: Index) -> Index {
        let guess = match (hint, self) {
            (None, _) => refused - 1,
            (Some(Hint { index, .. }), Search::Window) => return index.min(own.last_index()).max(matched) + 1,
            (Some(Hint { index, .. }), _) if index < own.prev_index() => index + 1,
            (Some(Hint { term, index }), _) => match own.last_at_most(index, term) {
                Some((agreed, _)) => agreed + 1,
                None => own.prev_index(),
            },
        };
        guess.clamp(matched + 1, refused - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(terms: &[(u64, Term)]) -> LogTerms {
        terms.iter().flat_map(|&(count, term)| (0..count).map(move |_| term)).collect()
    }

    /// Refusals until the ends agree, at most so many.
    fn refusals(search: Search, leader: &LogTerms, follower: &LogTerms, most: usize) -> usize {
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
        assert_eq!(refusals(Search::WholeLog, &leader, &follower, 1000), 1);
    }

    #[test]
    fn a_window_sees_a_short_divergence_and_no_longer_one() {
        let (leader, follower) = (log(&[(40, 1), (80, 4)]), log(&[(40, 1), (70, 3)]));
        assert_eq!(refusals(Search::Window, &leader, &follower, 1000), 1000);
        let (leader, follower) = (log(&[(40, 1), (5, 4)]), log(&[(40, 1), (3, 3)]));
        assert_eq!(refusals(Search::Window, &leader, &follower, 1000), 1000, "prev's term is not there at all");
        let (leader, follower) = (log(&[(40, 1)]), log(&[(30, 1)]));
        assert_eq!(refusals(Search::Window, &leader, &follower, 1000), 1);
    }
}
