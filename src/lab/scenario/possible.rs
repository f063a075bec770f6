//! Refuses starts that no run of Raft leads to: a lesson that opens in such a state would show broken promises with
//! all rules on, and blame them on nobody.
//!
//! A scenario that switches a rule off may well open in a state that the rule prevents. So each check is made only
//! while all the rules are on that it rests on.

use super::initial::term_and_entry;
use crate::lab::json::error::{invalid, ScenarioError};
use crate::lab::scenario::{Scenario, StartRole};
use crate::lab::vocab::image::Image;
use crate::raft::log::Payload;
use crate::raft::{Index, Membership, NodeId, Rule, Term};

/// The rules without which a term may have two leaders, or one that no majority has elected (Election Safety).
const ELECTIONS: [Rule; 7] = [
    Rule::Majority,
    Rule::OneVotePerTerm,
    Rule::PersistVote,
    Rule::RejectStaleTerm,
    Rule::JointConsensus,
    Rule::CountMembersOnly,
    Rule::CountNewMembers,
];

/// The rules, besides those of elections, without which logs may differ before an entry that they share (Log Matching).
const LOGS: [Rule; 2] = [Rule::LogMatchingCheck, Rule::TruncateOnConflict];

/// The rules, besides those of elections and logs, without which two nodes may commit different entries, or one that
/// no majority keeps (Leader Completeness, State Machine Safety).
const COMMITMENT: [Rule; 11] = [
    Rule::ElectionRestriction,
    Rule::CommitOwnTermOnly,
    Rule::CheckHeartbeatsToo,
    Rule::CommitOnlyWhatIsProven,
    Rule::TruncateOnlyOnConflict,
    Rule::MatchNeedsProof,
    Rule::MatchStartsAtZero,
    Rule::OneSnapshotPerStream,
    Rule::IgnoreOldSnapshots,
    Rule::KeepSuffixAfterSnapshot,
    Rule::SyncBeforeAnswer,
];

/// What a node starts with.
struct Opening {
    node: NodeId,
    image: Image,
    /// The highest index that it knows to be committed.
    commit: Index,
}

impl Opening {
    /// The term at an index, if it is known.
    fn term_at(&self, index: Index) -> Option<Term> {
        term_and_entry(&self.image, index).map(|(term, _)| term)
    }

    /// The place in the document of what the node has at an index.
    fn place(&self, index: Index) -> String {
        match index.checked_sub(self.image.prev.0 + 1) {
            Some(place) => format!("start.{}.log[{place}]", self.node),
            None => format!("start.{}.snapshot", self.node),
        }
    }

    /// Whether the node keeps the entry of this index and term, in its log or in its snapshot.
    fn keeps(&self, index: Index, term: Term) -> bool {
        index <= self.commit || self.term_at(index) == Some(term)
    }

    /// The indices at which both nodes have something that can be compared.
    fn shared(&self, other: &Opening) -> std::ops::RangeInclusive<Index> {
        self.image.prev.0.max(other.image.prev.0)..=self.image.last_index().min(other.image.last_index())
    }

    /// The configurations in the log and the snapshot, each with its index.
    fn configurations(&self) -> impl Iterator<Item = (Index, &Membership)> {
        let snapshot = self.image.snapshot.iter().map(|it| (it.meta.membership.0, &it.meta.membership.1));
        let log = self.image.log.iter().filter_map(|entry| match &entry.payload {
            Payload::Members(membership) => Some((entry.index, membership)),
            _ => None,
        });
        snapshot.chain(log)
    }
}

impl Scenario {
    /// Refuses a start that no run leads to.
    pub(super) fn check_possible(&self) -> Result<(), ScenarioError> {
        let opening = |node: NodeId| {
            let image = self.start_image(node);
            let commit = self.start_commit(node).unwrap_or(0).max(image.prev.0);
            Opening { node, image, commit }
        };
        let all: Vec<Opening> = self.first_nodes().into_iter().map(opening).collect();
        let holds = |rules: &[Rule]| !rules.iter().any(|rule| self.rules_off.contains(rule));
        if !holds(&ELECTIONS) {
            return Ok(());
        }
        all.iter().try_for_each(|leader| self.check_elected(leader, &all))?;
        if !holds(&LOGS) {
            return Ok(());
        }
        for (i, second) in all.iter().enumerate() {
            all[..i].iter().try_for_each(|first| check_log_matching(first, second))?;
        }
        if !holds(&COMMITMENT) {
            return Ok(());
        }
        for (i, second) in all.iter().enumerate() {
            all[..i].iter().try_for_each(|first| check_same_committed(first, second))?;
        }
        all.iter().try_for_each(|node| self.check_commit_is_kept(node, &all))
    }

