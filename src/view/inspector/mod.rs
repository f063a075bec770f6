//! The inspector: all the data of the selection, with links to what it refers to.

use crate::lab::vocab::id::Link;
use crate::lab::world::{Buffered, InFlight, NodeState, SnapshotProgress, StreamInfo, World};
use crate::raft::event::Role;
use crate::raft::rpc::Message;
use crate::raft::{Index, NodeId};
use crate::runtime::Micros;
use crate::view::format::{grouped, ms, range, NodeName};
use crate::view::lang::Text;
use crate::view::members::{part_now, Part};
use crate::view::message::short;
use crate::view::payload::{in_full, pair};
use crate::view::selection::Selection;
use crate::view::stream_buffers::on_the_way;
use crate::view::{links, node, streams};

mod message;
mod sheet;

use sheet::{listed, plain, sheet, to_node, to_nodes};
pub use sheet::{Field, Sheet, Value};

/// The sheet of `subject`.
pub fn inspect(world: &World, subject: Selection, t: &dyn Text) -> Sheet {
    match subject {
        Selection::Node(id) => world.nodes.get(&id).map_or_else(Sheet::default, |node| of_node(world, node, t)),
        Selection::Link(link) => of_link(world, link, t),
        Selection::Message(id) => message::of_message(world, id, t),
        Selection::Entry(node, index) => of_entry(world, node, index, t),
        Selection::Stream(leader, target) => match world.streams.get(&(leader, target)) {
            Some(stream) => of_stream(world, (leader, target), stream, t),
            None => sheet(arrow(leader, target, t), t.inspect_no_stream().into()),
        },
    }
}

fn arrow(from: NodeId, to: NodeId, t: &dyn Text) -> String {
    t.arrow(NodeName(from), NodeName(to))
}

fn of_node(world: &World, node: &NodeState, t: &dyn Text) -> Sheet {
    let mut sheet = sheet(NodeName(node.id).to_string(), node::in_words(world, node, t));
    // Whoever is not a member is a learner to itself, which nobody needs to know.
    let is_member = node.role != Role::Learner || part_now(world, node.id) != Part::Outside;
    if node.alive && is_member {
        sheet.add(t.field_role_why(node.role), plain(t.role_why(node.role_why)));
    }
    sheet.add(t.field_term(), plain(grouped(node.term)));
    sheet.add(t.field_voted_for(), to_nodes(node.voted_for, t));
    sheet.add(t.field_leader(), to_nodes(node.leader, t));
    if let Some((armed, fires)) = node.timer.filter(|_| node.alive) {
        sheet.add(t.field_timer(), plain(t.timer_from_to(&ms(armed, 1), &ms(fires, 1))));
    }
    if !node.votes.is_empty() {
        let given = |given: bool| node.votes.iter().filter(move |(_, vote)| **vote == given).map(|(id, _)| *id);
        let (yes, no) = if node.pre_voting {
            (t.field_would_vote(), t.field_would_not_vote())
        } else {
            (t.field_votes(), t.field_refusals())
        };
        sheet.add(yes, to_nodes(given(true), t));
        sheet.add(no, to_nodes(given(false), t));
    }
    if let Some(target) = node.hands_over_to {
        sheet.add(t.field_hands_over_to(), vec![to_node(target)]);
    }
    let streams = world.streams.range((node.id, 0)..=(node.id, NodeId::MAX));
    let to_stream = |(&(leader, target), _): (&Link, _)| Value {
        text: arrow(leader, target, t),
        to: Some(Selection::Stream(leader, target)),
    };
    let streams: Vec<Value> = streams.map(to_stream).collect();
    if !streams.is_empty() {
        sheet.add(t.field_streams(), streams);
    }
    let last = node.last_index();
    let entries = if node.log.is_empty() { t.empty_aside().to_string() } else { range(node.first_index, last) };
    let to_last = (!node.log.is_empty()).then_some(Selection::Entry(node.id, last));
    sheet.add(t.field_log(), vec![Value { text: entries, to: to_last }]);
    sheet.add(t.field_durable(), vec![to_entry(world, node.id, node.durable)]);
    sheet.add(t.field_commit(), vec![to_entry(world, node.id, node.commit)]);
    sheet.add(t.field_applied(), vec![to_entry(world, node.id, node.applied)]);
    if let Some(snapshot) = &node.snapshot {
        let (index, term) = (snapshot.meta.index, snapshot.meta.term);
        sheet.add(t.field_snapshot(), plain(t.snapshot_up_to(index, term, snapshot.data.len() as u64)));
    }
    if let Some(index) = node.compacting {
        sheet.add(t.field_compacting(), plain(t.up_to(index)));
    }
    if let Some((index, received)) = node.receiving {
        sheet.add(t.field_receiving(), plain(t.received_of(index, received)));
    }
    let (since, members) = &node.members;
    let to_entry = node.entry(*since).map(|_| Selection::Entry(node.id, *since));
    sheet.add(t.field_members(), vec![Value { text: t.membership(members), to: to_entry }]);
    let (low, high) = node.write_delay;
    if high > Micros::ZERO {
        sheet.add(t.field_disk(), plain(t.write_takes(&ms(low, 0), &ms(high, 0))));
    }
    if let Some(error) = &node.storage_error {
        sheet.add(t.field_storage_error(), plain(error));
    }
    let pairs = node.state.iter().map(|(key, value)| Value { text: pair(key, value, t), to: None });
    let pairs: Vec<Value> = pairs.collect();
    sheet.add(t.field_state(), if pairs.is_empty() { plain(t.empty_aside()) } else { listed(pairs, t) });
    sheet
}

