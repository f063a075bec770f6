//! The guarantees of Raft, and whether they have held so far.

use super::describe::VIOLATION_LETTERS;
use super::lang::Text;
use crate::lab::json::error::{invalid, ScenarioError};
use crate::lab::json::read::parse;
use crate::lab::vocab::clip::clipped;
use crate::lab::vocab::halt::Halt;
use crate::lab::vocab::invariant::Invariant;
use crate::lab::world::World;
use serde_json::Value;

/// A guarantee of Raft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvariantStatus {
    /// The invariant that checks it.
    pub invariant: Invariant,
    /// What it is called.
    pub name: &'static str,
    /// The section of the paper.
    pub section: &'static str,
    /// How it was violated; none if it has held.
    pub broken: Option<String>,
}

/// Every guarantee, the properties of the paper's Figure 3 first.
pub fn invariants(world: &World, t: &dyn Text) -> Vec<InvariantStatus> {
    let status = |&invariant: &Invariant| InvariantStatus {
        invariant,
        name: t.invariant_name(invariant),
        section: section(invariant),
        broken: world
            .violations
            .get(&invariant)
            .map(|(_, how)| clipped(&t.violation(&how.detail), VIOLATION_LETTERS).into_owned()),
    };
    Invariant::ALL.iter().map(status).collect()
}

/// The statement of every guarantee, from `promises.json` in the folder of a language: the page loads it when it is needed.
///
/// # Errors
/// What is wrong with the file.
pub fn statements(file: &str) -> Result<Vec<(Invariant, String)>, ScenarioError> {
    let texts = parse(file)?;
    let statement = |&invariant: &Invariant| match texts.get(invariant.text()) {
        Some(Value::String(text)) => Ok((invariant, text.clone())),
        _ => invalid(invariant.text(), "there is no statement"),
    };
    Invariant::ALL.iter().map(statement).collect()
}

/// Why a run has halted, in words.
pub fn why_halted(halt: &Halt, t: &dyn Text) -> String {
    t.halted(&clipped(&t.halt(halt), VIOLATION_LETTERS))
}

/// The section of the paper that states an invariant.
fn section(invariant: Invariant) -> &'static str {
    match invariant {
        Invariant::ElectionSafety => "§5.2",
        Invariant::LeaderAppendOnly | Invariant::LogMatching | Invariant::MatchIsTrue => "§5.3",
        Invariant::LeaderCompleteness => "§5.4",
        Invariant::StateMachineSafety => "§5.4.3",
        Invariant::VotesKept => "§5.2, Figure 2",
        Invariant::Monotonic => "§5.1, §5.3",
        Invariant::AppliedOnce => "Figure 2",
        Invariant::AcknowledgedKept => "§5.3, §5.4",
        Invariant::Linearizable => "§8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::vocab::invariant::Violation;
    use crate::lab::vocab::violation::ViolationDetail;
    use crate::raft::schema::{FieldType, HasSchema};
    use crate::view::lang::{English, LANGUAGES};
    use std::collections::BTreeSet;

    #[test]
    fn every_language_states_every_invariant() {
        for t in LANGUAGES {
            let tag = t.language_tag();
            let file = format!("{}/src/view/lang/{tag}/promises.json", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
            let all = statements(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
            assert_eq!(all.iter().map(|(_, text)| text).collect::<BTreeSet<_>>().len(), Invariant::ALL.len(), "{file}");
            assert!(all.iter().all(|(_, text)| text.ends_with('.')), "{file}");
            // Trunk copies it to where the page looks for it.
            let index = include_str!("../../index.html");
            let copied = format!("href=\"src/view/lang/{tag}/promises.json\" data-target-path=\"{tag}\"");
            assert!(index.contains(&copied), "index.html does not have {copied}");
        }
        assert!(statements("{}").is_err());
    }

    #[test]
    fn every_invariant_has_its_own_name_and_its_place_in_the_paper() {
        let all = invariants(&World::default(), &English);
        assert_eq!(all.len(), Invariant::ALL.len());
        assert_eq!(all.iter().map(|it| it.name).collect::<BTreeSet<_>>().len(), all.len());
        let FieldType::Enum(_, words) = Invariant::FIELD_TYPE else { panic!("an invariant is a word") };
        for (status, word) in all.iter().zip(words) {
            assert_eq!(status.invariant.text(), word.text);
            assert!(word.meaning.contains(status.section), "{} is not in: {}", status.section, word.meaning);
            assert_eq!(status.broken, None);
        }
    }

    #[test]
    fn a_broken_invariant_says_how() {
        let mut world = World::default();
        let invariant = Invariant::LogMatching;
        let detail = ViolationDetail::DifferentEntries { nodes: [1, 2], index: 3, term: 1 };
        let violation = Violation { invariant, nodes: vec![1, 2], entries: vec![3], detail: detail.clone() };
        world.violations.insert(invariant, (9, violation.into()));
        let broken: Vec<_> = invariants(&world, &English).into_iter().filter_map(|it| it.broken).collect();
        let text = "S1 and S2 have different entries 3, both of term 1.";
        assert_eq!(broken, [text]);
        let why = why_halted(&Halt::Broken(invariant, detail), &English);
        assert_eq!(why, format!("The run has stopped. A guarantee is broken: Log Matching. {text}"));
        let why = why_halted(&Halt::TimeStandsStill(vec![("node 1".into(), 7)]), &English);
        assert_eq!(why, "The run has stopped. time stands still: node 1 (7 polls)");
    }
}
