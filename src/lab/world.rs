//! The world as its events tell it: a fold over [`Record`]s.
//!
//! Whatever is drawn, reported or checked is read from here and from nothing else, so that the page,
//! the report, the conditions of a scenario and the invariants cannot disagree. Nobody looks into a
//! node. Cloning a world is cheap: what did not change is shared.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::event::{ClientResult, Event, LabEvent, Link, LossWhy, MessageId, Record, TrapDoes};
use super::invariants::{Invariant, Violation};
use super::links::Links;
use super::scenario::NetworkPatch;
use super::selector::Selector;
use super::storage::Image;
use crate::raft::event::{Role, RoleWhy, StreamState, StreamWhy};
use crate::raft::log::{Payload, SharedEntry};
use crate::raft::rpc::{Message, MessageKind};
use crate::raft::{self, Index, Membership, NodeId, Rule, SharedSnapshot, Term};
use crate::runtime::Micros;

/// So many points of a stream's lag are kept, for its plot.
pub const LAG_POINTS_MAX: usize = 64;

/// So many lost messages stay to be seen, each for [`LOST_SHOWN`].
pub const LOST_MAX: usize = 64;

/// How long a lost message can still be seen where it was lost.
pub const LOST_SHOWN: Micros = Micros::from_ms(30);

/// Everything that is known about a cluster at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct World {
    /// The time of the last event.
    pub at: Micros,
    /// The number of the last event; 0 before the first.
    pub n: u64,
    /// The nodes, crashed ones too.
    pub nodes: BTreeMap<NodeId, Rc<NodeState>>,
    /// The replication streams of every node that leads, by (leader, target).
    pub streams: BTreeMap<(NodeId, NodeId), Rc<StreamView>>,
    /// The messages on their way.
    pub messages: imbl::OrdMap<MessageId, Rc<InFlight>>,
    /// What waits for messages that are still to be sent.
    pub traps: BTreeMap<u64, Rc<Trap>>,
    /// Messages lost of late, the oldest first.
    pub lost: imbl::Vector<Rc<LostMessage>>,
    /// How long writes take on the disk of a node that is added.
    pub write_delay: (Micros, Micros),
    /// What the links do to messages.
    pub links: Rc<Links>,
    /// The links that are cut, each in one direction.
    pub cut: BTreeSet<Link>,
    /// The named cuts of which at least one link is still cut, in the order in which they were made.
    pub strokes: Vec<Stroke>,
    /// The rules that are switched off.
    pub rules_off: BTreeSet<Rule>,
    /// What the clients know.
    pub clients: Clients,
    /// Messages so far.
    pub counts: MessageCounts,
    /// The promises that were broken: at which event, and how.
    pub violations: BTreeMap<Invariant, (u64, Rc<Violation>)>,
}

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

    fn find_members(&mut self) {
        // Entries that the snapshot includes may still be retained: they do not speak against it.
        let found = self.log.iter().rev().find_map(|entry| match &entry.payload {
            Payload::Members(membership) => Some((entry.index, membership.clone())),
            _ => None,
        });
        let before = || self.snapshot.as_ref().map(|snapshot| snapshot.meta.membership.clone());
        self.members = found.or_else(before).unwrap_or((0, self.initial_members.clone()));
    }

    /// Takes a snapshot in place of the log up to there; of what is behind it, what agrees is kept.
    fn install(&mut self, snapshot: &SharedSnapshot, kept_suffix: bool) {
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

    fn compact(&mut self, snapshot: &SharedSnapshot, first_index: Index) {
        self.compacting = None;
        self.snapshot = Some(snapshot.clone());
        self.compact_log(first_index);
        self.find_members();
    }

    fn compact_log(&mut self, first_index: Index) {
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
    fn crash(&mut self, kept: &Image) {
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

    fn truncate_from(&mut self, index: Index) {
        self.durable = self.durable.min(index.saturating_sub(1));
        self.log.truncate(usize::try_from(index.saturating_sub(self.first_index)).unwrap_or(usize::MAX));
        if self.members.0 >= index {
            self.find_members();
        }
    }
}

/// What is known about one replication stream.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamView {
    /// The leader's term.
    pub term: Term,
    /// What it is doing.
    pub state: StreamState,
    /// The state before.
    pub from: Option<StreamState>,
    /// Why it changed.
    pub why: StreamWhy,
    /// When it changed.
    pub since: Micros,
    /// Where the next append begins.
    pub next: Index,
    /// How far the target is proven to agree.
    pub matched: Index,
    /// Entries handed over, not yet chosen for sending.
    pub replication_buffer: u32,
    /// Entries in flight, or to be sent again.
    pub outbound_buffer: u32,
    /// When the target last answered.
    pub answered: Option<Micros>,
    /// While it sends a snapshot: how far it is.
    pub snapshot: Option<SnapshotProgress>,
    /// The lag, the leader's last index − match, each time that it changed; the latest last.
    pub lag: imbl::Vector<(Micros, u64)>,
}

/// How far a stream is with a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotProgress {
    /// The snapshot's last index.
    pub index: Index,
    /// Where the next chunk begins: so much the target has.
    pub offset: u64,
    /// The size of the whole.
    pub bytes: u64,
    /// Chunks so far, those sent again included.
    pub chunks_sent: u32,
}

