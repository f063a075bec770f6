//! The conditions that a run can be continued until.

use serde_json::Map;

use super::lang::Text;
use crate::lab::vocab::condition::{Condition, EventMatcher, LeaderCondition, Live, NodeCondition, Number, Which};
use crate::lab::world::World;
use crate::runtime::Micros;

/// The longest virtual time that such a run takes, since the condition may never hold.
pub const UNTIL_MAX: Micros = Micros::from_ms(10_000);

/// A condition to run until.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// A commit index exceeds all present commit indices.
    Commit,
    /// There is a leader of a higher term than the present one.
    Leader,
    /// A replication stream changes its state.
    Stream,
    /// All logs agree.
    Converged,
    /// One more invariant is violated.
    Violated,
    /// A second of virtual time has passed.
    Second,
}

impl Until {
    /// Every condition, in the order of the menu.
    pub const ALL: [Until; 6] =
        [Until::Commit, Until::Leader, Until::Stream, Until::Converged, Until::Violated, Until::Second];

    /// Its name in the menu.
    pub fn name(self, t: &dyn Text) -> &'static str {
        match self {
            Until::Commit => t.until_commit(),
            Until::Leader => t.until_leader(),
            Until::Stream => t.until_stream(),
            Until::Converged => t.until_converged(),
            Until::Violated => t.until_violated(),
            Until::Second => t.until_second(),
        }
    }

    /// The condition on what happens [from now on](crate::lab::Player::run_until_next), where `world` is the world that
    /// is shown; and the longest virtual time that it may take. Without a condition the run takes all of that time.
    pub fn condition(self, world: &World) -> (Option<Condition>, Micros) {
        let more = |n: u64| Number::at_least(n + 1);
        let next = |name: &str| {
            let fields = Map::from_iter([("event".to_string(), name.into())]);
            Condition::Event(EventMatcher { fields, count: None })
        };
        let condition = match self {
            Until::Commit => {
                let commit = world.nodes.values().map(|node| node.commit).max().unwrap_or(0);
                Condition::Node(Box::new(commits(more(commit))))
            }
            Until::Leader => match world.leader() {
                None => Condition::Leader(LeaderCondition::Any(true)),
                Some(leader) => Condition::Leader(LeaderCondition::Term { term: more(leader.term) }),
            },
            Until::Stream => next("stream-state"),
            Until::Converged => Condition::Converged(true),
            Until::Violated => next("violation"),
            Until::Second => return (None, Micros::from_ms(1000)),
        };
        (Some(condition), UNTIL_MAX)
    }
}

fn commits(commit: Number) -> NodeCondition {
    NodeCondition {
        node: Which::Live(Live::Any),
        alive: None,
        role: None,
        term: None,
        voted_for: None,
        commit: Some(commit),
        applied: None,
        last_index: None,
        log: None,
        log_prefix: None,
        entry: None,
        snapshot: None,
        members: None,
        state: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    use crate::lab::judge::watch::Watch;
    use crate::lab::{Lab, Record, Scenario};

    fn run(lab: &mut Lab, until: Until) -> bool {
        let (condition, limit) = until.condition(&lab.world());
        lab.run_while_watching(Watch::new(condition.unwrap()), limit)
    }

    #[test]
    fn a_run_goes_as_far_as_is_asked() {
        let mut lab = Lab::new(Scenario::classroom(3)).unwrap();
        assert!(run(&mut lab, Until::Leader));
        let leader = lab.world().leader().unwrap().id;
        assert!(run(&mut lab, Until::Commit));
        let commit = |lab: &Lab| lab.world().nodes.values().map(|node| node.commit).max().unwrap();
        assert_eq!(commit(&lab), 1, "the first entry of its term");
        assert!(run(&mut lab, Until::Converged));
        assert!(!run(&mut lab, Until::Violated));
        assert!(!run(&mut lab, Until::Commit), "nobody writes");
        lab.act(crate::lab::vocab::action::Action::Crash { node: leader.into() }).unwrap();
        assert!(run(&mut lab, Until::Leader));
        assert_ne!(lab.world().leader().unwrap().id, leader);
        let events = lab.records().len();
        assert!(run(&mut lab, Until::Stream));
        let told = |record: &Rc<Record>| record.event.name() == "stream-state";
        assert!(lab.records()[events..].iter().any(told), "it happens from now on");
    }

    #[test]
    fn every_event_that_is_waited_for_exists() {
        let rows: Vec<&str> = crate::lab::vocab::event::rows().map(|row| row.name).collect();
        assert!(rows.contains(&"stream-state") && rows.contains(&"violation"));
        assert_eq!(Until::Second.condition(&World::default()), (None, Micros::from_ms(1000)));
    }
}
