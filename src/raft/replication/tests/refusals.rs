//! Refused appends: next, match and the hint (paper §5.3).

use super::*;

#[test]
fn a_refusal_lowers_next_and_leaves_match_alone() {
    // The leader of the paper's Figure 7, against its followers' hints.
    let leader = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
    for (what, (index, term), next) in [
        ("a", (9, 6), 10),
        ("b", (4, 4), 5),
        ("e", (7, 4), 6),
        ("f", (9, 3), 4),
        ("an empty log", (0, 0), 1),
        ("a hint beyond what was asked", (99, 6), 10),
        ("a hint of the far future", (Index::MAX, Term::MAX), 10),
        ("every term is higher", (5, 0), 1),
    ] {
        let mut rig = Rig::new(&leader, Config::default());
        assert_eq!(rig.indices(), (0, 11));
        rig.refuse(index, term);
        assert_eq!(rig.indices(), (0, next), "{what}");
        assert_eq!(rig.last_append().0, next - 1, "{what}: asks again at once");
        assert!(!rig.reports.iter().any(|it| matches!(it, StreamReport::UpdateMatchIndex(_))), "{what}");
    }
}

#[test]
fn without_a_hint_next_goes_down_one_by_one_and_never_below_match() {
    let mut rig = Rig::new(&[1, 1, 1], Config::default());
    for next in [3, 2, 1] {
        let rpc = rig.appends.last().unwrap().0;
        rig.answer(rpc, AppendResult::Conflict(None));
        assert_eq!(rig.indices(), (0, next));
    }
    let rpc = rig.appends.last().unwrap().0;
    rig.answer(rpc, AppendResult::Conflict(None));
    assert_eq!(rig.indices(), (0, 1), "index 0 is never refused; who does so is not heard");
}

#[test]
fn a_refusal_that_does_not_speak_of_the_present_next_is_ignored() {
    let mut rig = Rig::new(&[1, 1, 1, 1], Config::default());
    let first = rig.appends.last().unwrap().0;
    rig.time(60); // timed out, and sent again at 50
    rig.refuse(2, 1); // of the second
    assert_eq!(rig.indices(), (0, 3));
    rig.answer(first, AppendResult::Conflict(Some(ConflictHint { term: 1, index: 1 })));
    assert_eq!(rig.indices(), (0, 3));
    rig.succeed();
    assert_eq!(rig.indices().0, 5);
    let answered = rig.events.iter().filter(|it| matches!(it, Event::Answered { counted: false, .. })).count();
    assert_eq!(answered, 1);
}

#[test]
fn a_late_refusal_of_the_same_prev_frees_the_slot_of_the_repeated_one() {
    let mut rig = Rig::new(&[1, 1, 1, 1], Config::default());
    let first = rig.appends.last().unwrap().0;
    rig.time(60);
    let sent = rig.appends.len();
    rig.answer(first, AppendResult::Conflict(Some(ConflictHint { term: 1, index: 1 })));
    assert_eq!(rig.indices(), (0, 2));
    assert_eq!(rig.appends.len(), sent + 1, "the one in flight would only be refused again");
}

#[test]
fn a_target_that_refuses_what_it_promised_has_lost_it() {
    let mut rig = Rig::at_line_rate(&[1, 1, 1]); // match 4
    rig.time(50);
    rig.refuse(2, 1);
    assert!(rig.events.contains(&Event::MatchLost { node: 1, target: 2, from: 4, to: 2 }));
    assert_eq!((rig.indices(), rig.stream.state()), ((2, 3), StreamState::Lagging));
    assert!(rig.reports.contains(&StreamReport::MatchLost(2)));
}

#[test]
fn an_old_refusal_of_what_is_proven_by_now_is_no_loss() {
    let mut rig = Rig::new(&[1, 1], Config::default());
    let first = rig.appends.last().unwrap().0; // prev 2, not proven yet
    rig.time(60);
    rig.refuse(1, 1).succeed().succeed(); // the repeated one; then all is proven
    assert_eq!(rig.indices(), (3, 4));
    rig.answer(first, AppendResult::Conflict(Some(ConflictHint { term: 1, index: 1 })));
    assert_eq!(rig.indices(), (3, 4));
}