/// A message on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct InFlight {
    /// Its name.
    pub id: MessageId,
    /// Who sent it.
    pub from: NodeId,
    /// Who is to receive it.
    pub to: NodeId,
    /// Its kind.
    pub kind: MessageKind,
    /// The request that it answers.
    pub re: Option<MessageId>,
    /// The message of which it is a copy that the network made.
    pub copy_of: Option<MessageId>,
    /// When it left.
    pub sent: Micros,
    /// When it arrives, unless something happens to it, or when it would, if it did not stand still.
    pub arrives: Micros,
    /// It stands still.
    pub held: bool,
    /// How much of its way it had behind it, per million, and when: from then on it goes evenly, or stands still.
    pub passed: (u32, Micros),
    /// What it says.
    pub message: Rc<Message>,
}

impl InFlight {
    /// How much of its way it has behind it, per million.
    pub fn passed_at(&self, now: Micros) -> u32 {
        const WHOLE: u64 = 1_000_000;
        let (passed, since) = self.passed;
        if self.held {
            return passed;
        }
        let (way, time) = (WHOLE - u64::from(passed), (self.arrives - since).0.max(1));
        let gone = (now - since).0.min(time);
        passed + (u128::from(way) * u128::from(gone) / u128::from(time)) as u32
    }
}

/// Messages that are still to be sent will be dropped, or held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trap {
    /// What happens to them.
    pub does: TrapDoes,
    /// Which.
    pub which: Selector,
}

/// A message that did not arrive.
#[derive(Clone, Debug, PartialEq)]
pub struct LostMessage {
    /// The message.
    pub message: Rc<InFlight>,
    /// When it was lost.
    pub at: Micros,
    /// Why.
    pub why: LossWhy,
}

/// A cut with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stroke {
    /// Its name.
    pub name: String,
    /// The links that it cut.
    pub links: Vec<Link>,
}

/// How many requests the clients made, and what became of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clients {
    /// Writes begun.
    pub writes: u64,
    /// Reads begun.
    pub reads: u64,
    /// Requests by what is known of them now.
    pub by_result: BTreeMap<ClientResult, u64>,
    /// Every request: client, key, value, node, result.
    pub ops: imbl::OrdMap<u64, Rc<ClientOp>>,
}

impl Clients {
    /// How many requests stand at `result`.
    pub fn count(&self, result: ClientResult) -> u64 {
        self.by_result.get(&result).copied().unwrap_or(0)
    }
}

