//! English: the page, the bar with the controls of time, the event feed, the guarantees.

use std::collections::BTreeSet;

use super::{plural, English};
use crate::lab::json::error::ScenarioError;
use crate::lab::vocab::halt::Halt;
use crate::lab::vocab::invariant::Invariant;
use crate::lab::vocab::moment::Unreached;
use crate::lab::vocab::violation::ViolationDetail;
use crate::raft::{Membership, NodeId};
use crate::view::format::{grouped, runs, NodeName};
use crate::view::lang::rooms::Guarantees;

say! {
    English: Common;
    texts {
        language_tag: "en",
        language_name: "English",
        text_direction: "ltr",
    }
    words {
        yes_or_no(is_so: bool): if is_so { "yes" } else { "no" },
    }
    sentences {
        node_set(nodes: &BTreeSet<NodeId>): format!("S{}", runs(nodes)),
        deletes(key: &str): format!("delete {key}"),
        only_if(write: &str, expected: Option<&str>): match expected {
            Some(expected) => format!("{write} if {expected}"),
            None => format!("{write} if not set"),
        },
        membership(members: &Membership): {
            let voters = members.voters.iter().map(|set| English.node_set(set)).collect::<Vec<_>>().join(" → ");
            match members.learners.len() {
                0 => voters,
                count => {
                    let learners = English.node_set(&members.learners);
                    format!("{voters}, {} {learners}", plural(count, "learner", "learners"))
                }
            }
        },
        parts(parts: &[String]): parts.join(", "),
        sentences(sentences: &[String]): sentences.join(" "),
        arrow(from: NodeName, to: NodeName): format!("{from} → {to}"),
        link_title(a: NodeName, b: NodeName): format!("{a} – {b}"),
        percent(percent: u64): format!("{percent} %"),
        bytes(bytes: u64): format!("{} B", grouped(bytes)),
        bytes_of(part: u64, whole: u64): format!("{} of {} B", grouped(part), grouped(whole)),
        cut_short(begin: &str, bytes: u64): format!("{begin} ({} B)", grouped(bytes)),
        at_ms(ms: &str): format!("at {ms} ms"),
        so_many_more(count: u64): format!("{} more", grouped(count)),
        and_so_many_more(count: u64): format!("and {count} more"),
    }
}

say! {
    English: Page;
    texts {
        brand: "Raft Lab",
        skip_to_cluster: "Skip to the cluster",
        theme: "Light or dark theme",
        help: "Help",
        close: "Close",
        cancel: "Cancel",
        dismiss: "Dismiss",
        fold: "Fold or unfold this panel",
        another_run: "You acted in the past, so this is another run. The run as it was is kept.",
        one_run_only: "There is only one run. Acting in its past makes another one.",
        not_now: "This cannot be done to it now.",
        no_messages: "No message is on its way.",
        no_more_nodes: "There are as many nodes as there can be.",
        no_timers: "No election timeout is running.",
        nothing_before: "This is the start.",
        nothing_cut: "No link is cut.",
        nothing_to_redo: "Nothing was undone.",
        nothing_to_step: "Nothing more can happen",
        nothing_to_undo: "Nothing has been done to this run.",
        select_first: "Select a node first: click it, or press its number.",
        select_message_first: "Select a message first: click it, or press m.",
        until_already: "All logs agree already.",
        restoring: "The saved run is being restored.",
        restoring_stop: "Stop, and start anew",
        saved_stopped: "The saved run was not restored to its end. It is kept aside.",
        saved_not_restored: "The saved run did not come to its end when it was last restored, so this is a new one.",
        saved_aside: "A run of an earlier visit is kept aside.",
        saved_download: "Download what was saved",
        saved_again: "Try again",
        unsaved: "This run cannot be saved: the browser’s storage is full or switched off.",
        until_not: "This did not happen within 10 s of virtual time.",
    }
    sentences {
        halted(why: &str): format!("The run has stopped. {why}"),
        halt(halt: &Halt): match halt {
            Halt::Broken(invariant, detail) => format!("{}. {detail}", English.invariant_violated(*invariant)),
            Halt::TooManyEvents(max) => format!("It has {} events, and no run has more.", grouped(*max)),
            Halt::TooManyBytes(_) => "Its events take as much memory as those of a run may take.".into(),
            halt => halt.to_string(),
        },
        settings_unusable(why: &ScenarioError):
            format!("The saved settings could not be read, so these are the usual ones. {why}"),
        saved_unusable(why: &ScenarioError): format!("The saved run could not be opened, so this is a new one. {why}"),
        saved_by_other_version(version: &str): format!("This run was saved by version {version} of Raft Lab, and may go differently in this one."),
        unreached(why: Unreached): match why {
            Unreached::FewerEvents { wanted, found } => format!("The run goes another way than it did: event {wanted} does not come, and this is event {found}."),
            Unreached::Halted => "The run goes another way than it did: it halts here.".into(),
        },
        refused(why: &ScenarioError): format!("This cannot be done: {why}"),
    }
}

