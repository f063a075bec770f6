//! The initial state of nodes.

use std::collections::{BTreeMap, BTreeSet};

use super::validate::{check_node, check_text, check_value};
use crate::lab::json::error::{child_path, invalid, ScenarioError};
use crate::lab::scenario::limits::{START_LOG_MAX, START_NUMBER_MAX};
use crate::lab::scenario::{Scenario, Start, StartEntry, StartRole, StartSnapshot};
use crate::lab::vocab::image::Image;
use crate::raft::log::{Entry, KeyWrite, Payload, Session, SharedEntry};
use crate::raft::storage::HardState;
use crate::raft::{Index, NodeId, SharedSnapshot, Snapshot, SnapshotMeta, Term};

impl Scenario {
    /// The initial content of a node's disk.
    pub fn start_image(&self, node: NodeId) -> Image {
        let start = self.start.get(&node).cloned().unwrap_or_default();
        let snapshot = start.snapshot.map(|StartSnapshot { index, term, state, members }| {
            let membership = members.map_or_else(|| (0, self.membership()), |members| (index, members.0));
            let meta = SnapshotMeta { id: 1, index, term, membership };
            SharedSnapshot::new(Snapshot::new(meta, &state))
        });
        let prev = snapshot.as_ref().map_or((0, 0), |snapshot| (snapshot.meta.index, snapshot.meta.term));
        let entry = |(index, entry): (Index, StartEntry)| {
            let term = entry.term();
            let (payload, session) = match entry {
                StartEntry::Full(_, payload, session) => (payload, session),
                StartEntry::Term(term) => (Payload::Set { key: "x".into(), value: format!("{term}.{index}") }, None),
            };
            SharedEntry::new(Entry { session, ..Entry::new(index, term, payload) })
        };
        let log: Vec<SharedEntry> = (prev.0 + 1..).zip(start.log).map(entry).collect();
        let last_term = log.last().map_or(prev.1, |entry| entry.term);
        let leads = start.role.map(|StartRole::Leader| node);
        let hard_state = HardState { term: start.term.unwrap_or(last_term), voted_for: start.voted_for.or(leads) };
        Image { hard_state, snapshot, prev, log }
    }

    /// A node's initial commit index, which is also its initial last applied index; `None` if it does not exceed the
    /// last index of its snapshot.
    pub fn start_commit(&self, node: NodeId) -> Option<Index> {
        self.start.get(&node).and_then(|start| start.commit)
    }

    /// The highest serial number of a write in the initial logs; 0 if none is in a session.
    pub fn start_serial(&self) -> u64 {
        let sessions = self.start.values().flat_map(|start| &start.log).filter_map(|entry| match entry {
            StartEntry::Full(_, _, session) => session.as_ref(),
            StartEntry::Term(_) => None,
        });
        sessions.map(|session| session.serial).max().unwrap_or(0)
    }

    /// The initial match index of each follower, if the node is the leader at the start.
    pub fn start_in_office(&self, node: NodeId) -> Option<BTreeMap<NodeId, Index>> {
        let start = self.start.get(&node)?;
        start.role.map(|StartRole::Leader| start.matched.clone().unwrap_or_default())
    }

    pub(super) fn check_starts(&self) -> Result<(), ScenarioError> {
        let mut leaders: BTreeMap<Term, NodeId> = BTreeMap::new();
        for (&node, start) in &self.start {
            let path = format!("start.{node}");
            self.check_node(&path, node)?;
            check_log(&path, start)?;
            self.check_members(&path, start)?;
            let image = self.start_image(node);
            let last = image.last_index();
            let term = image.hard_state.term;
            if let Some(candidate) = start.voted_for {
                self.check_node(&child_path(&path, "voted_for"), candidate)?;
            }
            if let Some(commit) = start.commit {
                let path = child_path(&path, "commit");
                if commit > last {
                    return invalid(path, format!("above the last index ({last})"));
                }
                if commit < image.prev.0 {
                    return invalid(path, format!("below the snapshot's index ({})", image.prev.0));
                }
            }
            match start.role {
                Some(StartRole::Leader) => {
                    self.check_leader(&path, node, start, &image)?;
                    if let Some(other) = leaders.insert(term, node) {
                        return invalid(child_path(&path, "role"), format!("node {other} leads term {term} already"));
                    }
                }
                None if start.matched.is_some() => {
                    return invalid(child_path(&path, "match"), "only a leader (`role`) has proven anything");
                }
                None => {}
            }
        }
        self.check_possible()
    }

    /// Checks that the configurations in a log are ones: they have voters, and name nodes of this cluster.
    fn check_members(&self, path: &str, start: &Start) -> Result<(), ScenarioError> {
        let snapshot = start.snapshot.iter().filter_map(|snapshot| snapshot.members.as_ref());
        let snapshot = snapshot.map(|members| (format!("{path}.snapshot.members"), &members.0));
        let log = start.log.iter().enumerate().filter_map(|(i, entry)| match entry {
            StartEntry::Full(_, Payload::Members(membership), _) => {
                Some((format!("{path}.log[{i}].members"), membership))
            }
            _ => None,
        });
        for (path, membership) in snapshot.chain(log) {
            if !(1..=2).contains(&membership.voters.len()) {
                return invalid(path, "a configuration has one set of voters, or two while it changes");
            }
            if membership.voters.iter().any(BTreeSet::is_empty) {
                return invalid(path, "a configuration has at least one voter");
            }
            if let Some(node) = membership.learners.iter().find(|&&node| membership.is_voter(node)) {
                return invalid(path, format!("node {node} is both a voter and a learner"));
            }
            let known = self.all_nodes();
            membership.members().into_iter().try_for_each(|node| check_node(&known, &path, node))?;
        }
        Ok(())
    }

