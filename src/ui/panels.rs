//! The panels of the page: one table, and their layout. To add a panel, add a line to [`PANELS`].

use yew::prelude::*;

use super::panel::{awaited, folded};
use super::rest::Rest;
use super::scene::Scene;
use super::{cluster, happened, inspector, logs, streams, text, timeline};
use crate::view::lang::Text;
use crate::view::settings::{PanelName, CLUSTER, TIMELINE};

/// The place of a panel.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the grid, in the area that the style sheet assigns to the panel's class at each width.
    Grid,
    /// In the side column, in the order of the table.
    Side,
}

/// A row of the table.
struct Panel {
    /// Its name in the settings, its CSS class, and the prefix of its elements' ids.
    name: PanelName,
    place: Place,
    /// Its title, a button that folds the panel. None if the panel cannot be folded.
    title: Option<fn(&dyn Text) -> &'static str>,
    /// Draws it unfolded. Returns none if there is nothing to show.
    show: fn(&Scene) -> Option<Html>,
    /// Classes of the whole layout while it is unfolded.
    layout: fn(&Scene) -> Classes,
    /// Whether it waits for the rest of the program: its code is not loaded before the page is drawn.
    is_late: bool,
}

/// The table, in the reading order of the document.
const PANELS: &[Panel] = &[
    panel(CLUSTER, Place::Grid, |t| t.cluster(), cluster::panel),
    panel(TIMELINE, Place::Grid, |t| t.timeline(), timeline::panel).with_layout(timeline::layout).late(),
    panel("logs", Place::Grid, |t| t.logs(), logs::panel).with_layout(logs::layout),
    panel("streams", Place::Grid, |t| t.streams(), streams::panel).with_layout(streams::layout).late(),
    Panel { title: None, ..panel("inspector", Place::Side, |_| "", inspector::panel) },
    panel("happened", Place::Side, |t| t.happened(), happened::panel).late(),
];

const fn panel(
    name: PanelName,
    place: Place,
    title: fn(&dyn Text) -> &'static str,
    show: fn(&Scene) -> Option<Html>,
) -> Panel {
    Panel { name, place, title: Some(title), show, layout: |_| Classes::new(), is_late: false }
}

impl Panel {
    const fn with_layout(self, layout: fn(&Scene) -> Classes) -> Panel {
        Panel { layout, ..self }
    }

    const fn late(self) -> Panel {
        Panel { is_late: true, ..self }
    }

    /// Draws it unfolded, or its place while the rest of the program is not there.
    fn shown(&self, scene: &Scene) -> Option<Html> {
        match self.title.filter(|_| self.is_late && scene.rest != Rest::Loaded) {
            Some(title) => Some(awaited(self.name, title(text()), scene.rest, &scene.actions.change)),
            None => (self.show)(scene),
        }
    }

    fn is_folded(&self, scene: &Scene) -> bool {
        self.title.is_some() && scene.page.settings.folded.contains(self.name)
    }
}

/// The panels at one moment.
pub struct Panels {
    /// Classes that say which panels need room. A `:has` selector would need a restyling of the whole page for every
    /// element that comes or goes.
    pub layout: Classes,
    /// The panels in the grid. Their number is constant, so that each is compared with itself when the page is redrawn.
    pub grid: Vec<Html>,
    /// The panels in the side column. Their number is constant as well.
    pub side: Vec<Html>,
}

impl Panels {
    /// Draws every panel.
    pub fn of(scene: &Scene) -> Panels {
        let mut panels = Panels { layout: classes!("panels"), grid: Vec::new(), side: Vec::new() };
        let mut is_side_used = false;
        for panel in PANELS {
            let shown = match panel.title.filter(|_| panel.is_folded(scene)) {
                Some(title) => folded(panel.name, title(text()), &scene.actions.change),
                None => {
                    panels.layout.extend((panel.layout)(scene));
                    let shown = panel.shown(scene);
                    is_side_used |= panel.place == Place::Side && shown.is_some();
                    shown.unwrap_or_default()
                }
            };
            match panel.place {
                Place::Grid => {
                    if panel.is_folded(scene) {
                        panels.layout.push(format!("no-{}", panel.name));
                    }
                    panels.grid.push(shown);
                }
                Place::Side => panels.side.push(shown),
            }
        }
        if !is_side_used {
            panels.layout.push("no-side");
        }
        panels
    }
}
