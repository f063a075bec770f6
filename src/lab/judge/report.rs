//! The report: the outcome of a run, as one JSON object. Field names are those of the format; their meaning is
//! documented in `World`.
#![allow(missing_docs)]

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::lab::json::read::pretty;
use crate::lab::scenario::Scenario;
use crate::lab::vocab::condition::{Condition, Violated};
use crate::lab::vocab::event::ClientResult;
use crate::lab::vocab::halt::Halt;
use crate::lab::vocab::invariant::Invariant;
use crate::lab::world::{NodeState, StreamInfo, World};
use crate::raft::event::{Role, StreamState};
use crate::raft::{Index, NodeId, Term};
use crate::runtime::{Micros, TraceHash};

/// The version of the format.
pub const FORMAT: &str = "raft-lab-report/1";

/// The outcome of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    pub format: &'static str,
    pub title: String,
    pub seed: u64,
    pub virtual_ms: Micros,
    pub events: u64,
    pub trace_hash: String,
    /// Why the run could not continue; none if it could.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub halted: Option<String>,
    /// The recorded actions that came at another place than they were done at, since the run is another one: their
    /// places in the list of actions, from 0.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub displaced: Vec<usize>,
    pub messages: Messages,
    pub nodes: Vec<NodeReport>,
    pub streams: Vec<StreamReport>,
    pub clients: ClientsReport,
    pub invariants: Vec<InvariantReport>,
    pub expect: Vec<Expectation>,
    /// Whether rules of Raft are off in the scenario, or switched off on the way: then anything may follow.
    #[serde(skip)]
    pub rules_are_off: bool,
    /// Whether it halted because time stands still.
    #[serde(skip)]
    pub stands_still: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Messages {
    pub sent: u64,
    pub delivered: u64,
    pub dropped: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NodeReport {
    pub id: NodeId,
    pub alive: bool,
    pub role: Option<Role>,
    pub term: Term,
    pub voted_for: Option<NodeId>,
    pub leader: Option<NodeId>,
    pub commit: Index,
    pub applied: Index,
    pub log: LogReport,
    pub snapshot: Option<SnapshotReport>,
    pub members: MembersReport,
    pub state: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LogReport {
    pub first: Index,
    pub last: Index,
    pub terms: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MembersReport {
    pub voters: Vec<BTreeSet<NodeId>>,
    pub learners: BTreeSet<NodeId>,
    pub index: Index,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StreamReport {
    pub leader: NodeId,
    pub target: NodeId,
    pub state: StreamState,
    pub next: Index,
    #[serde(rename = "match")]
    pub matched: Index,
    pub replication_buffer: u32,
    pub outbound_buffer: u32,
    /// The progress of a snapshot, while one is being sent.
    pub snapshot: Option<TransferReport>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SnapshotReport {
    pub index: Index,
    pub term: Term,
    pub bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TransferReport {
    pub index: Index,
    pub offset: u64,
    pub bytes: u64,
    pub chunks_sent: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClientsReport {
    pub writes: u64,
    pub acknowledged: u64,
    pub refused: u64,
    pub unknown: u64,
    pub reads: u64,
    /// Compare-and-sets whose key had another value; left out if there are none.
    #[serde(skip_serializing_if = "is_zero")]
    pub not_matched: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InvariantReport {
    pub name: Invariant,
    pub held: bool,
    /// The first violation, if any.
    #[serde(flatten)]
    pub violation: Option<ViolationReport>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ViolationReport {
    pub event: u64,
    pub nodes: Vec<NodeId>,
    pub entries: Vec<Index>,
    pub text: String,
}

impl InvariantReport {
    fn new(name: Invariant, world: &World) -> InvariantReport {
        let violation = world.violations.get(&name).map(|(event, violation)| ViolationReport {
            event: *event,
            nodes: violation.nodes.clone(),
            entries: violation.entries.clone(),
            text: violation.detail.to_string(),
        });
        InvariantReport { name, held: violation.is_none(), violation }
    }
}

/// One expected condition, and whether it held.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Expectation {
    pub held: bool,
    pub expected: Condition,
}

impl Report {
    pub(in crate::lab) fn new(
        scenario: &Scenario,
        now: Micros,
        world: &World,
        hash: TraceHash,
        halted: Option<&Halt>,
        expect: Vec<(Condition, bool)>,
    ) -> Report {
        let count = |result| world.clients.count(result);
        Report {
            format: FORMAT,
            title: scenario.title.clone(),
            seed: scenario.seed,
            virtual_ms: now,
            events: world.n,
            trace_hash: hash.to_string(),
            halted: halted.map(Halt::to_string),
            displaced: Vec::new(),
            messages: Messages {
                sent: world.counts.sent,
                delivered: world.counts.delivered,
                dropped: world.counts.dropped,
            },
            nodes: world.nodes.values().map(|node| NodeReport::new(node)).collect(),
            streams: world.streams.iter().map(|(&key, stream)| StreamReport::new(key, stream)).collect(),
            clients: ClientsReport {
                writes: world.clients.writes,
                acknowledged: count(ClientResult::Ok),
                refused: count(ClientResult::Refused),
                unknown: count(ClientResult::Unknown),
                reads: world.clients.reads,
                not_matched: count(ClientResult::NotMatched),
            },
            invariants: Invariant::ALL.iter().map(|&name| InvariantReport::new(name, world)).collect(),
            expect: expect.into_iter().map(|(expected, held)| Expectation { held, expected }).collect(),
            rules_are_off: scenario.switches_rules_off(),
            stands_still: matches!(halted, Some(Halt::TimeStandsStill(_))),
        }
    }

    /// The same, with these recorded actions displaced.
    pub(in crate::lab) fn with_displaced(mut self, places: &[usize]) -> Report {
        self.displaced = places.to_vec();
        self
    }

    /// Whether all expected conditions held, and nothing went wrong that was not expected: no invariant was violated,
    /// and the run did not halt.
    ///
    /// One thing that breaks leads to others. So where rules are off, a scenario that expects a violation is judged by its
    /// expectations alone, whatever else is violated; and time may stand still, if that is how it shows what it expects.
    pub fn held(&self) -> bool {
        let expects = |invariant: Invariant| {
            self.expect.iter().any(|it| match it.expected {
                Condition::Violated(Violated::Any(any)) => any,
                Condition::Violated(Violated::One(name)) => self.rules_are_off || name == invariant,
                _ => false,
            })
        };
        let may_halt = self.rules_are_off && self.stands_still && !self.expect.is_empty();
        (self.halted.is_none() || may_halt)
            && self.expect.iter().all(|expectation| expectation.held)
            && self.invariants.iter().all(|invariant| invariant.held || expects(invariant.name))
    }

    /// The report as indented JSON, with a final newline.
    pub fn to_json(&self) -> String {
        let mut text = pretty(self);
        text.push('\n');
        text
    }
}

impl NodeReport {
    fn new(node: &NodeState) -> NodeReport {
        let (index, members) = &node.members;
        NodeReport {
            id: node.id,
            alive: node.alive,
            role: node.alive.then_some(node.role),
            term: node.term,
            voted_for: node.voted_for,
            leader: node.leader,
            commit: node.commit,
            applied: node.applied,
            log: LogReport {
                first: node.first_index,
                last: node.last_index(),
                terms: node.log.iter().map(|entry| entry.term).collect(),
            },
            snapshot: node.snapshot.as_ref().map(|snapshot| SnapshotReport {
                index: snapshot.meta.index,
                term: snapshot.meta.term,
                bytes: snapshot.data.len() as u64,
            }),
            members: MembersReport {
                voters: members.voters.clone(),
                learners: members.learners.clone(),
                index: *index,
            },
            state: node.state.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
        }
    }
}

impl StreamReport {
    fn new((leader, target): (NodeId, NodeId), stream: &StreamInfo) -> StreamReport {
        StreamReport {
            leader,
            target,
            state: stream.state,
            next: stream.next_index,
            matched: stream.match_index,
            replication_buffer: stream.replication_buffer.count,
            outbound_buffer: stream.outbound_buffer.count,
            snapshot: stream.snapshot.as_ref().map(|it| TransferReport {
                index: it.index(),
                offset: it.offset,
                bytes: it.bytes(),
                chunks_sent: it.chunks_sent,
            }),
        }
    }
}
