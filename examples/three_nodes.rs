//! The engine without the laboratory: three nodes over a network and a storage of one's own.
//!
//! `cargo run --example three_nodes` elects a leader, writes to it, and prints what each node then holds.
//! Everything that the engine wants from outside is in this file: two traits, and a place to run tasks.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::{ready, Future};
use std::rc::Rc;

use raft_lab::raft::event::{Event, Role};
use raft_lab::raft::log::{LogTerms, SharedEntry};
use raft_lab::raft::machine::{NotDone, StateMachine};
use raft_lab::raft::membership::Memberships;
use raft_lab::raft::network::Unreachable;
use raft_lab::raft::node::{self, Request, WriteResult};
use raft_lab::raft::rpc::{
    AppendEntries, AppendResponse, InstallResponse, InstallSnapshot, TimeoutNow, VoteRequest, VoteResponse,
};
use raft_lab::raft::storage::{HardState, LogView, Persisted, StorageError, Write};
use raft_lab::raft::{
    Config, Index, Membership, Network, NodeId, Observer, Payload, SharedSnapshot, Snapshot, SnapshotMeta, Storage,
};
use raft_lab::runtime::{mailbox, oneshot, Clock, Executor, GroupId, Micros, Rng, Sender, Step};

/// Every node's mailbox. A call takes 3 ms there and 3 ms back.
#[derive(Clone)]
struct Wires {
    mailboxes: Rc<RefCell<BTreeMap<NodeId, Sender<Request>>>>,
    clock: Clock,
}

const LATENCY: Micros = Micros::from_ms(3);

impl Wires {
    fn call<T: 'static>(
        &self,
        target: NodeId,
        call: impl FnOnce(node::Responder<T>) -> Request + 'static,
    ) -> impl Future<Output = Result<T, Unreachable>> + 'static {
        let wires = self.clone();
        async move {
            wires.clock.sleep(LATENCY).await;
            let (sender, answer) = oneshot();
            let mailbox = wires.mailboxes.borrow().get(&target).cloned().ok_or(Unreachable)?;
            mailbox.send(call(sender.into())).map_err(|_| Unreachable)?;
            let answer = answer.await.map_err(|_| Unreachable)?;
            wires.clock.sleep(LATENCY).await;
            Ok(answer)
        }
    }
}

impl Network for Wires {
    fn append(
        &self,
        target: NodeId,
        request: AppendEntries,
    ) -> impl Future<Output = Result<AppendResponse, Unreachable>> + 'static {
        self.call(target, |answer| Request::Append(request, answer))
    }

    fn install_snapshot(
        &self,
        target: NodeId,
        request: InstallSnapshot,
    ) -> impl Future<Output = Result<InstallResponse, Unreachable>> + 'static {
        self.call(target, |answer| Request::Install(request, answer))
    }

    fn timeout_now(&self, target: NodeId, request: TimeoutNow) {
        if let Some(mailbox) = self.mailboxes.borrow().get(&target) {
            let _ = mailbox.send(Request::TimeoutNow(request)); // a node that is gone does not campaign
        }
    }

    fn vote(
        &self,
        target: NodeId,
        request: VoteRequest,
    ) -> impl Future<Output = Result<VoteResponse, Unreachable>> + 'static {
        self.call(target, |answer| Request::Vote(request, answer))
    }
}

/// A storage that is always fast and never fails. It keeps the whole log, and never a snapshot.
#[derive(Clone, Default)]
struct Shelf(Rc<RefCell<Kept>>);

#[derive(Default)]
struct Kept {
    hard_state: HardState,
    log: Vec<SharedEntry>,
    applied: Index,
    store: StateMachine,
}

impl Kept {
    fn entries(&self, first: Index, last: Index) -> Result<Vec<SharedEntry>, StorageError> {
        let (first, last) = (first as usize, last as usize);
        let entries = self.log.get(first - 1..last.max(first - 1));
        entries.map(<[_]>::to_vec).ok_or_else(|| StorageError(format!("no entries {first} to {last}")))
    }
}

