//! Describes events in words for students.

use std::collections::BTreeSet;

use super::action::alone_name;
use super::feed::{lot, Context, Line};
use super::format::{ms, NodeName};
use super::lang::values::{node_names, LinkPart, LinkSet, MembersChange, Request};
use super::lang::{self, Text};
use super::links::change_in_words;
use super::message::short;
use super::payload::{key as short_key, told, value as short_value, written};
use crate::lab::vocab::clip::clipped;
use crate::lab::vocab::event::{ClientResult, Event, LabEvent};
use crate::lab::vocab::id::Link;
use crate::lab::vocab::settings::NetworkPatch;
use crate::raft::event::{Role, StreamState, VoteWhy};
use crate::raft::node::MembersResult;
use crate::raft::rpc::MessageKind;
use crate::raft::{self, Index, Membership, NodeId};
use crate::runtime::Micros;

/// The most letters of the description of a violated invariant: a value in it may be long.
pub const VIOLATION_LETTERS: usize = 300;

/// The description of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// What happened.
    pub text: String,
    /// Why, where that is not obvious.
    pub why: Option<String>,
}

impl From<String> for Description {
    fn from(text: String) -> Description {
        Description { text, why: None }
    }
}

impl Description {
    fn because(text: String, why: impl Into<String>) -> Description {
        Description { text, why: Some(why.into()) }
    }
}

/// The description of a line of the feed. `nodes` is the number of nodes of the cluster.
pub fn describe(line: &Line, nodes: usize, t: &dyn Text) -> Description {
    if let Some((fold, lot)) = line.fold.as_ref().zip(lot(line)) {
        return t.lot(&lot, fold.count, entries(&fold.first).zip(entries(line)).map(|(a, b)| (a.0, b.1))).into();
    }
    let told = match &line.record.event {
        Event::Node(event) => describe_node_event(event, &line.context, t),
        Event::Lab(event) => describe_lab_event(event, line, nodes, t),
    };
    let why = match &line.record.event {
        Event::Lab(LabEvent::Sent { .. }) if line.context.owed => t.feed_again(),
        Event::Lab(LabEvent::Sent { .. } | LabEvent::Delivered { .. }) if line.context.by_hand => t.feed_by_hand(),
        _ => return told,
    };
    Description { why: Some(why.into()), ..told }
}

/// The entries that a line is about.
fn entries(line: &Line) -> Option<(Index, Index)> {
    line.highlight().entries
}

