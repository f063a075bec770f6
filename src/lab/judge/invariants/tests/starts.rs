//! The initial state of a run violates no invariant by itself.

use Invariant::{LeaderCompleteness, Linearizable, LogMatching, StateMachineSafety};

use super::*;

#[test]
fn logs_of_a_start_that_contradict_each_other_are_taken_as_they_are() {
    // Entry 3 of term 3 in two logs that differ before it: no run of Raft leads there.
    let rig = || Rig::with_logs(&[&[1, 1, 3], &[1, 2, 3], &[]]);
    is_fine(rig(), events![append(1, entry(4, 4)), append(2, entry(4, 4))]);
    is_fine(rig(), events![append(3, entry(1, 1)), append(3, entry(2, 1)), append(3, entry(3, 3))]);
    is_fine(rig(), events![leads(1, 4), stream(1, 2), matched(1, 2, 3)]);
    // From there on the invariants apply.
    let differ = events![append(1, entry(4, 4)), append(2, set(4, 4, "x", "other"))];
    let text = "S1 and S2 both have entry 4 of term 4, but their logs differ before it, at entry 2.";
    breaks(rig(), differ, LogMatching, text);
    let text = "S2 applied the entry of term 2 at index 2, where S1 had applied that of term 1.";
    breaks(rig(), events![apply(1, 1), apply(1, 2), apply(2, 1), apply(2, 2)], StateMachineSafety, text);
}

#[test]
fn a_snapshot_of_a_start_has_the_past_of_the_log_that_it_stands_for() {
    let rig = || Rig::with_images(vec![(1, image(1, None, &[1, 1])), (2, only_snapshot(snapshot(2, 1, "x=1.2\n")))]);
    is_fine(rig(), events![append(1, entry(3, 2)), append(2, entry(3, 2))]);
    is_fine(rig(), events![leads(1, 2), stream(1, 2), matched(1, 2, 2)]);
    // Entries included in a snapshot are committed.
    let empty = || Rig::with_images(vec![(1, image(1, None, &[1])), (2, only_snapshot(snapshot(2, 1, "")))]);
    let text = "S1 leads term 2 without entry 2, which S2 committed in term 1.";
    breaks(empty(), leads(1, 2).into(), LeaderCompleteness, text);
}

#[test]
fn nobody_has_the_entries_of_a_snapshot() {
    let taken = || only_snapshot(snapshot(2, 1, "x=1.2\n"));
    let rig = || Rig::with_images(vec![(1, taken()), (2, taken()), (3, image(0, None, &[]))]);
    let both = || events![append(1, entry(3, 2)), append(2, entry(3, 2)), apply(1, 3), apply(2, 3)];
    is_fine(rig(), both());
    let other = events![install(3, snapshot(2, 1, "x=1.2\n"), false), append(3, entry(3, 2)), apply(3, 3)];
    is_fine(rig(), events![both(), other]);
}

#[test]
fn what_a_start_holds_may_be_read() {
    let rig = || Rig::with_images(vec![(1, only_snapshot(snapshot(2, 1, "x=7\n"))), (2, image(1, None, &[1]))]);
    is_fine(rig(), events![read(1, ClientResult::Ok, Some("7"))]);
    // An entry that is not committed may take effect, or not.
    is_fine(rig(), events![read(1, ClientResult::Ok, Some("7")), read(2, ClientResult::Ok, Some("1.1"))]);
    let text = "Client 2 read x = 8 (request 1), and no order of the requests explains that.";
    breaks(rig(), events![read(1, ClientResult::Ok, Some("8"))], Linearizable, text);
}
