//! What nodes say to each other (paper, Figures 2 and 13).

use serde::Serialize;

use super::event::words;
use super::log::SharedEntry;
use super::{Index, NodeId, Term};
use crate::runtime::{Feed, TraceHash};

/// Declares a message: a struct whose fields can be fed to a trace hash in their order.
macro_rules! message {
    ($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        pub struct $name { $($(#[$field_meta])* pub $field: $type),* }

        impl Feed for $name {
            fn feed(&self, hash: &mut TraceHash) {
                $(self.$field.feed(hash);)*
            }
        }
    };
}

message! {
    /// AppendEntries (paper §5.3): entries to append after `prev`, or none, as a heartbeat. Both prove,
    /// when they succeed, that the follower's log agrees with the leader's up to the last index carried.
    AppendEntries {
        /// The leader's term.
        term: Term,
        /// Who leads, so that followers can send clients there.
        leader: NodeId,
        /// The index just before the entries: next_index − 1.
        prev_log_index: Index,
        /// The term at that index in the leader's log.
        prev_log_term: Term,
        /// How far the leader's log is committed.
        leader_commit: Index,
        /// Entries with consecutive indices from `prev_log_index + 1`; none in a heartbeat.
        entries: Vec<SharedEntry>,
    }
}

impl AppendEntries {
    /// The last index that this message speaks of: that of its last entry, or prev.
    pub fn last_index(&self) -> Index {
        self.prev_log_index + self.entries.len() as Index
    }
}

message! {
    /// The answer to [`AppendEntries`].
    AppendResponse {
        /// The follower's term, so that a stale leader learns of it.
        term: Term,
        /// Agreement up to this index, durable at the follower; or why not.
        result: AppendResult,
    }
}

/// How an append went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AppendResult {
    /// The follower's log agrees with the leader's up to this index (prev + the number of entries).
    Success(Index),
    /// prev is not in the follower's log. With a hint of where the logs may agree.
    Conflict(Option<Hint>),
    /// The leader's term is over.
    StaleTerm,
}

/// A refusal's hint: the follower's last index that is below the refused prev and whose term is at most
/// prev's, with its term; (0, 0) if there is none. It is a *guess* for next_index and proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Hint {
    /// The term at `index` in the follower's log.
    pub term: Term,
    /// Where to look next.
    pub index: Index,
}

impl Feed for AppendResult {
    fn feed(&self, hash: &mut TraceHash) {
        match self {
            AppendResult::Success(index) => {
                0u8.feed(hash);
                index.feed(hash);
            }
            AppendResult::Conflict(hint) => {
                1u8.feed(hash);
                hint.map(|hint| (hint.term, hint.index)).feed(hash);
            }
            AppendResult::StaleTerm => 2u8.feed(hash),
        }
    }
}

message! {
    /// RequestVote (paper §5.2, §5.4).
    VoteRequest {
        /// The candidate's term.
        term: Term,
        /// Who asks.
        candidate: NodeId,
        /// The index of the candidate's last entry.
        last_log_index: Index,
        /// The term of the candidate's last entry.
        last_log_term: Term,
    }
}

message! {
    /// The answer to [`VoteRequest`].
    VoteResponse {
        /// The voter's term.
        term: Term,
        /// Whether the candidate has this node's vote in `term`.
        granted: bool,
    }
}

/// Any of the messages, on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Message {
    /// Append entries, or a heartbeat.
    Append(AppendEntries),
    /// The answer to an append.
    AppendResponse(AppendResponse),
    /// A vote is asked for.
    Vote(VoteRequest),
    /// The answer to a request for a vote.
    VoteResponse(VoteResponse),
}

words! {
    /// The kinds of messages that people tell apart.
    MessageKind {
        /// AppendEntries with entries.
        Append = "append",
        /// AppendEntries without.
        Heartbeat = "heartbeat",
        /// The answer to either.
        AppendAnswer = "append-answer",
        /// RequestVote.
        Vote = "vote",
        /// The answer to it.
        VoteAnswer = "vote-answer",
    }
}

impl Message {
    /// Its kind.
    pub fn kind(&self) -> MessageKind {
        match self {
            Message::Append(append) if append.entries.is_empty() => MessageKind::Heartbeat,
            Message::Append(_) => MessageKind::Append,
            Message::AppendResponse(_) => MessageKind::AppendAnswer,
            Message::Vote(_) => MessageKind::Vote,
            Message::VoteResponse(_) => MessageKind::VoteAnswer,
        }
    }

    /// The sender's term.
    pub fn term(&self) -> Term {
        match self {
            Message::Append(message) => message.term,
            Message::AppendResponse(message) => message.term,
            Message::Vote(message) => message.term,
            Message::VoteResponse(message) => message.term,
        }
    }
}

impl Feed for Message {
    fn feed(&self, hash: &mut TraceHash) {
        self.kind().feed(hash);
        match self {
            Message::Append(message) => message.feed(hash),
            Message::AppendResponse(message) => message.feed(hash),
            Message::Vote(message) => message.feed(hash),
            Message::VoteResponse(message) => message.feed(hash),
        }
    }
}
