//! The simulated clients: they look for the leader, send requests, and know only what the responses say.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::future::poll_fn;
use std::rc::Rc;

use futures::future::FutureExt;
use litemap::LiteMap;

use crate::lab::run::network::SimNetwork;
use crate::lab::run::recorder::Recorder;
use crate::lab::vocab::event::{ClientResult, LabEvent};
use crate::lab::vocab::write_form::WriteForm;
use crate::raft::log::{Payload, Session};
use crate::raft::node::{MembersResult, ReadResult, Request, Responder, WriteResult};
use crate::raft::{Index, NodeId};
use crate::runtime::{oneshot, Clock, Micros, OneshotReceiver, OneshotSender, Pending};

/// All clients of a cluster. Clones share the same state.
#[derive(Clone)]
pub struct ClientPool {
    network: SimNetwork,
    recorder: Recorder,
    clock: Clock,
    directory: Rc<RefCell<LeaderDirectory>>,
    /// The highest serial number in the logs at the start: those of the writes to come are above it.
    serials_above: u64,
}

/// How clients find the leader.
#[derive(Default)]
struct LeaderDirectory {
    leader: Option<NodeId>,
    waiting: Vec<OneshotSender<()>>,
    last_op: u64,
    /// The clients that have a write with a session under way, each with those that wait for it.
    in_session: LiteMap<u32, Vec<OneshotSender<()>>>,
}

/// A request of a client.
#[derive(Clone, Debug, Default)]
pub struct ClientRequest {
    /// The client.
    pub client: u32,
    /// The key.
    pub key: String,
    /// The value to write; none to read or to delete.
    pub value: Option<String>,
    /// Whether to delete, and what to compare with.
    pub form: WriteForm,
    /// The node to ask, once. Without, the leader is asked, and again if that node turns out not to lead, in which case
    /// nothing was done.
    pub node: Option<NodeId>,
    /// After how long a write whose outcome is unknown is sent again, in its session. Without, `Unknown` is final, since
    /// the write could be done twice.
    pub retry_after: Option<Micros>,
}

/// A node's response to a request.
enum Reply {
    Written(Index),
    NotMatched(Index),
    Read(Option<String>),
    ForwardToLeader(Option<NodeId>),
    Unknown,
}

impl From<WriteResult> for Reply {
    fn from(result: WriteResult) -> Reply {
        match result {
            WriteResult::Done(index) => Reply::Written(index),
            WriteResult::NotMatched(index) => Reply::NotMatched(index),
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
    /// Make these the voters and, if given, these the learners.
    Members(BTreeSet<NodeId>, Option<BTreeSet<NodeId>>),
    /// Add this node as a learner.
    Learner(NodeId),
}

impl Change {
    /// The ids of the nodes that are mentioned.
    pub fn nodes(&self) -> BTreeSet<NodeId> {
        match self {
            Change::Members(voters, learners) => voters.iter().chain(learners.iter().flatten()).copied().collect(),
            Change::Learner(node) => BTreeSet::from([*node]),
        }
    }
}

/// The parameters of [`ClientPool::write_many`].
#[derive(Clone, Debug)]
pub struct Load {
    /// The total number of writes.
    pub count: u64,
    /// Open loop: the interval between two writes. None for a closed loop.
    pub every: Option<Micros>,
    /// Closed loop: the number of clients.
    pub clients: u32,
    /// The length of the values in bytes; none if it does not matter.
    pub value_bytes: Option<u32>,
    /// How the keys begin, if each write has one of its own.
    pub keys: Option<String>,
    /// See [`ClientRequest::retry_after`].
    pub retry_after: Option<Micros>,
}

impl ClientPool {
    /// Clients that know no leader yet, and number their writes in sessions above this.
    pub fn new(network: SimNetwork, recorder: Recorder, clock: Clock, serials_above: u64) -> ClientPool {
        ClientPool { network, recorder, clock, directory: Rc::default(), serials_above }
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
                    client.send(());
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
                let (sender, receiver) = oneshot();
                directory.waiting.push(sender);
                receiver
            };
            let _ = waits.await;
        }
    }

    /// Carries a request out, and returns the final status.
    pub async fn request(&self, request: ClientRequest) -> ClientResult {
        let ClientRequest { client, key, value, form, node, retry_after } = request;
        if retry_after.is_some() {
            self.begin_session_write(client).await;
        }
        let op = {
            let mut directory = self.directory.borrow_mut();
            directory.last_op += 1;
            directory.last_op
        };
        let session = retry_after.map(|_| Session { client, serial: self.serials_above + op });
        let tell = |node: Option<NodeId>, result: ClientResult, index: Option<Index>, read: Option<String>| {
            let (key, value, form) = (key.clone(), value.clone(), form.clone());
            self.recorder.lab(LabEvent::Client { client, op, key, value, node, result, index, read, form });
            result
        };
        let note = |node: Option<NodeId>, result: ClientResult| tell(node, result, None, None);
        let mut node = node;
        let mut told: Option<NodeId> = None;
        let result = loop {
            let known = node.or(told.take()).or_else(|| self.directory.borrow().leader);
            let target = match known {
                Some(target) => target,
                None => {
                    note(None, ClientResult::Waiting);
                    self.leader().await
                }
            };
            note(Some(target), ClientResult::Sent);
            let Some(reply) = self.ask(target, &key, form.payload(&key, value.as_ref()), session) else {
                match node {
                    Some(_) => break note(Some(target), ClientResult::Refused),
                    None => {
                        // The leader has just crashed; another one will be known, but not at this virtual time.
                        self.clock.sleep(RETRY_AFTER).await;
                        continue;
                    }
                }
            };
            match (reply.await.unwrap_or(Reply::Unknown), retry_after) {
                (Reply::Written(index), _) => break tell(Some(target), ClientResult::Ok, Some(index), None),
                (Reply::NotMatched(index), _) => break tell(Some(target), ClientResult::NotMatched, Some(index), None),
                (Reply::Read(value), _) => break tell(Some(target), ClientResult::Ok, None, value),
                (Reply::Unknown, None) => break note(Some(target), ClientResult::Unknown),
                (Reply::Unknown, Some(retry_after)) => {
                    note(Some(target), ClientResult::Retrying);
                    node = None; // whoever leads now
                    self.clock.sleep(retry_after).await;
                }
                (Reply::ForwardToLeader(_), _) if node.is_some() => break note(Some(target), ClientResult::Refused),
                (Reply::ForwardToLeader(leader), _) => {
                    told = leader.filter(|&leader| leader != target);
                    if told.is_none() {
                        self.clock.sleep(RETRY_AFTER).await;
                    }
                }
            }
        };
        if retry_after.is_some() {
            self.end_session_write(client);
        }
        result
    }

