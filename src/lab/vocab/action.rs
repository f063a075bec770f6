//! What can be done to a cluster: by a scenario, by a click, by a script. One table for all.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::lab::vocab::id::Link;
use crate::lab::vocab::probability::Probability;
use crate::lab::vocab::selector::{Delay, Selector};
use crate::lab::vocab::settings::ConfigPatch;
use crate::raft::{Index, NodeId, Rule};
use crate::runtime::Micros;

/// Something that is done to the cluster. In JSON, `do` names it and its fields stand beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// The node's election timeout fires now.
    Campaign {
        /// Whose.
        node: NodeId,
    },
    /// Replaces the node's armed election timeout.
    Timer {
        /// Whose.
        node: NodeId,
        /// How long from now.
        #[serde(rename = "in")]
        after: Micros,
    },
    /// A client writes: to the leader of the highest term, if no node is named, waiting while there is none.
    Write {
        /// The key.
        key: String,
        /// The value.
        value: String,
        /// The node to ask, whatever it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        node: Option<NodeId>,
        /// Which client asks. Default 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client: Option<u32>,
    },
    /// A client reads, and is to see every write that was done before it asked.
    Read {
        /// The key.
        key: String,
        /// The node to ask, whatever it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        node: Option<NodeId>,
        /// Which client asks. Default 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client: Option<u32>,
    },
    /// Clients write, again and again, until `count` writes have begun.
    WriteMany {
        /// How many writes.
        count: u64,
        /// An open loop: one write each so often, whatever becomes of the others; 0 is all at once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        every: Option<Micros>,
        /// A closed loop of so many clients, each writing again when it is answered. Default 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clients: Option<u32>,
        /// The length of each value. Default: the number of the write.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value_bytes: Option<u32>,
    },
    /// Cuts every link between nodes of different groups, and joins all others. Nodes that are not listed
    /// form one group more. What is in flight across is lost.
    Partition {
        /// The groups.
        groups: Vec<Vec<NodeId>>,
    },
    /// Cuts links, each in the direction given. What is in flight on them is lost.
    Cut {
        /// The links, as [from, to].
        links: Vec<Link>,
        /// A name by which they can be rejoined.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// Rejoins links, given or by the name of their cut.
    Join {
        /// The links, as [from, to].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        links: Option<Vec<Link>>,
        /// The name of a cut.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// Rejoins all links.
    Heal {},
    /// Changes what links do to messages sent from now on; where no node is named, also those of later nodes.
    Link {
        /// Only links from this node.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<NodeId>,
        /// Only links to this node.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<NodeId>,
        /// The range that latencies are drawn from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        latency: Option<(Micros, Micros)>,
        /// The fraction of messages that is lost.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        loss: Option<Probability>,
        /// The fraction of messages that are sent twice.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duplicate: Option<Probability>,
    },
    /// Loses messages: those in flight, and the next `count` to be sent, or all until they are released.
    Drop(Selector),
    /// Stops messages where they are: those in flight, and the next `count` to be sent, or all until they are
    /// released.
    Hold(Selector),
    /// Lets held messages go on, for the rest of their way. What `hold` and `drop` wait for, where the selector
    /// asks for no more than theirs, they wait for no longer.
    Release(Selector),
    /// Messages in flight arrive later.
    Delay(Delay),
    /// A second one of each of the messages in flight sets out.
    Duplicate(Selector),
    /// Messages in flight arrive now.
    Deliver(Selector),
    /// The node's process ends: what is not durable is gone, and RPCs to it fail at once.
    Crash {
        /// Which.
        node: NodeId,
    },
    /// A crashed node starts again, with what is durable.
    Restart {
        /// Which.
        node: NodeId,
    },
    /// The node's process is stopped: nothing happens in it, and its timers fire late. What is sent to it queues up.
    Pause {
        /// Which.
        node: NodeId,
    },
    /// A stopped process goes on.
    Resume {
        /// Which.
        node: NodeId,
    },
    /// Changes how the node's disk behaves from now on.
    Disk {
        /// Whose.
        node: NodeId,
        /// The range that the time until a write is durable is drawn from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        write_delay: Option<(Micros, Micros)>,
        /// Whether reading and writing fail. The node shuts down when it notices.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fail: Option<bool>,
    },
    /// The node makes a snapshot now.
    Snapshot {
        /// Which.
        node: NodeId,
        /// Of the state at this index; of all that is applied, if it is left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        index: Option<Index>,
    },
    /// The leader takes a node in that receives the log without a vote. An id that is not a node yet starts as an
    /// empty one. Waits while nobody leads.
    AddLearner {
        /// Which.
        node: NodeId,
    },
    /// The leader makes these the voters, once those that are new have caught up. Ids that are not nodes yet start as
    /// empty ones. Waits while nobody leads.
    Members {
        /// The voters from then on.
        voters: BTreeSet<NodeId>,
    },
    /// The leader hands its office over. Waits while nobody leads.
    Transfer {
        /// To this voter.
        to: NodeId,
    },
    /// Changes settings of every node, from now on.
    Config(ConfigPatch),
    /// Every node obeys a rule from now on, or no longer does.
    Rule {
        /// Which.
        name: Rule,
        /// Whether it is obeyed.
        on: bool,
    },
    /// A caption for a class.
    Note {
        /// The text.
        text: String,
    },
}

impl Action {
    /// The nodes that it starts, if they are not there yet.
    pub fn newcomers(&self) -> BTreeSet<NodeId> {
        match self {
            Action::AddLearner { node } => BTreeSet::from([*node]),
            Action::Members { voters } => voters.clone(),
            _ => BTreeSet::new(),
        }
    }
}
