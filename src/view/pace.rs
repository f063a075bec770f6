//! How fast the clock runs at a moment: by what happens, or steadily.
//!
//! An election takes 20 ms after 200 ms in which nothing happens but heartbeats. At one speed, either the one is too fast
//! to be seen or the other too slow to be waited for. So the chosen [`Speed`] is that of what matters, and whatever else
//! there is passes faster. The pace decides only how much virtual time a frame shows, so a run is the same at any pace.

use serde::{Deserialize, Serialize};

use super::speed::Speed;
use crate::lab::vocab::event::{Event, LabEvent, Record};
use crate::lab::world::{InFlight, World};
use crate::raft::event::{Role, StreamState};
use crate::raft::rpc::{AppendResult, Message};
use crate::raft::{self, NodeId};
use crate::runtime::Micros;

/// What decides how fast the clock runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pacing {
    /// What happens: at the chosen speed while something that matters is on its way, else faster.
    #[default]
    Adaptive,
    /// Nothing: always the chosen speed.
    Steady,
}

impl Pacing {
    /// The other one.
    pub fn other(self) -> Pacing {
        match self {
            Pacing::Adaptive => Pacing::Steady,
            Pacing::Steady => Pacing::Adaptive,
        }
    }
}

/// How closely what is on its way is to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Interest {
    /// Only heartbeats, and what tells nothing new.
    Quiet,
    /// Many alike: the chunks of a snapshot.
    Alike,
    /// Votes, entries, refusals.
    Close,
}

impl Interest {
    /// How many times faster than the chosen speed the clock runs.
    fn factor(self) -> f64 {
        match self {
            Interest::Quiet => 15.0,
            Interest::Alike => 4.0,
            Interest::Close => 1.0,
        }
    }
}

/// The fastest that the clock gets by itself, in virtual milliseconds per second, and the fastest before anything has
/// happened, when all wait for the first election timeout.
const FASTEST: f64 = 2000.0;
const OPENING: f64 = 300.0;

/// The longest frame, in seconds. A longer one counts as this, so that nothing is skipped after a pause.
pub const FRAME_MAX: f64 = 0.1;

/// The real time, in seconds, in which the clock gets faster when nothing matters any more: at once would be a jerk.
const SPEED_UP: f64 = 0.35;

/// The speed at which holds last as long as [`hold`] says; faster clocks hold for less.
const HOLDS_AT: f64 = 10.0;

/// How closely the world is to be seen.
pub fn interest(world: &World) -> Interest {
    let messages = world.messages.values().filter(|message| arrives(world, message));
    messages.map(|message| of_message(world, message)).max().unwrap_or(Interest::Quiet)
}

/// Whether a message will be heard: it is not held, its link is whole, and its target runs.
fn arrives(world: &World, message: &InFlight) -> bool {
    let target = world.nodes.get(&message.to);
    !message.held && !world.cut.contains(&(message.from, message.to)) && target.is_some_and(|node| node.alive)
}

fn of_message(world: &World, message: &InFlight) -> Interest {
    let close = |matters: bool| if matters { Interest::Close } else { Interest::Quiet };
    let campaigns =
        |node: NodeId| world.nodes.get(&node).is_some_and(|node| node.role == Role::Candidate || node.pre_voting);
    match &*message.message {
        Message::Append(append) => close(!append.entries.is_empty()),
        Message::AppendResponse(answer) => match answer.result {
            // An answer to a heartbeat tells the leader only what it knows.
            AppendResult::Success(index) => {
                let known = world.streams.get(&(message.to, message.from)).map_or(0, |stream| stream.match_index);
                close(index > known)
            }
            AppendResult::Conflict(_) | AppendResult::StaleTerm => Interest::Close,
        },
        // The votes that come after the election is decided change nothing.
        Message::Vote(_) => close(campaigns(message.from)),
        Message::VoteResponse(_) => close(campaigns(message.to)),
        Message::TimeoutNow(_) => Interest::Close,
        Message::Install(_) | Message::InstallResponse(_) => Interest::Alike,
    }
}

