//! Hand-written histories: for each invariant, one that violates it and a similar one that does not.

mod clients;
mod elections;
mod logs;
mod machines;
mod nonsense;
mod registers;
mod starts;

use std::rc::Rc;
use std::sync::Arc;

use crate::lab::judge::invariants::Invariants;
use crate::lab::vocab::event::{ClientResult, Event, LabEvent, Record};
use crate::lab::vocab::image::Image;
use crate::lab::vocab::invariant::Invariant;
use crate::lab::vocab::write_form::WriteForm;
use crate::lab::world::{NodeState, World};
use crate::raft::event::{Role, RoleWhy, StreamState, StreamWhy, VoteWhy};
use crate::raft::log::{Entry, Payload, SharedEntry};
use crate::raft::rpc::{Message, VoteRequest, VoteResponse};
use crate::raft::storage::HardState;
use crate::raft::{Event as Node, Index, Membership, NodeId, SharedSnapshot, Snapshot, SnapshotMeta, Term};
use crate::runtime::Micros;

/// Passes events to the world and to the checkers, and collects the violations.
struct Rig {
    world: World,
    invariants: Invariants,
    n: u64,
    found: Vec<(Invariant, String)>,
}

impl Rig {
    /// Three running nodes with empty logs.
    fn new() -> Rig {
        Rig::with_logs(&[&[], &[], &[]])
    }

    /// Running nodes, numbered from 1, whose logs have entries of these terms.
    fn with_logs(logs: &[&[Term]]) -> Rig {
        let nodes = (1..).zip(logs).map(|(id, log)| (id, Image { log: entries(log), ..Image::default() }));
        Rig::with_images(nodes.collect())
    }

    /// Running nodes with these disks.
    fn with_images(images: Vec<(NodeId, Image)>) -> Rig {
        let members = Membership::new(images.iter().map(|&(id, _)| id), []);
        let world = World::new(images.iter().map(|(id, image)| NodeState::from_disk(*id, members.clone(), image)));
        let mut rig = Rig { invariants: Invariants::new(&world), world, n: 0, found: Vec::new() };
        for (node, image) in images {
            let HardState { term, voted_for } = image.hard_state;
            let last_index = image.prev.0 + image.log.len() as Index;
            rig.feed([Event::Node(Node::Started { node, term, voted_for, last_index })]);
        }
        rig
    }

    fn feed(&mut self, events: impl IntoIterator<Item = Event>) {
        for event in events {
            self.n += 1;
            let record = Record { at: Micros(self.n), n: self.n, event };
            self.world.apply(&record);
            let violations = self.invariants.observe(&record, &self.world);
            self.found
                .extend(violations.into_iter().map(|violation| (violation.invariant, violation.detail.to_string())));
        }
    }

    /// Asserts the violations so far.
    #[track_caller]
    fn finds(&self, expected: &[(Invariant, &str)]) {
        let found: Vec<(Invariant, &str)> = self.found.iter().map(|(invariant, text)| (*invariant, &**text)).collect();
        assert_eq!(found, expected);
    }
}

/// Asserts that a history violates exactly one invariant.
#[track_caller]
fn breaks(mut rig: Rig, events: Vec<Event>, invariant: Invariant, text: &str) {
    rig.feed(events);
    let found: Vec<&str> = rig.found.iter().filter(|(it, _)| *it == invariant).map(|(_, text)| &**text).collect();
    assert_eq!(found, [text], "all: {:?}", rig.found);
}

/// Asserts that a history violates no invariant.
#[track_caller]
fn is_fine(mut rig: Rig, events: Vec<Event>) {
    rig.feed(events);
    rig.finds(&[]);
}

fn entry(index: Index, term: Term) -> SharedEntry {
    set(index, term, "x", &format!("{term}.{index}"))
}

fn set(index: Index, term: Term, key: &str, value: &str) -> SharedEntry {
    Arc::new(Entry::new(index, term, Payload::Set { key: key.into(), value: value.into() }))
}

fn entries(terms: &[Term]) -> Vec<SharedEntry> {
    (1..).zip(terms).map(|(index, &term)| entry(index, term)).collect()
}

fn image(term: Term, voted_for: Option<NodeId>, log: &[Term]) -> Image {
    Image { hard_state: HardState { term, voted_for }, log: entries(log), ..Image::default() }
}

fn snapshot(index: Index, term: Term, data: &str) -> SharedSnapshot {
    let meta = SnapshotMeta { id: 1, index, term, membership: (0, Membership::new([1, 2, 3], [])) };
    Arc::new(Snapshot { meta, data: data.into() })
}

/// A disk with only a snapshot.
fn only_snapshot(snapshot: SharedSnapshot) -> Image {
    let (index, term) = (snapshot.meta.index, snapshot.meta.term);
    let hard_state = HardState { term, voted_for: None };
    Image { hard_state, prev: (index, term), snapshot: Some(snapshot), log: Vec::new() }
}

fn node(event: Node) -> Event {
    Event::Node(event)
}

fn lab(event: LabEvent) -> Event {
    Event::Lab(event)
}

