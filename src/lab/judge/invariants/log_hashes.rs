//! The content and history of each node's log, as hashes. Several checkers are based on it.
//!
//! Log Matching refers to *all* entries up to one of them. Comparing them one by one would cost as much as the logs
//! are long, at every event. So each entry is kept with a hash over it and all entries before it, its **past**: two
//! logs agree up to an index exactly if their pasts there are equal, and the point where they diverge is found by
//! binary search. Nodes discard compacted entries; their pasts are kept here, so that a compacted log can still be
//! compared. A log that was received as a snapshot has the past of the log that the snapshot was built from.
//!
//! **The initial state is not judged.** With a rule off, a scenario may start with logs that no run of Raft leads to: entries of the
//! same index and term in two logs, with different entries before them. No node is at fault, so the two are treated
//! as the same entry with the same past, and the invariants apply to everything after them.

use std::collections::BTreeMap;

use litemap::LiteMap;

use crate::lab::vocab::event::{Event, LabEvent, Record};
use crate::lab::vocab::image::Image;
use crate::lab::world::{NodeState, World};
use crate::raft::log::SharedEntry;
use crate::raft::{self, Index, NodeId, SharedSnapshot, Term};
use crate::runtime::{StableHash, TraceHash};

/// An entry, and the hash over it and all before it.
#[derive(Clone, Debug)]
struct Mark {
    entry: SharedEntry,
    past: TraceHash,
}

/// A log with its past, including compacted entries and those received as a snapshot.
#[derive(Clone, Debug)]
pub(super) struct History {
    /// The index before the first known entry: 0, unless the scenario started with a snapshot whose entries no node
    /// has.
    base: Index,
    base_term: Term,
    base_past: TraceHash,
    marks: Vec<Mark>,
}

impl History {
    fn after(base: Index, base_term: Term) -> History {
        let mut base_past = TraceHash::default();
        if base > 0 {
            "snapshot".hash_into(&mut base_past);
            base.hash_into(&mut base_past);
            base_term.hash_into(&mut base_past);
        }
        History { base, base_term, base_past, marks: Vec::new() }
    }

    fn mark(&self, index: Index) -> Option<&Mark> {
        self.marks.get(usize::try_from(index.checked_sub(self.base)?.checked_sub(1)?).ok()?)
    }

    /// The first known index.
    pub(super) fn first_known(&self) -> Index {
        self.base
    }

    /// The last index.
    pub(super) fn last(&self) -> Index {
        self.base + self.marks.len() as Index
    }

    /// The entry at an index, compacted or not, if any node ever had it.
    pub(super) fn entry(&self, index: Index) -> Option<&SharedEntry> {
        self.mark(index).map(|mark| &mark.entry)
    }

    /// The term at an index.
    pub(super) fn term(&self, index: Index) -> Option<Term> {
        match index == self.base {
            true => Some(self.base_term),
            false => self.entry(index).map(|entry| entry.term),
        }
    }

    /// The hash over all entries up to an index.
    pub(super) fn past(&self, index: Index) -> Option<TraceHash> {
        match index == self.base {
            true => Some(self.base_past),
            false => self.mark(index).map(|mark| mark.past),
        }
    }

    /// Whether this log has the given past at an index. Entries inside a snapshot that no node has the entries of are
    /// assumed to agree.
    pub(super) fn has(&self, index: Index, past: TraceHash) -> bool {
        index < self.base || self.past(index) == Some(past)
    }

    /// Whether two logs that both reach this index agree up to it, as far as known.
    fn agrees_at(&self, other: &History, index: Index) -> bool {
        match (self.past(index), other.past(index)) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        }
    }

    /// The last index up to which two logs agree.
    pub(super) fn shared_with(&self, other: &History) -> Index {
        let (low, high) = (self.base.max(other.base), self.last().min(other.last()));
        let agree = |index: Index| self.agrees_at(other, index);
        if high < low {
            return high;
        }
        if !agree(low) {
            return low.saturating_sub(1);
        }
        let (mut agreed, mut open) = (low, high);
        while agreed < open {
            let middle = agreed + (open - agreed).div_ceil(2);
            match agree(middle) {
                true => agreed = middle,
                false => open = middle - 1,
            }
        }
        agreed
    }

    /// Whether both logs have an entry of one term at this index, with different entries before it, or different itself.
    pub(super) fn contradicts(&self, other: &History, index: Index) -> bool {
        let (Some(own), Some(other)) = (self.at(index), other.at(index)) else { return false };
        own.0 == other.0 && own.1 != other.1
    }

    /// The term and the past at an index.
    fn at(&self, index: Index) -> Option<(Term, TraceHash)> {
        match index == self.base {
            true => Some((self.base_term, self.base_past)),
            false => self.mark(index).map(|mark| (mark.entry.term, mark.past)),
        }
    }

    /// Whether two logs agree up to an index that both reach.
    pub(super) fn shares(&self, other: &History, index: Index) -> bool {
        index <= self.last().min(other.last()) && self.agrees_at(other, index)
    }

    fn keep_up_to(&mut self, index: Index) {
        self.marks.truncate(usize::try_from(index.saturating_sub(self.base)).unwrap_or(usize::MAX));
    }

    /// Cuts off what is after an index, and returns it: a log that begins there, or where this one does if that is later.
    fn split_off(&mut self, index: Index) -> History {
        let base = index.clamp(self.base, self.last());
        let (base_term, base_past) = self.at(base).unwrap_or_default();
        let marks = self.marks.split_off((base - self.base) as usize);
        History { base, base_term, base_past, marks }
    }
}

