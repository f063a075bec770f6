//! Strategies for arbitrary valid scenarios.

use std::collections::{BTreeMap, BTreeSet};

use proptest::option;
use proptest::prelude::*;
use serde_json::{json, Value};

use raft_lab::lab::scenario::limits::SEED_MAX;
use raft_lab::lab::scenario::*;
use raft_lab::lab::vocab::action::Action;
use raft_lab::lab::vocab::condition::*;
use raft_lab::lab::vocab::event::ClientResult;
use raft_lab::lab::vocab::invariant::Invariant;
use raft_lab::lab::vocab::probability::Probability;
use raft_lab::lab::vocab::rate::ClockRate;
use raft_lab::lab::vocab::selector::{Delay, Selector};
use raft_lab::lab::vocab::settings::{ConfigPatch, NetworkPatch, Preset, SnapshotPolicy, StoragePatch};
use raft_lab::lab::vocab::targets::{Every, Targets};
use raft_lab::lab::Scenario;
use raft_lab::raft::event::{Role, StreamState};
use raft_lab::raft::log::Session;
use raft_lab::raft::rpc::MessageKind;
use raft_lab::raft::{Membership, NodeId, Payload, Rule};
use raft_lab::runtime::Micros;

/// The voters are 1 to this; the next one is a learner.
const VOTERS: NodeId = 3;

fn node() -> impl Strategy<Value = NodeId> + Clone {
    1..=VOTERS + 1
}

fn targets() -> impl Strategy<Value = Targets> {
    prop_oneof![
        4 => node().prop_map(Targets::One),
        1 => prop::collection::btree_set(node(), 0..3).prop_map(|nodes| Targets::Each(nodes.into_iter().collect())),
        1 => Just(Targets::Every(Every::All)),
    ]
}

fn micros() -> impl Strategy<Value = Micros> + Clone {
    prop_oneof![(0..5_000_000_000_u64).prop_map(Micros), (0..100_u64).prop_map(Micros::from_ms)]
}

fn range() -> impl Strategy<Value = (Micros, Micros)> {
    (micros(), micros()).prop_map(|(a, b)| (a.min(b), a.max(b)))
}

fn probability() -> impl Strategy<Value = Probability> {
    (0..=1_000_000_u32).prop_map(|per_million| Probability { per_million })
}

fn rate() -> impl Strategy<Value = ClockRate> {
    (100_000..=1_000_000_u32).prop_map(|per_million| ClockRate { per_million })
}

/// What a compare-and-set expects.
fn only_if() -> impl Strategy<Value = Option<Option<String>>> {
    option::of(option::of(text()))
}

fn key() -> impl Strategy<Value = String> {
    "[a-z]{1,3}"
}

fn text() -> impl Strategy<Value = String> {
    "[ -~äß\"\\\\]{0,5}"
}

fn of<T: Clone + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

fn flag() -> impl Strategy<Value = Option<bool>> {
    option::of(any::<bool>())
}

fn links() -> impl Strategy<Value = Vec<(NodeId, NodeId)>> {
    prop::collection::vec((node(), node()).prop_filter("a link has two ends", |(from, to)| from != to), 0..3)
}

fn selector() -> impl Strategy<Value = Selector> {
    let count = || option::of(0..5_u32);
    let all = Selector::default;
    prop_oneof![
        (1..900_u64).prop_map(Selector::one),
        (option::of(node()), option::of(node()), option::of(of(MessageKind::ALL)), count())
            .prop_map(move |(from, to, kind, count)| Selector { from, to, kind, count, ..all() }),
        (option::of(0..99_u64), option::of(node()), count()).prop_map(move |(offset, to, count)| Selector {
            offset,
            to,
            count,
            ..all()
        }),
        (option::of(number()), option::of(number()), count()).prop_map(move |(index, term, count)| Selector {
            index,
            term,
            count,
            kind: index.map(|_| MessageKind::Append),
            ..all()
        }),
        flag().prop_map(move |success| Selector { success, kind: Some(MessageKind::VoteAnswer), ..all() }),
    ]
}

