//! What `--help` says beside the options.

use crate::lab::json::limits::{DEPTH_MAX, DOCUMENT_BYTES_MAX, INTEGER_MAX};
use crate::lab::scenario::limits::{NODES_MAX, START_LOG_MAX, START_NUMBER_MAX, TEXT_BYTES_MAX, WRITES_MAX};
use crate::raft::Rule;

/// The exit statuses.
pub(super) fn statuses() -> String {
    "Exit status: 0 if all that was expected held, 1 if something did not, 2 if a file or an argument was refused, 3 if \
     output could not be written."
        .into()
}

/// The rules of Raft that can be switched off.
pub(super) fn rules() -> String {
    let names: Vec<&str> = Rule::ALL.iter().map(|rule| rule.text()).collect();
    format!("Rules that --off, and `rules_off` in a scenario, switch off: {}.", names.join(", "))
}

/// Exit statuses, rules and limits.
pub(super) fn all() -> String {
    format!(
        "{}\n\n{}\n\nLimits of a scenario: {} MiB of text, {DEPTH_MAX} objects and lists within each other, integers up to \
         {INTEGER_MAX}, {NODES_MAX} nodes, {START_LOG_MAX} entries in a log to start with (terms and indices up to \
         {START_NUMBER_MAX}), {TEXT_BYTES_MAX} bytes in a key or value, {WRITES_MAX} writes in one action.",
        statuses(),
        rules(),
        DOCUMENT_BYTES_MAX >> 20,
    )
}
