//! Sending a snapshot (paper §7).

use super::*;

#[test]
fn compacted_entries_need_a_snapshot_and_so_does_too_great_a_distance() {
    let mut compacted = Rig::new(&[1, 1, 1, 1], Config::classroom());
    compacted.first_index = 3;
    compacted.refuse(1, 1);
    assert_eq!(compacted.transitions().last(), Some(&(StreamState::Snapshotting, StreamWhy::NeededCompacted)));

    let mut far = Rig::new(&[1; 20], Config::classroom());
    far.last_applied = 20;
    far.refuse(10, 1);
    assert_eq!(far.transitions().last(), Some(&(StreamState::Snapshotting, StreamWhy::TooFarBehind)), "20 − 10 ≥ 10");
    let mut near = Rig::new(&[1; 20], Config::classroom());
    near.last_applied = 20;
    near.refuse(11, 1);
    assert_eq!(near.stream.state(), StreamState::Lagging, "20 − 11 < 10");
    let mut unproven = Rig::new(&[1; 20], Config::classroom());
    unproven.last_applied = 20;
    unproven.time(500);
    assert_eq!(unproven.stream.state(), StreamState::Lagging, "nobody has answered: nothing is known");
}

#[test]
fn a_snapshot_goes_in_chunks_of_which_the_last_carries_data() {
    let mut rig = Rig::snapshotting();
    for (n, (offset, size, done)) in [(0, 16, false), (16, 16, false), (32, 8, true)].into_iter().enumerate() {
        let (rpc, chunk) = rig.chunks[n].clone();
        assert_eq!((chunk.offset, chunk.data.len(), chunk.done), (offset, size, done));
        rig.chunk_answer(rpc, if done { InstallResult::Installed } else { InstallResult::Expects(offset + 16) });
    }
    assert_eq!(rig.chunks.len(), 3);
    assert_eq!(rig.indices(), (4, 5));
    assert!(rig.reports.contains(&StreamReport::UpdateMatchIndex(4)));
    assert!(rig.transitions().contains(&(StreamState::Lagging, StreamWhy::SnapshotInstalled)));
    assert_eq!(rig.last_append(), (4, vec![5, 6]), "and goes on behind it");
}

#[test]
fn an_empty_snapshot_is_one_chunk() {
    let mut rig = Rig::new(&[1, 1, 1], Config::classroom());
    rig.first_index = 3;
    rig.refuse(0, 0);
    let meta = SnapshotMeta { id: 7, index: 2, term: 1, membership: (0, Membership::new(1..=3, [])) };
    rig.input(Input::Commands(vec![StreamCommand::Snapshot(Arc::new(Snapshot { meta, data: Vec::new() }))]));
    assert_eq!((rig.chunks[0].1.data.len(), rig.chunks[0].1.done), (0, true));
}

#[test]
fn a_lost_chunk_is_sent_again_from_the_same_offset_at_the_next_tick() {
    let mut rig = Rig::snapshotting();
    let rpc = rig.chunks[0].0;
    rig.chunk_answer(rpc, InstallResult::Expects(16));
    rig.time(199);
    assert_eq!(rig.chunk_offsets(), [0, 16]);
    rig.time(200); // its time limit and a tick
    assert_eq!(rig.chunk_offsets(), [0, 16, 16]);
}

#[test]
fn chunks_follow_what_the_receiver_expects() {
    let mut rig = Rig::snapshotting();
    let first = rig.chunks[0].0;
    rig.chunk_answer(first, InstallResult::Expects(32)); // it had two already
    assert_eq!(rig.chunk_offsets(), [0, 32]);
    let second = rig.chunks[1].0;
    rig.chunk_answer(second, InstallResult::Expects(0)); // it began anew
    assert_eq!(rig.chunk_offsets(), [0, 32, 0]);
    let third = rig.chunks[2].0;
    rig.chunk_answer(third, InstallResult::Expects(0)); // not taken: not at once again
    assert_eq!(rig.chunk_offsets(), [0, 32, 0]);
    rig.time(50);
    assert_eq!(rig.chunk_offsets(), [0, 32, 0, 0]);
    let fourth = rig.chunks[3].0;
    rig.chunk_answer(fourth, InstallResult::Expects(9999));
    assert_eq!(rig.chunk_offsets().last(), Some(&0), "who has more than there is begins anew");
}

