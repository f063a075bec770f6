//! English: the page, the bar with the controls of time, the event feed, the guarantees.

use std::collections::BTreeSet;

use super::{plural, English};
use crate::lab::json::error::ScenarioError;
use crate::lab::vocab::event::ClientResult;
use crate::lab::vocab::halt::Halt;
use crate::lab::vocab::invariant::Invariant;
use crate::lab::vocab::moment::Unreached;
use crate::lab::vocab::violation::ViolationDetail;
use crate::raft::{Index, Membership, NodeId};
use crate::view::format::{grouped, range, runs, NodeName};
use crate::view::lang::rooms::Guarantees;
use crate::view::lang::values::{ByHand, Lot};

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
        node_set(nodes: &BTreeSet<NodeId>): runs(nodes, "S", ", "),
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
                    format!("{voters}; {} {learners}", plural(count, "learner", "learners"))
                }
            }
        },
        parts(parts: &[String]): parts.join(", "),
        sentences(sentences: &[String]): sentences.join(" "),
        arrow(from: NodeName, to: NodeName): format!("{from} → {to}"),
        link_title(a: NodeName, b: NodeName): format!("{a} – {b}"),
        percent(percent: u64): format!("{percent}\u{a0}%"),
        bytes(bytes: u64): format!("{}\u{a0}B", grouped(bytes)),
        bytes_of(part: u64, whole: u64): format!("{} of {}\u{a0}B", grouped(part), grouped(whole)),
        cut_short(begin: &str, bytes: u64): format!("{begin} ({}\u{a0}B)", grouped(bytes)),
        at_ms(ms: &str): format!("at {ms}\u{a0}ms"),
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
        one_run_only: "There is only one run. Act in its past to make another one.",
        no_messages: "No message is on its way.",
        no_more_nodes: "There cannot be more nodes than these.",
        no_timers: "No election timer is running.",
        nothing_before: "This is the start.",
        nothing_cut: "No link is cut.",
        nothing_to_redo: "Nothing was undone.",
        nothing_to_step: "Nothing more can happen",
        nothing_to_undo: "Nothing has been done to this run.",
        select_first: "Select a node first: click it, or press its number.",
        select_message_first: "Select a message first: click it, or press m.",
        until_already: "All nodes have identical logs already.",
        restoring: "The saved run is being restored.",
        restoring_stop: "Stop and start a new run",
        saved_stopped: "The saved run was not restored to its end, so it was set aside.",
        saved_not_restored: "Restoring the saved run did not finish last time, so this is a new one.",
        saved_aside: "A run from an earlier visit was set aside.",
        saved_download: "Download what was saved",
        saved_again: "Try again",
        unsaved: "This run cannot be saved: the browser’s storage is full or switched off.",
        until_not: "This did not happen within 10\u{a0}s of cluster time.",
    }
    sentences {
        halted(why: &str): format!("The run has stopped. {why}"),
        halt(halt: &Halt): match halt {
            Halt::Broken(invariant, detail) => format!("{}. {detail}", English.invariant_violated(*invariant)),
            Halt::TooManyEvents(max) => format!("It has {} events, the most that a run may have.", grouped(*max)),
            Halt::TooManyBytes(_) => "Its events take all the memory that a run may use.".into(),
            halt => halt.to_string(),
        },
        settings_unusable(why: &ScenarioError):
            format!("The saved settings could not be read, so the defaults are used. {why}"),
        saved_unusable(why: &ScenarioError): format!("The saved run could not be opened, so this is a new one. {why}"),
        saved_by_other_version(version: &str): format!("This run was saved by version {version} of Raft Lab, and may turn out differently in this one."),
        unreached(why: Unreached): match why {
            Unreached::FewerEvents { wanted, found } => format!("The run does not repeat what happened before: event {wanted} never comes; it ends at event {found}."),
            Unreached::Halted => "The run does not repeat what happened before: it halts here.".into(),
        },
        another_run(now: &str, before: &str):
            format!("You changed the past: this is {now}. {before} is kept (press R)."),
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
            format!("{}: 1\u{a0}s = {}\u{a0}ms of cluster time", English.speed_value(cluster, real), grouped(ms)),
        replay_progress(percent: u64): format!("catching up… {percent}\u{a0}%"),
    }
}

