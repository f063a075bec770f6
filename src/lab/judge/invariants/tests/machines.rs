//! Tests of State Machine Safety and `applied-once`.

use Invariant::{AppliedOnce, StateMachineSafety};

use super::*;

#[test]
fn different_entries_applied_at_one_index() {
    let rig = || Rig::with_logs(&[&[1, 1], &[1, 2], &[1, 1]]);
    let text = "S2 applied the entry of term 2 at index 2, where S1 had applied that of term 1.";
    breaks(rig(), events![apply(1, 1), apply(1, 2), apply(2, 1), apply(2, 2)], StateMachineSafety, text);
    is_fine(rig(), events![apply(1, 1), apply(1, 2), apply(2, 1), apply(3, 1), apply(3, 2)]);
    let events = events![append(1, entry(1, 1)), apply(1, 1), append(2, set(1, 1, "x", "other")), apply(2, 1)];
    let text = "S1 and S2 applied different entries at index 1, both of term 1.";
    breaks(Rig::new(), events, StateMachineSafety, text);
}

#[test]
fn a_snapshot_is_one_that_a_node_made() {
    let rig = || Rig::with_logs(&[&[1, 1], &[1, 1], &[]]);
    let made = || {
        let begun = node(Node::CompactionBegun { node: 1, index: 2 });
        let snapshot = snapshot(2, 1, "x=1.2\n");
        events![apply(1, 1), apply(1, 2), begun, node(Node::CompactionDone { node: 1, snapshot, first_index: 3 })]
    };
    is_fine(rig(), events![made(), install(3, snapshot(2, 1, "x=1.2\n"), false)]);
    let text = "S3 installed a snapshot up to entry 2 that no node has made.";
    breaks(rig(), events![made(), install(3, snapshot(2, 1, "x=1.1\n"), false)], StateMachineSafety, text);
    breaks(rig(), events![install(3, snapshot(2, 1, "x=1.2\n"), false)], StateMachineSafety, text);
}

#[test]
fn a_snapshot_holds_what_the_log_leads_to() {
    let rig = || Rig::with_logs(&[&[1, 1], &[1, 1], &[]]);
    let made = |data| {
        let begun = node(Node::CompactionBegun { node: 1, index: 1 });
        let done = node(Node::CompactionDone { node: 1, snapshot: snapshot(1, 1, data), first_index: 2 });
        // Entries applied while it is built are not included.
        events![apply(1, 1), begun, apply(1, 2), done]
    };
    is_fine(rig(), made("x=1.1\n"));
    let text = "S1 made a snapshot up to entry 1 that does not hold what its log leads to.";
    breaks(rig(), made("x=1.2\n"), StateMachineSafety, text);
}

#[test]
fn a_snapshot_of_another_history_than_was_applied() {
    let rig = || Rig::with_logs(&[&[1, 1], &[1, 2], &[]]);
    let made = |id, term| {
        let snapshot = snapshot(2, term, "");
        events![
            node(Node::CompactionDone { node: id, snapshot: snapshot.clone(), first_index: 3 }),
            install(3, snapshot, false)
        ]
    };
    let applied = || events![apply(1, 1), apply(1, 2)];
    is_fine(rig(), events![applied(), made(1, 1)]);
    let text = "S3 installed a snapshot that ends with an entry of term 2 at index 2, where S1 had applied \
                that of term 1.";
    breaks(rig(), events![applied(), made(2, 2)], StateMachineSafety, text);
}

#[test]
fn entries_are_applied_in_order_and_once() {
    let log: &[Term] = &[1, 1, 1, 1];
    let rig = || Rig::with_logs(&[log, log, log]);
    let two = || events![apply(1, 1), apply(1, 2)];
    is_fine(rig(), events![two(), apply(1, 3)]);
    let text = "S1 applied entry 4 right after entry 2, and none between them.";
    breaks(rig(), events![two(), apply(1, 4)], AppliedOnce, text);
    let text = "S1 applied entry 2 again, after it had applied entry 2.";
    breaks(rig(), events![two(), apply(1, 2)], AppliedOnce, text);
}

#[test]
fn a_restarted_node_applies_again_from_its_snapshot_on() {
    let log: &[Term] = &[1, 1, 1];
    let taken = snapshot(2, 1, "x=1.2\n");
    let rig = || Rig::with_logs(&[log, log, log]);
    let three = || events![apply(1, 1), apply(1, 2), apply(1, 3)];
    let made = || node(Node::CompactionDone { node: 1, snapshot: taken.clone(), first_index: 3 });
    let back = || {
        let kept = Image { prev: (2, 1), snapshot: Some(taken.clone()), log: vec![entry(3, 1)], ..Image::default() };
        events![crash(1, kept), starts(1, 0, None)]
    };
    is_fine(rig(), events![three(), made(), back(), apply(1, 3)]);
    let text = "S1 applied entry 2 again, after it had applied entry 2.";
    breaks(rig(), events![three(), made(), back(), apply(1, 2)], AppliedOnce, text);
    is_fine(rig(), events![three(), crash(1, image(0, None, log)), starts(1, 0, None), apply(1, 1)]);
}

#[test]
fn what_a_snapshot_takes_back_is_not_applied_again() {
    let log: &[Term] = &[1, 1, 1];
    let rig = || Rig::with_logs(&[log, log, log]);
    let made = node(Node::CompactionDone { node: 2, snapshot: snapshot(2, 1, ""), first_index: 3 });
    let events =
        events![made, apply(1, 1), apply(1, 2), apply(1, 3), install(1, snapshot(2, 1, ""), true), apply(1, 3)];
    breaks(rig(), events, AppliedOnce, "S1 applied entry 3 again, after it had applied entry 3.");
}
