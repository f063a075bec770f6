//! Snapshots: building, sending, receiving (paper §7).

use super::*;

#[test]
fn a_snapshot_is_made_at_the_threshold_and_the_log_before_it_goes() {
    let mut rig = Rig::new(1, &[1; 9]);
    rig.append(1, (9, 1), &[], 9);
    assert_eq!(rig.builds, []);
    rig.append(1, (9, 1), &[1], 10);
    let meta = rig.builds[0].clone();
    assert_eq!((meta.index, meta.term), (10, 1));
    rig.append(1, (10, 1), &[1; 12], 22); // appends go on, and a trigger comes meanwhile
    assert_eq!(rig.builds.len(), 1, "one at a time");
    let snapshot = Arc::new(Snapshot { meta, data: Vec::new() });
    rig.input(Input::SnapshotBuilt(Ok(snapshot)));
    assert_eq!((rig.node.terms.first_index(), rig.node.terms.last_index()), (11, 22));
    assert_eq!(rig.builds.len(), 2, "what came meanwhile is looked at again");
}

#[test]
fn a_leader_keeps_what_answering_followers_still_need_within_a_limit() {
    let keeps = |matched: Index, heard_ms: u64| {
        let mut rig = Rig::new(1, &[1; 100]);
        rig.lead();
        let term = rig.node.term();
        rig.input(Input::StreamReport { target: 3, term, report: StreamReport::Heard { heartbeat_round: 0 } });
        rig.matched(3, matched);
        rig.matched(2, 101);
        rig.now = Micros::from_ms(heard_ms);
        rig.input(Input::StreamReport { target: 2, term, report: StreamReport::Heard { heartbeat_round: 0 } });
        let meta = rig.builds[0].clone();
        rig.input(Input::SnapshotBuilt(Ok(Arc::new(Snapshot { meta, data: Vec::new() }))));
        rig.node.terms.first_index()
    };
    assert_eq!(keeps(95, 0), 96);
    assert_eq!(keeps(40, 0), 62, "at most 4 × 10 entries behind the snapshot at 101");
    assert_eq!(keeps(95, 301), 102, "who has not answered for 300 ms is not waited for");
}

#[test]
fn a_stream_gets_a_recent_snapshot_or_waits_for_a_new_one() {
    let mut rig = Rig::new(1, &[1; 9]);
    rig.lead();
    let term = rig.node.term();
    rig.matched(2, 10);
    let meta = rig.builds[0].clone();
    rig.input(Input::SnapshotBuilt(Ok(Arc::new(Snapshot { meta, data: Vec::new() }))));
    let handed = |rig: &Rig| {
        let snapshot = |(target, event): &(NodeId, StreamCommand)| match event {
            StreamCommand::Snapshot(snapshot) => Some((*target, snapshot.meta.index)),
            _ => None,
        };
        rig.to_streams.iter().filter_map(snapshot).collect::<Vec<_>>()
    };
    (0..5).for_each(|n| drop(rig.write(&n.to_string()).to_string()));
    rig.input(Input::StreamReport { target: 3, term, report: StreamReport::NeedsSnapshot });
    assert_eq!(handed(&rig), [(3, 10)], "five behind is recent enough");
    // Between half the threshold and the whole of it, a library once asked for ever.
    rig.write("6");
    rig.matched(2, 16);
    rig.input(Input::StreamReport { target: 3, term, report: StreamReport::NeedsSnapshot });
    assert_eq!(handed(&rig).len(), 1);
    assert_eq!(rig.builds.last().map(|meta| meta.index), Some(16), "a new one is made");
    let meta = rig.builds.last().unwrap().clone();
    rig.input(Input::SnapshotBuilt(Ok(Arc::new(Snapshot { meta, data: Vec::new() }))));
    assert_eq!(handed(&rig), [(3, 10), (3, 16)]);
}

#[test]
fn chunks_are_taken_in_order_and_each_once() {
    use InstallResult::{Expects, Installed};
    let mut rig = Rig::new(3, &[1]);
    assert_eq!(rig.chunk(1, 20, 4, "late", false), Expects(0), "of a stream that is not known");
    assert_eq!(rig.chunk(1, 20, 0, "a=1\n", false), Expects(4));
    assert_eq!(rig.chunk(1, 20, 0, "a=1\n", false), Expects(4), "again: nothing is written");
    assert_eq!(rig.chunk(1, 20, 8, "c=3\n", true), Expects(4), "one was lost");
    assert_eq!(rig.chunk(2, 30, 4, "z=9\n", true), Expects(0), "of another snapshot");
    assert_eq!(rig.chunk(1, 20, 4, "b=2\n", true), Installed);
    assert_eq!((rig.node.commit_index, rig.node.last_applied, rig.log().len()), (20, 20, 0));
    assert_eq!(rig.chunk(1, 20, 4, "", true), Installed, "the last one again: it is here already");
    let snapshot = rig.node.snapshot.clone().unwrap();
    assert_eq!(snapshot.data, b"a=1\nb=2\n");
}

