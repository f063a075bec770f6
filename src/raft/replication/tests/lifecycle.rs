//! The end of a stream, its limits and its settings.

use super::*;

#[test]
fn terminate_and_a_higher_term_end_it_in_every_state() {
    let states: [fn() -> Rig; 3] =
        [|| Rig::new(&[1, 1], Config::classroom()), || Rig::at_line_rate(&[1]), Rig::snapshotting];
    for state in states {
        let mut rig = state();
        rig.input(Input::Terminate);
        assert_eq!(rig.stream.state(), StreamState::Shutdown);
        let (appends, chunks) = (rig.appends.len(), rig.chunks.len());
        rig.replicate(3);
        rig.now = Micros::from_ms(900);
        rig.input(Input::DeadlineReached);
        assert_eq!((rig.appends.len(), rig.chunks.len()), (appends, chunks), "final");

        let mut rig = state();
        rig.time(50); // a heartbeat is on its way in any state
        let rpc = rig.appends.last().unwrap().0;
        let response = Ok(AppendResponse { term: TERM + 1, result: AppendResult::StaleTerm });
        rig.input(Input::AppendResponse { rpc, response });
        assert_eq!(rig.reports.last(), Some(&StreamReport::RevertToFollower { term: TERM + 1 }));
        assert_eq!(rig.stream.state(), StreamState::Shutdown);
    }
}

#[test]
fn a_storage_that_fails_ends_it_and_tells_the_core() {
    let mut rig = Rig::at_line_rate(&[1]);
    let error = StorageError("torn page".into());
    rig.stream.handle(rig.now, Input::Read(Err(error.clone())));
    rig.carry_out();
    assert_eq!(rig.stream.state(), StreamState::Shutdown);
    assert_eq!(rig.reports.last(), Some(&StreamReport::StorageFailed(error)));
}

#[test]
fn of_unanswered_rpcs_the_fewer_are_remembered_the_older_they_are() {
    let mut rig = Rig::at_line_rate(&[1]);
    rig.time(50 * 10_000);
    let sent: Vec<u64> = rig.stream.sent_rpcs.keys().copied().collect();
    let last = *sent.last().unwrap();
    assert!(last >= 10_000 && sent.len() < 400, "{} of {last}", sent.len());
    for age in [100, 1000, 5000] {
        let near = |&&rpc: &&u64| (last - rpc).abs_diff(age) <= age / 16;
        assert!(sent.iter().any(|rpc| near(&rpc)), "none is about {age} RPCs old");
    }
    let cancelled = rig.cancelled[0];
    let before = rig.events.len();
    rig.answer(cancelled, AppendResult::Success(2));
    assert_eq!(rig.events.len(), before, "the response to a forgotten RPC changes nothing");
}

#[test]
fn settings_reach_a_stream_that_runs() {
    let mut rig = Rig::at_line_rate(&[1]);
    let config = Config { max_payload_entries: 1, ..Config::default() };
    rig.input(Input::Commands(vec![StreamCommand::SetConfig(config)]));
    rig.replicate(3);
    assert_eq!(rig.last_append(), (2, vec![3]));
}

#[test]
fn a_stream_that_was_paused_makes_up_for_no_tick() {
    let mut rig = Rig::at_line_rate(&[1]);
    let before = rig.stream.next_tick;
    rig.now = Micros(before.0 + 1_000_000_000_000 * 50_000 + 1);
    rig.input(Input::DeadlineReached);
    assert_eq!(rig.stream.next_tick, Micros(before.0 + 1_000_000_000_001 * 50_000), "in step, and after now");
}
