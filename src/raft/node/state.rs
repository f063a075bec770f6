//! What a node remembers beside its log: elections, leadership, membership changes, reads, snapshots on their way.

use std::collections::{BTreeMap, BTreeSet};

use litemap::LiteMap;

use super::io::Token;
use crate::raft::config::Config;
use crate::raft::event::RoleWhy;
use crate::raft::{Index, NodeId, Term};
use crate::runtime::Micros;

/// A pre-vote in progress (thesis §9.6): it finds out whether the node could win an election, and changes no state at
/// the nodes that are asked.
#[derive(Clone, Debug)]
pub(super) struct PreVote {
    /// The term of the election that would follow: the current term + 1.
    pub(super) term: Term,
    /// Why the node wants to campaign.
    pub(super) why: RoleWhy,
    /// The responses so far, by voter.
    pub(super) votes: LiteMap<NodeId, bool>,
}

/// The state that a node has only while it leads. Dropped when it steps down.
#[derive(Clone, Debug, Default)]
pub(super) struct LeaderState {
    /// The progress of each replication stream, by its target. A target has an entry while its stream runs.
    pub(super) progress: LiteMap<NodeId, Progress>,
    /// Client writes that are not applied yet, by the index of their entry.
    pub(super) pending_writes: BTreeMap<Index, Token>,
    /// The targets of streams that wait until the snapshot under construction is built.
    pub(super) pending_snapshot_requests: BTreeSet<NodeId>,
    /// Client reads, in order of arrival, that wait for confirmation of leadership or for the state machine.
    pub(super) pending_reads: Vec<PendingRead>,
    /// The number of the latest heartbeat round; 0 before the first. See `Node::start_heartbeat_round`.
    pub(super) heartbeat_round: u64,
    /// The index of the first entry of this leader's term. Reads wait until it is committed.
    pub(super) first_index_of_term: Index,
    /// When the leader checks next whether a majority still answers.
    pub(super) next_quorum_check: Micros,
    /// The leadership transfer in progress, if any. No writes are accepted meanwhile.
    pub(super) transfer: Option<LeadershipTransfer>,
    /// The membership change in progress that this leader was asked for, if any.
    pub(super) change: Option<MembershipChange>,
    /// Removed members whose streams still run, until they know of their removal.
    pub(super) removed: LiteMap<NodeId, RemovedMember>,
}

/// How long a leader waits for a newcomer that is not heard, in multiples of `election_timeout_max`: 30 s by default.
const NEWCOMER_TIMEOUTS: u64 = 100;

/// A leadership transfer in progress (thesis §3.10).
#[derive(Clone, Debug)]
pub(super) struct LeadershipTransfer {
    /// The voter that shall become the leader.
    pub(super) target: NodeId,
    /// When the transfer is given up.
    pub(super) deadline: Micros,
    /// Whether TimeoutNow was sent to the target.
    pub(super) timeout_now_sent: bool,
}

/// What the leader knows about one target, from the reports of its stream.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress {
    /// The highest index up to which the target's log is known to agree with the leader's; 0 if nothing is known.
    pub(super) match_index: Index,
    /// When the target last answered any RPC of this term.
    pub(super) last_contact: Option<Micros>,
    /// The latest heartbeat round that the target answered.
    pub(super) heartbeat_round: u64,
    /// The last included index of the latest snapshot that was offered to the target since it was last at line rate.
    pub(super) snapshot_index: Option<Index>,
}

impl LeaderState {
    /// Takes the targets whose streams wait for a snapshot.
    pub(super) fn take_pending_snapshot_requests(&mut self) -> BTreeSet<NodeId> {
        std::mem::take(&mut self.pending_snapshot_requests)
    }

    /// Notes that the stream to `target` waits for the next snapshot.
    pub(super) fn add_snapshot_request(&mut self, target: NodeId) {
        self.pending_snapshot_requests.insert(target);
    }

    /// Notes that `target` is being sent a snapshot with this last included index.
    pub(super) fn set_snapshot_index(&mut self, target: NodeId, index: Index) {
        if let Some(progress) = self.progress.get_mut(&target) {
            progress.snapshot_index = Some(index);
        }
    }

