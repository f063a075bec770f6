//! Membership changes (paper §6).

use super::*;

#[test]
fn a_configuration_holds_from_its_append_and_goes_with_its_entry() {
    let mut rig = Rig::new(1, &[1]);
    let five = Membership::new(1..=5, []);
    let with = Arc::new(Entry::new(2, 1, Payload::Members(five.clone())));
    let token = rig.token();
    rig.input(Input::Append(
        token,
        AppendEntries {
            term: 1,
            leader: 2,
            prev_log_index: 1,
            prev_log_term: 1,
            leader_commit: 0,
            entries: vec![with],
        },
    ));
    assert_eq!(rig.node.membership(), &five);
    rig.append(2, (1, 1), &[2], 0);
    assert_eq!(rig.node.membership(), &Membership::new(1..=3, []));
}

fn members(voters: &[&[NodeId]], learners: &[NodeId]) -> Membership {
    let set = |nodes: &[NodeId]| nodes.iter().copied().collect();
    Membership { voters: voters.iter().map(|nodes| set(nodes)).collect(), learners: set(learners) }
}

#[test]
fn new_voters_catch_up_as_learners_and_then_the_cluster_goes_through_the_joint_configuration() {
    let mut rig = Rig::new(1, &[1]);
    rig.lead().everyone_matched();
    rig.input(Input::ChangeMembers(50, [1, 2, 3, 4, 5].into(), None));
    assert_eq!(rig.node.membership(), &members(&[&[1, 2, 3]], &[4, 5]));
    assert_eq!(rig.streams, [2, 3, 4, 5]);
    let last = rig.node.terms.last_index();
    rig.matched(2, last).matched(4, last);
    assert_eq!(rig.node.membership().voters.len(), 1, "5 has not caught up");
    rig.matched(5, last);
    assert_eq!(rig.node.membership(), &members(&[&[1, 2, 3], &[1, 2, 3, 4, 5]], &[]));

    let joint = rig.node.terms.last_index();
    rig.matched(4, joint).matched(5, joint);
    assert!(rig.node.commit_index < joint, "three of five, but one of three");
    rig.matched(2, joint);
    assert_eq!(rig.node.commit_index, joint);
    assert_eq!(rig.node.membership(), &members(&[&[1, 2, 3, 4, 5]], &[]));
    assert_eq!(rig.changes, []);
    rig.everyone_matched();
    assert_eq!(rig.changes, [(50, MembersResult::Done)]);
}

#[test]
fn changes_that_make_no_sense_are_refused_each_with_its_own_word() {
    let mut rig = Rig::new(1, &[1]);
    rig.input(Input::ChangeMembers(1, [1].into(), None));
    rig.lead().everyone_matched();
    rig.input(Input::ChangeMembers(2, [].into(), None));
    rig.input(Input::ChangeMembers(3, [1, 2, 3].into(), None));
    rig.input(Input::AddLearner(4, 2));
    rig.input(Input::AddLearner(5, 9)).input(Input::ChangeMembers(6, [1, 2].into(), None));
    use MembersResult::{Empty, InProgress, NoChange, NotLeader};
    assert_eq!(rig.changes, [(1, NotLeader), (2, Empty), (3, NoChange), (4, NoChange), (6, InProgress)]);
    rig.everyone_matched();
    assert_eq!(rig.changes.last(), Some(&(5, MembersResult::Done)));
    assert_eq!(rig.node.membership(), &members(&[&[1, 2, 3]], &[9]));
}

