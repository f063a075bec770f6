//! The actions on a cluster. Scenarios, the page and scripts all use this table.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize};

use crate::lab::vocab::id::Link;
use crate::lab::vocab::probability::Probability;
use crate::lab::vocab::selector::{Delay, Selector};
use crate::lab::vocab::settings::ConfigPatch;
use crate::lab::vocab::targets::Targets;
use crate::raft::{Index, NodeId, Rule};
use crate::runtime::Micros;

/// An action on the cluster. In JSON, `do` is its name, next to its fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Makes the node's election timeout fire now.
    Campaign {
        /// The node whose election timer fires.
        node: NodeId,
    },
    /// Sets the election timer, or switches it off: then the node waits until it is set again, whatever it hears and
    /// however often it restarts.
    Timer {
        /// The nodes whose election timer is set.
        node: Targets,
        /// The time from now until it fires, in ms. The next valid append draws a new one.
        #[serde(default, skip_serializing_if = "Option::is_none", rename = "in")]
        after: Option<Micros>,
        /// Whether the timer is switched off.
        #[serde(default, skip_serializing_if = "is_false")]
        off: bool,
    },
    /// A client writes: to the given node, else to the leader of the highest term; waits while there is no leader.
    Write {
        /// The key to set.
        key: String,
        /// The value to set.
        value: String,
        /// Compare-and-set: the value that the key must have for the write to be done, null if it must not be set.
        /// Otherwise, the outcome is "not-matched". Default: the write is done in any case.
        #[serde(default, skip_serializing_if = "Option::is_none", rename = "if", deserialize_with = "given")]
        only_if: Option<Option<String>>,
        /// The node to send the request to, whatever its role.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        node: Option<NodeId>,
        /// The id of the client. Default: 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client: Option<u32>,
        /// After how many ms the client sends the write again if its outcome is unknown: to the leader, in a session, so
        /// that it is done once. Default: never.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<Micros>,
    },
    /// A client deletes a key, which has no value then. Sent as a `write` is.
    Delete {
        /// The key to delete.
        key: String,
        /// As in `write`.
        #[serde(default, skip_serializing_if = "Option::is_none", rename = "if", deserialize_with = "given")]
        only_if: Option<Option<String>>,
        /// The node to send the request to, whatever its role.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        node: Option<NodeId>,
        /// The id of the client. Default: 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client: Option<u32>,
        /// As in `write`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<Micros>,
    },
    /// A client reads linearizably: the result must reflect every write completed before the read.
    Read {
        /// The key to read.
        key: String,
        /// The node to send the request to, whatever its role.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        node: Option<NodeId>,
        /// The id of the client. Default: 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client: Option<u32>,
    },
    /// Clients write repeatedly, until `count` writes have begun.
    WriteMany {
        /// The number of writes: at most 1,000,000 of all together. In a browser, at most 100,000 of those with `every`, and
        /// 300,000 of all such together.
        count: u64,
        /// Open loop: the interval between two writes in ms, without waiting for results; 0 starts all at once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        every: Option<Micros>,
        /// Closed loop: the number of clients, each of which waits for a result before its next write. Default: 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clients: Option<u32>,
        /// The length of each value in bytes: at most 4096, and 128 MiB in all. Default: the value is the number of the
        /// write.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value_bytes: Option<u32>,
        /// How the keys begin: each write then has a key of its own, this text and the number of the write, so that the
        /// state grows; at most 1,000 writes. Default: a few keys in turn.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keys: Option<String>,
        /// Closed loop: as in `write`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<Micros>,
    },
    /// Cuts every link between nodes of different groups, and rejoins all others. Nodes not listed form another
    /// group. Messages in flight on cut links are lost.
    Partition {
        /// The groups of node ids; no node is in two groups.
        groups: Vec<Vec<NodeId>>,
    },
    /// Cuts links, each in the given direction. Messages in flight on them are lost.
    Cut {
        /// The links, as [from, to].
        links: Vec<Link>,
        /// A name by which the links can be rejoined.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// Rejoins links, given explicitly or by the name of their cut.
    Join {
        /// The links, as [from, to].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        links: Option<Vec<Link>>,
        /// The name of a previous cut.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// Rejoins all links.
    Heal {},
    /// Changes the settings of links for messages sent from now on; without `from` and `to`, also for nodes added
    /// later.
    Link {
        /// Only links from this node. Default: from any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<NodeId>,
        /// Only links to this node. Default: to any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<NodeId>,
        /// The shortest and the longest latency, in ms.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        latency: Option<(Micros, Micros)>,
        /// The fraction of messages that are lost, from 0 to 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        loss: Option<Probability>,
        /// The fraction of messages that are sent twice, from 0 to 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duplicate: Option<Probability>,
    },
    /// Drops messages: those in flight, and the next `count` sent, or all sent until a release.
    Drop(Selector),
    /// Holds messages: those in flight, and the next `count` sent, or all sent until a release.
    Hold(Selector),
    /// Lets held messages continue for the rest of their latency. Also ends each `hold` and `drop` for future
    /// messages that this selector covers.
    Release(Selector),
    /// Delays messages in flight.
    Delay(Delay),
    /// Sends a copy of each selected message in flight.
    Duplicate(Selector),
    /// Delivers messages in flight now.
    Deliver(Selector),
    /// Crashes the node: volatile state and writes that are not durable are lost, and RPCs to it fail at once.
    Crash {
        /// The nodes to crash.
        node: Targets,
    },
    /// Restarts a crashed node from its durable state.
    Restart {
        /// The nodes to restart.
        node: Targets,
    },
    /// Pauses the node's process: it does nothing, its timers fire late, and messages to it are queued.
    Pause {
        /// The nodes to pause.
        node: Targets,
    },
    /// Resumes a paused process.
    Resume {
        /// The nodes to resume.
        node: Targets,
    },
    /// Changes the behaviour of the node's disk from now on.
    Disk {
        /// The nodes whose disks are changed.
        node: Targets,
        /// The shortest and the longest time until a write is durable, in ms.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        write_delay: Option<(Micros, Micros)>,
        /// Whether reads and writes fail. The node shuts down at the first failure.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fail: Option<bool>,
        /// Whether reads hang: what is read comes only when they no longer do.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hang: Option<bool>,
        /// The shortest and the longest time until one entry is applied, in ms.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        apply_delay: Option<(Micros, Micros)>,
    },
    /// Empties the disk of a node that is down. Raft does not bear that: the node has forgotten votes and entries that
    /// it has promised to keep.
    Wipe {
        /// The nodes whose disks are emptied.
        node: Targets,
    },
    /// Takes the disk of a node that is down back to an earlier state, as a copy from before would: its log ends at an
    /// index again, with the term of that entry and without a vote.
    RollBack {
        /// The nodes whose disks are taken back.
        node: Targets,
        /// The last index of the log then; at least that of the snapshot.
        to: Index,
    },
    /// Makes the node build a snapshot now.
    Snapshot {
        /// The node that builds the snapshot.
        node: NodeId,
        /// The last included index. Default: the last applied index.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        index: Option<Index>,
    },
    /// Adds a learner: the leader adds a node that receives the log but does not vote. A node that does not exist yet
    /// is started with an empty disk. Waits while there is no leader.
    AddLearner {
        /// The node to add.
        node: NodeId,
        /// The node that is asked, once, whatever its role. Default: the leader.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<NodeId>,
    },
    /// Changes the voters, once new ones have caught up. Nodes that do not exist yet are started with empty disks.
    /// Waits while there is no leader. Takes the place of a change whose new voters are still catching up.
    Members {
        /// The ids of the new set of voters.
        voters: BTreeSet<NodeId>,
        /// The ids of the new set of learners: who is in neither set leaves, a voter in this one is demoted. Without it,
        /// the learners stay that are not to vote.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        learners: Option<BTreeSet<NodeId>>,
        /// The node that is asked, once, whatever its role. Default: the leader.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<NodeId>,
    },
    /// Transfers leadership. Waits while there is no leader.
    Transfer {
        /// The voter that shall become the leader.
        to: NodeId,
        /// The node that is asked, whatever its role. Default: the leader.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<NodeId>,
    },
    /// Changes settings of all nodes from now on.
    Config(ConfigPatch),
    /// Switches a rule of Raft on or off in all nodes.
    Rule {
        /// The rule.
        name: Rule,
        /// Whether the nodes obey the rule.
        on: bool,
    },
    /// Shows a caption.
    Note {
        /// The text of the caption.
        text: String,
    },
}

/// Reads a field that is there, null too.
pub(in crate::lab) fn given<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Option<String>>, D::Error> {
    Deserialize::deserialize(field).map(Some)
}

fn is_false(truth: &bool) -> bool {
    !truth
}

impl Action {
    /// Sets the election timer of a node to fire after this time.
    pub fn set_timer(node: NodeId, after: Micros) -> Action {
        Action::Timer { node: node.into(), after: Some(after), off: false }
    }

    /// The nodes that the action starts if they do not exist yet.
    pub fn newcomers(&self) -> BTreeSet<NodeId> {
        match self {
            Action::AddLearner { node, .. } => BTreeSet::from([*node]),
            Action::Members { voters, learners, .. } => {
                voters.iter().chain(learners.iter().flatten()).copied().collect()
            }
            _ => BTreeSet::new(),
        }
    }
}
