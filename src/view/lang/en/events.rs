//! English: messages and events.

use super::{list, number, plural, English};
use crate::lab::vocab::event::{LossWhy, TrapDoes};
use crate::lab::vocab::selector::Selector;
use crate::raft::event::{RoleWhy, StreamState, StreamWhy, TransferRefusedWhy, VoteWhy};
use crate::raft::node::MembersResult;
use crate::raft::rpc::MessageKind;
use crate::raft::rules::Rule;
use crate::raft::{Index, Term};
use crate::view::format::{grouped, range, NodeName};
use crate::view::lang::rooms::{Common, Messages, Streams};
use crate::view::lang::values::{Carried, ChunkPlace, EntryPlace, LinkPart, LinkSet, MembersChange, Request, Vote};

say! {
    English: Messages;
    words {
        message_kind(kind: MessageKind): match kind {
            MessageKind::Append => "append",
            MessageKind::Heartbeat => "heartbeat",
            MessageKind::AppendAnswer => "answer to an append",
            MessageKind::Vote => "vote request",
            MessageKind::VoteAnswer => "answer to a vote request",
            MessageKind::Chunk => "chunk of a snapshot",
            MessageKind::ChunkAnswer => "answer to a chunk",
            MessageKind::PreVote => "pre-vote request",
            MessageKind::PreVoteAnswer => "answer to a pre-vote request",
            MessageKind::TimeoutNow => "request to take over",
        },
    }
    sentences {
        append(carried: Carried): append_in_words(carried),
        append_full(carried: Carried, term: Term, after: EntryPlace, commit: Index): {
            let (append, commit) = (append_in_words(carried), grouped(commit));
            match after {
                EntryPlace { index: 0, .. } =>
                    format!("{append} in term\u{a0}{term}, from the start of the log; commit\u{a0}{commit}"),
                EntryPlace { index, term: of } =>
                    format!("{append} in term\u{a0}{term}, after entry\u{a0}{} of term\u{a0}{of}; commit\u{a0}{commit}", grouped(index)),
            }
        },
        append_success(index: Index): match index {
            0 => "OK, log matches so far".to_string(),
            _ => format!("OK, log matches up to entry\u{a0}{}", grouped(index)),
        },
        append_success_full(index: Index, term: Term): format!("{}, in term\u{a0}{term}", English.append_success(index)),
        append_conflict(): CONFLICT,
        append_conflict_full(term: Term, hint: Option<EntryPlace>): match hint {
            None => format!("{CONFLICT}, in term\u{a0}{term}"),
            Some(EntryPlace { index: 0, .. }) =>
                format!("{CONFLICT}, in term\u{a0}{term}; hint: look at the start of the log"),
            Some(EntryPlace { index, term: of }) =>
                format!("{CONFLICT}, in term\u{a0}{term}; hint: look at entry\u{a0}{} of term\u{a0}{of}", grouped(index)),
        },
        append_stale(term: Term): format!("refuses: it is in term\u{a0}{term} already"),
        vote_request(term: Term): format!("asks for a vote in term\u{a0}{term}"),
        vote_request_full(term: Term, last: EntryPlace):
            format!("asks for a vote in term\u{a0}{term}, with {}", log_up_to(last)),
        vote_answer(granted: bool, term: Term): match granted {
            true => format!("grants its vote in term\u{a0}{term}"),
            false => format!("denies its vote in term\u{a0}{term}"),
        },
        pre_vote_request(term: Term): format!("asks whether it could win term\u{a0}{term}"),
        pre_vote_request_full(term: Term, last: EntryPlace):
            format!("asks whether it could win term\u{a0}{term}, with {}", log_up_to(last)),
        pre_vote_answer(granted: bool): if granted { "would vote for it" } else { "would not vote for it" },
        timeout_now(): "take over: start an election now",
        timeout_now_full(term: Term): format!("take over: start an election now, after term\u{a0}{term}"),
        chunk(chunk: ChunkPlace): chunk_in_words(chunk),
        chunk_full(chunk: ChunkPlace, term: Term): format!("{}, in term\u{a0}{term}", chunk_in_words(chunk)),
        chunk_expects(offset: u64): format!("expects the chunk at {}", grouped(offset)),
        chunk_expects_full(offset: u64, term: Term):
            format!("expects the chunk at {}, in term\u{a0}{term}", grouped(offset)),
        snapshot_installed(index: Index): format!("snapshot {} is installed", grouped(index)),
        snapshot_installed_full(index: Index, term: Term):
            format!("snapshot {} is installed, in term\u{a0}{term}", grouped(index)),
        message_name(from: NodeName, to: NodeName, says: &str, arrives: &str):
            format!("{from} → {to}: {says}, arrives at {arrives}\u{a0}ms"),
        held_name(from: NodeName, to: NodeName, says: &str): format!("{from} → {to}: {says}; it is held"),
        lost_name(from: NodeName, to: NodeName, says: &str, at: &str, why: LossWhy):
            format!("{from} → {to}: {says}, lost at {at}\u{a0}ms: {}", loss_why(why)),
    }
}