#[test]
fn what_is_owed_for_a_log_that_a_snapshot_replaces_waits_for_the_snapshot() {
    let mut rig = Rig::new(3, &[1]);
    rig.prompt = false;
    let append = AppendEntries {
        term: 3,
        leader: 2,
        prev_log_index: 1,
        prev_log_term: 1,
        leader_commit: 0,
        entries: vec![entry(2, 3), entry(3, 3)],
    };
    rig.input(Input::Append(1, append));
    let meta = SnapshotMeta { id: 1, index: 20, term: 3, membership: (0, Membership::new(1..=3, [])) };
    let chunk = InstallSnapshot { term: 3, leader: 2, meta, offset: 0, data: b"a=1\n".to_vec(), done: true };
    rig.input(Input::Install(2, chunk));
    let writes: Vec<u64> = rig.writes.iter().map(|&(number, _)| number).collect();
    assert_eq!(writes.len(), 2, "the entries', and the snapshot's");
    rig.input(Input::Written(writes[0]));
    assert_eq!((rig.appended.len(), rig.installed.len()), (0, 0));
    rig.input(Input::Written(writes[1]));
    assert_eq!((rig.appended.len(), rig.installed.len(), rig.node.durable_index), (1, 1, 20));
}

#[test]
fn a_new_snapshot_begins_anew() {
    let mut rig = Rig::new(3, &[1]);
    rig.chunk(1, 20, 0, "a=1\n", false);
    assert_eq!(rig.chunk(2, 30, 0, "z=9\n", true), InstallResult::Installed);
    assert_eq!(rig.node.snapshot.clone().unwrap().data, b"z=9\n", "nothing of the other one is in it");
}

#[test]
fn an_old_snapshot_rolls_nothing_back() {
    let mut rig = Rig::new(3, &[1; 10]);
    rig.append(3, (10, 1), &[], 10);
    assert_eq!(rig.chunk(1, 5, 0, "old=1\n", true), InstallResult::Installed);
    assert_eq!((rig.node.commit_index, rig.node.last_applied, rig.log().len()), (10, 10, 10));
    assert!(rig.node.snapshot.is_none());
}

#[test]
fn a_suffix_that_agrees_stays_and_any_other_log_goes() {
    let mut agrees = Rig::new(3, &[1, 1, 3, 3, 3]);
    agrees.chunk(1, 3, 0, "a=1\n", true);
    assert_eq!((agrees.node.terms.first_index(), agrees.log()), (4, vec![3, 3]));
    let mut differs = Rig::new(3, &[1, 1, 2, 2, 2]);
    differs.chunk(1, 3, 0, "a=1\n", true);
    assert_eq!((differs.node.terms.first_index(), differs.log()), (4, vec![]));
}

#[test]
fn a_snapshot_is_acknowledged_once_it_is_durable_and_so_is_its_repetition() {
    let mut rig = Rig::new(3, &[1]);
    rig.prompt = false;
    let meta = SnapshotMeta { id: 1, index: 9, term: 3, membership: (0, Membership::new(1..=3, [])) };
    let last = InstallSnapshot { term: 3, leader: 2, meta, offset: 0, data: b"a=1\n".to_vec(), done: true };
    rig.input(Input::Install(1, last.clone())).input(Input::Install(2, last));
    assert_eq!(rig.installed, []);
    rig.sync();
    assert_eq!(rig.installed.len(), 2);
}

#[test]
fn a_chunk_counts_as_a_heartbeat() {
    let mut rig = Rig::new(3, &[1]);
    let before = rig.node.next_deadline();
    rig.now = Micros::from_ms(100);
    rig.chunk(1, 20, 0, "a=1\n", false);
    assert!(rig.node.next_deadline() > before);
    assert_eq!(rig.node.leader, Some(2));
}

#[test]
fn a_compaction_that_an_install_overtook_is_discarded() {
    let mut rig = Rig::new(3, &[1; 10]);
    rig.append(3, (10, 1), &[], 10);
    let meta = rig.builds[0].clone();
    rig.chunk(9, 20, 0, "a=1\n", true);
    rig.input(Input::SnapshotBuilt(Ok(Arc::new(Snapshot { meta, data: Vec::new() }))));
    assert_eq!(rig.node.snapshot.clone().unwrap().meta.index, 20);
    assert!(rig.events.contains(&Event::CompactionDiscarded { node: 1, index: 10 }));
}

#[test]
fn a_snapshot_that_cannot_be_made_stops_the_node() {
    let mut rig = Rig::new(3, &[1; 10]);
    rig.append(3, (10, 1), &[], 10);
    rig.input(Input::SnapshotBuilt(Err(StorageError("full".into()))));
    assert_eq!(rig.node.role(), Role::Shutdown);
    assert!(rig.events.contains(&Event::StorageFailed { node: 1, error: "full".into() }));
}

#[test]
fn a_snapshot_that_is_too_large_is_not_taken() {
    let mut rig = Rig::new(3, &[1]);
    let too_large = "x".repeat(SNAPSHOT_BYTES_MAX);
    assert_eq!(rig.chunk(9, 20, 0, "x", false), InstallResult::Expects(1));
    assert_eq!(rig.chunk(9, 20, 1, &too_large, true), InstallResult::Expects(0));
    assert_eq!(rig.node.commit_index, 0);
}

#[test]
fn an_append_that_reaches_into_the_snapshot_agrees_there() {
    let mut rig = Rig::new(3, &[1]);
    rig.chunk(1, 20, 0, "a=1\n", true);
    let terms = [3; 6];
    assert_eq!(rig.append(3, (17, 3), &terms, 0), AppendResult::Success(23));
    assert_eq!((rig.node.terms.first_index(), rig.log()), (21, vec![3, 3, 3]));
}
