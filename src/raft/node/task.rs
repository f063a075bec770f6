//! The task that runs a node: it waits for inputs and carries out the outputs. It decides nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::future::{poll_fn, Future};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::future::FutureExt;
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
use crate::runtime::{mailbox, oneshot, Clock, Micros, OneshotSender, Pending, Receiver, Sender, Sleep, Spawner};

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

impl<T: 'static> From<OneshotSender<T>> for Responder<T> {
    fn from(sender: OneshotSender<T>) -> Responder<T> {
        Responder::new(move |value| sender.send(value))
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
    pub requests: Receiver<Request>,
}

/// The channels to one stream's task. Dropping it terminates the stream.
struct StreamHandle {
    commands: Sender<StreamCommand>,
    _terminate: OneshotSender<()>,
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

type Boxed<T> = Pin<Box<dyn Future<Output = T>>>;
type StorageFuture<T> = Boxed<Result<T, StorageError>>;
type GetResult = Result<Option<String>, StorageError>;
type VoteResult = Result<VoteResponse, Unreachable>;

/// The operations that a node's task has started and waits for.
#[derive(Default)]
struct InProgress {
    /// Writes, each with its number.
    writes: Pending<Boxed<(u64, Result<(), StorageError>)>>,
    /// The writes whose turn has not come, in order, each with its result once it is there: they complete in order.
    written: VecDeque<(u64, Option<Result<(), StorageError>>)>,
    /// The application of entries, with the last index. At most one.
    applies: Pending<StorageFuture<(Index, Vec<NotDone>)>>,
    /// The construction of a snapshot. At most one.
    builds: Pending<StorageFuture<SharedSnapshot>>,
    /// Reads of the state machine, each with the request that it answers.
    gets: Pending<Boxed<(Token, GetResult)>>,
    /// RequestVote RPCs, each with the voter and the term of the request.
    votes: Pending<Boxed<(NodeId, Term, VoteResult)>>,
}

impl InProgress {
    /// The next write that completes, in the order in which they were started.
    fn poll_written(&mut self, context: &mut Context<'_>) -> Poll<Result<u64, StorageError>> {
        loop {
            if let Some((number, Some(result))) =
                self.written.front_mut().map(|(number, result)| (*number, result.take()))
            {
                self.written.pop_front();
                return Poll::Ready(result.map(|()| number));
            }
            let Poll::Ready(Ok((number, result))) = self.writes.poll_some(context) else { return Poll::Pending };
            if let Some(write) = self.written.iter_mut().find(|(known, _)| *known == number) {
                write.1 = Some(result);
            }
        }
    }
}

/// The replication streams of a node.
struct Streams {
    handles: LiteMap<NodeId, StreamHandle>,
    /// Each term of leadership has its own channel, so that late reports of old streams are not taken for new ones.
    report_sender: Sender<(NodeId, StreamReport)>,
    reports: Receiver<(NodeId, StreamReport)>,
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
        let InProgress { writes, written, applies, builds, gets, votes } = &mut self.in_progress;
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
                written.push_back((number, None));
                writes.push(Box::pin(self.storage.write(write).map(move |done| (number, done))));
            }
            Output::Apply { first, last, once } => {
                let applied = self.storage.apply(first, last, once);
                applies.push(Box::pin(applied.map(move |done| done.map(|not_done| (last, not_done)))));
            }
            Output::BuildSnapshot(meta) => drop(builds.push(Box::pin(self.storage.build_snapshot(meta)))),
            Output::StartStream(stream) => self.start_stream(*stream, term),
            Output::StopStream(target) => drop(self.streams.handles.remove(&target)),
            Output::StopStreams => self.streams.handles.clear(),
            Output::ToStream(target, command) => {
                if let Some(stream) = self.streams.handles.get(&target) {
                    let _ = stream.commands.send(command); // a stream that has ended needs no commands
                }
            }
            Output::Emit(event) => self.observer.emit(event),
        }
    }

    /// Whatever is ready first, in this order.
    fn poll_input(
        &mut self,
        requests: &mut Receiver<Request>,
        timer: &mut Sleep,
        context: &mut Context<'_>,
    ) -> Poll<Ready> {
        let failed = |error| Poll::Ready(Ready::Input(Input::StorageFailed(error)));
        let input = |input| Poll::Ready(Ready::Input(input));
        if let Poll::Ready(written) = self.in_progress.poll_written(context) {
            return written.map_or_else(failed, |number| input(Input::Written(number)));
        }
        if let Poll::Ready(Ok(applied)) = self.in_progress.applies.poll_some(context) {
            return applied.map_or_else(failed, |(last, not_done)| input(Input::Applied(last, not_done)));
        }
        if let Poll::Ready(Ok((token, value))) = self.in_progress.gets.poll_some(context) {
            return value.map_or_else(failed, |value| {
                answer(self.replies.read.remove(&token), ReadResult::Value(value));
                Poll::Ready(Ready::Nothing)
            });
        }
        if let Poll::Ready(Ok(built)) = self.in_progress.builds.poll_some(context) {
            return input(Input::SnapshotBuilt(built));
        }
        if let Poll::Ready(Some((target, report))) = self.streams.reports.poll_recv(context) {
            return input(Input::StreamReport { target, term: self.streams.term, report });
        }
        if let Poll::Ready(Ok((voter, term, response))) = self.in_progress.votes.poll_some(context) {
            return Poll::Ready(match response {
                Ok(response) => Ready::Input(Input::VoteResponse { voter, term, response }),
                Err(Unreachable) => Ready::Nothing, // a voter that is down does not vote
            });
        }
        if let Poll::Ready(request) = requests.poll_recv(context) {
            let register = |request| Ready::Input(self.replies.register(request));
            return Poll::Ready(request.map_or(Ready::End, register));
        }
        timer.poll_unpin(context).map(|()| Ready::Input(Input::DeadlineReached))
    }

    /// Spawns the task of a replication stream that belongs to `term`.
    fn start_stream(&mut self, stream: Stream, term: Term) {
        if self.streams.handles.is_empty() {
            (self.streams.report_sender, self.streams.reports) = mailbox();
            self.streams.term = term;
        }
        let (sender, commands) = mailbox();
        let (terminator, terminate) = oneshot();
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

/// What a node's task has waited for.
enum Ready {
    Input(Input),
    /// Something that is not the node's business.
    Nothing,
    /// The sender of its requests is gone.
    End,
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
    let (report_sender, reports) = mailbox();
    let mut task = NodeTask {
        id,
        network,
        storage,
        observer,
        clock,
        spawner,
        replies: PendingReplies::default(),
        in_progress: InProgress::default(),
        streams: Streams { handles: LiteMap::new(), report_sender, reports, term: node.term() },
    };
    let mut timer = task.clock.sleep_until(Micros::MAX);
    loop {
        let term = node.term();
        for output in node.take_outputs() {
            task.carry_out(output, term);
        }
        if node.role() == Role::Shutdown {
            return;
        }
        timer.reset(node.next_deadline().unwrap_or(Micros::MAX));
        let input = match poll_fn(|context| task.poll_input(&mut requests, &mut timer, context)).await {
            Ready::Input(input) => input,
            Ready::Nothing => continue,
            Ready::End => return,
        };
        node.handle(task.clock.now(), input);
    }
}