/// One request of a client.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientOp {
    /// Who asked.
    pub client: u32,
    /// The key.
    pub key: String,
    /// The value to be written; none for a read.
    pub value: Option<String>,
    /// The node that was asked last.
    pub node: Option<NodeId>,
    /// What is known.
    pub result: ClientResult,
    /// What a read gave.
    pub read: Option<String>,
}

/// Messages so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MessageCounts {
    /// Sent.
    pub sent: u64,
    /// Arrived.
    pub delivered: u64,
    /// Lost, for whatever reason.
    pub dropped: u64,
}

impl World {
    /// A world before its first event.
    pub fn new(nodes: impl IntoIterator<Item = NodeState>) -> World {
        World { nodes: nodes.into_iter().map(|node| (node.id, Rc::new(node))).collect(), ..World::default() }
    }

    /// The same, with these rules switched off.
    pub fn without(mut self, rules: impl IntoIterator<Item = Rule>) -> World {
        self.rules_off.extend(rules);
        self
    }

    /// The same, with links that do this.
    pub fn with_links(mut self, links: Links) -> World {
        self.links = Rc::new(links);
        self
    }

    /// The same, with disks whose writes take so long.
    pub fn with_disks(mut self, write_delay: (Micros, Micros)) -> World {
        self.write_delay = write_delay;
        for node in self.nodes.values_mut().map(Rc::make_mut) {
            (node.write_delay, node.usual_write_delay) = (write_delay, write_delay);
        }
        self
    }

    /// Takes the next event.
    pub fn apply(&mut self, record: &Record) {
        (self.at, self.n) = (record.at, record.n);
        match &record.event {
            Event::Node(event) => self.apply_node(record.at, event),
            Event::Lab(event) => self.apply_lab(record.at, event),
        }
    }

    /// The leader of the highest term among the live nodes: the one that a client would find.
    pub fn leader(&self) -> Option<&NodeState> {
        self.leaders().max_by_key(|node| node.term)
    }

    /// Every live node that believes to lead.
    pub fn leaders(&self) -> impl Iterator<Item = &NodeState> {
        self.nodes.values().map(Rc::as_ref).filter(|node| node.alive && node.role == Role::Leader)
    }

    /// Whether all live members agree: one leader of the highest term, and everywhere the leader's log, committed and
    /// applied to its end, with the same state. Who is a member says the leader's configuration.
    pub fn converged(&self) -> bool {
        let Some(leader) = self.leader() else { return false };
        let members = leader.members.1.members();
        let live: Vec<&NodeState> =
            self.nodes.values().map(Rc::as_ref).filter(|node| node.alive && members.contains(&node.id)).collect();
        let rivals = live.iter().filter(|node| node.role == Role::Leader && node.term == leader.term).count();
        if rivals != 1 || live.iter().any(|node| node.term > leader.term) {
            return false;
        }
        let last = leader.last_index();
        let last_term = |node: &NodeState| node.term_at(node.last_index());
        live.iter().all(|node| {
            (node.last_index(), node.commit, node.applied) == (last, last, last)
                && last_term(node) == last_term(leader)
                && node.state == leader.state
        })
    }

    fn node(&mut self, id: NodeId) -> Option<&mut NodeState> {
        self.nodes.get_mut(&id).map(Rc::make_mut)
    }

    fn stream(&mut self, leader: NodeId, target: NodeId) -> Option<&mut StreamView> {
        self.streams.get_mut(&(leader, target)).map(Rc::make_mut)
    }

