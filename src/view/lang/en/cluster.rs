//! English: the cluster and what can be done to it.

use std::collections::BTreeSet;

use super::{list, number, plural, English};
use crate::lab::vocab::event::ClientResult;
use crate::raft::{Index, NodeId, Term};
use crate::view::format::{grouped, NodeName};
use crate::view::lang::rooms::Common;

say! {
    English: Nodes;
    texts {
        leader: "Leader",
        old_leader: "Old leader",
        candidate: "Candidate",
        follower: "Follower",
        learner: "Learner",
        crashed: "Crashed",
        stopped: "Stopped",
        not_started: "Not started",
        outside: "Not a member",
        isolated: "cut off",
        paused: "paused",
        joining: "joining",
        leaving: "leaving",
        disk_failing: "failing disk",
        disk_hanging: "hanging disk",
        disk_slow: "slow disk",
    }
    sentences {
        node_name(node: NodeName, standing: &str, notes: &[&str], term: Term, commit: Index): {
            let standing = standing.to_lowercase();
            let name = format!("{node}, {standing}, term\u{a0}{term}, commit\u{a0}{}", grouped(commit));
            std::iter::once(name.as_str()).chain(notes.iter().copied()).collect::<Vec<_>>().join(", ")
        },
        term(term: Term): format!("term\u{a0}{term}"),
    }
}

say! {
    English: Cluster;
    texts {
        cluster: "Cluster",
        messages: "Messages",
        scope: "Which messages are drawn",
        scope_all: "all messages",
        scope_context: "dim unrelated",
        scope_focus: "hide unrelated",
        scope_why: "Unrelated messages have nothing to do with what is selected. If nothing is selected, these are heartbeats and the answers to them.",
        do_scope: "Show all messages, or dim or hide unrelated messages",
        rejoin_all: "Reconnect all",
        partition: "Partition…",
        partition_title: "Partition into groups",
        partition_text: "Nodes in different groups cannot hear each other.",
        partition_apply: "Partition",
        one_group: "All nodes are in one group, so all links are open.",
        add_node: "Add node",
        links: "Links…",
        links_title: "Latency, loss and duplication",
        links_text: "Applies to messages sent from now on.",
        links_from: "From",
        links_to: "To",
        links_every: "every node",
        links_both: "in both directions",
        links_apply: "Apply",
        latency_min: "Shortest latency, ms",
        latency_max: "Longest latency, ms",
        loss: "Lost, %",
        duplicate: "Sent twice, %",
        must_not_be_less: "must not be less than the shortest latency",
        capsule_vote: "vote?",
        capsule_pre_vote: "pre?",
        capsule_granted_before: "pre✓",
        capsule_refused_before: "pre✕",
        capsule_old_term: "old",
        capsule_hand_over: "now!",
        client_no_leader: "waits: no leader is known",
        client_cannot_tell: "cannot tell whether it took effect",
        client_asks_again: "asks again: it may have taken effect",
        client_no_answer: "refused: this is not the leader",
        client_other_value: "not done: the key has another value",
        client_node_paused: "waits: the node is paused",
        client_cannot_prove: "waits: it cannot prove that it still leads",
        client_cannot_commit: "waits: it reaches no majority",
        client_until_proven: "waits: a majority must confirm that it leads",
        client_until_stored: "waits: a majority must store it",
        write: "Write",
        write_key: "Key",
        write_value: "Value",
        write_to: "to",
        write_to_node: "Node to ask",
        write_leader: "the leader",
        write_many: "Write 10",
        read: "Read",
    }
    words {
        cluster_hint(by_finger: bool): if by_finger {
            "swipe over links to cut"
        } else {
            "drag to cut links · click for menu"
        },
        cluster_caption(by_finger: bool): if by_finger {
            "Tap a message to read it in full here. To cut links downwards, hold the finger still before you draw."
        } else {
            "Point at a message to read it in full here."
        },
        client_status(result: ClientResult): match result {
            ClientResult::Waiting | ClientResult::Sent => "waits",
            ClientResult::Ok => "done",
            ClientResult::Refused => "refused",
            ClientResult::NotMatched => "not done",
            ClientResult::Unknown => "outcome unknown",
            ClientResult::Retrying => "outcome unknown, asked again",
        },
    }
    sentences {
        cluster_name(nodes: u64): format!("Cluster of {nodes}"),
        partitioned(groups: &[BTreeSet<NodeId>]): {
            let groups: Vec<String> = groups.iter().map(|group| English.node_set(group)).collect();
            format!("Partitioned: {}.", groups.join(" | "))
        },
        partition_node(node: NodeName): format!("Group of {node}"),
        stroke_rejoin(): "↻ Reconnect",
        client_got(key: &str, value: Option<&str>): format!("{key} is {}", value.unwrap_or("not set")),
        client_name(node: Option<NodeName>, requests: &[String], why: &str): {
            let asked = node.map_or_else(|| "Requests to the leader".to_string(), |node| format!("Requests to {node}"));
            let why = if why.is_empty() { String::new() } else { format!("; {why}") };
            format!("{asked}: {}{why}", requests.join(", "))
        },
        link_brief(a: NodeName, b: NodeName): format!("{a}–{b}"),
        link_name(a: NodeName, b: NodeName): format!("Link between {a} and {b}"),
        link_described(a: NodeName, b: NodeName, there: &str, back: &str): if there == back {
            format!("Link between {a} and {b}: {there}")
        } else {
            format!("Link between {a} and {b}: {a} → {b} {there}; {b} → {a} {back}")
        },
        link_latency(low: &str, high: &str): if low == high { format!("{low}\u{a0}ms") } else { format!("{low}–{high}\u{a0}ms") },
        link_loss(percent: &str): format!("{percent}\u{a0}% lost"),
        link_duplicate(percent: &str): format!("{percent}\u{a0}% twice"),
        cut_and(quality: &str): format!("cut ({quality})"),
        must_be_within(most: &str): format!("must be a number from 0 to {most}"),
    }
}

