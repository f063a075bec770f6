//! The task around a node: it waits, and carries out what the node decides.

use std::collections::{BTreeMap, BTreeSet};

use std::future::Future;
use std::pin::Pin;

use futures::channel::{mpsc, oneshot};
use futures::future::FutureExt;
use futures::stream::{FuturesOrdered, FuturesUnordered, StreamExt};
use litemap::LiteMap;

use super::{Input, MembersResult, Node, Output, ReadResult, Setup, Token, WriteResult};
use crate::raft::config::Config;
use crate::raft::event::{Event, Role};
use crate::raft::log::Payload;
use crate::raft::replication::{self, FromCore, ToCore};
use crate::raft::rpc::{
    AppendEntries, AppendResponse, InstallResponse, InstallSnapshot, TimeoutNow, VoteRequest, VoteResponse,
};
use crate::raft::storage::StorageError;
use crate::raft::{Index, Network, NodeId, Observer, Storage, Term};
use crate::runtime::{Clock, Micros, Spawner};

/// Where an answer goes. Dropped unanswered, it says nothing: that is what a crash looks like.
pub struct Responder<T>(Box<dyn FnOnce(T)>);

impl<T> Responder<T> {
    /// An answer that is given to `take`.
    pub fn new(take: impl FnOnce(T) + 'static) -> Responder<T> {
        Responder(Box::new(take))
    }

    fn respond(self, value: T) {
        (self.0)(value);
    }
}

impl<T: 'static> From<oneshot::Sender<T>> for Responder<T> {
    fn from(sender: oneshot::Sender<T>) -> Responder<T> {
        Responder::new(move |value| {
            let _ = sender.send(value); // whoever asked may have stopped waiting
        })
    }
}

/// What can be asked of a running node.
pub enum Request {
    /// An append or a heartbeat from a leader.
    Append(AppendEntries, Responder<AppendResponse>),
    /// A chunk of a leader's snapshot.
    Install(InstallSnapshot, Responder<InstallResponse>),
    /// A candidate asks for a vote.
    Vote(VoteRequest, Responder<VoteResponse>),
    /// A client writes.
    Write(Payload, Responder<WriteResult>),
    /// A client reads a key.
    Read(String, Responder<ReadResult>),
    /// Add a node that receives the log without a vote.
    AddLearner(NodeId, Responder<MembersResult>),
    /// Make these the voters.
    Members(BTreeSet<NodeId>, Responder<MembersResult>),
    /// Hand the office over to this voter.
    Transfer(NodeId),
    /// The leader hands over to this node.
    TimeoutNow(TimeoutNow),
    /// Make a snapshot now: of the state at this index, or of all that is applied.
    Compact(Option<Index>),
    /// These settings from now on.
    SetConfig(Config),
    /// Campaign now.
    Campaign,
    /// Let the election timeout pass at this time.
    SetTimer(Micros),
}

/// What a node's task is connected to.
pub struct TaskContext<N, S, O> {
    /// Where it sends.
    pub network: N,
    /// What it keeps.
    pub storage: S,
    /// Who listens.
    pub observer: O,
    /// What time it is.
    pub clock: Clock,
    /// Starts the tasks of its streams.
    pub spawner: Spawner,
    /// What others ask of it.
    pub requests: mpsc::UnboundedReceiver<Request>,
}

/// The connections to one stream's task. Dropping it terminates the stream.
struct StreamHandle {
    events: mpsc::UnboundedSender<FromCore>,
    _terminate: oneshot::Sender<()>,
}

/// Answers that are replies.
#[derive(Default)]
struct PendingReplies {
    last: Token,
    append: LiteMap<Token, Responder<AppendResponse>>,
    vote: LiteMap<Token, Responder<VoteResponse>>,
    install: LiteMap<Token, Responder<InstallResponse>>,
    read: LiteMap<Token, Responder<ReadResult>>,
    members: LiteMap<Token, Responder<MembersResult>>,
    /// There can be very many of these.
    write: BTreeMap<Token, Responder<WriteResult>>,
}

impl PendingReplies {
    fn accept(&mut self, request: Request) -> Input {
        self.last += 1;
        let token = self.last;
        match request {
            Request::Append(request, answer) => {
                self.append.insert(token, answer);
                Input::Append(token, request)
            }
            Request::Vote(request, answer) => {
                self.vote.insert(token, answer);
                Input::Vote(token, request)
            }
            Request::Write(payload, answer) => {
                self.write.insert(token, answer);
                Input::Write(token, payload)
            }
            Request::Install(request, answer) => {
                self.install.insert(token, answer);
                Input::Install(token, request)
            }
            Request::Compact(index) => Input::Compact(index),
            Request::Read(key, answer) => {
                self.read.insert(token, answer);
                Input::Read(token, key)
            }
            Request::AddLearner(node, answer) => {
                self.members.insert(token, answer);
                Input::AddLearner(token, node)
            }
            Request::Members(voters, answer) => {
                self.members.insert(token, answer);
                Input::Members(token, voters)
            }
            Request::Transfer(target) => Input::Transfer(target),
            Request::TimeoutNow(request) => Input::TimeoutNow(request),
            Request::SetConfig(config) => Input::SetConfig(config),
            Request::Campaign => Input::Campaign,
            Request::SetTimer(deadline) => Input::SetTimer(deadline),
        }
    }
}

