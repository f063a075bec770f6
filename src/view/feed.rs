//! The event feed: the last events of a run, by topic.
//!
//! A line keeps the record and the context that is needed to describe it; its words are made only when it is shown
//! ([`describe`](super::describe)), so that a run with many events costs little here.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use litemap::LiteMap;

use super::selection::{Highlight, Selection};
use crate::lab::run::past::EventLog;
use crate::lab::vocab::event::{Event, LabEvent, Record};
use crate::lab::vocab::id::MessageId;
use crate::lab::{Player, World};
use crate::raft::event::{Role, StreamState};
use crate::raft::rpc::Message;
use crate::raft::{self, Index, NodeId};

/// The most lines that are kept for each topic: this many important ones and this many others.
pub const LINES_MAX: usize = 100;

/// The topic of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Roles, terms, votes and timeouts.
    Elections,
    /// Entries: appended, removed, committed or applied.
    Log,
    /// Replication streams.
    Streams,
    /// Messages on the network.
    Messages,
    /// Requests of clients and their results.
    Clients,
    /// Crashes, failures and cuts, and their end; captions.
    Faults,
}

impl Topic {
    /// Every topic, in display order.
    pub const ALL: [Topic; 6] =
        [Topic::Elections, Topic::Log, Topic::Streams, Topic::Messages, Topic::Clients, Topic::Faults];
}

/// The lines that are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// The important lines of every topic.
    #[default]
    Matters,
    /// All lines of one topic.
    Only(Topic),
    /// All lines.
    Everything,
}

/// One event, with the context that is needed to describe it.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The event.
    pub record: Rc<Record>,
    /// The topic of the event.
    pub topic: Topic,
    /// Whether the event is important: shown by the default filter.
    pub matters: bool,
    /// Whether the event belongs to a node that was leader at that time.
    pub leads: bool,
    /// The message that the event is about, if any.
    pub message: Option<Rc<Message>>,
    /// Whether that message was held.
    pub held: bool,
}

type Lines = imbl::Vector<Rc<Line>>;

/// The last lines of a run.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    /// The sequence number of the last event that was taken.
    last: u64,
    roles: LiteMap<NodeId, Role>,
    /// The messages in flight, each with whether it is held.
    messages: imbl::OrdMap<MessageId, (Rc<Message>, bool)>,
    /// For each topic: the important lines, and the others. At most [`LINES_MAX`] of each.
    lines: [(Lines, Lines); Topic::ALL.len()],
}

/// The number of events between two feeds that are kept for looking at the past, in a run that is not long.
const SPACING: u64 = 1024;

/// The most feeds that are kept: each has lines of its own. Beyond the limit, every second one is dropped. So they are
/// closer together than what a log [keeps before a position](EventLog::reaches_well), in a run of any length.
const KEPT_MAX: usize = 64;

/// Provides the feed at any event of a run.
#[derive(Clone, Debug)]
pub struct Feeds {
    shown: Rc<Feed>,
    kept: BTreeMap<u64, Rc<Feed>>,
    spacing: u64,
}

impl Default for Feeds {
    fn default() -> Feeds {
        Feeds { shown: Rc::default(), kept: BTreeMap::new(), spacing: SPACING }
    }
}

impl Feeds {
    /// The feed after the event with this number. `past` belongs to the same run in every call, and reaches that event.
    pub fn at(&mut self, past: &EventLog, event: u64) -> Rc<Feed> {
        let kept = |feeds: &Feeds| feeds.kept.range(..=event).next_back().map(|(_, feed)| feed.clone());
        if self.shown.last > event {
            self.shown = kept(self).unwrap_or_default();
        }
        if self.shown.last < past.dropped() {
            // What happened until the log begins was never looked at, or is behind the feed that is kept.
            let later = kept(self).filter(|feed| feed.last >= past.dropped());
            self.shown = later.unwrap_or_else(|| Rc::new(Feed::after(&past.world_at(past.dropped()))));
        }
        while self.shown.last < event.min(past.events()) {
            // In pieces that end where a feed is kept.
            let next = (self.shown.last / self.spacing + 1) * self.spacing;
            let new = past.between(self.shown.last, event.min(next));
            Rc::make_mut(&mut self.shown).take(new);
            if self.shown.last == next {
                self.keep(next);
            }
        }
        self.shown.clone()
    }

