//! AppendEntries at the receiver (paper §5.3).

use super::*;

#[test]
fn an_append_is_answered_with_what_it_proves_once_it_is_durable() {
    let mut rig = Rig::new(1, &[1, 1]);
    assert_eq!(rig.append(1, (2, 1), &[1, 1], 0), AppendResult::Success(4));
    rig.prompt = false;
    let token = rig.token();
    let request = AppendEntries {
        term: 1,
        leader: 2,
        prev_log_index: 4,
        prev_log_term: 1,
        leader_commit: 0,
        entries: vec![entry(5, 1)],
    };
    rig.input(Input::Append(token, request));
    assert_ne!(rig.appended.last().unwrap().0, token);
    rig.sync();
    assert_eq!(rig.appended.last().unwrap().1.result, AppendResult::Success(5));
}

#[test]
fn a_refusal_hints_at_the_last_place_where_the_logs_may_agree() {
    for (terms, prev, hint) in [
        (&[1, 1, 1, 4, 4, 4, 4][..], (10, 6), (7, 4)),         // Figure 7 (e)
        (&[1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3], (10, 6), (9, 3)), // Figure 7 (f)
        (&[1, 1, 1, 4], (10, 6), (4, 4)),
        (&[5, 5, 5], (3, 2), (0, 0)),
        (&[], (3, 2), (0, 0)),
    ] {
        let mut rig = Rig::new(9, terms);
        let expected = ConflictHint { index: hint.0, term: hint.1 };
        assert_eq!(rig.append(9, prev, &[9], 0), AppendResult::Conflict(Some(expected)), "{terms:?}");
        assert_eq!(rig.log(), terms, "a refusal changes nothing");
    }
}

#[test]
fn only_a_conflict_cuts_the_log() {
    let mut rig = Rig::new(1, &[1, 1]);
    rig.append(1, (2, 1), &[1, 1, 1], 0);
    assert_eq!(rig.append(1, (2, 1), &[1], 5), AppendResult::Success(3), "an older append, delayed");
    assert_eq!(rig.log(), [1, 1, 1, 1, 1], "what the later one brought stays");
    assert_eq!(rig.append(1, (0, 0), &[1], 0), AppendResult::Success(1));
    assert_eq!(rig.log().len(), 5);
    assert_eq!(rig.append(2, (3, 1), &[2], 0), AppendResult::Success(4));
    assert_eq!(rig.log(), [1, 1, 1, 2]);
    assert_eq!(rig.append(3, (0, 0), &[3], 0), AppendResult::Success(1), "before the log: everything agrees");
    assert_eq!(rig.log(), [3]);
}

#[test]
fn heartbeats_are_checked_too_and_commit_only_what_is_proven() {
    let mut rig = Rig::new(1, &[1, 1, 1]);
    assert!(matches!(rig.append(3, (9, 3), &[], 3), AppendResult::Conflict(_)));
    assert_eq!(rig.node.commit_index, 0, "a refused heartbeat commits nothing");
    assert_eq!(rig.append(3, (1, 1), &[], 3), AppendResult::Success(1));
    assert_eq!(rig.node.commit_index, 1, "entries 2 and 3 may be another leader's");
    assert_eq!(rig.append(3, (3, 1), &[], 99), AppendResult::Success(3));
    assert_eq!(rig.node.commit_index, 3);
    assert_eq!(rig.append(3, (3, 1), &[], 1), AppendResult::Success(3));
    assert_eq!(rig.node.commit_index, 3, "it never goes back");
}

#[test]
fn a_lower_term_is_refused_and_nothing_changes() {
    let mut rig = Rig::new(5, &[1]);
    assert_eq!(rig.append(4, (1, 1), &[4], 1), AppendResult::StaleTerm);
    assert_eq!((rig.log(), rig.node.commit_index, rig.node.leader), (vec![1], 0, None));
}

#[test]
fn nonsense_is_refused_and_never_panics() {
    let mut rig = Rig::new(1, &[1, 1]);
    let token = rig.token();
    let entries = vec![entry(9, 1), entry(4, 1), entry(0, 0)];
    let request =
        AppendEntries { term: 1, leader: 2, prev_log_index: 2, prev_log_term: 1, leader_commit: Index::MAX, entries };
    rig.input(Input::Append(token, request));
    assert!(matches!(rig.appended.last().unwrap().1.result, AppendResult::Conflict(_)));
    assert_eq!(rig.log(), [1, 1]);
    let far = AppendEntries {
        term: 1,
        leader: 2,
        prev_log_index: Index::MAX,
        prev_log_term: 1,
        leader_commit: 0,
        entries: vec![entry(1, 1)],
    };
    rig.input(Input::Append(token, far));
    assert_eq!(rig.log(), [1, 1]);
    rig.input(Input::Vote(
        token,
        VoteRequest {
            term: Term::MAX,
            candidate: 3,
            last_log_index: 9,
            last_log_term: 9,
            pre_vote: false,
            transfer: false,
        },
    ));
    rig.input(Input::VoteResponse {
        voter: 3,
        term: 1,
        response: VoteResponse { term: Term::MAX, granted: true, pre_vote: false },
    });
    rig.input(Input::Campaign);
    assert_eq!(rig.node.term(), 2, "a term that no cluster gets to is not adopted");
}