    fn apply_node(&mut self, at: Micros, event: &raft::Event) {
        use raft::Event::*;
        let id = event.node();
        match event {
            StreamState { target, from, to, why, .. } => return self.stream_state(at, (id, *target), *from, *to, *why),
            Next { target, to, .. } => return self.with_stream(id, *target, |stream| stream.next = *to),
            Match { target, to, .. } | MatchLost { target, to, .. } => {
                self.with_stream(id, *target, |stream| stream.matched = *to);
                return self.note_lag(at, id);
            }
            Buffer { target, replication, outbound, .. } => {
                return self.with_stream(id, *target, |stream| {
                    (stream.replication_buffer, stream.outbound_buffer) = (*replication, *outbound);
                })
            }
            Answered { target, .. } => return self.with_stream(id, *target, |stream| stream.answered = Some(at)),
            SnapshotOffered { target, snapshot, .. } => {
                let (index, bytes) = (snapshot.meta.index, snapshot.data.len() as u64);
                let progress = SnapshotProgress { index, offset: 0, bytes, chunks_sent: 0 };
                return self.with_stream(id, *target, |stream| stream.snapshot = Some(progress));
            }
            ChunkSent { target, chunks_sent: sent, .. } => {
                return self.with_progress(id, *target, |progress| progress.chunks_sent = *sent);
            }
            ChunkAnswered { target, offset, counted, .. } => {
                self.with_stream(id, *target, |stream| stream.answered = Some(at));
                if *counted {
                    self.with_progress(id, *target, |progress| progress.offset = *offset);
                }
                return;
            }
            TimedOut { .. } | Unreachable { .. } | ChunkFailed { .. } => return,
            _ => {}
        }
        let Some(node) = self.node(id) else { return };
        match event {
            Started { term, voted_for, last_index, .. } => {
                (node.alive, node.begun, node.term, node.voted_for) = (true, true, *term, *voted_for);
                node.storage_error = None;
                node.durable = *last_index;
            }
            Role { to, why, .. } => {
                (node.role, node.role_why) = (*to, *why);
                (node.pre_voting, node.hands_over_to) = (false, None);
                node.votes.clear();
                if *to != raft::event::Role::Leader {
                    self.streams.retain(|(leader, _), _| *leader != id);
                }
            }
            Term { to, .. } => (node.term, node.voted_for, node.leader) = (*to, None, None),
            Leader { leader, .. } => {
                node.leader = *leader;
                if std::mem::take(&mut node.pre_voting) {
                    node.votes.clear();
                }
            }
            Timer { deadline, .. } => node.timer = deadline.map(|deadline| (at, deadline)),
            PreVoteBegun { .. } => {
                node.votes = [(id, true)].into();
                node.pre_voting = true;
            }
            PreVoteCounted { voter, granted, .. } => {
                node.votes.insert(*voter, *granted);
            }
            PreVote { .. } | ReadConfirmed { .. } | TransferRefused { .. } => {}
            TransferBegun { target, .. } => node.hands_over_to = Some(*target),
            TransferGivenUp { .. } => node.hands_over_to = None,
            Vote { candidate, granted, .. } => {
                if *granted {
                    node.voted_for = Some(*candidate);
                }
                if *candidate == id {
                    node.votes.insert(id, *granted);
                }
            }
            VoteCounted { voter, granted, .. } => {
                node.votes.insert(*voter, *granted);
            }
            Append { entry, .. } => {
                // Only a node that does not remove what conflicts writes over an entry.
                match entry.index.checked_sub(node.first_index).and_then(|place| usize::try_from(place).ok()) {
                    Some(place) if place < node.log.len() => drop(node.log.set(place, entry.clone())),
                    _ => node.log.push_back(entry.clone()),
                }
                if let Payload::Members(membership) = &entry.payload {
                    node.members = (entry.index, membership.clone());
                }
                if node.role == raft::event::Role::Leader {
                    self.note_lag(at, id);
                }
            }
            Truncate { first, .. } => node.truncate_from(*first),
            Commit { to, .. } => node.commit = *to,
            Apply { index, .. } => {
                node.applied = *index;
                if let Some(Payload::Set { key, value }) = node.entry(*index).map(|entry| entry.payload.clone()) {
                    node.state.insert(key, value);
                }
            }
            StorageFailed { error, .. } => node.storage_error = Some(error.clone()),
            Chunk { index, received, .. } => node.receiving = Some((*index, *received)),
            Installed { snapshot, kept_suffix, .. } => node.install(snapshot, *kept_suffix),
            CompactionBegun { index, .. } => node.compacting = Some(*index),
            CompactionDone { snapshot, first_index, .. } => node.compact(snapshot, *first_index),
            CompactionDiscarded { .. } => node.compacting = None,
            Durable { index, .. } => node.durable = *index,
            SnapshotOffered { .. } | ChunkSent { .. } | ChunkAnswered { .. } | ChunkFailed { .. } => {}
            StreamState { .. }
            | Next { .. }
            | Match { .. }
            | MatchLost { .. }
            | Buffer { .. }
            | Answered { .. }
            | TimedOut { .. }
            | Unreachable { .. } => {}
        }
    }

