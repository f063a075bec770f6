//! The event feed: the last events of a run, by topic.
//!
//! A line keeps the record and the context that is needed to describe it; its words are made only when it is shown
//! ([`describe`](super::describe)), so that a run with many events costs little here.

mod about;
mod burst;
mod kept;
mod known;
mod line;

use std::rc::Rc;

pub use self::burst::{lot, Fold};
pub use self::kept::{Feeds, PlayerFeeds};
pub use self::known::Context;
pub use self::line::{Line, Topic};

use self::burst::FOLDED_MIN;
use self::known::Known;
use crate::lab::vocab::event::Record;
use crate::lab::World;
use crate::raft::{Index, NodeId};

/// The most lines that are kept for each topic: this many important ones and this many others.
pub const LINES_MAX: usize = 100;

/// The lines that are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// The important lines of every topic.
    #[default]
    Matters,
    /// All lines of one topic.
    Only(Topic),
    /// What a node does and what is done to it, without routine.
    Node(NodeId),
    /// What becomes of the entries at an index.
    Entry(Index),
    /// All lines.
    Everything,
}

type Lines = imbl::Vector<Rc<Line>>;

/// The lines of a topic, at most [`LINES_MAX`] of each kind.
#[derive(Clone, Debug, Default)]
struct Shelf {
    /// The important ones, where many of the same kind are one.
    folded: Lines,
    /// The important ones.
    important: Lines,
    /// Those that only say that all goes on as usual.
    routine: Lines,
    /// All others.
    others: Lines,
}

/// The last lines of a run.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    /// The sequence number of the last event that was taken.
    last: u64,
    known: Known,
    shelves: [Shelf; Topic::ALL.len()],
    /// The last event after which lines are not folded into one from before it.
    parted: u64,
    /// Of a moment in the past: what comes next.
    later: Option<Rc<Feed>>,
}

impl Feed {
    /// A feed without lines that knows what there was before the event to come.
    fn after(world: &World) -> Feed {
        Feed { last: world.n, known: Known::after(world), ..Feed::default() }
    }

    /// A feed without lines for what comes after this one.
    fn continued(&self) -> Feed {
        Feed { last: self.last, known: self.known.clone(), ..Feed::default() }
    }

    /// Takes new events of a run, which may follow events that it has already.
    pub fn take(&mut self, records: &[Rc<Record>]) {
        let new = records.partition_point(|record| record.n <= self.last);
        for record in &records[new..] {
            self.last = record.n;
            let line = Rc::new(Line::new(record, &mut self.known));
            let shelf = &mut self.shelves[line.topic as usize];
            if line.matters {
                burst::add(&mut shelf.folded, &line, self.parted);
                shorten(&mut shelf.folded);
                if burst::parts(&line) {
                    self.parted = line.record.n;
                }
            }
            let lines = match (line.matters, line.is_routine()) {
                (true, _) => &mut shelf.important,
                (false, true) => &mut shelf.routine,
                (false, false) => &mut shelf.others,
            };
            lines.push_back(line);
            shorten(lines);
        }
    }

    /// The sequence number of the last event that was taken.
    pub fn last_taken(&self) -> u64 {
        self.last
    }

    /// The last lines that pass `filter`, at most `count`, oldest first.
    pub fn last(&self, filter: Filter, count: usize) -> Vec<Rc<Line>> {
        let mut sources: Vec<&Lines> = Vec::new();
        for (topic, shelf) in Topic::ALL.into_iter().zip(&self.shelves) {
            match filter {
                Filter::Matters => sources.push(&shelf.folded),
                Filter::Only(only) if only != topic => {}
                Filter::Node(_) => sources.extend([&shelf.important, &shelf.others]),
                Filter::Only(_) | Filter::Entry(_) | Filter::Everything => {
                    sources.extend([&shelf.important, &shelf.others, &shelf.routine]);
                }
            }
        }
        let mut lines = latest(&sources, count, |line| line.passes(filter));
        if filter == Filter::Matters {
            lines = lines.iter().flat_map(unfolded).collect();
            lines.sort_by_key(|line| line.begins());
            lines.drain(..lines.len().saturating_sub(count));
        }
        lines
    }

    /// The lines of what comes next that pass `filter`, at most `count`. There are none in the present.
    pub fn next(&self, filter: Filter, count: usize) -> Vec<Rc<Line>> {
        let mut lines = self.later.as_ref().map_or_else(Vec::new, |later| later.last(filter, usize::MAX));
        lines.truncate(count);
        lines
    }

    /// The last important lines, each event on its own, oldest first.
    pub fn important(&self) -> Vec<Rc<Line>> {
        let sources: Vec<&Lines> = self.shelves.iter().map(|shelf| &shelf.important).collect();
        latest(&sources, LINES_MAX, |_| true)
    }

    /// The important lines after event `n`, oldest first.
    pub fn news(&self, n: u64) -> Vec<Rc<Line>> {
        let mut lines = self.important();
        lines.retain(|line| line.record.n > n);
        lines
    }
}

fn shorten(lines: &mut Lines) {
    if lines.len() > LINES_MAX {
        lines.pop_front();
    }
}

