//! The browser's storage: the settings, and the run.

use serde::{Deserialize, Serialize};
use serde_json::Value;

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

fn write(key: &str, text: &str) {
    if let Some(storage) = storage() {
        // The storage may be full or disabled; then nothing is kept, and the page works all the same.
        let _ = storage.set_item(key, text);
    }
}

/// The stored settings, or the defaults if they cannot be read.
pub fn settings() -> Settings {
    read(SETTINGS).and_then(|text| from_value_strict(parse(&text).ok()?).ok()).unwrap_or_default()
}

/// Stores the settings.
pub fn store_settings(settings: &Settings) {
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

/// Stores a run in its current state.
pub fn store_run(lab: &Lab, looked_at: Option<u64>, playing: bool) {
    let (now, events, scenario) = (lab.now(), lab.events(), value_of(lab.scenario()));
    let run = Run { version: Some(VERSION.into()), now, events, looked_at, playing, scenario };
    write(RUN, &value_of(&run).to_string());
}

/// The text of the stored run; empty if there is none.
pub fn run_text() -> String {
    read(RUN).unwrap_or_default()
}
