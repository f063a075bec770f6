//! Every word on the page, in one typed catalogue per language. A language that lacks a text does not compile.

use super::format::{grouped, S};
use crate::lab::vocab::event::{LossWhy, TrapDoes};
use crate::lab::vocab::invariant::Invariant;
use crate::lab::world::Trouble;
use crate::raft::event::{RoleWhy, StreamState, StreamWhy, VoteWhy};
use crate::raft::rpc::MessageKind;
use crate::raft::{Index, Term};

/// Declares the catalogue together with its first language: plain texts, words for the values of a type, and
/// sentences with something in them.
macro_rules! catalogue {
    ($(#[$meta:meta])* $catalogue:ident, $(#[$language_meta:meta])* $language:ident;
        texts { $($text:ident: $words:literal,)* }
        words { $($word:ident($of:ident: $of_type:ty): $choice:expr,)* }
        sentences { $($sentence:ident($($argument:ident: $type:ty),*): $body:expr,)* }
    ) => {
        $(#[$meta])*
        #[allow(missing_docs)] // each is documented by its words below
        pub trait $catalogue {
            $(fn $text(&self) -> &'static str;)*
            $(fn $word(&self, $of: $of_type) -> &'static str;)*
            $(fn $sentence(&self, $($argument: $type),*) -> String;)*
        }

        $(#[$language_meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $language;

        impl $catalogue for $language {
            $(fn $text(&self) -> &'static str { $words })*
            $(fn $word(&self, $of: $of_type) -> &'static str { $choice })*
            $(fn $sentence(&self, $($argument: $type),*) -> String { $body.into() })*
        }
    };
}

catalogue! {
    /// Everything that the page says.
    Text,
    /// English.
    English;

    texts {
        // The page.
        brand: "Raft Lab",
        skip_to_cluster: "Skip to the cluster",
        theme: "Light or dark theme",
        help: "Help",
        close: "Close",
        cancel: "Cancel",
        dismiss: "Dismiss",

        // Nodes.
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
        disk_slow: "slow disk",
        nodes_start: "The nodes are starting.",
        nothing_yet: "Nothing has happened yet.",
        all_down: "All nodes are down.",
        no_leader: "No leader.",

        // The cluster.
        cluster: "Cluster",
        messages: "Messages",
        scope: "Which messages are drawn",
        scope_all: "all messages",
        scope_context: "fade others",
        scope_focus: "hide others",
        scope_why: "Others are messages that have nothing to do with what is selected; with nothing selected, heartbeats and the answers to them.",
        do_scope: "Show all messages, or fade or hide those that have nothing to do with what is selected",
        rejoin_all: "Rejoin all",
        partition: "Partition…",
        partition_title: "Partition into groups",
        partition_text: "Nodes in different groups cannot hear each other.",
        partition_apply: "Partition",
        one_group: "All nodes are in one group: all links are open.",
        menu_write: "Write…",
        menu_read: "Read…",
        menu_campaign: "Campaign now",
        menu_put_off: "Let its timeout fire in 1 s",
        menu_transfer: "Transfer leadership to it",
        menu_pause: "Pause",
        menu_resume: "Resume",
        menu_slow_disk: "Slow its disk down",
        menu_fast_disk: "Restore its disk’s speed",
        menu_fail_disk: "Let its disk fail",
        menu_mend_disk: "Repair its disk",
        menu_snapshot: "Take a snapshot now",
        menu_take_in: "Add as a learner",
        menu_make_voter: "Make it a voter",
        menu_remove: "Remove from the configuration",
        menu_deliver: "Deliver now",
        menu_drop: "Drop",
        menu_hold: "Hold",
        menu_release: "Release",
        menu_delay: "Delay by 50 ms",
        menu_duplicate: "Duplicate",
        menu_links: "Latency and loss…",
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
        hint_nothing_to_do: "All logs agree, and only heartbeats are sent. Write something, or break something.",
        hint_no_majority_together: "The open links connect no majority. Rejoin some of the others.",
        hint_slow_disks: "A majority has slow disks: an entry counts only once it is durable.",
        hint_traps: "Some messages are dropped or held as they are sent: an action asked for that.",
        gone: "It is no longer on its way.",
        message_menu: "Actions on the message",
        run_until: "Run until…",
        until_commit: "an entry is committed",
        until_leader: "a leader is elected",
        until_stream: "a stream changes its state",
        until_converged: "all logs agree",
        until_violated: "a promise is broken",
        until_second: "a second has passed",
        until_not: "This did not happen within 10 s of virtual time.",
        until_already: "All logs agree already.",
        add_node: "Add node",
        menu_crash: "Crash",
        menu_restart: "Restart",
        menu_isolate: "Isolate",
        menu_rejoin: "Rejoin",
        cut_both: "Cut both ways",
        rejoin_both: "Rejoin both ways",
        write: "Write",
        write_key: "Key",
        write_value: "Value",
        write_to: "to",
        write_to_node: "Node to ask",
        write_leader: "the leader",
        write_many: "Write 10",
        read: "Read",

        // Logs.
        logs: "Logs",
        logs_follow: "To the end",
        log_node: "Node",
        committed: "committed",
        not_committed: "not committed",
        applied: "applied",
        legend_committed: "committed",
        legend_open: "not yet",
        legend_snapshot: "in snapshot",
        empty_aside: "empty",
        legend_conflict: "conflicts",
        legend_match: "match",
        legend_next: "next",
        entry_conflicts: "conflicts with the leader’s entry",
        entry_beyond: "not in the leader’s log",
        blank: "∅",

        // The inspector.
        inspector: "Selected",
        let_go: "Deselect",
        inspect_no_stream: "There is no such stream now.",
        nobody: "nobody",
        not_yet: "not yet",
        held: "it is held",
        a_majority: "a majority",
        no_majority: "no majority",
        entry_gone: "It is not in this log.",
        field_term: "term",
        field_voted_for: "voted for",
        field_leader: "leader",
        field_timer: "election timeout",
        field_votes: "votes",
        field_refusals: "refused by",
        field_would_vote: "would vote",
        field_would_not_vote: "would not vote",
        field_hands_over_to: "transfers to",
        field_log: "log",
        field_durable: "durable",
        field_commit: "committed",
        field_applied: "applied",
        field_snapshot: "snapshot",
        field_compacting: "takes a snapshot",
        field_receiving: "receives a snapshot",
        field_members: "members",
        field_disk: "disk",
        field_storage_error: "stopped by",
        field_state: "state machine",
        field_on_the_way: "on the way",
        field_from: "from",
        field_to: "to",
        field_sent: "sent",
        field_arrives: "arrives",
        field_lost: "lost",
        field_copy_of: "copy of",
        field_entries: "entries",
        field_here: "state",
        field_stored_by: "stored by",
        field_differs: "differs",
        field_since: "since",
        field_answered: "last answer",
        field_trouble: "latest request",
        field_stored: "stored",
        field_chunks_sent: "chunks sent",
        field_streams: "streams",
        field_buffers: "in the buffers of",
        field_role_why: "reason",
        field_way_gone: "travelled",
        field_number: "message",
        field_answers: "answers",
        field_after: "previous entry",
        field_agrees: "agrees up to",
        field_hint: "hint",
        field_candidate: "candidate",
        field_last_entry: "last entry",
        field_pre_vote: "pre-vote",
        field_told_to: "by transfer",
        field_granted: "granted",
        field_bytes: "bytes",
        field_last_chunk: "last chunk",
        field_holds: "data",
        log_begin: "the start of the log",

        // Streams.
        streams: "Replication streams",
        streams_hint: "one per follower",
        streams_none: "No node leads, so nothing is replicated.",
        streams_soon: "The streams are about to begin.",
        streams_alone: "The leader is the only member, so nothing is replicated.",
        column_stream: "stream",
        column_state: "state",
        column_next: "next",
        column_match: "match",
        column_lag: "lag",
        column_buffer: "buffer",
        column_outbound: "outbound",
        column_lag_plot: "lag over time",
        column_state_means: "line rate: entries are sent as they come; lagging: they are read from the log; snapshotting: a snapshot is sent instead",
        column_next_means: "index of the next entry to send (nextIndex)",
        column_match_means: "index up to which the follower’s log is known to agree (matchIndex)",
        column_lag_means: "number of entries by which match is behind the end of the leader’s log",
        column_buffer_means: "replication buffer: number of entries handed to the stream that wait to be sent",
        column_outbound_means: "outbound buffer: number of entries sent and not answered yet",
        column_lag_plot_means: "the lag since the stream began; while a snapshot is sent, how far it is",
        diagram_legend: "double frame: now · solid: taken, and how often · ●: the latest · dashed: not taken",
        way_begin: "start",
        way_back: "refused: next goes back",
        entry: "entry",
        replication_buffer: "replication buffer",
        outbound_buffer: "outbound buffer",
        buffer_empty: "empty",
        buffer_at_line_rate_only: "used at line rate only",
        nothing_on_the_way: "nothing",
        chunk_stored: "stored",
        chunk_in_flight: "in flight",
        chunk_open: "to come",
        doing_waits_for_snapshot: "It waits for the leader’s snapshot.",
        doing_reads: "It reads what comes next from the log.",

        // What just happened.
        happened: "What just happened",
        nothing_to_tell: "Nothing to tell yet.",
        happened_filter: "Show",
        filter_matters: "highlights",
        filter_everything: "everything",
        topic_elections: "elections",
        topic_log: "logs",
        topic_streams: "streams",
        topic_messages: "messages",
        topic_clients: "clients",
        topic_faults: "faults",

        // Transport.
        transport: "Time",
        to_start: "To the start",
        back: "Step back",
        to_present: "To the present",
        undo: "Undo the last action",
        redo: "Redo",
        nothing_before: "This is the start.",
        nothing_to_undo: "Nothing has been done to this run.",
        nothing_to_redo: "Nothing was undone.",
        one_run_only: "There is only one run. Acting in its past makes another one.",
        another_run: "You acted in the past, so this is another run. The run as it was is kept.",
        forget_others: "Forget the other runs",
        runs: "Runs",
        fold: "Fold or unfold this panel",
        play: "Play",
        pause: "Pause",
        step: "One step",
        step_kind: "A step is",
        step_event: "event",
        step_message: "message",
        step_transition: "transition",
        speed: "Speed",
        speed_shows: "1 s shows",
        speed_opening: "until a leader is elected",
        running_behind: "falling behind",
        select_first: "Select a node first: click it, or press its number.",
        select_message_first: "Select a message first: click it, or press m.",
        no_messages: "No message is on its way.",
        not_now: "This cannot be done to it now.",
        no_more_nodes: "There are as many nodes as there can be.",
        nothing_cut: "No link is cut.",
        no_timers: "No election timeout is running.",
        nothing_to_step: "Nothing more can happen",

        // What Raft promises.
        promises_title: "What Raft promises",
        promises_text: "Checked after every event. The first five are the properties of the paper’s Figure 3; the others are what these rest on, and what clients rely on. The sections are those of the paper.",
        promise_holds: "holds",
        promise_is_broken: "is broken",
        do_promises: "What Raft promises, and whether it holds",

        // Help.
        help_title: "Raft Lab in one page",
        help_keys: "Keys",
        help_picture: "The picture",
        help_single_keys: "Letters and signs are shortcuts (switch this off if you dictate, or press keys by accident)",
        group_time: "Time",
        group_cluster: "Cluster",
        group_nodes: "The selected node",
        group_page: "Page",
        key_space: "Space",
        key_page_down: "Page Down",
        key_page_up: "Page Up",
        key_end: "End",
        key_shift_right: "Shift →",
        key_shift_left: "Shift ←",
        key_undo: "Ctrl Z",
        key_redo: "Ctrl Shift Z",
        key_redo_too: "Ctrl Y",
        key_home: "Home",
        key_escape: "Esc",
        key_delete: "Del",
        do_play_pause: "Play or pause",
        do_step: "One step: an event, a message or a transition, as chosen at the bottom of the page",
        do_back: "One step back",
        do_next_transition: "To the next transition",
        do_previous_transition: "To the transition before",
        do_start: "To the start; acting there makes another run",
        do_present: "To the present",
        do_undo: "Undo the last action: back to the moment before it",
        do_redo: "Redo it",
        do_branches: "Switch to another run",
        new_run: "New run",
        do_new_run: "A new run of the same cluster, with other random numbers",
        do_run_until: "Run until something happens",
        do_links: "Latency, loss and duplication of links",
        do_slower: "Slower",
        do_faster: "Faster",
        do_write: "Write to the cluster",
        do_write_many: "Write ten times",
        do_select: "Select a node",
        do_let_go: "Deselect it",
        do_read: "Read from the cluster",
        do_campaign: "Let it campaign now",
        do_put_off: "Let its election timeout fire in 1 s",
        do_transfer: "Transfer leadership to it",
        do_crash_or_restart: "Crash or restart it",
        do_pause_or_resume: "Pause or resume it: a paused node does nothing",
        do_isolate_or_rejoin: "Isolate or rejoin it",
        do_slow_disk: "Slow its disk down (80 to 120 ms a write), or restore its speed",
        do_fail_disk: "Let its disk fail, or repair it",
        do_snapshot: "Let it take a snapshot now",
        do_in_or_out: "Add it as a learner, make a learner a voter, or remove a voter",
        do_add_node: "Add a node, as a learner",
        do_spread: "Spread the election timeouts: the first to fire wins",
        do_align: "Align the election timeouts: the votes are split",
        do_next_link: "Select the next link, first of the selected node; Enter opens its menu",
        do_previous_link: "Select the link before",
        do_next_message: "Select the message that arrives next; the clock stops",
        do_previous_message: "Select the one before",
        do_deliver: "Deliver it now",
        do_drop: "Drop it",
        do_hold_or_release: "Hold it, or release it",
        do_delay: "Delay it by 50 ms",
        do_duplicate: "Duplicate it",
        do_partition: "Partition into groups",
        do_rejoin_all: "Rejoin all links",
        do_theme: "Light or dark",
        do_help: "This help",
        legend_append: "AppendEntries: entries, with their indices",
        legend_heartbeat: "AppendEntries without entries: a heartbeat",
        legend_success: "answer: success, the logs agree",
        legend_refusal: "answer: refused",
        legend_vote: "RequestVote: asks for a vote",
        legend_vote_granted: "answer: vote granted",
        legend_vote_refused: "answer: vote refused",
        legend_timeout_now: "TimeoutNow: leadership is transferred, campaign now",
        legend_chunk: "InstallSnapshot: a chunk, with its bytes",
        legend_chunk_taken: "answer: the chunk was stored",
        legend_held: "held: two bars",
        legend_lost: "lost, where it was lost",
        legend_timer: "the election timeout: when the ring closes, the node campaigns",
        legend_term: "the colour of a node or an entry is that of its term",
        legend_votes: "the votes of a candidate: granted, refused, awaited",
        legend_nodes: "Nodes",
        legend_leader: "leader",
        legend_old_leader: "old leader: a higher term has begun, of which it has not heard",
        legend_candidate: "candidate",
        legend_follower: "follower",
        legend_learner: "learner: receives the log, but has no vote",
        legend_outside: "not a member of the configuration",
        legend_not_started: "not started yet",
        legend_paused: "paused: does nothing, and does not know it",
        legend_crashed: "crashed",
        legend_stopped: "stopped: its disk failed",
        legend_entries: "Log entries",
        legend_applied: "dark foot: committed and applied to the state machine",
        legend_only_committed: "solid frame: committed",
        legend_not_committed: "dashed frame: not known to be committed",
        legend_conflicting: "stripes: not as in the leader’s log",
        legend_blank: "∅: the first entry of a new leader, without a command",
        legend_configuration: "a configuration: +(S6) adds learner S6, +S6 a voter, −S6 removes it",
        legend_joint: "double frame: a joint configuration, in which the old voters and the new ones decide, each with a majority",
        legend_streams: "Replication streams",

        // When something goes wrong.
        saved_unusable: "The saved run could not be opened, so this is a new one.",
        halted: "The run has stopped.",
        failed: "Raft Lab has failed",
        failed_text: "This is a fault in the program, not yours. Your run is saved: reload to continue from there.",
        failed_run: "The run, to copy into a report",
        failed_reload: "Reload",
        failed_fresh: "Start a new run",

        // Messages.
        heartbeat: "heartbeat",
        timeout_now: "campaign now",
        append_conflict: "refuses: the previous entry is missing or differs",

        // Events.
        removes_why: "they conflict with the leader’s log",
        commits_why: "a majority stores it",
        not_counted: "too late to count",
        timed_out_why: "it is sent again at the next tick",
        paused_why: "its timers will fire late",
        trap_gone: "No more messages are dropped or held",
        settings_changed: "The settings of all nodes change",
        crash_why: "what was not durable is gone",
        does_not_lead: "it does not lead",
        client_unknown_why: "perhaps done, perhaps not",
        all_links: "all links",
        change_to_no_voters: "leave no voters",
    }

    words {
        loss_why(why: LossWhy): why.text(),
        role_why(why: RoleWhy): match why {
            RoleWhy::Started => "it started",
            RoleWhy::Transfer => "leadership is transferred to it",
            why => why.text(),
        },
        message_kind(kind: MessageKind): match kind {
            MessageKind::Append => "append",
            MessageKind::Heartbeat => "heartbeat",
            MessageKind::AppendAnswer => "answer to an append",
            MessageKind::Vote => "vote request",
            MessageKind::VoteAnswer => "answer to a vote request",
            MessageKind::Chunk => "chunk of a snapshot",
            MessageKind::ChunkAnswer => "answer to a chunk",
            MessageKind::PreVote => "pre-vote request",
            MessageKind::PreVoteAnswer => "answer to a pre-vote request",
            MessageKind::TimeoutNow => "timeout now",
        },
        vote_why(why: VoteWhy): match why {
            VoteWhy::StaleTerm => "the candidate’s term is over",
            VoteWhy::LogBehind => "the candidate’s log is behind",
            why => why.text(),
        },
        stream_why(why: StreamWhy): match why {
            StreamWhy::StorageFailed => "the leader’s storage failed",
            why => why.text(),
        },
        promise_name(invariant: Invariant): match invariant {
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
        promise(invariant: Invariant): match invariant {
            Invariant::ElectionSafety => "At most one leader is elected in a term.",
            Invariant::LeaderAppendOnly => "A leader never overwrites or removes entries of its own log.",
            Invariant::LogMatching => "Two logs that have an entry with the same index and term agree in everything up to it.",
            Invariant::LeaderCompleteness => "An entry that is committed in a term is in the logs of the leaders of all later terms.",
            Invariant::StateMachineSafety => "No two nodes apply different entries at the same index.",
            Invariant::VotesKept => "A node gives one vote in a term, and remembers it after a restart.",
            Invariant::Monotonic => "A node’s term never decreases, nor does the commit index of a node while it runs.",
            Invariant::AppliedOnce => "Between one start and the next, a node applies entries in order, each once.",
            Invariant::MatchIsTrue => "What a leader knows to be replicated is in the follower’s log, and durable there.",
            Invariant::AcknowledgedKept => "A write that was acknowledged to a client is never lost.",
            Invariant::Linearizable => "Each request takes effect at one instant between its call and its answer.",
        },
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
        help_cut(by_finger: bool): if by_finger {
            "Swipe sideways over links to cut them in both directions; to draw upwards or downwards, hold the finger still first. Tap a link to cut one direction."
        } else {
            "Drag across links to cut them in both directions. With Alt, only what crosses the line from left to right is cut, as seen by the hand that draws it. Click a link to cut one direction."
        },
        yes_or_no(is_so: bool): if is_so { "yes" } else { "no" },
        trouble(trouble: Trouble): match trouble {
            Trouble::Unanswered => "not answered in time",
            Trouble::Unreachable => "failed at once: the target is down",
        },
        way_why(why: StreamWhy): match why {
            StreamWhy::LagAboveThreshold => "lag above threshold",
            StreamWhy::NeededCompacted => "needed entry compacted",
            StreamWhy::TooFarBehind => "too far behind",
            StreamWhy::SnapshotInstalled => "installed",
            why => why.text(),
        },
        stream_state(state: StreamState): match state {
            StreamState::LineRate => "line rate",
            StreamState::Lagging => "lagging",
            StreamState::Snapshotting => "snapshotting",
            StreamState::Shutdown => "ended",
        },
    }

    sentences {
        and(before: &str, last: &str): format!("{before} and {last}"),
        node_name(node: S, standing: &str, term: Term, commit: Index):
            format!("{node}, {standing}, term {term}, commit {}", grouped(commit)),
        term(term: Term): format!("term {term}"),
        cluster_name(nodes: u64): format!("Cluster of {nodes}"),
        commit(index: Index): format!("commit {}", grouped(index)),
        commit_brief(commit: Index, applied: Index): format!("commit {} ({})", grouped(commit), grouped(applied)),
        commit_applied(commit: Index, applied: Index):
            format!("commit {}, applied {}", grouped(commit), grouped(applied)),
        marks_of(leader: S): format!("of {leader}:"),
        match_mark(index: Index): format!("match {}", grouped(index)),
        next_mark(index: Index): format!("next {}", grouped(index)),
        folded(entries: &str): format!("◂ {entries}"),
        folded_name(node: S, entries: &str): format!("{node}, entries {entries} are gone from the log"),
        folded_snapshot(name: &str, index: Index, term: Term):
            format!("{name}: the snapshot up to entry {} of term {term} replaces them", grouped(index)),
        percent(percent: u64): format!("{percent} %"),
        cut_short(begin: &str, bytes: u64): format!("{begin} ({} B)", grouped(bytes)),
        bytes(bytes: u64): format!("{} B", grouped(bytes)),
        bytes_of(part: u64, whole: u64): format!("{} of {} B", grouped(part), grouped(whole)),
        receiving_name(node: S, index: Index, bytes: &str): format!("{node} receives the snapshot up to entry {}: {bytes}", grouped(index)),
        sending_name(index: Index, bytes: &str, chunks: u32): if chunks == 1 {
            format!("snapshot up to entry {}: {bytes} stored, one chunk sent", grouped(index))
        } else {
            format!("snapshot up to entry {}: {bytes} stored, {chunks} chunks sent", grouped(index))
        },
        streams_caption(leader: S, term: Term): format!("Streams of {leader}, leader of term {term}"),
        streams_caption_outdated(leader: S, term: Term):
            format!("Streams of {leader}, still leader of term {term}; a higher term has begun"),
        stroke_rejoin(name: &str): format!("{name} · rejoin"),
        link_name(a: S, b: S): format!("Link between {a} and {b}"),
        cut_direction(from: S, to: S): format!("Cut {from} → {to}"),
        rejoin_direction(from: S, to: S): format!("Rejoin {from} → {to}"),
        partitioned(groups: &str): format!("Partitioned: {groups}."),
        partition_node(node: S): format!("Group of {node}"),
        node_menu(node: S): format!("Actions on {node}"),
        marks(matched: Index, next: Index): format!("match {}, next {}", grouped(matched), grouped(next)),
        streams_of(leader: S): format!("Replication streams of {leader}"),
        event_number(n: u64): format!("event {}", grouped(n)),
        speed_value(ms: u64): format!("{} ms", grouped(ms)),
        speed_valuetext(ms: u64): format!("one second shows {ms} milliseconds"),
        and_so_many_more(count: u64): format!("and {count} more"),
        refused(why: &str): format!("This cannot be done: {why}"),
        under_way(percent: u64): format!("catching up… {percent} %"),
        event_of(n: u64, all: u64): format!("event {} of {}", grouped(n), grouped(all)),
        run_name(number: u32): format!("Run {number}"),
        run_of(place: usize, all: usize): format!("Run {place} of {all}"),
        run_to(name: &str, end: &str): format!("{name}, up to {end} ms"),
        run_here(name: &str): format!("{name}, this one"),

        // One sentence.
        no_majority_lives(live: u64, all: u64):
            format!(
                "No leader: only {} of {} nodes {}, which is no majority.",
                number(live),
                number(all),
                if live == 1 { "runs" } else { "run" }
            ),
        campaigning(names: &str, many: bool):
            if many { format!("No leader: {names} campaign.") } else { format!("No leader: {names} campaigns.") },
        waiting_for_timeout(node: S): format!("No leader: {node}’s election timeout is the next to fire."),
        challenged(leader: S, term: Term, names: &str, many: bool, higher: Term): format!(
            "{leader} leads term {term}, but {names} {} in term {higher}.",
            if many { "campaign" } else { "campaigns" }
        ),
        still_believes(node: S, term: Term): format!("{node} still believes it leads term {term}."),
        still_believe(names: &str): format!("{names} still believe they lead."),
        leads_minority(leader: S, term: Term):
            format!("{leader} leads term {term}, but reaches no majority: it cannot commit."),
        agree(leader: S, term: Term, live: u64, all: u64): match (live, all) {
            (1, 1) => format!("{leader} leads term {term}, alone."),
            (live, all) if live == all => format!("{leader} leads term {term}; all {} logs agree.", number(live)),
            (live, all) =>
                format!("{leader} leads term {term}; the {} live logs of {} agree.", number(live), number(all)),
        },
        committing(leader: S, term: Term, commit: Index, last: Index): if commit == 0 {
            format!("{leader} leads term {term}; nothing is committed yet.")
        } else {
            format!("{leader} leads term {term}; its log is committed up to {} of {}.", grouped(commit), grouped(last))
        },
        leads(leader: S, term: Term): format!("{leader} leads term {term} and has committed its whole log."),
        catching_up(leader: S, term: Term, names: &str, many: bool): format!(
            "{leader} leads term {term} and has committed its whole log; {names} {} yet to learn of it.",
            if many { "have" } else { "has" }
        ),

        // The inspector.
        at_ms(ms: &str): format!("at {ms} ms"),
        arrives_at(ms: &str): format!("arrives at {ms} ms"),
        up_to(index: Index): format!("up to {}", grouped(index)),
        snapshot_up_to(index: Index, term: Term, bytes: u64):
            format!("up to {} of term {term}, {} B", grouped(index), grouped(bytes)),
        received_of(index: Index, bytes: u64): format!("up to {}: {} B so far", grouped(index), grouped(bytes)),
        write_takes(low: &str, high: &str): format!("{low}–{high} ms a write"),
        cut_and(quality: &str): format!("cut ({quality})"),
        message_number(id: u64): format!("Message {}", grouped(id)),
        lost_at(at: &str, why: &str): format!("at {at} ms: {why}"),
        timer_from_to(from: &str, to: &str): format!("at {to} ms, set at {from} ms"),
        snapshot_named(id: u64, index: Index, term: Term):
            format!("number {}, up to {} of term {term}", grouped(id), grouped(index)),
        chunk_at(offset: u64, bytes: u64): format!("{} B at {}", grouped(bytes), grouped(offset)),
        index_of_term(index: Index, term: Term): format!("{} of term {term}", grouped(index)),
        entry_of_term(index: Index, payload: &str, term: Term): format!("{}: {payload} (term {term})", grouped(index)),
        entry_in(index: Index, node: S): format!("Entry {} in the log of {node}", grouped(index)),
        node_has_term(node: S, term: Term): format!("{node} has term {term}"),

        // Entries.
        members(voters: &str): format!("S{voters}"),
        with_learners(voters: &str, learners: &str, many: bool):
            if many { format!("{voters}, learners {learners}") } else { format!("{voters}, learner {learners}") },
        hint_no_majority_runs(down: &str, many: bool, needed: u64): format!(
            "{down} {} not running, so no majority can elect a leader or commit anything. Restart or resume {}.",
            if many { "are" } else { "is" },
            match (many, needed) {
                (false, _) => "it".to_string(),
                (true, 1) => "one of them".to_string(),
                (true, needed) => format!("at least {} of them", number(needed)),
            }
        ),
        hint_leader_paused(leader: S): format!(
            "{leader} leads, but is paused: nothing happens until another node’s election timeout fires."
        ),
        hint_leader_alone(leader: S): format!(
            "{leader} leads, but cannot exchange messages with a majority. Rejoin its links, or wait for another leader."
        ),
        hint_round_trip(round_trip: &str, timeout: &str): format!(
            "A round trip takes at least {round_trip} ms, and no election timeout is longer than {timeout} ms: \
             every candidate times out before the answers arrive."
        ),
        hint_held(count: u64): if count == 1 {
            "One message is held: select it to release it.".to_string()
        } else {
            format!("{} messages are held: select one to release it.", grouped(count))
        },
        link_latency(range: &str): format!("{range} ms"),
        link_loss(percent: &str): format!("{percent} % lost"),
        link_duplicate(percent: &str): format!("{percent} % twice"),
        must_be_within(most: &str): format!("must be a number from 0 to {most}"),
        promises_hold(count: u64): format!("{count} promises hold"),
        promises_broken(count: u64): if count == 1 {
            "1 promise is broken".to_string()
        } else {
            format!("{count} promises are broken")
        },
        changes_members(leader: S, term: Term, old: &str, new: &str): format!(
            "{leader} leads term {term}; the voters change from {old} to {new}: for now, both need a majority."
        ),
        configuration(members: &str): format!("configuration {members}"),
        so_many_voters(count: u64): format!("{count} vote"),
        joint_configuration(members: &str): format!("joint configuration {members}: both majorities decide"),
        entry_name(node: S, index: Index, term: Term, payload: &str, state: &str):
            format!("{node}, entry {}, term {term}, {payload}, {state}", grouped(index)),

        // Messages.
        append(entries: &str): format!("append {entries}"),
        append_success(index: Index): format!("agrees up to {}", grouped(index)),
        append_stale(term: Term): format!("refuses: it is in term {term}"),
        vote_request(term: Term): format!("asks for a vote in term {term}"),
        vote_granted(term: Term): format!("grants its vote in term {term}"),
        vote_refused(term: Term): format!("refuses its vote in term {term}"),
        append_full(short: &str, term: Term, prev: Index, prev_term: Term, commit: Index): if prev == 0 {
            format!("{short} in term {term}, from the start of the log; commit {}", grouped(commit))
        } else {
            format!("{short} in term {term}, after entry {} of term {prev_term}; commit {}", grouped(prev), grouped(commit))
        },
        append_hint(short: &str, term: Term, index: Index, hint_term: Term): if index == 0 {
            format!("{short}, in term {term}; hint: look at the start of the log")
        } else {
            format!("{short}, in term {term}; hint: look at entry {} of term {hint_term}", grouped(index))
        },
        in_term(short: &str, term: Term): format!("{short}, in term {term}"),
        vote_full(short: &str, last: Index, last_term: Term): if last == 0 {
            format!("{short}, with an empty log")
        } else {
            format!("{short}, with a log up to entry {} of term {last_term}", grouped(last))
        },
        message_name(from: S, to: S, says: &str, arrives: &str):
            format!("{from} → {to}: {says}, arrives at {arrives} ms"),
        held_name(from: S, to: S, says: &str): format!("{from} → {to}: {says}; it is held"),
        lost_name(from: S, to: S, says: &str, at: &str, why: &str):
            format!("{from} → {to}: {says}, lost at {at} ms: {why}"),

        // Events: elections.
        started(node: S, term: Term, last: Index): if last == 0 && term == 0 {
            format!("{node} starts, with an empty log")
        } else {
            format!("{node} starts, with term {term} and a log up to {}", grouped(last))
        },
        elected(node: S, term: Term): format!("{node} is elected leader of term {term}"),
        campaigns(node: S, term: Term): format!("{node} campaigns for term {term}"),
        steps_down(node: S): format!("{node} steps down"),
        gives_up(node: S): format!("{node} gives up its campaign"),
        becomes_follower(node: S): format!("{node} is a follower"),
        becomes_learner(node: S): format!("{node} is a learner"),
        stops(node: S): format!("{node} stops"),
        term_rises(node: S, from: Term, to: Term): format!("{node} moves from term {from} to term {to}"),
        follows(node: S, leader: S): format!("{node} follows {leader}"),
        follows_itself(node: S): format!("{node} takes itself for the leader"),
        knows_no_leader(node: S): format!("{node} knows no leader"),
        timer_set(node: S, at: &str): format!("{node}’s election timeout will fire at {at} ms"),
        timer_off(node: S): format!("{node} stops its election timeout"),
        votes(node: S, candidate: S, term: Term): format!("{node} votes for {candidate} in term {term}"),
        votes_own(node: S): format!("{node} votes for itself"),
        refuses_vote(node: S, candidate: S, term: Term):
            format!("{node} refuses {candidate} its vote for term {term}"),
        counts_vote(node: S, voter: S): format!("{node} counts the vote of {voter}"),
        counts_refusal(node: S, voter: S): format!("{node} counts the refusal of {voter}"),

        // Events: the log.
        leader_appends(node: S, index: Index, payload: &str): format!("{node} appends entry {}: {payload}", grouped(index)),
        stores(node: S, index: Index, payload: &str): format!("{node} stores entry {}: {payload}", grouped(index)),
        removes(node: S, entries: &str, one: bool):
            if one { format!("{node} removes entry {entries}") } else { format!("{node} removes entries {entries}") },
        commits(node: S, to: Index): format!("{node} commits up to entry {}", grouped(to)),
        learns_commit(node: S, to: Index): format!("{node} learns that the log is committed up to {}", grouped(to)),
        applies(node: S, index: Index): format!("{node} applies entry {}", grouped(index)),

        // Events: streams.
        stream_begins(leader: S, target: S, state: &str): format!("{leader} → {target}: the stream begins, {state}"),
        stream_ends(leader: S, target: S): format!("{leader} → {target}: the stream ends"),
        stream_changes(leader: S, target: S, from: &str, to: &str): format!("{leader} → {target}: {from} → {to}"),
        next_moves(leader: S, target: S, from: Index, to: Index):
            format!("{leader} → {target}: next moves from {} to {}", grouped(from), grouped(to)),
        match_moves(leader: S, target: S, from: Index, to: Index):
            format!("{leader} → {target}: match moves from {} to {}", grouped(from), grouped(to)),
        match_lost(leader: S, target: S, from: Index, to: Index):
            format!("{leader} → {target}: {target} lost entries that it had acknowledged, match falls from {} to {}", grouped(from), grouped(to)),
        buffers(leader: S, target: S, replication: u32, outbound: u32):
            format!("{leader} → {target}: {replication} to be sent, {outbound} in flight"),
        answered(leader: S, target: S, success: bool): if success {
            format!("{target} accepted an append from {leader}")
        } else {
            format!("{target} refused an append from {leader}")
        },
        timed_out(leader: S, target: S): format!("{leader} → {target}: no answer in time"),
        unreachable(leader: S, target: S): format!("{leader} → {target}: fails at once, {target} is down"),
        silent(ms: &str): format!("silent {ms} ms"),
        silent_and_down(ms: &str): format!("down, silent {ms} ms"),
        changed_because(from: &str, to: &str, why: &str): format!("{from} → {to}: {why}"),
        began_because(why: &str): format!("begins: {why}"),
        chunks_of(part: u64, whole: u64): format!("{} of {} chunks", grouped(part), grouped(whole)),
        way_taken(words: &str, times: u32, last: bool): match (times, last) {
            (0 | 1, false) => words.to_string(),
            (0 | 1, true) => format!("● {words}"),
            (_, false) => format!("{words} ×{times}"),
            (_, true) => format!("● {words} ×{times}"),
        },
        way_in_words(from: &str, to: &str, why: &str, times: u32): if times == 1 {
            format!("{from} to {to}, {why}, once")
        } else {
            format!("{from} to {to}, {why}, {times} times")
        },
        diagram_name(state: &str, taken: &str): format!("The states of the stream. Now: {state}. Taken: {taken}."),
        unread(entries: &str): format!("still in the log: {entries}"),
        entry_number(index: Index): format!("entry {}", grouped(index)),
        so_many_more(count: u64): format!("{} more", grouped(count)),
        so_many_chunks(count: u64): if count == 1 { "one chunk".to_string() } else { format!("{} chunks", grouped(count)) },
        snapshot_titled(what: &str): format!("snapshot {what}"),
        chunk_name(count: u64, bytes: &str, state: &str): if count == 1 {
            format!("bytes {bytes}: {state}")
        } else {
            format!("{} chunks, bytes {bytes}: {state}", grouped(count))
        },
        doing_chunk(offset: u64, bytes: u64):
            format!("The chunk at {} ({} B) is sent; its answer is awaited.", grouped(offset), grouped(bytes)),
        doing_chunk_again(offset: u64):
            format!("The chunk at {} is sent at the next tick.", grouped(offset)),
        doing_sends(entries: &str, target: S): if entries.contains('–') {
            format!("Entries {entries} are sent; {target}’s answer is awaited.")
        } else {
            format!("Entry {entries} is sent; {target}’s answer is awaited.")
        },
        doing_sends_again(entries: &str): format!("No answer in time: {entries} will be sent again at the next tick."),
        doing_sends_again_down(entries: &str, target: S):
            format!("{target} is down: {entries} will be tried again at each tick."),
        doing_tries(target: S): format!("{target} is down: a heartbeat tries again at each tick."),
        doing_asks(target: S, index: Index): format!("It asks whether {target}’s log agrees up to entry {}.", grouped(index)),
        doing_nothing(target: S): format!("{target} has all entries: only heartbeats are sent."),

        // Events: around the nodes.
        sends(from: S, to: S, says: &str): format!("{from} → {to}: {says}"),
        arrives(from: S, to: S, says: &str): format!("{from} → {to}: {says}, arrives"),
        is_lost(from: S, to: S, says: &str): format!("{from} → {to}: {says}, is lost"),
        pre_vote_begins(node: S, term: Term): format!("{node} asks whether it could win term {term}"),
        would_vote(node: S, candidate: S, term: Term, granted: bool): if granted {
            format!("{node} would vote for {candidate} in term {term}")
        } else {
            format!("{node} would not vote for {candidate} in term {term}")
        },
        counts_pre_vote(node: S, voter: S, granted: bool): if granted {
            format!("{node} hears that {voter} would vote for it")
        } else {
            format!("{node} hears that {voter} would not vote for it")
        },
        transfer_begins(node: S, target: S): format!("{node} begins to transfer leadership to {target}"),
        transfer_given_up(node: S, target: S): format!("{node} gives up transferring leadership to {target}"),
        read_confirmed(node: S, index: Index): format!("{node} still leads: it may answer reads up to entry {}", grouped(index)),
        pre_vote_request(term: Term): format!("asks whether it could win term {term}"),
        pre_vote_answer(granted: bool): if granted { "would vote for it" } else { "would not vote for it" },
        stores_chunk(node: S, received: u64, index: Index): format!("{node} has {} B of the snapshot up to entry {}", grouped(received), grouped(index)),
        installs(node: S, index: Index): format!("{node} installs the snapshot up to entry {}", grouped(index)),
        installs_why(kept: bool): if kept {
            "the entries after it agree and stay"
        } else {
            "its own log up to there is replaced"
        },
        compacts(node: S, index: Index): format!("{node} begins to take a snapshot up to entry {}", grouped(index)),
        compacted(node: S, index: Index, bytes: u64, first: Index):
            format!("{node} has a snapshot up to entry {}, {} B; its log begins at {}", grouped(index), grouped(bytes), grouped(first)),
        compaction_discarded(node: S, index: Index):
            format!("{node} drops its snapshot up to entry {}: it has a later one", grouped(index)),
        durable(node: S, index: Index): format!("{node}’s log is durable up to entry {}", grouped(index)),
        offers_snapshot(leader: S, target: S, index: Index, bytes: u64):
            format!("{leader} → {target}: snapshot up to entry {}, {} B", grouped(index), grouped(bytes)),
        sends_chunk(leader: S, target: S, offset: u64, bytes: u64):
            format!("{leader} → {target}: chunk at {}, {} B", grouped(offset), grouped(bytes)),
        chunk_answered(leader: S, target: S, offset: u64): format!("{target} tells {leader} that it expects byte {} next", grouped(offset)),
        chunk_installed(leader: S, target: S): format!("{target} tells {leader} that the snapshot is installed"),
        chunk_failed(leader: S, target: S, offset: u64):
            format!("{leader} → {target}: no answer to the chunk at {}", grouped(offset)),
        chunk(index: Index, offset: u64, bytes: u64, done: bool): if done {
            format!("last chunk of snapshot {}, {} B at {}", grouped(index), grouped(bytes), grouped(offset))
        } else {
            format!("chunk of snapshot {}, {} B at {}", grouped(index), grouped(bytes), grouped(offset))
        },
        chunk_expects(offset: u64): format!("expects the chunk at {}", grouped(offset)),
        snapshot_installed(index: Index): format!("snapshot {} is installed", grouped(index)),
        storage_fails(node: S): format!("The storage of {node} fails"),
        is_held(from: S, to: S, says: &str): format!("{from} → {to}: {says}, is held"),
        is_released(from: S, to: S, says: &str): format!("{from} → {to}: {says}, is released"),
        is_delayed(from: S, to: S, says: &str, arrives: &str):
            format!("{from} → {to}: {says}, is delayed until {arrives} ms"),
        is_delayed_and_held(from: S, to: S, says: &str): format!("{from} → {to}: {says}, is delayed, and still held"),
        trap_set(does: TrapDoes, count: Option<u32>, kind: Option<&str>, from: Option<S>, to: Option<S>): {
            let does = match does {
                TrapDoes::Drop => "dropped",
                TrapDoes::Hold => "held",
            };
            let between = format!(
                "{}{}{}",
                from.map(|from| format!(" from {from}")).unwrap_or_default(),
                to.map(|to| format!(" to {to}")).unwrap_or_default(),
                kind.map(|kind| format!(" ({kind})")).unwrap_or_default(),
            );
            match count {
                Some(1) => format!("The next message{between} will be {does}"),
                Some(count) => format!("The next {} messages{between} will be {does}", number(count.into())),
                None => format!("From now on, messages{between} are {does}"),
            }
        },
        is_paused(node: S): format!("{node} is paused"),
        is_resumed(node: S): format!("{node} is resumed"),
        disk_fails(node: S): format!("The disk of {node} fails"),
        ends_aside(last: Index): format!("◂ ends at {}", grouped(last)),
        comes_aside(index: Index, part: &str): format!("◂ snapshot {}: {part}", grouped(index)),
        disk_takes(node: S, low: &str, high: &str): if low == high {
            format!("The disk of {node} takes {low} ms a write")
        } else {
            format!("The disk of {node} takes {low} to {high} ms a write")
        },
        rule_switched(rule: &str, on: bool): match on {
            true => format!("All nodes obey the rule {rule} again"),
            false => format!("No node obeys the rule {rule} any more"),
        },
        promise_broken(invariant: &str): format!("A promise is broken: {invariant}"),
        crashes(node: S): format!("{node} crashes"),
        transfer_refused(node: S, target: S): format!("{node} does not transfer leadership to {target}"),
        new_node(node: S): format!("{node} is added, with an empty log"),
        change_to_voters(voters: &str): format!("make {voters} the voters"),
        change_to_learner(node: S): format!("add {node} as a learner"),
        change_waits(what: &str): format!("The request to {what} waits for a leader"),
        change_asked(node: S, what: &str): format!("{node} is asked to {what}"),
        change_done(what: &str): format!("Done: {what}"),
        change_not_done(node: S, what: &str): format!("{node} did not {what}"),
        restarts(node: S): format!("{node} restarts"),
        is_cut_off(node: S): format!("{node} is cut off"),
        links_from_node(node: S): format!("all links from {node}"),
        links_to_node(node: S): format!("all links to {node}"),
        links_changed(links: &str, how: &str): format!("From now on, {links}: {how}"),
        links_cut(links: &str): format!("Cut: {links}"),
        links_rejoined(links: &str): format!("Rejoined: {links}"),
        many_links(count: u64, names: &str): format!("{} links between {names}", number(count)),
        write_of(pair: &str): format!("write {pair}"),
        read_of(key: &str): format!("read {key}"),
        client_waits(what: &str): format!("The {what} waits for a leader"),
        client_asks(what: &str, node: S): format!("A client asks {node} to {what}"),
        client_sends(what: &str): format!("A client asks to {what}"),
        client_ok(what: &str): format!("The {what} is acknowledged"),
        client_reads(key: &str, value: &str): format!("The read of {key} gives {value}"),
        client_reads_nothing(key: &str): format!("The read of {key} gives nothing: it was never written"),
        client_refused(what: &str, node: S): format!("{node} refuses the {what}"),
        client_not_done(what: &str): format!("The {what} is refused"),
        client_unknown(what: &str): format!("The outcome of the {what} is unknown to the client"),
    }
}

/// A small number as a word.
fn number(number: u64) -> String {
    const WORDS: [&str; 10] = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    usize::try_from(number).ok().and_then(|at| WORDS.get(at)).map_or_else(|| grouped(number), ToString::to_string)
}
