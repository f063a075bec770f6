//! What the browser keeps for the page: the settings, and the run as it was left.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::lab::json::read::{parse, value_of};
use crate::lab::json::strict::from_value_strict;
use crate::lab::vocab::moment::Position;
use crate::lab::{Lab, Scenario, StepKind};
use crate::runtime::Micros;
use crate::view::message::Scope;
use crate::view::speed::Speed;

/// Where the settings are kept.
const SETTINGS: &str = "raft-lab/settings";

/// Where the run is kept.
pub const RUN: &str = "raft-lab/run";

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// A panel that can be folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    /// What just happened.
    Happened,
    /// The cluster.
    Cluster,
    /// The logs.
    Logs,
    /// The replication streams.
    Streams,
}

/// Which panels are folded: of these, only the title is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Folded {
    /// What just happened.
    pub happened: bool,
    /// The cluster.
    pub cluster: bool,
    /// The logs.
    pub logs: bool,
    /// The replication streams.
    pub streams: bool,
}

impl Folded {
    /// The other way round, for one panel.
    pub fn toggled(mut self, panel: Panel) -> Folded {
        let of = match panel {
            Panel::Happened => &mut self.happened,
            Panel::Cluster => &mut self.cluster,
            Panel::Logs => &mut self.logs,
            Panel::Streams => &mut self.streams,
        };
        *of = !*of;
        self
    }
}

/// What a person has chosen about the page itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Light or dark; none follows the system.
    pub theme: Option<Theme>,
    /// Whether keys that are characters do something.
    pub characters: bool,
    /// The place on the scale of speeds.
    pub speed: u8,
    /// What a step is.
    pub step: StepKind,
    /// Which messages are drawn.
    pub scope: Scope,
    /// Which panels are folded.
    pub folded: Folded,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            theme: None,
            characters: true,
            speed: Speed::DEFAULT.step(),
            step: StepKind::default(),
            scope: Scope::default(),
            folded: Folded::default(),
        }
    }
}

/// The run as it was left.
#[derive(Serialize, Deserialize)]
struct Run {
    now: Micros,
    events: u64,
    #[serde(default)]
    looked_at: Option<u64>,
    playing: bool,
    scenario: Value,
}

/// A run that was found, ready to be taken up.
pub struct Saved {
    /// What it began with, and what was done.
    pub scenario: Scenario,
    /// How far it was.
    pub end: Position,
    /// The event behind which somebody looked at it, if that was not its end.
    pub looked_at: Option<u64>,
    /// Whether the clock ran.
    pub playing: bool,
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}

fn read(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

fn write(key: &str, text: &str) {
    if let Some(storage) = storage() {
        // A browser may have no room, or keep nothing at all: then nothing survives a reload, and all else works.
        let _ = storage.set_item(key, text);
    }
}

/// The settings; those that cannot be read are as if nothing had been chosen.
pub fn settings() -> Settings {
    read(SETTINGS).and_then(|text| from_value_strict(parse(&text).ok()?).ok()).unwrap_or_default()
}

/// Keeps the settings.
pub fn keep_settings(settings: &Settings) {
    write(SETTINGS, &value_of(settings).to_string());
}

/// The run that was kept, if there is one.
///
/// # Errors
/// If it cannot be read: why.
pub fn run() -> Result<Option<Saved>, Rc<str>> {
    let Some(text) = read(RUN) else { return Ok(None) };
    let run: Run = parse(&text).and_then(strictly).map_err(|error| error.to_string())?;
    let scenario = Scenario::from_value(run.scenario).map_err(|error| error.to_string())?;
    let end = Position { event: run.events, now: run.now };
    Ok(Some(Saved { scenario, end, looked_at: run.looked_at, playing: run.playing }))
}

/// Keeps a run as it is.
pub fn keep_run(lab: &Lab, looked_at: Option<u64>, playing: bool) {
    let run = Run { now: lab.now(), events: lab.events(), looked_at, playing, scenario: value_of(lab.scenario()) };
    write(RUN, &value_of(&run).to_string());
}

/// The text of the run that was kept last.
pub fn run_text() -> String {
    read(RUN).unwrap_or_default()
}
