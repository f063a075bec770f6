//! What `--help` says beside the options.

use crate::lab::export::schema::limits_in_words;
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
    format!("{}\n\n{}\n\n{}", statuses(), rules(), limits_in_words())
}
