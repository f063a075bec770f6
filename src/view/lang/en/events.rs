//! English: messages and events.

use super::{list, number, English};
use crate::lab::vocab::event::{LossWhy, TrapDoes};
use crate::lab::vocab::selector::Selector;
use crate::raft::event::{RoleWhy, StreamState, TransferRefusedWhy, VoteWhy};
use crate::raft::node::MembersResult;
use crate::raft::rpc::MessageKind;
use crate::raft::rules::Rule;
use crate::raft::{Index, Term};
use crate::view::format::{grouped, range, NodeName};
use crate::view::lang::rooms::{Common, Messages, Streams};
use crate::view::lang::values::{Carried, ChunkPlace, EntryPlace, LinkPart, LinkSet, MembersChange, Request};

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
            MessageKind::TimeoutNow => "timeout now",
        },
    }
    sentences {
        append(carried: Carried): append_in_words(carried),
        append_full(carried: Carried, term: Term, after: EntryPlace, commit: Index): {
            let (append, commit) = (append_in_words(carried), grouped(commit));
            match after {
                EntryPlace { index: 0, .. } =>
                    format!("{append} in term {term}, from the start of the log; commit {commit}"),
                EntryPlace { index, term: of } =>
                    format!("{append} in term {term}, after entry {} of term {of}; commit {commit}", grouped(index)),
            }
        },
        append_success(index: Index): format!("agrees up to {}", grouped(index)),
        append_success_full(index: Index, term: Term): format!("agrees up to {}, in term {term}", grouped(index)),
        append_conflict(): CONFLICT,
        append_conflict_full(term: Term, hint: Option<EntryPlace>): match hint {
            None => format!("{CONFLICT}, in term {term}"),
            Some(EntryPlace { index: 0, .. }) =>
                format!("{CONFLICT}, in term {term}; hint: look at the start of the log"),
            Some(EntryPlace { index, term: of }) =>
                format!("{CONFLICT}, in term {term}; hint: look at entry {} of term {of}", grouped(index)),
        },
        append_stale(term: Term): format!("refuses: it is in term {term}"),
        vote_request(term: Term): format!("asks for a vote in term {term}"),
        vote_request_full(term: Term, last: EntryPlace):
            format!("asks for a vote in term {term}, with {}", log_up_to(last)),
        vote_answer(granted: bool, term: Term): match granted {
            true => format!("grants its vote in term {term}"),
            false => format!("refuses its vote in term {term}"),
        },
        pre_vote_request(term: Term): format!("asks whether it could win term {term}"),
        pre_vote_request_full(term: Term, last: EntryPlace):
            format!("asks whether it could win term {term}, with {}", log_up_to(last)),
        pre_vote_answer(granted: bool): if granted { "would vote for it" } else { "would not vote for it" },
        timeout_now(): "campaign now",
        timeout_now_full(term: Term): format!("campaign now, in term {term}"),
        chunk(chunk: ChunkPlace): chunk_in_words(chunk),
        chunk_full(chunk: ChunkPlace, term: Term): format!("{}, in term {term}", chunk_in_words(chunk)),
        chunk_expects(offset: u64): format!("expects the chunk at {}", grouped(offset)),
        chunk_expects_full(offset: u64, term: Term):
            format!("expects the chunk at {}, in term {term}", grouped(offset)),
        snapshot_installed(index: Index): format!("snapshot {} is installed", grouped(index)),
        snapshot_installed_full(index: Index, term: Term):
            format!("snapshot {} is installed, in term {term}", grouped(index)),
        message_name(from: NodeName, to: NodeName, says: &str, arrives: &str):
            format!("{from} → {to}: {says}, arrives at {arrives} ms"),
        held_name(from: NodeName, to: NodeName, says: &str): format!("{from} → {to}: {says}; it is held"),
        lost_name(from: NodeName, to: NodeName, says: &str, at: &str, why: LossWhy):
            format!("{from} → {to}: {says}, lost at {at} ms: {}", why.text()),
    }
}

