//! The narrator: one sentence that says what is going on, and why.
//!
//! What happens is told in turn, so that each sentence can be read: an event that comes too early waits. Where too much
//! waits, what matters least is left out. When all is told and nothing goes on, a [hint](super::hint) says why, and what
//! can be done. With the clock stopped, the sentence is that of the last event worth telling.

use std::collections::VecDeque;
use std::rc::Rc;

use super::describe::{describe, Description};
use super::feed::{Feed, Line};
use super::format::NodeName;
use super::headline::{first_to_run_out, headline};
use super::hint::hint;
use super::lang::Text;
use super::payload::told;
use crate::lab::vocab::event::{ClientResult, Event, LabEvent};
use crate::lab::world::{NodeState, World};
use crate::raft::event::{Role, StreamState};
use crate::raft::log::Payload;
use crate::raft::{self, Index, NodeId};

/// The least real time for which a sentence is shown, in ms.
const READ_MS: f64 = 1_200.0;

/// The real time, in ms, after which a sentence about an event gives way to a hint.
const OLD_MS: f64 = 3_000.0;

/// The most sentences that wait.
const WAITING_MAX: usize = 2;

/// How much an event matters to the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// Left out first.
    Detail,
    /// A step of the story.
    Step,
    /// What the story is about, or what somebody did.
    Turn,
}

/// A sentence that waits.
#[derive(Clone, Debug)]
struct Waiting {
    weight: Weight,
    text: Rc<str>,
}

/// The narrator of a run.
#[derive(Clone, Debug)]
pub struct Narrator {
    shown: Rc<str>,
    /// When it was shown first, in ms of the browser's clock.
    since: f64,
    /// Whether no event has been told yet.
    begins: bool,
    waiting: VecDeque<Waiting>,
    /// The run, and its last event that was listened to.
    heard: (u32, u64),
}

impl Default for Narrator {
    fn default() -> Narrator {
        Narrator { shown: "".into(), since: f64::MIN, begins: true, waiting: VecDeque::new(), heard: (0, 0) }
    }
}

/// What a narrator listens to.
pub struct Scene<'a> {
    /// The world at the moment shown.
    pub world: &'a World,
    /// The events up to that moment.
    pub feed: &'a Feed,
    /// A number of the run: event numbers of two runs mean different events.
    pub run: u32,
    /// The real time in ms, while the clock runs; none while it stands.
    pub wall: Option<f64>,
    /// Whether the page is used by finger.
    pub by_finger: bool,
    /// The catalogue of the language.
    pub t: &'a dyn Text,
}

impl Narrator {
    /// The sentence to show.
    pub fn tell(&mut self, scene: &Scene) -> Rc<str> {
        let heard = (scene.run, scene.world.n);
        let goes_on = scene.run == self.heard.0 && heard >= self.heard;
        let Some(wall) = scene.wall.filter(|_| goes_on) else {
            if self.heard != heard || scene.wall.is_none() {
                self.say_at_once(scene);
            }
            self.heard = heard;
            return self.shown.clone();
        };
        if heard > self.heard {
            let new = lines_after(scene.feed, self.heard.1);
            new.iter().for_each(|line| self.hear(line, scene));
            self.heard = heard;
        }
        while self.waiting.len() > WAITING_MAX {
            let least = (0..self.waiting.len()).min_by_key(|&place| self.waiting[place].weight).unwrap_or(0);
            self.waiting.remove(least);
        }
        self.go_on(scene, wall);
        self.shown.clone()
    }

    /// Lets a line wait for its turn.
    fn hear(&mut self, line: &Line, scene: &Scene) {
        let Some(weight) = weight(line) else { return };
        if weight == Weight::Turn {
            self.waiting.retain(|waiting| waiting.weight > Weight::Detail);
        }
        self.waiting.push_back(Waiting { weight, text: sentence(line, scene).into() });
    }

    /// Shows the next sentence if the present one was shown for long enough.
    fn go_on(&mut self, scene: &Scene, wall: f64) {
        let shown_for = wall - self.since;
        if shown_for < READ_MS {
            return;
        }
        if let Some(Waiting { text, .. }) = self.waiting.pop_front() {
            (self.shown, self.since, self.begins) = (text, wall, false);
        } else if self.begins {
            self.shown = begins(scene).into();
        } else if shown_for >= OLD_MS {
            let hint = hint(scene.world, true, scene.by_finger, scene.t);
            if let Some(hint) = hint.filter(|hint| **hint != *self.shown) {
                (self.shown, self.since) = (hint.into(), wall);
            }
        }
    }

    /// Without waiting: the last event that is worth telling, or how things stand.
    fn say_at_once(&mut self, scene: &Scene) {
        self.waiting.clear();
        let lines = scene.feed.important();
        let last = lines.iter().rev().find(|line| weight(line).is_some());
        let text = last.map_or_else(|| begins(scene), |line| sentence(line, scene));
        (self.shown, self.since, self.begins) = (text.into(), f64::MIN, last.is_none());
    }
}

