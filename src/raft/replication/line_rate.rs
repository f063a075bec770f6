//! Line rate: the follower is up to date, and entries go out as they come.

use crate::raft::replication::Stream;
use crate::raft::Index;

impl Stream {
    /// Sends what is buffered. What the buffers lack — the gap before them, or everything, after they
    /// were cleared — comes from storage, so that no entry waits for the next write to be noticed.
    pub(super) fn proceed_at_line_rate(&mut self) {
        if !self.may_send() {
            return;
        }
        let nothing = self.next_index - 1;
        if !self.outbound_buffer.is_empty() {
            return self.look_and_send(nothing);
        }
        match self.replication_buffer.front().map(|entry| entry.index) {
            Some(first) => self.look_and_send(first - 1),
            None if self.next_index <= self.last_log_index && self.config.rules.refill_at_line_rate => {
                self.look_and_send(self.last_log_index)
            }
            None if self.heartbeat_due => self.look_and_send(nothing),
            None => {}
        }
    }

    /// Moves entries from the replication buffer behind those of the outbound buffer, up to the payload limit.
    pub(super) fn fill_outbound(&mut self) {
        while self.outbound_buffer.len() < self.config.max_payload_entries as usize {
            let follows = self.outbound_buffer.last().map_or(self.next_index, |entry: &_| entry.index + 1);
            match self.replication_buffer.front() {
                Some(entry) if entry.index == follows => {
                    self.outbound_buffer.extend(self.replication_buffer.pop_front())
                }
                // Read from storage meanwhile: the buffered one is the same entry.
                Some(entry) if entry.index < follows => drop(self.replication_buffer.pop_front()),
                _ => return,
            }
        }
    }

    /// How far the target is behind: entries of the leader that it is not proven to have.
    pub fn lag(&self) -> Index {
        self.last_log_index.saturating_sub(self.match_index)
    }
}
