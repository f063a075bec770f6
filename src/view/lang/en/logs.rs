//! English: the logs and the inspector.

use super::English;
use crate::lab::vocab::event::LossWhy;
use crate::lab::world::Trouble;
use crate::raft::event::Role;
use crate::raft::{Index, Membership, Term};
use crate::view::format::{grouped, range, NodeName};
use crate::view::lang::rooms::Common;
use crate::view::lang::values::EntryPlace;

say! {
    English: Logs;
    texts {
        logs: "Logs",
        logs_follow: "To the end",
        log_node: "Node",
        committed: "committed",
        not_committed: "not committed",
        applied: "applied",
        legend_committed: "committed",
        legend_open: "not yet",
        legend_snapshot: "in snapshot",
        legend_conflict: "conflicts",
        legend_match: "match",
        legend_next: "next",
        empty_aside: "empty",
        entry_conflicts: "conflicts with the leader’s entry",
        entry_beyond: "not in the leader’s log",
        blank: "∅",
    }
    sentences {
        commit(index: Index): format!("commit\u{a0}{}", grouped(index)),
        commit_brief(commit: Index, applied: Index): format!("commit\u{a0}{} ({})", grouped(commit), grouped(applied)),
        commit_applied(commit: Index, applied: Index):
            format!("commit\u{a0}{}, applied\u{a0}{}", grouped(commit), grouped(applied)),
        marks_of(leader: NodeName): format!("of {leader}:"),
        match_mark(index: Index): format!("match\u{a0}{}", grouped(index)),
        next_mark(index: Index): format!("next\u{a0}{}", grouped(index)),
        marks(matched: Index, next: Index): format!("match\u{a0}{}, next\u{a0}{}", grouped(matched), grouped(next)),
        folded(first: Index, last: Index): format!("◂ {}", range(first, last)),
        folded_name(node: NodeName, first: Index, last: Index, snapshot: Option<EntryPlace>): {
            let gone = format!("{node}, entries\u{a0}{} are gone from the log", range(first, last));
            match snapshot {
                None => gone,
                Some(EntryPlace { index, term }) =>
                    format!("{gone}: the snapshot up to entry\u{a0}{} of term\u{a0}{term} replaces them", grouped(index)),
            }
        },
        receiving_name(node: NodeName, index: Index, received: u64, bytes: Option<u64>): {
            let so_far = bytes.map_or_else(|| English.bytes(received), |bytes| English.bytes_of(received, bytes));
            format!("{node} receives the snapshot up to entry\u{a0}{}: {so_far}", grouped(index))
        },
        ends_aside(last: Index): format!("◂ ends at {}", grouped(last)),
        comes_aside(index: Index, part: &str): format!("◂ snapshot {}: {part}", grouped(index)),
        configuration(members: &Membership): if members.voters.len() > 1 {
            format!("joint configuration {}: decisions need a majority of the old and of the new voters", English.membership(members))
        } else {
            format!("configuration {}", English.membership(members))
        },
        so_many_voters(count: u64): format!("{count} vote"),
        entry_name(node: NodeName, index: Index, term: Term, payload: &str, state: &str, note: Option<&str>): {
            let name = format!("{node}, entry\u{a0}{}, term\u{a0}{term}, {payload}, {state}", grouped(index));
            note.map_or(name.clone(), |note| format!("{name}; {note}"))
        },
    }
}

say! {
    English: Inspector;
    texts {
        let_go: "Deselect",
        inspect_no_stream: "There is no such stream any more.",
        gone: "This message is no longer on its way.",
        nobody: "nobody",
        not_yet: "not yet",
        held: "it is held",
        a_majority: "a majority",
        no_majority: "no majority",
        entry_gone: "This entry is not in the log.",
        log_begin: "the start of the log",
        field_term: "term",
        field_voted_for: "voted for",
        field_leader: "leader",
        field_timer: "election timer",
        field_votes: "votes",
        field_refusals: "denied by",
        field_would_vote: "would vote",
        field_would_not_vote: "would not vote",
        field_hands_over_to: "transfers to",
        field_log: "log",
        field_durable: "on disk",
        field_commit: "committed",
        field_applied: "applied",
        field_snapshot: "snapshot",
        field_compacting: "takes a snapshot",
        field_receiving: "receives a snapshot",
        field_members: "members",
        field_disk: "disk",
        field_storage_error: "stopped by",
        field_state: "state machine",
        field_on_the_way: "on the way",
        field_from: "from",
        field_to: "to",
        field_sent: "sent",
        field_arrives: "arrives",
        field_lost: "lost",
        field_copy_of: "copy of",
        field_entries: "entries",
        field_here: "state",
        field_stored_by: "stored by",
        field_differs: "differs",
        field_since: "since",
        field_answered: "last answer",
        field_trouble: "latest request",
        field_stored: "stored",
        field_chunks_sent: "chunks sent",
        field_streams: "streams",
        field_buffers: "in the buffers of",
        field_way_gone: "progress",
        field_number: "message",
        field_answers: "answers",
        field_after: "previous entry",
        field_agrees: "matches up to",
        field_hint: "hint",
        field_candidate: "candidate",
        field_last_entry: "last entry",
        field_pre_vote: "pre-vote",
        field_told_to: "by transfer",
        field_granted: "granted",
        field_bytes: "bytes",
        field_last_chunk: "last chunk",
        field_holds: "data",
    }
    words {
        field_role_why(role: Role): match role {
            Role::Learner => "learner because",
            Role::Follower => "follower because",
            Role::Candidate => "candidate because",
            Role::Leader => "leader because",
            Role::Shutdown => "stopped because",
        },
        trouble(trouble: Trouble): match trouble {
            Trouble::Unanswered => "not answered in time",
            Trouble::Unreachable => "failed at once: the target is down",
        },
    }
    sentences {
        way_gone(percent: u64): format!("{percent}\u{a0}% of the way"),
        arrives_at(ms: &str): format!("arrives at {ms}\u{a0}ms"),
        up_to(index: Index): format!("up to entry\u{a0}{}", grouped(index)),
        snapshot_up_to(index: Index, term: Term, bytes: u64):
            format!("up to entry\u{a0}{} (term\u{a0}{term}), {}\u{a0}B", grouped(index), grouped(bytes)),
        received_of(index: Index, bytes: u64): format!("up to entry\u{a0}{}: {}\u{a0}B so far", grouped(index), grouped(bytes)),
        write_takes(low: &str, high: &str): format!("{low}–{high}\u{a0}ms a write"),
        message_number(id: u64): format!("Message {}", grouped(id)),
        lost_at(at: &str, why: LossWhy): format!("at {at}\u{a0}ms: {}", super::events::loss_why(why)),
        timer_from_to(from: &str, to: &str): format!("runs out at {to}\u{a0}ms, set at {from}\u{a0}ms"),
        snapshot_named(id: u64, index: Index, term: Term):
            format!("number\u{a0}{}, up to entry\u{a0}{} (term\u{a0}{term})", grouped(id), grouped(index)),
        chunk_at(offset: u64, bytes: u64): format!("{}\u{a0}B at {}", grouped(bytes), grouped(offset)),
        index_of_term(index: Index, term: Term): format!("entry\u{a0}{} (term\u{a0}{term})", grouped(index)),
        entry_of_term(index: Index, payload: &str, term: Term): format!("{}: {payload} (term\u{a0}{term})", grouped(index)),
        entry_in(index: Index, node: NodeName): format!("Entry\u{a0}{} in the log of {node}", grouped(index)),
        node_has_term(node: NodeName, term: Term): format!("{node} has one of term\u{a0}{term}"),
    }
}
