//! English: the settings of the cluster.

use super::English;
use crate::view::lang::values::Figure;

say! {
    English: ClusterSettings;
    texts {
        settings: "Settings",
        settings_text: "What you change applies from now on, and can be undone. Another number of nodes starts a new run.",
        settings_presets: "Start from",
        preset_classroom: "Classroom",
        preset_lab: "The engine’s defaults",
        preset_paper: "The Raft paper’s",
        settings_nodes: "Nodes",
        settings_apply: "Apply",
        settings_new_run: "Start a new run",
        pre_vote: "Pre-vote: ask first whether an election could be won",
        check_quorum: "Check-quorum: a leader that does not hear from a majority steps down",
        must_be_whole: "must be a whole number, at least 1",
        nothing_changed: "Nothing was changed.",
        do_settings: "The settings of the cluster",
    }
    words {
        figure(figure: Figure): match figure {
            Figure::ElectionMin => "Shortest election timeout, ms",
            Figure::ElectionMax => "Longest election timeout, ms",
            Figure::Heartbeat => "Heartbeat every, ms",
            Figure::LatencyMin => "Shortest latency, ms",
            Figure::LatencyMax => "Longest latency, ms",
            Figure::Loss => "Lost messages, %",
            Figure::Payload => "Entries in an append, at most",
            Figure::LagThreshold => "Lagging when so many entries behind",
            Figure::SnapshotEvery => "Snapshot after so many entries",
            Figure::ChunkSize => "Bytes in a chunk, at most",
        },
    }
    sentences {
        must_be_more(than: &str): format!("must be more than {than}"),
        unwise_timeout(timeout: &str, round_trip: &str): format!(
            "An answer may take {round_trip}\u{a0}ms, and a follower waits only {timeout}\u{a0}ms: expect elections while the leader is well."
        ),
        unwise_heartbeat(late: &str, timeout: &str): format!(
            "A heartbeat may come {late}\u{a0}ms after the one before, and a follower waits only {timeout}\u{a0}ms: expect needless elections."
        ),
    }
}
