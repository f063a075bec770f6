//! Unit tests of [`Stream`] as a value: inputs go in, and its outputs are checked.

mod appends;
mod lifecycle;
mod refusals;
mod snapshotting;

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
    Arc::new(Entry::new(index, term, Payload::Blank))
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
            why: StreamWhy::NewLeader,
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
            let outputs: Vec<Output> = self.stream.take_outputs().collect();
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