/// The last lines of these that pass, at most `count`, oldest first.
fn latest(sources: &[&Lines], count: usize, passes: impl Fn(&Line) -> bool) -> Vec<Rc<Line>> {
    // Each source is in order, so this is a merge from the end: take the latest of the last lines each time.
    let mut ends: Vec<usize> = sources.iter().map(|lines| lines.len()).collect();
    let mut found = Vec::new();
    while found.len() < count {
        let end = |source: usize| ends[source].checked_sub(1).and_then(|at| sources[source].get(at));
        let latest = (0..sources.len()).filter_map(|source| Some((end(source)?.begins(), source))).max();
        let Some((_, source)) = latest else { break };
        ends[source] -= 1;
        let line = &sources[source][ends[source]];
        if passes(line) {
            found.push(line.clone());
        }
    }
    found.reverse();
    found
}

/// The line, or those that it stands for if they are few.
fn unfolded(line: &Rc<Line>) -> Vec<Rc<Line>> {
    match &line.fold {
        Some(fold) if fold.count < FOLDED_MIN => fold.lines.iter().cloned().collect(),
        _ => vec![line.clone()],
    }
}

#[cfg(test)]
mod tests {
    use super::kept::SPACING;
    use super::*;
    use crate::lab::run::lab::Lab;
    use crate::lab::run::past::EventLog;
    use crate::lab::vocab::action::Action;
    use crate::lab::vocab::event::{Event, LabEvent};
    use crate::lab::vocab::selector::Selector;
    use crate::lab::{Player, Scenario};
    use crate::raft;
    use crate::raft::event::{Role, RoleWhy};
    use crate::raft::rpc::MessageKind;
    use crate::runtime::Micros;
    use crate::view::describe::describe;
    use crate::view::lang::English;
    use crate::view::selection::{Highlight, Selection};

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

    /// The important lines after these actions on the opening run, each at a time, with the number that it stands for.
    fn told_after(acts: &[(u64, Action)]) -> (Feed, Vec<(String, u64)>) {
        let mut lab = Lab::new(Scenario::opening()).unwrap();
        let mut feeds = Feeds::default();
        for (at, act) in acts {
            lab.advance_to(Micros::from_ms(*at), u64::MAX);
            lab.act(act.clone()).unwrap();
        }
        lab.advance_to(lab.world().at + Micros::from_ms(300), u64::MAX);
        let feed = feeds.at(&lab.past(), lab.events());
        let told = feed.last(Filter::Matters, 60).into_iter().map(|line| {
            let count = line.fold.as_ref().map_or(1, |fold| fold.count);
            (describe(&line, 5, &English).text.replace('\u{a0}', " "), count)
        });
        let told = told.collect();
        (Feed::clone(&feed), told)
    }

    #[test]
    fn many_of_a_kind_are_one_line_with_their_number() {
        let write =
            Action::WriteMany { count: 10, every: None, clients: Some(10), value_bytes: None, retry_after: None };
        let (feed, told) = told_after(&[(700, write)]);
        let has = |words: &str| told.iter().find(|(text, _)| text.contains(words)).map(|(_, count)| *count);
        assert_eq!(has("10 writes are sent to S"), Some(10), "{told:?}");
        assert_eq!(has("10 writes are acknowledged"), Some(10), "{told:?}");
        assert_eq!(has(" appends entries "), Some(10), "{told:?}");
        assert!(feed.important().iter().all(|line| line.fold.is_none()), "on its own, each is there too");
    }

    #[test]
    fn what_is_done_to_a_message_and_what_comes_of_it_is_always_told() {
        let write = Action::Write {
            key: "x".into(),
            value: "1".into(),
            only_if: None,
            node: None,
            client: None,
            retry_after: None,
        };
        let dropped = Selector { kind: Some(MessageKind::Append), count: Some(1), ..Selector::default() };
        let (feed, told) = told_after(&[(700, Action::Drop(dropped)), (701, write)]);
        let words = ["will be dropped", "is lost", "no answer in time", ": append ", "is acknowledged"];
        for words in words {
            assert!(told.iter().any(|(text, _)| text.contains(words)), "{words}: {told:?}");
        }
        let again = feed.important().into_iter().filter(|line| line.context.owed && line.record.event.name() == "sent");
        assert_eq!(again.count(), 1, "{told:?}");
    }

    #[test]
    fn a_filter_keeps_to_a_node_or_an_entry() {
        let (feed, _) = told_after(&[]);
        let all = feed.last(Filter::Everything, usize::MAX);
        let of_node = feed.last(Filter::Node(2), usize::MAX);
        assert!(!of_node.is_empty() && of_node.len() < all.len());
        assert!(of_node.iter().all(|line| line.highlight().nodes.contains(&2) && line.topic != Topic::Messages));
        let of_entry: Vec<&str> =
            feed.last(Filter::Entry(1), usize::MAX).iter().map(|line| line.record.event.name()).collect();
        for event in ["append", "durable", "commit", "apply"] {
            assert!(of_entry.contains(&event), "{event}: {of_entry:?}");
        }
    }

    #[test]
    fn whoever_looks_back_sees_what_comes_next_as_well() {
        let mut player = Player::new(Lab::new(Scenario::opening()).unwrap(), |n| n.to_string());
        player.advance_to(Micros::from_ms(700), u64::MAX);
        let mut feeds = PlayerFeeds::default();
        let all = numbers(&feeds.of(&player).last(Filter::Matters, usize::MAX));
        assert!(feeds.of(&player).next(Filter::Matters, 9).is_empty());
        let moment = all[all.len() / 2];
        player.look_at(moment);
        let feed = feeds.of(&player);
        assert_eq!(feed.last(Filter::Matters, 1)[0].record.n, moment);
        let next = numbers(&feed.next(Filter::Matters, 3));
        let after: Vec<u64> = all.iter().copied().filter(|n| *n > moment).take(3).collect();
        assert_eq!(next, after);
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