    fn keep(&mut self, event: u64) {
        self.kept.entry(event).or_insert_with(|| self.shown.clone());
        if self.kept.len() > KEPT_MAX {
            self.spacing *= 2;
            self.kept.retain(|event, _| event.is_multiple_of(self.spacing));
        }
    }
}

/// The feed of whatever run a player shows.
#[derive(Clone, Debug, Default)]
pub struct PlayerFeeds {
    feeds: Feeds,
    /// Which present of the player they belong to.
    present: u32,
    /// Those of the run that is to be the present one.
    coming: Option<Feeds>,
}

impl PlayerFeeds {
    /// The feed at the position that is shown. It is asked for so often that no event leaves memory before it was
    /// taken.
    pub fn of(&mut self, player: &Player) -> Rc<Feed> {
        if self.present != player.generation() {
            *self = PlayerFeeds {
                feeds: self.coming.take().unwrap_or_default(),
                present: player.generation(),
                coming: None,
            };
        }
        match player.coming() {
            Some(lab) => drop(self.coming.get_or_insert_default().at(&lab.past(), lab.events())),
            None => self.coming = None,
        }
        player.with_past(|past| self.feeds.at(past, player.world().n))
    }
}

impl Feed {
    /// A feed without lines that knows what there was before the event to come.
    fn after(world: &World) -> Feed {
        let live = world.nodes.values().filter(|node| node.alive);
        let messages = world.messages.iter();
        Feed {
            last: world.n,
            roles: live.map(|node| (node.id, node.role)).collect(),
            messages: messages.map(|(&id, it)| (id, (it.message.clone(), it.held))).collect(),
            ..Feed::default()
        }
    }

    /// Takes new events of a run, which may follow events that it has already.
    pub fn take(&mut self, records: &[Rc<Record>]) {
        let new = records.partition_point(|record| record.n <= self.last);
        for record in &records[new..] {
            self.last = record.n;
            let (message, held) = self.follow(&record.event).unzip();
            let (topic, matters) = classify(&record.event, |node| self.leads(node));
            let leads = matches!(&record.event, Event::Node(event) if self.leads(event.node()));
            let line = Rc::new(Line {
                record: record.clone(),
                topic,
                matters,
                leads,
                message,
                held: held.unwrap_or_default(),
            });
            let (important, others) = &mut self.lines[topic as usize];
            let lines = if matters { important } else { others };
            lines.push_back(line);
            if lines.len() > LINES_MAX {
                lines.pop_front();
            }
        }
    }

    /// The sequence number of the last event that was taken.
    pub fn last_taken(&self) -> u64 {
        self.last
    }

    /// The last lines that pass `filter`, at most `count`, oldest first.
    pub fn last(&self, filter: Filter, count: usize) -> Vec<Rc<Line>> {
        let mut sources: Vec<&Lines> = Vec::new();
        for (topic, (important, others)) in Topic::ALL.into_iter().zip(&self.lines) {
            match filter {
                Filter::Matters => sources.push(important),
                Filter::Only(only) if only != topic => {}
                Filter::Only(_) | Filter::Everything => sources.extend([important, others]),
            }
        }
        // Each source is in order, so this is a merge from the end: take the latest of the last lines each time.
        let mut ends: Vec<usize> = sources.iter().map(|lines| lines.len()).collect();
        let mut found = Vec::new();
        while found.len() < count {
            let end = |source: usize| ends[source].checked_sub(1).and_then(|at| sources[source].get(at));
            let latest = (0..sources.len()).filter_map(|source| Some((end(source)?.record.n, source))).max();
            let Some((_, source)) = latest else { break };
            ends[source] -= 1;
            found.push(sources[source][ends[source]].clone());
        }
        found.reverse();
        found
    }

    /// The important lines after event `n`, oldest first.
    pub fn news(&self, n: u64) -> Vec<Rc<Line>> {
        let mut lines = self.last(Filter::Matters, LINES_MAX);
        lines.retain(|line| line.record.n > n);
        lines
    }