#[test]
fn a_removed_leader_leads_without_counting_itself_and_steps_down_at_the_end() {
    let mut rig = Rig::new(1, &[1]);
    rig.lead().everyone_matched();
    rig.input(Input::ChangeMembers(1, [2, 3].into(), None));
    let joint = rig.node.terms.last_index();
    rig.matched(2, joint);
    assert!(rig.node.commit_index < joint, "of the new members, one of two");
    rig.matched(3, joint);
    assert_eq!((rig.node.commit_index, rig.node.role()), (joint, Role::Leader));
    assert_eq!(rig.node.membership(), &members(&[&[2, 3]], &[]));
    rig.matched(2, joint + 1);
    assert_eq!(rig.node.commit_index, joint, "itself does not count");
    rig.matched(3, joint + 1);
    assert_eq!((rig.node.commit_index, rig.node.role()), (joint + 1, Role::Learner));
    assert_eq!(rig.changes, [(1, MembersResult::Done)]);
    rig.input(Input::Campaign);
    assert_eq!(rig.node.role(), Role::Learner, "who has no vote does not campaign");
}

#[test]
fn a_removed_follower_is_told_and_let_go_or_given_up() {
    for knows in [true, false] {
        let mut rig = Rig::new(1, &[1]);
        rig.lead().everyone_matched();
        rig.input(Input::ChangeMembers(1, [1, 2].into(), None));
        rig.everyone_matched();
        assert_eq!((rig.node.membership(), &rig.streams[..]), (&members(&[&[1, 2]], &[]), &[2, 3][..]));
        if knows {
            let last = rig.node.terms.last_index();
            rig.matched(3, last);
            assert_eq!(rig.streams, [2, 3], "it has the entry, and does not know that it is committed");
            rig.matched(2, last);
            let term = rig.node.term();
            rig.input(Input::StreamReport { target: 3, term, report: StreamReport::Heard { heartbeat_round: 0 } });
            assert_eq!(rig.streams, [2, 3], "that left before the commit");
            rig.input(Input::StreamReport { target: 3, term, report: StreamReport::Heard { heartbeat_round: 1 } });
        } else {
            rig.now = Micros::from_ms(300);
            rig.input(Input::DeadlineReached);
        }
        assert_eq!(rig.streams, [2]);
    }
}

#[test]
fn whoever_leads_when_a_joint_configuration_commits_finishes_it() {
    let mut rig = Rig::new(1, &[1]);
    let joint = members(&[&[1, 2, 3], &[1, 2]], &[]);
    let entry = Arc::new(Entry::new(2, 1, Payload::Members(joint)));
    let request = AppendEntries {
        term: 1,
        leader: 2,
        prev_log_index: 1,
        prev_log_term: 1,
        leader_commit: 0,
        entries: vec![entry],
    };
    rig.input(Input::Append(1, request));
    rig.input(Input::Campaign).vote_from(2, true);
    assert_eq!(rig.node.role(), Role::Leader);
    rig.matched(2, 3);
    assert_eq!(rig.node.membership(), &members(&[&[1, 2]], &[]));
}

#[test]
fn a_learner_that_becomes_a_voter_follows_and_one_that_no_longer_is_learns() {
    let mut rig = Rig::new(1, &[1]);
    let append = |rig: &mut Rig, term, index, membership| {
        let entry = Arc::new(Entry::new(index, term, Payload::Members(membership)));
        let request = AppendEntries {
            term,
            leader: 2,
            prev_log_index: index - 1,
            prev_log_term: 1,
            leader_commit: 0,
            entries: vec![entry],
        };
        rig.input(Input::Append(index, request));
    };
    append(&mut rig, 1, 2, members(&[&[2, 3]], &[1]));
    assert_eq!(rig.node.role(), Role::Follower, "it may still be needed");
    assert!(rig.node.next_deadline().is_some());
    rig.append(1, (2, 1), &[], 2);
    assert_eq!((rig.node.role(), rig.node.next_deadline()), (Role::Learner, None), "it is committed");
    rig.append(1, (2, 1), &[1], 3);
    append(&mut rig, 1, 4, members(&[&[1, 2, 3]], &[]));
    assert_eq!(rig.node.role(), Role::Follower, "committed or not");
    rig.append(2, (3, 1), &[2], 3);
    assert_eq!((rig.node.role(), rig.node.next_deadline()), (Role::Learner, None), "and undone by truncation");
}

