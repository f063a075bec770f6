//! Configurations of a key as plain numbers, and sets of them: what [`linearizable`](super::linearizable) works with
//! millions of times.
//!
//! A configuration is a row of numbers: the value; which pending writes have taken effect, a bit each; and for each
//! pending read how many values it may return, and these, in order. Values are interned and writes have a place for as
//! long as they are pending, so two configurations are equal if their rows are. A set keeps all rows in one piece of
//! memory, each with its hash: nothing is allocated for one configuration.

use std::rc::Rc;

/// The value of a key; none before the first write.
pub(super) type Value = Option<Rc<str>>;

/// Identifies an operation; those of clients count from 1.
pub(super) type Op = u64;

/// The number of an event, used as time.
pub(super) type Moment = u64;

/// Identifies a value of a key.
pub(super) type ValueId = u32;

/// The place of a pending write: the number of its bit.
pub(super) type Place = usize;

/// The number of bits in a number of a row.
const BITS: usize = u32::BITS as usize;

/// The values that a key has had, in order, each with its number.
#[derive(Clone, Debug, Default)]
pub(super) struct Values(Vec<(Value, ValueId)>);

impl Values {
    pub(super) fn id(&mut self, value: &Value) -> ValueId {
        match self.0.binary_search_by(|(known, _)| known.cmp(value)) {
            Ok(place) => self.0[place].1,
            Err(place) => {
                let id = self.0.len() as ValueId;
                self.0.insert(place, (value.clone(), id));
                id
            }
        }
    }
}

/// A write that is pending or has no known outcome.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub op: Op,
    pub value: ValueId,
    /// Of a compare-and-set, the value that must be there.
    pub only_if: Option<ValueId>,
    pub called: Moment,
}

/// What is pending: it gives the numbers of a row their meaning.
#[derive(Clone, Debug)]
pub(super) struct Calls {
    /// The writes that are pending or have no known outcome, by place.
    writes: Vec<Option<Pending>>,
    /// The places where none is.
    free: Vec<Place>,
    /// How many of them compare.
    comparing: usize,
    /// The pending reads and compare-and-sets, in the order of the rows, with the time at which they were called.
    reads: Vec<(Op, Moment)>,
    /// How many numbers of a row have the bits of writes.
    bit_words: usize,
}

impl Calls {
    pub(super) fn new() -> Calls {
        Calls { writes: Vec::new(), free: Vec::new(), comparing: 0, reads: Vec::new(), bit_words: 1 }
    }

    /// The pending writes, with their places.
    pub(super) fn writes(&self) -> impl Iterator<Item = (Place, &Pending)> {
        self.writes.iter().enumerate().filter_map(|(place, write)| Some((place, write.as_ref()?)))
    }

    pub(super) fn write(&self, op: Op) -> Option<Place> {
        self.writes().find(|(_, write)| write.op == op).map(|(place, _)| place)
    }

    /// Whether a compare-and-set is pending.
    pub(super) fn compare(&self) -> bool {
        self.comparing > 0
    }

    /// The expected value of a pending compare-and-set.
    pub(super) fn expected(&self, place: Place) -> Option<ValueId> {
        self.writes.get(place)?.as_ref()?.only_if
    }

    /// When a pending read was called.
    pub(super) fn called(&self, op: Op) -> Option<Moment> {
        self.reads.iter().find(|(read, _)| *read == op).map(|&(_, called)| called)
    }

    /// Adds a write. Returns whether rows have to become wider before it can take effect.
    pub(super) fn add_write(&mut self, write: Pending) -> bool {
        self.comparing += usize::from(write.only_if.is_some());
        match self.free.pop() {
            Some(place) => self.writes[place] = Some(write),
            None => self.writes.push(Some(write)),
        }
        self.writes.len() > self.bit_words * BITS
    }

    /// No configuration has its bit any more.
    pub(super) fn remove_write(&mut self, place: Place) {
        let write = self.writes[place].take();
        self.comparing -= usize::from(write.is_some_and(|write| write.only_if.is_some()));
        self.free.push(place);
    }

    pub(super) fn add_read(&mut self, op: Op, called: Moment) {
        self.reads.push((op, called));
    }