say! {
    English: Feed;
    texts {
        happened: "What just happened",
        nothing_to_tell: "Events will appear here.",
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
        go_to_moment: "Go to this moment",
        feed_here: "You are here",
        feed_by_hand: "by hand",
        feed_again: "sent again, as the one before was dropped",
    }
    sentences {
        lot(lot: &Lot, count: u64, entries: Option<(Index, Index)>): lot_in_words(lot, count, entries),
        only_entry(index: Index): format!("entry\u{a0}{}", grouped(index)),
    }
}

fn lot_in_words(lot: &Lot, count: u64, entries: Option<(Index, Index)>) -> String {
    let entries = entries.map_or_else(String::new, |(first, last)| range(first, last));
    match lot {
        Lot::Appends(node) => format!("{node} appends entries\u{a0}{entries}"),
        Lot::Commits(_) => format!("Entries\u{a0}{entries} are now committed"),
        Lot::Streams(leader, to) => format!("{count} of {leader}’s streams are now {}", super::streams::now(*to)),
        Lot::Snapshots => format!("{count} snapshots are taken, which shorten the logs"),
        Lot::ByHand(what) => {
            let done = match what {
                ByHand::Dropped => "dropped",
                ByHand::Held => "held",
                ByHand::Released => "released",
                ByHand::Delayed => "delayed",
                ByHand::Delivered => "delivered at once",
                ByHand::Copied => "duplicated",
            };
            format!("{count} messages are {done} by hand")
        }
        Lot::Requests { reads, node, result } => {
            let requests = format!("{count} {}", if *reads { "reads" } else { "writes" });
            match (result, node) {
                (ClientResult::Sent, Some(node)) => format!("{requests} are sent to {node}"),
                (ClientResult::Sent, None) => format!("{requests} are sent"),
                (ClientResult::Waiting, _) => format!("{requests} wait for a leader"),
                (ClientResult::Ok, _) if *reads => format!("{requests} are answered"),
                (ClientResult::Ok, _) => format!("{requests} are acknowledged"),
                (ClientResult::Refused, _) => format!("{requests} are refused"),
                (ClientResult::NotMatched, _) => format!("{requests} are not done"),
                (ClientResult::Retrying, _) => format!("{requests} will be sent again"),
                (ClientResult::Unknown, _) if *reads => format!("{requests} get no answer"),
                (ClientResult::Unknown, _) => format!("The client cannot tell whether {requests} took effect"),
            }
        }
    }
}

say! {
    English: Guarantees;
    texts {
        invariants_title: "What Raft guarantees",
        invariants_text: "Each is checked after every event. The first five are the properties in Figure 3 of the Raft paper; the others are what these rest on, and what clients rely on. Section numbers refer to the paper.",
        invariant_holds: "holds",
        invariant_is_violated: "is broken",
        do_invariants: "What Raft guarantees, and whether it holds",
    }
    words {
        invariant_name(invariant: Invariant): match invariant {
            Invariant::ElectionSafety => "Election Safety",
            Invariant::LeaderAppendOnly => "Leader Append-Only",
            Invariant::LogMatching => "Log Matching",
            Invariant::LeaderCompleteness => "Leader Completeness",
            Invariant::StateMachineSafety => "State Machine Safety",
            Invariant::VotesKept => "Votes are kept",
            Invariant::Monotonic => "Terms and commits never decrease",
            Invariant::AppliedOnce => "Applied in order, once",
            Invariant::MatchIsTrue => "matchIndex is honest",
            Invariant::AcknowledgedKept => "Acknowledged writes are kept",
            Invariant::Linearizable => "Linearizability",
        },
    }
    sentences {
        invariants_hold(count: u64): format!("All {count} guarantees hold"),
        invariants_broken(count: u64): format!("{count} {} broken", plural(count, "guarantee is", "guarantees are")),
        violation(detail: &ViolationDetail): detail.to_string(),
        invariant_violated(invariant: Invariant): format!("A guarantee is broken: {}", English.invariant_name(invariant)),
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
