//! Line rate: the follower is up to date, and entries go out as they come.

use crate::raft::replication::Stream;
use crate::raft::Index;
use crate::runtime::Micros;

impl Stream {
    /// Sends what is buffered. What the buffers lack — the gap before them, or everything, after they
    /// were cleared — comes from storage, so that no entry waits for the next write to be noticed.
    pub(super) fn proceed_at_line_rate(&mut self, now: Micros) {
        if !self.may_send() {
            return;
        }
        if self.outbound_buffer.is_empty() {
            match self.replication_buffer.front().map(|entry| entry.index) {
                Some(first) if first == self.next_index => self.fill_outbound(),
                Some(first) => return self.read_up_to(first - 1),
                None if self.next_index <= self.last_log_index => return self.read_up_to(self.last_log_index),
                None => return,
            }
        }
        self.send(now);
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
