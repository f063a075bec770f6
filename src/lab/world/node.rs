//! The state of one node, as far as its events show it.

use std::collections::BTreeMap;

use crate::lab::vocab::image::Image;
use crate::raft::event::{Role, RoleWhy};
use crate::raft::log::{KeyWrite, Payload, SharedEntry};
use crate::raft::{Index, Membership, NodeId, SharedSnapshot, Term};
use crate::runtime::Micros;

/// The state of one node.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeState {
    /// Its id.
    pub id: NodeId,
    /// Whether it is running. A crashed node shows its durable state; volatile state is reset.
    pub alive: bool,
    /// Whether it has ever been started.
    pub begun: bool,
    /// Whether its process is paused: it is running but does nothing.
    pub paused: bool,
    /// Whether its disk fails.
    pub disk_fails: bool,
    /// Whether what is read from its disk does not come.
    pub disk_hangs: bool,
    /// The shortest and the longest time until a write is durable.
    pub write_delay: (Micros, Micros),
    /// The lowest `write_delay` so far, against which a slow disk is recognized.
    pub usual_write_delay: (Micros, Micros),
    /// Its present role.
    pub role: Role,
    /// Why it took that role.
    pub role_why: RoleWhy,
    /// Its current term.
    pub term: Term,
    /// The node that received its vote in that term.
    pub voted_for: Option<NodeId>,
    /// The leader that it recognizes in this term.
    pub leader: Option<NodeId>,
    /// For a candidate: the responses so far, its own vote included.
    pub votes: BTreeMap<NodeId, bool>,
    /// Whether `votes` are responses to a pre-vote.
    pub pre_voting: bool,
    /// For a leader: the target of a leadership transfer in progress.
    pub hands_over_to: Option<NodeId>,
    /// The virtual times at which its election timeout was set and at which it expires.
    pub timer: Option<(Micros, Micros)>,
    /// The retained entries; the first has index `first_index`.
    pub log: imbl::Vector<SharedEntry>,
    /// The index of the first retained entry.
    pub first_index: Index,
    /// The highest index known to be committed.
    pub commit: Index,
    /// The index of the last entry applied to the state machine.
    pub applied: Index,
    /// The keys and values of the state machine.
    pub state: imbl::OrdMap<String, String>,
    /// The index of the entry to be applied next, if its write was done before.
    pub(super) repeats: Option<Index>,
    /// Its latest complete snapshot, if any.
    pub snapshot: Option<SharedSnapshot>,
    /// A partially received snapshot: its last included index, and the bytes received.
    pub receiving: Option<(Index, u64)>,
    /// The last included index of a snapshot that is being built.
    pub compacting: Option<Index>,
    /// The last index that is durable.
    pub durable: Index,
    /// The error for which its storage failed. The node is shut down then.
    pub storage_error: Option<String>,
    /// The configuration in effect, with the index of its entry (0: the initial configuration).
    pub members: (Index, Membership),
    /// The initial configuration.
    initial_members: Membership,
}

impl NodeState {
    /// A node that was not started yet, with a log from index 1.
    pub fn new(id: NodeId, members: Membership, log: impl IntoIterator<Item = SharedEntry>) -> NodeState {
        let kept = Image { log: log.into_iter().collect(), ..Image::default() };
        NodeState::from_disk(id, members, &kept)
    }

    /// A node that was not started yet, with this disk content.
    pub fn from_disk(id: NodeId, members: Membership, kept: &Image) -> NodeState {
        let mut node = NodeState {
            id,
            alive: false,
            begun: false,
            paused: false,
            disk_fails: false,
            disk_hangs: false,
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
            repeats: None,
            storage_error: None,
            snapshot: None,
            receiving: None,
            compacting: None,
            durable: 0,
            members: (0, members.clone()),
            initial_members: members,
        };
        node.crash(kept); // equivalent to a crash of a node that ran before
        node
    }