/// The response of a follower whose log does not match.
const CONFLICT: &str = "refuses: it lacks the entry before, or has another one there";

fn append_in_words(carried: Carried) -> String {
    match carried {
        Carried::Nothing => "heartbeat".to_string(),
        Carried::Entries(first, last) => format!("append {}", range(first, last)),
    }
}

fn log_up_to(EntryPlace { index, term }: EntryPlace) -> String {
    match index {
        0 => "an empty log".to_string(),
        _ => format!("a log up to entry\u{a0}{} of term\u{a0}{term}", grouped(index)),
    }
}

fn chunk_in_words(chunk: ChunkPlace) -> String {
    let ChunkPlace { index, offset, bytes, last } = chunk;
    let which = if last { "last chunk" } else { "chunk" };
    format!("{which} of snapshot\u{a0}{}, {}\u{a0}B at {}", grouped(index), grouped(bytes), grouped(offset))
}

/// Why a message was lost.
pub(super) fn loss_why(why: LossWhy) -> &'static str {
    match why {
        LossWhy::Chance => "lost by chance",
        LossWhy::Cut => "the link is cut",
        LossWhy::Crashed => "the receiver is down",
        why => why.text(),
    }
}

say! {
    English: NodeEvents;
    texts {
        removes_why: "conflicts with the leader’s log",
    }
    words {
        commits_why(entries: u64): match entries {
            1 => "a majority has stored it",
            _ => "a majority has stored them",
        },
        role_why(why: RoleWhy): match why {
            RoleWhy::Started => "it just started",
            RoleWhy::ElectionTimeout => "it has not heard from a leader in time",
            RoleWhy::Campaign => "it was told to",
            RoleWhy::WonElection => "a majority voted for it",
            RoleWhy::HigherTerm => "it saw a higher term",
            RoleWhy::LeaderElected => "another node leads this term",
            RoleWhy::StorageFailed => "its disk failed",
            RoleWhy::Transfer => "the leader hands over to it",
            RoleWhy::LostQuorum => "no majority answers it",
            RoleWhy::Membership => "the configuration changed",
            RoleWhy::Removed => "it was removed from the cluster",
        },
        transfer_refused_why(why: TransferRefusedWhy): match why {
            TransferRefusedWhy::NotLeader => "it is not the leader",
            TransferRefusedWhy::Leads => "that node is the leader already",
            TransferRefusedWhy::NoVoter => "that node has no vote",
        },
    }
    sentences {
        started(node: NodeName, term: Term, last: Index): if last == 0 && term == 0 {
            format!("{node} starts, with an empty log")
        } else {
            format!("{node} starts in term\u{a0}{term}, with a log up to entry\u{a0}{}", grouped(last))
        },
        elected(node: NodeName, term: Term): format!("{node} is elected leader of term\u{a0}{term}"),
        campaigns(node: NodeName, term: Term): format!("{node} starts an election for term\u{a0}{term}"),
        steps_down(node: NodeName): format!("{node} steps down"),
        gives_up(node: NodeName): format!("{node} gives up its election"),
        becomes_follower(node: NodeName): format!("{node} is a follower"),
        becomes_voter(node: NodeName): format!("{node} becomes a voter"),
        becomes_learner(node: NodeName): format!("{node} is a learner"),
        leaves(node: NodeName): format!("{node} leaves the cluster"),
        vote_why(vote: &Vote): {
            let Vote { voter, candidate, why, voted, heard } = vote;
            match (why, voted, heard) {
                (VoteWhy::Granted, ..) => format!("{candidate}’s log is up to date, and {voter} had not voted yet"),
                (VoteWhy::IsLeader, ..) => "it is the leader".to_string(),
                (_, Some(other), _) if other == voter => "it had voted for itself already".to_string(),
                (_, Some(other), _) => format!("it had voted for {other} already"),
                (VoteWhy::AlreadyVoted, ..) => "it had voted already".to_string(),
                (VoteWhy::HearsLeader, _, Some((leader, ago))) =>
                    format!("it heard from leader {leader} {ago}\u{a0}ms ago"),
                (VoteWhy::HearsLeader, ..) => "it heard from a leader a moment ago".to_string(),
                (VoteWhy::StaleTerm, ..) => format!("{candidate}’s term is over"),
                (VoteWhy::LogBehind, ..) => format!("{candidate}’s log is behind"),
                (VoteWhy::NoVoter, ..) => format!("{candidate} is not a voter"),
                (VoteWhy::Own, ..) => why.text().to_string(),
            }
        },
        stops(node: NodeName): format!("{node} stops"),
        term_rises(node: NodeName, from: Term, to: Term): format!("{node} moves from term\u{a0}{from} to term\u{a0}{to}"),
        follows(node: NodeName, leader: NodeName): format!("{node} follows {leader}"),
        follows_itself(node: NodeName): format!("{node} considers itself the leader"),
        knows_no_leader(node: NodeName): format!("{node} knows of no leader"),
        timer_set(node: NodeName, at: &str): format!("{node}’s election timer will run out at {at}\u{a0}ms"),
        timer_off(node: NodeName): format!("{node} stops its election timer"),
        votes(node: NodeName, candidate: NodeName, term: Term): format!("{node} votes for {candidate} in term\u{a0}{term}"),
        votes_own(node: NodeName): format!("{node} votes for itself"),
        refuses_vote(node: NodeName, candidate: NodeName, term: Term):
            format!("{node} denies {candidate} its vote in term\u{a0}{term}"),
        counts_vote(node: NodeName, voter: NodeName): format!("{node} counts the vote of {voter}"),
        counts_refusal(node: NodeName, voter: NodeName): format!("{node} notes that {voter} denied its vote"),
        pre_vote_begins(node: NodeName, term: Term): format!("{node} asks whether it could win term\u{a0}{term}"),
        would_vote(node: NodeName, candidate: NodeName, term: Term, granted: bool): if granted {
            format!("{node} would vote for {candidate} in term\u{a0}{term}")
        } else {
            format!("{node} would not vote for {candidate} in term\u{a0}{term}")
        },
        counts_pre_vote(node: NodeName, voter: NodeName, granted: bool): if granted {
            format!("{node} hears that {voter} would vote for it")
        } else {
            format!("{node} hears that {voter} would not vote for it")
        },
        transfer_begins(node: NodeName, target: NodeName): format!("{node} starts to hand leadership over to {target}"),
        transfer_refused(node: NodeName, target: NodeName): format!("{node} does not hand leadership over to {target}"),
        transfer_given_up(node: NodeName, target: NodeName):
            format!("{node} gives up handing leadership over to {target}"),
        read_confirmed(node: NodeName, index: Index):
            format!("{node} still leads: it may answer reads up to entry\u{a0}{}", grouped(index)),
        leader_appends(node: NodeName, index: Index, payload: &str):
            format!("{node} appends entry\u{a0}{}: {payload}", grouped(index)),
        stores(node: NodeName, index: Index, payload: &str):
            format!("{node} stores entry\u{a0}{}: {payload}", grouped(index)),
        removes(node: NodeName, first: Index, last: Index): match first == last {
            true => format!("{node} removes entry\u{a0}{}", grouped(first)),
            false => format!("{node} removes entries\u{a0}{}", range(first, last)),
        },
        commits(first: Index, last: Index): match first == last {
            true => format!("Entry\u{a0}{} is now committed", grouped(last)),
            false => format!("Entries\u{a0}{} are now committed", range(first, last)),
        },
        learns_commit(node: NodeName, first: Index, last: Index): match first == last {
            true => format!("{node} learns that entry\u{a0}{} is committed", grouped(last)),
            false => format!("{node} learns that entries\u{a0}{} are committed", range(first, last)),
        },
        applies(node: NodeName, index: Index): format!("{node} applies entry\u{a0}{}", grouped(index)),
        repeats(node: NodeName, index: Index): format!("{node} does not repeat the write in entry\u{a0}{}", grouped(index)),
        repeats_why(first: Index): format!("its client sent it twice: entry\u{a0}{} has done it already", grouped(first)),
        durable(node: NodeName, index: Index): format!("{node} has its log on disk up to entry\u{a0}{}", grouped(index)),
        stores_chunk(node: NodeName, received: u64, index: Index):
            format!("{node} has {}\u{a0}B of the snapshot up to entry\u{a0}{}", grouped(received), grouped(index)),
        installs(node: NodeName, index: Index): format!("{node} installs the snapshot up to entry\u{a0}{}", grouped(index)),
        installs_why(kept: bool): if kept {
            "the entries after it match, so they stay"
        } else {
            "it replaces its own log"
        },
        compacts(node: NodeName, index: Index):
            format!("{node} starts a snapshot up to entry\u{a0}{}", grouped(index)),
        compacted(node: NodeName, index: Index, bytes: u64, first: Index):
            format!(
                "{node} has a snapshot up to entry\u{a0}{} ({}\u{a0}B); its log now begins at entry\u{a0}{}",
                grouped(index),
                grouped(bytes),
                grouped(first)
            ),
        compaction_discarded(node: NodeName, index: Index):
            format!("{node} discards its snapshot up to entry\u{a0}{}: it has a later one", grouped(index)),
        storage_fails(node: NodeName): format!("{node}’s disk fails, so it stops"),
    }
}

