//! What nodes say to each other (paper, Figures 2 and 13).

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::log::SharedEntry;
use super::schema::string_enum;
use super::snapshot::SnapshotMeta;
use super::{Index, NodeId, Term};
use crate::runtime::{StableHash, TraceHash};

/// Declares a message: a struct whose fields are hashed in their order.
macro_rules! message {
    ($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        pub struct $name { $($(#[$field_meta])* pub $field: $type),* }

        impl StableHash for $name {
            fn hash_into(&self, hash: &mut TraceHash) {
                $(self.$field.hash_into(hash);)*
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

impl StableHash for AppendResult {
    fn hash_into(&self, hash: &mut TraceHash) {
        match self {
            AppendResult::Success(index) => {
                0u8.hash_into(hash);
                index.hash_into(hash);
            }
            AppendResult::Conflict(hint) => {
                1u8.hash_into(hash);
                hint.map(|hint| (hint.term, hint.index)).hash_into(hash);
            }
            AppendResult::StaleTerm => 2u8.hash_into(hash),
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
        /// Only a question: would the vote be given in this term? (thesis §9.6)
        pre_vote: bool,
        /// The candidate campaigns because its leader told it to: hearing that leader is no reason to refuse.
        transfer: bool,
    }
}

message! {
    /// The answer to [`VoteRequest`].
    VoteResponse {
        /// The voter's term.
        term: Term,
        /// Whether the candidate has this node's vote in `term`; for a pre-vote, whether it would have.
        granted: bool,
        /// The answer to a pre-vote.
        pre_vote: bool,
    }
}

message! {
    /// TimeoutNow (thesis §3.10): the leader tells a follower to campaign at once. It is not answered.
    TimeoutNow {
        /// The leader's term.
        term: Term,
        /// Who leads.
        leader: NodeId,
    }
}

/// InstallSnapshot (paper, Figure 13): one chunk of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallSnapshot {
    /// The leader's term.
    pub term: Term,
    /// Who leads.
    pub leader: NodeId,
    /// Which snapshot, and what it includes.
    pub meta: SnapshotMeta,
    /// Where in the snapshot's data the chunk begins.
    pub offset: u64,
    /// The bytes. Empty only if the snapshot is.
    pub data: Vec<u8>,
    /// Whether this is the last chunk.
    pub done: bool,
}

impl StableHash for InstallSnapshot {
    fn hash_into(&self, hash: &mut TraceHash) {
        self.term.hash_into(hash);
        self.leader.hash_into(hash);
        self.meta.hash_into(hash);
        self.offset.hash_into(hash);
        (self.data.len() as u64).hash_into(hash);
        hash.write(&self.data);
        self.done.hash_into(hash);
    }
}

impl Serialize for InstallSnapshot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("term", &self.term)?;
        map.serialize_entry("leader", &self.leader)?;
        map.serialize_entry("snapshot", &self.meta.id)?;
        map.serialize_entry("last_included_index", &self.meta.index)?;
        map.serialize_entry("last_included_term", &self.meta.term)?;
        map.serialize_entry("offset", &self.offset)?;
        map.serialize_entry("bytes", &self.data.len())?;
        map.serialize_entry("done", &self.done)?;
        map.end()
    }
}

message! {
    /// The answer to [`InstallSnapshot`].
    InstallResponse {
        /// The receiver's term.
        term: Term,
        /// The snapshot that was answered.
        snapshot: u64,
        /// The last index that it includes.
        last_included_index: Index,
        /// The term there.
        last_included_term: Term,
        /// How it went.
        result: InstallResult,
    }
}

/// How a chunk was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum InstallResult {
    /// The receiver expects the chunk that begins here.
    Expects(u64),
    /// The receiver's state includes the snapshot, durably.
    Installed,
    /// The leader's term is over.
    StaleTerm,
}

impl StableHash for InstallResult {
    fn hash_into(&self, hash: &mut TraceHash) {
        match self {
            InstallResult::Expects(offset) => {
                0u8.hash_into(hash);
                offset.hash_into(hash);
            }
            InstallResult::Installed => 1u8.hash_into(hash),
            InstallResult::StaleTerm => 2u8.hash_into(hash),
        }
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
    /// A chunk of a snapshot.
    Install(InstallSnapshot),
    /// The answer to a chunk.
    InstallResponse(InstallResponse),
    /// The receiver is to campaign at once.
    TimeoutNow(TimeoutNow),
}

string_enum! {
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
        /// InstallSnapshot.
        Chunk = "chunk",
        /// The answer to it.
        ChunkAnswer = "chunk-answer",
        /// RequestVote, as a question only.
        PreVote = "pre-vote",
        /// The answer to it.
        PreVoteAnswer = "pre-vote-answer",
        /// TimeoutNow.
        TimeoutNow = "timeout-now",
    }
}

impl Message {
    /// Its kind.
    pub fn kind(&self) -> MessageKind {
        match self {
            Message::Append(append) if append.entries.is_empty() => MessageKind::Heartbeat,
            Message::Append(_) => MessageKind::Append,
            Message::AppendResponse(_) => MessageKind::AppendAnswer,
            Message::Vote(vote) if vote.pre_vote => MessageKind::PreVote,
            Message::Vote(_) => MessageKind::Vote,
            Message::VoteResponse(vote) if vote.pre_vote => MessageKind::PreVoteAnswer,
            Message::VoteResponse(_) => MessageKind::VoteAnswer,
            Message::Install(_) => MessageKind::Chunk,
            Message::InstallResponse(_) => MessageKind::ChunkAnswer,
            Message::TimeoutNow(_) => MessageKind::TimeoutNow,
        }
    }

    /// Whether it answers a request.
    pub fn is_answer(&self) -> bool {
        matches!(self, Message::AppendResponse(_) | Message::VoteResponse(_) | Message::InstallResponse(_))
    }

    /// The sender's term.
    pub fn term(&self) -> Term {
        match self {
            Message::Append(message) => message.term,
            Message::AppendResponse(message) => message.term,
            Message::Vote(message) => message.term,
            Message::VoteResponse(message) => message.term,
            Message::Install(message) => message.term,
            Message::InstallResponse(message) => message.term,
            Message::TimeoutNow(message) => message.term,
        }
    }
}

impl StableHash for Message {
    fn hash_into(&self, hash: &mut TraceHash) {
        self.kind().hash_into(hash);
        match self {
            Message::Append(message) => message.hash_into(hash),
            Message::AppendResponse(message) => message.hash_into(hash),
            Message::Vote(message) => message.hash_into(hash),
            Message::VoteResponse(message) => message.hash_into(hash),
            Message::Install(message) => message.hash_into(hash),
            Message::InstallResponse(message) => message.hash_into(hash),
            Message::TimeoutNow(message) => message.hash_into(hash),
        }
    }
}