    /// The same node, with the log committed and applied up to `index`; `once` as in [`StateMachine::apply`](crate::raft::machine::StateMachine::apply).
    pub fn applied_up_to(mut self, index: Index, once: bool) -> NodeState {
        let mut machine = self.snapshot.as_ref().map(|snapshot| snapshot.machine()).unwrap_or_default();
        let applied = self.applied + 1..=index.min(self.last_index());
        for entry in applied.filter_map(|index| self.entry(index).cloned()).collect::<Vec<_>>() {
            (self.commit, self.applied) = (entry.index, entry.index);
            machine.apply(&entry, once);
        }
        self.state = machine.values.into_iter().collect();
        self
    }

    /// Whether its process was never started.
    pub fn never_ran(&self) -> bool {
        !self.alive && !self.begun
    }

    /// The initial configuration.
    pub fn initial_members(&self) -> &Membership {
        &self.initial_members
    }

    /// The index of the last entry; 0 in an empty log.
    pub fn last_index(&self) -> Index {
        self.first_index + self.log.len() as Index - 1
    }

    /// The entry at `index`, if it is retained.
    pub fn entry(&self, index: Index) -> Option<&SharedEntry> {
        self.log.get(usize::try_from(index.checked_sub(self.first_index)?).ok()?)
    }

    /// Whether two logs that end at the same index have the same entries after this one, as far as both retain them.
    pub(super) fn has_entries_of(&self, other: &NodeState, after: Index) -> bool {
        let first = self.first_index.max(other.first_index).max(after + 1);
        let count = usize::try_from((self.last_index() + 1).saturating_sub(first)).unwrap_or(usize::MAX);
        self.log.iter().rev().zip(other.log.iter().rev()).take(count).all(|(a, b)| a == b)
    }

    pub(super) fn find_members(&mut self) {
        // Entries included in the snapshot may still be retained; they do not contradict its configuration.
        let found = self.log.iter().rev().find_map(|entry| match &entry.payload {
            Payload::Members(membership) => Some((entry.index, membership.clone())),
            _ => None,
        });
        let before = || self.snapshot.as_ref().map(|snapshot| snapshot.meta.membership.clone());
        self.members = found.or_else(before).unwrap_or((0, self.initial_members.clone()));
    }

    /// Replaces the log up to the snapshot's last index by the snapshot; later entries are kept if `kept_suffix`.
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

    /// The term at `index`, if the entry is retained or is the last one included in the snapshot.
    pub fn term_at(&self, index: Index) -> Option<Term> {
        let snapshot = self.snapshot.as_ref().map(|snapshot| (snapshot.meta.index, snapshot.meta.term));
        match (index, snapshot) {
            (0, _) => Some(0),
            (_, Some((last, term))) if last == index => Some(term),
            _ => self.entry(index).map(|entry| entry.term),
        }
    }

    /// Resets volatile state, and everything that was not durable.
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
        // The snapshot's state is loaded at the restart; the entries after it are applied again.
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

    /// Notes the node's decision on a RequestVote; the one on its own is its first vote as a candidate.
    pub(super) fn decide_vote(&mut self, candidate: NodeId, granted: bool) {
        if granted {
            self.voted_for = Some(candidate);
        }
        if candidate == self.id {
            self.votes.insert(candidate, granted);
        }
    }

    /// Adds an entry at the end of the log. Only a node that does not remove conflicting entries overwrites one.
    pub(super) fn append(&mut self, entry: &SharedEntry) {
        match entry.index.checked_sub(self.first_index).and_then(|place| usize::try_from(place).ok()) {
            Some(place) if place < self.log.len() => drop(self.log.set(place, entry.clone())),
            _ => self.log.push_back(entry.clone()),
        }
        if let Payload::Members(membership) = &entry.payload {
            self.members = (entry.index, membership.clone());
        }
    }

    /// Applies the entry at an index to the state machine.
    pub(super) fn apply_entry(&mut self, index: Index) {
        self.applied = index;
        if self.repeats.take() == Some(index) {
            return;
        }
        let Some(entry) = self.entry(index).cloned() else { return };
        match entry.payload.change(|key| self.state.get(key)) {
            Some(KeyWrite { key, value: Some(value), .. }) => match self.state.get_mut(key) {
                Some(known) => value.clone_into(known),
                None => drop(self.state.insert(key.into(), value.into())),
            },
            Some(KeyWrite { key, value: None, .. }) => drop(self.state.remove(key)),
            None => {}
        }
    }
}
