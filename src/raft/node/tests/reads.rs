//! Linearizable reads (paper §8, thesis §6.4).

use super::*;

#[test]
fn a_read_waits_for_a_majority_that_was_asked_after_it_and_for_this_terms_first_commit() {
    let mut rig = Rig::new(1, &[1]);
    rig.lead();
    let term = rig.node.term();
    let heard = |rig: &mut Rig, target, heartbeat_round| {
        rig.input(Input::StreamReport { target, term, report: StreamReport::Heard { heartbeat_round } });
    };
    rig.input(Input::Read(71, "x".into()));
    assert!(rig.to_streams.contains(&(2, StreamCommand::HeartbeatRound(1))), "the streams are asked to send");
    heard(&mut rig, 2, 1);
    assert_eq!(rig.gets, [], "nothing of its term is committed: it does not know how far the log is");
    rig.matched(2, 2);
    assert_eq!(rig.gets, [(71, "x".to_string())]);

    rig.input(Input::Read(72, "x".into()));
    heard(&mut rig, 2, 1);
    heard(&mut rig, 3, 1);
    assert_eq!(rig.gets.len(), 1, "answers to RPCs that left before the read confirm nothing");
    heard(&mut rig, 3, 2);
    assert_eq!(rig.gets.len(), 2);
}

#[test]
fn a_single_voter_reads_at_once_and_who_does_not_lead_sends_on() {
    let mut alone = Rig::with_voters(0, &[], 1);
    alone.input(Input::Campaign).input(Input::Read(5, "x".into()));
    assert_eq!(alone.gets.len(), 1);

    let mut follower = Rig::new(1, &[1]);
    follower.append(1, (1, 1), &[], 0);
    follower.input(Input::Read(6, "x".into()));
    assert_eq!(follower.reads, [(6, ReadResult::ForwardToLeader(Some(2)))]);

    let mut deposed = Rig::new(1, &[1]);
    deposed.lead().input(Input::Read(7, "x".into()));
    deposed.append(9, (1, 1), &[], 0);
    assert_eq!(deposed.reads, [(7, ReadResult::ForwardToLeader(None))]);
}
