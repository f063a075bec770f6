//! Selectors: the set of messages that an action affects.

use serde::{Deserialize, Serialize};

use crate::lab::json::error::{child_path, invalid, ScenarioError};
use crate::lab::vocab::id::MessageId;
use crate::raft::rpc::{Message, MessageKind};
use crate::raft::{Index, NodeId};
use crate::runtime::{Micros, StableHash, TraceHash};

/// Declares a struct with its own fields followed by those of a selector, in one JSON object.
macro_rules! with_selector {
    ($(#[$meta:meta])* $name:ident { $($(#[$own_meta:meta])* $own:ident: $type:ty),* $(,)? }) => {
        $(#[$meta])*
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$own_meta])* pub $own: $type,)*
            /// Only the message with this id; all other fields must be left out.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub id: Option<MessageId>,
            /// Only messages from this node.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub from: Option<NodeId>,
            /// Only messages to this node.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub to: Option<NodeId>,
            /// Only messages of this kind.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub kind: Option<MessageKind>,
            /// Only chunks that begin at this offset.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub offset: Option<u64>,
            /// Only appends that carry the entry at this index.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub index: Option<Index>,
            /// The most messages: of those still to be sent (`hold`, `drop`: in addition to all in flight), or else
            /// of those in flight, the oldest first.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub count: Option<u32>,
        }
    };
}

with_selector! {
    /// Selects the messages that match all given fields; all messages if there are none.
    #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
    Selector {}
}

with_selector! {
    /// A selector, and the time by which the messages are delayed.
    #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
    #[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
    Delay {
        /// The additional latency, in ms.
        by: Micros,
    }
}

impl Delay {
    /// The selector.
    pub fn which(&self) -> Selector {
        let &Delay { by: _, id, from, to, kind, offset, index, count } = self;
        Selector { id, from, to, kind, offset, index, count }
    }
}

impl Selector {
    /// Selects one message by its id.
    pub fn one(id: MessageId) -> Selector {
        Selector { id: Some(id), ..Selector::default() }
    }

    /// Whether a message matches. `count` is ignored.
    pub fn matches(&self, id: MessageId, from: NodeId, to: NodeId, message: &Message) -> bool {
        let carries = |index: Index| match message {
            Message::Append(append) => append.prev_log_index < index && index <= append.last_index(),
            _ => false,
        };
        let begins_at = |offset: u64| matches!(message, Message::Install(chunk) if chunk.offset == offset);
        self.id.is_none_or(|it| it == id)
            && self.from.is_none_or(|it| it == from)
            && self.to.is_none_or(|it| it == to)
            && self.kind.is_none_or(|it| it == message.kind())
            && self.offset.is_none_or(begins_at)
            && self.index.is_none_or(carries)
    }

    /// Whether every message that `other` matches is matched by this selector too: each field given here has the same
    /// value there.
    pub fn covers(&self, other: &Selector) -> bool {
        fn covers<T: PartialEq>(own: Option<T>, other: Option<T>) -> bool {
            own.is_none() || own == other
        }
        covers(self.id, other.id)
            && covers(self.from, other.from)
            && covers(self.to, other.to)
            && covers(self.kind, other.kind)
            && covers(self.offset, other.offset)
            && covers(self.index, other.index)
    }

    /// Checks that the fields are consistent. Whether the nodes exist is checked by the scenario.
    pub(in crate::lab) fn check(&self, path: &str) -> Result<(), ScenarioError> {
        let alone = Selector { id: self.id, ..Selector::default() };
        if self.id.is_some() && *self != alone {
            return invalid(child_path(path, "id"), "a message's id stands alone");
        }
        match self.kind {
            Some(kind) if self.offset.is_some() && kind != MessageKind::Chunk => {
                invalid(child_path(path, "offset"), format!("only a chunk has an offset, not a message of kind {kind}"))
            }
            Some(kind) if self.index.is_some() && kind != MessageKind::Append => invalid(
                child_path(path, "index"),
                format!("only an append carries entries, not a message of kind {kind}"),
            ),
            None if self.index.is_some() && self.offset.is_some() => {
                invalid(child_path(path, "offset"), "no message has an offset and carries an entry")
            }
            _ => Ok(()),
        }
    }
}

impl StableHash for Selector {
    fn hash_into(&self, hash: &mut TraceHash) {
        self.id.hash_into(hash);
        self.from.hash_into(hash);
        self.to.hash_into(hash);
        self.kind.hash_into(hash);
        self.offset.hash_into(hash);
        self.index.hash_into(hash);
        self.count.hash_into(hash);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raft::log::{Entry, Payload, SharedEntry};
    use crate::raft::rpc::AppendEntries;

    fn append(first: Index, last: Index) -> Message {
        let entry = |index| SharedEntry::new(Entry::new(index, 1, Payload::Blank));
        Message::Append(AppendEntries {
            term: 1,
            leader: 1,
            prev_log_index: first - 1,
            prev_log_term: 1,
            leader_commit: 0,
            entries: (first..=last).map(entry).collect(),
        })
    }

    fn selector(text: &str) -> Selector {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn everything_that_is_given_must_hold() {
        let message = append(4, 5);
        let matches = |text| selector(text).matches(9, 1, 2, &message);
        assert!(matches("{}"));
        assert!(matches(r#"{ "from": 1, "to": 2, "kind": "append", "index": 4 }"#));
        assert!(matches(r#"{ "index": 5 }"#));
        assert!(matches(r#"{ "id": 9 }"#));
        for other in
            [r#"{ "from": 2 }"#, r#"{ "from": 1, "to": 1 }"#, r#"{ "kind": "heartbeat" }"#, r#"{ "index": 3 }"#]
        {
            assert!(!matches(other), "{other}");
        }
        assert!(!matches(r#"{ "index": 6 }"#) && !matches(r#"{ "offset": 4 }"#) && !matches(r#"{ "id": 8 }"#));
    }

    #[test]
    fn a_selector_covers_what_is_more_special() {
        let (all, from, both) = (selector("{}"), selector(r#"{ "from": 1 }"#), selector(r#"{ "from": 1, "to": 2 }"#));
        assert!(all.covers(&from) && all.covers(&both) && from.covers(&both) && both.covers(&both));
        assert!(!from.covers(&all) && !both.covers(&from) && !selector(r#"{ "from": 2 }"#).covers(&from));
    }
}
