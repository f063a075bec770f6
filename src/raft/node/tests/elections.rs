//! Elections, votes and terms (paper §5.1, §5.2, §5.4.1) and pre-votes (thesis §9.6).

use super::*;

#[test]
fn a_candidate_asks_only_when_its_own_vote_is_durable() {
    let mut rig = Rig::new(3, &[1, 3]);
    rig.prompt = false;
    rig.input(Input::Campaign);
    assert_eq!((rig.node.role(), rig.node.term()), (Role::Candidate, 4));
    assert_eq!(rig.requests, []);
    rig.sync();
    let request =
        VoteRequest { term: 4, candidate: 1, last_log_index: 2, last_log_term: 3, pre_vote: false, transfer: false };
    assert_eq!(rig.requests, [(2, request.clone()), (3, request)]);
}

#[test]
fn a_majority_elects_and_a_single_voter_elects_itself() {
    let mut rig = Rig::with_voters(0, &[], 5);
    rig.input(Input::Campaign).vote_from(2, true).vote_from(2, true).vote_from(3, false);
    assert_eq!(rig.node.role(), Role::Candidate, "two of five, however often they say it");
    rig.vote_from(4, true);
    assert_eq!((rig.node.role(), &rig.streams[..]), (Role::Leader, &[2, 3, 4, 5][..]));

    let mut alone = Rig::with_voters(0, &[], 1);
    alone.prompt = false;
    alone.input(Input::Campaign);
    assert_eq!(alone.node.role(), Role::Candidate, "its own vote is not durable yet");
    alone.sync();
    assert_eq!(alone.node.role(), Role::Leader);
}

#[test]
fn a_vote_goes_to_a_log_that_is_up_to_date_last_term_first() {
    for (last, granted) in [
        ((3, 2), true),
        ((4, 2), true),
        ((1, 3), true), // shorter, but its last term is later: component-wise, the two would block each other
        ((2, 2), false),
        ((9, 1), false),
    ] {
        let mut rig = Rig::new(2, &[1, 1, 2]);
        assert_eq!(rig.request_vote(3, 5, last).0, granted, "{last:?}");
    }
}

#[test]
fn there_is_one_vote_in_a_term_and_it_is_durable_before_it_is_given() {
    let mut rig = Rig::new(2, &[1]);
    assert_eq!(rig.request_vote(2, 3, (1, 1)), (true, VoteWhy::Granted));
    assert_eq!(rig.request_vote(3, 3, (9, 2)), (false, VoteWhy::AlreadyVoted));
    assert_eq!(rig.request_vote(2, 3, (1, 1)), (true, VoteWhy::Granted), "the same one asks again");
    assert_eq!(rig.request_vote(3, 2, (9, 2)), (false, VoteWhy::StaleTerm));

    rig.prompt = false;
    let token = rig.token();
    rig.input(Input::Vote(
        token,
        VoteRequest { term: 7, candidate: 3, last_log_index: 9, last_log_term: 6, pre_vote: false, transfer: false },
    ));
    assert_ne!(rig.voted.last().unwrap().0, token);
    assert_eq!(rig.writes[0].1.hard_state, Some(HardState { term: 7, voted_for: Some(3) }));
    rig.sync();
    assert_eq!(rig.voted.last(), Some(&(token, VoteResponse { term: 7, granted: true, pre_vote: false })));
}

#[test]
fn who_hears_a_leader_neither_votes_nor_adopts_the_term() {
    let mut rig = Rig::new(2, &[1]);
    rig.append(2, (1, 1), &[], 0);
    rig.now = Micros::from_ms(149);
    assert_eq!(rig.request_vote(3, 9, (9, 8)), (false, VoteWhy::HearsLeader));
    assert_eq!(rig.node.term(), 2);
    rig.now = Micros::from_ms(150);
    assert!(rig.request_vote(3, 9, (9, 8)).0);

    let mut leader = Rig::new(2, &[1]);
    leader.lead();
    assert_eq!(leader.request_vote(3, 9, (9, 8)), (false, VoteWhy::IsLeader));
}

#[test]
fn election_timeouts_are_in_their_range_and_drawn_anew() {
    let mut rig = Rig::new(1, &[1]);
    let mut drawn = std::collections::BTreeSet::new();
    for _ in 0..200 {
        rig.append(1, (1, 1), &[], 0);
        drawn.insert(rig.node.next_deadline().unwrap());
    }
    assert!(drawn.len() > 150);
    assert!(drawn.iter().all(|at| (Micros::from_ms(150)..Micros::from_ms(300)).contains(at)));
    rig.now = *drawn.last().unwrap();
    rig.input(Input::DeadlineReached);
    assert_eq!(rig.node.role(), Role::Candidate);
}

#[test]
fn a_candidate_gives_way_to_the_leader_of_its_term_and_a_leader_to_a_higher_term() {
    let mut rig = Rig::new(1, &[1]);
    rig.input(Input::Campaign);
    rig.append(2, (1, 1), &[], 0);
    assert_eq!((rig.node.role(), rig.node.leader), (Role::Follower, Some(2)));
    rig.lead();
    let token = rig.write("1");
    rig.append(9, (1, 1), &[], 0);
    assert_eq!((rig.node.role(), rig.node.term()), (Role::Follower, 9));
    assert_eq!(rig.answered, [(token, WriteResult::Unknown)], "no client is left hanging");
    assert!(rig.streams.is_empty());
}

