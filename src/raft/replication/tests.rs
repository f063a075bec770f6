//! Unit tests of [`Stream`] as a value: inputs go in, and its outputs are checked.

use std::sync::Arc;

use super::*;
use crate::raft::config::Config;
use crate::raft::event::{Event, StreamState, StreamWhy};
use crate::raft::log::{Entry, LogTerms, Payload, SharedEntry};
use crate::raft::network::Unreachable;
use crate::raft::rpc::{
    AppendEntries, AppendResponse, AppendResult, ConflictHint, InstallResponse, InstallResult, InstallSnapshot,
};
use crate::raft::storage::{LogView, StorageError};
use crate::raft::{Index, Membership, Snapshot, SnapshotMeta, Term};
use crate::runtime::Micros;

const TERM: Term = 8;

/// A stream, the log that it reads, and all of its outputs so far.
struct Rig {
    stream: Stream,
    now: Micros,
    log: Vec<SharedEntry>,
    first_index: Index,
    last_applied: Index,
    appends: Vec<(u64, AppendEntries)>,
    chunks: Vec<(u64, InstallSnapshot)>,
    reports: Vec<StreamReport>,
    events: Vec<Event>,
    cancelled: Vec<u64>,
    reads: Vec<(Index, Index)>,
}

fn entry(index: Index, term: Term) -> SharedEntry {
    Arc::new(Entry { index, term, payload: Payload::Blank })
}

impl Rig {
    /// The stream of a leader of [`TERM`] whose log had these terms when it was elected, after its first own entry.
    fn new(terms: &[Term], config: Config) -> Rig {
        let mut rig = Rig::before_first_entry(terms, config);
        rig.replicate(1);
        rig
    }

    fn before_first_entry(terms: &[Term], config: Config) -> Rig {
        let context = LeaderContext {
            leader: 1,
            term: TERM,
            terms: terms.iter().copied().collect::<LogTerms>(),
            commit_index: 0,
            config,
        };
        let mut rig = Rig {
            stream: Stream::new(Micros::ZERO, context, 2, None),
            now: Micros::ZERO,
            log: (1..).zip(terms).map(|(index, &term)| entry(index, term)).collect(),
            first_index: 1,
            last_applied: 0,
            appends: Vec::new(),
            chunks: Vec::new(),
            reports: Vec::new(),
            events: Vec::new(),
            cancelled: Vec::new(),
            reads: Vec::new(),
        };
        rig.carry_out();
        rig
    }

    /// Records the outputs, and completes reads at once.
    fn carry_out(&mut self) {
        loop {
            let outputs = self.stream.take_outputs();
            if outputs.is_empty() {
                return;
            }
            for output in outputs {
                match output {
                    Output::SendAppend { rpc, request } => self.appends.push((rpc, request)),
                    Output::SendChunk { rpc, request } => self.chunks.push((rpc, request)),
                    Output::CancelRpc { rpc } => self.cancelled.push(rpc),
                    Output::Report(event) => self.reports.push(event),
                    Output::Emit(event) => self.events.push(event),
                    Output::Read { first, last } => {
                        self.reads.push((first, last));
                        let view = self.view(first, last);
                        self.stream.handle(self.now, Input::Read(Ok(view)));
                    }
                }
            }
        }
    }

    fn view(&self, first: Index, last: Index) -> LogView {
        let wanted = |entry: &&SharedEntry| (first..=last).contains(&entry.index);
        let entries = match first < self.first_index {
            true => Vec::new(),
            false => self.log.iter().filter(wanted).cloned().collect(),
        };
        LogView { first_index: self.first_index, last_applied: self.last_applied, entries }
    }

    fn input(&mut self, input: Input) -> &mut Rig {
        self.stream.handle(self.now, input);
        self.carry_out();
        self
    }

    /// The leader appends this many entries of its term, in one step.
    fn replicate(&mut self, count: u64) -> &mut Rig {
        let last = self.log.len() as Index;
        let entries: Vec<_> = (last + 1..=last + count).map(|index| entry(index, TERM)).collect();
        self.log.extend(entries.iter().cloned());
        let events = entries.into_iter().map(|entry| StreamCommand::Replicate { entry, commit_index: 0 }).collect();
        self.input(Input::Commands(events))
    }

