//! The world as its events tell it: a fold over [`Record`]s.
//!
//! Whatever is drawn, reported or checked is read from here and from nothing else, so that the page,
//! the report, the conditions of a scenario and the invariants cannot disagree. Nobody looks into a
//! node. Cloning a world is cheap: what did not change is shared.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::lab::vocab::event::{Event, LabEvent, LossWhy, Record};
use crate::lab::vocab::id::{Link, MessageId};
use crate::lab::vocab::invariant::{Invariant, Violation};
use crate::lab::vocab::links::Links;
use crate::lab::vocab::settings::NetworkPatch;
use crate::raft::event::Role;
use crate::raft::{self, Index, Membership, NodeId, Rule};
use crate::runtime::Micros;

mod clients;
mod fold_streams;
mod messages;
mod node;
mod stream;

pub use clients::{ClientOp, Clients, OVER_SHOWN};
pub use fold_streams::LAG_POINTS_MAX;
pub use messages::{InFlight, Interceptor, LostMessage, MessageCounts, NamedCut};
pub use node::NodeState;
pub use stream::{Buffered, SnapshotProgress, StreamInfo, Transition, Trouble};

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
    pub streams: BTreeMap<(NodeId, NodeId), Rc<StreamInfo>>,
    /// The messages on their way.
    pub messages: imbl::OrdMap<MessageId, Rc<InFlight>>,
    /// What waits for messages that are still to be sent.
    pub traps: BTreeMap<u64, Rc<Interceptor>>,
    /// Messages lost of late, the oldest first.
    pub lost: imbl::Vector<Rc<LostMessage>>,
    /// How long writes take on the disk of a node that is added.
    pub write_delay: (Micros, Micros),
    /// What the links do to messages.
    pub links: Rc<Links>,
    /// The links that are cut, each in one direction.
    pub cut: BTreeSet<Link>,
    /// The named cuts of which at least one link is still cut, in the order in which they were made.
    pub strokes: Vec<NamedCut>,
    /// The rules that are switched off.
    pub rules_off: BTreeSet<Rule>,
    /// Whether a leader that hears no majority steps down.
    pub check_quorum: bool,
    /// What the clients know.
    pub clients: Clients,
    /// Messages so far.
    pub counts: MessageCounts,
    /// The invariants that were violated: the number of the event, and how.
    pub violations: BTreeMap<Invariant, (u64, Rc<Violation>)>,
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

    /// The same, with check-quorum on or off.
    pub fn with_check_quorum(self, check_quorum: bool) -> World {
        World { check_quorum, ..self }
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
    /// applied to its end, with the same state. Who is a member says the leader's configuration. Entries that one of two logs
    /// has compacted are not compared.
    pub fn converged(&self) -> bool {
        self.converged_beyond(0)
    }

    /// The same, if the logs of all live members are known to be equal up to an index.
    pub(in crate::lab) fn converged_beyond(&self, index: Index) -> bool {
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
                && node.has_entries_of(leader, index)
                && node.state == leader.state
        })
    }

    fn node(&mut self, id: NodeId) -> Option<&mut NodeState> {
        self.nodes.get_mut(&id).map(Rc::make_mut)
    }

    fn apply_node(&mut self, at: Micros, event: &raft::Event) {
        use raft::Event::*;
        if self.apply_stream(at, event) {
            return;
        }
        let id = event.node();
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
                node.decide_vote(*candidate, *granted);
            }
            VoteCounted { voter, granted, .. } => {
                node.votes.insert(*voter, *granted);
            }
            Append { entry, .. } => {
                node.append(entry);
                if node.role == raft::event::Role::Leader {
                    self.note_lag(at, id);
                }
            }
            Truncate { first, .. } => node.truncate_from(*first),
            Commit { to, .. } => node.commit = *to,
            Apply { index, .. } => node.apply_entry(*index),
            Repeated { index, .. } => node.repeats = Some(*index),
            StorageFailed { error, .. } => node.storage_error = Some(error.clone()),
            Chunk { index, received, .. } => node.receiving = Some((*index, *received)),
            Installed { snapshot, kept_suffix, .. } => node.install(snapshot, *kept_suffix),
            CompactionBegun { index, .. } => node.compacting = Some(*index),
            CompactionDone { snapshot, first_index, .. } => node.compact(snapshot, *first_index),
            CompactionDiscarded { .. } => node.compacting = None,
            Durable { index, .. } => node.durable = *index,
            StreamState { .. }
            | Next { .. }
            | Match { .. }
            | MatchLost { .. }
            | Buffer { .. }
            | Answered { .. }
            | TimedOut { .. }
            | Unreachable { .. }
            | SnapshotOffered { .. }
            | ChunkSent { .. }
            | ChunkAnswered { .. }
            | ChunkFailed { .. } => {}
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

    fn apply_lab(&mut self, at: Micros, event: &LabEvent) {
        match event {
            LabEvent::Sent { .. } => self.add_message(at, event),
            LabEvent::Delivered { id, .. } => {
                self.counts.delivered += 1;
                self.messages.remove(id);
            }
            LabEvent::Lost { id, why, .. } => self.lose_message(at, *id, *why),
            LabEvent::Held { id, .. } => self.with_message(*id, at, |message| message.held = true),
            LabEvent::Released { id, arrives, .. } => self.with_message(*id, at, |message| {
                message.held = false;
                message.arrives = *arrives;
            }),
            LabEvent::Delayed { id, arrives, .. } => self.with_message(*id, at, |message| message.arrives = *arrives),
            LabEvent::TrapSet { trap, does, which } => {
                self.traps.insert(*trap, Rc::new(Interceptor { does: *does, which: which.clone() }));
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
            LabEvent::Config { change } => self.check_quorum = change.check_quorum.unwrap_or(self.check_quorum),
            LabEvent::DiskPace { node, hangs, .. } => self.with_node(*node, |node| node.disk_hangs = *hangs),
            LabEvent::Rule { name, on: true } => drop(self.rules_off.remove(name)),
            LabEvent::Rule { name, on: false } => drop(self.rules_off.insert(*name)),
            LabEvent::Violation { invariant, nodes, entries, text } => {
                let (nodes, entries) = (nodes.clone(), entries.clone());
                let violation = Violation { invariant: *invariant, nodes, entries, detail: text.clone() };
                self.violations.entry(*invariant).or_insert((self.n, Rc::new(violation)));
            }
            LabEvent::Crash { node, kept } | LabEvent::DiskLost { node, kept } => {
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
            LabEvent::Cut { links, name } => self.cut_links(links, name.as_ref()),
            LabEvent::Join { links } => self.join_links(links),
            LabEvent::Client { .. } => self.clients.note(at, event),
        }
    }

    fn add_message(&mut self, at: Micros, event: &LabEvent) {
        let LabEvent::Sent { id, from, to, kind, re, copy_of, arrives, message } = event else { return };
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

    fn lose_message(&mut self, at: Micros, id: MessageId, why: LossWhy) {
        self.counts.dropped += 1;
        if let Some(message) = self.messages.remove(&id) {
            self.lost.push_back(Rc::new(LostMessage { message, at, why }));
        }
        while self.lost.len() > LOST_MAX || self.lost.front().is_some_and(|lost| lost.at + LOST_SHOWN < at) {
            self.lost.pop_front();
        }
    }

    fn cut_links(&mut self, links: &[Link], name: Option<&String>) {
        self.cut.extend(links);
        if let Some(name) = name {
            self.strokes.push(NamedCut { name: name.clone(), links: links.to_vec() });
        }
    }

    fn join_links(&mut self, links: &[Link]) {
        for link in links {
            self.cut.remove(link);
        }
        let cut = &self.cut;
        self.strokes.retain(|stroke| stroke.links.iter().any(|link| cut.contains(link)));
    }
}