fn describe_node_event(event: &raft::Event, context: &Context, t: &dyn Text) -> Description {
    use raft::Event::*;
    let node = NodeName(event.node());
    let leads = context.leads;
    let vote_why = |candidate: NodeId, why: VoteWhy| {
        let heard = context.heard.map(|(leader, before)| (NodeName(leader), ms(before, 0)));
        let voted = context.voted.map(NodeName);
        t.vote_why(&lang::values::Vote { voter: node, candidate: NodeName(candidate), why, voted, heard })
    };
    match event {
        Started { term, last_index, .. } => t.started(node, *term, *last_index).into(),
        Role { to: self::Role::Learner, from: Some(_), .. } if leaves(node.0, context) => t.leaves(node).into(),
        Role { from: Some(self::Role::Learner), to: self::Role::Follower, .. } => t.becomes_voter(node).into(),
        Role { from, to, term, why, .. } => Description::because(role(node, *from, *to, *term, t), t.role_why(*why)),
        Term { from, to, .. } => t.term_rises(node, *from, *to).into(),
        Leader { leader: Some(leader), .. } if *leader == node.0 => t.follows_itself(node).into(),
        Leader { leader: Some(leader), .. } => t.follows(node, NodeName(*leader)).into(),
        Leader { leader: None, .. } => t.knows_no_leader(node).into(),
        Timer { deadline: Some(deadline), .. } => t.timer_set(node, &ms(*deadline, 1)).into(),
        Timer { deadline: None, .. } => t.timer_off(node).into(),
        Vote { candidate, .. } if *candidate == node.0 => t.votes_own(node).into(),
        Vote { candidate, term, granted, why, .. } => {
            let text = if *granted {
                t.votes(node, NodeName(*candidate), *term)
            } else {
                t.refuses_vote(node, NodeName(*candidate), *term)
            };
            Description::because(text, vote_why(*candidate, *why))
        }
        PreVoteBegun { term, why, .. } => Description::because(t.pre_vote_begins(node, *term), t.role_why(*why)),
        PreVote { candidate, term, granted, why, .. } => {
            let text = t.would_vote(node, NodeName(*candidate), *term, *granted);
            Description::because(text, vote_why(*candidate, *why))
        }
        PreVoteCounted { voter, granted, .. } => t.counts_pre_vote(node, NodeName(*voter), *granted).into(),
        TransferBegun { target, .. } => t.transfer_begins(node, NodeName(*target)).into(),
        TransferRefused { target, why, .. } => {
            Description::because(t.transfer_refused(node, NodeName(*target)), t.transfer_refused_why(*why))
        }
        TransferGivenUp { target, .. } => t.transfer_given_up(node, NodeName(*target)).into(),
        ReadConfirmed { read_index, .. } => t.read_confirmed(node, *read_index).into(),
        VoteCounted { voter, granted: true, .. } => t.counts_vote(node, NodeName(*voter)).into(),
        VoteCounted { voter, granted: false, .. } => t.counts_refusal(node, NodeName(*voter)).into(),
        Append { entry, .. } => {
            let payload = told(&entry.payload, t);
            if leads { t.leader_appends(node, entry.index, &payload) } else { t.stores(node, entry.index, &payload) }
                .into()
        }
        Truncate { first, last, .. } => Description::because(t.removes(node, *first, *last), t.removes_why()),
        Commit { from, to, .. } if leads => Description::because(t.commits(from + 1, *to), t.commits_why(to - from)),
        Commit { from, to, .. } => t.learns_commit(node, from + 1, *to).into(),
        Apply { index, .. } => t.applies(node, *index).into(),
        Repeated { index, first, .. } => Description::because(t.repeats(node, *index), t.repeats_why(*first)),
        StorageFailed { error, .. } => Description::because(t.storage_fails(node), error),
        Chunk { received, index, .. } => t.stores_chunk(node, *received, *index).into(),
        Installed { snapshot, kept_suffix, .. } => {
            Description::because(t.installs(node, snapshot.meta.index), t.installs_why(*kept_suffix))
        }
        CompactionBegun { index, .. } => t.compacts(node, *index).into(),
        CompactionDone { snapshot, first_index, .. } => {
            t.compacted(node, snapshot.meta.index, snapshot.data.len() as u64, *first_index).into()
        }
        CompactionDiscarded { index, .. } => t.compaction_discarded(node, *index).into(),
        Durable { index, .. } => t.durable(node, *index).into(),
        other => describe_stream_event(node, other, t),
    }
}

fn role(node: NodeName, from: Option<Role>, to: Role, term: raft::Term, t: &dyn Text) -> String {
    match (from, to) {
        (_, Role::Leader) => t.elected(node, term),
        (_, Role::Candidate) => t.campaigns(node, term),
        (Some(Role::Leader), Role::Follower) => t.steps_down(node),
        (Some(Role::Candidate), Role::Follower) => t.gives_up(node),
        (_, Role::Follower) => t.becomes_follower(node),
        (_, Role::Learner) => t.becomes_learner(node),
        (_, Role::Shutdown) => t.stops(node),
    }
}

fn describe_stream_event(leader: NodeName, event: &raft::Event, t: &dyn Text) -> Description {
    use raft::Event::*;
    match event {
        StreamState { target, from: None, to, why, .. } => t.stream_begins(leader, NodeName(*target), *to, *why).into(),
        StreamState { target, to: self::StreamState::Shutdown, why, .. } => {
            Description::because(t.stream_ends(leader, NodeName(*target)), t.stream_why(*why))
        }
        StreamState { target, to, why, .. } => t.stream_changes(leader, NodeName(*target), *to, *why).into(),
        Next { target, from, to, .. } => t.next_moves(leader, NodeName(*target), *from, *to).into(),
        Match { target, from, to, .. } => t.match_moves(leader, NodeName(*target), *from, *to).into(),
        MatchLost { target, from, to, .. } => t.match_lost(leader, NodeName(*target), *from, *to).into(),
        Buffer { target, replication, outbound, .. } => {
            t.buffers(leader, NodeName(*target), *replication, *outbound).into()
        }
        Answered { target, success, counted, .. } => {
            let text = t.answered(leader, NodeName(*target), *success);
            if *counted {
                text.into()
            } else {
                Description::because(text, t.not_counted())
            }
        }
        TimedOut { target, .. } => Description::because(t.timed_out(leader, NodeName(*target)), t.timed_out_why()),
        Unreachable { target, .. } => t.unreachable(leader, NodeName(*target)).into(),
        SnapshotOffered { target, snapshot, .. } => {
            t.offers_snapshot(leader, NodeName(*target), snapshot.meta.index, snapshot.data.len() as u64).into()
        }
        ChunkSent { target, offset, bytes, .. } => t.sends_chunk(leader, NodeName(*target), *offset, *bytes).into(),
        ChunkAnswered { target, installed: true, .. } => t.chunk_installed(leader, NodeName(*target)).into(),
        ChunkAnswered { target, offset, counted, .. } => {
            let text = t.chunk_answered(leader, NodeName(*target), *offset);
            match counted {
                true => text.into(),
                false => Description::because(text, t.not_counted()),
            }
        }
        ChunkFailed { target, offset, .. } => {
            Description::because(t.chunk_failed(leader, NodeName(*target), *offset), t.timed_out_why())
        }
        // All others are described by `describe_node_event`.
        other => other.name().to_string().into(),
    }
}

