//! A map of entries by their indices in the log.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::raft::Index;

/// The most places that are left empty between two values of the row.
const GAP_MAX: Index = 1024;

/// Values by index. Those that come about one after the other are in one row, where each is found at once and takes little
/// memory; any others are in a tree.
#[derive(Clone, Debug)]
pub(super) struct ByIndex<T> {
    /// The index of the first place of the row.
    first: Index,
    row: Vec<Option<T>>,
    /// None of them is in the bounds of the row.
    others: BTreeMap<Index, T>,
}

impl<T> Default for ByIndex<T> {
    fn default() -> ByIndex<T> {
        ByIndex { first: 0, row: Vec::new(), others: BTreeMap::new() }
    }
}

impl<T> ByIndex<T> {
    fn end(&self) -> Index {
        self.first + self.row.len() as Index
    }

    /// Sets the value at an index.
    pub(super) fn insert(&mut self, index: Index, value: T) {
        if self.row.is_empty() {
            self.first = index;
        }
        let end = self.end();
        if index < self.first || index > end.saturating_add(GAP_MAX) {
            self.others.insert(index, value);
            return;
        }
        for between in end..=index {
            self.row.push(self.others.remove(&between));
        }
        self.row[(index - self.first) as usize] = Some(value);
    }

    /// The value at an index.
    pub(super) fn get(&self, index: Index) -> Option<&T> {
        match index.checked_sub(self.first).and_then(|place| self.row.get(usize::try_from(place).ok()?)) {
            Some(value) => value.as_ref(),
            None => self.others.get(&index),
        }
    }

    /// The values at these indices with their indices, from the last to the first.
    pub(super) fn backwards(&self, indices: RangeInclusive<Index>) -> impl Iterator<Item = (Index, &T)> {
        let (start, end) = indices.into_inner();
        let place = |index: Index| index.clamp(self.first, self.end()).saturating_sub(self.first) as usize;
        let places = place(start)..place(end.saturating_add(1));
        let row = places.rev().filter_map(|place| Some((self.first + place as Index, self.row[place].as_ref()?)));
        let (first, last) = (self.first, self.end());
        let tree = |from: Index, to: Index| {
            let some = (from < to).then(|| self.others.range(from..to));
            some.into_iter().flatten().rev().map(|(&index, value)| (index, value))
        };
        let behind = tree(start.max(last), end.saturating_add(1));
        let before = tree(start, first.min(end.saturating_add(1)));
        behind.chain(row).chain(before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::Rng;

    #[test]
    fn it_is_a_map() {
        for seed in 0..200 {
            let mut rng = Rng::new(seed, "indices", 0);
            let (mut ours, mut expected, mut near) = (ByIndex::default(), BTreeMap::new(), rng.range(0, 3_000));
            for value in 0..200 {
                near += rng.range(0, 3);
                let index = match rng.range(0, 10) {
                    0 => rng.range(0, 6_000),
                    1 => rng.range(0, 1 << 50),
                    _ => near,
                };
                ours.insert(index, value);
                expected.insert(index, value);
            }
            for index in expected.keys().flat_map(|&index| index.saturating_sub(1)..=index + 1) {
                assert_eq!(ours.get(index), expected.get(&index), "seed {seed}");
            }
            for _ in 0..20 {
                let (a, b) = (rng.range(0, 6_000), rng.range(0, 1 << 51));
                for range in [a.min(b)..=a.max(b), 0..=a, 0..=Index::MAX] {
                    let found: Vec<_> = ours.backwards(range.clone()).collect();
                    assert_eq!(found, expected.range(range).rev().map(|(&at, it)| (at, it)).collect::<Vec<_>>());
                }
            }
        }
    }
}