/// What a log was before an event that removed or changed any of its entries.
#[derive(Clone, Debug)]
pub(super) struct Before {
    /// The last index up to which it is now as it was.
    pub(super) kept: Index,
    /// The log as it was, from some index up to `kept` on.
    pub(super) log: History,
}

impl Before {
    fn new(log: History, now: &History) -> Before {
        Before { kept: log.shared_with(now), log }
    }
}

/// One node's log.
#[derive(Clone, Debug)]
pub(super) struct Log {
    /// Its content, durable or not.
    pub(super) history: History,
    /// The last index that is durable.
    pub(super) durable: Index,
}

/// All nodes' logs after the last event. The log of a crashed node is the one on its disk.
#[derive(Clone, Debug)]
pub(super) struct Logs {
    nodes: LiteMap<NodeId, Log>,
    /// Those of the initial state.
    taken_as: TakenAs,
}

impl Logs {
    /// Starts with the logs of the initial world.
    pub(super) fn new(world: &World) -> Logs {
        let mut logs = Logs { nodes: LiteMap::new(), taken_as: BTreeMap::new() };
        let mut given: BTreeMap<(Index, Term), TraceHash> = BTreeMap::new();
        // Those that reach back furthest first: they contain the past of the others' snapshots.
        let mut nodes: Vec<&NodeState> = world.nodes.values().map(|node| &**node).collect();
        nodes.sort_by_key(|node| (node.first_index, node.id));
        for node in nodes {
            let base = node.first_index.saturating_sub(1);
            let base_term = node.term_at(base).unwrap_or(0);
            let mut history = History::after(base, base_term);
            if base > 0 {
                history.base_past = *given.entry((base, base_term)).or_insert(history.base_past);
            }
            for entry in &node.log {
                let at = (entry.index, entry.term);
                let computed = next_past(&history, entry);
                let taken = *given.entry(at).or_insert(computed);
                if taken != computed {
                    logs.taken_as.entry(at).or_default().push((computed, taken));
                }
                history.marks.push(Mark { entry: entry.clone(), past: taken });
            }
            logs.nodes.insert(node.id, Log { durable: history.last(), history });
        }
        logs
    }

    /// A node's log.
    pub(super) fn of(&self, node: NodeId) -> Option<&Log> {
        self.nodes.get(&node)
    }

    /// All nodes' logs.
    pub(super) fn all(&self) -> impl Iterator<Item = (NodeId, &Log)> {
        self.nodes.iter().map(|(&node, log)| (node, log))
    }

    /// Processes the next event. Returns what the log was before it, if the event removed or changed any of its entries.
    pub(super) fn apply(&mut self, record: &Record, world: &World) -> Option<Before> {
        match &record.event {
            Event::Node(event) => self.apply_node(event, world),
            Event::Lab(LabEvent::Crash { node, kept } | LabEvent::DiskLost { node, kept }) => {
                let mut log = self.nodes.remove(node).unwrap_or_else(empty);
                let before = self.come_back(&mut log.history, kept);
                log.durable = log.history.last();
                self.nodes.insert(*node, log);
                Some(before)
            }
            Event::Lab(_) => None,
        }
    }

