//! The event feed: the last events of a run, by topic.
//!
//! A line keeps the record and the context that is needed to describe it; its words are made only when it is shown
//! ([`describe`](super::describe)), so that a run with many events costs little here.

mod about;
mod burst;
mod kept;
mod known;
mod line;
mod list;

pub use self::burst::lot;
pub use self::kept::{Feeds, PlayerFeeds};
pub use self::known::Context;
pub use self::line::{Filter, Fold, Line, Topic, LINES_MAX};
pub use self::list::Feed;

#[cfg(test)]
mod tests {
    use super::kept::SPACING;
    use super::*;
    use crate::lab::run::lab::Lab;
    use crate::lab::run::past::EventLog;
    use crate::lab::vocab::event::{Event, LabEvent, Record};
    use crate::lab::{Player, Scenario};
    use crate::raft::event::{Role, RoleWhy};
    use crate::raft::{self, NodeId};
    use crate::runtime::Micros;
    use crate::view::selection::{Highlight, Selection};
    use std::rc::Rc;

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