/// The response of a follower whose log does not match.
const CONFLICT: &str = "refuses: the previous entry is missing or differs";

fn append_in_words(carried: Carried) -> String {
    match carried {
        Carried::Nothing => "heartbeat".to_string(),
        Carried::Entries(first, last) => format!("append {}", range(first, last)),
    }
}

fn log_up_to(EntryPlace { index, term }: EntryPlace) -> String {
    match index {
        0 => "an empty log".to_string(),
        _ => format!("a log up to entry {} of term {term}", grouped(index)),
    }
}

fn chunk_in_words(chunk: ChunkPlace) -> String {
    let ChunkPlace { index, offset, bytes, last } = chunk;
    let which = if last { "last chunk" } else { "chunk" };
    format!("{which} of snapshot {}, {} B at {}", grouped(index), grouped(bytes), grouped(offset))
}

say! {
    English: NodeEvents;
    texts {
        removes_why: "they conflict with the leader’s log",
        commits_why: "a majority stores it",
    }
    words {
        role_why(why: RoleWhy): match why {
            RoleWhy::Started => "it started",
            RoleWhy::Transfer => "leadership is transferred to it",
            why => why.text(),
        },
        vote_why(why: VoteWhy): match why {
            VoteWhy::StaleTerm => "the candidate’s term is over",
            VoteWhy::LogBehind => "the candidate’s log is behind",
            why => why.text(),
        },
        transfer_refused_why(why: TransferRefusedWhy): why.text(),
    }
    sentences {
        started(node: NodeName, term: Term, last: Index): if last == 0 && term == 0 {
            format!("{node} starts, with an empty log")
        } else {
            format!("{node} starts, with term {term} and a log up to {}", grouped(last))
        },
        elected(node: NodeName, term: Term): format!("{node} is elected leader of term {term}"),
        campaigns(node: NodeName, term: Term): format!("{node} campaigns for term {term}"),
        steps_down(node: NodeName): format!("{node} steps down"),
        gives_up(node: NodeName): format!("{node} gives up its campaign"),
        becomes_follower(node: NodeName): format!("{node} is a follower"),
        becomes_learner(node: NodeName): format!("{node} is a learner"),
        stops(node: NodeName): format!("{node} stops"),
        term_rises(node: NodeName, from: Term, to: Term): format!("{node} moves from term {from} to term {to}"),
        follows(node: NodeName, leader: NodeName): format!("{node} follows {leader}"),
        follows_itself(node: NodeName): format!("{node} takes itself for the leader"),
        knows_no_leader(node: NodeName): format!("{node} knows no leader"),
        timer_set(node: NodeName, at: &str): format!("{node}’s election timeout will fire at {at} ms"),
        timer_off(node: NodeName): format!("{node} stops its election timeout"),
        votes(node: NodeName, candidate: NodeName, term: Term): format!("{node} votes for {candidate} in term {term}"),
        votes_own(node: NodeName): format!("{node} votes for itself"),
        refuses_vote(node: NodeName, candidate: NodeName, term: Term):
            format!("{node} refuses {candidate} its vote for term {term}"),
        counts_vote(node: NodeName, voter: NodeName): format!("{node} counts the vote of {voter}"),
        counts_refusal(node: NodeName, voter: NodeName): format!("{node} counts the refusal of {voter}"),
        pre_vote_begins(node: NodeName, term: Term): format!("{node} asks whether it could win term {term}"),
        would_vote(node: NodeName, candidate: NodeName, term: Term, granted: bool): if granted {
            format!("{node} would vote for {candidate} in term {term}")
        } else {
            format!("{node} would not vote for {candidate} in term {term}")
        },
        counts_pre_vote(node: NodeName, voter: NodeName, granted: bool): if granted {
            format!("{node} hears that {voter} would vote for it")
        } else {
            format!("{node} hears that {voter} would not vote for it")
        },
        transfer_begins(node: NodeName, target: NodeName): format!("{node} begins to transfer leadership to {target}"),
        transfer_refused(node: NodeName, target: NodeName): format!("{node} does not transfer leadership to {target}"),
        transfer_given_up(node: NodeName, target: NodeName):
            format!("{node} gives up transferring leadership to {target}"),
        read_confirmed(node: NodeName, index: Index):
            format!("{node} still leads: it may answer reads up to entry {}", grouped(index)),
        leader_appends(node: NodeName, index: Index, payload: &str):
            format!("{node} appends entry {}: {payload}", grouped(index)),
        stores(node: NodeName, index: Index, payload: &str):
            format!("{node} stores entry {}: {payload}", grouped(index)),
        removes(node: NodeName, first: Index, last: Index): match first == last {
            true => format!("{node} removes entry {}", grouped(first)),
            false => format!("{node} removes entries {}", range(first, last)),
        },
        commits(node: NodeName, to: Index): format!("{node} commits up to entry {}", grouped(to)),
        learns_commit(node: NodeName, to: Index):
            format!("{node} learns that the log is committed up to {}", grouped(to)),
        applies(node: NodeName, index: Index): format!("{node} applies entry {}", grouped(index)),
        repeats(node: NodeName, index: Index): format!("{node} does not do the write of entry {} again", grouped(index)),
        repeats_why(first: Index): format!("its client sent it twice, and it was done at entry {}", grouped(first)),
        durable(node: NodeName, index: Index): format!("{node}’s log is durable up to entry {}", grouped(index)),
        stores_chunk(node: NodeName, received: u64, index: Index):
            format!("{node} has {} B of the snapshot up to entry {}", grouped(received), grouped(index)),
        installs(node: NodeName, index: Index): format!("{node} installs the snapshot up to entry {}", grouped(index)),
        installs_why(kept: bool): if kept {
            "the entries after it agree and stay"
        } else {
            "its own log up to there is replaced"
        },
        compacts(node: NodeName, index: Index):
            format!("{node} begins to take a snapshot up to entry {}", grouped(index)),
        compacted(node: NodeName, index: Index, bytes: u64, first: Index):
            format!(
                "{node} has a snapshot up to entry {}, {} B; its log begins at {}",
                grouped(index),
                grouped(bytes),
                grouped(first)
            ),
        compaction_discarded(node: NodeName, index: Index):
            format!("{node} drops its snapshot up to entry {}: it has a later one", grouped(index)),
        storage_fails(node: NodeName): format!("The storage of {node} fails"),
    }
}

