//! What happens in the laboratory around the nodes, and the record of all that happens in a run.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde::Serialize;
use serde_json::Value;

use crate::lab::vocab::id::{Link, MessageId};
use crate::lab::vocab::image::Image;
use crate::lab::vocab::invariant::Invariant;
use crate::lab::vocab::probability::Probability;
use crate::lab::vocab::selector::Selector;
use crate::lab::vocab::settings::ConfigPatch;
use crate::lab::vocab::violation::ViolationDetail;
use crate::raft::node::MembersResult;
use crate::raft::rpc::{Message, MessageKind};
use crate::raft::schema::{events, string_enum};
use crate::raft::schema::{has_schema, EventSchema, FieldType};
use crate::raft::{self, Index, NodeId, Rule};
use crate::runtime::{Micros, StableHash, TraceHash};

string_enum! {
    /// Why a message did not arrive.
    LossWhy {
        /// By chance, as the network's loss rate has it.
        Chance = "chance",
        /// The link is cut.
        Cut = "link is cut",
        /// Nobody is there to receive it.
        Crashed = "receiver is down",
        /// The sender of the request is gone, so nobody waits for this answer.
        NobodyWaits = "nobody waits for this answer",
        /// It was dropped by hand.
        Dropped = "dropped by hand",
    }
}

string_enum! {
    /// What a trap does with the messages that it catches.
    TrapDoes {
        /// It loses them.
        Drop = "drop",
        /// It holds them.
        Hold = "hold",
    }
}

string_enum! {
    /// What a client knows about its request.
    ClientResult {
        /// No leader is known; the client waits.
        Waiting = "waiting",
        /// A node has it.
        Sent = "sent",
        /// Done, and it will stay done.
        Ok = "ok",
        /// Not done: the node does not lead.
        Refused = "refused",
        /// Perhaps done, perhaps not: the node lost its office, or crashed, before it could tell.
        Unknown = "unknown",
    }
}

events! {
    /// Everything that happens outside of the nodes.
    LabEvent {
        /// A message left. Unless something happens to it, it arrives at `arrives`.
        Sent = "sent" {
            id: MessageId,
            from: NodeId,
            to: NodeId,
            kind: MessageKind,
            /// The request that this answers.
            re: Option<MessageId>,
            /// The message of which this is a copy that the network made.
            copy_of: Option<MessageId>,
            arrives: Micros,
            #[serde(flatten)]
            message: Rc<Message>,
        },
        /// A message arrived.
        Delivered = "delivered" { id: MessageId, from: NodeId, to: NodeId, kind: MessageKind },
        /// A message was lost where it was.
        Lost = "lost" { id: MessageId, from: NodeId, to: NodeId, kind: MessageKind, why: LossWhy },
        /// A message stands still from now on.
        Held = "held" { id: MessageId, from: NodeId, to: NodeId, kind: MessageKind },
        /// A message that stood still goes on, and arrives at `arrives`.
        Released = "released" { id: MessageId, from: NodeId, to: NodeId, kind: MessageKind, arrives: Micros },
        /// A message was slowed down: it arrives at `arrives` (if it stands still: if it were released now).
        Delayed = "delayed" { id: MessageId, from: NodeId, to: NodeId, kind: MessageKind, arrives: Micros },
        /// Messages that are still to be sent will be dropped, or held.
        TrapSet = "trap-set" {
            trap: u64,
            does: TrapDoes,
            #[serde(flatten)]
            which: Selector,
        },
        /// A trap is gone: it has caught all that it was set for, or it was released.
        TrapGone = "trap-gone" { trap: u64 },
        /// A node's process is stopped.
        Pause = "pause" { node: NodeId },
        /// A node's process goes on.
        Resume = "resume" { node: NodeId },
        /// A node's disk behaves like this from now on.
        Disk = "disk" { node: NodeId, write_delay: (Micros, Micros), fails: bool },
        /// Settings of every node were changed.
        Config = "config" {
            #[serde(flatten)]
            change: ConfigPatch,
        },
        /// Every node obeys a rule from now on, or no longer does.
        Rule = "rule" { name: Rule, on: bool },
        /// A node crashed: what was not durable is gone, this is left.
        Crash = "crash" { node: NodeId, kept: Rc<Image> },
        /// A node starts again, with what was durable.
        Restart = "restart" { node: NodeId },
        /// A machine was added, with an empty disk. It belongs to no configuration until a leader takes it in.
        NewNode = "new-node" { node: NodeId },
        /// Links do this to messages sent from now on.
        Link = "link" {
            /// Only links from this node.
            from: Option<NodeId>,
            /// Only links to this node. Where neither is said, those of later nodes too.
            to: Option<NodeId>,
            /// The range that latencies are drawn from; null is as before.
            latency: Option<(Micros, Micros)>,
            /// The fraction of messages that is lost; null is as before.
            loss: Option<Probability>,
            /// The fraction of messages that are sent twice; null is as before.
            duplicate: Option<Probability>,
        },
        /// Links were cut, each in one direction. Strokes have a name, by which they are rejoined.
        Cut = "cut" { links: Vec<Link>, name: Option<String> },
        /// Links carry messages again.
        Join = "join" { links: Vec<Link> },
        /// Something changed in what a client knows of one of its requests: a write, or (without a value) a read.
        Client = "client" {
            client: u32,
            op: u64,
            key: String,
            value: Option<String>,
            node: Option<NodeId>,
            result: ClientResult,
            /// The entry that a write became, once it is done.
            index: Option<Index>,
            /// What a read gave, once it is answered; none is "no value".
            read: Option<String>,
        },
        /// Something changed in what is known of a request to change the members: to make `voters` the voters, or to
        /// take a `learner` in.
        Members = "members" {
            voters: Option<BTreeSet<NodeId>>,
            learner: Option<NodeId>,
            /// Who was asked; none while nobody leads.
            node: Option<NodeId>,
            /// What came of it; none until that is known.
            result: Option<MembersResult>,
        },
        /// A promise that Raft makes was broken. Told once for each promise.
        Violation = "violation" {
            invariant: Invariant,
            nodes: Vec<NodeId>,
            entries: Vec<Index>,
            text: ViolationDetail,
        },
        /// A caption for a class.
        Note = "note" { text: String },
    }
}

