//! The catalogue of texts, room by room: what every language must provide. The English texts are in `en/`.
//!
//! A sentence takes whole values (nodes, counts, indices), so that each language decides on number, case and word
//! order. Times and percentages come as text, since they are written the same in every language
//! ([`format`](crate::view::format)).

use std::collections::BTreeSet;

use super::values::{Carried, ChunkPlace, EntryPlace, Figure, LinkSet, Lot, MembersChange, Request, Vote};
use crate::lab::json::error::ScenarioError;
use crate::lab::vocab::event::{ClientResult, LossWhy, TrapDoes};
use crate::lab::vocab::halt::Halt;
use crate::lab::vocab::invariant::Invariant;
use crate::lab::vocab::moment::Unreached;
use crate::lab::vocab::selector::Selector;
use crate::lab::vocab::violation::ViolationDetail;
use crate::lab::world::Trouble;
use crate::raft::event::{Role, RoleWhy, StreamState, StreamWhy, TransferRefusedWhy};
use crate::raft::node::MembersResult;
use crate::raft::rpc::MessageKind;
use crate::raft::rules::Rule;
use crate::raft::{Index, Membership, NodeId, Term};
use crate::view::format::NodeName;

/// Declares a room: plain texts, words for the values of a type, and sentences with parameters.
macro_rules! room {
    ($(#[$meta:meta])* $room:ident {
        $(texts { $($text:ident),* $(,)? })?
        $(words { $($word:ident($of:ident: $of_type:ty)),* $(,)? })?
        $(sentences { $($(#[$sentence_meta:meta])* $sentence:ident($($argument:ident: $type:ty),*)),* $(,)? })?
    }) => {
        $(#[$meta])*
        #[allow(missing_docs)] // English shows what each of them is
        pub trait $room {
            $($(fn $text(&self) -> &'static str;)*)?
            $($(fn $word(&self, $of: $of_type) -> &'static str;)*)?
            $($($(#[$sentence_meta])* fn $sentence(&self, $($argument: $type),*) -> String;)*)?
        }
    };
}

room! {
    /// The language itself, and how it joins texts that belong to no other room.
    Common {
        texts { language_tag, language_name, text_direction }
        words { yes_or_no(is_so: bool) }
        sentences {
            /// A set of nodes in few letters: "S1…S3, S5".
            node_set(nodes: &BTreeSet<NodeId>),
            /// A configuration: "S1–5 → S1–4", "S1–3, learner S4".
            membership(members: &Membership),
            deletes(key: &str),
            only_if(write: &str, expected: Option<&str>),
            /// Parts of one description, side by side: "5–15 ms, 20 % lost".
            parts(parts: &[String]),
            /// Consecutive sentences; each ends with its own full stop.
            sentences(sentences: &[String]),
            /// One direction of a link.
            arrow(from: NodeName, to: NodeName),
            /// A link as a title.
            link_title(a: NodeName, b: NodeName),
            percent(percent: u64),
            bytes(bytes: u64),
            bytes_of(part: u64, whole: u64),
            /// The start of a text that is too long, with the size of the whole in bytes.
            cut_short(begin: &str, bytes: u64),
            at_ms(ms: &str),
            so_many_more(count: u64),
            and_so_many_more(count: u64),
        }
    }
}

room! {
    /// The page around its panels, and its answers when something cannot be done.
    Page {
        texts {
            brand, skip_to_cluster, theme, help, close, cancel, dismiss, fold,
            one_run_only, no_messages, no_more_nodes, no_timers, nothing_before,
            nothing_cut, nothing_to_redo, nothing_to_step, nothing_to_undo, select_first, select_message_first,
            until_already, until_not,
            restoring, restoring_stop, saved_stopped, saved_not_restored, saved_aside, saved_download, saved_again, unsaved,
        }
        sentences {
            halted(why: &str),
            /// Why a run has halted.
            halt(halt: &Halt),
            /// An action in the past of the run `before` began the run `now`.
            another_run(now: &str, before: &str),
            /// An action or a document that was refused.
            refused(why: &ScenarioError),
            saved_unusable(why: &ScenarioError),
            saved_by_other_version(version: &str),
            /// A replay that went another way than the run that it was to repeat.
            unreached(why: Unreached),
            settings_unusable(why: &ScenarioError),
        }
    }
}

room! {
    /// The standing of nodes.
    Nodes {
        texts {
            leader, old_leader, candidate, follower, learner, crashed, stopped, not_started, outside,
            isolated, paused, joining, leaving, disk_failing, disk_hanging, disk_slow,
        }
        sentences {
            /// The accessible name of a node. `standing` and `notes` are texts of this room.
            node_name(node: NodeName, standing: &str, notes: &[&str], term: Term, commit: Index),
            term(term: Term),
        }
    }
}

room! {
    /// The picture of the cluster, and the forms below it.
    Cluster {
        texts {
            cluster, messages, scope, scope_all, scope_context, scope_focus, scope_why, do_scope,
            rejoin_all, partition, partition_title, partition_text, partition_apply, one_group, add_node,
            links, links_title, links_text, links_from, links_to, links_every, links_both, links_apply,
            latency_min, latency_max, loss, duplicate, must_not_be_less,
            capsule_vote, capsule_pre_vote, capsule_granted_before, capsule_refused_before, capsule_old_term, capsule_hand_over,
            client_no_leader, client_cannot_tell, client_asks_again, client_no_answer, client_other_value,
            client_node_paused, client_cannot_prove, client_cannot_commit, client_until_proven, client_until_stored,
            write, write_key, write_value, write_to, write_to_node, write_leader, write_many, read,
        }
        words { cluster_hint(by_finger: bool), cluster_caption(by_finger: bool), client_status(result: ClientResult) }
        sentences {
            cluster_name(nodes: u64),
            /// A partition: the nodes of each group.
            partitioned(groups: &[BTreeSet<NodeId>]),
            partition_node(node: NodeName),
            stroke_rejoin(),
            /// What a read has found, in few letters.
            client_got(key: &str, value: Option<&str>),
            /// The accessible name of the requests to a node, each told already, and why the first of them waits.
            client_name(node: Option<NodeName>, requests: &[String], why: &str),
            link_name(a: NodeName, b: NodeName),
            /// The name of a link, as short as can be.
            link_brief(a: NodeName, b: NodeName),
            /// The accessible name of a link, with the properties of both directions.
            link_described(a: NodeName, b: NodeName, there: &str, back: &str),
            link_latency(low: &str, high: &str),
            link_loss(percent: &str),
            link_duplicate(percent: &str),
            cut_and(quality: &str),
            must_be_within(most: &str),
        }
    }
}

room! {
    /// The menus of nodes, links and messages, of branches, and of conditions to run until.
    Menus {
        texts {
            menu_write, menu_read, menu_campaign, menu_put_off, menu_transfer, menu_pause, menu_resume,
            menu_slow_disk, menu_fast_disk, menu_fail_disk, menu_mend_disk, menu_snapshot, menu_take_in,
            menu_make_voter, menu_remove, menu_crash, menu_restart, menu_isolate, menu_rejoin,
            menu_deliver, menu_drop, menu_hold, menu_release, menu_delay, menu_duplicate, message_menu,
            menu_links, cut_both, rejoin_both,
            menu_more, menu_less, menu_align, menu_spread, menu_crash_all, menu_restart_all, whole_cluster,
            nobody_runs, everybody_runs, pick_first, pick_no_link,
            run_until, until_commit, until_leader, until_stream, until_converged, until_violated, until_second,
            runs, forget_others,
        }
        sentences {
            node_menu(node: NodeName),
            /// The first node of a link was chosen by key.
            pick_second(node: NodeName),
            picked_link(a: NodeName, b: NodeName),
            cut_direction(from: NodeName, to: NodeName),
            rejoin_direction(from: NodeName, to: NodeName),
            run_name(number: u32),
            is_not_running(node: NodeName),
            leads_already(node: NodeName),
            nobody_leads(),
            has_no_vote(node: NodeName),
            has_no_timer(node: NodeName),
            leads_without_timer(node: NodeName),
            has_no_links(node: NodeName),
            has_nothing_new(node: NodeName),
            is_last_voter(node: NodeName),
            is_no_member(node: NodeName),
            change_under_way(),
            run_of(place: usize, all: usize),
            run_to(name: &str, end: &str),
            run_here(name: &str),
        }
    }
}

room! {
    /// One sentence about the state of the cluster.
    Headline {
        texts { nodes_start, nothing_yet, all_down, no_leader }
        sentences {
            no_majority_lives(live: u64, all: u64),
            campaigning(candidates: &[NodeName]),
            waiting_for_timeout(node: NodeName),
            challenged(leader: NodeName, term: Term, candidates: &[NodeName], higher: Term),
            /// Nodes that lead in an outdated term, with the term of the first.
            still_believe(nodes: &[NodeName], term: Term),
            leads_minority(leader: NodeName, term: Term),
            agree(leader: NodeName, term: Term, live: u64, all: u64),
            committing(leader: NodeName, term: Term, commit: Index, last: Index),
            leads(leader: NodeName, term: Term),
            catching_up(leader: NodeName, term: Term, behind: &[NodeName]),
            changes_members(leader: NodeName, term: Term, old: &BTreeSet<NodeId>, new: &BTreeSet<NodeId>),
        }
    }
}

room! {
    /// Why nothing happens, or little, and what to do about it.
    Hints {
        texts { hint_nothing_to_do, hint_no_majority_together, hint_slow_disks, hint_disk_hangs, hint_timers_off, hint_traps }
        words { hint_halted(by_finger: bool), hint_clock_stands(by_finger: bool) }
        sentences {
            /// Voters that do not run, and the number of them that a majority needs.
            hint_no_majority_runs(down: &[NodeName], needed: u64),
            hint_leader_paused(leader: NodeName),
            hint_leader_alone(leader: NodeName),
            /// A leader that cannot commit, and those that hear it and so vote for nobody else.
            hint_leader_heard(leader: NodeName, hearers: &[NodeName]),
            hint_round_trip(round_trip: &str, timeout: &str),
            hint_held(count: u64),
        }
    }
}

room! {
    /// The logs, and the contents of their cells.
    Logs {
        texts {
            logs, logs_follow, log_node, committed, not_committed, applied,
            legend_committed, legend_open, legend_snapshot, legend_conflict, legend_match, legend_next,
            empty_aside, entry_conflicts, entry_beyond, blank,
        }
        sentences {
            commit(index: Index),
            commit_brief(commit: Index, applied: Index),
            commit_applied(commit: Index, applied: Index),
            marks_of(leader: NodeName),
            match_mark(index: Index),
            next_mark(index: Index),
            marks(matched: Index, next: Index),
            folded(first: Index, last: Index),
            /// Entries that were removed, and the snapshot that replaces them.
            folded_name(node: NodeName, first: Index, last: Index, snapshot: Option<EntryPlace>),
            /// A snapshot that a node is receiving: the bytes received, and the size if it is known.
            receiving_name(node: NodeName, index: Index, received: u64, bytes: Option<u64>),
            ends_aside(last: Index),
            comes_aside(index: Index, part: &str),
            configuration(members: &Membership),
            /// The number of voters, in few letters.
            so_many_voters(count: u64),
            /// The accessible name of an entry. `state` and `note` are texts of this room.
            entry_name(node: NodeName, index: Index, term: Term, payload: &str, state: &str, note: Option<&str>),
        }
    }
}

room! {
    /// The selection, with all its fields.
    Inspector {
        texts {
            let_go, inspect_no_stream, gone, nobody, not_yet, held, a_majority, no_majority, entry_gone, log_begin,
            field_term, field_voted_for, field_leader, field_timer, field_votes, field_refusals, field_would_vote,
            field_would_not_vote, field_hands_over_to, field_log, field_durable, field_commit, field_applied,
            field_snapshot, field_compacting, field_receiving, field_members, field_disk, field_storage_error,
            field_state, field_on_the_way, field_from, field_to, field_sent, field_arrives, field_lost, field_copy_of,
            field_entries, field_here, field_stored_by, field_differs, field_since, field_answered, field_trouble,
            field_stored, field_chunks_sent, field_streams, field_buffers, field_way_gone,
            field_number, field_answers, field_after, field_agrees, field_hint, field_candidate, field_last_entry,
            field_pre_vote, field_told_to, field_granted, field_bytes, field_last_chunk, field_holds,
        }
        words { trouble(trouble: Trouble), field_role_why(role: Role) }
        sentences {
            /// How much of its way a message has travelled.
            way_gone(percent: u64),
            arrives_at(ms: &str),
            up_to(index: Index),
            snapshot_up_to(index: Index, term: Term, bytes: u64),
            received_of(index: Index, bytes: u64),
            write_takes(low: &str, high: &str),
            message_number(id: u64),
            lost_at(at: &str, why: LossWhy),
            timer_from_to(from: &str, to: &str),
            snapshot_named(id: u64, index: Index, term: Term),
            chunk_at(offset: u64, bytes: u64),
            index_of_term(index: Index, term: Term),
            entry_of_term(index: Index, payload: &str, term: Term),
            entry_in(index: Index, node: NodeName),
            node_has_term(node: NodeName, term: Term),
        }
    }
}

room! {
    /// The replication streams: their table, the diagram of their states, their buffers.
    Streams {
        texts {
            streams, streams_hint, streams_none, streams_soon, streams_alone,
            column_stream, column_state, column_next, column_match, column_lag, column_buffer, column_outbound,
            column_lag_plot, column_state_means, column_next_means, column_match_means, column_lag_means,
            column_buffer_means, column_outbound_means, column_lag_plot_means,
            diagram_legend, way_begin, way_back, entry, replication_buffer, outbound_buffer, buffer_empty,
            buffer_at_line_rate_only, nothing_on_the_way, chunk_stored, chunk_in_flight, chunk_open,
            doing_waits_for_snapshot, doing_reads,
        }
        words { stream_state(state: StreamState), stream_why(why: StreamWhy), way_why(why: StreamWhy) }
        sentences {
            streams_of(leader: NodeName),
            streams_caption(leader: NodeName, term: Term),
            streams_caption_outdated(leader: NodeName, term: Term),
            /// The transition of a stream to its state; `from` is none for the initial one.
            stream_change(leader: NodeName, target: NodeName, from: Option<StreamState>, to: StreamState, why: StreamWhy),
            silent(ms: &str),
            silent_and_down(ms: &str),
            chunks_of(part: u64, whole: u64),
            sending_name(index: Index, stored: u64, bytes: u64, chunks: u32),
            /// A transition: its cause, how often it was made, and whether it was the latest.
            way_taken(words: &str, times: u32, last: bool),
            way_in_words(from: &str, to: &str, why: &str, times: u32),
            diagram_name(state: StreamState, taken: &[String]),
            unread(first: Index, last: Index),
            entry_number(index: Index),
            so_many_chunks(count: u64),
            snapshot_titled(what: &str),
            /// One or more chunks: their first and last byte, and the state of their transfer.
            chunk_name(count: u64, first: u64, last: u64, state: &str),
            doing_chunk(offset: u64, bytes: u64),
            doing_chunk_again(offset: u64),
            doing_sends(first: Index, last: Index, target: NodeName),
            doing_sends_again(first: Index, last: Index),
            doing_sends_again_down(first: Index, last: Index, target: NodeName),
            doing_tries(target: NodeName),
            doing_asks(target: NodeName, index: Index),
            doing_nothing(target: NodeName),
        }
    }
}

room! {
    /// The event feed.
    Feed {
        texts {
            happened, nothing_to_tell, happened_filter, happened_follow, filter_matters, filter_everything,
            topic_elections, topic_log, topic_streams, topic_messages, topic_clients, topic_faults,
            go_to_moment, feed_here, feed_by_hand, feed_again,
        }
        sentences {
            /// Events of the same kind, told together: so many, on the entries from the first to the last.
            lot(lot: &Lot, count: u64, entries: Option<(Index, Index)>),
            only_entry(index: Index),
        }
    }
}

room! {
    /// The bar with the controls of time.
    Transport {
        texts {
            transport, to_start, back, to_present, undo, redo, play, pause, step, step_kind, step_event, step_message,
            step_transition, speed, speed_opening, speed_hurries, pace_adaptive, pace_why, do_pace, running_behind,
        }
        sentences {
            event_number(n: u64),
            event_of(n: u64, all: u64),
            /// A speed: what of the cluster's time and of real time passes together.
            speed_value(cluster: u64, real: u64),
            /// The same as a mere ratio.
            speed_ratio(cluster: u64, real: u64),
            /// The same, with how many ms of the cluster's time pass in a second.
            speed_valuetext(cluster: u64, real: u64, ms: u64),
            replay_progress(percent: u64),
        }
    }
}

room! {
    /// The timeline.
    Timeline {
        texts {
            timeline, timeline_taller, timeline_lower, timeline_follow, timeline_follow_why, timeline_zoom_to, timeline_plays,
            timeline_hint, do_tall_timeline,
        }
        sentences {
            /// The moment that is shown. `told`: what happened last, if anything.
            timeline_moment(n: u64, all: u64, ms: &str, told: &str),
        }
    }
}

room! {
    /// The guarantees of Raft.
    Guarantees {
        texts { invariants_title, invariants_text, invariant_holds, invariant_is_violated, do_invariants }
        words { invariant_name(invariant: Invariant) }
        sentences {
            invariants_hold(count: u64),
            invariants_broken(count: u64),
            invariant_violated(invariant: Invariant),
            /// How a guarantee was violated.
            violation(detail: &ViolationDetail),
        }
    }
}

room! {
    /// The help: shortcuts and their commands.
    Help {
        texts {
            help_title, help_keys, help_picture, help_single_keys, group_time, group_cluster, group_nodes, group_page,
            key_space, key_page_down, key_page_up, key_end, key_shift_right, key_shift_left, key_undo, key_redo,
            key_redo_too, key_home, key_escape, key_delete,
            do_play_pause, do_step, do_back, do_next_transition, do_previous_transition, do_start, do_present,
            do_undo, do_redo, do_branches, new_run, do_new_run, do_run_until, do_links, do_slower, do_faster, do_write,
            do_write_many, do_select, do_let_go, do_read, do_campaign, do_put_off, do_transfer, do_crash_or_restart,
            do_pause_or_resume, do_isolate_or_rejoin, do_slow_disk, do_fail_disk, do_snapshot, do_in_or_out,
            do_add_node, do_spread, do_align, do_crash_all, do_restart_all, do_cluster, do_pick_link, do_next_link, do_previous_link, do_next_message, do_previous_message,
            do_deliver, do_drop, do_hold_or_release, do_delay, do_duplicate, do_partition, do_rejoin_all, do_theme,
            do_help,
        }
        words { help_cut(by_finger: bool) }
    }
}

room! {
    /// The legend of the picture, the logs and the streams.
    Legend {
        texts {
            legend_append, legend_heartbeat, legend_success, legend_echo, legend_refusal, legend_vote, legend_vote_granted,
            legend_vote_refused, legend_timeout_now, legend_chunk, legend_chunk_taken, legend_held, legend_lost,
            legend_timer, legend_term, legend_votes, legend_client, legend_nodes, legend_leader, legend_old_leader, legend_candidate,
            legend_follower, legend_learner, legend_outside, legend_not_started, legend_paused, legend_crashed,
            legend_stopped, legend_entries, legend_applied, legend_only_committed, legend_not_committed,
            legend_conflicting, legend_blank, legend_configuration, legend_joint, legend_streams,
        }
    }
}

room! {
    /// The page that is shown after a crash of the program, and what is said while a part of the program is missing.
    Crash {
        texts {
            failed, failed_text, failed_run, failed_copy, failed_copied, failed_download, failed_reload, failed_fresh,
            rest_missing, rest_gone, part_coming, part_missing, file_missing, try_again,
        }
    }
}

room! {
    /// Messages, in short and in full.
    Messages {
        words { message_kind(kind: MessageKind) }
        sentences {
            append(carried: Carried),
            append_full(carried: Carried, term: Term, after: EntryPlace, commit: Index),
            append_success(index: Index),
            append_success_full(index: Index, term: Term),
            append_conflict(),
            append_conflict_full(term: Term, hint: Option<EntryPlace>),
            append_stale(term: Term),
            vote_request(term: Term),
            vote_request_full(term: Term, last: EntryPlace),
            vote_answer(granted: bool, term: Term),
            pre_vote_request(term: Term),
            pre_vote_request_full(term: Term, last: EntryPlace),
            pre_vote_answer(granted: bool),
            timeout_now(),
            timeout_now_full(term: Term),
            chunk(chunk: ChunkPlace),
            chunk_full(chunk: ChunkPlace, term: Term),
            chunk_expects(offset: u64),
            chunk_expects_full(offset: u64, term: Term),
            snapshot_installed(index: Index),
            snapshot_installed_full(index: Index, term: Term),
            /// The accessible name of a message with the description `says`.
            message_name(from: NodeName, to: NodeName, says: &str, arrives: &str),
            held_name(from: NodeName, to: NodeName, says: &str),
            lost_name(from: NodeName, to: NodeName, says: &str, at: &str, why: LossWhy),
        }
    }
}

room! {
    /// Events inside a node: elections, logs, snapshots.
    NodeEvents {
        texts { removes_why }
        words { commits_why(entries: u64), role_why(why: RoleWhy), transfer_refused_why(why: TransferRefusedWhy) }
        sentences {
            started(node: NodeName, term: Term, last: Index),
            elected(node: NodeName, term: Term),
            campaigns(node: NodeName, term: Term),
            steps_down(node: NodeName),
            gives_up(node: NodeName),
            becomes_follower(node: NodeName),
            /// A learner is given a vote.
            becomes_voter(node: NodeName),
            becomes_learner(node: NodeName),
            /// A node is in no configuration any more.
            leaves(node: NodeName),
            /// Why a vote was granted or denied.
            vote_why(vote: &Vote),
            stops(node: NodeName),
            term_rises(node: NodeName, from: Term, to: Term),
            follows(node: NodeName, leader: NodeName),
            follows_itself(node: NodeName),
            knows_no_leader(node: NodeName),
            timer_set(node: NodeName, at: &str),
            timer_off(node: NodeName),
            votes(node: NodeName, candidate: NodeName, term: Term),
            votes_own(node: NodeName),
            refuses_vote(node: NodeName, candidate: NodeName, term: Term),
            counts_vote(node: NodeName, voter: NodeName),
            counts_refusal(node: NodeName, voter: NodeName),
            pre_vote_begins(node: NodeName, term: Term),
            would_vote(node: NodeName, candidate: NodeName, term: Term, granted: bool),
            counts_pre_vote(node: NodeName, voter: NodeName, granted: bool),
            transfer_begins(node: NodeName, target: NodeName),
            transfer_refused(node: NodeName, target: NodeName),
            transfer_given_up(node: NodeName, target: NodeName),
            read_confirmed(node: NodeName, index: Index),
            leader_appends(node: NodeName, index: Index, payload: &str),
            stores(node: NodeName, index: Index, payload: &str),
            removes(node: NodeName, first: Index, last: Index),
            /// The leader commits entries.
            commits(first: Index, last: Index),
            learns_commit(node: NodeName, first: Index, last: Index),
            applies(node: NodeName, index: Index),
            repeats(node: NodeName, index: Index),
            repeats_why(first: Index),
            durable(node: NodeName, index: Index),
            stores_chunk(node: NodeName, received: u64, index: Index),
            installs(node: NodeName, index: Index),
            installs_why(kept: bool),
            compacts(node: NodeName, index: Index),
            compacted(node: NodeName, index: Index, bytes: u64, first: Index),
            compaction_discarded(node: NodeName, index: Index),
            storage_fails(node: NodeName),
        }
    }
}

room! {
    /// Events of a replication stream.
    StreamEvents {
        texts { not_counted, timed_out_why }
        sentences {
            stream_begins(leader: NodeName, target: NodeName, state: StreamState, why: StreamWhy),
            stream_ends(leader: NodeName, target: NodeName),
            stream_changes(leader: NodeName, target: NodeName, to: StreamState, why: StreamWhy),
            next_moves(leader: NodeName, target: NodeName, from: Index, to: Index),
            match_moves(leader: NodeName, target: NodeName, from: Index, to: Index),
            match_lost(leader: NodeName, target: NodeName, from: Index, to: Index),
            buffers(leader: NodeName, target: NodeName, replication: u32, outbound: u32),
            answered(leader: NodeName, target: NodeName, success: bool),
            timed_out(leader: NodeName, target: NodeName),
            unreachable(leader: NodeName, target: NodeName),
            offers_snapshot(leader: NodeName, target: NodeName, index: Index, bytes: u64),
            sends_chunk(leader: NodeName, target: NodeName, offset: u64, bytes: u64),
            chunk_answered(leader: NodeName, target: NodeName, offset: u64),
            chunk_installed(leader: NodeName, target: NodeName),
            chunk_failed(leader: NodeName, target: NodeName, offset: u64),
        }
    }
}

room! {
    /// Events around the nodes: the network, clients, and actions on the cluster.
    LabEvents {
        texts { crash_why, paused_why, trap_gone, settings_changed, does_not_lead, client_unknown_why, client_not_matched_why }
        words { loss_why(why: LossWhy), members_result(result: MembersResult), rule(rule: Rule) }
        sentences {
            sends(from: NodeName, to: NodeName, says: &str),
            arrives(from: NodeName, to: NodeName, says: &str),
            is_lost(from: NodeName, to: NodeName, says: &str),
            is_held(from: NodeName, to: NodeName, says: &str),
            is_released(from: NodeName, to: NodeName, says: &str),
            is_delayed(from: NodeName, to: NodeName, says: &str, arrives: &str),
            is_delayed_and_held(from: NodeName, to: NodeName, says: &str),
            /// The messages that a trap catches, and what it does to them.
            trap_set(does: TrapDoes, which: &Selector),
            crashes(node: NodeName),
            restarts(node: NodeName),
            is_paused(node: NodeName),
            is_resumed(node: NodeName),
            disk_fails(node: NodeName),
            disk_takes(node: NodeName, low: &str, high: &str),
            disk_hangs(node: NodeName),
            disk_answers(node: NodeName),
            disk_applies(node: NodeName, low: &str, high: &str),
            /// The disk of a node that is down lost content: its log ends at `last` now.
            disk_lost(node: NodeName, last: Index),
            rule_switched(rule: Rule, on: bool),
            new_node(node: NodeName),
            change_waits(change: &MembersChange),
            change_asked(node: NodeName, change: &MembersChange),
            change_done(change: &MembersChange),
            change_not_done(node: NodeName, change: &MembersChange),
            is_cut_off(node: NodeName),
            links_changed(links: &LinkSet, how: &str),
            links_cut(links: &LinkSet),
            links_rejoined(links: &LinkSet),
            /// A node that was cut off.
            is_reconnected(node: NodeName),
            client_waits(request: &Request),
            client_asks(request: &Request, node: NodeName),
            client_sends(request: &Request),
            client_ok(request: &Request),
            client_reads(key: &str, value: &str),
            client_reads_nothing(key: &str),
            client_refused(request: &Request, node: NodeName),
            client_not_done(request: &Request),
            client_unknown(request: &Request),
            client_retries(request: &Request),
            client_not_matched(request: &Request),
        }
    }
}

room! {
    /// What the narrator says.
    Story {
        sentences {
            story_campaigns(node: NodeName, term: Term, why: RoleWhy),
            story_elected(node: NodeName, term: Term, votes: u64, voters: u64),
            /// By majorities of two configurations.
            story_elected_by_both(node: NodeName, term: Term),
            /// Nobody leads, and the election timer of `first` will run out first.
            story_begins(first: NodeName),
            /// The very first entry.
            story_appends_first(node: NodeName, payload: &str),
            story_appends_blank(node: NodeName, index: Index, term: Term),
            story_appends(node: NodeName, index: Index, payload: &str),
            story_commits(node: NodeName, to: Index, copies: u64, voters: u64),
            /// Entries that conflict with the leader’s log are removed.
            story_replaces(node: NodeName, first: Index, last: Index),
            /// An event and its reason, as a sentence.
            story_told(text: &str, why: Option<&str>),
        }
    }
}

room! {
    /// The settings of the cluster.
    ClusterSettings {
        texts {
            settings, settings_text, settings_presets, preset_classroom, preset_lab, preset_paper, settings_nodes,
            settings_apply, settings_new_run, pre_vote, check_quorum, must_be_whole, nothing_changed, do_settings,
        }
        words { figure(figure: Figure) }
        sentences {
            must_be_more(than: &str),
            /// A follower waits less than a round trip takes. In ms.
            unwise_timeout(timeout: &str, round_trip: &str),
            /// A heartbeat may come later than a follower waits. In ms.
            unwise_heartbeat(late: &str, timeout: &str),
        }
    }
}

/// Every text of the page. A language implements all rooms.
pub trait Text:
    Common
    + Page
    + Nodes
    + Cluster
    + Menus
    + Headline
    + Hints
    + Logs
    + Inspector
    + Streams
    + Feed
    + Transport
    + Timeline
    + Guarantees
    + Help
    + Legend
    + Crash
    + Messages
    + NodeEvents
    + StreamEvents
    + LabEvents
    + Story
    + ClusterSettings
{
}
