//! The task that runs a node: it waits for inputs and carries out the outputs. It decides nothing.

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
use crate::raft::log::{Payload, Session};
use crate::raft::machine::NotDone;
use crate::raft::network::Unreachable;
use crate::raft::replication::{self, Stream, StreamCommand, StreamReport};
use crate::raft::rpc::{
    AppendEntries, AppendResponse, InstallResponse, InstallSnapshot, TimeoutNow, VoteRequest, VoteResponse,
};
use crate::raft::storage::StorageError;
use crate::raft::{Index, Network, NodeId, Observer, SharedSnapshot, Storage, Term};
use crate::runtime::{Clock, Micros, Spawner};

/// Takes the answer to one request. Dropped without an answer, it sends none: the requester sees no difference to a
/// crash or a lost message.
pub struct Responder<T>(Box<dyn FnOnce(T)>);

impl<T> Responder<T> {
    /// A responder that passes the answer to `send`.
    pub fn new(send: impl FnOnce(T) + 'static) -> Responder<T> {
        Responder(Box::new(send))
    }

    /// Sends the answer.
    fn respond(self, value: T) {
        (self.0)(value);
    }
}

impl<T: 'static> From<oneshot::Sender<T>> for Responder<T> {
    fn from(sender: oneshot::Sender<T>) -> Responder<T> {
        Responder::new(move |value| {
            let _ = sender.send(value); // the requester may have stopped waiting
        })
    }
}

/// A request to a running node: an RPC, a client's request, or a control operation of the simulation.
pub enum Request {
    /// AppendEntries from a leader: entries or a heartbeat.
    Append(AppendEntries, Responder<AppendResponse>),
    /// InstallSnapshot from a leader: a chunk of a snapshot.
    Install(InstallSnapshot, Responder<InstallResponse>),
    /// RequestVote from a candidate.
    Vote(VoteRequest, Responder<VoteResponse>),
    /// A client's write, with its session if the client may send it again.
    Write(Payload, Option<Session>, Responder<WriteResult>),
    /// A client's read of a key.
    Read(String, Responder<ReadResult>),
    /// The addition of a learner: a node that receives the log without a vote.
    AddLearner(NodeId, Responder<MembersResult>),
    /// A change to these voters and, if given, exactly these learners.
    ChangeMembers(BTreeSet<NodeId>, Option<BTreeSet<NodeId>>, Responder<MembersResult>),
    /// A transfer of leadership to this voter.
    Transfer(NodeId),
    /// TimeoutNow: the leader transfers its leadership to this node.
    TimeoutNow(TimeoutNow),
    /// Build a snapshot now: of the state at this index, or at the last applied index.
    Compact(Option<Index>),
    /// Use these settings from now on.
    SetConfig(Config),
    /// Campaign now, as if the election timeout had elapsed.
    Campaign,
    /// Set the election deadline to this time, or switch the election timer off until it is set again.
    SetTimer(Option<Micros>),
}

/// What a node's task needs from its environment.
pub struct TaskContext<N, S, O> {
    /// Sends RPCs.
    pub network: N,
    /// Stores the persistent state.
    pub storage: S,
    /// Receives events.
    pub observer: O,
    /// The virtual clock.
    pub clock: Clock,
    /// Spawns the tasks of the replication streams.
    pub spawner: Spawner,
    /// The requests to the node. The task ends when the sender is dropped.
    pub requests: mpsc::UnboundedReceiver<Request>,
}

/// The channels to one stream's task. Dropping it terminates the stream.
struct StreamHandle {
    commands: mpsc::UnboundedSender<StreamCommand>,
    _terminate: oneshot::Sender<()>,
}

/// The responders of requests that are not answered yet, by token.
#[derive(Default)]
struct PendingReplies {
    last_token: Token,
    append: LiteMap<Token, Responder<AppendResponse>>,
    vote: LiteMap<Token, Responder<VoteResponse>>,
    install: LiteMap<Token, Responder<InstallResponse>>,
    read: LiteMap<Token, Responder<ReadResult>>,
    members: LiteMap<Token, Responder<MembersResult>>,
    /// A tree, since there can be very many.
    write: BTreeMap<Token, Responder<WriteResult>>,
}

