//! English: the replication streams.

use super::{counted, English};
use crate::raft::event::{StreamState, StreamWhy};
use crate::raft::{Index, Term};
use crate::view::format::{grouped, range, NodeName};
use crate::view::lang::rooms::Common;

/// The state in the form that follows "now".
pub(super) fn now(state: StreamState) -> &'static str {
    match state {
        StreamState::LineRate => "at line rate",
        StreamState::Lagging => "lagging",
        StreamState::Snapshotting => "sending a snapshot",
        StreamState::Shutdown => "ended",
    }
}

say! {
    English: Streams;
    texts {
        streams: "Replication streams",
        streams_hint: "one per follower",
        streams_none: "No node leads, so nothing is replicated.",
        streams_soon: "The streams are about to begin.",
        streams_alone: "The leader is the only member, so nothing is replicated.",
        column_stream: "stream",
        column_state: "state",
        column_next: "next",
        column_match: "match",
        column_lag: "lag",
        column_buffer: "queued",
        column_outbound: "in flight",
        column_lag_plot: "over time",
        column_state_means: "line rate: entries are sent as they come; lagging: they are read from the log; snapshotting: a snapshot is sent instead",
        column_next_means: "index of the next entry to send (nextIndex)",
        column_match_means: "index up to which the follower’s log is known to match (matchIndex)",
        column_lag_means: "number of entries in the leader’s log after match",
        column_buffer_means: "replication buffer: number of entries that wait to be sent",
        column_outbound_means: "outbound buffer: number of entries that were sent and not answered yet",
        column_lag_plot_means: "the lag since the stream began; while a snapshot is sent, how far it is",
        diagram_legend: "double frame: now · solid: happened (×n) · ●: the latest · dashed: not yet",
        way_begin: "start",
        way_back: "refused: next goes back",
        entry: "entry",
        replication_buffer: "replication buffer",
        outbound_buffer: "outbound buffer",
        buffer_empty: "empty",
        buffer_at_line_rate_only: "used at line rate only",
        nothing_on_the_way: "nothing",
        chunk_stored: "stored",
        chunk_in_flight: "in flight",
        chunk_open: "to come",
        doing_waits_for_snapshot: "It waits for the leader’s snapshot.",
        doing_reads: "It reads what comes next from the log.",
    }
    words {
        stream_state(state: StreamState): match state {
            StreamState::LineRate => "line rate",
            StreamState::Lagging => "lagging",
            StreamState::Snapshotting => "snapshotting",
            StreamState::Shutdown => "ended",
        },
        stream_why(why: StreamWhy): match why {
            StreamWhy::NewLeader => "a new leader was elected",
            StreamWhy::LagAboveThreshold => "too many entries behind",
            StreamWhy::Refused => "an append was refused",
            StreamWhy::HigherTerm => "a higher term has begun",
            StreamWhy::Terminated => "it is no longer needed",
            StreamWhy::StorageFailed => "the leader’s disk failed",
            StreamWhy::NeededCompacted => "the entries it needs exist only in the snapshot",
            StreamWhy::SnapshotInstalled => "the snapshot is installed",
            StreamWhy::Added => "a node joined",
            why => why.text(),
        },
        way_why(why: StreamWhy): match why {
            StreamWhy::LagAboveThreshold => "too many behind",
            StreamWhy::NeededCompacted => "only in snapshot",
            StreamWhy::TooFarBehind => "too far behind",
            StreamWhy::SnapshotInstalled => "installed",
            why => why.text(),
        },
    }
    sentences {
        streams_of(leader: NodeName): format!("Replication streams of {leader}"),
        streams_caption(leader: NodeName, term: Term): format!("Streams of {leader}, leader of term\u{a0}{term}"),
        streams_caption_outdated(leader: NodeName, term: Term):
            format!("{leader}’s streams (term\u{a0}{term}): it does not know that it was replaced"),
        stream_change(leader: NodeName, target: NodeName, from: Option<StreamState>, to: StreamState, why: StreamWhy):
            match (from, why) {
                (None, StreamWhy::NewLeader) => format!("starts: {leader} was elected"),
                (None, StreamWhy::Added) => format!("starts: {target} joined"),
                (None, _) => format!("starts: {}", English.stream_why(why)),
                (Some(_), StreamWhy::Refused) => format!("{target} refused an append, now {}", now(to)),
                (Some(_), _) => format!("{}, now {}", English.stream_why(why), now(to)),
            },
        silent(ms: &str): format!("no answer for {ms}\u{a0}ms"),
        silent_and_down(ms: &str): format!("down, no answer for {ms}\u{a0}ms"),
        chunks_of(part: u64, whole: u64): format!("{} of {} chunks", grouped(part), grouped(whole)),
        sending_name(index: Index, stored: u64, bytes: u64, chunks: u32): format!(
            "snapshot up to entry\u{a0}{}: {} stored, {} sent",
            grouped(index),
            English.bytes_of(stored, bytes),
            counted(chunks.into(), "one chunk", "chunks")
        ),
        way_taken(words: &str, times: u32, last: bool): match (times, last) {
            (0 | 1, false) => words.to_string(),
            (0 | 1, true) => format!("● {words}"),
            (_, false) => format!("{words} ×{times}"),
            (_, true) => format!("● {words} ×{times}"),
        },
        way_in_words(from: &str, to: &str, why: &str, times: u32):
            format!("{from} to {to}, {why}, {}", if times == 1 { "once".to_string() } else { format!("{times} times") }),
        diagram_name(state: StreamState, taken: &[String]):
            format!("The states of the stream. Now: {}. Happened: {}.", English.stream_state(state), taken.join("; ")),
        unread(first: Index, last: Index): format!("still in the log: {}", range(first, last)),
        entry_number(index: Index): format!("entry\u{a0}{}", grouped(index)),
        so_many_chunks(count: u64): counted(count, "one chunk", "chunks"),
        snapshot_titled(what: &str): format!("snapshot {what}"),
        chunk_name(count: u64, first: u64, last: u64, state: &str): match count {
            1 => format!("bytes {}: {state}", range(first, last)),
            _ => format!("{} chunks, bytes {}: {state}", grouped(count), range(first, last)),
        },
        doing_chunk(offset: u64, bytes: u64):
            format!("The chunk at {} ({}\u{a0}B) is on its way.", grouped(offset), grouped(bytes)),
        doing_chunk_again(offset: u64):
            format!("The chunk at {} will be sent at the next tick.", grouped(offset)),
        doing_sends(first: Index, last: Index, target: NodeName): match first == last {
            true => format!("Entry\u{a0}{} is sent; {target} has not answered yet.", grouped(first)),
            false => format!("Entries\u{a0}{} are sent; {target} has not answered yet.", range(first, last)),
        },
        doing_sends_again(first: Index, last: Index):
            format!("No answer in time: {} will be sent again at the next tick.", range(first, last)),
        doing_sends_again_down(first: Index, last: Index, target: NodeName):
            format!("{target} is down: {} will be tried again at each tick.", range(first, last)),
        doing_tries(target: NodeName): format!("{target} is down: a heartbeat tries again at each tick."),
        doing_asks(target: NodeName, index: Index):
            format!("It asks whether {target}’s log matches up to entry\u{a0}{}.", grouped(index)),
        doing_nothing(target: NodeName): format!("{target} has all entries: only heartbeats are sent."),
    }
}
