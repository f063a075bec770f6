//! What is acted out: elections, commits, replaced entries, installed snapshots, crashes.
//!
//! Each is a short animation of the style sheet, which begins when what happened comes on stage. That is when the clock
//! or a step passes it; looking back neither repeats what follows nor begins what came before.

use super::feed::{Feed, Filter};
use crate::lab::vocab::event::{Event, LabEvent};
use crate::lab::world::World;
use crate::raft::event::Role;
use crate::raft::{self, Index, NodeId, Term};
use crate::runtime::Micros;

/// How long something that happened can be acted out, in virtual time: what happened earlier is over.
const LATELY: Micros = Micros::from_ms(40);

/// The most lines of the feed that are looked at.
const LINES: usize = 24;

/// Something that is acted out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// A leader was elected.
    Elected(NodeId, Term),
    /// A node crashed.
    Crashed(NodeId),
    /// A node has installed a snapshot.
    Installed(NodeId),
    /// A leader committed the entries from the first to the last.
    Committed(Index, Index),
    /// A node has removed its entries from the first to the last, which conflict with the leader's.
    Replaced(NodeId, Index, Index),
}

/// An act with the number of its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Played {
    /// The number of the event.
    pub n: u64,
    /// What is acted out.
    pub act: Act,
}

/// What happened lately, the oldest first.
pub fn acts(feed: &Feed, world: &World) -> Vec<Played> {
    let lines = feed.last(Filter::Matters, LINES);
    let late = lines.iter().filter(|line| line.record.n <= world.n && line.record.at + LATELY >= world.at);
    late.filter_map(|line| Some(Played { n: line.record.n, act: of_event(&line.record.event)? })).collect()
}

fn of_event(event: &Event) -> Option<Act> {
    use raft::Event as It;
    match event {
        Event::Node(It::Role { node, to: Role::Leader, term, .. }) => Some(Act::Elected(*node, *term)),
        // Only a leader's commit matters to the feed; its followers learn of it later.
        Event::Node(It::Commit { from, to, .. }) => Some(Act::Committed(from + 1, *to)),
        Event::Node(It::Truncate { node, first, last }) => Some(Act::Replaced(*node, *first, *last)),
        Event::Node(It::Installed { node, .. }) => Some(Act::Installed(*node)),
        Event::Lab(LabEvent::Crash { node, .. }) => Some(Act::Crashed(*node)),
        _ => None,
    }
}

/// What is on stage.
#[derive(Clone, Debug, Default)]
pub struct Cast {
    /// The number of the event that was shown last; none before the first drawing.
    shown: Option<u64>,
    playing: Vec<Played>,
}

impl Cast {
    /// What is on stage when the event `n` is shown, if these happened lately. It begins when its event is passed
    /// forwards, or is gone back to, and stays until it is no longer late.
    pub fn play(&mut self, lately: &[Played], n: u64) -> &[Played] {
        let shown = self.shown.replace(n);
        let begins = |act: &Played| shown.is_some_and(|shown| if n >= shown { act.n > shown } else { act.n == n });
        let on_stage = |act: &&Played| self.playing.contains(act) || begins(act);
        self.playing = lately.iter().filter(on_stage).copied().collect();
        &self.playing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::run::lab::Lab;
    use crate::lab::Scenario;
    use crate::view::feed::Feeds;

    /// What happened lately, in a run of five with a write and a crash, by the number of the event.
    fn lately() -> Vec<(u64, Vec<Played>)> {
        let run = r#"{"format": "raft-lab/1", "preset": "classroom", "nodes": [1, 2, 3, 4, 5], "actions": [
            {"at": 0, "do": "campaign", "node": 1}, {"at": 100, "do": "write", "key": "x", "value": "1"},
            {"at": 150, "do": "crash", "node": 5}
        ]}"#;
        let mut lab = Lab::new(Scenario::from_json(run).unwrap()).unwrap();
        lab.advance_to(Micros::from_ms(300), u64::MAX);
        let (past, mut feeds) = (lab.past(), Feeds::default());
        (1..=lab.events()).map(|n| (n, acts(&feeds.at(&past, n), &past.world_at(n)))).collect()
    }

    #[test]
    fn each_act_begins_once_on_the_way_forward() {
        let (mut cast, mut begun) = (Cast::default(), Vec::new());
        cast.play(&[], 0);
        for (n, lately) in lately() {
            for played in cast.play(&lately, n) {
                if played.n == n {
                    begun.push(played.act);
                }
                assert!(played.n <= n);
            }
        }
        let committed = begun.iter().filter(|act| matches!(act, Act::Committed(..))).count();
        assert_eq!((begun[0], committed), (Act::Elected(1, 1), 2), "{begun:?}");
        assert_eq!(begun.last(), Some(&Act::Crashed(5)));
    }

    #[test]
    fn looking_back_begins_only_what_is_gone_back_to() {
        let all = lately();
        let mut cast = Cast::default();
        for (n, lately) in all.iter().rev() {
            for played in cast.play(lately, *n) {
                assert!(played.n >= *n, "{played:?} began before {n}");
            }
        }
        // A leap to long after plays nothing of what is over by then.
        let mut cast = Cast::default();
        cast.play(&[], 0);
        let (n, lately) = all.last().unwrap();
        assert!(cast.play(lately, *n).iter().all(|played| played.n + 200 > *n));
    }

    #[test]
    fn nothing_is_acted_out_when_the_page_opens() {
        for (n, lately) in lately() {
            assert_eq!(Cast::default().play(&lately, n), []);
        }
    }
}