say! {
    English: Menus;
    texts {
        menu_write: "Write…",
        menu_read: "Read…",
        menu_campaign: "Start an election now",
        menu_put_off: "Reset its election timer to 1\u{a0}s of cluster time",
        menu_transfer: "Transfer leadership to it",
        menu_pause: "Pause",
        menu_resume: "Resume",
        menu_slow_disk: "Slow down its disk",
        menu_fast_disk: "Restore its disk’s speed",
        menu_fail_disk: "Make its disk fail",
        menu_mend_disk: "Repair its disk",
        menu_snapshot: "Take a snapshot now",
        menu_take_in: "Add as a learner",
        menu_make_voter: "Make it a voter",
        menu_remove: "Remove from the configuration",
        menu_crash: "Crash",
        menu_restart: "Restart",
        menu_isolate: "Isolate",
        menu_rejoin: "Reconnect",
        menu_deliver: "Deliver now",
        menu_drop: "Drop",
        menu_hold: "Hold",
        menu_release: "Release",
        menu_delay: "Delay by 50\u{a0}ms",
        menu_duplicate: "Duplicate",
        message_menu: "Actions on the message",
        menu_links: "Latency and loss…",
        cut_both: "Cut both ways",
        rejoin_both: "Reconnect both ways",
        run_until: "Skip ahead to…",
        until_commit: "the next commit",
        until_leader: "the next election of a leader",
        until_stream: "the next change of a stream’s state",
        until_converged: "identical logs on all nodes",
        until_violated: "the next broken guarantee",
        until_second: "one second later (cluster time)",
        runs: "Runs",
        forget_others: "Delete other runs",
    }
    sentences {
        node_menu(node: NodeName): format!("Actions on {node}"),
        cut_direction(from: NodeName, to: NodeName): format!("Cut {from} → {to}"),
        rejoin_direction(from: NodeName, to: NodeName): format!("Reconnect {from} → {to}"),
        run_name(number: u32): format!("Run\u{a0}{number}"),
        is_not_running(node: NodeName): format!("{node} is not running."),
        leads_already(node: NodeName): format!("{node} is the leader already."),
        nobody_leads(): "There is no leader.",
        has_no_vote(node: NodeName): format!("{node} has no vote, so it cannot lead."),
        has_no_timer(node: NodeName): format!("{node} has no election timer running."),
        leads_without_timer(node: NodeName): format!("{node} leads, so it has no election timer running."),
        has_no_links(node: NodeName): format!("{node} has no links."),
        has_nothing_new(node: NodeName): format!("{node} has applied nothing that is not in a snapshot already."),
        is_last_voter(node: NodeName): format!("{node} is the last voter."),
        is_no_member(node: NodeName): format!("{node} is not in the cluster."),
        change_under_way(): "Another change of the members is under way.",
        run_of(place: usize, all: usize): format!("Run\u{a0}{place} of {all}"),
        run_to(name: &str, end: &str): format!("{name} (ends at {end}\u{a0}ms)"),
        run_here(name: &str): format!("{name} (this one)"),
    }
}

