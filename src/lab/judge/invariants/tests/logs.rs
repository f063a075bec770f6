//! Tests of Leader Append-Only, Log Matching, Leader Completeness and `match-is-true`.

use Invariant::{LeaderAppendOnly, LeaderCompleteness, LogMatching, MatchIsTrue};

use super::*;

#[test]
fn a_leader_only_appends() {
    let rig = || Rig::with_logs(&[&[1, 1, 1], &[1, 1, 1], &[1, 1, 1]]);
    let text = "S1 leads term 2 and removed entries 2 to 3 of its own log.";
    breaks(rig(), events![leads(1, 2), truncate(1, 2, 3)], LeaderAppendOnly, text);
    let text = "S1 leads term 2 and wrote over entries 2 to 3 of its own log.";
    breaks(rig(), events![leads(1, 2), append(1, entry(2, 2))], LeaderAppendOnly, text);
    let text = "S1 leads term 2 and put a snapshot in place of entry 3 of its own log.";
    breaks(rig(), events![leads(1, 2), install(1, snapshot(2, 1, ""), false)], LeaderAppendOnly, text);
    is_fine(rig(), events![leads(1, 2), append(1, entry(4, 2)), follows(1, 3), truncate(1, 2, 4)]);
}

#[test]
fn entries_of_the_same_index_and_term_are_the_same() {
    let text = "S1 and S2 have different entries 1, both of term 1.";
    let events = events![append(2, entry(1, 1)), append(1, set(1, 1, "x", "other"))];
    breaks(Rig::new(), events, LogMatching, text);
    is_fine(Rig::new(), events![append(2, entry(1, 1)), append(1, entry(1, 1))]);
    is_fine(Rig::new(), events![append(2, entry(1, 1)), append(1, entry(1, 2))]);
}

#[test]
fn logs_that_meet_in_an_entry_agree_before_it() {
    let events = || {
        let first = events![append(1, entry(1, 1)), append(1, entry(2, 1)), append(1, entry(3, 3))];
        events![first, append(2, entry(1, 1)), append(2, entry(2, 2))]
    };
    let text = "S1 and S2 both have entry 3 of term 3, but their logs differ before it, at entry 2.";
    breaks(Rig::new(), events![events(), append(2, entry(3, 3))], LogMatching, text);
    is_fine(Rig::new(), events![events(), truncate(2, 2, 2), append(2, entry(2, 1)), append(2, entry(3, 3))]);
}

#[test]
fn an_entry_that_is_written_over_changes_the_past_of_those_behind_it() {
    let rig = || Rig::with_logs(&[&[1, 1, 3], &[1, 1, 3], &[]]);
    let text = "S1 and S2 both have entry 3 of term 3, but their logs differ before it, at entry 2.";
    breaks(rig(), events![append(2, entry(2, 2))], LogMatching, text);
}

#[test]
fn compaction_and_snapshots_keep_the_past() {
    let terms: &[Term] = &[1, 1, 2, 2];
    let done = |id| {
        let snapshot = snapshot(3, 2, "x=2.3\n");
        node(Node::CompactionDone { node: id, snapshot, first_index: 4 })
    };
    let rig = || Rig::with_logs(&[terms, terms, &[]]);
    let events = || events![commit(1, 0, 3), done(1), install(3, snapshot(3, 2, "x=2.3\n"), false)];
    is_fine(rig(), events![events(), append(3, entry(4, 2)), append(2, entry(5, 3)), append(3, entry(5, 3))]);
    let other = events![events(), append(3, set(4, 2, "x", "other"))];
    breaks(rig(), other, LogMatching, "S1 and S3 have different entries 4, both of term 2.");
}

#[test]
fn what_comes_back_from_the_disk_is_compared() {
    let rig = || Rig::with_logs(&[&[1, 2], &[1], &[]]);
    // Node 1 removed its entry, but not durably; meanwhile node 2 created one of the same term.
    let events = || events![truncate(1, 2, 2), append(1, entry(2, 3)), append(2, set(2, 2, "x", "other"))];
    let text = "S1 and S2 have different entries 2, both of term 2.";
    breaks(rig(), events![events(), crash(1, image(2, None, &[1, 2]))], LogMatching, text);
    is_fine(rig(), events![events(), crash(1, image(3, None, &[1, 3]))]);
}