    fn answer(&mut self, rpc: u64, result: AppendResult) -> &mut Rig {
        self.input(Input::AppendResponse { rpc, response: Ok(AppendResponse { term: TERM, result }) })
    }

    /// The target accepts the latest append.
    fn succeed(&mut self) -> &mut Rig {
        let (rpc, request) = self.appends.last().cloned().unwrap();
        self.answer(rpc, AppendResult::Success(request.last_index()))
    }

    /// The target refuses the latest append with this hint.
    fn refuse(&mut self, index: Index, term: Term) -> &mut Rig {
        let rpc = self.appends.last().unwrap().0;
        self.answer(rpc, AppendResult::Conflict(Some(ConflictHint { term, index })))
    }

    /// Advances the clock to `ms`, and handles all deadlines until then.
    fn time(&mut self, ms: u64) -> &mut Rig {
        let end = Micros::from_ms(ms);
        while self.stream.next_deadline() <= end {
            self.now = self.stream.next_deadline();
            self.input(Input::DeadlineReached);
        }
        self.now = end;
        self
    }

    /// The prev index and the indexes of the entries of the latest append.
    fn last_append(&self) -> (Index, Vec<Index>) {
        let request = &self.appends.last().unwrap().1;
        (request.prev_log_index, request.entries.iter().map(|entry| entry.index).collect())
    }

    /// The match and the next index.
    fn indices(&self) -> (Index, Index) {
        (self.stream.match_index(), self.stream.next_index())
    }

    /// A stream at line rate whose target has the whole log.
    fn at_line_rate(terms: &[Term]) -> Rig {
        let mut rig = Rig::new(terms, Config::classroom());
        rig.succeed().succeed();
        assert_eq!(rig.stream.state(), StreamState::LineRate);
        rig
    }

    /// A stream that sends a snapshot of 40 bytes up to index 4, since the entries that its target needs are compacted.
    fn snapshotting() -> Rig {
        let mut rig = Rig::new(&[1, 1, 2, 3, 3, 3], Config::classroom());
        rig.first_index = 5;
        rig.refuse(0, 0);
        assert_eq!(rig.stream.state(), StreamState::Snapshotting);
        assert_eq!(rig.reports.last(), Some(&StreamReport::NeedsSnapshot));
        let meta = SnapshotMeta { id: 7, index: 4, term: 3, membership: (0, Membership::new(1..=3, [])) };
        let data = (0..40).collect();
        rig.input(Input::Commands(vec![StreamCommand::Snapshot(Arc::new(Snapshot { meta, data }))]));
        rig
    }

    fn chunk_answer(&mut self, rpc: u64, result: InstallResult) -> &mut Rig {
        let response =
            InstallResponse { term: TERM, snapshot: 7, last_included_index: 4, last_included_term: 3, result };
        self.input(Input::InstallResponse { rpc, response: Ok(response) })
    }

    fn chunk_offsets(&self) -> Vec<u64> {
        self.chunks.iter().map(|(_, chunk)| chunk.offset).collect()
    }

    fn transitions(&self) -> Vec<(StreamState, StreamWhy)> {
        let transition = |event: &Event| match event {
            Event::StreamState { to, why, .. } => Some((*to, *why)),
            _ => None,
        };
        self.events.iter().filter_map(transition).collect()
    }
}

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
fn a_refusal_lowers_next_and_leaves_match_alone() {
    // The leader of the paper's Figure 7, against its followers' hints.
    let leader = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
    for (what, (index, term), next) in [
        ("a", (9, 6), 10),
        ("b", (4, 4), 5),
        ("e", (7, 4), 6),
        ("f", (9, 3), 4),
        ("an empty log", (0, 0), 1),
        ("a hint beyond what was asked", (99, 6), 10),
        ("a hint of the far future", (Index::MAX, Term::MAX), 10),
        ("every term is higher", (5, 0), 1),
    ] {
        let mut rig = Rig::new(&leader, Config::default());
        assert_eq!(rig.indices(), (0, 11));
        rig.refuse(index, term);
        assert_eq!(rig.indices(), (0, next), "{what}");
        assert_eq!(rig.last_append().0, next - 1, "{what}: asks again at once");
        assert!(!rig.reports.iter().any(|it| matches!(it, StreamReport::UpdateMatchIndex(_))), "{what}");
    }
}

