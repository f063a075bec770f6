//! The events outside of the nodes, and the record of every event of a run.

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
use crate::lab::vocab::write_form::WriteForm;
use crate::raft::log::Entry;
use crate::raft::node::MembersResult;
use crate::raft::rpc::{Message, MessageKind};
use crate::raft::schema::{events, string_enum};
use crate::raft::schema::{has_schema, EventSchema, FieldType, HasSchema};
use crate::raft::{self, Index, NodeId, Rule, Snapshot};
use crate::runtime::{Micros, StableHash, TraceHash};

string_enum! {
    /// Why a message did not arrive.
    LossWhy {
        /// Random loss, by the loss rate of the link.
        Chance = "chance",
        /// The link is cut.
        Cut = "link is cut",
        /// The receiver is down.
        Crashed = "receiver is down",
        /// The sender of the request crashed, so nobody waits for this response.
        NobodyWaits = "nobody waits for this answer",
        /// Dropped by an action.
        Dropped = "dropped by hand",
    }
}

string_enum! {
    /// What an interceptor does with the messages that it matches.
    TrapDoes {
        /// Drops them.
        Drop = "drop",
        /// Holds them.
        Hold = "hold",
    }
}

string_enum! {
    /// The status of a client's request, as known to the client.
    ClientResult {
        /// No leader is known; the client waits.
        Waiting = "waiting",
        /// The request was sent to a node.
        Sent = "sent",
        /// Completed: a write is committed and applied, a read has its result.
        Ok = "ok",
        /// Not executed: the node is not the leader.
        Refused = "refused",
        /// Possibly executed: the node stepped down or crashed before it responded.
        Unknown = "unknown",
        /// The same, but the client will send the request again, in its session.
        Retrying = "retrying",
        /// Completed without effect: the key of a compare-and-set had another value.
        NotMatched = "not-matched",
    }
}

impl ClientResult {
    /// Whether the request is over, as far as its client is concerned.
    pub fn is_final(self) -> bool {
        use ClientResult::{NotMatched, Ok, Refused, Unknown};
        matches!(self, Ok | NotMatched | Refused | Unknown)
    }
}

