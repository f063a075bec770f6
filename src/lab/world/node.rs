//! One node, as its events tell it.

use std::collections::BTreeMap;

use crate::lab::vocab::image::Image;
use crate::raft::event::{Role, RoleWhy};
use crate::raft::log::{Payload, SharedEntry};
use crate::raft::{Index, Membership, NodeId, SharedSnapshot, Term};
use crate::runtime::Micros;

/// What is known about one node.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeState {
    /// Its name.
    pub id: NodeId,
    /// Whether it runs. What a crashed node kept stays to be seen; what it lost is reset.
    pub alive: bool,
    /// Whether it has ever run.
    pub begun: bool,
    /// Its process is stopped: it runs, and does nothing.
    pub paused: bool,
    /// Its disk fails.
    pub disk_fails: bool,
    /// How long its writes take, from the shortest to the longest.
    pub write_delay: (Micros, Micros),
    /// The same, when its disk was at its fastest.
    pub usual_write_delay: (Micros, Micros),
    /// What it is.
    pub role: Role,
    /// Why it became that.
    pub role_why: RoleWhy,
    /// Its current term.
    pub term: Term,
    /// Whom it voted for in that term.
    pub voted_for: Option<NodeId>,
    /// The leader that it follows in this term.
    pub leader: Option<NodeId>,
    /// While it is a candidate: the answers so far, its own vote included.
    pub votes: BTreeMap<NodeId, bool>,
    /// Whether those are answers to the question that comes before a campaign (pre-vote).
    pub pre_voting: bool,
    /// While it leads: the node that it hands its office over to.
    pub hands_over_to: Option<NodeId>,
    /// When its election timeout was armed, and when it fires.
    pub timer: Option<(Micros, Micros)>,
    /// The retained entries; the first has index `first_index`.
    pub log: imbl::Vector<SharedEntry>,
    /// The index of the first retained entry.
    pub first_index: Index,
    /// How far it knows the log to be committed.
    pub commit: Index,
    /// How far its state machine is.
    pub applied: Index,
    /// The state machine.
    pub state: imbl::OrdMap<String, String>,
    /// The snapshot that it has, if any.
    pub snapshot: Option<SharedSnapshot>,
    /// A snapshot that it is being sent: its last index, and how many bytes have come.
    pub receiving: Option<(Index, u64)>,
    /// It is making a snapshot up to this index.
    pub compacting: Option<Index>,
    /// Its log is durable up to here.
    pub durable: Index,
    /// What its storage said when it failed. The node is shut down then.
    pub storage_error: Option<String>,
    /// The configuration in force, with its index in the log (0: the one that the cluster began with).
    pub members: (Index, Membership),
    /// The configuration that the cluster began with.
    initial_members: Membership,
}

impl NodeState {
    /// A node that has not started yet, with a log from index 1.
    pub fn new(id: NodeId, members: Membership, log: impl IntoIterator<Item = SharedEntry>) -> NodeState {
        let kept = Image { log: log.into_iter().collect(), ..Image::default() };
        NodeState::from_disk(id, members, &kept)
    }

    /// A node that has not started yet, with what its disk holds.
    pub fn from_disk(id: NodeId, members: Membership, kept: &Image) -> NodeState {
        let mut node = NodeState {
            id,
            alive: false,
            begun: false,
            paused: false,
            disk_fails: false,
            write_delay: Default::default(),
            usual_write_delay: Default::default(),
            role: Role::Follower,
            role_why: RoleWhy::Started,
            term: 0,
            voted_for: None,
            leader: None,
            votes: BTreeMap::new(),
            pre_voting: false,
            hands_over_to: None,
            timer: None,
            log: imbl::Vector::new(),
            first_index: 1,
            commit: 0,
            applied: 0,
            state: imbl::OrdMap::new(),
            storage_error: None,
            snapshot: None,
            receiving: None,
            compacting: None,
            durable: 0,
            members: (0, members.clone()),
            initial_members: members,
        };
        node.crash(kept); // it is as if it had run before
        node
    }

    /// The same, with the log committed and applied up to an index.
    pub fn applied_up_to(mut self, index: Index) -> NodeState {
        let applied = self.applied + 1..=index.min(self.last_index());
        for entry in applied.filter_map(|index| self.entry(index).cloned()).collect::<Vec<_>>() {
            (self.commit, self.applied) = (entry.index, entry.index);
            if let Payload::Set { key, value } = &entry.payload {
                self.state.insert(key.clone(), value.clone());
            }
        }
        self
    }