#[test]
fn late_chunk_answers_count_unless_a_later_one_was_handled() {
    let mut rig = Rig::snapshotting();
    let first = rig.chunks[0].0;
    rig.time(200); // timed out; chunk 0 is sent again
    let again = rig.chunks[1].0;
    rig.chunk_answer(first, InstallResult::Expects(16)); // late, and it moves
    assert_eq!(rig.chunk_offsets(), [0, 0, 16]);
    rig.chunk_answer(again, InstallResult::Expects(16)); // late, and names where it is: nothing is sent
    assert_eq!(rig.chunk_offsets(), [0, 0, 16]);
    let third = rig.chunks[2].0;
    rig.chunk_answer(third, InstallResult::Expects(32));
    rig.chunk_answer(again, InstallResult::Expects(0)); // answered before: unknown by now
    assert_eq!(rig.chunk_offsets(), [0, 0, 16, 32]);
}

#[test]
fn installed_ends_it_whichever_chunk_it_answers() {
    let mut rig = Rig::snapshotting();
    let first = rig.chunks[0].0;
    rig.time(450);
    rig.chunk_answer(first, InstallResult::Installed);
    assert_eq!(rig.indices(), (4, 5));
    assert_ne!(rig.stream.state(), StreamState::Snapshotting);
}

#[test]
fn installed_proves_no_more_than_what_was_sent() {
    let mut rig = Rig::snapshotting();
    let rpc = rig.chunks[0].0;
    let result = InstallResult::Installed;
    let response =
        InstallResponse { term: TERM, snapshot: 7, last_included_index: Index::MAX, last_included_term: 3, result };
    rig.input(Input::InstallResponse { rpc, response: Ok(response) });
    assert_eq!(rig.indices(), (4, 5));
}

#[test]
fn a_chunk_that_is_refused_moves_nothing() {
    let mut rig = Rig::snapshotting();
    let rpc = rig.chunks[0].0;
    rig.chunk_answer(rpc, InstallResult::StaleTerm);
    let answered = Event::ChunkAnswered {
        node: 1,
        target: 2,
        snapshot: 7,
        offset: 0,
        installed: false,
        late: false,
        counted: false,
    };
    assert!(rig.events.contains(&answered));
    assert_eq!((rig.indices(), rig.stream.state()), ((0, 1), StreamState::Snapshotting));
}

#[test]
fn heartbeats_go_beside_the_chunks_and_speak_only_of_what_is_proven() {
    let mut rig = Rig::snapshotting();
    let before = rig.appends.len();
    rig.time(50).succeed();
    rig.time(100);
    let beats: Vec<_> = rig.appends[before..].iter().map(|(_, it)| (it.prev_log_index, it.entries.len())).collect();
    assert_eq!(beats, [(0, 0), (0, 0)]);
    // A refused one changes nothing.
    rig.refuse(0, 0);
    assert_eq!((rig.stream.state(), rig.indices()), (StreamState::Snapshotting, (0, 1)));
}

#[test]
fn after_an_install_the_distance_does_not_count_until_line_rate() {
    let mut rig = Rig::snapshotting();
    rig.last_applied = 40; // much was applied meanwhile
    rig.replicate(33);
    let rpc = rig.chunks[0].0;
    rig.chunk_answer(rpc, InstallResult::Installed);
    assert_eq!(rig.stream.state(), StreamState::Lagging);
    assert_eq!(rig.last_append(), (4, vec![5, 6]));
}
