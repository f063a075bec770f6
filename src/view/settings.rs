//! The user's settings of the page. The browser stores them as JSON: names and defaults here define that format.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::message::Scope;
use super::pace::Pacing;
use super::speed::Speed;
use crate::lab::StepKind;

/// The name of a panel in the stored settings; also its CSS class.
pub type PanelName = &'static str;

/// The panel of the cluster, named here because it contains the form that reads and writes.
pub const CLUSTER: PanelName = "cluster";

/// The panel of the timeline, named here because a key unfolds it.
pub const TIMELINE: PanelName = "timeline";

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// Dark text on a light page.
    Light,
    /// Light text on a dark page.
    Dark,
}

/// The folded panels, of which only the title is shown. Unknown names are kept and have no effect.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Map<String, Value>", into = "Map<String, Value>")]
pub struct Folded(Rc<Vec<String>>);

// Stored as `{ "logs": true }`. Read by way of JSON's own map: code for another kind of map is 2 kB more to load.
impl From<Map<String, Value>> for Folded {
    fn from(panels: Map<String, Value>) -> Folded {
        let folded = panels.into_iter().filter(|(_, folded)| *folded == Value::Bool(true));
        Folded(Rc::new(folded.map(|(name, _)| name).collect()))
    }
}

impl From<Folded> for Map<String, Value> {
    fn from(folded: Folded) -> Map<String, Value> {
        folded.0.iter().map(|name| (name.clone(), Value::Bool(true))).collect()
    }
}

impl Folded {
    /// Whether this panel is folded.
    pub fn contains(&self, panel: PanelName) -> bool {
        self.0.iter().any(|name| name == panel)
    }

    /// Folds or unfolds a panel.
    pub fn toggle(&mut self, panel: PanelName) {
        let was_folded = self.contains(panel);
        let panels = Rc::make_mut(&mut self.0);
        match was_folded {
            true => panels.retain(|name| name != panel),
            false => panels.push(panel.into()),
        }
    }

    /// Unfolds a panel.
    pub fn unfold(&mut self, panel: PanelName) {
        if self.contains(panel) {
            self.toggle(panel);
        }
    }
}

/// The user's settings of the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The theme; none means that of the system.
    pub theme: Option<Theme>,
    /// Whether single characters are shortcuts.
    pub characters: bool,
    /// The speed, as a [step of the scale](Speed::step); a greater value means the last step.
    pub speed: u8,
    /// What decides how fast the clock runs.
    pub pace: Pacing,
    /// What "step" and "back" move by.
    pub step: StepKind,
    /// The messages that are drawn.
    pub scope: Scope,
    /// Whether the timeline is tall.
    pub tall_timeline: bool,
    /// The folded panels.
    pub folded: Folded,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            theme: None,
            characters: true,
            speed: Speed::DEFAULT.step(),
            pace: Pacing::default(),
            step: StepKind::default(),
            scope: Scope::default(),
            tall_timeline: false,
            folded: Folded::default(),
        }
    }
}

/// A new value for one of the [`Settings`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// See [`Settings::theme`].
    Theme(Theme),
    /// See [`Settings::characters`].
    Characters(bool),
    /// See [`Settings::speed`].
    Speed(Speed),
    /// See [`Settings::pace`].
    Pace(Pacing),
    /// See [`Settings::step`].
    Step(StepKind),
    /// See [`Settings::scope`].
    Scope(Scope),
    /// See [`Settings::tall_timeline`].
    TallTimeline(bool),
}

impl Settings {
    /// Changes one setting.
    pub fn set(&mut self, setting: Setting) {
        match setting {
            Setting::Theme(theme) => self.theme = Some(theme),
            Setting::Characters(characters) => self.characters = characters,
            Setting::Speed(speed) => self.speed = speed.step(),
            Setting::Pace(pace) => self.pace = pace,
            Setting::Step(step) => self.step = step,
            Setting::Scope(scope) => self.scope = scope,
            Setting::TallTimeline(tall) => self.tall_timeline = tall,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::json::error::ScenarioError;
    use crate::lab::json::read::{parse, value_of};
    use crate::lab::json::strict::from_value_strict;

    fn read(json: &str) -> Result<Settings, ScenarioError> {
        parse(json).and_then(from_value_strict)
    }

    #[test]
    fn settings_that_an_earlier_page_stored_are_read() {
        let stored = r#"{
            "theme": "dark", "characters": false, "speed": 4, "step": "message", "scope": "context",
            "folded": { "happened": false, "cluster": true, "logs": false, "streams": true }
        }"#;
        let settings = read(stored).unwrap();
        let mut folded = Folded::default();
        folded.toggle("cluster");
        folded.toggle("streams");
        let expected = Settings {
            theme: Some(Theme::Dark),
            characters: false,
            speed: 4,
            pace: Pacing::Adaptive,
            step: StepKind::Message,
            scope: Scope::Context,
            tall_timeline: false,
            folded,
        };
        assert_eq!(settings, expected);
        assert_eq!(read("{}").unwrap(), Settings::default());
    }

    #[test]
    fn what_is_stored_is_read_again() {
        let mut settings = Settings::default();
        settings.folded.toggle("logs");
        settings.set(Setting::Theme(Theme::Light));
        assert_eq!(read(&value_of(&settings).to_string()).unwrap(), settings);
    }

    #[test]
    fn panels_that_are_not_known_are_left_alone() {
        let mut settings = read(r#"{ "folded": { "timeline": true, "logs": true } }"#).unwrap();
        assert!(settings.folded.contains("logs") && !settings.folded.contains(CLUSTER));
        settings.folded.toggle("logs");
        settings.folded.unfold(CLUSTER);
        assert_eq!(value_of(&settings.folded).to_string(), r#"{"timeline":true}"#);
    }
}