fn describe_lab_event(event: &LabEvent, line: &Line, nodes: usize, t: &dyn Text) -> Description {
    match event {
        LabEvent::Sent { from, to, message, .. } => t.sends(NodeName(*from), NodeName(*to), &short(message, t)).into(),
        LabEvent::Delivered { from, to, kind, .. } => {
            t.arrives(NodeName(*from), NodeName(*to), &said(line, *kind, t)).into()
        }
        LabEvent::Lost { from, to, kind, why, .. } => {
            Description::because(t.is_lost(NodeName(*from), NodeName(*to), &said(line, *kind, t)), t.loss_why(*why))
        }
        LabEvent::Crash { node, .. } => Description::because(t.crashes(NodeName(*node)), t.crash_why()),
        LabEvent::Restart { node } => t.restarts(NodeName(*node)).into(),
        LabEvent::Cut { links, name } => cut(links, name.as_deref(), nodes, t),
        LabEvent::Join { links } => match alone(links, nodes) {
            Some(node) => t.is_reconnected(NodeName(node)).into(),
            None => t.links_rejoined(&link_set(links, nodes)).into(),
        },
        LabEvent::Client { key, value: None, result: ClientResult::Ok, read, form, .. } if !form.delete => match read {
            Some(read) => t.client_reads(&short_key(key), &short_value(read, t)).into(),
            None => t.client_reads_nothing(&short_key(key)).into(),
        },
        LabEvent::Client { key, value, node, result, form, .. } => {
            let request = match form.write(key, value.as_deref()) {
                Some(write) if form.delete => Request::Delete(written(write, t)),
                Some(write) => Request::Write(written(write, t)),
                None => Request::Read(short_key(key).into_owned()),
            };
            client(&request, *node, *result, t)
        }
        LabEvent::NewNode { node } => t.new_node(NodeName(*node)).into(),
        LabEvent::Members { voters, learners, learner, node, result } => {
            let before = line.context.members.as_deref();
            let change = match (voters, learner) {
                (_, Some(learner)) => MembersChange::Learner(NodeName(*learner)),
                (Some(voters), None) if !voters.is_empty() => members_change(voters, learners.as_ref(), before),
                _ => MembersChange::NoVoters,
            };
            members(&change, *node, *result, t)
        }
        LabEvent::Held { from, to, kind, .. } => {
            t.is_held(NodeName(*from), NodeName(*to), &said(line, *kind, t)).into()
        }
        LabEvent::Released { from, to, kind, .. } => {
            t.is_released(NodeName(*from), NodeName(*to), &said(line, *kind, t)).into()
        }
        LabEvent::Delayed { from, to, kind, arrives, .. } => {
            let (from, to, says) = (NodeName(*from), NodeName(*to), said(line, *kind, t));
            match line.context.held {
                true => t.is_delayed_and_held(from, to, &says).into(),
                false => t.is_delayed(from, to, &says, &ms(*arrives, 1)).into(),
            }
        }
        LabEvent::TrapSet { does, which, .. } => t.trap_set(*does, which).into(),
        LabEvent::TrapGone { .. } => t.trap_gone().to_string().into(),
        LabEvent::Pause { node } => Description::because(t.is_paused(NodeName(*node)), t.paused_why()),
        LabEvent::Resume { node } => t.is_resumed(NodeName(*node)).into(),
        LabEvent::DiskPace { node, hangs: true, .. } => t.disk_hangs(NodeName(*node)).into(),
        LabEvent::DiskPace { node, apply_delay: (_, Micros::ZERO), .. } => t.disk_answers(NodeName(*node)).into(),
        LabEvent::DiskPace { node, apply_delay: (low, high), .. } => {
            t.disk_applies(NodeName(*node), &ms(*low, 1), &ms(*high, 1)).into()
        }
        LabEvent::DiskLost { node, kept } => t.disk_lost(NodeName(*node), kept.last_index()).into(),
        LabEvent::Disk { node, fails: true, .. } => t.disk_fails(NodeName(*node)).into(),
        LabEvent::Disk { node, write_delay: (low, high), .. } => {
            t.disk_takes(NodeName(*node), &ms(*low, 1), &ms(*high, 1)).into()
        }
        LabEvent::Link { from, to, latency, loss, duplicate } => {
            let which = match (*from, *to) {
                (Some(from), Some(to)) => LinkSet::Way(NodeName(from), NodeName(to)),
                (Some(from), None) => LinkSet::From(NodeName(from)),
                (None, Some(to)) => LinkSet::To(NodeName(to)),
                (None, None) => LinkSet::All,
            };
            let change = NetworkPatch { latency: *latency, loss: *loss, duplicate: *duplicate };
            t.links_changed(&which, &change_in_words(&change, t)).into()
        }
        LabEvent::Config { .. } => t.settings_changed().to_string().into(),
        LabEvent::Rule { name, on } => Description::because(t.rule_switched(*name, *on), t.rule(*name)),
        LabEvent::Violation { invariant, text, .. } => {
            Description::because(t.invariant_violated(*invariant), clipped(&t.violation(text), VIOLATION_LETTERS))
        }
        LabEvent::Note { text } => text.clone().into(),
    }
}

