//! The cluster's clients: they look for the leader, ask, wait, and know only what they were told.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use futures::channel::oneshot;
use futures::stream::{FuturesUnordered, StreamExt};

use crate::lab::run::network::SimNetwork;
use crate::lab::run::recorder::Recorder;
use crate::lab::vocab::event::{ClientResult, LabEvent};
use crate::raft::log::Payload;
use crate::raft::node::{MembersResult, ReadResult, Request, Responder, WriteResult};
use crate::raft::{Index, NodeId};
use crate::runtime::{Clock, Micros};

/// All clients of a cluster. Handles share it.
#[derive(Clone)]
pub struct ClientPool {
    network: SimNetwork,
    recorder: Recorder,
    clock: Clock,
    directory: Rc<RefCell<LeaderDirectory>>,
}

/// Where a client learns who leads.
#[derive(Default)]
struct LeaderDirectory {
    leader: Option<NodeId>,
    waiting: Vec<oneshot::Sender<()>>,
    last_op: u64,
}

/// What a node says to a request.
enum Reply {
    Written(Index),
    Read(Option<String>),
    ForwardToLeader(Option<NodeId>),
    Unknown,
}

impl From<WriteResult> for Reply {
    fn from(result: WriteResult) -> Reply {
        match result {
            WriteResult::Done(index) => Reply::Written(index),
            WriteResult::ForwardToLeader(leader) => Reply::ForwardToLeader(leader),
            WriteResult::Unknown => Reply::Unknown,
        }
    }
}

impl From<ReadResult> for Reply {
    fn from(result: ReadResult) -> Reply {
        match result {
            ReadResult::Value(value) => Reply::Read(value),
            ReadResult::ForwardToLeader(leader) => Reply::ForwardToLeader(leader),
        }
    }
}

/// How the members are to change.
#[derive(Clone, Debug)]
pub enum Change {
    /// These become the voters.
    Voters(BTreeSet<NodeId>),
    /// This node receives the log without a vote.
    Learner(NodeId),
}

impl Change {
    /// The nodes that it speaks of.
    pub fn nodes(&self) -> BTreeSet<NodeId> {
        match self {
            Change::Voters(voters) => voters.clone(),
            Change::Learner(node) => BTreeSet::from([*node]),
        }
    }
}

/// How [`ClientPool::write_many`] goes about it.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// How many writes in all.
    pub count: u64,
    /// One each so often, whatever becomes of the others; or else each client waits for its answer.
    pub every: Option<Micros>,
    /// How many clients, where they wait.
    pub clients: u32,
    /// The length of the values, if it matters.
    pub value_bytes: Option<u32>,
}

impl ClientPool {
    /// ClientPool that know of no leader yet.
    pub fn new(network: SimNetwork, recorder: Recorder, clock: Clock) -> ClientPool {
        ClientPool { network, recorder, clock, directory: Rc::default() }
    }

    /// Tells the clients who leads now.
    pub fn set_leader(&self, leader: Option<NodeId>) {
        let mut directory = self.directory.borrow_mut();
        if directory.leader != leader {
            directory.leader = leader;
            if leader.is_some() {
                let waiting = std::mem::take(&mut directory.waiting);
                drop(directory);
                for client in waiting {
                    let _ = client.send(()); // one that stopped waiting needs no news
                }
            }
        }
    }

    async fn leader(&self) -> NodeId {
        loop {
            let waits = {
                let mut directory = self.directory.borrow_mut();
                if let Some(leader) = directory.leader {
                    return leader;
                }
                let (sender, receiver) = oneshot::channel();
                directory.waiting.push(sender);
                receiver
            };
            let _ = waits.await;
        }
    }

    /// Writes, and waits for what comes of it. With a `node`, that one is asked, and its answer is final;
    /// without, the leader is looked for, and looked for again when it turns out not to lead (nothing is
    /// done then). "Unknown" is final: asking again could write twice.
    pub async fn write(&self, client: u32, key: String, value: String, node: Option<NodeId>) -> ClientResult {
        self.request(client, key, Some(value), node).await
    }

    /// Reads, and waits for what comes of it. Who is asked: as in [`ClientPool::write`].
    pub async fn read(&self, client: u32, key: String, node: Option<NodeId>) -> ClientResult {
        self.request(client, key, None, node).await
    }

