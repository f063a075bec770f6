//! A network in memory: messages that take time, get lost, and do not cross cut links.
//!
//! It keeps the messages in flight; the [`Lab`](crate::lab::Lab) asks when the next one arrives and has it
//! delivered when the clock is there. So a message can be seen, named and interfered with on its way:
//! [`faults`]. Messages of one link may overtake each other, as their latencies differ.

mod faults;
mod flight;
mod trap;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::rc::Rc;
use std::task::Poll;

use futures::channel::{mpsc, oneshot};

use crate::lab::run::recorder::Recorder;
use crate::lab::vocab::event::{LabEvent, LossWhy, TrapDoes};
use crate::lab::vocab::id::{Link, MessageId};
use crate::lab::vocab::links::Links;
use crate::lab::vocab::settings::NetworkPatch;
use crate::raft::network::{Network, Unreachable};
use crate::raft::node::{Request, Responder};
use crate::raft::rpc::{
    AppendEntries, AppendResponse, InstallResponse, InstallSnapshot, Message, TimeoutNow, VoteRequest, VoteResponse,
};
use crate::raft::NodeId;
use crate::runtime::{Clock, Micros, Rng};
use flight::{tell, waiting, Held, InFlight, ReplyTo, Waiting};
use trap::Interceptor;

/// The network between the nodes of one cluster. Handles share it.
#[derive(Clone)]
pub struct SimNetwork {
    wire: Rc<RefCell<Wire>>,
    clock: Clock,
    recorder: Recorder,
}

struct Wire {
    rng: Rng,
    /// For copies, so that one does not change what happens to other messages.
    copies: Rng,
    links: Links,
    cut: BTreeSet<Link>,
    /// The named cuts, as long as at least one link of them is cut.
    strokes: Vec<(String, Vec<Link>)>,
    /// Where each live node takes calls.
    nodes: BTreeMap<NodeId, mpsc::UnboundedSender<Request>>,
    last_id: MessageId,
    /// By the time at which they arrive, or are lost; then by age.
    flights: BTreeMap<(Micros, MessageId), InFlight>,
    /// Messages that stand still.
    held: BTreeMap<MessageId, Held>,
    /// The oldest first.
    traps: Vec<Interceptor>,
    last_trap: u64,
}

impl SimNetwork {
    /// A network without nodes.
    pub fn new(seed: u64, links: Links, clock: Clock, recorder: Recorder) -> SimNetwork {
        let wire = Wire {
            rng: Rng::new(seed, "network", 0),
            copies: Rng::new(seed, "copies", 0),
            links,
            cut: BTreeSet::new(),
            strokes: Vec::new(),
            nodes: BTreeMap::new(),
            last_id: 0,
            flights: BTreeMap::new(),
            held: BTreeMap::new(),
            traps: Vec::new(),
            last_trap: 0,
        };
        SimNetwork { wire: Rc::new(RefCell::new(wire)), clock, recorder }
    }

    /// The network as one node sees it.
    pub fn endpoint(&self, node: NodeId) -> Endpoint {
        Endpoint { node, network: self.clone() }
    }

    /// A node is there, and takes calls.
    pub fn connect(&self, node: NodeId, calls: mpsc::UnboundedSender<Request>) {
        self.wire.borrow_mut().nodes.insert(node, calls);
    }

    /// A node is gone. What it sent is still on its way.
    pub fn disconnect(&self, node: NodeId) {
        self.wire.borrow_mut().nodes.remove(&node);
    }

    /// Whether a node takes calls: it was started, and has neither crashed nor shut down since.
    pub fn is_running(&self, node: NodeId) -> bool {
        self.wire.borrow().nodes.get(&node).is_some_and(|calls| !calls.is_closed())
    }

    /// Hands a call straight to a node, as a client or a user does. False if it is down.
    pub fn call(&self, node: NodeId, call: Request) -> bool {
        self.wire.borrow().nodes.get(&node).is_some_and(|calls| calls.unbounded_send(call).is_ok())
    }

    /// Changes what links between these nodes do to messages sent from now on: as [`Links::change`] says.
    pub fn change_links(
        &self,
        nodes: &BTreeSet<NodeId>,
        (from, to): (Option<NodeId>, Option<NodeId>),
        change: &NetworkPatch,
    ) {
        self.wire.borrow_mut().links.change(nodes, (from, to), change);
        let NetworkPatch { latency, loss, duplicate } = *change;
        self.recorder.lab(LabEvent::Link { from, to, latency, loss, duplicate });
    }

    /// What the links do to messages.
    pub fn links(&self) -> Links {
        self.wire.borrow().links.clone()
    }

    /// The links that are cut.
    pub fn cut_links(&self) -> BTreeSet<Link> {
        self.wire.borrow().cut.clone()
    }