fn of_link(world: &World, (a, b): Link, t: &dyn Text) -> Sheet {
    let mut sheet = sheet(t.link_title(NodeName(a), NodeName(b)), String::new());
    for (from, to) in [(a, b), (b, a)] {
        let quality = links::in_words(&world.links.of((from, to)), t);
        let words = if world.cut.contains(&(from, to)) { t.cut_and(&quality) } else { quality };
        sheet.add(&arrow(from, to, t), plain(words));
        let on_way = world.messages.values().filter(|message| (message.from, message.to) == (from, to));
        let values: Vec<Value> = on_way.map(|message| to_message(message, t)).collect();
        if !values.is_empty() {
            sheet.add(t.field_on_the_way(), listed(values, t));
        }
    }
    sheet
}

fn to_message(message: &InFlight, t: &dyn Text) -> Value {
    Value { text: short(&message.message, t), to: Some(Selection::Message(message.id)) }
}

fn of_entry(world: &World, id: NodeId, index: Index, t: &dyn Text) -> Sheet {
    let title = t.entry_in(index, NodeName(id));
    let Some(node) = world.nodes.get(&id) else { return Sheet::default() };
    let Some(entry) = node.entry(index) else { return sheet(title, t.entry_gone().into()) };
    let state = match (index <= node.applied, index <= node.commit) {
        (true, _) => t.applied(),
        (false, true) => t.committed(),
        (false, false) => t.not_committed(),
    };
    let mut sheet = sheet(title, in_full(&entry.payload, t));
    sheet.add(t.field_term(), plain(grouped(entry.term)));
    sheet.add(t.field_here(), plain(state));
    sheet.add(t.field_durable(), plain(t.yes_or_no(index <= node.durable)));
    let same = |other: &&std::rc::Rc<NodeState>| other.term_at(index) == Some(entry.term);
    let differs = |other: &&std::rc::Rc<NodeState>| other.entry(index).is_some_and(|it| it.term != entry.term);
    let in_snapshot = |other: &NodeState| other.first_index > index;
    let stored: Vec<NodeId> =
        world.nodes.values().filter(|other| same(other) || in_snapshot(other)).map(|other| other.id).collect();
    let majority = node.members.1.is_quorum(|voter| stored.contains(&voter));
    let mut values: Vec<Value> = stored.into_iter().map(to_node).collect();
    values.push(Value { text: if majority { t.a_majority() } else { t.no_majority() }.into(), to: None });
    sheet.add(t.field_stored_by(), values);
    let other = |other: &std::rc::Rc<NodeState>| Value {
        text: t.node_has_term(NodeName(other.id), other.term_at(index).unwrap_or(0)),
        to: Some(Selection::Entry(other.id, index)),
    };
    let others: Vec<Value> = world.nodes.values().filter(differs).map(other).collect();
    if !others.is_empty() {
        sheet.add(t.field_differs(), others);
    }
    let holds =
        |stream: &StreamInfo| stream.replication_buffer.contains(index) || stream.outbound_buffer.contains(index);
    let holding = world
        .streams
        .iter()
        .filter(|((leader, _), stream)| holds(stream) && world.nodes.get(leader).is_some_and(|node| same(&node)));
    let buffers: Vec<Value> = holding
        .map(|(&(leader, target), _)| Value {
            text: arrow(leader, target, t),
            to: Some(Selection::Stream(leader, target)),
        })
        .collect();
    if !buffers.is_empty() {
        sheet.add(t.field_buffers(), buffers);
    }
    let carries = |message: &&std::rc::Rc<InFlight>| match &*message.message {
        Message::Append(append) => append.entries.iter().any(|it| (it.index, it.term) == (index, entry.term)),
        _ => false,
    };
    let carrying: Vec<Value> = world.messages.values().filter(carries).map(|message| to_carrier(message, t)).collect();
    if !carrying.is_empty() {
        sheet.add(t.field_on_the_way(), listed(carrying, t));
    }
    sheet
}

