//! What a line has to know besides its event: what was so when it happened.

use std::rc::Rc;

use litemap::LiteMap;

use crate::lab::vocab::event::{Event, LabEvent, LossWhy, Record};
use crate::lab::vocab::id::{Link, MessageId};
use crate::lab::world::World;
use crate::raft::event::{Role, VoteWhy};
use crate::raft::log::Payload;
use crate::raft::rpc::{Message, MessageKind};
use crate::raft::{self, Index, Membership, NodeId, Term};
use crate::runtime::Micros;

/// What was so when an event happened.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context {
    /// Whether the event belongs to a node that was leader at that time.
    pub leads: bool,
    /// The message that the event is about, if any.
    pub message: Option<Rc<Message>>,
    /// Whether that message was held.
    pub held: bool,
    /// Whether somebody did this to a message.
    pub by_hand: bool,
    /// Whether it came of a message that somebody dropped.
    pub owed: bool,
    /// Of a vote that was denied: the node that the voter had voted for already in that term.
    pub voted: Option<NodeId>,
    /// Of a vote that was denied: the leader that the voter had heard from, and how long before.
    pub heard: Option<(NodeId, Micros)>,
    /// Of a change of the members, and of a node that leaves: the configuration before.
    pub members: Option<Rc<Membership>>,
}

/// A node that runs.
#[derive(Clone, Debug)]
struct KnownNode {
    role: Role,
    leader: Option<NodeId>,
    /// When its election timer was set last: when it heard from that leader.
    heard: Micros,
    voted: Option<(Term, NodeId)>,
}

/// A message in flight.
#[derive(Clone, Debug)]
struct Flying {
    message: Rc<Message>,
    held: bool,
    sent: Micros,
    arrives: Micros,
}

/// What is still to come of a message that somebody dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owed {
    /// The leader has to notice.
    Notice,
    /// The leader sends it again.
    Resend,
}

/// Everything that lines may have to know of the moment after an event.
#[derive(Clone, Debug, Default)]
pub struct Known {
    nodes: LiteMap<NodeId, KnownNode>,
    messages: imbl::OrdMap<MessageId, Flying>,
    /// The newest configuration in any log, with its index.
    members: Option<(Index, Rc<Membership>)>,
    /// The configuration in which the change that is under way was asked for.
    asked: Option<Rc<Membership>>,
    /// The streams of which a message was dropped by hand.
    owed: Vec<(Link, Owed)>,
}

impl Known {
    /// What is known after an event, from the world of then.
    pub fn after(world: &World) -> Known {
        let live = world.nodes.values().filter(|node| node.alive);
        let node = |node: &Rc<crate::lab::world::NodeState>| KnownNode {
            role: node.role,
            leader: node.leader,
            heard: node.timer.map_or(Micros::ZERO, |(set, _)| set),
            voted: node.voted_for.map(|candidate| (node.term, candidate)),
        };
        let members = world.nodes.values().map(|node| &node.members).max_by_key(|(index, _)| *index);
        Known {
            nodes: live.map(|it| (it.id, node(it))).collect(),
            messages: world
                .messages
                .iter()
                .map(|(&id, it)| {
                    let flying =
                        Flying { message: it.message.clone(), held: it.held, sent: it.sent, arrives: it.arrives };
                    (id, flying)
                })
                .collect(),
            members: members.map(|(index, members)| (*index, Rc::new(members.clone()))),
            ..Known::default()
        }
    }

    /// Takes an event, and tells what was so when it happened.
    pub fn take(&mut self, record: &Record) -> Context {
        match &record.event {
            Event::Node(event) => self.in_node(event, record.at),
            Event::Lab(event) => self.in_lab(event, record.at),
        }
    }

    fn leads(&self, node: NodeId) -> bool {
        self.nodes.get(&node).is_some_and(|node| node.role == Role::Leader)
    }