events! {
    /// An event outside of the nodes.
    LabEvent {
        /// A message was sent. It arrives at `arrives` unless it is lost, held or delayed.
        Sent = "sent" {
            id: MessageId,
            from: NodeId,
            to: NodeId,
            kind: MessageKind,
            /// The request that this is the response to.
            re: Option<MessageId>,
            /// The message of which this is a copy, made by the network.
            copy_of: Option<MessageId>,
            arrives: Micros,
            #[serde(flatten)]
            message: Rc<Message>,
        },
        /// A message arrived.
        Delivered = "delivered" { id: MessageId, from: NodeId, to: NodeId, kind: MessageKind },
        /// A message was lost in flight.
        Lost = "lost" { id: MessageId, from: NodeId, to: NodeId, kind: MessageKind, why: LossWhy },
        /// A message is held in flight.
        Held = "held" { id: MessageId, from: NodeId, to: NodeId, kind: MessageKind },
        /// A held message was released. It now arrives at `arrives`.
        Released = "released" { id: MessageId, from: NodeId, to: NodeId, kind: MessageKind, arrives: Micros },
        /// A message was delayed. It now arrives at `arrives`; a held one would, if it were released now.
        Delayed = "delayed" { id: MessageId, from: NodeId, to: NodeId, kind: MessageKind, arrives: Micros },
        /// An interceptor was set: matching messages will be dropped, or held, when they are sent.
        TrapSet = "trap-set" {
            trap: u64,
            does: TrapDoes,
            #[serde(flatten)]
            which: Selector,
        },
        /// An interceptor was removed: it has caught its number of messages, or was released.
        TrapGone = "trap-gone" { trap: u64 },
        /// A node's process was paused.
        Pause = "pause" { node: NodeId },
        /// A node's process was resumed.
        Resume = "resume" { node: NodeId },
        /// The settings of a node's disk changed to these.
        Disk = "disk" { node: NodeId, write_delay: (Micros, Micros), fails: bool },
        /// How long a node's disk takes to apply an entry, or whether what is read from it hangs, changed to this.
        DiskPace = "disk-pace" { node: NodeId, apply_delay: (Micros, Micros), hangs: bool },
        /// The disk of a node that is down lost content. `kept` is all that is left.
        DiskLost = "disk-lost" { node: NodeId, kept: Rc<Image> },
        /// Settings of all nodes were changed.
        Config = "config" {
            #[serde(flatten)]
            change: ConfigPatch,
        },
        /// A rule of Raft was switched on or off in all nodes.
        Rule = "rule" { name: Rule, on: bool },
        /// A node crashed. `kept` is its durable state, which is all that is left.
        Crash = "crash" { node: NodeId, kept: Rc<Image> },
        /// A node restarted from its durable state.
        Restart = "restart" { node: NodeId },
        /// A node was added, with an empty disk. It is in no configuration until a leader adds it.
        NewNode = "new-node" { node: NodeId },
        /// The settings of links changed, for messages sent from now on.
        Link = "link" {
            /// Only links from this node; null: from any.
            from: Option<NodeId>,
            /// Only links to this node; null: to any. If both are null, links of nodes added later change too.
            to: Option<NodeId>,
            /// The shortest and the longest latency; null: unchanged.
            latency: Option<(Micros, Micros)>,
            /// The fraction of messages that are lost; null: unchanged.
            loss: Option<Probability>,
            /// The fraction of messages that are sent twice; null: unchanged.
            duplicate: Option<Probability>,
        },
        /// Links were cut, each in one direction. A named cut can be rejoined by its name.
        Cut = "cut" { links: Vec<Link>, name: Option<String> },
        /// Links were rejoined.
        Join = "join" { links: Vec<Link> },
        /// The status of a client's request changed: of a write, or (without a value, and if nothing is deleted) of a read.
        Client = "client" {
            client: u32,
            op: u64,
            key: String,
            value: Option<String>,
            node: Option<NodeId>,
            result: ClientResult,
            /// The index of a write's entry, once the write is completed.
            index: Option<Index>,
            /// The result of a read, once it is completed; null if the key is not set.
            read: Option<String>,
            /// What the value is compared with, and whether the key is deleted.
            #[serde(flatten)]
            form: WriteForm,
        },
        /// The status of a membership change changed. The request is to make `voters` the set of voters and `learners`,
        /// if given, that of the learners, or to add `learner`.
        Members = "members" {
            voters: Option<BTreeSet<NodeId>>,
            learners: Option<BTreeSet<NodeId>>,
            learner: Option<NodeId>,
            /// The node that was asked; null while there is no leader.
            node: Option<NodeId>,
            /// The outcome; null until it is known.
            result: Option<MembersResult>,
        },
        /// An invariant was violated. Recorded for the first violation of each invariant only.
        Violation = "violation" {
            invariant: Invariant,
            nodes: Vec<NodeId>,
            entries: Vec<Index>,
            text: ViolationDetail,
        },
        /// A caption was shown.
        Note = "note" { text: String },
    }
}

has_schema! {
    Probability = FieldType::Fraction,
    Image = FieldType::Object("{ term, voted_for, snapshot, first, last }", &[
        ("term", FieldType::Number),
        ("voted_for", FieldType::Nullable(&FieldType::Number)),
        ("snapshot", FieldType::Nullable(&Snapshot::FIELD_TYPE)),
        ("first", FieldType::Number),
        ("last", FieldType::Number),
    ]),
    Message = FieldType::Object("the fields of the message", MESSAGE),
    Selector = FieldType::Object("the fields of a message selector", Selector::FIELDS),
    ConfigPatch = FieldType::Object("the settings that were changed", ConfigPatch::FIELDS),
}

