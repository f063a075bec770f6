//! The messages between nodes (paper, Figures 2 and 13).

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
    /// AppendEntries (paper §5.3): entries to append after prev, or none in a heartbeat. If either succeeds, the
    /// follower's log agrees with the leader's up to the last entry carried, or up to prev.
    AppendEntries {
        /// The leader's term.
        term: Term,
        /// The leader, so that followers can forward clients.
        leader: NodeId,
        /// The index just before the entries: next index − 1.
        prev_log_index: Index,
        /// The term at that index in the leader's log.
        prev_log_term: Term,
        /// The leader's commit index.
        leader_commit: Index,
        /// Entries with consecutive indexes from `prev_log_index + 1`; none in a heartbeat.
        entries: Vec<SharedEntry>,
    }
}

impl AppendEntries {
    /// The index of the last entry; prev for a heartbeat.
    pub fn last_index(&self) -> Index {
        self.prev_log_index + self.entries.len() as Index
    }
}

message! {
    /// The response to [`AppendEntries`].
    AppendResponse {
        /// The follower's term; a higher one deposes the leader.
        term: Term,
        /// Up to which index the logs agree, or why the append was refused.
        result: AppendResult,
    }
}

/// The result of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AppendResult {
    /// The follower's log agrees with the leader's up to this index, durably: prev + the number of entries.
    Success(Index),
    /// The follower's log has no entry with the index and term of prev. With a hint where the logs may agree, if hints
    /// are on.
    Conflict(Option<ConflictHint>),
    /// The request's term is lower than the receiver's.
    StaleTerm,
}

/// The hint in a refusal: the follower's last index before prev with a term of at most prev's, and that term; (0, 0) if
/// there is none. It is a *guess* for the next index and proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ConflictHint {
    /// The term at `index` in the follower's log.
    pub term: Term,
    /// Where the logs may agree.
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
        /// The candidate.
        candidate: NodeId,
        /// The index of the candidate's last entry.
        last_log_index: Index,
        /// The term of the candidate's last entry.
        last_log_term: Term,
        /// Whether this is a pre-vote, which asks only whether the vote would be granted (thesis §9.6).
        pre_vote: bool,
        /// Whether the leader told the candidate to campaign. Then the vote is not refused because of that leader.
        transfer: bool,
    }
}

message! {
    /// The response to [`VoteRequest`].
    VoteResponse {
        /// The voter's term.
        term: Term,
        /// Whether the vote is granted; for a pre-vote, whether it would be.
        granted: bool,
        /// Whether this is the response to a pre-vote.
        pre_vote: bool,
    }
}

message! {
    /// TimeoutNow (thesis §3.10): the leader tells a follower to campaign at once. Has no response.
    TimeoutNow {
        /// The leader's term.
        term: Term,
        /// The leader.
        leader: NodeId,
    }
}

/// InstallSnapshot (paper, Figure 13): one chunk of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallSnapshot {
    /// The leader's term.
    pub term: Term,
    /// The leader.
    pub leader: NodeId,
    /// The snapshot that the chunk is part of.
    pub meta: SnapshotMeta,
    /// The offset of the chunk in the snapshot's data, in bytes.
    pub offset: u64,
    /// The bytes of the chunk. Empty only if the snapshot is.
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
    /// The response to [`InstallSnapshot`].
    InstallResponse {
        /// The receiver's term.
        term: Term,
        /// The id of the snapshot.
        snapshot: u64,
        /// The last index that the snapshot includes.
        last_included_index: Index,
        /// The term at that index.
        last_included_term: Term,
        /// Whether the chunk was accepted.
        result: InstallResult,
    }
}

/// The result of sending a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum InstallResult {
    /// The receiver expects the chunk at this offset next.
    Expects(u64),
    /// The receiver's durable state includes the snapshot.
    Installed,
    /// The request's term is lower than the receiver's.
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

/// A message in transit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Message {
    /// AppendEntries: entries or a heartbeat.
    Append(AppendEntries),
    /// The response to AppendEntries.
    AppendResponse(AppendResponse),
    /// RequestVote.
    Vote(VoteRequest),
    /// The response to RequestVote.
    VoteResponse(VoteResponse),
    /// InstallSnapshot: a chunk of a snapshot.
    Install(InstallSnapshot),
    /// The response to InstallSnapshot.
    InstallResponse(InstallResponse),
    /// TimeoutNow.
    TimeoutNow(TimeoutNow),
}

string_enum! {
    /// The kind of a message.
    MessageKind {
        /// AppendEntries with entries.
        Append = "append",
        /// AppendEntries without entries.
        Heartbeat = "heartbeat",
        /// The response to AppendEntries.
        AppendAnswer = "append-answer",
        /// RequestVote.
        Vote = "vote",
        /// The response to RequestVote.
        VoteAnswer = "vote-answer",
        /// InstallSnapshot.
        Chunk = "chunk",
        /// The response to InstallSnapshot.
        ChunkAnswer = "chunk-answer",
        /// RequestVote as a pre-vote.
        PreVote = "pre-vote",
        /// The response to a pre-vote.
        PreVoteAnswer = "pre-vote-answer",
        /// TimeoutNow.
        TimeoutNow = "timeout-now",
    }
}

impl Message {
    /// The kind of the message.
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

    /// Whether the message is a response.
    pub fn is_answer(&self) -> bool {
        matches!(self, Message::AppendResponse(_) | Message::VoteResponse(_) | Message::InstallResponse(_))
    }

    /// Whether an answer says yes: an append or a chunk that was taken, a vote that is granted. `None` for requests.
    pub fn is_success(&self) -> Option<bool> {
        match self {
            Message::AppendResponse(answer) => Some(matches!(answer.result, AppendResult::Success(_))),
            Message::VoteResponse(answer) => Some(answer.granted),
            Message::InstallResponse(answer) => Some(answer.result != InstallResult::StaleTerm),
            Message::Append(_) | Message::Vote(_) | Message::Install(_) | Message::TimeoutNow(_) => None,
        }
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