    /// Whether its process has not begun yet.
    pub fn never_ran(&self) -> bool {
        !self.alive && !self.begun
    }

    /// The configuration that the cluster began with.
    pub fn initial_members(&self) -> &Membership {
        &self.initial_members
    }

    /// The last index of its log.
    pub fn last_index(&self) -> Index {
        self.first_index + self.log.len() as Index - 1
    }

    /// The entry at `index`, if it is retained.
    pub fn entry(&self, index: Index) -> Option<&SharedEntry> {
        self.log.get(usize::try_from(index.checked_sub(self.first_index)?).ok()?)
    }

    pub(super) fn find_members(&mut self) {
        // Entries that the snapshot includes may still be retained: they do not speak against it.
        let found = self.log.iter().rev().find_map(|entry| match &entry.payload {
            Payload::Members(membership) => Some((entry.index, membership.clone())),
            _ => None,
        });
        let before = || self.snapshot.as_ref().map(|snapshot| snapshot.meta.membership.clone());
        self.members = found.or_else(before).unwrap_or((0, self.initial_members.clone()));
    }

    /// Takes a snapshot in place of the log up to there; of what is behind it, what agrees is kept.
    pub(super) fn install(&mut self, snapshot: &SharedSnapshot, kept_suffix: bool) {
        let index = snapshot.meta.index;
        match kept_suffix {
            true => self.compact_log(index + 1),
            false => {
                self.log.clear();
                self.first_index = index + 1;
            }
        }
        self.snapshot = Some(snapshot.clone());
        self.receiving = None;
        (self.commit, self.applied) = (index, index);
        self.state = snapshot.state().into_iter().collect();
        self.find_members();
    }

    pub(super) fn compact(&mut self, snapshot: &SharedSnapshot, first_index: Index) {
        self.compacting = None;
        self.snapshot = Some(snapshot.clone());
        self.compact_log(first_index);
        self.find_members();
    }

    pub(super) fn compact_log(&mut self, first_index: Index) {
        let gone = usize::try_from(first_index.saturating_sub(self.first_index)).unwrap_or(usize::MAX);
        self.log = self.log.clone().split_off(gone.min(self.log.len()));
        self.first_index = self.first_index.max(first_index);
    }

    /// The term of the entry at `index`, if it is retained, or the last one of the snapshot.
    pub fn term_at(&self, index: Index) -> Option<Term> {
        let snapshot = self.snapshot.as_ref().map(|snapshot| (snapshot.meta.index, snapshot.meta.term));
        match (index, snapshot) {
            (0, _) => Some(0),
            (_, Some((last, term))) if last == index => Some(term),
            _ => self.entry(index).map(|entry| entry.term),
        }
    }

    /// What was in memory is gone, and what was not durable.
    pub(super) fn crash(&mut self, kept: &Image) {
        (self.alive, self.role, self.leader, self.timer) = (false, Role::Follower, None, None);
        self.paused = false;
        self.votes.clear();
        (self.pre_voting, self.hands_over_to) = (false, None);
        (self.receiving, self.compacting) = (None, None);
        (self.term, self.voted_for) = (kept.hard_state.term, kept.hard_state.voted_for);
        self.first_index = kept.prev.0 + 1;
        self.log = kept.log.iter().cloned().collect();
        self.durable = self.last_index();
        self.snapshot = kept.snapshot.clone();
        // What the snapshot holds is there again when the node starts; the rest is applied again.
        let snapshot = kept.snapshot.as_ref();
        let index = snapshot.map_or(0, |snapshot| snapshot.meta.index);
        self.state = snapshot.map(|snapshot| snapshot.state().into_iter().collect()).unwrap_or_default();
        (self.commit, self.applied) = (index, index);
        self.find_members();
    }

    pub(super) fn truncate_from(&mut self, index: Index) {
        self.durable = self.durable.min(index.saturating_sub(1));
        self.log.truncate(usize::try_from(index.saturating_sub(self.first_index)).unwrap_or(usize::MAX));
        if self.members.0 >= index {
            self.find_members();
        }
    }
}
