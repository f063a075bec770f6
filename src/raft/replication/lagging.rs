//! Lagging: the target is behind, or it is not known where its log agrees; entries are read from storage, payload by
//! payload. Etcd's *Probe*.

use crate::raft::replication::Stream;

impl Stream {
    /// Reads and sends the next payload, or becomes line rate if the target has caught up.
    ///
    /// A target has caught up if `match_index + 1 == next_index` and the lag is at most *half* of
    /// `replication_lag_threshold`: half, so that a stream near the threshold does not alternate between the states.
    pub(super) fn proceed_lagging(&mut self) {
        let is_proven = self.has_answered && self.match_index + 1 == self.next_index;
        if is_proven && self.lag() <= self.config.replication_lag_threshold / 2 {
            return self.become_line_rate();
        }
        if !self.can_send() {
            return;
        }
        if !self.outbound_buffer.is_empty() {
            self.read_and_send(self.next_index - 1);
        } else if self.next_index <= self.last_log_index || self.heartbeat_due {
            self.read_and_send(self.last_log_index);
        }
        // Else next is after the end of the log and not proven yet: the next heartbeat will tell.
    }
}
