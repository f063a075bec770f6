//! Linearizability of the clients' history (Herlihy and Wing, 1990), by the search of Wing and Gong with the
//! memory of Lowe: choose any operation that may come first, and never look at the same choice twice.
//!
//! The keys of a store do not touch each other, so each key's history is judged alone. It is judged at the end
//! of a run: a wrong answer stays wrong, and the search is cheap only once all answers are known.

use std::collections::{BTreeMap, BTreeSet};

/// One operation on one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// When it began; a number that orders all beginnings and ends.
    pub begun: u64,
    /// When its answer came. None: never, or "unknown" — it may have happened at any time since, or not at all.
    pub ended: Option<u64>,
    /// What it wrote; or none, for a read.
    pub wrote: Option<String>,
    /// What it read, for a read: none is "no value".
    pub read: Option<String>,
}

/// So many choices are looked at for one key; a history that needs more is let pass.
pub const CHOICES_MAX: usize = 200_000;

/// Whether one key's history can be put into an order in which each operation happens between its beginning
/// and its end, and each read gives the value of the write before it.
pub fn is_linearizable(operations: &[Operation]) -> bool {
    // A read that was never answered says nothing.
    let operations: Vec<&Operation> = operations.iter().filter(|it| it.ended.is_some() || it.wrote.is_some()).collect();
    let mut looked_at: BTreeSet<(Vec<usize>, Option<String>)> = BTreeSet::new();
    let mut stack: Vec<(BTreeSet<usize>, Option<String>)> = vec![(BTreeSet::new(), None)];
    while let Some((done, value)) = stack.pop() {
        let left = |place: &usize| !done.contains(place);
        let open: Vec<usize> = (0..operations.len()).filter(left).collect();
        if open.iter().all(|&place| operations[place].ended.is_none()) {
            return true; // what was never answered need not have happened
        }
        if looked_at.len() >= CHOICES_MAX {
            return true;
        }
        if !looked_at.insert((open.clone(), value.clone())) {
            continue;
        }
        // Whatever comes next began before anything that is left has ended.
        let first_end = open.iter().filter_map(|&place| operations[place].ended).min().unwrap_or(u64::MAX);
        for &place in open.iter().filter(|&&place| operations[place].begun <= first_end) {
            let operation = operations[place];
            let after = match &operation.wrote {
                Some(written) => Some(written.clone()),
                None if operation.read == value => value.clone(),
                None => continue,
            };
            let mut done = done.clone();
            done.insert(place);
            stack.push((done, after));
        }
    }
    false
}

/// A history, split by key.
#[derive(Clone, Debug, Default)]
pub struct History {
    keys: BTreeMap<String, Vec<Operation>>,
}

impl History {
    /// Adds an operation.
    pub fn push(&mut self, key: &str, operation: Operation) {
        self.keys.entry(key.to_string()).or_default().push(operation);
    }

    /// The first key whose history is not linearizable. A key that nobody read is: writes alone say nothing.
    pub fn first_wrong_key(&self) -> Option<&str> {
        let was_read = |operations: &[Operation]| operations.iter().any(|it| it.wrote.is_none() && it.ended.is_some());
        let wrong = self.keys.iter().find(|(_, operations)| was_read(operations) && !is_linearizable(operations));
        wrong.map(|(key, _)| key.as_str())
    }
}
