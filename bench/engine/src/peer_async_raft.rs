//! async-raft 0.6.1: the reference of this project's engine, and what it is measured by.
//!
//! Real time, no latency: a call to another node is a call of its function, and the answer comes when that node's task
//! has run. A log is a `Vec` in memory behind a lock that nobody holds for long; the state machine is a `BTreeMap`.
//! Batching and everything else is as by default, but no snapshot is ever taken, on any side.

use std::collections::{BTreeMap, HashSet};
use std::convert::Infallible;
use std::io::Cursor;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use anyhow::{bail, Result};
use async_raft::async_trait::async_trait;
use async_raft::raft::{
    AppendEntriesRequest, AppendEntriesResponse, ClientWriteRequest, Entry, EntryPayload, InstallSnapshotRequest,
    InstallSnapshotResponse, MembershipConfig, VoteRequest, VoteResponse,
};
use async_raft::storage::{CurrentSnapshotData, HardState, InitialState};
use async_raft::{AppData, AppDataResponse, Config, NodeId, Raft, RaftNetwork, RaftStorage, SnapshotPolicy};
use serde::{Deserialize, Serialize};

use crate::clients::{self, Load, Text, ELECTION_TIMEOUT_MS, NODES};

/// A command: sets a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Put {
    key: Text,
    value: Text,
}

impl AppData for Put {}

/// The answer to a command.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Done;

impl AppDataResponse for Done {}

type Node = Raft<Put, Done, Wires, Shelf>;

/// Every node, for every other.
#[derive(Default)]
struct Wires(OnceLock<Vec<Node>>);

impl Wires {
    fn node(&self, id: NodeId) -> Result<&Node> {
        let nodes = self.0.get().map(Vec::as_slice).unwrap_or_default();
        nodes.get(id as usize - 1).ok_or_else(|| anyhow::anyhow!("there is no node {id}"))
    }
}

#[async_trait]
impl RaftNetwork<Put> for Wires {
    async fn append_entries(&self, target: NodeId, rpc: AppendEntriesRequest<Put>) -> Result<AppendEntriesResponse> {
        Ok(self.node(target)?.append_entries(rpc).await?)
    }

    async fn install_snapshot(&self, target: NodeId, rpc: InstallSnapshotRequest) -> Result<InstallSnapshotResponse> {
        Ok(self.node(target)?.install_snapshot(rpc).await?)
    }

    async fn vote(&self, target: NodeId, rpc: VoteRequest) -> Result<VoteResponse> {
        Ok(self.node(target)?.vote(rpc).await?)
    }
}

/// A storage that is always fast and never fails.
struct Shelf {
    id: NodeId,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    hard_state: Option<HardState>,
    /// The entry with index n is at n - 1.
    log: Vec<Entry<Put>>,
    applied: u64,
    values: BTreeMap<Text, Text>,
}

impl Kept {
    fn apply(&mut self, index: u64, Put { key, value }: &Put) {
        self.applied = index;
        self.values.insert(key.clone(), value.clone());
    }
}

impl Shelf {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().expect("nothing panics while it holds the lock")
    }
}

#[async_trait]
impl RaftStorage<Put, Done> for Shelf {
    type Snapshot = Cursor<Vec<u8>>;
    type ShutdownError = Infallible;

    async fn get_membership_config(&self) -> Result<MembershipConfig> {
        let kept = self.kept();
        let last = kept.log.iter().rev().find_map(|entry| match &entry.payload {
            EntryPayload::ConfigChange(change) => Some(change.membership.clone()),
            _ => None,
        });
        Ok(last.unwrap_or_else(|| MembershipConfig::new_initial(self.id)))
    }

    async fn get_initial_state(&self) -> Result<InitialState> {
        Ok(InitialState::new_initial(self.id))
    }

    async fn save_hard_state(&self, hard_state: &HardState) -> Result<()> {
        self.kept().hard_state = Some(hard_state.clone());
        Ok(())
    }

    async fn get_log_entries(&self, start: u64, stop: u64) -> Result<Vec<Entry<Put>>> {
        let kept = self.kept();
        let end = kept.log.len().min(stop as usize - 1);
        Ok(kept.log.get(start as usize - 1..end).map(<[_]>::to_vec).unwrap_or_default())
    }

    async fn delete_logs_from(&self, start: u64, _stop: Option<u64>) -> Result<()> {
        self.kept().log.truncate(start as usize - 1);
        Ok(())
    }

    async fn append_entry_to_log(&self, entry: &Entry<Put>) -> Result<()> {
        self.kept().log.push(entry.clone());
        Ok(())
    }

    async fn replicate_to_log(&self, entries: &[Entry<Put>]) -> Result<()> {
        self.kept().log.extend_from_slice(entries);
        Ok(())
    }

    async fn apply_entry_to_state_machine(&self, index: &u64, data: &Put) -> Result<Done> {
        self.kept().apply(*index, data);
        Ok(Done)
    }

    async fn replicate_to_state_machine(&self, entries: &[(&u64, &Put)]) -> Result<()> {
        let mut kept = self.kept();
        entries.iter().for_each(|(index, data)| kept.apply(**index, data));
        Ok(())
    }

    async fn do_log_compaction(&self) -> Result<CurrentSnapshotData<Self::Snapshot>> {
        bail!("no snapshot is ever taken")
    }

    async fn create_snapshot(&self) -> Result<(String, Box<Self::Snapshot>)> {
        bail!("no snapshot is ever sent")
    }

    async fn finalize_snapshot_installation(
        &self,
        _index: u64,
        _term: u64,
        _delete_through: Option<u64>,
        _id: String,
        _snapshot: Box<Self::Snapshot>,
    ) -> Result<()> {
        bail!("no snapshot is ever sent")
    }

    async fn get_current_snapshot(&self) -> Result<Option<CurrentSnapshotData<Self::Snapshot>>> {
        Ok(None)
    }
}

/// Measures: the time on a core, from the first write to the last answer.
pub fn measure(load: Load) -> Duration {
    clients::on_one_thread(async {
        let config = Config::build("bench".into())
            .election_timeout_min(ELECTION_TIMEOUT_MS[0])
            .election_timeout_max(ELECTION_TIMEOUT_MS[1])
            .snapshot_policy(SnapshotPolicy::LogsSinceLast(u64::MAX));
        let config = Arc::new(config.validate().expect("the settings are valid"));
        let wires = Arc::new(Wires::default());
        let shelves = NODES.map(|id| Arc::new(Shelf { id, kept: Mutex::default() }));
        let node = |shelf: &Arc<Shelf>| Node::new(shelf.id, config.clone(), wires.clone(), shelf.clone());
        let nodes: Vec<Node> = shelves.iter().map(node).collect();
        assert!(wires.0.set(nodes.clone()).is_ok(), "the nodes are known once");
        let first = nodes[0].clone();
        first.initialize(HashSet::from(NODES)).await.expect("the first node begins");
        let mut metrics = first.metrics();
        while metrics.borrow().current_leader != Some(NODES[0]) {
            metrics.changed().await.expect("the first node runs");
        }
        let put = move |key, value| {
            let leader = first.clone();
            async move {
                let written = leader.client_write(ClientWriteRequest::new(Put { key, value })).await;
                written.expect("the leader stays");
            }
        };
        put("x".into(), "0".into()).await; // from here on every node knows its leader
        let took = clients::write(load, put).await;
        let applied = shelves[0].kept().applied;
        assert!(applied > load.writes, "{applied} entries are applied");
        took
    })
}