    /// The first row: a value, and nothing is pending.
    pub(super) fn row_of(&self, value: ValueId) -> Vec<u32> {
        let mut row = vec![0; 1 + self.bit_words];
        row[0] = value;
        row
    }

    pub(super) fn is_done(row: &[u32], place: Place) -> bool {
        row[1 + place / BITS] & (1 << (place % BITS)) != 0
    }

    /// The values that a pending read may return.
    pub(super) fn seen<'a>(&self, row: &'a [u32], op: Op) -> Option<&'a [ValueId]> {
        let at = self.reads.iter().position(|(read, _)| *read == op)?;
        self.lists(row).nth(at)
    }

    /// The values that each pending read may return.
    fn lists<'a>(&self, row: &'a [u32]) -> impl Iterator<Item = &'a [ValueId]> {
        let mut rest = &row[1 + self.bit_words..];
        std::iter::from_fn(move || {
            let (&count, list) = rest.split_first()?;
            let (list, others) = list.split_at(count as usize);
            rest = others;
            Some(list)
        })
    }

    /// Makes rows wider by one number for bits.
    pub(super) fn widen(&mut self, before: &Configurations, after: &mut Configurations) {
        let mut next = Vec::new();
        for (row, changed) in before.iter() {
            let (head, lists) = row.split_at(1 + self.bit_words);
            next.clear();
            next.extend_from_slice(head);
            next.push(0);
            next.extend_from_slice(lists);
            after.keep(&next, changed);
        }
        self.bit_words += 1;
    }

    /// A read is called, which was added: it may return the value that is there.
    pub(super) fn call_read(before: &Configurations, after: &mut Configurations) {
        let mut next = Vec::new();
        for (row, changed) in before.iter() {
            next.clear();
            next.extend_from_slice(row);
            next.extend([1, row[0]]);
            after.keep(&next, changed);
        }
    }

    /// Removes a read from all rows, if it is pending; of a write its bit. Returns whether there was anything to remove.
    pub(super) fn forget(
        &mut self,
        read: Option<Op>,
        write: Option<Place>,
        before: &Configurations,
        after: &mut Configurations,
    ) -> bool {
        let at = read.and_then(|op| self.reads.iter().position(|(read, _)| *read == op));
        if at.is_none() && write.is_none() {
            return false;
        }
        let mut next = Vec::new();
        for (row, changed) in before.iter() {
            next.clear();
            next.extend_from_slice(&row[..1 + self.bit_words]);
            if let Some(place) = write {
                next[1 + place / BITS] &= !(1 << (place % BITS));
            }
            for (_, list) in self.lists(row).enumerate().filter(|&(i, _)| Some(i) != at) {
                next.push(list.len() as u32);
                next.extend_from_slice(list);
            }
            after.keep(&next, changed);
        }
        if let Some(at) = at {
            self.reads.remove(at);
        }
        true
    }

    /// The write took effect right before the last one that does not compare, when only reads pending then could see it.
    pub(super) fn hidden(&self, row: &[u32], changed: Moment, place: Place, next: &mut Vec<u32>) -> Option<Moment> {
        let write = self.writes[place].as_ref()?;
        if write.only_if.is_some() || write.called >= changed {
            return None;
        }
        self.take_effect(row, place, write.value, row[0], |called| called < changed, next);
        Some(changed)
    }

    /// The write takes effect now, unless it did already, or compares and does not match.
    pub(super) fn changed(
        &self,
        (row, changed): (&[u32], Moment),
        now: Moment,
        place: Place,
        next: &mut Vec<u32>,
    ) -> Option<Moment> {
        let write = self.writes[place].as_ref()?;
        if write.only_if.is_some_and(|expected| expected != row[0]) || Calls::is_done(row, place) {
            return None;
        }
        self.take_effect(row, place, write.value, write.value, |_| true, next);
        Some(if write.only_if.is_some() { changed } else { now })
    }

    /// The row after a write: its bit is set, and those reads have seen it that may have.
    fn take_effect(
        &self,
        row: &[u32],
        place: Place,
        written: ValueId,
        value: ValueId,
        sees: impl Fn(Moment) -> bool,
        next: &mut Vec<u32>,
    ) {
        next.clear();
        next.extend_from_slice(&row[..1 + self.bit_words]);
        next[0] = value;
        next[1 + place / BITS] |= 1 << (place % BITS);
        for (list, &(_, called)) in self.lists(row).zip(&self.reads) {
            match list.binary_search(&written) {
                Err(at) if sees(called) => {
                    next.push(list.len() as u32 + 1);
                    next.extend_from_slice(&list[..at]);
                    next.push(written);
                    next.extend_from_slice(&list[at..]);
                }
                _ => {
                    next.push(list.len() as u32);
                    next.extend_from_slice(list);
                }
            }
        }
    }
}

