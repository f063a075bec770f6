//! The report of a run without observers.

use serde::Serialize;

use crate::lab::judge::report::FORMAT;
use crate::lab::run::lab::Lab;
use crate::runtime::Micros;

/// The report of a run without observers ([`Lab::unobserved`]): the fields of a [`Report`](crate::lab::Report), most
/// of them null.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)] // the names are those of the format
pub struct UnobservedReport {
    pub format: &'static str,
    pub title: String,
    pub seed: u64,
    pub virtual_ms: Micros,
    pub events: (),
    pub trace_hash: (),
    /// Why the run could not continue; none if it could.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub halted: Option<String>,
    pub messages: (),
    pub nodes: (),
    pub streams: (),
    pub clients: (),
    pub invariants: (),
    pub expect: (),
}

impl UnobservedReport {
    /// The report of a run up to now.
    pub fn new(lab: &Lab) -> UnobservedReport {
        UnobservedReport {
            format: FORMAT,
            title: lab.scenario().title.clone(),
            seed: lab.scenario().seed,
            virtual_ms: lab.now(),
            events: (),
            trace_hash: (),
            halted: lab.halted().map(|halt| halt.to_string()),
            messages: (),
            nodes: (),
            streams: (),
            clients: (),
            invariants: (),
            expect: (),
        }
    }
}
