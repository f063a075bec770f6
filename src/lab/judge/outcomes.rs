//! Which client requests have the outcome that a condition asks for.

use crate::lab::vocab::condition::OutcomeCondition;
use crate::lab::vocab::event::{ClientResult, Event, LabEvent, Record};

/// Counts the requests that fit a condition now. Each event is counted as it comes: to look through all requests again
/// would cost more with each of them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outcomes {
    fit: u64,
    /// The number of the last request that was begun. They begin in order.
    begun: u64,
}

impl Outcomes {
    /// Takes the next event.
    pub(super) fn observe(&mut self, expected: &OutcomeCondition, record: &Record) {
        let Event::Lab(LabEvent::Client { client, op, result, read, .. }) = &record.event else { return };
        let is_new = *op > self.begun;
        self.begun = self.begun.max(*op);
        if expected.client.is_some_and(|it| it != *client) || expected.op.is_some_and(|it| it != *op) {
            return;
        }
        match expected.result {
            // It waits from its first event to its last, and has read nothing yet.
            ClientResult::Waiting if expected.value.is_none() => {
                let waits = matches!(result, ClientResult::Waiting | ClientResult::Sent);
                match (is_new, waits) {
                    (true, true) => self.fit += 1,
                    (false, false) => self.fit -= 1,
                    _ => {}
                }
            }
            // A request that is sent counts as waiting.
            ClientResult::Waiting | ClientResult::Sent => {}
            ended => {
                let is_value = expected.value.is_none() || expected.value == *read;
                self.fit += u64::from(*result == ended && is_value);
            }
        }
    }

    /// Whether any request fits.
    pub(super) fn any(self) -> bool {
        self.fit > 0
    }
}
