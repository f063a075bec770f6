//! Commitment, application and clients' writes (paper §5.3, §5.4.2, §8).

use super::*;

#[test]
fn committed_entries_are_applied_in_order_and_each_once() {
    let mut rig = Rig::new(1, &[1, 1, 1]);
    rig.append(1, (3, 1), &[1], 2);
    rig.append(2, (4, 1), &[2], 4); // another leader
    rig.append(2, (4, 1), &[2], 5); // the same again
    assert_eq!(rig.applies, [(1, 2), (3, 4), (5, 5)]);
}

/// Only a leader that breaks the rules takes back what is committed. Still, nothing is applied that is not there.
#[test]
fn what_is_not_in_the_log_is_not_applied() {
    let mut node = Rig::new(1, &[1, 1, 1]).node;
    let append = |term, prev_log_index, terms: &[Term], leader_commit| {
        let entries = (prev_log_index + 1..).zip(terms).map(|(index, &term)| entry(index, term)).collect();
        let request = AppendEntries { term, leader: 2, prev_log_index, prev_log_term: 1, leader_commit, entries };
        Input::Append(0, request)
    };
    let mut applies = |input| {
        node.handle(Micros::ZERO, input);
        let outputs = node.take_outputs();
        let apply = |output| match output {
            Output::Apply { first, last, .. } => Some((first, last)),
            _ => None,
        };
        outputs.filter_map(apply).collect::<Vec<_>>()
    };
    assert_eq!(applies(append(1, 3, &[], 1)), [(1, 1)]);
    assert_eq!(applies(append(1, 3, &[], 3)), [], "one batch at a time");
    assert_eq!(applies(append(2, 1, &[2], 0)), []);
    assert_eq!(applies(Input::Applied(1, vec![])), [(2, 2)]);
    assert_eq!(applies(Input::Applied(2, vec![])), []);
}

#[test]
fn a_leader_commits_what_a_majority_has_of_its_own_term_only() {
    // Figure 8 (c): entry 2, of term 2, is on a majority.
    let mut rig = Rig::with_voters(3, &[1, 2], 5);
    rig.input(Input::Campaign).vote_from(2, true).vote_from(3, true);
    rig.matched(2, 2).matched(3, 2);
    assert_eq!(rig.node.commit_index, 0, "a majority has entry 2, of an earlier term: not safe");
    rig.matched(2, 3);
    assert_eq!(rig.node.commit_index, 0);
    rig.matched(3, 3);
    assert_eq!(rig.node.commit_index, 3, "with its own entry, everything before it");
}

#[test]
fn a_leader_counts_itself_only_up_to_what_is_durable() {
    let mut rig = Rig::new(1, &[1]);
    rig.lead();
    rig.prompt = false;
    rig.write("1");
    rig.matched(2, 3);
    assert_eq!(rig.node.commit_index, 2);
    rig.matched(3, 3);
    assert_eq!(rig.node.commit_index, 3, "two others are a majority without it");
    rig.write("2");
    rig.matched(2, 4);
    assert_eq!(rig.node.commit_index, 3);
    rig.sync();
    assert_eq!(rig.node.commit_index, 4);
}

#[test]
fn what_a_follower_has_lost_counts_no_longer() {
    let mut rig = Rig::with_voters(3, &[1, 3], 5);
    rig.input(Input::Campaign).vote_from(2, true).vote_from(3, true);
    rig.matched(2, 3);
    rig.input(Input::StreamReport { target: 2, term: 4, report: StreamReport::MatchLost(2) });
    rig.matched(3, 3);
    assert_eq!(rig.node.commit_index, 0, "two of five");
    rig.matched(2, 3);
    assert_eq!(rig.node.commit_index, 3);
}

#[test]
fn a_write_is_answered_when_it_is_applied() {
    let mut rig = Rig::new(1, &[]);
    let refused = rig.write("0");
    assert_eq!(rig.answered, [(refused, WriteResult::ForwardToLeader(None))]);
    rig.lead();
    let token = rig.write("1");
    assert_eq!(rig.answered.len(), 1);
    rig.matched(3, 2);
    assert_eq!(rig.answered.last(), Some(&(token, WriteResult::Done(2))));
}

#[test]
fn what_is_applied_without_being_done_is_answered_so() {
    let repeated = |events: &[Event]| events.iter().filter(|it| matches!(it, Event::Repeated { .. })).count();
    for (first, matched, answer, repetitions) in [
        (2, false, WriteResult::NotMatched(2), 0),
        (1, false, WriteResult::NotMatched(1), 1),
        (1, true, WriteResult::Done(1), 1),
    ] {
        let mut rig = Rig::new(1, &[]);
        rig.lead();
        let token = rig.write("1");
        rig.not_done = vec![NotDone { index: 2, first, matched }];
        rig.matched(3, 2);
        assert_eq!(rig.answered, [(token, answer)]);
        assert_eq!(repeated(&rig.events), repetitions);
    }
}

#[test]
fn what_old_streams_say_is_not_heard() {
    let mut rig = Rig::new(1, &[1]);
    rig.lead();
    rig.write("1");
    rig.input(Input::StreamReport { target: 2, term: 1, report: StreamReport::UpdateMatchIndex(3) });
    assert_eq!(rig.node.commit_index, 0);
}
