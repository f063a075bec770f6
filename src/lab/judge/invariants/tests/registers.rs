//! Compares the checker of one key's history with one that tries every order.

use std::rc::Rc;

use crate::lab::judge::invariants::linearizable::{Op, Register, Step};
use crate::runtime::Rng;

type Value = Option<Rc<str>>;

fn value(name: &str) -> Value {
    Some(name.into())
}

#[derive(Clone, Debug)]
struct Operation {
    op: Op,
    called: usize,
    answered: Option<usize>,
    /// The value to write; none for a read.
    write: Option<Value>,
    /// The value that was read.
    got: Option<Value>,
    refused: bool,
}

/// The operations of a history, from its steps.
fn operations(steps: &[Step]) -> Vec<Operation> {
    let mut all: Vec<Operation> = Vec::new();
    for (now, step) in steps.iter().enumerate() {
        let call = |op, write| Operation { op, called: now, answered: None, write, got: None, refused: false };
        let mut answer = |op: Op, change: &dyn Fn(&mut Operation)| {
            let known = all.iter_mut().find(|operation| operation.op == op).unwrap();
            known.answered = Some(now);
            change(known);
        };
        match step {
            Step::Write(op, value) => all.push(call(*op, Some(value.clone()))),
            Step::Read(op) => all.push(call(*op, None)),
            Step::Written(op) => answer(*op, &|_| {}),
            Step::Got(op, value) => answer(*op, &|it| it.got = Some(value.clone())),
            Step::NotWritten(op) | Step::NotRead(op) => answer(*op, &|it| it.refused = true),
        }
    }
    // Writes that were refused and reads without a result do not matter.
    all.retain(|it| !it.refused && (it.write.is_some() || it.got.is_some()));
    all
}

/// Tries every order.
fn some_order_explains(operations: &[Operation], value: &Value) -> bool {
    let first_answer = operations.iter().filter_map(|it| it.answered).min().unwrap_or(usize::MAX);
    if operations.iter().all(|it| it.answered.is_none()) {
        return true;
    }
    (0..operations.len()).filter(|&place| operations[place].called <= first_answer).any(|place| {
        let mut rest = operations.to_vec();
        let Operation { write, got, .. } = rest.remove(place);
        match (write, got) {
            (Some(written), _) => some_order_explains(&rest, &written),
            (None, got) => got.as_ref() == Some(value) && some_order_explains(&rest, value),
        }
    })
}

/// A random history of a few overlapping operations.
fn some_history(rng: &mut Rng) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut open: Vec<(Op, bool)> = Vec::new();
    let (count, values) = (rng.range(2, 8), [value("a"), value("b"), value("c")]);
    let some_value = |rng: &mut Rng| values[rng.range(0, 3) as usize].clone();
    let mut next: Op = 1;
    while next <= count || !open.is_empty() {
        let call = next <= count && (open.is_empty() || (open.len() < 4 && rng.chance(550_000)));
        if call {
            let writes = rng.chance(500_000);
            steps.push(if writes { Step::Write(next, some_value(rng)) } else { Step::Read(next) });
            open.push((next, writes));
            next += 1;
            continue;
        }
        let (op, writes) = open.remove(rng.range(0, open.len() as u64) as usize);
        steps.push(match (writes, rng.range(0, 10)) {
            (_, 0) => continue, // never completes
            (true, 1) => Step::NotWritten(op),
            (true, _) => Step::Written(op),
            (false, 1) => Step::NotRead(op),
            (false, 2) => Step::Got(op, None),
            (false, _) => Step::Got(op, some_value(rng)),
        });
    }
    steps
}

fn holds(steps: &[Step]) -> bool {
    let mut register = Register::new(None);
    (1..).zip(steps).all(|(now, step)| register.take(now, step.clone()))
}

#[test]
fn it_agrees_with_trying_every_order() {
    let mut verdicts = [0u32; 2];
    for seed in 0..60_000 {
        let steps = some_history(&mut Rng::new(seed, "history", 0));
        let expected = some_order_explains(&operations(&steps), &None);
        assert_eq!(holds(&steps), expected, "seed {seed}: {steps:?}");
        verdicts[usize::from(expected)] += 1;
    }
    assert!(verdicts.iter().all(|&count| count > 5000), "both happen: {verdicts:?}");
}

#[test]
fn it_finds_a_wrong_read_at_its_own_answer() {
    for seed in 0..5000 {
        let steps = some_history(&mut Rng::new(seed, "history", 1));
        let mut register = Register::new(None);
        let mut held = true;
        for (now, step) in steps.iter().enumerate() {
            held = held && register.take(now as u64 + 1, step.clone());
            assert_eq!(held, some_order_explains(&operations(&steps[..=now]), &None), "seed {seed}, {now}: {steps:?}");
        }
    }
}

#[test]
fn many_writes_at_once_are_cheap() {
    // A thousand overlapping writes, then sequential reads.
    let mut steps: Vec<Step> = (1..=1000).map(|op| Step::Write(op, value(&op.to_string()))).collect();
    steps.extend((1..=1000).map(Step::Written));
    let read = |op: Op, value: Value| [Step::Read(op), Step::Got(op, value)];
    steps.extend(read(2001, value("500")));
    assert!(holds(&[&steps[..], &read(2002, value("500"))].concat()));
    assert!(!holds(&[&steps[..], &read(2002, value("501"))].concat()), "nothing is written any more");
    // And one read for each write without a known outcome.
    let mut steps: Vec<Step> = (1..=300).map(|op| Step::Write(op, value(&op.to_string()))).collect();
    steps.extend((1..=300).flat_map(|op| read(1000 + op, value(&op.to_string()))));
    assert!(holds(&steps));
    assert!(!holds(&[&steps[..], &read(2000, value("1"))].concat()), "each takes effect once");
}
