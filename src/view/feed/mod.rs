//! The event feed: the last events of a run, by topic.
//!
//! A line keeps the record and the context that is needed to describe it; its words are made only when it is shown
//! ([`describe`](super::describe)), so that a run with many events costs little here.

mod about;
mod kept;
mod known;
mod line;

use std::rc::Rc;

pub use self::kept::{Feeds, PlayerFeeds};
pub use self::known::Context;
pub use self::line::{Line, Topic};

use self::known::Known;
use crate::lab::vocab::event::Record;
use crate::lab::World;

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
    /// All lines.
    Everything,
}

type Lines = imbl::Vector<Rc<Line>>;

/// The last lines of a run.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    /// The sequence number of the last event that was taken.
    last: u64,
    known: Known,
    /// For each topic: the important lines, and the others. At most [`LINES_MAX`] of each.
    lines: [(Lines, Lines); Topic::ALL.len()],
}

impl Feed {
    /// A feed without lines that knows what there was before the event to come.
    fn after(world: &World) -> Feed {
        Feed { last: world.n, known: Known::after(world), ..Feed::default() }
    }

    /// Takes new events of a run, which may follow events that it has already.
    pub fn take(&mut self, records: &[Rc<Record>]) {
        let new = records.partition_point(|record| record.n <= self.last);
        for record in &records[new..] {
            self.last = record.n;
            let line = Rc::new(Line::new(record, &mut self.known));
            let (important, others) = &mut self.lines[line.topic as usize];
            let matters = line.matters;
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
}

#[cfg(test)]
mod tests {
    use super::kept::SPACING;
    use super::*;
    use crate::lab::run::past::EventLog;
    use crate::lab::vocab::event::{Event, LabEvent};
    use crate::raft::event::{Role, RoleWhy};
    use crate::raft::{self, NodeId};
    use crate::runtime::Micros;
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
