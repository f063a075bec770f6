//! The legend: samples of what the picture, the logs and the streams show, drawn by the same code.

use std::sync::Arc;

use super::cluster::VoteDot;
use super::colour::term_class;
use super::geometry::Point;
use super::lang::Text;
use super::logs::{logs, LogCell};
use super::node::Standing;
use crate::lab::world::{NodeState, World};
use crate::raft::event::Role;
use crate::raft::log::{Entry, Payload};
use crate::raft::{Index, Membership, NodeId, Term};

/// A sample node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleNode {
    /// Its standing.
    pub standing: Standing,
    /// Whether it is paused.
    pub paused: bool,
    /// The CSS class of its term's colour.
    pub colour: &'static str,
    /// The explanation.
    pub words: &'static str,
}

/// A sample of each kind of node.
pub fn nodes(t: &dyn Text) -> Vec<SampleNode> {
    let sample = |standing, words| SampleNode { standing, paused: false, colour: term_class(4), words };
    vec![
        sample(Standing::Leader, t.legend_leader()),
        sample(Standing::OldLeader, t.legend_old_leader()),
        sample(Standing::Candidate, t.legend_candidate()),
        sample(Standing::Follower, t.legend_follower()),
        sample(Standing::Learner, t.legend_learner()),
        sample(Standing::Outside, t.legend_outside()),
        SampleNode { colour: term_class(0), ..sample(Standing::NotStarted, t.legend_not_started()) },
        SampleNode { paused: true, ..sample(Standing::Follower, t.legend_paused()) },
        sample(Standing::Crashed, t.legend_crashed()),
        sample(Standing::Stopped, t.legend_stopped()),
    ]
}

/// A sample of each kind of vote, side by side.
pub fn votes() -> [VoteDot; 3] {
    let vote = |voter, x, answer| VoteDot { voter, at: Point::new(x, 0.0), answer };
    [vote(1, -11.0, Some(true)), vote(2, 0.0, Some(false)), vote(3, 11.0, None)]
}

/// A sample of each kind of entry, with its explanation.
pub fn entries(t: &dyn Text) -> Vec<(LogCell, &'static str)> {
    let view = logs(&world(), 1..=6, t);
    let cell = |row: usize, index: Index| view.rows[row].cells.iter().find(|cell| cell.index == index).cloned();
    let all = [
        (cell(0, 2), t.legend_applied()),
        (cell(0, 3), t.legend_only_committed()),
        (cell(0, 6), t.legend_not_committed()),
        (cell(1, 6), t.legend_conflicting()),
        (cell(0, 1), t.legend_blank()),
        (cell(0, 4), t.legend_configuration()),
        (cell(0, 5), t.legend_joint()),
    ];
    all.into_iter().filter_map(|(cell, words)| Some((cell?, words))).collect()
}

/// A leader with an entry of each kind, and a follower whose last entry conflicts.
fn world() -> World {
    let set = |value: u32| Payload::Set { key: "x".into(), value: value.to_string() };
    let members =
        |voters: &[NodeId], learners: &[NodeId]| Membership::new(voters.iter().copied(), learners.iter().copied());
    let joint = Membership { voters: vec![(1..=5).collect(), (1..=6).collect()], learners: [].into() };
    let of = |payloads: Vec<Payload>, last: Term| {
        let count = payloads.len() as Index;
        let entry = move |(payload, index): (Payload, Index)| {
            Arc::new(Entry::new(index, if index < count { 1 } else { last }, payload))
        };
        payloads.into_iter().zip(1..).map(entry)
    };
    let own = vec![
        Payload::Blank,
        set(1),
        set(2),
        Payload::Members(members(&[1, 2, 3, 4, 5], &[6])),
        Payload::Members(joint),
        set(3),
    ];
    let mut leader = NodeState::new(1, members(&[1, 2, 3, 4, 5], &[]), of(own, 2));
    (leader.alive, leader.role, leader.commit, leader.applied) = (true, Role::Leader, 5, 2);
    let other = vec![Payload::Blank, set(1), set(2), set(3), set(4), set(5)];
    World::new([leader, NodeState::new(2, members(&[1, 2, 3, 4, 5], &[]), of(other, 1))])
}

/// A column of the streams' table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// The explanation.
    pub words: &'static str,
}

/// The numeric columns of the streams' table.
pub fn columns(t: &dyn Text) -> [Column; 5] {
    [
        Column { name: t.column_next(), words: t.column_next_means() },
        Column { name: t.column_match(), words: t.column_match_means() },
        Column { name: t.column_lag(), words: t.column_lag_means() },
        Column { name: t.column_buffer(), words: t.column_buffer_means() },
        Column { name: t.column_outbound(), words: t.column_outbound_means() },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::lang::English;
    use crate::view::logs::Against;

    #[test]
    fn every_kind_of_entry_is_there() {
        let told: Vec<_> = entries(&English)
            .into_iter()
            .map(|(cell, _)| (cell.short, cell.committed, cell.applied, cell.joint, cell.against))
            .collect();
        use Against::*;
        let expected = [
            ("x=1", true, true, false, Same),
            ("x=2", true, false, false, Same),
            ("x=3", false, false, false, Same),
            ("x=5", false, false, false, Conflicts),
            ("∅", true, true, false, Same),
            ("+(S6)", true, false, false, Same),
            ("+S6", true, false, true, Same),
        ];
        assert_eq!(told, expected.map(|(short, a, b, c, d)| (short.to_string(), a, b, c, d)));
    }

    #[test]
    fn every_kind_of_node_is_there() {
        let of = |standing| nodes(&English).iter().filter(|it| it.standing == standing).count();
        use Standing::*;
        let counts = [Leader, OldLeader, Candidate, Learner, Outside, NotStarted, Crashed, Stopped, Follower].map(of);
        assert_eq!(counts, [1, 1, 1, 1, 1, 1, 1, 1, 2]);
        assert_eq!(nodes(&English).iter().filter(|it| it.paused).count(), 1);
    }
}