    fn in_node(&mut self, event: &raft::Event, at: Micros) -> Context {
        use raft::Event::*;
        let mut context = Context::default();
        match event {
            Role { node, to, .. } => {
                let known = self.nodes.entry(*node).or_insert_with(|| KnownNode {
                    role: *to,
                    leader: None,
                    heard: at,
                    voted: None,
                });
                known.role = *to;
                context.members = self.members.as_ref().map(|(_, members)| members.clone());
                self.owed.retain(|((leader, _), _)| leader != node);
            }
            Leader { node, leader } => self.change(*node, |known| known.leader = *leader),
            Timer { node, deadline: Some(_) } => self.change(*node, |known| known.heard = at),
            Vote { node, candidate, term, granted, why } | PreVote { node, candidate, term, granted, why } => {
                let known = self.nodes.get(node);
                let voted = known.and_then(|known| known.voted).filter(|(of, _)| of == term);
                context.voted = voted.map(|(_, other)| other).filter(|other| other != candidate && !granted);
                if *why == VoteWhy::HearsLeader && context.voted.is_none() {
                    context.heard = known.and_then(|known| Some((known.leader?, at - known.heard)));
                }
                if *granted && matches!(event, Vote { .. }) {
                    self.change(*node, |known| known.voted = Some((*term, *candidate)));
                }
            }
            Append { node, entry } => {
                if let Payload::Members(members) = &entry.payload {
                    let is_newer = self.members.as_ref().is_none_or(|(index, _)| *index < entry.index);
                    if is_newer || self.leads(*node) {
                        self.members = Some((entry.index, Rc::new(members.clone())));
                    }
                }
            }
            TimedOut { node, target, .. } | ChunkFailed { node, target, .. } => {
                let of_this = |owed: &&mut (Link, Owed)| **owed == ((*node, *target), Owed::Notice);
                if let Some((_, owed)) = self.owed.iter_mut().find(of_this) {
                    *owed = Owed::Resend;
                    context.owed = true;
                }
            }
            _ => {}
        }
        context.leads = self.leads(event.node());
        context
    }

    fn change(&mut self, node: NodeId, how: impl FnOnce(&mut KnownNode)) {
        if let Some(known) = self.nodes.get_mut(&node) {
            how(known);
        }
    }

    fn in_lab(&mut self, event: &LabEvent, at: Micros) -> Context {
        let mut context = Context::default();
        match event {
            LabEvent::Crash { node, .. } => drop(self.nodes.remove(node)),
            LabEvent::Sent { id, from, to, kind, copy_of, arrives, message, .. } => {
                let original = copy_of.and_then(|copy_of| self.messages.get(&copy_of));
                context.by_hand = original.is_some_and(|original| original.sent < at);
                context.owed = copy_of.is_none() && self.sends_again((*from, *to), *kind);
                let flying = Flying { message: message.clone(), held: false, sent: at, arrives: *arrives };
                self.messages.insert(*id, flying);
            }
            LabEvent::Delivered { id, .. } => {
                let flying = self.messages.remove(id);
                context.by_hand = flying.as_ref().is_some_and(|flying| at < flying.arrives || flying.held);
                return context.about(flying);
            }
            LabEvent::Lost { id, from, to, kind, why } => {
                context.by_hand = *why == LossWhy::Dropped;
                if context.by_hand {
                    self.is_dropped((*from, *to), *kind);
                }
                return context.about(self.messages.remove(id));
            }
            LabEvent::Held { id, .. } | LabEvent::Released { id, .. } | LabEvent::Delayed { id, .. } => {
                context.by_hand = true;
                let flying = self.messages.get_mut(id);
                if let Some(flying) = flying {
                    match event {
                        LabEvent::Held { .. } => flying.held = true,
                        LabEvent::Released { arrives, .. } => (flying.held, flying.arrives) = (false, *arrives),
                        LabEvent::Delayed { arrives, .. } => flying.arrives = *arrives,
                        _ => {}
                    }
                    return context.about(Some(flying.clone()));
                }
            }
            LabEvent::Members { result: None, .. } => {
                self.asked = self.asked.take().or_else(|| self.members.as_ref().map(|(_, members)| members.clone()));
                context.members = self.asked.clone();
            }
            LabEvent::Members { .. } => context.members = self.asked.take(),
            _ => {}
        }
        context
    }

    /// A message was dropped by hand: its leader will notice, and send it again.
    fn is_dropped(&mut self, (from, to): Link, kind: MessageKind) {
        let link = match kind {
            MessageKind::Append | MessageKind::Heartbeat | MessageKind::Chunk => (from, to),
            MessageKind::AppendAnswer | MessageKind::ChunkAnswer => (to, from),
            _ => return,
        };
        self.owed.retain(|(of, _)| *of != link);
        self.owed.push((link, Owed::Notice));
    }

    /// Whether a message that is sent takes the place of one that was dropped.
    fn sends_again(&mut self, link: Link, kind: MessageKind) -> bool {
        let Some(place) = self.owed.iter().position(|owed| *owed == (link, Owed::Resend)) else { return false };
        let takes_its_place = matches!(kind, MessageKind::Append | MessageKind::Chunk);
        if takes_its_place || kind == MessageKind::Heartbeat {
            self.owed.swap_remove(place);
        }
        takes_its_place
    }
}

impl Context {
    fn about(self, flying: Option<Flying>) -> Context {
        let held = flying.as_ref().is_some_and(|flying| flying.held);
        Context { message: flying.map(|flying| flying.message), held, ..self }
    }
}
