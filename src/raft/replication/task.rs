//! The task that runs a stream: it waits for inputs and carries out the outputs. It decides nothing.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use futures::channel::{mpsc, oneshot};
use futures::future::{AbortHandle, FutureExt};
use futures::stream::{FuturesUnordered, StreamExt};

use super::{Input, Output, Stream, StreamCommand, StreamReport};
use crate::raft::event::StreamState;
use crate::raft::storage::{LogView, StorageError};
use crate::raft::{Network, NodeId, Observer, Storage};
use crate::runtime::{Clock, Micros};

/// What a stream's task needs from its environment.
pub struct TaskContext<N, S, O> {
    /// Sends RPCs.
    pub network: N,
    /// The leader's storage, from which entries are read.
    pub storage: S,
    /// Receives events.
    pub observer: O,
    /// The virtual clock.
    pub clock: Clock,
    /// Shuts the stream down when a message arrives or the sender is dropped.
    pub terminate: oneshot::Receiver<()>,
    /// The commands from the node.
    pub commands: mpsc::UnboundedReceiver<StreamCommand>,
    /// The reports to the node, each with the stream's target.
    pub reports: mpsc::UnboundedSender<(NodeId, StreamReport)>,
}

type ReadFuture = Pin<Box<dyn Future<Output = Result<LogView, StorageError>>>>;

/// Runs a stream until it shuts down.
///
/// There is a single await point, at which the task waits for all of its inputs at once: so no input is delayed by
/// waiting for another.
pub async fn run<N: Network, S: Storage, O: Observer>(mut stream: Stream, context: TaskContext<N, S, O>) {
    let TaskContext { network, storage, observer, clock, terminate, mut commands, reports } = context;
    // Fused explicitly: `select_biased!` would skip a receiver whose sender is dropped as terminated.
    let mut terminate = terminate.fuse();
    let mut append_responses = FuturesUnordered::new();
    let mut install_responses = FuturesUnordered::new();
    let mut abort_handles: BTreeMap<u64, AbortHandle> = BTreeMap::new();
    let mut reads: FuturesUnordered<ReadFuture> = FuturesUnordered::new();

    let mut timer = clock.sleep_until(Micros::MAX);
    loop {
        for output in stream.take_outputs() {
            match output {
                Output::SendAppend { rpc, request } => {
                    let response = network.append(stream.target(), request).map(move |response| (rpc, response));
                    let (response, handle) = futures::future::abortable(response);
                    abort_handles.insert(rpc, handle);
                    append_responses.push(response);
                }
                Output::SendChunk { rpc, request } => {
                    let response =
                        network.install_snapshot(stream.target(), request).map(move |response| (rpc, response));
                    let (response, handle) = futures::future::abortable(response);
                    abort_handles.insert(rpc, handle);
                    install_responses.push(response);
                }
                Output::CancelRpc { rpc } => {
                    if let Some(handle) = abort_handles.remove(&rpc) {
                        handle.abort();
                    }
                }
                Output::Read { first, last } => reads.push(Box::pin(storage.read(first, last))),
                Output::Report(report) => {
                    // The node may have ended already; then Terminate follows.
                    let _ = reports.unbounded_send((stream.target(), report));
                }
                Output::Emit(event) => observer.emit(event),
            }
        }
        if stream.state() == StreamState::Shutdown {
            return;
        }
        timer.reset(stream.next_deadline());
        // The commands of one input are bounded, by the number of entries in a payload.
        let burst_max = stream.config.max_payload_entries as usize;
        let input = futures::select_biased! {
            _ = terminate => Input::Terminate,
            response = append_responses.select_next_some() => match response {
                Ok((rpc, response)) => {
                    abort_handles.remove(&rpc);
                    Input::AppendResponse { rpc, response }
                }
                Err(futures::future::Aborted) => continue,
            },
            response = install_responses.select_next_some() => match response {
                Ok((rpc, response)) => {
                    abort_handles.remove(&rpc);
                    Input::InstallResponse { rpc, response }
                }
                Err(futures::future::Aborted) => continue,
            },
            entries = reads.select_next_some() => Input::Read(entries),
            () = timer => Input::DeadlineReached,
            first = commands.next() => match first {
                None => Input::Terminate,
                Some(first) => Input::Commands(burst(first, &mut commands, burst_max)),
            },
        };
        stream.handle(clock.now(), input);
    }
}