/// How a run begins.
fn begins(scene: &Scene) -> String {
    match first_to_run_out(scene.world) {
        Some(node) if scene.world.leader().is_none() => scene.t.story_begins(NodeName(node)),
        _ => headline(scene.world, scene.t),
    }
}

fn lines_after(feed: &Feed, n: u64) -> Vec<Rc<Line>> {
    if feed.last_taken() <= n {
        Vec::new()
    } else {
        feed.news(n)
    }
}

/// How much an event matters to the story; none if it is left to the list of events.
fn weight(line: &Line) -> Option<Weight> {
    use raft::Event as It;
    Some(match &line.record.event {
        Event::Node(event) => match event {
            It::Role { from: Some(_), to: Role::Leader | Role::Candidate | Role::Shutdown, .. } => Weight::Turn,
            It::Role { from: Some(Role::Leader), .. } => Weight::Turn,
            It::Vote { granted: false, .. } => Weight::Detail,
            It::Append { entry, .. } if line.context.leads => match entry.payload {
                Payload::Blank => Weight::Detail,
                _ => Weight::Step,
            },
            It::Commit { .. } if line.context.leads => Weight::Turn,
            It::Truncate { .. } | It::Installed { .. } | It::SnapshotOffered { .. } => Weight::Step,
            It::StreamState { from: Some(_), to: StreamState::Lagging | StreamState::Snapshotting, .. } => Weight::Step,
            It::PreVoteBegun { .. } | It::TransferBegun { .. } | It::TransferGivenUp { .. } => Weight::Step,
            It::StorageFailed { .. } | It::Repeated { .. } => Weight::Turn,
            _ => return None,
        },
        Event::Lab(event) => match event {
            LabEvent::Client { result: ClientResult::Sent | ClientResult::Waiting, .. } => Weight::Step,
            LabEvent::Client { .. } | LabEvent::Released { .. } => Weight::Detail,
            LabEvent::Sent { .. } | LabEvent::Delivered { .. } | LabEvent::Lost { .. } => return None,
            LabEvent::TrapSet { .. } | LabEvent::TrapGone { .. } => return None,
            _ => Weight::Turn,
        },
    })
}

/// What a line tells, as a sentence with its reason.
fn sentence(line: &Line, scene: &Scene) -> String {
    use raft::Event as It;
    let Scene { world, t, .. } = scene;
    let node = |id: NodeId| world.nodes.get(&id).map(Rc::as_ref);
    match &line.record.event {
        Event::Node(It::Role { node, to: Role::Candidate, term, why, .. }) => {
            t.story_campaigns(NodeName(*node), *term, *why)
        }
        Event::Node(It::Role { node: id, to: Role::Leader, term, .. }) => match node(*id).map(majority) {
            Some(Some((votes, voters))) => t.story_elected(NodeName(*id), *term, votes, voters),
            _ => t.story_elected_by_both(NodeName(*id), *term),
        },
        Event::Node(It::Append { node, entry }) => {
            let payload = told(&entry.payload, *t);
            match entry.payload {
                Payload::Blank => t.story_appends_blank(NodeName(*node), entry.index, entry.term),
                Payload::Members(_) if entry.index == 1 => t.story_appends_first(NodeName(*node), &payload),
                _ => t.story_appends(NodeName(*node), entry.index, &payload),
            }
        }
        Event::Node(It::Commit { node: id, to, .. }) => match node(*id).and_then(|leader| copies(world, leader, *to)) {
            Some((copies, voters)) => t.story_commits(NodeName(*id), *to, copies, voters),
            None => t.story_told(&describe(line, world.nodes.len(), *t).text, None),
        },
        Event::Node(It::Truncate { node, first, last, .. }) => t.story_replaces(NodeName(*node), *first, *last),
        _ => {
            let Description { text, why } = describe(line, world.nodes.len(), *t);
            t.story_told(&text, why.as_deref())
        }
    }
}

/// How many of how many voters are a majority; none if two configurations decide.
fn majority(node: &NodeState) -> Option<(u64, u64)> {
    match &node.members.1.voters[..] {
        [voters] => Some((voters.len() as u64 / 2 + 1, voters.len() as u64)),
        _ => None,
    }
}

/// On how many of how many voters the leader knows an entry to be; none if two configurations decide.
fn copies(world: &World, leader: &NodeState, index: Index) -> Option<(u64, u64)> {
    let [voters] = &leader.members.1.voters[..] else { return None };
    let has = |voter: &&NodeId| {
        let stream = world.streams.get(&(leader.id, **voter));
        **voter == leader.id && leader.durable >= index || stream.is_some_and(|stream| stream.match_index >= index)
    };
    Some((voters.iter().filter(has).count() as u64, voters.len() as u64))
}

