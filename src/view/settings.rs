//! The user's settings of the page. The browser stores them as JSON: names and defaults here define that format.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::message::Scope;
use super::speed::Speed;
use crate::lab::StepKind;

/// The name of a panel in the stored settings; also its CSS class.
pub type PanelName = &'static str;

/// The panel of the cluster, named here because it contains the form that reads and writes.
pub const CLUSTER: PanelName = "cluster";

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
#[serde(from = "BTreeMap<String, bool>", into = "BTreeMap<String, bool>")]
pub struct Folded(Rc<BTreeSet<String>>);

impl From<BTreeMap<String, bool>> for Folded {
    fn from(panels: BTreeMap<String, bool>) -> Folded {
        Folded(Rc::new(panels.into_iter().filter(|&(_, folded)| folded).map(|(name, _)| name).collect()))
    }
}

impl From<Folded> for BTreeMap<String, bool> {
    fn from(folded: Folded) -> BTreeMap<String, bool> {
        folded.0.iter().map(|name| (name.clone(), true)).collect()
    }
}

impl Folded {
    /// Whether this panel is folded.
    pub fn contains(&self, panel: PanelName) -> bool {
        self.0.contains(panel)
    }

    /// Folds or unfolds a panel.
    pub fn toggle(&mut self, panel: PanelName) {
        let panels = Rc::make_mut(&mut self.0);
        if !panels.remove(panel) {
            panels.insert(panel.into());
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
    /// What "step" and "back" move by.
    pub step: StepKind,
    /// The messages that are drawn.
    pub scope: Scope,
    /// The folded panels.
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

/// A new value for one of the [`Settings`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// See [`Settings::theme`].
    Theme(Theme),
    /// See [`Settings::characters`].
    Characters(bool),
    /// See [`Settings::speed`].
    Speed(Speed),
    /// See [`Settings::step`].
    Step(StepKind),
    /// See [`Settings::scope`].
    Scope(Scope),
}

impl Settings {
    /// Changes one setting.
    pub fn set(&mut self, setting: Setting) {
        match setting {
            Setting::Theme(theme) => self.theme = Some(theme),
            Setting::Characters(characters) => self.characters = characters,
            Setting::Speed(speed) => self.speed = speed.step(),
            Setting::Step(step) => self.step = step,
            Setting::Scope(scope) => self.scope = scope,
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
        let folded = Folded::from(BTreeMap::from([("cluster".to_string(), true), ("streams".to_string(), true)]));
        let expected = Settings {
            theme: Some(Theme::Dark),
            characters: false,
            speed: 4,
            step: StepKind::Message,
            scope: Scope::Context,
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
