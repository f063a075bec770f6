//! What a node was, from when to when.

use crate::lab::vocab::event::{Event, LabEvent, Record};
use crate::lab::world::NodeState;
use crate::raft::event::Role;
use crate::raft::{self, NodeId, Term};
use crate::runtime::Micros;

/// What a node was for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has never been started.
    NotStarted,
    /// It has no vote.
    Learner,
    /// It follows a leader, or waits for one.
    Follower,
    /// It asks for votes.
    Candidate,
    /// It leads.
    Leader,
    /// It is there, and does nothing.
    Paused,
    /// It is down.
    Crashed,
    /// It has stopped, since its storage failed.
    Stopped,
}

impl Standing {
    /// Its CSS class.
    pub fn class(self) -> &'static str {
        match self {
            Standing::NotStarted => "not-started",
            Standing::Learner => "learner",
            Standing::Follower => "follower",
            Standing::Candidate => "candidate",
            Standing::Leader => "leader",
            Standing::Paused => "paused",
            Standing::Crashed => "crashed",
            Standing::Stopped => "stopped",
        }
    }
}

/// A band: from this event on, up to that of the next band of the lane, the node was this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// The time of the event.
    pub at: Micros,
    /// The number of the event.
    pub n: u64,
    /// What the node was.
    pub standing: Standing,
    /// Its term.
    pub term: Term,
}

/// The lane of a node.
#[derive(Clone, Debug)]
pub struct Lane {
    /// The node.
    pub node: NodeId,
    /// Its bands, the oldest first; there is always one.
    pub bands: Vec<Band>,
    role: Role,
    term: Term,
    alive: bool,
    begun: bool,
    paused: bool,
}

impl Lane {
    /// The lane of a node that is in this state after an event.
    pub(super) fn new(state: &NodeState, at: Micros, n: u64) -> Lane {
        let NodeState { id, role, term, alive, begun, paused, .. } = *state;
        let mut lane = Lane { node: id, bands: Vec::new(), role, term, alive, begun, paused };
        lane.note(at, n);
        lane
    }

    /// The lane of a node that is new.
    pub(super) fn added(node: NodeId, at: Micros, n: u64) -> Lane {
        let role = Role::Follower;
        let mut lane = Lane { node, bands: Vec::new(), role, term: 0, alive: false, begun: false, paused: false };
        lane.note(at, n);
        lane
    }

    /// Whether it leads.
    pub(super) fn leads(&self) -> bool {
        self.standing() == Standing::Leader
    }

    fn standing(&self) -> Standing {
        match self.role {
            _ if !self.begun => Standing::NotStarted,
            _ if !self.alive => Standing::Crashed,
            Role::Shutdown => Standing::Stopped,
            _ if self.paused => Standing::Paused,
            Role::Learner => Standing::Learner,
            Role::Follower => Standing::Follower,
            Role::Candidate => Standing::Candidate,
            Role::Leader => Standing::Leader,
        }
    }

    /// Takes an event in this node, or done to it.
    pub(super) fn take(&mut self, record: &Record) {
        use raft::Event as It;
        match &record.event {
            Event::Node(It::Started { term, .. }) => {
                (self.alive, self.begun, self.term, self.role) = (true, true, *term, Role::Follower);
            }
            Event::Node(It::Role { to, term, .. }) => (self.role, self.term) = (*to, *term),
            Event::Node(It::Term { to, .. }) => self.term = *to,
            Event::Lab(LabEvent::Crash { .. }) => (self.alive, self.paused) = (false, false),
            Event::Lab(LabEvent::Pause { .. }) => self.paused = true,
            Event::Lab(LabEvent::Resume { .. }) => self.paused = false,
            _ => return,
        }
        self.note(record.at, record.n);
    }

    fn note(&mut self, at: Micros, n: u64) {
        let band = Band { at, n, standing: self.standing(), term: self.term };
        match self.bands.last_mut() {
            Some(last) if (last.standing, last.term) == (band.standing, band.term) => {}
            // What lasted for no time is not seen.
            Some(last) if last.at == at => *last = band,
            _ => self.bands.push(band),
        }
    }
}

/// The node that an event is in, or that it is done to, if it changes what the node is.
pub(super) fn node_of(event: &Event) -> Option<NodeId> {
    match event {
        Event::Node(event @ (raft::Event::Started { .. } | raft::Event::Role { .. } | raft::Event::Term { .. })) => {
            Some(event.node())
        }
        Event::Lab(LabEvent::Crash { node, .. } | LabEvent::Pause { node } | LabEvent::Resume { node }) => Some(*node),
        _ => None,
    }
}
