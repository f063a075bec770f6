//! Lagging: the follower is behind, and is brought up payload by payload, from storage.

use crate::raft::replication::Stream;
use crate::runtime::Micros;

impl Stream {
    /// Reads and sends the next payload; or finds that the follower has caught up.
    ///
    /// Caught up is: everything before next is proven, and no more than *half* the threshold is missing —
    /// half, so that a stream at the threshold does not flap.
    pub(super) fn proceed_lagging(&mut self, now: Micros) {
        let proven = self.answered && self.match_index + 1 == self.next_index;
        if proven && self.lag() <= self.config.replication_lag_threshold / 2 {
            return self.become_line_rate();
        }
        if !self.may_send() {
            return;
        }
        if !self.outbound_buffer.is_empty() {
            self.send(now);
        } else if self.next_index <= self.last_log_index {
            self.read_up_to(self.last_log_index);
        }
        // Else next is behind the log's end and not proven: the next heartbeat asks.
    }
}