fn starts(id: NodeId, term: Term, voted_for: Option<NodeId>) -> Event {
    node(Node::Started { node: id, term, voted_for, last_index: 0 })
}

fn adopts(id: NodeId, from: Term, to: Term) -> Event {
    node(Node::Term { node: id, from, to })
}

fn leads(id: NodeId, term: Term) -> [Event; 2] {
    let why = RoleWhy::WonElection;
    [adopts(id, term - 1, term), node(Node::Role { node: id, from: None, to: Role::Leader, term, why })]
}

fn follows(id: NodeId, term: Term) -> Event {
    node(Node::Role { node: id, from: None, to: Role::Follower, term, why: RoleWhy::HigherTerm })
}

fn votes(id: NodeId, candidate: NodeId, term: Term) -> Event {
    node(Node::Vote { node: id, candidate, term, granted: true, why: VoteWhy::Granted })
}

fn append(id: NodeId, entry: SharedEntry) -> Event {
    node(Node::Append { node: id, entry })
}

/// An entry that is durable on these nodes.
fn durable(nodes: &[NodeId], index: Index, term: Term) -> Vec<Event> {
    let one = |&id: &NodeId| [append(id, entry(index, term)), node(Node::Durable { node: id, index })];
    nodes.iter().flat_map(one).collect()
}

fn truncate(id: NodeId, first: Index, last: Index) -> Event {
    node(Node::Truncate { node: id, first, last })
}

fn commit(id: NodeId, from: Index, to: Index) -> Event {
    node(Node::Commit { node: id, from, to })
}

fn apply(id: NodeId, index: Index) -> Event {
    node(Node::Apply { node: id, index })
}

fn install(id: NodeId, snapshot: SharedSnapshot, kept_suffix: bool) -> Event {
    node(Node::Installed { node: id, snapshot, kept_suffix })
}

fn crash(id: NodeId, kept: Image) -> Event {
    lab(LabEvent::Crash { node: id, kept: Rc::new(kept) })
}

fn send(from: NodeId, to: NodeId, message: Message) -> Event {
    let (kind, arrives) = (message.kind(), Micros::ZERO);
    lab(LabEvent::Sent { id: 1, from, to, kind, re: None, copy_of: None, arrives, message: Rc::new(message) })
}

fn says_vote(from: NodeId, to: NodeId, term: Term) -> Event {
    send(from, to, Message::VoteResponse(VoteResponse { term, granted: true, pre_vote: false }))
}

fn asks_vote(from: NodeId, to: NodeId, term: Term, pre_vote: bool) -> Event {
    let (last_log_index, last_log_term) = (0, 0);
    let request = VoteRequest { term, candidate: from, last_log_index, last_log_term, pre_vote, transfer: false };
    send(from, to, Message::Vote(request))
}

fn stream(leader: NodeId, target: NodeId) -> Event {
    let (to, why) = (StreamState::Lagging, StreamWhy::NewLeader);
    node(Node::StreamState { node: leader, target, from: None, to, why })
}

fn matched(leader: NodeId, target: NodeId, to: Index) -> Event {
    node(Node::Match { node: leader, target, from: 0, to })
}

fn write(op: u64, value: &str, result: ClientResult, index: Option<Index>) -> Event {
    let (key, value) = ("x".to_string(), Some(value.to_string()));
    lab(LabEvent::Client {
        client: 1,
        op,
        key,
        value,
        node: Some(1),
        result,
        index,
        read: None,
        form: WriteForm::default(),
    })
}

/// A write of which the value is compared, or which deletes.
fn compared(op: u64, value: Option<&str>, only_if: Option<Option<&str>>, result: ClientResult) -> Event {
    let (key, value, delete) = ("x".to_string(), value.map(str::to_string), value.is_none());
    let form = WriteForm { delete, only_if: only_if.map(|expected| expected.map(str::to_string)) };
    lab(LabEvent::Client { client: 1, op, key, value, node: Some(1), result, index: None, read: None, form })
}

fn read(op: u64, result: ClientResult, read: Option<&str>) -> Event {
    let (key, read) = ("x".to_string(), read.map(str::to_string));
    lab(LabEvent::Client {
        client: 2,
        op,
        key,
        value: None,
        node: Some(1),
        result,
        index: None,
        read,
        form: WriteForm::default(),
    })
}

/// Concatenates lists of events.
macro_rules! events {
    ($($some:expr),* $(,)?) => {{
        let mut all: Vec<Event> = Vec::new();
        $(all.extend($crate::lab::judge::invariants::tests::Events::from($some).0);)*
        all
    }};
}
use events;

/// One event or several.
struct Events(Vec<Event>);

impl From<Event> for Events {
    fn from(event: Event) -> Events {
        Events(vec![event])
    }
}

impl From<Vec<Event>> for Events {
    fn from(events: Vec<Event>) -> Events {
        Events(events)
    }
}

impl<const N: usize> From<[Event; N]> for Events {
    fn from(events: [Event; N]) -> Events {
        Events(events.into())
    }
}