    fn apply_node(&mut self, event: &raft::Event, world: &World) -> Option<Before> {
        match event {
            raft::Event::Append { node, entry } => {
                let Logs { nodes, taken_as } = self;
                let history = &mut nodes.entry(*node).or_insert_with(empty).history;
                let behind = (entry.index <= history.last()).then(|| history.split_off(entry.index.saturating_sub(1)));
                write(taken_as, history, entry);
                for mark in
                    behind.iter().flat_map(|behind| &behind.marks).skip_while(|it| it.entry.index <= entry.index)
                {
                    write(taken_as, history, &mark.entry);
                }
                behind.map(|behind| Before::new(behind, history))
            }
            raft::Event::Truncate { node, first, .. } => {
                let log = self.nodes.entry(*node).or_insert_with(empty);
                let last_kept = first.saturating_sub(1);
                let behind = log.history.split_off(last_kept);
                log.durable = log.durable.min(last_kept);
                Some(Before::new(behind, &log.history))
            }
            raft::Event::Installed { node, snapshot, kept_suffix } => {
                let log = self.nodes.entry(*node).or_insert_with(empty);
                let has_it = log.history.term(snapshot.meta.index) == Some(snapshot.meta.term);
                if *kept_suffix && has_it {
                    let unchanged = log.history.split_off(log.history.last());
                    return Some(Before::new(unchanged, &log.history));
                }
                let leader = world.nodes.get(node).and_then(|node| node.leader);
                let history = self.history_of(snapshot, leader);
                let log = self.nodes.entry(*node).or_insert_with(empty);
                let before = std::mem::replace(&mut log.history, history);
                let before = Before::new(before, &log.history);
                // The old log stays on the disk until the snapshot is durable; the prefix that they share is durable in
                // either case.
                log.durable = log.durable.min(before.kept);
                Some(before)
            }
            raft::Event::Durable { node, index } => {
                let log = self.nodes.entry(*node).or_insert_with(empty);
                log.durable = log.durable.max((*index).min(log.history.last()));
                None
            }
            _ => None,
        }
    }

    /// The past of a snapshot: that of a node whose log has its last entry, preferably the leader's.
    fn history_of(&self, snapshot: &SharedSnapshot, leader: Option<NodeId>) -> History {
        let (index, term) = (snapshot.meta.index, snapshot.meta.term);
        let leader = leader.and_then(|leader| self.nodes.get(&leader));
        let mut known = leader.into_iter().chain(self.nodes.values());
        match known.find(|log| log.history.term(index) == Some(term)) {
            Some(log) => {
                let mut history = log.history.clone();
                history.keep_up_to(index);
                history
            }
            None => History::after(index, term),
        }
    }

    /// Replaces the log by that of a disk image: written entries may not be durable, and truncated entries may still
    /// be. Returns what it was before.
    fn come_back(&self, history: &mut History, kept: &Image) -> Before {
        let (index, term) = kept.prev;
        let replaced = (history.term(index) != Some(term)).then(|| {
            let snapshot = kept.snapshot.as_ref().filter(|it| (it.meta.index, it.meta.term) == kept.prev);
            let new = snapshot.map_or_else(|| History::after(index, term), |snapshot| self.history_of(snapshot, None));
            std::mem::replace(history, new)
        });
        let mut agreed = index.min(history.last());
        for entry in &kept.log {
            if entry.index != agreed + 1 || history.entry(entry.index) != Some(entry) {
                break;
            }
            agreed = entry.index;
        }
        let behind = history.split_off(agreed);
        for entry in kept.log.iter().filter(|entry| entry.index > agreed) {
            write(&self.taken_as, history, entry);
        }
        Before::new(replaced.unwrap_or(behind), history)
    }
}

/// Pasts that are treated as equal to another: (index, term) → (computed, replacement).
type TakenAs = BTreeMap<(Index, Term), Vec<(TraceHash, TraceHash)>>;

/// Writes an entry at the end of a log, or of a new one if there is a gap; not into what it begins after.
fn write(taken_as: &TakenAs, history: &mut History, entry: &SharedEntry) {
    if entry.index > history.last() + 1 {
        *history = History::after(entry.index - 1, 0);
    }
    if entry.index > history.base {
        let computed = next_past(history, entry);
        let taken = taken_as.get(&(entry.index, entry.term)).into_iter().flatten();
        let past = taken.copied().find(|&(known, _)| known == computed).map_or(computed, |(_, taken)| taken);
        history.marks.push(Mark { entry: entry.clone(), past });
    }
}

fn empty() -> Log {
    Log { history: History::after(0, 0), durable: 0 }
}

fn next_past(history: &History, entry: &SharedEntry) -> TraceHash {
    let mut past = history.marks.last().map_or(history.base_past, |mark| mark.past);
    entry.hash_into(&mut past);
    past
}
