//! English: the replication streams.

use super::{counted, English};
use crate::raft::event::{StreamState, StreamWhy};
use crate::raft::{Index, Term};
use crate::view::format::{grouped, range, NodeName};
use crate::view::lang::rooms::Common;

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
        column_buffer: "buffer",
        column_outbound: "outbound",
        column_lag_plot: "over time",
        column_state_means: "line rate: entries are sent as they come; lagging: they are read from the log; snapshotting: a snapshot is sent instead",
        column_next_means: "index of the next entry to send (nextIndex)",
        column_match_means: "index up to which the follower’s log is known to agree (matchIndex)",
        column_lag_means: "number of entries by which match is behind the end of the leader’s log",
        column_buffer_means: "replication buffer: number of entries handed to the stream that wait to be sent",
        column_outbound_means: "outbound buffer: number of entries sent and not answered yet",
        column_lag_plot_means: "the lag since the stream began; while a snapshot is sent, how far it is",
        diagram_legend: "double frame: now · solid: taken, and how often · ●: the latest · dashed: not taken",
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
            StreamWhy::StorageFailed => "the leader’s storage failed",
            why => why.text(),
        },
        way_why(why: StreamWhy): match why {
            StreamWhy::LagAboveThreshold => "lag above threshold",
            StreamWhy::NeededCompacted => "needed entry compacted",
            StreamWhy::TooFarBehind => "too far behind",
            StreamWhy::SnapshotInstalled => "installed",
            why => why.text(),
        },
    }
    sentences {
        streams_of(leader: NodeName): format!("Replication streams of {leader}"),
        streams_caption(leader: NodeName, term: Term): format!("Streams of {leader}, leader of term {term}"),
        streams_caption_outdated(leader: NodeName, term: Term):
            format!("Streams of {leader}, still leader of term {term}; a higher term has begun"),
        stream_change(from: Option<StreamState>, to: StreamState, why: StreamWhy): match from {
            None => format!("begins: {}", English.stream_why(why)),
            Some(from) => {
                let (from, to) = (English.stream_state(from), English.stream_state(to));
                format!("{from} → {to}: {}", English.stream_why(why))
            }
        },
        silent(ms: &str): format!("silent {ms} ms"),
        silent_and_down(ms: &str): format!("down, silent {ms} ms"),
        chunks_of(part: u64, whole: u64): format!("{} of {} chunks", grouped(part), grouped(whole)),
        sending_name(index: Index, stored: u64, bytes: u64, chunks: u32): format!(
            "snapshot up to entry {}: {} stored, {} sent",
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
            format!("The states of the stream. Now: {}. Taken: {}.", English.stream_state(state), taken.join("; ")),
        unread(first: Index, last: Index): format!("still in the log: {}", range(first, last)),
        entry_number(index: Index): format!("entry {}", grouped(index)),
        so_many_chunks(count: u64): counted(count, "one chunk", "chunks"),
        snapshot_titled(what: &str): format!("snapshot {what}"),
        chunk_name(count: u64, first: u64, last: u64, state: &str): match count {
            1 => format!("bytes {}: {state}", range(first, last)),
            _ => format!("{} chunks, bytes {}: {state}", grouped(count), range(first, last)),
        },
        doing_chunk(offset: u64, bytes: u64):
            format!("The chunk at {} ({} B) is sent; its answer is awaited.", grouped(offset), grouped(bytes)),
        doing_chunk_again(offset: u64):
            format!("The chunk at {} is sent at the next tick.", grouped(offset)),
        doing_sends(first: Index, last: Index, target: NodeName): match first == last {
            true => format!("Entry {} is sent; {target}’s answer is awaited.", grouped(first)),
            false => format!("Entries {} are sent; {target}’s answer is awaited.", range(first, last)),
        },
        doing_sends_again(first: Index, last: Index):
            format!("No answer in time: {} will be sent again at the next tick.", range(first, last)),
        doing_sends_again_down(first: Index, last: Index, target: NodeName):
            format!("{target} is down: {} will be tried again at each tick.", range(first, last)),
        doing_tries(target: NodeName): format!("{target} is down: a heartbeat tries again at each tick."),
        doing_asks(target: NodeName, index: Index):
            format!("It asks whether {target}’s log agrees up to entry {}.", grouped(index)),
        doing_nothing(target: NodeName): format!("{target} has all entries: only heartbeats are sent."),
    }
}