    /// Cuts links. What is in flight on them is lost.
    pub fn cut(&self, links: Vec<Link>, name: Option<String>) {
        {
            let wire = &mut *self.wire.borrow_mut();
            wire.cut.extend(&links);
            wire.strokes.extend(name.iter().map(|name| (name.clone(), links.clone())));
        }
        self.recorder.lab(LabEvent::Cut { links, name });
        self.lose_on_cut_links();
    }

    /// The links of the cuts with this name.
    pub fn links_of_stroke(&self, name: &str) -> Vec<Link> {
        let wire = self.wire.borrow();
        wire.strokes.iter().filter(|(known, _)| known == name).flat_map(|(_, links)| links.iter().copied()).collect()
    }

    /// Rejoins those of the links that are cut.
    pub fn join(&self, links: impl IntoIterator<Item = Link>) {
        let links: Vec<Link> = {
            let Wire { cut, strokes, .. } = &mut *self.wire.borrow_mut();
            let links = links.into_iter().filter(|link| cut.remove(link)).collect();
            strokes.retain(|(_, links)| links.iter().any(|link| cut.contains(link)));
            links
        };
        if !links.is_empty() {
            self.recorder.lab(LabEvent::Join { links });
        }
    }

    /// When something happens to a message next.
    pub fn next_arrival(&self) -> Option<Micros> {
        self.wire.borrow().flights.keys().next().map(|&(at, _)| at)
    }

    /// Delivers the next message, or loses it.
    pub fn deliver_next(&self) {
        let next = self.wire.borrow_mut().flights.pop_first();
        let Some(((_, id), flight)) = next else { return };
        match flight.lost_by_chance {
            true => self.lose(id, flight, LossWhy::Chance),
            false => self.arrive(id, flight),
        }
    }

    fn arrive(&self, id: MessageId, flight: InFlight) {
        // A node whose process ended by itself, since its storage failed, takes no calls either.
        let calls = self.wire.borrow().nodes.get(&flight.to).filter(|calls| !calls.is_closed()).cloned();
        match calls {
            None => self.lose(id, flight, LossWhy::Crashed),
            Some(_) if flight.message.is_answer() && flight.caller.is_gone() => {
                self.lose(id, flight, LossWhy::NobodyWaits);
            }
            Some(calls) => self.hand_over(id, flight, &calls),
        }
    }

    fn hand_over(&self, id: MessageId, flight: InFlight, calls: &mpsc::UnboundedSender<Request>) {
        let InFlight { from, to, message, caller, .. } = flight;
        self.recorder.lab(LabEvent::Delivered { id, from, to, kind: message.kind() });
        // The answer travels back as a message of its own, when the node gives it.
        let network = self.clone();
        let call = match (Message::clone(&message), caller) {
            (Message::Append(request), caller) => {
                let back = move |answer| network.send(to, from, Message::AppendResponse(answer), Some(id), caller);
                Request::Append(request, Responder::new(back))
            }
            (Message::Vote(request), caller) => {
                let back = move |answer| network.send(to, from, Message::VoteResponse(answer), Some(id), caller);
                Request::Vote(request, Responder::new(back))
            }
            (Message::Install(request), caller) => {
                let back = move |answer| network.send(to, from, Message::InstallResponse(answer), Some(id), caller);
                Request::Install(request, Responder::new(back))
            }
            (Message::TimeoutNow(request), _) => Request::TimeoutNow(request),
            (Message::AppendResponse(answer), ReplyTo::Append(caller)) => return tell(&caller, Ok(answer)),
            (Message::VoteResponse(answer), ReplyTo::Vote(caller)) => return tell(&caller, Ok(answer)),
            (Message::InstallResponse(answer), ReplyTo::Install(caller)) => return tell(&caller, Ok(answer)),
            (Message::AppendResponse(_) | Message::VoteResponse(_) | Message::InstallResponse(_), _) => return,
        };
        let _ = calls.unbounded_send(call); // a node that shut down leaves its calls unanswered
    }

    fn lose(&self, id: MessageId, flight: InFlight, why: LossWhy) {
        let InFlight { from, to, message, caller, .. } = flight;
        self.recorder.lab(LabEvent::Lost { id, from, to, kind: message.kind(), why });
        if why == LossWhy::Crashed {
            caller.fail(); // the machine is there and says that nobody listens; a lost message is silence
        }
    }