/// A piece of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Words.
    Words(&'a str),
    /// The name of a node.
    Node(NodeId, &'a str),
}

/// A sentence in pieces, so that the names of nodes can be drawn in their colours.
pub fn pieces<'a>(text: &'a str, is_node: impl Fn(NodeId) -> bool) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some(place) = text[at..].find('S').map(|place| at + place) {
        let digits = text[place + 1..].bytes().take_while(u8::is_ascii_digit).count();
        let end = place + 1 + digits;
        at = end;
        let begins = !text[..place].ends_with(char::is_alphanumeric);
        let ends = !text[end..].starts_with(char::is_alphanumeric);
        let node = text[place + 1..end].parse().ok().filter(|&node| begins && ends && is_node(node));
        let Some(node) = node else { continue };
        if from < place {
            pieces.push(Piece::Words(&text[from..place]));
        }
        pieces.push(Piece::Node(node, &text[place..end]));
        from = end;
    }
    if from < text.len() {
        pieces.push(Piece::Words(&text[from..]));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::run::lab::Lab;
    use crate::lab::{Player, Scenario};
    use crate::runtime::Micros;
    use crate::view::feed::PlayerFeeds;
    use crate::view::lang::English;

    /// Lets the opening scenario be told, `step` of virtual time and `wall_ms` of real time at a time, and returns each
    /// sentence with the real time at which it came.
    fn told(until: Micros, step: Micros, wall_ms: f64) -> Vec<(f64, Rc<str>)> {
        let mut player = player();
        let (mut narrator, mut feeds) = (Narrator::default(), PlayerFeeds::default());
        let (mut told, mut wall): (Vec<(f64, Rc<str>)>, f64) = (Vec::new(), 0.0);
        while player.now() < until {
            player.advance_to(player.now() + step, u64::MAX);
            wall += wall_ms;
            let text = at(&mut narrator, &mut feeds, &player, Some(wall));
            if told.last().is_none_or(|(_, last)| *last != text) {
                told.push((wall, text));
            }
        }
        told
    }

    fn player() -> Player {
        Player::new(Lab::new(Scenario::opening()).unwrap(), |n| n.to_string())
    }

    fn at(narrator: &mut Narrator, feeds: &mut PlayerFeeds, player: &Player, wall: Option<f64>) -> Rc<str> {
        let (world, feed) = (player.world(), feeds.of(player));
        narrator.tell(&Scene {
            world: &world,
            feed: &feed,
            run: player.generation(),
            wall,
            by_finger: false,
            t: &English,
        })
    }

    #[test]
    fn a_sentence_can_be_read_before_the_next_comes() {
        let told = told(Micros::from_ms(700), Micros(500), 16.0);
        assert!(told.len() > 6, "{told:?}");
        assert!(told.windows(2).skip(1).all(|pair| pair[1].0 - pair[0].0 >= READ_MS), "{told:?}");
    }

    #[test]
    fn the_story_says_what_happens_and_why() {
        let told = told(Micros::from_ms(700), Micros(160), 16.0);
        let order = [
            "has not heard from a leader in time, so it starts an election for term\u{a0}1",
            "has 3 of 5 votes, a majority: it is the leader of term\u{a0}1.",
            "is on 3 of 5 nodes, a majority",
            "appends x=1 to its log as entry\u{a0}2",
        ];
        let mut sentences = told.iter().map(|(_, text)| text);
        for part in order {
            assert!(sentences.any(|text| text.contains(part)), "{part}: {told:?}");
        }
    }

    #[test]
    fn what_matters_least_is_left_out_where_much_happens() {
        let told = told(Micros::from_ms(420), Micros(2_000), 16.0);
        let texts: Vec<&str> = told.iter().map(|(_, text)| &**text).collect();
        assert!(texts.iter().any(|text| text.contains("3 of 5 votes")), "{texts:?}");
        assert!(!texts.iter().any(|text| text.contains("empty entry")), "{texts:?}");
    }

    #[test]
    fn with_the_clock_stopped_the_last_event_is_told_at_once_there_and_back() {
        let (mut player, mut narrator, mut feeds) = (player(), Narrator::default(), PlayerFeeds::default());
        let mut forward = Vec::new();
        while player.now() < Micros::from_ms(450) {
            player.step(crate::lab::StepKind::Event);
            forward.push((player.world().n, at(&mut narrator, &mut feeds, &player, None)));
        }
        let last = forward.len() - 1;
        for (event, text) in forward.iter().rev().step_by(17) {
            player.look_at(*event);
            assert_eq!(at(&mut narrator, &mut feeds, &player, None), *text, "event {event} of {last}");
        }
    }

    #[test]
    fn names_of_nodes_are_found_in_sentences() {
        let found = pieces("S1 and S12 vote for S3’s term; Sam, S3x and xS3 do not: S3", |node| node < 4);
        let nodes: Vec<_> = found.iter().filter(|piece| matches!(piece, Piece::Node(..))).collect();
        assert_eq!(nodes, [&Piece::Node(1, "S1"), &Piece::Node(3, "S3"), &Piece::Node(3, "S3")]);
        let whole: String = found
            .iter()
            .map(|piece| match piece {
                Piece::Words(text) | Piece::Node(_, text) => *text,
            })
            .collect();
        assert_eq!(whole, "S1 and S12 vote for S3’s term; Sam, S3x and xS3 do not: S3");
    }
}