/// Settings, each compatible with all others generated here.
fn config() -> impl Strategy<Value = ConfigPatch> {
    let numbers = (1..9_u32, option::of(0..99_u64), option::of(1..99_u64), option::of(1..99_u64));
    let times = option::of((1_000..50_000_u64, 60_000..90_000_u64, 100_000..900_000_u64));
    (numbers, (flag(), flag(), flag()), times).prop_map(|((payload, lag, snapshots, chunk), flags, times)| {
        ConfigPatch {
            max_payload_entries: Some(payload),
            replication_lag_threshold: lag,
            snapshot_policy: snapshots.map(|logs_since_last| SnapshotPolicy { logs_since_last }),
            snapshot_max_chunk_size: chunk,
            install_snapshot_timeout: times.map(|times| Micros(times.0)),
            heartbeat_interval: times.map(|times| Micros(times.0)),
            election_timeout_min: times.map(|times| Micros(times.1)),
            election_timeout_max: times.map(|times| Micros(times.2)),
            conflict_hint: flags.0,
            pre_vote: flags.1,
            check_quorum: flags.2,
            snapshot_tail_limit: lag,
        }
    })
}

/// Actions on nodes and by clients.
fn to_nodes() -> impl Strategy<Value = Action> {
    let load = prop_oneof![
        (0..99_u64, option::of(micros()), option::of(0..99_u32)).prop_map(|(count, every, value_bytes)| {
            Action::WriteMany { count, every, clients: None, value_bytes, keys: None, retry_after: None }
        }),
        (0..99_u64, option::of(1..9_u32)).prop_map(|(count, clients)| Action::WriteMany {
            count,
            every: None,
            clients,
            value_bytes: None,
            keys: None,
            retry_after: None,
        }),
    ];
    let disk =
        (targets(), option::of(range()), flag(), flag(), range()).prop_map(|(node, write_delay, fail, hang, delay)| {
            let apply_delay = write_delay.is_none().then_some(delay);
            Action::Disk { node, write_delay, fail, hang, apply_delay }
        });
    prop_oneof![
        node().prop_map(|node| Action::Campaign { node }),
        (targets(), option::of(micros())).prop_map(|(node, after)| Action::Timer { node, after, off: after.is_none() }),
        (key(), text(), option::of(node()), option::of(1..9_u32)).prop_map(|(key, value, node, client)| {
            Action::Write { key, value, only_if: None, node, client, retry_after: None }
        }),
        (key(), option::of(text()), only_if(), option::of(micros())).prop_map(|(key, value, only_if, retry_after)| {
            let (node, client) = (None, Some(2));
            match value {
                Some(value) => Action::Write { key, value, only_if, node, client, retry_after },
                None => Action::Delete { key, only_if, node, client, retry_after },
            }
        }),
        load,
        (key(), option::of(node()), option::of(1..9_u32)).prop_map(|(key, node, client)| Action::Read {
            key,
            node,
            client
        }),
        (1..=9_u32, option::of(node())).prop_map(|(node, of)| Action::AddLearner { node, of }),
        (
            prop::collection::btree_set(1..=9_u32, 0..9),
            option::of(prop::collection::btree_set(1..=9_u32, 0..3)),
            option::of(node()),
        )
            .prop_map(|(voters, learners, of): (BTreeSet<_>, Option<BTreeSet<_>>, _)| Action::Members {
                learners: learners.map(|learners| learners.difference(&voters).copied().collect()),
                voters,
                of,
            }),
        (node(), option::of(node())).prop_map(|(to, of)| Action::Transfer { to, of }),
        targets().prop_map(|node| Action::Crash { node }),
        targets().prop_map(|node| Action::Restart { node }),
        targets().prop_map(|node| Action::Pause { node }),
        targets().prop_map(|node| Action::Resume { node }),
        disk,
        targets().prop_map(|node| Action::Wipe { node }),
        (targets(), 0..9_u64).prop_map(|(node, to)| Action::RollBack { node, to }),
        (node(), option::of(1..99_u64)).prop_map(|(node, index)| Action::Snapshot { node, index }),
        config().prop_map(Action::Config),
        text().prop_map(|text| Action::Note { text }),
        (of(Rule::ALL), any::<bool>()).prop_map(|(name, on)| Action::Rule { name, on }),
    ]
}

