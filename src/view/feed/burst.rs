//! Many lines of the same kind in a short time are one line with their number.

use std::rc::Rc;

use super::line::{Fold, Line, Lines, Topic, LINES_MAX};
use crate::lab::vocab::event::{Event, LabEvent};
use crate::raft;
use crate::runtime::Micros;
use crate::view::format::NodeName;
use crate::view::lang::values::{ByHand, Lot};

/// The least number of lines that are one.
pub const FOLDED_MIN: u64 = 4;

/// The longest virtual time between two of them.
const GAP: Micros = Micros::from_ms(60);

/// The longest virtual time for which one line stands: what goes on for long is told again and again.
const SPAN: Micros = Micros::from_ms(500);

/// What a line can be told together with; none if it is told alone.
pub fn lot(line: &Line) -> Option<Lot> {
    use raft::Event as It;
    Some(match &line.record.event {
        Event::Node(It::Append { node, .. }) if line.context.leads => Lot::Appends(NodeName(*node)),
        Event::Node(It::Commit { node, .. }) if line.context.leads => Lot::Commits(NodeName(*node)),
        Event::Node(It::CompactionDone { .. }) => Lot::Snapshots,
        Event::Node(It::StreamState { node, from: Some(_), to, .. }) => Lot::Streams(NodeName(*node), *to),
        Event::Lab(LabEvent::Client { value, node, result, form, .. }) => Lot::Requests {
            // A deletion has no value either.
            reads: value.is_none() && !form.delete,
            node: node.map(NodeName).filter(|_| !result.is_final()),
            result: *result,
        },
        Event::Lab(event) if line.context.by_hand => Lot::ByHand(match event {
            LabEvent::Lost { .. } => ByHand::Dropped,
            LabEvent::Held { .. } => ByHand::Held,
            LabEvent::Released { .. } => ByHand::Released,
            LabEvent::Delayed { .. } => ByHand::Delayed,
            LabEvent::Delivered { .. } => ByHand::Delivered,
            LabEvent::Sent { .. } => ByHand::Copied,
            _ => return None,
        }),
        _ => return None,
    })
}

/// Whether nothing before a line is told together with what comes after it.
pub fn parts(line: &Line) -> bool {
    matches!(line.topic, Topic::Elections | Topic::Faults)
}

/// Adds a line: to the latest one of its lot if that is of late, and not before event `parted`.
pub fn add(lines: &mut Lines, line: &Rc<Line>, parted: u64) {
    let own = lot(line);
    let joins = |other: &Line| {
        other.record.n > parted
            && line.record.at - other.record.at <= GAP
            && line.record.at - other.fold.as_ref().map_or(other.record.at, |fold| fold.first.record.at) <= SPAN
            && lot(other) == own
    };
    let last = own.as_ref().and_then(|_| (0..lines.len()).rev().take(RECENT).find(|&place| joins(&lines[place])));
    match last {
        Some(place) => {
            let before = lines[place].clone();
            let mut fold = before.fold.as_deref().cloned().unwrap_or_else(|| Fold {
                first: before.clone(),
                count: 1,
                lines: [before.clone()].into_iter().collect(),
            });
            fold.count += 1;
            fold.lines.push_back(line.clone());
            if fold.lines.len() > LINES_MAX {
                fold.lines.pop_front();
            }
            lines.set(place, Rc::new(Line { fold: Some(Rc::new(fold)), ..Line::clone(line) }));
        }
        None => lines.push_back(line.clone()),
    }
}

/// How many lines back the latest one of a lot is looked for.
const RECENT: usize = 12;
