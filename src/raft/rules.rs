//! The rules that make Raft safe or live, each with a switch.
//!
//! A rule that is switched off shows why it is needed: the node does the natural wrong thing instead. One table
//! declares everything about a rule: its name, its field, its statement, and what a node does without it. Each field is
//! read at exactly one place in the engine.

use super::schema::string_enum;

/// Declares the rules: each with a statement and its source, a field, a name, and what a node does without it.
macro_rules! rules {
    ($(
        #[doc = $statement:literal]
        $field:ident: $rule:ident = $name:literal, off: $off:literal;
    )*) => {
        string_enum! {
            /// A rule of Raft.
            Rule { $( #[doc = $statement] $rule = $name ),* }
        }

        impl Rule {
            /// The statement of the rule, with its source.
            pub const fn statement(self) -> &'static str {
                match self { $( Rule::$rule => $statement ),* }.trim_ascii()
            }

            /// What a node does with the rule switched off, as a phrase whose subject is the node.
            pub const fn when_off(self) -> &'static str {
                match self { $( Rule::$rule => $off ),* }
            }
        }

        /// The rules that a node follows: all, unless some are switched off.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Rules { $( #[doc = $statement] pub $field: bool ),* }

        impl Rules {
            /// All rules on.
            pub const ALL_ON: Rules = Rules { $( $field: true ),* };

            /// Whether a rule is on.
            pub fn is_on(&self, rule: Rule) -> bool {
                match rule { $( Rule::$rule => self.$field ),* }
            }

            /// Switches a rule on or off.
            pub fn set(&mut self, rule: Rule, on: bool) {
                match rule { $( Rule::$rule => self.$field = on ),* }
            }
        }
    };
}