/// For how long the clock stands after an event, in seconds of real time at slow motion 1:100.
fn hold(event: &Event) -> f64 {
    use raft::Event as It;
    match event {
        Event::Node(It::Role { to: Role::Leader, .. }) => 0.9,
        Event::Node(It::Role { to: Role::Candidate, .. }) => 0.6,
        Event::Node(It::Truncate { .. } | It::Installed { .. }) => 0.5,
        Event::Node(It::StreamState {
            to: StreamState::Lagging | StreamState::Snapshotting, from: Some(_), ..
        }) => 0.4,
        Event::Lab(LabEvent::Violation { .. }) => 0.9,
        _ => 0.0,
    }
}

/// The same, where it depends on the world whether the event matters: a leader commits, its followers learn of it.
fn hold_in(world: &World, record: &Record) -> f64 {
    match &record.event {
        Event::Node(raft::Event::Commit { node, .. }) => {
            let leads = world.nodes.get(node).is_some_and(|node| node.role == Role::Leader);
            if leads {
                0.5
            } else {
                0.0
            }
        }
        event => hold(event),
    }
}

/// The state of an adaptive clock.
#[derive(Clone, Debug, Default)]
pub struct Pacer {
    /// The virtual milliseconds per second of late.
    rate: f64,
    /// For how long the clock still stands, in seconds of real time.
    held: f64,
    /// The part of a microsecond, less than 1, that the last frame left over.
    rest: f64,
    /// Whether nothing has happened yet, so that the clock may hurry.
    pub opening: bool,
}

impl Pacer {
    /// A clock that hurries to the first election.
    pub fn opening(opening: bool) -> Pacer {
        Pacer { opening, ..Pacer::default() }
    }

    /// The virtual time that passes in `seconds` of real time, at most [`FRAME_MAX`], and whether it passes faster than
    /// chosen.
    pub fn pass(&mut self, pacing: Pacing, speed: Speed, world: &World, seconds: f64) -> (Micros, bool) {
        let mut seconds = seconds.clamp(0.0, FRAME_MAX);
        let chosen = speed.per_second().0 as f64 / 1000.0;
        if pacing == Pacing::Steady {
            (self.rate, self.held) = (chosen, 0.0);
            return (self.at_rate(seconds), false);
        }
        self.opening &= world.nodes.values().all(|node| matches!(node.role, Role::Follower | Role::Learner));
        let held = self.held.min(seconds);
        (self.held, seconds) = (self.held - held, seconds - held);
        let interest = interest(world);
        let wanted = (chosen * interest.factor()).min(FASTEST).max(chosen);
        let wanted = if self.opening && interest == Interest::Quiet { wanted.max(OPENING) } else { wanted };
        // Slower at once, so that nothing is missed; faster by and by, unless nothing has been seen yet.
        let part = if self.opening { 1.0 } else { (seconds / SPEED_UP).min(1.0) };
        self.rate =
            if wanted <= self.rate { wanted } else { self.rate.max(chosen) + (wanted - self.rate.max(chosen)) * part };
        (self.at_rate(seconds), self.rate > 2.0 * chosen)
    }

    fn at_rate(&mut self, seconds: f64) -> Micros {
        let micros = seconds * self.rate * 1000.0 + self.rest;
        self.rest = micros.fract();
        Micros(micros as u64)
    }

