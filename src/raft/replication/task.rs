//! The task that runs a stream: it waits for inputs and carries out the outputs. It decides nothing.

use std::future::{poll_fn, Future};
use std::task::{Context, Poll};

use futures::future::FutureExt;

use super::{Input, Output, Stream, StreamCommand, StreamReport};
use crate::raft::event::StreamState;
use crate::raft::{Network, NodeId, Observer, Storage};
use crate::runtime::{Aborted, Clock, Micros, OneshotReceiver, Pending, Receiver, Sender, Ticket};

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
    pub terminate: OneshotReceiver<()>,
    /// The commands from the node.
    pub commands: Receiver<StreamCommand>,
    /// The reports to the node, each with the stream's target.
    pub reports: Sender<(NodeId, StreamReport)>,
}

/// The RPCs of one kind that wait for a response: the response comes with the id of its RPC.
struct Calls<F: Future> {
    responses: Pending<F>,
    tickets: Vec<(u64, Ticket)>,
}

impl<T, F: Future<Output = (u64, T)>> Calls<F> {
    fn new() -> Calls<F> {
        Calls { responses: Pending::default(), tickets: Vec::new() }
    }

    fn push(&mut self, rpc: u64, response: F) {
        self.tickets.push((rpc, self.responses.push(response)));
    }

    fn cancel(&mut self, rpc: u64) {
        if let Some(ticket) = self.forget(rpc) {
            self.responses.abort(ticket);
        }
    }

    fn forget(&mut self, rpc: u64) -> Option<Ticket> {
        let place = self.tickets.binary_search_by_key(&rpc, |&(rpc, _)| rpc).ok()?; // ids ascend
        Some(self.tickets.remove(place).1)
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<(u64, T), Aborted>> {
        let result = self.responses.poll_some(context);
        if let Poll::Ready(Ok((rpc, _))) = &result {
            self.forget(*rpc);
        }
        result
    }
}

/// Runs a stream until it shuts down.
///
/// There is a single await point, at which the task waits for all of its inputs at once: so no input is delayed by
/// waiting for another.
pub async fn run<N: Network, S: Storage, O: Observer>(mut stream: Stream, context: TaskContext<N, S, O>) {
    let TaskContext { network, storage, observer, clock, mut terminate, mut commands, reports } = context;
    let (mut appends, mut installs) = (Calls::new(), Calls::new());
    let mut reads = Pending::default();
    let mut timer = clock.sleep_until(Micros::MAX);

    let target = stream.target();
    loop {
        for output in stream.take_outputs() {
            match output {
                Output::SendAppend { rpc, request } => {
                    let response = network.append(target, request);
                    appends.push(rpc, response.map(move |response| (rpc, response)));
                }
                Output::SendChunk { rpc, request } => {
                    let response = network.install_snapshot(target, request);
                    installs.push(rpc, response.map(move |response| (rpc, response)));
                }
                Output::CancelRpc { rpc } => {
                    appends.cancel(rpc);
                    installs.cancel(rpc);
                }
                Output::Read { first, last } => drop(reads.push(storage.read(first, last))),
                Output::Report(report) => {
                    // The node may have ended already; then Terminate follows.
                    let _ = reports.send((target, report));
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
        // Whatever is ready first in this order. None if a call was given up: look again.
        let input = poll_fn(|context| {
            if terminate.poll_unpin(context).is_ready() {
                return Poll::Ready(Some(Input::Terminate));
            }
            if let Poll::Ready(done) = appends.poll(context) {
                return Poll::Ready(done.ok().map(|(rpc, response)| Input::AppendResponse { rpc, response }));
            }
            if let Poll::Ready(done) = installs.poll(context) {
                return Poll::Ready(done.ok().map(|(rpc, response)| Input::InstallResponse { rpc, response }));
            }
            if let Poll::Ready(done) = reads.poll_some(context) {
                return Poll::Ready(done.ok().map(Input::Read));
            }
            if timer.poll_unpin(context).is_ready() {
                return Poll::Ready(Some(Input::DeadlineReached));
            }
            commands.poll_recv(context).map(|first| match first {
                None => Some(Input::Terminate),
                Some(first) => Some(Input::Commands(burst(first, &mut commands, burst_max))),
            })
        });
        if let Some(input) = input.await {
            stream.handle(clock.now(), input);
        }
    }
}

/// The first command, and those that have arrived already, at most `max` together.
fn burst(first: StreamCommand, commands: &mut Receiver<StreamCommand>, max: usize) -> Vec<StreamCommand> {
    let mut burst = vec![first];
    while burst.len() < max {
        match commands.try_recv() {
            Some(command) => burst.push(command),
            None => break,
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
    use crate::raft::storage::{LogView, Persisted, StorageError, Write};
    use crate::raft::{Index, SharedSnapshot, SnapshotMeta};
    use crate::runtime::{mailbox, oneshot, Executor, GroupId, Step};
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
        let (sender, commands) = mailbox();
        let (terminator, terminate) = oneshot();
        let reports = mailbox().0;
        let context =
            TaskContext { network: Silence, storage: Silence, observer: (), clock, terminate, commands, reports };
        executor.spawner(GroupId(1)).spawn("stream", run(stream, context));
        executor.step();
        for index in 1..=commands_sent {
            let entry = SharedEntry::new(Entry::new(index, 1, Payload::Blank));
            sender.send(StreamCommand::Replicate { entry, commit_index: 0 }).unwrap();
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