    /// Waits until the client has no other write with a session under way: the state machine remembers only its last.
    async fn begin_session_write(&self, client: u32) {
        loop {
            let waits = {
                let mut directory = self.directory.borrow_mut();
                let Some(waiting) = directory.in_session.get_mut(&client) else {
                    directory.in_session.insert(client, Vec::new());
                    return;
                };
                let (sender, receiver) = oneshot();
                waiting.push(sender);
                receiver
            };
            let _ = waits.await;
        }
    }

    fn end_session_write(&self, client: u32) {
        let waiting = self.directory.borrow_mut().in_session.remove(&client);
        for client in waiting.into_iter().flatten() {
            client.send(());
        }
    }

    /// Sends a request to a node, unless it is down. If the node crashes before it responds, the receiver is closed.
    fn ask(
        &self,
        target: NodeId,
        key: &str,
        write: Option<Payload>,
        session: Option<Session>,
    ) -> Option<OneshotReceiver<Reply>> {
        let (sender, receiver) = oneshot();
        let key = key.to_string();
        let answer = move |reply: Reply| sender.send(reply);
        let call = match write {
            Some(payload) => {
                Request::Write(payload, session, Responder::new(move |result: WriteResult| answer(result.into())))
            }
            None => Request::Read(key, Responder::new(move |result: ReadResult| answer(result.into()))),
        };
        self.network.call(target, call).then_some(receiver)
    }

    /// Asks the leader to change the members, and returns the outcome. Waits while there is no leader. Asks again if
    /// nothing was done: the node turns out not to lead, transfers its leadership, or steps down before the change began.
    /// With a node in `of`, that one is asked, once.
    pub async fn change_members(&self, change: Change, of: Option<NodeId>) -> MembersResult {
        let tell = |node: Option<NodeId>, result: Option<MembersResult>| {
            let (voters, learners, learner) = match change.clone() {
                Change::Members(voters, learners) => (Some(voters), learners, None),
                Change::Learner(learner) => (None, None, Some(learner)),
            };
            self.recorder.lab(LabEvent::Members { voters, learners, learner, node, result });
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
            let (sender, receiver) = oneshot();
            let call = match change.clone() {
                Change::Members(voters, learners) => Request::ChangeMembers(voters, learners, Responder::from(sender)),
                Change::Learner(learner) => Request::AddLearner(learner, Responder::from(sender)),
            };
            let result = match self.network.call(leader, call) {
                true => receiver.await.unwrap_or(MembersResult::Unknown),
                false => MembersResult::NotLeader,
            };
            match result {
                MembersResult::NotLeader | MembersResult::Transferring if of.is_none() => {}
                MembersResult::NotBegun if of.is_none() => tell(Some(leader), Some(result)),
                result => {
                    tell(Some(leader), Some(result));
                    return result;
                }
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

    /// Writes repeatedly. Unless each write has a key of its own, keys cycle through a small alphabet; values count up.
    pub async fn write_many(&self, load: Load) {
        let one = |n: u64, client: u32| {
            let key = match &load.keys {
                None => KEYS[(n % KEYS.len() as u64) as usize].to_string(),
                Some(keys) => format!("{keys}{}", n + 1),
            };
            let value = match load.value_bytes {
                None => (n + 1).to_string(),
                Some(bytes) => format!("{:0>width$}", n + 1, width = bytes as usize),
            };
            let retry_after = load.retry_after;
            self.request(ClientRequest { client, key, value: Some(value), retry_after, ..ClientRequest::default() })
        };
        match load.every {
            Some(every) => {
                let mut open = Pending::default();
                for n in 0..load.count {
                    open.push(one(n, 1));
                    if every > Micros::ZERO && n + 1 < load.count {
                        let mut next = self.clock.sleep(every);
                        poll_fn(|context| {
                            while open.poll_some(context).is_ready() {}
                            next.poll_unpin(context)
                        })
                        .await;
                    }
                }
                open.finish().await;
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
                let mut all = Pending::default();
                for id in 1..=load.clients {
                    all.push(client(id));
                }
                all.finish().await;
            }
        }
    }
}

/// How long a client waits before it tries again after it found no node.
const RETRY_AFTER: Micros = Micros::from_ms(10);

const KEYS: [&str; 4] = ["x", "y", "z", "w"];