say! {
    English: StreamEvents;
    texts {
        not_counted: "too late to count",
        timed_out_why: "it is sent again at the next tick",
    }
    sentences {
        stream_begins(leader: NodeName, target: NodeName, state: StreamState):
            format!("{leader} → {target}: the stream begins, {}", English.stream_state(state)),
        stream_ends(leader: NodeName, target: NodeName): format!("{leader} → {target}: the stream ends"),
        stream_changes(leader: NodeName, target: NodeName, from: StreamState, to: StreamState):
            format!("{leader} → {target}: {} → {}", English.stream_state(from), English.stream_state(to)),
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
            format!("{leader} → {target}: {replication} to be sent, {outbound} in flight"),
        answered(leader: NodeName, target: NodeName, success: bool): if success {
            format!("{target} accepted an append from {leader}")
        } else {
            format!("{target} refused an append from {leader}")
        },
        timed_out(leader: NodeName, target: NodeName): format!("{leader} → {target}: no answer in time"),
        unreachable(leader: NodeName, target: NodeName):
            format!("{leader} → {target}: fails at once, {target} is down"),
        offers_snapshot(leader: NodeName, target: NodeName, index: Index, bytes: u64):
            format!("{leader} → {target}: snapshot up to entry {}, {} B", grouped(index), grouped(bytes)),
        sends_chunk(leader: NodeName, target: NodeName, offset: u64, bytes: u64):
            format!("{leader} → {target}: chunk at {}, {} B", grouped(offset), grouped(bytes)),
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
        crash_why: "what was not durable is gone",
        paused_why: "its timers will fire late",
        trap_gone: "No more messages are dropped or held",
        settings_changed: "The settings of all nodes change",
        does_not_lead: "it does not lead",
        client_unknown_why: "perhaps done, perhaps not",
        client_not_matched_why: "the key has another value",
    }
    words {
        loss_why(why: LossWhy): why.text(),
        members_result(result: MembersResult): result.text(),
        rule(rule: Rule): rule.statement(),
    }
    sentences {
        sends(from: NodeName, to: NodeName, says: &str): format!("{from} → {to}: {says}"),
        arrives(from: NodeName, to: NodeName, says: &str): format!("{from} → {to}: {says}, arrives"),
        is_lost(from: NodeName, to: NodeName, says: &str): format!("{from} → {to}: {says}, is lost"),
        is_held(from: NodeName, to: NodeName, says: &str): format!("{from} → {to}: {says}, is held"),
        is_released(from: NodeName, to: NodeName, says: &str): format!("{from} → {to}: {says}, is released"),
        is_delayed(from: NodeName, to: NodeName, says: &str, arrives: &str):
            format!("{from} → {to}: {says}, is delayed until {arrives} ms"),
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
        disk_answers(node: NodeName): format!("The disk of {node} answers at once"),
        disk_hangs(node: NodeName): format!("Reads from the disk of {node} hang"),
        disk_applies(node: NodeName, low: &str, high: &str): if low == high {
            format!("{node} takes {low} ms to apply an entry")
        } else {
            format!("{node} takes {low} to {high} ms to apply an entry")
        },
        disk_lost(node: NodeName, last: Index): if last == 0 {
            format!("The disk of {node} is empty now")
        } else {
            format!("The disk of {node} is that of earlier: its log ends at {last}")
        },
        disk_fails(node: NodeName): format!("The disk of {node} fails"),
        disk_takes(node: NodeName, low: &str, high: &str): if low == high {
            format!("The disk of {node} takes {low} ms a write")
        } else {
            format!("The disk of {node} takes {low} to {high} ms a write")
        },
        rule_switched(rule: Rule, on: bool): match on {
            true => format!("All nodes obey the rule {} again", rule.text()),
            false => format!("No node obeys the rule {} any more", rule.text()),
        },
        new_node(node: NodeName): format!("{node} is added, with an empty log"),
        change_waits(change: &MembersChange): format!("The request to {} waits for a leader", to_change(change)),
        change_asked(node: NodeName, change: &MembersChange): format!("{node} is asked to {}", to_change(change)),
        change_done(change: &MembersChange): format!("Done: {}", to_change(change)),
        change_not_done(node: NodeName, change: &MembersChange): format!("{node} did not {}", to_change(change)),
        is_cut_off(node: NodeName): format!("{node} is cut off"),
        links_changed(links: &LinkSet, how: &str): format!("From now on, {}: {how}", links_in_words(links)),
        links_cut(links: &LinkSet): format!("Cut: {}", links_in_words(links)),
        links_rejoined(links: &LinkSet): format!("Rejoined: {}", links_in_words(links)),
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
            format!("The outcome of the {} is unknown to the client", named(request)),
    }
}

/// The change in the form that follows "to" and "the node did not".
fn to_change(change: &MembersChange) -> String {
    match change {
        MembersChange::Learner(node) => format!("add {node} as a learner"),
        MembersChange::Members(voters, None) => format!("make {} the voters", list(voters)),
        MembersChange::Members(voters, Some(learners)) if learners.is_empty() => {
            format!("make {} the voters, with no learners", list(voters))
        }
        MembersChange::Members(voters, Some(learners)) => {
            format!("make {} the voters and {} the learners", list(voters), list(learners))
        }
        MembersChange::NoVoters => "leave no voters".to_string(),
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