#[test]
fn a_failed_disk_stops_the_node_with_nothing_said_that_is_not_durable() {
    let mut rig = Rig::new(1, &[1]);
    rig.prompt = false;
    let token = rig.token();
    rig.input(Input::Vote(
        token,
        VoteRequest { term: 7, candidate: 3, last_log_index: 9, last_log_term: 6, pre_vote: false, transfer: false },
    ));
    rig.input(Input::StorageFailed(StorageError("no space left".into())));
    assert_eq!(rig.node.role(), Role::Shutdown);
    assert_eq!(rig.voted, []);
    let stopped = |event: &Event| matches!(event, Event::Role { to: Role::Shutdown, why: RoleWhy::StorageFailed, .. });
    assert!(rig.events.iter().any(stopped));
}

#[test]
fn with_pre_vote_nobodys_term_rises_before_a_majority_says_yes() {
    let mut rig = Rig::new(3, &[1]);
    rig.node.config.pre_vote = true;
    rig.input(Input::Campaign);
    assert_eq!((rig.node.role(), rig.node.term()), (Role::Follower, 3));
    assert!(rig.requests.iter().all(|(_, request)| request.pre_vote && request.term == 4));
    let no = VoteResponse { term: 3, granted: false, pre_vote: true };
    rig.input(Input::VoteResponse { voter: 2, term: 4, response: no });
    assert_eq!(rig.node.term(), 3);
    let yes = VoteResponse { term: 3, granted: true, pre_vote: true };
    rig.input(Input::VoteResponse { voter: 3, term: 4, response: yes });
    assert_eq!((rig.node.role(), rig.node.term()), (Role::Candidate, 4));
}

#[test]
fn a_pre_vote_is_a_question_that_changes_nothing() {
    let mut rig = Rig::new(3, &[1, 2]);
    let before = rig.node.next_deadline();
    let ask = |term, last| VoteRequest {
        term,
        candidate: 3,
        last_log_index: last,
        last_log_term: 2,
        pre_vote: true,
        transfer: false,
    };
    rig.input(Input::Vote(1, ask(4, 2))).input(Input::Vote(2, ask(4, 1))).input(Input::Vote(3, ask(2, 9)));
    let granted: Vec<bool> = rig.voted.iter().map(|(_, response)| response.granted).collect();
    assert_eq!(granted, [true, false, false]);
    assert_eq!((rig.node.term(), rig.node.hard_state.voted_for, rig.node.next_deadline()), (3, None, before));
    rig.append(3, (2, 2), &[], 0);
    rig.input(Input::Vote(4, ask(4, 2)));
    assert!(!rig.voted.last().unwrap().1.granted, "it hears a leader");
}

#[test]
fn a_pre_vote_ends_when_the_term_changes_or_a_vote_is_given() {
    let asking = || {
        let mut rig = Rig::new(2, &[1]);
        rig.input(Input::SetConfig(Config { pre_vote: true, ..config() })).input(Input::Campaign);
        rig
    };
    let says_yes = |rig: &mut Rig| {
        let response = VoteResponse { term: 2, granted: true, pre_vote: true };
        rig.input(Input::VoteResponse { voter: 2, term: 3, response });
        rig.node.role()
    };
    assert_eq!(says_yes(&mut asking()), Role::Candidate);
    let mut voted = asking();
    assert!(voted.request_vote(3, 3, (9, 8)).0);
    assert_eq!(says_yes(&mut voted), Role::Follower, "it supports another candidate");
    let mut later = asking();
    later.request_vote(3, 3, (0, 0));
    assert_eq!((later.node.term(), says_yes(&mut later)), (3, Role::Follower), "the question was about term 3");
}

#[test]
fn a_candidate_does_not_say_that_it_hears_a_leader() {
    let mut rig = Rig::new(2, &[1]);
    rig.append(2, (1, 1), &[], 0);
    rig.input(Input::Campaign);
    assert_eq!(rig.request_vote(3, 3, (9, 8)), (false, VoteWhy::AlreadyVoted));
    assert!(rig.request_vote(3, 4, (9, 8)).0, "the leader was of an earlier term");
}

#[test]
fn who_is_known_to_be_removed_gets_no_vote_unless_it_is_ahead() {
    let removed = |commit: Index| {
        let mut rig = Rig::new(2, &[1]);
        let two = Payload::Members(Membership::new([1, 2], []));
        let entries = vec![Arc::new(Entry::new(2, 2, two))];
        let (term, leader, prev_log_index, prev_log_term, leader_commit) = (2, 2, 1, 1, commit);
        let request = AppendEntries { term, leader, prev_log_index, prev_log_term, leader_commit, entries };
        let token = rig.token();
        rig.input(Input::Append(token, request));
        rig.now = Micros::from_ms(1000);
        rig
    };
    assert_eq!(removed(2).request_vote(3, 9, (2, 2)), (false, VoteWhy::NoVoter));
    assert_eq!(removed(2).request_vote(3, 9, (1, 1)), (false, VoteWhy::NoVoter));
    let mut rig = removed(2);
    rig.request_vote(3, 9, (2, 2));
    assert_eq!(rig.node.term(), 2, "its term is not adopted");
    assert!(removed(2).request_vote(2, 9, (2, 2)).0, "a voter");
    assert!(removed(2).request_vote(3, 9, (2, 3)).0, "it may be a voter by its next entry");
    assert!(removed(1).request_vote(3, 9, (2, 2)).0, "the removal may come to nothing");
}