/// A change of the members, named by what it changes.
fn members_change(
    voters: &BTreeSet<NodeId>,
    learners: Option<&BTreeSet<NodeId>>,
    before: Option<&Membership>,
) -> MembersChange {
    let names = |nodes: &BTreeSet<NodeId>| node_names(nodes.iter().copied());
    if let Some(Membership { voters: old, learners: old_learners }) = before {
        let (old, new_learners) = (old.last().cloned().unwrap_or_default(), learners.unwrap_or(old_learners));
        let added: Vec<NodeId> = voters.difference(&old).copied().collect();
        let mut gone: Vec<NodeId> = old.difference(voters).copied().collect();
        gone.extend(old_learners.difference(new_learners).filter(|learner| !voters.contains(learner)));
        let adds_no_learner = new_learners.is_subset(old_learners);
        match (&added[..], &gone[..]) {
            ([one], []) if adds_no_learner => return MembersChange::AddVoter(NodeName(*one)),
            ([], [one]) if adds_no_learner && !new_learners.contains(one) => {
                return MembersChange::Remove(NodeName(*one))
            }
            _ => {}
        }
    }
    MembersChange::Members(names(voters), learners.map(names))
}

/// Whether a node that has no vote any more is in the cluster no more.
fn leaves(node: NodeId, context: &Context) -> bool {
    context.members.as_ref().is_some_and(|members| !members.contains(node))
}

fn said(line: &Line, kind: MessageKind, t: &dyn Text) -> String {
    line.context.message.as_deref().map_or_else(|| t.message_kind(kind).to_string(), |message| short(message, t))
}

fn client(request: &Request, node: Option<NodeId>, result: ClientResult, t: &dyn Text) -> Description {
    match (result, node) {
        (ClientResult::Waiting, _) => t.client_waits(request).into(),
        (ClientResult::Sent, Some(node)) => t.client_asks(request, NodeName(node)).into(),
        (ClientResult::Sent, None) => t.client_sends(request).into(),
        (ClientResult::Ok, _) => t.client_ok(request).into(),
        (ClientResult::Refused, Some(node)) => {
            Description::because(t.client_refused(request, NodeName(node)), t.does_not_lead())
        }
        (ClientResult::Refused, None) => Description::because(t.client_not_done(request), t.does_not_lead()),
        (ClientResult::NotMatched, _) => {
            Description::because(t.client_not_matched(request), t.client_not_matched_why())
        }
        (ClientResult::Unknown, _) => Description::because(t.client_unknown(request), t.client_unknown_why()),
        (ClientResult::Retrying, _) => Description::because(t.client_retries(request), t.client_unknown_why()),
    }
}

fn members(change: &MembersChange, node: Option<NodeId>, result: Option<MembersResult>, t: &dyn Text) -> Description {
    match (node, result) {
        (None, _) => t.change_waits(change).into(),
        (Some(node), None) => t.change_asked(NodeName(node), change).into(),
        (Some(_), Some(MembersResult::Done)) => t.change_done(change).into(),
        (Some(node), Some(result)) => {
            Description::because(t.change_not_done(NodeName(node), change), t.members_result(result))
        }
    }
}

fn cut(links: &[Link], name: Option<&str>, nodes: usize, t: &dyn Text) -> Description {
    let alone = alone(links, nodes);
    let text = match alone {
        Some(node) => t.is_cut_off(NodeName(node)),
        None => t.links_cut(&link_set(links, nodes)),
    };
    let says_the_same = |name: &str| alone.is_some_and(|node| name == alone_name(node));
    match name.filter(|name| !says_the_same(name)) {
        Some(name) => Description::because(text, name),
        None => text.into(),
    }
}