    fn leads(&self, node: NodeId) -> bool {
        self.roles.get(&node) == Some(&Role::Leader)
    }

    /// Updates the messages in flight. Returns the message that the event is about, and whether it is held.
    fn follow(&mut self, event: &Event) -> Option<(Rc<Message>, bool)> {
        match event {
            Event::Node(raft::Event::Role { node, to, .. }) => drop(self.roles.insert(*node, *to)),
            Event::Lab(LabEvent::Crash { node, .. }) => drop(self.roles.remove(node)),
            Event::Lab(LabEvent::Sent { id, message, .. }) => drop(self.messages.insert(*id, (message.clone(), false))),
            Event::Lab(LabEvent::Delivered { id, .. } | LabEvent::Lost { id, .. }) => return self.messages.remove(id),
            Event::Lab(LabEvent::Held { id, .. } | LabEvent::Released { id, .. }) => {
                let (_, held) = self.messages.get_mut(id)?;
                *held = matches!(event, Event::Lab(LabEvent::Held { .. }));
                return self.messages.get(id).cloned();
            }
            Event::Lab(LabEvent::Delayed { id, .. }) => return self.messages.get(id).cloned(),
            _ => {}
        }
        None
    }
}

/// The topic of an event, and whether it is important.
fn classify(event: &Event, leads: impl Fn(NodeId) -> bool) -> (Topic, bool) {
    use raft::Event::*;
    match event {
        Event::Node(event) => match event {
            Started { .. } | Term { .. } | Leader { .. } | Timer { .. } | VoteCounted { .. } => {
                (Topic::Elections, false)
            }
            Role { from, .. } => (Topic::Elections, from.is_some()),
            PreVoteBegun { .. } | TransferBegun { .. } | TransferGivenUp { .. } | TransferRefused { .. } => {
                (Topic::Elections, true)
            }
            PreVote { .. } | PreVoteCounted { .. } => (Topic::Elections, false),
            ReadConfirmed { .. } => (Topic::Clients, false),
            Vote { node, candidate, .. } => (Topic::Elections, node != candidate),
            Append { node, .. } | Commit { node, .. } => (Topic::Log, leads(*node)),
            Truncate { .. } => (Topic::Log, true),
            Apply { .. } => (Topic::Log, false),
            Repeated { .. } => (Topic::Log, true),
            StreamState { from, to, .. } => (Topic::Streams, from.is_some() && *to != self::StreamState::Shutdown),
            Next { .. } | Match { .. } | Buffer { .. } | Answered { .. } | TimedOut { .. } | Unreachable { .. } => {
                (Topic::Streams, false)
            }
            SnapshotOffered { .. } | Installed { .. } | MatchLost { .. } => (Topic::Streams, true),
            ChunkSent { .. } | ChunkAnswered { .. } | ChunkFailed { .. } | Chunk { .. } => (Topic::Streams, false),
            CompactionDone { .. } => (Topic::Log, true),
            CompactionBegun { .. } | CompactionDiscarded { .. } | Durable { .. } => (Topic::Log, false),
            StorageFailed { .. } => (Topic::Faults, true),
        },
        Event::Lab(event) => match event {
            LabEvent::Sent { .. } | LabEvent::Delivered { .. } | LabEvent::Lost { .. } => (Topic::Messages, false),
            LabEvent::Held { .. } | LabEvent::Released { .. } | LabEvent::Delayed { .. } => (Topic::Messages, true),
            LabEvent::TrapSet { .. } | LabEvent::TrapGone { .. } => (Topic::Messages, false),
            LabEvent::Violation { .. } => (Topic::Faults, true),
            LabEvent::Client { .. } | LabEvent::Members { .. } => (Topic::Clients, true),
            LabEvent::Crash { .. }
            | LabEvent::Restart { .. }
            | LabEvent::NewNode { .. }
            | LabEvent::Cut { .. }
            | LabEvent::Join { .. }
            | LabEvent::Pause { .. }
            | LabEvent::Resume { .. }
            | LabEvent::Disk { .. }
            | LabEvent::DiskPace { .. }
            | LabEvent::DiskLost { .. }
            | LabEvent::Link { .. }
            | LabEvent::Config { .. }
            | LabEvent::Rule { .. }
            | LabEvent::Note { .. } => (Topic::Faults, true),
        },
    }
}