    async fn request(&self, client: u32, key: String, value: Option<String>, node: Option<NodeId>) -> ClientResult {
        let op = {
            let mut directory = self.directory.borrow_mut();
            directory.last_op += 1;
            directory.last_op
        };
        let tell = |node: Option<NodeId>, result: ClientResult, index: Option<Index>, read: Option<String>| {
            let (key, value) = (key.clone(), value.clone());
            self.recorder.lab(LabEvent::Client { client, op, key, value, node, result, index, read });
            result
        };
        let note = |node: Option<NodeId>, result: ClientResult| tell(node, result, None, None);
        let mut told: Option<NodeId> = None;
        loop {
            let known = node.or(told.take()).or_else(|| self.directory.borrow().leader);
            let target = match known {
                Some(target) => target,
                None => {
                    note(None, ClientResult::Waiting);
                    self.leader().await
                }
            };
            note(Some(target), ClientResult::Sent);
            let Some(reply) = self.ask(target, &key, value.as_ref()) else {
                match node {
                    Some(_) => return note(Some(target), ClientResult::Refused),
                    None => {
                        // It has just crashed: another will be found, but not at this very moment.
                        self.clock.sleep(RETRY_AFTER).await;
                        continue;
                    }
                }
            };
            match reply.await.unwrap_or(Reply::Unknown) {
                Reply::Written(index) => return tell(Some(target), ClientResult::Ok, Some(index), None),
                Reply::Read(value) => return tell(Some(target), ClientResult::Ok, None, value),
                Reply::Unknown => return note(Some(target), ClientResult::Unknown),
                Reply::ForwardToLeader(_) if node.is_some() => return note(Some(target), ClientResult::Refused),
                Reply::ForwardToLeader(leader) => {
                    told = leader.filter(|&leader| leader != target);
                    if told.is_none() {
                        self.clock.sleep(RETRY_AFTER).await;
                    }
                }
            }
        }
    }

    /// Asks a node, unless it is down. A node that goes down with the request gives no reply.
    fn ask(&self, target: NodeId, key: &str, value: Option<&String>) -> Option<oneshot::Receiver<Reply>> {
        let (sender, receiver) = oneshot::channel();
        let key = key.to_string();
        let answer = move |reply: Reply| drop(sender.send(reply)); // whoever asked may have stopped waiting
        let call = match value {
            Some(value) => {
                let payload = Payload::Set { key, value: value.clone() };
                Request::Write(payload, Responder::new(move |result: WriteResult| answer(result.into())))
            }
            None => Request::Read(key, Responder::new(move |result: ReadResult| answer(result.into()))),
        };
        self.network.call(target, call).then_some(receiver)
    }

    /// Has the leader change the members, and waits for what comes of it. If it turns out not to lead, or nobody
    /// does, it goes on looking.
    pub async fn change_members(&self, change: Change) -> MembersResult {
        let tell = |node: Option<NodeId>, result: Option<MembersResult>| {
            let (voters, learner) = match change.clone() {
                Change::Voters(voters) => (Some(voters), None),
                Change::Learner(learner) => (None, Some(learner)),
            };
            self.recorder.lab(LabEvent::Members { voters, learner, node, result });
        };
        loop {
            if self.directory.borrow().leader.is_none() {
                tell(None, None);
            }
            let leader = self.leader().await;
            tell(Some(leader), None);
            let (sender, receiver) = oneshot::channel();
            let call = match change.clone() {
                Change::Voters(voters) => Request::ChangeMembers(voters, Responder::from(sender)),
                Change::Learner(learner) => Request::AddLearner(learner, Responder::from(sender)),
            };
            let result = match self.network.call(leader, call) {
                true => receiver.await.unwrap_or(MembersResult::Unknown),
                false => MembersResult::NotLeader,
            };
            if result != MembersResult::NotLeader {
                tell(Some(leader), Some(result));
                return result;
            }
            self.clock.sleep(RETRY_AFTER).await;
        }
    }

    /// Has the leader hand its directory over.
    pub async fn transfer(&self, to: NodeId) {
        let leader = self.leader().await;
        self.network.call(leader, Request::Transfer(to)); // the leader tells what comes of it
    }

    /// Writes again and again. Keys go round a small alphabet, values count up.
    pub async fn write_many(&self, load: Load) {
        let one = |n: u64, client: u32| {
            let key = KEYS[(n % KEYS.len() as u64) as usize].to_string();
            let value = match load.value_bytes {
                None => (n + 1).to_string(),
                Some(bytes) => format!("{:0>width$}", n + 1, width = bytes as usize),
            };
            self.write(client, key, value, None)
        };
        match load.every {
            Some(every) => {
                let mut open = FuturesUnordered::new();
                for n in 0..load.count {
                    open.push(one(n, 1));
                    if every > Micros::ZERO && n + 1 < load.count {
                        let mut next = self.clock.sleep(every);
                        loop {
                            futures::select_biased! {
                                _ = open.select_next_some() => {}
                                _ = next => break,
                            }
                        }
                    }
                }
                while open.next().await.is_some() {}
            }
            None => {
                let begun = RefCell::new(0u64);
                let next = || {
                    let mut begun = begun.borrow_mut();
                    (*begun < load.count).then(|| {
                        *begun += 1;
                        *begun - 1
                    })
                };
                let client = |client: u32| async move {
                    while let Some(n) = next() {
                        one(n, client).await;
                    }
                };
                let all: FuturesUnordered<_> = (1..=load.clients).map(client).collect();
                all.collect::<Vec<()>>().await;
            }
        }
    }
}

/// A client that found nobody tries again after so long.
const RETRY_AFTER: Micros = Micros::from_ms(10);

const KEYS: [&str; 4] = ["x", "y", "z", "w"];
