//! Tests of acknowledged writes, and of linearizability on client events.

use ClientResult::{NotMatched, Ok, Refused, Sent, Unknown};
use Invariant::{AcknowledgedKept, Linearizable};

use super::*;

/// Node 1 of three leads term 1; its entry 1 is on nodes 1 and 2, committed and acknowledged.
fn acknowledged() -> Vec<Event> {
    events![leads(1, 1), durable(&[1, 2], 1, 1), commit(1, 0, 1), apply(1, 1), write(1, "1.1", Ok, Some(1))]
}

#[test]
fn an_acknowledged_write_is_in_the_log_of_every_later_leader() {
    let text = "The write x = 1.1, acknowledged as entry 1, is not in the log of S3, which leads term 2.";
    breaks(Rig::new(), events![acknowledged(), leads(3, 2)], AcknowledgedKept, text);
    is_fine(Rig::new(), events![acknowledged(), leads(2, 2)]);
    is_fine(Rig::new(), events![acknowledged(), append(3, entry(1, 1)), leads(3, 2)]);
}

#[test]
fn an_acknowledged_write_stays_on_a_majority() {
    let text = "The write x = 1.1, acknowledged as entry 1, is lost on S2: only S1 of 3 still has it, which is \
                no majority.";
    breaks(Rig::new(), events![acknowledged(), truncate(2, 1, 1)], AcknowledgedKept, text);
    breaks(Rig::new(), events![acknowledged(), crash(2, image(1, None, &[]))], AcknowledgedKept, text);
    is_fine(Rig::new(), events![acknowledged(), crash(2, image(1, None, &[1]))]);
    // A third copy that was not durable did not count.
    is_fine(Rig::new(), events![acknowledged(), append(3, entry(1, 1)), crash(3, image(1, None, &[]))]);
}

#[test]
fn the_first_write_that_is_lost_is_named() {
    let more =
        events![durable(&[1, 2], 2, 1), commit(1, 1, 2), apply(1, 2), write(2, "1.2", Ok, Some(2)), truncate(2, 1, 2)];
    let text = "The write x = 1.1, acknowledged as entry 1, is lost on S2: only S1 of 3 still has it, which is \
                no majority.";
    breaks(Rig::new(), events![acknowledged(), more], AcknowledgedKept, text);
}

#[test]
fn what_was_not_acknowledged_may_be_lost() {
    let events = events![leads(1, 1), durable(&[1, 2], 1, 1), write(1, "1.1", Sent, None), truncate(2, 1, 1)];
    is_fine(Rig::new(), events![events, leads(3, 2)]);
}

#[test]
fn the_majority_is_one_of_the_newest_committed_configuration() {
    let members = Entry::new(2, 1, Payload::Members(Membership::new([1, 2], [])));
    let members = Arc::new(members);
    let two = |commits: bool| {
        let shrink = events![append(1, members.clone()), append(2, members.clone())];
        events![
            acknowledged(),
            append(3, entry(1, 1)),
            shrink,
            commits.then(|| commit(1, 1, 2)).map_or(vec![], |it| vec![it])
        ]
    };
    // Of three nodes, two still have it; of two nodes, one is no majority.
    is_fine(Rig::new(), events![two(false), truncate(2, 1, 2)]);
    let text = "The write x = 1.1, acknowledged as entry 1, is lost on S2: only S1 of 2 still has it, which is \
                no majority.";
    breaks(Rig::new(), events![two(true), truncate(2, 1, 2)], AcknowledgedKept, text);
}

#[test]
fn what_is_acknowledged_is_committed_and_the_same() {
    let rig = || Rig::with_logs(&[&[1], &[1], &[1]]);
    let text = "The write x = 1.1 was acknowledged as entry 1, which nobody has committed.";
    breaks(rig(), events![write(1, "1.1", Ok, Some(1))], AcknowledgedKept, text);
    let text = "The write x = other was acknowledged as entry 1, but another is committed there.";
    breaks(rig(), events![commit(1, 0, 1), write(1, "other", Ok, Some(1))], AcknowledgedKept, text);
    is_fine(rig(), events![commit(1, 0, 1), write(1, "1.1", Ok, Some(1))]);
}