    fn send(&self, from: NodeId, to: NodeId, message: Message, re: Option<MessageId>, caller: ReplyTo) {
        let (latency, lost_by_chance, copy) = {
            let wire = &mut *self.wire.borrow_mut();
            let spec = wire.links.of((from, to));
            let latency = draw(&mut wire.rng, spec.latency);
            let lost_by_chance = wire.rng.chance(spec.loss.per_million);
            let doubled = wire.copies.chance(spec.duplicate.per_million);
            let copy = || (draw(&mut wire.copies, spec.latency), wire.copies.chance(spec.loss.per_million));
            (latency, lost_by_chance, doubled.then(copy))
        };
        let flight =
            InFlight { from, to, message: Rc::new(message), re, arrives: Micros::ZERO, lost_by_chance, caller };
        let second = copy.map(|(latency, lost_by_chance)| (latency, InFlight { lost_by_chance, ..flight.clone() }));
        let id = self.launch(flight, latency, None);
        if let Some((latency, copy)) = second {
            self.launch(copy, latency, Some(id));
        }
    }

    /// A message sets out, or a copy of one.
    fn launch(&self, mut flight: InFlight, latency: Micros, copy_of: Option<MessageId>) -> MessageId {
        let now = self.clock.now();
        let (id, is_cut) = {
            let wire = &mut *self.wire.borrow_mut();
            wire.last_id += 1;
            (wire.last_id, wire.cut.contains(&(flight.from, flight.to)))
        };
        flight.arrives = now + latency;
        let InFlight { from, to, re, arrives, .. } = flight;
        let (kind, message) = (flight.message.kind(), flight.message.clone());
        self.recorder.lab(LabEvent::Sent { id, from, to, kind, re, copy_of, arrives, message });
        if is_cut {
            self.lose(id, flight, LossWhy::Cut);
            return id;
        }
        let due = now + if flight.lost_by_chance { Micros(latency.0 / 2) } else { latency };
        match self.caught(id, &flight) {
            None => drop(self.wire.borrow_mut().flights.insert((due, id), flight)),
            Some(TrapDoes::Hold) => self.keep(id, flight, due),
            Some(TrapDoes::Drop) => self.lose(id, flight, LossWhy::Dropped),
        }
        id
    }

    fn copy_latency(&self, from: NodeId, to: NodeId) -> Micros {
        let wire = &mut *self.wire.borrow_mut();
        let spec = wire.links.of((from, to));
        draw(&mut wire.copies, spec.latency)
    }

    /// Sends a request. What comes of it: an answer, an error at once, or — silence — nothing, ever.
    fn request<T: 'static>(
        &self,
        from: NodeId,
        to: NodeId,
        message: Message,
        caller: fn(Waiting<T>) -> ReplyTo,
    ) -> impl Future<Output = Result<T, Unreachable>> + 'static {
        let (sender, receiver) = oneshot::channel();
        let reachable = self.is_running(to) || self.wire.borrow().cut.contains(&(from, to));
        let caller = caller(waiting(sender));
        match reachable {
            true => self.send(from, to, message, None, caller),
            false => caller.fail(),
        }
        async move {
            if !reachable {
                a_moment().await; // or who tries again at once would never let others have a turn
            }
            match receiver.await {
                Ok(answer) => answer,
                Err(oneshot::Canceled) => futures::future::pending().await,
            }
        }
    }
}

fn draw(rng: &mut Rng, (low, high): (Micros, Micros)) -> Micros {
    Micros(rng.range(low.0, high.0 + 1))
}

/// Comes with the next poll.
fn a_moment() -> impl Future<Output = ()> {
    let mut asked = false;
    futures::future::poll_fn(move |context| match std::mem::replace(&mut asked, true) {
        true => Poll::Ready(()),
        false => {
            context.waker().wake_by_ref();
            Poll::Pending
        }
    })
}

/// The network as one node sees it.
#[derive(Clone)]
pub struct Endpoint {
    node: NodeId,
    network: SimNetwork,
}

impl Network for Endpoint {
    fn append(
        &self,
        target: NodeId,
        request: AppendEntries,
    ) -> impl Future<Output = Result<AppendResponse, Unreachable>> + 'static {
        self.network.request(self.node, target, Message::Append(request), ReplyTo::Append)
    }

    fn install_snapshot(
        &self,
        target: NodeId,
        request: InstallSnapshot,
    ) -> impl Future<Output = Result<InstallResponse, Unreachable>> + 'static {
        self.network.request(self.node, target, Message::Install(request), ReplyTo::Install)
    }

    fn timeout_now(&self, target: NodeId, request: TimeoutNow) {
        self.network.send(self.node, target, Message::TimeoutNow(request), None, ReplyTo::Nobody);
    }

    fn vote(
        &self,
        target: NodeId,
        request: VoteRequest,
    ) -> impl Future<Output = Result<VoteResponse, Unreachable>> + 'static {
        self.network.request(self.node, target, Message::Vote(request), ReplyTo::Vote)
    }
}