has_schema! {
    Probability = FieldType::Fraction,
    Image = FieldType::Object("{ term, voted_for, snapshot, first, last }"),
    Message = FieldType::Object("the fields of the message"),
    Selector = FieldType::Object("the fields of a message selector"),
    ConfigPatch = FieldType::Object("the settings that were changed"),
}

/// Anything that happens in a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Event {
    /// In a node.
    Node(raft::Event),
    /// Around the nodes.
    Lab(LabEvent),
}

impl Event {
    /// The event's name in a trace.
    pub fn name(&self) -> &'static str {
        match self {
            Event::Node(event) => event.name(),
            Event::Lab(event) => event.name(),
        }
    }
}

impl StableHash for Event {
    fn hash_into(&self, hash: &mut TraceHash) {
        match self {
            Event::Node(event) => event.hash_into(hash),
            Event::Lab(event) => event.hash_into(hash),
        }
    }
}

/// One line of a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Record {
    /// When it happened.
    pub at: Micros,
    /// Its number in the run, counted from 1.
    pub n: u64,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

impl StableHash for Record {
    fn hash_into(&self, hash: &mut TraceHash) {
        self.at.hash_into(hash);
        self.n.hash_into(hash);
        self.event.hash_into(hash);
    }
}

/// Every event.
pub fn rows() -> impl Iterator<Item = &'static EventSchema> {
    raft::Event::SCHEMAS.iter().chain(LabEvent::SCHEMAS)
}

/// Whether a value can stand in a field of this shape. 5 and 5.0 are the same number.
pub fn fits(shape: FieldType, value: &Value) -> bool {
    let number = value.as_f64().filter(|number| *number >= 0.0);
    match shape {
        FieldType::Bool => value.is_boolean(),
        FieldType::Number => number.is_some_and(|number| number.fract() == 0.0),
        FieldType::Time => number.is_some(),
        FieldType::Fraction => number.is_some_and(|number| number <= 1.0),
        FieldType::Text => value.is_string(),
        FieldType::Enum(_, words) => words.iter().any(|word| value.as_str() == Some(word.text)),
        FieldType::Object(_) => value.is_object(),
        FieldType::Nullable(inner) => value.is_null() || fits(*inner, value),
        FieldType::List(inner) => value.as_array().is_some_and(|list| list.iter().all(|value| fits(*inner, value))),
        FieldType::Pair(a, b) => match value.as_array().map(Vec::as_slice) {
            Some([first, second]) => fits(*a, first) && fits(*b, second),
            _ => false,
        },
    }
}

/// A shape in words.
pub fn noun(shape: FieldType) -> String {
    match shape {
        FieldType::Bool => "true or false".into(),
        FieldType::Number => "a whole number".into(),
        FieldType::Time => "a time in milliseconds".into(),
        FieldType::Fraction => "a number from 0 to 1".into(),
        FieldType::Text => "a text".into(),
        FieldType::Enum(_, words) => {
            let words: Vec<String> = words.iter().map(|word| format!("`{}`", word.text)).collect();
            format!("one of {}", words.join(", "))
        }
        FieldType::Object(_) => "an object".into(),
        FieldType::Nullable(inner) => format!("{}, or null", noun(*inner)),
        FieldType::List(_) => "a list".into(),
        FieldType::Pair(_, _) => "a list of two".into(),
    }
}
