//! The settings of a node, and their validation.

use std::fmt;

use super::Rules;
use crate::runtime::Micros;

/// The settings of a node. As a rule, all nodes of a cluster have the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The shortest election timeout: the time without a message from a leader after which a follower campaigns.
    /// Greater than `heartbeat_interval`. Default 150 ms.
    pub election_timeout_min: Micros,
    /// The exclusive upper bound of the random election timeout. Greater than `election_timeout_min`. Default 300 ms.
    pub election_timeout_max: Micros,
    /// The interval between heartbeats; also the time limit of an append. Positive. Default 50 ms.
    pub heartbeat_interval: Micros,
    /// The most entries in one append. At least 1. Default 300.
    pub max_payload_entries: u32,
    /// A stream at line rate becomes lagging if its target is more entries behind than this. Default 1000.
    pub replication_lag_threshold: u64,
    /// A snapshot is built when this many entries were applied since the last one, and sent to targets that are this
    /// many entries behind. At least 1. Default 5000.
    pub snapshot_threshold: u64,
    /// The most entries that a leader keeps before its latest snapshot for a follower that is being sent a snapshot, so
    /// that the follower can go on with the log afterwards. Default 50,000.
    pub snapshot_tail_limit: u64,
    /// The most bytes in one chunk of a snapshot. At least 1. Default 3 MiB.
    pub snapshot_max_chunk_size: u64,
    /// The time limit of one chunk. Positive. Default 200 ms.
    pub install_snapshot_timeout: Micros,
    /// Whether a follower that refuses an append tells where the logs may agree. Without that hint, the leader lowers
    /// its next index by one after each refusal. On by default.
    pub conflict_hint: bool,
    /// Whether a node asks the voters whether it could win before it campaigns (thesis §9.6). Off by default.
    pub pre_vote: bool,
    /// Whether a leader that does not hear from a majority within `election_timeout_max` steps down (thesis §6.2). On
    /// by default: the rule `leader-stickiness` needs it. Else a leader that can no longer commit, but is still heard by
    /// one node that the others need, would keep them from electing another.
    pub check_quorum: bool,
    /// The rules of Raft that the node follows: all, by default.
    pub rules: Rules,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            election_timeout_min: Micros::from_ms(150),
            election_timeout_max: Micros::from_ms(300),
            heartbeat_interval: Micros::from_ms(50),
            max_payload_entries: 300,
            replication_lag_threshold: 1000,
            snapshot_threshold: 5000,
            snapshot_tail_limit: 50_000,
            snapshot_max_chunk_size: 3 * 1024 * 1024,
            install_snapshot_timeout: Micros::from_ms(200),
            conflict_hint: true,
            pre_vote: false,
            check_quorum: true,
            rules: Rules::default(),
        }
    }
}

/// An invalid setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The name of the field of [`Config`].
    pub field: &'static str,
    /// Its value.
    pub value: String,
    /// The bound that it violates.
    pub bound: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}, but must be {}", self.field, self.value, self.bound)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Small limits, so that every transition of a replication stream can be observed within seconds. `check_quorum` is
    /// off, so that two leaders at once can be watched.
    pub fn classroom() -> Config {
        Config {
            max_payload_entries: 2,
            replication_lag_threshold: 4,
            snapshot_threshold: 10,
            snapshot_max_chunk_size: 16,
            snapshot_tail_limit: 40,
            check_quorum: false,
            ..Config::default()
        }
    }

    /// Checks the bounds of the settings.
    ///
    /// # Errors
    /// The first invalid field, with its value and its bound.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let refuse = |field, value: &dyn fmt::Display, bound: String| {
            Err(ConfigError { field, value: value.to_string(), bound })
        };
        if self.heartbeat_interval == Micros::ZERO {
            return refuse("heartbeat_interval", &self.heartbeat_interval, "greater than 0 ms".into());
        }
        if self.election_timeout_min <= self.heartbeat_interval {
            let bound = format!("greater than heartbeat_interval ({})", self.heartbeat_interval);
            return refuse("election_timeout_min", &self.election_timeout_min, bound);
        }
        if self.election_timeout_max <= self.election_timeout_min {
            let bound = format!("greater than election_timeout_min ({})", self.election_timeout_min);
            return refuse("election_timeout_max", &self.election_timeout_max, bound);
        }
        if self.max_payload_entries == 0 {
            return refuse("max_payload_entries", &self.max_payload_entries, "at least 1".into());
        }
        if self.snapshot_threshold == 0 {
            return refuse("snapshot_policy", &"logs_since_last(0)", "at least logs_since_last(1)".into());
        }
        if self.snapshot_max_chunk_size == 0 {
            return refuse("snapshot_max_chunk_size", &self.snapshot_max_chunk_size, "at least 1 byte".into());
        }
        if self.install_snapshot_timeout == Micros::ZERO {
            return refuse("install_snapshot_timeout", &self.install_snapshot_timeout, "greater than 0 ms".into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_presets_are_valid() {
        assert_eq!(Config::default().validate(), Ok(()));
        assert_eq!(Config::classroom().validate(), Ok(()));
    }

    #[test]
    fn what_cannot_work_is_refused_with_field_value_and_bound() {
        let ms = Micros::from_ms;
        let refused = |change: fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            config.validate().unwrap_err().to_string()
        };
        assert_eq!(ms(150), Config::default().election_timeout_min);
        assert_eq!(
            refused(|c| c.election_timeout_max = c.election_timeout_min),
            "election_timeout_max is 150 ms, but must be greater than election_timeout_min (150 ms)"
        );
        assert_eq!(
            refused(|c| c.election_timeout_min = c.heartbeat_interval),
            "election_timeout_min is 50 ms, but must be greater than heartbeat_interval (50 ms)"
        );
        assert_eq!(
            refused(|c| c.heartbeat_interval = Micros::ZERO),
            "heartbeat_interval is 0 ms, but must be greater than 0 ms"
        );
        assert_eq!(refused(|c| c.max_payload_entries = 0), "max_payload_entries is 0, but must be at least 1");
        assert_eq!(
            refused(|c| c.snapshot_threshold = 0),
            "snapshot_policy is logs_since_last(0), but must be at least logs_since_last(1)"
        );
        assert_eq!(
            refused(|c| c.snapshot_max_chunk_size = 0),
            "snapshot_max_chunk_size is 0, but must be at least 1 byte"
        );
        assert_eq!(
            refused(|c| c.install_snapshot_timeout = Micros::ZERO),
            "install_snapshot_timeout is 0 ms, but must be greater than 0 ms"
        );
    }
}