    fn check_leader(&self, path: &str, node: NodeId, start: &Start, image: &Image) -> Result<(), ScenarioError> {
        let snapshot = image.snapshot.as_ref().map(|snapshot| snapshot.meta.membership.1.clone());
        let members = image.log.iter().rev().find_map(|entry| match &entry.payload {
            Payload::Members(membership) => Some(membership.clone()),
            _ => None,
        });
        let members = members.or(snapshot);
        if !members.unwrap_or_else(|| self.membership()).is_voter(node) {
            return invalid(child_path(path, "role"), "a node without a vote does not lead");
        }
        if image.hard_state.term == 0 {
            return invalid(child_path(path, "role"), "nobody leads term 0");
        }
        if start.voted_for.is_some_and(|candidate| candidate != node) {
            return invalid(child_path(path, "voted_for"), "a leader voted for itself");
        }
        for (&follower, &matched) in start.matched.iter().flatten() {
            let path = format!("{path}.match.{follower}");
            self.check_node(&path, follower)?;
            if follower == node {
                return invalid(path, "a leader proves nothing to itself");
            }
            let common = common_prefix(image, &self.start_image(follower));
            if matched > common {
                return invalid(path, format!("the logs agree up to {common} only"));
            }
        }
        Ok(())
    }
}

/// Checks an initial log and the snapshot before it.
fn check_log(path: &str, start: &Start) -> Result<(), ScenarioError> {
    if start.log.len() > START_LOG_MAX {
        return invalid(child_path(path, "log"), format!("a log starts with at most {START_LOG_MAX} entries"));
    }
    if let Some(snapshot) = &start.snapshot {
        let path = child_path(path, "snapshot");
        if snapshot.index == 0 || snapshot.term == 0 {
            return invalid(path, "index and term begin at 1");
        }
        if snapshot.index > START_NUMBER_MAX || snapshot.term > START_NUMBER_MAX {
            return invalid(path, format!("index or term above {START_NUMBER_MAX}"));
        }
        snapshot.state.iter().try_for_each(|(key, value)| check_set(&child_path(&path, "state"), key, value))?;
    }
    let mut before = start.snapshot.as_ref().map_or(1, |snapshot| snapshot.term);
    for (i, entry) in start.log.iter().enumerate() {
        let path = format!("{path}.log[{i}]");
        let term = entry.term();
        if term < before {
            let what = match before {
                1 => "terms begin at 1".into(),
                before => format!("term {term} follows {before}; terms never decrease along a log"),
            };
            return invalid(path, what);
        }
        before = term;
        if let StartEntry::Full(_, payload, session) = entry {
            check_start_write(&path, payload, session.as_ref())?;
        }
    }
    let last_term = start.log.last().map_or(start.snapshot.as_ref().map_or(0, |it| it.term), StartEntry::term);
    match start.term {
        Some(term) if term < last_term => {
            invalid(child_path(path, "term"), format!("below the last entry's term ({last_term})"))
        }
        term if term.unwrap_or(last_term) > START_NUMBER_MAX => {
            invalid(child_path(path, "term"), format!("above {START_NUMBER_MAX}"))
        }
        _ => Ok(()),
    }
}

/// Checks the write in an entry at `path`, if it is one, and its session.
fn check_start_write(path: &str, payload: &Payload, session: Option<&Session>) -> Result<(), ScenarioError> {
    if let Some(KeyWrite { key, value, only_if }) = payload.as_write() {
        let field = if value.is_some() { "set" } else { "delete" };
        check_set(&child_path(path, field), key, value.unwrap_or_default())?;
        check_value(&child_path(path, "if"), only_if.flatten().unwrap_or_default())?;
    }
    match session {
        Some(session) if session.serial == 0 => invalid(child_path(path, "serial"), "serial numbers begin at 1"),
        Some(session) if session.serial > START_NUMBER_MAX => {
            invalid(child_path(path, "serial"), format!("above {START_NUMBER_MAX}"))
        }
        _ => Ok(()),
    }
}

/// Checks a key and its value, both at `path`.
fn check_set(path: &str, key: &str, value: &str) -> Result<(), ScenarioError> {
    check_text("", key, value).map_err(|error| ScenarioError { path: path.into(), why: error.why })
}

/// The term at an index, and the entry there if it is not the last one that a snapshot includes; `None` where nothing
/// is known.
pub(super) fn term_and_entry(image: &Image, index: Index) -> Option<(Term, Option<&SharedEntry>)> {
    if index == image.prev.0 {
        return Some((image.prev.1, None));
    }
    let place = usize::try_from(index.checked_sub(image.prev.0 + 1)?).ok()?;
    image.log.get(place).map(|entry| (entry.term, Some(entry)))
}

/// The last index up to which two logs agree. Entries included in a snapshot are committed, so they agree with every
/// log that reaches them.
fn common_prefix(a: &Image, b: &Image) -> Index {
    let agree = |index: Index| match (term_and_entry(a, index), term_and_entry(b, index)) {
        (Some((_, Some(a))), Some((_, Some(b)))) => a == b,
        (Some((a, _)), Some((b, _))) => a == b,
        // Compacted: there is nothing to compare.
        _ => true,
    };
    let end = a.last_index().min(b.last_index());
    let begin = a.prev.0.max(b.prev.0).min(end);
    (begin..=end).take_while(|&index| agree(index)).last().unwrap_or(begin.saturating_sub(1))
}
