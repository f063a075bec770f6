//! Appends: line rate, lagging, time limits (paper §5.3).

use super::*;

#[test]
fn it_begins_lagging_and_asks_at_once_whether_the_logs_agree() {
    let rig = Rig::before_first_entry(&[1, 1, 2], Config::default());
    assert_eq!(rig.stream.state(), StreamState::Lagging);
    assert_eq!(rig.indices(), (0, 4));
    let request = &rig.appends[0].1;
    assert_eq!((request.prev_log_index, request.prev_log_term, request.entries.len()), (3, 2, 0));
}

#[test]
fn a_heartbeats_success_proves_its_prev_and_line_rate_sends_what_is_left_from_storage() {
    let mut rig = Rig::new(&[1, 1, 2], Config::classroom());
    rig.succeed();
    assert_eq!(rig.transitions().last(), Some(&(StreamState::LineRate, StreamWhy::CaughtUp)));
    // Without a client's write, the first entry of the term goes out all the same.
    assert_eq!(rig.last_append(), (3, vec![4]));
    rig.succeed();
    assert_eq!(rig.indices(), (4, 5));
}

#[test]
fn a_burst_of_any_size_arrives_whole_and_in_order() {
    for payload in 1..5 {
        for burst in 1..=3 * u64::from(payload) {
            for in_one_go in [true, false] {
                let mut config = Config { max_payload_entries: payload, ..Config::default() };
                config.replication_lag_threshold = 4;
                let mut rig = Rig::new(&[1], config);
                rig.succeed().succeed();
                match in_one_go {
                    true => {
                        rig.replicate(burst);
                    }
                    false => (0..burst).for_each(|_| {
                        rig.replicate(1);
                    }),
                }
                let mut answered = rig.appends.len();
                rig.succeed();
                while rig.appends.len() > answered {
                    answered = rig.appends.len();
                    rig.succeed();
                }
                let sent: Vec<Index> =
                    (rig.appends.iter().flat_map(|(_, it)| &it.entries)).map(|it| it.index).collect();
                assert_eq!(sent, (2..=2 + burst).collect::<Vec<_>>(), "{burst} entries, {payload} at a time");
                assert!(rig.appends.iter().all(|(_, it)| it.entries.len() <= payload as usize));
                assert_eq!(rig.indices(), (2 + burst, 3 + burst));
                assert_eq!(rig.stream.state(), StreamState::LineRate);
            }
        }
    }
}

#[test]
fn what_is_not_answered_in_time_is_sent_again_at_the_next_tick_and_not_before() {
    let mut rig = Rig::at_line_rate(&[1]);
    rig.time(10).replicate(1);
    let (sent, first) = (rig.appends.len(), rig.last_append());
    rig.time(60); // its time limit is over at 60 ms
    assert!(matches!(rig.events.last(), Some(Event::TimedOut { .. })));
    rig.replicate(1).replicate(1);
    assert_eq!(rig.appends.len(), sent, "events do not make it send");
    rig.time(99);
    assert_eq!(rig.appends.len(), sent);
    rig.time(100);
    assert_eq!(rig.appends.len(), sent + 1);
    assert_eq!(rig.last_append(), first, "the same entries");
}

#[test]
fn a_target_that_fails_at_once_costs_one_rpc_a_tick() {
    let mut rig = Rig::at_line_rate(&[1]);
    let before = rig.appends.len();
    for ms in 1..=1000 {
        rig.time(ms);
        rig.replicate(u64::from(ms % 100 == 0));
        let rpc = rig.appends.last().unwrap().0;
        rig.input(Input::AppendResponse { rpc, response: Err(Unreachable) });
    }
    assert!(rig.appends.len() - before <= 21, "{} RPCs in 20 ticks", rig.appends.len() - before);
}

#[test]
fn a_late_success_counts() {
    let mut rig = Rig::at_line_rate(&[1]);
    rig.replicate(1);
    let late = rig.appends.last().unwrap().0;
    rig.time(60);
    rig.answer(late, AppendResult::Success(3));
    assert_eq!(rig.indices(), (3, 4));
    assert!(matches!(
        rig.events.iter().rev().find(|it| it.name() == "answered"),
        Some(Event::Answered { late: true, counted: true, .. })
    ));
}

#[test]
fn a_round_trip_longer_than_the_time_limit_slows_it_and_never_stops_it() {
    let mut rig = Rig::new(&[1, 1, 1, 1, 1, 1, 1], Config::classroom());
    // Every answer comes 120 ms after its RPC: later than two more time limits.
    let mut answered = 0;
    for ms in 0..3000 {
        rig.time(ms);
        while let Some((rpc, request)) = rig.appends.get(answered).cloned() {
            if rig.now < Micros::from_ms(120 * (answered as u64 + 1)) {
                break;
            }
            answered += 1;
            rig.answer(rpc, AppendResult::Success(request.last_index()));
        }
    }
    assert_eq!(rig.indices(), (8, 9));
    assert_eq!(rig.stream.state(), StreamState::LineRate);
}

#[test]
fn an_answer_proves_no_more_than_was_sent() {
    let mut rig = Rig::new(&[1, 1, 1], Config::default());
    let rpc = rig.appends[0].0;
    rig.answer(rpc, AppendResult::Success(999));
    assert_eq!(rig.indices().0, 3);
}

#[test]
fn line_rate_ends_above_the_threshold_and_comes_back_at_half_of_it() {
    let mut rig = Rig::at_line_rate(&[1]); // match 2, threshold 4
    rig.replicate(4);
    assert_eq!(rig.stream.state(), StreamState::LineRate, "a lag of 4 is not above 4");
    rig.replicate(1);
    assert_eq!(rig.transitions().last(), Some(&(StreamState::Lagging, StreamWhy::LagAboveThreshold)));
    assert_eq!(rig.reports.last(), Some(&StreamReport::RateUpdate { is_line_rate: false }));
    rig.succeed(); // 3–4 of 7: three behind
    assert_eq!((rig.indices(), rig.stream.state()), ((4, 5), StreamState::Lagging));
    assert_eq!(rig.last_append(), (4, vec![5, 6]));
    rig.succeed(); // one behind
    assert_eq!(rig.stream.state(), StreamState::LineRate);
    assert_eq!(rig.last_append(), (6, vec![7]));
}

#[test]
fn a_gap_before_the_buffer_is_read_from_storage_within_the_payload_limit() {
    let mut rig = Rig::at_line_rate(&[1]);
    rig.replicate(1).replicate(1).replicate(1); // 3 in flight, 4 and 5 buffered
    rig.time(60);
    rig.time(100);
    assert_eq!(rig.last_append(), (2, vec![3]));
    rig.succeed();
    assert_eq!(rig.last_append(), (3, vec![4, 5]));
}

#[test]
fn reads_never_go_beyond_the_payload_limit() {
    let mut rig = Rig::new(&[1; 50], Config { max_payload_entries: 7, ..Config::default() });
    rig.refuse(0, 0);
    while rig.indices().0 < 51 {
        rig.succeed();
    }
    assert!(rig.reads.iter().all(|(first, last)| *last < first + 7), "{:?}", rig.reads);
}