/// Actions on links and messages.
fn to_network() -> impl Strategy<Value = Action> {
    let groups = prop::collection::btree_set(node(), 0..4).prop_map(|nodes| {
        let nodes: Vec<NodeId> = nodes.into_iter().collect();
        nodes.chunks(2).map(<[NodeId]>::to_vec).collect()
    });
    let join = prop_oneof![
        links().prop_map(|links| Action::Join { links: Some(links), name: None }),
        key().prop_map(|name| Action::Join { links: None, name: Some(name) }),
    ];
    let link = (option::of(node()), option::of(node()), option::of(range()), option::of(probability()));
    prop_oneof![
        groups.prop_map(|groups| Action::Partition { groups }),
        (links(), option::of(key())).prop_map(|(links, name)| Action::Cut { links, name }),
        join,
        Just(Action::Heal {}),
        (link, option::of(probability())).prop_map(|((from, to, latency, loss), duplicate)| Action::Link {
            from,
            to,
            latency,
            loss,
            duplicate
        }),
        selector().prop_map(Action::Drop),
        selector().prop_map(Action::Hold),
        selector().prop_map(Action::Release),
        (micros(), selector()).prop_map(
            |(by, Selector { id, from, to, kind, offset, index, term, success, count })| {
                Action::Delay(Delay { by, id, from, to, kind, offset, index, term, success, count })
            }
        ),
        selector().prop_map(Action::Duplicate),
        selector().prop_map(Action::Deliver),
    ]
}

fn number() -> impl Strategy<Value = Number> {
    prop_oneof![
        (0..99_u64).prop_map(Number::Exact),
        (option::of(0..9_u64), option::of(0..99_u64)).prop_map(|(min, max)| Number::Range(Range { min, max })),
    ]
}

fn numbers() -> impl Strategy<Value = [Option<Number>; 4]> {
    prop::array::uniform4(option::of(number()))
}

fn node_is() -> impl Strategy<Value = NodeCondition> {
    let which = prop_oneof![
        node().prop_map(Which::One),
        prop::collection::vec(node(), 1..3).prop_map(Which::Each),
        Just(Which::Live(Live::All)),
        Just(Which::Live(Live::Any)),
    ];
    let is = (flag(), option::of(of(Role::ALL)), option::of(0..=VOTERS));
    let terms = || option::of(prop::collection::vec(0..9_u64, 0..4));
    let entry = (0..9_u64, option::of(0..9_u64), option::of((key(), text())))
        .prop_map(|(index, term, set)| EntryCondition { index, term, set });
    let state = prop::collection::btree_map(key(), text(), 0..3);
    let snapshot = numbers().prop_map(|[index, term, bytes, _]| SnapshotCondition { index, term, bytes });
    let set = || prop::collection::btree_set(node(), 0..3);
    let members = (option::of(prop::collection::vec(set(), 0..3)), option::of(set()), option::of(number()))
        .prop_map(|(voters, learners, index)| MembersCondition { voters, learners, index });
    let log = (terms(), terms(), option::of(entry), option::of(state));
    (which, is, numbers(), log, option::of(snapshot), option::of(members)).prop_map(
        |(node, (alive, role, voted_for), numbers, (log, log_prefix, entry, state), snapshot, members)| {
            let [term, commit, applied, last_index] = numbers;
            NodeCondition {
                node,
                alive,
                role,
                term,
                voted_for,
                commit,
                applied,
                last_index,
                log,
                log_prefix,
                entry,
                snapshot,
                members,
                state,
            }
        },
    )
}

fn stream_is() -> impl Strategy<Value = StreamCondition> {
    (node(), node(), option::of(of(StreamState::ALL)), numbers()).prop_map(
        |(leader, target, state, [next, matched, lag, _])| StreamCondition {
            stream: (leader, target),
            state,
            next,
            matched,
            lag,
        },
    )
}

fn event_was() -> impl Strategy<Value = EventMatcher> {
    let fields = prop_oneof![
        Just(json!({ "event": "role", "node": 2, "to": "leader" })),
        Just(json!({ "event": "trap-set", "does": "hold", "kind": "append" })),
        Just(json!({ "event": "note", "text": "now" })),
        Just(json!({ "event": "commit", "node": { "in": [1, 2] }, "to": { "min": 3 }, "at": { "max": 70.5 } })),
        Just(
            json!({ "event": "append", "entry": { "term": { "max": 3 }, "members": { "voters": [[1, 2], [2, 3]] } } })
        ),
    ];
    (fields, option::of(number())).prop_map(|(fields, count)| {
        let Value::Object(fields) = fields else { unreachable!() };
        EventMatcher { fields, count }
    })
}