say! {
    English: Transport;
    texts {
        transport: "Time",
        to_start: "To the start",
        back: "Step back",
        to_present: "To the present",
        undo: "Undo the last action",
        redo: "Redo",
        play: "Play",
        pause: "Pause",
        step: "One step",
        step_kind: "A step is",
        step_event: "event",
        step_message: "delivery",
        step_transition: "state change",
        speed: "Speed",
        speed_opening: "fast-forwarding to the first election",
        speed_hurries: "fast-forwarding",
        pace_adaptive: "Adaptive",
        pace_why: "Fast while nothing but heartbeats is sent, slow as soon as votes or entries are on their way",
        do_pace: "Adaptive or steady pace",
        running_behind: "falling behind",
    }
    sentences {
        event_number(n: u64): format!("event {}", grouped(n)),
        event_of(n: u64, all: u64): format!("event {} of {}", grouped(n), grouped(all)),
        speed_value(cluster: u64, real: u64): match (cluster, real) {
            (1, 1) => "Real time".to_string(),
            (1, _) => format!("Slow motion {}", English.speed_ratio(cluster, real)),
            _ => format!("Fast motion {}", English.speed_ratio(cluster, real)),
        },
        speed_ratio(cluster: u64, real: u64): format!("{cluster}:{real}"),
        speed_valuetext(cluster: u64, real: u64, ms: u64):
            format!("{}: 1 s = {} ms of cluster time", English.speed_value(cluster, real), grouped(ms)),
        replay_progress(percent: u64): format!("catching up… {percent} %"),
    }
}

say! {
    English: Feed;
    texts {
        happened: "What just happened",
        nothing_to_tell: "Nothing to tell yet.",
        happened_filter: "Show",
        happened_follow: "To the latest",
        filter_matters: "highlights",
        filter_everything: "everything",
        topic_elections: "elections",
        topic_log: "logs",
        topic_streams: "streams",
        topic_messages: "messages",
        topic_clients: "clients",
        topic_faults: "faults",
    }
}

say! {
    English: Guarantees;
    texts {
        invariants_title: "What Raft promises",
        invariants_text: "Checked after every event. The first five are the properties of the paper’s Figure 3; the others are what these rest on, and what clients rely on. The sections are those of the paper.",
        invariant_holds: "holds",
        invariant_is_violated: "is broken",
        do_invariants: "What Raft promises, and whether it holds",
    }
    words {
        invariant_name(invariant: Invariant): match invariant {
            Invariant::ElectionSafety => "Election Safety",
            Invariant::LeaderAppendOnly => "Leader Append-Only",
            Invariant::LogMatching => "Log Matching",
            Invariant::LeaderCompleteness => "Leader Completeness",
            Invariant::StateMachineSafety => "State Machine Safety",
            Invariant::VotesKept => "Votes are kept",
            Invariant::Monotonic => "Nothing goes back",
            Invariant::AppliedOnce => "Applied in order, once",
            Invariant::MatchIsTrue => "matchIndex is true",
            Invariant::AcknowledgedKept => "Acknowledged writes are kept",
            Invariant::Linearizable => "Linearizability",
        },
    }
    sentences {
        invariants_hold(count: u64): format!("{count} promises hold"),
        invariants_broken(count: u64): format!("{count} {} broken", plural(count, "promise is", "promises are")),
        violation(detail: &ViolationDetail): detail.to_string(),
        invariant_violated(invariant: Invariant): format!("A promise is broken: {}", English.invariant_name(invariant)),
    }
}

say! {
    English: Crash;
    texts {
        failed: "Raft Lab has failed",
        failed_text: "This is a fault in the program, not yours. What was saved of your run is still there: reload to \
                      continue from it.",
        failed_run: "The scenario of the run, to keep or to report",
        failed_copy: "Copy",
        failed_copied: "Copied.",
        failed_download: "Download",
        failed_reload: "Reload",
        rest_missing: "Part of Raft Lab could not be loaded, and the page cannot go on without it. Try again?",
        rest_gone: "Part of Raft Lab could not be loaded, so the page cannot go on. Reload it when the network is back; what was saved of your run is kept.",
        part_coming: "Loading…",
        file_missing: "This could not be loaded.",
        try_again: "Try again",
        part_missing: "This part could not be loaded. The page tries again every few seconds.",
        failed_fresh: "Start a new run",
    }
}
