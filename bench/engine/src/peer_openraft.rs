//! openraft 0.9: what became of async-raft.
//!
//! As for [async-raft](crate::peer_async_raft): real time, no latency, calls of functions, a `Vec` as the log, no
//! snapshots, all else as by default. A write to the log is durable as soon as it is done.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::io::Cursor;
use std::ops::{Bound, RangeBounds};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use openraft::error::{InstallSnapshotError, RPCError, RaftError, Unreachable};
use openraft::network::RPCOption;
use openraft::raft::{
    AppendEntriesRequest, AppendEntriesResponse, InstallSnapshotRequest, InstallSnapshotResponse, VoteRequest,
    VoteResponse,
};
use openraft::storage::{LogFlushed, RaftLogStorage, RaftStateMachine};
use openraft::{
    AnyError, Config, EmptyNode, EntryPayload, LogId, LogState, OptionalSend, Raft, RaftLogReader, RaftNetwork,
    RaftNetworkFactory, RaftSnapshotBuilder, Snapshot, SnapshotMeta, SnapshotPolicy, StorageError, StorageIOError,
    StoredMembership, Vote,
};

use crate::clients::{self, Load, Text, ELECTION_TIMEOUT_MS, NODES};

/// A command: sets a key.
#[derive(Clone, Debug)]
pub struct Put {
    key: Text,
    value: Text,
}

openraft::declare_raft_types!(
    /// The types of this cluster.
    pub Types: D = Put, R = (), Node = EmptyNode
);

type Entry = openraft::Entry<Types>;
type Node = Raft<Types>;
type Trouble = StorageError<u64>;
type Refused<E> = RPCError<u64, EmptyNode, E>;

/// Every node, for every other.
#[derive(Clone, Default)]
struct Wires(Arc<OnceLock<Vec<Node>>>);

/// The way to one node.
struct Wire {
    target: u64,
    wires: Wires,
}

impl Wire {
    fn node(&self) -> &Node {
        let nodes = self.wires.0.get().expect("the nodes are known before they send");
        &nodes[self.target as usize - 1]
    }
}

impl RaftNetworkFactory<Types> for Wires {
    type Network = Wire;

    async fn new_client(&mut self, target: u64, _node: &EmptyNode) -> Wire {
        Wire { target, wires: self.clone() }
    }
}

impl RaftNetwork<Types> for Wire {
    async fn append_entries(
        &mut self,
        rpc: AppendEntriesRequest<Types>,
        _option: RPCOption,
    ) -> Result<AppendEntriesResponse<u64>, Refused<RaftError<u64>>> {
        self.node().append_entries(rpc).await.map_err(|error| Unreachable::new(&error).into())
    }

    async fn install_snapshot(
        &mut self,
        rpc: InstallSnapshotRequest<Types>,
        _option: RPCOption,
    ) -> Result<InstallSnapshotResponse<u64>, Refused<RaftError<u64, InstallSnapshotError>>> {
        self.node().install_snapshot(rpc).await.map_err(|error| Unreachable::new(&error).into())
    }

    async fn vote(
        &mut self,
        rpc: VoteRequest<u64>,
        _option: RPCOption,
    ) -> Result<VoteResponse<u64>, Refused<RaftError<u64>>> {
        self.node().vote(rpc).await.map_err(|error| Unreachable::new(&error).into())
    }
}

/// A log that is always fast and never fails.
#[derive(Clone, Default)]
struct Shelf(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    vote: Option<Vote<u64>>,
    /// The entry with index n is at n.
    log: Vec<Entry>,
}

impl Shelf {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().expect("nothing panics while it holds the lock")
    }
}

impl RaftLogReader<Types> for Shelf {
    async fn try_get_log_entries<R: RangeBounds<u64> + Clone + Debug + OptionalSend>(
        &mut self,
        range: R,
    ) -> Result<Vec<Entry>, Trouble> {
        let kept = self.kept();
        let length = kept.log.len();
        let first = match range.start_bound() {
            Bound::Included(&first) => first as usize,
            Bound::Excluded(&before) => before as usize + 1,
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(&last) => (last as usize + 1).min(length),
            Bound::Excluded(&end) => (end as usize).min(length),
            Bound::Unbounded => length,
        };
        Ok(kept.log.get(first..end).map(<[_]>::to_vec).unwrap_or_default())
    }
}

impl RaftLogStorage<Types> for Shelf {
    type LogReader = Shelf;

    async fn get_log_state(&mut self) -> Result<LogState<Types>, Trouble> {
        Ok(LogState { last_purged_log_id: None, last_log_id: self.kept().log.last().map(|entry| entry.log_id) })
    }

    async fn get_log_reader(&mut self) -> Shelf {
        self.clone()
    }