/// The fields of all kinds of messages.
const MESSAGE: &[(&str, FieldType)] = &[
    ("term", FieldType::Number),
    ("leader", FieldType::Number),
    ("prev_log_index", FieldType::Number),
    ("prev_log_term", FieldType::Number),
    ("leader_commit", FieldType::Number),
    ("entries", FieldType::List(&Entry::FIELD_TYPE)),
    ("result", FieldType::OneOf(&[FieldType::Word("stale-term"), FieldType::Word("installed"), RESULT])),
    ("candidate", FieldType::Number),
    ("last_log_index", FieldType::Number),
    ("last_log_term", FieldType::Number),
    ("pre_vote", FieldType::Bool),
    ("transfer", FieldType::Bool),
    ("granted", FieldType::Bool),
    ("snapshot", FieldType::Number),
    ("last_included_index", FieldType::Number),
    ("last_included_term", FieldType::Number),
    ("offset", FieldType::Number),
    ("bytes", FieldType::Number),
    ("done", FieldType::Bool),
];

/// The results of an append or a chunk that say more than a word.
const RESULT: FieldType = FieldType::Object(
    "success, conflict or expects",
    &[("success", FieldType::Number), ("conflict", FieldType::Nullable(&HINT)), ("expects", FieldType::Number)],
);

const HINT: FieldType =
    FieldType::Object("{ term, index }", &[("term", FieldType::Number), ("index", FieldType::Number)]);

/// Any event of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Event {
    /// An event in a node.
    Node(raft::Event),
    /// An event outside of the nodes.
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

/// One line of a trace: an event with its time and number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Record {
    /// The virtual time at which it occurred.
    pub at: Micros,
    /// Its number in the run, counted from 1.
    pub n: u64,
    /// The event.
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

/// The schemas of all events.
pub fn rows() -> impl Iterator<Item = &'static EventSchema> {
    raft::Event::SCHEMAS.iter().chain(LabEvent::SCHEMAS)
}

/// Whether a value is valid in a field of this type. 5 and 5.0 are the same number.
pub fn fits(shape: FieldType, value: &Value) -> bool {
    let number = value.as_f64().filter(|number| *number >= 0.0);
    match shape {
        FieldType::Bool => value.is_boolean(),
        FieldType::Number => number.is_some_and(|number| number.fract() == 0.0),
        FieldType::Time => number.is_some(),
        FieldType::Fraction => number.is_some_and(|number| number <= 1.0),
        FieldType::Text => value.is_string(),
        FieldType::Enum(_, words) => words.iter().any(|word| value.as_str() == Some(word.text)),
        FieldType::Word(word) => value.as_str() == Some(word),
        FieldType::Object(_, known) => value.as_object().is_some_and(|fields| {
            let inner = |name: &str| known.iter().find(|(known, _)| *known == name);
            fields.iter().all(|(name, value)| inner(name).is_some_and(|(_, inner)| fits(*inner, value)))
        }),
        FieldType::OneOf(all) => all.iter().any(|one| fits(*one, value)),
        FieldType::Nullable(inner) => value.is_null() || fits(*inner, value),
        FieldType::List(inner) => value.as_array().is_some_and(|list| list.iter().all(|value| fits(*inner, value))),
        FieldType::Pair(a, b) => match value.as_array().map(Vec::as_slice) {
            Some([first, second]) => fits(*a, first) && fits(*b, second),
            _ => false,
        },
    }
}

/// A field type in words.
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
        FieldType::Word(word) => format!("`{word}`"),
        FieldType::Object(..) => "an object".into(),
        FieldType::OneOf(all) => all.iter().map(|one| noun(*one)).collect::<Vec<_>>().join(" or "),
        FieldType::Nullable(inner) => format!("{}, or null", noun(*inner)),
        FieldType::List(_) => "a list".into(),
        FieldType::Pair(_, _) => "a list of two".into(),
    }
}