fn condition() -> impl Strategy<Value = Condition> {
    let leader = prop_oneof![
        any::<bool>().prop_map(LeaderCondition::Any),
        node().prop_map(LeaderCondition::Node),
        number().prop_map(|term| LeaderCondition::Term { term }),
    ];
    let nodes = || node_is().prop_map(|node| Condition::Node(Box::new(node)));
    let streams = || stream_is().prop_map(|stream| Condition::Stream(Box::new(stream)));
    let clients = numbers().prop_map(|[acknowledged, unanswered, refused, unknown]| {
        let not_matched = unknown;
        Condition::Clients(ClientsCondition { acknowledged, unanswered, refused, unknown, not_matched })
    });
    let outcome = (of(ClientResult::ALL), option::of(1..9_u32), option::of(1..99_u64), option::of(text()))
        .prop_map(|(result, client, op, value)| Condition::Outcome(OutcomeCondition { client, op, result, value }));
    let violated = prop_oneof![any::<bool>().prop_map(Violated::Any), of(Invariant::ALL).prop_map(Violated::One)];
    let leaf = prop_oneof![
        leader.prop_map(Condition::Leader),
        any::<bool>().prop_map(Condition::Converged),
        nodes(),
        streams(),
        event_was().prop_map(Condition::Event),
        prop::collection::vec(prop_oneof![nodes(), streams()], 1..3).prop_map(Condition::Visited),
        clients,
        outcome,
        violated.prop_map(Condition::Violated),
    ]
    .boxed();
    let moment = ((0..100_000_u64).prop_map(Micros), leaf.clone())
        .prop_filter("its time is a field", |(_, inner)| !matches!(inner, Condition::Event(_)));
    let moment = moment.prop_map(|(at, inner)| Condition::At(at, Box::new(inner)));
    let leaf = prop_oneof![9 => leaf, 1 => moment];
    leaf.prop_recursive(2, 6, 3, |inner| {
        let list = || prop::collection::vec(inner.clone(), 0..3);
        prop_oneof![
            inner.clone().prop_map(|inner| Condition::Not(Box::new(inner))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Condition::Before),
            list().prop_map(Condition::All),
            list().prop_map(Condition::Any),
        ]
    })
}

/// A configuration that changes.
fn joint() -> Membership {
    Membership { voters: vec![[1, 2, 3].into(), [1, 2].into()], learners: [4].into() }
}

/// Every node has a prefix of the same log, so that any match index up to its length is correct. A snapshot, a commit
/// index and a leader need a majority that knows of them: where there is one, every node has a start.
fn starts() -> impl Strategy<Value = BTreeMap<NodeId, Start>> {
    let payload = prop_oneof![
        3 => Just(None),
        1 => Just(Some(Payload::Blank)),
        2 => (key(), option::of(text()), only_if()).prop_map(|(key, value, only_if)| {
            Some(Payload::of_write(key, value, only_if))
        }),
        1 => Just(Some(Payload::Members(Membership::new([1, 2, 3], [])))),
        1 => Just(Some(Payload::Members(joint()))),
    ];
    let session = option::of((0..9_u32, 1..99_u64).prop_map(|(client, serial)| Session { client, serial }));
    let log = prop::collection::vec((0..2_u64, payload, session), 0..6);
    let part = (0..6_usize, 0..6_u64, option::of(0..3_u64));
    let parts = prop::collection::vec(part, VOTERS as usize + 1).prop_map(|parts| (1..).zip(parts).collect());
    let members = option::of(prop_oneof![Just(Membership::new([1, 2, 3], [4])), Just(joint())].prop_map(StartMembers));
    let some = prop::collection::btree_set(node(), 0..4);
    let snapshot = option::of((1..9_u64, prop::collection::btree_map(key(), text(), 0..3)));
    (log, parts, some, (snapshot, members), option::of(1..=VOTERS), 1..3_u64).prop_map(
        |(log, parts, some, (snapshot, members), leader, first): (_, BTreeMap<NodeId, _>, _, _, _, _)| {
            let mut term = first;
            let entry = |(more, payload, session): (u64, Option<Payload>, Option<Session>)| {
                term += more;
                payload.map_or(StartEntry::Term(term), |payload| {
                    let session = session.filter(|_| payload.as_write().is_some());
                    StartEntry::Full(term, payload, session)
                })
            };
            let entries: Vec<StartEntry> = log.into_iter().map(entry).collect();
            let base = snapshot.as_ref().map_or(0, |&(index, _)| index);
            let length = |part: &(usize, u64, _)| part.0.min(entries.len());
            let kept = parts.values().map(length).min().unwrap_or(0) as u64;
            let start = |part: &(usize, u64, Option<u64>)| Start {
                commit: Some(base + part.1.min(kept)),
                term: Some(term + part.2.unwrap_or(0)),
                snapshot: snapshot.clone().map(|(index, state)| StartSnapshot {
                    index,
                    term: first,
                    state,
                    members: members.clone(),
                }),
                log: entries.iter().take(length(part)).cloned().collect(),
                ..Start::default()
            };
            let matched = parts.iter().filter(|&(&node, _)| Some(node) != leader);
            let matched = matched.map(|(&node, part)| (node, base + length(part) as u64)).collect();
            let mut starts: BTreeMap<NodeId, Start> = parts.iter().map(|(&node, part)| (node, start(part))).collect();
            match leader {
                Some(leader) => {
                    let office = start(&(entries.len(), 0, Some(5)));
                    starts.values_mut().for_each(|start| start.term = office.term);
                    let role = Some(StartRole::Leader);
                    starts.insert(leader, Start { role, matched: Some(matched), voted_for: Some(leader), ..office });
                }
                None if snapshot.is_none() => {
                    starts.retain(|node, _| some.contains(node));
                    starts.values_mut().for_each(|start| start.commit = None);
                }
                None => {}
            }
            starts
        },
    )
}