/// A message as a value, with its receiver and a link to it.
fn to_carrier(message: &InFlight, t: &dyn Text) -> Value {
    let text = t.sends(NodeName(message.from), NodeName(message.to), &short(&message.message, t));
    Value { text, to: Some(Selection::Message(message.id)) }
}

fn of_stream(world: &World, (leader, target): Link, stream: &StreamInfo, t: &dyn Text) -> Sheet {
    let last = world.nodes.get(&leader).map_or(0, |node| node.last_index());
    let mut sheet = sheet(arrow(leader, target, t), streams::change((leader, target), stream, t));
    // Every field is named, so that a new one is not forgotten. Transitions and lag are drawn elsewhere.
    let StreamInfo { term, state, from: _, why: _, since, ways: _, last_way: _, next_index, match_index, .. } = stream;
    let StreamInfo { replication_buffer, outbound_buffer, answered, trouble, snapshot, lag: _, .. } = stream;
    sheet.add(t.column_state(), plain(t.stream_state(*state)));
    sheet.add(t.field_since(), plain(t.at_ms(&ms(*since, 1))));
    sheet.add(t.field_term(), plain(grouped(*term)));
    sheet.add(t.column_next(), vec![to_entry(world, leader, *next_index)]);
    sheet.add(t.column_match(), vec![to_entry(world, leader, *match_index)]);
    sheet.add(t.column_lag(), plain(grouped(last.saturating_sub(*match_index))));
    sheet.add(t.replication_buffer(), of_buffer(leader, *replication_buffer, t));
    sheet.add(t.outbound_buffer(), of_buffer(leader, *outbound_buffer, t));
    let answered = answered.map_or_else(|| t.not_yet().to_string(), |at| t.at_ms(&ms(at, 1)));
    sheet.add(t.field_answered(), plain(answered));
    if let Some(trouble) = trouble {
        sheet.add(t.field_trouble(), plain(t.trouble(*trouble)));
    }
    if let Some(progress) = snapshot {
        let SnapshotProgress { snapshot, offset: _, chunks_sent: _, in_flight, chunk_size: _ } = progress;
        let (meta, sending) = (&snapshot.meta, streams::sending(progress, t));
        sheet.add(t.field_snapshot(), plain(t.snapshot_named(meta.id, meta.index, meta.term)));
        let told = std::iter::once(sending.bytes).chain(sending.chunks);
        sheet.add(t.field_stored(), plain(told.collect::<Vec<_>>().join(" · ")));
        sheet.add(t.field_chunks_sent(), plain(grouped(progress.chunks_sent.into())));
        if let Some((offset, bytes)) = in_flight {
            sheet.add(t.chunk_in_flight(), plain(t.chunk_at(*offset, *bytes)));
        }
    }
    let values: Vec<Value> = on_the_way(world, leader, target).map(|message| to_message(message, t)).collect();
    if !values.is_empty() {
        sheet.add(t.field_on_the_way(), listed(values, t));
    }
    sheet
}

/// The entries of a buffer, with a link to the first.
fn of_buffer(leader: NodeId, buffer: Buffered, t: &dyn Text) -> Vec<Value> {
    if buffer.count == 0 {
        return plain(t.buffer_empty());
    }
    vec![Value { text: range(buffer.first, buffer.last()), to: Some(Selection::Entry(leader, buffer.first)) }]
}

