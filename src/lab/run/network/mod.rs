//! A simulated network: messages take time, get lost, and do not cross cut links.
//!
//! It keeps the messages in flight; the [`Lab`](crate::lab::Lab) asks when the next one arrives, and has it delivered
//! at that virtual time. So every message can be shown, identified and manipulated in flight: [`faults`]. Messages of
//! one link may overtake each other, since their latencies differ.

mod faults;
mod flight;
mod trap;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::rc::Rc;
use std::task::Poll;

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
use crate::runtime::{oneshot, Canceled, Clock, Micros, Rng, Sender};
use flight::{tell, waiting, Held, InFlight, ReplyTo, Waiting};
use trap::Interceptor;

/// The network between the nodes of one cluster. Clones share the same state.
#[derive(Clone)]
pub struct SimNetwork {
    wire: Rc<RefCell<Wire>>,
    clock: Clock,
    recorder: Recorder,
}

struct Wire {
    rng: Rng,
    /// Random numbers for copies, separate so that a copy does not change the fate of other messages.
    copies: Rng,
    links: Links,
    cut: BTreeSet<Link>,
    /// The named cuts of which at least one link is still cut.
    strokes: Vec<(String, Vec<Link>)>,
    /// The channel for requests to each running node.
    nodes: BTreeMap<NodeId, Sender<Request>>,
    last_id: MessageId,
    /// The messages in flight, by the time at which they arrive or are lost, then by age.
    flights: BTreeMap<(Micros, MessageId), InFlight>,
    /// The held messages.
    held: BTreeMap<MessageId, Held>,
    /// The interceptors, the oldest first.
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

    /// The network as seen by one node.
    pub fn endpoint(&self, node: NodeId) -> Endpoint {
        Endpoint { node, network: self.clone() }
    }

    /// Connects a node that takes requests through `calls`.
    pub fn connect(&self, node: NodeId, calls: Sender<Request>) {
        self.wire.borrow_mut().nodes.insert(node, calls);
    }

    /// Disconnects a node. Messages that it sent stay in flight.
    pub fn disconnect(&self, node: NodeId) {
        self.wire.borrow_mut().nodes.remove(&node);
    }

    /// Whether a node takes requests: it was started, and has neither crashed nor shut down since.
    pub fn is_running(&self, node: NodeId) -> bool {
        self.wire.borrow().nodes.get(&node).is_some_and(|calls| !calls.is_closed())
    }

    /// Passes a request to a node directly, as from a client or a user. Returns false if the node is down.
    pub fn call(&self, node: NodeId, call: Request) -> bool {
        self.wire.borrow().nodes.get(&node).is_some_and(|calls| calls.send(call).is_ok())
    }

    /// Changes the settings of links among these nodes for messages sent from now on. See [`Links::change`].
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

    /// The settings of the links.
    pub fn links(&self) -> Links {
        self.wire.borrow().links.clone()
    }

    /// The links that are cut.
    pub fn cut_links(&self) -> BTreeSet<Link> {
        self.wire.borrow().cut.clone()
    }

    /// Cuts links. Messages in flight on them are lost.
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

    /// Rejoins the given links, as far as they are cut.
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

    /// The virtual time at which the next message arrives or is lost.
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
        // A node that shut down because its storage failed takes no requests either.
        let calls = self.wire.borrow().nodes.get(&flight.to).filter(|calls| !calls.is_closed()).cloned();
        match calls {
            None => self.lose(id, flight, LossWhy::Crashed),
            Some(_) if flight.message.is_answer() && flight.caller.is_gone() => {
                self.lose(id, flight, LossWhy::NobodyWaits);
            }
            Some(calls) => self.hand_over(id, flight, &calls),
        }
    }

    fn hand_over(&self, id: MessageId, flight: InFlight, calls: &Sender<Request>) {
        let InFlight { from, to, message, caller, .. } = flight;
        self.recorder.lab(LabEvent::Delivered { id, from, to, kind: message.kind() });
        // The response is a message of its own, sent when the node provides it.
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
        let _ = calls.send(call); // a node that shut down does not answer
    }

    fn lose(&self, id: MessageId, flight: InFlight, why: LossWhy) {
        let InFlight { from, to, message, caller, .. } = flight;
        self.recorder.lab(LabEvent::Lost { id, from, to, kind: message.kind(), why });
        if why == LossWhy::Crashed {
            caller.fail(); // the machine is up, but no process listens; a lost message gets no response
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

    /// Sends a message, or a copy of one.
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

    /// Sends a request. The result is a response or an immediate error; if a message is lost, it never resolves.
    fn request<T: 'static>(
        &self,
        from: NodeId,
        to: NodeId,
        message: Message,
        caller: fn(Waiting<T>) -> ReplyTo,
    ) -> impl Future<Output = Result<T, Unreachable>> + 'static {
        let (sender, receiver) = oneshot();
        let reachable = self.is_running(to) || self.wire.borrow().cut.contains(&(from, to));
        let caller = caller(waiting(sender));
        match reachable {
            true => self.send(from, to, message, None, caller),
            false => caller.fail(),
        }
        async move {
            if !reachable {
                a_moment().await; // otherwise a caller that retries at once would starve the other tasks
            }
            match receiver.await {
                Ok(answer) => answer,
                Err(Canceled) => futures::future::pending().await,
            }
        }
    }
}

fn draw(rng: &mut Rng, (low, high): (Micros, Micros)) -> Micros {
    Micros(rng.range(low.0, high.0 + 1))
}

/// A future that is ready at the next poll.
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

/// The network as seen by one node.
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