impl Storage for Shelf {
    fn load(&self) -> impl Future<Output = Result<Persisted, StorageError>> + 'static {
        let kept = self.0.borrow();
        ready(Ok(Persisted {
            hard_state: kept.hard_state,
            terms: kept.log.iter().map(|entry| entry.term).collect::<LogTerms>(),
            memberships: Memberships::new(0, Membership::new(1..=3, [])),
            snapshot: None,
            applied: 0,
        }))
    }

    fn write(&self, write: Write) -> impl Future<Output = Result<(), StorageError>> + 'static {
        let kept = &mut *self.0.borrow_mut();
        kept.hard_state = write.hard_state.unwrap_or(kept.hard_state);
        if let Some(first) = write.truncate_from {
            kept.log.truncate(first as usize - 1);
        }
        kept.log.extend(write.append);
        ready(Ok(()))
    }

    fn read(&self, first: Index, last: Index) -> impl Future<Output = Result<LogView, StorageError>> + 'static {
        let kept = self.0.borrow();
        let view = |entries| LogView { first_index: 1, last_applied: kept.applied, entries };
        ready(kept.entries(first, last).map(view))
    }

    fn apply(
        &self,
        first: Index,
        last: Index,
        once: bool,
    ) -> impl Future<Output = Result<Vec<NotDone>, StorageError>> + 'static {
        let kept = &mut *self.0.borrow_mut();
        ready(kept.entries(first, last).map(|entries| {
            kept.applied = last;
            entries.iter().filter_map(|entry| kept.store.apply(entry, once)).collect()
        }))
    }

    fn get(&self, key: &str) -> impl Future<Output = Result<Option<String>, StorageError>> + 'static {
        ready(Ok(self.0.borrow().store.values.get(key).cloned()))
    }

    fn build_snapshot(
        &self,
        meta: SnapshotMeta,
    ) -> impl Future<Output = Result<SharedSnapshot, StorageError>> + 'static {
        ready(Ok(SharedSnapshot::new(Snapshot::of(meta, &self.0.borrow().store))))
    }
}

/// Remembers who leads.
#[derive(Clone, Default)]
struct LeaderBoard(Rc<RefCell<Option<NodeId>>>);

impl Observer for LeaderBoard {
    fn emit(&self, event: Event) {
        if let Event::Role { node, to: Role::Leader, term, .. } = event {
            println!("node {node} leads term {term}");
            *self.0.borrow_mut() = Some(node);
        }
    }
}

fn main() {
    let mut executor = Executor::new();
    let clock = executor.clock().clone();
    let wires = Wires { mailboxes: Rc::default(), clock: clock.clone() };
    let board = LeaderBoard::default();
    let mut shelves = Vec::new();
    for id in 1..=3 {
        let (mailbox, calls) = mailbox();
        wires.mailboxes.borrow_mut().insert(id, mailbox);
        let storage = Shelf::default();
        shelves.push(storage.clone());
        let spawner = executor.spawner(GroupId(u64::from(id)));
        let setup = node::Setup {
            config: Config::default(),
            rng: Rng::new(1, "timeout", u64::from(id)),
            start_as_leader: None,
        };
        let context = node::TaskContext {
            network: wires.clone(),
            storage,
            observer: board.clone(),
            clock: clock.clone(),
            spawner: spawner.clone(),
            requests: calls,
        };
        spawner.spawn(format!("node {id}"), node::run(id, setup, context));
    }
    run_until(&mut executor, Micros::from_ms(500));
    let leader = board.0.borrow().expect("three nodes that hear each other elect a leader within 500 ms");

    let (sender, mut answer) = oneshot::<WriteResult>();
    let payload = Payload::Set { key: "x".into(), value: "1".into() };
    let mailbox = wires.mailboxes.borrow()[&leader].clone();
    mailbox.send(Request::Write(payload, None, sender.into())).expect("the leader runs");
    run_until(&mut executor, Micros::from_ms(1000));
    println!("the write: {:?}", answer.try_recv());
    for (id, shelf) in (1..).zip(&shelves) {
        let kept = shelf.0.borrow();
        println!("node {id}: {} entries, {:?}", kept.log.len(), kept.store.values);
        assert_eq!(kept.store.values.get("x").map(String::as_str), Some("1"));
    }
}

/// Lets virtual time pass: wall time has no part in it.
fn run_until(executor: &mut Executor, time: Micros) {
    while executor.clock().now() < time {
        if matches!(executor.step(), Step::Idle | Step::Runaway(_)) {
            return;
        }
    }
}