impl Line {
    /// What a click on the line selects: the entry, message, stream, link or node that the event names first.
    pub fn selection(&self) -> Option<Selection> {
        use raft::Event as It;
        match &self.record.event {
            Event::Node(event) => Some(match event {
                It::Append { node, entry } => Selection::Entry(*node, entry.index),
                It::Commit { node, to, .. } => Selection::Entry(*node, *to),
                It::Apply { node, index } | It::Repeated { node, index, .. } | It::Durable { node, index } => {
                    Selection::Entry(*node, *index)
                }
                It::StreamState { node, target, .. }
                | It::Next { node, target, .. }
                | It::Match { node, target, .. }
                | It::MatchLost { node, target, .. }
                | It::Buffer { node, target, .. }
                | It::Answered { node, target, .. }
                | It::TimedOut { node, target, .. }
                | It::Unreachable { node, target, .. }
                | It::SnapshotOffered { node, target, .. }
                | It::ChunkSent { node, target, .. }
                | It::ChunkAnswered { node, target, .. }
                | It::ChunkFailed { node, target, .. } => Selection::Stream(*node, *target),
                other => Selection::Node(other.node()),
            }),
            Event::Lab(event) => match event {
                LabEvent::Sent { id, .. }
                | LabEvent::Held { id, .. }
                | LabEvent::Released { id, .. }
                | LabEvent::Delayed { id, .. } => Some(Selection::Message(*id)),
                // These messages have left the network.
                LabEvent::Delivered { from, to, .. } | LabEvent::Lost { from, to, .. } => {
                    Some(Selection::Link((*from.min(to), *from.max(to))))
                }
                LabEvent::Link { from: Some(from), to: Some(to), .. } => {
                    Some(Selection::Link((*from.min(to), *from.max(to))))
                }
                LabEvent::Client { node: Some(node), index: Some(index), .. } => Some(Selection::Entry(*node, *index)),
                _ => self.highlight().nodes.first().map(|node| Selection::Node(*node)),
            },
        }
    }

    /// What is highlighted with the line.
    pub fn highlight(&self) -> Highlight {
        match &self.record.event {
            Event::Node(event) => node_highlight(event),
            Event::Lab(event) => lab_highlight(event),
        }
    }
}

/// The highlight of these nodes.
fn nodes(nodes: impl IntoIterator<Item = NodeId>) -> Highlight {
    Highlight { nodes: nodes.into_iter().collect(), ..Highlight::default() }
}

fn node_highlight(event: &raft::Event) -> Highlight {
    let entries = |node: NodeId, first: Index, last: Index| Highlight {
        nodes: vec![node],
        message: None,
        entries: Some((first, last)),
    };
    match event {
        raft::Event::Append { node, entry } => entries(*node, entry.index, entry.index),
        raft::Event::Truncate { node, first, last } => entries(*node, *first, *last),
        raft::Event::Commit { node, from, to } => entries(*node, from + 1, *to),
        raft::Event::Apply { node, index } | raft::Event::Durable { node, index } => entries(*node, *index, *index),
        raft::Event::Repeated { node, index, first } => entries(*node, *first, *index),
        raft::Event::Match { node, target, from, to } if from < to => {
            Highlight { nodes: vec![*node, *target], message: None, entries: Some((from + 1, *to)) }
        }
        raft::Event::Vote { node, candidate, .. } => nodes([*node, *candidate]),
        raft::Event::PreVote { node, candidate, .. } => nodes([*node, *candidate]),
        raft::Event::TransferBegun { node, target }
        | raft::Event::TransferGivenUp { node, target }
        | raft::Event::TransferRefused { node, target, .. } => nodes([*node, *target]),
        raft::Event::VoteCounted { node, voter, .. } | raft::Event::PreVoteCounted { node, voter, .. } => {
            nodes([*node, *voter])
        }
        raft::Event::Leader { node, leader: Some(leader) } => nodes([*node, *leader]),
        raft::Event::StreamState { node, target, .. }
        | raft::Event::Next { node, target, .. }
        | raft::Event::Match { node, target, .. }
        | raft::Event::MatchLost { node, target, .. }
        | raft::Event::Buffer { node, target, .. }
        | raft::Event::Answered { node, target, .. }
        | raft::Event::TimedOut { node, target, .. }
        | raft::Event::SnapshotOffered { node, target, .. }
        | raft::Event::ChunkSent { node, target, .. }
        | raft::Event::ChunkAnswered { node, target, .. }
        | raft::Event::ChunkFailed { node, target, .. }
        | raft::Event::Unreachable { node, target, .. } => nodes([*node, *target]),
        other => nodes([other.node()]),
    }
}

