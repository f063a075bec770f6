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
    /// Of a compare-and-set, the value that is expected.
    expected: Option<Value>,
    /// What the client was told of it: whether it matched.
    matched: Option<bool>,
    /// The value that was read.
    got: Option<Value>,
    refused: bool,
}

/// The operations of a history, from its steps.
fn operations(steps: &[Step]) -> Vec<Operation> {
    let mut all: Vec<Operation> = Vec::new();
    for (now, step) in steps.iter().enumerate() {
        let call = |op, write, expected| {
            let (answered, matched, got, refused) = (None, None, None, false);
            Operation { op, called: now, answered, write, expected, matched, got, refused }
        };
        let mut answer = |op: Op, change: &dyn Fn(&mut Operation)| {
            let known = all.iter_mut().find(|operation| operation.op == op).unwrap();
            known.answered = Some(now);
            change(known);
        };
        match step {
            Step::Write(op, value) => all.push(call(*op, Some(value.clone()), None)),
            Step::Read(op) => all.push(call(*op, None, None)),
            Step::CompareAndSet(op, expected, value) => {
                all.push(call(*op, Some(value.clone()), Some(expected.clone())));
            }
            Step::Matched(op) => answer(*op, &|it| it.matched = Some(true)),
            Step::NotMatched(op) => answer(*op, &|it| it.matched = Some(false)),
            // The client of a compare-and-set does not know whether it was done.
            Step::NotRead(op) => answer(*op, &|it| match it.expected {
                Some(_) => it.answered = None,
                None => it.refused = true,
            }),
            Step::Written(op) => answer(*op, &|_| {}),
            Step::Got(op, value) => answer(*op, &|it| it.got = Some(value.clone())),
            Step::NotWritten(op) => answer(*op, &|it| it.refused = true),
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
        let Operation { write, got, expected, matched, .. } = rest.remove(place);
        let matches = expected.is_none_or(|expected| expected == *value);
        match (write, got) {
            (Some(_), _) if matched.is_some_and(|matched| matched != matches) => false,
            (Some(_), _) if !matches => some_order_explains(&rest, value),
            (Some(written), _) => some_order_explains(&rest, &written),
            (None, got) => got.as_ref() == Some(value) && some_order_explains(&rest, value),
        }
    })
}

#[derive(Clone, Copy)]
enum Kind {
    Write,
    Compare,
    Read,
}

/// A random history of a few overlapping operations; with `compare`, one write in two is a compare-and-set or a deletion.
fn some_history(rng: &mut Rng, compare: bool) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut open: Vec<(Op, Kind)> = Vec::new();
    let (count, values) = (rng.range(2, 8), [value("a"), value("b"), value("c")]);
    let some_value = |rng: &mut Rng| values[rng.range(0, 3) as usize].clone();
    let mut next: Op = 1;
    while next <= count || !open.is_empty() {
        let call = next <= count && (open.is_empty() || (open.len() < 4 && rng.chance(550_000)));
        if call {
            let kind = match rng.chance(500_000) {
                true if compare && rng.chance(500_000) => Kind::Compare,
                true => Kind::Write,
                false => Kind::Read,
            };
            let or_none = |rng: &mut Rng| some_value(rng).filter(|_| rng.chance(700_000));
            steps.push(match kind {
                Kind::Write if compare => Step::Write(next, or_none(rng)),
                Kind::Write => Step::Write(next, some_value(rng)),
                Kind::Compare => Step::CompareAndSet(next, or_none(rng), or_none(rng)),
                Kind::Read => Step::Read(next),
            });
            open.push((next, kind));
            next += 1;
            continue;
        }
        let (op, kind) = open.remove(rng.range(0, open.len() as u64) as usize);
        steps.push(match (kind, rng.range(0, 10)) {
            (_, 0) => continue, // never completes
            (Kind::Write | Kind::Compare, 1) => Step::NotWritten(op),
            (Kind::Write, _) => Step::Written(op),
            (Kind::Compare, 2) => Step::NotRead(op),
            (Kind::Compare, 3..=5) => Step::Matched(op),
            (Kind::Compare, _) => Step::NotMatched(op),
            (Kind::Read, 1) => Step::NotRead(op),
            (Kind::Read, 2) => Step::Got(op, None),
            (Kind::Read, _) => Step::Got(op, some_value(rng)),
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
    for (compare, label) in [(false, "history"), (true, "comparisons")] {
        let mut verdicts = [0u32; 2];
        for seed in 0..60_000 {
            let steps = some_history(&mut Rng::new(seed, label, 0), compare);
            let expected = some_order_explains(&operations(&steps), &None);
            assert_eq!(holds(&steps), expected, "seed {seed}: {steps:?}");
            verdicts[usize::from(expected)] += 1;
        }
        assert!(verdicts.iter().all(|&count| count > 5000), "both happen: {verdicts:?}");
    }
}

#[test]
fn a_key_with_too_many_pending_comparisons_is_not_checked_any_more() {
    let mut steps: Vec<Step> = (1..=30).map(|op| Step::Write(op, value(&op.to_string()))).collect();
    steps.extend([Step::CompareAndSet(40, value("never"), value("a")), Step::Matched(40)]);
    assert!(holds(&steps));
}

#[test]
fn it_finds_a_wrong_read_at_its_own_answer() {
    for seed in 0..10_000 {
        let steps = some_history(&mut Rng::new(seed, "history", 1), seed % 2 == 0);
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