    /// A leader in office was elected: a majority has reached its term, and can have voted for it.
    fn check_elected(&self, leader: &Opening, all: &[Opening]) -> Result<(), ScenarioError> {
        if self.start.get(&leader.node).and_then(|start| start.role) != Some(StartRole::Leader) {
            return Ok(());
        }
        let term = leader.image.hard_state.term;
        let why_not = |voter: &Opening| {
            let state = voter.image.hard_state;
            let candidate = state.voted_for.filter(|&candidate| state.term == term && candidate != leader.node);
            match candidate {
                Some(candidate) => Some(format!("start.{} voted for {candidate}", voter.node)),
                None => (state.term < term).then(|| format!("start.{} is in term {}", voter.node, state.term)),
            }
        };
        // It was elected by the members that it knew before the first entry of its term.
        let elected_by = self.newest(leader, |index| leader.term_at(index).is_some_and(|it| it < term));
        let may_have_voted = |node: NodeId| all.iter().any(|it| it.node == node && why_not(it).is_none());
        if [elected_by, self.newest(leader, |_| true)].iter().any(|members| members.is_quorum(may_have_voted)) {
            return Ok(());
        }
        let reasons: Vec<String> = all.iter().filter_map(why_not).collect();
        let why = format!("no majority can have elected it in term {term}: {}", reasons.join(", "));
        invalid(format!("start.{}.role", leader.node), why)
    }

    /// The newest configuration of a node among those with an index that counts.
    fn newest(&self, of: &Opening, counts: impl Fn(Index) -> bool) -> Membership {
        let found = of.configurations().filter(|&(index, _)| counts(index)).last();
        found.map_or_else(|| self.membership(), |(_, membership)| membership.clone())
    }

    /// What is committed is kept by a majority of some configuration that somebody knows.
    fn check_commit_is_kept(&self, node: &Opening, all: &[Opening]) -> Result<(), ScenarioError> {
        let index = node.commit;
        let Some(term) = node.term_at(index).filter(|_| index > 0) else { return Ok(()) };
        let first = self.membership();
        let mut known = std::iter::once(&first).chain(all.iter().flat_map(Opening::configurations).map(|it| it.1));
        let keeps = |voter: NodeId| all.iter().any(|it| it.node == voter && it.keeps(index, term));
        if known.any(|members| members.is_quorum(keeps)) {
            return Ok(());
        }
        let without = all.iter().filter(|it| first.is_voter(it.node) && !it.keeps(index, term));
        let without: Vec<String> = without.map(|it| format!("start.{}", it.node)).collect();
        let path = match index > node.image.prev.0 {
            true => format!("start.{}.commit", node.node),
            false => format!("start.{}.snapshot", node.node),
        };
        let why = format!(
            "entry {index} of term {term} cannot be committed: no majority has it, it is not in {}",
            without.join(", ")
        );
        invalid(path, why)
    }
}

/// Log Matching: two logs that have an entry of the same index and term are the same up to there.
fn check_log_matching(first: &Opening, second: &Opening) -> Result<(), ScenarioError> {
    let mut differ = None;
    for index in first.shared(second) {
        let found = (term_and_entry(&first.image, index), term_and_entry(&second.image, index));
        let (Some((one, entry)), Some((other, other_entry))) = found else { continue };
        let (here, there) = (second.place(index), first.place(index));
        match differ {
            _ if one != other => differ = differ.or(Some(index)),
            Some(before) => {
                let why = format!(
                    "entry {index} has the term of {there}, but the logs differ before it: {} and {}",
                    first.place(before),
                    second.place(before)
                );
                return invalid(here, why);
            }
            None if entry.zip(other_entry).is_some_and(|(entry, other)| entry != other) => {
                return invalid(here, format!("entry {index} has the term of {there}, but another content"));
            }
            None => {}
        }
    }
    Ok(())
}

/// State Machine Safety: what two nodes know to be committed is the same.
fn check_same_committed(first: &Opening, second: &Opening) -> Result<(), ScenarioError> {
    let both = first.commit.min(second.commit);
    let differ = |&index: &Index| index <= both && first.term_at(index) != second.term_at(index);
    if let Some(index) = first.shared(second).find(differ) {
        let why = format!("entry {index} is committed, and so is another one there: {}", first.place(index));
        return invalid(second.place(index), why);
    }
    match (&first.image.snapshot, &second.image.snapshot) {
        (Some(one), Some(other)) if one.meta.index == other.meta.index && one.data != other.data => {
            let why = format!("another state at index {both} than start.{}.snapshot", first.node);
            invalid(format!("start.{}.snapshot", second.node), why)
        }
        _ => Ok(()),
    }
}