impl PendingReplies {
    /// Assigns a token to a request, keeps its responder, and returns the input for the node.
    fn register(&mut self, request: Request) -> Input {
        self.last_token += 1;
        let token = self.last_token;
        match request {
            Request::Append(request, responder) => {
                self.append.insert(token, responder);
                Input::Append(token, request)
            }
            Request::Vote(request, responder) => {
                self.vote.insert(token, responder);
                Input::Vote(token, request)
            }
            Request::Write(payload, session, responder) => {
                self.write.insert(token, responder);
                Input::Write(token, payload, session)
            }
            Request::Install(request, responder) => {
                self.install.insert(token, responder);
                Input::Install(token, request)
            }
            Request::Compact(index) => Input::Compact(index),
            Request::Read(key, responder) => {
                self.read.insert(token, responder);
                Input::Read(token, key)
            }
            Request::AddLearner(node, responder) => {
                self.members.insert(token, responder);
                Input::AddLearner(token, node)
            }
            Request::ChangeMembers(voters, learners, responder) => {
                self.members.insert(token, responder);
                Input::ChangeMembers(token, voters, learners)
            }
            Request::Transfer(target) => Input::Transfer(target),
            Request::TimeoutNow(request) => Input::TimeoutNow(request),
            Request::SetConfig(config) => Input::SetConfig(config),
            Request::Campaign => Input::Campaign,
            Request::SetTimer(deadline) => Input::SetTimer(deadline),
        }
    }
}

type StorageFuture<T> = Pin<Box<dyn Future<Output = Result<T, StorageError>>>>;
type VoteFuture = Pin<Box<dyn Future<Output = (NodeId, Term, Result<VoteResponse, Unreachable>)>>>;
type GetFuture = Pin<Box<dyn Future<Output = (Token, Result<Option<String>, StorageError>)>>>;

/// The operations that a node's task has started and waits for.
struct InProgress {
    /// Writes, each with its number. They complete in order.
    writes: FuturesOrdered<StorageFuture<u64>>,
    /// The application of entries, with the last index. At most one.
    applies: FuturesUnordered<StorageFuture<(Index, Vec<NotDone>)>>,
    /// The construction of a snapshot. At most one.
    builds: FuturesUnordered<StorageFuture<SharedSnapshot>>,
    /// Reads of the state machine, each with the request that it answers.
    gets: FuturesUnordered<GetFuture>,
    /// RequestVote RPCs, each with the voter and the term of the request.
    votes: FuturesUnordered<VoteFuture>,
}

/// The replication streams of a node.
struct Streams {
    handles: LiteMap<NodeId, StreamHandle>,
    /// Each term of leadership has its own channel, so that late reports of old streams are not taken for new ones.
    report_sender: mpsc::UnboundedSender<(NodeId, StreamReport)>,
    reports: mpsc::UnboundedReceiver<(NodeId, StreamReport)>,
    /// The term of the streams that report to `reports`.
    term: Term,
}

/// Carries out the outputs of one node.
struct NodeTask<N, S, O> {
    id: NodeId,
    network: N,
    storage: S,
    observer: O,
    clock: Clock,
    spawner: Spawner,
    replies: PendingReplies,
    in_progress: InProgress,
    streams: Streams,
}

impl<N: Network, S: Storage, O: Observer> NodeTask<N, S, O> {
    /// Carries out one output of the node, whose term is `term`.
    fn carry_out(&mut self, output: Output, term: Term) {
        let InProgress { writes, applies, builds, gets, votes } = &mut self.in_progress;
        match output {
            Output::AnswerAppend(token, response) => answer(self.replies.append.remove(&token), response),
            Output::AnswerVote(token, response) => answer(self.replies.vote.remove(&token), response),
            Output::AnswerInstall(token, response) => answer(self.replies.install.remove(&token), response),
            Output::AnswerWrite(token, result) => answer(self.replies.write.remove(&token), result),
            Output::AnswerRead(token, result) => answer(self.replies.read.remove(&token), result),
            Output::AnswerMembers(token, result) => answer(self.replies.members.remove(&token), result),
            Output::Get(token, key) => {
                gets.push(Box::pin(self.storage.get(&key).map(move |value| (token, value))));
            }
            Output::TimeoutNow(target, request) => self.network.timeout_now(target, request),
            Output::RequestVote(voter, request) => {
                let term = request.term;
                votes.push(Box::pin(self.network.vote(voter, request).map(move |response| (voter, term, response))));
            }
            Output::Write(number, write) => {
                writes.push_back(Box::pin(self.storage.write(write).map(move |done| done.map(|()| number))));
            }
            Output::Apply { first, last, once } => {
                let applied = self.storage.apply(first, last, once);
                applies.push(Box::pin(applied.map(move |done| done.map(|not_done| (last, not_done)))));
            }
            Output::BuildSnapshot(meta) => builds.push(Box::pin(self.storage.build_snapshot(meta))),
            Output::StartStream(stream) => self.start_stream(*stream, term),
            Output::StopStream(target) => drop(self.streams.handles.remove(&target)),
            Output::StopStreams => self.streams.handles.clear(),
            Output::ToStream(target, command) => {
                if let Some(stream) = self.streams.handles.get(&target) {
                    let _ = stream.commands.unbounded_send(command); // a stream that has ended needs no commands
                }
            }
            Output::Emit(event) => self.observer.emit(event),
        }
    }