/// A set of configurations, each with the time at which a write that does not compare last changed the value: a later
/// one allows everything that an earlier one does.
#[derive(Clone, Debug, Default)]
pub(super) struct Configurations {
    /// All rows, one after the other.
    words: Vec<u32>,
    rows: Vec<Row>,
    /// One more than the number of the row with a hash, or with one of those before it; 0 where there is none. The length
    /// is a power of two, and at least twice the number of rows.
    table: Vec<u32>,
}

#[derive(Clone, Debug)]
struct Row {
    start: usize,
    end: usize,
    hash: u64,
    changed: Moment,
}

impl Configurations {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.words.clear();
        self.rows.clear();
        self.table.clear();
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u32], Moment)> {
        (0..self.rows.len()).map(|number| self.row(number))
    }

    pub(super) fn row(&self, number: usize) -> (&[u32], Moment) {
        let row = &self.rows[number];
        (&self.words[row.start..row.end], row.changed)
    }

    /// Adds a configuration. If it is there, the later time is kept. Returns its number, if it is new or later now.
    pub(super) fn keep(&mut self, row: &[u32], changed: Moment) -> Option<usize> {
        if self.table.len() < (self.rows.len() + 1) * 2 {
            self.grow();
        }
        let hash = hash_of(row);
        let mut at = self.first(hash);
        while let Some(number) = (self.table[at] as usize).checked_sub(1) {
            let known = &mut self.rows[number];
            if known.hash == hash && self.words[known.start..known.end] == *row {
                let is_later = known.changed < changed;
                known.changed = known.changed.max(changed);
                return is_later.then_some(number);
            }
            at = (at + 1) % self.table.len();
        }
        let start = self.words.len();
        self.words.extend_from_slice(row);
        self.rows.push(Row { start, end: self.words.len(), hash, changed });
        self.table[at] = self.rows.len() as u32;
        Some(self.rows.len() - 1)
    }

    /// Where a hash is looked for first: by its upper bits, which depend on all of the row.
    fn first(&self, hash: u64) -> usize {
        (hash >> 32) as usize & (self.table.len() - 1)
    }

    fn grow(&mut self) {
        let length = (self.table.len() * 2).max(16);
        self.table.clear();
        self.table.resize(length, 0);
        for number in 0..self.rows.len() {
            let mut at = self.first(self.rows[number].hash);
            while self.table[at] != 0 {
                at = (at + 1) % length;
            }
            self.table[at] = number as u32 + 1;
        }
    }
}

fn hash_of(row: &[u32]) -> u64 {
    row.iter().fold(0, |hash: u64, &word| (hash.rotate_left(5) ^ u64::from(word)).wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A set has each row once, with the latest of its times, and tells what is new of it; also when it has grown.
    #[test]
    fn a_set_keeps_each_row_once_and_its_latest_time() {
        let mut set = Configurations::default();
        for round in 0..3 {
            for number in 0..1000_u32 {
                let is_new = set.keep(&[number, number / 2], Moment::from(number) + round % 2).is_some();
                assert_eq!(is_new, round < 2, "round {round}, {number}");
            }
        }
        assert_eq!(set.len(), 1000);
        assert!(set
            .iter()
            .zip(0..)
            .all(|((row, changed), number)| row[0] == number && changed == u64::from(number) + 1));
        set.clear();
        assert!(set.is_empty() && set.keep(&[1, 2], 3) == Some(0));
    }
}