rules! {
    /// A decision needs more than half of the voters: two majorities have a voter in common (paper §5.2).
    majority: Majority = "majority",
        off: "commits and elects with ⌊n/2⌋ voters (at least one)";

    /// A node votes for at most one candidate in a term, first come, first served (paper §5.2).
    one_vote_per_term: OneVotePerTerm = "one-vote-per-term",
        off: "gives its vote to whoever asks, as if it had not voted yet";

    /// Term and vote are on stable storage before a node answers (paper Figure 2: persistent state).
    persist_vote: PersistVote = "persist-vote",
        off: "keeps term and vote in memory only";

    /// A vote goes only to a candidate whose log is at least as up to date as the voter's (paper §5.4.1).
    election_restriction: ElectionRestriction = "election-restriction",
        off: "votes whatever the candidate's log is";

    /// The later last term is more up to date; only of equal terms, the longer log is (paper §5.4.1).
    lexicographic_up_to_date: LexicographicUpToDate = "lexicographic-up-to-date",
        off: "demands a last term and a last index that are both not below its own";

    /// Only entries of the leader's own term are committed by counting replicas (paper §5.4.2, Figure 8).
    commit_own_term_only: CommitOwnTermOnly = "commit-own-term-only",
        off: "counts replicas of entries of earlier terms too";

    /// A message with a lower term is of the past, and is rejected (paper §5.1).
    reject_stale_term: RejectStaleTerm = "reject-stale-term",
        off: "handles a message of a lower term as if it were of the current one";

    /// An append is taken only if the log has an entry at prev with the same index and term (paper §5.3).
    log_matching_check: LogMatchingCheck = "log-matching-check",
        off: "looks only whether it has an entry at prev's index, of whatever term";

    /// A heartbeat is an append without entries: it is checked like any other (paper §5.2, Figure 2).
    check_heartbeats_too: CheckHeartbeatsToo = "check-heartbeats-too",
        off: "answers heartbeats with success unread, and takes the leader's commit index as it comes";

    /// The commit index goes no further than the last entry that this append proves (paper Figure 2, step 5).
    commit_only_what_is_proven: CommitOnlyWhatIsProven = "commit-only-what-is-proven",
        off: "commits up to the leader's commit index or the end of its own log";

    /// Nothing is removed unless an entry conflicts: an overtaken append undoes nothing (paper Figure 2, step 3).
    truncate_only_on_conflict: TruncateOnlyOnConflict = "truncate-only-on-conflict",
        off: "cuts its log after prev whenever it is sent entries";

    /// An entry that conflicts is removed, and all that follow it (paper §5.3, Figure 2, step 3).
    truncate_on_conflict: TruncateOnConflict = "truncate-on-conflict",
        off: "writes over the entries that conflict, and leaves what follows";

    /// Only a success raises match; a refusal says where to look next, and proves nothing (paper §5.3).
    match_needs_proof: MatchNeedsProof = "match-needs-proof",
        off: "takes a refusal's hint as matched";

    /// A new leader has proven nothing yet: match begins at 0 (paper Figure 2: matchIndex).
    match_starts_at_zero: MatchStartsAtZero = "match-starts-at-zero",
        off: "begins with match at the end of its own log";

    /// Where two logs agree is searched in all of the log, by both ends (paper §5.3).
    conflict_search_whole_log: ConflictSearchWholeLog = "conflict-search-whole-log",
        off: "looks back 50 entries for exactly prev's term; and a leader takes the hint as it comes";

    /// A stream at line rate reads from storage what its buffers lack (paper §5.3: the leader retries).
    refill_at_line_rate: RefillAtLineRate = "refill-at-line-rate",
        off: "sends at line rate only what is in its buffers";

    /// An RPC that fails is sent again after a while, not at once (paper §5.3: retries indefinitely).
    back_off_when_unreachable: BackOffWhenUnreachable = "back-off-when-unreachable",
        off: "sends again at once while the target is down";

    /// What is committed is applied from the log: in order, each entry once (paper §5.3).
    apply_from_storage: ApplyFromStorage = "apply-from-storage",
        off: "applies from a cache of what it appended, which a change of leader clears";

    /// A leader makes itself heard whatever else it does, also while it sends a snapshot (paper §5.2, §7).
    heartbeats_while_snapshotting: HeartbeatsWhileSnapshotting = "heartbeats-while-snapshotting",
        off: "sends no heartbeats from the need of a snapshot to its end";

    /// The chunks of one snapshot are put together in their order, and no others (paper §7, Figure 13).
    one_snapshot_per_stream: OneSnapshotPerStream = "one-snapshot-per-stream",
        off: "writes chunks wherever they say, of whichever snapshot";

    /// A snapshot of what a node has committed already tells it nothing (paper §7).
    ignore_old_snapshots: IgnoreOldSnapshots = "ignore-old-snapshots",
        off: "installs a snapshot at or below its commit index";

    /// Entries behind a snapshot stay if the log has the snapshot's last entry (paper Figure 13, step 6).
    keep_suffix_after_snapshot: KeepSuffixAfterSnapshot = "keep-suffix-after-snapshot",
        off: "drops the whole log when it installs a snapshot";

    /// A new leader begins its term with an entry of its own, to learn what is committed (paper §8).
    blank_entry_on_election: BlankEntryOnElection = "blank-entry-on-election",
        off: "begins its term without an entry";

    /// A leader lets a majority confirm that it still leads before it answers a read (paper §8).
    confirm_reads: ConfirmReads = "confirm-reads",
        off: "answers reads without asking anybody";

    /// From old members to new ones, a cluster goes through a configuration of both (paper §6).
    joint_consensus: JointConsensus = "joint-consensus",
        off: "switches from the old members to the new ones in one step";

    /// A node counts only in configurations that it belongs to (paper §6).
    count_members_only: CountMembersOnly = "count-members-only",
        off: "counts itself in configurations that it is not in, too";

    /// A configuration decides from the moment it is in the log, committed or not (paper §6).
    count_new_members: CountNewMembers = "count-new-members",
        off: "commits with the old members alone until the new configuration is committed";

    /// Entries are on stable storage before a follower answers (paper Figure 2: persistent state).
    sync_before_answer: SyncBeforeAnswer = "sync-before-answer",
        off: "answers before its entries are durable (term and vote still are)";

    /// A leader that sees a higher term in an answer steps down (paper §5.1).
    adopt_higher_term: AdoptHigherTerm = "adopt-higher-term",
        off: "goes on leading when an answer tells a higher term";

    /// Election timeouts are random, so that as a rule one node times out first (paper §5.2).
    randomized_timeouts: RandomizedTimeouts = "randomized-timeouts",
        off: "always waits election_timeout_min";

    /// Who hears a leader does not vote, nor adopt the candidate's term (paper §6, thesis §4.2.3).
    leader_stickiness: LeaderStickiness = "leader-stickiness",
        off: "votes although it hears a leader";

    /// A write that its client sends again is done once: sessions are part of the state (paper §8, thesis §6.3).
    client_sessions: ClientSessions = "client-sessions",
        off: "applies a write as often as it is in the log";
}

impl Default for Rules {
    fn default() -> Rules {
        Rules::ALL_ON
    }
}

impl Rules {
    /// All rules on except these.
    pub fn without(off: impl IntoIterator<Item = Rule>) -> Rules {
        let mut rules = Rules::default();
        off.into_iter().for_each(|rule| rules.set(rule, false));
        rules
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_is_of_one_rule() {
        assert_eq!(Rule::ALL.len(), 32);
        for &rule in Rule::ALL {
            let mut rules = Rules::without([rule]);
            let off: Vec<Rule> = Rule::ALL.iter().copied().filter(|&it| !rules.is_on(it)).collect();
            assert_eq!(off, [rule]);
            rules.set(rule, true);
            assert_eq!(rules, Rules::default());
        }
    }

    #[test]
    fn every_rule_is_a_sentence_with_its_source() {
        for rule in Rule::ALL {
            let statement = rule.statement();
            assert!(statement.ends_with(").") && statement.contains("(paper "), "{rule}: {statement}");
            assert!(!rule.when_off().is_empty(), "{rule}");
        }
    }
}