#[test]
fn a_read_that_is_too_old() {
    let events = |value| {
        let written = events![write(1, "1", Sent, None), write(1, "1", Ok, None)];
        events![written, write(2, "2", Sent, None), write(2, "2", Ok, None), read(3, Sent, None), read(3, Ok, value)]
    };
    is_fine(Rig::new(), events(Some("2")));
    let text = "Client 2 read x = 1 (request 3), and no order of the requests explains that.";
    breaks(Rig::new(), events(Some("1")), Linearizable, text);
    let text = "Client 2 read that x has no value (request 3), and no order of the requests explains that.";
    breaks(Rig::new(), events(None), Linearizable, text);
}

#[test]
fn a_write_of_which_nobody_knows_may_take_effect_late_or_never() {
    let lost = || events![write(1, "1", Sent, None), write(1, "1", Unknown, None)];
    is_fine(Rig::new(), events![lost(), read(2, Ok, None), read(3, Ok, Some("1"))]);
    let text = "Client 2 read that x has no value (request 3), and no order of the requests explains that.";
    breaks(Rig::new(), events![lost(), read(2, Ok, Some("1")), read(3, Ok, None)], Linearizable, text);
}

#[test]
fn a_refused_write_was_never_read() {
    let events = events![write(1, "1", Sent, None), read(2, Ok, Some("1"))];
    is_fine(Rig::new(), events.clone());
    let text = "Client 1 was told that its write x = 1 is not done, but it was read (request 1).";
    breaks(Rig::new(), events![events, write(1, "1", Refused, None)], Linearizable, text);
}

#[test]
fn a_compare_and_set_needs_the_value_that_it_expects() {
    let one = || events![write(1, "1", Sent, None), write(1, "1", Ok, None)];
    let swap = |expected: Option<&'static str>, result| {
        let only_if = Some(expected);
        events![compared(2, Some("2"), only_if, Sent), compared(2, Some("2"), only_if, result)]
    };
    is_fine(Rig::new(), events![one(), swap(Some("1"), Ok), read(3, Ok, Some("2"))]);
    is_fine(Rig::new(), events![one(), swap(Some("0"), NotMatched), read(3, Ok, Some("1"))]);
    is_fine(Rig::new(), events![swap(None, Ok), read(3, Ok, Some("2"))]);
    let text =
        "Client 1 was told that the key had the value for its write x = 2 if 0 (request 2), and no order of the \
                requests explains that.";
    breaks(Rig::new(), events![one(), swap(Some("0"), Ok)], Linearizable, text);
    let text =
        "Client 1 was told that the key had another value for its write x = 2 if 1 (request 2), and no order of \
                the requests explains that.";
    breaks(Rig::new(), events![one(), swap(Some("1"), NotMatched)], Linearizable, text);
    let text = "Client 2 read x = 2 (request 3), and no order of the requests explains that.";
    breaks(Rig::new(), events![one(), swap(Some("0"), NotMatched), read(3, Ok, Some("2"))], Linearizable, text);
}

#[test]
fn a_deletion_leaves_nothing_to_read() {
    let gone = || {
        let one = events![write(1, "1", Sent, None), write(1, "1", Ok, None)];
        events![one, compared(2, None, None, Sent), compared(2, None, None, Ok)]
    };
    is_fine(Rig::new(), events![gone(), read(3, Ok, None)]);
    let text = "Client 2 read x = 1 (request 3), and no order of the requests explains that.";
    breaks(Rig::new(), events![gone(), read(3, Ok, Some("1"))], Linearizable, text);
    let refused = events![compared(2, None, None, Sent), read(3, Ok, None), compared(2, None, None, Refused)];
    let one = events![write(1, "1", Sent, None), write(1, "1", Ok, None), read(4, Ok, Some("1"))];
    let text = "Client 1 was told that its write x = nothing is not done, but it was read (request 2).";
    breaks(Rig::new(), events![one, refused], Linearizable, text);
}

#[test]
fn what_is_acknowledged_is_the_same_kind_of_write() {
    let rig = || Rig::with_logs(&[&[1], &[1], &[1]]);
    let acknowledged = |value, only_if: Option<&'static str>| {
        let mut event = compared(1, value, only_if.map(Some), Ok);
        if let Event::Lab(LabEvent::Client { index, .. }) = &mut event {
            *index = Some(1);
        }
        events![commit(1, 0, 1), event]
    };
    let text = "The write x = 1.1 if 0 was acknowledged as entry 1, but another is committed there.";
    breaks(rig(), acknowledged(Some("1.1"), Some("0")), AcknowledgedKept, text);
    let text = "The write x = nothing was acknowledged as entry 1, but another is committed there.";
    breaks(rig(), acknowledged(None, None), AcknowledgedKept, text);
    is_fine(rig(), acknowledged(Some("1.1"), None));
}
