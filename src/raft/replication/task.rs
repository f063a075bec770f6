//! The task around a stream: it waits, and carries out what the stream decides.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use futures::channel::{mpsc, oneshot};
use futures::future::{AbortHandle, FutureExt};
use futures::stream::{FuturesUnordered, StreamExt};

use super::stream::{FromCore, Input, Output, Stream, ToCore};
use crate::raft::event::StreamState;
use crate::raft::storage::{LogView, StorageError};
use crate::raft::{Network, NodeId, Observer, Storage};
use crate::runtime::Clock;

/// What a stream's task is connected to.
pub struct TaskContext<N, S, O> {
    /// Where it sends.
    pub network: N,
    /// Where it reads entries.
    pub storage: S,
    /// Who listens.
    pub observer: O,
    /// What time it is.
    pub clock: Clock,
    /// Ends the stream when something comes, or when the other end is dropped.
    pub terminate: oneshot::Receiver<()>,
    /// Events from the core of the leader.
    pub from_core: mpsc::UnboundedReceiver<FromCore>,
    /// Events to the core of the leader, with the stream's target.
    pub to_core: mpsc::UnboundedSender<(NodeId, ToCore)>,
}

type Reading = Pin<Box<dyn Future<Output = Result<LogView, StorageError>>>>;

/// Runs a stream until it shuts down.
///
/// There is a single await point, and everything that can arrive arrives there: so the stream is never
/// deaf while it waits for something else.
pub async fn run<N: Network, S: Storage, O: Observer>(mut stream: Stream, context: TaskContext<N, S, O>) {
    let TaskContext { network, storage, observer, clock, terminate, mut from_core, to_core } = context;
    // Fused, since a bare receiver whose sender is dropped passes for one that was heard already.
    let mut terminate = terminate.fuse();
    let mut answers = FuturesUnordered::new();
    let mut chunk_answers = FuturesUnordered::new();
    let mut abort: BTreeMap<u64, AbortHandle> = BTreeMap::new();
    let mut read: FuturesUnordered<Reading> = FuturesUnordered::new();

    loop {
        for output in stream.take_outputs() {
            match output {
                Output::Send { rpc, request } => {
                    let answer = network.append(stream.target(), request).map(move |it| (rpc, it));
                    let (answer, handle) = futures::future::abortable(answer);
                    abort.insert(rpc, handle);
                    answers.push(answer);
                }
                Output::SendChunk { rpc, request } => {
                    let answer = network.install_snapshot(stream.target(), request).map(move |it| (rpc, it));
                    let (answer, handle) = futures::future::abortable(answer);
                    abort.insert(rpc, handle);
                    chunk_answers.push(answer);
                }
                Output::Forget { rpc } => {
                    if let Some(handle) = abort.remove(&rpc) {
                        handle.abort();
                    }
                }
                Output::Read { first, last } => read.push(Box::pin(storage.read(first, last))),
                Output::ToCore(event) => {
                    // The core may be gone already; then Terminate is on its way.
                    let _ = to_core.unbounded_send((stream.target(), event));
                }
                Output::Emit(event) => observer.emit(event),
            }
        }
        if stream.state() == StreamState::Shutdown {
            return;
        }
        let mut timer = clock.sleep_until(stream.next_deadline());
        // One go through the core's events is bounded, like everything (`max_payload_entries` of them).
        let burst_max = stream.config.max_payload_entries as usize;
        let input = futures::select_biased! {
            _ = terminate => Input::Terminate,
            answer = answers.select_next_some() => match answer {
                Ok((rpc, response)) => {
                    abort.remove(&rpc);
                    Input::Answer { rpc, response }
                }
                Err(futures::future::Aborted) => continue,
            },
            answer = chunk_answers.select_next_some() => match answer {
                Ok((rpc, response)) => {
                    abort.remove(&rpc);
                    Input::ChunkAnswer { rpc, response }
                }
                Err(futures::future::Aborted) => continue,
            },
            entries = read.select_next_some() => Input::Read(entries),
            _ = timer => Input::Time,
            first = from_core.next() => match first {
                None => Input::Terminate,
                Some(first) => {
                    let mut burst = vec![first];
                    while burst.len() < burst_max {
                        match from_core.try_recv() {
                            Ok(event) => burst.push(event),
                            Err(_) => break,
                        }
                    }
                    Input::Core(burst)
                }
            },
        };
        stream.handle(clock.now(), input);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raft::config::Config;
    use crate::raft::log::{Entry, LogTerms, Payload, SharedEntry};
    use crate::raft::network::Unreachable;
    use crate::raft::replication::Office;
    use crate::raft::rpc::{
        AppendEntries, AppendResponse, InstallResponse, InstallSnapshot, TimeoutNow, VoteRequest, VoteResponse,
    };
    use crate::raft::storage::{Persisted, Write};
    use crate::raft::{Index, SharedSnapshot, SnapshotMeta};
    use crate::runtime::{Executor, GroupId, Step};
    use futures::future::pending;

    /// A network that says nothing, and a storage that has nothing.
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
        fn apply(&self, _: Index, _: Index) -> impl Future<Output = Result<(), StorageError>> + 'static {
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

    /// Whether a stream's task ends after so many events and the loss of its leader, all at one moment.
    fn ends_after(events: Index) -> bool {
        let mut executor = Executor::new();
        let clock = executor.clock().clone();
        let (config, terms) = (Config::classroom(), LogTerms::default());
        let office = Office { leader: 1, term: 1, terms, commit_index: 0, config };
        let stream = Stream::new(clock.now(), office, 2, None);
        let (sender, from_core) = mpsc::unbounded();
        let (terminator, terminate) = oneshot::channel();
        let to_core = mpsc::unbounded().0;
        let context =
            TaskContext { network: Silence, storage: Silence, observer: (), clock, terminate, from_core, to_core };
        executor.spawner(GroupId(1)).spawn("stream", run(stream, context));
        executor.step();
        for index in 1..=events {
            let entry = SharedEntry::new(Entry { index, term: 1, payload: Payload::Blank });
            sender.unbounded_send(FromCore::Replicate { entry, commit_index: 0 }).unwrap();
        }
        drop((sender, terminator));
        (0..1000).any(|_| executor.step() == Step::Idle)
    }

    #[test]
    fn the_end_of_an_office_is_heard_whatever_comes_with_it() {
        for events in 0..10 {
            assert!(ends_after(events), "after {events} events");
        }
    }
}
