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
pub struct Wiring<N, S, O> {
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
pub async fn run<N: Network, S: Storage, O: Observer>(mut stream: Stream, wiring: Wiring<N, S, O>) {
    let Wiring { network, storage, observer, clock, mut terminate, mut from_core, to_core } = wiring;
    let mut answers = FuturesUnordered::new();
    let mut chunk_answers = FuturesUnordered::new();
    let mut abort: BTreeMap<u64, AbortHandle> = BTreeMap::new();
    let mut read: FuturesUnordered<Reading> = FuturesUnordered::new();
    // One go through the core's events is bounded, like everything (`max_payload_entries` of them).
    let burst_max = stream.config.max_payload_entries as usize;

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
