//! Property tests: whatever the responses and their timing, a stream never panics, `match_index < next_index` holds,
//! and buffers and remembered RPCs stay within their limits. The events always agree with the state.
//!
//! For more than the usual 256 cases: `PROPTEST_CASES=1000000 cargo test --lib arbitrary`.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::raft::config::Config;
use crate::raft::event::{Event, StreamState};
use crate::raft::log::{Entry, LogTerms, Payload, SharedEntry};
use crate::raft::network::Unreachable;
use crate::raft::rpc::{AppendResponse, AppendResult, ConflictHint, InstallResponse, InstallResult};
use crate::raft::storage::{LogView, StorageError};
use crate::raft::{Index, Membership, Snapshot, SnapshotMeta, Term};
use crate::runtime::Micros;

const TERM: Term = 8;

/// One step of a random run.
#[derive(Clone, Debug)]
enum Step {
    /// A response to one of the latest appends, counted back from the last RPC.
    Answer(u64, Result<AppendResponse, ()>),
    /// A response to one of the latest chunks, counted back from the last RPC.
    ChunkAnswer(u64, Result<InstallResponse, ()>),
    /// The leader appends this many entries.
    Replicate(u64),
    /// Another command arrives.
    Command(StreamCommand),
    /// The read in progress completes.
    Read,
    /// The log is compacted, except for this many entries at its end.
    Compact(u64),
    /// The read in progress fails.
    Fail,
    /// The clock advances to the next deadline.
    Time,
    /// The node terminates the stream.
    Terminate,
}

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![20 => 0..16u64, 1 => Just(u64::MAX), 1 => Just(u64::MAX - 1)]
}

fn term() -> impl Strategy<Value = Term> {
    prop_oneof![200 => Just(TERM), 10 => 0..TERM, 1 => number()]
}

fn hint() -> impl Strategy<Value = Option<ConflictHint>> {
    prop::option::of((number(), number()).prop_map(|(term, index)| ConflictHint { term, index }))
}

fn answer() -> impl Strategy<Value = Result<AppendResponse, ()>> {
    let result = prop_oneof![
        4 => number().prop_map(AppendResult::Success),
        4 => hint().prop_map(AppendResult::Conflict),
        1 => Just(AppendResult::StaleTerm),
    ];
    prop_oneof![
        9 => (term(), result).prop_map(|(term, result)| Ok(AppendResponse { term, result })),
        1 => Just(Err(())),
    ]
}

fn chunk_answer() -> impl Strategy<Value = Result<InstallResponse, ()>> {
    let result = prop_oneof![
        6 => number().prop_map(InstallResult::Expects),
        1 => Just(InstallResult::Installed),
        1 => Just(InstallResult::StaleTerm),
    ];
    prop_oneof![
        9 => (term(), 0..3u64, number(), number(), result).prop_map(|(term, snapshot, index, at, result)| {
            Ok(InstallResponse { term, snapshot, last_included_index: index, last_included_term: at, result })
        }),
        1 => Just(Err(())),
    ]
}

fn command() -> impl Strategy<Value = StreamCommand> {
    let config = (0..6u64, 1..6u64, 1..4u32, 1..6u64).prop_map(|(lag, threshold, payload, chunk)| {
        StreamCommand::SetConfig(Config {
            replication_lag_threshold: lag,
            snapshot_threshold: threshold,
            max_payload_entries: payload,
            snapshot_max_chunk_size: chunk,
            ..Config::classroom()
        })
    });
    let snapshot =
        (0..3u64, 1..16u64, 0..TERM, prop::collection::vec(any::<u8>(), 0..12)).prop_map(|(id, index, term, data)| {
            let meta = SnapshotMeta { id, index, term, membership: (0, Membership::new(1..=3, [])) };
            StreamCommand::Snapshot(Arc::new(Snapshot { meta, data }))
        });
    prop_oneof![
        number().prop_map(StreamCommand::UpdateCommitIndex),
        number().prop_map(StreamCommand::HeartbeatRound),
        snapshot,
        config,
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => (0..4u64, answer()).prop_map(|(back, answer)| Step::Answer(back, answer)),
        10 => (0..4u64, chunk_answer()).prop_map(|(back, answer)| Step::ChunkAnswer(back, answer)),
        10 => (1..6u64).prop_map(Step::Replicate),
        10 => command().prop_map(Step::Command),
        10 => Just(Step::Read),
        2 => (0..6u64).prop_map(Step::Compact),
        15 => Just(Step::Time),
        1 => Just(Step::Fail),
        1 => Just(Step::Terminate),
    ]
}

/// A stream, the log that it reads, and what it has sent.
struct Rig {
    stream: Stream,
    now: Micros,
    log: Vec<SharedEntry>,
    first_index: Index,
    reads: Vec<(Index, Index)>,
    last_rpc: u64,
    observed: Observed,
}

/// The state of the stream according to its events.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Observed {
    next: Index,
    match_index: Index,
    /// For each buffer, the index of its first entry and the number of entries.
    replication: (Index, u32),
    outbound: (Index, u32),
}

impl Observed {
    fn observe(&mut self, event: &Event) {
        match event {
            Event::Next { to, .. } => self.next = *to,
            Event::Match { to, .. } | Event::MatchLost { to, .. } => self.match_index = *to,
            Event::Buffer { replication, replication_first, outbound, .. } => {
                self.replication = (*replication_first, *replication);
                self.outbound = (self.next, *outbound);
            }
            _ => {}
        }
    }