pub fn scenario() -> impl Strategy<Value = Scenario> {
    let timing = prop_oneof![
        3 => micros().prop_map(Timing::At),
        1 => (micros(), 0..99_u64, 0..3_u32).prop_map(|(at, event, polls)| Timing::After { at, event, polls }),
        1 => (condition(), prop_oneof![Just(Micros::ZERO), micros()])
            .prop_map(|(condition, later)| Timing::When(condition, later)),
    ];
    let repeat =
        option::of((1000..9_000_000_u64, 1..99_u32).prop_map(|(every, count)| Repeat { every: Micros(every), count }));
    let actions = prop::collection::vec((timing, repeat, prop_oneof![to_nodes(), to_network()]), 0..8);
    let on_violation =
        prop_oneof![any::<bool>().prop_map(OnViolation::Any), of(Invariant::ALL).prop_map(OnViolation::Only)];
    let stop = (micros(), option::of(condition()), option::of(on_violation))
        .prop_map(|(at, when, on_violation)| Stop { at: Some(at + Micros::from_ms(100)), when, on_violation });
    let network = (option::of(range()), option::of(probability()), option::of(probability()))
        .prop_map(|(latency, loss, duplicate)| NetworkPatch { latency, loss, duplicate });
    let storage = prop::array::uniform3(option::of(range())).prop_map(|[write_delay, snapshot_delay, apply_delay]| {
        StoragePatch { write_delay, snapshot_delay, apply_delay }
    });
    let own = (prop::collection::btree_map(node(), config(), 0..2), prop::collection::btree_map(node(), rate(), 0..3));
    let head = (text(), text(), 0..=SEED_MAX, option::of(of(&[Preset::Classroom, Preset::Lab])));
    let settings = (option::of(config()), network, storage, prop::sample::subsequence(Rule::ALL, 0..4));
    let expect = prop::collection::vec(condition(), 0..5);
    (head, (settings, own), starts(), actions, option::of(stop), expect).prop_map(
        |((title, description, seed, preset), (settings, own), start, actions, stop, expect)| {
            let (config, network, storage, rules_off) = settings;
            let mut scenario = Scenario::classroom(VOTERS);
            (scenario.title, scenario.description, scenario.seed) = (title, description, seed);
            scenario.preset = preset;
            scenario.learners = vec![VOTERS + 1];
            scenario.rules_off = rules_off;
            (scenario.config, scenario.network, scenario.storage) = (config.unwrap_or_default(), network, storage);
            (scenario.node_config, scenario.clocks) = own;
            scenario.start = start;
            scenario.actions = in_order(actions);
            (scenario.stop, scenario.expect) = (stop, expect);
            scenario
        },
    )
}

/// With the times in order.
fn in_order(actions: Vec<(Timing, Option<Repeat>, Action)>) -> Vec<ScheduledAction> {
    let mut before = Micros::ZERO;
    let later = |(timing, repeat, what): (Timing, Option<Repeat>, Action)| {
        let timing = match timing {
            Timing::At(at) => Timing::At(before.max(at)),
            Timing::After { at, event, polls } => Timing::After { at: before.max(at), event, polls },
            when => when,
        };
        before = timing.at().unwrap_or(before);
        let repeat = repeat.filter(|_| !matches!(timing, Timing::After { .. }));
        ScheduledAction { timing, repeat, what }
    };
    actions.into_iter().map(later).collect()
}