    /// Spawns the task of a replication stream that belongs to `term`.
    fn start_stream(&mut self, stream: Stream, term: Term) {
        if self.streams.handles.is_empty() {
            (self.streams.report_sender, self.streams.reports) = mpsc::unbounded();
            self.streams.term = term;
        }
        let (sender, commands) = mpsc::unbounded();
        let (terminator, terminate) = oneshot::channel();
        let target = stream.target();
        self.streams.handles.insert(target, StreamHandle { commands: sender, _terminate: terminator });
        let context = replication::TaskContext {
            network: self.network.clone(),
            storage: self.storage.clone(),
            observer: self.observer.clone(),
            clock: self.clock.clone(),
            terminate,
            commands,
            reports: self.streams.report_sender.clone(),
        };
        self.spawner.spawn(format!("stream {} → {target}", self.id), replication::run(stream, context));
    }
}

fn answer<T>(responder: Option<Responder<T>>, value: T) {
    if let Some(responder) = responder {
        responder.respond(value);
    }
}

/// Runs a node until its storage fails or the sender of its requests is dropped.
///
/// There is a single await point, at which the task waits for all of its inputs at once.
pub async fn run<N: Network, S: Storage, O: Observer>(id: NodeId, setup: Setup, context: TaskContext<N, S, O>) {
    let TaskContext { network, storage, observer, clock, spawner, mut requests } = context;
    let persisted = match storage.load().await {
        Ok(persisted) => persisted,
        Err(StorageError(error)) => return observer.emit(Event::StorageFailed { node: id, error }),
    };
    let mut node = Node::new(clock.now(), id, setup, persisted);
    let (report_sender, reports) = mpsc::unbounded();
    let mut task = NodeTask {
        id,
        network,
        storage,
        observer,
        clock,
        spawner,
        replies: PendingReplies::default(),
        in_progress: InProgress {
            writes: FuturesOrdered::new(),
            applies: FuturesUnordered::new(),
            builds: FuturesUnordered::new(),
            gets: FuturesUnordered::new(),
            votes: FuturesUnordered::new(),
        },
        streams: Streams { handles: LiteMap::new(), report_sender, reports, term: node.term() },
    };
    let mut timer = task.clock.sleep_until(Micros::MAX);
    loop {
        for output in node.take_outputs() {
            task.carry_out(output, node.term());
        }
        if node.role() == Role::Shutdown {
            return;
        }
        timer.reset(node.next_deadline().unwrap_or(Micros::MAX));
        let InProgress { writes, applies, builds, gets, votes } = &mut task.in_progress;
        let input = futures::select_biased! {
            written = writes.select_next_some() => written.map_or_else(Input::StorageFailed, Input::Written),
            applied = applies.select_next_some() => match applied {
                Ok((last, not_done)) => Input::Applied(last, not_done),
                Err(error) => Input::StorageFailed(error),
            },
            (token, value) = gets.select_next_some() => match value {
                Ok(value) => {
                    answer(task.replies.read.remove(&token), ReadResult::Value(value));
                    continue;
                }
                Err(error) => Input::StorageFailed(error),
            },
            built = builds.select_next_some() => Input::SnapshotBuilt(built),
            (target, report) = task.streams.reports.select_next_some() => {
                Input::StreamReport { target, term: task.streams.term, report }
            }
            (voter, term, response) = votes.select_next_some() => match response {
                Ok(response) => Input::VoteResponse { voter, term, response },
                Err(Unreachable) => continue, // a voter that is down does not vote
            },
            request = requests.next() => match request {
                Some(request) => task.replies.register(request),
                None => return,
            },
            () = timer => Input::DeadlineReached,
        };
        node.handle(task.clock.now(), input);
    }
}