say! {
    English: StreamEvents;
    texts {
        not_counted: "too late to count",
        timed_out_why: "it will be sent again at the next tick",
    }
    sentences {
        stream_begins(leader: NodeName, target: NodeName, state: StreamState, why: StreamWhy): format!(
            "{leader}’s stream to {target} {}; it is {}",
            English.stream_change(leader, target, None, state, why),
            English.stream_state(state)
        ),
        stream_ends(leader: NodeName, target: NodeName): format!("{leader}’s stream to {target} ends"),
        stream_changes(leader: NodeName, target: NodeName, to: StreamState, why: StreamWhy):
            format!("{leader}’s stream to {target}: {}", English.stream_change(leader, target, Some(to), to, why)),
        next_moves(leader: NodeName, target: NodeName, from: Index, to: Index):
            format!("{leader} → {target}: next moves from {} to {}", grouped(from), grouped(to)),
        match_moves(leader: NodeName, target: NodeName, from: Index, to: Index):
            format!("{leader} → {target}: match moves from {} to {}", grouped(from), grouped(to)),
        match_lost(leader: NodeName, target: NodeName, from: Index, to: Index):
            format!(
                "{leader} → {target}: {target} lost entries that it had acknowledged, match falls from {} to {}",
                grouped(from),
                grouped(to)
            ),
        buffers(leader: NodeName, target: NodeName, replication: u32, outbound: u32):
            format!("{leader} → {target}: {replication} queued, {outbound} in flight"),
        answered(leader: NodeName, target: NodeName, success: bool): if success {
            format!("{target} accepted an append from {leader}")
        } else {
            format!("{target} refused an append from {leader}")
        },
        timed_out(leader: NodeName, target: NodeName): format!("{leader} → {target}: no answer in time"),
        unreachable(leader: NodeName, target: NodeName):
            format!("{leader} → {target}: failed at once, {target} is down"),
        offers_snapshot(leader: NodeName, target: NodeName, index: Index, bytes: u64):
            format!("{leader} sends {target} a snapshot up to entry\u{a0}{} ({}\u{a0}B)", grouped(index), grouped(bytes)),
        sends_chunk(leader: NodeName, target: NodeName, offset: u64, bytes: u64):
            format!("{leader} → {target}: chunk at {}, {}\u{a0}B", grouped(offset), grouped(bytes)),
        chunk_answered(leader: NodeName, target: NodeName, offset: u64):
            format!("{target} tells {leader} that it expects byte {} next", grouped(offset)),
        chunk_installed(leader: NodeName, target: NodeName):
            format!("{target} tells {leader} that the snapshot is installed"),
        chunk_failed(leader: NodeName, target: NodeName, offset: u64):
            format!("{leader} → {target}: no answer to the chunk at {}", grouped(offset)),
    }
}