/// The first command, and those that have arrived already, at most `max` together.
fn burst(
    first: StreamCommand,
    commands: &mut mpsc::UnboundedReceiver<StreamCommand>,
    max: usize,
) -> Vec<StreamCommand> {
    let mut burst = vec![first];
    while burst.len() < max {
        match commands.try_recv() {
            Ok(command) => burst.push(command),
            Err(_) => break,
        }
    }
    burst
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raft::config::Config;
    use crate::raft::log::{Entry, LogTerms, Payload, SharedEntry};
    use crate::raft::network::Unreachable;
    use crate::raft::replication::LeaderContext;
    use crate::raft::rpc::{
        AppendEntries, AppendResponse, InstallResponse, InstallSnapshot, TimeoutNow, VoteRequest, VoteResponse,
    };
    use crate::raft::storage::{Persisted, Write};
    use crate::raft::{Index, SharedSnapshot, SnapshotMeta};
    use crate::runtime::{Executor, GroupId, Step};
    use futures::future::pending;

    /// A network without responses and a storage that never answers.
    #[derive(Clone)]
    struct Silence;

    impl Network for Silence {
        fn timeout_now(&self, _: NodeId, _: TimeoutNow) {}
        fn append(
            &self,
            _: NodeId,
            _: AppendEntries,
        ) -> impl Future<Output = Result<AppendResponse, Unreachable>> + 'static {
            pending()
        }
        fn install_snapshot(
            &self,
            _: NodeId,
            _: InstallSnapshot,
        ) -> impl Future<Output = Result<InstallResponse, Unreachable>> + 'static {
            pending()
        }
        fn vote(&self, _: NodeId, _: VoteRequest) -> impl Future<Output = Result<VoteResponse, Unreachable>> + 'static {
            pending()
        }
    }

    impl Storage for Silence {
        fn load(&self) -> impl Future<Output = Result<Persisted, StorageError>> + 'static {
            pending()
        }
        fn write(&self, _: Write) -> impl Future<Output = Result<(), StorageError>> + 'static {
            pending()
        }
        fn read(&self, _: Index, _: Index) -> impl Future<Output = Result<LogView, StorageError>> + 'static {
            pending()
        }
        fn apply(
            &self,
            _: Index,
            _: Index,
            _: bool,
        ) -> impl Future<Output = Result<Vec<crate::raft::machine::NotDone>, StorageError>> + 'static {
            pending()
        }
        fn get(&self, _: &str) -> impl Future<Output = Result<Option<String>, StorageError>> + 'static {
            pending()
        }
        fn build_snapshot(
            &self,
            _: SnapshotMeta,
        ) -> impl Future<Output = Result<SharedSnapshot, StorageError>> + 'static {
            pending()
        }
    }

    /// Whether a stream's task ends after this many commands and the loss of its leader, all at the same time.
    fn ends_after(commands_sent: Index) -> bool {
        let mut executor = Executor::new();
        let clock = executor.clock().clone();
        let (config, terms) = (Config::classroom(), LogTerms::default());
        let leader = LeaderContext {
            leader: 1,
            term: 1,
            terms,
            commit_index: 0,
            config,
            why: crate::raft::event::StreamWhy::NewLeader,
        };
        let stream = Stream::new(clock.now(), leader, 2, None);
        let (sender, commands) = mpsc::unbounded();
        let (terminator, terminate) = oneshot::channel();
        let reports = mpsc::unbounded().0;
        let context =
            TaskContext { network: Silence, storage: Silence, observer: (), clock, terminate, commands, reports };
        executor.spawner(GroupId(1)).spawn("stream", run(stream, context));
        executor.step();
        for index in 1..=commands_sent {
            let entry = SharedEntry::new(Entry::new(index, 1, Payload::Blank));
            sender.unbounded_send(StreamCommand::Replicate { entry, commit_index: 0 }).unwrap();
        }
        drop((sender, terminator));
        (0..1000).any(|_| executor.step() == Step::Idle)
    }

    #[test]
    fn the_end_of_an_office_is_heard_whatever_comes_with_it() {
        for count in 0..10 {
            assert!(ends_after(count), "after {count} commands");
        }
    }
}
