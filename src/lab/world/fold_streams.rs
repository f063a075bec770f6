//! Folds the events of replication streams into the world.

use std::rc::Rc;

use crate::lab::world::{StreamInfo, Transition, World};
use crate::raft::event::{StreamState, StreamWhy};
use crate::raft::{self, NodeId};
use crate::runtime::Micros;

/// The most points that are kept of a stream's lag, for its plot.
pub const LAG_POINTS_MAX: usize = 64;

impl World {
    /// Applies an event of a stream. Returns whether it was one.
    pub(super) fn apply_stream(&mut self, at: Micros, event: &raft::Event) -> bool {
        use raft::Event::*;
        let (StreamState { node, target, .. }
        | Next { node, target, .. }
        | Match { node, target, .. }
        | MatchLost { node, target, .. }
        | Buffer { node, target, .. }
        | Answered { node, target, .. }
        | TimedOut { node, target, .. }
        | Unreachable { node, target, .. }
        | SnapshotOffered { node, target, .. }
        | ChunkSent { node, target, .. }
        | ChunkAnswered { node, target, .. }
        | ChunkFailed { node, target, .. }) = event
        else {
            return false;
        };
        let key = (*node, *target);
        match event {
            StreamState { from, to, why, .. } => self.stream_state(at, key, *from, *to, *why),
            event => self.with_stream(key, |stream| stream.apply(at, event)),
        }
        if matches!(event, Match { .. } | MatchLost { .. }) {
            self.note_lag(at, *node);
        }
        true
    }

    fn with_stream(&mut self, key: (NodeId, NodeId), change: impl FnOnce(&mut StreamInfo)) {
        if let Some(stream) = self.streams.get_mut(&key) {
            change(Rc::make_mut(stream));
        }
    }

    fn stream_state(
        &mut self,
        at: Micros,
        key: (NodeId, NodeId),
        from: Option<StreamState>,
        to: StreamState,
        why: StreamWhy,
    ) {
        match (from, to) {
            (None, _) => {
                let term = self.nodes.get(&key.0).map_or(0, |node| node.term);
                self.streams.insert(key, Rc::new(StreamInfo::new(term, at, to, why)));
            }
            (_, StreamState::Shutdown) => drop(self.streams.remove(&key)),
            _ => self.with_stream(key, |stream| stream.change_state(at, Transition { from, to, why })),
        }
    }

    /// Adds a point to the lag plot of each of the leader's streams whose lag changed.
    pub(super) fn note_lag(&mut self, at: Micros, leader: NodeId) {
        let Some(last) = self.nodes.get(&leader).map(|node| node.last_index()) else { return };
        for (_, stream) in self.streams.range_mut((leader, 0)..=(leader, NodeId::MAX)) {
            let lag = last.saturating_sub(stream.match_index);
            if stream.lag.last().map(|&(_, lag)| lag) != Some(lag) {
                let stream = Rc::make_mut(stream);
                stream.lag.push_back((at, lag));
                if stream.lag.len() > LAG_POINTS_MAX {
                    stream.lag.pop_front();
                }
            }
        }
    }
}
