//! The simulated clients: they look for the leader, send requests, and know only what the responses say.

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

/// All clients of a cluster. Clones share the same state.
#[derive(Clone)]
pub struct ClientPool {
    network: SimNetwork,
    recorder: Recorder,
    clock: Clock,
    directory: Rc<RefCell<LeaderDirectory>>,
}

/// How clients find the leader.
#[derive(Default)]
struct LeaderDirectory {
    leader: Option<NodeId>,
    waiting: Vec<oneshot::Sender<()>>,
    last_op: u64,
}

/// A node's response to a request.
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

/// A membership change.
#[derive(Clone, Debug)]
pub enum Change {
    /// Make these the voters.
    Voters(BTreeSet<NodeId>),
    /// Add this node as a learner.
    Learner(NodeId),
}

impl Change {
    /// The ids of the nodes that are mentioned.
    pub fn nodes(&self) -> BTreeSet<NodeId> {
        match self {
            Change::Voters(voters) => voters.clone(),
            Change::Learner(node) => BTreeSet::from([*node]),
        }
    }
}

/// The parameters of [`ClientPool::write_many`].
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// The total number of writes.
    pub count: u64,
    /// Open loop: the interval between two writes. None for a closed loop.
    pub every: Option<Micros>,
    /// Closed loop: the number of clients.
    pub clients: u32,
    /// The length of the values in bytes; none if it does not matter.
    pub value_bytes: Option<u32>,
}

impl ClientPool {
    /// Clients that know no leader yet.
    pub fn new(network: SimNetwork, recorder: Recorder, clock: Clock) -> ClientPool {
        ClientPool { network, recorder, clock, directory: Rc::default() }
    }

    /// Informs the clients of the present leader.
    pub fn set_leader(&self, leader: Option<NodeId>) {
        let mut directory = self.directory.borrow_mut();
        if directory.leader != leader {
            directory.leader = leader;
            if leader.is_some() {
                let waiting = std::mem::take(&mut directory.waiting);
                drop(directory);
                for client in waiting {
                    let _ = client.send(()); // the client may have stopped waiting
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

    /// Writes, and returns the final status. With a `node`, the request is sent to it once; without, it is sent to
    /// the leader, and again if that node turns out not to lead, in which case nothing was executed. `Unknown` is
    /// final, since a retry could write twice.
    pub async fn write(&self, client: u32, key: String, value: String, node: Option<NodeId>) -> ClientResult {
        self.request(client, key, Some(value), node).await
    }

    /// Reads, and returns the final status. For `node`, see [`ClientPool::write`].
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
                        // The leader has just crashed; another one will be known, but not at this virtual time.
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

    /// Sends a request to a node, unless it is down. If the node crashes before it responds, the receiver is closed.
    fn ask(&self, target: NodeId, key: &str, value: Option<&String>) -> Option<oneshot::Receiver<Reply>> {
        let (sender, receiver) = oneshot::channel();
        let key = key.to_string();
        let answer = move |reply: Reply| drop(sender.send(reply)); // the client may have stopped waiting
        let call = match value {
            Some(value) => {
                let payload = Payload::Set { key, value: value.clone() };
                Request::Write(payload, Responder::new(move |result: WriteResult| answer(result.into())))
            }
            None => Request::Read(key, Responder::new(move |result: ReadResult| answer(result.into()))),
        };
        self.network.call(target, call).then_some(receiver)
    }

    /// Asks the leader to change the members, and returns the outcome. Retries if the node turns out not to lead, and
    /// waits while there is no leader. With a node in `of`, that one is asked, once.
    pub async fn change_members(&self, change: Change, of: Option<NodeId>) -> MembersResult {
        let tell = |node: Option<NodeId>, result: Option<MembersResult>| {
            let (voters, learner) = match change.clone() {
                Change::Voters(voters) => (Some(voters), None),
                Change::Learner(learner) => (None, Some(learner)),
            };
            self.recorder.lab(LabEvent::Members { voters, learner, node, result });
        };
        loop {
            if of.is_none() && self.directory.borrow().leader.is_none() {
                tell(None, None);
            }
            let leader = match of {
                Some(node) => node,
                None => self.leader().await,
            };
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
            if result != MembersResult::NotLeader || of.is_some() {
                tell(Some(leader), Some(result));
                return result;
            }
            self.clock.sleep(RETRY_AFTER).await;
        }
    }

    /// Asks the leader, or the node in `of`, to transfer its leadership.
    pub async fn transfer(&self, to: NodeId, of: Option<NodeId>) {
        let leader = match of {
            Some(node) => node,
            None => self.leader().await,
        };
        self.network.call(leader, Request::Transfer(to)); // the outcome is an event of the leader
    }

    /// Writes repeatedly. Keys cycle through a small alphabet, values count up.
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

/// How long a client waits before it tries again after it found no node.
const RETRY_AFTER: Micros = Micros::from_ms(10);

const KEYS: [&str; 4] = ["x", "y", "z", "w"];