say! {
    English: Headline;
    texts {
        nodes_start: "The nodes are starting.",
        nothing_yet: "Nothing has happened yet.",
        all_down: "All nodes are down.",
        no_leader: "No leader.",
    }
    sentences {
        no_majority_lives(live: u64, all: u64): format!(
            "No leader: only {} of {} nodes {}, which is no majority.",
            number(live),
            number(all),
            plural(live, "runs", "run")
        ),
        campaigning(candidates: &[NodeName]):
            match candidates {
                [only] => format!("No leader: {only} is asking for votes."),
                [_, _] => format!("No leader: {} are both asking for votes.", list(candidates)),
                _ => format!("No leader: {} are asking for votes.", list(candidates)),
            },
        waiting_for_timeout(node: NodeName): format!("No leader: {node}’s election timer will run out first."),
        challenged(leader: NodeName, term: Term, candidates: &[NodeName], higher: Term): format!(
            "{leader} leads term\u{a0}{term}, but {} {} asking for votes in term\u{a0}{higher}.",
            list(candidates),
            plural(candidates.len(), "is", "are")
        ),
        still_believe(nodes: &[NodeName], term: Term): match nodes {
            [only] => format!("{only} still considers itself the leader of term\u{a0}{term}."),
            nodes => format!("{} still consider themselves leaders.", list(nodes)),
        },
        leads_minority(leader: NodeName, term: Term):
            format!("{leader} leads term\u{a0}{term}, but reaches no majority: it cannot commit."),
        agree(leader: NodeName, term: Term, live: u64, all: u64): match (live, all) {
            (1, 1) => format!("{leader} leads term\u{a0}{term}, alone."),
            (live, all) if live == all =>
                format!("{leader} leads term\u{a0}{term}; all {} nodes have identical logs.", number(live)),
            (live, all) => format!(
                "{leader} leads term\u{a0}{term}; the {} running nodes have identical logs; {} {} down.",
                number(live),
                number(all - live),
                plural(all - live, "is", "are")
            ),
        },
        committing(leader: NodeName, term: Term, commit: Index, last: Index): if commit == 0 {
            format!("{leader} leads term\u{a0}{term}; nothing is committed yet.")
        } else {
            format!(
                "{leader} leads term\u{a0}{term}; {} of its {} entries {} committed.",
                grouped(commit),
                grouped(last),
                plural(commit, "is", "are")
            )
        },
        leads(leader: NodeName, term: Term): format!("{leader} leads term\u{a0}{term} and has committed everything."),
        catching_up(leader: NodeName, term: Term, behind: &[NodeName]): format!(
            "{leader} leads term\u{a0}{term} and has committed everything; {} {} know it yet.",
            list(behind),
            plural(behind.len(), "doesn’t", "don’t")
        ),
        changes_members(leader: NodeName, term: Term, old: &BTreeSet<NodeId>, new: &BTreeSet<NodeId>): format!(
            "{leader} leads term\u{a0}{term}; the voters change from {} to {}: until then, decisions need a majority of the old and of the new ones.",
            English.node_set(old),
            English.node_set(new)
        ),
    }
}

say! {
    English: Hints;
    texts {
        hint_nothing_to_do: "All logs agree, and only heartbeats are sent. Write something, or break something.",
        hint_no_majority_together: "The open links connect no majority. Reconnect some of the others.",
        hint_slow_disks: "A majority has slow disks: an entry counts only once it is on disk.",
        hint_disk_hangs: "A disk hangs: reads from it get no answer.",
        hint_timers_off: "No election timer runs: no node starts an election unless you tell it to.",
        hint_traps: "Some messages will be dropped or held when they are sent, because an action asked for it.",
    }
    words {
        hint_halted(by_finger: bool): if by_finger {
            "The run has stopped here. Step back to see how it came to this."
        } else {
            "The run has stopped here. ← steps back, to see how it came to this."
        },
        hint_clock_stands(by_finger: bool): if by_finger {
            "The clock is stopped. Start it in the bar below, or take one step."
        } else {
            "The clock is stopped: Space starts it, → takes one step."
        },
    }
    sentences {
        hint_no_majority_runs(down: &[NodeName], needed: u64): {
            let restart = match (down.len(), needed) {
                (1, _) => "it".to_string(),
                (_, 1) => "one of them".to_string(),
                (_, needed) => format!("at least {} of them", number(needed)),
            };
            let are = plural(down.len(), "is", "are");
            format!(
                "{} {are} not running, so no majority can elect a leader or commit anything. Restart or resume {restart}.",
                list(down)
            )
        },
        hint_leader_paused(leader: NodeName): format!(
            "{leader} leads, but is paused: nothing happens until another node’s election timer runs out."
        ),
        hint_leader_alone(leader: NodeName): format!(
            "{leader} leads, but cannot exchange messages with a majority. Reconnect it, or wait for another leader."
        ),
        hint_leader_heard(leader: NodeName, hearers: &[NodeName]): {
            let (verbs, link) = match hearers.len() {
                1 => (["hears", "refuses"], "that link is"),
                _ => (["hear", "refuse"], "those links are"),
            };
            format!(
                "{} {} {leader} and {} every vote; {leader} cannot commit: nobody will be elected until {link} cut or \
                 check-quorum is on.",
                list(hearers), verbs[0], verbs[1],
            )
        },
        hint_round_trip(round_trip: &str, timeout: &str): format!(
            "A round trip takes at least {round_trip}\u{a0}ms, and no election timeout is longer than {timeout}\u{a0}ms: \
             every candidate times out before the answers arrive."
        ),
        hint_held(count: u64): match count {
            1 => "One message is held: select it to release it.".to_string(),
            _ => format!("{} messages are held: select one to release it.", grouped(count)),
        },
    }
}
