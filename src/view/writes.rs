//! Ten writes at a click.

use crate::lab::vocab::action::Action;
use crate::lab::world::World;

/// The number of writes.
const WRITES: u64 = 10;

/// What the keys begin with, in the order in which they are used.
const LETTERS: &str = "abcdefghijklmnopqrstuv";

/// Writes ten values under ten keys that are new, one after the other: a snapshot then has some chunks more.
pub fn ten_writes(world: &World) -> Action {
    let used = |letter: char| {
        let first = format!("{letter}1");
        world.nodes.values().any(|node| {
            node.state.contains_key(&first)
                || node.log.iter().any(|entry| entry.payload.as_write().is_some_and(|write| write.key == first))
        })
    };
    let free = LETTERS.chars().find(|&letter| !used(letter));
    let keys = free.map_or_else(|| LETTERS[..1].into(), String::from);
    Action::WriteMany {
        count: WRITES,
        every: None,
        clients: None,
        value_bytes: None,
        keys: Some(keys),
        retry_after: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::vocab::condition::Condition;
    use crate::lab::{Lab, Scenario};
    use crate::runtime::Micros;

    #[test]
    fn each_time_the_keys_are_new_and_a_snapshot_has_several_chunks() {
        let mut lab = Lab::new(Scenario::opening()).unwrap();
        lab.advance_to(Micros::from_ms(1000), u64::MAX);
        for (keys, chunks) in [("a", 5), ("b", 10)] {
            let action = ten_writes(&lab.world());
            assert!(matches!(&action, Action::WriteMany { keys: Some(found), .. } if found == keys), "{action:?}");
            lab.act(action).unwrap();
            let written = Condition::Converged(true);
            lab.advance_to(lab.now() + Micros::from_ms(10), u64::MAX);
            assert!(lab.run_until(written, Micros::from_ms(5000)).unwrap());
            let world = lab.world();
            let leader = world.leader().unwrap();
            assert_eq!(leader.state[&format!("{keys}10")], "10");
            let snapshot = leader.snapshot.as_ref().unwrap().data.len() as u64;
            let chunk = Scenario::opening().config.snapshot_max_chunk_size.unwrap();
            assert_eq!(snapshot.div_ceil(chunk), chunks, "{snapshot} bytes");
        }
    }
}