#[test]
fn no_configuration_is_appended_during_a_transfer() {
    let mut rig = Rig::new(1, &[1]);
    rig.lead().everyone_matched();
    rig.input(Input::ChangeMembers(1, [1, 2].into(), None));
    rig.input(Input::Transfer(3)).input(Input::AddLearner(2, 9));
    assert_eq!(rig.changes, [(2, MembersResult::Transferring)]);
    rig.everyone_matched();
    let joint = members(&[&[1, 2, 3], &[1, 2]], &[]);
    assert_eq!(rig.node.membership(), &joint, "committed, but not followed by the new one");
    rig.now = Micros::from_ms(300);
    rig.input(Input::DeadlineReached);
    assert_eq!(rig.node.membership(), &members(&[&[1, 2]], &[]), "the transfer was given up");
}

#[test]
fn a_newer_change_takes_the_place_of_one_that_waits_for_newcomers() {
    let mut rig = Rig::new(1, &[1]);
    rig.lead().everyone_matched();
    rig.input(Input::ChangeMembers(1, [1, 2, 3, 4, 5].into(), None));
    rig.input(Input::ChangeMembers(2, [1, 2, 4].into(), Some([3].into())));
    assert_eq!(rig.changes, [(1, MembersResult::Superseded)]);
    assert_eq!(rig.node.membership(), &members(&[&[1, 2, 3]], &[4]), "5 leaves, 4 is still to come");
    rig.everyone_matched();
    assert_eq!(rig.node.membership(), &members(&[&[1, 2, 3], &[1, 2, 4]], &[3]), "3 is demoted");
    rig.input(Input::AddLearner(3, 9));
    assert_eq!(rig.changes.last(), Some(&(3, MembersResult::InProgress)), "a change past catching up is finished");
    rig.everyone_matched().everyone_matched();
    assert_eq!(rig.node.membership(), &members(&[&[1, 2, 4]], &[3]));
    assert_eq!(rig.changes.last(), Some(&(2, MembersResult::Done)));
}

#[test]
fn a_change_back_to_what_is_removes_the_newcomers() {
    let mut rig = Rig::new(1, &[1]);
    rig.lead().everyone_matched();
    rig.input(Input::ChangeMembers(1, [1, 2, 3, 4].into(), None));
    let last = rig.node.terms.last_index();
    rig.matched(2, last);
    rig.input(Input::ChangeMembers(2, [1, 2, 3].into(), None));
    assert_eq!(rig.node.membership(), &members(&[&[1, 2, 3]], &[]));
    rig.everyone_matched();
    assert_eq!(rig.changes, [(1, MembersResult::Superseded), (2, MembersResult::Done)]);
}

#[test]
fn a_change_ends_when_a_new_voter_is_not_heard_for_too_long() {
    let mut rig = Rig::new(1, &[1]);
    rig.lead().everyone_matched();
    rig.input(Input::ChangeMembers(1, [1, 2, 3, 4].into(), None));
    let term = rig.node.term();
    let heard = Input::StreamReport { target: 4, term, report: StreamReport::Heard { heartbeat_round: 0 } };
    rig.now = Micros::from_ms(20_000);
    rig.input(heard);
    rig.now = Micros::from_ms(49_999);
    rig.input(Input::DeadlineReached);
    assert_eq!(rig.changes, []);
    rig.now = Micros::from_ms(50_000);
    rig.input(Input::DeadlineReached);
    assert_eq!(rig.changes, [(1, MembersResult::TimedOut)]);
    assert_eq!(rig.node.membership(), &members(&[&[1, 2, 3]], &[]));
}

#[test]
fn a_change_that_has_not_begun_is_known_to_be_undone() {
    for (newcomer, result) in [(Some(4), MembersResult::NotBegun), (None, MembersResult::Unknown)] {
        let mut rig = Rig::new(1, &[1]);
        rig.lead().everyone_matched();
        let voters = [1, 2].into_iter().chain(newcomer).collect();
        rig.input(Input::ChangeMembers(1, voters, None));
        rig.append(9, (1, 1), &[], 0);
        assert_eq!(rig.changes, [(1, result)]);
    }
}
