//! Line rate: the target is up to date, and entries are sent as they are appended. Etcd's *Replicate*.

use crate::raft::replication::Stream;
use crate::raft::Index;

impl Stream {
    /// Sends the buffered entries. Entries that are missing from the buffers (before the first one, or all of them
    /// after the buffers were cleared) are read from storage, so that none of them waits for the next write.
    pub(super) fn proceed_at_line_rate(&mut self) {
        if !self.can_send() {
            return;
        }
        let read_nothing = self.next_index - 1;
        if !self.outbound_buffer.is_empty() {
            return self.read_and_send(read_nothing);
        }
        match self.replication_buffer.front().map(|entry| entry.index) {
            Some(first) => self.read_and_send(first - 1),
            None if self.next_index <= self.last_log_index && self.config.rules.refill_at_line_rate => {
                self.read_and_send(self.last_log_index)
            }
            None if self.heartbeat_due => self.read_and_send(read_nothing),
            None => {}
        }
    }

    /// Moves entries from the replication buffer to the end of the outbound buffer, up to one payload.
    pub(super) fn fill_outbound(&mut self) {
        while self.outbound_buffer.len() < self.config.max_payload_entries as usize {
            let next = self.outbound_buffer.last().map_or(self.next_index, |entry: &_| entry.index + 1);
            match self.replication_buffer.front() {
                Some(entry) if entry.index == next => self.outbound_buffer.extend(self.replication_buffer.pop_front()),
                // The outbound buffer has the same entry already, read from storage.
                Some(entry) if entry.index < next => drop(self.replication_buffer.pop_front()),
                _ => return,
            }
        }
    }

    /// The number of entries in the leader's log that the target is not known to have.
    pub fn lag(&self) -> Index {
        self.last_log_index.saturating_sub(self.match_index)
    }
}