/// The node all of whose links these are, if there is one.
fn alone(links: &[Link], nodes: usize) -> Option<NodeId> {
    let &(a, b) = links.first()?;
    let own = |node: NodeId| links.iter().filter(|&&(from, to)| from == node || to == node).count();
    [a, b].into_iter().find(|&node| nodes > 2 && links.len() == 2 * (nodes - 1) && own(node) == links.len())
}

/// The most links that are named one by one.
const LINKS_NAMED: usize = 3;

/// These links as a sentence names them: one by one or, if they are many, by their number.
fn link_set(links: &[Link], nodes: usize) -> LinkSet {
    if links.len() == nodes * nodes.saturating_sub(1) && nodes > 2 {
        return LinkSet::All;
    }
    let pairs: BTreeSet<Link> = links.iter().map(|&(a, b)| (a.min(b), a.max(b))).collect();
    if pairs.len() > LINKS_NAMED {
        let ends: BTreeSet<NodeId> = pairs.iter().flat_map(|&(a, b)| [a, b]).collect();
        return LinkSet::Many(pairs.len() as u64, node_names(ends));
    }
    let part = |(a, b): Link| match (links.contains(&(a, b)), links.contains(&(b, a))) {
        (true, true) => LinkPart::Both(NodeName(a), NodeName(b)),
        (true, false) => LinkPart::OneWay(NodeName(a), NodeName(b)),
        _ => LinkPart::OneWay(NodeName(b), NodeName(a)),
    };
    LinkSet::Named(pairs.into_iter().map(part).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::vocab::event::{LossWhy, Record, TrapDoes};
    use crate::lab::vocab::image::Image;
    use crate::lab::vocab::invariant::Invariant;
    use crate::lab::vocab::probability::Probability;
    use crate::lab::vocab::selector::Selector;
    use crate::lab::vocab::violation::ViolationDetail;
    use crate::lab::vocab::write_form::WriteForm;
    use crate::raft::event::{RoleWhy, StreamWhy, VoteWhy};
    use crate::raft::log::{Entry, Payload};
    use crate::raft::rpc::{Message, VoteRequest};
    use crate::view::feed::{Feed, Filter};
    use crate::view::lang::English;
    use std::rc::Rc;
    use std::sync::Arc;

    /// The description of the last of these events in a cluster of five nodes: the text, and the reason after a dash.
    fn tell(events: Vec<Event>) -> String {
        let records: Vec<Rc<Record>> = events
            .into_iter()
            .zip(1..)
            .map(|(event, n)| Rc::new(Record { at: Micros::from_ms(n), n, event }))
            .collect();
        let mut feed = Feed::default();
        feed.take(&records);
        let Description { text, why } = describe(&feed.last(Filter::Everything, 1)[0], 5, &English);
        why.map_or(text.clone(), |why| format!("{text} — {why}")).replace('\u{a0}', " ")
    }

    fn node(event: raft::Event) -> String {
        tell(vec![Event::Node(event)])
    }

    fn lab(event: LabEvent) -> String {
        tell(vec![Event::Lab(event)])
    }

    #[test]
    fn elections_in_words() {
        use raft::Event::*;
        let change = |from, to, why| node(Role { node: 3, from, to, term: 2, why });
        use self::Role as R;
        assert_eq!(
            change(Some(R::Follower), R::Candidate, RoleWhy::ElectionTimeout),
            "S3 starts an election for term 2 — it has not heard from a leader in time"
        );
        assert_eq!(
            change(Some(R::Candidate), R::Leader, RoleWhy::WonElection),
            "S3 is elected leader of term 2 — a majority voted for it"
        );
        assert_eq!(change(Some(R::Leader), R::Follower, RoleWhy::HigherTerm), "S3 steps down — it saw a higher term");
        let vote = |granted, why| node(Vote { node: 2, candidate: 3, term: 2, granted, why });
        assert_eq!(
            vote(true, VoteWhy::Granted),
            "S2 votes for S3 in term 2 — S3’s log is up to date, and S2 had not voted yet"
        );
        assert_eq!(vote(false, VoteWhy::LogBehind), "S2 denies S3 its vote in term 2 — S3’s log is behind");
        assert_eq!(node(VoteCounted { node: 3, voter: 2, term: 2, granted: true }), "S3 counts the vote of S2");
        assert_eq!(node(Term { node: 1, from: 1, to: 2 }), "S1 moves from term 1 to term 2");
    }

    #[test]
    fn a_vote_is_denied_for_the_reason_that_a_student_can_see() {
        use raft::Event::*;
        let role = |to| Event::Node(Role { node: 2, from: None, to, term: 1, why: RoleWhy::Started });
        let vote = |candidate, term, granted, why| Event::Node(Vote { node: 2, candidate, term, granted, why });
        let heard = [
            role(self::Role::Follower),
            Event::Node(Leader { node: 2, leader: Some(4) }),
            Event::Node(Timer { node: 2, deadline: Some(Micros::from_ms(200)) }),
        ];
        let denied = vote(3, 2, false, VoteWhy::HearsLeader);
        let after = |events: &[Event]| tell([&heard, events, std::slice::from_ref(&denied)].concat());
        assert_eq!(after(&[]), "S2 denies S3 its vote in term 2 — it heard from leader S4 1 ms ago");
        let own = vote(2, 2, true, VoteWhy::Own);
        assert_eq!(tell(vec![role(self::Role::Candidate), own.clone()]), "S2 votes for itself");
        // Its election was forced while it still heard the leader.
        assert_eq!(after(&[own]), "S2 denies S3 its vote in term 2 — it had voted for itself already");
        let other = vote(5, 2, true, VoteWhy::Granted);
        assert_eq!(after(&[other]), "S2 denies S3 its vote in term 2 — it had voted for S5 already");
        let leads = vec![role(self::Role::Leader), vote(3, 2, false, VoteWhy::IsLeader)];
        assert_eq!(tell(leads), "S2 denies S3 its vote in term 2 — it is the leader");
    }

    #[test]
    fn changes_of_the_members_in_words() {
        use raft::Event::*;
        let configuration = |index, members: Membership| {
            Event::Node(Append { node: 1, entry: Arc::new(Entry::new(index, 1, Payload::Members(members))) })
        };
        let change = |voters: &[NodeId], learners: Option<&[NodeId]>, result| {
            let set = |nodes: &[NodeId]| nodes.iter().copied().collect::<BTreeSet<NodeId>>();
            let (voters, learners) = (Some(set(voters)), learners.map(set));
            Event::Lab(LabEvent::Members { voters, learners, learner: None, node: Some(1), result })
        };
        let three = configuration(1, Membership::new([1, 2, 3], [4]));
        let told = |voters: &[NodeId], learners: Option<&[NodeId]>| {
            let asked = tell(vec![three.clone(), change(voters, learners, None)]);
            let new = configuration(2, Membership::new(voters.iter().copied(), []));
            let done = change(voters, learners, Some(MembersResult::Done));
            [asked, tell(vec![three.clone(), change(voters, learners, None), new, done])]
        };
        assert_eq!(told(&[1, 2, 3, 4], None), ["S1 is asked to add S4 as a voter", "Done: S4 is now a voter"]);
        assert_eq!(
            told(&[1, 2], None),
            ["S1 is asked to remove S3 from the cluster", "Done: S3 is no longer in the cluster"]
        );
        assert_eq!(
            told(&[1, 2, 3], Some(&[])),
            ["S1 is asked to remove S4 from the cluster", "Done: S4 is no longer in the cluster"]
        );
        assert_eq!(told(&[3], None), ["S1 is asked to make S3 the only voter", "Done: S3 is now the only voter"]);
        let role = |from, to| Event::Node(Role { node: 4, from: Some(from), to, term: 1, why: RoleWhy::Membership });
        use self::Role::{Follower, Learner};
        assert_eq!(tell(vec![three.clone(), role(Learner, Follower)]), "S4 becomes a voter");
        assert_eq!(tell(vec![three, role(Follower, Learner)]), "S4 is a learner — the configuration changed");
        let gone = configuration(2, Membership::new([1, 2], []));
        assert_eq!(tell(vec![gone, role(Follower, Learner)]), "S4 leaves the cluster");
    }

    #[test]
    fn disks_in_words() {
        let pace = |hangs, low, high| {
            let apply_delay = (Micros::from_ms(low), Micros::from_ms(high));
            lab(LabEvent::DiskPace { node: 2, apply_delay, hangs })
        };
        assert_eq!(pace(true, 0, 0), "Reads from S2’s disk hang");
        assert_eq!(pace(false, 0, 0), "S2’s disk answers at once");
        assert_eq!(pace(false, 3, 3), "S2 takes 3.0 ms to apply an entry");
        assert_eq!(pace(false, 3, 4), "S2 takes 3.0 to 4.0 ms to apply an entry");
        let lost = |log| lab(LabEvent::DiskLost { node: 2, kept: Rc::new(Image { log, ..Image::default() }) });
        assert_eq!(lost(vec![]), "S2’s disk is empty now");
        let entry = Arc::new(Entry::new(1, 1, Payload::Blank));
        assert_eq!(lost(vec![entry]), "S2’s disk goes back to an earlier state: its log ends at entry 1");
    }

    #[test]
    fn the_log_in_words() {
        use raft::Event::*;
        let set = Payload::Set { key: "x".into(), value: "1".into() };
        let append = Append { node: 3, entry: Arc::new(Entry::new(5, 2, set)) };
        assert_eq!(node(append.clone()), "S3 stores entry 5: x=1");
        let elected = Role {
            node: 3,
            from: Some(self::Role::Candidate),
            to: self::Role::Leader,
            term: 2,
            why: RoleWhy::WonElection,
        };
        let as_leader = |event| tell(vec![Event::Node(elected.clone()), Event::Node(event)]);
        assert_eq!(as_leader(append), "S3 appends entry 5: x=1");
        assert_eq!(
            as_leader(Commit { node: 3, from: 3, to: 5 }),
            "Entries 4–5 are now committed — a majority has stored them"
        );
        assert_eq!(node(Commit { node: 2, from: 3, to: 5 }), "S2 learns that entries 4–5 are committed");
        assert_eq!(
            node(Truncate { node: 2, first: 4, last: 6 }),
            "S2 removes entries 4–6 — conflicts with the leader’s log"
        );
    }

    #[test]
    fn streams_in_words() {
        use raft::Event::*;
        let (from, to) = (Some(self::StreamState::LineRate), self::StreamState::Lagging);
        let change = StreamState { node: 1, target: 4, from, to, why: StreamWhy::LagAboveThreshold };
        assert_eq!(node(change), "S1’s stream to S4: too many entries behind, now lagging");
        assert_eq!(
            node(Answered { node: 1, target: 4, rpc: 9, success: false, late: true, counted: false }),
            "S4 refused an append from S1 — too late to count"
        );
    }

    #[test]
    fn messages_in_words() {
        let vote = Message::Vote(VoteRequest {
            term: 2,
            candidate: 3,
            last_log_index: 0,
            last_log_term: 0,
            pre_vote: false,
            transfer: false,
        });
        let (kind, message) = (vote.kind(), Rc::new(vote));
        let arrives = Micros::from_ms(9);
        let sent = LabEvent::Sent { id: 7, from: 3, to: 1, kind, re: None, copy_of: None, arrives, message };
        let lost = LabEvent::Lost { id: 7, from: 3, to: 1, kind, why: LossWhy::Cut };
        assert_eq!(lab(sent.clone()), "S3 → S1: asks for a vote in term 2");
        let both = vec![Event::Lab(sent.clone()), Event::Lab(lost.clone())];
        assert_eq!(tell(both), "S3 → S1: asks for a vote in term 2, is lost — the link is cut");
        let held = LabEvent::Held { id: 7, from: 3, to: 1, kind };
        let delayed = LabEvent::Delayed { id: 7, from: 3, to: 1, kind, arrives };
        let released = LabEvent::Released { id: 7, from: 3, to: 1, kind, arrives };
        let cases = [
            (vec![&held], "is held"),
            (vec![&delayed], "is delayed until 9.0 ms"),
            (vec![&held, &delayed], "is delayed, and still held"),
            (vec![&held, &released], "is released"),
            (vec![&held, &released, &delayed], "is delayed until 9.0 ms"),
        ];
        for (events, words) in cases {
            let events = std::iter::once(&sent).chain(events).cloned().map(Event::Lab).collect();
            assert_eq!(tell(events), format!("S3 → S1: asks for a vote in term 2, {words}"));
        }
        assert_eq!(
            lab(lost),
            "S3 → S1: vote request, is lost — the link is cut",
            "of a message from before the first event"
        );
    }

    #[test]
    fn messages_that_are_still_to_be_sent_in_words() {
        let set = |does, which| lab(LabEvent::TrapSet { trap: 1, does, which });
        let appends =
            Selector { from: Some(1), kind: Some(MessageKind::Append), count: Some(2), ..Selector::default() };
        assert_eq!(set(TrapDoes::Drop, appends), "The next two messages from S1 (append) will be dropped");
        let one = Selector { to: Some(3), count: Some(1), ..Selector::default() };
        assert_eq!(set(TrapDoes::Hold, one), "The next message to S3 will be held");
        assert_eq!(set(TrapDoes::Hold, Selector::default()), "From now on, messages are held");
    }

    #[test]
    fn a_long_value_does_not_swamp_the_feed() {
        let long = "a".repeat(2000);
        let set = Payload::Set { key: "x".into(), value: long.clone() };
        let entry = Arc::new(Entry::new(5, 2, set));
        let (key, value) = ("x".to_string(), Some(long.clone()));
        let client = |read| LabEvent::Client {
            client: 1,
            op: 1,
            key: key.clone(),
            value: value.clone().filter(|_| read),
            node: None,
            result: ClientResult::Ok,
            index: None,
            read: Some(long.clone()),
            form: WriteForm::default(),
        };
        let broken = LabEvent::Violation {
            invariant: Invariant::AcknowledgedKept,
            nodes: vec![],
            entries: vec![],
            text: ViolationDetail::AcknowledgedOther { write: long.clone(), index: 1 },
        };
        let told = [node(raft::Event::Append { node: 3, entry }), lab(client(true)), lab(client(false)), lab(broken)];
        assert_eq!(told[0], "S3 stores entry 5: x=aaaaaaaaaaaaaaaaaaaaaa… (2000 B)");
        for told in told {
            assert!(told.chars().count() < 400, "{told}");
        }
    }

    #[test]
    fn cuts_in_words() {
        let both = |pairs: &[Link]| pairs.iter().flat_map(|&(a, b)| [(a, b), (b, a)]).collect::<Vec<Link>>();
        let cut = |links: Vec<Link>| lab(LabEvent::Cut { links, name: Some("cut 1".into()) });
        assert_eq!(cut(both(&[(3, 1), (3, 2), (3, 4), (3, 5)])), "S3 is cut off — cut 1");
        assert_eq!(cut(both(&[(1, 2)])), "Cut: S1–S2 — cut 1");
        assert_eq!(cut(vec![(1, 2), (2, 1), (4, 3)]), "Cut: S1–S2 and S4 → S3 — cut 1");
        let halves = both(&[(1, 3), (1, 4), (1, 5), (2, 3), (2, 4), (2, 5)]);
        assert_eq!(cut(halves), "Cut: six links between S1, S2, S3, S4 and S5 — cut 1");
        let all: Vec<Link> = (1..=5).flat_map(|a| (1..=5).filter(move |b| *b != a).map(move |b| (a, b))).collect();
        assert_eq!(lab(LabEvent::Join { links: all }), "Reconnected: all links");
        let alone = both(&[(3, 1), (3, 2), (3, 4), (3, 5)]);
        assert_eq!(lab(LabEvent::Join { links: alone }), "S3 is reconnected");
    }

    #[test]
    fn changed_links_in_words() {
        let latency = Some((Micros::from_ms(80), Micros::from_ms(120)));
        let loss = Some(Probability { per_million: 200_000 });
        let link = |from, to, loss| lab(LabEvent::Link { from, to, latency, loss, duplicate: None });
        assert_eq!(link(Some(1), Some(3), None), "From now on, S1 → S3: 80–120 ms");
        assert_eq!(link(Some(1), None, None), "From now on, all links from S1: 80–120 ms");
        assert_eq!(link(None, Some(3), None), "From now on, all links to S3: 80–120 ms");
        assert_eq!(link(None, None, loss), "From now on, all links: 80–120 ms, 20 % lost");
    }

    #[test]
    fn clients_in_words() {
        let told = |result, node| {
            let (key, value) = ("x".to_string(), Some("1".to_string()));
            lab(LabEvent::Client {
                client: 1,
                op: 1,
                key,
                value,
                node,
                result,
                index: None,
                read: None,
                form: WriteForm::default(),
            })
        };
        use ClientResult::*;
        let cases = [
            (Waiting, None, "The write x=1 waits for a leader"),
            (Sent, Some(2), "A client asks S2 to write x=1"),
            (Ok, Some(2), "The write x=1 is acknowledged"),
            (Refused, Some(2), "S2 refuses the write x=1 — it is not the leader"),
            (Unknown, Some(2), "The client cannot tell whether x=1 took effect — the node crashed or lost its leadership before it answered"),
            (Retrying, Some(2), "The client will send the write x=1 again — the node crashed or lost its leadership before it answered"),
        ];
        for (result, node, words) in cases {
            assert_eq!(told(result, node), words);
        }
        let of_form = |value: Option<&str>, form, result| {
            let (key, value, node) = ("x".to_string(), value.map(str::to_string), Some(2));
            lab(LabEvent::Client { client: 1, op: 1, key, value, node, result, index: None, read: None, form })
        };
        let form = |delete, only_if| WriteForm { delete, only_if };
        let expects = Some(Some("0".to_string()));
        assert_eq!(of_form(None, form(true, None), Sent), "A client asks S2 to delete x");
        assert_eq!(of_form(None, form(true, None), Ok), "The deletion of x is acknowledged");
        assert_eq!(
            of_form(Some("1"), form(false, expects), NotMatched),
            "The write x=1 if 0 is not done — the key has another value"
        );
    }
}
