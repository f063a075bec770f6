//! The logs, one row per node, limited to the visible columns.

use std::ops::RangeInclusive;

use super::colour::term_class;
use super::format::{grouped, percent, NodeName};
use super::lang::values::EntryPlace;
use super::lang::Text;
use super::members::in_short;
use super::node::Standing;
use super::payload::{payload, told};
use super::selection::Selection;
use crate::lab::world::{NodeState, World};
use crate::raft::log::{Entry, Payload};
use crate::raft::{Index, NodeId, Term};

/// The logs in the visible columns.
#[derive(Clone, Debug, PartialEq)]
pub struct LogsView {
    /// The columns that are drawn.
    pub visible: RangeInclusive<Index>,
    /// The leader that the logs are compared with and whose marks are drawn.
    pub leader: Option<NodeId>,
    /// Whether another node believes that it leads as well.
    pub rivals: bool,
    /// One row per node.
    pub rows: Vec<LogRow>,
}

/// The log of one node.
#[derive(Clone, Debug, PartialEq)]
pub struct LogRow {
    /// The node whose log this is.
    pub node: NodeId,
    /// Its standing.
    pub standing: Standing,
    /// Its commit index.
    pub commit: Index,
    /// The index of the last entry that it has applied.
    pub applied: Index,
    /// The visible part of the entries that are no longer in the log.
    pub folded: Option<Folded>,
    /// The visible part of a snapshot that is being received.
    pub receiving: Option<Receiving>,
    /// Text that says where the log is, if all of it is left of the visible columns, so that a row is never blank.
    pub aside: Option<String>,
    /// Its visible entries.
    pub cells: Vec<LogCell>,
    /// The leader's progress for this log.
    pub marks: Option<Marks>,
}

/// The entries that a node's log no longer holds, from index 1 on: a block over their columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    /// The visible columns of the block.
    pub columns: RangeInclusive<Index>,
    /// The index of the last removed entry.
    pub last: Index,
    /// The index and term of the last entry in the snapshot that replaces them.
    pub snapshot: Option<(Index, Term)>,
}

/// A snapshot that a node is receiving: a block over the columns that the node's log lacks, filled as chunks arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiving {
    /// The visible columns of the block.
    pub columns: RangeInclusive<Index>,
    /// The index of the last entry in the snapshot.
    pub index: Index,
    /// The number of bytes received.
    pub received: u64,
    /// The size of the snapshot in bytes, if a leader is still sending it.
    pub bytes: Option<u64>,
}

/// One entry.
#[derive(Clone, Debug, PartialEq)]
pub struct LogCell {
    /// Its index.
    pub index: Index,
    /// Its term.
    pub term: Term,
    /// The CSS class of the term's colour.
    pub colour: &'static str,
    /// Its payload, in words.
    pub payload: String,
    /// Its payload, in as few letters as fit into a cell.
    pub short: String,
    /// Whether it is a joint configuration.
    pub joint: bool,
    /// Whether the node knows that it is committed.
    pub committed: bool,
    /// Whether the node has applied it.
    pub applied: bool,
    /// How it compares with the leader's log.
    pub against: Against,
}

/// How an entry compares with the leader's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// The leader has the same entry, or there is no leader.
    Same,
    /// The leader has an entry of another term at this index.
    Conflicts,
    /// The leader's log ends before this index.
    Beyond,
}

/// The leader's progress for a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks {
    /// The next index: the first index of the next append.
    pub next: Index,
    /// The match index: the last index up to which the logs are known to agree.
    pub matched: Index,
}

/// The last index of any log and of anything that a leader is about to send.
pub fn last_column(world: &World) -> Index {
    let logs = world.nodes.values().map(|node| node.last_index());
    let next = world.streams.values().map(|stream| stream.next_index);
    logs.chain(next).max().unwrap_or(0)
}