say! {
    English: LabEvents;
    texts {
        crash_why: "anything not yet on disk is lost",
        paused_why: "its timers will fire late",
        trap_gone: "No more messages are dropped or held",
        settings_changed: "The settings of all nodes change",
        does_not_lead: "it is not the leader",
        client_unknown_why: "the node crashed or lost its leadership before it answered",
        client_not_matched_why: "the key has another value",
    }
    words {
        loss_why(why: LossWhy): loss_why(why),
        members_result(result: MembersResult): match result {
            MembersResult::NotLeader => "it is not the leader",
            MembersResult::Unknown => "it lost its leadership meanwhile, so the change may still be completed",
            MembersResult::NotBegun => "it stepped down before the change began",
            MembersResult::Transferring => "it is handing over its leadership",
            MembersResult::Superseded => "a newer change replaced this one",
            result => result.text(),
        },
        rule(rule: Rule): rule.statement(),
    }
    sentences {
        sends(from: NodeName, to: NodeName, says: &str): format!("{from} → {to}: {says}"),
        arrives(from: NodeName, to: NodeName, says: &str): format!("{from} → {to}: {says}, arrives"),
        is_lost(from: NodeName, to: NodeName, says: &str): format!("{from} → {to}: {says}, is lost"),
        is_held(from: NodeName, to: NodeName, says: &str): format!("{from} → {to}: {says}, is held"),
        is_released(from: NodeName, to: NodeName, says: &str): format!("{from} → {to}: {says}, is released"),
        is_delayed(from: NodeName, to: NodeName, says: &str, arrives: &str):
            format!("{from} → {to}: {says}, is delayed until {arrives}\u{a0}ms"),
        is_delayed_and_held(from: NodeName, to: NodeName, says: &str):
            format!("{from} → {to}: {says}, is delayed, and still held"),
        trap_set(does: TrapDoes, which: &Selector): {
            let does = match does {
                TrapDoes::Drop => "dropped",
                TrapDoes::Hold => "held",
            };
            let from = which.from.map(|from| format!(" from {}", NodeName(from))).unwrap_or_default();
            let to = which.to.map(|to| format!(" to {}", NodeName(to))).unwrap_or_default();
            let kind = which.kind.map(|kind| format!(" ({})", English.message_kind(kind))).unwrap_or_default();
            match which.count {
                Some(1) => format!("The next message{from}{to}{kind} will be {does}"),
                Some(count) => format!("The next {} messages{from}{to}{kind} will be {does}", number(count.into())),
                None => format!("From now on, messages{from}{to}{kind} are {does}"),
            }
        },
        crashes(node: NodeName): format!("{node} crashes"),
        restarts(node: NodeName): format!("{node} restarts"),
        is_paused(node: NodeName): format!("{node} is paused"),
        is_resumed(node: NodeName): format!("{node} is resumed"),
        disk_answers(node: NodeName): format!("{node}’s disk answers at once"),
        disk_hangs(node: NodeName): format!("Reads from {node}’s disk hang"),
        disk_applies(node: NodeName, low: &str, high: &str): if low == high {
            format!("{node} takes {low}\u{a0}ms to apply an entry")
        } else {
            format!("{node} takes {low} to {high}\u{a0}ms to apply an entry")
        },
        disk_lost(node: NodeName, last: Index): if last == 0 {
            format!("{node}’s disk is empty now")
        } else {
            format!("{node}’s disk goes back to an earlier state: its log ends at entry\u{a0}{last}")
        },
        disk_fails(node: NodeName): format!("{node}’s disk begins to fail"),
        disk_takes(node: NodeName, low: &str, high: &str): if low == high {
            format!("{node}’s disk takes {low}\u{a0}ms a write")
        } else {
            format!("{node}’s disk takes {low} to {high}\u{a0}ms a write")
        },
        rule_switched(rule: Rule, on: bool): match on {
            true => format!("All nodes obey the rule {} again", rule.text()),
            false => format!("No node obeys the rule {} any more", rule.text()),
        },
        new_node(node: NodeName): format!("{node} is added, with an empty log"),
        change_waits(change: &MembersChange): format!("The request to {} waits for a leader", to_change(change)),
        change_asked(node: NodeName, change: &MembersChange): format!("{node} is asked to {}", to_change(change)),
        change_done(change: &MembersChange): format!("Done: {}", changed(change)),
        change_not_done(node: NodeName, change: &MembersChange): format!("{node} did not {}", to_change(change)),
        is_cut_off(node: NodeName): format!("{node} is cut off"),
        links_changed(links: &LinkSet, how: &str): format!("From now on, {}: {how}", links_in_words(links)),
        links_cut(links: &LinkSet): format!("Cut: {}", links_in_words(links)),
        links_rejoined(links: &LinkSet): format!("Reconnected: {}", links_in_words(links)),
        is_reconnected(node: NodeName): format!("{node} is reconnected"),
        client_waits(request: &Request): format!("The {} waits for a leader", named(request)),
        client_asks(request: &Request, node: NodeName):
            format!("A client asks {node} to {}", request_in_words(request)),
        client_sends(request: &Request): format!("A client asks to {}", request_in_words(request)),
        client_ok(request: &Request): format!("The {} is acknowledged", named(request)),
        client_reads(key: &str, value: &str): format!("The read of {key} gives {value}"),
        client_reads_nothing(key: &str): format!("The read of {key} gives nothing: it is not set"),
        client_refused(request: &Request, node: NodeName): format!("{node} refuses the {}", named(request)),
        client_not_done(request: &Request): format!("The {} is refused", named(request)),
        client_not_matched(request: &Request): format!("The {} is not done", named(request)),
        client_retries(request: &Request): format!("The client will send the {} again", named(request)),
        client_unknown(request: &Request):
            match request {
                Request::Read(key) => format!("The client gets no answer to its read of {key}"),
                Request::Write(pair) => format!("The client cannot tell whether {pair} took effect"),
                Request::Delete(key) => format!("The client cannot tell whether {key} was deleted"),
            },
    }
}