    fn with_node(&mut self, id: NodeId, change: impl FnOnce(&mut NodeState)) {
        if let Some(node) = self.node(id) {
            change(node);
        }
    }

    /// Changes how a message goes on, from the place where it is.
    fn with_message(&mut self, id: MessageId, at: Micros, change: impl FnOnce(&mut InFlight)) {
        if let Some(message) = self.messages.get_mut(&id).map(Rc::make_mut) {
            message.passed = (message.passed_at(at), at);
            change(message);
        }
    }

    fn with_stream(&mut self, leader: NodeId, target: NodeId, change: impl FnOnce(&mut StreamView)) {
        if let Some(stream) = self.stream(leader, target) {
            change(stream);
        }
    }

    fn with_progress(&mut self, leader: NodeId, target: NodeId, change: impl FnOnce(&mut SnapshotProgress)) {
        self.with_stream(leader, target, |stream| {
            if let Some(progress) = &mut stream.snapshot {
                change(progress);
            }
        });
    }

    fn stream_state(
        &mut self,
        at: Micros,
        key: (NodeId, NodeId),
        from: Option<StreamState>,
        to: StreamState,
        why: StreamWhy,
    ) {
        if from.is_none() {
            let term = self.nodes.get(&key.0).map_or(0, |node| node.term);
            let stream = StreamView {
                term,
                state: to,
                from,
                why,
                since: at,
                next: 0,
                matched: 0,
                replication_buffer: 0,
                outbound_buffer: 0,
                answered: None,
                snapshot: None,
                lag: imbl::Vector::new(),
            };
            self.streams.insert(key, Rc::new(stream));
        } else if to == StreamState::Shutdown {
            self.streams.remove(&key);
        } else {
            self.with_stream(key.0, key.1, |stream| {
                (stream.state, stream.from, stream.why, stream.since) = (to, from, why, at);
                stream.snapshot = None;
            });
        }
    }

    /// Adds a point to the plots of a leader's streams whose lag changed.
    fn note_lag(&mut self, at: Micros, leader: NodeId) {
        let Some(last) = self.nodes.get(&leader).map(|node| node.last_index()) else { return };
        for (_, stream) in self.streams.range_mut((leader, 0)..=(leader, NodeId::MAX)) {
            let lag = last.saturating_sub(stream.matched);
            if stream.lag.last().map(|&(_, lag)| lag) != Some(lag) {
                let stream = Rc::make_mut(stream);
                stream.lag.push_back((at, lag));
                if stream.lag.len() > LAG_POINTS_MAX {
                    stream.lag.pop_front();
                }
            }
        }
    }

