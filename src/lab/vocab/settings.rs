//! Settings of the nodes, the network and the disks that differ from a default.

use serde::{Deserialize, Serialize};

use crate::lab::vocab::probability::Probability;
use crate::lab::vocab::spec::{DiskSpec, LinkSpec};
use crate::raft::Config;
use crate::runtime::{Micros, StableHash, TraceHash};

/// A named set of node settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Settings for demonstration: every transition occurs within seconds.
    Classroom,
    /// The engine's defaults.
    Lab,
}

/// Declares optional settings: each field, its type, and the field of `$target` that it sets.
macro_rules! patch {
    ($(#[$meta:meta])* $name:ident for $target:ident {
        $($(#[$field_meta:meta])* $field:ident: $type:ty => $place:ident),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields)]
        pub struct $name { $(
            $(#[$field_meta])*
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub $field: Option<$type>,
        )* }

        impl $name {
            /// Whether it contains no settings.
            pub fn is_empty(&self) -> bool {
                *self == $name::default()
            }

            /// Sets the given fields of `target`.
            pub fn apply_to(&self, target: &mut $target) {
                $(if let Some(value) = self.$field {
                    target.$place = value.into();
                })*
            }
        }

        impl StableHash for $name {
            fn hash_into(&self, hash: &mut TraceHash) {
                $(self.$field.hash_into(hash);)*
            }
        }
    };
}

patch! {
    /// Settings of the nodes that differ from the preset, or from the current ones.
    ConfigPatch for Config {
        /// The shortest election timeout, in ms: the time without a message from a leader after which a follower campaigns.
        election_timeout_min: Micros => election_timeout_min,
        /// The exclusive upper bound of the random election timeout, in ms.
        election_timeout_max: Micros => election_timeout_max,
        /// The interval between heartbeats, and the time limit of an append, in ms; at least 1.
        heartbeat_interval: Micros => heartbeat_interval,
        /// The most entries in one append.
        max_payload_entries: u32 => max_payload_entries,
        /// A stream at line rate becomes lagging if its target is more entries behind than this.
        replication_lag_threshold: u64 => replication_lag_threshold,
        /// When a node builds a snapshot.
        snapshot_policy: SnapshotPolicy => snapshot_threshold,
        /// The most bytes in one chunk of a snapshot.
        snapshot_max_chunk_size: u64 => snapshot_max_chunk_size,
        /// The time limit of one chunk of a snapshot, in ms; at least 1.
        install_snapshot_timeout: Micros => install_snapshot_timeout,
        /// Whether a follower that refuses an append hints where the logs may agree. Otherwise the leader lowers its next index by one.
        conflict_hint: bool => conflict_hint,
        /// Whether a node asks the voters whether it could win before it campaigns (pre-vote).
        pre_vote: bool => pre_vote,
        /// Whether a leader that does not hear from a majority within `election_timeout_max` steps down.
        check_quorum: bool => check_quorum,
        /// The most entries that a leader keeps before its snapshot for a follower that is being sent one.
        snapshot_tail_limit: u64 => snapshot_tail_limit,
    }
}

/// When a node builds a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_family = "wasm"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SnapshotPolicy {
    /// The number of entries applied since the last snapshot after which the next one is built.
    pub logs_since_last: u64,
}

impl From<SnapshotPolicy> for u64 {
    fn from(policy: SnapshotPolicy) -> u64 {
        policy.logs_since_last
    }
}

impl StableHash for SnapshotPolicy {
    fn hash_into(&self, hash: &mut TraceHash) {
        self.logs_since_last.hash_into(hash);
    }
}

patch! {
    /// Settings of the network that differ from the default (latency 5 to 15 ms, no loss, no duplicates).
    NetworkPatch for LinkSpec {
        /// The shortest and the longest latency, in ms.
        latency: (Micros, Micros) => latency,
        /// The fraction of messages that are lost, from 0 to 1.
        loss: Probability => loss,
        /// The fraction of messages that are sent twice, from 0 to 1.
        duplicate: Probability => duplicate,
    }
}

patch! {
    /// Settings of the disks that differ from the default (no write delay, 20 ms for a snapshot).
    StoragePatch for DiskSpec {
        /// The shortest and the longest time until a write is durable, in ms.
        write_delay: (Micros, Micros) => write_delay,
        /// The shortest and the longest time to build a snapshot, in ms, in addition to 1 µs per byte.
        snapshot_delay: (Micros, Micros) => snapshot_delay,
    }
}
