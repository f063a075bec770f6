//! Which client requests have the outcome that a condition asks for.

use std::collections::BTreeSet;

use crate::lab::vocab::condition::OutcomeCondition;
use crate::lab::vocab::event::{ClientResult, Event, LabEvent, Record};

/// The requests that fit a condition now, followed from event to event: to look through all requests again would cost
/// more with each of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcomes {
    fit: BTreeSet<u64>,
}

impl Outcomes {
    /// Takes the next event.
    pub(super) fn observe(&mut self, expected: &OutcomeCondition, record: &Record) {
        let Event::Lab(LabEvent::Client { client, op, result, read, .. }) = &record.event else { return };
        let status = match result {
            ClientResult::Sent => ClientResult::Waiting,
            result => *result,
        };
        let fits = expected.client.is_none_or(|it| it == *client)
            && expected.op.is_none_or(|it| it == *op)
            && expected.result == status
            && (expected.value.is_none() || expected.value == *read);
        match fits {
            true => self.fit.insert(*op),
            false => self.fit.remove(op),
        };
    }

    /// Whether any request fits.
    pub(super) fn any(&self) -> bool {
        !self.fit.is_empty()
    }
}