/// The paper's Figure 8, from (b) on: entry 2 of term 2 is on a majority when node 1 leads again, in term 4.
fn figure_8() -> (Rig, Vec<Event>) {
    let rig = Rig::with_logs(&[&[1, 2], &[1, 2], &[1], &[1], &[1, 3]]);
    let c = events![leads(1, 4), append(1, entry(3, 4)), append(3, entry(2, 2))];
    (rig, c)
}

#[test]
fn figure_8_with_an_entry_of_an_earlier_term_counted() {
    let (rig, c) = figure_8();
    let text = "S5 leads term 5 without entry 2 of term 2, which S1 committed in term 4.";
    breaks(rig, events![c, commit(1, 0, 2), leads(5, 5)], LeaderCompleteness, text);
    // Not committed, so it may be lost.
    let (rig, c) = figure_8();
    is_fine(rig, events![c, leads(5, 5)]);
    // With an entry of its own term it is safe: node 5 cannot be elected, node 3 can.
    let (rig, c) = figure_8();
    is_fine(rig, events![c, append(3, entry(3, 4)), append(2, entry(3, 4)), commit(1, 0, 3), leads(3, 5)]);
}

#[test]
fn a_deposed_leader_may_learn_late_that_an_entry_was_committed() {
    let rig = || Rig::with_logs(&[&[1], &[1], &[]]);
    is_fine(rig(), events![leads(1, 1), leads(2, 2), commit(1, 0, 1)]);
    let text = "S3 leads term 2 without entry 1 of term 1, which S1 committed in term 1.";
    breaks(rig(), events![leads(1, 1), leads(3, 2), commit(1, 0, 1)], LeaderCompleteness, text);
}

#[test]
fn a_match_is_what_the_target_has_durably() {
    let office = |id: NodeId| events![leads(1, 2), stream(1, id)];
    let both = || events![durable(&[1, 2], 1, 1), durable(&[1], 2, 2)];
    is_fine(Rig::new(), events![both(), office(2), durable(&[2], 2, 2), matched(1, 2, 2)]);
    let text = "S1 takes it as proven that S2 has its log up to 2, but their logs agree up to 1 only.";
    breaks(Rig::new(), events![both(), office(2), matched(1, 2, 2)], MatchIsTrue, text);
    let text = "S1 takes it as proven that S2 has its log up to 2, but only entries up to 1 are durable there.";
    breaks(Rig::new(), events![both(), office(2), append(2, entry(2, 2)), matched(1, 2, 2)], MatchIsTrue, text);
    let text = "S1 takes it as proven that S3 has its log up to 1, but their logs agree in nothing.";
    breaks(Rig::new(), events![both(), office(3), matched(1, 3, 1)], MatchIsTrue, text);
}

#[test]
fn a_match_stays_true_until_the_target_adopts_a_higher_term() {
    let proven = || events![durable(&[1, 2], 1, 1), leads(1, 2), stream(1, 2), matched(1, 2, 1)];
    let text = "S1 takes it as proven that S2 has its log up to 1, but their logs agree in nothing.";
    breaks(Rig::new(), events![proven(), truncate(2, 1, 1)], MatchIsTrue, text);
    breaks(Rig::new(), events![proven(), crash(2, image(2, None, &[]))], MatchIsTrue, text);
    is_fine(Rig::new(), events![proven(), adopts(2, 2, 3), truncate(2, 1, 1)]);
    is_fine(Rig::new(), events![proven(), crash(2, image(2, None, &[1]))]);
}

#[test]
fn a_snapshot_that_is_not_durable_yet_leaves_the_old_log_on_the_disk() {
    let terms: &[Term] = &[1, 1, 1, 1];
    let taken = snapshot(4, 1, "x=1.4\n");
    let made = || node(Node::CompactionDone { node: 1, snapshot: taken.clone(), first_index: 5 });
    let proven = || events![leads(1, 2), stream(1, 2), made(), matched(1, 2, 2), install(2, taken.clone(), false)];
    let rig = || Rig::with_logs(&[terms, &[1, 1], &[]]);
    is_fine(rig(), proven());
    is_fine(rig(), events![proven(), node(Node::Durable { node: 2, index: 4 }), matched(1, 2, 4)]);
    let text = "S1 takes it as proven that S2 has its log up to 4, but only entries up to 2 are durable there.";
    breaks(rig(), events![proven(), matched(1, 2, 4)], MatchIsTrue, text);
}
