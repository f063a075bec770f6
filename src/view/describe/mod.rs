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
mod tests;
