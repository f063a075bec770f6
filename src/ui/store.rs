//! The browser's storage: the settings, and the run.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::text;

use crate::lab::json::read::{parse, value_of};
use crate::lab::json::strict::from_value_strict;
use crate::lab::vocab::moment::Position;
use crate::lab::{Lab, Scenario, ScenarioError};
use crate::runtime::Micros;
use crate::view::settings::Settings;

/// The key of the stored settings.
const SETTINGS: &str = "raft-lab/settings";

/// The key of the stored run.
pub const RUN: &str = "raft-lab/run";

/// The key that is there while the stored run is being restored: if a visit begins with it, the last one did not end
/// well.
const RESTORING: &str = "raft-lab/restoring";

/// The run as it is stored.
#[derive(Serialize, Deserialize)]
struct Run {
    /// The version of the program that saved it; none in runs saved before it was noted.
    #[serde(default)]
    version: Option<String>,
    now: Micros,
    events: u64,
    #[serde(default)]
    looked_at: Option<u64>,
    playing: bool,
    scenario: Value,
}

/// A stored run that was read, ready to be restored.
pub struct Saved {
    /// The scenario, including the actions of the run.
    pub scenario: Scenario,
    /// Its last event and its clock.
    pub end: Position,
    /// The sequence number of the event after which the run was shown; none if the present was shown.
    pub looked_at: Option<u64>,
    /// Whether the clock was running.
    pub playing: bool,
    /// The version of the program that saved it, if that is another one.
    pub other_version: Option<String>,
}

/// The version of this program, engine included: another one may run the same scenario differently.
const VERSION: &str = env!("CARGO_PKG_VERSION");

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}

fn read(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

/// Stores a text. False if the storage is full or disabled; the page works all the same.
fn write(key: &str, text: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(key, text).is_ok())
}

fn remove(key: &str) {
    if let Some(storage) = storage() {
        // What cannot be removed was not stored.
        let _ = storage.remove_item(key);
    }
}

/// The key under which a text is kept that another one takes the place of.
fn aside_of(key: &str) -> String {
    format!("{key}/aside")
}

/// A stored text that is not in use, but not lost either: it is kept beside what this visit stores.
#[derive(Clone, PartialEq)]
pub struct Aside {
    /// What it was stored under.
    key: &'static str,
    /// What became of it, in a sentence.
    pub why: Rc<str>,
    /// The text.
    pub text: Rc<str>,
    /// Whether it is worth trying to restore it.
    pub can_be_restored: bool,
}

impl Aside {
    /// The run that an earlier visit has kept aside and the user has not dismissed.
    pub fn left() -> Option<Aside> {
        let text = read(&aside_of(RUN))?;
        Some(Aside { key: RUN, why: super::text().saved_aside().into(), text: text.into(), can_be_restored: true })
    }

    /// Keeps the text under `key`, which something else will soon be stored under.
    fn of(key: &'static str, why: &str) -> Option<Aside> {
        let text = read(key)?;
        // If there is no room for it, the page still has it.
        write(&aside_of(key), &text);
        Some(Aside { key, why: why.into(), text: text.into(), can_be_restored: false })
    }

    /// The stored settings, which could not be read.
    pub fn settings(why: &ScenarioError) -> Option<Aside> {
        let aside = Aside::of(SETTINGS, &text().settings_unusable(why));
        // Told once is enough.
        remove(SETTINGS);
        aside
    }

    /// The stored run, which could not be read.
    pub fn run(why: &ScenarioError) -> Option<Aside> {
        Aside::of(RUN, &text().saved_unusable(why))
    }

    /// The stored run, which was not restored to its end.
    pub fn half_restored(why: &str) -> Option<Aside> {
        Aside::of(RUN, why).map(|aside| Aside { can_be_restored: true, ..aside })
    }

    /// Whether it was stored as a run, readable or not.
    pub fn is_a_run(&self) -> bool {
        self.key == RUN
    }

    /// Deletes it.
    pub fn forget(&self) {
        remove(&aside_of(self.key));
    }

    /// Stores the run as it was before, to be restored with the next visit. False if that is not possible.
    pub fn put_back(&self) -> bool {
        let done = write(RUN, &self.text);
        if done {
            self.forget();
        }
        done
    }
}

/// Notes whether the stored run is being restored.
pub fn set_restoring(restoring: bool) {
    match restoring {
        true => {
            write(RESTORING, "yes");
        }
        false => remove(RESTORING),
    }
}

/// Whether the last visit ended while the stored run was being restored: by a failure, or since the page hung.
pub fn was_restoring() -> bool {
    read(RESTORING).is_some()
}

/// The stored settings, or the defaults if there are none.
///
/// # Errors
/// Why they cannot be read.
pub fn settings() -> Result<Settings, ScenarioError> {
    read(SETTINGS).map_or_else(|| Ok(Settings::default()), |text| settings_in(&text))
}

/// Not part of its caller, which runs at every start: a first visit has nothing to read.
#[inline(never)]
fn settings_in(text: &str) -> Result<Settings, ScenarioError> {
    from_value_strict(parse(text)?)
}

/// Stores the settings.
pub fn store_settings(settings: &Settings) {
    // Where they cannot be stored, neither can the run, which is said.
    write(SETTINGS, &value_of(settings).to_string());
}

/// The stored run, if any.
///
/// # Errors
/// Why it cannot be read.
pub fn run() -> Result<Option<Saved>, ScenarioError> {
    let Some(text) = read(RUN) else { return Ok(None) };
    let run: Run = parse(&text).and_then(from_value_strict)?;
    let scenario = Scenario::from_value(run.scenario)?;
    let end = Position { event: run.events, now: run.now };
    let other_version = run.version.filter(|version| version != VERSION);
    Ok(Some(Saved { scenario, end, looked_at: run.looked_at, playing: run.playing, other_version }))
}

/// Stores a run in its current state. False if that is not possible.
pub fn store_run(lab: &Lab, looked_at: Option<u64>, playing: bool) -> bool {
    let (now, events, scenario) = (lab.now(), lab.events(), value_of(lab.scenario()));
    let run = Run { version: Some(VERSION.into()), now, events, looked_at, playing, scenario };
    write(RUN, &value_of(&run).to_string())
}