    /// The lowest index that any responsive target is known to have, by match or by snapshot. The entries above it may
    /// still have to be sent. A target is responsive if it answered within `election_timeout_max`.
    ///
    /// `index` is that of a snapshot. A target that recovers by a snapshot keeps `snapshot_tail_limit` entries before it,
    /// any other the fewer of `tail`.
    pub(super) fn lowest_needed_index(&self, now: Micros, index: Index, tail: u64, config: &Config) -> Option<Index> {
        let is_responsive =
            |progress: &&Progress| progress.last_contact.is_some_and(|at| now <= at + config.election_timeout_max);
        let needs = |progress: &Progress| {
            let limit = if progress.snapshot_index.is_some() { config.snapshot_tail_limit.max(tail) } else { tail };
            progress.snapshot_index.unwrap_or(0).max(progress.match_index).max(index.saturating_sub(limit))
        };
        self.progress.values().filter(is_responsive).map(needs).min()
    }

    /// When the change in progress is given up unless its new voters are heard: [`NEWCOMER_TIMEOUTS`] longest election
    /// timeouts after one of them was last heard, or after the change began. A transfer of leadership comes first.
    pub(super) fn newcomers_deadline(&self, config: &Config) -> Option<Micros> {
        let change = self.change.as_ref().filter(|_| self.transfer.is_none())?;
        let ChangeStage::CatchingUp(TargetMembers { awaited, .. }) = &change.stage else { return None };
        let heard = |node: &NodeId| self.progress.get(node).and_then(|progress| progress.last_contact);
        let silent_since = awaited.iter().map(|node| heard(node).unwrap_or(change.since).max(change.since)).min()?;
        let limit = config.election_timeout_max.0.saturating_mul(NEWCOMER_TIMEOUTS);
        Some(Micros(silent_since.0.saturating_add(limit)))
    }

    /// When the next of the leader's timers expires.
    pub(super) fn next_deadline(&self, config: &Config) -> Option<Micros> {
        let check = config.check_quorum.then_some(self.next_quorum_check);
        let transfer = self.transfer.as_ref().map(|transfer| transfer.deadline);
        let removed = self.removed.values().map(|member| member.deadline);
        let newcomers = self.newcomers_deadline(config);
        check.into_iter().chain(transfer).chain(removed).chain(newcomers).min()
    }
}

/// A membership change in progress that this leader was asked for.
#[derive(Clone, Debug)]
pub(super) struct MembershipChange {
    /// The request to answer when the change is done.
    pub(super) token: Token,
    /// When the change began.
    pub(super) since: Micros,
    pub(super) stage: ChangeStage,
}

/// The voters and learners that a membership change leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TargetMembers {
    pub(super) voters: BTreeSet<NodeId>,
    pub(super) learners: BTreeSet<NodeId>,
    /// Those voters that had no vote when the change began: they have to catch up first.
    pub(super) awaited: BTreeSet<NodeId>,
    /// Those of them that were added as learners for this change, and leave again if it is given up.
    pub(super) newcomers: BTreeSet<NodeId>,
}

/// A member that was removed and whose stream still runs, until it knows of its removal or `deadline` has passed.
#[derive(Clone, Debug)]
pub(super) struct RemovedMember {
    /// The index of the entry whose configuration does not contain the member.
    pub(super) index: Index,
    /// The heartbeat round that was started when that entry was committed, if it is: a response to it shows that the
    /// member knows of the commitment.
    pub(super) heartbeat_round: Option<u64>,
    /// When the stream is stopped at the latest.
    pub(super) deadline: Micros,
}

#[derive(Clone, Debug)]
pub(super) enum ChangeStage {
    /// The learners were changed by the entry at this index; done when that is committed.
    Learners(Index),
    /// The new voters catch up as learners; the joint configuration follows.
    CatchingUp(TargetMembers),
    /// The joint configuration or the new one is appended; done when the new one is committed.
    Joint,
}

/// A client's read that is not answered yet.
#[derive(Clone, Debug)]
pub(super) struct PendingRead {
    /// The request to answer.
    pub(super) token: Token,
    /// The key to read.
    pub(super) key: String,
    /// The commit index when the read arrived, or the first one of this term if that is later; none until then.
    pub(super) read_index: Option<Index>,
    /// A response to an RPC of this heartbeat round or a later one confirms the read.
    pub(super) heartbeat_round: u64,
}

/// A partially received snapshot. Kept in memory only.
#[derive(Clone, Debug)]
pub(super) struct IncomingSnapshot {
    /// Chunks are accepted only if their term, leader and snapshot id are these.
    pub(super) term: Term,
    pub(super) leader: NodeId,
    pub(super) id: u64,
    /// The bytes received so far.
    pub(super) data: Vec<u8>,
}