#[test]
fn without_a_hint_next_goes_down_one_by_one_and_never_below_match() {
    let mut rig = Rig::new(&[1, 1, 1], Config::default());
    for next in [3, 2, 1] {
        let rpc = rig.appends.last().unwrap().0;
        rig.answer(rpc, AppendResult::Conflict(None));
        assert_eq!(rig.indices(), (0, next));
    }
    let rpc = rig.appends.last().unwrap().0;
    rig.answer(rpc, AppendResult::Conflict(None));
    assert_eq!(rig.indices(), (0, 1), "index 0 is never refused; who does so is not heard");
}

#[test]
fn a_refusal_that_does_not_speak_of_the_present_next_is_ignored() {
    let mut rig = Rig::new(&[1, 1, 1, 1], Config::default());
    let first = rig.appends.last().unwrap().0;
    rig.time(60); // timed out, and sent again at 50
    rig.refuse(2, 1); // of the second
    assert_eq!(rig.indices(), (0, 3));
    rig.answer(first, AppendResult::Conflict(Some(ConflictHint { term: 1, index: 1 })));
    assert_eq!(rig.indices(), (0, 3));
    rig.succeed();
    assert_eq!(rig.indices().0, 5);
    let answered = rig.events.iter().filter(|it| matches!(it, Event::Answered { counted: false, .. })).count();
    assert_eq!(answered, 1);
}

#[test]
fn a_late_refusal_of_the_same_prev_frees_the_slot_of_the_repeated_one() {
    let mut rig = Rig::new(&[1, 1, 1, 1], Config::default());
    let first = rig.appends.last().unwrap().0;
    rig.time(60);
    let sent = rig.appends.len();
    rig.answer(first, AppendResult::Conflict(Some(ConflictHint { term: 1, index: 1 })));
    assert_eq!(rig.indices(), (0, 2));
    assert_eq!(rig.appends.len(), sent + 1, "the one in flight would only be refused again");
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
fn a_target_that_refuses_what_it_promised_has_lost_it() {
    let mut rig = Rig::at_line_rate(&[1, 1, 1]); // match 4
    rig.time(50);
    rig.refuse(2, 1);
    assert!(rig.events.contains(&Event::MatchLost { node: 1, target: 2, from: 4, to: 2 }));
    assert_eq!((rig.indices(), rig.stream.state()), ((2, 3), StreamState::Lagging));
    assert!(rig.reports.contains(&StreamReport::MatchLost(2)));
}

#[test]
fn an_old_refusal_of_what_is_proven_by_now_is_no_loss() {
    let mut rig = Rig::new(&[1, 1], Config::default());
    let first = rig.appends.last().unwrap().0; // prev 2, not proven yet
    rig.time(60);
    rig.refuse(1, 1).succeed().succeed(); // the repeated one; then all is proven
    assert_eq!(rig.indices(), (3, 4));
    rig.answer(first, AppendResult::Conflict(Some(ConflictHint { term: 1, index: 1 })));
    assert_eq!(rig.indices(), (3, 4));
}

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
fn only_so_many_unanswered_rpcs_are_remembered() {
    let mut rig = Rig::at_line_rate(&[1]);
    rig.time(50 * (LATE_ANSWERS_MAX as u64 + 20));
    assert!(rig.cancelled.len() >= 19, "{} cancelled", rig.cancelled.len());
    let cancelled = rig.cancelled[0];
    let before = rig.events.len();
    rig.answer(cancelled, AppendResult::Success(2));
    assert_eq!(rig.events.len(), before, "its answer tells nothing");
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

#[test]
fn settings_reach_a_stream_that_runs() {
    let mut rig = Rig::at_line_rate(&[1]);
    let config = Config { max_payload_entries: 1, ..Config::default() };
    rig.input(Input::Commands(vec![StreamCommand::SetConfig(config)]));
    rig.replicate(3);
    assert_eq!(rig.last_append(), (2, vec![3]));
}