fn lab_highlight(event: &LabEvent) -> Highlight {
    match event {
        LabEvent::Sent { id, from, to, .. }
        | LabEvent::Delivered { id, from, to, .. }
        | LabEvent::Held { id, from, to, .. }
        | LabEvent::Released { id, from, to, .. }
        | LabEvent::Delayed { id, from, to, .. }
        | LabEvent::Lost { id, from, to, .. } => {
            Highlight { nodes: vec![*from, *to], message: Some(*id), entries: None }
        }
        LabEvent::Crash { node, .. }
        | LabEvent::Restart { node }
        | LabEvent::NewNode { node }
        | LabEvent::Pause { node }
        | LabEvent::Resume { node }
        | LabEvent::Disk { node, .. }
        | LabEvent::DiskPace { node, .. }
        | LabEvent::DiskLost { node, .. } => nodes([*node]),
        LabEvent::Members { voters, learners, learner, node, .. } => {
            let named = voters.iter().chain(learners).flatten().chain(learner).chain(node).copied();
            nodes(named.collect::<BTreeSet<NodeId>>())
        }
        LabEvent::Link { from, to, .. } => nodes(from.iter().chain(to).copied()),
        LabEvent::Client { node, index, .. } => Highlight {
            nodes: node.iter().copied().collect(),
            message: None,
            entries: index.map(|index| (index, index)),
        },
        LabEvent::Cut { links, .. } | LabEvent::Join { links } => {
            let ends = links.iter().flat_map(|&(from, to)| [from, to]);
            nodes(ends.collect::<BTreeSet<NodeId>>())
        }
        LabEvent::Violation { nodes, entries, .. } => Highlight::violation(nodes, entries),
        LabEvent::Note { .. }
        | LabEvent::TrapSet { .. }
        | LabEvent::TrapGone { .. }
        | LabEvent::Config { .. }
        | LabEvent::Rule { .. } => Highlight::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raft::event::RoleWhy;
    use crate::runtime::Micros;

    fn record(n: u64, event: impl Into<Event>) -> Rc<Record> {
        Rc::new(Record { at: Micros(n), n, event: event.into() })
    }

    impl From<raft::Event> for Event {
        fn from(event: raft::Event) -> Event {
            Event::Node(event)
        }
    }

    impl From<LabEvent> for Event {
        fn from(event: LabEvent) -> Event {
            Event::Lab(event)
        }
    }

    fn role(node: NodeId, to: Role) -> raft::Event {
        raft::Event::Role { node, from: Some(Role::Follower), to, term: 1, why: RoleWhy::WonElection }
    }

    fn commit(node: NodeId) -> raft::Event {
        raft::Event::Commit { node, from: 0, to: 1 }
    }

    fn numbers(lines: &[Rc<Line>]) -> Vec<u64> {
        lines.iter().map(|line| line.record.n).collect()
    }

    #[test]
    fn a_commit_matters_where_it_is_decided() {
        let mut feed = Feed::default();
        let records = [
            record(1, commit(1)),
            record(2, role(1, Role::Leader)),
            record(3, commit(1)),
            record(4, commit(2)),
            record(5, LabEvent::Crash { node: 1, kept: Default::default() }),
            record(6, commit(1)),
        ];
        feed.take(&records[..2]);
        feed.take(&records);
        assert_eq!(numbers(&feed.last(Filter::Matters, 10)), [2, 3, 5]);
        assert_eq!(numbers(&feed.last(Filter::Only(Topic::Log), 10)), [1, 3, 4, 6]);
        assert_eq!(numbers(&feed.last(Filter::Everything, 3)), [4, 5, 6]);
        assert_eq!(numbers(&feed.news(2)), [3, 5]);
    }

    #[test]
    fn much_of_one_topic_does_not_push_out_another() {
        let mut feed = Feed::default();
        let mut records = vec![record(1, LabEvent::Restart { node: 2 })];
        records.extend((2..5000).map(|n| record(n, commit(2))));
        feed.take(&records);
        assert_eq!(numbers(&feed.last(Filter::Matters, 10)), [1]);
        assert_eq!(feed.last(Filter::Everything, usize::MAX).len(), LINES_MAX + 1);
    }

    #[test]
    fn whoever_looks_back_sees_the_lines_of_then() {
        let records: Vec<Rc<Record>> =
            (1..=10_000)
                .map(|n| {
                    if n % 1000 == 1 {
                        record(n, role(1, Role::Leader))
                    } else {
                        record(n, commit(1 + n as NodeId % 2))
                    }
                })
                .collect();
        let mut past = EventLog::new(Rc::default());
        records.iter().for_each(|record| past.push(Record::clone(record), &Rc::default(), 0));
        let mut feeds = Feeds::default();
        for event in [3, 5000, 10_000, 9_999, 4095, 4096, 4097, 0, 1, 8500, 10_000] {
            let mut expected = Feed::default();
            expected.take(&records[..event as usize]);
            let feed = feeds.at(&past, event);
            assert_eq!(feed.last_taken(), event);
            for filter in [Filter::Matters, Filter::Everything, Filter::Only(Topic::Log)] {
                assert_eq!(numbers(&feed.last(filter, 500)), numbers(&expected.last(filter, 500)), "{event}");
            }
        }
        assert_eq!(feeds.kept.keys().copied().collect::<Vec<u64>>(), [1, 2, 3, 4, 5, 6, 7, 8, 9].map(|i| i * SPACING));
    }

    #[test]
    fn a_line_knows_what_it_is_about() {
        let mut feed = Feed::default();
        feed.take(&[
            record(1, raft::Event::Truncate { node: 2, first: 3, last: 5 }),
            record(2, LabEvent::Cut { links: vec![(1, 2), (2, 1), (1, 3)], name: None }),
        ]);
        let about: Vec<Highlight> = feed.last(Filter::Matters, 9).iter().map(|line| line.highlight()).collect();
        assert_eq!(about[0], Highlight { nodes: vec![2], message: None, entries: Some((3, 5)) });
        assert_eq!(about[1].nodes, [1, 2, 3]);
    }

    #[test]
    fn a_click_on_a_line_selects_what_it_is_about() {
        use crate::raft::event::{StreamState, StreamWhy};
        let (from, to, why) = (Some(StreamState::LineRate), StreamState::Lagging, StreamWhy::Refused);
        let cases: [(Event, Option<Selection>); 7] = [
            (commit(2).into(), Some(Selection::Entry(2, 1))),
            (role(3, Role::Leader).into(), Some(Selection::Node(3))),
            (raft::Event::StreamState { node: 1, target: 2, from, to, why }.into(), Some(Selection::Stream(1, 2))),
            (raft::Event::Match { node: 1, target: 2, from: 2, to: 4 }.into(), Some(Selection::Stream(1, 2))),
            (LabEvent::Restart { node: 4 }.into(), Some(Selection::Node(4))),
            (LabEvent::Cut { links: vec![(2, 1)], name: None }.into(), Some(Selection::Node(1))),
            (LabEvent::Note { text: "here".into() }.into(), None),
        ];
        for (event, expected) in cases {
            let mut feed = Feed::default();
            feed.take(&[record(1, event)]);
            assert_eq!(feed.last(Filter::Everything, 1)[0].selection(), expected);
        }
        let mut feed = Feed::default();
        feed.take(&[record(1, raft::Event::Match { node: 1, target: 2, from: 2, to: 4 })]);
        let about = feed.last(Filter::Everything, 1)[0].highlight();
        assert_eq!(about, Highlight { nodes: vec![1, 2], message: None, entries: Some((3, 4)) });
    }
}