/// The logs in the columns `visible`.
pub fn logs(world: &World, visible: RangeInclusive<Index>, t: &dyn Text) -> LogsView {
    let leader = world.leader();
    let row = |node: &NodeState| {
        let marks = leader.and_then(|leader| world.streams.get(&(leader.id, node.id)));
        LogRow {
            node: node.id,
            standing: Standing::of(world, node),
            commit: node.commit,
            applied: node.applied,
            folded: folded(node, &visible),
            receiving: receiving(world, node, &visible),
            aside: aside(world, node, &visible, t),
            cells: visible.clone().filter_map(|index| Some(cell(node, node.entry(index)?, leader, t))).collect(),
            marks: marks.map(|stream| Marks { next: stream.next_index, matched: stream.match_index }),
        }
    };
    let rows = world.nodes.values().map(|node| row(node)).collect();
    LogsView { rows, leader: leader.map(|leader| leader.id), rivals: world.leaders().nth(1).is_some(), visible }
}

/// The visible part of `columns`.
fn seen(columns: RangeInclusive<Index>, visible: &RangeInclusive<Index>) -> Option<RangeInclusive<Index>> {
    let seen = *columns.start().max(visible.start())..=*columns.end().min(visible.end());
    (!seen.is_empty()).then_some(seen)
}

fn folded(node: &NodeState, visible: &RangeInclusive<Index>) -> Option<Folded> {
    let last = node.first_index.saturating_sub(1);
    let columns = seen(1..=last, visible)?;
    let snapshot = node.snapshot.as_ref().map(|snapshot| (snapshot.meta.index, snapshot.meta.term));
    Some(Folded { columns, last, snapshot })
}

fn receiving(world: &World, node: &NodeState, visible: &RangeInclusive<Index>) -> Option<Receiving> {
    let (index, received) = node.receiving?;
    // A log that reaches the end of the snapshot (its entries may differ) leaves one column to the block.
    let columns = seen((node.last_index() + 1).min(index)..=index, visible)?;
    let sent = world.streams.iter().filter(|((_, target), _)| *target == node.id);
    let mut sizes = sent.filter_map(|(_, stream)| stream.snapshot.as_ref().filter(|sent| sent.index() == index));
    Some(Receiving { columns, index, received, bytes: sizes.next().map(|snapshot| snapshot.bytes()) })
}

fn aside(world: &World, node: &NodeState, visible: &RangeInclusive<Index>, t: &dyn Text) -> Option<String> {
    let first_seen = visible.start() + 1;
    let comes = receiving(world, node, &(1..=Index::MAX));
    let reaches = comes.as_ref().map_or(0, |comes| comes.index).max(node.last_index());
    if reaches >= first_seen {
        return None;
    }
    Some(match (comes, node.last_index()) {
        (Some(comes), _) => t.comes_aside(comes.index, &comes.label(t)),
        (None, 0) => t.empty_aside().to_string(),
        (None, last) => t.ends_aside(last),
    })
}

fn cell(node: &NodeState, entry: &Entry, leader: Option<&NodeState>, t: &dyn Text) -> LogCell {
    LogCell {
        index: entry.index,
        term: entry.term,
        colour: term_class(entry.term),
        payload: told(&entry.payload, t),
        short: short(node, entry, t),
        joint: matches!(&entry.payload, Payload::Members(members) if members.voters.len() > 1),
        committed: entry.index <= node.commit,
        applied: entry.index <= node.applied,
        against: against(entry, leader),
    }
}

fn against(entry: &Entry, leader: Option<&NodeState>) -> Against {
    match leader {
        Some(leader) if entry.index > leader.last_index() => Against::Beyond,
        Some(leader) if leader.term_at(entry.index).is_some_and(|term| term != entry.term) => Against::Conflicts,
        _ => Against::Same,
    }
}

/// The short text of an entry; a configuration is described by its difference from the one before.
pub fn short(node: &NodeState, entry: &Entry, t: &dyn Text) -> String {
    let Payload::Members(members) = &entry.payload else { return payload(&entry.payload, t) };
    let earlier = (node.first_index..entry.index).rev().filter_map(|index| node.entry(index));
    let mut earlier = earlier.filter_map(|entry| match &entry.payload {
        Payload::Members(members) => Some(members),
        _ => None,
    });
    let snapshot = node.snapshot.as_ref().filter(|snapshot| snapshot.meta.index < entry.index);
    let before = earlier.next().or(snapshot.map(|snapshot| &snapshot.meta.membership.1));
    in_short(members, before.unwrap_or(node.initial_members()), t)
}

