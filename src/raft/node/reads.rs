//! Linearizable reads without a log entry: ReadIndex (paper §8, thesis §6.4).
//!
//! A leader may have been deposed without knowing it. So it notes how far it has committed when a read
//! comes, lets a majority confirm that it still leads — with answers to RPCs that left *after* the read
//! came — and answers once all that is applied. A new leader first commits an entry of its own term:
//! before that, it does not know how far the log is committed.

use super::{Node, Output, ReadResult, Token};
use crate::raft::event::{Event, Role};
use crate::raft::membership::Count;
use crate::raft::replication::FromCore;
use crate::raft::{Index, NodeId};

/// A read that waits.
#[derive(Clone, Debug)]
pub(super) struct PendingRead {
    pub(super) token: Token,
    key: String,
    /// The commit index when the read came, or the first one of this term.
    read_index: Option<Index>,
    /// An RPC that left with this probe, or a later one, left after the read came.
    probe: u64,
}

impl Node {
    pub(super) fn on_read(&mut self, token: Token, key: String) {
        let Some(office) = self.office.as_mut().filter(|_| self.role == Role::Leader) else {
            let forward = ReadResult::ForwardToLeader(self.leader);
            return self.outputs.push(Output::AnswerRead(token, forward));
        };
        let probe = office.probe + 1;
        office.reads.push(PendingRead { token, key, read_index: None, probe });
        self.probe();
        self.answer_reads();
    }

    /// Has every stream send something from now on whose answer shows that it left after this.
    pub(super) fn probe(&mut self) {
        let Some(office) = &mut self.office else { return };
        office.probe += 1;
        let probe = office.probe;
        self.tell_streams(FromCore::Probe(probe));
    }

    /// Answers the reads that may be answered, in the order in which they came.
    pub(super) fn answer_reads(&mut self) {
        let Some(office) = &mut self.office else { return };
        let commit = self.commit_index;
        if commit < office.first_index {
            return; // nothing of this term is committed yet
        }
        office.reads.iter_mut().for_each(|read| {
            read.read_index.get_or_insert(commit);
        });
        let membership = &self.memberships.newest().1;
        let rules = &self.config.rules;
        let count = Count { node: self.id, membership, rules };
        let (id, applied, progress) = (self.id, self.last_applied, &office.progress);
        let may = |read: &PendingRead| {
            let confirms = |node: NodeId| node == id || progress.get(&node).is_some_and(|it| it.probe >= read.probe);
            let confirmed = !rules.confirm_reads || count.is_quorum(confirms);
            read.read_index.is_some_and(|index| index <= applied) && confirmed
        };
        let (ready, waiting) = std::mem::take(&mut office.reads).into_iter().partition(may);
        office.reads = waiting;
        for PendingRead { token, key, read_index, .. } in ready {
            let read_index = read_index.unwrap_or(commit);
            self.emit(Event::ReadConfirmed { node: id, read_index, applied });
            self.outputs.push(Output::Get(token, key));
        }
    }
}