    /// Lets the clock stand for a moment if one of these events, which have just happened, is worth it.
    pub fn see<'a>(&mut self, speed: Speed, world: &World, records: impl IntoIterator<Item = &'a Record>) {
        let chosen = speed.per_second().0 as f64 / 1000.0;
        if !speed.is_fast() {
            let longest = records.into_iter().map(|record| hold_in(world, record)).fold(0.0, f64::max);
            self.held = self.held.max(longest * (HOLDS_AT / chosen).min(1.5));
        }
    }

    /// Goes on at once.
    pub fn release(&mut self) {
        self.held = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::run::lab::Lab;
    use crate::lab::Scenario;

    const FRAME: f64 = 1.0 / 60.0;

    /// Plays the opening scenario in frames, and returns for each the moment, what was seen of the world, and the speed.
    fn play(pacing: Pacing, speed: Speed, seconds: f64) -> (Lab, Vec<(f64, Interest, f64)>) {
        let mut lab = Lab::new(Scenario::opening()).unwrap();
        let (mut pacer, mut frames) = (Pacer::opening(true), Vec::new());
        for _ in 0..(seconds / FRAME) as u32 {
            let world = lab.world();
            let (passed, hurries) = pacer.pass(pacing, speed, &world, FRAME);
            let to = lab.now() + passed;
            while !lab.advance_to(to, 1).reached {
                if hurries && interest(&lab.world()) > interest(&world) {
                    break;
                }
            }
            let (world, past) = (lab.world(), lab.past());
            pacer.see(speed, &world, past.between(frames.len() as u64, world.n).iter().map(|record| &**record));
            frames.push((lab.now().0 as f64 / 1000.0, interest(&world), passed.0 as f64 / 1000.0 / FRAME));
        }
        (lab, frames)
    }

    #[test]
    fn what_matters_is_shown_at_the_chosen_speed_and_the_rest_faster() {
        let (_, frames) = play(Pacing::Adaptive, Speed::DEFAULT, 25.0);
        for pair in frames.windows(2) {
            let ((_, interest, _), (_, _, rate)) = (pair[0], pair[1]);
            match interest {
                Interest::Close => assert!(rate < 11.0, "{pair:?}"),
                _ => assert!(rate < 310.0, "{pair:?}"),
            }
        }
        let quiet = frames.iter().filter(|(_, interest, rate)| *interest == Interest::Quiet && *rate > 100.0).count();
        assert!(quiet > 60, "{quiet}");
    }

    #[test]
    fn the_first_election_is_reached_within_two_seconds_and_lasts_longer() {
        let (lab, frames) = play(Pacing::Adaptive, Speed::DEFAULT, 10.0);
        let first = |is_so: fn(&raft::Event) -> bool| {
            let past = lab.past();
            let record = past
                .between(0, u64::MAX)
                .iter()
                .find(|record| matches!(&record.event, Event::Node(event) if is_so(event)));
            let at = record.unwrap().at.0 as f64 / 1000.0;
            frames.iter().position(|(now, _, _)| *now >= at).unwrap() as f64 * FRAME
        };
        let candidate = first(|event| matches!(event, raft::Event::Role { to: Role::Candidate, .. }));
        let leader = first(|event| matches!(event, raft::Event::Role { to: Role::Leader, .. }));
        assert!(candidate < 2.0 && leader > candidate + 1.5 && leader < 5.0, "{candidate} {leader}");
    }

    #[test]
    fn a_run_is_the_same_at_any_pace() {
        let hash = |pacing, speed, seconds| {
            let (mut lab, _) = play(pacing, speed, seconds);
            lab.advance_to(Micros::from_ms(3_000), u64::MAX);
            lab.trace_hash()
        };
        let one = hash(Pacing::Adaptive, Speed::DEFAULT, 12.0);
        assert_eq!(hash(Pacing::Steady, Speed::DEFAULT, 3.0), one);
        assert_eq!(hash(Pacing::Adaptive, Speed::at(12), 1.0), one);
    }

    #[test]
    fn no_time_is_lost_between_frames_and_a_pause_is_not_caught_up_with() {
        let (world, mut pacer, mut total) = (World::default(), Pacer::default(), Micros::ZERO);
        for _ in 0..600 {
            total += pacer.pass(Pacing::Steady, Speed::at(0), &world, FRAME).0;
        }
        assert!((9_999..=10_000).contains(&total.0), "{total}");
        let at_once = |seconds| Pacer::default().pass(Pacing::Steady, Speed::DEFAULT, &world, seconds).0;
        assert_eq!((at_once(3600.0), at_once(-1.0)), (Micros::from_ms(1), Micros::ZERO));
    }

    #[test]
    fn messages_that_nobody_hears_and_those_that_tell_nothing_new_do_not_slow_the_clock() {
        let mut lab = Lab::new(Scenario::opening()).unwrap();
        lab.advance_to(Micros::from_ms(700), u64::MAX);
        let mut seen = [0; 2];
        for _ in 0..2_000 {
            lab.advance_to(lab.now() + Micros(50), u64::MAX);
            let world = lab.world();
            assert_eq!(interest(&world), Interest::Quiet, "only heartbeats at {}", lab.now());
            seen[usize::from(world.messages.is_empty())] += 1;
        }
        assert!(seen.iter().all(|count| *count > 0));
    }
}