    /// Whether the stream has this state.
    fn is_true_of(&self, stream: &Stream) -> bool {
        let is = |(first, count): (Index, u32), indices: Vec<Index>| {
            indices == (first..first + Index::from(count)).collect::<Vec<_>>()
        };
        (self.next, self.match_index) == (stream.next_index(), stream.match_index())
            && is(self.replication, stream.replication_buffer.iter().map(|entry| entry.index).collect())
            && is(self.outbound, stream.outbound_buffer.iter().map(|entry| entry.index).collect())
    }
}

impl Rig {
    fn view(&self, first: Index, last: Index) -> LogView {
        let is_there = first >= self.first_index;
        let wanted = |entry: &&SharedEntry| is_there && (first..=last).contains(&entry.index);
        LogView {
            first_index: self.first_index,
            last_applied: self.log.len() as Index,
            entries: self.log.iter().filter(wanted).cloned().collect(),
        }
    }

    fn handle(&mut self, input: Input) {
        self.stream.handle(self.now, input);
        self.take_outputs();
    }

    fn take_outputs(&mut self) {
        let outputs: Vec<Output> = self.stream.take_outputs().collect();
        for output in outputs {
            match output {
                Output::SendAppend { rpc, request } => {
                    self.last_rpc = rpc;
                    // Whatever the responses were: the entries sent are those of the leader's log after prev.
                    for (index, entry) in (request.prev_log_index + 1..).zip(&request.entries) {
                        assert_eq!(entry.index, index);
                        assert!(index <= self.log.len() as Index);
                    }
                }
                Output::SendChunk { rpc, .. } => self.last_rpc = rpc,
                Output::Read { first, last } => self.reads.push((first, last)),
                Output::Emit(event) => self.observed.observe(&event),
                Output::CancelRpc { .. } | Output::Report(_) => {}
            }
        }
        assert!(self.reads.len() <= 1, "one read at a time");
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Answer(back, answer) => {
                let response = answer.map_err(|()| Unreachable);
                self.handle(Input::AppendResponse { rpc: self.last_rpc.saturating_sub(back), response });
            }
            Step::ChunkAnswer(back, answer) => {
                let response = answer.map_err(|()| Unreachable);
                self.handle(Input::InstallResponse { rpc: self.last_rpc.saturating_sub(back), response });
            }
            Step::Replicate(count) => {
                let begin = self.log.len() as Index;
                let entry = |index| Arc::new(Entry::new(index, TERM, Payload::Blank));
                let entries: Vec<SharedEntry> = (begin + 1..=begin + count).map(entry).collect();
                self.log.extend(entries.iter().cloned());
                let replicate = |entry| StreamCommand::Replicate { entry, commit_index: begin };
                self.handle(Input::Commands(entries.into_iter().map(replicate).collect()));
            }
            Step::Command(command) => self.handle(Input::Commands(vec![command])),
            Step::Read => {
                if let Some((first, last)) = self.reads.pop() {
                    let view = self.view(first, last);
                    self.handle(Input::Read(Ok(view)));
                }
            }
            Step::Compact(rest) => {
                self.first_index = self.first_index.max((self.log.len() as Index).saturating_sub(rest) + 1);
            }
            Step::Fail => {
                if self.reads.pop().is_some() {
                    self.handle(Input::Read(Err(StorageError("the disk is gone".into()))));
                }
            }
            Step::Time => {
                self.now = self.now.max(self.stream.next_deadline());
                self.handle(Input::DeadlineReached);
            }
            Step::Terminate => self.handle(Input::Terminate),
        }
    }
}

proptest! {
    #[test]
    fn no_answer_makes_a_stream_panic_or_believe_too_much(
        terms in prop::collection::vec(1..TERM, 0..8),
        prompt in any::<bool>(),
        steps in prop::collection::vec(step(), 0..80),
    ) {
        let mut terms = terms;
        terms.sort_unstable();
        let context = LeaderContext {
            leader: 1,
            term: TERM,
            terms: terms.iter().copied().collect::<LogTerms>(),
            commit_index: 0,
            config: Config { snapshot_max_chunk_size: 4, ..Config::classroom() },
            why: crate::raft::event::StreamWhy::NewLeader,
        };
        let entry = |(index, &term)| Arc::new(Entry::new(index, term, Payload::Blank));
        let mut rig = Rig {
            stream: Stream::new(Micros::ZERO, context, 2, None),
            now: Micros::ZERO,
            log: (1..).zip(&terms).map(entry).collect(),
            first_index: 1,
            reads: Vec::new(),
            last_rpc: 1,
            observed: Observed::default(),
        };
        rig.take_outputs();
        for step in steps {
            let had_ended = rig.stream.state() == StreamState::Shutdown;
            rig.step(step);
            if prompt {
                (0..3).for_each(|_| rig.step(Step::Read));
            }
            let stream = &rig.stream;
            prop_assert!(stream.match_index() < stream.next_index());
            prop_assert!(stream.next_index() <= stream.last_log_index + 1);
            prop_assert!(stream.sent_rpcs.len() as u64 <= crate::raft::replication::sent::RECENT_RPCS);
            prop_assert!(stream.outbound_buffer.len() <= 3, "no more than the largest payload");
            let agrees = rig.observed.is_true_of(stream) || stream.state() == StreamState::Shutdown;
            prop_assert!(agrees, "{:?} of {:?}", rig.observed, stream);
            prop_assert!(had_ended <= (stream.state() == StreamState::Shutdown), "a stream that has ended stays so");
        }
    }
}
