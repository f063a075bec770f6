//! English: the narrator.

use super::{plural, English};
use crate::raft::event::RoleWhy;
use crate::raft::{Index, Term};
use crate::view::format::{grouped, range, NodeName};

say! {
    English: Story;
    sentences {
        story_campaigns(node: NodeName, term: Term, why: RoleWhy): match why {
            RoleWhy::ElectionTimeout => format!(
                "{node} has not heard from a leader in time, so it starts an election for term\u{a0}{term}: it votes for itself and asks the others for their votes."
            ),
            RoleWhy::Transfer => format!(
                "{node} is handed the leadership, so it starts an election for term\u{a0}{term} at once."
            ),
            _ => format!("{node} was told to start an election for term\u{a0}{term}: it asks the others for their votes."),
        },
        story_elected(node: NodeName, term: Term, votes: u64, voters: u64): match voters {
            1 => format!("{node} is the only voter, so its own vote makes it the leader of term\u{a0}{term}."),
            _ => format!("{node} has {votes} of {voters} votes, a majority: it is the leader of term\u{a0}{term}."),
        },
        story_elected_by_both(node: NodeName, term: Term):
            format!("{node} has a majority of the old and of the new voters: it is the leader of term\u{a0}{term}."),
        story_begins(first: NodeName): format!(
            "No leader yet. Each node waits for one; whoever’s election timer runs out first asks for votes. {first}’s will be the first."
        ),
        story_appends_first(node: NodeName, payload: &str): format!(
            "As its first entry, {node} appends {payload} and sends it to the others. It is not committed until a majority has it."
        ),
        story_appends_blank(node: NodeName, index: Index, term: Term): format!(
            "The new leader {node} begins term\u{a0}{term} with an empty entry, number {}: once that is committed, so is all before it.",
            grouped(index)
        ),
        story_appends(node: NodeName, index: Index, payload: &str): format!(
            "{node} appends {payload} to its log as entry\u{a0}{} and sends it to the others. It is not committed until a majority has it.",
            grouped(index)
        ),
        story_commits(node: NodeName, to: Index, copies: u64, voters: u64): format!(
            "Entry\u{a0}{} is on {copies} of {voters} nodes, a majority, so {node} commits it: it will never be lost.",
            grouped(to)
        ),
        story_replaces(node: NodeName, first: Index, last: Index): format!(
            "{node} removes {} {}: the leader has something else in {}, and the leader’s log is the one that counts.",
            plural((last - first + 1) as usize, "entry", "entries"),
            range(first, last),
            plural((last - first + 1) as usize, "that place", "those places")
        ),
        story_told(text: &str, why: Option<&str>): match why {
            Some(why) => format!("{}: {}.", text.trim_end_matches('.'), why.trim_end_matches('.')),
            None => format!("{}.", text.trim_end_matches('.')),
        },
    }
}