fn to_entry(world: &World, node: NodeId, index: Index) -> Value {
    let is_there = world.nodes.get(&node).is_some_and(|node| node.entry(index).is_some());
    Value { text: grouped(index), to: is_there.then_some(Selection::Entry(node, index)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::vocab::action::Action;
    use crate::lab::{Lab, Scenario, StepKind};
    use crate::raft::rpc::MessageKind;
    use crate::view::lang::English;

    /// A run of three nodes in which S1 was elected and has written twice, and a write is in flight.
    fn lab() -> Lab {
        let mut lab = Lab::new(Scenario::classroom(3)).unwrap();
        lab.act(Action::Campaign { node: 1 }).unwrap();
        lab.advance_to(Micros::from_ms(100), u64::MAX);
        for (key, value) in [("x", "1"), ("y", "2")] {
            lab.act(Action::Write {
                key: key.into(),
                value: value.into(),
                node: None,
                client: None,
                only_if: None,
                retry_after: None,
            })
            .unwrap();
        }
        lab.advance_to(Micros::from_ms(200), u64::MAX);
        lab.act(Action::Write {
            key: "x".into(),
            value: "3".into(),
            node: None,
            client: None,
            only_if: None,
            retry_after: None,
        })
        .unwrap();
        lab.advance_to(Micros::from_ms(201), u64::MAX);
        lab
    }

    fn told(lab: &Lab, subject: Selection) -> Vec<String> {
        let sheet = inspect(&lab.world(), subject, &English);
        let values = |field: Field| field.values.into_iter().map(|value| value.text).collect::<Vec<_>>().join(" ");
        let fields = sheet.fields.into_iter().map(|field| format!("{}: {}", field.name.clone(), values(field)));
        let lines = std::iter::once(format!("{} | {}", sheet.title, sheet.lead)).chain(fields);
        lines.map(|line| line.replace('\u{a0}', " ")).collect()
    }

    #[test]
    fn a_node_with_all_its_numbers() {
        assert_eq!(
            told(&lab(), Selection::Node(1)),
            [
                "S1 | Leader",
                "leader because: a majority voted for it",
                "term: 1",
                "voted for: S1",
                "leader: S1",
                "streams: S1 → S2 S1 → S3",
                "log: 1–4",
                "on disk: 4",
                "committed: 3",
                "applied: 3",
                "members: S1…S3",
                "state machine: x=1 y=2",
            ]
        );
    }

    #[test]
    fn who_is_not_a_member_is_not_called_a_learner() {
        let mut lab = lab();
        lab.act(Action::Members { voters: [1, 2].into(), learners: None, of: None }).unwrap();
        lab.advance_to(Micros::from_ms(900), u64::MAX);
        let told = told(&lab, Selection::Node(3));
        assert_eq!(told[0], "S3 | Not a member");
        assert_eq!(told[1], "term: 1");
    }

    #[test]
    fn an_entry_alone_has_its_value_in_full() {
        let mut lab = lab();
        let long = "a".repeat(2000);
        lab.act(Action::Write {
            key: "x".into(),
            value: long.clone(),
            node: None,
            client: None,
            only_if: None,
            retry_after: None,
        })
        .unwrap();
        lab.advance_to(Micros::from_ms(203), u64::MAX);
        let entry = Selection::Entry(1, 5);
        assert_eq!(inspect(&lab.world(), entry, &English).lead, format!("x={long}"));
        let append = lab.world().messages.values().find(|it| it.from == 1).unwrap().id;
        lab.advance_to(Micros::from_ms(400), u64::MAX);
        for subject in [Selection::Node(1), Selection::Message(append)] {
            let told = told(&lab, subject);
            assert!(told.iter().all(|line| line.chars().count() < 200), "{told:?}");
        }
        assert!(told(&lab, Selection::Node(1)).contains(&format!("state machine: x={}… (2000 B) y=2", "a".repeat(22))));
    }

    #[test]
    fn an_entry_says_who_stores_it() {
        let lab = lab();
        assert_eq!(
            told(&lab, Selection::Entry(1, 3)),
            [
                "Entry 3 in the log of S1 | y=2",
                "term: 1",
                "state: applied",
                "on disk: yes",
                "stored by: S1 S2 S3 a majority"
            ]
        );
        assert_eq!(
            told(&lab, Selection::Entry(1, 4)),
            [
                "Entry 4 in the log of S1 | x=3",
                "term: 1",
                "state: not committed",
                "on disk: yes",
                "stored by: S1 no majority",
                "in the buffers of: S1 → S2 S1 → S3",
                "on the way: S1 → S2: append 4 S1 → S3: append 4",
            ]
        );
        assert_eq!(told(&lab, Selection::Entry(2, 4)), ["Entry 4 in the log of S2 | This entry is not in the log."]);
    }

    #[test]
    fn a_message_leads_to_its_entries_and_its_ends() {
        let lab = lab();
        let world = lab.world();
        let append = world.messages.values().find(|it| it.to == 2 && it.from == 1).unwrap();
        let sheet = told(&lab, Selection::Message(append.id));
        assert!(sheet[0].starts_with("append 4 | append 4 in term 1, after entry 3 of term 1"), "{}", sheet[0]);
        assert_eq!(&sheet[1..3], ["from: S1", "to: S2"]);
        assert_eq!(sheet.last().unwrap(), "entries: 4: x=3 (term 1)");
        assert_eq!(told(&lab, Selection::Message(999)), ["Message 999 | This message is no longer on its way."]);
    }

    #[test]
    fn every_kind_of_message_tells_its_own() {
        let told_first = |lab: &Lab, kind: MessageKind| {
            let world = lab.world();
            let message = world.messages.values().find(|it| it.kind == kind);
            let mut lines = told(lab, Selection::Message(message.unwrap_or_else(|| panic!("no {kind}")).id));
            // The place and times are tested elsewhere; they are the same for all messages.
            lines.drain(..lines.iter().position(|line| line.starts_with("message: ")).unwrap() + 1);
            lines
        };
        let mut lab = Lab::new(Scenario::classroom(3)).unwrap();
        lab.act(Action::Campaign { node: 1 }).unwrap();
        lab.advance_to(Micros::from_ms(1), u64::MAX);
        let vote = ["term: 1", "candidate: S1", "last entry: the start of the log", "pre-vote: no", "by transfer: no"];
        assert_eq!(told_first(&lab, MessageKind::Vote), vote);
        let until = |lab: &mut Lab, kind: MessageKind| {
            for _ in 0..2000 {
                if lab.world().messages.values().any(|it| it.kind == kind) {
                    return;
                }
                lab.step(StepKind::Event);
            }
            panic!("no {kind}");
        };
        until(&mut lab, MessageKind::VoteAnswer);
        let answer = told_first(&lab, MessageKind::VoteAnswer);
        assert_eq!(&answer[1..], ["term: 1", "granted: yes", "pre-vote: no"]);
        assert!(answer[0].starts_with("answers: Message "), "{answer:?}");
        until(&mut lab, MessageKind::AppendAnswer);
        assert_eq!(told_first(&lab, MessageKind::AppendAnswer)[1..], ["term: 1", "matches up to: 0"]);
        let mut lab = self::lab();
        lab.act(Action::Transfer { to: 2, of: None }).unwrap();
        until(&mut lab, MessageKind::TimeoutNow);
        assert_eq!(told_first(&lab, MessageKind::TimeoutNow), ["term: 1", "leader: S1"]);
    }

    #[test]
    fn a_stream_and_a_link_tell_what_is_on_the_way() {
        let lab = lab();
        let stream = told(&lab, Selection::Stream(1, 2));
        assert!(stream[0].starts_with("S1 → S2 | "));
        let buffers = ["replication buffer: empty", "outbound buffer: 4"];
        for line in ["term: 1", "next: 4", "match: 3", "lag: 1", "on the way: append 4"].iter().chain(&buffers) {
            assert!(stream.iter().any(|told| told == *line), "{line} in {stream:?}");
        }
        let link = told(&lab, Selection::Link((1, 2)));
        assert_eq!(link, ["S1 – S2 | ", "S1 → S2: 5–15 ms", "on the way: append 4", "S2 → S1: 5–15 ms"]);
        assert_eq!(told(&lab, Selection::Stream(2, 1)), ["S2 → S1 | There is no such stream any more."]);
    }
}