    async fn save_vote(&mut self, vote: &Vote<u64>) -> Result<(), Trouble> {
        self.kept().vote = Some(*vote);
        Ok(())
    }

    async fn read_vote(&mut self) -> Result<Option<Vote<u64>>, Trouble> {
        Ok(self.kept().vote)
    }

    async fn append<I>(&mut self, entries: I, callback: LogFlushed<Types>) -> Result<(), Trouble>
    where
        I: IntoIterator<Item = Entry> + OptionalSend,
        I::IntoIter: OptionalSend,
    {
        self.kept().log.extend(entries);
        callback.log_io_completed(Ok(()));
        Ok(())
    }

    async fn truncate(&mut self, log_id: LogId<u64>) -> Result<(), Trouble> {
        self.kept().log.truncate(log_id.index as usize);
        Ok(())
    }

    async fn purge(&mut self, _log_id: LogId<u64>) -> Result<(), Trouble> {
        Ok(()) // only what a snapshot has is purged
    }
}

/// A state machine that is always fast and never fails.
#[derive(Default)]
struct Machine {
    applied: Option<LogId<u64>>,
    membership: StoredMembership<u64, EmptyNode>,
    values: BTreeMap<Text, Text>,
}

fn no_snapshots() -> Trouble {
    StorageIOError::read_snapshot(None, AnyError::error("no snapshot is ever taken")).into()
}

/// Never asked for one.
struct NoSnapshots;

impl RaftSnapshotBuilder<Types> for NoSnapshots {
    async fn build_snapshot(&mut self) -> Result<Snapshot<Types>, Trouble> {
        Err(no_snapshots())
    }
}

impl RaftStateMachine<Types> for Machine {
    type SnapshotBuilder = NoSnapshots;

    async fn applied_state(&mut self) -> Result<(Option<LogId<u64>>, StoredMembership<u64, EmptyNode>), Trouble> {
        Ok((self.applied, self.membership.clone()))
    }

    async fn apply<I>(&mut self, entries: I) -> Result<Vec<()>, Trouble>
    where
        I: IntoIterator<Item = Entry> + OptionalSend,
        I::IntoIter: OptionalSend,
    {
        let mut answers = Vec::new();
        for entry in entries {
            self.applied = Some(entry.log_id);
            match entry.payload {
                EntryPayload::Blank => {}
                EntryPayload::Normal(Put { key, value }) => drop(self.values.insert(key, value)),
                EntryPayload::Membership(membership) => {
                    self.membership = StoredMembership::new(Some(entry.log_id), membership);
                }
            }
            answers.push(());
        }
        Ok(answers)
    }

    async fn get_snapshot_builder(&mut self) -> NoSnapshots {
        NoSnapshots
    }

    async fn begin_receiving_snapshot(&mut self) -> Result<Box<Cursor<Vec<u8>>>, Trouble> {
        Err(no_snapshots())
    }

    async fn install_snapshot(
        &mut self,
        _meta: &SnapshotMeta<u64, EmptyNode>,
        _snapshot: Box<Cursor<Vec<u8>>>,
    ) -> Result<(), Trouble> {
        Err(no_snapshots())
    }

    async fn get_current_snapshot(&mut self) -> Result<Option<Snapshot<Types>>, Trouble> {
        Ok(None)
    }
}

/// Measures: the time on a core, from the first write to the last answer.
pub fn measure(load: Load) -> Duration {
    clients::on_one_thread(async {
        let config = Config {
            election_timeout_min: ELECTION_TIMEOUT_MS[0],
            election_timeout_max: ELECTION_TIMEOUT_MS[1],
            snapshot_policy: SnapshotPolicy::Never,
            ..Config::default()
        };
        let config = Arc::new(config.validate().expect("the settings are valid"));
        let wires = Wires::default();
        let mut nodes = Vec::new();
        for id in NODES {
            let node = Node::new(id, config.clone(), wires.clone(), Shelf::default(), Machine::default()).await;
            nodes.push(node.expect("a node with an empty storage starts"));
        }
        assert!(wires.0.set(nodes.clone()).is_ok(), "the nodes are known once");
        let first = nodes[0].clone();
        first.initialize(BTreeSet::from(NODES)).await.expect("the first node begins");
        let leads = first.wait(None).current_leader(NODES[0], "the first node leads").await;
        leads.expect("the first node is alone in campaigning");
        let put = {
            let leader = first.clone();
            move |key, value| {
                let leader = leader.clone();
                async move {
                    leader.client_write(Put { key, value }).await.expect("the leader stays");
                }
            }
        };
        put("x".into(), "0".into()).await; // from here on every node knows its leader
        let took = clients::write(load, put).await;
        let applied = first.metrics().borrow().last_applied.map_or(0, |last| last.index);
        assert!(applied > load.writes, "{applied} entries are applied");
        took
    })
}
