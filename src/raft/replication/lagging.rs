//! Lagging: the follower is behind, and is brought up payload by payload, from storage.

use crate::raft::replication::Stream;

impl Stream {
    /// Reads and sends the next payload; or finds that the follower has caught up.
    ///
    /// Caught up is: everything before next is proven, and no more than *half* the threshold is missing —
    /// half, so that a stream at the threshold does not flap.
    pub(super) fn proceed_lagging(&mut self) {
        let proven = self.answered && self.match_index + 1 == self.next_index;
        if proven && self.lag() <= self.config.replication_lag_threshold / 2 {
            return self.become_line_rate();
        }
        if !self.may_send() {
            return;
        }
        if !self.outbound_buffer.is_empty() {
            self.look_and_send(self.next_index - 1);
        } else if self.next_index <= self.last_log_index || self.heartbeat_due {
            self.look_and_send(self.last_log_index);
        }
        // Else next is behind the log's end and not proven: the next heartbeat asks.
    }
}