/// The change in the form that follows "to" and "the node did not".
fn to_change(change: &MembersChange) -> String {
    match change {
        MembersChange::Learner(node) => format!("add {node} as a learner"),
        MembersChange::Members(voters, None) => make_voters(voters),
        MembersChange::Members(voters, Some(learners)) if learners.is_empty() => {
            format!("{}, with no learners", make_voters(voters))
        }
        MembersChange::Members(voters, Some(learners)) => {
            format!(
                "{} and {} {}",
                make_voters(voters),
                list(learners),
                plural(learners.len(), "the learner", "the learners")
            )
        }
        MembersChange::AddVoter(node) => format!("add {node} as a voter"),
        MembersChange::Remove(node) => format!("remove {node} from the cluster"),
        MembersChange::NoVoters => "leave no voters".to_string(),
    }
}

fn make_voters(voters: &[NodeName]) -> String {
    match voters {
        [only] => format!("make {only} the only voter"),
        _ => format!("make {} the voters", list(voters)),
    }
}

/// The change as a fact.
fn changed(change: &MembersChange) -> String {
    match change {
        MembersChange::Learner(node) => format!("{node} is now a learner"),
        MembersChange::Members(voters, _) => match &voters[..] {
            [only] => format!("{only} is now the only voter"),
            _ => format!("{} are now the voters", list(voters)),
        },
        MembersChange::AddVoter(node) => format!("{node} is now a voter"),
        MembersChange::Remove(node) => format!("{node} is no longer in the cluster"),
        MembersChange::NoVoters => "there are no voters".to_string(),
    }
}

/// The request in the form that follows "the".
fn named(request: &Request) -> String {
    match request {
        Request::Delete(key) => format!("deletion of {key}"),
        other => request_in_words(other),
    }
}

/// The request in the form that follows "to".
fn request_in_words(request: &Request) -> String {
    match request {
        Request::Write(pair) => format!("write {pair}"),
        Request::Delete(key) => format!("delete {key}"),
        Request::Read(key) => format!("read {key}"),
    }
}

fn links_in_words(links: &LinkSet) -> String {
    match links {
        LinkSet::All => "all links".to_string(),
        LinkSet::From(node) => format!("all links from {node}"),
        LinkSet::To(node) => format!("all links to {node}"),
        LinkSet::Way(from, to) => English.arrow(*from, *to),
        LinkSet::Named(parts) => list(&parts.iter().map(link_part).collect::<Vec<_>>()),
        LinkSet::Many(count, ends) => format!("{} links between {}", number(*count), list(ends)),
    }
}

fn link_part(part: &LinkPart) -> String {
    match part {
        LinkPart::Both(a, b) => format!("{a}–{b}"),
        LinkPart::OneWay(from, to) => English.arrow(*from, *to),
    }
}