    fn apply_lab(&mut self, at: Micros, event: &LabEvent) {
        match event {
            LabEvent::Sent { id, from, to, kind, re, copy_of, arrives, message } => {
                self.counts.sent += 1;
                let message = InFlight {
                    id: *id,
                    from: *from,
                    to: *to,
                    kind: *kind,
                    re: *re,
                    copy_of: *copy_of,
                    sent: at,
                    arrives: *arrives,
                    held: false,
                    passed: (0, at),
                    message: message.clone(),
                };
                self.messages.insert(*id, Rc::new(message));
            }
            LabEvent::Delivered { id, .. } => {
                self.counts.delivered += 1;
                self.messages.remove(id);
            }
            LabEvent::Lost { id, why, .. } => {
                self.counts.dropped += 1;
                if let Some(message) = self.messages.remove(id) {
                    self.lost.push_back(Rc::new(LostMessage { message, at, why: *why }));
                }
                while self.lost.len() > LOST_MAX || self.lost.front().is_some_and(|lost| lost.at + LOST_SHOWN < at) {
                    self.lost.pop_front();
                }
            }
            LabEvent::Held { id, .. } => self.with_message(*id, at, |message| message.held = true),
            LabEvent::Released { id, arrives, .. } => self.with_message(*id, at, |message| {
                message.held = false;
                message.arrives = *arrives;
            }),
            LabEvent::Delayed { id, arrives, .. } => self.with_message(*id, at, |message| message.arrives = *arrives),
            LabEvent::TrapSet { trap, does, which } => {
                self.traps.insert(*trap, Rc::new(Trap { does: *does, which: which.clone() }));
            }
            LabEvent::TrapGone { trap } => drop(self.traps.remove(trap)),
            LabEvent::Pause { node } => self.with_node(*node, |node| node.paused = true),
            LabEvent::Resume { node } => self.with_node(*node, |node| node.paused = false),
            LabEvent::Disk { node, write_delay, fails } => self.with_node(*node, |node| {
                (node.write_delay, node.disk_fails) = (*write_delay, *fails);
                if write_delay.1 <= node.usual_write_delay.1 {
                    node.usual_write_delay = *write_delay;
                }
            }),
            LabEvent::Config { .. } => {}
            LabEvent::Rule { name, on: true } => drop(self.rules_off.remove(name)),
            LabEvent::Rule { name, on: false } => drop(self.rules_off.insert(*name)),
            LabEvent::Violation { invariant, nodes, entries, text } => {
                let (nodes, entries) = (nodes.clone(), entries.clone());
                let violation = Violation { invariant: *invariant, nodes, entries, text: text.clone() };
                self.violations.entry(*invariant).or_insert((self.n, Rc::new(violation)));
            }
            LabEvent::Crash { node, kept } => {
                self.streams.retain(|(leader, _), _| leader != node);
                if let Some(node) = self.node(*node) {
                    node.crash(kept);
                }
            }
            LabEvent::NewNode { node } => {
                let mut new = NodeState::new(*node, Membership::new([], []), []);
                (new.write_delay, new.usual_write_delay) = (self.write_delay, self.write_delay);
                self.nodes.insert(*node, Rc::new(new));
            }
            LabEvent::Restart { .. } | LabEvent::Note { .. } | LabEvent::Members { .. } => {}
            LabEvent::Link { from, to, latency, loss, duplicate } => {
                let nodes = self.nodes.keys().copied().collect();
                let change = NetworkPatch { latency: *latency, loss: *loss, duplicate: *duplicate };
                Rc::make_mut(&mut self.links).change(&nodes, (*from, *to), &change);
            }
            LabEvent::Cut { links, name } => {
                self.cut.extend(links);
                if let Some(name) = name {
                    self.strokes.push(Stroke { name: name.clone(), links: links.clone() });
                }
            }
            LabEvent::Join { links } => {
                links.iter().for_each(|link| {
                    self.cut.remove(link);
                });
                let cut = &self.cut;
                self.strokes.retain(|stroke| stroke.links.iter().any(|link| cut.contains(link)));
            }
            LabEvent::Client { client, op, key, value, node, result, index: _, read } => {
                let new = ClientOp {
                    client: *client,
                    key: key.clone(),
                    value: value.clone(),
                    node: *node,
                    result: *result,
                    read: read.clone(),
                };
                let clients = &mut self.clients;
                match clients.ops.insert(*op, Rc::new(new)) {
                    Some(before) => {
                        if let Some(count) = clients.by_result.get_mut(&before.result) {
                            *count -= 1;
                        }
                    }
                    None if value.is_some() => clients.writes += 1,
                    None => clients.reads += 1,
                }
                *clients.by_result.entry(*result).or_default() += 1;
            }
        }
    }
}
