//! Tests of Election Safety, votes and terms.

use Invariant::{ElectionSafety, Monotonic, VotesKept};

use super::*;

#[test]
fn two_leaders_in_one_term() {
    let text = "S2 leads term 4, but S1 was elected in that term already.";
    breaks(Rig::new(), events![leads(1, 4), leads(2, 4)], ElectionSafety, text);
    // Two leaders at the same time in different terms: the first has not learned of the second yet.
    is_fine(Rig::new(), events![leads(1, 4), leads(2, 5)]);
    is_fine(Rig::new(), events![leads(1, 4), follows(1, 5), leads(1, 6)]);
}

#[test]
fn only_the_first_violation_is_told() {
    let mut rig = Rig::new();
    rig.feed(events![leads(1, 4), leads(2, 4), leads(3, 4), leads(1, 5), leads(2, 5)]);
    rig.finds(&[(ElectionSafety, "S2 leads term 4, but S1 was elected in that term already.")]);
}

#[test]
fn two_votes_in_one_term() {
    let text = "S3 voted for S1 and for S2 in term 4.";
    breaks(Rig::new(), events![votes(3, 1, 4), votes(3, 2, 4)], VotesKept, text);
    is_fine(Rig::new(), events![votes(3, 1, 4), votes(3, 1, 4), votes(3, 2, 5)]);
}

#[test]
fn a_vote_is_known_after_a_restart() {
    let given = || events![adopts(3, 0, 4), votes(3, 1, 4), says_vote(3, 1, 4)];
    let text = "S3 had voted for S1 in term 4, but started again in term 2 without that vote.";
    breaks(Rig::new(), events![given(), crash(3, image(2, None, &[])), starts(3, 2, None)], VotesKept, text);
    let text = "S3 had voted for S1 in term 4, but started again in term 4 without that vote.";
    breaks(Rig::new(), events![given(), crash(3, image(4, None, &[])), starts(3, 4, None)], VotesKept, text);
    is_fine(Rig::new(), events![given(), crash(3, image(4, Some(1), &[])), starts(3, 4, Some(1))]);
    // A candidate's vote for itself becomes known with its first request, but not with a pre-vote request.
    let asks = |pre_vote| events![votes(3, 3, 4), asks_vote(3, 1, 4, pre_vote), crash(3, image(3, None, &[]))];
    let text = "S3 had voted for S3 in term 4, but started again in term 3 without that vote.";
    breaks(Rig::new(), events![asks(false), starts(3, 3, None)], VotesKept, text);
    is_fine(Rig::new(), events![asks(true), starts(3, 3, None)]);
}

#[test]
fn a_vote_that_nobody_was_told_of_may_be_lost_and_given_anew() {
    let events =
        |back| events![adopts(3, 0, 4), votes(3, 1, 4), back, starts(3, 3, None), adopts(3, 3, 4), votes(3, 2, 4)];
    is_fine(Rig::new(), events(crash(3, image(3, None, &[]))));
    // It was durable, so it counts.
    let text = "S3 voted for S1 and for S2 in term 4.";
    breaks(Rig::new(), events(crash(3, image(4, Some(1), &[]))), VotesKept, text);
}

#[test]
fn a_term_never_goes_back() {
    breaks(Rig::new(), events![adopts(2, 0, 5), adopts(2, 5, 4)], Monotonic, "S2's term went back from 5 to 4.");
    is_fine(Rig::new(), events![adopts(2, 0, 5), adopts(2, 5, 9)]);
}

#[test]
fn a_term_that_others_heard_of_is_known_after_a_restart() {
    let answer = Message::VoteResponse(VoteResponse { term: 5, granted: false, pre_vote: false });
    let restart = || events![crash(2, image(4, None, &[])), starts(2, 4, None)];
    let told = events![adopts(2, 0, 5), send(2, 1, answer), restart()];
    breaks(Rig::new(), told, Monotonic, "S2's term went back from 5 to 4.");
    // No other node knew the term, and it was not durable.
    is_fine(Rig::new(), events![adopts(2, 0, 5), restart()]);
}

#[test]
fn a_vote_that_is_forgotten_with_its_term_is_told_once() {
    let mut rig = Rig::new();
    rig.feed(events![adopts(3, 0, 4), votes(3, 1, 4), says_vote(3, 1, 4), crash(3, image(0, None, &[]))]);
    rig.feed([starts(3, 0, None)]);
    let text = "S3 had voted for S1 in term 4, but started again in term 0 without that vote.";
    rig.finds(&[(VotesKept, text)]);
}

#[test]
fn a_commit_index_never_goes_back_in_one_life() {
    let log: &[Term] = &[1, 1, 1];
    let rig = || Rig::with_logs(&[log, log, log]);
    let text = "S2's commit index went back from 3 to 2.";
    breaks(rig(), events![commit(2, 0, 3), commit(2, 3, 2)], Monotonic, text);
    breaks(rig(), events![commit(2, 0, 3), install(2, snapshot(2, 1, "x=1.2\n"), true)], Monotonic, text);
    let restart = events![crash(2, image(1, None, log)), starts(2, 1, None)];
    is_fine(rig(), events![commit(2, 0, 3), restart, commit(2, 0, 1)]);
}
