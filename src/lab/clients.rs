//! The cluster's clients: they look for the leader, ask, wait, and know only what they were told.

use std::cell::RefCell;
use std::rc::Rc;

use futures::channel::oneshot;
use futures::stream::{FuturesUnordered, StreamExt};

use super::event::{ClientResult, LabEvent};
use super::network::SimNetwork;
use super::recorder::Recorder;
use crate::raft::log::Payload;
use crate::raft::node::{Answer, Call, WriteResult};
use crate::raft::{Index, NodeId};
use crate::runtime::{Clock, Micros};

/// All clients of a cluster. Handles share it.
#[derive(Clone)]
pub struct Clients {
    network: SimNetwork,
    recorder: Recorder,
    clock: Clock,
    office: Rc<RefCell<Office>>,
}

/// Where a client learns who leads.
#[derive(Default)]
struct Office {
    leader: Option<NodeId>,
    waiting: Vec<oneshot::Sender<()>>,
    last_op: u64,
}

/// How [`Clients::write_many`] goes about it.
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

impl Clients {
    /// Clients that know of no leader yet.
    pub fn new(network: SimNetwork, recorder: Recorder, clock: Clock) -> Clients {
        Clients { network, recorder, clock, office: Rc::default() }
    }

    /// Tells the clients who leads now.
    pub fn set_leader(&self, leader: Option<NodeId>) {
        let mut office = self.office.borrow_mut();
        if office.leader != leader {
            office.leader = leader;
            if leader.is_some() {
                let waiting = std::mem::take(&mut office.waiting);
                drop(office);
                for client in waiting {
                    let _ = client.send(()); // one that stopped waiting needs no news
                }
            }
        }
    }

    async fn leader(&self) -> NodeId {
        loop {
            let waits = {
                let mut office = self.office.borrow_mut();
                if let Some(leader) = office.leader {
                    return leader;
                }
                let (sender, receiver) = oneshot::channel();
                office.waiting.push(sender);
                receiver
            };
            let _ = waits.await;
        }
    }

    /// Writes, and waits for what comes of it. With a `node`, that one is asked, and its answer is final;
    /// without, the leader is looked for, and looked for again when it turns out not to lead (nothing is
    /// done then). "Unknown" is final: asking again could write twice.
    pub async fn write(&self, client: u32, key: String, value: String, node: Option<NodeId>) -> ClientResult {
        let op = {
            let mut office = self.office.borrow_mut();
            office.last_op += 1;
            office.last_op
        };
        let tell = |node: Option<NodeId>, result: ClientResult, index: Option<Index>| {
            let (key, value) = (key.clone(), Some(value.clone()));
            self.recorder.lab(LabEvent::Client { client, op, key, value, node, result, index, read: None });
            result
        };
        let note = |node: Option<NodeId>, result: ClientResult| tell(node, result, None);
        let mut told: Option<NodeId> = None;
        loop {
            let known = node.or(told.take()).or_else(|| self.office.borrow().leader);
            let target = match known {
                Some(target) => target,
                None => {
                    note(None, ClientResult::Waiting);
                    self.leader().await
                }
            };
            note(Some(target), ClientResult::Sent);
            let (sender, receiver) = oneshot::channel();
            let payload = Payload::Set { key: key.clone(), value: value.clone() };
            if !self.network.call(target, Call::Write(payload, Answer::from(sender))) {
                match node {
                    Some(_) => return note(Some(target), ClientResult::Refused),
                    None => {
                        // It has just crashed: another will be found, but not at this very moment.
                        self.clock.sleep(RETRY_AFTER).await;
                        continue;
                    }
                }
            }
            match receiver.await {
                Ok(WriteResult::Done(index)) => return tell(Some(target), ClientResult::Ok, Some(index)),
                Ok(WriteResult::Unknown) | Err(oneshot::Canceled) => return note(Some(target), ClientResult::Unknown),
                Ok(WriteResult::ForwardToLeader(_)) if node.is_some() => {
                    return note(Some(target), ClientResult::Refused)
                }
                Ok(WriteResult::ForwardToLeader(leader)) => {
                    told = leader.filter(|&leader| leader != target);
                    if told.is_none() {
                        self.clock.sleep(RETRY_AFTER).await;
                    }
                }
            }
        }
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