type Disk<T> = Pin<Box<dyn Future<Output = Result<T, StorageError>>>>;

/// Runs a node until its storage fails or nobody can request it any more.
///
/// There is a single await point, and everything that can arrive arrives there.
pub async fn run<N: Network, S: Storage, O: Observer>(id: NodeId, setup: Setup, context: TaskContext<N, S, O>) {
    let TaskContext { network, storage, observer, clock, spawner, mut requests } = context;
    let persisted = match storage.load().await {
        Ok(persisted) => persisted,
        Err(StorageError(error)) => return observer.emit(Event::StorageFailed { node: id, error }),
    };
    let mut node = Node::new(clock.now(), id, setup, persisted);

    let mut replies = PendingReplies::default();
    let mut writes: FuturesOrdered<Disk<u64>> = FuturesOrdered::new();
    let mut applies: FuturesUnordered<Disk<u64>> = FuturesUnordered::new();
    let mut builds = FuturesUnordered::new();
    let mut gets = FuturesUnordered::new();
    let mut votes = FuturesUnordered::new();
    let mut streams: LiteMap<NodeId, StreamHandle> = LiteMap::new();
    // Each office has its own channel, so that what old streams still say carries its term.
    let (mut to_core, mut from_streams) = mpsc::unbounded::<(NodeId, ToCore)>();
    let mut streams_term: Term = node.term();

    loop {
        for output in node.take_outputs() {
            match output {
                Output::AnswerAppend(token, answer) => {
                    replies.append.remove(&token).into_iter().for_each(|to| to.respond(answer.clone()))
                }
                Output::AnswerVote(token, answer) => {
                    replies.vote.remove(&token).into_iter().for_each(|to| to.respond(answer.clone()))
                }
                Output::AnswerInstall(token, answer) => {
                    replies.install.remove(&token).into_iter().for_each(|to| to.respond(answer.clone()))
                }
                Output::BuildSnapshot(meta) => builds.push(storage.build_snapshot(meta)),
                Output::AnswerRead(token, answer) => {
                    replies.read.remove(&token).into_iter().for_each(|to| to.respond(answer.clone()))
                }
                Output::AnswerMembers(token, answer) => {
                    replies.members.remove(&token).into_iter().for_each(|to| to.respond(answer))
                }
                Output::Get(token, key) => gets.push(storage.get(&key).map(move |value| (token, value))),
                Output::TimeoutNow(target, request) => network.timeout_now(target, request),
                Output::StopStream(target) => drop(streams.remove(&target)),
                Output::AnswerWrite(token, answer) => {
                    replies.write.remove(&token).into_iter().for_each(|to| to.respond(answer))
                }
                Output::RequestVote(voter, request) => {
                    let term = request.term;
                    votes.push(network.vote(voter, request).map(move |answer| (voter, term, answer)));
                }
                Output::Write(number, write) => {
                    writes.push_back(Box::pin(storage.write(write).map(move |done| done.map(|()| number))))
                }
                Output::Apply { first, last } => {
                    applies.push(Box::pin(storage.apply(first, last).map(move |done| done.map(|()| last))))
                }
                Output::StartStream(stream) => {
                    if streams.is_empty() {
                        (to_core, from_streams) = mpsc::unbounded();
                        streams_term = node.term();
                    }
                    let (events, from_core) = mpsc::unbounded();
                    let (terminator, terminate) = oneshot::channel();
                    let target = stream.target();
                    streams.insert(target, StreamHandle { events, _terminate: terminator });
                    let context = replication::TaskContext {
                        network: network.clone(),
                        storage: storage.clone(),
                        observer: observer.clone(),
                        clock: clock.clone(),
                        terminate,
                        from_core,
                        to_core: to_core.clone(),
                    };
                    spawner.spawn(format!("stream {id} → {target}"), replication::run(*stream, context));
                }
                Output::StopStreams => streams.clear(),
                Output::ToStream(target, event) => {
                    if let Some(stream) = streams.get(&target) {
                        let _ = stream.events.unbounded_send(event); // a stream that ended needs no events
                    }
                }
                Output::Emit(event) => observer.emit(event),
            }
        }
        if node.role() == Role::Shutdown {
            return;
        }
        let mut timer = clock.sleep_until(node.next_deadline().unwrap_or(Micros::MAX));
        let input = futures::select_biased! {
            written = writes.select_next_some() => written.map_or_else(Input::StorageFailed, Input::Written),
            applied = applies.select_next_some() => applied.map_or_else(Input::StorageFailed, Input::Applied),
            (token, value) = gets.select_next_some() => match value {
                Ok(value) => {
                    replies.read.remove(&token).into_iter().for_each(|to| to.respond(ReadResult::Value(value.clone())));
                    continue;
                }
                Err(error) => Input::StorageFailed(error),
            },
            built = builds.select_next_some() => Input::SnapshotBuilt(built),
            (target, event) = from_streams.select_next_some() => Input::Stream { target, term: streams_term, event },
            (voter, term, answer) = votes.select_next_some() => match answer {
                Ok(response) => Input::VoteAnswered { voter, term, response },
                Err(_) => continue, // a voter that is down does not vote
            },
            request = requests.next() => match request {
                Some(request) => replies.accept(request),
                None => return,
            },
            _ = timer => Input::Time,
        };
        node.handle(clock.now(), input);
    }
}