impl Folded {
    /// The text of the block: `◂ 1–27`.
    pub fn label(&self, t: &dyn Text) -> String {
        t.folded(1, self.last)
    }

    /// The accessible name of the block.
    pub fn name(&self, node: NodeId, t: &dyn Text) -> String {
        let snapshot = self.snapshot.map(|(index, term)| EntryPlace { index, term });
        t.folded_name(NodeName(node), 1, self.last, snapshot)
    }
}

impl Receiving {
    /// The received part in percent, if the size is known.
    pub fn percent(&self) -> Option<u64> {
        self.bytes.map(|bytes| percent(self.received, bytes))
    }

    /// The text of the block: `30 %`, or the number of bytes if the size is unknown.
    pub fn label(&self, t: &dyn Text) -> String {
        self.percent().map_or_else(|| t.bytes(self.received), |percent| t.percent(percent))
    }

    /// The accessible name of the block.
    pub fn name(&self, node: NodeId, t: &dyn Text) -> String {
        t.receiving_name(NodeName(node), self.index, self.received, self.bytes)
    }
}

impl LogCell {
    /// The accessible name of the entry, also its tooltip.
    pub fn name(&self, node: NodeId, t: &dyn Text) -> String {
        let state = match (self.applied, self.committed) {
            (true, _) => t.applied(),
            (false, true) => t.committed(),
            (false, false) => t.not_committed(),
        };
        let note = match self.against {
            Against::Same => None,
            Against::Conflicts => Some(t.entry_conflicts()),
            Against::Beyond => Some(t.entry_beyond()),
        };
        t.entry_name(NodeName(node), self.index, self.term, &self.payload, state, note)
    }
}

/// The number of entries that Page Up and Page Down move by.
const PAGE: Index = 10;

/// The entry that a key moves to from the selected one: left and right along a log, up and down to the next log that
/// has the index. With nothing selected, Enter selects the leader's last entry.
pub fn walk(world: &World, selected: Option<Selection>, key: &str) -> Option<(NodeId, Index)> {
    let has = |node: &&NodeState, index: Index| node.entry(index).is_some();
    let Some(Selection::Entry(id, index)) = selected else {
        let begin = world.leader().or_else(|| world.nodes.values().next().map(|node| &**node));
        return begin.filter(|node| key == "Enter" && !node.log.is_empty()).map(|node| (node.id, node.last_index()));
    };
    let aside = |index: Index| world.nodes.get(&id).filter(|node| has(&&***node, index)).map(|_| (id, index));
    let mut others = world.nodes.values().map(|node| &**node).filter(|node| has(node, index)).map(|node| node.id);
    match key {
        "ArrowLeft" => aside(index.saturating_sub(1)),
        "ArrowRight" => aside(index + 1),
        "ArrowUp" => others.rfind(|&other| other < id).map(|other| (other, index)),
        "ArrowDown" => others.find(|&other| other > id).map(|other| (other, index)),
        "PageUp" => aside(index.saturating_sub(PAGE).max(world.nodes.get(&id)?.first_index)),
        "PageDown" => aside((index + PAGE).min(world.nodes.get(&id)?.last_index())),
        "Home" => world.nodes.get(&id).map(|node| (id, node.first_index)),
        "End" => world.nodes.get(&id).map(|node| (id, node.last_index())),
        _ => None,
    }
}

/// The columns to draw of a strip that is scrolled by `scrolled` from the first column and is `width` wide: those at
/// least partly visible, and one more on either side (none left of the first). All lengths are in the same unit.
pub fn visible_columns(scrolled: f64, width: f64, column: f64) -> RangeInclusive<Index> {
    let first = (scrolled / column).floor().max(0.0) as Index;
    let count = (width / column).ceil().max(1.0) as Index + 2;
    first..=first + count
}

