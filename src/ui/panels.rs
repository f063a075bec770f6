//! The panels of the page: one table, and how they are laid out. A new panel is a line in [`PANELS`].

use yew::prelude::*;

use super::panel::folded;
use super::scene::Scene;
use super::{cluster, happened, inspector, logs, streams};
use crate::view::lang::Text;
use crate::view::settings::{PanelName, CLUSTER};

/// Where a panel stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the grid, in the area that the style sheet gives the class of the panel's name at each width.
    Grid,
    /// In the column at the side, in the order of the table.
    Side,
}

/// A row of the table.
struct Panel {
    /// Its name in the settings, its class, and what its elements' ids begin with.
    name: PanelName,
    place: Place,
    /// What is written over it; pressed, it folds the panel. None: the panel cannot be folded.
    title: Option<fn(&dyn Text) -> &'static str>,
    /// Draws it unfolded. None: there is nothing to show now.
    show: fn(&Scene) -> Option<Html>,
    /// Classes of the whole layout while it is unfolded.
    layout: fn(&Scene) -> Classes,
}

/// The table, in the order in which a reader or a screen reader meets the panels.
const PANELS: &[Panel] = &[
    panel(CLUSTER, Place::Grid, |t| t.cluster(), cluster::panel),
    panel("logs", Place::Grid, |t| t.logs(), logs::panel).with_layout(logs::layout),
    panel("streams", Place::Grid, |t| t.streams(), streams::panel).with_layout(streams::layout),
    Panel { title: None, ..panel("inspector", Place::Side, |_| "", inspector::panel) },
    panel("happened", Place::Side, |t| t.happened(), happened::panel),
];

const fn panel(
    name: PanelName,
    place: Place,
    title: fn(&dyn Text) -> &'static str,
    show: fn(&Scene) -> Option<Html>,
) -> Panel {
    Panel { name, place, title: Some(title), show, layout: |_| Classes::new() }
}

impl Panel {
    const fn with_layout(self, layout: fn(&Scene) -> Classes) -> Panel {
        Panel { layout, ..self }
    }

    fn is_folded(&self, scene: &Scene) -> bool {
        self.title.is_some() && scene.page.settings.folded.contains(self.name)
    }
}

/// The panels as they are at one moment.
pub struct Panels {
    /// Says who needs room. A selector with `:has` would know it, too, but it costs a style of the page for each thing
    /// that comes and goes.
    pub layout: Classes,
    /// The panels in the grid. Always as many, so that each is compared with itself when the page is drawn again.
    pub grid: Vec<Html>,
    /// Those at the side. Always as many, too.
    pub side: Vec<Html>,
}

impl Panels {
    /// Draws every panel.
    pub fn of(scene: &Scene) -> Panels {
        let mut panels = Panels { layout: classes!("panels"), grid: Vec::new(), side: Vec::new() };
        let mut is_side_used = false;
        for panel in PANELS {
            let shown = match panel.title.filter(|_| panel.is_folded(scene)) {
                Some(title) => folded(panel.name, title(super::text()), &scene.actions.change),
                None => {
                    panels.layout.extend((panel.layout)(scene));
                    let shown = (panel.show)(scene);
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
