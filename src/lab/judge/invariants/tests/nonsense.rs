//! With a rule off, any sequence of events may occur: checkers accept it.

use super::*;
use crate::runtime::Rng;

/// A small or large number, mostly an invalid one.
fn number(rng: &mut Rng) -> u64 {
    match rng.range(0, 12) {
        0 => 0,
        1 => 1 << 53,
        _ => rng.range(0, 9),
    }
}

fn some_snapshot(rng: &mut Rng) -> SharedSnapshot {
    let data = ["", "x=1\n", "no state\n"][rng.range(0, 3) as usize];
    snapshot(number(rng), number(rng), data)
}

fn some_event(rng: &mut Rng) -> Event {
    let (id, other) = (rng.range(1, 5) as NodeId, rng.range(1, 5) as NodeId);
    let (a, b) = (number(rng), number(rng));
    let result = ClientResult::ALL[rng.range(0, ClientResult::ALL.len() as u64) as usize];
    match rng.range(0, 20) {
        0 => starts(id, a, Some(other)),
        1 => adopts(id, a, b),
        2 => leads(id, a.max(1))[1].clone(),
        3 => follows(id, a),
        4 => votes(id, other, a),
        5..=8 => append(id, entry(a, b)),
        9 => truncate(id, a, b),
        10 => commit(id, a, b),
        11 => apply(id, a),
        12 => install(id, some_snapshot(rng), rng.chance(500_000)),
        13 => {
            let taken = rng.chance(500_000).then(|| some_snapshot(rng));
            let prev = taken.as_ref().map_or((a, b), |it| (it.meta.index, it.meta.term));
            let log = (0..rng.range(0, 4)).map(|i| entry(prev.0 + 1 + i, b)).collect();
            crash(id, Image { hard_state: HardState { term: a, voted_for: None }, prev, snapshot: taken, log })
        }
        14 => stream(id, other),
        15 => matched(id, other, a),
        16 => node(Node::Durable { node: id, index: a }),
        17 if rng.chance(300_000) => compared(a, ["1", "2"].get(b as usize).copied(), Some(Some("1")), result),
        17 => write(a, &b.to_string(), result, Some(b)),
        18 => read(a, result, Some("1")),
        _ => {
            let snapshot = some_snapshot(rng);
            node(Node::CompactionDone { node: id, snapshot, first_index: a })
        }
    }
}

#[test]
fn no_checker_panics() {
    for seed in 0..2000 {
        let mut rng = Rng::new(seed, "nonsense", 0);
        let mut rig = Rig::new();
        for _ in 0..60 {
            let event = some_event(&mut rng);
            rig.feed([event]);
        }
    }
}
