//! The shapes of messages.

use super::lang::Text;
use crate::lab::world::{InFlight, World};
use crate::raft::rpc::{AppendResponse, AppendResult, InstallResult, Message};

/// The shape of a message. Requests are filled and responses hollow; a refusal differs by more than colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// An append with entries: an arrow.
    Append,
    /// An append without entries: a short pulse along the link.
    Heartbeat,
    /// An accepted append: a ring with a tick.
    Success,
    /// An accepted append that tells the leader nothing new, as the answer to a heartbeat: a small ring.
    Echo,
    /// A refused append: a diamond with a minus.
    Refusal,
    /// A request for a vote: a ballot with a question mark.
    Vote,
    /// A granted vote: a ballot with a tick.
    VoteGranted,
    /// A refused vote: a ballot with a cross.
    VoteRefused,
    /// A leadership transfer, which tells the receiver to campaign: two chevrons in a circle.
    TimeoutNow,
    /// A chunk of a snapshot: a block.
    Chunk,
    /// An acknowledged chunk: a hollow block.
    ChunkTaken,
}

impl Shape {
    /// Every shape, for the legend.
    pub const ALL: [Shape; 11] = [
        Shape::Append,
        Shape::Heartbeat,
        Shape::Success,
        Shape::Echo,
        Shape::Refusal,
        Shape::Vote,
        Shape::VoteGranted,
        Shape::VoteRefused,
        Shape::TimeoutNow,
        Shape::Chunk,
        Shape::ChunkTaken,
    ];

    /// The shape of a message in flight. What an answer tells depends on what the leader knows already.
    pub fn of(world: &World, message: &InFlight) -> Shape {
        let known = || world.streams.get(&(message.to, message.from)).map(|stream| stream.match_index);
        match &*message.message {
            Message::AppendResponse(AppendResponse { result: AppendResult::Success(index), .. }) => {
                match known().is_some_and(|known| *index > known) {
                    true => Shape::Success,
                    false => Shape::Echo,
                }
            }
            other => Shape::by_itself(other),
        }
    }

    /// The shape of a message of which nothing else is known.
    pub fn by_itself(message: &Message) -> Shape {
        match message {
            Message::Append(append) if append.entries.is_empty() => Shape::Heartbeat,
            Message::Append(_) => Shape::Append,
            Message::AppendResponse(answer) => match answer.result {
                AppendResult::Success(_) => Shape::Success,
                AppendResult::Conflict(_) | AppendResult::StaleTerm => Shape::Refusal,
            },
            Message::Vote(_) => Shape::Vote,
            Message::VoteResponse(answer) if answer.granted => Shape::VoteGranted,
            Message::VoteResponse(_) => Shape::VoteRefused,
            Message::TimeoutNow(_) => Shape::TimeoutNow,
            Message::Install(_) => Shape::Chunk,
            Message::InstallResponse(answer) => match answer.result {
                InstallResult::Expects(_) | InstallResult::Installed => Shape::ChunkTaken,
                InstallResult::StaleTerm => Shape::Refusal,
            },
        }
    }

    /// Its CSS class.
    pub fn class(self) -> &'static str {
        match self {
            Shape::Append => "append",
            Shape::Heartbeat => "heartbeat",
            Shape::Success => "success",
            Shape::Echo => "echo",
            Shape::Refusal => "refusal",
            Shape::Vote => "vote",
            Shape::VoteGranted => "vote-granted",
            Shape::VoteRefused => "vote-refused",
            Shape::TimeoutNow => "timeout-now",
            Shape::Chunk => "chunk",
            Shape::ChunkTaken => "chunk-taken",
        }
    }

    /// Its explanation in the legend.
    pub fn legend(self, t: &dyn Text) -> &'static str {
        match self {
            Shape::Append => t.legend_append(),
            Shape::Heartbeat => t.legend_heartbeat(),
            Shape::Success => t.legend_success(),
            Shape::Echo => t.legend_echo(),
            Shape::Refusal => t.legend_refusal(),
            Shape::Vote => t.legend_vote(),
            Shape::VoteGranted => t.legend_vote_granted(),
            Shape::VoteRefused => t.legend_vote_refused(),
            Shape::TimeoutNow => t.legend_timeout_now(),
            Shape::Chunk => t.legend_chunk(),
            Shape::ChunkTaken => t.legend_chunk_taken(),
        }
    }
}
