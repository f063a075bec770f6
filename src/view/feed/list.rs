//! The last lines of a run.

use std::rc::Rc;

use super::burst::{self, FOLDED_MIN};
use super::known::Known;
use super::line::{Filter, Line, Lines, Topic, LINES_MAX};
use crate::lab::vocab::event::Record;
use crate::lab::World;

/// The lines of a topic, at most [`LINES_MAX`] of each kind.
#[derive(Clone, Debug, Default)]
struct Shelf {
    /// The important ones, where many of the same kind are one.
    folded: Lines,
    /// The important ones.
    important: Lines,
    /// Those that only say that all goes on as usual.
    routine: Lines,
    /// All others.
    others: Lines,
}

/// The last lines of a run.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    /// The sequence number of the last event that was taken.
    last: u64,
    known: Known,
    shelves: [Shelf; Topic::ALL.len()],
    /// The last event after which lines are not folded into one from before it.
    parted: u64,
    /// Of a moment in the past: what comes next.
    later: Option<Rc<Feed>>,
}

impl Feed {
    /// A feed without lines that knows what there was before the event to come.
    pub(super) fn after(world: &World) -> Feed {
        Feed { last: world.n, known: Known::after(world), ..Feed::default() }
    }

    /// The same feed, with what comes next.
    pub(super) fn with_later(&self, records: &[Rc<Record>]) -> Feed {
        let mut later = Feed { last: self.last, known: self.known.clone(), ..Feed::default() };
        later.take(records);
        Feed { later: Some(Rc::new(later)), ..self.clone() }
    }

    /// Takes new events of a run, which may follow events that it has already.
    pub fn take(&mut self, records: &[Rc<Record>]) {
        let new = records.partition_point(|record| record.n <= self.last);
        for record in &records[new..] {
            self.last = record.n;
            let line = Rc::new(Line::new(record, &mut self.known));
            let shelf = &mut self.shelves[line.topic as usize];
            if line.matters {
                burst::add(&mut shelf.folded, &line, self.parted);
                shorten(&mut shelf.folded);
                if burst::parts(&line) {
                    self.parted = line.record.n;
                }
            }
            let lines = match (line.matters, line.is_routine()) {
                (true, _) => &mut shelf.important,
                (false, true) => &mut shelf.routine,
                (false, false) => &mut shelf.others,
            };
            lines.push_back(line);
            shorten(lines);
        }
    }

    /// The sequence number of the last event that was taken.
    pub fn last_taken(&self) -> u64 {
        self.last
    }

    /// The last lines that pass `filter`, at most `count`, oldest first.
    pub fn last(&self, filter: Filter, count: usize) -> Vec<Rc<Line>> {
        let mut sources: Vec<&Lines> = Vec::new();
        for (topic, shelf) in Topic::ALL.into_iter().zip(&self.shelves) {
            match filter {
                Filter::Matters => sources.push(&shelf.folded),
                Filter::Only(only) if only != topic => {}
                Filter::Node(_) => sources.extend([&shelf.important, &shelf.others]),
                Filter::Only(_) | Filter::Entry(_) | Filter::Everything => {
                    sources.extend([&shelf.important, &shelf.others, &shelf.routine]);
                }
            }
        }
        let mut lines = latest(&sources, count, |line| line.passes(filter));
        if filter == Filter::Matters {
            lines = lines.iter().flat_map(unfolded).collect();
            lines.sort_by_key(|line| line.begins());
            lines.drain(..lines.len().saturating_sub(count));
        }
        lines
    }

    /// The lines of what comes next that pass `filter`, at most `count`. There are none in the present.
    pub fn next(&self, filter: Filter, count: usize) -> Vec<Rc<Line>> {
        let mut lines = self.later.as_ref().map_or_else(Vec::new, |later| later.last(filter, usize::MAX));
        lines.truncate(count);
        lines
    }

    /// The last important lines, each event on its own, oldest first.
    pub fn important(&self) -> Vec<Rc<Line>> {
        let sources: Vec<&Lines> = self.shelves.iter().map(|shelf| &shelf.important).collect();
        latest(&sources, LINES_MAX, |_| true)
    }

    /// The important lines after event `n`, oldest first.
    pub fn news(&self, n: u64) -> Vec<Rc<Line>> {
        let mut lines = self.important();
        lines.retain(|line| line.record.n > n);
        lines
    }
}

fn shorten(lines: &mut Lines) {
    if lines.len() > LINES_MAX {
        lines.pop_front();
    }
}

/// The last lines of these that pass, at most `count`, oldest first.
fn latest(sources: &[&Lines], count: usize, passes: impl Fn(&Line) -> bool) -> Vec<Rc<Line>> {
    // Each source is in order, so this is a merge from the end: take the latest of the last lines each time.
    let mut ends: Vec<usize> = sources.iter().map(|lines| lines.len()).collect();
    let mut found = Vec::new();
    while found.len() < count {
        let end = |source: usize| ends[source].checked_sub(1).and_then(|at| sources[source].get(at));
        let latest = (0..sources.len()).filter_map(|source| Some((end(source)?.begins(), source))).max();
        let Some((_, source)) = latest else { break };
        ends[source] -= 1;
        let line = &sources[source][ends[source]];
        if passes(line) {
            found.push(line.clone());
        }
    }
    found.reverse();
    found
}

/// The line, or those that it stands for if they are few.
fn unfolded(line: &Rc<Line>) -> Vec<Rc<Line>> {
    match &line.fold {
        Some(fold) if fold.count < FOLDED_MIN => fold.lines.iter().cloned().collect(),
        _ => vec![line.clone()],
    }
}