/// The columns of such a strip that are fully visible.
pub fn whole_columns(scrolled: f64, width: f64, column: f64) -> RangeInclusive<Index> {
    // Scroll positions are whole pixels.
    let slack = 1.0 / column;
    let first = (scrolled / column - slack).ceil().max(0.0) as Index + 1;
    first..=((scrolled + width) / column + slack).floor().max(0.0) as Index
}

/// The number of columns that the text of a hidden mark takes.
const WORDS: Index = 2;

/// How marks are drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MarksDrawn {
    /// The column of the match mark, and its text if there is room.
    pub matched: Option<(Index, Option<String>)>,
    /// The column of the next mark, and its text if there is room.
    pub next: Option<(Index, Option<String>)>,
    /// The text for marks left of the visible columns, with the first of their indices.
    pub before: Option<(Index, String)>,
    /// The same for marks right of them.
    pub after: Option<(Index, String)>,
}

impl Marks {
    /// The marks, where `whole` are the fully visible columns.
    pub fn drawn(&self, whole: &RangeInclusive<Index>, t: &dyn Text) -> MarksDrawn {
        let (first, last) = (*whole.start(), *whole.end());
        let Marks { next, matched } = *self;
        let mut drawn = MarksDrawn::default();
        if whole.contains(&matched) {
            // Left of the first column there is only room for a short number.
            let words = if matched > first { Some(t.match_mark(matched)) } else { Some(grouped(matched)) };
            drawn.matched = Some((matched, words.filter(|words| matched > first || words.chars().count() < 3)));
        }
        if whole.contains(&next) {
            drawn.next = Some((next, (next < last).then(|| t.next_mark(next))));
        }
        let hidden = |is_hidden: &dyn Fn(Index) -> bool, free: bool| {
            let marks = [(matched, t.match_mark(matched)), (next, t.next_mark(next))];
            let (places, words): (Vec<Index>, Vec<String>) =
                marks.into_iter().filter(|(index, _)| *index > 0 && is_hidden(*index)).unzip();
            Some((*places.first().filter(|_| free)?, t.parts(&words)))
        };
        // The next index is never less than the match index.
        drawn.before = hidden(&|index| index < first, next < first || next > first + WORDS);
        drawn.after = hidden(&|index| index > last, matched > last || matched + WORDS + 1 < last || matched < first);
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::world::{SnapshotProgress, StreamInfo};
    use crate::raft::event::Role;
    use crate::raft::snapshot::{Snapshot, SnapshotMeta};
    use crate::raft::Membership;
    use crate::view::lang::English;
    use std::rc::Rc;
    use std::sync::Arc;

    fn node(id: NodeId, terms: &[Term]) -> NodeState {
        let entry = |(i, &term): (usize, &Term)| {
            let payload = if i == 0 { Payload::Blank } else { Payload::Set { key: "x".into(), value: i.to_string() } };
            Arc::new(Entry::new(i as Index + 1, term, payload))
        };
        let mut node = NodeState::new(id, Membership::new(1..=3, []), terms.iter().enumerate().map(entry));
        node.alive = true;
        node
    }

    fn world() -> World {
        let mut leader = node(1, &[1, 1, 3]);
        (leader.role, leader.term, leader.commit, leader.applied) = (Role::Leader, 3, 2, 1);
        World::new([leader, node(2, &[1, 1, 2, 2]), node(3, &[1])])
    }

    #[test]
    fn entries_are_compared_with_the_leaders() {
        let view = logs(&world(), 1..=9, &English);
        let against: Vec<Vec<Against>> =
            view.rows.iter().map(|row| row.cells.iter().map(|cell| cell.against).collect()).collect();
        use Against::*;
        assert_eq!(against, [vec![Same; 3], vec![Same, Same, Conflicts, Beyond], vec![Same]]);
        assert_eq!(last_column(&world()), 4);
    }

    #[test]
    fn keys_lead_from_entry_to_entry() {
        let world = world();
        let cases = [
            (None, "Enter", Some((1, 3))),
            (None, "ArrowLeft", None),
            (Some(Selection::Node(2)), "Enter", Some((1, 3))),
            (Some(Selection::Entry(1, 3)), "ArrowLeft", Some((1, 2))),
            (Some(Selection::Entry(1, 3)), "ArrowRight", None),
            (Some(Selection::Entry(1, 1)), "ArrowLeft", None),
            (Some(Selection::Entry(1, 2)), "ArrowDown", Some((2, 2))),
            (Some(Selection::Entry(2, 2)), "ArrowDown", None),
            (Some(Selection::Entry(3, 1)), "ArrowUp", Some((2, 1))),
            (Some(Selection::Entry(2, 3)), "PageUp", Some((2, 1))),
            (Some(Selection::Entry(2, 3)), "PageDown", Some((2, 4))),
            (Some(Selection::Entry(2, 2)), "Home", Some((2, 1))),
            (Some(Selection::Entry(2, 2)), "End", Some((2, 4))),
            (Some(Selection::Entry(2, 2)), "w", None),
        ];
        for (from, key, to) in cases {
            assert_eq!(walk(&world, from, key), to, "{from:?} {key}");
        }
    }

    #[test]
    fn only_what_can_be_seen_is_drawn() {
        let view = logs(&world(), 2..=3, &English);
        let indices: Vec<Vec<Index>> =
            view.rows.iter().map(|row| row.cells.iter().map(|cell| cell.index).collect()).collect();
        assert_eq!(indices, [vec![2, 3], vec![2, 3], vec![]]);
    }

    #[test]
    fn an_entry_says_how_far_it_is() {
        let names: Vec<String> =
            logs(&world(), 1..=9, &English).rows[0].cells.iter().map(|cell| cell.name(1, &English)).collect();
        assert_eq!(
            names,
            [
                "S1, entry\u{a0}1, term\u{a0}1, ∅, applied",
                "S1, entry\u{a0}2, term\u{a0}1, x=1, committed",
                "S1, entry\u{a0}3, term\u{a0}3, x=2, not committed",
            ]
        );
        let conflicting = logs(&world(), 3..=4, &English).rows[1].clone();
        assert_eq!(
            conflicting.cells[0].name(2, &English),
            "S2, entry\u{a0}3, term\u{a0}2, x=2, not committed; conflicts with the leader’s entry"
        );
        assert_eq!(
            conflicting.cells[1].name(2, &English),
            "S2, entry\u{a0}4, term\u{a0}2, x=3, not committed; not in the leader’s log"
        );
    }

    /// A node with the entries `first..=last` and a snapshot up to `index` of term 2.
    fn compacted(id: NodeId, first: Index, last: Index, snapshot: Index) -> NodeState {
        let entry = |index| Arc::new(Entry::new(index, 3, Payload::Blank));
        let mut node = NodeState::new(id, Membership::new(1..=3, []), (first..=last).map(entry));
        let membership = (0, Membership::new(1..=3, []));
        let meta = SnapshotMeta { id: 1, index: snapshot, term: 2, membership };
        node.first_index = first;
        node.snapshot = Some(Arc::new(Snapshot { meta, data: Vec::new() }));
        node
    }

    #[test]
    fn what_is_gone_from_a_log_is_one_block() {
        // Columns: first, last, snapshot, visible; the expected columns of the block and of the entries.
        let cases = [
            ((1, 4, 3), 1..=9, None, vec![1, 2, 3, 4]), // the snapshot includes them, but they are still there
            ((3, 5, 2), 1..=9, Some(1..=2), vec![3, 4, 5]),
            ((3, 5, 4), 1..=9, Some(1..=2), vec![3, 4, 5]),
            ((28, 29, 27), 20..=30, Some(20..=27), vec![28, 29]),
            ((28, 29, 27), 5..=10, Some(5..=10), vec![]),
            ((28, 29, 27), 28..=40, None, vec![28, 29]),
            ((28, 27, 27), 27..=30, Some(27..=27), vec![]),
        ];
        for ((first, last, snapshot), visible, columns, entries) in cases {
            let world = World::new([compacted(1, first, last, snapshot)]);
            let row = logs(&world, visible.clone(), &English).rows[0].clone();
            let cells: Vec<Index> = row.cells.iter().map(|cell| cell.index).collect();
            let case = format!("{first}–{last}, snapshot {snapshot}, in {visible:?}");
            assert_eq!(row.folded.as_ref().map(|folded| folded.columns.clone()), columns, "{case}");
            assert_eq!(cells, entries, "{case}");
            if let Some(folded) = row.folded {
                assert_eq!(folded.label(&English), format!("◂ {}", crate::view::format::range(1, first - 1)), "{case}");
            }
        }
        let world = World::new([compacted(1, 28, 29, 30)]);
        let folded = logs(&world, 1..=9, &English).rows[0].folded.clone().unwrap();
        let name = "S1, entries\u{a0}1–27 are gone from the log: the snapshot up to entry\u{a0}30 of term\u{a0}2 replaces them";
        assert_eq!(folded.name(1, &English), name);
    }

    #[test]
    fn a_log_that_lies_before_what_can_be_seen_says_where_it_is() {
        let entry = |index| std::sync::Arc::new(Entry::new(index, 1, Payload::Blank));
        for (last, receiving, visible, expected) in [
            (2, None, 29..=40, Some("◂ ends at 2")),
            (0, None, 29..=40, Some("empty")),
            (0, Some((20, 32)), 29..=40, Some("◂ snapshot 20: 32\u{a0}B")),
            (1, None, 0..=12, None),
            (1, None, 1..=12, Some("◂ ends at 1")),
            (2, None, 1..=12, None),
            (0, None, 0..=12, Some("empty")),
            (29, None, 29..=40, Some("◂ ends at 29")),
            (30, None, 29..=40, None),
            (0, Some((30, 32)), 29..=40, None), // its block can be seen
        ] {
            let mut node = NodeState::new(1, crate::raft::Membership::new(1..=1, []), (1..=last).map(entry));
            node.receiving = receiving;
            let row = logs(&World::new([node]), visible.clone(), &English).rows.remove(0);
            assert_eq!(row.aside.as_deref(), expected, "{last}, {receiving:?}, {visible:?}");
        }
    }

    #[test]
    fn a_snapshot_that_comes_is_a_block_that_fills() {
        // Columns: the last entry, the snapshot received and its bytes, the leader's size, visible; the expected block
        // and label.
        let cases = [
            (2, (27, 64), Some(212), 1..=40, Some((3..=27, "30\u{a0}%"))),
            (0, (27, 0), Some(212), 20..=30, Some((20..=27, "0\u{a0}%"))),
            (2, (27, 212), Some(212), 1..=40, Some((3..=27, "100\u{a0}%"))),
            (2, (27, 0), Some(0), 1..=40, Some((3..=27, "100\u{a0}%"))),
            (2, (27, 64), None, 1..=40, Some((3..=27, "64\u{a0}B"))), // the sender is gone
            (40, (27, 64), Some(128), 1..=40, Some((27..=27, "50\u{a0}%"))), // in place of other entries
            (2, (27, 64), Some(212), 28..=40, None),
        ];
        for (last, receiving, bytes, visible, expected) in cases {
            let mut node = node(2, &vec![1; last]);
            node.receiving = Some(receiving);
            let mut world = World::new([node]);
            if let Some(bytes) = bytes {
                let meta = SnapshotMeta { id: 1, index: 27, term: 1, membership: (0, Membership::new(1..=3, [])) };
                let snapshot = Snapshot { meta, data: vec![b'x'; bytes as usize] };
                let progress = SnapshotProgress::new(Arc::new(snapshot));
                world.streams.insert((1, 2), Rc::new(StreamInfo { snapshot: Some(progress), ..stream() }));
            }
            let found = logs(&world, visible, &English).rows[0].receiving.clone();
            let found = found.map(|block| (block.columns.clone(), block.label(&English), block.name(2, &English)));
            let words =
                bytes.map_or(format!("{}\u{a0}B", receiving.1), |bytes| format!("{} of {bytes}\u{a0}B", receiving.1));
            let name = format!("S2 receives the snapshot up to entry\u{a0}27: {words}");
            assert_eq!(found, expected.map(|(columns, label)| (columns, label.to_string(), name)));
        }
    }

    #[test]
    fn what_the_leader_has_compacted_does_not_conflict() {
        // The leader has entries 5 and 6 of term 3, and a snapshot up to entry 4 of term 2.
        let mut leader = compacted(1, 5, 6, 4);
        (leader.alive, leader.role, leader.term) = (true, Role::Leader, 3);
        use Against::*;
        let cases = [
            (vec![1, 1, 1, 2, 3, 3], vec![Same; 6]),
            (vec![1, 1, 1, 1, 1], vec![Same, Same, Same, Conflicts, Conflicts]),
            (vec![1, 1, 1, 2, 3, 3, 3], vec![Same, Same, Same, Same, Same, Same, Beyond]),
        ];
        for (terms, expected) in cases {
            let world = World::new([leader.clone(), node(2, &terms)]);
            let row = logs(&world, 1..=9, &English).rows[1].clone();
            assert_eq!(row.cells.iter().map(|cell| cell.against).collect::<Vec<_>>(), expected, "{terms:?}");
        }
    }

    #[test]
    fn markers_are_those_of_the_leader_of_the_highest_term() {
        let mut world = world();
        world.streams.insert((1, 2), Rc::new(stream()));
        let marks: Vec<_> = logs(&world, 1..=4, &English).rows.iter().map(|row| row.marks).collect();
        assert_eq!(marks, [None, Some(Marks { next: 4, matched: 2 }), None]);
    }

    fn stream() -> StreamInfo {
        use crate::raft::event::{StreamState, StreamWhy};
        let stream = StreamInfo::new(3, crate::runtime::Micros::ZERO, StreamState::LineRate, StreamWhy::NewLeader);
        StreamInfo { next_index: 4, match_index: 2, ..stream }
    }

    #[test]
    fn the_visible_columns_follow_the_scrolling() {
        assert_eq!(visible_columns(0.0, 400.0, 40.0), 0..=12);
        assert_eq!(visible_columns(45.0, 400.0, 40.0), 1..=13);
        assert_eq!(visible_columns(85.0, 400.0, 40.0), 2..=14);
        assert_eq!(visible_columns(40_000.0, 400.0, 40.0), 1000..=1012);
        assert_eq!(visible_columns(-5.0, 0.0, 40.0), 0..=3);
        assert_eq!(whole_columns(0.0, 400.0, 40.0), 1..=10);
        assert_eq!(whole_columns(85.0, 400.0, 40.0), 4..=12);
        assert_eq!(whole_columns(80.0, 400.0, 40.0), 3..=12);
    }

    #[test]
    fn marks_that_cannot_be_seen_are_told_at_the_edge() {
        let drawn = |matched, next| Marks { matched, next }.drawn(&(10..=20), &English);
        let words = |text: &str| Some(text.to_string());
        let seen = drawn(12, 13);
        assert_eq!(seen.matched, Some((12, words("match\u{a0}12"))));
        assert_eq!(seen.next, Some((13, words("next\u{a0}13"))));
        assert_eq!((seen.before, seen.after), (None, None));
        assert_eq!(
            drawn(10, 20),
            MarksDrawn { matched: Some((10, words("10"))), next: Some((20, None)), ..MarksDrawn::default() }
        );
        assert_eq!(drawn(3, 5).before, Some((3, "match\u{a0}3, next\u{a0}5".into())));
        assert_eq!(drawn(0, 5).before, Some((5, "next\u{a0}5".into())));
        assert_eq!(drawn(3, 14).before, Some((3, "match\u{a0}3".into())));
        assert_eq!(drawn(9, 11).before, None, "next is in the way");
        assert_eq!(drawn(12, 21).after, Some((21, "next\u{a0}21".into())));
        assert_eq!(drawn(19, 21).after, None, "match is in the way");
        assert_eq!(drawn(30, 31).after, Some((30, "match\u{a0}30, next\u{a0}31".into())));
        let far = drawn(3, 31);
        assert_eq!(
            (far.before.unwrap().1, far.after.unwrap().1),
            ("match\u{a0}3".to_string(), "next\u{a0}31".to_string())
        );
    }
}
