//! Check-quorum and leadership transfer (thesis §6.2, §3.10).

use super::*;

#[test]
fn a_leader_that_hears_no_majority_steps_down_if_it_checks() {
    for (check_quorum, role) in [(true, Role::Follower), (false, Role::Leader)] {
        let mut rig = Rig::with_voters(1, &[1], 5);
        rig.node.config.check_quorum = check_quorum;
        rig.input(Input::Campaign).vote_from(2, true).vote_from(3, true);
        let term = rig.node.term();
        rig.now = Micros::from_ms(299);
        rig.input(Input::StreamReport { target: 2, term, report: StreamReport::Heard { heartbeat_round: 0 } });
        rig.input(Input::StreamReport { target: 3, term, report: StreamReport::Heard { heartbeat_round: 0 } });
        rig.now = Micros::from_ms(300);
        rig.input(Input::DeadlineReached);
        assert_eq!(rig.node.role(), Role::Leader, "two others and itself");
        rig.now = Micros::from_ms(600);
        rig.input(Input::StreamReport { target: 2, term, report: StreamReport::Heard { heartbeat_round: 0 } });
        rig.input(Input::DeadlineReached);
        assert_eq!(rig.node.role(), role);
    }
}

#[test]
fn an_office_is_handed_over_to_one_who_has_everything() {
    let mut rig = Rig::new(1, &[1]);
    rig.lead();
    let write = rig.write("1");
    rig.input(Input::Transfer(3));
    let refused = rig.write("2");
    assert_eq!(rig.answered, [(refused, WriteResult::ForwardToLeader(None))], "no writes meanwhile");
    assert!(rig.timeout_now.is_empty(), "it does not have everything yet");
    rig.matched(3, 3);
    assert_eq!(rig.timeout_now, [3]);
    assert_eq!(rig.answered.last(), Some(&(write, WriteResult::Done(3))));
    rig.now = Micros::from_ms(300);
    rig.input(Input::DeadlineReached);
    assert!(rig.events.contains(&Event::TransferGivenUp { node: 1, target: 3 }));
    rig.write("3");
    assert_eq!(rig.log().len(), 4, "and writes go on");
}

#[test]
fn who_is_told_campaigns_at_once_and_is_not_refused_for_the_leader_that_is_heard() {
    let mut rig = Rig::new(2, &[1]);
    rig.node.config.pre_vote = true;
    rig.append(2, (1, 1), &[], 0);
    rig.input(Input::TimeoutNow(TimeoutNow { term: 1, leader: 2 }));
    assert_eq!(rig.node.role(), Role::Follower, "of an old term");
    rig.input(Input::TimeoutNow(TimeoutNow { term: 2, leader: 2 }));
    assert_eq!((rig.node.role(), rig.node.term()), (Role::Candidate, 3));
    let request = rig.requests.last().unwrap().1.clone();
    assert!(request.transfer && !request.pre_vote);

    let mut voter = Rig::new(2, &[1]);
    voter.append(2, (1, 1), &[], 0);
    voter.input(Input::Vote(9, VoteRequest { candidate: 3, ..request }));
    assert!(voter.voted.last().unwrap().1.granted);
}
